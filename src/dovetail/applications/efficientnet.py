"""EfficientNet B0 to B7: one network, wider, deeper and for larger images by a common factor.

Tan & Le 2019, arXiv:1905.11946, table 1.
"""

import math
from typing import Any

from ..initializers import VarianceScaling
from ..layers import (
    Activation,
    Add,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    Multiply,
    Normalization,
    Rescaling,
    Reshape,
    ZeroPadding2D,
)
from ..models import Functional
from .building import (
    Asked,
    Pretrained,
    channel_axis,
    in_order,
    normalized,
    padding_before_stride,
    rounded,
    variant,
)
from .imagenet_utils import decode_predictions, preprocessing

__all__ = [
    "EfficientNetB0", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3", "EfficientNetB4", "EfficientNetB5",
    "EfficientNetB6", "EfficientNetB7", "decode_predictions", "preprocess_input",
]  # fmt: skip

# (expansion, channels, repeats, strides of the first, window)
STAGES = [
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
]
DROP_RATE = 0.2  # of the last residual; the others drop less, in proportion to their place
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)

preprocess_input = preprocessing(None)


def efficientnet(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
    *,
    width: float,
    depth: float,
    size: int,
    dropout: float,
    pretrained: Pretrained,
) -> Functional:
    """One network, wider, deeper and for larger images by a common factor (arXiv:1905.11946).

    Args: see `dovetail.applications.building.Asked`. Images: 224 (B0), 240, 260, 300, 380, 456, 528 or 600 (B7)
        pixels, values of 0 to 255.
    """
    asked = Asked.from_arguments(locals())
    images = asked.images(size)
    x = Normalization(axis=channel_axis() % 4)(Rescaling(1 / 255)(images))
    if asked.is_pretrained:  # the weights were trained with these
        x = Rescaling([1 / math.sqrt(deviation) for deviation in IMAGENET_DEVIATION])(x)
    x = ZeroPadding2D(padding_before_stride(x, 3), name="stem_conv_pad")(x)
    x = conv(x, rounded(32 * width), 3, "stem_conv", strides=2, padding="valid")
    x = swish(x, "stem_bn", "stem_activation")
    done, total = 0, sum(math.ceil(stage[2] * depth) for stage in STAGES)
    for stage, (expansion, channels, repeats, first_strides, window) in enumerate(STAGES, 1):
        for i in range(math.ceil(repeats * depth)):
            x = block(
                x,
                expansion,
                rounded(channels * width),
                window,
                first_strides if i == 0 else 1,
                DROP_RATE * done / total,
                f"block{stage}{chr(ord('a') + i)}_",
            )
            done += 1
    x = conv(x, rounded(1280 * width), 1, "top_conv")
    x = swish(x, "top_bn", "top_activation")
    x = asked.head(x, dropout=dropout, kernel_initializer=classifier_initializer())
    return asked.model(images, x, pretrained)


def block(inputs: Any, expansion: int, channels: int, window: int, strides: int, drop_rate: float, prefix: str) -> Any:
    """An inverted residual block: 1x1 to more channels, a window of each, excited, 1x1 to `channels`."""
    x, input_channels = inputs, inputs.shape[channel_axis()]
    if expansion != 1:
        x = conv(x, expansion * input_channels, 1, f"{prefix}expand_conv")
        x = swish(x, f"{prefix}expand_bn", f"{prefix}expand_activation")
    if strides == 2:
        x = ZeroPadding2D(padding_before_stride(x, window), name=f"{prefix}dwconv_pad")(x)
    x = DepthwiseConv2D(
        window,
        strides,
        padding="same" if strides == 1 else "valid",
        use_bias=False,
        depthwise_initializer=kernel_initializer(),
        name=f"{prefix}dwconv",
    )(x)
    x = swish(x, f"{prefix}bn", f"{prefix}activation")
    x = excited(x, max(1, int(input_channels * 0.25)), prefix)
    x = conv(x, channels, 1, f"{prefix}project_conv")
    x = normalized(x, f"{prefix}project_bn")
    return residual(x, inputs, drop_rate, prefix) if strides == 1 and input_channels == channels else x


def residual(x: Any, inputs: Any, drop_rate: float, prefix: str) -> Any:
    """`x` and its block's inputs, added; in training without `x` for some images."""
    if drop_rate:
        x = Dropout(drop_rate, noise_shape=(None, 1, 1, 1), name=f"{prefix}drop")(x)
    return Add(name=f"{prefix}add")([x, inputs])


def excited(x: Any, squeezed: int, prefix: str) -> Any:
    """Each channel weighed by what all channels have on the whole image (Hu et al. 2017, arXiv:1709.01507)."""
    channels = x.shape[channel_axis()]
    weights = GlobalAveragePooling2D(name=f"{prefix}se_squeeze")(x)
    weights = Reshape(in_order(1, 1, channels), name=f"{prefix}se_reshape")(weights)
    weights = conv(weights, squeezed, 1, f"{prefix}se_reduce", activation="swish", use_bias=True)
    weights = conv(weights, channels, 1, f"{prefix}se_expand", activation="sigmoid", use_bias=True)
    return Multiply(name=f"{prefix}se_excite")([x, weights])


def conv(
    x: Any, channels: int, window: int, name: str, strides: int = 1, padding: str = "same", **settings: Any
) -> Any:
    settings = {"use_bias": False, "kernel_initializer": kernel_initializer()} | settings
    return Conv2D(channels, window, strides, padding, name=name, **settings)(x)


def swish(x: Any, norm_name: str, name: str, **settings: Any) -> Any:
    """swish of `x`, normalized."""
    return Activation("swish", name=name)(normalized(x, norm_name, **settings))


def kernel_initializer() -> VarianceScaling:
    return VarianceScaling(2.0, "fan_out", "truncated_normal")


def classifier_initializer() -> VarianceScaling:
    return VarianceScaling(1 / 3, "fan_out", "uniform")


def _variant(number: int, width: float, depth: float, size: int, dropout: float, *hashes: str) -> Any:
    return variant(
        efficientnet,
        f"EfficientNetB{number}",
        name=f"efficientnetb{number}",
        width=width,
        depth=depth,
        size=size,
        dropout=dropout,
        pretrained=Pretrained(f"https://storage.googleapis.com/keras-applications/efficientnetb{number}", hashes),  # type: ignore[arg-type]
    )


EfficientNetB0 = _variant(0, 1.0, 1.0, 224, 0.2, "902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d")
EfficientNetB1 = _variant(1, 1.0, 1.1, 240, 0.2, "1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432")
EfficientNetB2 = _variant(2, 1.1, 1.2, 260, 0.3, "b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39")
EfficientNetB3 = _variant(3, 1.2, 1.4, 300, 0.3, "ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226")
EfficientNetB4 = _variant(4, 1.4, 1.8, 380, 0.4, "18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba")
EfficientNetB5 = _variant(5, 1.6, 2.2, 456, 0.4, "ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f")
EfficientNetB6 = _variant(6, 1.8, 2.6, 528, 0.5, "165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743")
EfficientNetB7 = _variant(7, 2.0, 3.1, 600, 0.5, "8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a")
