"""`keras.utils.losses_utils`: losses weighted and reduced."""

from typing import Any

from ... import ops
from ...engine.dtypes import floatx
from ...engine.errors import ShapeError, unknown_name

__all__ = [
    "Reduction", "broadcast_weights", "compute_weighted_loss", "reduce_weighted_loss", "squeeze_or_expand_dimensions",
]  # fmt: skip


class Reduction:
    """Names of reductions."""

    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        return cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE

    @classmethod
    def validate(cls, key: str) -> None:
        """Raise a ValueError for another name."""
        if key not in cls.all():
            raise unknown_name("reduction", key, cls.all())


def squeeze_or_expand_dimensions(y_pred: Any, y_true: Any = None, sample_weight: Any = None) -> Any:
    """Predictions, targets and weights with a last axis of length 1 dropped, or added, so that their ranks agree.

    Returns:
        (y_pred, y_true), and the weights where there are any.
    """
    if y_true is not None:
        if ops.ndim(y_pred) - ops.ndim(y_true) == 1 and ops.shape(y_pred)[-1] == 1:
            y_pred = ops.squeeze(y_pred, -1)
        elif ops.ndim(y_true) - ops.ndim(y_pred) == 1 and ops.shape(y_true)[-1] == 1:
            y_true = ops.squeeze(y_true, -1)
    if sample_weight is None:
        return y_pred, y_true
    ranks = ops.ndim(y_pred), ops.ndim(sample_weight)
    if ranks == (0, 1):
        y_pred = ops.expand_dims(y_pred, -1)
    elif ranks[1] - ranks[0] == 1:
        sample_weight = ops.squeeze(sample_weight, -1)
    elif ranks[0] - ranks[1] == 1 and ranks[1]:
        sample_weight = ops.expand_dims(sample_weight, -1)
    return y_pred, y_true, sample_weight


def reduce_weighted_loss(weighted_losses: Any, reduction: str = Reduction.SUM_OVER_BATCH_SIZE) -> Any:
    """The losses as they are, their sum, or their mean."""
    if reduction == Reduction.NONE:
        return weighted_losses
    return ops.sum(weighted_losses) if reduction == Reduction.SUM else ops.mean(weighted_losses)


def broadcast_weights(values: Any, sample_weight: Any) -> Any:
    """The weights in the shape of the values; axes that they lack are added at the end.

    Raises:
        ShapeError: the shapes do not fit.
    """
    shape, wanted = tuple(ops.shape(sample_weight)), tuple(ops.shape(values))
    fits = len(shape) <= len(wanted) and all(
        size in (1, other) or None in (size, other) for size, other in zip(shape, wanted, strict=False)
    )
    if not fits:
        raise ShapeError(f"Incompatible shapes: `values` {wanted} vs `sample_weight` {shape}")
    for axis in range(len(shape), len(wanted)):
        sample_weight = ops.expand_dims(sample_weight, axis)
    return sample_weight * ops.ones_like(values)


def compute_weighted_loss(
    losses: Any, sample_weight: Any = None, reduction: str = Reduction.SUM_OVER_BATCH_SIZE, name: str | None = None
) -> Any:
    """Losses times weights, reduced."""
    Reduction.validate(reduction)
    dtype = losses.dtype
    losses = ops.cast(losses, floatx())
    if sample_weight is not None:
        losses, _, sample_weight = squeeze_or_expand_dimensions(losses, None, ops.cast(sample_weight, floatx()))
        losses = losses * broadcast_weights(losses, sample_weight)
    return ops.cast(reduce_weighted_loss(losses, reduction), dtype)
