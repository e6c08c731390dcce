import io

import h5py
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dovetail import Sequential, layers
from dovetail.legacy.utils import io_utils
from dovetail.legacy.utils.io_utils import H5Dict, HDF5Matrix

X = np.arange(20.0).reshape(10, 2)


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = X
        file["y"] = X[:, :1]
    return str(tmp_path / "data.h5")


def test_rows_of_an_array_in_a_file(path):
    rows = HDF5Matrix(path, "x", start=2, end=8, normalizer=lambda x: x / 2)
    assert rows.shape == (6, 2) and len(rows) == 6 and rows.ndim == 2 and rows.size == 12 and rows.dtype == np.float64
    assert_array_equal(rows[1:3], X[3:5] / 2)
    assert_array_equal(rows[np.array([4, 0, 4])], X[[6, 2, 6]] / 2)
    assert_array_equal(rows[[1]], X[[3]] / 2)
    assert_array_equal(rows[0], X[2] / 2)
    assert_array_equal(np.asarray(rows), X[2:8] / 2)
    for wrong in (slice(0, 7), 6, [6]):
        with pytest.raises(IndexError):
            rows[wrong]


def test_fit_takes_them(path):
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(HDF5Matrix(path, "x", 0, 8), HDF5Matrix(path, "y", 0, 8), batch_size=4, verbose=0)
    assert model.predict(HDF5Matrix(path, "x"), verbose=0).shape == (10, 1)


@pytest.mark.parametrize("kind", ["file", "dictionary"])
def test_one_face_for_files_and_dictionaries(tmp_path, kind):
    content = {}
    target = tmp_path / "a.h5" if kind == "file" else content
    with H5Dict(target, "w") as data:
        data["array"] = X
        data["text"] = "words"
        data["names"] = ["a", "bb"]
        data["group"]["inner"] = np.arange(3)
        if kind == "file":
            data["many"] = ["name" * 100] * 400  # larger than one attribute may be
            with pytest.raises(KeyError, match="exists"):
                data["array"] = X
    with H5Dict(target, "r") as data:
        assert_array_equal(data["array"], X)
        assert data["text"] == "words" and "names" in data and data.get("none", 3) == 3 and len(data) >= 2
        assert [name if isinstance(name, str) else name.decode() for name in data["names"]] == ["a", "bb"]
        assert_array_equal(data["group"]["inner"], np.arange(3))
        if kind == "file":
            assert data["many"] == ["name" * 100] * 400 and set(data) == {"array", "group"}
        with pytest.raises(ValueError, match="read-only"):
            data["new"] = 1
        with pytest.raises(ValueError, match="read-only"):
            data["new"]
    with pytest.raises(TypeError, match="Received: int"):
        H5Dict(3)


def test_files_in_memory_and_of_keras_1(tmp_path):
    stream = io.BytesIO()
    io_utils.save_to_binary_h5py(lambda file: file.create_dataset("a", data=X), stream)
    stream.seek(0)
    assert_array_equal(io_utils.load_from_binary_h5py(lambda file: file["a"][()], stream), X)
    io_utils.KERAS1["save_array"](X, tmp_path / "x.h5")
    assert_array_equal(io_utils.KERAS1["load_array"](tmp_path / "x.h5"), X)


def test_asking(monkeypatch, capsys):
    answers = iter(["what", "Y", "n"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    assert io_utils.ask_to_proceed_with_overwrite("a") and not io_utils.ask_to_proceed_with_overwrite("a")
