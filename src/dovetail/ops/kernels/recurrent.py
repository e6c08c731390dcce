"""The recurrences of LSTM and GRU, with gradients written so that the loop back holds one product.

Autodiff's backward loop recomputes activations and adds up weight gradients step by step. Here the activations'
derivatives are computed for the whole sequence at once, and the weights' gradient is one product after the loop. It
pays on CPU where the compiler keeps optimization barriers; elsewhere autodiff's is taken.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from .options import barriers_kept
from .plain import use_tuned

barrier = lax.optimization_barrier


def lstm(x: Any, kernel: Any, recurrent: Any, bias: Any, h: Any, c: Any, mask: Any, reverse: bool) -> Any:
    """LSTM with tanh and sigmoid; gates in the order input, forget, candidate, output.

    Args:
        mask: (batch, steps) booleans or None; a step that is not kept leaves the state as it is.
        reverse: whether the last step is taken first.

    Shapes:
        x: (batch, steps, features)
        kernel: (features, 4 * units); recurrent: (units, 4 * units); bias: (4 * units,) or None
        h, c: (batch, units)
        returns: h of every step (batch, steps, units), the last h, the last c
    """
    run: Any = _lstm if _is_tuned(x) else _lstm_plain
    states, h, c = run(_projected(x, kernel, bias), recurrent, h, c, _time_first(mask), reverse)
    return states.transpose(1, 0, 2), h, c


def gru(x: Any, kernel: Any, recurrent: Any, bias: Any, recurrent_bias: Any, h: Any, mask: Any, reverse: bool) -> Any:
    """GRU with tanh and sigmoid that resets after the product; gates in the order update, reset, candidate.

    Shapes:
        kernel: (features, 3 * units); recurrent: (units, 3 * units); biases: (3 * units,)
        returns: h of every step (batch, steps, units), the last h
    """
    run: Any = _gru if _is_tuned(x) else _gru_plain
    states, h = run(_projected(x, kernel, bias), recurrent, recurrent_bias, h, _time_first(mask), reverse)
    return states.transpose(1, 0, 2), h


def _is_tuned(x: Any) -> bool:
    return use_tuned() and x.dtype == jnp.float32 and barriers_kept()


def _projected(x: Any, kernel: Any, bias: Any) -> Any:
    """(batch, steps, features) to steps first, times the kernel, as one product."""
    batch, steps, features = x.shape
    rows = x.transpose(1, 0, 2).reshape(steps * batch, features) @ kernel
    return (rows if bias is None else rows + bias).reshape(steps, batch, kernel.shape[1])


def _time_first(mask: Any) -> Any:
    return None if mask is None else mask.T[:, :, None]


def _parts(x: Any, count: int) -> list[Any]:
    return jnp.split(x, count, axis=-1)


def _before(states: Any, first: Any, reverse: bool) -> Any:
    """The state before each step, of the states after each."""
    if reverse:
        return jnp.concatenate([states[1:], first[None]])
    return jnp.concatenate([first[None], states[:-1]])


# -- LSTM


def _lstm_run(xz: Any, recurrent: Any, h0: Any, c0: Any, mask: Any, reverse: bool) -> Any:
    def step(state: Any, inputs: Any) -> Any:
        x, keep = inputs
        h, c = state
        z = barrier(x + h @ recurrent)
        i, f, g, o = _parts(z, 4)
        new_c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        new_h = jax.nn.sigmoid(o) * jnp.tanh(new_c)
        if keep is not None:
            new_c, new_h = jnp.where(keep, new_c, c), jnp.where(keep, new_h, h)
        return (new_h, new_c), (new_h, new_c, z)

    (h, c), (hs, cs, zs) = lax.scan(step, (h0, c0), (xz, mask), reverse=reverse)
    return hs, h, c, cs, zs


def _lstm_plain(xz: Any, recurrent: Any, h0: Any, c0: Any, mask: Any, reverse: bool) -> Any:
    return _lstm_run(xz, recurrent, h0, c0, mask, reverse)[:3]


_lstm = functools.partial(jax.custom_vjp, nondiff_argnums=(5,))(_lstm_plain)


def _lstm_forward(xz: Any, recurrent: Any, h0: Any, c0: Any, mask: Any, reverse: bool) -> Any:
    hs, h, c, cs, zs = _lstm_run(xz, recurrent, h0, c0, mask, reverse)
    return (hs, h, c), (zs, hs, cs, recurrent, h0, c0, mask)


def _lstm_backward(reverse: bool, saved: Any, gradients: Any) -> Any:
    zs, hs, cs, recurrent, h0, c0, mask = saved
    d_hs, dh_last, dc_last = gradients
    steps, batch, units = hs.shape
    transposed = barrier(recurrent.T)
    c_before = _before(cs, c0, reverse)
    i, f, g, o = _parts(zs, 4)
    i, f, g, o = barrier((jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)))
    tanh_c = barrier(jnp.tanh(cs if mask is None else f * c_before + i * g))
    # at each step: dc += dh * k_c; dz = [dc k_i, dc k_f, dc k_g, dh k_o]; dc before = dc * f
    k_i, k_f, k_g = g * i * (1 - i), c_before * f * (1 - f), i * (1 - g * g)
    k_o, k_c = tanh_c * o * (1 - o), o * (1 - tanh_c * tanh_c)
    packed = barrier(jnp.concatenate([k_i, k_f, k_g, k_o, k_c, f], -1))

    def step(state: Any, inputs: Any) -> Any:
        coefficients, d_h, keep = inputs
        dh, dc = state
        dh = dh + d_h
        k_i, k_f, k_g, k_o, k_c, f = _parts(barrier(coefficients), 6)
        dh_all, dc_all = dh, dc
        if keep is not None:
            dh, dc = jnp.where(keep, dh, 0), jnp.where(keep, dc, 0)
        dc = barrier(dc + dh * k_c)
        dz = barrier(jnp.concatenate([dc * k_i, dc * k_f, dc * k_g, dh * k_o], 1))
        dh_before, dc_before = dz @ transposed, dc * f
        if keep is not None:
            dh_before = dh_before + jnp.where(keep, 0, dh_all)
            dc_before = jnp.where(keep, dc_before, dc_all)
        return (dh_before, dc_before), dz

    (dh0, dc0), dz = lax.scan(step, (dh_last, dc_last), (packed, d_hs, mask), reverse=not reverse)
    h_before = _before(hs, h0, reverse).reshape(steps * batch, units)
    return dz, h_before.T @ dz.reshape(steps * batch, 4 * units), dh0, dc0, None


_lstm.defvjp(_lstm_forward, _lstm_backward)


# -- GRU


def _gru_run(xz: Any, recurrent: Any, bias: Any, h0: Any, mask: Any, reverse: bool) -> Any:
    def step(h: Any, inputs: Any) -> Any:
        x, keep = inputs
        q = barrier(h @ recurrent + bias)
        x_z, x_r, x_n = _parts(barrier(x), 3)
        q_z, q_r, q_n = _parts(q, 3)
        update = jax.nn.sigmoid(x_z + q_z)
        new_h = update * h + (1 - update) * jnp.tanh(x_n + jax.nn.sigmoid(x_r + q_r) * q_n)
        if keep is not None:
            new_h = jnp.where(keep, new_h, h)
        new_h = barrier(new_h)
        return new_h, (new_h, q)

    h, (hs, qs) = lax.scan(step, h0, (xz, mask), reverse=reverse)
    return hs, h, qs


def _gru_plain(xz: Any, recurrent: Any, bias: Any, h0: Any, mask: Any, reverse: bool) -> Any:
    return _gru_run(xz, recurrent, bias, h0, mask, reverse)[:2]


_gru = functools.partial(jax.custom_vjp, nondiff_argnums=(5,))(_gru_plain)


def _gru_forward(xz: Any, recurrent: Any, bias: Any, h0: Any, mask: Any, reverse: bool) -> Any:
    hs, h, qs = _gru_run(xz, recurrent, bias, h0, mask, reverse)
    return (hs, h), (hs, qs, xz, recurrent, h0, mask)


def _gru_backward(reverse: bool, saved: Any, gradients: Any) -> Any:
    hs, qs, xz, recurrent, h0, mask = saved
    d_hs, dh_last = gradients
    steps, batch, units = hs.shape
    transposed = barrier(recurrent.T)
    h_before = barrier(_before(hs, h0, reverse))
    x_z, x_r, x_n = _parts(xz, 3)
    q_z, q_r, q_n = _parts(qs, 3)
    update, reset = barrier((jax.nn.sigmoid(x_z + q_z), jax.nn.sigmoid(x_r + q_r)))
    new = barrier(jnp.tanh(x_n + reset * q_n))
    k_new = barrier((1 - update) * (1 - new * new))
    # at each step: dq = dh * [k_z, k_r, k_h]; dh before = dq @ recurrent.T + dh * update
    k_z, k_r, k_h = (h_before - new) * update * (1 - update), k_new * q_n * reset * (1 - reset), k_new * reset
    packed = barrier(jnp.concatenate([k_z, k_r, k_h, update], -1))

    def step(dh: Any, inputs: Any) -> Any:
        coefficients, d_h, keep = inputs
        dh = barrier(dh + d_h)
        dh_all = dh
        if keep is not None:
            dh = jnp.where(keep, dh, 0)
        k_z, k_r, k_h, update = _parts(barrier(coefficients), 4)
        dq = barrier(jnp.concatenate([dh * k_z, dh * k_r, dh * k_h], 1))
        dh_before = dq @ transposed + dh * update
        if keep is not None:
            dh_before = dh_before + jnp.where(keep, 0, dh_all)
        return dh_before, (dq, dh)

    dh0, (dq, dh) = lax.scan(step, dh_last, (packed, d_hs, mask), reverse=not reverse)
    d_xz = jnp.concatenate([dq[..., : 2 * units], dh * k_new], -1)
    dq = dq.reshape(steps * batch, dq.shape[-1])
    return d_xz, h_before.reshape(steps * batch, units).T @ dq, dq.sum(0), dh0, None


_gru.defvjp(_gru_forward, _gru_backward)
