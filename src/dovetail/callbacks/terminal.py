"""Progress of training: a live bar where a line can be redrawn, one clean line an epoch elsewhere."""

import shutil
import sys
import time
from typing import Any, TextIO

from ..engine.messages import is_interactive_logging_enabled, tell

WIDTH = 20  # of the bar, in characters


class Progress:
    """Writes what one epoch (or one evaluation) has done so far.

    Args:
        steps: in the epoch; None if not known.
        live: redraw one line; else write one line at the end.
        stream: where to; standard output when None.
        heading: what is running ("Epoch 1/5").
    """

    def __init__(self, steps: int | None, live: bool, stream: TextIO | None = None, heading: str = ""):
        self.steps, self.live, self.heading = steps, live, heading
        self.stream = stream if stream is not None else sys.stdout
        self.begin = self.drawn = time.perf_counter()
        self.done = self.width = 0

    def update(self, step: int, logs: dict[str, Any]) -> None:
        """Redraw, at most ten times a second."""
        now = time.perf_counter()
        self.done = step
        if self.live and now - self.drawn > 0.1:
            self.drawn = now
            self._draw(self._bar(step, now - self.begin) + told(logs))

    def close(self, logs: dict[str, Any]) -> None:
        """The last line of the epoch."""
        seconds = time.perf_counter() - self.begin
        steps = self.steps or self.done
        if self.live:
            each = f"{steps}/{steps} {'━' * WIDTH} {duration(seconds)} {duration(seconds / max(steps, 1))}/step  "
            self._draw(self._headed(each + told(logs)))
            self._write("\n")
        elif is_interactive_logging_enabled():
            self._write(self._headed(f"{steps} steps  {duration(seconds)}  {told(logs)}") + "\n")
        else:
            tell(self._headed(f"{steps} steps  {duration(seconds)}  {told(logs)}"))

    def _headed(self, line: str) -> str:
        return f"{self.heading}  {line}" if self.heading else line

    def _bar(self, step: int, seconds: float) -> str:
        if not self.steps:
            return self._headed(f"{step} steps {duration(seconds)}  ")
        done = WIDTH * step // self.steps
        left = seconds / max(step, 1) * (self.steps - step)
        return self._headed(f"{step}/{self.steps} {'━' * done}{'─' * (WIDTH - done)} {duration(left)} left  ")

    def _draw(self, line: str) -> None:
        """One line in place of the last; what a terminal has no room for is left out, or it would begin a new line."""
        if _isatty(self.stream):
            line = line[: shutil.get_terminal_size().columns - 1]
        blank = " " * max(0, self.width - len(line))
        self.width = len(line)
        self._write(f"\r{line}{blank}")

    def _write(self, text: str) -> None:
        """Never in the way of training: a closed or odd stream is written to as far as it goes."""
        try:
            try:
                self.stream.write(text)
            except UnicodeEncodeError:
                self.stream.write(text.replace("━", "=").replace("─", "-").encode("ascii", "replace").decode())
            self.stream.flush()
        except (ValueError, OSError):
            self.live = False


def told(logs: dict[str, Any]) -> str:
    """Metrics in one line, those of validation last."""
    names = sorted(logs, key=lambda name: (name.startswith("val_"), name))
    return "  ".join(f"{name} {number(logs[name])}" for name in names)


def number(value: Any) -> str:
    """Four digits that say something: 0.9123, 1.2e-05, 153.2."""
    if not isinstance(value, (int, float)):
        return str(value)
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 or value == 0 else f"{value:.3e}"


def duration(seconds: float) -> str:
    """A time as people say it: 3 ms, 1.2 s, 2 min 05 s."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"


def is_live() -> bool:
    """Whether a line on standard output can be redrawn: on a terminal, and in notebooks."""
    in_notebook = type(sys.stdout).__module__.startswith(("ipykernel", "google.colab"))
    return is_interactive_logging_enabled() and (in_notebook or _isatty(sys.stdout))


def _isatty(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # no such method, or closed
        return False
