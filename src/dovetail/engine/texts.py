"""Texts as arrays: of `str`, on the host."""

from typing import Any

import jax
import numpy as np

from .tensor import KerasTensor


def texts(x: Any) -> np.ndarray:
    """Text, one or many, as an array of `str`; bytes are read as UTF-8."""
    array = np.asarray(x) if not hasattr(x, "to_numpy") else x.to_numpy()
    if array.dtype.kind == "U":
        return array.astype(object)
    if array.dtype.kind not in "SO":
        raise TypeError(f"expected text, got values of {array.dtype}")
    made = np.empty(array.shape, object)
    made.reshape(-1)[:] = [
        v.decode("utf-8", "surrogateescape") if isinstance(v, bytes) else str(v) for v in array.reshape(-1)
    ]
    return made


def is_text(x: Any) -> bool:
    """Whether these are texts: one, an array, or a (nested) list of them."""
    while isinstance(x, (list, tuple)) and len(x):
        x = x[0]
    dtype = getattr(x, "dtype", None)
    if isinstance(x, (str, bytes)) or getattr(dtype, "kind", "") in ("U", "S"):
        return True
    if dtype is None or isinstance(x, (jax.Array, KerasTensor)) or getattr(dtype, "kind", "") != "O":
        return str(dtype) == "string" and not isinstance(x, KerasTensor)
    values = np.asarray(x, object).reshape(-1)
    return bool(values.size) and isinstance(values[0], (str, bytes))


def is_written_out(x: Any) -> bool:
    """Whether these are texts in lists: no arrays."""
    while isinstance(x, (list, tuple)) and len(x):
        x = x[0]
    return isinstance(x, (str, bytes))
