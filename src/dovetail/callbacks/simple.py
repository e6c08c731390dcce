"""Small callbacks: functions as hooks, a log file, an end at NaN, a schedule by epoch."""

import csv
import inspect
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine.errors import did_you_mean
from ..engine.messages import tell
from .callback import BATCH_HOOKS, HOOKS, Callback, optimizers_of


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

    Columns for validation are there from the start; what an epoch does not report is "NA" in its line.

    Args:
        filename: of the file.
        separator: between columns.
        append: go on in an existing file, without a second heading.
    """

    def __init__(self, filename: Any, separator: str = ",", append: bool = False):
        super().__init__()
        self.filename, self.sep, self.append = os.fspath(filename), separator, append
        self._file: Any = None
        self._names: list[str] | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self._close()
        self._names, self._needs_heading = None, True
        if self.append and os.path.exists(self.filename):
            with open(self.filename, encoding="utf-8", newline="") as existing:
                heading = next(csv.reader(existing, delimiter=self.sep), None)
            if heading:
                self._names, self._needs_heading = heading[1:], False
        self._file = open(self.filename, "a" if self.append else "w", newline="", encoding="utf-8")  # noqa: SIM115

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        if self._names is None:
            self._names = sorted(logs)
            if not any(name.startswith("val_") for name in self._names):
                self._names += [f"val_{name}" for name in self._names]
        table = csv.writer(self._file, delimiter=self.sep)
        if self._needs_heading:
            table.writerow(["epoch", *self._names])
            self._needs_heading = False
        table.writerow([epoch, *(_cell(logs.get(name, "NA")) for name in self._names)])
        self._file.flush()

    def on_train_end(self, logs: Any = None) -> None:
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _cell(value: Any) -> Any:
    """A value as one cell: an array as `[1.0, 2.0]`."""
    if np.ndim(value) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'


class TerminateOnNaN(Callback):
    """Stop when the loss is no longer a finite number.

    The loss of an epoch so far is looked at whenever the compiled loop comes back to Python: after every step of a
    stream, about once a second of an array. (Once not finite, it stays so to the end of the epoch.)

    Args:
        raise_error: raise instead of stopping; `on_train_end` of no callback is called then.

    Raises:
        RuntimeError: the loss is not finite, and `raise_error` is true.
    """

    def __init__(self, raise_error: bool = False):
        super().__init__()
        self.raise_error = raise_error

    wants_progress = True

    def on_progress(self, step: int, logs: dict[str, Any]) -> None:
        self._check(logs, f"after {step} steps of the epoch")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._check(logs, f"in epoch {epoch + 1}")

    def _check(self, logs: Any, when: str) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or np.all(np.isfinite(loss)) or self.model.stop_training:
            return
        if self.raise_error:
            raise RuntimeError(f"the loss is {loss} {when}")
        tell(f"The loss is {loss} {when}: training stops")
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
        for _, optimizer in optimizers_of(self.model):
            rate = self._rate(epoch, optimizer)
            if isinstance(rate, (int, str)) or np.ndim(rate) != 0:
                raise ValueError(f"the `schedule` of LearningRateScheduler gives a float, not {rate!r}")
            optimizer.learning_rate = float(rate)
            if self.verbose:
                tell(f"Epoch {epoch + 1}: the learning rate of {optimizer.name!r} is {float(rate):g}")

    def _rate(self, epoch: int, optimizer: Any) -> Any:
        try:
            inspect.signature(self.schedule).bind(epoch, 0.0)
        except TypeError:  # a function of the epoch alone
            return self.schedule(epoch)
        return self.schedule(epoch, float(optimizer.learning_rate))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if logs is not None:
            for name, optimizer in optimizers_of(self.model):
                logs[name] = float(optimizer.learning_rate)
