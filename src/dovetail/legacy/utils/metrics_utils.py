"""`keras.utils.metrics_utils`: counts of true and false, positive and negative."""

import functools
from collections.abc import Callable
from enum import Enum
from typing import Any

from ... import ops
from ...engine.dtypes import floatx
from ...engine.errors import unknown_name
from .generic_utils import to_list
from .losses_utils import broadcast_weights, squeeze_or_expand_dimensions

__all__ = [
    "AUCCurve", "AUCSummationMethod", "ConfusionMatrix", "NEG_INF", "Reduction", "assert_thresholds_range",
    "filter_top_k", "parse_init_thresholds", "result_wrapper", "to_list", "update_confusion_matrix_variables",
    "update_state_wrapper", "weighted_assign_add",
]  # fmt: skip
NEG_INF = -1e10


class Reduction:
    """Names of reductions of metrics."""

    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"
    WEIGHTED_MEAN = "weighted_mean"


class ConfusionMatrix(Enum):
    """The four counts."""

    TRUE_POSITIVES = "tp"
    FALSE_POSITIVES = "fp"
    TRUE_NEGATIVES = "tn"
    FALSE_NEGATIVES = "fn"


class _Named(Enum):
    @classmethod
    def from_str(cls, key: str) -> Any:
        """The member of this name, in upper or lower case."""
        for member in cls:
            if str(member.value).lower() == str(key).lower():
                return member
        raise unknown_name(cls.__name__, key, [str(member.value) for member in cls])


class AUCCurve(_Named):
    """Curves: receiver operating characteristic, precision and recall."""

    ROC = "ROC"
    PR = "PR"


class AUCSummationMethod(_Named):
    """How the area between two thresholds is summed."""

    INTERPOLATION = "interpolation"
    MAJORING = "majoring"
    MINORING = "minoring"


def update_state_wrapper(update_state_fn: Callable[..., Any]) -> Callable[..., Any]:
    """`update_state` as a method: called with the metric first."""

    @functools.wraps(update_state_fn)
    def decorated(metric_obj: Any, *args: Any, **kwargs: Any) -> Any:
        return update_state_fn(*args, **kwargs)

    return decorated


def result_wrapper(result_fn: Callable[..., Any]) -> Callable[..., Any]:
    """`result` as a method: called with the metric first."""

    @functools.wraps(result_fn)
    def decorated(metric_obj: Any, *args: Any, **kwargs: Any) -> Any:
        return result_fn(*args, **kwargs)

    return decorated


def filter_top_k(x: Any, k: int) -> Any:
    """`x` with its `k` largest values along the last axis, the others as `NEG_INF`."""
    _, indices = ops.top_k(x, k)
    mask = ops.sum(ops.one_hot(indices, ops.shape(x)[-1], dtype=x.dtype), axis=-2)
    return x * mask + NEG_INF * (1 - mask)


def assert_thresholds_range(thresholds: Any) -> None:
    """Raise a ValueError where a threshold is not between 0 and 1."""
    wrong = [value for value in thresholds or () if value is None or not 0 <= value <= 1]
    if wrong:
        raise ValueError(f"Threshold values must be in [0, 1]. Invalid values: {wrong}")


def parse_init_thresholds(thresholds: Any, default_threshold: float = 0.5) -> list[float]:
    """Thresholds as a checked list; None is the default."""
    if thresholds is None:
        return to_list(default_threshold)
    assert_thresholds_range(to_list(thresholds))
    return to_list(thresholds)


def weighted_assign_add(label: Any, pred: Any, weights: Any, var: Any) -> Any:
    """Add to `var` (thresholds,) how often both are true, weighted.

    Shapes:
        label, pred, weights: (thresholds, values)
    """
    both = ops.cast(ops.logical_and(label, pred), floatx())
    return var.assign_add(ops.sum(both if weights is None else both * weights, axis=1))


def update_confusion_matrix_variables(
    variables_to_update: dict[ConfusionMatrix, Any] | None,
    y_true: Any,
    y_pred: Any,
    thresholds: Any = 0.5,
    top_k: int | None = None,
    class_id: int | None = None,
    sample_weight: Any = None,
) -> list[Any]:
    """Add the counts of a batch to variables (thresholds,).

    Args:
        variables_to_update: by the count that they hold.
        top_k: only the largest values of each sample count as positive.
        class_id: only this class.
    """
    if variables_to_update is None:
        return []
    wrong = [key for key in variables_to_update if key not in list(ConfusionMatrix)]
    if wrong or not variables_to_update:
        known = ", ".join(str(member) for member in ConfusionMatrix)
        raise ValueError(f"Invalid keys: {wrong}. Variables are given for some of: {known}")
    y_true, y_pred = ops.cast(y_true, floatx()), ops.cast(y_pred, floatx())
    if sample_weight is None:
        y_pred, y_true = squeeze_or_expand_dimensions(y_pred, y_true)
    else:
        weights = ops.cast(sample_weight, floatx())
        y_pred, y_true, sample_weight = squeeze_or_expand_dimensions(y_pred, y_true, weights)
    if top_k is not None:
        y_pred = filter_top_k(y_pred, top_k)
    if class_id is not None:
        y_true, y_pred = y_true[..., class_id], y_pred[..., class_id]
    limits = ops.reshape(ops.convert_to_tensor(to_list(thresholds), floatx()), (-1, 1))
    said = ops.greater(ops.reshape(y_pred, (1, -1)), limits)
    true = ops.logical_and(ops.reshape(y_true, (1, -1)) > 0, ops.ones_like(said))
    if sample_weight is not None:
        sample_weight = ops.reshape(broadcast_weights(y_pred, sample_weight), (1, -1))
    cases = {
        ConfusionMatrix.TRUE_POSITIVES: (true, said),
        ConfusionMatrix.FALSE_POSITIVES: (ops.logical_not(true), said),
        ConfusionMatrix.TRUE_NEGATIVES: (ops.logical_not(true), ops.logical_not(said)),
        ConfusionMatrix.FALSE_NEGATIVES: (true, ops.logical_not(said)),
    }
    return [weighted_assign_add(*cases[key], sample_weight, var) for key, var in variables_to_update.items()]
