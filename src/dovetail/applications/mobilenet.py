"""MobileNet: a depthwise convolution of each channel, then a 1x1 convolution across channels, thirteen times.

Howard et al. 2017, arXiv:1704.04861, table 1.
"""

from typing import Any

from ..layers import (
    Activation,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    ReLU,
    Reshape,
    ZeroPadding2D,
)
from ..models import Functional
from .building import Asked, Pretrained, image_axes, normalized
from .imagenet_utils import decode_predictions, preprocessing

__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]

# channels and strides of the blocks
BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
SIZES = (128, 160, 192, 224)
ALPHAS = {0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1.0: "1_0"}

preprocess_input = preprocessing("tf")


def MobileNet(
    input_shape: Any = None,
    alpha: float = 1.0,
    depth_multiplier: int = 1,
    dropout: float = 0.001,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Functional:
    """Depthwise convolutions, each followed by a 1x1 convolution across channels (arXiv:1704.04861).

    Args: see `dovetail.applications.building.Asked`. Images: 224 pixels, `mobilenet.preprocess_input`.
        alpha: the number of channels everywhere, times this.
        depth_multiplier: outputs of a depthwise convolution for each channel.
        dropout: rate before the classifier.
    """
    asked = Asked.from_arguments(locals())
    images = asked.images(224)
    pretrained = _pretrained(asked, alpha, depth_multiplier) if asked.is_pretrained else None
    asked.name = name or f"mobilenet_{alpha:0.2f}_{asked.input_shape[image_axes()[0] - 1]}"
    x = Conv2D(int(32 * alpha), 3, 2, padding="same", use_bias=False, name="conv1")(images)
    x = relu6(x, "conv1")
    for i, (channels, strides) in enumerate(BLOCKS, 1):
        x = block(x, int(channels * alpha), depth_multiplier, strides, i)
    if not include_top:
        return asked.model(images, asked.pooled(x), pretrained)
    x = GlobalAveragePooling2D(keepdims=True)(x)
    x = Dropout(dropout, name="dropout")(x)
    x = Conv2D(classes, 1, padding="same", name="conv_preds")(x)
    x = Reshape((classes,), name="reshape_2")(x)
    x = Activation(classifier_activation, name="predictions")(x)
    return asked.model(images, x, pretrained)


def block(x: Any, channels: int, depth_multiplier: int, strides: int, number: int) -> Any:
    """A depthwise convolution of each channel, then a 1x1 convolution across them."""
    if strides > 1:
        x = ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{number}")(x)
    x = DepthwiseConv2D(
        3,
        strides,
        padding="same" if strides == 1 else "valid",
        depth_multiplier=depth_multiplier,
        use_bias=False,
        name=f"conv_dw_{number}",
    )(x)
    x = relu6(x, f"conv_dw_{number}")
    x = Conv2D(channels, 1, padding="same", use_bias=False, name=f"conv_pw_{number}")(x)
    return relu6(x, f"conv_pw_{number}")


def relu6(x: Any, name: str) -> Any:
    return ReLU(6.0, name=f"{name}_relu")(normalized(x, f"{name}_bn"))


def _pretrained(asked: Asked, alpha: float, depth_multiplier: int) -> Pretrained:
    if depth_multiplier != 1 or alpha not in ALPHAS:
        raise ValueError(
            f"there are pretrained weights for depth_multiplier=1 and alpha one of {tuple(ALPHAS)}; "
            f"got {depth_multiplier} and {alpha}"
        )
    size = asked.square_size(SIZES)
    return Pretrained(f"mobilenet/mobilenet_{ALPHAS[alpha]}_{size}_tf", without="_no_top")
