"""Small callbacks: functions as hooks, a log file, an end at NaN, a schedule by epoch."""

import csv
import math
from collections.abc import Callable
from typing import Any

from ..engine.errors import did_you_mean
from .callback import BATCH_HOOKS, HOOKS, Callback


class LambdaCallback(Callback):
    """Functions as hooks: `LambdaCallback(on_epoch_end=lambda epoch, logs: ...)`.

    Args:
        on_epoch_begin, on_epoch_end: functions of (epoch, logs).
        on_train_begin, on_train_end: functions of (logs).
        on_train_batch_begin, on_train_batch_end: functions of (batch, logs).
        kwargs: any other hook by name.
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any],
    ):
        super().__init__()
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        known = (*HOOKS, "on_batch_begin", "on_batch_end")
        for name in kwargs:
            if name not in known:
                raise TypeError(f"LambdaCallback has no hook {name!r}{did_you_mean(name, known)}")
        self._given = {name for name, function in hooks.items() if function is not None}
        for name in self._given:
            setattr(self, name, hooks[name])

    @property
    def needs_batches(self) -> bool:
        return any(hook in self._given for hook in BATCH_HOOKS)


class CSVLogger(Callback):
    """Writes the metrics of every epoch as a line of a table; the file is complete after each epoch.

    Args:
        filename: of the file.
        separator: between columns.
        append: go on in an existing file, without a second heading.
    """

    def __init__(self, filename: Any, separator: str = ",", append: bool = False):
        super().__init__()
        self.filename, self.separator, self.append = filename, separator, append
        self._file: Any = None
        self._names: list[str] | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self._names = None
        self._needs_heading = True
        if self.append:
            try:
                with open(self.filename, encoding="utf-8") as existing:
                    first = existing.readline().strip()
                self._needs_heading = not first
                self._names = first.split(self.separator)[1:] if first else None
            except FileNotFoundError:
                pass
        self._file = open(self.filename, "a" if self.append else "w", newline="", encoding="utf-8")  # noqa: SIM115

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        if self._names is None:
            self._names = sorted(logs)
        table = csv.writer(self._file, delimiter=self.separator)
        if self._needs_heading:
            table.writerow(["epoch", *self._names])
            self._needs_heading = False
        table.writerow([epoch, *(logs.get(name, "NA") for name in self._names)])
        self._file.flush()

    def on_train_end(self, logs: Any = None) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class TerminateOnNaN(Callback):
    """Stop when the loss is no longer a number, at the end of the epoch in which that happens.

    Args:
        raise_error: raise instead of stopping.
    """

    def __init__(self, raise_error: bool = False):
        super().__init__()
        self.raise_error = raise_error

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            if self.raise_error:
                raise RuntimeError(f"the loss is {loss} in epoch {epoch + 1}")
            print(f"Epoch {epoch + 1}: the loss is {loss}; training stops")
            self.model.stop_training = True


class LearningRateScheduler(Callback):
    """Sets the learning rate before every epoch.

    Args:
        schedule: function of (epoch, present rate), or of (epoch), giving the rate.
        verbose: 1 says the rate.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0):
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        present = float(self.model.optimizer.learning_rate)
        try:
            rate = self.schedule(epoch, present)
        except TypeError:  # a function of the epoch only
            rate = self.schedule(epoch)
        self.model.optimizer.learning_rate = float(rate)
        if self.verbose:
            print(f"Epoch {epoch + 1}: the learning rate is {float(rate):g}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)
