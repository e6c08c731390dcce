"""Constraints: what weights are brought back to after every update."""

from typing import Any

import jax.numpy as jnp

from .engine.configs import Configured, Family, to_config
from .engine.settings import epsilon


class Constraint(Configured):
    """A function from a weight to the weight that takes its place; this one changes nothing."""

    def __call__(self, w: Any) -> Any:
        return w


def _norms(w: Any, axis: Any) -> Any:
    return jnp.sqrt(jnp.sum(jnp.square(w), axis=axis, keepdims=True))


def _axis(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


class MaxNorm(Constraint):
    """Norms along `axis` are at most `max_value`. Reference: Srivastava et al. 2014.

    Args:
        max_value: the largest norm.
        axis: along which norms are taken: 0 for the kernel of Dense, (0, 1, 2) for that of Conv2D.
    """

    def __init__(self, max_value: float = 2, axis: Any = 0):
        self.max_value, self.axis = max_value, axis

    def __call__(self, w: Any) -> Any:
        norms = _norms(w, _axis(self.axis))
        return w * (jnp.clip(norms, 0, self.max_value) / (epsilon() + norms))


class NonNeg(Constraint):
    """Negative weights become 0."""

    def __call__(self, w: Any) -> Any:
        return jnp.maximum(w, 0)


class UnitNorm(Constraint):
    """Norms along `axis` are 1.

    Args:
        axis: along which norms are taken: 0 for the kernel of Dense, (0, 1, 2) for that of Conv2D.
    """

    def __init__(self, axis: Any = 0):
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        return w / (epsilon() + _norms(w, _axis(self.axis)))


class MinMaxNorm(Constraint):
    """Norms along `axis` are brought between two values.

    Args:
        min_value, max_value: the bounds.
        rate: how much of the way, between 0 and 1; 1 is all of it.
        axis: along which norms are taken.
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0):
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def __call__(self, w: Any) -> Any:
        norms = _norms(w, _axis(self.axis))
        wanted = self.rate * jnp.clip(norms, self.min_value, self.max_value) + (1 - self.rate) * norms
        return w * (wanted / (epsilon() + norms))


_family = Family("constraint", Constraint, "keras.constraints")
_family.add_all([MaxNorm, NonNeg, UnitNorm, MinMaxNorm])
max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm


def get(identifier: Any) -> Any:
    """The constraint that a name, a configuration, a class or a function means; None is none."""
    return _family.get(identifier)


def serialize(constraint: Any) -> Any:
    """The configuration from which `get` makes the constraint again."""
    return to_config(constraint)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The constraint of a configuration; `custom_objects` are looked at first."""
    return _family.get_among(config, custom_objects)
