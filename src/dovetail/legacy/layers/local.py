"""Locally connected layers: convolutions that share nothing between places."""

from typing import Any

import jax.numpy as jnp

from ... import activations, constraints, initializers, regularizers
from ...engine.errors import ShapeError, format_shape
from ...engine.layer import Layer
from ...engine.settings import standardize_data_format
from ...layers.arguments import check_axes, describe, int_tuple, positive_int, settings
from ...layers.convolution import channels_of
from ...layers.data_format import image_axes


class LocallyConnected(Layer):
    """A convolution with a kernel and a bias of its own at every place.

    Args:
        filters: number of output channels.
        kernel_size, strides: of the window.
        padding: "valid" only, as it was.
        data_format: "channels_last", "channels_first", or None for the default.
        implementation: accepted; it is computed in one way.

    Shapes:
        inputs: (batch, *space, channels), of known size
        output: (batch, *new space, filters)

    Weights:
        kernel: (places, window * channels, filters); the numbers of a window come in the order of the inputs' axes
        bias: (*new space, filters); with the channels first its numbers are read in the order of the outputs' axes

    Raises:
        ShapeError: an axis of the input is open.
    """

    rank: int
    takes_steps = True

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        implementation: int = 1,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if padding != "valid":
            raise ValueError(f"{describe(self)}: `padding` is 'valid'; no release supported {padding!r}")
        self.filters = positive_int("filters", filters)
        self.kernel_size = int_tuple("kernel_size", kernel_size, self.rank)
        self.strides = int_tuple("strides", strides, self.rank)
        self.padding = padding
        self.data_format = standardize_data_format(data_format)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape):
        channels = channels_of(self, input_shape)
        space = input_shape[2:] if self.data_format == "channels_first" else input_shape[1:-1]
        if None in space:
            raise ShapeError(
                f"{describe(self)} has a kernel for every place, so it needs inputs of known size; it got "
                f"{format_shape(tuple(input_shape))}"
            )
        self._space = tuple(
            (size - window) // stride + 1
            for size, window, stride in zip(space, self.kernel_size, self.strides, strict=True)
        )
        places, window = 1, channels
        for count, size in zip(self._space, self.kernel_size, strict=True):
            places, window = places * count, window * size
        self.kernel = self.add_weight(
            name="kernel",
            shape=(places, window, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(*self._space, self.filters),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(self.rank, self.data_format))
        windows = self._windows(inputs)
        outputs = jnp.einsum("bpw,pwf->bpf", windows, self.kernel.value)
        outputs = outputs.reshape(-1, *self._space, self.filters)
        outputs = jnp.moveaxis(outputs, -1, 1) if self.data_format == "channels_first" else outputs
        if self.bias is not None:
            outputs = outputs + self.bias.value.reshape(1, *outputs.shape[1:])
        return self.activation(outputs)

    def _windows(self, inputs: Any) -> Any:
        """(batch, places, numbers of a window)."""
        first = self.data_format == "channels_first"
        x = inputs
        for axis, (count, size, stride) in enumerate(zip(self._space, self.kernel_size, self.strides, strict=True)):
            at = jnp.arange(count)[:, None] * stride + jnp.arange(size)
            # the axis becomes two, place and offset; those of the axes before it already are
            x = jnp.take(x, at, axis=(2 if first else 1) + 2 * axis)
        start = 2 if first else 1
        places = [start + 2 * axis for axis in range(self.rank)]
        offsets = [place + 1 for place in places]
        inside = [1, *offsets] if first else [*offsets, x.ndim - 1]
        x = x.transpose(0, *places, *inside)
        return x.reshape(x.shape[0], self.kernel.shape[0], self.kernel.shape[1])


class LocallyConnected1D(LocallyConnected):
    """Over steps, (batch, steps, channels); arguments as `LocallyConnected`."""

    rank = 1


class LocallyConnected2D(LocallyConnected):
    """Over images, (batch, height, width, channels); arguments as `LocallyConnected`."""

    rank = 2

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1), padding: str = "valid", **kwargs: Any):
        super().__init__(**settings(locals()), **kwargs)
