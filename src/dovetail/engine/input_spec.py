"""InputSpec: what a layer says of its input, checked at every call."""

from typing import Any

import jax

from .configs import Configured
from .errors import ShapeError, format_shape
from .tensor import standardize_shape


class InputSpec(Configured):
    """The rank, shape, dtype or sizes that a layer's input must have; what is None is not checked.

    Args:
        dtype: of the input.
        shape: of the input, None for any size.
        ndim, max_ndim, min_ndim: number of axes.
        axes: from axis to its size.
        allow_last_axis_squeeze: an axis of size 1 at the end may be missing, or be there in addition to `shape`.
        name: of the input, for dictionaries.
        optional: the input may be None.
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ):
        self.dtype, self.name, self.optional = dtype, name, optional
        self.shape = None if shape is None else standardize_shape(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze

    def mismatch(self, shape: tuple[int | None, ...], dtype: Any) -> str | None:
        """What does not fit, or None."""
        if self.dtype is not None and str(dtype) != self.dtype:
            return f"the dtype {self.dtype}, not {dtype}"
        if self.allow_last_axis_squeeze and self.shape is not None:
            if len(shape) == len(self.shape) + 1 and shape[-1] == 1:
                shape = shape[:-1]
            elif len(shape) == len(self.shape) - 1 and self.shape[-1] == 1:
                shape = (*shape, 1)
        if self.ndim is not None and len(shape) != self.ndim:
            return f"{self.ndim} axes, not {len(shape)}"
        if self.max_ndim is not None and len(shape) > self.max_ndim:
            return f"at most {self.max_ndim} axes, not {len(shape)}"
        if self.min_ndim is not None and len(shape) < self.min_ndim:
            return f"at least {self.min_ndim} axes, not {len(shape)}"
        sizes = dict(enumerate(self.shape or ())) | self.axes
        for axis, size in sizes.items():
            if size is not None and -len(shape) <= axis < len(shape) and shape[axis] not in (None, size):
                return f"size {size} on axis {axis}, not {shape[axis]}"
        return None


def check_input_spec(layer: Any, spec: Any, inputs: Any, shape_of: Any) -> None:
    """Compare the layer's input with its `input_spec` (one, or nested as the input is).

    Raises:
        ShapeError: it does not fit; names the layer and the full shape.
    """
    specs = jax.tree.leaves(spec, is_leaf=lambda x: isinstance(x, InputSpec))
    leaves = jax.tree.leaves(inputs)
    if len(specs) != len(leaves):
        if any(one.optional for one in specs):
            return
        raise ShapeError(
            f"{type(layer).__name__} {layer.name!r} takes {len(specs)} inputs; it was called on {len(leaves)}"
        )
    for one, leaf in zip(specs, leaves, strict=True):
        shape = shape_of(leaf)
        problem = one.mismatch(shape, leaf.dtype)
        if problem is not None:
            raise ShapeError(
                f"{type(layer).__name__} {layer.name!r} takes inputs with {problem}; it was called on "
                f"{format_shape((None, *shape[1:]))}"
            )
