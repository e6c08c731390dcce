"""What neural networks are made of: activations, convolution and pooling, normalization, losses, attention."""

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..engine.dtypes import floatx, standardize_dtype
from ..engine.errors import ShapeError, unknown_name
from ..engine.operation import lift
from ..engine.settings import epsilon as small_number
from ..engine.settings import is_flash_attention_enabled, standardize_data_format
from .kernels import convolution, pooling

# -- activations


@lift
def relu(x):
    """`max(x, 0)`."""
    return jax.nn.relu(jnp.asarray(x))


@lift
def gelu(x, approximate=True):
    """`x` times the normal distribution function of `x`. Reference: arXiv:1606.08415."""
    return jax.nn.gelu(jnp.asarray(x), approximate=approximate)


@lift
def leaky_relu(x, negative_slope=0.2):
    """`x` where positive, else `negative_slope * x`."""
    return jax.nn.leaky_relu(x, negative_slope)


@lift
def relu6(x):
    """`min(max(x, 0), 6)`. Reference: Krizhevsky 2010."""
    return jax.nn.relu6(x)


@lift
def softmax(x, axis=-1):
    """`exp(x) / sum(exp(x))` over `axis`, or over several axes."""
    if jnp.ndim(x) == 1 and axis == -1:
        return jax.nn.softmax(x)
    return jax.nn.softmax(x, axis)


@lift
def log_softmax(x, axis=-1):
    """The logarithm of `softmax`, computed stably."""
    return jax.nn.log_softmax(x, axis)


@lift
def elu(x, alpha=1.0):
    """`x` where positive, else `alpha * (exp(x) - 1)`. Reference: arXiv:1511.07289."""
    return jax.nn.elu(x, alpha)


@lift
def selu(x):
    """Scaled `elu` that keeps mean 0 and variance 1. Reference: arXiv:1706.02515."""
    return jax.nn.selu(x)


@lift
def celu(x, alpha=1.0):
    """`max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)`. Reference: arXiv:1704.07483."""
    return jax.nn.celu(x, alpha)


@lift
def softplus(x):
    """`log(1 + exp(x))`."""
    return jax.nn.softplus(x)


@lift
def softsign(x):
    """`x / (1 + |x|)`."""
    return jax.nn.soft_sign(x)


@lift
def soft_shrink(x, threshold=0.5):
    """`x` moved towards 0 by `threshold`, 0 within it."""
    return jnp.where(jnp.abs(x) > threshold, x - jnp.sign(x) * threshold, 0.0)


@lift
def hard_shrink(x, threshold=0.5):
    """`x`, 0 where `|x| <= threshold`."""
    return jnp.where(jnp.abs(x) > threshold, x, 0.0)


@lift
def tanh_shrink(x):
    """`x - tanh(x)`."""
    return x - jnp.tanh(x)


@lift
def threshold(x, threshold, default_value):
    """`x` where above `threshold`, else `default_value`."""
    return jnp.where(x > threshold, x, default_value)


@lift
def silu(x):
    """`x * sigmoid(x)`, also called swish. Reference: arXiv:1710.05941."""
    return jax.nn.silu(x)


@lift
def hard_silu(x):
    """`x * relu6(x + 3) / 6`. Reference: arXiv:1905.02244."""
    return jax.nn.hard_silu(x)


@lift
def squareplus(x, b=4):
    """`(x + sqrt(x^2 + b)) / 2`. Reference: arXiv:2112.11687."""
    return jax.nn.squareplus(x, b)


@lift
def glu(x, axis=-1):
    """The first half of `axis` times the sigmoid of the second. Reference: arXiv:1612.08083."""
    return jax.nn.glu(x, axis)


@lift
def hard_tanh(x):
    """`x` clipped to -1 and 1."""
    return jax.nn.hard_tanh(x)


@lift
def sigmoid(x):
    """`1 / (1 + exp(-x))`."""
    x = jnp.asarray(x)
    return jax.nn.sigmoid(x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(floatx()))


@lift
def hard_sigmoid(x):
    """`relu6(x + 3) / 6`."""
    return jax.nn.hard_sigmoid(x)


@lift
def log_sigmoid(x):
    """The logarithm of `sigmoid`, computed stably."""
    return jax.nn.log_sigmoid(x)


@lift
def sparse_sigmoid(x):
    """0 below -1, 1 above 1, `(x + 1) / 2` between."""
    return jax.nn.sparse_sigmoid(x)


@lift
def sparse_plus(x):
    """0 below -1, `x` above 1, `(x + 1)^2 / 4` between."""
    return jax.nn.sparse_plus(x)


@lift
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


swish = silu
hard_swish = hard_silu


# -- convolution and pooling: kernels as Keras has them, either order of axes


def _last(x: Any, data_format: str | None) -> tuple[Any, bool]:
    """`x` with its channels last, and whether they were first."""
    x = jnp.asarray(x)
    is_first = standardize_data_format(data_format) == "channels_first"
    return (jnp.moveaxis(x, 1, -1) if is_first else x), is_first


def _back(x: Any, is_first: bool) -> Any:
    return jnp.moveaxis(x, -1, 1) if is_first else x


@lift
def conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Convolution over 1 to 3 axes, in the kernel's dtype; kernel (*window, channels / groups, filters)."""
    x, is_first = _last(inputs, data_format)
    kernel = jnp.asarray(kernel)
    x = x.astype(kernel.dtype)
    channels = x.shape[-1]
    if channels % kernel.shape[-2]:
        raise ShapeError(f"conv: a kernel for {kernel.shape[-2]} channels does not divide the input's {channels}")
    groups = channels // kernel.shape[-2]
    return _back(convolution.conv(x, kernel, strides, padding, dilation_rate, groups), is_first)


@lift
def conv_transpose(inputs, kernel, strides=1, padding="valid", output_padding=None, data_format=None, dilation_rate=1):
    """The transpose of a convolution; kernel (*window, filters, channels)."""
    x, is_first = _last(inputs, data_format)
    y = convolution.conv_transpose(x, jnp.asarray(kernel), strides, padding, output_padding, dilation_rate)
    return _back(y, is_first)


@lift
def depthwise_conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """Each channel convolved on its own; kernel (*window, channels, multiplier)."""
    x, is_first = _last(inputs, data_format)
    return _back(convolution.depthwise(x, jnp.asarray(kernel), strides, padding, dilation_rate), is_first)


@lift
def separable_conv(
    inputs, depthwise_kernel, pointwise_kernel, strides=1, padding="valid", data_format=None, dilation_rate=1
):
    """A depthwise convolution, then one over the channels alone; kernels of both."""
    x, is_first = _last(inputs, data_format)
    x = convolution.depthwise(x, jnp.asarray(depthwise_kernel), strides, padding, dilation_rate)
    return _back(convolution.conv(x, jnp.asarray(pointwise_kernel)), is_first)


@lift
def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The largest value of each window."""
    x, is_first = _last(inputs, data_format)
    return _back(pooling.max_pool(x, pool_size, strides, padding), is_first)


@lift
def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    """The mean of each window; what lies outside the image does not count."""
    x, is_first = _last(inputs, data_format)
    return _back(pooling.average_pool(x, pool_size, strides, padding), is_first)


@lift
def adaptive_max_pool(inputs, output_size, data_format=None):
    """The largest value of each window, the windows chosen so that `output_size` results."""
    x, is_first = _last(inputs, data_format)
    return _back(pooling.adaptive_pool(x, output_size, jnp.max), is_first)


@lift
def adaptive_average_pool(inputs, output_size, data_format=None):
    """The mean of each window, the windows chosen so that `output_size` results."""
    x, is_first = _last(inputs, data_format)
    return _back(pooling.adaptive_pool(x, output_size, jnp.mean), is_first)


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


@lift
def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of an image as columns: (batch, channels, height, width) -> (batch, channels * window, windows)."""
    x = jnp.asarray(x)
    window, dilation, padding, stride = map(_pair, (kernel_size, dilation, padding, stride))
    x = jnp.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    rows, columns = (_starts(x.shape[2 + a], window[a], dilation[a], stride[a]) for a in (0, 1))
    parts = x[:, :, rows[:, None, :, None], columns[None, :, None, :]]  # (batch, channels, kh, kw, rows, columns)
    return parts.reshape(x.shape[0], x.shape[1] * math.prod(window), -1)


@lift
def fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """The way back from `unfold`: windows are added where they overlap."""
    x = jnp.asarray(x)
    size, window, dilation, padding, stride = map(_pair, (output_size, kernel_size, dilation, padding, stride))
    full = [size[a] + 2 * padding[a] for a in (0, 1)]
    rows, columns = (_starts(full[a], window[a], dilation[a], stride[a]) for a in (0, 1))
    parts = x.reshape(x.shape[0], -1, *window, rows.shape[1], columns.shape[1])
    image = jnp.zeros((x.shape[0], parts.shape[1], *full), x.dtype)
    image = image.at[:, :, rows[:, None, :, None], columns[None, :, None, :]].add(parts)
    return image[:, :, padding[0] : padding[0] + size[0], padding[1] : padding[1] + size[1]]


def _starts(size: int, window: int, dilation: int, stride: int) -> np.ndarray:
    """The positions that each place of a window takes: (window, number of windows)."""
    count = (size - dilation * (window - 1) - 1) // stride + 1
    return np.arange(window)[:, None] * dilation + np.arange(count) * stride


@lift
def depth_to_space(x, block_size, data_format="channels_last"):
    """Channels laid out as blocks of pixels: (batch, h, w, c) -> (batch, h * block, w * block, c / block^2)."""
    x, is_first = _last(x, data_format)
    batch, height, width, channels = x.shape
    if channels % block_size**2:
        raise ShapeError(f"depth_to_space: blocks of {block_size} x {block_size} do not divide {channels} channels")
    if is_first:  # there the place in the block changes faster than the channel
        x = x.reshape(batch, height, width, channels // block_size**2, block_size, block_size)
        x = x.transpose(0, 1, 4, 2, 5, 3)
    else:
        x = x.reshape(batch, height, width, block_size, block_size, channels // block_size**2)
        x = x.transpose(0, 1, 3, 2, 4, 5)
    return _back(x.reshape(batch, height * block_size, width * block_size, -1), is_first)


@lift
def space_to_depth(x, block_size, data_format="channels_last"):
    """Blocks of pixels laid out as channels; the way back from `depth_to_space`."""
    x, is_first = _last(x, data_format)
    batch, height, width, channels = x.shape
    if height % block_size or width % block_size:
        raise ShapeError(f"space_to_depth: blocks of {block_size} do not divide an image of {height} x {width}")
    x = x.reshape(batch, height // block_size, block_size, width // block_size, block_size, channels)
    x = x.transpose(0, 1, 3, 5, 2, 4) if is_first else x.transpose(0, 1, 3, 2, 4, 5)
    return _back(x.reshape(batch, height // block_size, width // block_size, -1), is_first)


# -- normalization


@lift
def moments(x, axes, keepdims=False, synchronized=False):
    """Mean and variance over axes; 16-bit floats are summed in 32 bits."""
    if synchronized:
        raise ValueError("moments: `synchronized` is not there: under a sharded batch JAX synchronizes by itself")
    x = jnp.asarray(x)
    wide = x.astype(jnp.float32) if x.dtype == jnp.float16 else x
    axes = tuple(axes) if isinstance(axes, (list, tuple)) else axes
    mean = jnp.mean(wide, axes, keepdims=True)
    variance = jnp.var(wide, axes, keepdims=True)
    if not keepdims:
        mean, variance = jnp.squeeze(mean, axes), jnp.squeeze(variance, axes)
    if x.dtype == jnp.float16:
        limit = jnp.finfo(jnp.float16)
        mean, variance = (jnp.clip(v, limit.min, limit.max).astype(x.dtype) for v in (mean, variance))
    return mean, variance


@lift
def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=0.001):
    """`(x - mean) / sqrt(variance + epsilon) * scale + offset`, all of them along one axis."""
    x = jnp.asarray(x)
    shape = [1] * x.ndim
    shape[axis] = jnp.size(mean)
    factor = jax.lax.rsqrt(jnp.reshape(variance, shape) + epsilon)
    if scale is not None:
        factor = factor * jnp.reshape(scale, shape)
    result = -jnp.reshape(mean, shape) * factor
    if offset is not None:
        result = result + jnp.reshape(offset, shape)
    return x * factor + result


def _along(value: Any, x: Any, axes: tuple[int, ...]) -> Any:
    """A scale or an offset over `axes`, ready to broadcast to `x`."""
    value = jnp.asarray(value)
    shape = [1] * x.ndim
    for axis, size in zip(axes, value.shape[-len(axes) :] if value.ndim else (), strict=False):
        shape[axis] = size
    return value.reshape(shape) if value.ndim == len(axes) else value


def _axes(axis: Any) -> tuple[int, ...]:
    return tuple(axis) if isinstance(axis, (list, tuple)) else (axis,)


@lift
def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, **kwargs):
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta` over `axis`. Reference: arXiv:1607.06450."""
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise TypeError(f"layer_normalization has no argument {next(iter(kwargs))!r}")
    x, axes = jnp.asarray(x), _axes(axis)
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32)) if jnp.issubdtype(x.dtype, jnp.floating) else x * 1.0
    epsilon = small_number() if epsilon is None else epsilon
    variance = jnp.var(wide, axes, keepdims=True)
    factor = jax.lax.rsqrt(variance + epsilon)
    if rms_scaling:
        result = wide * factor * (1 if gamma is None else _along(gamma, x, axes))
    else:
        result = (wide - jnp.mean(wide, axes, keepdims=True)) * factor
        if gamma is not None:
            result = result * _along(gamma, x, axes)
        if beta is not None:
            result = result + _along(beta, x, axes)
    return result.astype(x.dtype) if jnp.issubdtype(x.dtype, jnp.floating) else result


@lift
def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """`x / sqrt(mean(x^2) + epsilon) * scale` over `axis`. Reference: arXiv:1910.07467."""
    x, axes = jnp.asarray(x), _axes(axis)
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32)) if jnp.issubdtype(x.dtype, jnp.floating) else x * 1.0
    epsilon = small_number() if epsilon is None else epsilon
    result = wide * jax.lax.rsqrt(jnp.mean(jnp.square(wide), axes, keepdims=True) + epsilon)
    if scale is not None:
        result = result * _along(scale, x, axes)
    return result.astype(x.dtype) if jnp.issubdtype(x.dtype, jnp.floating) else result


@lift
def normalize(x, axis=-1, order=2, epsilon=None):
    """`x` divided by its norm of this order over `axis`, or by `epsilon` where that is larger."""
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"normalize: `order` is an integer of at least 1, not {order!r}")
    x = jnp.asarray(x)
    x = x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(floatx())
    epsilon = small_number() if epsilon is None else epsilon
    if order == 2:  # a gradient at 0, too
        return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x), axis, keepdims=True), epsilon**2))
    size = jnp.sum(jnp.abs(x) ** order, axis, keepdims=True) ** (1 / order)
    return x / jnp.maximum(size, epsilon)


# -- classes and losses


@lift
def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    """1 at the place of each class number, 0 elsewhere; a number outside gives zeros."""
    _refuse_sparse("one_hot", sparse)
    return jax.nn.one_hot(jnp.asarray(x), num_classes, axis=axis, dtype=standardize_dtype(dtype))


@lift
def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False, **kwargs):
    """1 at the places of all class numbers of a row, 0 elsewhere."""
    num_classes = kwargs.pop("num_tokens", num_classes)
    if kwargs:
        raise TypeError(f"multi_hot has no argument {next(iter(kwargs))!r}")
    if num_classes is None:
        raise ValueError("multi_hot needs `num_classes`")
    _refuse_sparse("multi_hot", sparse)
    inputs = jnp.asarray(inputs)
    hot = jax.nn.one_hot(inputs, num_classes, axis=axis, dtype=standardize_dtype(dtype))
    return jnp.max(hot, axis=1 if inputs.ndim > 1 else 0)


def _refuse_sparse(name: str, sparse: bool) -> None:
    if sparse:
        raise ValueError(f"{name}: `sparse=True` is not there: arrays are dense")


def _same_shapes(name: str, target: Any, output: Any) -> None:
    if target.shape != output.shape:
        raise ShapeError(f"{name} needs targets and outputs of one shape; got {target.shape} and {output.shape}")


@lift
def binary_crossentropy(target, output, from_logits=False):
    """`-(target * log(output) + (1 - target) * log(1 - output))`, entry by entry."""
    target, output = jnp.asarray(target), jnp.asarray(output)
    _same_shapes("binary_crossentropy", target, output)
    if from_logits:  # never the logarithm of a rounded probability
        return jnp.maximum(output, 0) - output * target + jnp.log1p(jnp.exp(-jnp.abs(output)))
    output = jnp.clip(output, small_number(), 1 - small_number())
    return -(target * jnp.log(output) + (1 - target) * jnp.log(1 - output))


def _log_probabilities(output: Any, from_logits: bool, axis: int) -> Any:
    if from_logits:
        return jax.nn.log_softmax(output, axis=axis)
    output = output / jnp.sum(output, axis, keepdims=True)
    return jnp.log(jnp.clip(output, small_number(), 1 - small_number()))


@lift
def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """`-sum(target * log(output))` over the classes."""
    target, output = jnp.asarray(target), jnp.asarray(output)
    _same_shapes("categorical_crossentropy", target, output)
    return -jnp.sum(target * _log_probabilities(output, from_logits, axis), axis=axis)


@lift
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """`-log(output)` of the class whose number is the target."""
    target, output = jnp.asarray(target, jnp.int32), jnp.asarray(output)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = target[..., 0]
    if target.ndim + 1 != output.ndim:
        raise ShapeError(
            "sparse_categorical_crossentropy needs class numbers in the shape of the outputs without their classes; "
            f"got {target.shape} for {output.shape}"
        )
    chosen = jax.nn.one_hot(target, output.shape[axis], axis=axis, dtype=output.dtype)
    return -jnp.sum(chosen * _log_probabilities(output, from_logits, axis), axis=axis)


@lift
def ctc_loss(target, output, target_length, output_length, mask_index=0):
    """Connectionist temporal classification, one number a sequence. Reference: Graves et al. 2006.

    Shapes:
        target: (batch, labels), class numbers
        output: (batch, steps, classes), logits
        target_length, output_length: (batch,)
    """
    import optax  # only who uses it pays for its import

    target, output = jnp.asarray(target, jnp.int32), jnp.asarray(output)
    if target.ndim != 2 or output.ndim != 3:
        raise ShapeError(f"ctc_loss takes targets (batch, labels) and outputs (batch, steps, classes); "
                         f"got {target.shape} and {output.shape}")  # fmt: skip
    label_padding = jnp.arange(target.shape[1]) >= jnp.asarray(target_length)[:, None]
    logit_padding = jnp.arange(output.shape[1]) >= jnp.asarray(output_length)[:, None]
    kind = output.dtype
    return optax.ctc_loss(output, logit_padding.astype(kind), target, label_padding.astype(kind), blank_id=mask_index)


@lift
def ctc_decode(
    inputs, sequence_lengths, strategy="greedy", beam_width=100, top_paths=1, merge_repeated=True, mask_index=0
):
    """The likeliest labels for the outputs of a network trained with `ctc_loss`.

    Args:
        strategy: "greedy", or "beam_search" with `beam_width` prefixes kept and `top_paths` returned.

    Shapes:
        inputs: (batch, steps, classes), logits
        returns: labels (paths, batch, steps), filled up with -1; scores (batch, paths), higher is likelier for
            "beam_search", the negative sum of the largest logits for "greedy"
    """
    from . import ctc

    inputs, lengths = jnp.asarray(inputs), jnp.asarray(sequence_lengths, jnp.int32)
    if strategy == "greedy":
        return ctc.greedy(inputs, lengths, merge_repeated, mask_index)
    if strategy == "beam_search":
        return ctc.beam_search(inputs, lengths, beam_width, top_paths, mask_index)
    raise unknown_name("strategy", strategy, ("greedy", "beam_search"))


@lift
def psnr(x1, x2, max_val):
    """Peak signal-to-noise ratio in decibels."""
    x1, x2 = jnp.asarray(x1), jnp.asarray(x2)
    _same_shapes("psnr", x1, x2)
    error = jnp.mean(jnp.square(x1 - x2))
    return 20 * jnp.log10(jnp.asarray(max_val, error.dtype)) - 10 * jnp.log10(error)


@lift
def polar(abs_, angle):
    """Complex numbers of these absolute values and angles."""
    return jax.lax.complex(jnp.asarray(abs_ * jnp.cos(angle)), jnp.asarray(abs_ * jnp.sin(angle)))


# -- attention


@lift
def dot_product_attention(
    query, key, value, bias=None, mask=None, scale=None, is_causal=False, flash_attention=None,
    attn_logits_soft_cap=None,
):  # fmt: skip
    """`softmax(query @ key * scale + bias) @ value`, for each head. Reference: arXiv:1706.03762.

    Args:
        mask: true where a query may look.
        scale: one over the square root of the heads' size when None.
        flash_attention: compute in blocks, never holding all scores (cuDNN on a GPU); None where it can be, unless
            `config.disable_flash_attention()` was called.
        attn_logits_soft_cap: the scores are capped to it, `cap * tanh(scores / cap)`.

    Shapes:
        query: (batch, targets, heads, size)
        key, value: (batch, sources, heads or key heads, size)
        bias, mask: broadcast to (batch, heads, targets, sources)

    Raises:
        ValueError: `flash_attention` is true and cannot be used here.
    """
    query, key, value = (jnp.asarray(part) for part in (query, key, value))
    if query.ndim != 4:
        raise ShapeError(f"dot_product_attention takes (batch, length, heads, size); got {query.shape}")
    if mask is not None:
        mask = jnp.asarray(mask, bool)
    if attn_logits_soft_cap is None:
        attend = functools.partial(jax.nn.dot_product_attention, scale=scale, is_causal=is_causal)
        flash = _can_be_flash(attend, (query, key, value, bias, mask), flash_attention)
        return attend(query, key, value, bias, mask, implementation="cudnn" if flash else "xla")
    if flash_attention:
        raise ValueError("`flash_attention` does not go with `attn_logits_soft_cap`")
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    scores = jnp.einsum("btnh,bsnh->bnts", query, key) * scale
    scores = attn_logits_soft_cap * jnp.tanh(scores / attn_logits_soft_cap)
    scores = scores if bias is None else scores + bias
    allowed = jnp.ones(scores.shape[-2:], bool)
    if is_causal:
        allowed = jnp.tril(allowed)
    allowed = allowed if mask is None else allowed & mask
    scores = jnp.where(allowed, scores, jnp.finfo(scores.dtype).min)
    return jnp.einsum("bnts,bsnh->btnh", jax.nn.softmax(scores), value)


def _can_be_flash(attend: Any, arguments: tuple, wanted: bool | None) -> bool:
    if wanted is False or (wanted is None and is_flash_attention_enabled() is False):
        return False
    if jax.default_backend() != "gpu":
        if wanted:
            raise ValueError(f"`flash_attention` needs a GPU; this runs on {jax.default_backend()}")
        return False
    try:  # what cuDNN cannot do, JAX says while tracing
        jax.eval_shape(functools.partial(attend, implementation="cudnn"), *arguments)
    except Exception as error:
        if wanted:
            raise ValueError(f"`flash_attention` cannot be used here: {error}") from error
        return False
    return True


__all__ = [
    "adaptive_average_pool", "adaptive_max_pool", "average_pool", "batch_normalization", "binary_crossentropy",
    "categorical_crossentropy", "celu", "conv", "conv_transpose", "ctc_decode", "ctc_loss", "depth_to_space",
    "depthwise_conv", "dot_product_attention", "elu", "fold", "gelu", "glu", "hard_shrink", "hard_sigmoid",
    "hard_silu", "hard_swish", "hard_tanh", "layer_normalization", "leaky_relu", "log_sigmoid", "log_softmax",
    "max_pool", "moments", "multi_hot", "normalize", "one_hot", "polar", "psnr", "relu", "relu6",
    "rms_normalization", "selu", "separable_conv", "sigmoid", "silu", "soft_shrink", "softmax", "softplus",
    "softsign", "space_to_depth", "sparse_categorical_crossentropy", "sparse_plus", "sparse_sigmoid", "sparsemax",
    "squareplus", "swish", "tanh_shrink", "threshold", "unfold",
]  # fmt: skip
