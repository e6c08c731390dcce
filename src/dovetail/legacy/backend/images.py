"""Convolution, pooling, padding and resizing, with either order of axes, and the kernels and windows of each release.

Keras 1 kept kernels as (filters, channels, *window) with `dim_ordering="th"`; all others are (*window, channels,
filters). Theano convolves: its kernels are flipped, and its "same" padding is k // 2 on both sides.
"""

import inspect
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from ...engine.errors import ShapeError, format_shape, unknown_name
from ...ops import image as ops_image
from ...ops.kernels import convolution, pooling
from ..releases import current_release
from .lifting import lifted
from .settings import normalize_data_format

_PADDINGS = ("valid", "same", "causal", "full")


def _old_names(values: dict[str, Any], old: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Arguments by today's names, where Keras 1's were used; shapes that helped Theano are left out."""
    for name, value in old.items():
        if name in ("image_shape", "filter_shape", "volume_shape"):
            continue
        if name not in names:
            raise TypeError(f"unknown argument {name!r}; known: {', '.join((*values, *names))}")
        values[names[name]] = value
    return values


_NAMES = {
    "border_mode": "padding", "dim_ordering": "data_format", "filter_dilation": "dilation_rate", "stride": "strides",
    "rate": "dilation_rate", "subsample": "strides",
}  # fmt: skip


def _with_old_names(function: Any) -> Any:
    """`function(x, ..., strides, padding, data_format, dilation_rate)`, taking Keras 1's names of these, too."""

    def call(*args: Any, **kwargs: Any) -> Any:
        old = {name: kwargs.pop(name) for name in list(kwargs) if name in _NAMES or name.endswith("_shape")}
        output_shape = old.pop("output_shape", None)
        kwargs = _old_names(kwargs, old, _NAMES)
        return function(*args, **kwargs | ({} if output_shape is None else {"output_shape": output_shape}))

    call.__name__ = call.__qualname__ = function.__name__
    call.__doc__ = function.__doc__
    own = inspect.signature(function)
    old_names = inspect.Parameter("old_names", inspect.Parameter.VAR_KEYWORD)
    call.__signature__ = own.replace(parameters=[*own.parameters.values(), old_names])  # type: ignore[attr-defined]
    return call


def _is_first(data_format: str | None) -> bool:
    return normalize_data_format(data_format) == "channels_first"


def _last(x: Any, is_first: bool) -> Any:
    x = jnp.asarray(x)
    return jnp.moveaxis(x, 1, -1) if is_first else x


def _back(x: Any, is_first: bool) -> Any:
    return jnp.moveaxis(x, -1, 1) if is_first else x


def _kernel(kernel: Any, is_first: bool, rank: int) -> Any:
    """A kernel as (*window, channels, filters), not flipped."""
    kernel = jnp.asarray(kernel)
    release = current_release()
    if release.dialect == 1 and is_first and rank > 1:  # (filters, channels, *window)
        kernel = jnp.transpose(kernel, (*range(2, 2 + rank), 1, 0))
    return jnp.flip(kernel, tuple(range(rank))) if release.backend == "theano" else kernel


def _each(value: Any, rank: int) -> tuple[int, ...]:
    values = (value,) * rank if isinstance(value, (int, np.integer)) else tuple(value)
    return tuple(int(v) for v in values)


def _padding(padding: Any) -> str:
    if str(padding).lower() not in _PADDINGS:
        raise unknown_name("padding", padding, _PADDINGS)
    return str(padding).lower()


def _convolved(x: Any, kernel: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    """Convolution with channels last, padded as the release padded."""
    rank = x.ndim - 2
    padding, strides, dilation = _padding(padding), _each(strides, rank), _each(dilation, rank)
    extents = [(size - 1) * rate + 1 for size, rate in zip(kernel.shape, dilation, strict=False)]
    if padding == "full":
        return convolution.conv(x, kernel, strides, [(extent - 1,) * 2 for extent in extents], dilation)
    if padding == "same" and current_release().backend == "theano":
        y = convolution.conv(x, kernel, strides, [(extent // 2,) * 2 for extent in extents], dilation)
        return _cut(y, [-(-size // stride) for size, stride in zip(x.shape[1:], strides, strict=False)])
    return convolution.conv(x, kernel, strides, padding, dilation)


def _cut(y: Any, sizes: list[int]) -> Any:
    """The first so many places of each spatial axis."""
    return y[(slice(None), *(slice(size) for size in sizes))]


@_with_old_names
@lifted
def conv1d(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution over one axis; kernel (length, channels, filters)."""
    is_first = _is_first(data_format)
    y = _convolved(_last(x, is_first), _kernel(kernel, is_first, 1), strides, padding, dilation_rate)
    return _back(y, is_first)


@_with_old_names
@lifted
def conv2d(x, kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Convolution over two axes; kernel (rows, columns, channels, filters)."""
    is_first = _is_first(data_format)
    y = _convolved(_last(x, is_first), _kernel(kernel, is_first, 2), strides, padding, dilation_rate)
    return _back(y, is_first)


@_with_old_names
@lifted
def conv3d(x, kernel, strides=(1, 1, 1), padding="valid", data_format=None, dilation_rate=(1, 1, 1)):
    """Convolution over three axes; kernel (*window, channels, filters)."""
    is_first = _is_first(data_format)
    y = _convolved(_last(x, is_first), _kernel(kernel, is_first, 3), strides, padding, dilation_rate)
    return _back(y, is_first)


def atrous_conv2d(x, kernel, rate=1, border_mode="valid", dim_ordering="default", image_shape=None, filter_shape=None):
    """Convolution with holes: the window's places are `rate` apart."""
    return conv2d(x, kernel, (1, 1), border_mode, dim_ordering, (rate, rate))


@_with_old_names
@lifted
def conv2d_transpose(
    x, kernel, output_shape=None, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """The transpose of a convolution; kernel (rows, columns, filters, channels), `output_shape` with the batch."""
    return _transposed(x, kernel, output_shape, strides, padding, data_format, dilation_rate, 2)


@_with_old_names
@lifted
def conv3d_transpose(x, kernel, output_shape=None, strides=(1, 1, 1), padding="valid", data_format=None):
    """The transpose of a convolution; kernel (*window, filters, channels), `output_shape` with the batch."""
    return _transposed(x, kernel, output_shape, strides, padding, data_format, 1, 3)


def deconv2d(
    x, kernel, output_shape, strides=(1, 1), border_mode="valid", dim_ordering="default", image_shape=None,
    filter_shape=None,
):  # fmt: skip
    """`conv2d_transpose` under its name in Keras 1, where kernels are as those of `conv2d`."""
    return conv2d_transpose(x, kernel, output_shape, strides, border_mode, dim_ordering)


def _transposed(
    x: Any, kernel: Any, output_shape: Any, strides: Any, padding: Any, data_format: Any, dilation: Any, rank: int,
    is_today: bool = False,
) -> Any:  # fmt: skip
    is_first = _is_first(data_format)
    x = _last(x, is_first)
    kernel = jnp.asarray(kernel)
    release = current_release()
    if release.dialect == 1 and not is_today:  # (filters, channels, *window), or (*window, channels, filters)
        order = (*range(2, 2 + rank), 0, 1) if is_first else (*range(rank), rank + 1, rank)
        kernel = jnp.transpose(kernel, order)
    if release.backend == "theano":
        kernel = jnp.flip(kernel, tuple(range(rank)))
    strides, dilation, padding = _each(strides, rank), _each(dilation, rank), _padding(padding)
    wanted = None
    if output_shape is not None:
        spatial = list(output_shape)[2:] if is_first else list(output_shape)[1:-1]
        wanted = [None if size is None else int(size) for size in spatial]
    usual = _usual_sizes(x, kernel, strides, padding, dilation)
    wanted = usual if wanted is None else [u if w is None else w for u, w in zip(usual, wanted, strict=True)]
    if wanted == usual and release.backend != "theano":
        y = convolution.conv_transpose(x, kernel, strides, padding, None, dilation)
    else:
        y = _to_size(x, kernel, wanted, strides, padding, dilation)
    return _back(y, is_first)


def _usual_sizes(x: Any, kernel: Any, strides: Any, padding: str, dilation: Any) -> list[int]:
    sizes = []
    for size, window, stride, rate in zip(x.shape[1:], kernel.shape, strides, dilation, strict=False):
        more = max((window - 1) * rate + 1 - stride, 0)
        sizes.append(size * stride + (0 if padding == "same" else more))
    return sizes


def _to_size(x: Any, kernel: Any, sizes: list[int], strides: Any, padding: str, dilation: Any) -> Any:
    """The transpose of the convolution that takes an image of these sizes to the size of `x`."""
    pads = []
    is_theano = current_release().backend == "theano"
    for size, now, window, stride, rate in zip(sizes, x.shape[1:], kernel.shape, strides, dilation, strict=False):
        extent = (window - 1) * rate + 1
        if padding == "same":
            total = max((-(-size // stride) - 1) * stride + extent - size, 0)
            before = extent // 2 if is_theano else total // 2
        else:
            before = 0 if padding == "valid" else extent - 1
        low = extent - 1 - before
        pads.append((low, size - (now - 1) * stride - 1 + extent - 1 - low))
    rank = len(sizes)
    flipped = jnp.flip(kernel, tuple(range(rank))).swapaxes(-1, -2)
    space = "DHW"[-rank:]
    return lax.conv_general_dilated(
        x, flipped, (1,) * rank, pads, strides, dilation, (f"N{space}C", f"{space}IO", f"N{space}C")
    )


@_with_old_names
@lifted
def depthwise_conv2d(x, depthwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)):
    """Each channel convolved on its own; kernel (rows, columns, channels, multiplier)."""
    is_first = _is_first(data_format)
    return _back(_depthwise(_last(x, is_first), depthwise_kernel, strides, padding, dilation_rate, is_first), is_first)


def _depthwise(x: Any, kernel: Any, strides: Any, padding: Any, dilation: Any, is_first: bool) -> Any:
    rank = x.ndim - 2
    kernel = _kernel(kernel, is_first, rank)
    return convolution.depthwise(x, kernel, _each(strides, rank), _padding(padding), _each(dilation, rank))


@_with_old_names
@lifted
def separable_conv1d(
    x, depthwise_kernel, pointwise_kernel, strides=1, padding="valid", data_format=None, dilation_rate=1
):
    """A depthwise convolution over one axis, then one over the channels alone."""
    return _separable(x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate)


@_with_old_names
@lifted
def separable_conv2d(
    x, depthwise_kernel, pointwise_kernel, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1)
):
    """A depthwise convolution over two axes, then one over the channels alone."""
    return _separable(x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate)


def _separable(
    x: Any, depthwise: Any, pointwise: Any, strides: Any, padding: Any, data_format: Any, dilation: Any
) -> Any:
    is_first = _is_first(data_format)
    x = _depthwise(_last(x, is_first), depthwise, strides, padding, dilation, is_first)
    return _back(convolution.conv(x, _kernel(pointwise, is_first, x.ndim - 2)), is_first)


# -- convolution whose kernel is another at each place


@lifted
def local_conv1d(inputs, kernel, kernel_size, strides, data_format=None):
    """A window at each place with a kernel of its own; kernel (places, length * channels, filters)."""
    is_first = _is_first(data_format)
    x = _last(inputs, is_first)
    places = _windows(x.shape[1:2], _each(kernel_size, 1), _each(strides, 1))
    parts = x[:, places[0]]  # (batch, places, length, channels)
    return _back(_applied(parts.reshape(*parts.shape[:2], -1), kernel), is_first)


@lifted
def local_conv2d(inputs, kernel, kernel_size, strides, output_shape=None, data_format=None):
    """A window at each place with a kernel of its own; kernel (places, rows * columns * channels, filters)."""
    is_first = _is_first(data_format)
    x = _last(inputs, is_first)
    rows, columns = _windows(x.shape[1:3], _each(kernel_size, 2), _each(strides, 2))
    parts = x[:, rows[:, None, :, None], columns[None, :, None, :]]  # (batch, rows, columns, *window, channels)
    if is_first:  # the values of a window were in the order of the array
        parts = jnp.moveaxis(parts, -1, 3)
    flat = parts.reshape(x.shape[0], len(rows) * len(columns), -1)
    return _back(_applied(flat, kernel).reshape(x.shape[0], len(rows), len(columns), -1), is_first)


def _windows(sizes: Any, windows: tuple, strides: tuple) -> list[np.ndarray]:
    """For each axis the places of every window: (windows, length)."""
    counts = [(size - window) // stride + 1 for size, window, stride in zip(sizes, windows, strides, strict=True)]
    return [
        np.arange(count)[:, None] * stride + np.arange(window)
        for count, window, stride in zip(counts, windows, strides, strict=True)
    ]


def _applied(parts: Any, kernel: Any) -> Any:
    kernel = jnp.asarray(kernel)
    if parts.shape[1:] != kernel.shape[:2]:
        raise ShapeError(
            f"K.local_conv: there are {parts.shape[1]} windows of {parts.shape[2]} values, the kernel is "
            f"{format_shape(kernel.shape)}"
        )
    return jnp.einsum("bpi,pif->bpf", parts, kernel)


# -- pooling


@_with_old_names
@lifted
def pool2d(x, pool_size, strides=(1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The largest value ("max") or the mean ("avg") of each window."""
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode, 2)


@_with_old_names
@lifted
def pool3d(x, pool_size, strides=(1, 1, 1), padding="valid", data_format=None, pool_mode="max"):
    """The largest value ("max") or the mean ("avg") of each window."""
    return _pooled(x, pool_size, strides, padding, data_format, pool_mode, 3)


def _pooled(x: Any, window: Any, strides: Any, padding: Any, data_format: Any, mode: str, rank: int) -> Any:
    if mode not in ("max", "avg"):
        raise unknown_name("pool_mode", mode, ("max", "avg"))
    is_first = _is_first(data_format)
    x = _last(x, is_first)
    window, strides, padding = _each(window, rank), _each(strides, rank), _padding(padding)
    if padding == "same" and current_release().backend == "theano":
        y = _pooled_as_theano(x, window, strides, mode)
    else:
        y = (pooling.max_pool if mode == "max" else pooling.average_pool)(x, window, strides, padding)
    return _back(y, is_first)


def _pooled_as_theano(x: Any, window: tuple, strides: tuple, mode: str) -> Any:
    """Padding by `k - 2` (odd windows above 2) or `k - 1` on both sides; incomplete windows are left out."""
    more = [k - 2 if k > 2 and k % 2 else k - 1 for k in window]
    pads = [(0, 0), *((m, m) for m in more), (0, 0)]
    sizes = [-(-size // stride) for size, stride in zip(x.shape[1:], strides, strict=False)]
    if mode == "max":
        low = -jnp.inf if jnp.issubdtype(x.dtype, jnp.floating) else jnp.iinfo(x.dtype).min
        return _cut(pooling.max_pool(jnp.pad(x, pads, constant_values=low), window, strides), sizes)
    inside = jnp.pad(jnp.ones((1, *x.shape[1:-1], 1), x.dtype), pads)
    means = [pooling.average_pool(part, window, strides) for part in (jnp.pad(x, pads), inside)]
    return _cut(means[0] / means[1], sizes)


# -- padding and resizing


def _pairs(padding: Any, rank: int) -> list[tuple[int, int]]:
    """(before, after) for each axis, of one number for both or a pair."""
    if isinstance(padding, (int, np.integer)):
        padding = (padding,) * rank
    return [(int(p), int(p)) if isinstance(p, (int, np.integer)) else (int(p[0]), int(p[1])) for p in padding]


@lifted
def temporal_padding(x, padding=1):
    """Zeros before and after the steps: (batch, steps, features)."""
    before, after = (padding, padding) if isinstance(padding, (int, np.integer)) else padding
    return jnp.pad(jnp.asarray(x), [(0, 0), (int(before), int(after)), (0, 0)])


def asymmetric_temporal_padding(x, left_pad=1, right_pad=1):
    """`left_pad` zeros before the steps, `right_pad` after them."""
    return temporal_padding(x, (left_pad, right_pad))


def spatial_2d_padding(x, padding=(1, 1), data_format=None, dim_ordering=None):
    """Zeros around images: one number, one for each axis, or pairs (before, after)."""
    return _padded(x, _pairs(padding, 2), _is_first(dim_ordering or data_format))


def asymmetric_spatial_2d_padding(
    x, top_pad=1, bottom_pad=1, left_pad=1, right_pad=1, dim_ordering="default", data_format=None
):
    """So many zeros on each side of images."""
    pairs = [(top_pad, bottom_pad), (left_pad, right_pad)]
    return _padded(x, pairs, _is_first(data_format or dim_ordering))


def spatial_3d_padding(x, padding=(1, 1, 1), data_format=None, dim_ordering=None):
    """Zeros around volumes: one number, one for each axis, or pairs (before, after)."""
    return _padded(x, _pairs(padding, 3), _is_first(dim_ordering or data_format))


@lifted
def _padded(x, pairs, is_first):
    return jnp.pad(jnp.asarray(x), [(0, 0), (0, 0), *pairs] if is_first else [(0, 0), *pairs, (0, 0)])


def resize_images(
    x=None, height_factor=1, width_factor=1, data_format=None, interpolation="nearest", X=None, dim_ordering=None
):
    """Images enlarged by whole numbers, "nearest" (each pixel repeated) or "bilinear"."""
    if interpolation not in ("nearest", "bilinear"):
        raise unknown_name("interpolation", interpolation, ("nearest", "bilinear"))
    factors = (int(height_factor), int(width_factor))
    return _enlarged(x if X is None else X, factors, _is_first(dim_ordering or data_format), interpolation)


def resize_volumes(
    x=None, depth_factor=1, height_factor=1, width_factor=1, data_format=None, X=None, dim_ordering=None
):
    """Volumes enlarged by whole numbers: each value repeated."""
    factors = (int(depth_factor), int(height_factor), int(width_factor))
    return _enlarged(x if X is None else X, factors, _is_first(dim_ordering or data_format), "nearest")


@lifted
def _enlarged(x, factors, is_first, interpolation):
    x = _last(x, is_first)
    if interpolation == "nearest":
        for axis, factor in enumerate(factors, start=1):
            x = jnp.repeat(x, factor, axis)
    elif current_release().formulas in ("tf2", "keras3"):
        sizes = (x.shape[1] * factors[0], x.shape[2] * factors[1])
        x = ops_image.resize(x, sizes, interpolation="bilinear", data_format="channels_last")
    else:
        for axis, factor in enumerate(factors, start=1):
            x = _linear(x, factor, axis)
    return _back(x, is_first)


def _linear(x: Any, factor: int, axis: int) -> Any:
    """Interpolated as TensorFlow 1 did: the first pixel keeps its place, the last one is repeated."""
    size = x.shape[axis]
    places = np.arange(size * factor) / factor
    low = np.floor(places).astype(int)
    share = jnp.asarray(places - low, x.dtype).reshape((-1,) + (1,) * (x.ndim - 1 - axis))
    left, right = (jnp.take(x, np.minimum(index, size - 1), axis) for index in (low, low + 1))
    return left + (right - left) * share


@lifted
def bias_add(x, bias, data_format=None):
    """`x + bias`, a bias for each channel, or for each place and channel."""
    x, bias = jnp.asarray(x), jnp.asarray(bias)
    if bias.ndim not in (1, x.ndim - 1):
        raise ShapeError(f"K.bias_add: a bias has 1 or {x.ndim - 1} axes here, not {bias.ndim}")
    if _is_first(data_format) and x.ndim > 2:
        if bias.ndim == 1:
            return x + bias.reshape((1, -1) + (1,) * (x.ndim - 2))
        return x + jnp.moveaxis(bias, -1, 0)[None]
    return x + bias


__all__ = [
    "asymmetric_spatial_2d_padding", "asymmetric_temporal_padding", "atrous_conv2d", "bias_add", "conv1d", "conv2d",
    "conv2d_transpose", "conv3d", "conv3d_transpose", "deconv2d", "depthwise_conv2d", "local_conv1d", "local_conv2d",
    "pool2d", "pool3d", "resize_images", "resize_volumes", "separable_conv1d", "separable_conv2d",
    "spatial_2d_padding", "spatial_3d_padding", "temporal_padding",
]  # fmt: skip
