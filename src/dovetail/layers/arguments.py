"""Checks that layers share: constructor arguments, and the inputs' number of axes."""

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..engine.errors import ShapeError, format_shape, unknown_name
from ..engine.operation import open_shape


def positive_int(name: str, value: Any) -> int:
    """`value` as an integer of at least 1.

    Raises:
        ValueError: it is not one; the argument is named.
    """
    return _integer(name, value, 1)


def int_tuple(name: str, value: Any, rank: int, minimum: int = 1) -> tuple[int, ...]:
    """`rank` integers of at least `minimum`; a single integer stands for all of them.

    Raises:
        ValueError: too few, too many, or not integers; the argument is named.
    """
    if isinstance(value, Iterable) and not isinstance(value, str):
        values = tuple(value)
        if len(values) != rank:
            raise ValueError(f"`{name}` needs {rank} integers, or one for all; got {value!r}")
        return tuple(_integer(name, item, minimum) for item in values)
    return (_integer(name, value, minimum),) * rank


def share(name: str, value: Any) -> float:
    """`value` as a number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not 0 <= value <= 1:
        raise ValueError(f"`{name}` must be a number from 0 to 1, not {value!r}")
    return float(value)


def one_of(name: str, value: Any, known: Sequence[str]) -> str:
    """`value` in lower case, one of `known`."""
    lowered = str(value).lower()
    if lowered not in known:
        raise unknown_name(name, value, known)
    return lowered


def refuse(layer: str, **arguments: Any) -> None:
    """Raise for the first argument that is set: these are Keras's, and not supported yet."""
    for name, value in arguments.items():
        if value is not None:
            raise NotImplementedError(f"{layer}({name}={value!r}) is not supported yet; leave `{name}` out.")


def settings(arguments: dict[str, Any]) -> dict[str, Any]:
    """The named arguments of a constructor (its `locals()`), for handing them on."""
    return {name: value for name, value in arguments.items() if name not in ("self", "kwargs", "__class__")}


def seen_shape(x: Any) -> str:
    """The shape of an array for messages: `(batch, 28, 28)`."""
    return format_shape((None, *open_shape(x)[1:]))


def check_axes(layer: Any, x: Any, *axes: str) -> None:
    """Check that `x` has one axis for each name in `axes`.

    Raises:
        ShapeError: it has more or fewer; says what was needed, what came, and how to get there.
    """
    if x.ndim == len(axes):
        return
    advice = ""
    if x.ndim == len(axes) - 1 and x.ndim > 1:
        advice = f" Add the missing axis, e.g. with Reshape({(*_sizes(x), 1)})."
    elif x.ndim == 1:
        advice = " A single sample needs a batch axis in front: x[None]."
    raise ShapeError(
        f"{describe(layer)} needs inputs ({', '.join(axes)}), {len(axes)} axes; "
        f"it got {seen_shape(x)}, {x.ndim} {'axis' if x.ndim == 1 else 'axes'}.{advice}"
    )


def describe(layer: Any) -> str:
    """`Dense 'hidden'`."""
    return f"{type(layer).__name__} {layer.name!r}"


def _sizes(x: Any) -> tuple[int, ...]:
    return tuple(-1 if size is None else size for size in open_shape(x)[1:])


def _integer(name: str, value: Any, minimum: int) -> int:
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < minimum:
        kind = "a positive integer" if minimum == 1 else f"an integer of at least {minimum}"
        hint = ""
        if isinstance(value, float) and value.is_integer() and value >= minimum:
            hint = f"; write {int(value)} (a / b is a float, a // b an integer)"
        raise ValueError(f"`{name}` must be {kind}, not {value!r}{hint}")
    return number
