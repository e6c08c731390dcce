"""Normalization over the batch, and over the features of one sample."""

from typing import Any

import jax
import jax.numpy as jnp

from .. import constraints, initializers, regularizers
from ..engine.errors import ShapeError, did_you_mean, format_shape
from ..engine.layer import Layer
from ..engine.settings import epsilon as default_epsilon
from ..ops.kernels import batch_norm
from .arguments import describe, seen_shape


class BatchNormalization(Layer):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta` for each channel.

    In training, mean and variance are the batch's, and moving averages of them are kept:
    `moving = momentum * moving + (1 - momentum) * batch`. Otherwise, and in a frozen layer, they
    are the moving ones.

    Args:
        axis: the channels' axis.
        momentum: of the moving averages.
        epsilon: keeps the division away from zero.
        center, scale: whether there is a `beta`, and a `gamma`.
        renorm: correct the batch's moments towards the moving ones (batch renormalization).
        renorm_clipping: limits "rmin", "rmax", "dmax" of the correction; None for no limits.
        renorm_momentum: of the averages that the correction uses.
        synchronized: accepted as in Keras. A compiled step sees the whole batch, on however many
            devices it lies.

    Shapes:
        inputs, output: (batch, ..., channels)
        mask: the inputs' shape without its last axis; what is masked does not count in the moments

    Weights:
        gamma, beta, moving_mean, moving_variance: (channels,)
        moving_stddev, renorm_mean, renorm_stddev: (channels,), with `renorm`

    Raises:
        ShapeError: the number of channels is unknown at build; the mask does not fit.

    Reference:
        Ioffe & Szegedy 2015, arXiv:1502.03167; for `renorm` Ioffe 2017, arXiv:1702.03275.
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: dict[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        # Keras 2 saved a list of one
        self.axis = int(axis[0] if isinstance(axis, (list, tuple)) and len(axis) == 1 else axis)
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.renorm = renorm
        self.renorm_clipping = _checked_clipping(renorm_clipping)
        self.renorm_momentum = float(renorm_momentum)
        self.synchronized = synchronized

    def build(self, input_shape):
        channels = size_at(self, input_shape, self.axis)
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma",
                shape=(channels,),
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                autocast=False,
            )
        if self.center:
            self.beta = self.add_weight(
                name="beta",
                shape=(channels,),
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                autocast=False,
            )

        def statistic(name, initializer):
            return self.add_weight((channels,), initializer, name=name, trainable=False, autocast=False)

        self.moving_mean = statistic("moving_mean", self.moving_mean_initializer)
        self.moving_variance = statistic("moving_variance", self.moving_variance_initializer)
        if self.renorm:

            def stddev(shape, dtype):
                return jnp.sqrt(self.moving_variance.value)

            self.moving_stddev = statistic("moving_stddev", stddev)
            self.renorm_mean = statistic("renorm_mean", self.moving_mean_initializer)
            self.renorm_stddev = statistic("renorm_stddev", stddev)

    def call(self, inputs, training=None, mask=None):
        check_size(self, inputs, self.axis, self.moving_mean.shape[0])
        narrow = jnp.moveaxis(inputs, self.axis, -1)
        x = narrow.astype(jnp.promote_types(inputs.dtype, jnp.float32))  # 16 bits are too coarse
        gamma = self.gamma.value if self.gamma is not None else jnp.ones(x.shape[-1:], x.dtype)
        beta = self.beta.value if self.beta is not None else jnp.zeros(x.shape[-1:], x.dtype)
        if not (training and self.trainable):
            y = self._normalized(x, self.moving_mean.value, self.moving_variance.value, gamma, beta)
        elif mask is None and not self.renorm:
            y, mean, variance = batch_norm.batch_norm_train(narrow, gamma, beta, self.epsilon)
            self._update_moments(mean, variance)
        else:
            mean, variance = _moments(x) if mask is None else self._masked_moments(x, mask)
            if self.renorm:
                gamma, beta = self._renormalized(mean, variance, gamma, beta)
                self._update_renorm(mean, variance)
            else:
                self._update_moments(mean, variance)
            y = self._normalized(x, mean, variance, gamma, beta)
        return jnp.moveaxis(y, -1, self.axis).astype(self.compute_dtype)

    def _normalized(self, x, mean, variance, gamma, beta):
        factor = gamma * jax.lax.rsqrt(variance + self.epsilon)
        return x * factor + (beta - mean * factor)

    def _update_moments(self, mean, variance):
        _move(self.moving_mean, mean, self.momentum)
        _move(self.moving_variance, variance, self.momentum)

    def _masked_moments(self, x, mask):
        if mask.shape != x.shape[:-1]:
            raise ShapeError(
                f"{describe(self)} needs a mask of the inputs' shape without the last axis; "
                f"it got {seen_shape(mask)} for {seen_shape(x)}"
            )
        kept = mask.astype(bool)[..., None]
        axes = tuple(range(x.ndim - 1))
        count = jnp.sum(kept, axes, dtype=x.dtype) + default_epsilon()
        mean = jnp.sum(jnp.where(kept, x, 0), axes) / count
        variance = jnp.sum(jnp.where(kept, jnp.square(x - mean), 0), axes) / count
        return mean, variance

    def _renormalized(self, mean, variance, gamma, beta):
        """gamma and beta with the correction (r, d) of the paper's algorithm 1 in them."""
        smallest = self.epsilon**0.5
        stddev = jnp.maximum(self.renorm_stddev.value, smallest)
        r = jnp.sqrt(variance + self.epsilon) / stddev
        d = (mean - self.renorm_mean.value) / stddev
        limits = self.renorm_clipping or {}
        r = jnp.clip(r, limits.get("rmin"), limits.get("rmax"))
        if limits.get("dmax") is not None:
            d = jnp.clip(d, -limits["dmax"], limits["dmax"])
        r, d = jax.lax.stop_gradient((r, d))
        return r * gamma, d * gamma + beta

    def _update_renorm(self, mean, variance):
        stddev = jnp.sqrt(variance + self.epsilon)
        _move(self.renorm_mean, mean, self.renorm_momentum)
        _move(self.renorm_stddev, stddev, self.renorm_momentum)
        _move(self.moving_mean, mean, self.momentum)
        moved = _move(self.moving_stddev, stddev, self.momentum)
        self.moving_variance.assign(jax.nn.relu(jnp.square(moved) - self.epsilon))


class LayerNormalization(Layer):
    """`gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with each sample's own moments.

    Args:
        axis: one or several, over which the moments are taken and gamma and beta are learned.
        epsilon: keeps the division away from zero.
        center, scale: whether there is a `beta`, and a `gamma`.

    Shapes:
        inputs, output: (batch, ...)

    Weights:
        gamma, beta: the sizes of `axis`

    Raises:
        ShapeError: a size on `axis` is unknown at build.

    Reference:
        Ba et al. 2016, arXiv:1607.06450.
    """

    def __init__(
        self,
        axis: Any = -1,
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
        if kwargs.pop("rms_scaling", False):  # in configurations of Keras 3, where it divides by the variance
            raise NotImplementedError("LayerNormalization(rms_scaling=True) is not supported: use RMSNormalization.")
        super().__init__(**kwargs)
        self.supports_masking = True
        self.autocast = False  # 16-bit layers compute this in 32 bits, from the inputs as they come
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else int(axis)
        self.epsilon = float(epsilon)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    @property
    def _axes(self):
        return [self.axis] if isinstance(self.axis, int) else sorted(self.axis)

    def build(self, input_shape):
        shape = tuple(size_at(self, input_shape, axis) for axis in self._axes)
        self._sizes = {axis % len(input_shape): input_shape[axis] for axis in self._axes}
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma",
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                autocast=False,
            )
        if self.center:
            self.beta = self.add_weight(
                name="beta",
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                autocast=False,
            )

    def call(self, inputs):
        axes = tuple(axis % inputs.ndim for axis in self._axes)
        for axis, size in self._sizes.items():
            check_size(self, inputs, axis, size)
        x = inputs.astype(jnp.promote_types(inputs.dtype, jnp.float32))
        mean = jnp.mean(x, axes, keepdims=True)
        variance = jnp.var(x, axes, keepdims=True)
        x = (x - mean) * jax.lax.rsqrt(variance + self.epsilon)
        broadcast = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
        if self.gamma is not None:
            x = x * self.gamma.value.reshape(broadcast)
        if self.beta is not None:
            x = x + self.beta.value.reshape(broadcast)
        return x.astype(self.compute_dtype)


def size_at(layer: Layer, shape: tuple, axis: int) -> int:
    if not -len(shape) <= axis < len(shape):
        raise ShapeError(f"{describe(layer)} has axis={axis}; its input {format_shape(shape)} has {len(shape)} axes")
    if shape[axis] is None:
        raise ShapeError(
            f"{describe(layer)} learns one weight for each place on axis {axis}, which is open in "
            f"{format_shape(shape)}. Give the input a size there, or choose another `axis`."
        )
    return shape[axis]


def check_size(layer: Layer, x: Any, axis: int, size: int) -> None:
    if not -x.ndim <= axis < x.ndim or x.shape[axis] != size:
        raise ShapeError(f"{describe(layer)} was built for {size} on axis {axis}; it got {seen_shape(x)}")


def _moments(x: Any) -> tuple[Any, Any]:
    axes = tuple(range(x.ndim - 1))
    return jnp.mean(x, axes), jnp.var(x, axes)


def _move(average: Any, value: Any, momentum: float) -> Any:
    return average.assign(average.value * momentum + value * (1.0 - momentum))


def _checked_clipping(clipping: dict[str, float] | None) -> dict[str, float] | None:
    if clipping is None:
        return None
    known = ("rmin", "rmax", "dmax")
    for name in clipping:
        if name not in known:
            raise ValueError(f"`renorm_clipping` has no {name!r}{did_you_mean(name, known)}; it takes {known}")
    low, high, shift = (clipping.get(name) for name in known)
    if (low is not None and high is not None and high < low) or (shift is not None and shift < 0):
        raise ValueError(f"`renorm_clipping` needs rmin <= rmax and dmax >= 0; got {clipping}")
    return dict(clipping)
