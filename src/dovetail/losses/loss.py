"""Loss: a function of targets and predictions, weighted, masked and reduced."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ..engine.configs import Configured, snake_case, to_config
from ..engine.dtypes import floatx, get_policy
from ..engine.errors import ShapeError, unknown_name
from ..engine.masks import get_mask
from . import functions
from .functions import same_rank

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none")


class Loss(Configured):
    """Base of losses: `call(y_true, y_pred)` gives one value a sample, which is weighted and reduced here.

    Args:
        name: of the loss.
        reduction: "sum_over_batch_size" or "mean" (the mean of the weighted values), "sum", "mean_with_sample_weight"
            (divided by the sum of the weights), "none" or None.
        dtype: that the loss is computed in; None is the default float.
    """

    takes_class_numbers = False  # targets then stay integers, which a float of 16 bits could not tell apart

    def __init__(self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None):
        self.name = name or snake_case(type(self).__name__)
        if reduction is not None and reduction not in REDUCTIONS:
            raise unknown_name("reduction", reduction, REDUCTIONS)
        self.reduction = reduction
        self._dtype = floatx() if dtype is None else get_policy(dtype).compute_dtype

    @property
    def dtype(self) -> str:
        return self._dtype

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """One value a sample, or more."""
        raise NotImplementedError(f"{type(self).__name__} needs a `call(y_true, y_pred)`")

    def counted(self, y_true: Any, losses: Any) -> Any:
        """A mask of the values of `call` that count in a mean; None if all do."""
        return None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> Any:
        """The reduced loss.

        Args:
            sample_weight: broadcasts against the values of `call`.
            mask: steps that count; one attached to `y_pred` is used when None.

        Raises:
            ShapeError: targets do not fit predictions, or weights or mask the values of `call`.
        """
        mask = get_mask(y_pred) if mask is None else mask
        y_pred = jax.tree.map(lambda y: jnp.asarray(y, self.dtype), y_pred)
        y_true = jax.tree.map(lambda y: jnp.asarray(y, None if self.takes_class_numbers else self.dtype), y_true)
        losses = self.call(y_true, y_pred)
        counted = self.counted(y_true, losses)
        if mask is not None and counted is not None:
            mask, counted = _aligned(jnp.asarray(mask, bool), counted)
            counted = mask & counted
        return reduced(losses, sample_weight, mask if counted is None else counted, self.reduction, self.dtype)


def reduced(values: Any, sample_weight: Any, mask: Any, reduction: str | None, dtype: str) -> Any:
    """Values weighted, masked, and brought to one number as `reduction` says."""
    values = jnp.asarray(values, dtype)
    weight = None if sample_weight is None else jnp.asarray(sample_weight, dtype)
    if mask is not None:
        weight = masked_weight(weight, jnp.asarray(mask), dtype, reduction)
    if weight is not None:
        weight = _fitted(weight, values, sample_weight, mask)
        values = values * weight
    if reduction in (None, "none") or values.ndim == 0:
        return values
    total = jnp.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weight is not None:
        divisor = jnp.sum(jnp.broadcast_to(weight, values.shape))
        return jnp.where(divisor == 0, 0, total / jnp.where(divisor == 0, 1, divisor))
    return total / max(values.size, 1)


def _fitted(weight: Any, values: Any, sample_weight: Any, mask: Any) -> Any:
    """The weights with axes appended, so that a weight of a sample or step counts for all that it has."""
    fitted, _ = same_rank(weight, values)
    fitted = fitted.reshape(fitted.shape + (1,) * (values.ndim - fitted.ndim))
    if any(have not in (1, wanted) for have, wanted in zip(fitted.shape, values.shape, strict=False)) or (
        fitted.ndim > values.ndim > 0
    ):
        given = {"sample weights": sample_weight, "a mask": mask}
        named = " and ".join(f"{name} {jnp.shape(x)}" for name, x in given.items() if x is not None)
        raise ShapeError(f"{named} cannot weigh losses {values.shape}: give one for each sample, or for each value.")
    return fitted


def masked_weight(weight: Any, mask: Any, dtype: str, reduction: str | None) -> Any:
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


TAKE_CLASS_NUMBERS = (functions.sparse_categorical_crossentropy, functions.categorical_generalized_cross_entropy)


class LossFunctionWrapper(Loss):
    """A function of (y_true, y_pred) as a loss; further keyword arguments are passed on to it.

    Args:
        fn: the function, or the name of one in `dovetail.losses`.
        reduction, name, dtype: see `Loss`.
    """

    def __init__(
        self,
        fn: Callable[..., Any] | str,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        if isinstance(fn, str):
            if fn not in functions.FUNCTIONS:
                raise unknown_name("loss function", fn, functions.FUNCTIONS)
            fn = functions.FUNCTIONS[fn]
        super().__init__(name=name or getattr(fn, "__name__", None), reduction=reduction, dtype=dtype)
        self.fn: Any = fn
        self.takes_class_numbers = fn in TAKE_CLASS_NUMBERS
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | to_config(self._fn_kwargs)
