"""NASNet-A, mobile and large: cells that a search found, each fed by the two before it.

Zoph et al. 2017, arXiv:1707.07012, figure 4.
"""

from typing import Any

from ..layers import (
    Activation,
    Add,
    AveragePooling2D,
    Concatenate,
    Conv2D,
    Cropping2D,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
)
from ..models import Functional
from .building import (
    Asked,
    Pretrained,
    channel_axis,
    normalized,
    padding_before_stride,
    refuse_channels_first,
    variant,
)
from .imagenet_utils import decode_predictions, preprocessing

__all__ = ["NASNetLarge", "NASNetMobile", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")


def nasnet(
    input_shape: Any = None,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
    *,
    size: int,
    channels: int,
    repeats: int,
    stem_channels: int,
    skips_reduction: bool,
    pretrained: Pretrained,
) -> Functional:
    """Cells that a search found, each fed by the two before it (arXiv:1707.07012).

    Args: see `dovetail.applications.building.Asked`. Images: 224 pixels (mobile) or 331 (large),
        `nasnet.preprocess_input`.
    """
    refuse_channels_first("NASNet")
    asked = Asked.from_arguments(locals())
    images = asked.images(size)
    x = Conv2D(stem_channels, 3, 2, use_bias=False, kernel_initializer="he_normal", name="stem_conv1")(images)
    x = normed(x, "stem_bn1")
    x, before = reduction_cell(x, None, channels // 4, "stem_1")
    x, before = reduction_cell(x, before, channels // 2, "stem_2", before_is_larger=True)
    for stage in range(3):
        width, first = channels * 2**stage, stage * repeats + min(stage, 1)
        if stage:
            x, skipped = reduction_cell(x, before, width, f"reduce_{stage * repeats}")
            before = before if skips_reduction else skipped
        for number in range(first, first + repeats):
            x, before = normal_cell(x, before, width, str(number), before_is_larger=number == first)
    x = Activation("relu")(x)
    return asked.model(images, asked.head(x, mean_name=None, pool_names=(None, None)), pretrained)


def normal_cell(x: Any, before: Any, channels: int, name: str, before_is_larger: bool) -> tuple[Any, Any]:
    """A cell that keeps rows and columns; returns its output and `x`, the next cell's `before`."""
    p = adjusted(before, x, channels, name, before_is_larger)
    h = projected(x, channels, f"normal_conv_1_{name}", f"normal_bn_1_{name}")
    left = separable(h, channels, 5, f"normal_left1_{name}")
    x1 = Add(name=f"normal_add_1_{name}")([left, separable(p, channels, 3, f"normal_right1_{name}")])
    left = separable(p, channels, 5, f"normal_left2_{name}")
    x2 = Add(name=f"normal_add_2_{name}")([left, separable(p, channels, 3, f"normal_right2_{name}")])
    x3 = Add(name=f"normal_add_3_{name}")([means(h, f"normal_left3_{name}"), p])
    left = means(p, f"normal_left4_{name}")
    x4 = Add(name=f"normal_add_4_{name}")([left, means(p, f"normal_right4_{name}")])
    x5 = Add(name=f"normal_add_5_{name}")([separable(h, channels, 3, f"normal_left5_{name}"), h])
    return joined([p, x1, x2, x3, x4, x5], f"normal_concat_{name}"), x


def reduction_cell(x: Any, before: Any, channels: int, name: str, before_is_larger: bool = False) -> tuple[Any, Any]:
    """A cell that halves rows and columns; returns its output and `x`, the next cell's `before`."""
    p = adjusted(before, x, channels, name, before_is_larger)
    h = projected(x, channels, f"reduction_conv_1_{name}", f"reduction_bn_1_{name}")
    padded = ZeroPadding2D(padding_before_stride(h, 3), name=f"reduction_pad_1_{name}")(h)
    left = separable(h, channels, 5, f"reduction_left1_{name}", strides=2)
    right = separable(p, channels, 7, f"reduction_right1_{name}", strides=2)
    x1 = Add(name=f"reduction_add_1_{name}")([left, right])
    left = MaxPooling2D(3, strides=2, name=f"reduction_left2_{name}")(padded)
    right = separable(p, channels, 7, f"reduction_right2_{name}", strides=2)
    x2 = Add(name=f"reduction_add_2_{name}")([left, right])
    left = AveragePooling2D(3, strides=2, name=f"reduction_left3_{name}")(padded)
    right = separable(p, channels, 5, f"reduction_right3_{name}", strides=2)
    x3 = Add(name=f"reduction_add3_{name}")([left, right])
    x4 = Add()([x2, means(x1, f"reduction_left4_{name}")])
    left = separable(x1, channels, 3, f"reduction_left4_{name}")
    right = MaxPooling2D(3, strides=2, name=f"reduction_right5_{name}")(padded)
    x5 = Add(name=f"reduction_add4_{name}")([left, right])
    return joined([x2, x3, x4, x5], f"reduction_concat_{name}"), x


def adjusted(before: Any, x: Any, channels: int, name: str, is_larger: bool) -> Any:
    """The output of the cell before last, with the rows, columns and channels that this cell works in."""
    if before is None:
        return x
    if is_larger:
        return halved(before, channels, name)
    if before.shape[channel_axis()] != channels:
        return projected(before, channels, f"adjust_conv_projection_{name}", f"adjust_bn_{name}")
    return before


def halved(x: Any, channels: int, name: str) -> Any:
    """Half of the rows and columns: even pixels give half of the channels, odd ones the other half."""
    x = Activation("relu", name=f"adjust_relu_1_{name}")(x)
    even = AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_1_{name}")(x)
    even = convolved(even, channels // 2, f"adjust_conv_1_{name}")
    odd = Cropping2D(((1, 0), (1, 0)))(ZeroPadding2D(((0, 1), (0, 1)))(x))
    odd = AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_2_{name}")(odd)
    odd = convolved(odd, channels // 2, f"adjust_conv_2_{name}")
    return normed(joined([even, odd]), f"adjust_bn_{name}")


def projected(x: Any, channels: int, name: str, norm_name: str) -> Any:
    return normed(convolved(Activation("relu")(x), channels, name), norm_name)


def convolved(x: Any, channels: int, name: str) -> Any:
    return Conv2D(channels, 1, padding="same", use_bias=False, kernel_initializer="he_normal", name=name)(x)


def separable(x: Any, channels: int, window: int, name: str, strides: int = 1) -> Any:
    """Two separable convolutions with relu before each."""
    x, padding = Activation("relu")(x), "same"
    if strides == 2:
        x, padding = ZeroPadding2D(padding_before_stride(x, window), name=f"separable_conv_1_pad_{name}")(x), "valid"
    x = SeparableConv2D(channels, window, strides, padding, use_bias=False, name=f"separable_conv_1_{name}")(x)
    x = Activation("relu")(normed(x, f"separable_conv_1_bn_{name}"))
    x = SeparableConv2D(channels, window, 1, "same", use_bias=False, name=f"separable_conv_2_{name}")(x)
    return normed(x, f"separable_conv_2_bn_{name}")


def means(x: Any, name: str) -> Any:
    return AveragePooling2D(3, strides=1, padding="same", name=name)(x)


def normed(x: Any, name: str) -> Any:
    return normalized(x, name, momentum=0.9997)


def joined(branches: list[Any], name: str | None = None) -> Any:
    return Concatenate(channel_axis(), name=name)(branches)


NASNetMobile = variant(
    nasnet,
    "NASNetMobile",
    name="nasnet_mobile",
    size=224,
    channels=44,
    repeats=4,
    stem_channels=32,
    skips_reduction=False,
    pretrained=Pretrained(
        "nasnet/NASNet-mobile",
        ("020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63"),
        without="-no-top",
        cached_as=("nasnet_mobile.h5", "nasnet_mobile_no_top.h5"),
    ),
)
NASNetLarge = variant(
    nasnet,
    "NASNetLarge",
    name="nasnet_large",
    size=331,
    channels=168,
    repeats=6,
    stem_channels=96,
    skips_reduction=True,
    pretrained=Pretrained(
        "nasnet/NASNet-large",
        ("11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5"),
        without="-no-top",
        cached_as=("nasnet_large.h5", "nasnet_large_no_top.h5"),
    ),
)
