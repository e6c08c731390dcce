"""Layers that move, repeat or pad values."""

import math
from typing import Any

import jax
import jax.numpy as jnp

from ..engine.dtypes import is_float
from ..engine.errors import ShapeError, format_shape
from ..engine.layer import Layer
from ..engine.settings import standardize_data_format
from ..engine.tensor import Spec
from .arguments import check_axes, describe, int_tuple, one_of, positive_int, seen_shape
from .data_format import image_axes, to_channels_last, to_data_format

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


class Flatten(Layer):
    """All axes after the batch as one, in the order of channels-last.

    Args:
        data_format: "channels_first" moves axis 1 to the end first; None is the default format.

    Shapes:
        inputs: (batch, ...)
        output: (batch, values per sample)
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)

    def call(self, inputs):
        if inputs.ndim > 2:
            inputs = to_channels_last(inputs, self.data_format)
        return inputs.reshape(inputs.shape[0], math.prod(inputs.shape[1:]))


class Reshape(Layer):
    """The values of each sample in another shape.

    Args:
        target_shape: of one sample; one axis may be -1 (or None), and takes what is left.

    Shapes:
        inputs: (batch, ...)
        output: (batch, *target_shape)

    Raises:
        ShapeError: the numbers of values differ; raised where the graph is drawn.
    """

    def __init__(self, target_shape: Any, **kwargs: Any):
        super().__init__(**kwargs)
        sizes = (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)
        self.target_shape = tuple(-1 if size is None else int(size) for size in sizes)
        if min(self.target_shape, default=0) < -1 or self.target_shape.count(-1) > 1:
            raise ValueError(f"`target_shape` has sizes of at least 0 and at most one -1; got {target_shape!r}")

    def call(self, inputs):
        return inputs.reshape(inputs.shape[0], *self._resolved((None, *inputs.shape[1:]), inputs.shape[1:]))

    def _traced_specs(self, args, kwargs):
        # here the tensor still knows the layer that it comes from
        (tensor,) = jax.tree.leaves((args, kwargs))
        origin = f", the output of {tensor.node.operation.name!r}," if tensor.node is not None else ""
        target = self._resolved(tensor.shape, tensor.shape[1:], origin)
        if None not in target:
            dtype = self.compute_dtype if self.autocast and is_float(tensor.dtype) else tensor.dtype
            self._build_for(args, kwargs)
            return Spec((tensor.shape[0], *target), dtype), None
        return super()._traced_specs(args, kwargs)

    def _resolved(self, shape, sizes, origin=""):
        """The target with -1 replaced (by None where the input has an open axis)."""
        known = math.prod(size for size in self.target_shape if size != -1)
        if None in sizes:
            return tuple(None if size == -1 else size for size in self.target_shape)
        count = math.prod(sizes)
        fits = count % known == 0 if -1 in self.target_shape and known else count == known
        if not fits:
            raise ShapeError(self._misfit(shape, count, known, origin))
        return tuple(count // known if size == -1 else size for size in self.target_shape)

    def _misfit(self, shape, count, known, origin):
        target = format_shape((None, *self.target_shape))
        against = f"not a multiple of {known}" if -1 in self.target_shape else f"against {known}"
        text = f"{describe(self)} cannot turn {format_shape(shape)}{origin} into {target}: "
        return f"{text}{count} values per sample {against}.\n" + "\n".join(self._ways(shape[1:], count))

    def _ways(self, sizes, count):
        """What would give a shape like the one asked for."""
        target = self.target_shape
        rest = math.prod(target[1:])
        if len(target) > 1 and target[:-1] == tuple(sizes[:-1]) and target[-1] > 0:
            yield f"Dense({target[-1]}) over the last axis gives {format_shape((None, *target))}."
        if len(target) > 1 and rest > 0 and count % rest == 0:
            yield f"Reshape({(count // rest, *target[1:])}) keeps every value."
        if len(target) > 1 and target[-1] == 1 and None not in sizes:
            yield f"Reshape({(*sizes, 1)}) adds an axis of size 1."
        yield f"Flatten() gives (batch, {count})."


class Permute(Layer):
    """Exchanges the axes of each sample.

    Args:
        dims: the input's axes in their new order; the batch is not counted, the first axis is 1.

    Shapes:
        inputs: (batch, a, b, ...)
        output: (batch, b, a, ...) for `dims=(2, 1, ...)`
    """

    def __init__(self, dims: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.dims = (dims,) if isinstance(dims, int) else tuple(dims)
        if sorted(self.dims, key=str) != sorted(range(1, len(self.dims) + 1), key=str):
            raise ValueError(f"`dims` must have each of 1 to {len(self.dims)} once, in any order; got {dims!r}")

    def call(self, inputs):
        if inputs.ndim != len(self.dims) + 1:
            raise ShapeError(
                f"{describe(self)} orders {len(self.dims)} axes after the batch, "
                f"by dims={self.dims}; it got {seen_shape(inputs)}"
            )
        return inputs.transpose(0, *self.dims)


class RepeatVector(Layer):
    """The same vector `n` times, as steps.

    Args:
        n: number of steps.

    Shapes:
        inputs: (batch, features)
        output: (batch, n, features)
    """

    def __init__(self, n: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.n = positive_int("n", n)

    def call(self, inputs):
        check_axes(self, inputs, "batch", "features")
        return jnp.repeat(inputs[:, None], self.n, axis=1)


class Sides(Layer):
    """What padding and cropping share: two sides of every spatial axis.

    Args:
        sides: one number for all, one for each axis, or (before, after) for each axis.
        data_format: "channels_last", "channels_first", or None for the default.
    """

    rank: int
    argument: str
    not_in_config = ("sides",)

    def __init__(self, sides: Any, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        found = (sides,) * self.rank if isinstance(sides, int) else tuple(sides)
        if self.rank == 1 and len(found) == 2:
            found = (found,)
        if len(found) != self.rank:
            entries = {1: "two entries", 2: "two entries, for rows and columns", 3: "three entries, for the axes"}
            raise ValueError(f"`{self.argument}` is an integer, or has {entries[self.rank]}; got {sides!r}")
        self._sides = tuple(int_tuple(self.argument, side, 2, minimum=0) for side in found)
        setattr(self, self.argument, self._sides[0] if self.rank == 1 else self._sides)
        self.data_format = standardize_data_format(data_format)


class ZeroPadding(Sides):
    """Zeros around the inputs.

    Args:
        padding: one number for all sides, one for each axis, or (before, after) for each axis.
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs: (batch, *spatial, channels)
        output: (batch, *(before + size + after), channels)
    """

    argument = "padding"

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(self.rank, self.data_format))
        widths = [(0, 0), *self._sides, (0, 0)]
        if self.data_format == "channels_first":
            widths = [(0, 0), (0, 0), *self._sides]
        return jnp.pad(inputs, widths)


class ZeroPadding1D(ZeroPadding):
    """Zeros at both ends of steps (batch, steps, features); arguments as `ZeroPadding`."""

    rank = 1

    def __init__(
        self,
        padding: Any = 1,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding2D(ZeroPadding):
    """Zeros at both ends of images (batch, height, width, channels); arguments as `ZeroPadding`."""

    rank = 2

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any):
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding3D(ZeroPadding):
    """Zeros at both ends of volumes (batch, depth, height, width, channels); arguments as `ZeroPadding`."""

    rank = 3

    def __init__(self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any):
        super().__init__(padding, data_format, **kwargs)


class Cropping(Sides):
    """The inputs without their sides.

    Args:
        cropping: one number for all sides, one for each axis, or (before, after) for each axis.
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs: (batch, *spatial, channels)
        output: (batch, *(size - before - after), channels)

    Raises:
        ShapeError: nothing is left of an axis.
    """

    argument = "cropping"

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(self.rank, self.data_format))
        x = to_channels_last(inputs, self.data_format)
        for axis, (before, after) in enumerate(self._sides, 1):
            if before + after >= x.shape[axis]:
                raise ShapeError(
                    f"{describe(self)} cuts off {before} and {after}: nothing is left of {seen_shape(inputs)}"
                )
            x = x[(slice(None),) * axis + (slice(before, x.shape[axis] - after),)]
        return to_data_format(x, self.data_format)


class Cropping1D(Cropping):
    """What is inside of steps (batch, steps, features); arguments as `Cropping`."""

    rank = 1

    not_in_config = ("sides", "data_format")

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any):
        super().__init__(cropping, "channels_last", **kwargs)


class Cropping2D(Cropping):
    """What is inside of images (batch, height, width, channels); arguments as `Cropping`."""

    rank = 2

    def __init__(self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any):
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(Cropping):
    """What is inside of volumes (batch, depth, height, width, channels); arguments as `Cropping`."""

    rank = 3

    def __init__(self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any):
        super().__init__(cropping, data_format, **kwargs)


class UpSampling1D(Layer):
    """Every step repeated.

    Args:
        size: how often.

    Shapes:
        inputs: (batch, steps, features)
        output: (batch, size * steps, features)
    """

    def __init__(self, size: int = 2, **kwargs: Any):
        super().__init__(**kwargs)
        self.size = positive_int("size", size)

    def call(self, inputs):
        check_axes(self, inputs, "batch", "steps", "features")
        return inputs.repeat(self.size, axis=1)


class UpSampling3D(Layer):
    """A volume enlarged by whole factors, its voxels repeated.

    Args:
        size: the factor, or one for each axis.
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs: (batch, depth, height, width, channels)
        output: (batch, size[0] * depth, size[1] * height, size[2] * width, channels)
    """

    def __init__(self, size: Any = (2, 2, 2), data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.size = int_tuple("size", size, 3)
        self.data_format = standardize_data_format(data_format)

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(3, self.data_format))
        x = to_channels_last(inputs, self.data_format)
        for axis, times in enumerate(self.size, 1):
            x = x.repeat(times, axis=axis)
        return to_data_format(x, self.data_format)


class UpSampling2D(Layer):
    """An image enlarged by whole factors.

    Args:
        size: the factor, or (of the height, of the width).
        data_format: "channels_last", "channels_first", or None for the default.
        interpolation: "nearest" (rows and columns repeated), "bilinear", "bicubic", "lanczos3" or
            "lanczos5".

    Shapes:
        inputs: (batch, height, width, channels)
        output: (batch, size[0] * height, size[1] * width, channels)
    """

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.size = int_tuple("size", size, 2)
        self.data_format = standardize_data_format(data_format)
        self.interpolation = one_of("interpolation", interpolation, INTERPOLATIONS)

    def call(self, inputs):
        check_axes(self, inputs, *image_axes(2, self.data_format))
        x = to_channels_last(inputs, self.data_format)
        rows, columns = self.size
        if self.interpolation == "nearest":
            x = x.repeat(rows, axis=1).repeat(columns, axis=2)
        else:
            batch, height, width, channels = x.shape
            shape = (batch, rows * height, columns * width, channels)
            x = jax.image.resize(x, shape, self.interpolation, antialias=False)
        return to_data_format(x, self.data_format)
