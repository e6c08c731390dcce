"""Initializers: first values of weights, drawn on the host from a counter-based generator (no compilation)."""

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from .engine.configs import Configured, Family, to_config
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
        return type(self).from_config(self.get_config())


class RandomInitializer(Initializer):
    """An initializer that draws. The same object gives the same values at every call, as in Keras.

    Args:
        seed: an integer; None takes a new one; a SeedGenerator gives other values at every call.
    """

    def __init__(self, seed: Any = None):
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
    """All `value`, or an array that broadcasts to the shape."""

    def __init__(self, value: Any = 0.0):
        self.value = value

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        return _as(np.broadcast_to(np.asarray(self.value), tuple(shape)), dtype)


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
        input_axes, output_axes: which axes count as inputs and outputs; None takes all but the last two as a window,
            then input and output.

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
    if input_axes is not None or output_axes is not None:
        if not shape:
            raise ShapeError("a scalar has no input or output axes")
        ins = _axes(input_axes, len(shape), [len(shape) - 2] if len(shape) > 1 else [0])
        outs = _axes(output_axes, len(shape), [len(shape) - 1])
        window = math.prod(n for axis, n in enumerate(shape) if axis not in (*ins, *outs))
        return window * math.prod(shape[a] for a in ins), window * math.prod(shape[a] for a in outs)
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def _axes(axes: Any, rank: int, default: Sequence[int]) -> list[int]:
    if axes is None:
        return list(default)
    return [axis % rank for axis in ([axes] if isinstance(axes, int) else axes)]


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


class STFT(Initializer):
    """The kernel of a short-time Fourier transform, for a 1-D convolution.

    Args:
        side: "real" or "imag": which part.
        window: "hann", "hamming", a window function's values, or None.
        scaling: "density" or "spectrum", or None.
        periodic: whether the window is periodic.

    Shapes:
        shape: (window length, 1, fft length // 2 + 1)
    """

    def __init__(
        self, side: str = "real", window: Any = "hann", scaling: str | None = "density", periodic: bool = False
    ):
        if side not in ("real", "imag"):
            raise unknown_name("side of STFT", side, ("real", "imag"))
        if scaling is not None and scaling not in ("density", "spectrum"):
            raise unknown_name("scaling of STFT", scaling, ("density", "spectrum"))
        if isinstance(window, str) and window not in ("hann", "hamming"):
            raise unknown_name("window of STFT", window, ("hann", "hamming"))
        self.side, self.window, self.scaling, self.periodic = side, window, scaling, periodic

    def __call__(self, shape: Any, dtype: Any = None) -> np.ndarray:
        length, _, channels = shape
        fft_length = (channels - 1) * 2
        times, rates = np.arange(length), np.arange(channels)
        angles = 2 * math.pi * np.outer(times, rates) / fft_length
        kernel = np.cos(angles) if self.side == "real" else np.sin(angles)
        kernel = kernel / math.sqrt(fft_length) if self.scaling is None else kernel
        window = self._window(length)
        if self.scaling == "density":
            window = window / math.sqrt(np.sum(window**2))
        elif self.scaling == "spectrum":
            window = window / np.sum(window)
        return _as((kernel * window[:, None])[:, None, :].reshape(tuple(shape)), dtype)

    def _window(self, length: int) -> np.ndarray:
        if self.window is None:
            return np.ones(length)
        if isinstance(self.window, str):
            make = {"hann": np.hanning, "hamming": np.hamming}[self.window]
            return make(length + 1)[:-1] if self.periodic else make(length)
        return np.asarray(self.window)


IdentityInitializer, OrthogonalInitializer, STFTInitializer = Identity, Orthogonal, STFT
constant, identity, ones, zeros, stft = Constant, Identity, Ones, Zeros, STFT
glorot_normal, glorot_uniform = GlorotNormal, GlorotUniform
he_normal, he_uniform = HeNormal, HeUniform
lecun_normal, lecun_uniform = LecunNormal, LecunUniform
orthogonal, variance_scaling = Orthogonal, VarianceScaling
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal

_family = Family("initializer", Initializer)
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
