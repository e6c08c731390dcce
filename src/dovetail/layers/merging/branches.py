"""Branches: the inputs of a merge, their names and shapes, and the errors that tell them."""

from collections.abc import Sequence
from typing import Any

from ...engine.errors import DovetailError, ShapeError, format_shape
from ...engine.layer import Layer
from ...engine.operation import open_shape
from ...engine.tensor import KerasTensor

Shape = tuple[int | None, ...]


class BranchError(DovetailError, ValueError):
    """A merge was called on something other than the list of branches that it joins."""


def checked_list(layer: Layer, inputs: Any, minimum: int, maximum: int | None) -> list[Any]:
    """`inputs` as a list of arrays or tensors.

    Raises:
        BranchError: not a list, too few or too many branches, or something without a shape in it.
    """
    who = f"{type(layer).__name__} {layer.name!r}"
    if not isinstance(inputs, (list, tuple)):
        got = f"one tensor {format_shape(open_shape(inputs))}" if hasattr(inputs, "shape") else repr(inputs)
        raise BranchError(
            f"{who} joins a list of branches; it was called on {got}. Write {type(layer).__name__}(...)([a, b])"
        )
    for index, branch in enumerate(inputs):
        if isinstance(branch, (list, tuple, dict)):
            raise BranchError(f"{who} joins a flat list of branches; entry {index} is a {type(branch).__name__}")
        if not hasattr(branch, "shape"):
            raise BranchError(
                f"{who} joins tensors or arrays; entry {index} of its list is {branch!r} ({type(branch).__name__})"
            )
    count = len(inputs)
    if count < minimum or (maximum is not None and count > maximum):
        wanted = f"exactly {minimum}" if minimum == maximum else f"at least {minimum}"
        raise BranchError(
            f"{who} joins {wanted} branch{'es' if minimum > 1 else ''}; it was called on {count}"
            + (":\n" + table(names_of(inputs), [open_shape(x) for x in inputs]) if count else "")
        )
    return list(inputs)


def names_of(branches: Sequence[Any]) -> list[str]:
    """The name of the operation that makes each branch; `branch 0`, ... for arrays."""
    return [
        branch.node.operation.name if isinstance(branch, KerasTensor) and branch.node is not None else f"branch {i}"
        for i, branch in enumerate(branches)
    ]


def table(names: Sequence[str], shapes: Sequence[Shape]) -> str:
    """The branches, one a line: name and full shape."""
    width = max(len(name) for name in names)
    return "\n".join(f"    {name:<{width}}  {format_shape(shape)}" for name, shape in zip(names, shapes, strict=True))


def aligned(shapes: Sequence[Shape]) -> list[Shape]:
    """Shapes brought to the same rank: axes of size 1 come right behind the batch axis."""
    rank = max(len(shape) for shape in shapes)
    return [shape[:1] + (1,) * (rank - len(shape)) + shape[1:] for shape in shapes]


def sizes_on(shapes: Sequence[Shape], axis: int) -> list[int]:
    """The different known sizes on an axis, those of 1 left out, in the order of the branches."""
    return list(dict.fromkeys(shape[axis] for shape in shapes if shape[axis] not in (None, 1)))  # type: ignore[misc]


def filled(shapes: Sequence[Shape]) -> list[Shape]:
    """Aligned shapes whose open axes have the size that another branch knows."""
    lined = aligned(shapes)
    known = [sizes_on(lined, axis) for axis in range(len(lined[0]))]
    return [
        tuple(known[axis][0] if size is None and known[axis] else size for axis, size in enumerate(shape))
        for shape in lined
    ]


def check_broadcast(layer: Layer, names: Sequence[str], shapes: Sequence[Shape]) -> None:
    """Branches of an elementwise merge must broadcast together; batch sizes must be the same.

    Raises:
        ShapeError: they do not; names the layer, every branch, the axis, and what would make it work.
    """
    lined = aligned(shapes)
    batches = list(dict.fromkeys(shape[0] for shape in lined if shape and shape[0] is not None))
    if len(batches) > 1:
        raise ShapeError(
            f"{_who(layer)} cannot combine its {len(shapes)} branches; they have different batch sizes:\n"
            f"{_sized_table(names, shapes)}\nEvery branch needs the same number of samples."
        )
    rank = len(lined[0])
    for axis in range(rank - 1, 0, -1):
        if len(sizes_on(lined, axis)) > 1:
            raise ShapeError(
                f"{_who(layer)} cannot combine its {len(shapes)} branches; {_disagreement(lined, axis)}:\n"
                f"{table(names, shapes)}\n{_advice(names, shapes, lined, axis)}"
            )


def _who(layer: Layer) -> str:
    return f"{type(layer).__name__} {layer.name!r}"


def _sized_table(names: Sequence[str], shapes: Sequence[Shape]) -> str:
    """As `table`, with batch sizes as numbers."""
    width = max(len(name) for name in names)
    lines = []
    for name, shape in zip(names, shapes, strict=True):
        lines.append(f"    {name:<{width}}  {tuple('?' if n is None else n for n in shape)}".replace("'", ""))
    return "\n".join(lines)


def _disagreement(lined: Sequence[Shape], axis: int) -> str:
    sizes = [shape[axis] for shape in lined]
    place = axis - len(lined[0])
    if len(sizes) == 2:
        return f"axis {place} is {sizes[0]} in one and {sizes[1]} in the other"
    return f"axis {place} differs ({', '.join('?' if size is None else str(size) for size in sizes)})"


def _advice(names: Sequence[str], shapes: Sequence[Shape], lined: Sequence[Shape], axis: int) -> str:
    place = axis - len(lined[0])
    wanted = sizes_on(lined, axis)[0]
    others = [repr(n) for n, s in zip(names, lined, strict=True) if s[axis] not in (None, 1, wanted)]
    others = list(dict.fromkeys(others))
    joined = joined_shape(shapes, place)
    instead = ""
    if joined is not None:
        instead = f", or use Concatenate(axis={place}), giving {format_shape(joined)}"
    if len({len(shape) for shape in shapes}) > 1:
        lined_up = ", ".join(
            f"{n!r} counts as {format_shape(new)}"
            for n, old, new in zip(names, shapes, lined, strict=True)
            if old != new
        )
        return (
            f"A branch with fewer axes gets them behind the batch axis: {lined_up}. Reshape it to have the axes "
            "that the others have (size 1 where it is to be repeated)."
        )
    if place == -1:
        return f"Give {_all(names)} the same last axis, e.g. Dense({wanted}) on {' and '.join(others)}{instead}."
    return (
        f"Give {_all(names)} the same size on axis {place}: bring {' and '.join(others)} to {wanted} by pooling, "
        f"strides, padding or upsampling, or reduce it to 1, which is repeated{instead}."
    )


def _all(names: Sequence[str]) -> str:
    return "both" if len(names) == 2 else "all"


def joined_shape(shapes: Sequence[Shape], axis: int) -> Shape | None:
    """The shape of the branches joined along `axis`; None if they cannot be."""
    rank = len(shapes[0])
    if any(len(shape) != rank for shape in shapes):
        return None
    at = axis % rank
    for other in range(1, rank):
        if other != at and len({shape[other] for shape in shapes} - {None}) > 1:
            return None
    sizes = [shape[at] for shape in shapes]
    total = None if None in sizes else sum(sizes)  # type: ignore[arg-type]
    return (*shapes[0][:at], total, *shapes[0][at + 1 :])
