"""Activations with weights, and others, that later releases dropped."""

from typing import Any

import jax
import jax.numpy as jnp

from ...engine.layer import Layer
from ...layers.activation import PReLU


class ThresholdedReLU(Layer):
    """`x` above `theta`, 0 below.

    Reference: Konda et al. 2015, arXiv:1402.3337.
    """

    def __init__(self, theta: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        if theta is None or theta < 0:
            raise ValueError(f"`theta` must be a number of at least 0, not {theta!r}")
        self.supports_masking = True
        self.theta = float(theta)

    def call(self, inputs):
        return jnp.where(inputs > self.theta, inputs, jnp.zeros((), inputs.dtype))


class PerFeature(PReLU):
    """An activation with one number for each feature of each of its weights; `shared_axes` as PReLU's."""

    not_in_config = ("alpha_initializer", "alpha_regularizer", "alpha_constraint")
    named: tuple[str, ...]  # the weights, in order

    def initializers(self) -> tuple[Any, ...]:
        """One for each of the weights."""
        raise NotImplementedError

    def build(self, input_shape):
        shape = tuple(1 if axis in (self.shared_axes or ()) else size for axis, size in enumerate(input_shape))[1:]
        for name, initializer in zip(self.named, self.initializers(), strict=True):
            setattr(self, name, self.add_weight(name=name, shape=shape, initializer=initializer))


class ParametricSoftplus(PerFeature):
    """`alpha * log(1 + exp(beta * x))`, with learned alphas and betas.

    Args:
        alpha_init, beta_init: what they begin as.
        shared_axes: axes along which they are one number.

    Weights:
        alphas, betas: the shape of one sample, 1 along `shared_axes`

    Reference: McIntosh et al. 2016, arXiv:1702.01825, "PSP".
    """

    named = ("alphas", "betas")

    def __init__(self, alpha_init: float = 0.2, beta_init: float = 5.0, shared_axes: Any = None, **kwargs: Any):
        super().__init__(shared_axes=shared_axes, **kwargs)
        self.alpha_init, self.beta_init = alpha_init, beta_init

    def initializers(self):
        return _constant(self.alpha_init), _constant(self.beta_init)

    def call(self, inputs):
        return jax.nn.softplus(self.betas.value * inputs) * self.alphas.value


def _constant(value: float) -> Any:
    return lambda shape, dtype: jnp.full(shape, value, dtype)


class SReLU(PerFeature):
    """Three straight lines, with learned ends `t` and slopes `a` to the left and the right.

    Args:
        t_left_init, a_left_init, t_right_init, a_right_init: initializers.
        shared_axes: axes along which the weights are one number.

    Weights:
        t_left, a_left, t_right, a_right: the shape of one sample, 1 along `shared_axes`. The right end is at
            `t_left + |t_right|`

    Reference: Jin et al. 2016, arXiv:1512.07030; to the right of the right end it is `a_right * (x - end)`, added to
    the end, as in Keras 1.
    """

    named = ("t_left", "a_left", "t_right", "a_right")

    def __init__(
        self,
        t_left_init: Any = "zeros",
        a_left_init: Any = "glorot_uniform",
        t_right_init: Any = "glorot_uniform",
        a_right_init: Any = "ones",
        shared_axes: Any = None,
        **kwargs: Any,
    ):
        super().__init__(shared_axes=shared_axes, **kwargs)
        self.t_left_init, self.a_left_init = t_left_init, a_left_init
        self.t_right_init, self.a_right_init = t_right_init, a_right_init

    def initializers(self):
        return self.t_left_init, self.a_left_init, self.t_right_init, self.a_right_init

    def call(self, inputs):
        left = self.t_left.value
        right = left + jnp.abs(self.t_right.value)
        inner = inputs - left
        inner = jnp.where(inner > 0, inner, self.a_left.value * inner)
        return left + jnp.minimum(inner, right - left) + jnp.maximum(inputs - right, 0) * self.a_right.value
