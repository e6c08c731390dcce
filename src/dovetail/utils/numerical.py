"""Labels as one-hot rows, and vectors of length one."""

from typing import Any

import jax
import numpy as np

from .. import ops
from ..engine.tensor import KerasTensor


def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """Class numbers as one-hot rows, for `categorical_crossentropy`.

    Args:
        x: integers from 0 to `num_classes - 1`; negative ones count from the last class.
        num_classes: length of a row; None takes the largest number plus one.

    Shapes:
        x: (...), or (..., 1)
        output: (..., num_classes)

    Returns:
        A float64 NumPy array; for a JAX array or a symbolic tensor one of its kind, in `floatx`.

    Raises:
        IndexError: a number is not a class.

    Example:
        >>> to_categorical([0, 2, 1])
        array([[1., 0., 0.],
               [0., 0., 1.],
               [0., 1., 0.]])
    """
    if isinstance(x, (jax.Array, KerasTensor)):
        if len(x.shape) > 1 and x.shape[-1] == 1:
            x = ops.squeeze(x, -1)
        return ops.one_hot(x, num_classes or int(ops.max(x)) + 1)
    labels = np.asarray(x).astype("int64")
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    rows = one_hot_rows(labels.reshape(-1), num_classes, "float64")
    return rows.reshape(*shape, rows.shape[1])


def one_hot_rows(labels: np.ndarray, num_classes: int | None, dtype: Any) -> np.ndarray:
    """One row for each label; see `to_categorical`.

    Raises:
        ValueError: there are no labels, and no `num_classes`.
        IndexError: a label is not a class.
    """
    if not num_classes:
        if not labels.size:
            raise ValueError("to_categorical got no labels (zero-size array): say how many classes there are")
        num_classes = int(labels.max()) + 1
    wrong = labels[(labels >= num_classes) | (labels < -num_classes)]
    if wrong.size:
        raise IndexError(
            f"to_categorical: label {wrong[0]} is out of bounds for {num_classes} classes, "
            f"which are numbered 0 to {num_classes - 1}"
        )
    rows = np.zeros((labels.size, num_classes), dtype)
    rows[np.arange(labels.size), labels] = 1
    return rows


def normalize(x: Any, axis: int = -1, order: float = 2) -> Any:
    """`x` divided by its norms along `axis`; what has norm zero stays zero.

    Args:
        x: anything array-like; a JAX array or symbolic tensor gives one of its kind.
        axis: vectors run along it.
        order: of the norm: 2 Euclidean, 1 sum of magnitudes, `np.inf` the largest.

    Example:
        >>> normalize(np.array([[3.0, 4.0], [0.0, 0.0]]))
        array([[0.6, 0.8],
               [0. , 0. ]])
    """
    if isinstance(x, (jax.Array, KerasTensor)):
        return ops.normalize(x, axis=axis, order=order)
    x = np.asarray(x)
    norms = np.linalg.norm(x, order, axis, keepdims=True)
    return x / np.where(norms == 0, 1, norms)
