"""Callbacks by the names and arguments of a release."""

from typing import Any

from ... import callbacks as today
from ..releases import Release
from . import classes
from .base import OldCallback, OldCallbackList, OldHistory
from .logs import Logs, with_both_names

__all__ = ["Logs", "OldCallback", "OldCallbackList", "OldHistory", "namespace", "with_both_names"]

CLASSES = {
    name: getattr(classes, name)
    for name in (
        "BaseLogger", "CSVLogger", "EarlyStopping", "LambdaCallback", "LearningRateScheduler", "ModelCheckpoint",
        "ProgbarLogger", "ReduceLROnPlateau", "RemoteMonitor", "TensorBoard", "TerminateOnNaN",
    )
} | {"Callback": OldCallback, "CallbackList": OldCallbackList, "History": OldHistory}  # fmt: skip


def namespace(release: Release) -> dict[str, Any]:
    """What `keras.callbacks` holds."""
    names = {name: getattr(today, name) for name in today.__all__}
    return names | (CLASSES if release.dialect < 3 else {})
