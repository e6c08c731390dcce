"""Layers that act in training only, or only on the loss."""

from typing import Any

import jax
import jax.numpy as jnp

from ..engine.errors import ShapeError, format_shape
from ..engine.layer import Layer
from ..engine.randomness import SeedGenerator
from .arguments import describe, positive_int, seen_shape


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
        if not 0 <= rate <= 1:
            raise ValueError(f"`rate` must be a number from 0 to 1, not {rate!r}")
        self.rate = float(rate)
        self.noise_shape = None if noise_shape is None else _noise_shape(noise_shape)
        self.seed = seed
        if self.rate > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        if self.rate == 1:
            return jnp.zeros_like(inputs)
        keep = 1.0 - self.rate
        kept = jax.random.bernoulli(self.seed_generator.next(), keep, self._drawn_shape(inputs))
        return jnp.where(kept, inputs / keep, jnp.zeros((), inputs.dtype))

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
