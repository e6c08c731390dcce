"""The best of one measure where another is good enough: precision at recall, and the like."""

from typing import Any

import jax.numpy as jnp

from ..losses.functions import same_rank
from .confusion import COUNTS, confusion, divided
from .metric import Metric

MEASURES = {  # of true positives, false positives, true negatives, false negatives
    "precision": lambda tp, fp, tn, fn: divided(tp, tp + fp),
    "recall": lambda tp, fp, tn, fn: divided(tp, tp + fn),
    "sensitivity": lambda tp, fp, tn, fn: divided(tp, tp + fn),
    "specificity": lambda tp, fp, tn, fn: divided(tn, tn + fp),
}


class _BestAt(Metric):
    """The largest `wanted` among thresholds where `required` is at least a limit; 0 where none is."""

    wanted: str
    required: str

    def __init__(self, limit: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any):
        super().__init__(name=name, dtype=dtype)
        if not 0 <= limit <= 1:
            raise ValueError(f"`{self.required}` is between 0 and 1, not {limit!r}")
        if num_thresholds <= 0:
            raise ValueError(f"`num_thresholds` is at least 1, not {num_thresholds!r}")
        self.limit, self.num_thresholds, self.class_id = limit, num_thresholds, class_id
        last = num_thresholds - 1
        self.thresholds = [i / last for i in range(num_thresholds)] if last else [0.5]
        self.counts = [self.add_variable((num_thresholds,), "zeros", name=count) for count in COUNTS]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = jnp.asarray(y_pred, self.dtype)
        y_true, y_pred = same_rank(jnp.asarray(y_true, self.dtype), y_pred)
        if self.class_id is not None:
            y_true, y_pred = y_true[..., self.class_id], y_pred[..., self.class_id]
        found = confusion(y_true, y_pred, self.thresholds, sample_weight, self.dtype)
        for variable, count in zip(self.counts, found, strict=True):
            variable.assign_add(count)

    def result(self) -> Any:
        counts = [variable.value for variable in self.counts]
        feasible = MEASURES[self.required](*counts) >= self.limit
        return jnp.max(jnp.where(feasible, MEASURES[self.wanted](*counts), 0))


class PrecisionAtRecall(_BestAt):
    """The best precision among thresholds whose recall is at least `recall`.

    Args:
        recall: the limit, between 0 and 1.
        num_thresholds: how many thresholds are tried, evenly from 0 to 1.
        class_id: count this class only, of predictions (batch, classes).
    """

    wanted, required = "precision", "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall


class RecallAtPrecision(_BestAt):
    """The best recall among thresholds whose precision is at least `precision`.

    Args:
        precision: the limit, between 0 and 1.
        num_thresholds: how many thresholds are tried, evenly from 0 to 1.
        class_id: count this class only, of predictions (batch, classes).
    """

    wanted, required = "recall", "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision


class SensitivityAtSpecificity(_BestAt):
    """The best sensitivity among thresholds whose specificity is at least `specificity`.

    Args:
        specificity: the limit, between 0 and 1.
        num_thresholds: how many thresholds are tried, evenly from 0 to 1.
        class_id: count this class only, of predictions (batch, classes).
    """

    wanted, required = "recall", "specificity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity


class SpecificityAtSensitivity(_BestAt):
    """The best specificity among thresholds whose sensitivity is at least `sensitivity`.

    Args:
        sensitivity: the limit, between 0 and 1.
        num_thresholds: how many thresholds are tried, evenly from 0 to 1.
        class_id: count this class only, of predictions (batch, classes).
    """

    wanted, required = "specificity", "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity
