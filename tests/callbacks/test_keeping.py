"""Callbacks that keep the state: backups, averages, checkpoints of Orbax."""

import sys

import numpy as np
import pytest

import dovetail as keras
from dovetail import callbacks, layers

X = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


def model(optimizer="adam"):
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    made.compile(optimizer, "mse")
    return made


def fit(made, *watchers, **arguments):
    arguments = {"epochs": 4, "batch_size": 8, "verbose": 0, "shuffle": False, **arguments}
    return made.fit(X, Y, callbacks=list(watchers), **arguments)


def interrupt(epoch=None, batch=None):
    def stop(now, logs):
        if now == (batch if epoch is None else epoch):
            raise KeyboardInterrupt

    return callbacks.LambdaCallback(**{"on_epoch_begin" if batch is None else "on_train_batch_end": stop})


def test_training_goes_on_after_an_interruption(tmp_path):
    whole = model()
    fit(whole)
    folder = tmp_path / "backup"
    with pytest.raises(KeyboardInterrupt):
        fit(model(), callbacks.BackupAndRestore(folder), interrupt(epoch=2))
    resumed = model()
    history = fit(resumed, callbacks.BackupAndRestore(folder))
    assert history.epoch == [2, 3] and int(resumed.optimizer.iterations) == 16
    for mine, reference in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, reference)
    assert not folder.exists()
    assert fit(resumed, callbacks.BackupAndRestore(folder, delete_checkpoint=False), epochs=1).epoch == [0]
    assert fit(resumed, callbacks.BackupAndRestore(folder, delete_checkpoint=False), epochs=1).epoch == []


def test_backups_by_batches_and_a_backup_that_cannot_be_read(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit(model(), callbacks.BackupAndRestore(tmp_path, save_freq=2, double_checkpoint=True), interrupt(batch=3))
    names = sorted(file.name for file in tmp_path.glob("*.h5"))
    assert names == ["epoch-0-batch-2.weights.h5", "epoch-0-batch-4.weights.h5"]
    with pytest.raises(KeyboardInterrupt):
        fit(model(), callbacks.BackupAndRestore(tmp_path, save_freq=1, double_checkpoint=True), interrupt(epoch=1))
    names = sorted(file.name for file in tmp_path.glob("*.h5"))
    assert names == ["epoch-0-batch-3.weights.h5", "epoch-0-batch-4.weights.h5"]
    (tmp_path / names[1]).write_bytes(b"half a file")
    resumed = model()
    assert fit(resumed, callbacks.BackupAndRestore(tmp_path, double_checkpoint=True), epochs=1).epoch == [0]
    assert int(resumed.optimizer.iterations) == 4 + 3 + 4  # the steps before each backup, and those of this epoch
    for wrong in ("never", 0, -1):
        with pytest.raises(ValueError, match="`save_freq` is 'epoch' or a number of batches"):
            callbacks.BackupAndRestore(tmp_path, save_freq=wrong)
    with pytest.raises(ValueError, match="it is empty"):
        callbacks.BackupAndRestore("")


def test_evaluation_with_the_averages_of_the_weights(tmp_path):
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    made, seen = model(optimizer), {"before": [], "at the end": []}

    def note(when):
        return lambda epoch, logs: seen[when].append(made.get_weights()[0].copy())

    before = callbacks.LambdaCallback(on_epoch_end=note("before"))
    after = callbacks.LambdaCallback(on_epoch_end=note("at the end"))
    stop = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(made, "stop_training", epoch == 1))
    swap = callbacks.SwapEMAWeights(swap_on_epoch=True)
    history = fit(made, before, swap, after, stop, validation_data=(X, Y)).history
    assert not np.array_equal(seen["before"][1], seen["at the end"][1])
    np.testing.assert_array_equal(
        made.get_weights()[0], seen["at the end"][1]
    )  # the averages, also where it stops early
    assert made.evaluate(X, Y, verbose=0) == pytest.approx(history["val_loss"][-1], rel=1e-6)

    plain = model(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
    fit(plain, epochs=2)
    np.testing.assert_allclose(plain.get_weights()[0], made.get_weights()[0], rtol=1e-6)  # training itself is the same
    plain.optimizer._averages[0].assign([[1.0], [2.0], [3.0]])
    weights = plain.get_weights()[0]
    predicted = plain.predict(X, verbose=0, callbacks=[callbacks.SwapEMAWeights()])
    np.testing.assert_allclose(predicted - plain.get_weights()[1], X @ [[1.0], [2.0], [3.0]], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(plain.get_weights()[0], weights)
    with pytest.raises(ValueError, match="use_ema=True"):
        fit(model(), callbacks.SwapEMAWeights(), validation_data=(X, Y))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning:orbax.*")
def test_checkpoints_of_orbax(tmp_path):
    pytest.importorskip("orbax.checkpoint")
    made = model()
    watcher = callbacks.OrbaxCheckpoint(tmp_path, max_to_keep=2)
    fit(made, watcher, epochs=3)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["1", "2"]
    again = model()
    again.load_weights(tmp_path)
    for mine, reference in zip(
        again.variables + again.optimizer.variables, made.variables + made.optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(mine.value, reference.value)
    loaded = keras.models.load_model(tmp_path)
    np.testing.assert_allclose(loaded.predict(X, verbose=0), made.predict(X, verbose=0), rtol=1e-6)
    other = keras.Sequential([keras.Input((5,)), layers.Dense(1, name="dense")], name="sequential")
    with pytest.raises(ValueError, match="is of another model: .*kernel"):
        other.load_weights(tmp_path)


def test_a_missing_package_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "orbax.checkpoint", None)
    with pytest.raises(ImportError, match=r'orbax-checkpoint is needed for this: pip install "dovetail\[orbax\]"'):
        callbacks.OrbaxCheckpoint(tmp_path)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(ImportError, match=r'tensorboard is needed for this: pip install "dovetail\[tensorboard\]"'):
        callbacks.TensorBoard(tmp_path)


def test_the_state_as_a_tree():
    made = model()
    fit(made, epochs=1)
    tree = made.get_state_tree("numpy_array")
    assert sorted(tree) == [
        "metrics_variables",
        "non_trainable_variables",
        "optimizer_variables",
        "trainable_variables",
    ]
    assert tree["trainable_variables"]["sequential"]["dense"]["kernel"].shape == (3, 1)
    other = model()
    fit(other, epochs=0)
    other.set_state_tree(tree)
    np.testing.assert_array_equal(other.optimizer.variables[2].value, made.optimizer.variables[2].value)
    with pytest.raises(
        ValueError, match="no variable 'sequential/dense/kernal' among its trainable_variables; did you"
    ):
        other.set_state_tree({"trainable_variables": {"sequential": {"dense": {"kernal": np.ones((3, 1))}}}})
