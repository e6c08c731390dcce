"""Each layer against Keras's own, from equal weights: outputs, gradients, updated state."""

import inspect
import json
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import layers

sys.path.insert(0, str(Path(__file__).parent.parent / "layers"))
from rows import ROWS

SHARED = [row for row in ROWS if hasattr(keras.layers, row.name)]


def takes_training(layer):
    return "training" in inspect.signature(layer.call).parameters


rows = pytest.mark.parametrize("row", SHARED, ids=str)
MODES = [(row, training) for row in SHARED for training in ([False, True] if takes_training(row.layer()) else [None])]
CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def pair(row, inputs, policy="float32"):
    """Dovetail's layer and Keras's, built, with equal random weights."""
    ours, theirs = row.layer_of_policy(policy), row.layer_of_policy(policy, keras.layers)
    ours(*inputs)
    theirs(*inputs)
    generator = np.random.default_rng(1)
    weights = []
    for variable in theirs.weights:
        size = 0.2 if "recurrent" in variable.name else 1  # what comes again and again must not grow
        weights.append(np.asarray(size * generator.uniform(0.5, 1.5, variable.shape), variable.dtype))
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs


def stateless(layer, **extra):
    """(trainable, inputs) -> a sum that depends on every output, and (outputs, new state)."""
    others = [variable.value for variable in layer.non_trainable_variables]

    def run(trainable, inputs):
        outputs, state = layer.stateless_call(trainable, others, *inputs, **extra)
        return jnp.sum(jnp.sin(outputs.astype("float32"))), (outputs, state)

    return run


@rows
def test_weights_have_keras_names_and_order(row):
    ours, theirs = pair(row, row.inputs())
    assert [(v.name, v.shape) for v in ours.weights] == [(v.name, tuple(v.shape)) for v in theirs.weights]
    assert len(ours.variables) == len(theirs.variables)
    assert len(ours.trainable_variables) == len(theirs.trainable_variables)
    assert ours.supports_masking == theirs.supports_masking


@pytest.mark.parametrize("row, training", MODES, ids=str)
def test_outputs_gradients_and_state(row, training):
    inputs = row.inputs(seed=2)
    ours, theirs = pair(row, inputs)
    argnums = 0 if row.integers else (0, 1)
    results = []
    for layer in (ours, theirs):
        trainable = [variable.value for variable in layer.trainable_variables]
        extra = {"training": training} if takes_training(layer) else {}
        run = jax.value_and_grad(stateless(layer, **extra), argnums, has_aux=True)
        arrays = jax.tree.map(jnp.asarray, inputs)
        (_, (outputs, state)), gradients = jax.jit(run)(trainable, arrays)
        results.append((outputs, gradients, state))
    (outputs, gradients, state), (expected, expected_gradients, expected_state) = results
    assert outputs.dtype == expected.dtype
    assert_allclose(outputs, expected, **CLOSE)
    found, wanted = jax.tree.leaves(gradients), jax.tree.leaves(expected_gradients)
    for gradient, keras_gradient in zip(found, wanted, strict=True):
        assert_allclose(gradient, keras_gradient, rtol=1e-4, atol=1e-5)  # sums of sines of large outputs
    assert len(state) == len(expected_state)
    for value, keras_value in zip(state, expected_state, strict=True):
        assert_allclose(value, keras_value, **CLOSE)


@rows
def test_16_bits(row):
    inputs = row.inputs(seed=2)
    ours, theirs = pair(row, inputs, "mixed_bfloat16")
    output, expected = ours(*inputs), theirs(*inputs)
    assert output.dtype == expected.dtype
    assert_allclose(np.asarray(output, "float32"), np.asarray(expected, "float32"), rtol=0.02, atol=0.02)


@rows
def test_constructors_are_the_same(row):
    ours = inspect.signature(getattr(layers, row.name)).parameters
    theirs = inspect.signature(getattr(keras.layers, row.name)).parameters
    assert [(p.name, p.default) for p in ours.values()] == [(p.name, p.default) for p in theirs.values()]


@pytest.mark.parametrize("row", [row for row in SHARED if row.plain], ids=str)
def test_configurations_are_understood_both_ways(row):
    inputs = row.inputs()
    ours, theirs = pair(row, inputs)
    keras_config = json.loads(json.dumps(theirs.get_config()))
    from_keras = type(ours).from_config(keras_config)
    from_ours = type(theirs).from_config(json.loads(json.dumps(ours.get_config())))
    for layer in (from_keras, from_ours):
        layer(*inputs)
        layer.set_weights(ours.get_weights())
        assert_allclose(layer(*inputs), theirs(*inputs), **CLOSE)
    assert set(keras_config) <= set(ours.get_config()) | {"activity_regularizer", "rms_scaling"}


MASKED = [
    (layers.Softmax(), keras.layers.Softmax(), (2, 3, 4), (2, 3, 4)),
    (layers.GlobalAveragePooling1D(), keras.layers.GlobalAveragePooling1D(), (2, 3, 4), (2, 3)),
    (layers.BatchNormalization(), keras.layers.BatchNormalization(), (2, 3, 4), (2, 3)),
]


@pytest.mark.parametrize("ours, theirs, shape, mask_shape", MASKED)
def test_masked_calls(ours, theirs, shape, mask_shape):
    generator = np.random.default_rng(3)
    x = generator.normal(size=shape).astype("float32")
    mask = generator.uniform(size=mask_shape) > 0.4
    mask[0] = True
    mask[1, 0] = False
    extra = {"training": True} if isinstance(ours, layers.BatchNormalization) else {}
    assert_allclose(ours(x, mask=mask, **extra), theirs(x, mask=jnp.asarray(mask), **extra), **CLOSE)
    for variable, keras_variable in zip(ours.variables, theirs.variables, strict=True):
        assert_allclose(variable.value, keras_variable.value, **CLOSE)


def test_masks_from_embedding_and_masking():
    ids = np.array([[1, 0, 2], [0, 0, 3]])
    steps = np.array([[[1.0, 0.0], [0.0, 0.0]]], "float32")
    for module in (layers, keras.layers):
        embedded = module.Embedding(4, 2, mask_zero=True)(ids)
        pooled = module.GlobalAveragePooling1D()(module.Masking()(steps))
        assert_allclose(pooled, [[1.0, 0.0]])
        table = np.asarray(module.Embedding(4, 2, weights=np.eye(4, 2))(ids))
        assert_allclose(table[0, 0], [0.0, 1.0])
        assert embedded.shape == (2, 3, 2)
