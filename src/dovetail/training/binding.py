"""Binding data to a model's inputs and outputs by name or position, or an error that says what is missing."""

from collections.abc import Sequence
from typing import Any

from ..engine.errors import DovetailError, did_you_mean


class BindingError(DovetailError, ValueError):
    """Data, losses or metrics that do not match the inputs or outputs they are for."""


def bind(
    value: Any, names: Sequence[str], what: str, side: str, optional: bool = False, is_item: Any = None
) -> list[Any]:
    """`value` as a list with one entry for each name.

    Args:
        value: a dictionary by name, a list or tuple by position, or for a single name the entry itself.
        names: of the inputs or outputs, in order.
        what: what is bound ("x", "y", "loss"), for messages.
        side: "input" or "output".
        optional: a name may be missing; its entry is None.
        is_item: function telling whether a list or tuple is itself one entry.

    Raises:
        BindingError: a key is missing, extra or misspelt, or the number of entries differs.
    """
    if isinstance(value, dict):
        extra = [key for key in value if key not in names]
        missing = [name for name in names if name not in value]
        if extra or (missing and not optional):
            raise BindingError(_mismatch(what, side, names, extra, missing, optional))
        return [value.get(name) for name in names]
    if isinstance(value, (list, tuple)) and not (is_item is not None and is_item(value)):
        if len(value) != len(names):
            raise BindingError(
                f"`{what}` has {len(value)} entries, the model has {len(names)} {side}s: {', '.join(names)}"
            )
        return list(value)
    if len(names) != 1:
        raise BindingError(
            f"`{what}` is one entry, the model has {len(names)} {side}s: {', '.join(names)}. "
            f"Give a list in this order, or a dictionary by these names"
        )
    return [value]


def _mismatch(what: str, side: str, names: Sequence[str], extra: list[str], missing: list[str], optional: bool) -> str:
    parts = []
    if missing and not optional:
        parts.append(f"lacks {', '.join(repr(name) for name in missing)}")
    if extra:
        candidates = missing or names
        parts.append("has " + ", ".join(f"{key!r}{did_you_mean(key, candidates)}" for key in extra))
    return f"`{what}` {' and '.join(parts)} (the model's {side}s: {', '.join(names)})"
