"""Dot: products of two branches summed over one axis of each."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from ...engine.errors import ShapeError
from .base import MergeLayer
from .branches import Shape, table
from .guidance import Guidance


class Dot(MergeLayer):
    """Sample by sample, the products of two branches summed over one axis of each.

    Args:
        axes: the axis of both, or a pair with one for each; 0 is the batch axis and cannot be summed over.
        normalize: whether vectors along these axes are first brought to length 1: the result is their cosine.

    Shapes:
        branches: (batch, ...a) and (batch, ...b), with the same size on the two axes
        output: (batch, ...a without its axis, ...b without its axis); (batch, 1) where nothing is left

    Mask: none.

    Raises:
        ShapeError: the sizes on the two axes differ, or an axis does not exist; both branches are named.

    Example:
        >>> Dot(axes=1)([jnp.array([[1.0, 2.0]]), jnp.array([[3.0, 4.0]])])
        Array([[11.]], dtype=float32)
    """

    guidance = Guidance(
        "The similarity of two vectors (with `normalize`, of their directions), and the scores of attention.",
        "No parameters; a pair of vectors becomes one number, so it is the narrowest merge.",
    )
    min_branches = max_branches = 2

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        pair = [axes] if isinstance(axes, int) else axes
        if not isinstance(pair, (list, tuple)) or not all(
            isinstance(axis, int) and not isinstance(axis, bool) for axis in pair
        ):
            raise TypeError(f"`axes` is an integer or a pair of integers, not {axes!r}")
        if not isinstance(axes, int) and len(pair) != 2:
            raise ValueError(f"`axes` is an integer or a pair of integers, not {axes!r}")
        self.axes, self.normalize = axes, normalize

    def merge(self, branches: list[Any]) -> Any:
        first, second = branches
        a, b = resolved_axes(self.axes, (first.ndim, second.ndim))
        if self.normalize:
            first, second = _unit(first, a), _unit(second, b)
        return batch_dot(first, second, a, b)

    def aligned(self, branches: list[Any]) -> list[Any]:
        return list(branches)

    def known_shapes(self, shapes: list[tuple]) -> list[tuple]:
        axes = resolved_axes(self.axes, [len(shape) for shape in shapes])
        size = next((s[a] for s, a in zip(shapes, axes, strict=True) if s[a] is not None), None)
        return [
            tuple(size if n == a and value is None else value for n, value in enumerate(shape))
            for shape, a in zip(shapes, axes, strict=True)
        ]

    def check(self, names: list[str], shapes: list[tuple]) -> None:
        check_dot(f"{type(self).__name__} {self.name!r}", self.axes, names, shapes)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return None


def resolved_axes(axes: Any, ranks: Sequence[int]) -> list[int]:
    """One axis of each branch, counted from the front."""
    pair = [axes, axes] if isinstance(axes, int) else list(axes)
    return [axis % rank if axis < 0 else axis for axis, rank in zip(pair, ranks, strict=True)]


def batch_dot(first: Any, second: Any, a: int, b: int) -> Any:
    """The sum of products over axis `a` of one and `b` of the other, for each sample."""
    dtype = jnp.result_type(first, second)
    product = lax.dot_general(first.astype(dtype), second.astype(dtype), (((a,), (b,)), ((0,), (0,))))
    return product[:, None] if product.ndim == 1 else product


def _unit(x: Any, axis: int) -> Any:
    return x * lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x), axis=axis, keepdims=True), 1e-12))


def check_dot(who: str, axes: Any, names: Sequence[str], shapes: Sequence[Shape]) -> None:
    """The two axes must exist, not be the batch axis, and have the same size.

    Raises:
        ShapeError: they do not.
    """
    told = table(names, shapes)
    pair = [axes, axes] if isinstance(axes, int) else list(axes)
    for name, axis, shape in zip(names, pair, shapes, strict=True):
        rank = len(shape)
        if not -rank <= axis < rank or axis % rank == 0:
            what = "is the batch axis" if -rank <= axis < rank else "does not exist"
            raise ShapeError(
                f"{who} cannot sum over axis {axis} of {name!r}, which {what}:\n{told}\n"
                f"Choose one of its axes 1 to {rank - 1} (or -1 to {1 - rank})."
                if rank > 1
                else f"{who} cannot sum over {name!r}, which has no axis but the batch axis:\n{told}"
            )
    a, b = resolved_axes(axes, [len(shape) for shape in shapes])
    sizes = shapes[0][a], shapes[1][b]
    if None not in sizes and sizes[0] != sizes[1]:
        last = a == len(shapes[0]) - 1 and b == len(shapes[1]) - 1
        other = _matching_axis(shapes, a)
        advice = f"Give both the same size there, e.g. Dense({sizes[0]}) on {names[1]!r}" if last else (
            "Give both the same size there, e.g. by Permute, Reshape or pooling"
        )  # fmt: skip
        if other is not None:
            advice += f", or sum over the axes that agree: Dot(axes=({a}, {other}))"
        raise ShapeError(
            f"{who} cannot sum over axes {a} and {b} of its 2 branches; their sizes are {sizes[0]} and {sizes[1]}:\n"
            f"{told}\n{advice}."
        )


def _matching_axis(shapes: Sequence[Shape], a: int) -> int | None:
    return next((i for i, n in enumerate(shapes[1]) if i and n is not None and n == shapes[0][a]), None)


__all__ = ["Dot", "batch_dot", "check_dot", "resolved_axes"]
