"""Xception: residual blocks of depthwise separable convolutions.

Chollet 2016, arXiv:1610.02357, figure 5.
"""

from typing import Any

from ..layers import Activation, Add, Conv2D, MaxPooling2D, SeparableConv2D
from ..models import Functional
from .building import Asked, Pretrained, normalized, tf_kernels, variant
from .imagenet_utils import decode_predictions, preprocessing

__all__ = ["Xception", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")


def xception(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
    *,
    pretrained: Pretrained,
) -> Functional:
    """Residual blocks of depthwise separable convolutions (arXiv:1610.02357).

    Args: see `dovetail.applications.building.Asked`. Images: 299 pixels, `xception.preprocess_input`.
    """
    asked = Asked.from_arguments(locals())
    images = asked.images(299, smallest=71)
    x = Conv2D(32, 3, 2, use_bias=False, name="block1_conv1")(images)
    x = relu(normalized(x, "block1_conv1_bn"), "block1_conv1_act")
    x = Conv2D(64, 3, use_bias=False, name="block1_conv2")(x)
    x = relu(normalized(x, "block1_conv2_bn"), "block1_conv2_act")
    x = halved(x, (128, 128), "block2", starts_with_relu=False)
    x = halved(x, (256, 256), "block3")
    x = halved(x, (728, 728), "block4")
    for i in range(5, 13):
        x = Add()([separable(x, (728, 728, 728), f"block{i}"), x])
    x = halved(x, (728, 1024), "block13")
    for i, channels in enumerate((1536, 2048), 1):
        x = convolved(x, channels, f"block14_sepconv{i}")
        x = relu(x, f"block14_sepconv{i}_act")
    return asked.model(images, asked.head(x, pool_names=(None, None)), pretrained)


def halved(x: Any, channels: tuple[int, int], name: str, starts_with_relu: bool = True) -> Any:
    """A residual block of two convolutions that halves rows and columns."""
    residual = Conv2D(channels[-1], 1, 2, padding="same", use_bias=False)(x)
    residual = normalized(residual)
    x = separable(x, channels, name, starts_with_relu)
    x = MaxPooling2D(3, strides=2, padding="same", name=f"{name}_pool")(x)
    return Add()([x, residual])


def separable(x: Any, channels: tuple[int, ...], name: str, starts_with_relu: bool = True) -> Any:
    """Convolutions with relu before each."""
    for i, count in enumerate(channels, 1):
        if i > 1 or starts_with_relu:
            x = relu(x, f"{name}_sepconv{i}_act")
        x = convolved(x, count, f"{name}_sepconv{i}")
    return x


def convolved(x: Any, channels: int, name: str) -> Any:
    x = SeparableConv2D(channels, 3, padding="same", use_bias=False, name=name)(x)
    return normalized(x, f"{name}_bn")


def relu(x: Any, name: str) -> Any:
    return Activation("relu", name=name)(x)


Xception = variant(
    xception,
    "Xception",
    name="xception",
    pretrained=tf_kernels("xception/xception", "0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97"),
)
