"""ConvLSTM: an LSTM whose products are convolutions."""

from typing import Any

import jax
import jax.numpy as jnp

from ...engine.errors import ShapeError, format_shape
from ...engine.settings import standardize_data_format
from ...ops.kernels import convolution
from ..arguments import describe, int_tuple, one_of, positive_int, settings
from ..data_format import image_axes, to_channels_last, to_data_format
from .cells import Cell, LSTMCell
from .layers import RecurrentLayer


class ConvLSTMCell(LSTMCell):
    """One step of a convolutional LSTM.

    Args:
        rank: number of spatial axes.
        filters: channels of the output and of both states.
        kernel_size, strides, padding, data_format, dilation_rate: of the convolution of the input; that of the state
            keeps its size.
    """

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        **kwargs: Any,
    ):
        LSTMCell.__init__(self, positive_int("filters", filters), **kwargs)
        self.num_masks = self.gates
        self.rank, self.filters = rank, self.units
        self.kernel_size = int_tuple("kernel_size", kernel_size, rank)
        self.strides = int_tuple("strides", strides, rank)
        self.padding = one_of("padding", padding, ("valid", "same"))
        self.data_format = standardize_data_format(data_format)
        self.dilation_rate = int_tuple("dilation_rate", dilation_rate, rank)
        self.space: tuple[int, ...] = ()

    def build(self, input_shape):
        axes = image_axes(self.rank, self.data_format)
        if len(input_shape) != len(axes) or None in input_shape[1:]:
            raise ShapeError(
                f"{describe(self)} needs steps ({', '.join(axes)}) of known size; got {format_shape(input_shape)}"
            )
        shape = dict(zip(axes, input_shape, strict=True))
        channels = shape["channels"]
        sizes = [size for axis, size in zip(axes, input_shape, strict=True) if axis not in ("batch", "channels")]
        self.space = tuple(
            -(-size // stride) if self.padding == "same" else (size - (k - 1) * rate - 1) // stride + 1
            for size, stride, k, rate in zip(sizes, self.strides, self.kernel_size, self.dilation_rate, strict=True)
        )
        self.kernel = self._weight("kernel", (*self.kernel_size, channels, 4 * self.units))
        inner = (*self.kernel_size, self.units, 4 * self.units)
        self.recurrent_kernel = self._weight("recurrent", inner, "recurrent_kernel")
        self.bias = self._weight("bias", (4 * self.units,)) if self.use_bias else None
        self.state_size = [self._state_shape()] * 2
        self.output_size = self._state_shape()

    def _state_shape(self) -> tuple[int, ...]:
        first = self.data_format == "channels_first"
        return (self.units, *self.space) if first else (*self.space, self.units)

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Zeros in the shape of the output; the input's size is known once the cell is built."""
        return [jnp.zeros((batch_size, *self._state_shape()), self.compute_dtype) for _ in range(2)]

    def call(self, inputs, states, training=False):
        h, c = states
        x, h, c = (to_channels_last(part, self.data_format) for part in (inputs, h, c))
        of_inputs, of_state = jax.tree.map(
            lambda mask: to_channels_last(mask, self.data_format), self.kept(inputs, states[0], training)
        )

        def over_inputs(x: Any, kernel: Any) -> Any:
            return convolution.conv(x, kernel, self.strides, self.padding, self.dilation_rate)

        def over_state(h: Any, kernel: Any) -> Any:
            return convolution.conv(h, kernel, 1, "same")

        z = self.gated(x, self.kernel.value, of_inputs, over_inputs)
        if self.bias is not None:
            z = z + self.bias.value
        z = z + self.gated(h, self.recurrent_kernel.value, of_state, over_state)
        i, f, g, o = jnp.split(z, 4, axis=-1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(g)
        h = self.recurrent_activation(o) * self.activation(c)
        h, c = (to_data_format(part, self.data_format) for part in (h, c))
        return h, [h, c]


class ConvLSTM(RecurrentLayer):
    """An LSTM over images, whose products are convolutions; `rank` is their number of spatial axes."""

    rank: int

    def cell_class(self, **given: Any) -> Cell:  # type: ignore[override]
        return ConvLSTMCell(self.rank, **given)

    def __getattr__(self, name: str) -> Any:
        if name in ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate"):
            return getattr(self.__dict__["cell"], name)
        return super().__getattr__(name)

    def run_steps(self, sequences, states, mask, training):
        return super(RecurrentLayer, self).run_steps(sequences, states, mask, training)


class ConvLSTM1D(ConvLSTM):
    """Convolutional LSTM over sequences (batch, steps, length, channels).

    Args:
        filters: channels of the output.
        kernel_size, strides, padding, data_format, dilation_rate: of the convolution of the inputs; that of the state
            keeps its size.

    The other arguments are those of `LSTM`. Reference: Shi et al. 2015, arXiv:1506.04214.
    """

    rank = 1

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ):
        given = settings(locals()) | {"unroll": kwargs.pop("unroll", False)}
        super().__init__(given, **kwargs)


class ConvLSTM2D(ConvLSTM):
    """Convolutional LSTM over sequences (batch, steps, height, width, channels).

    Args:
        filters: channels of the output.
        kernel_size, strides, padding, data_format, dilation_rate: of the convolution of the inputs; that of the state
            keeps its size.

    The other arguments are those of `LSTM`. Reference: Shi et al. 2015, arXiv:1506.04214.
    """

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ):
        given = settings(locals()) | {"unroll": kwargs.pop("unroll", False)}
        super().__init__(given, **kwargs)


class ConvLSTM3D(ConvLSTM):
    """Convolutional LSTM over sequences (batch, steps, depth, height, width, channels).

    Args:
        filters: channels of the output.
        kernel_size, strides, padding, data_format, dilation_rate: of the convolution of the inputs; that of the state
            keeps its size.

    The other arguments are those of `LSTM`. Reference: Shi et al. 2015, arXiv:1506.04214.
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ):
        given = settings(locals()) | {"unroll": kwargs.pop("unroll", False)}
        super().__init__(given, **kwargs)
