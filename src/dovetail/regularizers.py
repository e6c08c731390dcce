"""Regularizers: penalties on weights or outputs, added to the loss."""

import math
import numbers
from typing import Any

import jax.numpy as jnp

from .engine.configs import Configured, Family, to_config
from .engine.errors import ShapeError, unknown_name


class Regularizer(Configured):
    """A function from an array to a scalar penalty."""

    def __call__(self, x: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a `__call__(x)`")


class L1L2(Regularizer):
    """`l1 * sum(|x|) + l2 * sum(x^2)`."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0):
        self.l1 = _factor("l1", 0.0 if l1 is None else l1)
        self.l2 = _factor("l2", 0.0 if l2 is None else l2)

    def __call__(self, x: Any) -> Any:
        penalty: Any = jnp.zeros((), x.dtype)
        if self.l1:
            penalty += self.l1 * jnp.sum(jnp.abs(x))
        if self.l2:
            penalty += self.l2 * jnp.sum(jnp.square(x))
        return penalty


class L1(Regularizer):
    """`l1 * sum(|x|)`."""

    def __init__(self, l1: float = 0.01):
        self.l1 = _factor("l1", 0.01 if l1 is None else l1)

    def __call__(self, x: Any) -> Any:
        return self.l1 * jnp.sum(jnp.abs(x))


class L2(Regularizer):
    """`l2 * sum(x^2)`."""

    def __init__(self, l2: float = 0.01):
        self.l2 = _factor("l2", 0.01 if l2 is None else l2)

    def __call__(self, x: Any) -> Any:
        return self.l2 * jnp.sum(jnp.square(x))


class OrthogonalRegularizer(Regularizer):
    """Mean absolute cosine similarity of different rows (or columns), times `factor`.

    Args:
        factor: of the penalty.
        mode: "rows" or "columns": what is to become orthogonal.
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows"):
        self.factor = _factor("factor", factor)
        if mode not in ("rows", "columns"):
            raise unknown_name("mode of OrthogonalRegularizer", mode, ("rows", "columns"))
        self.mode = mode

    def __call__(self, x: Any) -> Any:
        if x.ndim != 2:
            raise ShapeError(f"OrthogonalRegularizer takes matrices, not an array of shape {x.shape}")
        vectors = x if self.mode == "rows" else x.T
        norms = jnp.sqrt(jnp.maximum(jnp.sum(jnp.square(vectors), 1, keepdims=True), 1e-12))
        vectors = vectors / norms
        products = vectors @ vectors.T
        size = products.shape[0]
        if size == 1:  # a single vector is orthogonal to all others, of which there are none
            return jnp.zeros((), x.dtype)
        off_diagonal = products * (1 - jnp.eye(size, dtype=x.dtype))
        pairs = size * (size - 1) / 2
        return self.factor * 0.5 * jnp.sum(jnp.abs(off_diagonal)) / pairs


def _factor(name: str, value: Any) -> float:
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or value < 0:
        raise ValueError(f"`{name}` must be a finite number of at least 0, not {value!r}")
    return float(value)


_family = Family("regularizer", Regularizer, "keras.regularizers")
_family.add_all([L1, L2, L1L2, OrthogonalRegularizer])
l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer
_family.members |= {"l1": L1, "l2": L2, "l1_l2": L1L2, "l1l2": L1L2}


def get(identifier: Any) -> Any:
    """The regularizer that a name, a configuration, a class or a function means; None is none."""
    return _family.get(identifier)


def serialize(regularizer: Any) -> Any:
    """The configuration from which `get` makes the regularizer again."""
    return to_config(regularizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The regularizer of a configuration; `custom_objects` are looked at first."""
    return _family.get_among(config, custom_objects)
