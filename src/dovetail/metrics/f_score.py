"""F scores: precision and recall of each class in one number."""

from typing import Any

import jax.numpy as jnp

from ..engine.errors import ShapeError, format_shape, unknown_name
from .confusion import divided
from .metric import Metric

AVERAGES = ("micro", "macro", "weighted")


class FBetaScore(Metric):
    """`(1 + beta^2) * precision * recall / (beta^2 * precision + recall)`.

    Args:
        average: None for one value a class; "micro" counts all classes together, "macro" is the mean over
            classes, "weighted" the mean weighted by how often each class occurs.
        beta: how much recall counts against precision.
        threshold: predictions above it count as said; None takes each sample's largest.

    Shapes:
        y_true, y_pred: (batch, classes)

    Raises:
        ShapeError: the data are not (batch, classes).
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: Any = None,
    ):
        super().__init__(name=name, dtype=dtype)
        if average is not None and average not in AVERAGES:
            raise unknown_name("average of an F score", average, AVERAGES)
        if not isinstance(beta, float) or beta <= 0:
            raise ValueError(f"`beta` is a float above 0, not {beta!r}")
        if threshold is not None and not (isinstance(threshold, float) and 0 < threshold <= 1):
            raise ValueError(f"`threshold` is a float above 0 and at most 1, not {threshold!r}")
        self.average, self.beta, self.threshold = average, beta, threshold
        self.counts: list[Any] = []

    def build(self, y_true_shape: Any, y_pred_shape: Any) -> None:
        if len(y_true_shape) != 2 or len(y_pred_shape) != 2:
            raise ShapeError(
                f"{type(self).__name__} {self.name!r} needs targets and predictions (batch, classes); got "
                f"{format_shape(tuple(y_true_shape))} and {format_shape(tuple(y_pred_shape))}"
            )
        shape = () if self.average == "micro" else (y_pred_shape[-1],)
        names = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
        self.counts = [self.add_variable(shape, "zeros", name=name) for name in names]
        self.built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = jnp.asarray(y_true, self.dtype), jnp.asarray(y_pred, self.dtype)
        self._ensure_built(y_true, y_pred)
        if self.threshold is None:  # a sample of zeros says nothing
            said = (y_pred >= y_pred.max(-1, keepdims=True)) & (jnp.abs(y_pred) > 1e-9)
        else:
            said = y_pred > self.threshold
        said = said.astype(self.dtype)
        weight = jnp.ones((), self.dtype) if sample_weight is None else jnp.asarray(sample_weight, self.dtype)
        weight = weight[:, None] if weight.ndim == 1 else weight
        axis = None if self.average == "micro" else 0
        parts = (said * y_true, said * (1 - y_true), (1 - said) * y_true, y_true)
        for variable, part in zip(self.counts, parts, strict=True):
            variable.assign_add(jnp.sum(part * weight, axis=axis))

    def result(self) -> Any:
        if not self.counts:
            return jnp.zeros((), self.dtype)
        right, alarms, missed, occurring = (variable.value for variable in self.counts)
        precision, recall = divided(right, right + alarms), divided(right, right + missed)
        square = self.beta**2
        score = divided((1 + square) * precision * recall, square * precision + recall)
        if self.average == "macro":
            return jnp.mean(score)
        if self.average == "weighted":
            return divided(jnp.sum(score * occurring), jnp.sum(occurring))
        return score


class F1Score(FBetaScore):
    """`2 * precision * recall / (precision + recall)`; arguments as in `FBetaScore`."""

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: Any = None,
    ):
        super().__init__(average=average, beta=1.0, threshold=threshold, name=name, dtype=dtype)
