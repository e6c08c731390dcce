"""Transposed convolutions: from small images to large ones."""

from typing import Any

from ..ops.kernels import convolution
from .arguments import check_axes, describe, int_tuple, settings
from .convolution import Conv, check_channels
from .data_format import image_axes, to_channels_last, to_data_format


class ConvTranspose(Conv):
    """The transpose of a convolution: each input pixel adds a window to the output.

    Args:
        output_padding: more rows at the end of each axis, less than `strides`; None gives `size * strides` with
            "same", and `size * strides + max(window - strides, 0)` with "valid".

    The other arguments are those of `Conv`; there are no groups, and "causal" padding is none.

    Shapes:
        inputs: (batch, *spatial, channels)
        output: (batch, *new spatial, filters)

    Weights:
        kernel: (*kernel_size, filters, channels), for either data format
        bias: (filters,), absent without `use_bias`

    Reference: Dumoulin & Visin 2016, arXiv:1603.07285.
    """

    not_in_config = ("groups",)

    def __init__(self, output_padding: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.output_padding = (
            None if output_padding is None else int_tuple("output_padding", output_padding, self.rank, 0)
        )
        for more, stride in zip(self.output_padding or (), self.strides, strict=False):
            if more >= stride:
                raise ValueError(
                    f"{describe(self)}: `output_padding` {self.output_padding} must be less than `strides` "
                    f"{self.strides}"
                )
        if self.padding == "causal":
            raise ValueError(f"{describe(self)}: `padding` is 'valid' or 'same', not 'causal'")

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        return (*self.kernel_size, self.filters, channels)

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(self.rank, self.data_format))
        x = to_channels_last(inputs, self.data_format)
        check_channels(self, inputs, x, self._matrix().shape[-1])
        x = convolution.conv_transpose(
            x, self._matrix_value(), self.strides, self.padding, self.output_padding, self.dilation_rate
        )
        if self.bias is not None:
            x = x + self.bias.value
        return self.activation(to_data_format(x, self.data_format))


class Conv1DTranspose(ConvTranspose):
    """Transposed convolution over steps: inputs (batch, steps, channels); arguments as `ConvTranspose`."""

    rank = 1

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
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


class Conv2DTranspose(ConvTranspose):
    """Transposed convolution over images: inputs (batch, height, width, channels); arguments as `ConvTranspose`."""

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
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


class Conv3DTranspose(ConvTranspose):
    """Transposed convolution over volumes (batch, depth, height, width, channels); arguments as `ConvTranspose`."""

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Any = None,
        dilation_rate: Any = (1, 1, 1),
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


Convolution1DTranspose, Convolution2DTranspose, Convolution3DTranspose = (
    Conv1DTranspose, Conv2DTranspose, Conv3DTranspose,
)  # fmt: skip
