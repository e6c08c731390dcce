"""Errors that say what was wrong, where, and what to do next."""

import difflib
from collections.abc import Iterable, Sequence


class DovetailError(Exception):
    """Base of the library's own errors; each is also a ValueError or a TypeError."""


class ShapeError(DovetailError, ValueError):
    """Shapes do not fit together."""


class NameLookupError(DovetailError, ValueError):
    """A name (of a loss, a layer, an output, ...) is not known."""


class StateError(DovetailError, ValueError):
    """An object is used before it has what the call needs (built, compiled, ...)."""


def format_shape(shape: Sequence[int | None] | None) -> str:
    """A shape as people read it: `(batch, 8)`; an open axis other than the first is `?`."""
    if shape is None:
        return "(unknown shape)"
    axes = [str(size) if size is not None else ("?" if axis else "batch") for axis, size in enumerate(shape)]
    return f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """The closest known name as a question, or an empty string."""
    lowered = {word.lower(): word for word in known}
    name = str(name).lower()

    def closeness(word: str) -> tuple[bool, float]:  # swapped letters are the likeliest slip
        return sorted(word) == sorted(name), difflib.SequenceMatcher(None, name, word).ratio()

    close = difflib.get_close_matches(name, lowered, n=5, cutoff=0.5)
    return f"; did you mean {lowered[max(close, key=closeness)]!r}?" if close else ""


def unknown_name(kind: str, name: object, known: Iterable[str]) -> NameLookupError:
    """The error for a name that is not in `known`: `unknown activation 'rellu'; did you mean 'relu'?`"""
    known = sorted(known)
    hint = did_you_mean(name, known) or f". Known: {', '.join(known)}"
    return NameLookupError(f"unknown {kind} {name!r}{hint}")
