"""Callbacks: what they see, what they do, and what they say when misused."""

import io
import math

import numpy as np
import pytest

import dovetail as keras
from dovetail import callbacks, layers
from dovetail.callbacks.callback import HOOKS
from dovetail.callbacks.terminal import Progress, duration, number

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


def test_checkpoints_of_whole_models_are_refused_at_once():
    with pytest.raises(NotImplementedError, match="give save_weights_only=True"):
        callbacks.ModelCheckpoint("a.keras")


def test_the_table_of_epochs(tmp_path):
    path = tmp_path / "log.csv"
    fit(model(), callbacks.CSVLogger(path), epochs=2)
    fit(model(), callbacks.CSVLogger(path, append=True), epochs=1)
    lines = path.read_text().splitlines()
    assert lines[0] == "epoch,loss" and [line.split(",")[0] for line in lines[1:]] == ["0", "1", "0"]


def test_rates_by_epoch_and_on_plateaus():
    made = model()
    fit(made, callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2), epochs=2)
    assert float(made.optimizer.learning_rate) == pytest.approx(0.0125)
    made = model(rate=1e-9)
    fit(made, callbacks.ReduceLROnPlateau("loss", factor=0.1, patience=1), epochs=3)
    assert float(made.optimizer.learning_rate) < 1e-9


def test_an_end_at_nan():
    made = model(rate=1e30)
    history = fit(made, callbacks.TerminateOnNaN(), epochs=30)
    assert len(history.epoch) < 30 and not math.isfinite(history.history["loss"][-1])


def test_a_pipe_gets_one_clean_line_an_epoch(capsys):
    fit(model(), verbose=2, epochs=2, validation_split=0.25)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and lines[0].startswith("Epoch 1/2  3 steps  ")
    assert "loss" in lines[0] and "val_loss" in lines[0] and "\r" not in lines[0]


def test_a_terminal_gets_a_bar():
    stream = io.StringIO()
    bar = Progress(10, live=True, stream=stream, heading="Epoch 1/1")
    bar.drawn -= 1
    bar.update(5, {"loss": 0.5})
    bar.close({"loss": 0.25})
    text = stream.getvalue()
    assert text.startswith("Epoch 1/1\n\r5/10 ━━━━━━━━━━──────────") and text.endswith("loss 0.2500\n")


def test_a_closed_stream_does_not_stop_training():
    stream = io.StringIO()
    bar = Progress(1, live=True, stream=stream)
    stream.close()
    bar.close({})


@pytest.mark.parametrize(("seconds", "text"), [(2e-6, "2 µs"), (0.012, "12 ms"), (3.21, "3.2 s"), (125, "2 min 05 s")])
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_numbers():
    assert [number(x) for x in (0.91234, 1.2e-5, 0.0, 123.456)] == ["0.9123", "1.200e-05", "0.0000", "123.4560"]
