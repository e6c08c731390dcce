"""ConvNeXt, tiny to extra large: a ResNet brought up to date, with wide windows and few normalizations.

Liu et al. 2022, arXiv:2201.03545, section 3.
"""

from typing import Any

import jax

from ..engine.randomness import SeedGenerator
from ..initializers import Constant
from ..layers import (
    Activation,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Layer,
    LayerNormalization,
    Normalization,
)
from ..models import Functional, Sequential
from .building import Asked, Pretrained, channel_axis, layer_of, refuse_channels_first, variant
from .imagenet_utils import decode_predictions, preprocessing

__all__ = [
    "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge", "decode_predictions",
    "preprocess_input",
]  # fmt: skip

IMAGENET_MEAN = [0.485 * 255, 0.456 * 255, 0.406 * 255]
IMAGENET_VARIANCE = [(0.229 * 255) ** 2, (0.224 * 255) ** 2, (0.225 * 255) ** 2]
EPSILON = 1e-6

preprocess_input = preprocessing(None)


@layer_of("keras.src.applications.convnext")
class StochasticDepth(Layer):
    """In training sets whole samples to 0 with probability `drop_path_rate`, and divides the others by the rest.

    Args:
        drop_path_rate: a number from 0 up to, but not including, 1.

    Shapes:
        x, output: (batch, ...)

    Reference:
        Huang et al. 2016, arXiv:1603.09382.
    """

    def __init__(self, drop_path_rate: float, **kwargs: Any):
        super().__init__(**kwargs)
        if not 0 <= drop_path_rate < 1:
            raise ValueError(f"`drop_path_rate` must be a number from 0 up to 1, not {drop_path_rate!r}")
        self.drop_path_rate = drop_path_rate
        self.seed_generator = SeedGenerator()

    def call(self, x, training=None):
        if not training:
            return x
        keep = 1 - self.drop_path_rate
        kept = jax.random.bernoulli(self.seed_generator.next(), keep, (x.shape[0],) + (1,) * (x.ndim - 1))
        return x / keep * kept.astype(x.dtype)


@layer_of("keras.src.applications.convnext")
class LayerScale(Layer):
    """`gamma * x`, with one learned factor for each channel that starts small.

    Args:
        init_values: what the factors start from.
        projection_dim: the number of channels.

    Shapes:
        x, output: (batch, ..., projection_dim)

    Weights:
        gamma: (projection_dim,)

    Reference:
        Touvron et al. 2021, arXiv:2103.17239.
    """

    def __init__(self, init_values: float, projection_dim: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, input_shape):
        self.gamma = self.add_weight(name="gamma", shape=(self.projection_dim,), initializer=Constant(self.init_values))

    def call(self, x):
        return x * self.gamma.value


def convnext(
    include_top: bool = True,
    include_preprocessing: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
    *,
    channels: tuple[int, int, int, int],
    repeats: tuple[int, int, int, int],
    pretrained: Pretrained,
) -> Functional:
    """A ResNet brought up to date, with wide windows and few normalizations (arXiv:2201.03545).

    Args: see `dovetail.applications.building.Asked`. Images: 224 pixels, values of 0 to 255.
        include_preprocessing: whether the model normalizes its images, if they have three channels.
    """
    refuse_channels_first("ConvNeXt")
    asked = Asked.from_arguments(locals())
    x = images = asked.images(224)
    if include_preprocessing and images.shape[channel_axis()] == 3:
        x = Normalization(mean=IMAGENET_MEAN, variance=IMAGENET_VARIANCE, name=f"{name}_prestem_normalization")(x)
    for stage, (width, count) in enumerate(zip(channels, repeats, strict=True)):
        x = smaller(width, stage, str(name))(x)
        for i in range(count):
            x = block(x, width, f"{name}_stage_{stage}_block_{i}")
    if include_top:
        x = GlobalAveragePooling2D(name=f"{name}_head_gap")(x)
        x = LayerNormalization(epsilon=EPSILON, name=f"{name}_head_layernorm")(x)
        x = Dense(classes, classifier_activation, name=f"{name}_head_dense")(x)
    else:
        x = LayerNormalization(epsilon=EPSILON)(asked.pooled(x))
    return asked.model(images, x, pretrained)


def smaller(channels: int, stage: int, name: str) -> Sequential:
    """What is before each stage: a convolution whose windows do not overlap, normalized before (first stage: after)."""
    if stage == 0:
        conv = Conv2D(channels, 4, strides=4, name=f"{name}_stem_conv")
        norm = LayerNormalization(epsilon=EPSILON, name=f"{name}_stem_layernorm")
        return Sequential([conv, norm], name=f"{name}_stem")
    norm = LayerNormalization(epsilon=EPSILON, name=f"{name}_downsampling_layernorm_{stage - 1}")
    conv = Conv2D(channels, 2, strides=2, name=f"{name}_downsampling_conv_{stage - 1}")
    return Sequential([norm, conv], name=f"{name}_downsampling_block_{stage - 1}")


def block(inputs: Any, channels: int, name: str, drop_path_rate: float = 0.0, scale: float | None = 1e-6) -> Any:
    """7x7 windows of each channel, then two 1x1 convolutions through four times the channels, added to the inputs."""
    x = Conv2D(channels, 7, padding="same", groups=channels, name=f"{name}_depthwise_conv")(inputs)
    x = LayerNormalization(epsilon=EPSILON, name=f"{name}_layernorm")(x)
    x = Dense(4 * channels, name=f"{name}_pointwise_conv_1")(x)
    x = Activation("gelu", name=f"{name}_gelu")(x)
    x = Dense(channels, name=f"{name}_pointwise_conv_2")(x)
    if scale is not None:
        x = LayerScale(scale, channels, name=f"{name}_layer_scale")(x)
    if drop_path_rate:
        x = StochasticDepth(drop_path_rate, name=f"{name}_stochastic_depth")(x)
    else:
        x = Activation("linear", name=f"{name}_identity")(x)
    return inputs + x


def _variant(size: str, channels: tuple[int, ...], blocks: int, *hashes: str) -> Any:
    name = f"convnext_{size.lower()}"
    return variant(
        convnext,
        f"ConvNeXt{size}",
        name=name,
        channels=channels,
        repeats=(3, 3, blocks, 3),
        pretrained=Pretrained(f"convnext/{name}", hashes),  # type: ignore[arg-type]
    )


ConvNeXtTiny = _variant(
    "Tiny",
    (96, 192, 384, 768),
    9,
    "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
    "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
)
ConvNeXtSmall = _variant(
    "Small",
    (96, 192, 384, 768),
    27,
    "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c",
    "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
)
ConvNeXtBase = _variant(
    "Base",
    (128, 256, 512, 1024),
    27,
    "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6",
    "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
)
ConvNeXtLarge = _variant(
    "Large",
    (192, 384, 768, 1536),
    27,
    "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6",
    "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
)
ConvNeXtXLarge = _variant(
    "XLarge",
    (256, 512, 1024, 2048),
    27,
    "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee",
    "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
)
