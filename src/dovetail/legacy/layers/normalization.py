"""Batch normalization with the modes of Keras 1, and with what each release kept of a batch's variance."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ... import layers as today
from ...engine.variable import Stateful, Variable
from ...layers.arguments import one_of
from ...ops.kernels.batch_norm import batch_norm_train
from ..releases import Release


class Averages(Stateful):
    """The sums behind zero-debiased averages, which no file holds: variables, but no weights."""

    def __init__(self, channels: int):
        self.mean, self.variance = (Variable(jnp.zeros(channels), trainable=False, name=f"biased_{name}")
                                    for name in ("mean", "variance"))  # fmt: skip
        self.steps = Variable(jnp.zeros(()), trainable=False, name="steps")
        self.variables = [self.mean, self.variance, self.steps]


class BatchNormalization(today.BatchNormalization):
    """As today's, with Keras 1's `mode` and each release's moving variance.

    Args:
        mode: 0, as today's; 1 for each sample by itself, over the last axis; 2 for the batch's own moments outside of
            training, too, so that the moving averages stay as they are.

    The other arguments are those of today's. All modes have the same weights.
    """

    release: ClassVar[Release]

    def __init__(self, *args: Any, mode: int = 0, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.mode = int(one_of("mode", mode, ("0", "1", "2")))
        self._averages: Averages | None = None

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.release.dialect > 1 and config.get("mode") == 0:  # only Keras 1 knows it
            del config["mode"]
        return config

    def build(self, input_shape):
        super().build(input_shape)
        if self.release.zero_debias:
            self._averages = Averages(self.moving_mean.shape[0])

    def call(self, inputs, training=None, mask=None):
        if self.mode == 1:
            return self._of_samples(inputs)
        if self.mode == 2 and not training:
            return self._of_batch(inputs)
        by_batch = training and (self.trainable or not self.release.frozen_means_inference)
        if not by_batch or self.renorm:
            return super().call(inputs, training=training)  # masks are not read before Keras 3
        narrow = jnp.moveaxis(inputs, self.axis, -1)
        gamma, beta = (None if weight is None else weight.value for weight in (self.gamma, self.beta))
        y, mean, variance = batch_norm_train(narrow, gamma, beta, self.epsilon)
        if self.mode == 0 and (self.trainable or self.release.dialect == 1):
            count = inputs.size // inputs.shape[self.axis]
            variance = kept_variance(self.release, variance, count, inputs.ndim == 4, self.epsilon)
            self._update_moments(mean, variance)
        return jnp.moveaxis(y, -1, self.axis).astype(self.compute_dtype)

    def _of_samples(self, x: Any) -> Any:
        """Keras 1 added epsilon to the variance, and to its root."""
        mean, deviation = x.mean(-1, keepdims=True), jnp.sqrt(x.var(-1, keepdims=True) + self.epsilon)
        y = (x - mean) / (deviation + self.epsilon)
        return y * self._shaped(x, self.gamma, 1) + self._shaped(x, self.beta, 0)

    def _of_batch(self, x: Any) -> Any:
        axes = tuple(axis for axis in range(x.ndim) if axis != self.axis % x.ndim)
        mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        y = (x - mean) * jax.lax.rsqrt(variance + self.epsilon)
        return y * self._shaped(x, self.gamma, 1) + self._shaped(x, self.beta, 0)

    def _shaped(self, x: Any, weight: Any, default: float) -> Any:
        if weight is None:
            return default
        axis = -1 if self.mode == 1 else self.axis
        return weight.value.reshape([-1 if index == axis % x.ndim else 1 for index in range(x.ndim)])

    def _update_moments(self, mean, variance):
        if self._averages is None:
            return super()._update_moments(mean, variance)
        steps = self._averages.steps.assign_add(1)
        for moving, biased, value in (
            (self.moving_mean, self._averages.mean, mean),
            (self.moving_variance, self._averages.variance, variance),
        ):
            sums = biased.assign(self.momentum * biased.value + (1 - self.momentum) * value)
            moving.assign(sums / (1 - self.momentum**steps))


def kept_variance(release: Release, variance: Any, count: int, is_image: bool, epsilon: float) -> Any:
    """What enters the moving average for a batch's biased variance.

    Args:
        count: values for each channel.
        is_image: whether the input has four axes: TensorFlow's fused operation took those.

    Reference: recorded runs, `tests/golden/data/README.md`, section 6.5.
    """
    if release.dialect == 3:
        return variance
    theano = release.backend == "theano"
    if theano:
        variance = variance + epsilon
    elif release.dialect == 2 and is_image:
        variance = variance * (count / max(count - 1, 1))
    if release.dialect == 2 and not release.is_tensorflow:
        variance = variance * (count / (count - 1 - epsilon))
    return variance
