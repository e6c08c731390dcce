"""Progbar: a progress bar for loops of one's own."""

import os
import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..callbacks.terminal import duration, number
from ..engine.messages import tell


class Progbar:
    """Shows how far a loop is, how long it will take, and values averaged over the steps so far.

    Args:
        target: steps in all; None if not known.
        width: of the bar, in characters.
        verbose: 0 nothing, 1 a bar, 2 one line at the end.
        interval: seconds between two drawings at least.
        stateful_metrics: names of values shown as they are given; all others are averaged.
        stateless_metrics: names of values that are averaged; all others are shown as they are given. Not with
            `stateful_metrics`.
        unit_name: what one step is called.

    Example:
        >>> bar = Progbar(2, verbose=2)
        >>> bar.update(1, [("loss", 3.0)]); bar.update(2, [("loss", 1.0)])
        2/2 - ... - loss: 2.0000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError("Progbar: name either the metrics that are averaged (stateless) or those that are not")
        self.target, self.width, self.verbose, self.interval, self.unit_name = (
            target,
            width,
            verbose,
            interval,
            unit_name,
        )
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._seen_so_far = 0
        self._values: dict[str, tuple[float, float]] = {}  # sum and number of steps
        self._start = self._drawn = time.perf_counter()
        self._length = 0
        self._redraws = sys.stdout.isatty() or "ipykernel" in sys.modules or "PYCHARM_HOSTED" in os.environ

    def update(
        self, current: int, values: Iterable[tuple[str, Any]] | None = None, finalize: bool | None = None
    ) -> None:
        """Show that `current` steps are done.

        Args:
            values: pairs of a name and its value in the steps since the last update.
            finalize: whether this is the last update; None compares with `target`.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        steps = max(current - self._seen_so_far, 1)
        for name, value in values or ():
            value = float(np.mean(value))
            total, count = self._values.get(name, (0.0, 0.0)) if self._is_averaged(name) else (0.0, 0.0)
            self._values[name] = total + value * steps, count + steps
        self._seen_so_far = current
        if self.verbose == 1:
            self._draw(current, finalize)
        elif self.verbose == 2 and finalize:
            tell(f"{self._count(current)} - {self._times(current, True)}{self._told()}")

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Show that `n` more steps are done."""
        self.update(self._seen_so_far + n, values)

    def _is_averaged(self, name: str) -> bool:
        if self.stateless_metrics is not None:
            return name in self.stateless_metrics
        return name not in self.stateful_metrics

    def _draw(self, current: int, finalize: bool) -> None:
        now = time.perf_counter()
        if not finalize and (now - self._drawn < self.interval or not self._redraws):
            return
        self._drawn = now
        line = f"{self._count(current)} {self._bar(current)}{self._times(current, finalize)}{self._told()}"
        blank = " " * (self._length - len(line))
        self._length = len(line)
        tell(("\r" if self._redraws else "") + line + blank, end="\n" if finalize else "")

    def _count(self, current: int) -> str:
        if not self.target:
            return f"{current}/Unknown"
        return f"{current:{len(str(self.target))}d}/{self.target}"

    def _bar(self, current: int) -> str:
        if not self.target:
            return ""
        done = min(self.width, self.width * current // self.target)
        return f"{'━' * done}{'─' * (self.width - done)} "

    def _times(self, current: int, finalize: bool) -> str:
        seconds = time.perf_counter() - self._start
        each = seconds / max(current, 1)
        if self.target and not finalize:
            seconds = each * (self.target - current)
        return f"{duration(seconds)} {duration(each)}/{self.unit_name}"

    def _told(self) -> str:
        return "".join(f" - {name}: {number(total / count)}" for name, (total, count) in self._values.items())
