"""`tf.summary`: numbers, images and texts that TensorBoard shows, written where a script asks for it."""

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...callbacks.events import EventWriter
from .environment import nothing


class FileWriter:
    """Writes what is said inside `with writer.as_default():` into a folder of event files.

    Args:
        logdir: the folder.
    """

    def __init__(self, logdir: Any, *args: Any, **kwargs: Any):
        self.events = EventWriter(str(logdir))
        self.flush, self.close = self.events.flush, self.events.close
        self.step: Any = None

    @contextlib.contextmanager
    def as_default(self, step: Any = None) -> Iterator["FileWriter"]:
        """What is written inside goes here."""
        outer, _Current.writer = _Current.writer, self
        kept, self.step = self.step, step if step is not None else self.step
        try:
            yield self
        finally:
            _Current.writer, self.step = outer, kept
            self.flush()

    def set_as_default(self, step: Any = None) -> None:
        _Current.writer, self.step = self, step

    def init(self) -> None:
        pass

    add_graph = add_summary = add_run_metadata = nothing


class _Current:
    writer: FileWriter | None = None
    step: Any = None


def create_file_writer(logdir: Any, *args: Any, **kwargs: Any) -> FileWriter:
    """A writer for a folder."""
    return FileWriter(logdir)


def _written(kind: str, data: Any, step: Any, name: str) -> bool:
    writer = _Current.writer
    if writer is None:
        return False
    at = next((number for number in (step, writer.step, _Current.step) if number is not None), None)
    if at is None:
        raise ValueError(f"tf.summary.{kind} needs a step: give `step=`, or `tf.summary.experimental.set_step`")
    getattr(writer.events, kind)(name, data, int(at))
    return True


def scalar(name: str, data: Any = None, step: Any = None, description: Any = None, **kwargs: Any) -> bool:
    """A number; whether it was written."""
    return _written("scalar", float(np.asarray(data)), step, name)


def histogram(name: str, data: Any, step: Any = None, **kwargs: Any) -> bool:
    """How values are spread."""
    return _written("histogram", np.asarray(data), step, name)


def image(name: str, data: Any, step: Any = None, max_outputs: int = 3, description: Any = None) -> bool:
    """Images (count, height, width, channels): bytes, or floats from 0 to 1."""
    pixels = np.asarray(data)
    if pixels.dtype.kind == "f":
        pixels = np.clip(pixels * 255, 0, 255).astype("uint8")
    return _written("images", pixels[:max_outputs], step, name)


def should_record_summaries() -> bool:
    return _Current.writer is not None


def set_step(step: Any) -> None:
    _Current.step = step


def get_step() -> Any:
    return _Current.step


trace_on = trace_off = trace_export = merge_all = merge = initialize = flush = text = nothing
create_noop_writer = contextlib.nullcontext
__all__ = [
    "FileWriter", "create_file_writer", "create_noop_writer", "flush", "histogram", "image", "initialize", "merge",
    "merge_all", "scalar", "should_record_summaries", "text", "trace_export", "trace_off", "trace_on",
]  # fmt: skip
