"""Numbers brought into another range: by given factors, or by the mean and variance of data."""

import math
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from ...engine.configs import revive
from ...engine.errors import ShapeError, StateError, format_shape
from ...engine.layer import Layer
from ...engine.settings import epsilon, image_data_format
from ..arguments import describe


class Rescaling(Layer):
    """`x * scale + offset`, in floats.

    Args:
        scale, offset: a number, or one for each channel.

    Shapes:
        inputs, output: (batch, ...); integers become floats

    Example:
        >>> Rescaling(1 / 255)(jnp.array([[0, 255]]))
        Array([[0., 1.]], dtype=float32)
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.scale = revive(scale)
        self.offset = revive(offset)
        self.supports_masking = True

    def call(self, inputs):
        scale, offset = (self._of_channels(value) for value in (self.scale, self.offset))
        return inputs.astype(self.compute_dtype) * scale + offset

    def _of_channels(self, value: Any) -> Any:
        value = jnp.asarray(value, self.compute_dtype)
        if value.ndim and image_data_format() == "channels_first":
            return value.reshape(value.shape + (1,) * (3 - value.ndim))
        return value


class Normalization(Layer):
    """`(x - mean) / sqrt(variance)`, with moments that are given or taken from data by `adapt`.

    Args:
        axis: those that keep a mean and variance of their own for each place; None for one mean of everything.
        mean, variance: numbers, or one for each place on `axis`; None until `adapt` finds them (0 and 1 before).
        invert: undo it: `x * sqrt(variance) + mean`.

    Shapes:
        inputs, output: (batch, ...)

    Weights:
        mean, variance: the sizes of `axis`; count: (), unused, as in Keras's files; none of them with given moments

    Raises:
        ShapeError: a size on `axis` is unknown, or differs from that of the data or the moments.

    Example:
        >>> layer = Normalization()
        >>> layer.adapt(np.array([[0.0], [2.0], [4.0]]))
        >>> layer(np.array([[2.0]]))
        Array([[0.]], dtype=float32)
    """

    not_in_config = ("mean", "variance")

    def __init__(self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.input_mean, self.input_variance = revive(mean), revive(variance)
        self.invert = invert
        self.supports_masking = True
        if (mean is None) != (variance is None):
            raise ValueError(f"{describe(self)}: give both `mean` and `variance`, or neither and call `adapt`")
        if np.shape(self.input_mean) != np.shape(self.input_variance):
            raise ShapeError(
                f"{describe(self)}: `mean` has the shape {np.shape(self.input_mean)} and `variance` "
                f"{np.shape(self.input_variance)}; they must be equal"
            )
        if np.ndim(self.input_mean) > len(self.axis):
            raise ShapeError(
                f"{describe(self)}: `mean` has the shape {np.shape(self.input_mean)}; "
                f"axis={self.axis} leaves it at most {len(self.axis)} axes"
            )

    def get_config(self):
        moments = {"mean": self.input_mean, "variance": self.input_variance}
        return super().get_config() | {
            name: None if value is None else np.asarray(value).tolist() for name, value in moments.items()
        }

    def build(self, input_shape):
        rank = len(input_shape)
        if any(not -rank <= axis < rank for axis in self.axis):
            raise ShapeError(
                f"{describe(self)} has axis={self.axis}; its input {format_shape(input_shape)}: {rank} axes"
            )
        self._kept = tuple(sorted(axis % rank for axis in self.axis))
        if any(input_shape[axis] is None for axis in self._kept):
            raise ShapeError(
                f"{describe(self)} keeps moments for each place on axis={self.axis}, which is open in "
                f"{format_shape(input_shape)}. Give the input a size there, or choose another `axis`."
            )
        self._sizes = tuple(input_shape[axis] for axis in self._kept)
        self._broadcast = tuple(input_shape[axis] if axis in self._kept else 1 for axis in range(rank))
        if self.input_mean is None:
            self.adapt_mean = self.add_weight(self._sizes, "zeros", name="mean", trainable=False)
            self.adapt_variance = self.add_weight(self._sizes, "ones", name="variance", trainable=False)
            self.count = self.add_weight((), "zeros", dtype="int32", name="count", trainable=False)
        elif not _broadcasts(np.shape(self.input_mean), self._sizes):
            raise ShapeError(
                f"{describe(self)}: `mean` has the shape {np.shape(self.input_mean)}; the input "
                f"{format_shape(input_shape)} has the sizes {self._sizes} on axis={self.axis}"
            )

    @property
    def mean(self) -> Any:
        """With the inputs' axes; None before the layer is built."""
        return self._moment(self.input_mean, "adapt_mean")

    @property
    def variance(self) -> Any:
        """With the inputs' axes; None before the layer is built."""
        return self._moment(self.input_variance, "adapt_variance")

    def _moment(self, given: Any, weight: str) -> Any:
        if not self.built:
            return None
        value = getattr(self, weight).value if given is None else given
        return jnp.broadcast_to(jnp.asarray(value, self.compute_dtype), self._sizes).reshape(self._broadcast)

    def call(self, inputs):
        x = inputs.astype(self.compute_dtype)
        if not self._fits(x.shape):
            raise ShapeError(
                f"{describe(self)} has moments for {self._sizes} on axis={self.axis}; it got {format_shape(x.shape)}"
            )
        mean, variance = self.mean, self.variance
        if not self._kept:
            mean, variance = mean.reshape(()), variance.reshape(())
        deviation = jnp.maximum(jnp.sqrt(variance), jnp.asarray(epsilon(), x.dtype))
        return x * deviation + mean if self.invert else (x - mean) / deviation

    def _fits(self, shape: tuple[int, ...]) -> bool:
        """Whether the moments are for such an input; one mean and variance for all places fit any."""
        if not self._kept:
            return True
        return len(shape) == len(self._broadcast) and all(shape[axis] == self._broadcast[axis] for axis in self._kept)

    def adapt(self, data: Any) -> None:
        """Take the mean and variance of data in place of those from before.

        Args:
            data: an array, or batches of arrays: a list, a generator, a PyDataset, a `tf.data.Dataset`. Of a batch
                that is a tuple the first is taken.

        Raises:
            StateError: the moments were given to the constructor.
            ValueError: there are no data.
        """
        if self.input_mean is not None:
            raise StateError(f"{describe(self)} was given its mean and variance; make one without them to adapt it")
        count, mean, squares = 0, np.zeros(()), np.zeros(())  # of the deviations from the mean
        for batch in _batches(data):
            if not self.built:
                self.build(
                    (None, *batch.shape[1:]) if 0 not in {axis % batch.ndim for axis in self.axis} else batch.shape
                )
            if tuple(batch.shape[axis] for axis in self._kept) != self._sizes:
                raise ShapeError(
                    f"{describe(self)} has moments for {self._sizes} on axis={self.axis}; "
                    f"the data have the shape {batch.shape}"
                )
            others = tuple(axis for axis in range(batch.ndim) if axis not in self._kept)
            size = math.prod(batch.shape[axis] for axis in others)
            if not size:
                continue
            # moments of parts put together: Chan, Golub & LeVeque 1979, equations 2.1
            batch_mean = batch.mean(others, dtype=np.float64)
            batch_squares = batch.var(others, dtype=np.float64) * size
            shift, total = batch_mean - mean, count + size
            mean = mean + shift * size / total
            squares = squares + batch_squares + shift**2 * count * size / total
            count = total
        if not count:
            raise ValueError(f"{describe(self)}: there is nothing to adapt to, the data are empty")
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(squares / count)

    def finalize_state(self) -> None:
        """Nothing to do: the moments are read where they are used. Keras asks for it after new weights."""


def _broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    return len(shape) <= len(to) and all(a in (1, b) for a, b in zip(shape[::-1], to[::-1], strict=False))


def _batches(data: Any) -> Iterator[np.ndarray]:
    """The data in parts, as arrays."""
    if hasattr(data, "shape") and hasattr(data, "dtype"):
        yield np.asarray(data)
        return
    spec = getattr(data, "element_spec", None)  # a tf.data.Dataset
    first = spec[0] if isinstance(spec, tuple) else spec
    if first is not None and len(first.shape) == 1:  # of single samples
        data = data.batch(128)
    if not hasattr(data, "__iter__"):
        if not (hasattr(data, "__getitem__") and hasattr(data, "__len__")):
            raise TypeError(f"`adapt` takes an array or batches of arrays, not {type(data).__name__}")
        data = (data[index] for index in range(len(data)))
    for batch in data:
        array = batch[0] if isinstance(batch, tuple) else batch
        if not hasattr(array, "shape") or not len(array.shape):
            raise TypeError(f"`adapt` takes batches that are arrays; got one that is {type(array).__name__}")
        yield np.asarray(array)
