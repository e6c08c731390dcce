"""Masks in recurrent layers."""

import keras as theirs
import numpy as np

import dovetail as ours


def test_masked_steps_of_a_sequence_in_both_directions_are_zeros():
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    mask = np.array([[True, True, False, False], [True, False, True, True]])
    made = [k.layers.Bidirectional(k.layers.SimpleRNN(2, return_sequences=True)) for k in (ours, theirs)]
    outputs = [layer(x, mask=mask) for layer in made]
    assert not np.asarray(outputs[0])[~mask].any()
    made[1].set_weights(made[0].get_weights())
    np.testing.assert_allclose(outputs[0], made[1](x, mask=mask), rtol=1e-5, atol=1e-6)
