"""Random numbers as `keras.random` draws them, from an integer, a `SeedGenerator`, or the global stream.

The same integer gives the same numbers at every call, and those of Keras on JAX; a `SeedGenerator` gives new ones. The
functions take symbolic tensors too; without a seed, each then gets a `SeedGenerator` of its own, part of the model.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from .engine.dtypes import is_float, standardize_dtype
from .engine.errors import ShapeError
from .engine.operation import lift
from .engine.randomness import SeedGenerator, draw_key
from .engine.tensor import any_symbolic

__all__ = [
    "SeedGenerator", "beta", "binomial", "categorical", "dropout", "gamma", "normal", "randint", "shuffle",
    "truncated_normal", "uniform",
]  # fmt: skip


def _drawing(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, on symbolic tensors too."""
    lifted, signature = lift(function), inspect.signature(function)

    @functools.wraps(function)
    def drawn(*args: Any, **kwargs: Any) -> Any:
        if any_symbolic(args, kwargs):
            given = signature.bind(*args, **kwargs).arguments
            if given.get("seed") is None:  # every run of the graph draws anew
                given["seed"] = SeedGenerator()
            return lifted(**given)
        return lifted(*args, **kwargs)

    return drawn


@_drawing
def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normally distributed numbers.

    Args:
        shape: of the result.
        mean, stddev: numbers, or arrays that broadcast to `shape`.
        dtype: a float dtype; None is `floatx()`.
        seed: an integer, a `SeedGenerator`, or a key of `jax.random`; None takes from the global stream.
    """
    return jax.random.normal(draw_key(seed), tuple(shape), _float("normal", dtype)) * stddev + mean


@_drawing
def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normally distributed numbers, those beyond two standard deviations drawn again. Arguments as of `normal`."""
    drawn = jax.random.truncated_normal(draw_key(seed), -2.0, 2.0, tuple(shape), _float("truncated_normal", dtype))
    return drawn * stddev + mean


@_drawing
def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Numbers spread evenly over [minval, maxval). Arguments as of `normal`."""
    return jax.random.uniform(draw_key(seed), tuple(shape), _float("uniform", dtype), minval, maxval)


@_drawing
def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Integers spread evenly over [minval, maxval).

    Raises:
        ValueError: `dtype` is not an integer dtype.
    """
    dtype = standardize_dtype(dtype or "int32")
    if not jnp.issubdtype(dtype, jnp.integer):
        raise ValueError(f"`randint` needs an integer `dtype`, not {dtype!r}")
    return jax.random.randint(draw_key(seed), tuple(shape), minval, maxval, dtype)


@_drawing
def categorical(logits, num_samples, dtype="int32", seed=None):
    """Classes drawn with the probabilities `softmax(logits)`.

    Shapes:
        logits: (batch, classes)
        output: (batch, num_samples)
    """
    logits = jnp.asarray(logits)
    if logits.ndim != 2:
        raise ShapeError(f"`categorical` takes logits of (batch, classes), not {logits.shape}")
    shape = (logits.shape[0], num_samples)
    drawn = jax.random.categorical(draw_key(seed), logits[..., None], axis=1, shape=shape)
    return drawn.astype(standardize_dtype(dtype))


@_drawing
def gamma(shape, alpha, dtype=None, seed=None):
    """Numbers of the gamma distribution with the shape parameter `alpha` and scale 1."""
    return jax.random.gamma(draw_key(seed), jnp.asarray(alpha), tuple(shape), _float("gamma", dtype))


@_drawing
def beta(shape, alpha, beta, dtype=None, seed=None):
    """Numbers of the beta distribution; `alpha` and `beta` broadcast to `shape`."""
    return jax.random.beta(draw_key(seed), jnp.asarray(alpha), jnp.asarray(beta), tuple(shape), _float("beta", dtype))


@_drawing
def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """How many of `counts` trials succeed, each with its probability; both broadcast to `shape`. As floats."""
    dtype = _float("binomial", dtype)
    return jax.random.binomial(draw_key(seed), jnp.asarray(counts), jnp.asarray(probabilities), tuple(shape), dtype)


@_drawing
def dropout(inputs, rate, noise_shape=None, seed=None):
    """`inputs` with a share of `rate` set to 0 and the others divided by `1 - rate`.

    Args:
        noise_shape: shape of what is drawn, broadcast to the inputs'; an entry None is the inputs' own size.
    """
    inputs = jnp.asarray(inputs)
    if isinstance(rate, (int, float)):
        if not 0 <= rate <= 1:
            raise ValueError(f"`rate` is a share between 0 and 1, not {rate}")
        if rate == 0:
            return inputs
        if rate == 1:
            return jnp.zeros_like(inputs)
    shape = inputs.shape
    if noise_shape is not None:
        shape = tuple(own if size is None else size for size, own in zip(noise_shape, shape, strict=True))
    kept = jnp.broadcast_to(jax.random.bernoulli(draw_key(seed), 1 - rate, shape), inputs.shape)
    return jnp.where(kept, inputs / (1 - rate), jnp.zeros((), inputs.dtype))


@_drawing
def shuffle(x, axis=0, seed=None):
    """`x` with its values along `axis` in another order, drawn for each line of values on its own, as Keras on JAX."""
    return jax.random.permutation(draw_key(seed), jnp.asarray(x), axis, independent=True)


def _float(function: str, dtype: Any) -> str:
    dtype = standardize_dtype(dtype)
    if not is_float(dtype):
        raise ValueError(f"`{function}` needs a float `dtype`, not {dtype!r}")
    return dtype
