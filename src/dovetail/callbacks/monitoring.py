"""Callbacks that watch a metric: early stopping, checkpoints of the weights, learning-rate changes."""

import math
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.errors import did_you_mean
from ..engine.messages import tell
from .callback import Callback, optimizers_of


class Monitor(Callback):
    """A callback that compares a metric with its best value so far.

    Args:
        monitor: the metric's name as `fit` reports it.
        mode: "min", "max", or "auto", which tells from the name.
    """

    def __init__(self, monitor: str, mode: str, min_delta: float = 0.0):
        super().__init__()
        if mode not in ("auto", "min", "max"):
            raise ValueError(
                f"`mode` is 'auto', 'min' or 'max', not {mode!r}{did_you_mean(mode, ('auto', 'min', 'max'))}"
            )
        self.monitor, self.mode = monitor, mode
        self.min_delta = abs(min_delta)
        self.best: Any = None

    @property
    def higher_is_better(self) -> bool:
        """Which way is better.

        Raises:
            ValueError: `mode` is "auto" and nobody can tell.
        """
        if self.mode == "auto":
            self.mode = self._mode_of_metric()
        return self.mode == "max"

    def _mode_of_metric(self) -> str:
        name = self.monitor.removeprefix("val_")
        if name == "loss" or name.endswith("_loss"):
            return "min"
        metrics = getattr(self.model, "_reported_metrics", dict)()
        direction = getattr(metrics.get(name), "_direction", None)
        if direction is None:
            raise ValueError(
                f"{type(self).__name__} cannot tell whether {self.monitor!r} should be high or low: "
                "give mode='max' or mode='min'"
            )
        return "max" if direction == "up" else "min"

    def improved(self, value: float, best: Any) -> bool:
        if best is None:
            return not math.isnan(value)
        return value - self.min_delta > best if self.higher_is_better else value + self.min_delta < best

    def value_in(self, logs: Any) -> float | None:
        """The metric's value; a warning when it is not reported."""
        logs = logs or {}
        if self.monitor in logs:
            return float(logs[self.monitor])
        warnings.warn(
            f"{type(self).__name__} watches {self.monitor!r}, which is not reported"
            f"{did_you_mean(self.monitor, logs)} (reported: {', '.join(sorted(logs))})",
            stacklevel=3,
        )
        return None


class EarlyStopping(Monitor):
    """Stop when a metric has not improved for a while.

    Args:
        monitor: the metric's name.
        min_delta: less than this is no improvement.
        patience: epochs without improvement before stopping.
        verbose: 1 says when it stops.
        mode: "min", "max" or "auto".
        baseline: what the metric has to beat.
        restore_best_weights: take the weights of the best epoch at the end.
        start_from_epoch: epochs before this one do not count.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ):
        super().__init__(monitor, mode, min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best_weights: Any = None

    def on_train_begin(self, logs: Any = None) -> None:
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self.best_weights = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        value = self.value_in(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self.improved(value, self.best):
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self.improved(value, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        if self.stopped_epoch and self.verbose:
            tell(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                tell(f"Restoring weights of the best epoch: {self.best_epoch + 1}")
            self.model.set_weights(self.best_weights)


class ModelCheckpoint(Monitor):
    """Save the model every epoch, every so many batches, or when a metric is better than ever.

    Args:
        filepath: with fields as in `"{epoch:02d}-{val_loss:.2f}.weights.h5"`; epochs are counted from 1.
        monitor: the metric for `save_best_only`.
        verbose: 1 says what is saved.
        save_best_only: only when the metric improves; every time, with a warning, where the metric is not reported.
        save_weights_only: the weights and the optimizer's state (".weights.h5") rather than the whole model (".keras").
        mode: "min", "max" or "auto".
        save_freq: "epoch", or a number of batches.
        initial_value_threshold: what the metric has to beat at first.
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ):
        super().__init__(monitor, mode)
        self.filepath = os.fspath(filepath)
        if save_weights_only and not self.filepath.endswith(".weights.h5"):
            raise ValueError(f"a file of weights ends in '.weights.h5'; `filepath` is {self.filepath!r}")
        if not save_weights_only and not self.filepath.endswith((".keras", ".h5")):
            raise ValueError(f"a file of a model ends in '.keras'; `filepath` is {self.filepath!r}")
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ValueError(f"`save_freq` is 'epoch' or a number of batches, not {save_freq!r}")
        self.verbose, self.save_best_only, self.save_weights_only = verbose, save_best_only, save_weights_only
        self.save_freq, self.best = save_freq, initial_value_threshold
        self._epoch = self._batches = 0

    @property
    def needs_batches(self) -> bool:
        return self.save_freq != "epoch"

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.save_freq != "epoch":
            self._batches += 1
            if self._batches % self.save_freq == 0:
                self._save(self._epoch, batch, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, None, logs)

    def _save(self, epoch: int, batch: int | None, logs: Any) -> None:
        if self.save_best_only:
            value = self.value_in(logs)
            if value is not None:
                if not self.improved(value, self.best):
                    return
                self.best = value
        fields = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **(logs or {})}
        try:
            path = self.filepath.format(**fields)
        except KeyError as error:
            name = error.args[0]
            raise KeyError(
                f"`filepath` has the field {name!r}, which is not reported{did_you_mean(name, fields)} "
                f"(reported: {', '.join(sorted(fields))})"
            ) from error
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        if self.verbose:
            tell(f"Epoch {epoch + 1}: saved to {path}")


class ReduceLROnPlateau(Monitor):
    """Lower the learning rate when a metric has not improved for a while.

    Args:
        factor: the new rate is the old one times this.
        patience: epochs without improvement before lowering.
        min_delta: less than this is no improvement.
        cooldown: epochs to wait after lowering.
        min_lr: the lowest rate.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 0.0001,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ):
        if kwargs:
            raise TypeError(f"ReduceLROnPlateau has no argument {next(iter(kwargs))!r}")
        super().__init__(monitor, mode, min_delta)
        if factor >= 1:
            raise ValueError(f"`factor` is below 1, not {factor!r}")
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self.wait = self.cooldown_counter = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self.best, self.wait, self.cooldown_counter = None, 0, 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        for name, optimizer in optimizers_of(self.model):
            if logs is not None:
                logs[name] = float(optimizer.learning_rate)
        value = self.value_in(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improved(value, self.best):
            self.best, self.wait = value, 0
        elif self.cooldown_counter == 0:
            self.wait += 1
            lowered = self.wait >= self.patience and [
                self._lower(optimizer, epoch) for _, optimizer in optimizers_of(self.model)
            ]
            if lowered and any(lowered):
                self.cooldown_counter, self.wait = self.cooldown, 0

    def _lower(self, optimizer: Any, epoch: int) -> bool:
        old = float(optimizer.learning_rate)
        if old <= np.float32(self.min_lr):
            return False
        new = max(old * self.factor, self.min_lr)
        optimizer.learning_rate = new
        if self.verbose:
            tell(f"Epoch {epoch + 1}: the learning rate of {optimizer.name!r} is now {new:g}")
        return True
