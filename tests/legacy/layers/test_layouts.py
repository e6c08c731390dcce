"""Weights of old releases in today's layout, and back."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import layers
from dovetail.legacy.layers.layouts import layout_of

RANDOM = np.random.default_rng(0)
RNN = [(5, 4), (4, 4), (4,)]
TH = {"dim_ordering": "th"}


def arrays(shapes):
    return [RANDOM.normal(size=shape).astype("float32") for shape in shapes]


@pytest.mark.parametrize(
    ("name", "config", "dialect", "backend", "old", "today"),
    [
        ("Convolution2D", TH, 1, "theano", [(8, 3, 2, 5), (8,)], [(2, 5, 3, 8), (8,)]),
        ("Convolution2D", {"dim_ordering": "tf"}, 1, None, [(2, 5, 3, 8), (8,)], [(2, 5, 3, 8), (8,)]),
        ("Convolution1D", {}, 1, "theano", [(2, 1, 3, 8)], [(2, 3, 8)]),
        ("Convolution3D", TH, 1, None, [(8, 3, 2, 4, 5), (8,)], [(2, 4, 5, 3, 8), (8,)]),
        ("Deconvolution2D", TH, 1, None, [(8, 3, 2, 5), (8,)], [(2, 5, 8, 3), (8,)]),
        ("SeparableConvolution2D", TH, 1, None, [(2, 3, 4, 5), (8, 6, 1, 1), (8,)], [(4, 5, 3, 2), (1, 1, 6, 8), (8,)]),
        ("Conv2D", {}, 2, "theano", [(2, 5, 3, 8), (8,)], [(2, 5, 3, 8), (8,)]),
        ("LSTM", {"consume_less": "cpu"}, 1, None, RNN * 4, [(5, 16), (4, 16), (16,)]),
        ("LSTM", {"consume_less": "gpu"}, 1, None, [(5, 16), (4, 16), (16,)], [(5, 16), (4, 16), (16,)]),
        ("GRU", {}, 1, None, RNN * 3, [(5, 12), (4, 12), (12,)]),
        ("ConvLSTM2D", TH, 1, "theano", [(2, 3, 4, 5), (2, 2, 4, 5), (2,)] * 4, [(4, 5, 3, 8), (4, 5, 2, 8), (8,)]),
        ("CuDNNGRU", {}, 2, None, [(5, 12), (4, 12), (24,)], [(5, 12), (4, 12), (2, 12)]),
        ("Bidirectional", {"layer": {"class_name": "GRU", "config": {}}}, 1, None, RNN * 6,
         [(5, 12), (4, 12), (12,)] * 2),
        ("TimeDistributed", {"layer": {"class_name": "Dense", "config": {}}}, 1, None, [(5, 4), (4,)], [(5, 4), (4,)]),
    ],
)  # fmt: skip
def test_there_and_back(name, config, dialect, backend, old, today):
    layout = layout_of(name, config, dialect, backend)
    given = arrays(old)
    converted = layout.to_today(given)
    assert [array.shape for array in converted] == today
    for array, expected in zip(layout.to_old(converted), given, strict=True):
        assert_allclose(array, expected)


def test_a_kernel_of_theano_is_turned_around():
    kernel = np.arange(6.0).reshape(1, 1, 2, 3)
    (today,) = layout_of("Convolution2D", TH, 1, "theano").to_today([kernel])
    assert today[:, :, 0, 0].tolist() == [[5, 4, 3], [2, 1, 0]]


def test_gates_of_keras_1_find_their_places():
    gates = {name: [np.full((2, 1), value), np.full((1, 1), value), np.full((1,), value)]
             for value, name in enumerate("icfo")}  # fmt: skip
    kernel, _, bias = layout_of("LSTM", {}, 1).to_today([array for name in "icfo" for array in gates[name]])
    assert kernel[0].tolist() == bias.tolist() == [0, 2, 1, 3]  # i, f, c, o


def test_cudnn_reads_every_gate_row_by_row():
    """CuDNN multiplies (units, features) by the input: the flat numbers of a gate are such a matrix."""
    units, features = 2, 3
    kernel, inner, bias = arrays([(features, 4 * units), (units, 4 * units), (8 * units,)])
    x, h = arrays([(features,), (units,)])
    today = layout_of("CuDNNLSTM", {}, 2).to_today([kernel, inner, bias])
    forget = [array[:, units : 2 * units].ravel() for array in (kernel, inner)]
    expected = forget[0].reshape(units, features) @ x + forget[1].reshape(units, units) @ h
    expected += bias[units : 2 * units] + bias[5 * units : 6 * units]
    got = (x @ today[0] + h @ today[1] + today[2])[units : 2 * units]
    assert_allclose(got, expected, rtol=1e-5)
    layer = layers.LSTM(units)
    layer.build((None, 1, features))
    layer.set_weights(today)
