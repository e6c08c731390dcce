"""Metrics of regression that are not a mean over samples, and correlations."""

from typing import Any

import jax.numpy as jnp

from ..engine.errors import unknown_name
from ..engine.settings import epsilon
from ..losses.functions import same_rank
from .confusion import divided
from .metric import MeanMetricWrapper, Metric


class R2Score(Metric):
    """The share of variance explained: 1 - squared error / variance.

    Args:
        class_aggregation: "uniform_average", "variance_weighted_average", or None for one value an output.
        num_regressors: corrects for so many predictors; 0 does not.
    """

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str = "r2_score",
        dtype: Any = None,
    ):
        known = ("uniform_average", "variance_weighted_average")
        if class_aggregation is not None and class_aggregation not in known:
            raise unknown_name("class_aggregation", class_aggregation, known)
        if num_regressors < 0:
            raise ValueError(f"`num_regressors` is at least 0, not {num_regressors!r}")
        super().__init__(name=name, dtype=dtype)
        self.class_aggregation, self.num_regressors = class_aggregation, num_regressors
        self.samples = self.add_variable((), "zeros", name="num_samples")
        self.columns: list[Any] = []

    def build(self, y_true_shape: Any, y_pred_shape: Any) -> None:
        names = ("squared_sum", "sum", "residual", "count")
        self.columns = [self.add_variable(y_pred_shape[-1:], "zeros", name=name) for name in names]
        self.built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = jnp.asarray(y_pred, self.dtype)
        y_true, y_pred = same_rank(jnp.asarray(y_true, self.dtype), y_pred)
        self._ensure_built(y_true, y_pred)
        weight = jnp.ones_like(y_true)
        if sample_weight is not None:
            w = jnp.asarray(sample_weight, self.dtype)
            weight = jnp.broadcast_to(w.reshape(w.shape + (1,) * (y_true.ndim - w.ndim)), y_true.shape)
        parts = (weight * y_true**2, weight * y_true, weight * (y_true - y_pred) ** 2, weight)
        for variable, part in zip(self.columns, parts, strict=True):
            variable.assign_add(jnp.sum(part, axis=0))
        self.samples.assign_add(y_true.size)

    def result(self) -> Any:
        if not self.columns:
            return jnp.zeros((), self.dtype)
        squares, sums, residual, count = (variable.value for variable in self.columns)
        total = squares - sums * divided(sums, count)
        scores = 1 - residual / total
        scores = jnp.where(jnp.isinf(scores), 0, scores)  # of a constant target; NaN if it is even met
        if self.class_aggregation == "uniform_average":
            score = jnp.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            score = jnp.sum(total * scores) / jnp.sum(total)
        else:
            score = scores
        if self.num_regressors:
            n = self.samples.value
            score = 1 - (1 - score) * (n - 1) / (n - self.num_regressors - 1)
        return score


def _centred(y_true: Any, y_pred: Any, axis: int) -> tuple[Any, Any, Any]:
    """Both less their means, and the difference of the means."""
    y_pred = jnp.asarray(y_pred)
    y_pred = y_pred if jnp.issubdtype(y_pred.dtype, jnp.floating) else y_pred.astype(jnp.float32)
    y_true, y_pred = same_rank(jnp.asarray(y_true, y_pred.dtype), y_pred)
    means = [x.mean(axis, keepdims=True) for x in (y_true, y_pred)]
    return y_true - means[0], y_pred - means[1], jnp.squeeze(means[0] - means[1], axis)


def pearson_correlation(y_true, y_pred, axis=-1):
    """`cov(y_true, y_pred) / (std(y_true) * std(y_pred))` over `axis`; undefined (NaN) where one is constant."""
    y_true, y_pred, _ = _centred(y_true, y_pred, axis)
    variances = jnp.mean(jnp.square(y_true), axis) * jnp.mean(jnp.square(y_pred), axis)
    return jnp.mean(y_true * y_pred, axis) / jnp.sqrt(variances)


def concordance_correlation(y_true, y_pred, axis=-1):
    """`2 cov / (var(y_true) + var(y_pred) + (difference of means)^2)` over `axis`. Reference: Lin 1989."""
    y_true, y_pred, apart = _centred(y_true, y_pred, axis)
    spread = jnp.mean(jnp.square(y_true), axis) + jnp.mean(jnp.square(y_pred), axis) + jnp.square(apart)
    return 2 * jnp.mean(y_true * y_pred, axis) / (spread + epsilon())


class PearsonCorrelation(MeanMetricWrapper):
    """The mean over samples of the correlation between target and prediction: 1 for the same shape."""

    def __init__(self, name: str = "pearson_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(pearson_correlation, name=name, dtype=dtype, axis=axis)
        self.axis = axis


class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean over samples of the agreement of target and prediction: 1 only if they are equal."""

    def __init__(self, name: str = "concordance_correlation", dtype: Any = None, axis: int = -1):
        super().__init__(concordance_correlation, name=name, dtype=dtype, axis=axis)
        self.axis = axis
