import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail import Model, layers
from dovetail.engine.masks import get_mask
from dovetail.ops.kernels import plain_kernels, recurrent

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(3, 4, 2)).astype("float32")
MASK = np.array([[1, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 0]], bool)


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
@pytest.mark.parametrize("reverse", [False, True])
def test_the_tuned_recurrence_is_the_plain_one(name, reverse):
    units, gates = 3, {"LSTM": 4, "GRU": 3}[name]
    kernel, inner = (DRAW.normal(size=(rows, gates * units)).astype("float32") for rows in (2, units))
    bias, inner_bias = DRAW.normal(size=(2, gates * units)).astype("float32")
    h, c = DRAW.normal(size=(2, 3, units)).astype("float32")

    def run(x, kernel, inner, bias, inner_bias, h, c):
        if name == "LSTM":
            outputs = recurrent.lstm(x, kernel, inner, bias, h, c, jnp.asarray(MASK), reverse)
        else:
            outputs = recurrent.gru(x, kernel, inner, bias, inner_bias, h, jnp.asarray(MASK), reverse)
        return sum(jnp.sum(jnp.sin(output)) for output in outputs), outputs

    def results():
        arguments = (X, kernel, inner, bias, inner_bias, h, c)
        return jax.jit(jax.value_and_grad(lambda *a: run(*a), range(7), has_aux=True))(*arguments)

    tuned = results()
    with plain_kernels():
        plain = results()
    for one, other in zip(jax.tree.leaves(tuned), jax.tree.leaves(plain), strict=True):
        assert_allclose(one, other, rtol=2e-5, atol=2e-6)


def by_hand(layer, x, mask):
    """The LSTM's equations, one sample and step at a time."""
    kernel, inner, bias = layer.get_weights()
    outputs = np.zeros((*x.shape[:2], layer.units))
    for sample in range(len(x)):
        h = c = np.zeros(layer.units)
        for step in range(x.shape[1]):
            if mask[sample, step]:
                i, f, g, o = np.split(x[sample, step] @ kernel + h @ inner + bias, 4)
                i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
                c = f * c + i * np.tanh(g)
                h = o * np.tanh(c)
            outputs[sample, step] = h
    return outputs


def test_an_lstm_by_hand_and_its_mask_goes_on():
    layer = layers.LSTM(3, return_sequences=True)
    inputs = np.where(MASK[..., None], X, 0)
    output = layer(layers.Masking()(inputs))
    assert_allclose(output, by_hand(layer, X, MASK), rtol=1e-5, atol=1e-6)
    assert_array_equal(get_mask(output), MASK)
    last = layers.LSTM(3)
    last(X)
    last.set_weights(layer.get_weights())
    assert_allclose(last(X, mask=MASK), by_hand(layer, X, MASK)[:, -1], rtol=1e-5, atol=1e-6)


def test_a_stateful_layer_goes_on_where_it_was():
    whole = layers.GRU(3, return_sequences=True)
    expected = whole(X)
    layer = layers.GRU(3, return_sequences=True, stateful=True)
    layer(X[:, :2])
    layer.set_weights(whole.get_weights())
    layer.reset_state()
    parts = [layer(X[:, :2]), layer(X[:, 2:])]
    assert_allclose(np.concatenate(parts, axis=1), expected, rtol=1e-5, atol=1e-6)
    layer.reset_states()
    assert_allclose(layer(X[:, :2]), parts[0], rtol=1e-6)
    model = Model(inputs := layers.Input(batch_shape=(3, 2, 2)), layer(inputs))
    layer.reset_state()
    assert_allclose(model.predict(X[:, :2], batch_size=3, verbose=0), parts[0], rtol=1e-5)
    assert_allclose(model.predict(X[:, 2:], batch_size=3, verbose=0), parts[1], rtol=1e-5)


def test_a_convolutional_layer_leaves_masked_steps_out():
    images = DRAW.normal(size=(2, 3, 4, 4, 1)).astype("float32")
    layer = layers.ConvLSTM2D(2, 2)
    masked = layer(images, mask=np.array([[True, False, True]] * 2))
    assert_allclose(masked, layer(images[:, [0, 2]]), rtol=1e-5, atol=1e-6)


def test_first_states_come_in_a_list_too():
    layer = layers.LSTM(3, return_state=True)
    output, h, c = layer(X)
    again = layer([X, h, c])[0]
    assert_allclose(again, layer(X, initial_state=[h, c])[0], rtol=1e-6)
    assert np.abs(np.asarray(again) - output).max() > 1e-3


def test_a_cell_of_ones_own():
    class Sum(layers.Layer):
        state_size = 2

        def call(self, inputs, states):
            total = states[0] + inputs
            return total, [total]

    assert_allclose(layers.RNN(Sum(), return_sequences=True)(X), np.cumsum(X, 1), rtol=1e-5)
    assert_allclose(layers.RNN(Sum(), go_backwards=True)(X, initial_state=np.ones((3, 2))), X.sum(1) + 1, rtol=1e-5)


def test_open_steps_and_samples():
    steps = layers.Input((None, 2))
    assert layers.LSTM(3, return_sequences=True)(steps).shape == (None, None, 3)
    assert layers.Bidirectional(layers.GRU(3))(steps).shape == (None, 6)
    with pytest.raises(ValueError, match="cannot unroll an open axis"):
        layers.LSTM(3, unroll=True)(steps)
    with pytest.raises(ValueError, match="is stateful, so it must know how many samples"):
        layers.LSTM(3, stateful=True)(steps)


def test_what_recurrent_layers_cannot_take():
    with pytest.raises(ValueError, match=r"needs sequences \(batch, steps, features\)"):
        layers.LSTM(3)(np.ones((2, 3)))
    with pytest.raises(ValueError, match="an RNN's cell needs `call`|needs `state_size`"):
        layers.RNN(object())
    with pytest.raises(ValueError, match="has 2 states; `initial_state` has 1"):
        layers.LSTM(3)(X, initial_state=[np.zeros((3, 3))])
    with pytest.raises(ValueError, match="keeps no states"):
        layers.GRU(3).reset_state()
    with pytest.raises(ValueError, match="`dropout` must be a number from 0 to 1"):
        layers.GRU(3, dropout=1.5)
    with pytest.raises(ValueError, match="both layers go the same way"):
        layers.Bidirectional(layers.GRU(3), backward_layer=layers.GRU(3))
    with pytest.raises(ValueError, match="`merge_mode` is one of"):
        layers.Bidirectional(layers.GRU(3), merge_mode="both")


def test_masks_of_dropout_for_each_gate_stay_in_the_configuration():
    for layer in (layers.LSTM(3, implementation=1), layers.GRUCell(3, implementation=1)):
        again = type(layer).from_config(layer.get_config())
        assert getattr(again, "cell", again).num_masks == getattr(layer, "cell", layer).gates
    assert "implementation" not in layers.LSTM(3).get_config()
