"""Layers that act in training only, or only on the loss."""

from typing import Any

import jax
import jax.numpy as jnp

from ..engine.errors import ShapeError, format_shape
from ..engine.layer import Layer
from ..engine.randomness import SeedGenerator
from ..engine.settings import standardize_data_format
from .arguments import check_axes, describe, positive_int, seen_shape, share
from .data_format import image_axes


def drop(x: Any, rate: float, seed_generator: SeedGenerator, shape: Any = None) -> Any:
    """`x` with a share of its values 0 and the others divided by `1 - rate`; `shape` of the draw is that of `x`."""
    if rate == 1:
        return jnp.zeros_like(x)
    kept = jax.random.bernoulli(seed_generator.next(), 1.0 - rate, x.shape if shape is None else shape)
    return jnp.where(kept, x / (1.0 - rate), jnp.zeros((), x.dtype))


class Dropout(Layer):
    """In training sets values to 0 with probability `rate`, and divides the others by `1 - rate`.

    Args:
        rate: a number from 0 to 1.
        noise_shape: shape of the draw, None for an axis of the inputs' own size and 1 for one draw
            along it: `(None, 1, None)` drops the same features in all steps.
            None draws for each value.
        seed: an integer, for draws that repeat.

    Shapes:
        inputs, output: (batch, ...)

    Raises:
        ShapeError: `noise_shape` does not broadcast to the inputs.

    Reference:
        Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.rate = share("rate", rate)
        self.noise_shape = None if noise_shape is None else _noise_shape(noise_shape)
        self.seed = seed
        if self.rate > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        return drop(inputs, self.rate, self.seed_generator, self._drawn_shape(inputs))

    def _drawn_shape(self, inputs):
        if self.noise_shape is None:
            return inputs.shape
        if len(self.noise_shape) == inputs.ndim:
            pairs = list(zip(self.noise_shape, inputs.shape, strict=True))
            if all(size in (None, 1, full) for size, full in pairs):
                return tuple(full if size is None else size for size, full in pairs)
        raise ShapeError(
            f"{describe(self)}: noise_shape={format_shape(self.noise_shape)} "
            f"does not broadcast to the inputs {seen_shape(inputs)}"
        )


class ActivityRegularization(Layer):
    """Adds `l1 * sum(|x|) + l2 * sum(x**2)` to the loss, and gives back its inputs.

    Args:
        l1, l2: the factors.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.l1 = float(l1)
        self.l2 = float(l2)

    def call(self, inputs):
        self.add_loss(self.l1 * jnp.sum(jnp.abs(inputs)) + self.l2 * jnp.sum(jnp.square(inputs)))
        return inputs


def _noise_shape(shape: Any) -> tuple[int | None, ...]:
    if isinstance(shape, str) or not hasattr(shape, "__iter__"):
        raise ValueError(f"`noise_shape` must be a tuple of integers and None, not {shape!r}")
    return tuple(None if size is None else positive_int("noise_shape", size) for size in shape)


class SpatialDropout(Dropout):
    """Dropout of whole channels, which neighbours do not give away. Reference: Tompson et al. 2015, arXiv:1411.4280.

    Args:
        rate: share of the channels that are dropped.
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs, output: (batch, *spatial, channels)
    """

    rank: int
    not_in_config = ("noise_shape",)

    def __init__(self, rate: float, data_format: str | None = None, seed: int | None = None, **kwargs: Any):
        super().__init__(rate, seed=seed, **kwargs)
        self.data_format = standardize_data_format(data_format)

    def get_config(self):
        config = super().get_config()
        if config["trainable"]:  # Keras's constructors have no such argument
            del config["trainable"]
        return config

    def _drawn_shape(self, inputs):
        names = image_axes(self.rank, self.data_format)
        check_axes(self, inputs, *names)
        return tuple(
            size if name in ("batch", "channels") else 1 for size, name in zip(inputs.shape, names, strict=True)
        )


class SpatialDropout1D(SpatialDropout):
    """Dropout of whole features of a sequence (batch, steps, features)."""

    rank = 1
    not_in_config = ("noise_shape", "data_format")

    def __init__(self, rate: float, seed: int | None = None, name: str | None = None, dtype: Any = None, **kwargs: Any):
        super().__init__(rate, "channels_last", seed, name=name, dtype=dtype, **kwargs)


class SpatialDropout2D(SpatialDropout):
    """Dropout of whole channels of an image (batch, height, width, channels); arguments as `SpatialDropout`."""

    rank = 2

    def __init__(
        self, rate: float, data_format: str | None = None, seed: int | None = None, name: str | None = None,
        dtype: Any = None, **kwargs: Any,
    ):  # fmt: skip
        super().__init__(rate, data_format, seed, name=name, dtype=dtype, **kwargs)


class SpatialDropout3D(SpatialDropout):
    """Dropout of whole channels of a volume; arguments as `SpatialDropout`."""

    rank = 3

    def __init__(
        self, rate: float, data_format: str | None = None, seed: int | None = None, name: str | None = None,
        dtype: Any = None, **kwargs: Any,
    ):  # fmt: skip
        super().__init__(rate, data_format, seed, name=name, dtype=dtype, **kwargs)


class GaussianNoise(Layer):
    """In training adds normal noise of mean 0.

    Args:
        stddev: standard deviation of the noise, at least 0.
        seed: an integer, for draws that repeat.
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        if not stddev >= 0:
            raise ValueError(f"`stddev` must be at least 0, not {stddev!r}")
        self.stddev = float(stddev)
        self.seed = seed
        self.supports_masking = True
        if self.stddev > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training or not self.stddev:
            return inputs
        noise = jax.random.normal(self.seed_generator.next(), inputs.shape, inputs.dtype)
        return inputs + self.stddev * noise


class GaussianDropout(Layer):
    """In training multiplies by normal noise of mean 1 and standard deviation `sqrt(rate / (1 - rate))`.

    Args:
        rate: a number from 0 to below 1, as of Dropout.
        seed: an integer, for draws that repeat.

    Reference: Srivastava et al. 2014, section 10.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must be a number from 0 to below 1, not {rate!r}")
        self.rate = float(rate)
        self.seed = seed
        self.supports_masking = True
        if self.rate > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training or not self.rate:
            return inputs
        spread = (self.rate / (1 - self.rate)) ** 0.5
        noise = jax.random.normal(self.seed_generator.next(), inputs.shape, inputs.dtype)
        return inputs * (1 + spread * noise)


class AlphaDropout(Dropout):
    """Dropout for selu networks: keeps the mean and the variance of the inputs.

    Args:
        rate: a number from 0 to 1.
        noise_shape: shape of the draw, as in `Dropout`.

    Reference: Klambauer et al. 2017, arXiv:1706.02515.
    """

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        lowest = -1.7580993408473766  # what selu tends to for very negative inputs
        kept = jax.random.uniform(self.seed_generator.next(), self._drawn_shape(inputs)) >= self.rate
        scale = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5 if self.rate < 1 else 0.0
        shift = -scale * lowest * self.rate
        return jnp.where(kept, inputs, jnp.asarray(lowest, inputs.dtype)) * scale + shift
