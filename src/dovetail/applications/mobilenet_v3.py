"""MobileNet V3, small and large: inverted residual blocks with squeeze-and-excite and hard swish.

Howard et al. 2019, arXiv:1905.02244, tables 1 and 2.
"""

from collections.abc import Callable
from typing import Any

from ..layers import (
    Activation,
    Add,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Multiply,
    ReLU,
    Rescaling,
    ZeroPadding2D,
)
from ..models import Functional
from .building import (
    Asked,
    Pretrained,
    channel_axis,
    normalized,
    padding_before_stride,
    rounded,
    variant,
)
from .imagenet_utils import decode_predictions, preprocessing

__all__ = ["MobileNetV3Large", "MobileNetV3Small", "decode_predictions", "preprocess_input"]

# (expansion, channels, window, strides, squeeze-and-excite, hard swish)
SMALL = [
    (1, 16, 3, 2, True, False),
    (72 / 16, 24, 3, 2, False, False),
    (88 / 24, 24, 3, 1, False, False),
    (4, 40, 5, 2, True, True),
    (6, 40, 5, 1, True, True),
    (6, 40, 5, 1, True, True),
    (3, 48, 5, 1, True, True),
    (3, 48, 5, 1, True, True),
    (6, 96, 5, 2, True, True),
    (6, 96, 5, 1, True, True),
    (6, 96, 5, 1, True, True),
]
LARGE = [
    (1, 16, 3, 1, False, False),
    (4, 24, 3, 2, False, False),
    (3, 24, 3, 1, False, False),
    (3, 40, 5, 2, True, False),
    (3, 40, 5, 1, True, False),
    (3, 40, 5, 1, True, False),
    (6, 80, 3, 2, False, True),
    (2.5, 80, 3, 1, False, True),
    (2.3, 80, 3, 1, False, True),
    (2.3, 80, 3, 1, False, True),
    (6, 112, 3, 1, True, True),
    (6, 112, 3, 1, True, True),
    (6, 160, 5, 2, True, True),
    (6, 160, 5, 1, True, True),
    (6, 160, 5, 1, True, True),
]
HASHES = {
    "large_224_0.75_float": ("765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"),
    "large_224_1.0_float": ("59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"),
    "large_minimalistic_224_1.0_float": ("675e7b876c45c57e9e63e6d90a36599c", "ec5221f64a2f6d1ef965a614bdae7973"),
    "small_224_0.75_float": ("cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"),
    "small_224_1.0_float": ("8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    "small_minimalistic_224_1.0_float": ("99cd97fb2fcdad2bf028eb838de69e37", "cde8136e733e811080d9fcd8a252f7e4"),
}
Activated = Callable[[Any], Any]

preprocess_input = preprocessing(None)


def mobilenet_v3(
    input_shape: Any = None,
    alpha: float = 1.0,
    minimalistic: bool = False,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    classes: int = 1000,
    pooling: str | None = None,
    dropout_rate: float = 0.2,
    classifier_activation: Any = "softmax",
    include_preprocessing: bool = True,
    name: str | None = None,
    *,
    blocks: Any,
    last_channels: int,
    size: str,
) -> Functional:
    """Inverted residual blocks with squeeze-and-excite and hard swish (arXiv:1905.02244).

    Args: see `dovetail.applications.building.Asked`. Images: any size from 32 pixels, values of 0 to 255.
        alpha: the number of channels everywhere, times this, as multiples of 8.
        minimalistic: without squeeze-and-excite, hard swish and 5x5 windows: faster on some devices.
        dropout_rate: before the classifier.
        include_preprocessing: whether the model scales its images; without it they have values of -1 to 1.
    """
    asked = Asked.from_arguments(locals())
    x = images = asked.images(None)
    pretrained = _pretrained(asked, size, alpha, minimalistic) if asked.is_pretrained else None
    activated: Activated = relu if minimalistic else hard_swish
    if include_preprocessing:
        x = Rescaling(scale=1 / 127.5, offset=-1.0)(x)
    x = Conv2D(16, 3, 2, padding="same", use_bias=False, name="conv")(x)
    x = activated(normalized(x, "conv_bn", momentum=0.999))
    for number, (expansion, channels, window, strides, excites, swishes) in enumerate(blocks):
        x = block(
            x,
            expansion,
            rounded(channels * alpha),
            3 if minimalistic else window,
            strides,
            excites and not minimalistic,
            activated if swishes else relu,
            prefix=f"expanded_conv_{number}_" if number else "expanded_conv_",
        )
    x = Conv2D(rounded(x.shape[channel_axis()] * 6), 1, padding="same", use_bias=False, name="conv_1")(x)
    x = activated(normalized(x, "conv_1_bn", momentum=0.999))
    if not include_top:
        return asked.model(images, asked.pooled(x, "avg_pool", "max_pool"), pretrained)
    x = GlobalAveragePooling2D(keepdims=True)(x)
    last_channels = rounded(last_channels * alpha) if alpha > 1 else last_channels
    x = activated(Conv2D(last_channels, 1, padding="same", name="conv_2")(x))
    if dropout_rate > 0:
        x = Dropout(dropout_rate)(x)
    x = Flatten()(Conv2D(classes, 1, padding="same", name="logits")(x))
    x = Activation(classifier_activation, name="predictions")(x)
    return asked.model(images, x, pretrained)


def block(
    inputs: Any,
    expansion: float,
    channels: int,
    window: int,
    strides: int,
    excites: bool,
    activated: Activated,
    prefix: str,
) -> Any:
    """An inverted residual block: 1x1 to more channels, a window of each, 1x1 to `channels`."""
    x, input_channels = inputs, inputs.shape[channel_axis()]
    inner_channels = rounded(input_channels * expansion)
    if prefix != "expanded_conv_":  # the first block has its channels already
        x = Conv2D(inner_channels, 1, padding="same", use_bias=False, name=f"{prefix}expand")(x)
        x = activated(normalized(x, f"{prefix}expand_bn", momentum=0.999))
    if strides == 2:
        x = ZeroPadding2D(padding_before_stride(x, window), name=f"{prefix}depthwise_pad")(x)
    padding = "same" if strides == 1 else "valid"
    x = DepthwiseConv2D(window, strides, padding, use_bias=False, name=f"{prefix}depthwise")(x)
    x = activated(normalized(x, f"{prefix}depthwise_bn", momentum=0.999))
    if excites:
        x = excited(x, inner_channels, f"{prefix}squeeze_excite_")
    x = Conv2D(channels, 1, padding="same", use_bias=False, name=f"{prefix}project")(x)
    x = normalized(x, f"{prefix}project_bn", momentum=0.999)
    if strides == 1 and input_channels == channels:
        x = Add(name=f"{prefix}add")([inputs, x])
    return x


def excited(inputs: Any, channels: int, prefix: str) -> Any:
    """Each channel weighed by what all channels have on the whole image (Hu et al. 2017, arXiv:1709.01507)."""
    x = GlobalAveragePooling2D(keepdims=True, name=f"{prefix}avg_pool")(inputs)
    x = Conv2D(rounded(channels * 0.25), 1, padding="same", name=f"{prefix}conv")(x)
    x = ReLU(name=f"{prefix}relu")(x)
    x = Conv2D(channels, 1, padding="same", name=f"{prefix}conv_1")(x)
    hard_sigmoid = ReLU(6.0)(x + 3.0) * (1.0 / 6.0)
    return Multiply(name=f"{prefix}mul")([inputs, hard_sigmoid])


def relu(x: Any) -> Any:
    return ReLU()(x)


def hard_swish(x: Any) -> Any:
    return Activation("hard_swish")(x)


def _pretrained(asked: Asked, size: str, alpha: float, minimalistic: bool) -> Pretrained:
    name = f"{size}{'_minimalistic' if minimalistic else ''}_224_{alpha}_float"
    if name not in HASHES:
        raise ValueError(f"there are pretrained weights for alpha 0.75 and 1.0, minimalistic only for 1.0; got {alpha}")
    asked.square_size((224,))
    return Pretrained(f"mobilenet_v3/weights_mobilenet_v3_{name}", HASHES[name], without="_no_top_v2")


MobileNetV3Small = variant(
    mobilenet_v3, "MobileNetV3Small", name="MobileNetV3Small", blocks=SMALL, last_channels=1024, size="small"
)
MobileNetV3Large = variant(
    mobilenet_v3, "MobileNetV3Large", name="MobileNetV3Large", blocks=LARGE, last_channels=1280, size="large"
)
