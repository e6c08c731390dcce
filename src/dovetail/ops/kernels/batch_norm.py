"""Batch normalization in training, with its gradient in closed form."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from .plain import use_tuned


def batch_norm_train(x: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any]:
    """Normalize over all axes but the last; returns the output and the batch's mean and biased variance.

    The moments are for moving averages: no gradient flows through them. Statistics are float32 for 16-bit input.

    Shapes:
        x: (..., channels)
        gamma, beta: (channels,), or None for one and zero
        output: as x; mean and variance (channels,)

    Reference: Ioffe & Szegedy 2015, arXiv:1502.03167.
    """
    wide = jnp.promote_types(x.dtype, jnp.float32)
    channels = (x.shape[-1],)
    gamma = jnp.ones(channels, wide) if gamma is None else gamma
    beta = jnp.zeros(channels, wide) if beta is None else beta
    return (_tuned if use_tuned() else plain_batch_norm_train)(x, gamma, beta, epsilon)


def plain_batch_norm_train(x: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any]:
    """The reference form."""
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    axes = tuple(range(x.ndim - 1))
    mean, variance = wide.mean(axes), wide.var(axes)
    y = (wide - mean) * lax.rsqrt(variance + epsilon) * gamma + beta
    return y.astype(x.dtype), lax.stop_gradient(mean), lax.stop_gradient(variance)


def _column_sum(x: Any) -> Any:
    return x.reshape(-1, x.shape[-1]).sum(0)


@functools.partial(jax.custom_vjp, nondiff_argnums=(3,))
def _tuned(x: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any]:
    return _forward(x, gamma, beta, epsilon)[0]


def _forward(x: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any]:
    rows = x.size // x.shape[-1]
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    shift = wide.reshape(-1, x.shape[-1])[0]  # moments about the first row: a large mean does not cancel
    centred = wide - shift
    offset = _column_sum(centred) / rows
    mean = shift + offset
    variance = jnp.maximum(_column_sum(centred * centred) / rows - offset * offset, 0)
    inverse_std = lax.rsqrt(variance + epsilon)
    scale = gamma * inverse_std
    y = (wide * scale + (beta - mean * scale)).astype(x.dtype)
    return (y, mean, variance), (x, mean, inverse_std, gamma, beta)


def _backward(epsilon: float, saved: Any, cotangents: Any) -> tuple[Any, Any, Any]:
    x, mean, inverse_std, gamma, beta = saved
    dy = cotangents[0].astype(mean.dtype)
    wide = x.astype(mean.dtype)
    rows = x.size // x.shape[-1]
    dbeta = _column_sum(dy)
    dgamma = _column_sum(dy * (wide - mean)) * inverse_std
    scale = gamma * inverse_std
    # dx = scale * (dy - mean(dy) - x_hat * mean(dy * x_hat)), as dy * scale + x * k1 + k0
    k1 = -scale * inverse_std * dgamma / rows
    k0 = -scale * dbeta / rows - k1 * mean
    dx = dy * scale + (wide * k1 + k0)
    return dx.astype(x.dtype), dgamma.astype(gamma.dtype), dbeta.astype(beta.dtype)


_tuned.defvjp(_forward, _backward)
