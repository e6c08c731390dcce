"""Spectrograms, categories, bins, pipelines and functions of JAX as Keras has them: what the rows leave out."""

import keras as theirs
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import dovetail as ours

SOUND = np.random.default_rng(0).normal(size=(2, 60, 2)).astype("float32")


def both(name, *inputs, **arguments):
    one, other = (getattr(module.layers, name)(**arguments) for module in (ours, theirs))
    return one(*inputs), np.asarray(other(*inputs))


@pytest.mark.parametrize("mode", ["log", "psd", "real", "imag", "angle"])
def test_modes_of_stft(mode):
    found, wanted = both(
        "STFTSpectrogram", SOUND, mode=mode, frame_length=12, frame_step=5, window="hamming", expand_dims=mode == "psd"
    )
    assert found.shape == wanted.shape
    at = np.abs(wanted) < 3.14  # at half a turn the sign of an angle is chance
    assert_allclose(found[at], wanted[at], rtol=1e-4, atol=1e-4)


def test_decibels_of_mel():
    found, wanted = both(
        "MelSpectrogram", SOUND[..., 0], fft_length=32, sequence_length=24, sequence_stride=10, num_mel_bins=6,
        sampling_rate=2000, top_db=9.0, ref_power=2.0, mag_exp=1.5,
    )  # fmt: skip
    assert_allclose(found, wanted, rtol=1e-3, atol=1e-3)
    found, wanted = both("MelSpectrogram", SOUND[0, :, 0], fft_length=32, num_mel_bins=5, window=None)
    assert_allclose(found, wanted, rtol=1e-3, atol=1e-3)


def test_encodings():
    x = np.array([[0, 3, 3], [2, 9, 1]])
    for inputs in (x, x[:, 0], x[:, :1]):
        for mode in ("multi_hot", "one_hot", "count"):
            assert_array_equal(*both("CategoryEncoding", inputs, num_tokens=4, output_mode=mode))
    weights = np.array([[0.5, 1, 2], [1, 1, 3]], "float32")
    one, other = (module.layers.CategoryEncoding(4, output_mode="count") for module in (ours, theirs))
    assert_array_equal(one(x, count_weights=weights), np.asarray(other(x, count_weights=weights)))


def test_bins_of_data():
    pytest.importorskip("tensorflow")  # which Keras needs for it
    generator = np.random.default_rng(1)
    parts = [generator.normal(size=(size, 3)).astype("float32") for size in (40, 300, 7)]
    for data in (parts[1], parts):
        one, other = (module.layers.Discretization(num_bins=6, epsilon=0.02) for module in (ours, theirs))
        for layer in (one, other):
            layer.adapt(data)
        assert_allclose(one.bin_boundaries, other.bin_boundaries, rtol=1e-6)
        assert_array_equal(one(parts[0]), other(parts[0]))
    for reader, layer in ((ours, other), (theirs, one)):
        again = reader.layers.Discretization.from_config(layer.get_config())
        assert_array_equal(again(parts[2]), one(parts[2]))


def count(params, state, rng, inputs, training):
    noise = 0.0 if rng is None else 1.0
    return inputs @ params["w"] + noise, {"calls": state["calls"] + 1}


def begin(rng, inputs):
    return {"w": np.ones((inputs.shape[-1], 2), "float32")}, {"calls": 0}


def test_functions_of_jax_with_state():
    pytest.importorskip("tensorflow")  # which Keras needs for it
    x = np.ones((2, 3), "float32")
    one, other = (module.layers.JaxLayer(count, begin) for module in (ours, theirs))
    for layer in (one, other):
        assert_array_equal(layer(x), np.full((2, 2), 3.0))
        assert_array_equal(layer(x, training=True), np.full((2, 2), 4.0))
        assert int(layer.state["calls"].value) == 2
        assert [v.shape for v in layer.trainable_variables] == [(3, 2)]
        assert len(layer.non_trainable_variables) == 2


def test_models_of_them_are_read_by_the_other(tmp_path):
    for writer, reader in ((ours, theirs), (theirs, ours)):
        inner = [writer.layers.Rescaling(0.5), writer.layers.Dense(2)]
        model = writer.Sequential([writer.Input((60, 2)), writer.layers.STFTSpectrogram(frame_length=8),
                                   writer.layers.Pipeline(inner)])  # fmt: skip
        path = str(tmp_path / f"{writer.__name__}.keras")
        model.save(path)
        read = reader.saving.load_model(path)
        assert_allclose(np.asarray(read(SOUND)), np.asarray(model(SOUND)), rtol=1e-4, atol=1e-5)
