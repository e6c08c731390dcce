"""Concatenate: branches side by side."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ...engine.errors import ShapeError, format_shape
from .base import MergeLayer
from .branches import Shape, table
from .guidance import Guidance


class Concatenate(MergeLayer):
    """The branches side by side along one axis.

    Args:
        axis: of the branches; -1 is the last.

    Shapes:
        branches: arrays of the same rank whose sizes agree on all other axes
        output: the same, with the sum of the sizes on `axis`

    Mask: along the last axis, a step is kept if any branch keeps it; along another, the masks are joined too. A branch
    without a mask counts as kept everywhere.

    Raises:
        ShapeError: ranks, or sizes on another axis, differ; each branch is named with its shape.

    Example:
        >>> Concatenate()([jnp.zeros((2, 3)), jnp.zeros((2, 5))]).shape
        (2, 8)
    """

    guidance = Guidance(
        "Loses nothing: the next layer learns the combination.",
        "No parameters itself, but the next layer pays for the added width.",
    )

    def __init__(self, axis: int = -1, **kwargs: Any):
        super().__init__(**kwargs)
        if isinstance(axis, bool) or not isinstance(axis, int):
            raise ValueError(f"`axis` is an integer, not {axis!r}")
        self.axis = axis

    def merge(self, branches: list[Any]) -> Any:
        return jnp.concatenate(branches, axis=self.axis)

    def aligned(self, branches: list[Any]) -> list[Any]:
        return list(branches)

    def check(self, names: list[str], shapes: list[tuple]) -> None:
        check_concatenation(f"{type(self).__name__} {self.name!r}", self.axis, names, shapes)

    def known_shapes(self, shapes: list[tuple]) -> list[tuple]:
        at = self.axis % len(shapes[0])
        known = [next((s[a] for s in shapes if s[a] is not None), None) for a in range(len(shapes[0]))]
        return [tuple(n if a == at or n is not None else known[a] for a, n in enumerate(s)) for s in shapes]

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return concatenated_mask(inputs, previous_mask, self.axis, jnp.any)


def concatenated_mask(inputs: Sequence[Any], masks: Any, axis: int, reduce: Any) -> Any:
    """The masks, spread over their branches, joined along `axis` and reduced over the last axis."""
    if not isinstance(masks, (list, tuple)) or all(mask is None for mask in masks):
        return None
    spread = []
    for branch, mask in zip(inputs, masks, strict=True):
        if mask is None:
            spread.append(jnp.ones(branch.shape, bool))
        else:
            mask = jnp.asarray(mask, bool).reshape(mask.shape + (1,) * (branch.ndim - mask.ndim))
            spread.append(jnp.broadcast_to(mask, branch.shape))
    return reduce(jnp.concatenate(spread, axis=axis), axis=-1)


def check_concatenation(who: str, axis: int, names: Sequence[str], shapes: Sequence[Shape]) -> None:
    """Ranks must be equal, and sizes too on every axis but `axis`.

    Raises:
        ShapeError: they are not.
    """
    told = table(names, shapes)
    ranks = [len(shape) for shape in shapes]
    if len(set(ranks)) > 1:
        most = max(ranks)
        short = [repr(name) for name, rank in zip(names, ranks, strict=True) if rank < most]
        raise ShapeError(
            f"{who} cannot join its {len(shapes)} branches; they have different numbers of axes:\n{told}\n"
            f"Give all {most} axes, e.g. Reshape or RepeatVector on {' and '.join(short)}, "
            "or Flatten on the others."
        )
    rank = ranks[0]
    if not -rank <= axis < rank:
        raise ShapeError(
            f"{who} cannot join its {len(shapes)} branches along axis {axis}: they have {rank} axes "
            f"(0 to {rank - 1}, or -{rank} to -1):\n{told}"
        )
    at = axis % rank
    for other in range(rank - 1, -1, -1):
        sizes = [shape[other] for shape in shapes]
        if other == at or len(set(sizes) - {None}) < 2:
            continue
        fitting = [a for a in range(1, rank) if _agrees_but_on(shapes, a)]
        hint = ""
        if fitting:
            total = sum(shape[fitting[0]] or 0 for shape in shapes)
            joined = (*shapes[0][: fitting[0]], total, *shapes[0][fitting[0] + 1 :])
            hint = f", or join along that axis: Concatenate(axis={fitting[0] - rank}), giving {format_shape(joined)}"
        place = other - rank
        difference = (
            f"axis {place} is {sizes[0]} in one and {sizes[1]} in the other"
            if len(sizes) == 2
            else f"axis {place} differs ({', '.join('?' if n is None else str(n) for n in sizes)})"
        )
        way = f"e.g. Dense({sizes[0]})" if place == -1 else "by pooling, strides, padding, cropping or Reshape"
        raise ShapeError(
            f"{who} cannot join its {len(shapes)} branches along axis {axis}; {difference}:\n{told}\n"
            f"Give them the same size on axis {place}, {way}{hint}."
        )


def _agrees_but_on(shapes: Sequence[Shape], axis: int) -> bool:
    return all(len({s[a] for s in shapes} - {None}) < 2 for a in range(len(shapes[0])) if a != axis)
