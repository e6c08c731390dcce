"""`tf.nn`."""

from typing import Any

import jax
import jax.numpy as jnp

from ...engine.errors import unknown_name
from ...ops import nn as ops_nn
from ..backend import images as backend_images
from ..backend import randoms
from ..releases import current_release
from .math import _FUNCTIONS as MATH_FUNCTIONS
from .math import TABLE as MATH
from .table import array, axes, floating, functions, integers


def _layout(data_format: Any) -> str:
    """`NHWC`, `NCW`, ... as "channels_last" or "channels_first"; None is the former."""
    text = str(data_format or "NHWC").upper()
    if text in ("CHANNELS_LAST", "CHANNELS_FIRST"):
        return text.lower()
    return "channels_first" if text.startswith("NC") else "channels_last"


def _window(value: Any, rank: int, data_format: Any) -> tuple[int, ...]:
    """The spatial part of `[1, 2, 2, 1]`, or of `2`, `[2]`, `[2, 2]`."""
    values = (1,) * rank if value is None else integers(value)
    if len(values) == rank + 2:
        return values[2:] if _layout(data_format) == "channels_first" else values[1:-1]
    return values * rank if len(values) == 1 else values


def _padding(padding: Any, data_format: Any) -> Any:
    """ "valid", "same", or pairs for each spatial axis."""
    if isinstance(padding, str):
        if padding.upper() not in ("SAME", "VALID"):
            raise unknown_name("padding", padding, ("SAME", "VALID"))
        return padding.lower()
    pairs = [tuple(int(n) for n in pair) for pair in padding]
    return pairs[2:] if _layout(data_format) == "channels_first" else pairs[1:-1]


def _conv(rank: int) -> Any:
    def conv(
        input: Any, filters: Any, strides: Any = None, padding: Any = "VALID", data_format: Any = None,
        dilations: Any = None, stride: Any = None, use_cudnn_on_gpu: Any = None, rate: Any = None,
    ) -> Any:  # fmt: skip
        strides = _window(stride if strides is None else strides, rank, data_format)
        dilations = _window(rate if dilations is None else dilations, rank, data_format)
        pads, kernel = _padding(padding, data_format), array(filters)
        return ops_nn.conv(floating(input), kernel, strides, pads, _layout(data_format), dilations)

    return conv


def _average_loss(losses: Any, weights: Any, batch_size: Any) -> Any:
    losses = array(losses) if weights is None else array(losses) * array(weights)
    return jnp.sum(losses) / (len(losses) if batch_size is None else batch_size)


def _atrous(value: Any, filters: Any, rate: int, padding: Any) -> Any:
    return ops_nn.conv(floating(value), array(filters), 1, _padding(padding, None), "channels_last", int(rate))


def _conv2d_transpose(
    input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME", data_format: Any = "NHWC",
    dilations: Any = None,
) -> Any:  # fmt: skip
    strides = _window(strides, 2, data_format)
    return backend_images._transposed(
        floating(input), filters, integers(output_shape), strides, padding, _layout(data_format),
        _window(dilations, 2, data_format), 2, is_today=True,
    )  # fmt: skip


def _depthwise(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: Any = None,
    dilations: Any = None,
    rate: Any = None,
) -> Any:
    dilations = _window(rate if dilations is None else dilations, 2, data_format)
    strides, pads = _window(strides, 2, data_format), _padding(padding, data_format)
    return ops_nn.depthwise_conv(floating(input), array(filter), strides, pads, _layout(data_format), dilations)


def _separable(
    input: Any, depthwise_filter: Any, pointwise_filter: Any, strides: Any, padding: Any, data_format: Any = None,
    dilations: Any = None,
) -> Any:  # fmt: skip
    x = _depthwise(input, depthwise_filter, strides, padding, data_format, dilations)
    return ops_nn.conv(x, array(pointwise_filter), 1, "valid", _layout(data_format))


def _pool(kind: str, rank: int | None) -> Any:
    def pool(input: Any, ksize: Any, strides: Any = None, padding: Any = "VALID", data_format: Any = None) -> Any:
        x = floating(input)
        space = x.ndim - 2 if rank is None else rank
        window = _window(ksize, space, data_format)
        strides = window if strides is None else _window(strides, space, data_format)
        return getattr(ops_nn, kind)(x, window, strides, _padding(padding, data_format), _layout(data_format))

    return pool


def _bias_add(value: Any, bias: Any, data_format: Any = None) -> Any:
    x, bias = array(value), array(bias)
    if _layout(data_format) == "channels_first":
        bias = bias.reshape((-1,) + (1,) * (x.ndim - 2))
    return x + bias


def _moments(x: Any, axes_: Any, shift: Any = None, keepdims: bool = False) -> tuple[Any, Any]:
    x = floating(x)
    return jnp.mean(x, axes(axes_), keepdims=keepdims), jnp.var(x, axes(axes_), keepdims=keepdims)


def _batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any = None, scale: Any = None, variance_epsilon: Any = 1e-3
) -> Any:
    factor = jax.lax.rsqrt(array(variance) + variance_epsilon)
    factor = factor if scale is None else factor * scale
    result = (array(x) - mean) * factor
    return result if offset is None else result + offset


def _local_response_normalization(
    input: Any, depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0, beta: float = 0.5
) -> Any:
    x = floating(input)
    squares = jnp.pad(jnp.square(x), [(0, 0)] * (x.ndim - 1) + [(depth_radius, depth_radius)])
    total = sum(squares[..., i : i + x.shape[-1]] for i in range(2 * depth_radius + 1))
    return x / (bias + alpha * total) ** beta


def _softmax_cross_entropy(labels: Any = None, logits: Any = None, axis: int = -1) -> Any:
    logits = floating(logits)
    return -jnp.sum(array(labels, logits.dtype.name) * jax.nn.log_softmax(logits, axis), axis)


def _sparse_softmax_cross_entropy(labels: Any = None, logits: Any = None) -> Any:
    logs = jax.nn.log_softmax(floating(logits))
    return -jnp.take_along_axis(logs, array(labels).astype("int32")[..., None], -1)[..., 0]


def _sigmoid_cross_entropy(labels: Any = None, logits: Any = None) -> Any:
    logits = floating(logits)
    labels = array(labels, logits.dtype.name)
    return jnp.maximum(logits, 0) - logits * labels + jnp.log1p(jnp.exp(-jnp.abs(logits)))


def _weighted_cross_entropy(labels: Any = None, logits: Any = None, pos_weight: Any = 1.0, targets: Any = None) -> Any:
    logits = floating(logits)
    labels = array(targets if labels is None else labels, logits.dtype.name)
    weight = 1 + (pos_weight - 1) * labels
    return (1 - labels) * logits + weight * (jnp.log1p(jnp.exp(-jnp.abs(logits))) + jnp.maximum(-logits, 0))


def _embedding_lookup(params: Any, ids: Any, partition_strategy: str = "mod", max_norm: Any = None) -> Any:
    rows = jnp.take(array(params), array(ids).astype("int32"), axis=0)
    if max_norm is None:
        return rows
    size = jnp.sqrt(jnp.sum(jnp.square(rows), -1, keepdims=True))
    return rows * jnp.minimum(1.0, max_norm / jnp.maximum(size, 1e-12))


TABLE: dict[str, Any] = {
    "atrous_conv2d": _atrous,
    "avg_pool": _pool("average_pool", None),
    "avg_pool1d": _pool("average_pool", 1),
    "avg_pool2d": _pool("average_pool", 2),
    "avg_pool3d": _pool("average_pool", 3),
    "batch_normalization": _batch_normalization,
    "bias_add": _bias_add,
    "compute_average_loss": lambda per_example_loss, sample_weight=None, global_batch_size=None: _average_loss(
        per_example_loss, sample_weight, global_batch_size
    ),
    "conv1d": _conv(1),
    "conv2d": _conv(2),
    "conv3d": _conv(3),
    "conv2d_transpose": _conv2d_transpose,
    "convolution": lambda input, filters, strides=None, padding="VALID", data_format=None, dilations=None: _conv(
        jnp.ndim(input) - 2
    )(input, filters, strides, padding, data_format, dilations),
    "crelu": lambda features, axis=-1: jnp.concatenate(
        [jax.nn.relu(array(features)), jax.nn.relu(-array(features))], axis
    ),
    "depth_to_space": lambda input, block_size, data_format="NHWC": ops_nn.depth_to_space(
        array(input), block_size, _layout(data_format)
    ),
    "depthwise_conv2d": _depthwise,
    "elu": lambda features: jax.nn.elu(floating(features)),
    "embedding_lookup": _embedding_lookup,
    "gelu": lambda features, approximate=False: jax.nn.gelu(floating(features), approximate=approximate),
    "l2_loss": lambda t: jnp.sum(jnp.square(array(t))) / 2,
    "leaky_relu": lambda features, alpha=0.2: jax.nn.leaky_relu(floating(features), alpha),
    "local_response_normalization": _local_response_normalization,
    "max_pool": _pool("max_pool", None),
    "max_pool1d": _pool("max_pool", 1),
    "max_pool2d": _pool("max_pool", 2),
    "max_pool3d": _pool("max_pool", 3),
    "moments": lambda x, axes, shift=None, keepdims=False: _moments(x, axes, shift, keepdims),
    "relu": lambda features: jax.nn.relu(array(features)),
    "relu6": lambda features: jax.nn.relu6(array(features)),
    "scale_regularization_loss": lambda regularization_loss: jnp.sum(array(regularization_loss)),
    "selu": lambda features: jax.nn.selu(floating(features)),
    "separable_conv2d": _separable,
    "sigmoid_cross_entropy_with_logits": _sigmoid_cross_entropy,
    "silu": lambda features, beta=1.0: array(features) * jax.nn.sigmoid(beta * array(features)),
    "softmax_cross_entropy_with_logits": _softmax_cross_entropy,
    "space_to_depth": lambda input, block_size, data_format="NHWC": ops_nn.space_to_depth(
        array(input), block_size, _layout(data_format)
    ),
    "sparse_softmax_cross_entropy_with_logits": _sparse_softmax_cross_entropy,
    "weighted_cross_entropy_with_logits": _weighted_cross_entropy,
    "zero_fraction": lambda value: jnp.mean(array(value) == 0),
    **{name: MATH[name] for name in ("l2_normalize", "log_softmax", "softmax", "top_k", "in_top_k")},
    **{name: MATH[name] for name in ("sigmoid", "softplus", "softsign", "tanh", "log_sigmoid")},
}
TABLE |= {
    "lrn": TABLE["local_response_normalization"],
    "swish": TABLE["silu"],
    "softmax_cross_entropy_with_logits_v2": TABLE["softmax_cross_entropy_with_logits"],
}
_FUNCTIONS = functions(TABLE)
globals().update(_FUNCTIONS)
_in_top_k = MATH_FUNCTIONS["in_top_k"]


def in_top_k(*args: Any, **kwargs: Any) -> Any:
    """Whether targets are among the `k` likeliest classes: (targets, predictions, k), in TensorFlow 1 (predictions,
    targets, k)."""
    if len(args) >= 2 and current_release().formulas != "tf2":
        args = (args[1], args[0], *args[2:])
    return _in_top_k(*args, **kwargs)


def dropout(
    x: Any, keep_prob: Any = None, noise_shape: Any = None, seed: Any = None, name: str | None = None, rate: Any = None
) -> Any:
    """Values set to 0 with probability `rate`, the others scaled up; the second number was `keep_prob` once."""
    if keep_prob is not None and current_release().formulas != "tf2":
        rate = 1 - keep_prob
    elif rate is None:
        rate = keep_prob
    return randoms.dropout(x, rate, noise_shape, seed)


__all__ = [*_FUNCTIONS, "dropout"]
