"""Losses, metrics and steps of the user's own, written for Keras's JAX backend, beside Keras."""

import jax
import keras as theirs
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as ours

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = X[:, :1] * 2 + 1
SETTINGS = {"verbose": 0, "shuffle": False, "batch_size": 8, "epochs": 2}


def own_loss(k):
    class Own(k.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return k.ops.mean(k.ops.abs(y - y_pred)) + sum(self.losses)

    return Own


def own_metrics(k):
    class Own(k.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.extra = k.metrics.Mean(name="extra")

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            results = super().compute_metrics(x, y, y_pred, sample_weight)
            self.extra.update_state(k.ops.abs(y_pred))
            results["extra"] = self.extra.result()
            results["twice"] = self.extra.result() * 2
            return results

    return Own


def own_tracker(k):
    """As in the guide: the model tracks its loss itself."""

    class Own(k.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.loss_tracker = k.metrics.Mean(name="loss")

        def compute_loss(self, x, y, y_pred, sample_weight, training=True):
            loss = k.ops.mean((y_pred - y) ** 2) + sum(self.losses)
            self.loss_tracker.update_state(loss)
            return loss

        def reset_metrics(self):
            self.loss_tracker.reset_state()

        @property
        def metrics(self):
            return [self.loss_tracker]

    return Own


def around_the_step(k):
    class Own(k.Model):
        def train_step(self, state, data):
            logs, state = super().train_step(state, data)
            return {**logs, "twice": logs["loss"] * 2}, state

    return Own


def around_the_loss(k):
    class Own(k.Model):
        def compute_loss_and_updates(self, *args, **kwargs):
            loss, (unscaled, *others) = super().compute_loss_and_updates(*args, **kwargs)
            return loss * 3, (unscaled * 3, *others)

    return Own


@pytest.mark.parametrize("make", [own_loss, own_metrics, own_tracker, around_the_step, around_the_loss])
def test_own_parts_of_training_are_called_as_in_keras(make):
    histories = []
    for k in (ours, theirs):
        tenth = k.initializers.Constant(0.1)
        x = k.Input((4,))
        hidden = k.layers.Dense(3, "tanh", kernel_initializer=tenth, kernel_regularizer="l2")(x)
        model = make(k)(inputs=x, outputs=k.layers.Dense(1, kernel_initializer=tenth)(hidden))
        model.compile(k.optimizers.SGD(0.05), "mse", metrics=["mae"] if make is own_metrics else None)
        histories.append(model.fit(X, Y, validation_data=(X, Y), **SETTINGS).history)
    assert set(histories[0]) == set(histories[1])
    for name, values in histories[1].items():
        assert_allclose(histories[0][name], values, rtol=1e-5, err_msg=name)


def test_a_loop_of_ones_own_over_pure_functions_is_kerass():
    results = []
    for k in (ours, theirs):
        model = k.Sequential([k.Input((4,)), k.layers.Dense(1, kernel_initializer="ones", activity_regularizer="l2")])
        model.compile(k.optimizers.Adam(0.1), "mse")
        model.train_on_batch(X, Y)  # builds what is there to be built
        state = [[v.value for v in group] for group in (
            model.trainable_variables, model.non_trainable_variables, model.optimizer.variables, model.metrics_variables
        )]  # fmt: skip
        logs, state = jax.jit(model.train_step)(tuple(state), (X, Y))
        loss, _ = model.stateless_compute_loss(*state[:2], state[3], x=X, y=Y, y_pred=Y * 0)
        results.append((float(logs["loss"]), float(loss), np.asarray(state[0][0])))
    for mine, reference in zip(*results, strict=True):
        assert_allclose(mine, reference, rtol=1e-5)
