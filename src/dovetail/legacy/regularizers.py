"""Regularizers by the names and arguments of a release."""

from typing import Any

import jax.numpy as jnp

from ..engine.errors import ShapeError
from ..regularizers import L1, L1L2, L2, Regularizer


def l1(l: float = 0.01) -> L1L2:  # noqa: E741  (its name then)
    """`l * sum(|x|)`."""
    return L1L2(l1=l)


def l2(l: float = 0.01) -> L1L2:  # noqa: E741
    """`l * sum(x^2)`."""
    return L1L2(l2=l)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """`l1 * sum(|x|) + l2 * sum(x^2)`."""
    return L1L2(l1=l1, l2=l2)


class EigenvalueRegularizer(Regularizer):
    """`k` times the root of the largest eigenvalue of `x^T x`, found by nine steps of power iteration from ones.

    Shapes:
        x: (rows, columns)
    """

    steps = 9

    def __init__(self, k: float):
        self.k = k

    def __call__(self, x: Any) -> Any:
        if x.ndim != 2:
            raise ShapeError(f"EigenvalueRegularizer takes matrices, not an array of shape {x.shape}")
        covariance = x.T @ x
        vector = jnp.ones((x.shape[1],), x.dtype)
        for _ in range(self.steps):
            vector = covariance @ vector
            vector = vector / jnp.maximum(jnp.sqrt(jnp.sum(vector**2)), 1e-30)  # its length cancels below
        return self.k * jnp.sqrt(vector @ covariance @ vector)


class Told(Regularizer):
    """A user's regularizer of Keras 1.0, which was told its weight and then added to a loss.

    Args:
        regularizer: has `set_param(weight)`, and gives the loss with its penalty when called with a loss.
    """

    def __init__(self, regularizer: Any):
        self.regularizer = regularizer

    def __call__(self, x: Any) -> Any:
        self.regularizer.set_param(x)
        return jnp.sum(self.regularizer(jnp.zeros((), x.dtype)))

    def get_config(self) -> dict[str, Any]:
        return {"regularizer": self.regularizer}


def set_param(regularizer: Regularizer, weight: Any) -> None:
    """Penalize a weight: how layers written for Keras 1.0 told a regularizer of the library."""
    weight.regularizer = regularizer


def set_layer(regularizer: Regularizer, layer: Any) -> None:
    """Penalize the output of a layer."""
    layer.activity_regularizer = regularizer


def as_regularizer(value: Any) -> Any:
    """A regularizer in the manner of Keras 1.0 as one of today; others as they are."""
    told = getattr(type(value), "set_param", set_param)
    return Told(value) if told is not set_param and callable(value) else value


def l1_today(l1: float = 0.01, l: float | None = None) -> Any:  # noqa: E741
    """The regularizer of Keras 3, which also takes the argument's old name."""
    return L1(l1 if l is None else l)


def l2_today(l2: float = 0.01, l: float | None = None) -> Any:  # noqa: E741
    """The regularizer of Keras 3, which also takes the argument's old name."""
    return L2(l2 if l is None else l)


# the names of all releases; classes were called `WeightRegularizer(l2=0.1)`, functions `l2(0.1)`
NAMES: dict[str, Any] = {
    "l1": l1, "l2": l2, "l1_l2": l1_l2, "l1l2": l1_l2, "activity_l1": l1, "activity_l2": l2, "activity_l1l2": l1_l2,
    "L1L2Regularizer": L1L2, "WeightRegularizer": L1L2, "ActivityRegularizer": L1L2,
    "EigenvalueRegularizer": EigenvalueRegularizer,
}  # fmt: skip
