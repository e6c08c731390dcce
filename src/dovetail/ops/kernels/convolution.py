"""Convolution, channels last, whose gradients stay fast inside loops on CPU.

XLA on CPU has one fast dimension order: batch, space, channels for arrays; space, in, out for kernels. Autodiff's
gradients have others, which a pass reorders outside of loops only; inside `fori_loop` and `scan` they become scalar
code, tens of times slower. So both gradients are written here as convolutions in that order, with explicit flips.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .plain import use_tuned

_SPACE = {1: "H", 2: "HW", 3: "DHW"}
Pairs = tuple[tuple[int, int], ...]
LARGEST_UNROLLED = 49  # places of a depthwise window up to which it is written out


def conv(x: Any, w: Any, strides: Any = 1, padding: Any = "valid", dilation: Any = 1, groups: int = 1) -> Any:
    """Convolution over 1 to 3 spatial axes.

    Args:
        strides, dilation: one number or one for each spatial axis.
        padding: "valid", "same", "causal" (one axis, all padding in front), or (before, after) pairs.
        groups: the channels are cut in so many groups that do not see each other.

    Shapes:
        x: (batch, *space, channels)
        w: (*window, channels / groups, filters)
        output: (batch, *new space, filters)
    """
    rank = x.ndim - 2
    strides, dilation = _each(strides, rank), _each(dilation, rank)
    pairs = _pairs(x.shape[1:-1], w.shape[:-2], strides, dilation, padding)
    if not use_tuned():
        return _general(x, w, strides, pairs, dilation, groups)
    return _canonical(x, w, strides, pairs, dilation, groups)


def conv_transpose(
    x: Any, w: Any, strides: Any = 1, padding: str = "valid", output_padding: Any = None, dilation: Any = 1
) -> Any:
    """The transpose of a convolution: what its gradient does to the input.

    Args:
        output_padding: more rows at the end of each axis; None gives `size * stride` with "same", and
            `size * stride + max(extent - stride, 0)` with "valid".

    Shapes:
        x: (batch, *space, channels)
        w: (*window, filters, channels)
        output: (batch, *new space, filters)
    """
    rank = x.ndim - 2
    strides, dilation = _each(strides, rank), _each(dilation, rank)
    more = (None,) * rank if output_padding is None else _each(output_padding, rank)
    pairs = []
    for size, stride, rate, extra in zip(w.shape, strides, dilation, more, strict=False):
        extent = (size - 1) * rate + 1
        if padding == "valid":
            extra = max(extent, stride) - extent if extra is None else extra
            pairs.append((extent - 1, extent - 1 + extra))
        else:
            total = stride + extent - 2 if extra is None else 2 * (extent - 1 - extent // 2) + extra
            before = min(extent - 1, -(-total // 2))
            pairs.append((before, total - before))
    if use_tuned() and jnp.issubdtype(x.dtype, jnp.floating):
        return _transposed(x, w, strides, tuple(pairs), dilation)
    return _plain_transposed(x, w, strides, tuple(pairs), dilation)


def _plain_transposed(x: Any, w: Any, strides: Any, pairs: Pairs, dilation: Any) -> Any:
    rank = x.ndim - 2
    flipped = jnp.flip(w, tuple(range(rank))).swapaxes(-1, -2)
    return _general(x, flipped, (1,) * rank, pairs, dilation, lhs_dilation=strides)


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4))
def _transposed(x: Any, w: Any, strides: Any, pairs: Pairs, dilation: Any) -> Any:
    return _plain_transposed(x, w, strides, pairs, dilation)


def _transposed_forward(x: Any, w: Any, strides: Any, pairs: Pairs, dilation: Any) -> Any:
    return _plain_transposed(x, w, strides, pairs, dilation), (x, w)


def _transposed_backward(strides: Any, pairs: Pairs, dilation: Any, saved: Any, g: Any) -> tuple[Any, Any]:
    """The transpose of a transpose is the convolution; the kernel's gradient has the two arrays' parts exchanged."""
    x, w = saved
    g = lax.optimization_barrier(g)
    extents = [(size - 1) * rate + 1 for size, rate in zip(w.shape, dilation, strict=False)]
    inner = tuple(
        (extent - 1 - before, extent - 1 - after) for extent, (before, after) in zip(extents, pairs, strict=True)
    )
    cut = g
    fitted = []
    for axis, (before, after) in enumerate(inner):  # no window reads what negative padding stands for
        low, high = max(-before, 0), max(-after, 0)
        cut = lax.slice_in_dim(cut, low, cut.shape[1 + axis] - high, axis=1 + axis)
        fitted.append((max(before, 0), max(after, 0)))
    dx = _general(cut, w, strides, fitted, dilation)
    dw = _weight_gradient(cut, x, strides, fitted, dilation, 1)
    return dx.astype(x.dtype), dw.astype(w.dtype)


_transposed.defvjp(_transposed_forward, _transposed_backward)


def depthwise(x: Any, w: Any, strides: Any = 1, padding: Any = "valid", dilation: Any = 1) -> Any:
    """Each channel convolved with its own windows.

    Shapes:
        x: (batch, *space, channels)
        w: (*window, channels, multiplier)
        output: (batch, *new space, channels * multiplier)
    """
    rank, channels = x.ndim - 2, x.shape[-1]
    strides, dilation = _each(strides, rank), _each(dilation, rank)
    window = w.shape[:rank]
    if use_tuned() and jnp.issubdtype(x.dtype, jnp.floating) and math.prod(window) <= LARGEST_UNROLLED:
        pairs = _pairs(x.shape[1:-1], window, strides, dilation, padding)
        return _shifted(x, w, strides, pairs, dilation)
    return conv(x, w.reshape(*window, 1, -1), strides, padding, dilation, channels)


def _shifted(x: Any, w: Any, strides: Any, pairs: Pairs, dilation: Any) -> Any:
    """The sum over the window's places of the shifted image times that place's weights: what XLA's CPU is good at."""
    rank, channels, multiplier = x.ndim - 2, x.shape[-1], w.shape[-1]
    x = jnp.pad(x, ((0, 0), *pairs, (0, 0)))
    extents = [(size - 1) * rate + 1 for size, rate in zip(w.shape, dilation, strict=False)]
    out = [(size - extent) // stride + 1 for size, extent, stride in zip(x.shape[1:-1], extents, strides, strict=True)]
    total: Any = None
    for place in np.ndindex(*w.shape[:rank]):
        start = [p * rate for p, rate in zip(place, dilation, strict=True)]
        stop = [s + (o - 1) * stride + 1 for s, o, stride in zip(start, out, strides, strict=True)]
        part = lax.slice(x, (0, *start, 0), (x.shape[0], *stop, channels), (1, *strides, 1))
        if multiplier == 1:
            term = part * w[place][:, 0]
        else:
            term = (part[..., None] * w[place]).reshape(*part.shape[:-1], channels * multiplier)
        total = term if total is None else total + term
    return total


def _each(value: Any, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _pairs(
    space: Sequence[int], window: Sequence[int], strides: Sequence[int], dilation: Sequence[int], padding: Any
) -> Pairs:
    if not isinstance(padding, str):
        return tuple((int(before), int(after)) for before, after in padding)
    extents = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    if padding.lower() == "valid":
        return tuple((0, 0) for _ in extents)
    if padding.lower() == "causal":
        return tuple((extent - 1, 0) for extent in extents)
    totals = [
        max((-(-size // stride) - 1) * stride + extent - size, 0)
        for size, stride, extent in zip(space, strides, extents, strict=True)
    ]
    return tuple((total // 2, total - total // 2) for total in totals)


def _general(x: Any, w: Any, strides: Any, pairs: Any, dilation: Any, groups: int = 1, lhs_dilation: Any = None) -> Any:
    space = _SPACE[x.ndim - 2]
    return lax.conv_general_dilated(
        x, w, strides, pairs, lhs_dilation, dilation, (f"N{space}C", f"{space}IO", f"N{space}C"), groups
    )


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3, 4, 5))
def _canonical(x: Any, w: Any, strides: Any, pairs: Pairs, dilation: Any, groups: int) -> Any:
    return _general(x, w, strides, pairs, dilation, groups)


def _forward(x: Any, w: Any, strides: Any, pairs: Pairs, dilation: Any, groups: int) -> Any:
    return _general(x, w, strides, pairs, dilation, groups), (x, w)


def _backward(strides: Any, pairs: Pairs, dilation: Any, groups: int, saved: Any, g: Any) -> tuple[Any, Any]:
    x, w = saved
    g = lax.optimization_barrier(g)
    rank = x.ndim - 2
    dx_pairs, dw_pairs, used = [], [], x
    for axis in range(rank):
        size, extent = x.shape[1 + axis], (w.shape[axis] - 1) * dilation[axis] + 1
        before = pairs[axis][0]
        span = (g.shape[1 + axis] - 1) * strides[axis] + 1  # extent of the gradient, spread out by the stride
        dx_pairs.append((extent - 1 - before, size + before - span))
        unread = max(size + before - (span + extent - 1), 0)  # trailing input that no window reads
        used = lax.slice_in_dim(used, 0, size - unread, axis=1 + axis)
        dw_pairs.append((before, max(span + extent - 1 - size - before, 0)))
    flipped = _swap_in_and_out(jnp.flip(w, tuple(range(rank))), groups)
    dx = _general(g, flipped, (1,) * rank, dx_pairs, dilation, groups, lhs_dilation=strides)
    dw = _weight_gradient(used, g, strides, dw_pairs, dilation, groups)
    return dx.astype(x.dtype), dw.astype(w.dtype)


def _swap_in_and_out(w: Any, groups: int) -> Any:
    """(*window, in / groups, out) -> (*window, out / groups, in), group by group."""
    window, (fan_in, fan_out) = w.shape[:-2], w.shape[-2:]
    if groups == 1:
        return w.swapaxes(-1, -2)
    w = w.reshape(*window, fan_in, groups, fan_out // groups)
    return jnp.moveaxis(w, -1, -3).swapaxes(-1, -2).reshape(*window, fan_out // groups, fan_in * groups)


def _weight_gradient(x: Any, g: Any, strides: Any, pairs: Any, dilation: Any, groups: int) -> Any:
    """Channels act as the batch, the batch as the channels, and the gradient as the kernel; one group at a time."""
    rank = x.ndim - 2
    space = tuple(range(1, rank + 1))

    def one(x: Any, g: Any) -> Any:
        x = lax.optimization_barrier(x.transpose(rank + 1, *space, 0))
        g = lax.optimization_barrier(g.transpose(*space, 0, rank + 1))
        return _general(x, g, dilation, pairs, strides).transpose(*space, 0, rank + 1)

    if groups == 1:
        return one(x, g)
    parts = zip(jnp.split(x, groups, -1), jnp.split(g, groups, -1), strict=True)
    return jnp.concatenate([one(a, b) for a, b in parts], -1)


_canonical.defvjp(_forward, _backward)


def slow_in_loop(jaxpr: Any) -> str | None:
    """Why a step with this jaxpr would be slow inside a loop on CPU: a convolution in another dimension order.

    Returns:
        a text naming the first such convolution, or None.
    """
    for equation in getattr(jaxpr, "jaxpr", jaxpr).eqns:
        if equation.primitive.name == "conv_general_dilated":
            numbers = equation.params["dimension_numbers"]
            rank = len(numbers.lhs_spec)
            last = (0, rank - 1, *range(1, rank - 1))
            kernel = (rank - 1, rank - 2, *range(rank - 2))
            if (tuple(numbers.lhs_spec), tuple(numbers.rhs_spec), tuple(numbers.out_spec)) != (last, kernel, last):
                return f"a convolution of {equation.invars[0].aval.shape} in the order {numbers}"
        for value in equation.params.values():
            for inner in value if isinstance(value, (list, tuple)) else (value,):
                if hasattr(inner, "eqns") or hasattr(inner, "jaxpr"):
                    reason = slow_in_loop(inner)
                    if reason is not None:
                        return reason
    return None
