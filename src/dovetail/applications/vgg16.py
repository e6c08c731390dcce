"""VGG16 and VGG19: blocks of 3x3 convolutions, each of more channels than the last.

Simonyan & Zisserman 2014, arXiv:1409.1556, table 1, columns D and E.
"""

from typing import Any

from ..layers import Conv2D, Dense, Flatten, MaxPooling2D
from ..models import Functional
from .building import Asked, Pretrained, tf_kernels, variant
from .imagenet_utils import decode_predictions, preprocessing

__all__ = ["VGG16", "decode_predictions", "preprocess_input"]

CHANNELS = (64, 128, 256, 512, 512)

preprocess_input = preprocessing("caffe")


def vgg(
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
    """Blocks of 3x3 convolutions, each of more channels than the last (arXiv:1409.1556).

    Args: see `dovetail.applications.building.Asked`. Images: 224 pixels, `vgg16.preprocess_input`.
    """
    asked = Asked.from_arguments(locals())
    x = images = asked.images(224)
    for block, (channels, count) in enumerate(zip(CHANNELS, repeats, strict=True), 1):
        for i in range(1, count + 1):
            x = Conv2D(channels, 3, padding="same", activation="relu", name=f"block{block}_conv{i}")(x)
        x = MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    if include_top:
        x = Flatten(name="flatten")(x)
        x = Dense(4096, "relu", name="fc1")(x)
        x = Dense(4096, "relu", name="fc2")(x)
        x = Dense(classes, classifier_activation, name="predictions")(x)
    else:
        x = asked.pooled(x)
    return asked.model(images, x, pretrained)


VGG16 = variant(
    vgg,
    "VGG16",
    name="vgg16",
    repeats=(2, 2, 3, 3, 3),
    pretrained=tf_kernels("vgg16/vgg16", "64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"),
)
