"""Masks of arrays between the calls of layers in plain Python code (inside a graph run they travel with the values)."""

import weakref
from typing import Any

_masks: dict[int, tuple[weakref.ref, Any]] = {}


def set_mask(array: Any, mask: Any) -> None:
    """Remember `mask` for as long as `array` lives."""
    key = id(array)
    if mask is None:
        _masks.pop(key, None)
    else:
        _masks[key] = (weakref.ref(array, lambda _: _masks.pop(key, None)), mask)


def get_mask(array: Any) -> Any:
    """The mask of `array`, or None."""
    entry = _masks.get(id(array)) if _masks else None
    return entry[1] if entry is not None and entry[0]() is array else None
