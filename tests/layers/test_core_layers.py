import json

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail import Model, layers
from dovetail.engine.errors import ShapeError
from dovetail.engine.masks import get_mask
from dovetail.layers import Dense, Embedding, Identity, Input, Lambda, Masking


def test_dense_is_a_matrix_product():
    x = np.arange(6.0, dtype="float32").reshape(2, 3)
    layer = Dense(2, activation="relu", bias_initializer="ones")
    y = layer(x)
    assert_allclose(y, np.maximum(x @ layer.kernel.numpy() + 1.0, 0.0), rtol=1e-6)


def test_dense_takes_integers():
    assert Dense(2)(np.ones((2, 3), "int32")).dtype == jnp.float32


def test_dense_needs_a_known_last_axis():
    with pytest.raises(ShapeError) as error:
        Dense(2, name="out")(Input((4, None)))
    assert str(error.value) == (
        "Dense 'out' works over a last axis of known size, after a batch axis; "
        "it got (batch, 4, ?). Give the input a size there, "
        "e.g. Input((8,)) or, before Dense, a Reshape or a GlobalAveragePooling layer."
    )


def test_dense_names_the_shape_that_does_not_fit():
    layer = Dense(2, name="out")
    layer(Input((5,)))
    with pytest.raises(ShapeError) as error:
        layer(Input((None, 7)))
    assert str(error.value) == "Dense 'out' was built for 5 features on the last axis; it got (batch, ?, 7)"


@pytest.mark.parametrize(
    "units, message",
    [
        (0, "`units` must be a positive integer, not 0"),
        (True, "`units` must be a positive integer, not True"),
        (
            32.0,
            "`units` must be a positive integer, not 32.0; write 32 (a / b is a float, a // b an integer)",
        ),
    ],
)
def test_dense_units(units, message):
    with pytest.raises(ValueError) as error:
        Dense(units)
    assert str(error.value) == message


def test_what_is_not_supported_yet_says_so():
    with pytest.raises(NotImplementedError, match=r"Dense\(quantization_config='int8'\) is not supported yet"):
        Dense(3, quantization_config="int8")
    assert Dense(3, lora_rank=None, quantization_config=None).get_config()["quantization_config"] is None


def test_activity_regularizer_adds_to_the_losses():
    layer = Dense(2, activity_regularizer="l2", kernel_initializer="ones")
    layer(jnp.ones((1, 2)))
    assert_allclose(layer.losses, [0.01 * 8.0], rtol=1e-6)


def test_unknown_activation_is_named_at_once():
    with pytest.raises(ValueError, match=r"'rellu'.*did you mean 'relu'"):
        Dense(2, activation="rellu")


def test_embedding_looks_rows_up_and_masks_zero():
    table = np.arange(8.0, dtype="float32").reshape(4, 2)
    y = Embedding(4, 2, mask_zero=True, weights=[table])(np.array([[1, 0], [3, 3]]))
    assert_array_equal(y, table[[[1, 0], [3, 3]]])
    assert_array_equal(get_mask(y), [[True, False], [True, True]])


def test_embedding_cuts_floats_and_keeps_its_table_out_of_the_configuration():
    layer = Embedding(300, 2, weights=np.ones((300, 2)), dtype="mixed_bfloat16")
    assert layer(np.array([[257.9]], "float32")).shape == (1, 1, 2)
    assert "weights" not in json.loads(json.dumps(layer.get_config()))
    with pytest.warns(UserWarning, match="input_length"):
        Embedding(3, 2, input_length=4)


def test_masking_sets_masked_steps_to_zero():
    x = np.array([[[1.0, 2.0], [5.0, 5.0], [5.0, 1.0]]], "float32")
    y = Masking(5.0)(x)
    assert_array_equal(y, [[[1, 2], [0, 0], [5, 1]]])
    assert_array_equal(get_mask(y), [[True, False, True]])


def test_masks_pass_through_layers_that_support_them():
    x = np.array([[[1.0], [0.0]]], "float32")
    for layer in (
        Dense(2),
        Identity(),
        layers.Dropout(0.5),
        layers.ReLU(),
        layers.LayerNormalization(),
    ):
        assert_array_equal(get_mask(layer(Masking()(x))), [[True, False]])


def test_lambda_gives_its_function_what_it_asks_for():
    x = jnp.ones((1, 2))
    assert_allclose(Lambda(lambda x, factor: x * factor, arguments={"factor": 3.0})(x), 3.0 * x)
    training = Lambda(lambda x, training: x if training else -x)
    assert_allclose(training(x, training=True), x)
    assert_allclose(training(x), -x)
    masked = Lambda(lambda x, mask=None: x * mask[..., None], mask=lambda inputs, mask: ~mask)
    y = masked(Masking()(jnp.array([[[1.0], [0.0]]])))
    assert_allclose(y, [[[1.0], [0.0]]])
    assert_array_equal(get_mask(y), [[False, True]])
    assert Lambda(lambda x: x[:, :1])(Input((4, 3))).shape == (None, 1, 3)
    with pytest.raises(TypeError, match="needs a function"):
        Lambda(3)


def test_the_family_knows_every_layer():
    assert isinstance(layers.deserialize({"class_name": "Dense", "config": {"units": 3}}), Dense)
    again = layers.deserialize(layers.serialize(Dense(3, name="a", activation="tanh")))
    assert (again.units, again.name) == (3, "a")
    with pytest.raises(ValueError, match="did you mean 'Dense'"):
        layers.deserialize({"class_name": "Dence", "config": {}})

    class Mine(Dense):
        pass

    mine = layers.deserialize({"class_name": "Mine", "config": {"units": 2}}, custom_objects={"Mine": Mine})
    assert isinstance(mine, Mine)


@pytest.mark.parametrize("tied", [True, False])
def test_an_embedding_goes_back(tied):
    layer = layers.ReversibleEmbedding(7, 3, tie_weights=tied, mask_zero=True, logit_soft_cap=2.0)
    ids = layers.Input((4,), dtype="int32")
    hidden = layer(ids)
    model = Model(ids, [hidden, layer(hidden, reverse=True)])
    found, back = model(np.array([[1, 0, 6, 2]]))
    table = np.asarray(layer.embeddings.value)
    kernel = table.T if tied else np.asarray(layer.reverse_embeddings.value)
    assert_allclose(found, table[[[1, 0, 6, 2]]])
    assert_allclose(back, 2 * np.tanh(np.asarray(found) @ kernel / 2), rtol=1e-6, atol=1e-7)
    with pytest.raises(ValueError, match="goes back from vectors of 3"):
        layer(np.zeros((2, 4)), reverse=True)
