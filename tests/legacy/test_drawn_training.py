"""`model.total_loss` and its inputs as tensors of the graph."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import installed

X = np.arange(24, dtype="float32").reshape(8, 3) / 24
Y = np.eye(2, dtype="float32")[[0, 1, 1, 0, 1, 0, 0, 1]]


def test_derivatives_of_the_total_loss_by_the_weights():
    with installed("2.2.4"):
        from keras import backend as K
        from keras.layers import Dense
        from keras.models import Sequential

        model = Sequential([Dense(2, input_dim=3, kernel_regularizer="l2")])
        model.compile("sgd", "mse")
        gradients = model.optimizer.get_gradients(model.total_loss, model.trainable_weights)
        inputs = [model.inputs[0], model.sample_weights[0], model.targets[0], K.learning_phase()]
        found = K.function(inputs, [model.total_loss, *gradients])([X, np.ones(8), Y, 0])
        kernel, bias = model.get_weights()
        residue = X @ kernel + bias - Y
        assert_allclose(found[0], (residue**2).mean() + 0.01 * (kernel**2).sum(), rtol=1e-4)
        assert_allclose(found[1], X.T @ residue / 8 + 0.02 * kernel, rtol=1e-4, atol=1e-6)
        assert_allclose(found[2], residue.sum(0) / 8, rtol=1e-4, atol=1e-6)
        assert_allclose(found[0], model.test_on_batch(X, Y), rtol=1e-4)


def test_a_predict_function_is_there_once_it_was_asked_for():
    with installed("2.2.4"):
        from keras.layers import Dense, Input
        from keras.models import Model

        inputs = Input((3,))
        model = Model(inputs, Dense(2)(inputs))
        model._make_predict_function()
        assert_allclose(model.predict_function([X])[0], model.predict(X), rtol=1e-5)
        node = model.layers[1]._inbound_nodes[0]
        assert node.inbound_layers == [model.layers[0]] and node.outbound_layer is model.layers[1]


def test_the_phase_may_be_the_number_that_later_releases_gave():
    with installed("2.15.0"):
        from keras import backend as K
        from keras.layers import Dropout, Input

        inputs = Input((50,))
        dropped = K.function([inputs, K.learning_phase()], [Dropout(0.5)(inputs)])
        x = np.ones((1, 50))
        assert (dropped([x, 1])[0] == 0).any() and (dropped([x, 0])[0] == 1).all()


def test_what_a_layer_lacks_is_said_in_its_own_words():
    with installed("2.2.4"):
        from keras.layers import Dense, Input

        layer = Dense(2)
        layer(Input((3,))), layer(Input((3,)))
        with pytest.raises(AttributeError, match="was called 2 times"):
            layer.output  # noqa: B018
