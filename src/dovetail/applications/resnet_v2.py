"""ResNet50, 101 and 152, version 2: normalized and relu before each convolution, nothing after the sum.

He et al. 2016, arXiv:1603.05027.
"""

from typing import Any

from ..layers import Add, Conv2D, MaxPooling2D, ZeroPadding2D
from ..models import Functional
from .building import Asked, Pretrained, tf_kernels, variant
from .imagenet_utils import decode_predictions, preprocessing
from .resnet import CHANNELS, pooled_by_two, relu, wide_convolution

__all__ = ["ResNet101V2", "ResNet152V2", "ResNet50V2", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")


def resnet_v2(
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
    """Stages of bottleneck blocks with relu before each convolution, each added to its input (arXiv:1603.05027).

    Args: see `dovetail.applications.building.Asked`. Images: 224 pixels, `resnet_v2.preprocess_input`.
    """
    asked = Asked.from_arguments(locals())
    images = asked.images(224)
    x = pooled_by_two(wide_convolution(images))
    for stage, (channels, count) in enumerate(zip(CHANNELS, repeats, strict=True), 2):
        for i in range(1, count + 1):
            strides = 2 if i == count and stage < 5 else 1
            x = block(x, channels, strides, shortcut=i == 1, name=f"conv{stage}_block{i}")
    x = relu(x, "post_bn", "post_relu")
    return asked.model(images, asked.head(x), pretrained)


def block(x: Any, channels: int, strides: int, shortcut: bool, name: str) -> Any:
    """1x1, 3x3 and 1x1 convolutions, added to the input, which is projected to their shape for `shortcut`."""
    before, x = x, relu(x, f"{name}_preact_bn", f"{name}_preact_relu")
    if shortcut:
        before = Conv2D(4 * channels, 1, strides, name=f"{name}_0_conv")(x)
    elif strides > 1:
        before = MaxPooling2D(1, strides)(before)
    x = Conv2D(channels, 1, use_bias=False, name=f"{name}_1_conv")(x)
    x = ZeroPadding2D(1, name=f"{name}_2_pad")(relu(x, f"{name}_1_bn", f"{name}_1_relu"))
    x = Conv2D(channels, 3, strides, use_bias=False, name=f"{name}_2_conv")(x)
    x = Conv2D(4 * channels, 1, name=f"{name}_3_conv")(relu(x, f"{name}_2_bn", f"{name}_2_relu"))
    return Add(name=f"{name}_out")([before, x])


ResNet50V2 = variant(
    resnet_v2,
    "ResNet50V2",
    name="resnet50v2",
    repeats=(3, 4, 6, 3),
    pretrained=tf_kernels("resnet/resnet50v2", "3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"),
)
ResNet101V2 = variant(
    resnet_v2,
    "ResNet101V2",
    name="resnet101v2",
    repeats=(3, 4, 23, 3),
    pretrained=tf_kernels("resnet/resnet101v2", "6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"),
)
ResNet152V2 = variant(
    resnet_v2,
    "ResNet152V2",
    name="resnet152v2",
    repeats=(3, 8, 36, 3),
    pretrained=tf_kernels("resnet/resnet152v2", "a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"),
)
