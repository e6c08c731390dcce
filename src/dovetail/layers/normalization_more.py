"""Normalization by groups, by the root mean square, to unit length, and of a layer's weights."""

from typing import Any

import jax
import jax.numpy as jnp

from .. import constraints, initializers, regularizers
from ..engine.errors import ShapeError
from ..engine.layer import Layer
from .arguments import describe, positive_int
from .normalization import check_size, size_at
from .wrappers import Wrapper


class GroupNormalization(Layer):
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta`, over each group of channels of each sample.

    Args:
        groups: how many, a divisor of the channels; -1 for as many as there are channels.
        axis: of the channels.
        center, scale: whether to learn beta, and gamma.

    Weights:
        gamma, beta: (channels,)

    Raises:
        ShapeError: the groups do not divide the channels, or their number is unknown.

    Reference: Wu & He 2018, arXiv:1803.08494.
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.groups = groups if groups == -1 else positive_int("groups", groups)
        self.axis = int(axis)
        self.epsilon = float(epsilon)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape):
        channels = size_at(self, tuple(input_shape), self.axis)
        self.groups = channels if self.groups == -1 else self.groups
        if channels % self.groups:
            raise ShapeError(f"{describe(self)}: {self.groups} groups do not divide {channels} channels")
        self._channels = channels
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma",
                shape=(channels,),
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
            )
        if self.center:
            self.beta = self.add_weight(
                name="beta",
                shape=(channels,),
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
            )

    def call(self, inputs):
        axis = self.axis % inputs.ndim
        check_size(self, inputs, axis, self._channels)
        x = jnp.moveaxis(inputs, axis, -1).astype(jnp.promote_types(inputs.dtype, jnp.float32))
        grouped = x.reshape(*x.shape[:-1], self.groups, self._channels // self.groups)
        over = (*range(1, grouped.ndim - 2), grouped.ndim - 1)
        mean = jnp.mean(grouped, over, keepdims=True)
        variance = jnp.var(grouped, over, keepdims=True)
        x = ((grouped - mean) * jax.lax.rsqrt(variance + self.epsilon)).reshape(x.shape)
        if self.gamma is not None:
            x = x * self.gamma.value.astype(x.dtype)
        if self.beta is not None:
            x = x + self.beta.value.astype(x.dtype)
        return jnp.moveaxis(x, -1, axis).astype(self.compute_dtype)


class RMSNormalization(Layer):
    """`x / sqrt(mean(x^2) + epsilon) * scale` over `axis`.

    Args:
        axis: one, or several.

    Weights:
        scale: the sizes of `axis`

    Reference: Zhang & Sennrich 2019, arXiv:1910.07467.
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else int(axis)
        self.epsilon = float(epsilon)

    @property
    def _axes(self) -> list[int]:
        return [self.axis] if isinstance(self.axis, int) else self.axis

    def build(self, input_shape):
        shape = tuple(size_at(self, tuple(input_shape), axis) for axis in self._axes)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, inputs):
        axes = tuple(axis % inputs.ndim for axis in self._axes)
        for axis, size in zip(axes, self.scale.shape, strict=True):
            check_size(self, inputs, axis, size)
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        x = x * jax.lax.rsqrt(jnp.mean(jnp.square(x), axes, keepdims=True) + self.epsilon)
        shape = [inputs.shape[axis] if axis in axes else 1 for axis in range(inputs.ndim)]
        return (x * self.scale.value.astype(x.dtype).reshape(shape)).astype(inputs.dtype)


class UnitNormalization(Layer):
    """`x / sqrt(sum(x^2))` over `axis`: vectors of length 1.

    Args:
        axis: one, or several.
    """

    def __init__(self, axis: Any = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else int(axis)

    def call(self, inputs):
        axes = tuple(self.axis) if isinstance(self.axis, list) else self.axis
        return inputs * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(inputs), axes, keepdims=True), 1e-24))


class SpectralNormalization(Wrapper):
    """A layer whose kernel is divided by its largest singular value in every training step.

    Args:
        layer: has a `kernel`, or `embeddings`.
        power_iterations: steps of the power method, each time.

    Weights:
        those of the layer, and vector_u: (1, output channels)

    Reference: Miyato et al. 2018, arXiv:1802.05957.
    """

    def __init__(self, layer: Any, power_iterations: int = 1, **kwargs: Any):
        super().__init__(layer, **kwargs)
        self.power_iterations = positive_int("power_iterations", power_iterations)

    def build(self, input_shape):
        super().build(input_shape)
        for name in ("kernel", "embeddings"):
            if hasattr(self.layer, name):
                self.kernel = getattr(self.layer, name)
                break
        else:
            raise ValueError(f"{describe(self)}: {describe(self.layer)} has neither `kernel` nor `embeddings`")
        if getattr(self.layer, "lora_enabled", False):
            raise ValueError(f"{describe(self)}: the kernel of {describe(self.layer)} is frozen by LoRA")
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
        )

    def call(self, inputs, training=False):
        if training:
            kernel, u = self._normalized()
            self.kernel.assign(kernel)
            self.vector_u.assign(u)
        return self.layer(inputs)

    def _normalized(self) -> tuple[Any, Any]:
        kernel = self.kernel.value.astype(jnp.float32)
        rows = kernel.reshape(-1, kernel.shape[-1])
        u = self.vector_u.value.astype(jnp.float32)
        v = u @ rows.T
        for _ in range(self.power_iterations):
            v = _unit(u @ rows.T)
            u = _unit(v @ rows)
        u, v = jax.lax.stop_gradient(u), jax.lax.stop_gradient(v)
        sigma = v @ rows @ u.T
        return kernel / sigma[0, 0], u


def _unit(x: Any) -> Any:
    return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(x)), 1e-12))
