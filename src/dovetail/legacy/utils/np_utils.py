"""`keras.utils.np_utils`: labels as rows, and small numeric helpers."""

from typing import Any

import numpy as np

from ...engine.errors import unknown_name
from ...engine.settings import image_data_format
from ...utils import normalize
from ...utils.numerical import one_hot_rows
from .conv_utils import conv_input_length, conv_output_length

__all__ = ["KERAS1", "normalize", "to_categorical"]


def to_categorical(y: Any, num_classes: int | None = None, dtype: Any = "float32", **kwargs: Any) -> np.ndarray:
    """Class numbers as one-hot rows, in Keras 2's default dtype.

    Shapes:
        y: (...), or (..., 1)
        output: (..., num_classes)
    """
    num_classes = kwargs.pop("nb_classes", num_classes)
    if kwargs:
        raise TypeError(f"to_categorical has no argument {next(iter(kwargs))!r}")
    labels = np.asarray(y).astype("int64")
    shape = labels.shape[:-1] if labels.ndim > 1 and labels.shape[-1] == 1 else labels.shape
    rows = one_hot_rows(labels.reshape(-1), num_classes, dtype)
    return rows.reshape(*shape, rows.shape[1])


def to_categorical_keras1(y: Any, nb_classes: int | None = None, **kwargs: Any) -> np.ndarray:
    """Class numbers as one-hot rows: always (labels, classes), whatever the shape of `y`, and float64."""
    given = {"num_classes": nb_classes, "dtype": "float64"} | kwargs
    return to_categorical(np.asarray(y).reshape(-1), **given)


def binary_logloss(p: Any, y: Any) -> float:
    """Mean binary cross-entropy of the probabilities `p` for the labels `y`."""
    y = np.asarray(y)
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def multiclass_logloss(p: Any, y: Any) -> float:
    """Mean cross-entropy of the rows `p` for labels that count from 1 (as Keras 1 has it; 0 is the last class)."""
    chosen = [row[label - 1] for row, label in zip(p, y, strict=True)]
    return float(-np.mean(np.log(chosen)))


def accuracy(p: Any, y: Any) -> float:
    """The share of predictions that equal their label."""
    return float(np.mean([a == b for a, b in zip(p, y, strict=False)]))


def probas_to_classes(y_pred: Any) -> np.ndarray:
    """The likeliest class of each row; for single probabilities, whether they are above 0.5."""
    y_pred = np.asarray(y_pred)
    if y_pred.ndim > 1 and y_pred.shape[1] > 1:
        return categorical_probas_to_classes(y_pred)
    return np.array([int(p > 0.5) for p in y_pred.reshape(-1)])


def categorical_probas_to_classes(p: Any) -> np.ndarray:
    """The likeliest class of each row."""
    return np.argmax(p, axis=1)


def convert_kernel_keras1(kernel: Any, dim_ordering: str | None = None) -> np.ndarray:
    """A convolution kernel turned by 180 degrees: from Theano's convention to TensorFlow's, or back.

    Args:
        kernel: of 2 or 3 spatial axes: last with "th" ordering, first with "tf".
        dim_ordering: "th" or "tf"; None is the default.
    """
    kernel = np.asarray(kernel)
    if dim_ordering in (None, "default"):
        dim_ordering = "th" if image_data_format() == "channels_first" else "tf"
    if not 4 <= kernel.ndim <= 5:
        raise ValueError(f"Invalid kernel shape: {kernel.shape}; it needs 4 or 5 axes")
    if dim_ordering not in ("th", "tf"):
        raise unknown_name("dim_ordering", dim_ordering, ("th", "tf"))
    space = range(2, kernel.ndim) if dim_ordering == "th" else range(kernel.ndim - 2)
    return np.flip(kernel, tuple(space)).copy()


KERAS1 = {
    "to_categorical": to_categorical_keras1,
    "binary_logloss": binary_logloss,
    "multiclass_logloss": multiclass_logloss,
    "accuracy": accuracy,
    "probas_to_classes": probas_to_classes,
    "categorical_probas_to_classes": categorical_probas_to_classes,
    "convert_kernel": convert_kernel_keras1,
    "conv_output_length": conv_output_length,
    "conv_input_length": conv_input_length,
}
