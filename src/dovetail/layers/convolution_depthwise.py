"""Depthwise and separable convolutions: each channel on its own, and then all channels of a pixel together."""

from typing import Any

from .. import activations, constraints, initializers, regularizers
from ..engine.layer import Layer
from ..engine.settings import standardize_data_format
from ..ops.kernels import convolution
from .arguments import check_axes, describe, int_tuple, one_of, positive_int, settings
from .convolution import channels_of, check_channels
from .data_format import check_window, image_axes, to_channels_last, to_data_format


class DepthwiseConv(Layer):
    """`activation(x * kernel + bias)`, where each channel has its own windows.

    Args:
        kernel_size: the window, one integer or one for each spatial axis.
        strides: how far the window moves at a step.
        padding: "valid" for none, "same" for zeros so that the output has the input's size over `strides`.
        depth_multiplier: windows, and output channels, for each channel.
        data_format: "channels_last", "channels_first", or None for the default.
        dilation_rate: distance between the inputs of one window.

    Shapes:
        inputs: (batch, *spatial, channels)
        output: (batch, *new spatial, channels * depth_multiplier)

    Weights:
        kernel: (*kernel_size, channels, depth_multiplier)
        bias: (channels * depth_multiplier,), absent without `use_bias`

    Raises:
        ShapeError: wrong number of axes; unknown channels; a window larger than the input.
    """

    rank: int

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.kernel_size = int_tuple("kernel_size", kernel_size, self.rank)
        self.strides = int_tuple("strides", strides, self.rank)
        self.padding = one_of("padding", padding, ("valid", "same"))
        self.depth_multiplier = positive_int("depth_multiplier", depth_multiplier)
        self.data_format = standardize_data_format(data_format)
        self.dilation_rate = int_tuple("dilation_rate", dilation_rate, self.rank)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{describe(self)} has strides={self.strides} and dilation_rate={self.dilation_rate}; "
                "only one of them may be above 1"
            )

    def build(self, input_shape):
        channels = channels_of(self, input_shape)
        self._add_depthwise("kernel", channels)
        self._add_bias(channels * self.depth_multiplier)

    def _add_depthwise(self, name: str, channels: int) -> None:
        weight = self.add_weight(
            name=name,
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        setattr(self, name, weight)

    def _add_bias(self, size: int) -> None:
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(size,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs):
        x = self._depthwise(inputs, self.kernel)
        if self.bias is not None:
            x = x + self.bias.value
        return self.activation(to_data_format(x, self.data_format))

    def _depthwise(self, inputs: Any, kernel: Any) -> Any:
        check_axes(self, inputs, *image_axes(self.rank, self.data_format))
        x = to_channels_last(inputs, self.data_format)
        check_channels(self, inputs, x, kernel.shape[-2])
        if self.padding == "valid":
            window = tuple((k - 1) * d + 1 for k, d in zip(self.kernel_size, self.dilation_rate, strict=True))
            check_window(self, inputs, x.shape[1:-1], window)
        return convolution.depthwise(x, kernel.value, self.strides, self.padding, self.dilation_rate)


class DepthwiseConv1D(DepthwiseConv):
    """Depthwise convolution over steps: inputs (batch, steps, channels); arguments as `DepthwiseConv`."""

    rank = 1


class DepthwiseConv2D(DepthwiseConv):
    """Depthwise convolution over images: inputs (batch, height, width, channels); arguments as `DepthwiseConv`."""

    rank = 2

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**settings(locals()), **kwargs)


class SeparableConv(DepthwiseConv):
    """A depthwise convolution, then one over the channels of each pixel.

    Args:
        filters: number of output channels.
        pointwise_initializer, pointwise_regularizer, pointwise_constraint: of the second kernel.

    The other arguments are those of `DepthwiseConv`.

    Shapes:
        inputs: (batch, *spatial, channels)
        output: (batch, *new spatial, filters)

    Weights:
        depthwise_kernel: (*kernel_size, channels, depth_multiplier)
        pointwise_kernel: (1, ..., channels * depth_multiplier, filters)
        bias: (filters,), absent without `use_bias`

    Reference: Chollet 2017, arXiv:1610.02357.
    """

    def __init__(
        self,
        filters: int,
        pointwise_initializer: Any = "glorot_uniform",
        pointwise_regularizer: Any = None,
        pointwise_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.filters = positive_int("filters", filters)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.pointwise_constraint = constraints.get(pointwise_constraint)

    def build(self, input_shape):
        channels = channels_of(self, input_shape)
        self._add_depthwise("depthwise_kernel", channels)
        self.pointwise_kernel = self.add_weight(
            name="pointwise_kernel",
            shape=(*[1] * self.rank, channels * self.depth_multiplier, self.filters),
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
        )
        self._add_bias(self.filters)

    def call(self, inputs):
        x = convolution.conv(self._depthwise(inputs, self.depthwise_kernel), self.pointwise_kernel.value)
        if self.bias is not None:
            x = x + self.bias.value
        return self.activation(to_data_format(x, self.data_format))


class SeparableConv1D(SeparableConv):
    """Separable convolution over steps: inputs (batch, steps, channels); arguments as `SeparableConv`."""

    rank = 1

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**settings(locals()), **kwargs)


class SeparableConv2D(SeparableConv):
    """Separable convolution over images: inputs (batch, height, width, channels); arguments as `SeparableConv`."""

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**settings(locals()), **kwargs)


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
