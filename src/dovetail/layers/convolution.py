"""Convolutions. `Conv` is all of it, for any number of spatial axes; a subclass gives `rank`."""

from typing import Any

from .. import activations, constraints, initializers, regularizers
from ..engine.errors import ShapeError, format_shape
from ..engine.settings import standardize_data_format
from ..ops.kernels import convolution
from .arguments import check_axes, describe, int_tuple, one_of, positive_int, seen_shape, settings
from .data_format import check_window, image_axes, to_channels_last, to_data_format
from .lora import LowRankAdapted


class Conv(LowRankAdapted):
    """`activation(x * kernel + bias)`, where `*` slides the kernel over `rank` spatial axes.

    Args:
        filters: number of output channels.
        kernel_size: the window, one integer or one for each spatial axis.
        strides: how far the window moves at a step.
        padding: "valid" for none; "same" for zeros so that the output has the input's size over
            `strides`; "causal" (one spatial axis) for zeros in front: no output sees later inputs.
        data_format: "channels_last", "channels_first", or None for the default.
        dilation_rate: distance between the inputs of one window; not together with `strides`.
        groups: the channels are split into this many groups, each with its own filters.
        activation: name or function applied to the result; None leaves it as it is.
        use_bias: whether to add a learned bias to each output channel.
        lora_rank: of two small matrices that train in place of the kernel, see `enable_lora`; None trains the kernel.
        lora_alpha: their product counts `lora_alpha / lora_rank` times; None is `lora_rank`.

    Shapes:
        inputs: (batch, *spatial, channels)
        output: (batch, *new spatial, filters)

    Weights:
        kernel: (*kernel_size, channels / groups, filters), for either data format
        bias: (filters,), absent without `use_bias`

    Raises:
        ShapeError: wrong number of axes; unknown channels; channels or filters that `groups` does
            not divide; a window larger than the input.
    """

    rank: int

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = positive_int("filters", filters)
        self.kernel_size = int_tuple("kernel_size", kernel_size, self.rank)
        self.strides = int_tuple("strides", strides, self.rank)
        self.padding = one_of("padding", padding, ("valid", "same", "causal") if self.rank == 1 else ("valid", "same"))
        self.data_format = standardize_data_format(data_format)
        self.dilation_rate = int_tuple("dilation_rate", dilation_rate, self.rank)
        self.groups = positive_int("groups", groups)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self._check_lora()
        if self.filters % self.groups:
            raise ShapeError(f"{describe(self)}: {self.groups} groups do not divide {self.filters} filters")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{describe(self)} has strides={self.strides} and "
                f"dilation_rate={self.dilation_rate}; only one of them may be above 1"
            )

    def build(self, input_shape):
        channels = channels_of(self, input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=self.kernel_shape(channels),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.filters,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self._start_lora()

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(self.rank, self.data_format))
        x = to_channels_last(inputs, self.data_format)
        self._check_sizes(inputs, x)
        x = convolution.conv(x, self._matrix_value(), self.strides, self.padding, self.dilation_rate, self.groups)
        if self.bias is not None:
            x = x + self.bias.value
        return self.activation(to_data_format(x, self.data_format))

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        return (*self.kernel_size, channels // self.groups, self.filters)

    def _check_sizes(self, inputs, x):
        check_channels(self, inputs, x, self._matrix().shape[-2] * self.groups)
        if self.padding == "valid":
            window = tuple(
                rate * (size - 1) + 1 for size, rate in zip(self.kernel_size, self.dilation_rate, strict=True)
            )
            check_window(self, inputs, x.shape[1:-1], window)


def channels_of(layer: Any, shape: Any) -> int:
    """The number of channels that an input of this shape has."""
    axes = image_axes(layer.rank, layer.data_format)
    if len(shape) != len(axes):
        raise ShapeError(
            f"{describe(layer)} needs inputs ({', '.join(axes)}), {len(axes)} axes; "
            f"it got {format_shape(shape)}, {len(shape)}. A single channel needs its axis too: "
            f"Reshape({(*(-1 if size is None else size for size in shape[1:]), 1)})."
        )
    axis = axes.index("channels")
    channels = shape[axis]
    if channels is None:
        raise ShapeError(
            f"{describe(layer)} needs a known number of channels, axis {axis} of "
            f"{format_shape(shape)} ({layer.data_format})"
        )
    groups = getattr(layer, "groups", 1)
    if channels % groups:
        raise ShapeError(
            f"{describe(layer)}: {groups} groups do not divide the {channels} channels of {format_shape(shape)}"
        )
    return channels


def check_channels(layer: Any, inputs: Any, x: Any, channels: int) -> None:
    """Check that `x`, the inputs with their channels last, has as many as the layer was built for."""
    if x.shape[-1] != channels:
        raise ShapeError(
            f"{describe(layer)} was built for {channels} channels; it got {seen_shape(inputs)} ({layer.data_format})"
        )


class Conv1D(Conv):
    """Convolution over steps: inputs (batch, steps, channels); arguments as `Conv`."""

    rank = 1


class Conv2D(Conv):
    """Convolution over images: inputs (batch, height, width, channels); arguments as `Conv`."""

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**settings(locals()), **kwargs)


class Conv3D(Conv):
    """Convolution over volumes: inputs (batch, depth, height, width, channels); arguments as `Conv`."""

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**settings(locals()), **kwargs)


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
