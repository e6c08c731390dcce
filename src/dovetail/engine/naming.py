"""Automatic names as Keras gives them: `dense`, `dense_1`, `dense_2`, ..."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_used: Counter[str] = Counter()
_other: ContextVar[Callable[[str], str] | None] = ContextVar("another way of naming", default=None)


@contextmanager
def named_by(function: Callable[[str], str] | None) -> Iterator[None]:
    """Run the body with automatic names made by `function(prefix)`; None is the usual way."""
    token = _other.set(function)
    try:
        yield
    finally:
        _other.reset(token)


def unique_name(prefix: str) -> str:
    """`prefix` the first time, then `prefix_1`, `prefix_2`, ..."""
    other = _other.get()
    if other is not None:
        return other(prefix)
    count = _used[prefix]
    _used[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def get_uid(prefix: str = "") -> int:
    """How often `prefix` was used, this time included."""
    _used[prefix] += 1
    return _used[prefix]


def reset_names() -> None:
    """Start all counts again, as `clear_session` does."""
    _used.clear()
