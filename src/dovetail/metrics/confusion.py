"""Metrics from counts of true and false positives and negatives."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from ..engine.configs import to_config
from ..engine.errors import unknown_name
from ..losses.functions import same_rank
from .metric import Metric

COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def confusion(y_true: Any, y_pred: Any, thresholds: Any, sample_weight: Any, dtype: str, axis: Any = None) -> Any:
    """The four counts, each (thresholds,), or (thresholds, labels) with `axis=1` for several labels."""
    y_pred = jnp.asarray(y_pred, dtype)
    y_true, y_pred = same_rank(jnp.asarray(y_true, dtype), y_pred)
    weight = jnp.ones_like(y_pred)
    if sample_weight is not None:
        w = jnp.asarray(sample_weight, dtype)
        w, _ = same_rank(w, y_pred)
        weight = jnp.broadcast_to(w.reshape(w.shape + (1,) * (y_pred.ndim - w.ndim)), y_pred.shape)
    if axis is None:
        y_true, y_pred, weight = (x.reshape(-1, 1) for x in (y_true, y_pred, weight))
    limits = jnp.asarray(thresholds, dtype)[:, None, None]
    said, is_true = y_pred[None] > limits, (y_true > 0)[None]
    parts = (said & is_true, said & ~is_true, ~said & ~is_true, ~said & is_true)
    counts = [jnp.sum(jnp.where(part, weight[None], 0), axis=1) for part in parts]
    return counts if axis is not None else [count[:, 0] for count in counts]


class _Count(Metric):
    """One of the four counts."""

    which: int

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = _thresholds(thresholds, 0.5)
        self.accumulator = self.add_variable((len(self.thresholds),), "zeros", name="accumulator")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        counts = confusion(y_true, y_pred, self.thresholds, sample_weight, self.dtype)
        self.accumulator.assign_add(counts[self.which])

    def result(self) -> Any:
        value = self.accumulator.value
        return value[0] if len(self.thresholds) == 1 else value

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"thresholds": to_config(self.init_thresholds)}


class TruePositives(_Count):
    """The (weighted) number of positives predicted so."""

    which = 0


class FalsePositives(_Count):
    """The (weighted) number of negatives predicted positive."""

    which = 1


class TrueNegatives(_Count):
    """The (weighted) number of negatives predicted so."""

    which = 2


class FalseNegatives(_Count):
    """The (weighted) number of positives predicted negative."""

    which = 3


def _thresholds(given: Any, default: float) -> list[float]:
    found = [default] if given is None else [float(t) for t in np.atleast_1d(given)]
    if any(not 0 <= t <= 1 for t in found):
        raise ValueError(f"thresholds are between 0 and 1; got {given!r}")
    return found


class _Ratio(Metric):
    """True positives over themselves and one kind of error."""

    other: int

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds, self.top_k, self.class_id = thresholds, top_k, class_id
        self.thresholds = _thresholds(thresholds, 0.5) if top_k is None or thresholds is not None else [float("-inf")]
        self.right = self.add_variable((len(self.thresholds),), "zeros", name="true_positives")
        self.wrong = self.add_variable((len(self.thresholds),), "zeros", name=COUNTS[self.other])

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = jnp.asarray(y_pred, self.dtype)
        y_true, y_pred = same_rank(jnp.asarray(y_true, self.dtype), y_pred)
        if self.top_k is not None:  # only the largest scores count as said
            kth = lax.top_k(y_pred, self.top_k)[0][..., -1:]
            y_pred = jnp.where(y_pred >= kth, y_pred, -jnp.inf)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id], y_pred[..., self.class_id]
        counts = confusion(y_true, y_pred, self.thresholds, sample_weight, self.dtype)
        self.right.assign_add(counts[0])
        self.wrong.assign_add(counts[self.other])

    def result(self) -> Any:
        ratio = divided(self.right.value, self.right.value + self.wrong.value)
        return ratio[0] if len(self.thresholds) == 1 else ratio

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"thresholds": to_config(self.init_thresholds)}


class Precision(_Ratio):
    """True positives over all predicted positive."""

    other = 1


class Recall(_Ratio):
    """True positives over all that are positive."""

    other = 3


def divided(a: Any, b: Any) -> Any:
    return jnp.where(b == 0, 0, a / jnp.where(b == 0, 1, b))


class AUC(Metric):
    """Area under the receiver operating characteristic or the precision-recall curve, over a grid of thresholds.

    Args:
        num_thresholds: of the grid.
        curve: "ROC" or "PR".
        summation_method: "interpolation", "minoring" or "majoring".
        thresholds: between 0 and 1, in place of the grid; 0 and 1 are added.
        multi_label: predictions are (batch, labels), each label with a curve of its own, averaged.
        num_labels: how many; needed with `multi_label`.
        label_weights: of the average.
        from_logits: predictions are put through a sigmoid first.

    Reference: Davis & Goadrich 2006, for the interpolation of precision.
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ):
        super().__init__(name=name or "auc", dtype=dtype)
        if curve not in ("ROC", "PR"):
            raise unknown_name("curve of AUC", curve, ("ROC", "PR"))
        if summation_method not in ("interpolation", "minoring", "majoring"):
            raise unknown_name("summation_method of AUC", summation_method, ("interpolation", "minoring", "majoring"))
        if multi_label and num_labels is None:
            raise ValueError("AUC with `multi_label` needs `num_labels`")
        self.curve, self.summation_method = curve, summation_method
        self.multi_label, self.num_labels = multi_label, num_labels
        self.label_weights, self.from_logits = label_weights, from_logits
        self.init_thresholds = thresholds
        if thresholds is None:
            if num_thresholds <= 1:
                raise ValueError(f"`num_thresholds` is at least 2, not {num_thresholds!r}")
            inner = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
        else:
            inner = sorted(float(t) for t in thresholds)
        self.grid = [-1e-7, *inner, 1 + 1e-7]
        self.num_thresholds = len(self.grid)
        shape = (len(self.grid), num_labels) if multi_label else (len(self.grid),)
        self.counts = [self.add_variable(shape, "zeros", name=count) for count in COUNTS]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = jnp.asarray(y_pred, self.dtype)
        if self.from_logits:
            y_pred = 1 / (1 + jnp.exp(-y_pred))
        found = confusion(y_true, y_pred, self.grid, sample_weight, self.dtype, 1 if self.multi_label else None)
        for variable, count in zip(self.counts, found, strict=True):
            variable.assign_add(count)

    def result(self) -> Any:
        right, false_alarms, quiet, missed = (variable.value for variable in self.counts)
        if self.curve == "PR" and self.summation_method == "interpolation":
            areas = self._interpolated_precision(right, false_alarms, missed)
        else:
            recall = divided(right, right + missed)
            if self.curve == "ROC":
                x, y = divided(false_alarms, false_alarms + quiet), recall
            else:
                x, y = recall, divided(right, right + false_alarms)
            heights = {
                "interpolation": (y[:-1] + y[1:]) / 2,
                "minoring": jnp.minimum(y[:-1], y[1:]),
                "majoring": jnp.maximum(y[:-1], y[1:]),
            }[self.summation_method]
            areas = jnp.sum((x[:-1] - x[1:]) * heights, axis=0)
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return jnp.mean(areas)
        weights = jnp.asarray(self.label_weights, self.dtype)
        return jnp.sum(areas * weights) / jnp.sum(weights)

    def _interpolated_precision(self, right: Any, false_alarms: Any, missed: Any) -> Any:
        gained = right[:-1] - right[1:]
        said = right + false_alarms
        slope = divided(gained, jnp.maximum(said[:-1] - said[1:], 0))
        intercept = right[1:] - slope * said[1:]
        ratio = jnp.where((said[:-1] > 0) & (said[1:] > 0), divided(said[:-1], jnp.maximum(said[1:], 0)), 1)
        area = slope * (gained + intercept * jnp.log(ratio))
        return jnp.sum(divided(area, jnp.maximum(right[1:] + missed[1:], 0)), axis=0)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"thresholds": to_config(self.init_thresholds)}
