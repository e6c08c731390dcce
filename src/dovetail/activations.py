"""Activation functions: elementwise, or over one axis."""

from typing import Any

import jax
import jax.numpy as jnp

from .engine.configs import Family, to_config
from .engine.operation import lift
from .ops.nn import (
    celu,
    elu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    relu6,
    selu,
    sigmoid,
    silu,
    soft_shrink,
    softmax,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh_shrink,
    threshold,
)  # fmt: skip

_family = Family("activation", None, "keras.activations")


def _public(function: Any) -> Any:
    return _family.add(lift(function))


for _function in (
    celu, elu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh, leaky_relu, log_sigmoid, log_softmax, relu6, selu,
    sigmoid, silu, soft_shrink, softmax, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax, squareplus,
    tanh_shrink, threshold,
):  # fmt: skip
    _family.add(_function)
del _function


@_public
def linear(x):
    """`x` as it is."""
    return x


@_public
def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """`max(x, 0)`; up to `threshold` `negative_slope * (x - threshold)`, and at most `max_value`.

    The gradient at 0 is 0, as in Keras. A `max_value` brings what is above `threshold` between 0 and it.
    """
    x = jnp.asarray(x)
    if negative_slope and max_value is None and not threshold:
        return jax.nn.leaky_relu(x, negative_slope)
    y = jnp.where(x > threshold, x, 0) if threshold else jax.nn.relu(x)
    if max_value is not None:
        y = jnp.clip(y, 0, jnp.asarray(max_value, x.dtype))
    return y - negative_slope * jax.nn.relu(threshold - x) if negative_slope else y


@_public
def gelu(x, approximate=False):
    """`x` times the normal distribution's cumulative probability at `x`. Reference: arXiv:1606.08415."""
    return jax.nn.gelu(x, approximate=approximate)


@_public
def mish(x):
    """`x * tanh(softplus(x))`. Reference: arXiv:1908.08681."""
    return jax.nn.mish(x)


@_public
def tanh(x):
    """Hyperbolic tangent."""
    return jnp.tanh(x)


@_public
def exponential(x):
    """`exp(x)`."""
    return jnp.exp(x)


swish = silu
hard_swish = hard_silu
_family.members |= {"swish": silu, "hard_swish": hard_silu}


def get(identifier: Any) -> Any:
    """The activation that a name, a configuration or a function means; None is `linear`.

    Raises:
        NameLookupError: the name is not known; the closest one is given.
    """
    return linear if identifier is None else _family.get(identifier)


def serialize(activation: Any) -> Any:
    """The name or configuration from which `get` makes the activation again."""
    return to_config(activation)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The activation of a name or configuration; `custom_objects` are looked at first."""
    return linear if config is None else _family.get_among(config, custom_objects)
