"""Accuracies: how often predictions are right."""

from typing import Any

import jax.numpy as jnp
from jax import lax

from ..losses.functions import same_rank
from .metric import MeanMetricWrapper


def _aligned(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    return same_rank(y_true, y_pred)


def accuracy(y_true, y_pred):
    """Whether both are equal."""
    y_true, y_pred = _aligned(y_true, y_pred)
    return jnp.asarray(y_true == y_pred, jnp.float32)


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """Mean over the last axis of whether `y_pred > threshold` is `y_true`."""
    y_true, y_pred = _aligned(y_true, y_pred)
    return jnp.mean(jnp.asarray(y_true == (y_pred > threshold).astype(y_true.dtype), jnp.float32), axis=-1)


def categorical_accuracy(y_true, y_pred):
    """Whether the largest entry of `y_pred` is that of the one-hot `y_true`."""
    y_true = jnp.argmax(jnp.asarray(y_true), axis=-1)
    return _right(y_true, jnp.asarray(y_pred))


def sparse_categorical_accuracy(y_true, y_pred):
    """Whether the largest entry of `y_pred` is at the class number `y_true`."""
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    return _right(y_true, y_pred)


def _right(y_true: Any, y_pred: Any) -> Any:
    found = jnp.argmax(y_pred, axis=-1)
    if found.shape != y_true.shape:
        found = found.reshape(y_true.shape)
    return (y_true == found.astype(y_true.dtype)).astype(jnp.float32)


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """Whether the class of the one-hot `y_true` is among the `k` largest entries of `y_pred`."""
    return sparse_top_k_categorical_accuracy(jnp.argmax(jnp.asarray(y_true), axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False):
    """Whether the class number `y_true` is among the `k` largest entries of `y_pred`.

    Args:
        from_sorted_ids: `y_pred` holds class numbers, best first, instead of scores.
    """
    y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    labels = y_true.astype(jnp.int32)[..., None]
    if from_sorted_ids:
        return jnp.any(labels == y_pred[..., :k].astype(jnp.int32), axis=-1).astype(jnp.float32)
    _, best = lax.top_k(y_pred, min(k, y_pred.shape[-1]))
    return jnp.any(best == labels, axis=-1).astype(jnp.float32)


class Accuracy(MeanMetricWrapper):
    """How often predictions equal targets."""

    def __init__(self, name: str = "accuracy", dtype: Any = None):
        super().__init__(accuracy, name=name, dtype=dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often `y_pred > threshold` is the target 0 or 1."""

    def __init__(self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5):
        if threshold is not None and not 0 < threshold < 1:
            raise ValueError(f"`threshold` is between 0 and 1, not {threshold!r}")
        super().__init__(binary_accuracy, name=name, dtype=dtype, threshold=threshold)
        self.threshold = threshold


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is the class of a one-hot target."""

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None):
        super().__init__(categorical_accuracy, name=name, dtype=dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is at the target's class number."""

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None):
        super().__init__(sparse_categorical_accuracy, name=name, dtype=dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the class of a one-hot target is among the `k` largest predictions."""

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None):
        super().__init__(top_k_categorical_accuracy, name=name, dtype=dtype, k=k)
        self.k = k


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the target's class number is among the `k` largest predictions."""

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ):
        super().__init__(
            sparse_top_k_categorical_accuracy, name=name, dtype=dtype, k=k, from_sorted_ids=from_sorted_ids
        )
        self.k, self.from_sorted_ids = k, from_sorted_ids
