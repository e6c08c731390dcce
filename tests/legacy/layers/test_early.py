"""Calls of layers in the orders of Keras before 0.2, and the layers that went before 1.0."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import installed

RANDOM = np.random.default_rng(0)


def data(*shape):
    return RANDOM.normal(size=shape).astype("float32")


def test_orders_that_begin_with_the_size_of_the_input():
    with installed(1):
        from keras.layers import GRU, BatchNormalization, Convolution1D, Dense, MaxoutDense, Reshape, SimpleRNN

        dense, gru, rnn = Dense(784, 50, activation="relu"), GRU(256, 128), SimpleRNN(8, 4, return_sequences=True)
        assert (dense.units, dense.input_shape, dense.activation.__name__) == (50, (None, 784), "relu")
        assert (gru.units, gru.input_shape, gru.activation.__name__) == (128, (None, None, 256), "sigmoid")
        assert (rnn.units, rnn.return_sequences) == (4, True)
        assert (Convolution1D(10, 64, 3).filters, Convolution1D(64, 3).filters) == (64, 64)
        assert MaxoutDense(64, 10, nb_feature=2).units == 10
        assert Reshape(4, 4, 2).target_shape == (4, 4, 2)
        normalization = BatchNormalization((12,))
        assert (normalization.epsilon, normalization.momentum) == (1e-6, 0.9)
        assert (Dense(50, "uniform").units, GRU(128, return_sequences=True).activation.__name__) == (50, "tanh")


def test_calls_that_could_be_of_either_time_are_of_the_time_of_the_others():
    with installed(1):
        from keras.layers import LSTM, Dense, MaxoutDense, MaxPooling2D

        assert MaxoutDense(64, 10).units == 64
        assert Dense(784, 50).units == 50
        assert MaxoutDense(64, 10).units == 10
        assert (Dense(10).units, Dense(10, "uniform").units, LSTM(5, return_sequences=True).units) == (10, 10, 5)
        assert MaxPooling2D((2, 2)).pool_size == (2, 2)


def test_images_of_keras_0_1():
    with installed(1):
        from keras.layers import Convolution2D, Dense, Flatten, MaxPooling2D
        from keras.models import Sequential

        model = Sequential()
        model.add(Convolution2D(5, 1, 3, 3, border_mode="full"))
        model.add(MaxPooling2D(poolsize=(2, 2), ignore_border=True))
        model.add(Flatten())
        model.add(Dense(5 * 4 * 4, 2))
        model.compile("sgd", "mse")
        assert model.predict(data(3, 6, 6, 1)).shape == (3, 2)


def test_auto_encoder_gives_codes_or_reconstructions():
    with installed(1):
        from keras.layers import containers
        from keras.layers.core import AutoEncoder, Dense
        from keras.models import Sequential

        encoder, decoder = containers.Sequential([Dense(6, 4), Dense(4, 2)]), containers.Sequential([Dense(2, 6)])
        model = Sequential()
        model.add(AutoEncoder(encoder=encoder, decoder=decoder, output_reconstruction=False))
        model.compile("sgd", "mse")
        x = data(8, 6)
        model.fit(x, x, nb_epoch=1, verbose=0)
        codes = model.predict(x)
        assert codes.shape == (8, 2)
        model.layers[0].output_reconstruction = True
        model.compile("sgd", "mse")
        assert_allclose(model.predict(x), decoder.predict(codes), rtol=1e-5)


@pytest.mark.parametrize("name", ["JZS1", "JZS2", "JZS3"])
def test_recurrent_units_found_by_search(name):
    with installed(1):
        import keras.layers.recurrent as recurrent
        from keras.models import Sequential

        model = Sequential([getattr(recurrent, name)(3, 3, return_sequences=True)])
        x = data(2, 1, 3)
        outputs = model.predict(x)
        layer = model.layers[0]
        get = {key: np.asarray(value.value) for key, value in vars(layer).items() if key[:2] in ("W_", "U_", "P", "b_")}
        kernel = get["P"] if name == "JZS1" else get["W_h"]
        inner = np.tanh(x[:, 0] @ kernel) if name == "JZS1" else x[:, 0] @ kernel
        z = 1 / (1 + np.exp(-x[:, 0] @ get["W_z"]))
        assert_allclose(outputs[:, 0], z * np.tanh(inner), rtol=1e-4, atol=1e-6)


def test_steps_merged():
    with installed(1):
        from keras.layers.core import TimeDistributedMerge
        from keras.models import Sequential

        x = data(2, 3, 4)
        assert_allclose(
            Sequential([TimeDistributedMerge(mode="ave", input_shape=(3, 4))]).predict(x), x.mean(1), rtol=1e-5
        )
