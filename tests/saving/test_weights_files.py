"""Weights files: both ways, whole or not at all."""

import h5py
import numpy as np
import pytest

import dovetail as keras
from dovetail import layers
from dovetail.saving.files import replaced
from dovetail.saving.weights import WeightsFileError


def model(units=3):
    keras.utils.clear_session()
    x = keras.Input((4,))
    inner = keras.Sequential([keras.Input((units,)), layers.Dense(2), layers.BatchNormalization()], name="inner")
    return keras.Model(x, inner(layers.Dense(units)(x)), name="outer")


class Mine(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = layers.Dense(2)
        self.rest = [layers.Dense(3), layers.Dense(1)]

    def call(self, x):
        x = self.first(x)
        for layer in self.rest:
            x = layer(x)
        return x


def test_weights_come_back(tmp_path):
    path = tmp_path / "a.weights.h5"
    made = model()
    made.save_weights(path)
    other = model()
    other.load_weights(path)
    for a, b in zip(made.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with h5py.File(path) as file:
        assert set(file["layers"]) >= {"dense", "sequential"}
        assert file["layers/sequential/layers/batch_normalization/vars/3"].shape == (2,)


def test_subclassed_models(tmp_path):
    path = tmp_path / "a.weights.h5"
    x = np.ones((2, 4), "float32")
    first, second = Mine(), Mine()
    a, b = first(x), second(x)
    first.save_weights(path)
    second.load_weights(path)
    np.testing.assert_array_equal(second(x), a)
    assert not np.array_equal(a, b)


def test_nothing_is_loaded_unless_all_fits(tmp_path):
    path = tmp_path / "a.weights.h5"
    model(3).save_weights(path)
    other = model(5)
    before = other.get_weights()
    with pytest.raises(WeightsFileError) as caught:
        other.load_weights(path)
    assert str(caught.value) == (
        f"{str(path)!r} does not fit 'outer'; nothing was loaded:\n"
        "    'dense_1/kernel' has the shape (4, 5), the file (4, 3) at 'layers/dense/vars/0'\n"
        "    'inner/dense/kernel' has the shape (5, 2), the file (3, 2) at 'layers/sequential/layers/dense/vars/0'"
    )
    for a, b in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.warns(UserWarning, match="not loaded"):
        other.load_weights(path, skip_mismatch=True)


def test_wrong_names_and_files(tmp_path):
    made = model()
    with pytest.raises(WeightsFileError, match="ends in '.weights.h5'"):
        made.save_weights(tmp_path / "a.h5")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        made.load_weights(tmp_path / "a.weights.h5")
    (tmp_path / "b.weights.h5").write_text("no")
    with pytest.raises(WeightsFileError, match="is not an HDF5 file"):
        made.load_weights(tmp_path / "b.weights.h5")
    made.save_weights(tmp_path / "c.weights.h5")
    with pytest.raises(WeightsFileError, match="exists already"):
        made.save_weights(tmp_path / "c.weights.h5", overwrite=False)


def test_links_that_lead_out_of_the_file_are_refused(tmp_path):
    made = model()
    good, bad = tmp_path / "good.weights.h5", tmp_path / "bad.weights.h5"
    made.save_weights(good)
    made.save_weights(bad)
    with h5py.File(bad, "a") as file:
        del file["layers/dense"]
        file["layers/dense"] = h5py.ExternalLink(str(good), "/layers/dense")
    with pytest.raises(WeightsFileError, match="the file has none at 'layers/dense/vars'"):
        made.load_weights(bad)


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), replaced(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old" and [file.name for file in tmp_path.iterdir()] == ["a.txt"]
