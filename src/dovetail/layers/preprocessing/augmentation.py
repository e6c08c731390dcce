"""Images changed at random, each in its own way: in training, and where a layer is called on its own."""

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp

from ...engine.errors import ShapeError
from ...engine.randomness import SeedGenerator
from ...ops import image
from ..arguments import describe, one_of, positive_int, seen_shape
from .images import ImageLayer

FLIPS = ("horizontal", "vertical", "horizontal_and_vertical")
FILLS = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")


class Augmentation(ImageLayer):
    """What layers that change images at random share: when they do, and one draw for images and their masks.

    Args:
        seed: an integer, for draws that repeat.
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs, output: as of `ImageLayer`; the output is of floats
    """

    moves = True  # whether pixels change places, so that masks move along

    def __init__(self, seed: int | None = None, data_format: str | None = None, **kwargs: Any):
        super().__init__(data_format, **kwargs)
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def draw(self, shape: tuple[int, ...]) -> Any:
        """Random numbers for images (batch, height, width, channels)."""
        raise NotImplementedError(f"{type(self).__name__} needs a `draw(shape)`")

    def change(self, images: Any, drawn: Any, nearest: bool) -> Any:
        """Images (batch, height, width, channels) changed by what was drawn; `nearest` as in `ImageLayer`."""
        raise NotImplementedError(f"{type(self).__name__} needs a `change(images, drawn, nearest)`")

    def keep(self, images: Any, nearest: bool) -> Any:
        """The images where nothing is random."""
        return images

    def call(self, inputs, training=True):
        images = inputs["images"] if isinstance(inputs, dict) else inputs
        if images.ndim not in (3, 4):
            raise ShapeError(f"{describe(self)} takes one image, 3 axes, or a batch, 4 axes; got {seen_shape(images)}")
        drawn = self.draw(self._plain(images).shape) if training else None
        self._now = functools.partial(self._changed, training=training, drawn=drawn)
        try:
            return super().call(inputs)
        finally:
            del self._now

    def transform(self, images, nearest=False):
        return self._now(images.astype(self.compute_dtype), nearest)

    def _changed(self, images: Any, nearest: bool, training: bool, drawn: Any) -> Any:
        if nearest and not self.moves:
            return images
        x = self._plain(images)
        x = self.change(x, drawn, nearest) if training else self.keep(x, nearest)
        x = jnp.moveaxis(x, -1, 1) if self.data_format == "channels_first" else x
        return x.astype(self.compute_dtype).reshape(x.shape[4 - images.ndim :])

    def _plain(self, images: Any) -> Any:
        """A batch with channels last."""
        x = images[None] if images.ndim == 3 else images
        return jnp.moveaxis(x, 1, -1) if self.data_format == "channels_first" else x

    def uniform(self, shape: tuple[int, ...], low: float = 0.0, high: float = 1.0) -> Any:
        """Numbers spread evenly from `low` to `high`."""
        return jax.random.uniform(self.seed_generator.next(), shape, minval=low, maxval=high)


def limits(name: str, factor: Any, low: float = -1.0, high: float = 1.0) -> tuple[float, float]:
    """The two ends of a range; one number stands for the range around 0, as far as `low` allows.

    Raises:
        ValueError: it is neither a number nor two, or leaves the range from `low` to `high`.
    """
    pair = tuple(factor) if isinstance(factor, (tuple, list)) else (max(-abs(factor), low), abs(factor))
    if len(pair) != 2 or not all(low <= end <= high for end in pair):
        raise ValueError(f"`{name}` is a number, or the two ends of a range, from {low:g} to {high:g}; got {factor!r}")
    return min(pair), max(pair)


class RandomFlip(Augmentation):
    """Half of the images mirrored.

    Args:
        mode: "horizontal" swaps left and right, "vertical" top and bottom, "horizontal_and_vertical" both at once.
        seed, data_format: as of `Augmentation`.
    """

    def __init__(
        self, mode: str = "horizontal_and_vertical", seed: int | None = None, data_format: str | None = None,
        **kwargs: Any,
    ):  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        self.mode = one_of("mode", mode, FLIPS)

    def draw(self, shape):
        return self.uniform((shape[0], 1, 1, 1)) <= 0.5

    def change(self, images, drawn, nearest):
        axes = {"horizontal": 2, "vertical": 1}
        return jnp.where(drawn, jnp.flip(images, [axes[part] for part in self.mode.split("_and_")]), images)


class RandomCrop(Augmentation):
    """A window cut out anywhere, the same for all images of a batch.

    Not in training, and where images are too small, the largest middle part of the window's proportions is resized.

    Args:
        height, width: of the window.
        seed, data_format: as of `Augmentation`.
    """

    def __init__(
        self, height: int, width: int, seed: int | None = None, data_format: str | None = None,
        name: str | None = None, **kwargs: Any,
    ):  # fmt: skip
        super().__init__(seed, data_format, name=name, **kwargs)
        self.height = positive_int("height", height)
        self.width = positive_int("width", width)

    def draw(self, shape):
        spare = shape[1] - self.height, shape[2] - self.width
        if min(spare) < 0:
            return None
        return [self.uniform((), 0.0, float(room + 1)).astype(jnp.int32) for room in spare]

    def change(self, images, drawn, nearest):
        if drawn is None:
            return self.keep(images, nearest)
        sizes = (images.shape[0], self.height, self.width, images.shape[3])
        return jax.lax.dynamic_slice(images, (0, *drawn, 0), sizes)

    def keep(self, images, nearest):
        interpolation = "nearest" if nearest else "bilinear"
        return image.resize(images, (self.height, self.width), interpolation, crop_to_aspect_ratio=True,
                            data_format="channels_last")  # fmt: skip


class RandomMove(Augmentation):
    """What layers share that look every pixel up at another place of the image.

    Args:
        fill_mode: what lies outside: "reflect", "wrap", "nearest", or "constant" for `fill_value`.
        interpolation: "bilinear" or "nearest".
        seed, data_format: as of `Augmentation`.
    """

    def __init__(
        self, fill_mode: str = "reflect", interpolation: str = "bilinear", seed: int | None = None,
        fill_value: float = 0.0, data_format: str | None = None, **kwargs: Any,
    ):  # fmt: skip
        super().__init__(seed, data_format, **kwargs)
        self.fill_mode = one_of("fill_mode", fill_mode, FILLS)
        self.interpolation = one_of("interpolation", interpolation, INTERPOLATIONS)
        self.fill_value = fill_value

    def numbers(self, drawn: Any, height: int, width: int) -> list[Any]:
        """a0, a1, a2, b0, b1, b2 of `ops.image.affine_transform`, each (batch,) or a number."""
        raise NotImplementedError(f"{type(self).__name__} needs `numbers(drawn, height, width)`")

    def change(self, images, drawn, nearest):
        batch, height, width = images.shape[:3]
        numbers = [jnp.broadcast_to(x, batch) for x in (*self.numbers(drawn, height, width), 0.0, 0.0)]
        return image.affine_transform(
            images.astype(jnp.promote_types(images.dtype, "float32")),  # 16 bits are too few for places
            jnp.stack(numbers, -1),
            interpolation="nearest" if nearest else self.interpolation,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format="channels_last",
        )


class RandomRotation(RandomMove):
    """Images turned around their middle.

    Args:
        factor: share of a whole turn, counterclockwise: a range (low, high), or a number for one to both sides.
        fill_mode, interpolation, seed, fill_value, data_format: as of `RandomMove`.
    """

    def __init__(
        self, factor: Any, fill_mode: str = "reflect", interpolation: str = "bilinear", seed: int | None = None,
        fill_value: float = 0.0, data_format: str | None = None, **kwargs: Any,
    ):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.factor = limits("factor", factor)

    def draw(self, shape):
        low, high = self.factor
        return self.uniform((shape[0],), low * 360, high * 360) * (math.pi / 180)

    def numbers(self, drawn, height, width):
        cos, sin = jnp.cos(drawn), jnp.sin(drawn)
        x, y = (width - 1) / 2, (height - 1) / 2
        return [cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos]


class RandomTranslation(RandomMove):
    """Images moved.

    Args:
        height_factor, width_factor: shares of the height downwards, and of the width to the right: a range (low, high),
            or a number for one to both sides.
        fill_mode, interpolation, seed, fill_value, data_format: as of `RandomMove`.
    """

    def __init__(
        self, height_factor: Any, width_factor: Any, fill_mode: str = "reflect", interpolation: str = "bilinear",
        seed: int | None = None, fill_value: float = 0.0, data_format: str | None = None, **kwargs: Any,
    ):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._ranges = limits("height_factor", height_factor), limits("width_factor", width_factor)

    def draw(self, shape):
        return [
            self.uniform((shape[0], 1), *ends)[:, 0] * size for ends, size in zip(self._ranges, shape[1:3], strict=True)
        ]

    def numbers(self, drawn, height, width):
        down, right = drawn
        return [1.0, 0.0, -right, 0.0, 1.0, -down]


class RandomZoom(RandomMove):
    """Images larger or smaller, around their middle.

    Args:
        height_factor: by how much the height of what is seen grows: 0.2 shows a fifth more, -0.2 a fifth less. A range
            (low, high), or a number for one to both sides.
        width_factor: the same of the width; None is what was drawn for the height, and keeps the proportions.
        fill_mode, interpolation, seed, fill_value, data_format: as of `RandomMove`.
    """

    def __init__(
        self, height_factor: Any, width_factor: Any = None, fill_mode: str = "reflect",
        interpolation: str = "bilinear", seed: int | None = None, fill_value: float = 0.0,
        data_format: str | None = None, **kwargs: Any,
    ):  # fmt: skip
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._ranges = [limits("height_factor", height_factor)]
        if width_factor is not None:
            self._ranges.append(limits("width_factor", width_factor))
        if any(low <= -1 for low, _ in self._ranges):
            raise ValueError(f"{describe(self)}: a factor of -1 leaves nothing of an image")

    def draw(self, shape):
        drawn = [self.uniform((shape[0], 1), 1 + low, 1 + high)[:, 0] for low, high in self._ranges]
        return drawn[0], drawn[-1]

    def numbers(self, drawn, height, width):
        tall, wide = drawn
        return [wide, 0.0, (width - 1) / 2 * (1 - wide), 0.0, tall, (height - 1) / 2 * (1 - tall)]


class RandomBrightness(Augmentation):
    """Images brighter or darker.

    Args:
        factor: share of the span of `value_range` that is added: a range (low, high), or a number for one to both
            sides.
        value_range: the smallest and the largest value of a pixel; what leaves it is cut off.
        seed: as of `Augmentation`.
    """

    moves = False

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any):
        super().__init__(seed, **kwargs)
        self.factor = limits("factor", factor)
        self.value_range = _value_range(value_range)

    def draw(self, shape):
        return self.uniform((shape[0], 1, 1, 1), *self.factor)

    def change(self, images, drawn, nearest):
        low, high = self.value_range
        return jnp.clip(images + (drawn * (high - low)).astype(images.dtype), low, high)


class RandomContrast(Augmentation):
    """Images with more or less contrast: `(x - mean) * (1 + factor) + mean`, the mean of each channel of each image.

    Args:
        factor: (lower, upper), drawn from `-lower` to `upper`; a number is both.
        value_range: the smallest and the largest value of a pixel; what leaves it is cut off.
        seed: as of `Augmentation`.
    """

    moves = False

    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any):
        super().__init__(seed, **kwargs)
        pair = tuple(factor) if isinstance(factor, (tuple, list)) else (factor, factor)
        limits("factor", pair, 0.0)
        self.factor = pair
        self.value_range = _value_range(value_range)

    def draw(self, shape):
        lower, upper = self.factor
        return self.uniform((shape[0], 1, 1, 1), 1 - lower, 1 + upper)

    def change(self, images, drawn, nearest):
        mean = images.mean((1, 2), keepdims=True)
        return jnp.clip((images - mean) * drawn.astype(images.dtype) + mean, *self.value_range)


def _value_range(value_range: Any) -> tuple[float, float]:
    if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
        raise ValueError(f"`value_range` is the smallest and the largest value of a pixel, not {value_range!r}")
    low, high = sorted(value_range)
    return low, high
