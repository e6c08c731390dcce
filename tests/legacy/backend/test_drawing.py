"""Graphs made for one batch size, and layers whose shapes are declared."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import imports
from dovetail.legacy.backend.drawing import sizes_in


@pytest.fixture
def keras():
    with imports.installed(2):
        import keras

        yield keras


def test_a_fixed_batch_size_meets_an_open_one(keras):
    K, layers = keras.backend, keras.layers
    x = layers.Input((3,))
    noisy = layers.Lambda(lambda t: t * 1.0 + 0.0 * K.random_normal((4, 3)))(x)
    y = layers.Dense(1)(noisy) + K.zeros((4, 1))
    assert (noisy.shape, y.shape) == ((None, 3), (None, 1))
    model = keras.models.Model(x, y)
    model.compile("sgd", "mse")
    data = np.ones((8, 3))
    model.fit(data, data[:, :1], batch_size=4, epochs=1, verbose=0)
    assert model.predict(data, batch_size=4).shape == (8, 1)
    with pytest.raises((TypeError, ValueError), match="incompatible shapes"):
        layers.Lambda(lambda t: t + K.zeros((4, 5)))(x)
    assert sizes_in(ValueError("mul got (5040, 2), (5, 2) at 0x7f in 1.5 s")) == [2, 5]


def test_merges_of_users(keras):
    from keras.layers.merge import _Merge

    class Weighted(_Merge):
        def _merge_function(self, inputs):
            return inputs[0] * 0.25 + inputs[1] * 0.75

    first, second = keras.layers.Input((2,)), keras.layers.Input((2,))
    model = keras.models.Model([first, second], Weighted()([first, second]))
    assert_allclose(model.predict([np.ones((1, 2)), np.full((1, 2), 5.0)]), [[4, 4]])


@pytest.mark.parametrize("release", ["1.2.2", "2.2.4"])
def test_layers_that_declare_their_shape_draw_anew_in_each_step(release):
    with imports.installed(release):
        from keras import backend as K
        from keras.engine.topology import Layer
        from keras.layers import Input
        from keras.models import Model

        class Noise(Layer):
            def call(self, x, mask=None):
                return x * 0 + K.random_uniform(K.shape(x))

            def compute_output_shape(self, shape):
                return shape

            get_output_shape_for = compute_output_shape

        x = Input(shape=(1,))
        model = Model(x, Noise()(x))
        model.compile("sgd", lambda y_true, y_pred: y_pred)
        seen = [float(model.test_on_batch(np.ones((1, 1)), np.ones((1, 1)))) for _ in range(3)]
        assert len(set(seen)) == 3
