"""Sequences of different lengths as one array."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engine.errors import ShapeError, unknown_name

SIDES = ("pre", "post")


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Cut and fill sequences so that all are equally long.

    Args:
        sequences: each a sequence of numbers, strings or arrays of one shape.
        maxlen: steps in the result; None is the longest sequence's.
        dtype: of the result; `object` or `str` for strings.
        padding: "pre" fills in front of a short sequence, "post" after it.
        truncating: "pre" drops the beginning of a long sequence, "post" its end.
        value: what to fill with.

    Shapes:
        output: (sequences, maxlen, ...)

    Raises:
        ValueError: an item is not a sequence, or does not fit the dtype.
        ShapeError: the steps of two sequences have different shapes.

    Example:
        >>> pad_sequences([[1], [2, 3, 4]], maxlen=2)
        array([[0, 1],
               [3, 4]], dtype=int32)
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in SIDES:
            raise unknown_name(name, side, SIDES)
    lengths = [_length(sequence) for sequence in _sized(sequences)]
    longest = max(lengths, default=0)
    if maxlen is None:
        if not lengths:
            raise ValueError("pad_sequences got no sequences (zero-size array): how long they are needs `maxlen`")
        maxlen = longest
    if maxlen < 0 or (maxlen == 0 and truncating == "pre" and longest):
        raise ValueError(f"pad_sequences cannot keep the last {maxlen} steps: negative dimensions, or none at all")
    if isinstance(value, str) and np.dtype(dtype).kind not in "OUS":
        raise ValueError(
            f"pad_sequences cannot fill an array of dtype {dtype} with {value!r}: dtype=object can hold it"
        )

    first = next((sequence for sequence, length in zip(sequences, lengths, strict=True) if length), ())
    step_shape = np.asarray(first).shape[1:]
    padded = np.full((len(lengths), maxlen, *step_shape), value, dtype)
    for row, (sequence, length) in enumerate(zip(sequences, lengths, strict=True)):
        if not length:
            continue
        kept = np.asarray(sequence[-maxlen:] if truncating == "pre" else sequence[:maxlen], dtype)
        if kept.shape[1:] != step_shape:
            raise ShapeError(
                f"Shape of sample {kept.shape[1:]} of sequence at position {row} is different from expected shape "
                f"{step_shape}, that of the first sequence"
            )
        if padding == "post":
            padded[row, : len(kept)] = kept
        else:
            padded[row, maxlen - len(kept) :] = kept
    return padded


def _sized(sequences: Any) -> Any:
    if not hasattr(sequences, "__len__"):
        raise ValueError(f"`sequences` must be a list of sequences; got a {type(sequences).__name__}")
    return sequences


def _length(sequence: Any) -> int:
    try:
        return len(sequence)
    except TypeError as error:
        raise ValueError(f"`sequences` must be a list of iterables. Found non-iterable: {sequence}") from error
