"""ResNet50 as it was before release 2.3: with names of its own, and blocks that scripts took from here."""

from collections.abc import Callable
from typing import Any

from ...applications.building import Asked, Pretrained, normalized
from ...layers import (
    Activation,
    Add,
    AveragePooling2D,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from ...models import Functional
from ..releases import Release

STAGES = {2: (64, "abc"), 3: (128, "abcd"), 4: (256, "abcdef"), 5: (512, "abc")}  # channels, names of the blocks
PRETRAINED = Pretrained(
    "https://github.com/fchollet/deep-learning-models/releases/download/v0.2/"
    "resnet50_weights_tf_dim_ordering_tf_kernels",
    ("a7b3fe01876f51b976af0dea6bc144eb", "a268eb855778b3df3c7506639542a6af"),
)


def held(release: Release) -> dict[str, Any]:
    """What the module had, or still has for scripts that take blocks from a release that had none."""
    names: dict[str, Any] = {"identity_block": identity_block, "conv_block": conv_block}
    if release.is_before_2_3:
        names["ResNet50"] = ResNet50 if release.version >= "2.2" else ResNet50_before_2_2
    return names


def ResNet50(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Functional:
    """Of release 2.2; arguments as in `dovetail.applications.building.Asked`."""

    def stem(x: Any) -> Any:
        x = ZeroPadding2D(3, name="conv1_pad")(x)
        x = ZeroPadding2D(1, name="pool1_pad")(first_convolution(x))
        return MaxPooling2D(3, strides=2)(x)

    def head(x: Any) -> Any:
        if not include_top:
            return asked.pooled(x)
        return Dense(classes, "softmax", name="fc1000")(GlobalAveragePooling2D(name="avg_pool")(x))

    asked = Asked(include_top, weights, input_tensor, input_shape, pooling, classes, "softmax", "resnet50")
    return _built(asked, stem, head)


def ResNet50_before_2_2(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
) -> Functional:
    """Of releases 1 to 2.1: means of 7x7 pixels are its last feature maps, with a classifier or without."""

    def stem(x: Any) -> Any:
        return MaxPooling2D(3, strides=2)(first_convolution(ZeroPadding2D(3)(x)))

    def head(x: Any) -> Any:
        x = AveragePooling2D(7, name="avg_pool")(x)
        return Dense(classes, "softmax", name="fc1000")(Flatten()(x)) if include_top else asked.pooled(x)

    asked = Asked(include_top, weights, input_tensor, input_shape, pooling, classes, "softmax", "resnet50")
    return _built(asked, stem, head)


def _built(asked: Asked, stem: Callable[[Any], Any], head: Callable[[Any], Any]) -> Functional:
    images = asked.images(224)
    x = stem(images)
    for stage, (channels, blocks) in STAGES.items():
        filters = (channels, channels, 4 * channels)
        for name in blocks:
            if name == "a":
                x = conv_block(x, 3, filters, stage, name, strides=1 if stage == 2 else 2)
            else:
                x = identity_block(x, 3, filters, stage, name)
    return asked.model(images, head(x), PRETRAINED)


def first_convolution(x: Any) -> Any:
    return relu(conv(x, 64, 7, "conv1", strides=2), "bn_conv1")


def identity_block(input_tensor: Any, kernel_size: Any, filters: Any, stage: int, block: str) -> Any:
    """1x1, `kernel_size` and 1x1 convolutions, added to their input.

    Args:
        filters: channels of the three convolutions; the last as many as the input has.
        stage, block: a number and a letter for the names of the layers.
    """
    x = _convolved(input_tensor, kernel_size, filters, stage, block, 1)
    return Activation("relu")(Add()([x, input_tensor]))


def conv_block(input_tensor: Any, kernel_size: Any, filters: Any, stage: int, block: str, strides: Any = (2, 2)) -> Any:
    """As `identity_block`, with strides, and a convolution of the input before the sum."""
    x = _convolved(input_tensor, kernel_size, filters, stage, block, strides)
    shortcut = conv(input_tensor, filters[-1], 1, f"res{stage}{block}_branch1", strides=strides)
    shortcut = normalized(shortcut, f"bn{stage}{block}_branch1")
    return Activation("relu")(Add()([x, shortcut]))


def _convolved(x: Any, kernel_size: Any, filters: Any, stage: int, block: str, strides: Any) -> Any:
    place = f"{stage}{block}_branch2"
    x = relu(conv(x, filters[0], 1, f"res{place}a", strides=strides), f"bn{place}a")
    x = relu(conv(x, filters[1], kernel_size, f"res{place}b", padding="same"), f"bn{place}b")
    return normalized(conv(x, filters[2], 1, f"res{place}c"), f"bn{place}c")


def conv(x: Any, channels: int, window: Any, name: str, **settings: Any) -> Any:
    return Conv2D(channels, window, name=name, **settings)(x)


def relu(x: Any, norm_name: str) -> Any:
    return Activation("relu")(normalized(x, norm_name))
