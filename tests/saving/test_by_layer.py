"""Weights files of Keras 1 and 2: by order, by name, and what they must not do."""

import h5py
import numpy as np
import pytest

import dovetail as keras
from dovetail import layers
from dovetail.saving import WeightsFileError


def network(units=3):
    keras.utils.clear_session()
    x = keras.Input((4,))
    inner = keras.Sequential(
        [keras.Input((units,)), layers.BatchNormalization(name="norm"), layers.Dense(2, name="last")], name="inner"
    )
    return keras.Model(x, inner(layers.Activation("relu")(layers.Dense(units, name="first")(x))), name="outer")


ARRAYS = {  # of a model in a model Keras lists all trainable weights, then the others
    "first": [("first/kernel:0", (4, 3)), ("first/bias:0", (3,))],
    "activation": [],
    "inner": [
        ("norm/gamma:0", (3,)),
        ("norm/beta:0", (3,)),
        ("last/kernel:0", (3, 2)),
        ("last/bias:0", (2,)),
        ("norm/moving_mean:0", (3,)),
        ("norm/moving_variance:0", (3,)),
    ],
}


def write(path, arrays=ARRAYS, whole=False, chunks=False):
    """The file as Keras 2 lays it out; returns the values by name."""
    values = {}
    with h5py.File(path, "w") as file:
        root = file.create_group("model_weights") if whole else file
        names = [name.encode() for name in arrays]
        if chunks:
            root.attrs["layer_names0"], root.attrs["layer_names1"] = names[:1], names[1:]
        else:
            root.attrs["layer_names"] = names
        for layer, weights in arrays.items():
            group = root.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name, _ in weights]
            for name, shape in weights:
                values[name] = np.arange(np.prod(shape), dtype="float32").reshape(shape) + len(values)
                group[name] = values[name]
    return values


@pytest.mark.parametrize("form", [{}, {"whole": True}, {"chunks": True}], ids=str)
def test_weights_by_order(tmp_path, form):
    values = write(tmp_path / "old.h5", **form)
    model = network()
    model.load_weights(tmp_path / "old.h5")
    for variable in model.weights:
        expected = next(
            value for name, value in values.items() if name == f"{'/'.join(variable.path.split('/')[-2:])}:0"
        )
        np.testing.assert_array_equal(variable, expected)


def test_weights_by_name_leave_others_alone(tmp_path):
    values = write(tmp_path / "old.weights.h5", {"other": [("a", (1,))], "first": ARRAYS["first"]})
    model = network()
    inner = [np.asarray(w) for w in model.get_layer("inner").weights]
    model.load_weights(tmp_path / "old.weights.h5", by_name=True)
    np.testing.assert_array_equal(model.get_layer("first").bias, values["first/bias:0"])
    for a, b in zip(model.get_layer("inner").weights, inner, strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_does_not_fit(tmp_path):
    path = tmp_path / "old.h5"
    write(path)
    model = network(5)
    before = model.get_weights()
    with pytest.raises(WeightsFileError) as caught:
        model.load_weights(path)
    assert str(caught.value) == (
        f"{str(path)!r} does not fit 'outer'; nothing was loaded:\n"
        "    'first' has weights of the shapes [(4, 5), (5,)], 'first' in the file [(4, 3), (3,)]\n"
        "    'inner' has weights of the shapes [(5,), (5,), (5,), (5,), (5, 2), (2,)], "
        "'inner' in the file [(3,), (3,), (3, 2), (2,), (3,), (3,)]"
    )
    with pytest.warns(UserWarning, match="not loaded"):
        model.load_weights(path, skip_mismatch=True)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    write(path, {"first": ARRAYS["first"]})
    with pytest.raises(WeightsFileError, match="2 layers with weights, .* has 1. .*by_name=True"):
        network().load_weights(path)


def test_arrays_outside_the_file_are_refused(tmp_path):
    good, bad = tmp_path / "good.h5", tmp_path / "bad.h5"
    write(good)
    write(bad)
    with h5py.File(bad, "a") as file:
        del file["first/first/bias:0"]
        file["first/first/bias:0"] = h5py.ExternalLink(str(good), "/first/first/bias:0")
    with pytest.raises(WeightsFileError, match="first/first/bias:0 is not an array stored in the file"):
        network().load_weights(bad)


def test_by_name_is_for_files_that_have_names(tmp_path):
    model = network()
    model.save_weights(tmp_path / "new.weights.h5")
    with pytest.raises(WeightsFileError, match="leave `by_name` out"):
        model.load_weights(tmp_path / "new.weights.h5", by_name=True)
