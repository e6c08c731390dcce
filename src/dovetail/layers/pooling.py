"""Pooling: the largest value or the mean of each window, or of all steps or pixels."""

from typing import Any

import jax.numpy as jnp

from ..engine.layer import Layer
from ..engine.settings import standardize_data_format
from ..ops.kernels import pooling
from .arguments import check_axes, int_tuple, one_of, settings
from .data_format import check_window, image_axes, to_channels_last, to_data_format


class Pooling(Layer):
    """One value from each window, for each channel.

    Args:
        pool_size: the window, one integer or one for each spatial axis.
        strides: how far the window moves at a step; None is `pool_size`.
        padding: "valid" for none; "same" so that the output has the input's size over `strides`.
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs: (batch, *spatial, channels)
        output: (batch, *new spatial, channels)

    Raises:
        ShapeError: wrong number of axes; a window larger than the input.
    """

    rank: int

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, **kwargs)
        self.pool_size = int_tuple("pool_size", pool_size, self.rank)
        self.strides = self.pool_size if strides is None else int_tuple("strides", strides, self.rank)
        self.padding = one_of("padding", padding, ("valid", "same"))
        self.data_format = standardize_data_format(data_format)

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(self.rank, self.data_format))
        x = to_channels_last(inputs, self.data_format)
        if self.padding == "valid":
            check_window(self, inputs, x.shape[1:-1], self.pool_size)
        return to_data_format(self.pool(x), self.data_format)

    def pool(self, x: Any) -> Any:
        """The pooled values of `x`, whose channels are last."""
        raise NotImplementedError


class MaxPooling(Pooling):
    def pool(self, x):
        return pooling.max_pool(x, self.pool_size, self.strides, self.padding)


class AveragePooling(Pooling):
    def pool(self, x):
        return pooling.average_pool(x, self.pool_size, self.strides, self.padding)


class MaxPooling1D(MaxPooling):
    """The largest value of each window of steps; arguments as `Pooling`."""

    rank = 1

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling2D(MaxPooling):
    """The largest value of each window of an image; arguments as `Pooling`."""

    rank = 2

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling1D(AveragePooling):
    """The mean of each window of steps, without what padding added; arguments as `Pooling`."""

    rank = 1


class AveragePooling2D(AveragePooling):
    """The mean of each window of an image, without what padding added; arguments as `Pooling`."""

    rank = 2


class GlobalPooling(Layer):
    """One value for each channel from all steps or pixels.

    Args:
        data_format: "channels_last", "channels_first", or None for the default.
        keepdims: whether the spatial axes stay, with size 1.

    Shapes:
        inputs: (batch, *spatial, channels)
        output: (batch, channels)
    """

    rank: int

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.keepdims = keepdims

    def _axes(self, inputs):
        names = image_axes(self.rank, self.data_format)
        check_axes(self, inputs, *names)
        return tuple(axis for axis, name in enumerate(names) if name not in ("batch", "channels"))


class GlobalMaxPooling(GlobalPooling):
    def call(self, inputs):
        return jnp.max(inputs, self._axes(inputs), keepdims=self.keepdims)


class GlobalAveragePooling(GlobalPooling):
    def call(self, inputs):
        return jnp.mean(inputs, self._axes(inputs), keepdims=self.keepdims)


class GlobalMaxPooling1D(GlobalMaxPooling):
    """The largest value of all steps; arguments as `GlobalPooling`."""

    rank = 1


class GlobalMaxPooling2D(GlobalMaxPooling):
    """The largest value of all pixels; arguments as `GlobalPooling`."""

    rank = 2


class GlobalAveragePooling1D(GlobalAveragePooling):
    """The mean of all steps, or of those that the mask keeps; arguments as `GlobalPooling`.

    Mask: (batch, steps); the output has none.
    """

    rank = 1

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any):
        super().__init__(data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        (axis,) = self._axes(inputs)
        if mask is None:
            return super().call(inputs)
        kept = jnp.expand_dims(mask.astype(bool), 2 if axis == 1 else 1)
        total = jnp.sum(jnp.where(kept, inputs, jnp.zeros((), inputs.dtype)), axis, keepdims=self.keepdims)
        return total / jnp.sum(kept, axis, dtype=inputs.dtype, keepdims=self.keepdims)

    def compute_mask(self, inputs, previous_mask=None):
        return None


class GlobalAveragePooling2D(GlobalAveragePooling):
    """The mean of all pixels; arguments as `GlobalPooling`."""

    rank = 2


class MaxPooling3D(MaxPooling):
    """The largest value of each window of a volume; arguments as `Pooling`."""

    rank = 3

    def __init__(
        self,
        pool_size: Any = (2, 2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**settings(locals()), **kwargs)


class AveragePooling3D(AveragePooling):
    """The mean of each window of a volume; arguments as `Pooling`."""

    rank = 3


class GlobalMaxPooling3D(GlobalMaxPooling):
    """The largest value of all voxels; arguments as `GlobalPooling`."""

    rank = 3


class GlobalAveragePooling3D(GlobalAveragePooling):
    """The mean of all voxels; arguments as `GlobalPooling`."""

    rank = 3


class AdaptivePooling(Layer):
    """Windows chosen so that the output has a given size.

    Args:
        output_size: one integer or one for each spatial axis.
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs: (batch, *spatial, channels)
        output: (batch, *output_size, channels)
    """

    rank: int
    reduce: Any

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.output_size = int_tuple("output_size", output_size, self.rank)
        self.data_format = standardize_data_format(data_format)

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(self.rank, self.data_format))
        x = to_channels_last(inputs, self.data_format)
        return to_data_format(pooling.adaptive_pool(x, self.output_size, type(self).reduce), self.data_format)


class AdaptiveAveragePooling1D(AdaptivePooling):
    """The mean of each window of a sequence; arguments as `AdaptivePooling`."""

    rank = 1
    reduce = staticmethod(jnp.mean)


class AdaptiveAveragePooling2D(AdaptivePooling):
    """The mean of each window of an image; arguments as `AdaptivePooling`."""

    rank = 2
    reduce = staticmethod(jnp.mean)


class AdaptiveAveragePooling3D(AdaptivePooling):
    """The mean of each window of a volume; arguments as `AdaptivePooling`."""

    rank = 3
    reduce = staticmethod(jnp.mean)


class AdaptiveMaxPooling1D(AdaptivePooling):
    """The largest value of each window of a sequence; arguments as `AdaptivePooling`."""

    rank = 1
    reduce = staticmethod(jnp.max)


class AdaptiveMaxPooling2D(AdaptivePooling):
    """The largest value of each window of an image; arguments as `AdaptivePooling`."""

    rank = 2
    reduce = staticmethod(jnp.max)


class AdaptiveMaxPooling3D(AdaptivePooling):
    """The largest value of each window of a volume; arguments as `AdaptivePooling`."""

    rank = 3
    reduce = staticmethod(jnp.max)


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D = (
    GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D,
)  # fmt: skip
