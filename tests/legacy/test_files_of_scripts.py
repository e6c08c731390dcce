"""A script saves its model and reads it again: each kind of model, file and layer that scripts of tf.keras use."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import installed

X, Y = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3), np.ones((4, 1), "float32")


@pytest.fixture
def keras():
    with installed("2.15.0"):
        import tensorflow

        yield tensorflow.keras


def scale(x):
    return x * 2


def functional(keras):
    layers = keras.layers
    inputs = layers.Input((3,))
    x = layers.BatchNormalization()(layers.Dense(4, activation="relu")(inputs))
    x = layers.Lambda(lambda tensor: tensor + 1)(x)
    return keras.Model(inputs, layers.Dense(1)(layers.Lambda(scale)(x)))


@pytest.mark.parametrize("file", ["model.keras", "model.h5"])
def test_a_functional_model_comes_back_compiled(keras, tmp_path, file):
    keras.utils.set_random_seed(0)
    model = functional(keras)
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / file)
    read = keras.models.load_model(tmp_path / file, custom_objects={"scale": scale})
    assert_allclose(read.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-5)
    assert_allclose(read.evaluate(X, Y, verbose=0), model.evaluate(X, Y, verbose=0), rtol=1e-5)
    for each in (read, model):
        each.fit(X, Y, shuffle=False, verbose=0)
    assert_allclose(read.get_weights()[0], model.get_weights()[0], rtol=1e-5)


def test_a_decaying_rate_is_written_as_a_schedule(keras):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    model.compile(keras.optimizers.legacy.SGD(0.5, decay=0.25), "mse")
    rate = model.get_compile_config()["optimizer"]["config"]["learning_rate"]
    assert rate["class_name"] == "InverseTimeDecay"
    assert rate["config"]["initial_learning_rate"] == 0.5 and rate["config"]["decay_rate"] == 0.25


def test_a_sequential_that_learned_its_input_from_data(keras, tmp_path):
    normalizer = keras.layers.Normalization()
    normalizer.adapt(X)
    model = keras.Sequential([normalizer, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "model")
    assert_allclose(keras.models.load_model(tmp_path / "model").predict(X), model.predict(X), rtol=1e-5)


def test_one_mean_for_all_places_fits_single_numbers(keras):
    normalizer = keras.layers.Normalization(input_shape=[1], axis=None)
    normalizer.adapt(X[:, 0])
    model = keras.Sequential([normalizer, keras.layers.Dense(1)])
    assert model.input_shape == (None, 1)
    assert_allclose(np.ravel(normalizer(X[:, :1])), (X[:, 0] - X[:, 0].mean()) / X[:, 0].std(), rtol=1e-5)
    assert model.predict(X[:, 0], verbose=0).shape == (4, 1)


def test_steps_may_be_a_quotient_or_true(keras):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    for steps, taken in ((True, 1), (len(X) / 3, 2)):
        before = int(model.optimizer.iterations)
        model.fit(X, Y, batch_size=2, steps_per_epoch=steps, verbose=0)
        assert int(model.optimizer.iterations) - before == taken


def test_an_archive_of_a_first_layer_that_knows_its_input(keras, tmp_path):
    model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,))])
    assert model.layers[0].get_config()["batch_input_shape"] == (None, 3)
    model.save(str(tmp_path / "new" / "model.keras"))
    loaded = keras.models.load_model(str(tmp_path / "new" / "model.keras"))
    assert_allclose(loaded.predict(np.ones((1, 3))), model.predict(np.ones((1, 3))))
    model.save_weights(str(tmp_path / "there" / "not" / "yet"))


def test_lists_of_one_are_the_one(keras):
    x = keras.Input((3,))
    model = keras.Model(inputs=[x], outputs=[keras.layers.Dense(2)(x)])
    assert model.output_shape == (None, 2) and model.input_shape == (None, 3)
    assert model.predict(np.ones((1, 3))).shape == model([np.ones((1, 3))]).shape == (1, 2)


def test_states_of_cells(keras):
    cell = keras.layers.SimpleRNNCell(2)
    state = cell.get_initial_state(batch_size=3, dtype="float32")
    assert state.shape == (3, 2) and cell(np.ones((3, 1)), [state])[0].shape == (3, 2)
    assert [s.shape for s in keras.layers.LSTMCell(2).get_initial_state(np.ones((3, 1)))] == [(3, 2)] * 2


def test_the_latest_weights_of_a_folder(keras, tmp_path):
    import tensorflow as tf

    assert tf.train.latest_checkpoint(str(tmp_path)) is None
    model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,))])
    for number in (1, 2):
        model.save_weights(str(tmp_path / f"cp-{number:04d}.ckpt"))
    latest = tf.train.latest_checkpoint(str(tmp_path))
    assert latest.endswith("cp-0002.ckpt")
    model.load_weights(latest)


def test_cells_of_the_abstract_cell(keras):
    class Sum(keras.layers.AbstractRNNCell):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        @property
        def state_size(self):
            return self.units

        @property
        def output_size(self):
            return self.units

        def call(self, inputs, states):
            output = states[0] + inputs
            return output, [output]

    model = keras.Sequential([keras.layers.RNN(Sum(2), input_shape=(3, 2))])
    assert model.predict(np.ones((1, 3, 2))).tolist() == [[3.0, 3.0]]
    assert Sum(2).get_initial_state(batch_size=4).shape == (4, 2)


def test_models_of_archives_are_of_the_release(keras, tmp_path):
    layers = keras.layers
    x = keras.Input((3,))
    drawn = keras.Model(x, layers.Dense(1)(layers.LSTM(2)(layers.Reshape((1, 3))(x))))
    drawn.compile("adam", "mse", metrics=["mae"])
    drawn.fit(X, Y, verbose=0)
    for model in (drawn, keras.Sequential([layers.Dense(1, input_shape=(3,))])):
        model.save(tmp_path / "model.keras")
        read = keras.models.load_model(tmp_path / "model.keras")
        assert isinstance(read, keras.Model) and isinstance(read.layers[-1], layers.Dense)
        assert_allclose(read.predict(X), model.predict(X))
    read = keras.models.load_model(tmp_path / "model.keras")
    read.save(tmp_path / "folder")
    assert isinstance(keras.models.load_model(tmp_path / "folder"), keras.Sequential)


def test_archives_keep_how_a_model_was_compiled(keras, tmp_path):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
    model.compile(keras.optimizers.Adam(0.1), "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "model.keras")
    read = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(read.optimizer, keras.optimizers.Adam)
    first, second = (one.fit(X, Y, verbose=0, shuffle=False, epochs=2).history for one in (model, read))
    assert first == second and list(first) == ["loss", "mae"]
