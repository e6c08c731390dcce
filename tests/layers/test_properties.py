"""What holds for every layer."""

import inspect
import json
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail import layers
from dovetail.engine.registry import loading
from dovetail.engine.tensor import KerasTensor

sys.path.insert(0, str(Path(__file__).parent))
from rows import ROWS

all_rows = pytest.mark.parametrize("row", ROWS, ids=str)
# not called on arrays alone: what others are made of
NOT_CALLED = {"Layer", "InputLayer", "Wrapper", "SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells"}


def trained_call(layer):
    """The keyword arguments of a call in training."""
    return {"training": True} if "training" in inspect.signature(layer.call).parameters else {}


def symbolic(inputs, batch=None):
    return jax.tree.map(lambda x: KerasTensor((batch, *x.shape[1:]), x.dtype), inputs)


def values(variables):
    return [variable.value for variable in variables]


def test_every_public_layer_has_a_row():
    classes = {
        member.__name__
        for member in vars(layers).values()
        if inspect.isclass(member) and issubclass(member, layers.Layer)
    }
    assert classes - NOT_CALLED == {getattr(layers, row.name).__name__ for row in ROWS}


@all_rows
def test_traced_shape_is_the_real_shape(row):
    layer, inputs = row.layer(), row.inputs()
    drawn = layer(*symbolic(inputs))
    output = layer(*inputs)
    assert drawn.shape == (None, *output.shape[1:])
    assert drawn.dtype == output.dtype
    batch = jax.tree.leaves(inputs)[0].shape[0]
    assert row.layer()(*symbolic(inputs, batch)).shape == output.shape
    assert layer.compute_output_shape(*jax.tree.map(lambda x: x.shape, inputs)) == output.shape


@all_rows
def test_configuration_round_trip(row):
    layer, inputs = row.layer(name="one"), row.inputs()
    expected = layer(*inputs)
    config = json.loads(json.dumps(layer.get_config()))
    with loading(safe_mode=row.plain):
        again = type(layer).from_config(config)
    again(*inputs)
    again.set_weights(layer.get_weights())
    assert_array_equal(again(*inputs), expected)
    assert again.name == "one"
    assert not row.plain or json.loads(json.dumps(again.get_config())) == config


@all_rows
def test_compiled_is_eager(row):
    layer, inputs = row.layer(), row.inputs()
    layer(*inputs)
    extra = trained_call(layer)

    @jax.jit
    def program(trainable, others, inputs):
        return layer.stateless_call(trainable, others, *inputs, **extra)

    output, state = program(values(layer.trainable_variables), values(layer.non_trainable_variables), inputs)
    assert_allclose(output, layer(*inputs, **extra), rtol=1e-5, atol=1e-6)
    for new, variable in zip(state, layer.non_trainable_variables, strict=True):
        assert_allclose(new, variable.value, rtol=1e-5, atol=1e-6)


@all_rows
def test_mixed_precision(row):
    layer, inputs = row.layer_of_policy("mixed_bfloat16"), row.inputs()
    output = layer(*inputs, **trained_call(layer))
    keeps_integers = row.integers and not layer.weights
    assert output.dtype == (jax.tree.leaves(inputs)[0].dtype if keeps_integers else jnp.bfloat16)
    assert {variable.dtype for variable in layer.weights} <= {"float32"}
    exact = row.layer()
    exact(*inputs)
    exact.set_weights(layer.get_weights())
    assert_allclose(np.asarray(layer(*inputs), "float32"), exact(*inputs), rtol=0.05, atol=0.05)


@all_rows
def test_batch_of_one(row):
    layer, inputs = row.layer(), row.inputs()
    together = layer(*inputs)
    first = layer(*jax.tree.map(lambda x: x[:1], inputs))
    assert_allclose(first, together[:1], rtol=1e-5, atol=1e-6)


@all_rows
def test_two_calls_share_the_weights(row):
    layer, inputs = row.layer(), row.inputs()
    first = layer(*inputs)
    before = layer.variables
    assert_array_equal(layer(*inputs), first)
    layer(*symbolic(inputs))
    assert [id(variable) for variable in layer.variables] == [id(variable) for variable in before]


@all_rows
def test_vmap_and_gradients(row):
    layer, inputs = row.layer(), row.inputs()
    expected = layer(*inputs)
    others = values(layer.non_trainable_variables)

    def total(trainable, inputs):
        return jnp.sum(jnp.sin(layer.stateless_call(trainable, others, *inputs)[0]))

    twice = jax.tree.map(lambda x: np.stack([x, x]), (values(layer.trainable_variables), inputs))
    program = total if row.integers else jax.value_and_grad(total, argnums=(0, 1))
    results = jax.jit(jax.vmap(program))(*twice)
    totals, gradients = (results, ()) if row.integers else results
    assert_allclose(totals, [np.sum(np.sin(expected))] * 2, rtol=1e-4, atol=1e-5)
    assert all(np.all(np.isfinite(gradient)) for gradient in jax.tree.leaves(gradients))
