"""Segments, Fourier transforms, special functions and sequences."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..engine.operation import lift


def _segment(name: str) -> Any:
    function = getattr(jax.ops, name)

    def segment(data, segment_ids, num_segments=None, sorted=False):
        data, segment_ids = jnp.asarray(data), jnp.asarray(segment_ids)
        if num_segments is None:
            raise ValueError(f"{name} needs `num_segments`: the size of its result cannot depend on values")
        return function(data, segment_ids, num_segments, indices_are_sorted=sorted)

    segment.__name__ = segment.__qualname__ = name
    kind = name.removeprefix("segment_")
    segment.__doc__ = f"The {kind} of the entries of each segment; `segment_ids` says which segment each row is of."
    return lift(segment)


segment_max, segment_min, segment_prod, segment_sum = map(
    _segment, ("segment_max", "segment_min", "segment_prod", "segment_sum")
)


@lift
def top_k(x, k, sorted=True):
    """The `k` largest values of the last axis, largest first, and where they are."""
    return tuple(jax.lax.top_k(jnp.asarray(x), k))


@lift
def in_top_k(targets, predictions, k):
    """Whether each target is among the `k` classes with the largest predictions; ties at the border count."""
    targets, predictions = jnp.asarray(targets), jnp.asarray(predictions)
    own = jnp.take_along_axis(predictions, targets[..., None], axis=-1)
    return own[..., 0] >= jax.lax.top_k(predictions, k)[0][..., -1]


@lift
def logsumexp(x, axis=None, keepdims=False):
    """`log(sum(exp(x)))`, without overflow."""
    return jax.nn.logsumexp(jnp.asarray(x), axis=axis, keepdims=keepdims)


@lift
def cdist(x, y):
    """The Euclidean distance between each row of `x` and each row of `y`."""
    x, y = jnp.asarray(x), jnp.asarray(y)
    square = jnp.sum((x[..., :, None, :] - y[..., None, :, :]) ** 2, axis=-1)
    return jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1)), 0)  # no NaN gradient at 0


@lift
def rsqrt(x):
    """`1 / sqrt(x)`."""
    return jax.lax.rsqrt(_as_float(x))


@lift
def erf(x):
    """The error function."""
    return jax.lax.erf(_as_float(x))


@lift
def erfc(x):
    """1 minus the error function, exact for large `x`."""
    return jax.lax.erfc(_as_float(x))


@lift
def erfinv(x):
    """The inverse of the error function."""
    return jax.lax.erf_inv(_as_float(x))


def _as_float(x: Any) -> Any:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.float32)


# -- Fourier transforms: complex numbers are pairs (real, imaginary)


def _complex(x: Any, name: str) -> Any:
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(f"{name} takes a pair (real, imaginary) of arrays; got {type(x).__name__}")
    return jax.lax.complex(_as_float(x[0]), _as_float(x[1]))


def _pair(x: Any) -> tuple[Any, Any]:
    return jnp.real(x), jnp.imag(x)


@lift
def fft(x):
    """The Fourier transform over the last axis, of and as a pair (real, imaginary)."""
    return _pair(jnp.fft.fft(_complex(x, "fft")))


@lift
def fft2(x):
    """The Fourier transform over the last two axes, of and as a pair (real, imaginary)."""
    return _pair(jnp.fft.fft2(_complex(x, "fft2")))


@lift
def ifft2(x):
    """The inverse Fourier transform over the last two axes."""
    return _pair(jnp.fft.ifft2(_complex(x, "ifft2")))


@lift
def rfft(x, fft_length=None):
    """The Fourier transform of real numbers over the last axis, as a pair (real, imaginary)."""
    return _pair(jnp.fft.rfft(_as_float(x), n=fft_length))


@lift
def irfft(x, fft_length=None):
    """The inverse of `rfft`."""
    return jnp.fft.irfft(_complex(x, "irfft"), n=fft_length)


def _window(window: Any, length: int, fft_length: int, dtype: Any) -> Any:
    """The window, in the middle of `fft_length` points; without one, all points count."""
    if window is None:
        return jnp.ones(fft_length, dtype)
    if isinstance(window, str):
        named = {"hann": np.hanning, "hamming": np.hamming}
        if window not in named:
            from ..engine.errors import unknown_name

            raise unknown_name("window", window, named)
        values = named[window](length + 1)[:-1]  # periodic, as Fourier transforms want it
    else:
        values = jnp.asarray(window)
        if values.shape != (length,):
            raise ValueError(f"the window has the shape {values.shape}, `sequence_length` is {length}")
    before = (fft_length - length) // 2
    return jnp.pad(jnp.asarray(values, dtype), (before, fft_length - length - before))


@lift
def extract_sequences(x, sequence_length, sequence_stride):
    """Overlapping windows of the last axis: (..., length) -> (..., windows, sequence_length)."""
    x = jnp.asarray(x)
    count = max(0, 1 + (x.shape[-1] - sequence_length) // sequence_stride)
    places = np.arange(count)[:, None] * sequence_stride + np.arange(sequence_length)
    return jnp.take(x, places, axis=-1)


@lift
def stft(x, sequence_length, sequence_stride, fft_length, window="hann", center=True):
    """The short-time Fourier transform, as a pair (real, imaginary) of (..., windows, fft_length // 2 + 1).

    Args:
        sequence_length, sequence_stride: of the windows, in samples.
        fft_length: points of each transform, at least `sequence_length`.
        window: "hann", "hamming", an array, or None.
        center: whether windows are centred on their sample, by reflection at both ends.
    """
    x = _as_float(x)
    if fft_length < sequence_length:
        raise ValueError(f"stft: `fft_length` {fft_length} is less than `sequence_length` {sequence_length}")
    if center:
        edges = [(0, 0)] * (x.ndim - 1) + [(fft_length // 2, fft_length // 2)]
        x = jnp.pad(x, edges, mode="reflect")
    parts = extract_sequences(x, fft_length, sequence_stride)
    return _pair(jnp.fft.rfft(parts * _window(window, sequence_length, fft_length, x.dtype), n=fft_length))


@lift
def istft(x, sequence_length, sequence_stride, fft_length, length=None, window="hann", center=True):
    """The inverse of `stft`: windows added up, divided by what the squared windows add up to.

    Args:
        length: of the result in samples; None gives all that the windows cover.
    """
    frames = jnp.fft.irfft(_complex(x, "istft"), n=fft_length)
    shape = _window(window, sequence_length, fft_length, frames.dtype)
    count = frames.shape[-2]
    total = fft_length + sequence_stride * (count - 1)
    places = (np.arange(count)[:, None] * sequence_stride + np.arange(fft_length)).reshape(-1)
    lead = frames.shape[:-2]
    added = jnp.zeros((*lead, total), frames.dtype).at[..., places].add((frames * shape).reshape(*lead, -1))
    weights = jnp.zeros(total, frames.dtype).at[places].add(jnp.tile(shape**2, count))
    result = added / jnp.where(weights > 1e-11, weights, 1)
    start = fft_length // 2 if center else 0
    end = start + length if length is not None else total - (fft_length // 2 if center else 0)
    result = result[..., start:end]
    if length is not None and result.shape[-1] < length:
        result = jnp.pad(result, [(0, 0)] * (result.ndim - 1) + [(0, length - result.shape[-1])])
    return result


@lift
def view_as_complex(x):
    """Complex numbers from real ones: (..., 2) -> (...)."""
    return jax.lax.complex(x[..., 0], x[..., 1])


@lift
def view_as_real(x):
    """Real and imaginary parts on a new last axis: (...) -> (..., 2)."""
    return jnp.stack(_pair(x), axis=-1)


__all__ = [
    "cdist", "erf", "erfc", "erfinv", "extract_sequences", "fft", "fft2", "ifft2", "in_top_k", "irfft", "istft",
    "logsumexp", "rfft", "rsqrt", "segment_max", "segment_min", "segment_prod", "segment_sum", "stft", "top_k",
    "view_as_complex", "view_as_real",
]  # fmt: skip
