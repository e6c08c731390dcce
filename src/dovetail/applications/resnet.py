"""ResNet50, 101 and 152: stages of bottleneck blocks, each added to its input.

He et al. 2015, arXiv:1512.03385, table 1.
"""

from typing import Any

from ..layers import Activation, Add, Conv2D, MaxPooling2D, ZeroPadding2D
from ..models import Functional
from .building import Asked, Pretrained, normalized, tf_kernels, variant
from .imagenet_utils import decode_predictions, preprocessing

__all__ = ["ResNet101", "ResNet152", "ResNet50", "decode_predictions", "preprocess_input"]

CHANNELS = (64, 128, 256, 512)
EPSILON = 1.001e-5

preprocess_input = preprocessing("caffe")


def resnet(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
    *,
    repeats: tuple[int, ...],
    pretrained: Pretrained,
) -> Functional:
    """Stages of bottleneck blocks, each added to its input (arXiv:1512.03385).

    Args: see `dovetail.applications.building.Asked`. Images: 224 pixels, `resnet.preprocess_input`.
    """
    asked = Asked.from_arguments(locals())
    images = asked.images(224)
    x = wide_convolution(images)
    x = pooled_by_two(relu(x, "conv1_bn", "conv1_relu"))
    for stage, (channels, count) in enumerate(zip(CHANNELS, repeats, strict=True), 2):
        for i in range(1, count + 1):
            strides = 2 if i == 1 and stage > 2 else 1
            x = block(x, channels, strides, shortcut=i == 1, name=f"conv{stage}_block{i}")
    return asked.model(images, asked.head(x), pretrained)


def block(x: Any, channels: int, strides: int, shortcut: bool, name: str) -> Any:
    """1x1, 3x3 and 1x1 convolutions, added to the input, which is projected to their shape for `shortcut`."""
    before = x
    if shortcut:
        before = Conv2D(4 * channels, 1, strides, name=f"{name}_0_conv")(x)
        before = normalized(before, f"{name}_0_bn", epsilon=EPSILON)
    x = relu(Conv2D(channels, 1, strides, name=f"{name}_1_conv")(x), f"{name}_1_bn", f"{name}_1_relu")
    x = relu(Conv2D(channels, 3, padding="same", name=f"{name}_2_conv")(x), f"{name}_2_bn", f"{name}_2_relu")
    x = Conv2D(4 * channels, 1, name=f"{name}_3_conv")(x)
    x = normalized(x, f"{name}_3_bn", epsilon=EPSILON)
    x = Add(name=f"{name}_add")([before, x])
    return Activation("relu", name=f"{name}_out")(x)


def wide_convolution(x: Any) -> Any:
    x = ZeroPadding2D(3, name="conv1_pad")(x)
    return Conv2D(64, 7, strides=2, name="conv1_conv")(x)


def pooled_by_two(x: Any) -> Any:
    x = ZeroPadding2D(1, name="pool1_pad")(x)
    return MaxPooling2D(3, strides=2, name="pool1_pool")(x)


def relu(x: Any, norm_name: str, name: str) -> Any:
    """relu of `x`, normalized."""
    return Activation("relu", name=name)(normalized(x, norm_name, epsilon=EPSILON))


ResNet50 = variant(
    resnet,
    "ResNet50",
    name="resnet50",
    repeats=(3, 4, 6, 3),
    pretrained=tf_kernels("resnet/resnet50", "2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"),
)
ResNet101 = variant(
    resnet,
    "ResNet101",
    name="resnet101",
    repeats=(3, 4, 23, 3),
    pretrained=tf_kernels("resnet/resnet101", "f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"),
)
ResNet152 = variant(
    resnet,
    "ResNet152",
    name="resnet152",
    repeats=(3, 8, 36, 3),
    pretrained=tf_kernels("resnet/resnet152", "100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"),
)
