"""The callbacks of old releases, with their arguments and rules."""

import importlib.util
import os
import warnings
from pathlib import Path
from typing import Any

from ... import callbacks as today
from ...callbacks.monitoring import Monitor
from ...engine.errors import did_you_mean
from ...engine.messages import tell
from ..notices import notice
from .base import OldCallback
from .logs import with_both_names


def _dialect(callback: Any) -> int:
    """The dialect of the model that is trained."""
    release = getattr(callback.model, "release", None)
    return 3 if release is None else release.dialect


class OldMonitor(OldCallback):
    """Mixed in before a callback of today that watches a metric: "auto" takes accuracies for better when high, and all
    else when low, unless the metric itself tells.
    """

    monitor: str

    def _mode_of_metric(self) -> str:
        if "acc" in self.monitor or self.monitor.startswith("fmeasure") or self.monitor.endswith("auc"):
            return "max"
        try:
            return super()._mode_of_metric()  # type: ignore[misc]
        except ValueError:
            return "min"

    def monitor_op(self, value: Any, best: Any) -> bool:
        """Whether a value is better than the best so far."""
        return bool(value > best if self.higher_is_better else value < best)  # type: ignore[attr-defined]


class EarlyStopping(OldMonitor, today.EarlyStopping):
    __doc__ = today.EarlyStopping.__doc__

    def on_train_begin(self, logs: Any = None) -> None:
        super().on_train_begin(logs)
        self._patience = self.patience + (_dialect(self) == 1)  # Keras 1 waited for one epoch more

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        asked, self.patience = self.patience, self._patience
        try:
            super().on_epoch_end(epoch, logs)
        finally:
            self.patience = asked


class ReduceLROnPlateau(OldMonitor, today.ReduceLROnPlateau):
    __doc__ = today.ReduceLROnPlateau.__doc__

    def __init__(self, *args: Any, **kwargs: Any):
        if "epsilon" in kwargs:
            notice("ReduceLROnPlateau(epsilon=...)", "`min_delta`")
            kwargs["min_delta"] = kwargs.pop("epsilon")
        super().__init__(*args, **kwargs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = with_both_names(logs) if logs is None else logs
        rate = float(self.model.optimizer.learning_rate)
        if _dialect(self) == 1:
            self._as_in_keras_1(epoch, logs)
        else:
            super().on_epoch_end(epoch, logs)
        logs.pop("learning_rate", None)
        logs["lr"] = rate

    def in_cooldown(self) -> bool:
        return self.cooldown_counter > 0

    def _as_in_keras_1(self, epoch: int, logs: Any) -> None:
        """The first lowering comes an epoch later than since Keras 2; those after it do not."""
        value = self.value_in(logs)
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improved(value, self.best):
            self.best, self.wait = value, 0
        elif not self.in_cooldown():
            if self.wait >= self.patience and self._lower(self.model.optimizer, epoch):
                self.cooldown_counter, self.wait = self.cooldown, 0
            self.wait += 1


class LearningRateScheduler(today.LearningRateScheduler, OldCallback):
    __doc__ = today.LearningRateScheduler.__doc__

    def _rate(self, epoch: int, optimizer: Any) -> Any:
        if _dialect(self) == 1:
            return self.schedule(epoch)
        return super()._rate(epoch, optimizer)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None and _dialect(self) > 1:
            logs["lr"] = float(self.model.optimizer.learning_rate)


class ModelCheckpoint(OldMonitor, Monitor):
    """Save the model every so many epochs, or when a metric is better than ever.

    Args:
        filepath: with fields as in `"weights.{epoch:02d}-{val_acc:.2f}.hdf5"`; epochs count from 0 in Keras 1, from 1
            since.
        monitor: the metric for `save_best_only`.
        verbose: 1 says what is saved.
        save_best_only: only when the metric improves.
        save_weights_only: the weights rather than the whole model.
        mode: "min", "max" or "auto".
        period: epochs between two files.
        save_freq: "epoch", or a number of batches, as tf.keras has it.
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        period: Any = 1,
        save_freq: Any = "epoch",
        options: Any = None,
        initial_value_threshold: float | None = None,
        load_weights_on_restart: bool = False,
    ):
        super().__init__(monitor, mode if mode in ("min", "max") else "auto")
        if period == "epoch":  # tf.keras has `save_freq` in this place
            period, save_freq = 1, "epoch"
        if load_weights_on_restart:
            raise TypeError("`load_weights_on_restart` is not there: call `model.load_weights(filepath)` before `fit`")
        self.filepath, self.verbose = os.fspath(filepath), verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.period, self.save_freq = period, save_freq
        self.best = initial_value_threshold
        self.epochs_since_last_save = self._epoch = self._batches = 0

    @property
    def needs_batches(self) -> bool:
        return self.save_freq != "epoch"

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.save_freq != "epoch":
            self._batches += 1
            if self._batches % self.save_freq == 0:
                self._save(self._epoch, with_both_names(logs))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.save_freq != "epoch":
            return
        self.epochs_since_last_save += 1
        if self.epochs_since_last_save >= self.period:
            self.epochs_since_last_save = 0
            self._save(epoch, with_both_names(logs))

    def _save(self, epoch: int, logs: Any) -> None:
        path = self._path(epoch, logs)
        if self.save_best_only:
            value = self.value_in(logs)
            if value is None:
                return
            if not self.improved(value, self.best):
                if self.verbose:
                    tell(f"Epoch {epoch + 1}: {self.monitor} did not improve from {self.best:.5f}")
                return
            self.best = value
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.verbose:
            tell(f"Epoch {epoch + 1}: saving model to {path}")
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)

    def _path(self, epoch: int, logs: Any) -> str:
        fields = with_both_names({**logs, "epoch": epoch if _dialect(self) == 1 else epoch + 1})
        try:
            return self.filepath.format_map(fields)
        except KeyError as error:
            name = error.args[0]
            raise KeyError(
                f"`filepath` has the field {name!r}, which is not reported{did_you_mean(name, fields)} "
                f"(reported: {', '.join(sorted(fields))})"
            ) from error


class LambdaCallback(today.LambdaCallback, OldCallback):
    __doc__ = today.LambdaCallback.__doc__

    _order = (
        "on_epoch_begin", "on_epoch_end", "on_batch_begin", "on_batch_end", "on_train_begin", "on_train_end",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(**(dict(zip(self._order, args, strict=False)) | kwargs))


class SilentTensorBoard(today.Callback):
    """Stands in for TensorBoard where its package is not installed."""

    def __init__(self, log_dir: Any = "./logs", **kwargs: Any):
        super().__init__()
        self.log_dir = os.fspath(log_dir)
        warnings.warn("TensorBoard writes nothing: its package is not here (pip install tensorboard)", stacklevel=3)


_TensorBoard: Any = today.TensorBoard if importlib.util.find_spec("tensorboard") else SilentTensorBoard


class TensorBoard(_TensorBoard, OldCallback):
    __doc__ = today.TensorBoard.__doc__

    _order = (
        "log_dir", "histogram_freq", "batch_size", "write_graph", "write_grads", "write_images", "embeddings_freq",
        "embeddings_layer_names", "embeddings_metadata", "embeddings_data", "update_freq",
    )  # fmt: skip
    _first_order = ("log_dir", "histogram_freq", "write_graph", "write_images")  # of Keras 1
    _dropped = ("batch_size", "write_grads", "embeddings_layer_names", "embeddings_data")

    def __init__(self, *args: Any, **kwargs: Any):
        order = self._first_order if len(args) > 2 and isinstance(args[2], bool) else self._order
        given = {"log_dir": "./logs"} | dict(zip(order, args, strict=False)) | kwargs
        super().__init__(**{name: value for name, value in given.items() if name not in self._dropped})


class BaseLogger(OldCallback):
    """Means over an epoch, which the library takes itself; there so that lists of callbacks may hold it."""

    def __init__(self, stateful_metrics: Any = None):
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or ())


class ProgbarLogger(today.ProgbarLogger, OldCallback):
    __doc__ = today.ProgbarLogger.__doc__

    def __init__(self, count_mode: str = "samples", stateful_metrics: Any = None):
        super().__init__()
        if count_mode not in ("samples", "steps"):
            raise ValueError(f"`count_mode` is 'samples' or 'steps', not {count_mode!r}")
        self.use_steps, self.stateful_metrics = count_mode == "steps", set(stateful_metrics or ())


class RemoteMonitor(today.RemoteMonitor, OldCallback):
    __doc__ = today.RemoteMonitor.__doc__


class CSVLogger(today.CSVLogger, OldCallback):
    __doc__ = today.CSVLogger.__doc__


class TerminateOnNaN(today.TerminateOnNaN, OldCallback):
    __doc__ = today.TerminateOnNaN.__doc__
