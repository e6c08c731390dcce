"""Losses as metrics: the mean over all samples seen."""

from typing import Any

import jax.numpy as jnp

from ..engine.masks import get_mask
from ..losses import functions
from ..losses.functions import same_rank
from .metric import Mean, MeanMetricWrapper


def _of(function: Any, class_name: str, metric_name: str) -> type[MeanMetricWrapper]:
    """The metric of a loss without arguments of its own."""

    class OfLoss(MeanMetricWrapper):
        def __init__(self, name: str = metric_name, dtype: Any = None):
            super().__init__(function, name=name, dtype=dtype)

    OfLoss.__name__ = OfLoss.__qualname__ = class_name
    OfLoss.__doc__ = function.__doc__
    return OfLoss


MeanSquaredError = _of(functions.mean_squared_error, "MeanSquaredError", "mean_squared_error")
MeanAbsoluteError = _of(functions.mean_absolute_error, "MeanAbsoluteError", "mean_absolute_error")
MeanAbsolutePercentageError = _of(
    functions.mean_absolute_percentage_error, "MeanAbsolutePercentageError", "mean_absolute_percentage_error"
)
MeanSquaredLogarithmicError = _of(
    functions.mean_squared_logarithmic_error, "MeanSquaredLogarithmicError", "mean_squared_logarithmic_error"
)
LogCoshError = _of(functions.log_cosh, "LogCoshError", "logcosh")
KLDivergence = _of(functions.kl_divergence, "KLDivergence", "kl_divergence")
Poisson = _of(functions.poisson, "Poisson", "poisson")
Hinge = _of(functions.hinge, "Hinge", "hinge")
SquaredHinge = _of(functions.squared_hinge, "SquaredHinge", "squared_hinge")
CategoricalHinge = _of(functions.categorical_hinge, "CategoricalHinge", "categorical_hinge")


def _cosine(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    return -functions.cosine_similarity(y_true, y_pred, axis)


class CosineSimilarity(MeanMetricWrapper):
    """The cosine of the angle between target and prediction: 1 for the same direction."""

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1):
        super().__init__(_cosine, name=name, dtype=dtype, axis=axis)
        self.axis = axis


class BinaryCrossentropy(MeanMetricWrapper):
    __doc__ = functions.binary_crossentropy.__doc__

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ):
        super().__init__(
            functions.binary_crossentropy,
            name=name,
            dtype=dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
        )
        self.from_logits, self.label_smoothing = from_logits, label_smoothing


class CategoricalCrossentropy(MeanMetricWrapper):
    __doc__ = functions.categorical_crossentropy.__doc__

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ):
        super().__init__(
            functions.categorical_crossentropy,
            name=name,
            dtype=dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits, self.label_smoothing, self.axis = from_logits, label_smoothing, axis


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """`-log(p[y_true])` for class numbers; labels equal to `ignore_class` do not count.

    Keras counts them as samples that cost nothing, unless sample weights are given.
    """

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ):
        super().__init__(
            functions.sparse_categorical_crossentropy,
            name=name,
            dtype=dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
        self.from_logits, self.ignore_class, self.axis = from_logits, ignore_class, axis

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> None:
        mask = get_mask(y_pred) if mask is None else mask
        if self.ignore_class is not None:
            labels = jnp.asarray(y_true)
            labels = labels[..., 0] if labels.ndim == jnp.ndim(y_pred) else labels
            counts = labels != self.ignore_class
            mask = counts if mask is None else jnp.asarray(mask, bool) & counts
        super().update_state(y_true, y_pred, sample_weight, mask)


class RootMeanSquaredError(Mean):
    """`sqrt(mean((y_true - y_pred)^2))` over all samples seen."""

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> None:  # type: ignore[override]
        y_true, y_pred = same_rank(jnp.asarray(y_true, self.dtype), jnp.asarray(y_pred, self.dtype))
        super().update_state(jnp.square(y_pred - y_true), sample_weight, mask)

    def result(self) -> Any:
        return jnp.sqrt(super().result())
