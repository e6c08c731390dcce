"""`model.layers.pop()` and `model.outputs = [...]`, as Keras 1 and 2 had them."""

import numpy as np
import pytest

from dovetail.legacy import installed


def sequential(keras):
    dense = keras.layers.Dense
    return keras.models.Sequential([dense(4, input_shape=(3,)), dense(5, name="middle"), dense(6)])


@pytest.mark.parametrize("which", [1, 2])
def test_a_layer_less_and_another_in_its_place(which):
    with installed(which):
        import keras

        model = sequential(keras)
        gone = model.layers.pop()
        assert len(model.layers) == 2 and model.output_shape == (None, 6)  # until the outputs are set
        model.outputs = [model.layers[-1].output]
        model.layers[-1].outbound_nodes = []
        assert model.output_shape == (None, 5)
        model.add(keras.layers.Dense(2))
        model.compile("sgd", "mse")
        assert model.predict(np.zeros((2, 3))).shape == (2, 2)
        assert gone not in model.layers and len(model.get_weights()) == 6


def test_a_model_of_what_is_left():
    with installed(2):
        import keras

        whole = sequential(keras)
        whole = keras.models.Model(whole.input, whole.output)
        whole.layers.pop()
        shorter = keras.models.Model(inputs=whole.inputs, outputs=whole.layers[-1].output)
        assert shorter.layers[-1].name == "middle" and shorter.output_shape == (None, 5)
        whole.outputs = [whole.get_layer("middle").output]
        assert whole.predict(np.zeros((1, 3))).shape == (1, 5)


def test_tensorflows_own_keras_gave_a_copy():
    with installed("2.15.0"):
        from tensorflow import keras

        model = sequential(keras)
        model.layers.pop()
        assert len(model.layers) == 3
