"""Weights in HDF5 groups that a script opened itself."""

import importlib

import h5py
import numpy as np
import pytest

from dovetail.legacy import installed
from dovetail.legacy.engine_saving import load_attributes_from_hdf5_group, save_attributes_to_hdf5_group
from dovetail.saving.weights import WeightsFileError


def models():
    from keras.layers import LSTM, Dense
    from keras.models import Sequential

    return [Sequential([LSTM(3, input_shape=(4, 2), name="memory"), Dense(units, name=name)])
            for units, name in ((2, "out"), (2, "out"), (5, "out"), (2, "other"))]  # fmt: skip


def test_weights_are_written_and_read_layer_by_layer(tmp_path):
    with installed("2.2.4"):
        saving = importlib.import_module("keras.engine.saving")
        one, same, wider, renamed = models()
        with h5py.File(tmp_path / "w.h5", "w") as file:
            saving.save_weights_to_hdf5_group(file, one.layers)
        with h5py.File(tmp_path / "w.h5", "r") as file:
            assert load_attributes_from_hdf5_group(file, "layer_names") == ["memory", "out"]
            saving.load_weights_from_hdf5_group(file, same.layers)
            before = renamed.layers[1].get_weights()
            saving.load_weights_from_hdf5_group_by_name(file, renamed.layers)
            with pytest.raises(WeightsFileError, match="out/kernel' has the shape"):
                saving.load_weights_from_hdf5_group_by_name(file, wider.layers)
    for ours, theirs in zip(one.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(one.layers[0].get_weights()[0], renamed.layers[0].get_weights()[0])
    np.testing.assert_array_equal(before[0], renamed.layers[1].get_weights()[0])


def test_the_same_functions_are_where_each_release_had_them():
    for version, place in (("1.2.2", "keras.engine.topology"), ("2.0.9", "keras.engine.topology"),
                           ("2.3.1", "keras.engine.saving"),
                           ("2.15.0", "tensorflow.python.keras.saving.hdf5_format")):  # fmt: skip
        with installed(version):
            module = importlib.import_module(place)
            assert callable(module.load_weights_from_hdf5_group_by_name), place


def test_arrays_of_keras_1_are_laid_out_for_a_layer_of_keras_2():
    with installed("2.2.4"):
        from keras.layers import Conv2D
        from keras.models import Sequential

        layer = Conv2D(2, 3, data_format="channels_first", input_shape=(1, 8, 8))
        Sequential([layer])
        preprocess = importlib.import_module("keras.engine.saving").preprocess_weights_for_loading
        kernel = np.arange(18.0).reshape(2, 1, 3, 3)
        made, bias = preprocess(layer, [kernel, np.zeros(2)], None, "theano")
    assert made.shape == (3, 3, 1, 2) and bias.shape == (2,)
    assert sorted(made.ravel()) == sorted(kernel.ravel())


def test_long_lists_of_names_are_split(tmp_path):
    names = [f"layer_{number:05d}".encode() for number in range(9000)]
    with h5py.File(tmp_path / "a.h5", "w") as file:
        save_attributes_to_hdf5_group(file, "layer_names", names)
        save_attributes_to_hdf5_group(file, "none", [])
        assert "layer_names" not in file.attrs and "layer_names1" in file.attrs
        assert load_attributes_from_hdf5_group(file, "layer_names") == [name.decode() for name in names]
        assert load_attributes_from_hdf5_group(file, "none") == []
        with pytest.raises(ValueError, match="holds 64512 bytes"):
            save_attributes_to_hdf5_group(file, "long", [b"x" * 70000])


def test_models_of_keras_1_read_groups_themselves(tmp_path):
    with installed("1.2.2"):
        model = models()[0]
        other = models()[0]
        with h5py.File(tmp_path / "w.h5", "w") as file:
            model.save_weights_to_hdf5_group(file.create_group("model_weights"))
            other.load_weights_from_hdf5_group(file["model_weights"])
        np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])
        assert model.model is model and model.flattened_layers == model.layers
