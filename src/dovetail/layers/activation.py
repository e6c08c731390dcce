"""Activations as layers."""

from typing import Any

import jax
import jax.numpy as jnp

from .. import activations, constraints, initializers, regularizers
from ..engine.errors import ShapeError, format_shape
from ..engine.layer import Layer
from .arguments import describe, positive_int, seen_shape


class Activation(Layer):
    """`activation(x)`, elementwise or over the last axis.

    Args:
        activation: a name, a function of one array, or None for none.

    Shapes:
        inputs, output: (batch, ...)
    """

    def __init__(self, activation: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.activation = activations.get(activation)

    def call(self, inputs):
        return self.activation(inputs)


class ReLU(Layer):
    """`min(x, max_value)` above `threshold`, `negative_slope * (x - threshold)` below.

    Args:
        max_value: the largest output, a number of at least 0; None for no limit.
        negative_slope: slope below the threshold, at least 0.
        threshold: where the slope changes, at least 0.

    Shapes:
        inputs, output: (batch, ...)
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.max_value = None if max_value is None else _at_least_zero("max_value", max_value)
        self.negative_slope = _at_least_zero("negative_slope", negative_slope)
        self.threshold = _at_least_zero("threshold", threshold)

    def call(self, inputs):
        return activations.relu(
            inputs,
            negative_slope=self.negative_slope,
            max_value=self.max_value,
            threshold=self.threshold,
        )


class LeakyReLU(Layer):
    """`x` above zero, `negative_slope * x` below.

    Args:
        negative_slope: at least 0; 0.3 is Keras's, the activation function's default is 0.2.

    Shapes:
        inputs, output: (batch, ...)

    Reference:
        Maas et al. 2013, "Rectifier nonlinearities improve neural network acoustic models".
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any):
        negative_slope = kwargs.pop("alpha", negative_slope)  # Keras 3 still takes the name of Keras 2
        super().__init__(**kwargs)
        self.supports_masking = True
        self.negative_slope = _at_least_zero("negative_slope", negative_slope)

    def call(self, inputs):
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)


class ELU(Layer):
    """`x` above zero, `alpha * (exp(x) - 1)` below.

    Args:
        alpha: the output for very negative inputs is `-alpha`.

    Shapes:
        inputs, output: (batch, ...)

    Reference:
        Clevert et al. 2016, arXiv:1511.07289.
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha = alpha

    def call(self, inputs):
        return activations.elu(inputs, alpha=self.alpha)


class PReLU(Layer):
    """`x` above zero, `alpha * x` below, with a learned `alpha` for each feature.

    Args:
        shared_axes: axes (1 is the first after the batch) along which `alpha` is one number,
            e.g. `[1, 2]` for one `alpha` per channel of an image.

    Shapes:
        inputs, output: (batch, ...)

    Weights:
        alpha: the shape of one sample, 1 along `shared_axes`

    Raises:
        ShapeError: an axis that is not shared is open.

    Reference:
        He et al. 2015, arXiv:1502.01852.
    """

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if isinstance(shared_axes, int):
            shared_axes = [shared_axes]
        if shared_axes is not None:
            shared_axes = [positive_int("shared_axes", axis) for axis in shared_axes]
        self.shared_axes = shared_axes

    def build(self, input_shape):
        shape = list(input_shape[1:])
        for axis in self.shared_axes or ():
            if axis > len(shape):
                raise ShapeError(
                    f"{describe(self)} cannot share axis {axis} of {format_shape(input_shape)}: "
                    f"its last axis is {len(shape)}"
                )
            shape[axis - 1] = 1
        if None in shape:
            axis = shape.index(None) + 1
            raise ShapeError(
                f"{describe(self)} learns one number for each place of "
                f"{format_shape(input_shape)}, and axis {axis} is open. "
                f"Share it: shared_axes=[{axis}], or give the input a size there."
            )
        self.alpha = self.add_weight(
            name="alpha",
            shape=shape,
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )

    def call(self, inputs):
        return jax.nn.relu(inputs) - self.alpha.value * jax.nn.relu(-inputs)


class Softmax(Layer):
    """`exp(x) / sum(exp(x))` over an axis, or over several together.

    Args:
        axis: over which the outputs sum to 1; an integer, or several.

    Shapes:
        inputs, output: (batch, ...)
        mask: broadcasts to the inputs; where it is false the output is 0

    Raises:
        ShapeError: the mask does not broadcast to the inputs.
    """

    def __init__(self, axis: Any = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.axis = axis

    def call(self, inputs, mask=None):
        axis = self.axis if isinstance(self.axis, int) else tuple(self.axis)
        if mask is None:
            return masked_softmax(inputs, None, axis)
        self._check_mask(inputs, mask)
        return masked_softmax(inputs, mask if mask.dtype == bool else mask > 0.5, axis)

    def _check_mask(self, inputs, mask):
        pairs = zip(mask.shape[::-1], inputs.shape[::-1], strict=False)
        if mask.ndim > inputs.ndim or any(size not in (1, full) for size, full in pairs):
            raise ShapeError(
                f"{describe(self)}: a mask {seen_shape(mask)} does not broadcast to the inputs {seen_shape(inputs)}"
            )


def masked_softmax(x: Any, mask: Any, axis: Any = -1) -> Any:
    """The softmax of what the mask (broadcast to `x`; None for all) keeps; 0 elsewhere, even where it keeps nothing."""
    if mask is None:
        return jax.nn.softmax(x, axis)
    # a finite number: with minus infinity a row that is masked as a whole would be NaN
    lowest = -3e4 if x.dtype == jnp.float16 else -1e9
    y = jax.nn.softmax(jnp.where(mask, x, jnp.asarray(lowest, x.dtype)), axis)
    return jnp.where(mask, y, jnp.zeros((), y.dtype))


def _at_least_zero(name: str, value: Any) -> float:
    if value is None or value < 0:
        raise ValueError(f"`{name}` must be a number of at least 0, not {value!r}")
    return float(value)
