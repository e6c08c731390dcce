"""A batch as one value: x, y and sample weights."""

from typing import Any


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """What `unpack_x_y_sample_weight` takes apart: `(x, y, sample_weight)`, without a tail of None.

    `x` alone is returned as it is, a list or tuple as `(x,)`.
    """
    if y is None:
        return (x,) if isinstance(x, (list, tuple)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """A batch as `(x, y, sample_weight)`, None for what it does not have.

    Raises:
        ValueError: a tuple of more than three.

    Example:
        >>> unpack_x_y_sample_weight((1, 2))
        (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(f"a batch is (x,), (x, y) or (x, y, sample_weight); got {len(data)} items")
    x, y, sample_weight = (*data, None, None)[:3]
    return x, y, sample_weight
