"""Inception-ResNet V2: branches of convolutions, concatenated, projected, scaled and added to their input.

Szegedy et al. 2016, arXiv:1602.07261.
"""

from typing import Any

from ..layers import Activation, AveragePooling2D, Concatenate, Conv2D, Layer, MaxPooling2D
from ..models import Functional
from .building import Asked, Pretrained, channel_axis, layer_of, normalized, tf_kernels, variant
from .imagenet_utils import decode_predictions, preprocessing

__all__ = ["InceptionResNetV2", "decode_predictions", "preprocess_input"]

# branches of the three residual blocks: (channels, window) of each convolution
BLOCK35 = [[(32, 1)], [(32, 1), (32, 3)], [(32, 1), (48, 3), (64, 3)]]
BLOCK17 = [[(192, 1)], [(128, 1), (160, (1, 7)), (192, (7, 1))]]
BLOCK8 = [[(192, 1)], [(192, 1), (224, (1, 3)), (256, (3, 1))]]

preprocess_input = preprocessing("tf")


@layer_of("keras.src.applications.inception_resnet_v2")
class CustomScaleLayer(Layer):
    """`x + scale * y` for inputs [x, y] of the same shape.

    Args:
        scale: a small number; it keeps sums of many residuals stable.
    """

    def __init__(self, scale: float, **kwargs: Any):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs):
        x, y = inputs
        return x + y * self.scale


def inception_resnet_v2(
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
    """Branches of convolutions, concatenated, projected, scaled and added to their input (arXiv:1602.07261).

    Args: see `dovetail.applications.building.Asked`. Images: 299 pixels, `inception_resnet_v2.preprocess_input`.
    """
    asked = Asked.from_arguments(locals())
    images = asked.images(299, smallest=75)
    x = stem(images)
    branches = [chain(x, branch) for branch in ([(96, 1)], [(48, 1), (64, 5)], [(64, 1), (96, 3), (96, 3)])]
    branches.append(conv2d_bn(AveragePooling2D(3, strides=1, padding="same")(x), 64, 1))
    x = joined(branches, "mixed_5b")
    for i in range(1, 11):
        x = block(x, BLOCK35, 0.17, f"block35_{i}")
    x = reduced(x, [[(384, 3)], [(256, 1), (256, 3), (384, 3)]], "mixed_6a")
    for i in range(1, 21):
        x = block(x, BLOCK17, 0.1, f"block17_{i}")
    x = reduced(x, [[(256, 1), (384, 3)], [(256, 1), (288, 3)], [(256, 1), (288, 3), (320, 3)]], "mixed_7a")
    for i in range(1, 10):
        x = block(x, BLOCK8, 0.2, f"block8_{i}")
    x = block(x, BLOCK8, 1.0, "block8_10", activation=None)
    x = conv2d_bn(x, 1536, 1, name="conv_7b")
    return asked.model(images, asked.head(x, pool_names=(None, None)), pretrained)


def conv2d_bn(
    x: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = 1,
    padding: str = "same",
    activation: Any = "relu",
    use_bias: bool = False,
    name: str | None = None,
) -> Any:
    """An activated convolution, normalized unless it has a bias."""
    x = Conv2D(filters, kernel_size, strides, padding, use_bias=use_bias, name=name)(x)
    if not use_bias:
        x = normalized(x, name and f"{name}_bn", scale=False)
    return x if activation is None else Activation(activation, name=name and f"{name}_ac")(x)


def stem(x: Any) -> Any:
    x = conv2d_bn(x, 32, 3, 2, "valid")
    x = conv2d_bn(x, 32, 3, 1, "valid")
    x = conv2d_bn(x, 64, 3)
    x = MaxPooling2D(3, strides=2)(x)
    x = conv2d_bn(x, 80, 1, 1, "valid")
    x = conv2d_bn(x, 192, 3, 1, "valid")
    return MaxPooling2D(3, strides=2)(x)


def block(x: Any, branches: Any, scale: float, name: str, activation: Any = "relu") -> Any:
    """A residual block: what the branches find is projected to the input's channels and added to it."""
    found = joined([chain(x, branch) for branch in branches], f"{name}_mixed")
    found = conv2d_bn(found, x.shape[channel_axis()], 1, activation=None, use_bias=True, name=f"{name}_conv")
    x = CustomScaleLayer(scale)([x, found])
    return x if activation is None else Activation(activation, name=f"{name}_ac")(x)


def reduced(x: Any, branches: Any, name: str) -> Any:
    """The branches with strides of 2 at the end of each, and one of pooled pixels, side by side."""
    ends = [
        conv2d_bn(chain(x, convolutions), channels, window, 2, "valid")
        for *convolutions, (channels, window) in branches
    ]
    return joined([*ends, MaxPooling2D(3, strides=2)(x)], name)


def chain(x: Any, convolutions: Any) -> Any:
    for channels, window in convolutions:
        x = conv2d_bn(x, channels, window)
    return x


def joined(branches: list[Any], name: str) -> Any:
    return Concatenate(channel_axis(), name=name)(branches)


InceptionResNetV2 = variant(
    inception_resnet_v2,
    "InceptionResNetV2",
    name="inception_resnet_v2",
    pretrained=tf_kernels(
        "inception_resnet_v2/inception_resnet_v2",
        "e693bd0210a403b3192acc6073ad2e96",
        "d19885ff4a710c122648d3b5c3b684e4",
    ),
)
