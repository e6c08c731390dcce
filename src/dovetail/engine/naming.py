"""Automatic names as Keras gives them: `dense`, `dense_1`, `dense_2`, ..."""

from collections import Counter

_used: Counter[str] = Counter()


def unique_name(prefix: str) -> str:
    """`prefix` the first time, then `prefix_1`, `prefix_2`, ..."""
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
