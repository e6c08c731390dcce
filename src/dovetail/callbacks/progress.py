"""ProgbarLogger: progress on the screen."""

from typing import Any

from .callback import Callback
from .terminal import Progress


class ProgbarLogger(Callback):
    """Shows how far an epoch is, and its metrics; `verbose` of the call says how: 1 a live bar, 2 a line an epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.progress: Progress | None = None

    @property
    def shows_bar(self) -> bool:
        return self.params.get("verbose") == 1

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
        self._start(f"Epoch {epoch + 1}/{self.params.get('epochs')}")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._finish(logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.on_progress(batch + 1, logs or {})

    def on_test_begin(self, logs: Any = None) -> None:
        if self.progress is None:  # on its own, not within fit
            self._start("")

    def on_test_end(self, logs: Any = None) -> None:
        if self.progress is not None and not self.progress.heading:
            self._finish(logs)

    @property
    def needs_batches(self) -> bool:
        return False
