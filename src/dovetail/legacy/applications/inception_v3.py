"""InceptionV3 as Keras 1 had it: biases and relu before normalization, and other branches here and there."""

from typing import Any

from ...applications.building import Asked, Pretrained, normalized
from ...applications.inception_v3 import conv2d_bn as conv2d_bn_today
from ...applications.inception_v3 import fives_and_threes, mixed, reduced, sevens, stem, widened
from ...layers import AveragePooling2D, Conv2D, Dense, Flatten
from ...models import Functional
from ..releases import Release

PRETRAINED = Pretrained(
    "https://github.com/fchollet/deep-learning-models/releases/download/v0.2/"
    "inception_v3_weights_tf_dim_ordering_tf_kernels",
    ("fe114b3ff2ea4bf891e9353d1bbfb32f", "2f3609166de1d967d1a481094754f691"),
)


def held(release: Release) -> dict[str, Any]:
    if release.dialect > 1:
        return {"conv2d_bn": conv2d_bn_today}
    return {"conv2d_bn": conv2d_bn, "InceptionV3": InceptionV3}


def conv2d_bn(
    x: Any,
    nb_filter: int,
    nb_row: int,
    nb_col: int,
    border_mode: str = "same",
    subsample: Any = (1, 1),
    name: str | None = None,
) -> Any:
    """relu of a convolution, normalized."""
    x = Conv2D(nb_filter, (nb_row, nb_col), subsample, border_mode, activation="relu", name=name and f"{name}_conv")(x)
    return normalized(x, name and f"{name}_bn")


def InceptionV3(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    classes: int = 1000,
) -> Functional:
    """Of Keras 1; arguments as in `dovetail.applications.building.Asked`. Images: 299 pixels."""
    asked = Asked(include_top, weights, input_tensor, input_shape, None, classes, "softmax", "inception_v3")
    images = asked.images(299, smallest=139)
    x = stem(images, conv2d_bn)
    for i in range(3):
        x = mixed(x, fives_and_threes(), 32, f"mixed{i}", conv2d_bn)
    x = reduced(x, [[(384, 3, 3)], [(64, 1, 1), (96, 3, 3), (96, 3, 3)]], "mixed3", conv2d_bn)
    for i, channels in enumerate((128, 160, 160, 192), 4):
        branches = sevens(channels)
        if i == 7:
            branches[2][0] = (160, 1, 1)
        x = mixed(x, branches, 192, f"mixed{i}", conv2d_bn)
    narrow = [(192, 1, 1)]
    branches = [[*narrow, (320, 3, 3)], [*narrow, (192, 1, 7), (192, 7, 1), (192, 3, 3)]]
    x = reduced(x, branches, "mixed8", conv2d_bn, AveragePooling2D)
    for i in range(2):
        x = widened(x, f"mixed9_{i}", f"mixed{9 + i}", conv2d_bn)
    if include_top:
        x = Flatten(name="flatten")(AveragePooling2D(8, strides=8, name="avg_pool")(x))
        x = Dense(classes, "softmax", name="predictions")(x)
    return asked.model(images, x, PRETRAINED)
