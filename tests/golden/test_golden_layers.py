"""Every recorded layer of old releases: weights, declared shape, output, errors, initial values."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from .exceptions import works_here
from .old_runs import case_of, cases, give_weights, run, shape_of, speaking
from .recorded import recorded

LAYERS = cases("layers")


@pytest.mark.parametrize("name", LAYERS)
def test_layer(name):
    folder, case, arrays = case_of(name)
    x = arrays[case["input"]]
    with speaking(folder) as (release, names):
        if "error" in case and not works_here(name):
            with pytest.raises((ValueError, TypeError, NameError, AttributeError, RuntimeError)):
                entry = names["Input"](shape=x.shape[1:])
                run(names["Model"](entry, eval(case["expr"], dict(names))(entry)), [x])
            return
        entry = names["Input"](shape=x.shape[1:])
        output = eval(case["expr"], dict(names))(entry)
        model = names["Model"](entry, output)
        if "error" in case:
            return  # what was refused then works
        give_weights(model, release, arrays, case["weights"])
        assert shape_of(output) == case["declared_shape"]
        got, _ = run(model, [x])
        assert_allclose(got, arrays[case["output"]], rtol=1e-5, atol=1e-5)
        assert list(got.shape) == case["actual_shape"]
        if "output_training" in case:
            got, _ = run(model, [x], training=True)
            assert_allclose(got, arrays[case["output_training"]], rtol=1e-4, atol=1e-4)


INITIAL = cases("layers", part="default_initial_values")
CASES = LAYERS + INITIAL
SHAPES = {"LSTM": (4, 2), "GRU": (4, 2), "SimpleRNN": (4, 2), "ConvLSTM2D": (2, 4, 4, 1)}


@pytest.mark.parametrize("name", INITIAL)
def test_initial_values(name):
    folder, _, _, text = name.split("/", 3)
    expected = recorded(folder, "layers")[0]["default_initial_values"][text]
    with speaking(folder) as (_, names):
        layer = eval(text, dict(names))
        layer(names["Input"](shape=SHAPES.get(text.split("(")[0], (5,))))
    weights = {variable.name: np.asarray(variable.value) for variable in layer.weights}
    assert len(weights) == len(expected)
    for name, entry in expected.items():
        value = weights[name.split("/")[-1].removesuffix(":0")]
        assert list(value.shape) == entry["shape"]
        assert bool((value == value.ravel()[0]).all()) == entry["all_equal"]
        if entry["value"] is not None:
            assert_allclose(value, entry["value"])
