"""Activation functions: elementwise, or over one axis."""

from typing import Any

import jax
import jax.numpy as jnp

from .engine.configs import Family, to_config
from .engine.operation import lift

_family = Family("activation", None, "keras.activations")


def _public(function: Any) -> Any:
    return _family.add(lift(function))


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
def leaky_relu(x, negative_slope=0.2):
    """`x` where positive, else `negative_slope * x`."""
    return jax.nn.leaky_relu(x, negative_slope)


@_public
def relu6(x):
    """`min(max(x, 0), 6)`. Reference: Krizhevsky 2010."""
    return jax.nn.relu6(x)


@_public
def softmax(x, axis=-1):
    """`exp(x) / sum(exp(x))` over `axis`, or over several axes."""
    if jnp.ndim(x) == 1 and axis == -1:
        return jax.nn.softmax(x)
    return jax.nn.softmax(x, axis)


@_public
def log_softmax(x, axis=-1):
    """The logarithm of `softmax`, computed stably."""
    return jax.nn.log_softmax(x, axis)


@_public
def elu(x, alpha=1.0):
    """`x` where positive, else `alpha * (exp(x) - 1)`. Reference: arXiv:1511.07289."""
    return jax.nn.elu(x, alpha)


@_public
def selu(x):
    """Scaled `elu` that keeps mean 0 and variance 1. Reference: arXiv:1706.02515."""
    return jax.nn.selu(x)


@_public
def celu(x, alpha=1.0):
    """`max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)`. Reference: arXiv:1704.07483."""
    return jax.nn.celu(x, alpha)


@_public
def softplus(x):
    """`log(1 + exp(x))`."""
    return jax.nn.softplus(x)


@_public
def softsign(x):
    """`x / (1 + |x|)`."""
    return jax.nn.soft_sign(x)


@_public
def soft_shrink(x, threshold=0.5):
    """`x` moved towards 0 by `threshold`, 0 within it."""
    return jnp.where(jnp.abs(x) > threshold, x - jnp.sign(x) * threshold, 0.0)


@_public
def hard_shrink(x, threshold=0.5):
    """`x`, 0 where `|x| <= threshold`."""
    return jnp.where(jnp.abs(x) > threshold, x, 0.0)


@_public
def tanh_shrink(x):
    """`x - tanh(x)`."""
    return x - jnp.tanh(x)


@_public
def threshold(x, threshold, default_value):
    """`x` where above `threshold`, else `default_value`."""
    return jnp.where(x > threshold, x, default_value)


@_public
def silu(x):
    """`x * sigmoid(x)`, also called swish. Reference: arXiv:1710.05941."""
    return jax.nn.silu(x)


@_public
def hard_silu(x):
    """`x * relu6(x + 3) / 6`. Reference: arXiv:1905.02244."""
    return jax.nn.hard_silu(x)


@_public
def squareplus(x, b=4):
    """`(x + sqrt(x^2 + b)) / 2`. Reference: arXiv:2112.11687."""
    return jax.nn.squareplus(x, b)


@_public
def gelu(x, approximate=False):
    """`x` times the normal distribution's cumulative probability at `x`. Reference: arXiv:1606.08415."""
    return jax.nn.gelu(x, approximate=approximate)


@_public
def glu(x, axis=-1):
    """The first half of `axis` times the sigmoid of the second. Reference: arXiv:1612.08083."""
    return jax.nn.glu(x, axis)


@_public
def mish(x):
    """`x * tanh(softplus(x))`. Reference: arXiv:1908.08681."""
    return jax.nn.mish(x)


@_public
def tanh(x):
    """Hyperbolic tangent."""
    return jnp.tanh(x)


@_public
def hard_tanh(x):
    """`x` clipped to -1 and 1."""
    return jax.nn.hard_tanh(x)


@_public
def sigmoid(x):
    """`1 / (1 + exp(-x))`."""
    return jax.nn.sigmoid(x)


@_public
def hard_sigmoid(x):
    """`relu6(x + 3) / 6`."""
    return jax.nn.hard_sigmoid(x)


@_public
def log_sigmoid(x):
    """The logarithm of `sigmoid`, computed stably."""
    return jax.nn.log_sigmoid(x)


@_public
def sparse_sigmoid(x):
    """0 below -1, 1 above 1, `(x + 1) / 2` between."""
    return jax.nn.sparse_sigmoid(x)


@_public
def sparse_plus(x):
    """0 below -1, `x` above 1, `(x + 1)^2 / 4` between."""
    return jax.nn.sparse_plus(x)


@_public
def sparsemax(x, axis=-1):
    """The nearest point of the simplex: a softmax with exact zeros.

    Reference: Martins & Astudillo 2016, arXiv:1602.02068, algorithm 1. Keras 3.15 sums to less than 1 (keras#23425).
    """
    moved = jnp.moveaxis(x, axis, -1)
    ordered = jnp.sort(moved, axis=-1, descending=True)
    sums = jnp.cumsum(ordered, axis=-1)
    ranks = jnp.arange(1, moved.shape[-1] + 1, dtype=moved.dtype)
    support = ordered * ranks > sums - 1
    count = support.sum(-1, keepdims=True)
    level = (jnp.take_along_axis(sums, count - 1, axis=-1) - 1) / count.astype(moved.dtype)
    return jnp.moveaxis(jnp.maximum(moved - level, 0), -1, axis)


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
