"""Callbacks in the words and by the rules of old releases."""

import types

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import callbacks as old
from dovetail.legacy import installed
from dovetail.legacy.releases import find_release

X = np.arange(15, dtype="float32").reshape(5, 3) / 15
Y = np.array([0, 1, 0, 1, 1], "float32")


def names(version):
    return types.SimpleNamespace(**old.namespace(find_release(version)))


def stand_in(version):
    """A model for callbacks alone."""
    optimizer = types.SimpleNamespace(learning_rate=0.1, name="sgd")
    return types.SimpleNamespace(
        release=find_release(version), optimizer=optimizer, stop_training=False, saved=[],
    )  # fmt: skip


def run(callback, model, values, monitor="val_loss"):
    """The epochs that `callback` sees, and its logs after each."""
    callback.set_model(model)
    callback.on_train_begin({})
    seen = []
    for epoch, value in enumerate(values):
        logs = {monitor: value}
        callback.on_epoch_begin(epoch, {})
        callback.on_epoch_end(epoch, logs)
        seen.append(logs | {"rate": model.optimizer.learning_rate})
        if model.stop_training:
            break
    callback.on_train_end({})
    return seen


@pytest.mark.parametrize("version", ["1.2.2", "2.2.4"])
def test_what_a_callback_of_then_finds(version):
    with installed(version) as release:
        from keras.callbacks import Callback
        from keras.layers import Dense
        from keras.models import Sequential

        class Watching(Callback):
            def __init__(self):  # without calling the constructor above
                self.losses, self.begun, self.sizes = [], [], []

            def on_batch_begin(self, batch, logs={}):  # noqa: B006
                self.begun.append((logs["batch"], logs["size"]))

            def on_batch_end(self, batch, logs={}):  # noqa: B006
                self.losses.append(logs.get("loss"))
                self.sizes.append(logs.get("size"))

            def on_epoch_end(self, epoch, logs={}):  # noqa: B006
                self.found = dict(self.params)
                self.accuracies = logs.get("acc"), logs["val_accuracy"]
                self.shapes = [array.shape for array in self.validation_data[:3]]
                self.model.stop_training = True

        model = Sequential([Dense(1, input_dim=3)])
        model.compile("sgd", "mse", metrics=["accuracy"])
        start, watching = model.get_weights(), Watching()
        history = model.fit(X, Y, batch_size=2, nb_epoch=9, verbose=0, shuffle=False, callbacks=[watching],
                            validation_data=(X[:2], Y[:2]))  # fmt: skip
        assert len(history.history["acc"]) == 1
        assert watching.begun == [(0, 2), (1, 2), (2, 1)] and watching.sizes == [2, 2, 1]
        model.set_weights(start)
        model.optimizer.set_weights([np.zeros_like(array) for array in model.optimizer.get_weights()])
        own = [model.train_on_batch(X[rows], Y[rows])[0] for rows in (slice(0, 2), slice(2, 4), slice(4, 5))]
        assert_allclose(watching.losses, own, rtol=1e-5)
        expected = {
            "nb_epoch": 9, "epochs": 9, "nb_sample": 5, "samples": 5, "batch_size": 2, "do_validation": True,
            "metrics": ["loss", "acc", "val_loss", "val_acc"],
        }  # fmt: skip
        assert expected.items() <= watching.found.items()
        assert watching.shapes == [(2, 3), (2,), (2,)]
        assert release.accuracy in history.history


@pytest.mark.parametrize(("version", "epochs"), [("1.2.2", 4), ("2.2.4", 3)])
def test_patience(version, epochs):
    """Keras 1 waited for one epoch more."""
    stopping = names(version).EarlyStopping(patience=2)
    assert len(run(stopping, stand_in(version), [1.0, 2.0, 2.0, 2.0, 2.0, 2.0])) == epochs


def test_automatic_modes():
    module = names("1.2.2")
    for monitor, is_higher in (("val_acc", True), ("acc", True), ("val_loss", False), ("my_score", False)):
        watching = module.EarlyStopping(monitor=monitor)
        watching.set_model(stand_in("1.2.2"))
        assert watching.higher_is_better is is_higher


@pytest.mark.parametrize(("version", "lowered"), [("1.2.2", [3, 5]), ("2.2.4", [2, 4])])
def test_lowering_the_rate(version, lowered):
    plateau = names(version).ReduceLROnPlateau(factor=0.5, patience=2, epsilon=1e-3)
    seen = run(plateau, stand_in(version), [1.0] * 6)
    rates = [0.1, *(logs["rate"] for logs in seen)]
    assert [epoch for epoch in range(6) if rates[epoch + 1] < rates[epoch]] == lowered
    assert seen[-1]["lr"] == pytest.approx(rates[-2]) and "learning_rate" not in seen[-1]


def test_schedules():
    model = stand_in("1.2.2")
    scheduler = names("1.2.2").LearningRateScheduler(lambda epoch, drop=0.5: 0.2 * drop**epoch)
    assert [logs["rate"] for logs in run(scheduler, model, [1.0] * 3)] == [0.2, 0.1, 0.05]
    scheduler = names("2.2.4").LearningRateScheduler(lambda epoch, lr: lr * 0.5)
    seen = run(scheduler, stand_in("2.2.4"), [1.0] * 2)
    assert [logs["lr"] for logs in seen] == [0.05, 0.025]


def test_files_of_checkpoints(tmp_path):
    for version, first in (("1.2.2", 0), ("2.2.4", 1)):
        model = stand_in(version)
        model.save = lambda path, overwrite, saved=model.saved: saved.append(path)
        every = names(version).ModelCheckpoint(str(tmp_path / "w.{epoch:02d}-{val_acc:.1f}.hdf5"), period=2)
        run(every, model, [0.5, 0.25, 0.75, 0.125], "val_accuracy")
        assert model.saved == [str(tmp_path / f"w.{epoch:02d}-{acc}.hdf5") for epoch, acc in
                               ((first + 1, 0.2), (first + 3, 0.1))]  # fmt: skip
    model = stand_in("2.2.4")
    model.save_weights = lambda path, overwrite: model.saved.append(path)
    best = names("2.2.4").ModelCheckpoint(
        "best", monitor="val_acc", save_best_only=True, save_weights_only=True, mode="max"
    )
    run(best, model, [0.5, 0.25, 0.75], "val_accuracy")
    assert model.saved == ["best", "best"]


def test_other_constructors_of_then(monkeypatch):
    module = names("2.2.4")
    assert module.ProgbarLogger("steps").use_steps and module.BaseLogger(["auc"]).stateful_metrics == {"auc"}
    calls = []
    lambdas = module.LambdaCallback(None, None, lambda batch, logs: calls.append(batch))
    lambdas.on_batch_begin(3, {})
    assert calls == [3] and lambdas.needs_batches
    callbacks = module.CallbackList([lambdas], queue_length=10)
    callbacks._set_params({"nb_epoch": 1})
    callbacks.on_batch_begin(4)
    assert calls == [3, 4] and lambdas.params == {"nb_epoch": 1}
    with pytest.raises(ValueError, match="'samples' or 'steps'"):
        module.ProgbarLogger("batches")


def test_a_rate_set_before_a_batch_counts_for_it():
    with installed("2.2.4"):
        from keras import backend as K
        from keras.callbacks import Callback
        from keras.layers import Dense
        from keras.models import Sequential

        class OnlyTheFirst(Callback):
            def on_batch_begin(self, batch, logs=None):
                K.set_value(self.model.optimizer.lr, 0.1 if batch == 0 else 0.0)

        model = Sequential([Dense(1, input_dim=3, use_bias=False)])
        model.compile("sgd", "mse")
        start = model.get_weights()
        model.fit(X, Y, batch_size=2, verbose=0, shuffle=False, callbacks=[OnlyTheFirst()])
        moved = model.get_weights()[0]
        model.set_weights(start)
        K.set_value(model.optimizer.lr, 0.1)
        model.train_on_batch(X[:2], Y[:2])
        assert_allclose(moved, model.get_weights()[0], rtol=1e-6)
