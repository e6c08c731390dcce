"""Steps of the user's own, as on Keras's JAX backend."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as keras
from dovetail import layers

X = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


class Stepping(keras.Model):
    """The training step of Keras's guide for JAX."""

    def compute_loss_and_updates(self, trainable, others, x, y, training=False):
        y_pred, others = self.stateless_call(trainable, others, x, training=training)
        return self.compute_loss(x, y, y_pred), (y_pred, others)

    def train_step(self, state, data):
        trainable, others, slots, metric_values = state
        x, y = data
        gradient = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (loss, (y_pred, others)), grads = gradient(trainable, others, x, y, training=True)
        trainable, slots = self.optimizer.stateless_apply(slots, grads, trainable)
        logs, metric_values = self.updated(metric_values, loss, y, y_pred)
        return logs, (trainable, others, slots, metric_values)

    def test_step(self, state, data):
        trainable, others, metric_values = state
        x, y = data
        y_pred, others = self.stateless_call(trainable, others, x, training=False)
        logs, metric_values = self.updated(metric_values, self.compute_loss(x, y, y_pred), y, y_pred)
        return logs, (trainable, others, metric_values)

    def updated(self, metric_values, loss, y, y_pred):
        logs, new = {}, []
        for metric in self.metrics:
            values = metric_values[len(new) : len(new) + len(metric.variables)]
            if metric.name == "loss":
                values = metric.stateless_update_state(values, loss)
            else:
                values = metric.stateless_update_state(values, y, y_pred)
            logs[metric.name] = metric.stateless_result(values)
            new += values
        return logs, new


def model(cls):
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    x = keras.Input((4,))
    made = cls(inputs=x, outputs=layers.Dense(1)(layers.Dropout(0.2)(layers.Dense(3, "tanh")(x))))
    made.compile("adam", "mse", metrics=["mae"])
    return made


def test_a_step_of_ones_own_gives_what_the_usual_one_does():
    usual, own = model(keras.Model), model(Stepping)
    arguments = {"batch_size": 20, "epochs": 3, "shuffle": False, "verbose": 0, "validation_split": 0.2}
    expected, history = usual.fit(X, Y, **arguments).history, own.fit(X, Y, **arguments).history
    assert set(history) == set(expected)
    for name, values in expected.items():
        assert_allclose(history[name], values, rtol=1e-4)
    assert_allclose(own.evaluate(X, Y, 50, verbose=0), usual.evaluate(X, Y, 50, verbose=0), rtol=1e-4)
    assert_allclose(own.predict(X, verbose=0), usual.predict(X, verbose=0), rtol=1e-4, atol=1e-5)
    assert_allclose(own.train_on_batch(X, Y), usual.train_on_batch(X, Y), rtol=1e-4)


class Autoencoder(keras.Model):
    """No targets, no compiled loss, a tracker of its own."""

    def __init__(self):
        super().__init__()
        self.encode, self.decode = layers.Dense(2), layers.Dense(4)
        self.tracker = keras.metrics.Mean(name="reconstruction")

    def call(self, x):
        return self.decode(self.encode(x))

    def train_step(self, state, data):
        trainable, others, slots, metric_values = state
        (x,) = data

        def loss_of(trainable):
            y, new = self.stateless_call(trainable, others, x, training=True)
            return jnp.mean((x - y) ** 2), new

        (loss, new), grads = jax.value_and_grad(loss_of, has_aux=True)(trainable)
        trainable, slots = self.optimizer.stateless_apply(slots, grads, trainable)
        values = self.tracker.stateless_update_state(metric_values, loss)
        return {"reconstruction": self.tracker.stateless_result(values)}, (trainable, new, slots, values)

    @property
    def metrics(self):
        return [self.tracker]


def test_a_model_without_targets_and_with_its_own_tracker():
    keras.utils.set_random_seed(0)
    made = Autoencoder()
    made.compile("adam")
    history = made.fit(X, epochs=20, verbose=0).history
    assert set(history) == {"reconstruction"}
    assert history["reconstruction"][-1] < history["reconstruction"][0]


def test_steps_for_another_backend_or_with_the_wrong_result_say_so():
    class ForTensorFlow(keras.Model):
        def train_step(self, data):
            return {}

    with pytest.raises(
        ValueError, match=r"train_step\(data\) \(line \d+ of test_own_steps.py\) is written for TensorFlow"
    ):
        ForTensorFlow().compile("sgd", "mse")

    class Forgetful(Stepping):
        def train_step(self, state, data):
            return super().train_step(state, data)[0]

    with pytest.raises(ValueError, match=r"returns \(logs, state\)"):
        model(Forgetful).fit(X, Y, verbose=0)
