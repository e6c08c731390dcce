"""Sounds as images: which frequencies are in them, and when."""

import math
import warnings
from typing import Any

import jax.numpy as jnp
import numpy as np

from ... import ops
from ...engine.configs import revive
from ...engine.layer import Layer
from ...engine.settings import epsilon, standardize_data_format
from ...initializers import STFT
from ...ops.kernels import convolution
from ..arguments import check_axes, describe, one_of, positive_int
from ..data_format import check_window

MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


class STFTSpectrogram(Layer):
    """The short-time Fourier transform of a signal, as a convolution whose kernels may be trained.

    Args:
        mode: "real", "imag", or both after one another as "stft"; "angle"; the "magnitude" or its "log"; "psd", the
            power, where all but the first and last frequency count twice.
        frame_length: samples in a window.
        frame_step: samples from one window to the next; None is half a window.
        fft_length: points of a transform, at least `frame_length`; None is the next power of two.
        window, periodic, scaling: of the windows, as in `initializers.STFT`.
        padding: "valid", or "same" for zeros at both ends.
        expand_dims: whether frequencies and channels have an axis each.
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs: (batch, time, channels); channels first (batch, channels, time)
        output: (batch, windows, channels * frequencies), with `expand_dims` (batch, windows, frequencies, channels);
            channels first (batch, channels * frequencies, windows) and (batch, channels, windows, frequencies)

    Weights:
        real_kernel, imag_kernel: (frame_length, 1, fft_length // 2 + 1), those that `mode` needs
    """

    def __init__(
        self,
        mode: str = "log",
        frame_length: int = 256,
        frame_step: int | None = None,
        fft_length: int | None = None,
        window: Any = "hann",
        periodic: bool = False,
        scaling: str | None = "density",
        padding: str = "valid",
        expand_dims: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.mode = one_of("mode", mode, MODES)
        self.frame_length = positive_int("frame_length", frame_length)
        if frame_step is not None and not 1 <= frame_step <= frame_length:
            raise ValueError(f"{describe(self)}: `frame_step` is from 1 to `frame_length`, {frame_length}, not "
                             f"{frame_step}")  # fmt: skip
        if fft_length is not None and fft_length < frame_length:
            raise ValueError(f"{describe(self)}: `fft_length` is at least `frame_length`, {frame_length}, not "
                             f"{fft_length}")  # fmt: skip
        if fft_length is not None and fft_length & (fft_length - 1):
            warnings.warn(f"{describe(self)}: fft_length={fft_length} is slower than a power of two", stacklevel=2)
        self.frame_step, self.fft_length = frame_step, fft_length
        self.window, self.periodic, self.scaling = revive(window), periodic, scaling
        self.padding = one_of("padding", padding, ("valid", "same"))
        self.expand_dims = expand_dims
        self.data_format = standardize_data_format(data_format)
        self._kernels = {  # made here, so that a wrong window or scaling raises here
            side: STFT(side, self.window, scaling, periodic)
            for side in ("real", "imag")
            if side == mode or mode not in ("real", "imag")
        }

    def build(self, input_shape):
        points = self.fft_length or 2 ** math.ceil(math.log2(self.frame_length))
        shape = (self.frame_length, 1, points // 2 + 1)
        for side, initializer in self._kernels.items():
            setattr(
                self, f"{side}_kernel", self.add_weight(name=f"{side}_kernel", shape=shape, initializer=initializer)
            )

    def call(self, inputs):
        names = ("batch", "time", "channels") if self.data_format == "channels_last" else ("batch", "channels", "time")
        check_axes(self, inputs, *names)
        signals = inputs if self.data_format == "channels_first" else inputs.swapaxes(1, 2)
        if self.padding == "valid":
            check_window(self, inputs, signals.shape[2:], (self.frame_length,))
        parts = [self._transformed(signals, side) for side in self._kernels]
        return self._arranged(self._combined(*parts))

    def _transformed(self, signals: Any, side: str) -> Any:
        """(batch, channels, time) -> (batch, channels, windows, frequencies)."""
        kernel = getattr(self, f"{side}_kernel").value.astype(signals.dtype)
        x = signals.reshape(-1, signals.shape[2], 1)
        x = convolution.conv(x, kernel, (self.frame_step or self.frame_length // 2,), self.padding, (1,), 1)
        return x.reshape(signals.shape[:2] + x.shape[1:])

    def _combined(self, real: Any, imag: Any = None) -> Any:
        if imag is None:  # the only one, whichever it is
            return real
        if self.mode == "stft":
            return jnp.concatenate([real, imag], -1)
        if self.mode == "angle":
            return jnp.arctan2(imag, real)
        power = jnp.square(real) + jnp.square(imag)
        if self.mode == "psd":
            return power.at[..., 1:-1].multiply(2)
        small = jnp.asarray(epsilon(), power.dtype)
        magnitude = jnp.sqrt(jnp.maximum(power, small))
        return magnitude if self.mode == "magnitude" else jnp.log(jnp.maximum(magnitude, small))

    def _arranged(self, x: Any) -> Any:
        batch, channels, windows, frequencies = x.shape
        if self.expand_dims:
            return x if self.data_format == "channels_first" else x.transpose(0, 2, 3, 1)
        x = x.swapaxes(2, 3).reshape(batch, channels * frequencies, windows)
        return x if self.data_format == "channels_first" else x.swapaxes(1, 2)


class MelSpectrogram(Layer):
    """How strong each band of a scale of pitches, as people hear them, is in a sound, and when.

    Args:
        fft_length: points of each transform.
        sequence_stride, sequence_length: samples from one window to the next, and in a window; None is `fft_length`.
        window: "hann", "hamming", an array, or None.
        sampling_rate: samples per second.
        num_mel_bins: bands.
        min_freq, max_freq: in hertz, of the lowest and highest band; None is half of `sampling_rate`.
        power_to_db: whether the result is in decibels, `10 * log10(power / ref_power)`.
        top_db: decibels below the loudest of the batch at which the rest is cut off.
        mag_exp: power of the magnitude: 2 for energy.
        min_power: what smaller powers count as.
        ref_power: the power of 0 decibels.

    Shapes:
        inputs: (batch, samples), or (samples,)
        output: (batch, num_mel_bins, windows), or without the batch

    Reference: Young et al., The HTK Book, section 5.4: mel(f) = 1127 * log(1 + f / 700).
    """

    def __init__(
        self,
        fft_length: int = 2048,
        sequence_stride: int = 512,
        sequence_length: int | None = None,
        window: Any = "hann",
        sampling_rate: int = 16000,
        num_mel_bins: int = 128,
        min_freq: float = 20.0,
        max_freq: float | None = None,
        power_to_db: bool = True,
        top_db: float = 80.0,
        mag_exp: float = 2.0,
        min_power: float = 1e-10,
        ref_power: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.fft_length = positive_int("fft_length", fft_length)
        self.sequence_stride = positive_int("sequence_stride", sequence_stride)
        self.sequence_length = sequence_length or fft_length
        if self.sequence_length > fft_length:
            raise ValueError(f"{describe(self)}: `fft_length` is at least `sequence_length`, {self.sequence_length}, "
                             f"not {fft_length}")  # fmt: skip
        self.window = revive(window)
        self.sampling_rate = sampling_rate
        self.num_mel_bins = positive_int("num_mel_bins", num_mel_bins)
        self.min_freq, self.max_freq = min_freq, max_freq or int(sampling_rate / 2)
        self.power_to_db, self.top_db = power_to_db, top_db
        self.mag_exp, self.min_power, self.ref_power = mag_exp, min_power, ref_power
        self.autocast = False  # transforms are made in 32 bits at least

    def call(self, inputs):
        x = jnp.asarray(inputs, "float64" if self.compute_dtype == "float64" else "float32")
        real, imag = ops.stft(x, self.sequence_length, self.sequence_stride, self.fft_length, self.window)
        power = (jnp.square(real) + jnp.square(imag)) ** (self.mag_exp / 2)
        bands = self.linear_to_mel_weight_matrix(
            self.num_mel_bins, power.shape[-1], self.sampling_rate, self.min_freq, self.max_freq, x.dtype
        )
        x = power @ bands
        if self.power_to_db:
            x = 10 * jnp.log10(jnp.maximum(x, self.min_power))
            x = x - 10 * np.log10(max(abs(self.ref_power), self.min_power))
            x = jnp.maximum(x, jnp.max(x, initial=-jnp.inf) - self.top_db)
        return x.swapaxes(-1, -2).astype(self.compute_dtype)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins: int = 20,
        num_spectrogram_bins: int = 129,
        sampling_rate: float = 8000,
        lower_edge_hertz: float = 125.0,
        upper_edge_hertz: float = 3800.0,
        dtype: Any = "float32",
    ) -> Any:
        """How much of each frequency goes into each band, (num_spectrogram_bins, num_mel_bins).

        A band is a triangle on the scale of pitches: 1 at its middle, 0 at the middles of its neighbours. The frequency
        0 is in none.
        """
        return mel_weights(num_mel_bins, num_spectrogram_bins, sampling_rate, lower_edge_hertz, upper_edge_hertz, dtype)


def mel_weights(
    bands: int, frequencies: int, sampling_rate: float, lowest: float, highest: float, dtype: Any = "float32"
) -> Any:
    """(frequencies, bands), see `MelSpectrogram.linear_to_mel_weight_matrix`."""
    pitches = _mel(np.linspace(0, sampling_rate / 2, frequencies))[:, None]
    edges = np.linspace(_mel(lowest), _mel(highest), bands + 2)
    lower, middle, upper = edges[:-2], edges[1:-1], edges[2:]
    shares = np.minimum((pitches - lower) / (middle - lower), (upper - pitches) / (upper - middle))
    shares[0] = 0
    return jnp.asarray(np.maximum(shares, 0), dtype)


def _mel(hertz: Any) -> Any:
    return 1127 * np.log(1 + np.asarray(hertz) / 700)
