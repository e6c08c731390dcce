"""Callbacks: what they see, what they do, and what they say when misused."""

import math

import numpy as np
import pytest

import dovetail as keras
from dovetail import callbacks, layers
from dovetail.callbacks.callback import HOOKS

X = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


def model(rate=0.05):
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    made.compile(keras.optimizers.SGD(rate), "mse")
    return made


def fit(made, *watchers, **arguments):
    return made.fit(X, Y, **{"epochs": 5, "batch_size": 8, "verbose": 0, "callbacks": list(watchers), **arguments})


def test_hooks_are_called_in_order():
    calls = []

    class Recorder(callbacks.Callback):
        pass

    for hook in HOOKS:
        setattr(Recorder, hook, lambda self, *args, _hook=hook, **kwargs: calls.append(_hook))
    fit(model(), Recorder(), epochs=1, batch_size=16, validation_split=0.5)
    assert calls[0] == "on_train_begin" and calls[-1] == "on_train_end"
    assert calls.count("on_train_batch_end") == 1 and calls.count("on_test_end") == 1


def test_early_stopping_and_the_best_weights():
    made = model(rate=0.0)
    stopping = callbacks.EarlyStopping("loss", patience=2, restore_best_weights=True)
    assert len(fit(made, stopping, epochs=20, shuffle=False).epoch) == 3
    assert stopping.best_epoch == 0


def test_early_stopping_warns_about_a_name_that_is_not_reported():
    with pytest.warns(UserWarning, match="watches 'vall_loss', which is not reported; did you mean 'val_loss'"):
        fit(model(), callbacks.EarlyStopping("vall_loss"), epochs=1, validation_split=0.5)


def test_hooks_always_get_logs():
    class Plain(callbacks.Callback):
        def on_train_begin(self, logs):
            assert logs == {}

        def on_epoch_begin(self, epoch, logs):
            assert (epoch, logs) == (0, {})

        def on_train_batch_begin(self, batch, logs):
            assert batch in (0, 1, 2, 3) and logs == {}

    fit(model(), Plain(), epochs=1)


def test_functions_as_hooks():
    seen = []
    fit(
        model(), callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append((epoch, sorted(logs)))), epochs=2
    )
    assert seen == [(0, ["loss"]), (1, ["loss"])]
    with pytest.raises(TypeError, match="no hook 'on_epoch_ending'; did you mean 'on_epoch_end'"):
        callbacks.LambdaCallback(on_epoch_ending=print)


def test_only_hooks_of_batches_force_single_steps():
    assert not callbacks.LambdaCallback(on_epoch_end=print).needs_batches
    assert callbacks.LambdaCallback(on_train_batch_end=print).needs_batches
    assert not callbacks.CallbackList([callbacks.EarlyStopping()], add_history=True, add_progbar=True).needs_batches


def test_checkpoints_of_the_weights(tmp_path):
    made = model()
    path = tmp_path / "deep" / "{epoch:02d}-{loss:.3f}.weights.h5"
    history = fit(made, callbacks.ModelCheckpoint(path, save_weights_only=True), epochs=3)
    names = sorted(file.name for file in (tmp_path / "deep").iterdir())
    assert names == [f"{i + 1:02d}-{loss:.3f}.weights.h5" for i, loss in enumerate(history.history["loss"])]
    other = model()
    other.load_weights(tmp_path / "deep" / names[-1])
    np.testing.assert_array_equal(other.get_weights()[0], made.get_weights()[0])


def test_the_best_checkpoint_and_checkpoints_by_batches(tmp_path):
    best = tmp_path / "best.weights.h5"
    fit(model(rate=0.0), callbacks.ModelCheckpoint(best, monitor="loss", save_best_only=True, save_weights_only=True))
    first = best.stat().st_mtime_ns
    assert first
    every = callbacks.ModelCheckpoint(tmp_path / "{batch}.weights.h5", save_weights_only=True, save_freq=2)
    fit(model(), every, epochs=1)
    assert (tmp_path / "2.weights.h5").exists() and (tmp_path / "4.weights.h5").exists()


def test_checkpoints_of_whole_models(tmp_path):
    path = tmp_path / "{epoch}.keras"
    made = model()
    fit(made, callbacks.ModelCheckpoint(path, monitor="loss", save_best_only=True, mode="max"), epochs=2)
    assert [file.name for file in tmp_path.iterdir()] == ["1.keras"]  # the loss falls: the first epoch has the highest
    assert keras.models.load_model(tmp_path / "1.keras").optimizer.iterations.numpy() == 4
    with pytest.raises(ValueError, match="a file of a model ends in '.keras'"):
        callbacks.ModelCheckpoint("a.weights")
    with pytest.warns(UserWarning, match="watches 'val_loss', which is not reported"):
        fit(made, callbacks.ModelCheckpoint(tmp_path / "late.keras", save_best_only=True), epochs=1)
    assert (tmp_path / "late.keras").exists()  # rather than none at all, as in Keras


def test_which_way_is_better_is_told_by_the_metric():
    class Own(keras.metrics.Mean):
        def update_state(self, y_true, y_pred, sample_weight=None):
            super().update_state(y_pred)

    made = model(rate=0.0)
    made.compile(
        "sgd", "mse", metrics=["mae", keras.metrics.R2Score(), Own(name="own"), keras.losses.mean_squared_error]
    )
    watchers = [callbacks.EarlyStopping(name) for name in ("val_mae", "val_r2_score", "val_mean_squared_error")]
    fit(made, *watchers, epochs=2, validation_split=0.25)
    assert [watcher.mode for watcher in watchers] == ["min", "max", "min"]
    with pytest.raises(ValueError, match="cannot tell whether 'own' should be high or low: give mode='max'"):
        fit(made, callbacks.EarlyStopping("own"), epochs=2)


def test_the_table_of_epochs(tmp_path):
    path = tmp_path / "log.csv"
    fit(model(), callbacks.CSVLogger(path), epochs=2)
    fit(model(), callbacks.CSVLogger(path, append=True), epochs=1)
    lines = path.read_text().splitlines()
    assert lines[0] == "epoch,loss,val_loss" and lines[1].endswith(",NA")  # columns for validation that may come
    assert [line.split(",")[0] for line in lines[1:]] == ["0", "1", "0"]


def test_rates_by_epoch_and_on_plateaus():
    made = model()
    fit(made, callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2), epochs=2)
    assert float(made.optimizer.learning_rate) == pytest.approx(0.0125)
    made = model(rate=1e-9)
    fit(made, callbacks.ReduceLROnPlateau("loss", factor=0.1, patience=1), epochs=3)
    assert float(made.optimizer.learning_rate) < 1e-9


def test_rates_of_several_optimizers():
    made = model()
    parts = keras.optimizers.MultiOptimizer(
        keras.optimizers.OptimizerMap(
            keras.optimizers.SGD(0.5, name="a"), {".*bias": keras.optimizers.SGD(0.25, name="b")}
        )
    )
    made.compile(parts, "mse")
    halving = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    plateau = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)
    history = fit(made, halving, plateau, epochs=2).history
    assert history["learning_rate_a"] == [0.25, 0.125] and history["learning_rate_b"] == [0.125, 0.0625]
    assert float(made.optimizer.optimizers[-1].learning_rate) == 0.0625
    with pytest.raises(ValueError, match="gives a float, not 'fast'"):
        fit(made, callbacks.LearningRateScheduler(lambda epoch: "fast"))
    with pytest.raises(TypeError, match="of its own"):  # a mistake inside is not taken for a function of the epoch
        fit(made, callbacks.LearningRateScheduler(lambda epoch, rate: broken()))


def broken():
    raise TypeError("a mistake of its own")


def test_an_end_at_nan():
    made = model(rate=1e30)
    history = fit(made, callbacks.TerminateOnNaN(), epochs=30)
    assert len(history.epoch) < 30 and not math.isfinite(history.history["loss"][-1])
    seen = []
    watch = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    fit(made, callbacks.TerminateOnNaN(), watch, epochs=3)
    assert seen == [0]  # in the middle of the epoch
    with pytest.raises(RuntimeError, match="the loss is nan in epoch 1"):
        fit(made, callbacks.TerminateOnNaN(raise_error=True))
