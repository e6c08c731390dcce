"""Merge and merge() of Keras 1, and the masks, numbers of inputs and products of Keras 2's merges.

Reference: recorded runs, `tests/golden/data/README.md`, sections 6.1 and 6.2.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ... import layers as today
from ...engine.errors import DovetailError, ShapeError, did_you_mean, format_shape
from ...engine.layer import Layer
from ...engine.operation import open_shape, trace
from ...engine.tensor import KerasTensor
from ...layers.merging.base import MergeLayer
from ...layers.merging.concatenate import concatenated_mask
from ...layers.merging.dot import batch_dot, resolved_axes
from ...layers.merging.universal import ELEMENTWISE, _called
from ..releases import Release

MODES = ("sum", "mul", "ave", "max", "concat", "dot", "cos")
Shape = tuple[int | None, ...]


class ListError(DovetailError, TypeError):
    """A Merge was given something other than a list of at least two."""


class UsedTwice(DovetailError, RuntimeError):
    """A Merge was called a second time."""


class Merge(Layer):
    """Branches joined by the operation that `mode` names, as in Keras 1.

    Args:
        layers: models or layers whose outputs are joined, e.g. at the head of a Sequential; or call it on tensors.
        mode: "sum", "mul", "ave", "max", "concat", "dot", "cos", or a function of the list of branches. One that has a
            parameter `mask` is given the list of masks.
        concat_axis: for "concat".
        dot_axes: for "dot" and "cos": an axis for both, or a pair.
        output_shape: of a function's result: without the batch axis, or a function of the list of full shapes.
        output_mask: of a function's result, or a function of the list of masks.
        arguments: keyword arguments for a function.
        node_indices, tensor_indices: of which call of each of `layers`, and which of its outputs; 0 where not given.

    Shapes:
        branches: of equal shapes for "sum", "mul", "ave", "max", "cos"; equal but for `concat_axis` for "concat"
        output: the same; "dot" as Dot. "cos" has one more axis of size 1 behind the batch axis, which is not declared

    Mask: a step is kept if all branches that have a mask keep it; "dot", "cos" and functions without `output_mask` have
        none; "max" refuses masks.

    Raises:
        ValueError: the mode is not known, or the shapes do not fit.
        TypeError: fewer than two branches, or no list.
        RuntimeError: called a second time.
    """

    release: ClassVar[Release]

    def __init__(
        self,
        layers: Any = None,
        mode: Any = "sum",
        concat_axis: int = -1,
        dot_axes: Any = -1,
        output_shape: Any = None,
        output_mask: Any = None,
        arguments: dict[str, Any] | None = None,
        node_indices: Any = None,
        tensor_indices: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.mode, self.concat_axis, self.dot_axes = mode, concat_axis, dot_axes
        self.declared, self.output_mask = output_shape, output_mask
        self.arguments = dict(arguments or {})
        self.branches = list(layers) if layers else []
        self.node_indices = list(node_indices or [0] * len(self.branches))
        self.tensor_indices = list(tensor_indices or [0] * len(self.branches))
        if layers is not None:
            outputs = [self._output_of(index) for index in range(len(self.branches))]
            if all(output is not None for output in outputs):
                self(outputs)

    def _output_of(self, index: int) -> Any:
        """The tensor that a branch ends in; None while it does not know its input."""
        branch = self.branches[index]
        if isinstance(branch, KerasTensor):
            return branch
        graph = getattr(branch, "_graph", None)
        if graph is not None:
            return graph.outputs[self.tensor_indices[index]]
        nodes = branch._inbound_nodes
        return nodes[self.node_indices[index]].outputs[self.tensor_indices[index]] if nodes else None

    # -- checks

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(inputs, (list, tuple)):
            raise ListError(f"Merge {self.name!r} is called on a list of tensors, not on a single one: {inputs!r}")
        if self._inbound_nodes:
            raise UsedTwice(
                f"Merge {self.name!r} joins one list of branches only; make another for this one, or use "
                f"merge([...], mode={self.mode!r})"
            )
        self.check([tuple(branch.shape) for branch in inputs])
        return super().__call__(list(inputs), *args, **kwargs)

    def check(self, shapes: Sequence[Shape]) -> None:
        """Raise unless branches of these shapes can be joined."""
        told = ", ".join(format_shape(shape) for shape in shapes)
        if not callable(self.mode) and self.mode not in (*MODES, *ELEMENTWISE):
            raise ValueError(f"{self.mode!r} is no merge mode{did_you_mean(str(self.mode), MODES)}")
        if len(shapes) < 2:
            raise ListError(f"Merge {self.name!r} joins at least 2 branches; it was given {len(shapes)}: {told}")
        if callable(self.mode):
            return
        if (self.mode in ELEMENTWISE or self.mode == "cos") and not _agree(shapes):
            raise ShapeError(f"Merge {self.name!r}: mode {self.mode!r} needs branches of equal shapes, not {told}")
        if self.mode in ("dot", "cos"):
            self._check_dot(shapes, told)
        if self.mode == "concat":
            ranks = {len(shape) for shape in shapes}
            rank = max(ranks)
            if not -rank <= self.concat_axis < rank:
                raise AxisError(f"Merge {self.name!r}: no axis {self.concat_axis} in {told}")
            if len(ranks) > 1 or not _agree([_without(shape, self.concat_axis) for shape in shapes]):
                raise ShapeError(
                    f"Merge {self.name!r}: mode 'concat' needs branches of equal shapes but for axis "
                    f"{self.concat_axis}, not {told}"
                )

    def _check_dot(self, shapes: Sequence[Shape], told: str) -> None:
        if len(shapes) != 2:
            raise ShapeError(f"Merge {self.name!r}: mode {self.mode!r} joins exactly 2 branches, not {told}")
        axes, given = self.dot_axes, isinstance(self.dot_axes, int) and not isinstance(self.dot_axes, bool)
        if not given and not isinstance(axes, (list, tuple)):
            raise TypeError(f"`dot_axes` is an integer or a pair of integers, not {axes!r}")
        if not given and (len(axes) != 2 or not all(isinstance(axis, int) for axis in axes)):
            raise ValueError(f"`dot_axes` is an integer or a pair of integers, not {axes!r}")
        pair = self._axes(shapes)
        if any(axis >= len(shape) or axis < -len(shape) for axis, shape in zip(pair, shapes, strict=True)):
            raise AxisError(f"Merge {self.name!r}: no axes {tuple(pair)} in {told}")
        sizes = [shape[axis] for axis, shape in zip(pair, shapes, strict=True)]
        if None not in sizes and sizes[0] != sizes[1]:
            raise ShapeError(f"Merge {self.name!r}: {sizes[0]} numbers cannot be multiplied by {sizes[1]}, in {told}")
        if self.release.backend == "theano" and (0 in pair or min(pair) < 0):
            raise ShapeError(
                f"Merge {self.name!r}: `dot_axes` {axes!r} of {told}: Theano sums over axes counted from 1, not over "
                "the batch axis. Write dot_axes=-1, or a pair such as (2, 1)"
            )

    def _axes(self, shapes: Sequence[Any]) -> list[int]:
        if isinstance(self.dot_axes, int):
            return [self.dot_axes % len(shape) if self.dot_axes < 0 else self.dot_axes for shape in shapes]
        return list(self.dot_axes)

    # -- the operation

    def call(self, inputs, mask=None):
        if callable(self.mode):
            return _called(self.mode, inputs, mask, self.arguments)
        if self.mode == "concat":
            return jnp.concatenate(inputs, axis=self.concat_axis)
        if self.mode in ("dot", "cos"):
            return self._product(inputs)
        return ELEMENTWISE[self.mode].merge(self, list(inputs))  # type: ignore[arg-type]

    def _product(self, inputs: Any) -> Any:
        a, b = self._axes([branch.shape for branch in inputs])
        dot: Any = batch_dot if self.release.backend == "theano" else matmul_dot
        product = dot(*inputs, a, b)
        if self.mode == "dot":
            return product
        squares = dot(inputs[0], inputs[0], a, a) * dot(inputs[1], inputs[1], b, b)
        return (product / jnp.sqrt(jnp.maximum(squares, 1e-14)))[:, None]

    def compute_output_shape(self, input_shape):
        """As Keras 1 declared it, whatever the computed shape is."""
        shapes = [tuple(shape) for shape in input_shape]
        if callable(self.mode):
            return self._declared_shape(shapes)
        if self.mode == "concat":
            sizes = [shape[self.concat_axis] for shape in shapes]
            joined = list(shapes[0])
            if self.concat_axis % len(joined):
                joined[self.concat_axis] = None if None in sizes else sum(sizes)  # type: ignore[arg-type]
            return tuple(joined)
        if self.mode in ("dot", "cos"):
            a, b = self._axes(shapes)
            rest = (*_without(shapes[0], a), *_without(shapes[1], b)[1:])
            return (*rest, 1) if len(rest) == 1 else rest
        return tuple(_known(sizes) for sizes in zip(*shapes, strict=True))

    def _declared_shape(self, shapes: list[Shape]) -> Shape:
        if callable(self.declared):
            full: Any = self.declared(shapes)
            return tuple(full)
        if self.declared is None:
            if self.release.dialect != 1:  # then as now: it is what the function gives
                return self._traced_shape(shapes)
            raise ValueError(
                f"Merge {self.name!r} has a function as its mode, and nothing says what shape that gives: pass "
                "`output_shape`, a tuple without the batch axis, or a function of the list of shapes"
            )
        return (shapes[0][0], *self.declared)

    def _traced_shape(self, shapes: list[Shape]) -> Shape:
        tensors = [KerasTensor(shape, self.compute_dtype) for shape in shapes]
        return today.Lambda(lambda xs: _called(self.mode, xs, None, self.arguments)).compute_output_spec(tensors).shape

    def compute_mask(self, inputs, previous_mask=None):
        masks = list(previous_mask) if isinstance(previous_mask, (list, tuple)) else [None] * len(inputs)
        if callable(self.mode):
            return self.output_mask(masks) if callable(self.output_mask) else self.output_mask
        if all(mask is None for mask in masks) or self.mode in ("dot", "cos"):
            return None
        if self.mode == "max":
            raise ShapeError(f"Merge {self.name!r}: mode 'max' does not support masks; take them away before it")
        if self.mode == "concat":
            return concatenated_mask(inputs, masks, self.concat_axis, jnp.all)
        return all_keep(masks)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config() | {"output_shape": self.declared}
        return {name: value for name, value in config.items() if name != "layers" or value}


class AxisError(DovetailError, IndexError, ValueError):
    """An axis that the branches do not have."""


def merge(
    merge_class: type,
    inputs: Any,
    mode: Any = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: Any = None,
    name: str | None = None,
) -> Any:
    """The tensors joined, see `Merge`; of a list of layers or models, the Merge layer.

    Args:
        merge_class: the Merge of a release.
    """
    if not isinstance(inputs, (list, tuple)):
        raise ListError(f"merge() joins a list of tensors, not {inputs!r}")
    settings = {
        "mode": mode, "concat_axis": concat_axis, "dot_axes": dot_axes, "output_shape": output_shape,
        "output_mask": output_mask, "arguments": arguments, "name": name,
    }  # fmt: skip
    if any(isinstance(branch, Layer) for branch in inputs):
        return merge_class(layers=list(inputs), **settings)
    return merge_class(**settings)(list(inputs))


def matmul_dot(first: Any, second: Any, a: int, b: int) -> Any:
    """`batch_dot` as Keras had it on TensorFlow, before 2.3: matrices of the last two axes multiplied.

    Vectors are summed over `a`, even the batch axis; arrays of different ranks are multiplied as on Theano.
    """
    if first.ndim == second.ndim == 2:
        if a == b:
            product = jnp.sum(first * second, axis=a)
        else:
            product = jnp.sum(first.T * second, axis=b)
        return product[:, None]
    if first.ndim != second.ndim:
        return batch_dot(first, second, a % first.ndim, b % second.ndim)
    first = first if a == first.ndim - 1 else jnp.swapaxes(first, -1, -2)
    second = jnp.swapaxes(second, -1, -2) if b == second.ndim - 1 else second
    return first @ second


def all_keep(masks: Any) -> Any:
    """Where all of the masks that there are keep a step; None where there is none."""
    kept = None
    for mask in masks if isinstance(masks, (list, tuple)) else [masks]:
        if mask is not None:
            mask = jnp.asarray(mask, bool)
            kept = mask if kept is None else jnp.logical_and(kept, mask)
    return kept


def _agree(shapes: Sequence[Shape]) -> bool:
    """Whether shapes are equal, where they are known."""
    return len({len(shape) for shape in shapes}) == 1 and all(
        len(set(sizes) - {None}) < 2 for sizes in zip(*shapes, strict=True)
    )


def _known(sizes: Sequence[int | None]) -> int | None:
    return next((size for size in sizes if size is not None), None)


def _without(shape: Shape, axis: int) -> Shape:
    return tuple(size for index, size in enumerate(shape) if index != axis % len(shape))


# -- Keras 2's


class OldMerge(MergeLayer):
    """A merge of Keras 2: masks are joined by "and", and before 2.15 there are at least two branches."""

    release: ClassVar[Release]

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if self.release.lonely_merge or not isinstance(inputs, (list, tuple)) or len(inputs) > 1:
            return super().__call__(inputs, *args, **kwargs)
        told = ", ".join(format_shape(open_shape(branch)) for branch in inputs)
        raise ShapeError(f"{type(self).__name__} {self.name!r} joins at least 2 branches; it was given one: {told}")

    def merge_masked(self, branches, masks):
        return self.merge(branches)  # before Keras 3 masked values count like others

    def compute_mask(self, inputs, previous_mask=None):
        return all_keep(previous_mask)


class WrittenMerge(OldMerge):
    """`_Merge`, the base that users derived merges of their own from: a subclass writes `_merge_function(inputs)`."""

    guidance = today.Add.guidance

    def merge(self, branches):
        return self._merge_function(branches)

    def _merge_function(self, inputs):
        raise NotImplementedError(f"{type(self).__name__} needs a `_merge_function(inputs)`")


class Concatenate(OldMerge, today.Concatenate):
    """As today's; masks are joined by "and", and along another axis every branch needs one."""

    def compute_mask(self, inputs, previous_mask=None):
        if not jax.tree.leaves(previous_mask):
            return None
        rank = inputs[0].ndim
        if any(mask is None for mask in previous_mask or ()) and self.axis % rank != rank - 1:
            raise ShapeError(
                f"{type(self).__name__} {self.name!r} joins along axis {self.axis}, and some of its branches have a "
                "mask, others none: give all of them one"
            )
        return concatenated_mask(inputs, previous_mask, self.axis, jnp.all)


class Dot(OldMerge, today.Dot):
    """As today's; before 2.3 the product was TensorFlow's, see `matmul_dot`."""

    def check(self, names: list[str], shapes: list[tuple]) -> None:
        pair = [self.axes, self.axes] if isinstance(self.axes, int) else self.axes
        over_batch = all(len(shape) == 2 and axis in (0, -2) for axis, shape in zip(pair, shapes, strict=False))
        if not (self.release.matmul_dot and over_batch and len(shapes) == 2):
            super().check(names, shapes)

    def merge(self, branches):
        first, second = branches
        pair = [self.axes, self.axes] if isinstance(self.axes, int) else list(self.axes)
        a, b = (axis % branch.ndim for axis, branch in zip(pair, branches, strict=True))
        if not self.release.matmul_dot:
            return super().merge(branches)
        if self.normalize:
            first, second = (
                x * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x), axis, keepdims=True), 1e-12))
                for x, axis in ((first, a), (second, b))
            )
        return matmul_dot(first, second, a, b)

    def compute_output_shape(self, input_shape):
        """As Keras declared it, which for more than three axes is not what TensorFlow's product gave."""
        shapes = [tuple(shape) for shape in input_shape]
        a, b = resolved_axes(self.axes, [len(shape) for shape in shapes])
        rest = (*_without(shapes[0], a), *_without(shapes[1], b)[1:])
        return (*rest, 1) if len(rest) == 1 else rest

    def _traced_specs(self, args, kwargs):
        if not self.release.is_tensorflow:
            return super()._traced_specs(args, kwargs)
        self._build_for(args, kwargs)  # tf.keras believed the product
        return trace(self.run, (args, kwargs), {})

    def compute_mask(self, inputs, previous_mask=None):
        return None


def _elementwise(name: str) -> type:
    modern = getattr(today, name)
    return type(name, (OldMerge, modern), {"__module__": __name__, "__doc__": modern.__doc__})


OF_KERAS_2: dict[str, type] = {
    "Concatenate": Concatenate,
    "Dot": Dot,
    **{name: _elementwise(name) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")},
}


def as_function(merge_class: type, name: str) -> Callable[..., Any]:
    """`add([a, b])` for `Add()([a, b])`."""

    def joined(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        return merge_class(*args, **kwargs)(inputs)

    joined.__name__ = joined.__qualname__ = name
    joined.__doc__ = f"The branches joined, see `{merge_class.__name__}`."
    return joined
