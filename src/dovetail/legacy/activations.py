"""Activations by the names, and with the arguments and numbers, of a release."""

import functools
from typing import Any

import jax.numpy as jnp

from .. import activations as today
from ..engine.operation import lift
from .releases import Release


@lift
def hard_sigmoid(x):
    """`clip(0.2 * x + 0.5, 0, 1)`; since Keras 3 the slope is 1/6."""
    return jnp.clip(0.2 * x + 0.5, 0.0, 1.0)


@lift
def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """`max(x, 0)`; `alpha` is the slope up to `threshold`."""
    return today.relu(x, negative_slope=alpha, max_value=max_value, threshold=threshold)


for _function in (hard_sigmoid, relu):
    _function.config_name = _function.__name__  # type: ignore[attr-defined]

# by name, a function of the release giving what it meant, or None where that is what it means today
MEANINGS: dict[str, Any] = {"hard_sigmoid": lambda release: hard_sigmoid if release.dialect < 3 else None}


@functools.cache
def functions(release: Release) -> dict[str, Any]:
    """The activations of a release that take other arguments, or give other numbers, than today's."""
    found = {name: make(release) for name, make in MEANINGS.items()}
    if release.dialect < 3:
        found["relu"] = relu
    return {name: function for name, function in found.items() if function is not None}
