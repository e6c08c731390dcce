"""EfficientNet V2, B0 to B3 and S, M, L: the first stages convolve all channels at once, which is faster to train.

Tan & Le 2021, arXiv:2104.00298, table 4.
"""

import math
from typing import Any

from ..layers import DepthwiseConv2D, Normalization, Rescaling
from ..models import Functional
from .building import Asked, Pretrained, channel_axis, normalized, variant
from .efficientnet import classifier_initializer, conv, excited, kernel_initializer, residual, swish
from .imagenet_utils import decode_predictions, preprocessing

__all__ = [
    "EfficientNetV2B0", "EfficientNetV2B1", "EfficientNetV2B2", "EfficientNetV2B3", "EfficientNetV2L",
    "EfficientNetV2M", "EfficientNetV2S", "decode_predictions", "preprocess_input",
]  # fmt: skip

# (fused, expansion, channels, repeats, strides of the first)
BASE = [
    (True, 1, 16, 1, 1),
    (True, 4, 32, 2, 2),
    (True, 4, 48, 2, 2),
    (False, 4, 96, 3, 2),
    (False, 6, 112, 5, 1),
    (False, 6, 192, 8, 2),
]
SMALL = [
    (True, 1, 24, 2, 1),
    (True, 4, 48, 4, 2),
    (True, 4, 64, 4, 2),
    (False, 4, 128, 6, 2),
    (False, 6, 160, 9, 1),
    (False, 6, 256, 15, 2),
]
MEDIUM = [
    (True, 1, 24, 3, 1),
    (True, 4, 48, 5, 2),
    (True, 4, 80, 5, 2),
    (False, 4, 160, 7, 2),
    (False, 6, 176, 14, 1),
    (False, 6, 304, 18, 2),
    (False, 6, 512, 5, 1),
]
LARGE = [
    (True, 1, 32, 4, 1),
    (True, 4, 64, 7, 2),
    (True, 4, 96, 7, 2),
    (False, 4, 192, 10, 2),
    (False, 6, 224, 19, 1),
    (False, 6, 384, 25, 2),
    (False, 6, 640, 7, 1),
]
DROP_RATE = 0.2
MOMENTUM = 0.9

preprocess_input = preprocessing(None)


def efficientnet_v2(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    include_preprocessing: bool = True,
    name: str | None = None,
    *,
    stages: Any,
    stem_channels: int,
    width: float,
    depth: float,
    size: int,
    pretrained: Pretrained,
) -> Functional:
    """The first stages convolve all channels at once, which is faster to train (arXiv:2104.00298).

    Args: see `dovetail.applications.building.Asked`. Images: 224 (B0), 240, 260, 300 (B3), 384 (S) or 480 pixels, of
        values of 0 to 255.
        include_preprocessing: whether the model scales its images; without it they have values of -1 to 1.
    """
    asked = Asked.from_arguments(locals())
    x = images = asked.images(size)
    if include_preprocessing:
        x = preprocessed(x, by_channel=stages is BASE)
    x = conv(x, _rounded(stem_channels * width), 3, "stem_conv", strides=2)
    x = swish(x, "stem_bn", "stem_activation", momentum=MOMENTUM)
    done, total = 0, sum(stage[3] for stage in stages)
    for stage, (fused, expansion, channels, repeats, first_strides) in enumerate(stages, 1):
        for i in range(math.ceil(repeats * depth)):
            x = (fused_block if fused else block)(
                x,
                expansion,
                _rounded(channels * width),
                first_strides if i == 0 else 1,
                DROP_RATE * done / total,
                f"block{stage}{chr(ord('a') + i)}_",
            )
            done += 1
    x = conv(x, _rounded(1280 * width), 1, "top_conv")
    x = swish(x, "top_bn", "top_activation", momentum=MOMENTUM)
    x = asked.head(x, dropout=0.2, kernel_initializer=classifier_initializer())
    return asked.model(images, x, pretrained)


def preprocessed(x: Any, by_channel: bool) -> Any:
    """Pixels of 0 to 255 about zero: by ImageNet's moments of each channel, or all alike."""
    if not (by_channel and x.shape[channel_axis()] == 3):
        return Rescaling(1 / 128, offset=-1)(x)
    x = Rescaling(1 / 255)(x)
    variance = [0.229**2, 0.224**2, 0.225**2]
    return Normalization(mean=[0.485, 0.456, 0.406], variance=variance, axis=channel_axis() % 4)(x)


def block(inputs: Any, expansion: int, channels: int, strides: int, drop_rate: float, prefix: str) -> Any:
    """An inverted residual block: 1x1 to more channels, 3x3 of each, excited, 1x1 to `channels`."""
    x, input_channels = inputs, inputs.shape[channel_axis()]
    x = conv(x, expansion * input_channels, 1, f"{prefix}expand_conv")
    x = swish(x, f"{prefix}expand_bn", f"{prefix}expand_activation", momentum=MOMENTUM)
    x = DepthwiseConv2D(
        3,
        strides,
        padding="same",
        use_bias=False,
        depthwise_initializer=kernel_initializer(),
        name=f"{prefix}dwconv2",
    )(x)
    x = swish(x, f"{prefix}bn", f"{prefix}activation", momentum=MOMENTUM)
    x = excited(x, max(1, int(input_channels * 0.25)), prefix)
    x = conv(x, channels, 1, f"{prefix}project_conv")
    x = normalized(x, f"{prefix}project_bn", momentum=MOMENTUM)
    return residual(x, inputs, drop_rate, prefix) if strides == 1 and input_channels == channels else x


def fused_block(inputs: Any, expansion: int, channels: int, strides: int, drop_rate: float, prefix: str) -> Any:
    """An inverted residual block whose first convolution is 3x3 over all channels; without expansion the only one."""
    x, input_channels = inputs, inputs.shape[channel_axis()]
    if expansion == 1:
        x = conv(x, channels, 3, f"{prefix}project_conv", strides=strides)
        x = swish(x, f"{prefix}project_bn", f"{prefix}project_activation", momentum=MOMENTUM)
    else:
        x = conv(x, expansion * input_channels, 3, f"{prefix}expand_conv", strides=strides)
        x = swish(x, f"{prefix}expand_bn", f"{prefix}expand_activation", momentum=MOMENTUM)
        x = conv(x, channels, 1, f"{prefix}project_conv")
        x = normalized(x, f"{prefix}project_bn", momentum=MOMENTUM)
    return residual(x, inputs, drop_rate, prefix) if strides == 1 and input_channels == channels else x


def _rounded(channels: float) -> int:
    """The closest multiple of 8."""
    return max(8, int(channels + 4) // 8 * 8)


def _variant(title: str, stages: Any, stem: int, width: float, depth: float, size: int, *hashes: str) -> Any:
    name = f"efficientnetv2-{title.lower()}"
    return variant(
        efficientnet_v2,
        f"EfficientNetV2{title}",
        name=name,
        stages=stages,
        stem_channels=stem,
        width=width,
        depth=depth,
        size=size,
        pretrained=Pretrained(f"efficientnet_v2/{name}", hashes),  # type: ignore[arg-type]
    )


EfficientNetV2B0 = _variant(
    "B0", BASE, 32, 1.0, 1.0, 224, "21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"
)
EfficientNetV2B1 = _variant(
    "B1", BASE, 32, 1.0, 1.1, 240, "069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"
)
EfficientNetV2B2 = _variant(
    "B2", BASE, 32, 1.1, 1.2, 260, "424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"
)
EfficientNetV2B3 = _variant(
    "B3", BASE, 32, 1.2, 1.4, 300, "1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"
)
EfficientNetV2S = _variant(
    "S", SMALL, 24, 1.0, 1.0, 384, "e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"
)
EfficientNetV2M = _variant(
    "M", MEDIUM, 24, 1.0, 1.0, 480, "a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"
)
EfficientNetV2L = _variant(
    "L", LARGE, 32, 1.0, 1.0, 480, "27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"
)
