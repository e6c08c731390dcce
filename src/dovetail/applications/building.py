"""What all builders share: their arguments, the images that come in, the head, and weights from files."""

import inspect
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from .. import activations
from ..engine.configs import MODULES
from ..engine.errors import ShapeError, unknown_name
from ..engine.graph import get_source_inputs
from ..engine.settings import image_data_format
from ..engine.tensor import KerasTensor
from ..layers import (
    FAMILY,
    BatchNormalization,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Input,
)
from ..models import Functional
from ..utils import get_file

IMAGENET_CLASSES = 1000
STORE = "https://storage.googleapis.com/tensorflow/keras-applications/"


class Pretrained(NamedTuple):
    """Two files of weights trained on ImageNet: with the classifier, and without.

    Attributes:
        url: where they are, without the ends of their names; relative to `STORE` unless whole.
        hashes: MD5 or SHA256 of each; None where none was published.
        without: what the name of the file without classifier has before `.h5`.
        cached_as: the names under which they are kept, where these are others.
    """

    url: str
    hashes: tuple[str | None, str | None] = (None, None)
    without: str = "_notop"
    cached_as: tuple[str, str] | None = None

    def path(self, include_top: bool) -> str:
        """The file, from the cache or the network.

        Raises:
            OSError: it is not in the cache and cannot be had; says where to put it.
        """
        which = 0 if include_top else 1
        url = f"{self.url}{('', self.without)[which]}.h5"
        url = url if "://" in url else STORE + url
        name = self.cached_as[which] if self.cached_as else None
        try:
            return get_file(name, url, cache_subdir="models", file_hash=self.hashes[which])
        except OSError as error:
            error.add_note("it is what weights='imagenet' asks for; weights=None gives random ones")
            raise


def tf_kernels(path: str, *hashes: str) -> Pretrained:
    """Files named as most are."""
    return Pretrained(f"{path}_weights_tf_dim_ordering_tf_kernels", hashes)  # type: ignore[arg-type]


@dataclass
class Asked:
    """What the caller of a builder asked for, checked.

    Args:
        include_top: whether the classifier is part of the model.
        weights: None for random ones, "imagenet" for pretrained ones from the cache or the network, or a file.
        input_tensor: symbolic images to build on, in place of a new input.
        input_shape: of one image, in the order of `image_data_format()`.
        pooling: without the classifier, how the last feature maps become one vector: "avg", "max"; None leaves them.
        classes: how many the classifier tells apart.
        classifier_activation: of the classifier; None gives logits.
        name: of the model.

    Raises:
        ValueError: `weights` is no file; or they are pretrained and do not fit the classifier that is asked for.
    """

    include_top: bool
    weights: Any
    input_tensor: Any
    input_shape: Any
    pooling: str | None
    classes: int
    classifier_activation: Any
    name: str | None

    @classmethod
    def from_arguments(cls, arguments: dict[str, Any]) -> "Asked":
        """From a builder's `locals()`."""
        return cls(**{field.name: arguments[field.name] for field in fields(cls)})

    def __post_init__(self) -> None:
        if self.weights is not None and not self.is_pretrained and not os.path.exists(self.weights):
            raise ValueError(
                f"weights={self.weights!r} is no file; give None for random weights, 'imagenet' for pretrained ones, "
                "or the path of a file"
            )
        if self.pooling not in (None, "avg", "max"):
            raise unknown_name("pooling", self.pooling, ("avg", "max"))
        if not (self.include_top and self.is_pretrained):
            return
        if self.classes != IMAGENET_CLASSES:
            raise ValueError(
                f"the classifier that was trained on ImageNet has {IMAGENET_CLASSES} classes, not {self.classes}: "
                "give include_top=False and add your own, or weights=None"
            )
        if activations.get(self.classifier_activation) not in (activations.get("softmax"), activations.get(None)):
            raise ValueError(
                "the classifier that was trained on ImageNet has classifier_activation='softmax', or None for logits; "
                f"got {self.classifier_activation!r}"
            )

    @property
    def is_pretrained(self) -> bool:
        return isinstance(self.weights, str) and self.weights == "imagenet"

    def images(self, size: int | None, smallest: int = 32) -> KerasTensor:
        """The symbolic images that the model is built on; `input_shape` is theirs from then on.

        Args:
            size: height and width in pixels where a classifier is asked for and no shape; None leaves them open.
            smallest: height and width that the network can take.

        Raises:
            ShapeError: `input_shape` is not that of an image, too small, or not what pretrained weights need.
        """
        images = self.input_tensor
        if images is None:
            size = size if self.include_top else None
            images = Input(self.input_shape or in_order(size, size, 3))
        elif not isinstance(images, KerasTensor):
            raise TypeError(f"input_tensor is a symbolic tensor, from Input or a layer; got {images!r}")
        elif self.input_shape is not None and not _agree(self.input_shape, images.shape[1:]):
            raise ShapeError(f"input_shape={self.input_shape} is not that of the input_tensor, {images.shape[1:]}")
        if len(images.shape) != 4:
            raise ShapeError(f"an image has the axes {in_order('height', 'width', 'channels')}; got {images.shape[1:]}")
        self.input_shape = tuple(images.shape[1:])
        *sizes, channels = (images.shape[axis] for axis in (*image_axes(), channel_axis()))
        if any(pixels is not None and pixels < smallest for pixels in sizes):
            raise ShapeError(f"images must be at least {smallest} pixels high and wide; got {self.input_shape}")
        if self.is_pretrained and channels != 3:
            raise ShapeError(f"weights trained on ImageNet need images of 3 channels; got {self.input_shape}")
        return images

    def square_size(self, sizes: tuple[int, ...]) -> int:
        """Height and width in pixels of the images, if they are among `sizes`; else the largest of these."""
        height, width = (self.input_shape[axis - 1] for axis in image_axes())
        if height == width and height in sizes:
            return height
        if self.is_pretrained:
            warnings.warn(
                f"there are pretrained weights for images of {sizes} pixels; those for {sizes[-1]} are taken.",
                stacklevel=5,
            )
        return sizes[-1]

    def head(
        self,
        x: Any,
        mean_name: str | None = "avg_pool",
        pool_names: tuple[str | None, str | None] = ("avg_pool", "max_pool"),
        dropout: float = 0,
        **dense: Any,
    ) -> Any:
        """The end that most networks have: a Dense classifier of each feature map's mean, or pooled features."""
        if not self.include_top:
            return self.pooled(x, *pool_names)
        x = GlobalAveragePooling2D(name=mean_name)(x)
        if dropout:
            x = Dropout(dropout, name="top_dropout")(x)
        return Dense(self.classes, self.classifier_activation, name="predictions", **dense)(x)

    def pooled(self, x: Any, average_name: str | None = None, max_name: str | None = None) -> Any:
        """Feature maps as one vector for each image, if `pooling` asks for that."""
        if self.pooling == "avg":
            return GlobalAveragePooling2D(name=average_name)(x)
        if self.pooling == "max":
            return GlobalMaxPooling2D(name=max_name)(x)
        return x

    def model(self, images: KerasTensor, outputs: Any, pretrained: Pretrained | None) -> Functional:
        """The finished model, with its weights loaded."""
        inputs = images if self.input_tensor is None else get_source_inputs(images)
        model = Functional(inputs, outputs, name=self.name)
        if self.is_pretrained:
            if pretrained is None:
                raise ValueError(f"there are no weights trained on ImageNet for {self.name!r}")
            read_weights(model, pretrained.path(self.include_top))
        elif self.weights is not None:
            read_weights(model, self.weights)
        return model


_reader: ContextVar[Callable[..., None]] = ContextVar("how weights are read", default=Functional.load_weights)


def read_weights(model: Functional, file: Any, **settings: Any) -> None:
    """Load a file into a model that was just built."""
    _reader.get()(model, file, **settings)


@contextmanager
def weights_read_by(reader: Callable[..., None]) -> Iterator[None]:
    """In the body builders leave their files of weights to `reader(model, file, **settings)`."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def variant(family: Callable[..., Functional], title: str, **settings: Any) -> Callable[..., Functional]:
    """A public builder: `family` with its keyword-only arguments settled, and other defaults where given.

    Args:
        title: the builder's name.
        settings: values of keyword-only arguments, and new defaults of the others.
    """
    parameters = inspect.signature(family).parameters.values()
    public = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
    fixed = {name: value for name, value in settings.items() if name not in {p.name for p in public}}
    signature = inspect.Signature([p.replace(default=settings.get(p.name, p.default)) for p in public])

    def builder(*args: Any, **kwargs: Any) -> Functional:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return family(*bound.args, **fixed)

    builder.__name__ = builder.__qualname__ = title
    builder.__module__, builder.__doc__ = family.__module__, family.__doc__
    builder.__signature__ = signature  # type: ignore[attr-defined]
    return builder


def layer_of(module: str) -> Callable[[Any], Any]:
    """A decorator for layers that only some networks have: files name them with Keras's `module`."""

    def register(cls: Any) -> Any:
        FAMILY.members[cls.__name__] = cls
        MODULES[cls] = module
        return cls

    return register


def in_order(height: Any, width: Any, channels: Any) -> tuple[Any, Any, Any]:
    """The three axes of an image in the order of `image_data_format()`."""
    return (channels, height, width) if channel_axis() == 1 else (height, width, channels)


def channel_axis() -> int:
    """The axis of images that has their channels."""
    return 1 if image_data_format() == "channels_first" else -1


def image_axes() -> tuple[int, int]:
    """The axes of images that have their rows and columns."""
    return (2, 3) if channel_axis() == 1 else (1, 2)


def normalized(x: Any, name: str | None = None, **settings: Any) -> Any:
    """Batch normalization of each channel."""
    return BatchNormalization(axis=channel_axis(), name=name, **settings)(x)


def padding_before_stride(x: Any, kernel_size: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Zeros around `x` so that a window with strides of 2 keeps half of its pixels, rounded up, as TensorFlow pads."""
    sizes = [x.shape[axis] for axis in image_axes()]
    half = kernel_size // 2
    before = [half - (1 if size is None else 1 - size % 2) for size in sizes]
    return (before[0], half), (before[1], half)


def rounded(channels: float, divisor: int = 8) -> int:
    """The closest multiple of `divisor` that is no more than a tenth below `channels`."""
    closest = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return closest if closest >= 0.9 * channels else closest + divisor


def refuse_channels_first(title: str) -> None:
    if channel_axis() == 1:
        raise ValueError(f"{title} takes images with channels last: set_image_data_format('channels_last')")


def _agree(asked: Any, given: Any) -> bool:
    return len(asked) == len(given) and all(a is None or b is None or a == b for a, b in zip(asked, given, strict=True))
