"""`tf.signal`: Fourier transforms, frames, windows and the mel scale."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from ...layers.preprocessing.sound import mel_weights
from .table import array, floating, functions


def _complex(x: Any) -> Any:
    x = array(x)
    return x if jnp.issubdtype(x.dtype, jnp.complexfloating) else x.astype("complex64")


def _sizes(fft_length: Any) -> tuple[int, ...] | None:
    return None if fft_length is None else tuple(int(n) for n in np.reshape(np.asarray(fft_length), -1))


def _real(transform: Any, axes: int, prepare: Any) -> Any:
    """`rfft` and the like over the last axes, of the lengths given."""

    def run(input: Any, fft_length: Any = None) -> Any:
        return transform(prepare(input), _sizes(fft_length), tuple(range(-axes, 0)))

    return run


def _frame(
    signal: Any, frame_length: int, frame_step: int, pad_end: bool = False, pad_value: Any = 0, axis: int = -1
) -> Any:
    """Overlapping pieces of the axis: (..., samples, ...) -> (..., frames, frame_length, ...)."""
    x = jnp.moveaxis(array(signal), axis, -1)
    length, step, size = int(frame_length), int(frame_step), x.shape[-1]
    count = -(-size // step) if pad_end else max(0, 1 + (size - length) // step)
    missing = max(0, (count - 1) * step + length - size) if count else 0
    x = jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, missing)], constant_values=pad_value)
    places = np.arange(count)[:, None] * step + np.arange(length)
    framed = x[..., places]
    where = axis % array(signal).ndim
    return jnp.moveaxis(framed, (-2, -1), (where, where + 1))


def _cosine_window(first: float) -> Any:
    def window(window_length: Any, periodic: bool = True, dtype: Any = "float32") -> Any:
        length = int(window_length)
        span = length if periodic and length % 2 == 0 else length - 1 + (length % 2 if periodic else 0)
        turns = 2 * np.pi * np.arange(length) / max(span, 1)
        return jnp.asarray(first - (1 - first) * np.cos(turns), getattr(dtype, "name", dtype))

    return window


_hann = _cosine_window(0.5)


def _stft(
    signals: Any, frame_length: int, frame_step: int, fft_length: Any = None, window_fn: Any = _hann,
    pad_end: bool = False,
) -> Any:  # fmt: skip
    """(..., samples) -> (..., frames, fft_length // 2 + 1), complex; `fft_length` is the next power of two."""
    frames = _frame(floating(signals), frame_length, frame_step, pad_end)
    size = 2 ** (int(frame_length) - 1).bit_length() if fft_length is None else int(fft_length)
    window = 1 if window_fn is None else array(window_fn(int(frame_length)))
    return jnp.fft.rfft(frames * window, size)


def _overlap_and_add(signal: Any, frame_step: int) -> Any:
    """(..., frames, frame_length) -> (..., samples): the sum of frames, each `frame_step` after the one before."""
    x, step = array(signal), int(frame_step)
    count, length = x.shape[-2:]
    places = (np.arange(count)[:, None] * step + np.arange(length)).reshape(-1)
    empty = jnp.zeros((*x.shape[:-2], (count - 1) * step + length), x.dtype)
    return empty.at[..., places].add(x.reshape(*x.shape[:-2], -1))


def _inverse_stft(
    stfts: Any, frame_length: int, frame_step: int, fft_length: Any = None, window_fn: Any = _hann
) -> Any:
    size = 2 ** (int(frame_length) - 1).bit_length() if fft_length is None else int(fft_length)
    frames = jnp.fft.irfft(_complex(stfts), size)[..., : int(frame_length)]
    window = 1 if window_fn is None else array(window_fn(int(frame_length)))
    return _overlap_and_add(frames * window, frame_step)


def _mel_matrix(
    num_mel_bins: int = 20, num_spectrogram_bins: int = 129, sample_rate: Any = 8000, lower_edge_hertz: Any = 125.0,
    upper_edge_hertz: Any = 3800.0, dtype: Any = "float32",
) -> Any:  # fmt: skip
    """(num_spectrogram_bins, num_mel_bins): triangles evenly spaced on the scale 1127 ln(1 + hertz / 700)."""
    edges = float(lower_edge_hertz), float(upper_edge_hertz)
    kind = getattr(dtype, "name", dtype)
    return mel_weights(int(num_mel_bins), int(num_spectrogram_bins), float(sample_rate), *edges, kind)


def _dct(input: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """The cosine transform of the second kind."""
    if type != 2 or axis != -1:
        raise NotImplementedError("tf.signal.dct is here of type 2 and over the last axis")
    x = floating(input)
    x = x if n is None else jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, max(0, n - x.shape[-1]))])[..., :n]
    size = x.shape[-1]
    waves = np.cos(np.pi / size * (np.arange(size)[:, None] + 0.5) * np.arange(size))
    scale = np.full(size, 2.0)
    if norm == "ortho":
        scale = np.where(np.arange(size) == 0, np.sqrt(1 / size), np.sqrt(2 / size))
    return x @ jnp.asarray(waves * scale, x.dtype)


def _mfccs(log_mel_spectrograms: Any) -> Any:
    """The cosine transform of log mel spectra, over the square root of twice their number."""
    x = floating(log_mel_spectrograms)
    return _dct(x) / np.sqrt(2.0 * x.shape[-1])


TABLE: dict[str, Any] = {
    "dct": _dct,
    "fft": lambda input: jnp.fft.fft(_complex(input)),
    "fft2d": lambda input: jnp.fft.fft2(_complex(input)),
    "fft3d": lambda input: jnp.fft.fftn(_complex(input), axes=(-3, -2, -1)),
    "fftshift": lambda x, axes=None: jnp.fft.fftshift(array(x), axes),
    "frame": _frame,
    "hamming_window": _cosine_window(0.54),
    "hann_window": _hann,
    "ifft": lambda input: jnp.fft.ifft(_complex(input)),
    "ifft2d": lambda input: jnp.fft.ifft2(_complex(input)),
    "ifft3d": lambda input: jnp.fft.ifftn(_complex(input), axes=(-3, -2, -1)),
    "ifftshift": lambda x, axes=None: jnp.fft.ifftshift(array(x), axes),
    "inverse_stft": _inverse_stft,
    "irfft": _real(jnp.fft.irfftn, 1, _complex),
    "irfft2d": _real(jnp.fft.irfftn, 2, _complex),
    "irfft3d": _real(jnp.fft.irfftn, 3, _complex),
    "linear_to_mel_weight_matrix": _mel_matrix,
    "mfccs_from_log_mel_spectrograms": _mfccs,
    "overlap_and_add": _overlap_and_add,
    "rfft": _real(jnp.fft.rfftn, 1, floating),
    "rfft2d": _real(jnp.fft.rfftn, 2, floating),
    "rfft3d": _real(jnp.fft.rfftn, 3, floating),
    "stft": _stft,
}
_FUNCTIONS = functions(TABLE)
globals().update(_FUNCTIONS)
__all__ = [*_FUNCTIONS]
