"""DenseNet121, 169 and 201: each block's result is concatenated to all before it.

Huang et al. 2016, arXiv:1608.06993, table 1.
"""

from typing import Any

from ..layers import AveragePooling2D, Concatenate, Conv2D, MaxPooling2D, ZeroPadding2D
from ..models import Functional
from .building import Asked, Pretrained, channel_axis, refuse_channels_first, tf_kernels, variant
from .imagenet_utils import decode_predictions, preprocessing
from .resnet import relu

__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]

GROWTH = 32  # channels that each block adds

preprocess_input = preprocessing("torch")


def densenet(
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
    """Each block's result is concatenated to all before it (arXiv:1608.06993).

    Args: see `dovetail.applications.building.Asked`. Images: 224 pixels, `densenet.preprocess_input`.
    """
    refuse_channels_first("DenseNet")
    asked = Asked.from_arguments(locals())
    images = asked.images(224)
    x = ZeroPadding2D(3)(images)
    x = relu(Conv2D(64, 7, 2, use_bias=False, name="conv1_conv")(x), "conv1_bn", "conv1_relu")
    x = MaxPooling2D(3, strides=2, name="pool1")(ZeroPadding2D(1)(x))
    for stage, count in enumerate(repeats, 2):
        for i in range(1, count + 1):
            x = grown(x, f"conv{stage}_block{i}")
        if stage < 5:
            x = halved(x, f"pool{stage}")
    x = relu(x, "bn", "relu")
    return asked.model(images, asked.head(x), pretrained)


def grown(x: Any, name: str) -> Any:
    """`x` with `GROWTH` more channels, computed from it."""
    new = relu(x, f"{name}_0_bn", f"{name}_0_relu")
    new = Conv2D(4 * GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(new)
    new = relu(new, f"{name}_1_bn", f"{name}_1_relu")
    new = Conv2D(GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(new)
    return Concatenate(channel_axis(), name=f"{name}_concat")([x, new])


def halved(x: Any, name: str) -> Any:
    """Half of the channels, rows and columns."""
    x = relu(x, f"{name}_bn", f"{name}_relu")
    x = Conv2D(x.shape[channel_axis()] // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


DenseNet121 = variant(
    densenet,
    "DenseNet121",
    name="densenet121",
    repeats=(6, 12, 24, 16),
    pretrained=tf_kernels(
        "densenet/densenet121", "9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"
    ),
)
DenseNet169 = variant(
    densenet,
    "DenseNet169",
    name="densenet169",
    repeats=(6, 12, 32, 32),
    pretrained=tf_kernels(
        "densenet/densenet169", "d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"
    ),
)
DenseNet201 = variant(
    densenet,
    "DenseNet201",
    name="densenet201",
    repeats=(6, 12, 48, 32),
    pretrained=tf_kernels(
        "densenet/densenet201", "1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"
    ),
)
