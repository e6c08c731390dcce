"""MobileNet V2: blocks that widen, convolve each channel and narrow again, added to their input where they can be.

Sandler et al. 2018, arXiv:1801.04381, table 2.
"""

from typing import Any

from ..layers import Add, Conv2D, DepthwiseConv2D, ReLU, ZeroPadding2D
from ..models import Functional
from .building import Asked, Pretrained, channel_axis, image_axes, normalized, padding_before_stride, rounded
from .imagenet_utils import decode_predictions, preprocessing

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]

# (expansion, channels, repeats, strides of the first): the paper's t, c, n, s
STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
SIZES = (96, 128, 160, 192, 224)
ALPHAS = (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)

preprocess_input = preprocessing("tf")


def MobileNetV2(
    input_shape: Any = None,
    alpha: float = 1.0,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Functional:
    """Blocks that widen, convolve each channel and narrow again, added to their input (arXiv:1801.04381).

    Args: see `dovetail.applications.building.Asked`. Images: 224 pixels, `mobilenet_v2.preprocess_input`.
        alpha: the number of channels everywhere, times this, as multiples of 8.
    """
    asked = Asked.from_arguments(locals())
    images = asked.images(224)
    pretrained = _pretrained(asked, alpha) if asked.is_pretrained else None
    asked.name = name or f"mobilenetv2_{alpha:0.2f}_{asked.input_shape[image_axes()[0] - 1]}"
    x = Conv2D(rounded(32 * alpha), 3, 2, padding="same", use_bias=False, name="Conv1")(images)
    x = relu6(x, "bn_Conv1", "Conv1_relu")
    number = 0
    for expansion, channels, repeats, first_strides in STAGES:
        for i in range(repeats):
            x = block(x, expansion, rounded(int(channels * alpha)), first_strides if i == 0 else 1, number)
            number += 1
    x = Conv2D(rounded(1280 * max(alpha, 1.0)), 1, use_bias=False, name="Conv_1")(x)
    x = relu6(x, "Conv_1_bn", "out_relu")
    return asked.model(images, asked.head(x, mean_name=None, pool_names=(None, None)), pretrained)


def block(inputs: Any, expansion: int, channels: int, strides: int, number: int) -> Any:
    """An inverted residual block: 1x1 to more channels, 3x3 of each, 1x1 to `channels`."""
    prefix = f"block_{number}_" if number else "expanded_conv_"
    input_channels = inputs.shape[channel_axis()]
    x = inputs
    if number:
        x = Conv2D(expansion * input_channels, 1, padding="same", use_bias=False, name=f"{prefix}expand")(x)
        x = relu6(x, f"{prefix}expand_BN", f"{prefix}expand_relu")
    if strides == 2:
        x = ZeroPadding2D(padding_before_stride(x, 3), name=f"{prefix}pad")(x)
    padding = "same" if strides == 1 else "valid"
    x = DepthwiseConv2D(3, strides, padding, use_bias=False, name=f"{prefix}depthwise")(x)
    x = relu6(x, f"{prefix}depthwise_BN", f"{prefix}depthwise_relu")
    x = Conv2D(channels, 1, padding="same", use_bias=False, name=f"{prefix}project")(x)
    x = normalized(x, f"{prefix}project_BN", momentum=0.999)
    if input_channels == channels and strides == 1:
        x = Add(name=f"{prefix}add")([inputs, x])
    return x


def relu6(x: Any, norm_name: str, name: str) -> Any:
    return ReLU(6.0, name=name)(normalized(x, norm_name, momentum=0.999))


def _pretrained(asked: Asked, alpha: float) -> Pretrained:
    if alpha not in ALPHAS:
        raise ValueError(f"there are pretrained weights for alpha one of {ALPHAS}; got {alpha}")
    size = asked.square_size(SIZES)
    stem = f"mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{size}"
    return Pretrained(stem, without="_no_top")
