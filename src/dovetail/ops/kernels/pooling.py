"""Max and average pooling, channels last."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .convolution import _each, _pairs
from .plain import use_tuned

barrier = lax.optimization_barrier
LARGEST_WINDOW = 11  # the index of the winner is an int8


def max_pool(x: Any, window: Any, strides: Any = None, padding: str = "valid") -> Any:
    """Maximum over windows of 1 to 3 spatial axes.

    Shapes:
        x: (batch, *space, channels)
        output: (batch, *new space, channels)
    """
    rank = x.ndim - 2
    window = _each(window, rank)
    strides = window if strides is None else _each(strides, rank)
    if not (use_tuned() and jnp.issubdtype(x.dtype, jnp.floating) and rank <= 2):
        return plain_max_pool(x, window, strides, padding)
    if rank == 1:  # as an image of width 1
        window, strides = (window[0], 1), (strides[0], 1)
        return _tuned_max_pool(x[:, :, None], window, strides, padding)[:, :, 0]
    return _tuned_max_pool(x, window, strides, padding)


def _tuned_max_pool(x: Any, window: tuple, strides: tuple, padding: str) -> Any:
    if window[0] * window[1] > LARGEST_WINDOW**2:
        return plain_max_pool(x, window, strides, padding)
    if window == strides and padding == "valid":
        fitting = [size // k * k for size, k in zip(x.shape[1:3], window, strict=True)]
        return _tiles(x[:, : fitting[0], : fitting[1]], window)
    pairs = _pairs(x.shape[1:-1], window, strides, (1, 1), padding)
    return _general(x, window, strides, pairs)


def plain_max_pool(x: Any, window: tuple, strides: tuple, padding: str) -> Any:
    """The reference form."""
    is_float = jnp.issubdtype(x.dtype, jnp.floating)
    lowest = -np.inf if is_float else (False if x.dtype == bool else np.iinfo(x.dtype).min)
    combine = lax.bitwise_or if x.dtype == bool else lax.max
    return lax.reduce_window(
        x, np.asarray(lowest, x.dtype), combine, (1, *window, 1), (1, *strides, 1), padding.upper()
    )


def average_pool(x: Any, window: Any, strides: Any = None, padding: str = "valid") -> Any:
    """Mean over windows; with "same" padding the padding does not count."""
    rank = x.ndim - 2
    window = _each(window, rank)
    strides = window if strides is None else _each(strides, rank)
    shape, steps = (1, *window, 1), (1, *strides, 1)
    total = lax.reduce_window(x, np.zeros((), x.dtype), lax.add, shape, steps, padding.upper())
    if padding == "valid":
        return total / int(np.prod(window))
    ones = jnp.ones((1, *x.shape[1:-1], 1), x.dtype)
    return total / lax.reduce_window(ones, np.zeros((), x.dtype), lax.add, shape, steps, padding.upper())


def adaptive_pool(x: Any, output_size: Any, reduce: Any) -> Any:
    """Windows from `floor(i * size / new)` to `ceil((i + 1) * size / new)`, one axis after another.

    Shapes:
        x: (batch, *space, channels)
        output: (batch, *output_size, channels)
    """
    for axis, new in enumerate(_each(output_size, x.ndim - 2), 1):
        size = x.shape[axis]
        if size % new == 0:
            x = reduce(x.reshape(*x.shape[:axis], new, size // new, *x.shape[axis + 1 :]), axis=axis + 1)
            continue
        parts = [lax.slice_in_dim(x, i * size // new, -(-(i + 1) * size // new), axis=axis) for i in range(new)]
        x = jnp.stack([reduce(part, axis=axis) for part in parts], axis)
    return x


@functools.partial(jax.custom_jvp, nondiff_argnums=(1,))
def _tiles(x: Any, window: tuple[int, int]) -> Any:
    """Window equal to stride, sizes divisible by it. The rule is linear in the tangent: all of JAX's modes work."""
    return _tiles_with_index(x, window)[0]


def _tiles_with_index(x: Any, window: tuple[int, int]) -> tuple[Any, Any]:
    rows, columns = window
    positions = [x[:, i::rows, j::columns] for i in range(rows) for j in range(columns)]
    best, index = positions[0], jnp.zeros(positions[0].shape, jnp.int8)
    for number, value in enumerate(positions[1:], 1):
        index = jnp.where(value > best, jnp.int8(number), index)  # ties go to the first, as in XLA
        best = jnp.maximum(best, value)
    return best, index


@_tiles.defjvp
def _tiles_jvp(window: tuple[int, int], primals: Any, tangents: Any) -> tuple[Any, Any]:
    (x,), (dx,) = primals, tangents
    rows, columns = window
    best, index = _tiles_with_index(x, window)
    batch, height, width, channels = best.shape
    number = jnp.arange(rows * columns, dtype=jnp.int8).reshape(rows, columns)[:, None, :, None]
    won = index[:, :, None, :, None] == number
    tiles = barrier(dx).reshape(batch, height, rows, width, columns, channels)
    return best, jnp.where(won, tiles, 0).sum((2, 4))


@functools.partial(jax.custom_vjp, nondiff_argnums=(1, 2, 3))
def _general(x: Any, window: tuple, strides: tuple, pairs: tuple) -> Any:
    """Any window and stride; the gradient gathers, for every input position, the windows that can cover it."""
    return _general_with_index(x, window, strides, pairs)[0]


def _general_with_index(x: Any, window: tuple, strides: tuple, pairs: tuple) -> tuple[Any, Any]:
    padded = x
    if any(before or after for before, after in pairs):
        padded = barrier(jnp.pad(x, ((0, 0), *pairs, (0, 0)), constant_values=-jnp.inf))
    out = [(size - k) // s + 1 for size, k, s in zip(padded.shape[1:3], window, strides, strict=True)]
    best: Any = None
    index: Any = None
    for number in range(window[0] * window[1]):
        i, j = divmod(number, window[1])
        value = padded[:, i : i + (out[0] - 1) * strides[0] + 1 : strides[0]]
        value = value[:, :, j : j + (out[1] - 1) * strides[1] + 1 : strides[1]]
        if best is None:
            best, index = value, jnp.zeros(value.shape, jnp.int8)
        else:
            index = jnp.where(value > best, jnp.int8(number), index)
            best = jnp.maximum(best, value)
    return best, barrier(index)


def _general_forward(x: Any, window: tuple, strides: tuple, pairs: tuple) -> tuple[Any, Any]:
    best, index = _general_with_index(x, window, strides, pairs)
    return best, (index, x)


def _general_backward(window: tuple, strides: tuple, pairs: tuple, saved: Any, dy: Any) -> tuple[Any]:
    index, x = saved
    batch, height, width, channels = x.shape
    cover = [-(-k // s) for k, s in zip(window, strides, strict=True)]  # windows that reach one position
    blocks = [size + c - 1 for size, c in zip(dy.shape[1:3], cover, strict=True)]
    edge = ((0, 0), *((c - 1, c - 1) for c in cover), (0, 0))
    dy, index = barrier((jnp.pad(dy, edge), jnp.pad(index, edge, constant_values=-1)))
    phases = [jnp.arange(s, dtype=jnp.int8) for s in strides]
    dx: Any = 0
    for a in range(cover[0]):
        for b in range(cover[1]):
            row, column = phases[0][:, None] + a * strides[0], phases[1][None, :] + b * strides[1]
            inside = (row < window[0]) & (column < window[1])
            number = jnp.where(inside, row * window[1] + column, -2).astype(jnp.int8)
            rows = slice(cover[0] - 1 - a, cover[0] - 1 - a + blocks[0])
            columns = slice(cover[1] - 1 - b, cover[1] - 1 - b + blocks[1])
            hit = index[:, rows, None, columns, None] == number[:, None, :, None]
            dx = dx + jnp.where(hit, dy[:, rows, None, columns, None], 0)
    dx = dx.reshape(batch, blocks[0] * strides[0], blocks[1] * strides[1], channels)
    (top, _), (left, _) = pairs
    dx = dx[:, top : top + height, left : left + width]
    short = ((0, 0), (0, height - dx.shape[1]), (0, width - dx.shape[2]), (0, 0))
    return (jnp.pad(dx, short),)


_general.defvjp(_general_forward, _general_backward)
