"""Loss: a function of targets and predictions, weighted, masked and reduced."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from ..engine.configs import Configured, snake_case
from ..engine.dtypes import floatx, get_policy
from ..engine.errors import unknown_name
from ..engine.masks import get_mask
from .functions import same_rank

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")


class Loss(Configured):
    """Base of losses: `call(y_true, y_pred)` gives one value a sample, which is weighted and reduced here.

    Args:
        name: of the loss.
        reduction: "sum_over_batch_size" or "mean" (the mean of the weighted values), "sum", "mean_with_sample_weight"
            (divided by the sum of the weights), "none".
        dtype: that the loss is computed in; None is the default float.
    """

    def __init__(self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None):
        self.name = name or snake_case(type(self).__name__)
        reduction = "none" if reduction is None else reduction
        if reduction not in REDUCTIONS:
            raise unknown_name("reduction", reduction, REDUCTIONS)
        self.reduction = reduction
        self._dtype = floatx() if dtype is None else get_policy(dtype).compute_dtype

    @property
    def dtype(self) -> str:
        return self._dtype

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One value a sample, or more."""
        raise NotImplementedError(f"{type(self).__name__} needs a `call(y_true, y_pred)`")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Any:
        """The reduced loss.

        Args:
            sample_weight: broadcasts against the values of `call`.
            mask: steps that count; one attached to `y_pred` is used when None.
        """
        mask = get_mask(y_pred) if mask is None else mask
        y_pred = jnp.asarray(y_pred, self.dtype)
        y_true = jnp.asarray(y_true)
        if jnp.issubdtype(y_true.dtype, jnp.floating):
            y_true = y_true.astype(self.dtype)
        losses = self.call(y_true, y_pred)
        return reduced(losses, sample_weight, mask, self.reduction, self.dtype)


def reduced(values: Any, sample_weight: Any, mask: Any, reduction: str, dtype: str) -> Any:
    """Values weighted, masked, and brought to one number as `reduction` says."""
    values = jnp.asarray(values, dtype)
    weight = None if sample_weight is None else jnp.asarray(sample_weight, dtype)
    if mask is not None:
        weight = masked_weight(weight, jnp.asarray(mask), dtype, reduction)
    if weight is not None:
        aligned, _ = same_rank(weight, values)
        weight = aligned.reshape(aligned.shape + (1,) * (values.ndim - aligned.ndim))
        values = values * weight
    if reduction == "none" or values.ndim == 0:
        return values
    total = jnp.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weight is not None:
        return total / jnp.maximum(jnp.sum(jnp.broadcast_to(weight, values.shape)), 1e-12)
    return total / max(values.size, 1)


def masked_weight(weight: Any, mask: Any, dtype: str, reduction: str) -> Any:
    """The weights with masked steps at 0; for means, scaled up so that the mean is over the kept steps."""
    kept = mask.astype(dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        kept = kept * (kept.size / jnp.maximum(jnp.sum(kept), 1e-7))
    if weight is None:
        return kept
    weight, kept = _aligned(weight, kept)
    return weight * kept


def _aligned(a: Any, b: Any) -> tuple[Any, Any]:
    """Two arrays with axes of size 1 appended until their ranks agree."""
    rank = max(a.ndim, b.ndim)
    return tuple(x.reshape(x.shape + (1,) * (rank - x.ndim)) for x in (a, b))  # type: ignore[return-value]


class LossFunctionWrapper(Loss):
    """A function of (y_true, y_pred) as a loss; further keyword arguments are passed on to it."""

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(name=name or getattr(fn, "__name__", None), reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | self._fn_kwargs
