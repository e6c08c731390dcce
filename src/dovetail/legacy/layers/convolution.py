"""Convolutions as old releases laid them out: Keras 1's kernels and "full" padding, Theano's flips and padding.

Theano convolves: it slides the kernel turned around. Its "same" padding puts `k // 2` on both sides and cuts the end
off, so that with strides other pixels are met than in TensorFlow, and its "same" pooling does likewise. Its maximum
pooling hands the gradient to every pixel that has the maximum, where TensorFlow's hands it to the first.
Reference: recorded runs, `tests/golden/data/README.md`, section 6.3.
"""

import functools
import itertools
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from ... import layers as today
from ...engine.errors import ShapeError
from ...layers.arguments import check_axes, describe
from ...layers.convolution import Conv as ConvToday
from ...layers.convolution import check_channels
from ...layers.data_format import check_window, image_axes, to_channels_last, to_data_format
from ...layers.pooling import Pooling as PoolingToday
from ...ops.kernels import convolution, pooling
from ..releases import Release
from .layouts import kernel_to_old, kernel_to_today

Pairs = tuple[tuple[int, int], ...]


def convolve(
    x: Any, kernel: Any, strides: tuple, padding: str, dilation: tuple, groups: int = 1, theano: bool = False
) -> Any:
    """A convolution with today's kernel (of Theano already turned around), padded as on a backend.

    Args:
        padding: also "full": the window may reach over each end by all but one pixel.

    Shapes:
        x: (batch, *space, channels)
    """
    extents = [(size - 1) * rate + 1 for size, rate in zip(kernel.shape, dilation, strict=False)]
    pairs: Any = padding
    if padding == "full":
        pairs = tuple((extent - 1, extent - 1) for extent in extents)
    elif padding == "same" and theano:
        pairs = tuple((extent // 2, extent // 2) for extent in extents)
    y = convolution.conv(x, kernel, strides, pairs, dilation, groups)
    if padding == "same" and theano:
        sizes = [-(-size // stride) for size, stride in zip(x.shape[1:-1], strides, strict=True)]
        y = y[(slice(None), *(slice(size) for size in sizes))]
    return y


class Conv(ConvToday):
    """A convolution whose kernel has the release's layout, see `layouts.layout_of`."""

    release: ClassVar[Release]
    takes_steps = True  # `input_dim` and `input_length` tell the input of Convolution1D

    def __init__(self, *args: Any, **kwargs: Any):
        padding = kwargs.pop("padding", "valid")
        super().__init__(*args, padding="valid" if padding == "full" else padding, **kwargs)
        if padding == "full":
            self.padding = "full"

    @property
    def _layout(self) -> dict[str, bool]:
        old = self.release.dialect == 1
        first = old and self.rank > 1 and self.data_format == "channels_first"
        return {"channels_first": first, "flipped": self.release.backend == "theano"}

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        shape = kernel_to_old(np.empty(super().kernel_shape(channels)), **self._layout).shape
        return (shape[0], 1, *shape[1:]) if self._has_width else shape

    @property
    def _has_width(self) -> bool:
        """A kernel over steps was one over images of width 1 in Keras 1."""
        return self.release.dialect == 1 and self.rank == 1

    def build(self, input_shape):
        kind = self.kernel_initializer
        self.kernel_initializer = self._in_old_layout(kind)
        super().build(input_shape)
        self.kernel_initializer = kind

    def _in_old_layout(self, initializer: Any) -> Any:
        """Kernels are drawn in today's layout: it tells what goes in and out."""

        def draw(shape: tuple[int, ...], dtype: Any) -> Any:
            kernel = kernel_to_old(np.asarray(initializer(self._today_shape(shape), dtype)), **self._layout)
            return kernel[:, None] if self._has_width else kernel

        return draw

    def _today_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        shape = (shape[0], *shape[2:]) if self._has_width else shape
        return kernel_to_today(np.empty(shape), **self._layout).shape

    def today_kernel(self) -> Any:
        kernel = self._matrix_value()
        return kernel_to_today(kernel[:, 0] if self._has_width else kernel, **self._layout)

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(self.rank, self.data_format))
        x, kernel = to_channels_last(inputs, self.data_format), self.today_kernel()
        check_channels(self, inputs, x, kernel.shape[-2] * self.groups)
        if self.padding == "valid":
            check_window(self, inputs, x.shape[1:-1], tuple((size - 1) * rate + 1 for size, rate in zip(
                self.kernel_size, self.dilation_rate, strict=True)))  # fmt: skip
        theano = self.release.backend == "theano"
        x = convolve(x, kernel, self.strides, self.padding, self.dilation_rate, self.groups, theano)
        if self.bias is not None:
            x = x + self.bias.value
        return self.activation(to_data_format(x, self.data_format))


class Conv1D(Conv, today.Conv1D):
    pass


class Conv2D(Conv, today.Conv2D):
    pass


class Conv3D(Conv, today.Conv3D):
    pass


class Conv2DTranspose(Conv, today.Conv2DTranspose):
    """The transpose of a convolution; Keras 1 was told the output's shape.

    Args:
        output_shape: of the output, batch axis included; of it only the sizes of the image count. None is what the
            padding gives. Keras 2 does not read it.

    The other arguments are those of `Conv2DTranspose`.
    """

    takes_steps = False

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        output_padding: Any = None,
        output_shape: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            output_padding=output_padding,
            **kwargs,
        )
        if output_shape is not None and len(output_shape) != 4:
            raise ValueError(f"{describe(self)}: `output_shape` has four entries, batch axis included: {output_shape}")
        self.output_shape_: Any = None if output_shape is None else tuple(output_shape)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"output_shape": self.output_shape_}

    @property
    def _layout(self) -> dict[str, bool]:
        return super()._layout | {"transposed": self.release.dialect == 1}

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(self.rank, self.data_format))
        x, kernel = to_channels_last(inputs, self.data_format), self.today_kernel()
        check_channels(self, inputs, x, kernel.shape[-1])
        if self.output_shape_ is None or self.release.dialect != 1:
            x = convolution.conv_transpose(
                x, kernel, self.strides, self.padding, self.output_padding, self.dilation_rate
            )
        else:
            x = self._to_size(x, kernel)
        if self.bias is not None:
            x = x + self.bias.value
        return self.activation(to_data_format(x, self.data_format))

    def _to_size(self, x: Any, kernel: Any) -> Any:
        """What the convolution from an image of `output_shape` to the input's size does to gradients."""
        first = self.data_format == "channels_first"
        sizes = self.output_shape_[2:] if first else self.output_shape_[1:3]
        extra, starts = [], []
        for size, count, window, stride in zip(sizes, x.shape[1:], self.kernel_size, self.strides, strict=False):
            before = 0
            if self.padding == "same":
                theano = self.release.backend == "theano"
                before = window // 2 if theano else max((count - 1) * stride + window - size, 0) // 2
            full = (count - 1) * stride + window
            if not 0 <= size + before - full < stride and self.padding == "valid":
                raise ShapeError(
                    f"{describe(self)}: no image of {sizes} becomes {x.shape[1:3]} under a window of "
                    f"{self.kernel_size} and strides of {self.strides}"
                )
            starts.append(before)
            extra.append(max(size + before - full, 0))
        ends = [start + size for start, size in zip(starts, sizes, strict=True)]
        y = convolution.conv_transpose(x, kernel, self.strides, "valid", None)
        y = jnp.pad(
            y, ((0, 0), *((0, max(end - have, 0)) for end, have in zip(ends, y.shape[1:], strict=False)), (0, 0))
        )
        return y[:, starts[0] : ends[0], starts[1] : ends[1]]


# -- pooling


class Pooling(PoolingToday):
    """Pooling with Theano's "same": windows reach over both ends alike, and what is too much is cut off the end."""

    release: ClassVar[Release]

    def pool(self, x: Any) -> Any:
        is_max = "Max" in type(self).__name__
        if self.release.backend != "theano" or (self.padding == "valid" and not is_max):
            return super().pool(x)
        if self.padding == "valid":
            return theano_max_pool(x, self.pool_size, self.strides)
        sizes = [-(-size // stride) for size, stride in zip(x.shape[1:-1], self.strides, strict=True)]
        over = [window - 2 if window > 2 and window % 2 else window - 1 for window in self.pool_size]
        y = _pooled(x, self.pool_size, self.strides, tuple((pad, pad) for pad in over), is_max)
        return y[(slice(None), *(slice(size) for size in sizes))]


def _pooled(x: Any, window: tuple, strides: tuple, pairs: Pairs, is_max: bool) -> Any:
    """The largest value or the mean of each window, without what lies outside."""
    wide = ((0, 0), *pairs, (0, 0))
    if is_max:
        lowest = jnp.finfo(x.dtype).min if jnp.issubdtype(x.dtype, jnp.floating) else jnp.iinfo(x.dtype).min
        return theano_max_pool(jnp.pad(x, wide, constant_values=lowest), window, strides)
    total = pooling.average_pool(jnp.pad(x, wide), window, strides)
    share = pooling.average_pool(jnp.pad(jnp.ones((1, *x.shape[1:-1], 1), x.dtype), wide), window, strides)
    return total / share


@functools.partial(jax.custom_vjp, nondiff_argnums=(1, 2))
def theano_max_pool(x: Any, window: tuple, strides: tuple) -> Any:
    """The largest value of each window, whose whole gradient goes to each pixel with that value.

    Shapes:
        x: (batch, *space, channels)
    """
    return pooling.max_pool(x, window, strides)


def _max_pool_forward(x: Any, window: tuple, strides: tuple) -> tuple[Any, Any]:
    y = theano_max_pool(x, window, strides)
    return y, (x, y)


def _max_pool_backward(window: tuple, strides: tuple, kept: tuple[Any, Any], gradient: Any) -> tuple[Any]:
    x, y = kept
    found = jnp.zeros_like(x)
    for first in itertools.product(*map(range, window)):  # one pixel of every window
        places = tuple(
            slice(start, start + (count - 1) * stride + 1, stride)
            for start, count, stride in zip(first, y.shape[1:-1], strides, strict=True)
        )
        pixels = (slice(None), *places)
        found = found.at[pixels].add(jnp.where(x[pixels] == y, gradient, 0))
    return (found,)


theano_max_pool.defvjp(_max_pool_forward, _max_pool_backward)


def _pooling(name: str) -> type:
    return type(
        name, (Pooling, getattr(today, name)), {"__doc__": getattr(today, name).__doc__, "__module__": __name__}
    )


POOLING = {
    f"{kind}Pooling{rank}D": _pooling(f"{kind}Pooling{rank}D") for kind in ("Max", "Average") for rank in (1, 2, 3)
}


# -- zeros around images, and larger images


class GlobalAveragePooling1D(today.GlobalAveragePooling1D):
    """As today's; in Keras 1 it could not take masks."""

    release: ClassVar[Release]
    refuse_mask: Any

    def compute_mask(self, inputs, previous_mask=None):
        if self.release.dialect == 1 and previous_mask is not None:
            self.refuse_mask()
        return super().compute_mask(inputs, previous_mask)


class ZeroPadding1D(today.ZeroPadding1D):
    """As today's; Keras 1 also took {"left_pad": 1, "right_pad": 2}."""

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any):
        if isinstance(padding, dict):
            padding = (padding.get("left_pad", 0), padding.get("right_pad", 0))
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding2D(today.ZeroPadding2D):
    """As today's; Keras 1 also took (top, bottom, left, right), or a dictionary of "top_pad" and so on."""

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any):
        if isinstance(padding, dict):
            padding = [padding.get(f"{side}_pad", 0) for side in ("top", "bottom", "left", "right")]
        if isinstance(padding, (list, tuple)) and len(padding) == 4:
            padding = (tuple(padding[:2]), tuple(padding[2:]))
        super().__init__(padding, data_format, **kwargs)


class UpSampling2D(today.UpSampling2D):
    """As today's; before tf.keras 2, "bilinear" measured from the corners of pixels, not from their centres."""

    release: ClassVar[Release]

    def call(self, inputs):
        if self.interpolation != "bilinear" or self.release.is_tensorflow:
            return super().call(inputs)
        x = to_channels_last(inputs, self.data_format)
        for axis, factor in enumerate(self.size, 1):
            at = np.arange(x.shape[axis] * factor) / factor
            low = at.astype(int)
            high = np.minimum(low + 1, x.shape[axis] - 1)
            share = (at - low).reshape([-1 if i == axis else 1 for i in range(x.ndim)]).astype(x.dtype)
            x = jnp.take(x, low, axis) * (1 - share) + jnp.take(x, high, axis) * share
        return to_data_format(x, self.data_format)
