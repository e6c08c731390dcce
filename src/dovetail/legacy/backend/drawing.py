"""Drawing what old code made for one batch size, and what layers whose shapes are declared read and draw.

TensorFlow gave a tensor of an open batch axis and one of 32 samples the batch 32. Here a graph is drawn with sizes that
stand for the open axis, which then do not fit; so it is drawn once more with the size that the error tells.
"""

import functools
import re
from collections.abc import Callable
from typing import Any

import jax

from ...engine.configs import is_builtin
from ...engine.layer import Layer
from ...engine.operation import OPEN_SIZES, trace
from ...engine.tensor import KerasTensor, Spec

MISFITS = (TypeError, ValueError)  # what arrays raise that do not fit


def sizes_in(error: Exception) -> list[int]:
    """Sizes that the text of an error names, those that stand for open axes left out."""
    found = [int(text) for text in re.findall(r"(?<![\w.])\d{1,5}(?![\w.])", str(error))]
    return [size for size in dict.fromkeys(found) if size > 1 and size not in OPEN_SIZES]  # 1 fits anyway


def opened(shape: tuple, size: int) -> tuple:
    """The shape with an open batch axis, where it has this size."""
    return (None, *shape[1:]) if shape and shape[0] == size else tuple(shape)


def with_fixed_batches(own: Callable[..., Any]) -> Callable[..., Any]:
    """`Layer._traced_specs`, tried with a fixed batch size where the open one does not fit."""

    @functools.wraps(own)
    def traced_specs(self: Layer, args: tuple, kwargs: dict) -> tuple[Any, list | None]:
        try:
            found = own(self, args, kwargs)
        except MISFITS as error:
            for size in sizes_in(error) if _has_open_batch(args, kwargs) else ():
                try:
                    specs, masks = own(self, *_fixed((args, kwargs), size))
                except MISFITS:
                    continue
                return _opened(specs, size), masks if masks is None else _opened(masks, size)
            raise
        _look_inside(self, args, kwargs)
        return found

    return traced_specs


def with_known_outputs(own: Callable[..., Any]) -> Callable[..., Any]:
    """`Trainer._output_specs`: as the graph was drawn, where the open batch size does not fit."""

    @functools.wraps(own)
    def output_specs(self: Any, x: Any) -> Any:
        try:
            return own(self, x)
        except MISFITS:
            if self._graph is None:
                raise
            return jax.tree.map(lambda tensor: Spec(tuple(tensor.shape), tensor.dtype), self._graph.output_tree)

    return output_specs


def _has_open_batch(args: tuple, kwargs: dict) -> bool:
    leaves = jax.tree.leaves((args, kwargs))
    return any(isinstance(leaf, KerasTensor) and leaf.shape and leaf.shape[0] is None for leaf in leaves)


def _fixed(tree: Any, size: int) -> Any:
    """The structure with this batch size in place of open ones."""

    def fixed(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor) or not leaf.shape or leaf.shape[0] is not None:
            return leaf
        tensor = KerasTensor((size, *leaf.shape[1:]), leaf.dtype, name=leaf.name)
        if leaf.mask_spec is not None:
            tensor.mask_spec = Spec((size, *leaf.mask_spec.shape[1:]), leaf.mask_spec.dtype)
        return tensor

    return jax.tree.map(fixed, tree)


def _opened(specs: Any, size: int) -> Any:
    def one(spec: Any) -> Any:
        return Spec(opened(spec.shape, size), spec.dtype) if isinstance(spec, Spec) else spec

    return jax.tree.map(one, specs, is_leaf=lambda x: isinstance(x, Spec))


def _look_inside(layer: Layer, args: tuple, kwargs: dict) -> None:
    """Run a user's layer whose shape is declared once, so that variables it reads and numbers it draws are known."""
    is_declared = type(layer).compute_output_shape is not Layer.compute_output_shape
    if is_builtin(type(layer)) or not is_declared:
        return
    try:
        trace(lambda args, kwargs: layer.run(args, kwargs, None), (args, kwargs), {})
    except Exception:  # it may need sizes that are not known yet; then it is seen when the model runs
        return
