"""Merges against recorded runs of Keras 3.15.1 and of Keras 1.2.2's universal Merge."""

import ast
import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail
from dovetail import layers
from dovetail.engine.errors import ShapeError

DATA = Path(__file__).parent / "data"


def recorded(release):
    cases = json.loads((DATA / release / "merge.json").read_text())["cases"]
    arrays = dict(np.load(DATA / release / "merge.npz"))
    return cases, arrays


MODERN, MODERN_ARRAYS = recorded("3.15.1")
OLD, OLD_ARRAYS = recorded("1.2.2")


def arguments_of(text):
    """`axes=(2, 1), normalize=True` as keyword arguments."""
    call = ast.parse(f"f({text})", mode="eval").body
    return {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}


def array_of(arrays, name):
    for key in (f"in/{name}", name):
        if key in arrays:
            return arrays[key]
    raise KeyError(name)


VALUES = [name for name, case in MODERN.items() if "output" in case]
ERRORS = [name for name, case in MODERN.items() if "error" in case and name != "legacy_Merge"]  # Merge is here


@pytest.mark.parametrize("name", VALUES)
def test_values_and_shapes_of_keras_3(name):
    case = MODERN[name]
    inputs = [array_of(MODERN_ARRAYS, key) for key in case["inputs"]]
    arguments = arguments_of(case["args"])
    if case["how"] == "function":
        got = getattr(layers, case["layer"].lower() if case["layer"] != "Concatenate" else "concatenate")(
            inputs, **arguments
        )
    else:
        layer = getattr(layers, case["layer"])(**arguments)
        got = layer(inputs)
        symbolic = layer([dovetail.Input(x.shape[1:], dtype=str(x.dtype)) for x in inputs])
        if case["declared_shape"] is not None and arguments.get("axis") != 0:
            assert list(symbolic.shape) == case["declared_shape"]
    assert_allclose(got, MODERN_ARRAYS[case["output"]], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ERRORS)
def test_what_keras_3_refuses_raises(name):
    case = MODERN[name]
    arguments = arguments_of(case["args"])
    inputs = [array_of(MODERN_ARRAYS, key) for key in case["inputs"]]
    tensors = [dovetail.Input(x.shape[1:], dtype=str(x.dtype)) for x in inputs]
    with pytest.raises((ValueError, TypeError)):
        getattr(layers, case["layer"])(**arguments)(tensors[0] if "single_tensor" in name else tensors)


class K:
    """The two backend functions that the recorded modes use."""

    concatenate = staticmethod(lambda xs: jnp.concatenate(xs, axis=-1))
    square = staticmethod(jnp.square)


def old_layer(case):
    arguments = dict(case["args"])
    for key in ("mode", "output_shape", "output_mask"):
        value = arguments.get(key)
        if isinstance(value, str) and value.startswith("lambda"):
            arguments[key] = eval(value, {"K": K})  # our own recorded text
    return layers.Merge(**arguments)


# What Keras 1 computed and Dovetail refuses, with the reason.
REFUSED = {name: "the declared output_shape is not the real one" for name in OLD if "wrong_declared" in name}
OLD_VALUES = [name for name, case in OLD.items() if "output" in case and name not in REFUSED]


@pytest.mark.parametrize("name", OLD_VALUES)
def test_values_of_the_old_merge(name):
    case = OLD[name]
    inputs = [array_of(OLD_ARRAYS, key) for key in case["inputs"]]
    assert_allclose(old_layer(case)(inputs), OLD_ARRAYS[case["output"]], rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_declared_shape_is_refused(name):
    inputs = [array_of(OLD_ARRAYS, key) for key in OLD[name]["inputs"]]
    with pytest.raises(ShapeError, match="`output_shape` says"):
        old_layer(OLD[name])(inputs)
