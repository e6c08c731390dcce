"""Weights in several files: how they are split, replaced and read; maps and files made to do harm."""

import json

import h5py
import numpy as np
import pytest

import dovetail as keras
from dovetail import layers
from dovetail.saving import WeightsFileError

KILO = 2**10 / 2**30  # in GiB


def model(seed=0):
    keras.utils.clear_session()
    made = keras.Sequential([keras.Input((40,)), layers.Dense(20, name="wide"), layers.Dense(2)])
    generator = np.random.default_rng(seed)
    made.set_weights([generator.normal(size=weight.shape) for weight in made.get_weights()])
    return made


@pytest.fixture
def saved(tmp_path):
    """A map of files of 3.2 kilobytes at most: the wide kernel fills one."""
    path = tmp_path / "x.weights.json"
    model(1).save_weights(path, max_shard_size=3.2 * KILO)
    return path


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


def test_weights_come_back(saved):
    content = json.loads(saved.read_text())
    first, second = "x_00000.weights.h5", "x_00001.weights.h5"
    assert content["weight_map"] == {"/layers/dense/vars": [first, second], "/layers/dense_1/vars": [second]}
    assert content["metadata"]["total_size"] == 4 * (40 * 20 + 20 + 20 * 2 + 2)
    assert sorted(file.name for file in saved.parent.iterdir()) == [saved.name, first, second]
    with h5py.File(saved.with_name(first)) as file:
        assert list(file["layers/dense/vars"]) == ["0"]
        assert file["layers/dense/vars"].attrs["name"] == "wide"
    other = model()
    other.load_weights(saved)
    assert equal(other, model(1))


def test_fewer_files_leave_none_behind(saved):
    model(2).save_weights(saved, max_shard_size=1)
    assert sorted(file.name for file in saved.parent.iterdir()) == [saved.name, "x_00000.weights.h5"]
    other = model()
    other.load_weights(saved)
    assert equal(other, model(2))


def test_what_cannot_be_written_leaves_what_was_there(saved):
    for misuse, message in (
        ({"max_shard_size": KILO}, r"'layers/dense/vars' has 3200 bytes, more than the 1024 of `max_shard_size`"),
        ({"max_shard_size": 1, "overwrite": False}, "exists already"),
        ({}, "ends in '.weights.h5'"),
    ):
        with pytest.raises(WeightsFileError, match=message):
            model(2).save_weights(saved, **misuse)
    with pytest.raises(WeightsFileError, match=r"ends in '\.weights\.json'"):
        model(2).save_weights(saved.with_name("x.json"), max_shard_size=1)
    assert len(list(saved.parent.iterdir())) == 3
    other = model()
    other.load_weights(saved)
    assert equal(other, model(1))


def test_the_name_of_one_file_gives_a_map(tmp_path):
    with pytest.warns(UserWarning, match=r"'y\.weights\.json'"):
        model().save_weights(tmp_path / "y.weights.h5", max_shard_size=1)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["y.weights.json", "y_00000.weights.h5"]


def test_a_model_of_other_shapes_is_left_alone(saved):
    other = keras.Sequential([keras.Input((40,)), layers.Dense(20), layers.Dense(3)])
    before = other.get_weights()
    with pytest.raises(
        WeightsFileError, match="nothing was loaded:\n.*the file \\(20, 2\\) at 'layers/dense_1/vars/0'"
    ):
        other.load_weights(saved)
    assert all(np.array_equal(a, b) for a, b in zip(before, other.get_weights(), strict=True))


def listing(names):
    return json.dumps({"weight_map": {"/layers/dense/vars": names, "/layers/dense_1/vars": "x_00001.weights.h5"}})


BAD_MAPS = {
    "[" * 100_000: "is not JSON",
    "\x00": "is not JSON",
    "[]": "has no `weight_map`",
    '{"weight_map": []}': "has no `weight_map`",
    listing("../x_00000.weights.h5"): "files beside it are read only",
    listing(["/etc/passwd"]): "files beside it are read only",
    listing(["C:\\x.weights.h5"]): "files beside it are read only",
    listing({"x": 1}): "files beside it are read only",
    listing(["x_00000.weights.h5", 5]): "files beside it are read only",
    listing(["x_00000.weights.h5", "x_00000.weights.h5"]): "lists a file twice",
    listing(["x_00000.weights.h5", "x_00009.weights.h5"]): "there is no such file beside it",
    listing(["x_00001.weights.h5"]): "has 2 weights, the file has 1",
    listing(["x_00000.weights.h5", "x_00001.weights.h5", "copy.weights.h5"]): "has 2 weights, the file has 3",
    listing(["x_00000.weights.h5", "copy.weights.h5"]): "is in 2 files",
}


@pytest.mark.parametrize("text", BAD_MAPS, ids=BAD_MAPS.values())
def test_maps(saved, text):
    saved.with_name("copy.weights.h5").write_bytes(saved.with_name("x_00000.weights.h5").read_bytes())
    saved.write_text(text)
    other = model()
    with pytest.raises(WeightsFileError, match=BAD_MAPS[text]):
        other.load_weights(saved)
    assert equal(other, model())


def test_files(saved, tmp_path):
    second = saved.with_name("x_00001.weights.h5")

    def link(file):
        del file["layers/dense_1/vars/0"]
        file["layers/dense_1/vars/0"] = h5py.ExternalLink("/etc/passwd", "/")

    def declare(file):
        del file["layers/dense_1/vars/0"]
        file["layers/dense_1/vars"].create_dataset("0", (10**12,), "float32", chunks=(1024,))

    good = second.read_bytes()
    for change, message in ((link, "is not an array stored in the file"), (declare, "which the file does not hold")):
        second.write_bytes(good)
        with h5py.File(second, "a") as file:
            change(file)
        with pytest.raises(WeightsFileError, match=message):
            model().load_weights(saved)
    second.write_bytes(good[:100])
    with pytest.raises(WeightsFileError, match="is not an HDF5 file"):
        model().load_weights(saved)
    second.unlink()
    second.mkdir()
    with pytest.raises(WeightsFileError, match="there is no such file"):
        model().load_weights(saved)
