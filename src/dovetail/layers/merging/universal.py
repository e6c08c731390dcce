"""Merge: the one layer that takes its operation as an argument, as in Keras 1."""

import inspect
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from ...engine.configs import revive
from ...engine.errors import ShapeError, format_shape, unknown_name
from ...engine.layer import Layer
from ...engine.operation import open_shape
from .base import MergeLayer
from .branches import BranchError
from .concatenate import Concatenate, check_concatenation, concatenated_mask
from .dot import Dot, batch_dot, check_dot, resolved_axes
from .elementwise import Add, Average, Maximum, Minimum, Multiply, Subtract
from .guidance import Guidance

ELEMENTWISE: dict[str, type[MergeLayer]] = {
    "sum": Add, "add": Add, "sub": Subtract, "mul": Multiply, "ave": Average, "max": Maximum, "min": Minimum,
}  # fmt: skip
MODES = (*ELEMENTWISE, "concat", "dot", "cos")
COSINE_GUIDANCE = Guidance(
    "The similarity of two directions, whatever the lengths.",
    "No parameters; a pair of vectors becomes one number.",
)


class Merge(MergeLayer):
    """Join branches by the operation named in `mode`, as in Keras 1, called on a list of tensors.

    Args:
        mode: "sum" (or "add"), "sub", "mul", "ave", "max", "min", "concat", "dot", "cos", or a function of the list of
            branches. A function may take `mask`: it gets the list of masks.
        concat_axis: for "concat".
        dot_axes: for "dot" and "cos": an axis for both, or a pair.
        output_shape: for a function: what the result has, without the batch axis, or a function of the list of full
            shapes. It is checked; the shape itself is found by tracing, so it can be left out.
        output_mask: for a function: a mask, or a function of the list of masks.
        arguments: keyword arguments for a function.

    Shapes:
        as those of Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate and Dot. "cos" of (batch, n) and
        (batch, n) is (batch, 1, 1).

    Mask: of the old layer: a step is kept only if all branches that have a mask keep it; "dot" and "cos" give none, nor
    does a function without `output_mask`.

    Raises:
        NameLookupError: the mode is not known; the closest one is given.
        BranchError, ShapeError: as the layers named above.

    Reference: Keras 1.2.2. Branches of different ranks broadcast here, and the layer can be used more than once.

    Example:
        >>> Merge(mode="concat")([jnp.zeros((2, 3)), jnp.zeros((2, 5))]).shape
        (2, 8)
    """

    def __init__(
        self,
        mode: Any = "sum",
        concat_axis: int = -1,
        dot_axes: Any = -1,
        output_shape: Any = None,
        output_mask: Any = None,
        arguments: dict[str, Any] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **kwargs)
        if isinstance(mode, (list, tuple)):
            raise BranchError(
                "Merge([...]) of layers is how Keras 1 joined Sequential models; here give the mode and call the layer "
                "on tensors: Merge(mode='concat')([a, b]), in Model(inputs, outputs)"
            )
        if not callable(mode) and mode not in MODES:
            raise unknown_name("merge mode", mode, MODES)
        if mode in ("dot", "cos"):
            _check_dot_axes(dot_axes)
        self.mode, self.concat_axis, self.dot_axes = mode, concat_axis, dot_axes
        self.output_shape_argument, self.output_mask = output_shape, output_mask
        self.arguments = dict(arguments or {})

    @property
    def guidance(self) -> Guidance:  # type: ignore[override]
        """That of the layer which the mode stands for."""
        if callable(self.mode):
            return Guidance("A function of your own.", "What it costs is in the function.")
        if self.mode == "cos":
            return COSINE_GUIDANCE
        return {**ELEMENTWISE, "concat": Concatenate, "dot": Dot}[self.mode].guidance

    def check(self, names: list[str], shapes: list[tuple]) -> None:
        who = f"Merge {self.name!r} (mode={_mode_name(self.mode)!r})"
        if callable(self.mode):
            return
        if self.mode == "concat":
            check_concatenation(who, self.concat_axis, names, shapes)
        elif self.mode in ("dot", "cos"):
            _exactly_two(who, shapes)
            check_dot(who, self.dot_axes, names, shapes)
        else:
            if self.mode == "sub":
                _exactly_two(who, shapes)
            super().check(names, shapes)

    def known_shapes(self, shapes: list[tuple]) -> list[tuple]:
        return shapes if callable(self.mode) or self.mode in ("concat", "dot", "cos") else super().known_shapes(shapes)

    @classmethod
    def from_config(cls, config):
        return cls(**{name: revive(value) for name, value in config.items()})

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if callable(self.mode):
            return self._checked(_called(self.mode, inputs, mask, self.arguments), inputs)
        if self.mode == "concat":
            return jnp.concatenate(inputs, axis=self.concat_axis)
        if self.mode in ("dot", "cos"):
            a, b = resolved_axes(self.dot_axes, [branch.ndim for branch in inputs])
            return (cosine if self.mode == "cos" else batch_dot)(inputs[0], inputs[1], a, b)
        return ELEMENTWISE[self.mode].merge(self, self.aligned(inputs))  # type: ignore[arg-type]

    def _checked(self, output: Any, inputs: list[Any]) -> Any:
        """The function's result, if it has the shape that was declared."""
        declared: Any = self.output_shape_argument
        if declared is None:
            return output
        if callable(declared):
            full: Any = declared([open_shape(branch) for branch in inputs])
            declared = tuple(full)[1:]
        elif not isinstance(declared, (tuple, list)):
            raise TypeError(f"`output_shape` is a tuple without the batch axis, or a function, not {declared!r}")
        got = open_shape(output)[1:]
        agree = len(got) == len(declared) and all(
            want is None or have is None or want == have for want, have in zip(declared, got, strict=True)
        )
        if not agree:
            raise ShapeError(
                f"Merge {self.name!r}: `output_shape` says {format_shape((None, *declared))}, the function's result "
                f"has {format_shape((None, *got))}. Leave `output_shape` out: it is found by tracing"
            )
        return output

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        if callable(self.mode):
            if not callable(self.output_mask):
                return self.output_mask
            masks = previous_mask if isinstance(previous_mask, (list, tuple)) else [None] * len(inputs)
            return self.output_mask(list(masks))
        if self.mode in ("dot", "cos") or not isinstance(previous_mask, (list, tuple)):
            return None
        if self.mode == "concat":
            return concatenated_mask(inputs, previous_mask, self.concat_axis, jnp.all)
        kept = None
        for mask in previous_mask:
            if mask is not None:
                kept = mask if kept is None else jnp.logical_and(kept, mask)
        return kept

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"output_shape": self.output_shape_argument}


def cosine(first: Any, second: Any, a: int, b: int) -> Any:
    """`dot(x, y) / max(sqrt(dot(x, x) * dot(y, y)), 1e-7)`, with an axis of size 1 behind the batch axis.

    Beyond vectors the divisor is made of Gram matrices, elementwise, as in Keras 1.
    """
    squares = batch_dot(first, first, a, a) * batch_dot(second, second, b, b)
    # beyond vectors a product can be negative: Keras 1 then divides by 1e-7 too
    ratio = batch_dot(first, second, a, b) / jnp.sqrt(jnp.maximum(squares, 1e-14))
    return ratio[:, None]


def _called(function: Callable[..., Any], inputs: list[Any], mask: Any, arguments: dict[str, Any]) -> Any:
    if "mask" in inspect.signature(function).parameters and "mask" not in arguments:
        masks = mask if isinstance(mask, (list, tuple)) else [None] * len(inputs)
        return function(inputs, mask=list(masks), **arguments)
    return function(inputs, **arguments)


def _exactly_two(who: str, shapes: list[tuple]) -> None:
    if len(shapes) != 2:
        raise BranchError(f"{who} joins exactly 2 branches; it was called on {len(shapes)}")


def _check_dot_axes(dot_axes: Any) -> None:
    if isinstance(dot_axes, int) and not isinstance(dot_axes, bool):
        return
    if not isinstance(dot_axes, (list, tuple)):
        raise TypeError(f"`dot_axes` is an integer or a pair of integers, not {dot_axes!r}")
    if len(dot_axes) != 2 or not all(isinstance(axis, int) for axis in dot_axes):
        raise ValueError(f"`dot_axes` is an integer or a pair of integers, not {dot_axes!r}")


def _mode_name(mode: Any) -> str:
    return getattr(mode, "__name__", "function") if callable(mode) else mode


# The merges that comparisons try, by short name.
MERGES: dict[str, Callable[[], Layer]] = {
    "add": Add,
    "subtract": Subtract,
    "multiply": Multiply,
    "average": Average,
    "maximum": Maximum,
    "minimum": Minimum,
    "concatenate": Concatenate,
    "dot": lambda: Dot(axes=-1),
    "cosine": lambda: Dot(axes=-1, normalize=True),
}
_SHORT = {
    Add: "add", Subtract: "subtract", Multiply: "multiply", Average: "average", Maximum: "maximum",
    Minimum: "minimum", Concatenate: "concatenate",
}  # fmt: skip


def is_merge(layer: Any) -> bool:
    """Whether a layer joins branches."""
    return isinstance(layer, MergeLayer)


def short_name(layer: Layer) -> str:
    """The short name of the merge that a layer does: "add" for Add and for Merge(mode="sum")."""
    if isinstance(layer, Dot):
        return "cosine" if layer.normalize else "dot"
    if isinstance(layer, Merge):
        if callable(layer.mode):
            return _mode_name(layer.mode)
        return {"concat": "concatenate", "dot": "dot", "cos": "cos"}.get(layer.mode) or _SHORT[ELEMENTWISE[layer.mode]]
    return _SHORT.get(type(layer), type(layer).__name__.lower())  # type: ignore[arg-type]


__all__ = ["MERGES", "MODES", "Merge", "cosine", "is_merge", "short_name"]
