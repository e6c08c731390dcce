"""Callbacks of training."""

from .callback import Callback
from .calling import CallbackList
from .history import History
from .monitoring import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from .progress import ProgbarLogger
from .simple import CSVLogger, LambdaCallback, LearningRateScheduler, TerminateOnNaN

__all__ = [
    "CSVLogger", "Callback", "CallbackList", "EarlyStopping", "History", "LambdaCallback", "LearningRateScheduler",
    "ModelCheckpoint", "ProgbarLogger", "ReduceLROnPlateau", "TerminateOnNaN",
]  # fmt: skip
