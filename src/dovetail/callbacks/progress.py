"""ProgbarLogger: progress on the screen."""

from typing import Any

from .callback import Callback
from .terminal import Progress, is_live


class ProgbarLogger(Callback):
    """Shows how far an epoch is, and its metrics; `verbose` of the call says how: 1 a live bar, 2 a line an epoch.

    Where a line cannot be redrawn, in files and pipes, 1 is 2.
    """

    def __init__(self) -> None:
        super().__init__()
        self.progress: Progress | None = None
        self._in_epoch = False

    @property
    def shows_bar(self) -> bool:
        return self.params.get("verbose") == 1 and is_live()

    @property
    def wants_progress(self) -> bool:  # type: ignore[override]
        return self.shows_bar

    def _start(self, heading: str) -> None:
        if self.params.get("verbose"):
            self.progress = Progress(self.params.get("steps"), self.shows_bar, heading=heading)

    def _finish(self, logs: Any) -> None:
        if self.progress is not None:
            self.progress.close(logs or {})
            self.progress = None

    def on_progress(self, step: int, logs: dict[str, Any]) -> None:
        if self.progress is not None:
            self.progress.update(step, logs)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._in_epoch = True
        self._start(f"Epoch {epoch + 1}/{self.params.get('epochs')}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.progress is not None:
            self.progress.steps = self.params.get("steps") or self.progress.steps
        self._finish(logs)
        self._in_epoch = False

    def on_test_begin(self, logs: Any = None) -> None:
        if not self._in_epoch:  # on its own, not within fit
            self._start("")

    def on_test_end(self, logs: Any = None) -> None:
        if not self._in_epoch:
            self._finish(logs)

    def on_predict_begin(self, logs: Any = None) -> None:
        self._start("")

    def on_predict_end(self, logs: Any = None) -> None:
        self._finish(logs)
