"""ConvLSTM2D of Keras 1, gate by gate, and the cell and base of Keras 2's."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from ...engine.errors import ShapeError, format_shape
from ...engine.settings import standardize_data_format
from ...layers.arguments import describe, int_tuple, one_of, settings
from ...layers.data_format import image_axes, to_channels_last, to_data_format
from ...layers.recurrent.convolutional import ConvLSTMCell
from ...layers.recurrent.rnn import RNN
from .convolution import convolve
from .layouts import LSTM_GATES, kernel_to_old, kernel_to_today
from .recurrent import LSTM, Recurrent


class ConvRecurrent2D(Recurrent):
    """Base of Keras 1's recurrent layers over images; a subclass writes `step` and the rest as for `Recurrent`.

    Args:
        filters: channels of the output.
        kernel_size, strides, padding, data_format, dilation_rate: of the convolution of the inputs.

    Shapes:
        x: (batch, steps, height, width, channels)
        output: (batch, new height, new width, filters), or with a step axis
    """

    def __init__(
        self,
        filters: int | None = None,
        kernel_size: Any = None,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self._set_window(filters, kernel_size, strides, padding, data_format, dilation_rate)

    def _set_window(self, filters, kernel_size, strides, padding, data_format, dilation_rate) -> None:
        self.filters = filters
        is_given = kernel_size is not None and kernel_size != (None, None)
        self.kernel_size: Any = int_tuple("kernel_size", kernel_size, 2) if is_given else None
        self.strides = int_tuple("strides", strides, 2)
        self.padding = one_of("padding", padding, ("valid", "same"))
        self.data_format = standardize_data_format(data_format)
        self.dilation_rate = int_tuple("dilation_rate", dilation_rate, 2)

    def output_image(self, input_shape: Any) -> tuple[Any, ...]:
        """The shape of one output, without batch and step axes, for sequences of this shape."""
        first = self.data_format == "channels_first"
        space = input_shape[-2:] if first else input_shape[-3:-1]
        sizes = []
        for size, window, stride, rate in zip(space, self.kernel_size, self.strides, self.dilation_rate, strict=True):
            if size is not None:
                size = -(-size // stride) if self.padding == "same" else (size - (window - 1) * rate - 1) // stride + 1
            sizes.append(size)
        return (self.filters, *sizes) if first else (*sizes, self.filters)

    def compute_output_shape(self, input_shape):
        shape = input_shape[0] if isinstance(input_shape, list) else input_shape
        image = self.output_image(shape)
        output = (*shape[:2], *image) if self.return_sequences else (shape[0], *image)
        return [output, *[(shape[0], *image)] * len(self.states or (None,))] if self.return_state else output

    def get_initial_states(self, x):
        image = self.output_image(x.shape)
        return [jnp.zeros((x.shape[0], *image), self.compute_dtype) for _ in self.states or (None,)]

    def state_shapes(self, batch):
        args, _ = self.__dict__.get("_build_shapes", (((),), {}))
        shape = args[0] or self._sequences
        return [(batch, *self.output_image(shape))] * max(len(self.states or ()), 1)


class ConvLSTM2D(ConvRecurrent2D, LSTM):
    """An LSTM over images, whose products are convolutions, with weights gate by gate as Keras 1 had them.

    Weights:
        for each of the gates i, c, f, o: W and U as Convolution2D's kernel, b (filters,)
    """

    draws_recurrent = True
    not_in_config = ("units", "implementation")

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        **kwargs: Any,
    ):
        kwargs.pop("implementation", None)
        LSTM.__init__(self, units=filters, **kwargs)
        self._set_window(filters, kernel_size, strides, padding, data_format, dilation_rate)

    def build(self, input_shape):
        axes = image_axes(2, self.data_format)
        if len(input_shape) != 5:
            raise ShapeError(
                f"{describe(self)} needs sequences (batch, steps, {', '.join(axes[1:])}); it got "
                f"{format_shape(tuple(input_shape))}"
            )
        self._batch, self._sequences = input_shape[0], tuple(input_shape)
        self.states = [None] * self.num_states
        if self.stateful:
            self.reset_states()
        channels = input_shape[2 if self.data_format == "channels_first" else -1]
        self._add_weights((*self.kernel_size, channels), (*self.kernel_size, self.filters))

    @property
    def is_fused(self) -> bool:
        return False

    @property
    def _layout(self) -> dict[str, bool]:
        old = self.release.dialect == 1 and self.data_format == "channels_first"
        return {"channels_first": old, "flipped": self.release.backend == "theano"}

    def _kernel(self, name, shape, is_recurrent, initializer):
        def draw(_: Any, dtype: Any) -> Any:
            return kernel_to_old(np.asarray(initializer(shape, dtype)), **self._layout)

        old = kernel_to_old(np.empty(shape), **self._layout).shape
        return super()._kernel(name, old, is_recurrent, draw)

    def preprocess_input(self, x):
        return x

    def step(self, x, states):
        h, c, of_state, of_inputs = states[:4]
        z = {}
        for index, gate in enumerate(LSTM_GATES[1]):
            kernel, inner, bias = self.weights_of_gate(gate)
            of_x = self._product(x * of_inputs[index], kernel, self.strides, self.padding, self.dilation_rate)
            of_h = self._product(h * of_state[index], inner, (1, 1), "same", (1, 1))
            z[gate] = to_data_format(of_x + of_h + bias, self.data_format)
        c = self.recurrent_activation(z["f"]) * c + self.recurrent_activation(z["i"]) * self.activation(z["c"])
        h = self.recurrent_activation(z["o"]) * self.activation(c)
        return h, [h, c]

    def _product(self, x: Any, kernel: Any, strides: Any, padding: str, dilation: Any) -> Any:
        kernel = kernel_to_today(kernel, **self._layout)
        theano = self.release.backend == "theano"
        return convolve(to_channels_last(x, self.data_format), kernel, strides, padding, dilation, theano=theano)

    def get_constants(self, x):
        of_state = self._masks(self.recurrent_dropout, self.state_shapes(x.shape[0])[0], x.dtype)
        return [of_state, self._masks(self.dropout, (x.shape[0], *x.shape[2:]), x.dtype)]


class ConvRNN2D(RNN):
    """A cell over images at every step; arguments as `RNN`."""


class ConvLSTM2DCell(ConvLSTMCell):
    """One step of a convolutional LSTM over images; arguments as `ConvLSTM2D`."""

    not_in_config = ("rank",)

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        **kwargs: Any,
    ):
        super().__init__(2, **settings(locals()), **kwargs)
