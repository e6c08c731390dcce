"""Initializers: first values of weights, drawn on the host from a counter-based generator (no compilation)."""

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from .engine.configs import Configured, Family, like, revive, to_config
from .engine.dtypes import standardize_dtype
from .engine.errors import ShapeError, unknown_name
from .engine.randomness import SeedGenerator, make_seed

# The standard deviation of a standard normal that is cut off at 2.
TRUNCATED_STDDEV = 0.87962566103423978


class Initializer(Configured):
    """A function of (shape, dtype) giving an array."""

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a `__call__(shape, dtype)`")

    def clone(self) -> "Initializer":
        return like(self)


class RandomInitializer(Initializer):
    """An initializer that draws. The same object gives the same values at every call, as in Keras.

    Args:
        seed: an integer; None takes a new one; a SeedGenerator gives other values at every call.
    """

    def __init__(self, seed: Any = None):
        if isinstance(seed, dict) and seed.get("class_name") == "SeedGenerator":
            seed = SeedGenerator.from_config(seed["config"])
        if seed is not None and not isinstance(seed, (int, np.integer, SeedGenerator)):
            raise TypeError(f"`seed` is an integer, a SeedGenerator or None, not {seed!r}")
        self.seed = seed
        self._drawn_seed = make_seed() if seed is None else seed

    def generator(self) -> np.random.Generator:
        seed = self._drawn_seed
        seed = seed.next().tolist() if isinstance(seed, SeedGenerator) else int(seed)
        return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))

    def normal(self, shape: Any, mean: float, stddev: float, dtype: Any) -> np.ndarray:
        return _as(self.generator().normal(mean, stddev, tuple(shape)), dtype)

    def uniform(self, shape: Any, low: float, high: float, dtype: Any) -> np.ndarray:
        return _as(self.generator().uniform(low, high, tuple(shape)), dtype)

    def truncated(self, shape: Any, mean: float, stddev: float, dtype: Any) -> np.ndarray:
        """Normal values; those beyond 2 standard deviations are drawn again."""
        generator = self.generator()
        values = generator.standard_normal(tuple(shape))
        while (outside := np.abs(values) > 2).any():
            values[outside] = generator.standard_normal(int(outside.sum()))
        return _as(mean + stddev * values, dtype)


def _as(values: Any, dtype: Any) -> np.ndarray:
    return np.asarray(values).astype(jnp.dtype(standardize_dtype(dtype)))


class Zeros(Initializer):
    """All 0."""

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        return _as(np.zeros(tuple(shape)), dtype)


class Ones(Initializer):
    """All 1."""

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        return _as(np.ones(tuple(shape)), dtype)


class Constant(Initializer):
    """All `value`, or an array that broadcasts to the shape.

    Raises:
        ShapeError: the array does not broadcast to the shape.
    """

    def __init__(self, value: Any = 0.0):
        self.value = value

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Constant":
        """A new object from what `get_config` gave; an array is an array again."""
        return cls(**{name: revive(value) for name, value in config.items()})

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        value = np.asarray(self.value)
        try:
            return _as(np.broadcast_to(value, tuple(shape)), dtype)
        except ValueError as error:
            raise ShapeError(f"values of shape {value.shape} do not fill a weight of shape {tuple(shape)}") from error


class Identity(Initializer):
    """The identity matrix times `gain`; the shape has two axes."""

    def __init__(self, gain: float = 1.0):
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        if len(shape) != 2:
            raise ShapeError(f"Identity makes matrices, not an array of shape {tuple(shape)}")
        return _as(self.gain * np.eye(*shape), dtype)


class RandomNormal(RandomInitializer):
    """Normal distribution."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None):
        self.mean, self.stddev = mean, stddev
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        return self.normal(shape, self.mean, self.stddev, dtype)


class TruncatedNormal(RandomInitializer):
    """Normal distribution, drawn again beyond 2 standard deviations."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None):
        self.mean, self.stddev = mean, stddev
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        return self.truncated(shape, self.mean, self.stddev, dtype)


class RandomUniform(RandomInitializer):
    """Uniform distribution between `minval` and `maxval`."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None):
        self.minval, self.maxval = minval, maxval
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        return self.uniform(shape, self.minval, self.maxval, dtype)


MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")


class VarianceScaling(RandomInitializer):
    """Values whose variance is `scale` divided by the number of inputs, outputs, or their mean.

    Args:
        scale: of the variance, positive.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: see `RandomInitializer`.
        input_axes, output_axes: which axes are inputs and outputs of one unit. Given both, the axes in neither do not
            count; otherwise, as in Keras, the last two are input and output and the others a window on both.

    Reference: He et al. 2015, arXiv:1502.01852; Glorot & Bengio 2010.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Any = None,
        output_axes: Any = None,
    ):
        if scale <= 0:
            raise ValueError(f"`scale` must be positive, not {scale!r}")
        distribution = "truncated_normal" if str(distribution).lower() == "normal" else str(distribution).lower()
        if mode not in MODES:
            raise unknown_name("mode of VarianceScaling", mode, MODES)
        if distribution not in DISTRIBUTIONS:
            raise unknown_name("distribution of VarianceScaling", distribution, DISTRIBUTIONS)
        self.scale, self.mode, self.distribution = scale, mode, distribution
        self.input_axes, self.output_axes = input_axes, output_axes
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return self.uniform(shape, -limit, limit, dtype)
        if self.distribution == "untruncated_normal":
            return self.normal(shape, 0.0, math.sqrt(variance), dtype)
        return self.truncated(shape, 0.0, math.sqrt(variance) / TRUNCATED_STDDEV, dtype)


def compute_fans(shape: Any, input_axes: Any = None, output_axes: Any = None) -> tuple[float, float]:
    """How many inputs and outputs one unit of a kernel of this shape has."""
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return _size(shape, input_axes), _size(shape, output_axes)
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def _size(shape: tuple[int, ...], axes: int | Sequence[int]) -> int:
    axes = [axes] if isinstance(axes, int) else axes
    if any(not -len(shape) <= axis < len(shape) for axis in axes):
        raise ShapeError(f"a weight of shape {shape} does not have all of the axes {tuple(axes)}")
    return math.prod(shape[axis] for axis in axes)


class _Scaled(VarianceScaling):
    """A VarianceScaling with its first three arguments fixed."""

    fixed: tuple[float, str, str]

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None):
        super().__init__(*self.fixed, seed=seed, input_axes=input_axes, output_axes=output_axes)

    def get_config(self) -> dict[str, Any]:
        return {"seed": to_config(self.seed), "input_axes": self.input_axes, "output_axes": self.output_axes}


class GlorotUniform(_Scaled):
    """Uniform within sqrt(6 / (inputs + outputs)). Reference: Glorot & Bengio 2010."""

    fixed = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Scaled):
    """Truncated normal of variance 2 / (inputs + outputs). Reference: Glorot & Bengio 2010."""

    fixed = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Scaled):
    """Uniform within sqrt(6 / inputs). Reference: arXiv:1502.01852."""

    fixed = (2.0, "fan_in", "uniform")


class HeNormal(_Scaled):
    """Truncated normal of variance 2 / inputs. Reference: arXiv:1502.01852."""

    fixed = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Scaled):
    """Uniform within sqrt(3 / inputs). Reference: LeCun et al. 1998."""

    fixed = (1.0, "fan_in", "uniform")


class LecunNormal(_Scaled):
    """Truncated normal of variance 1 / inputs. Reference: LeCun et al. 1998."""

    fixed = (1.0, "fan_in", "truncated_normal")


class Orthogonal(RandomInitializer):
    """A matrix with orthonormal columns (or rows, if there are fewer), times `gain`; leading axes are flattened.

    Reference: Saxe et al. 2013, arXiv:1312.6120.
    """

    def __init__(self, gain: float = 1.0, seed: Any = None):
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        if len(shape) < 2:
            raise ShapeError(f"Orthogonal makes arrays of at least 2 axes, not of shape {tuple(shape)}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = self.generator().standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(drawn)
        q = q * np.sign(np.diag(r))  # makes the distribution uniform
        q = q.T if rows < columns else q
        return _as(self.gain * q.reshape(tuple(shape)), dtype)


COMMON_WINDOWS = ("hann", "hamming", "blackman", "bartlett", "boxcar", "cosine", "flattop", "nuttall", "tukey")


class STFT(Initializer):
    """The kernel of a short-time Fourier transform, for a 1-D convolution: `window * exp(-2 pi i time * rate)`.

    Args:
        side: "real" or "imag": which part.
        window: the name of a window of `scipy.signal`, its values, or None for no window and no scaling.
        scaling: "density" (divided by the root of the window's energy), "spectrum" (by its sum), or None.
        periodic: whether the window is periodic, or symmetric.

    Shapes:
        shape: (window length, 1, fft length // 2 + 1)

    Raises:
        ShapeError: the shape is not of this form, or the window has another length.
    """

    def __init__(
        self, side: str = "real", window: Any = "hann", scaling: str | None = "density", periodic: bool = False
    ):
        if side not in ("real", "imag"):
            raise unknown_name("side of STFT", side, ("real", "imag"))
        if scaling is not None and scaling not in ("density", "spectrum"):
            raise unknown_name("scaling of STFT", scaling, ("density", "spectrum"))
        self.side, self.window, self.scaling, self.periodic = side, window, scaling, periodic
        if isinstance(window, str):
            self._window(1)  # so that a typo raises here

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        if len(shape) != 3 or shape[1] != 1 or shape[2] < 2:
            raise ShapeError(f"STFT makes arrays (window length, 1, fft length // 2 + 1), not of shape {tuple(shape)}")
        length, _, channels = shape
        angles = math.pi * np.outer(np.arange(length), np.arange(channels)) / (channels - 1)
        kernel = np.cos(angles) if self.side == "real" else -np.sin(angles)
        if self.window is not None:
            kernel = kernel * self._scaled_window(length)[:, None]
        return _as(kernel[:, None, :], dtype)

    def _scaled_window(self, length: int) -> np.ndarray:
        window = self._window(length)
        if window.shape != (length,):
            raise ShapeError(f"STFT has a window of shape {window.shape} for a kernel of length {length}")
        scale = {"density": np.sqrt(np.sum(window**2)), "spectrum": np.sum(np.abs(window)), None: 1.0}[self.scaling]
        return window / scale

    def _window(self, length: int) -> np.ndarray:
        if not isinstance(self.window, str):
            return np.asarray(self.window)
        from scipy.signal import get_window  # only who uses it pays for its import

        try:
            return np.asarray(get_window(self.window, length, self.periodic))
        except ValueError as error:
            raise unknown_name("window of STFT", self.window, COMMON_WINDOWS) from error


IdentityInitializer, OrthogonalInitializer, STFTInitializer = Identity, Orthogonal, STFT
constant, identity, ones, zeros, stft = Constant, Identity, Ones, Zeros, STFT
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform = HeNormal, HeUniform
lecun_normal, lecun_uniform = LecunNormal, LecunUniform
orthogonal, variance_scaling = Orthogonal, VarianceScaling
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal

_family = Family("initializer", Initializer, "keras.initializers")
_family.add_all([Zeros, Ones, Constant, Identity, RandomNormal, TruncatedNormal, RandomUniform, VarianceScaling])
_family.add_all([GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Orthogonal])
_family.add(STFT, "stft", "STFTInitializer")
_family.members |= {
    "IdentityInitializer": Identity, "OrthogonalInitializer": Orthogonal,
    "normal": RandomNormal, "uniform": RandomUniform, "one": Ones, "zero": Zeros,
}  # fmt: skip


def get(identifier: Any) -> Any:
    """The initializer that a name, a configuration, a class, a function of (shape, dtype) or an array means."""
    if hasattr(identifier, "shape") and hasattr(identifier, "dtype") and not callable(identifier):
        return Constant(identifier)
    return _family.get(identifier)


def serialize(initializer: Any) -> Any:
    """The configuration from which `get` makes the initializer again."""
    return to_config(initializer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The initializer of a configuration; `custom_objects` are looked at first."""
    return _family.get_among(config, custom_objects)
