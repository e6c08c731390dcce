"""How a release laid out the weights of a layer, and the way to and from today's arrays.

Plain functions of arrays (NumPy's, or JAX's while a layer computes): layers of an old dialect keep their weights as
they were and compute with what these functions make of them, and readers of old files convert with the same functions.

    layout = layout_of("Convolution2D", {"dim_ordering": "th"}, dialect=1, backend="theano")
    kernel, bias = layout.to_today([W, b])

Reference: recorded runs, `tests/golden/data/README.md`, sections 6.3 to 6.5.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from .. import changes

LSTM_GATES = ("icfo", "ifco")  # the order of Keras 1's arrays, and of the blocks in today's kernel
GRU_GATES = ("zrh", "zrh")


class Layout(NamedTuple):
    """The arrays of one layer, in the order of `get_weights`, from a release's form to today's and back."""

    to_today: Callable[[Sequence[Any]], list[Any]]
    to_old: Callable[[Sequence[Any]], list[Any]]


SAME = Layout(list, list)


def layout_of(name: str, config: Mapping[str, Any], dialect: int, backend: str | None = None) -> Layout:
    """The layout that a class of layers had.

    Args:
        name: of the class, by any release's name.
        config: its configuration, with the argument names of any release. A wrapper's has its layer under "layer".
        dialect: 1 for Keras 1; 2 for all that came later.
        backend: that the weights were made on; "theano" flips the kernels of convolutions.

    Shapes of Keras 1 that differ from today's:
        Convolution1D: W (length, 1, channels, filters)
        Convolution2D, "th": W (filters, channels, rows, columns); Convolution3D likewise
        Deconvolution2D: W as Convolution2D; today (rows, columns, filters, channels)
        SeparableConvolution2D, "th": (multiplier, channels, rows, columns), (filters, channels * multiplier, 1, 1)
        LSTM: W_i U_i b_i W_c U_c b_c W_f U_f b_f W_o U_o b_o; `consume_less="gpu"`: W U b with gates i, f, c, o
        GRU: W_z U_z b_z W_r U_r b_r W_h U_h b_h; `consume_less="gpu"`: W U b
        ConvLSTM2D: as LSTM, each W and U as of Convolution2D

    And of Keras 2:
        CuDNNLSTM: kernel (features, 4 * units), recurrent_kernel, bias (8 * units,), of the input and of the state
        CuDNNGRU: bias (6 * units,); each gate's kernel read row by row is (units, features)
    """
    if name in ("TimeDistributed", "Bidirectional"):
        inner = config["layer"]
        one = layout_of(inner["class_name"], inner["config"], dialect, backend)
        return _twice(one) if name == "Bidirectional" else one
    make = _MAKERS.get(changes.LAYER_NAMES.get(name, name) if not name.startswith("CuDNN") else name)
    return SAME if make is None else make(name, config, dialect, backend == "theano")


# -- kernels of convolutions


def kernel_to_today(kernel: Any, channels_first: bool = False, flipped: bool = False, transposed: bool = False) -> Any:
    """A kernel of Keras 1 or 2 as (*window, channels, filters), to be slid without flipping it.

    Args:
        channels_first: it is (filters, channels, *window).
        flipped: it was convolved with, as Theano does, not correlated.
        transposed: today's has (*window, filters, channels), as transposed convolutions have.
    """
    rank = kernel.ndim - 2
    if channels_first:
        kernel = kernel.transpose(*range(2, 2 + rank), 1, 0)
    if transposed:
        kernel = kernel.swapaxes(-1, -2)
    return _flipped(kernel, rank) if flipped else kernel


def kernel_to_old(kernel: Any, channels_first: bool = False, flipped: bool = False, transposed: bool = False) -> Any:
    """The way back from `kernel_to_today`."""
    rank = kernel.ndim - 2
    if flipped:
        kernel = _flipped(kernel, rank)
    if transposed:
        kernel = kernel.swapaxes(-1, -2)
    return kernel.transpose(rank + 1, rank, *range(rank)) if channels_first else kernel


def _flipped(kernel: Any, rank: int) -> Any:
    return kernel[(slice(None, None, -1),) * rank]


def _convolution(name: str, config: Mapping[str, Any], dialect: int, flipped: bool) -> Layout:
    if dialect != 1:
        return _first(kernel_to_today, kernel_to_old, flipped=flipped)
    if changes.LAYER_NAMES.get(name, name) == "Conv1D":
        return _first(
            lambda kernel: kernel_to_today(kernel[:, 0], flipped=flipped),
            lambda kernel: kernel_to_old(kernel, flipped=flipped)[:, None],
        )
    transposed = changes.LAYER_NAMES.get(name, name) == "Conv2DTranspose"
    options = {"channels_first": is_channels_first(config), "flipped": flipped, "transposed": transposed}
    return _first(kernel_to_today, kernel_to_old, **options)


def _separable(name: str, config: Mapping[str, Any], dialect: int, flipped: bool) -> Layout:
    if dialect != 1 or not is_channels_first(config):
        return SAME
    return Layout(
        lambda arrays: [*(kernel_to_today(kernel, True) for kernel in arrays[:2]), *arrays[2:]],
        lambda arrays: [*(kernel_to_old(kernel, True) for kernel in arrays[:2]), *arrays[2:]],
    )


def is_channels_first(config: Mapping[str, Any]) -> bool:
    """Whether a configuration, by any release's names, has the channels in front."""
    data_format = config.get("data_format") or config.get("dim_ordering")
    return changes.DATA_FORMATS.get(str(data_format), data_format) == "channels_first"


# -- recurrent layers


def join_gates(arrays: Sequence[Any], gates: tuple[str, str]) -> list[Any]:
    """Kernel, recurrent kernel and bias from the arrays W, U and b of every gate."""
    old, today = gates
    parts = {gate: arrays[3 * index : 3 * index + 3] for index, gate in enumerate(old)}
    return [concatenated([parts[gate][kind] for gate in today]) for kind in range(3)]


def split_gates(arrays: Sequence[Any], gates: tuple[str, str]) -> list[Any]:
    """The way back from `join_gates`."""
    old, today = gates
    found: list[Any] = []
    for gate in old:
        for array in arrays:
            units = array.shape[-1] // len(today)
            start = today.index(gate) * units
            found.append(array[..., start : start + units])
    return found


def _gated(gates: tuple[str, str]) -> Callable[..., Layout]:
    def layout(name: str, config: Mapping[str, Any], dialect: int, flipped: bool) -> Layout:
        is_fused = config.get("consume_less", config.get("implementation")) in ("gpu", 2) or config.get("reset_after")
        if dialect != 1 or is_fused:
            return SAME
        return Layout(
            lambda arrays: join_gates(arrays, gates) if len(arrays) == 3 * len(gates[0]) else list(arrays),
            lambda arrays: split_gates(arrays, gates),
        )

    return layout


def _conv_lstm(name: str, config: Mapping[str, Any], dialect: int, flipped: bool) -> Layout:
    if dialect != 1:
        return Layout(
            lambda arrays: [*(kernel_to_today(kernel, flipped=flipped) for kernel in arrays[:2]), *arrays[2:]],
            lambda arrays: [*(kernel_to_old(kernel, flipped=flipped) for kernel in arrays[:2]), *arrays[2:]],
        )
    first = is_channels_first(config)
    return Layout(
        lambda arrays: join_gates(
            [kernel_to_today(array, first, flipped) if array.ndim > 1 else array for array in arrays], LSTM_GATES
        ),
        lambda arrays: [
            kernel_to_old(array, first, flipped) if array.ndim > 1 else array
            for array in split_gates(arrays, LSTM_GATES)
        ],
    )


def cudnn_to_today(kernel: Any, num_gates: int) -> Any:
    """The kernel of a CuDNN layer, (features, gates * units): every gate's, read row by row, is (units, features)."""
    gates = _split(kernel, num_gates)
    return concatenated([gate.reshape(gate.shape[::-1]).T for gate in gates])


def today_to_cudnn(kernel: Any, num_gates: int) -> Any:
    """The way back from `cudnn_to_today`."""
    gates = _split(kernel, num_gates)
    return concatenated([gate.T.reshape(gate.shape) for gate in gates])


def _cudnn(name: str, config: Mapping[str, Any], dialect: int, flipped: bool) -> Layout:
    count = 4 if name == "CuDNNLSTM" else 3

    def to_today(arrays: Sequence[Any]) -> list[Any]:
        bias = arrays[2].reshape(2, -1)
        bias = bias[0] + bias[1] if name == "CuDNNLSTM" else bias  # a GRU adds the second inside of its reset gate
        return [*(cudnn_to_today(kernel, count) for kernel in arrays[:2]), bias]

    def to_old(arrays: Sequence[Any]) -> list[Any]:
        bias = arrays[2]
        bias = concatenated([bias, 0 * bias]) if bias.ndim == 1 else bias.reshape(-1)
        return [*(today_to_cudnn(kernel, count) for kernel in arrays[:2]), bias]

    return Layout(to_today, to_old)


# -- what the rest is made of


def _first(to_today: Callable[..., Any], to_old: Callable[..., Any], **options: Any) -> Layout:
    """The first array changes; the others stay."""
    return Layout(
        lambda arrays: [*(to_today(array, **options) for array in arrays[:1]), *arrays[1:]],
        lambda arrays: [*(to_old(array, **options) for array in arrays[:1]), *arrays[1:]],
    )


def _twice(one: Layout) -> Layout:
    """For the forward half of the arrays, and for the backward half."""

    def both(convert: Callable[[Sequence[Any]], list[Any]]) -> Callable[[Sequence[Any]], list[Any]]:
        return lambda arrays: [*convert(arrays[: len(arrays) // 2]), *convert(arrays[len(arrays) // 2 :])]

    return Layout(both(one.to_today), both(one.to_old))


def _split(array: Any, count: int) -> list[Any]:
    size = array.shape[-1] // count
    return [array[..., index * size : (index + 1) * size] for index in range(count)]


def concatenated(arrays: Sequence[Any]) -> Any:
    """Side by side on the last axis, as NumPy arrays where all of them are."""
    library: Any = np if all(isinstance(array, np.ndarray) for array in arrays) else jnp
    return library.concatenate(arrays, axis=-1)


_MAKERS: dict[str, Callable[..., Layout]] = {
    "Conv1D": _convolution,
    "Conv2D": _convolution,
    "Conv3D": _convolution,
    "Conv2DTranspose": _convolution,
    "Conv3DTranspose": _convolution,
    "SeparableConv2D": _separable,
    "ConvLSTM2D": _conv_lstm,
    "LSTM": _gated(LSTM_GATES),
    "GRU": _gated(GRU_GATES),
    "CuDNNLSTM": _cudnn,
    "CuDNNGRU": _cudnn,
}
