"""KerasFileEditor: files are looked into, changed and written again."""

import numpy as np
import pytest

import dovetail as keras
from dovetail import layers
from dovetail.saving import KerasFileEditor, WeightsFileError


def model(units=3, more=()):
    keras.utils.clear_session()
    inner = keras.Sequential([keras.Input((units,)), layers.Dense(2)], name="inner")
    made = keras.Sequential([keras.Input((4,)), layers.Dense(units), inner, *more], name="outer")
    made.compile("adam", "mse")
    return made


@pytest.fixture
def path(tmp_path):
    model().save(tmp_path / "a.keras")
    return tmp_path / "a.keras"


def test_looking(path, capsys):
    editor = KerasFileEditor(path)
    assert editor.config["class_name"] == "Sequential" and editor.metadata["keras_version"].startswith("3.")
    assert editor.weights_dict["layers"]["dense"]["0"].shape == (4, 3)
    assert editor.weights_dict["layers"]["sequential"]["layers"]["dense"]["1"].shape == (2,)
    assert editor.object_metadata["/layers/sequential"] == {"name": "inner"}
    editor.summary()
    out = capsys.readouterr().out
    assert "dense" in out and "0: (4, 3) float32" in out


def test_comparing(path, capsys):
    editor = KerasFileEditor(path)
    assert editor.compare(model()) == {"status": "success", "error_count": 0, "match_count": 4}
    found = editor.compare(model(units=5, more=[layers.Dense(1)]))
    assert found == {"status": "error", "error_count": 5, "match_count": 1}
    out = capsys.readouterr().out
    assert "layers/dense_1/vars" not in out and "layers/dense_1/0 is in the model, not in the file" in out
    assert "layers/dense/0 has the shape (4, 5) in the model, (4, 3) in the file" in out


def test_changing(path, tmp_path):
    editor = KerasFileEditor(path)
    editor.add_object("layers/dense_1", {"0": np.full((2, 1), 7.0, "float32")})
    editor.add_weights("dense_1", {"1": np.zeros(1, "float32"), "2": np.zeros(1)})
    editor.delete_weight("layers/dense_1", "2")
    target = tmp_path / "b.weights.h5"
    editor.resave_weights(target)
    larger = model(more=[layers.Dense(1)])
    larger.load_weights(target)
    np.testing.assert_array_equal(larger.layers[-1].kernel.value, [[7.0], [7.0]])

    editor.rename_object("layers/sequential", "einsum_dense")
    assert list(editor.weights_dict["layers"]) == ["dense", "einsum_dense", "dense_1"]
    editor.delete_object("einsum_dense")
    editor.save(target)
    assert set(KerasFileEditor(target).weights_dict["layers"]) == {"dense", "dense_1"}


@pytest.mark.parametrize(
    "act, message",
    [
        (lambda e: e.delete_object("dense"), "2 objects are called 'dense': give the path of one"),
        (
            lambda e: e.delete_object("layers/dens"),
            "the file has no object 'layers/dens'; did you mean 'layers/dense'?",
        ),
        (lambda e: e.delete_object("sequentail"), "the file has no object 'sequentail'"),
        (lambda e: e.rename_object("sequential", "a/b"), "is the last part of a path alone"),
        (lambda e: e.rename_object("sequential", "dense"), "there is an object 'dense' already"),
        (lambda e: e.add_object("layers/dense", {}), "there is an object 'layers/dense' already"),
        (lambda e: e.add_object("layer/new", {}), "the file has no object 'layer/new'"),
        (lambda e: e.add_object("new", [1]), "`weights` is a dictionary"),
        (lambda e: e.delete_weight("layers/dense", "5"), "'layers/dense' has no weight '5'; it has 0, 1"),
        (lambda e: e.save("a.h5"), "ends in '.weights.h5'"),
        (lambda e: KerasFileEditor(__file__), "the name of the file ends in"),
    ],
)
def test_errors(path, act, message):
    with pytest.raises((ValueError, WeightsFileError)) as caught:
        act(KerasFileEditor(path))
    assert message in str(caught.value)
