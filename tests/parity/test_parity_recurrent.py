"""Recurrent layers against Keras's with every setting: what they return, masks, first states, dropout.

Stateful ones are not compared: Keras on JAX forgets the states.
"""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import layers
from dovetail.engine.tensor import KerasTensor

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(3, 3, 2)).astype("float32")
IMAGES = DRAW.normal(size=(3, 3, 4, 5, 1)).astype("float32")
MASK = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 0]], bool)
STATES = [DRAW.normal(size=(3, 3)).astype("float32") for _ in range(4)]
EVERYTHING = {"return_sequences": True, "return_state": True}


def close(found, wanted, name):
    found, wanted = jax.tree.leaves(found), jax.tree.leaves(wanted)
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert_allclose(one, other, rtol=1e-5, atol=2e-6, err_msg=name)


def results(module, variants):
    """Outputs, new states and the gradient for every variant: (layer, inputs, arguments of the call); in one program."""
    made = {}
    for name, (make, x, extra) in variants.items():
        layer = make(module)
        tensor = KerasTensor if module is layers else keras.KerasTensor
        layer(tensor(x.shape, dtype="float32"))  # drawn, so that nothing is dropped yet
        draw = np.random.default_rng(1)
        layer.set_weights([draw.uniform(-0.7, 0.7, v.shape).astype("float32") for v in layer.weights])
        made[name] = layer, x, extra

    def run(values):
        found = {}
        for name, (layer, x, extra) in made.items():
            others = [variable.value for variable in layer.non_trainable_variables]

            def total(weights, x, layer=layer, extra=extra, others=others):
                outputs, state = layer.stateless_call(weights, others, x, **extra)
                return sum(jnp.sum(jnp.sin(leaf)) for leaf in jax.tree.leaves(outputs)), (outputs, state)

            (_, (outputs, state)), gradients = jax.value_and_grad(total, (0, 1), has_aux=True)(values[name], x)
            found[name] = outputs, state, gradients
        return found

    values = {name: [variable.value for variable in layer.trainable_variables] for name, (layer, _, _) in made.items()}
    return jax.jit(run)(values)


def compare(variants):
    found, wanted = results(layers, variants), results(keras.layers, variants)
    for name, (outputs, state, gradients) in wanted.items():
        close(found[name][0], outputs, name)
        close(found[name][1], state, f"{name}, new state")
        close(found[name][2], gradients, f"{name}, gradients")


@pytest.mark.parametrize(
    "name, count, more, left_out",
    [
        ("SimpleRNN", 1, {}, ["dropped inputs", "not usual"]),
        ("LSTM", 2, {}, ["not usual"]),
        ("GRU", 1, {}, []),
        ("GRU", 1, {"reset_after": False}, ["masked, zeros", "unrolled", "dropped inputs", "not usual"]),
    ],
    ids=["SimpleRNN", "LSTM", "GRU", "GRU of Keras 2"],
)
def test_every_setting(name, count, more, left_out):
    def make(**settings):
        return lambda module: getattr(module, name)(3, seed=1, **more, **settings)

    first = {"initial_state": [jnp.asarray(state) for state in STATES[:count]], "mask": MASK}
    variants = {
        "masked, backwards": (make(go_backwards=True, **EVERYTHING), X, first),
        "masked, zeros": (make(zero_output_for_mask=True, **EVERYTHING), X, {"mask": MASK}),
        "unrolled": (make(unroll=True, go_backwards=True, return_sequences=True), X, {"mask": MASK}),
        "dropped": (make(dropout=0.4, recurrent_dropout=0.3), X, {"training": True, "mask": MASK}),
        "dropped inputs": (make(dropout=0.4, return_state=True), X, {"training": True}),
        "not usual": (make(use_bias=False, activation="relu"), X, {"mask": MASK}),
    }
    compare({name: variant for name, variant in variants.items() if name not in left_out})


def test_bidirectional():
    def make(mode, inside="GRU", **settings):
        return lambda module: module.Bidirectional(getattr(module, inside)(3, seed=1, **settings), merge_mode=mode)

    def different(module):
        return module.Bidirectional(
            module.LSTM(3, seed=1), backward_layer=module.GRU(3, seed=2, go_backwards=True), merge_mode="mul"
        )

    states = [jnp.asarray(state) for state in STATES]
    compare(
        {
            "concat": (make("concat", "LSTM", **EVERYTHING), X, {"mask": MASK, "initial_state": states}),
            "sum": (make("sum", return_sequences=True), X, {"mask": MASK}),
            "mul": (make("mul", return_state=True), X, {}),
            "ave": (make("ave", use_bias=False), X, {"mask": MASK}),
            "None": (make(None, return_sequences=True), X, {"mask": MASK}),
            "dropped": (make("concat", dropout=0.3), X, {"training": True}),
            "two kinds": (different, X, {}),
        }
    )


def test_stacked_cells_and_cells_in_layers():
    def stacked(**settings):
        def make(module):
            cells = [module.LSTMCell(3, seed=1), module.SimpleRNNCell(2, seed=2), module.GRUCell(3, seed=3)]
            return module.RNN(cells, **settings)

        return make

    def dropped(module):
        cells = [module.GRUCell(3, seed=1, dropout=0.3, recurrent_dropout=0.2), module.LSTMCell(2, seed=2, dropout=0.3)]
        return module.RNN(module.StackedRNNCells(cells))

    def inside(module):
        return module.TimeDistributed(module.LSTM(3, seed=1))

    compare(
        {
            "sequences": (stacked(return_sequences=True), X, {"mask": MASK}),
            "states": (stacked(**EVERYTHING, go_backwards=True), X, {}),
            "dropped": (dropped, X, {"training": True}),
            "at every step": (inside, IMAGES[..., 0], {}),
        }
    )


def test_convolutional():
    def make(rank=2, **settings):
        return lambda module: getattr(module, f"ConvLSTM{rank}D")(2, 2, seed=1, **settings)

    compare(
        {
            "everything": (make(**EVERYTHING), IMAGES, {}),  # with a mask Keras fails
            "backwards": (make(1, go_backwards=True, padding="same"), IMAGES[:, :, :, 0], {}),
            "dropped": (make(dropout=0.3, recurrent_dropout=0.2, dilation_rate=2), IMAGES, {"training": True}),
        }
    )
