"""Function: a graph of operations without a training loop."""

import numpy as np
import pytest

import dovetail as keras
from dovetail import layers


def function():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    joined = layers.Dense(2, name="dense")(a + b)
    return keras.Function({"a": a, "b": b}, {"sum": a + b, "joined": joined}, name="both")


def test_it_computes_what_the_graph_says():
    made = function()
    x = np.arange(6, dtype="float32").reshape(2, 3)
    outputs = made({"a": x, "b": 2 * x})
    np.testing.assert_array_equal(outputs["sum"], 3 * x)
    dense = made.layers[-1]
    np.testing.assert_allclose(outputs["joined"], 3 * x @ dense.kernel.numpy(), rtol=1e-6)
    assert made.output_shape == {"sum": (None, 3), "joined": (None, 2)}
    assert made.compute_output_shape({"a": (7, 3), "b": (7, 3)}) == {"sum": (7, 3), "joined": (7, 2)}


def test_it_is_an_operation_of_other_graphs():
    x = keras.Input((3,))
    outputs = function()({"a": x, "b": x})
    assert outputs["joined"].shape == (None, 2) and outputs["joined"].node.operation.name == "both"


def test_errors():
    made = function()
    with pytest.raises(ValueError, match="'b'"):
        made({"a": np.ones((2, 3), "float32")})
    with pytest.raises(ValueError, match=r"'both' takes inputs like \(batch, 3\), \(batch, 3\)"):
        made.compute_output_shape({"a": (7, 3)})
    with pytest.raises(NotImplementedError, match="has no configuration"):
        made.get_config()
