"""Inception V3: blocks of parallel branches of convolutions, concatenated.

Szegedy et al. 2015, arXiv:1512.00567, table 1.
"""

from collections.abc import Callable
from typing import Any

from ..layers import Activation, AveragePooling2D, Concatenate, Conv2D, MaxPooling2D
from ..models import Functional
from .building import Asked, Pretrained, channel_axis, normalized, tf_kernels, variant
from .imagenet_utils import decode_predictions, preprocessing

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]

Convolution = tuple[int, int, int]  # channels, rows and columns of the window
Branches = list[list[Convolution]]

preprocess_input = preprocessing("tf")


def inception_v3(
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
    """Blocks of parallel branches of convolutions, concatenated (arXiv:1512.00567).

    Args: see `dovetail.applications.building.Asked`. Images: 299 pixels, `inception_v3.preprocess_input`.
    """
    asked = Asked.from_arguments(locals())
    images = asked.images(299, smallest=75)
    x = stem(images, conv2d_bn)
    for i, channels in enumerate((32, 64, 64)):
        x = mixed(x, fives_and_threes(), channels, f"mixed{i}")
    x = reduced(x, [[(384, 3, 3)], [(64, 1, 1), (96, 3, 3), (96, 3, 3)]], "mixed3")
    for i, channels in enumerate((128, 160, 160, 192), 4):
        x = mixed(x, sevens(channels), 192, f"mixed{i}")
    narrow = [(192, 1, 1)]
    x = reduced(x, [[*narrow, (320, 3, 3)], [*narrow, (192, 1, 7), (192, 7, 1), (192, 3, 3)]], "mixed8")
    for i in range(2):
        x = widened(x, f"mixed9_{i}", f"mixed{9 + i}")
    return asked.model(images, asked.head(x, pool_names=(None, None)), pretrained)


def conv2d_bn(
    x: Any,
    filters: int,
    num_row: int,
    num_col: int,
    padding: str = "same",
    strides: Any = (1, 1),
    name: str | None = None,
) -> Any:
    """relu of a normalized convolution."""
    x = Conv2D(filters, (num_row, num_col), strides, padding, use_bias=False, name=name and f"{name}_conv")(x)
    x = normalized(x, name and f"{name}_bn", scale=False)
    return Activation("relu", name=name)(x)


def stem(x: Any, conv: Callable[..., Any]) -> Any:
    x = conv(x, 32, 3, 3, "valid", (2, 2))
    x = conv(x, 32, 3, 3, "valid")
    x = conv(x, 64, 3, 3)
    x = MaxPooling2D(3, strides=2)(x)
    x = conv(x, 80, 1, 1, "valid")
    x = conv(x, 192, 3, 3, "valid")
    return MaxPooling2D(3, strides=2)(x)


def fives_and_threes() -> Branches:
    """Three branches: 1x1; 5x5; twice 3x3."""
    return [[(64, 1, 1)], [(48, 1, 1), (64, 5, 5)], [(64, 1, 1), (96, 3, 3), (96, 3, 3)]]


def sevens(n: int) -> Branches:
    """Three branches: 1x1; once and twice a 7x7 window, as 1x7 after 7x1."""
    twice = [(n, 1, 1), (n, 7, 1), (n, 1, 7), (n, 7, 1), (192, 1, 7)]
    return [[(192, 1, 1)], [(n, 1, 1), (n, 1, 7), (192, 7, 1)], twice]


def mixed(x: Any, branches: Branches, pool_channels: int, name: str, conv: Callable[..., Any] = conv2d_bn) -> Any:
    """The branches, and one of means of 3x3 pixels, side by side."""
    return joined([*(chain(x, branch, conv) for branch in branches), means(x, pool_channels, conv)], name)


def reduced(
    x: Any, branches: Branches, name: str, conv: Callable[..., Any] = conv2d_bn, pool: Any = MaxPooling2D
) -> Any:
    """The branches with strides of 2 at the end of each, and one of pooled pixels, side by side."""
    ends = [conv(chain(x, convolutions, conv), *last, "valid", (2, 2)) for *convolutions, last in branches]
    return joined([*ends, pool(3, strides=2)(x)], name)


def widened(x: Any, inner_name: str, name: str, conv: Callable[..., Any] = conv2d_bn) -> Any:
    """Branches whose last convolution is 1x3 and 3x1 side by side."""

    def split(x: Any, name: str | None = None) -> Any:
        return joined([conv(x, 384, 1, 3), conv(x, 384, 3, 1)], name)

    single = conv(x, 320, 1, 1)
    once = split(conv(x, 384, 1, 1), inner_name)
    twice = split(chain(x, [(448, 1, 1), (384, 3, 3)], conv))
    return joined([single, once, twice, means(x, 192, conv)], name)


def chain(x: Any, convolutions: list[Convolution], conv: Callable[..., Any]) -> Any:
    for convolution in convolutions:
        x = conv(x, *convolution)
    return x


def means(x: Any, channels: int, conv: Callable[..., Any]) -> Any:
    return conv(AveragePooling2D(3, strides=1, padding="same")(x), channels, 1, 1)


def joined(branches: list[Any], name: str | None = None) -> Any:
    return Concatenate(channel_axis(), name=name)(branches)


InceptionV3 = variant(
    inception_v3,
    "InceptionV3",
    name="inception_v3",
    pretrained=tf_kernels(
        "inception_v3/inception_v3", "9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63"
    ),
)
