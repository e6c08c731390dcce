"""Each layer against Keras's own, from equal weights: outputs, gradients, updated state."""

import functools
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

import dovetail
from dovetail import layers

sys.path.insert(0, str(Path(__file__).parent.parent / "layers"))
from rows import ROWS, program_of

# Keras needs TensorFlow for the first, and takes one argument by position in the second
NOT_CALLED_SO = {
    "JaxLayer(call_fn=scaled,init_fn=scales)",
    "CategoryEncoding(num_tokens=7,output_mode=count;2 branches)",
}
# an error in Keras; places of pixels, or what is drawn, in 16 bits
NOT_IN_16_BITS = {"STFTSpectrogram", "RandomRotation", "RandomTranslation", "RandomZoom", "RandomContrast"}
OTHERWISE = {"RandomCrop", "IntegerLookup"}  # not in training, see the table of differences; needs TensorFlow
SHARED = [
    row
    for row in ROWS
    if hasattr(keras.layers, row.name) and str(row) not in NOT_CALLED_SO and row.name not in OTHERWISE
]


CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def takes_training(layer):
    return "training" in inspect.signature(layer.call).parameters


def symbolic(inputs, tensor):
    return jax.tree.map(lambda x: tensor(x.shape, dtype=str(x.dtype)), inputs)


def weights_for(layer):
    """Random weights that make no layer grow its values without end."""
    generator = np.random.default_rng(1)
    for variable in layer.weights:
        size = 0.2 if "recurrent" in variable.name else 1
        yield np.asarray(size * generator.uniform(0.5, 1.5, variable.shape), variable.dtype)


class Side:
    """A row's layer of one of the two libraries, with equal weights in both."""

    def __init__(self, row, library):
        self.row, self.library, self.inputs = row, library, row.inputs(seed=2)
        self.layer = row.layer(library.layers)
        self.coarse = row.layer_of_policy("mixed_bfloat16", library.layers)
        for layer in (self.layer, self.coarse):
            layer(*symbolic(self.inputs, library.KerasTensor))
            layer.set_weights(list(weights_for(layer)))
            if hasattr(layer, "finalize_state"):  # Keras's Normalization copies its weights
                layer.finalize_state()

    @functools.cached_property
    def results(self):
        """By mode: (outputs, new state, gradients); and the outputs in 16 bits."""
        modes = {"inference": False}
        if takes_training(self.row.layer()):
            modes["training"] = True

        def run(weights, others, inputs):
            def total(weights, inputs, training):
                extra = {"training": training} if takes_training(self.layer) else {}
                outputs, state = self.layer.stateless_call(weights, others, *inputs, **extra)
                leaves = jax.tree.leaves(outputs)
                return sum(jnp.sum(jnp.sin(leaf.astype("float32"))) for leaf in leaves), (leaves, state)

            found = {}
            argnums = 0 if self.row.integers else (0, 1)
            for name, training in modes.items():
                run_back = jax.value_and_grad(total, argnums, has_aux=True)
                (_, (outputs, state)), gradients = run_back(weights, inputs, training)
                found[name] = outputs, state, jax.tree.leaves(gradients)
            with self.library.StatelessScope():  # `stateless_call` of Keras casts no inputs
                in_16_bits = self.coarse(*inputs) if self.row.name not in NOT_IN_16_BITS else []
            return found, jax.tree.leaves(in_16_bits)

        def values(variables):
            return [variable.value for variable in variables]

        arguments = (
            values(self.layer.trainable_variables),
            values(self.layer.non_trainable_variables),
            jax.tree.map(jnp.asarray, self.inputs),
        )
        return jax.jit(run)(*arguments)


class Pair:
    def __init__(self, row):
        self.row = row
        self.ours, self.theirs = Side(row, dovetail), Side(row, keras)


@pytest.fixture(scope="module", params=SHARED, ids=str)
def pair(request):
    return Pair(request.param)


def test_weights_have_keras_names_and_order(pair):
    ours, theirs = pair.ours.layer, pair.theirs.layer
    assert [(v.name, v.shape) for v in ours.weights] == [(v.name, tuple(v.shape)) for v in theirs.weights]
    assert [v.dtype for v in pair.ours.coarse.weights] == [v.dtype for v in pair.theirs.coarse.weights]
    assert len(ours.variables) == len(theirs.variables)
    assert len(ours.trainable_variables) == len(theirs.trainable_variables)
    assert ours.supports_masking == theirs.supports_masking or pair.row.name == "RMSNormalization"


def test_outputs_gradients_and_state(pair):
    found, wanted = pair.ours.results[0], pair.theirs.results[0]
    assert found.keys() == wanted.keys()
    for mode in wanted:
        (outputs, state, gradients), (expected, keras_state, keras_gradients) = found[mode], wanted[mode]
        for one, other in zip(outputs, expected, strict=True):
            assert one.dtype == other.dtype
            assert_allclose(one, other, **CLOSE, err_msg=mode)
        for one, other in zip(state, keras_state, strict=True):
            assert_allclose(one, other, **CLOSE, err_msg=mode)
        for one, other in zip(gradients, keras_gradients, strict=True):
            # sums of sines of large outputs
            scale = max(1.0, np.abs(other).max(initial=0))
            assert_allclose(one, other, rtol=1e-4, atol=1e-5 * scale, err_msg=mode)


def test_16_bits(pair):
    for output, expected in zip(pair.ours.results[1], pair.theirs.results[1], strict=True):
        # Keras says the dtype it computes in, and gives that of variables
        assert output.dtype == expected.dtype or pair.row.name == "CategoryEncoding"
        assert_allclose(np.asarray(output, "float32"), np.asarray(expected, "float32"), rtol=0.02, atol=0.02)


def test_constructors_are_the_same(pair):
    def told(module):
        parameters = inspect.signature(getattr(module, pair.row.name)).parameters.values()
        return [(p.name, p.default) for p in parameters if p.kind is not p.VAR_KEYWORD]

    assert told(layers) == told(keras.layers)


def nameless(config):
    """A configuration as plain data, without the names that layers inside get by counting."""
    if isinstance(config, dict):
        return {key: nameless(value) for key, value in config.items() if key != "name"}
    return [nameless(value) for value in config] if isinstance(config, (list, tuple)) else config


def test_configurations_are_understood_both_ways(pair):
    if not pair.row.plain:
        pytest.skip("the configuration holds code")
    ours, theirs = pair.ours, pair.theirs
    keras_config = json.loads(json.dumps(theirs.layer.get_config()))
    from_keras = type(ours.layer).from_config(keras_config)
    from_keras(*symbolic(ours.inputs, dovetail.KerasTensor))
    assert program_of(from_keras, ours.inputs) == program_of(ours.layer, ours.inputs)
    from_ours = type(theirs.layer).from_config(json.loads(json.dumps(ours.layer.get_config())))
    from_ours(*symbolic(theirs.inputs, keras.KerasTensor))
    assert nameless(from_ours.get_config()) == nameless(keras_config)
    assert set(keras_config) <= set(ours.layer.get_config()) | {"activity_regularizer", "rms_scaling"}


def test_windows_are_cut_at_the_same_places():
    x = np.random.default_rng(1).normal(size=(2, 5, 6, 3)).astype("float32")
    ours, theirs = (module.RandomCrop(2, 4, seed=3) for module in (layers, keras.layers))
    for _ in range(3):
        assert_allclose(ours(x, training=True), theirs(x, training=True))
    assert_allclose(ours(x[0]), theirs(x[0]))


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
