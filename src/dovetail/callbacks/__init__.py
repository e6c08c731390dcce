"""Callbacks of training."""

from .averages import SwapEMAWeights
from .backup import BackupAndRestore
from .callback import Callback
from .calling import CallbackList
from .history import History
from .monitoring import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from .orbax import OrbaxCheckpoint
from .progress import ProgbarLogger
from .remote import RemoteMonitor
from .simple import CSVLogger, LambdaCallback, LearningRateScheduler, TerminateOnNaN
from .tensorboard import TensorBoard

__all__ = [
    "BackupAndRestore", "CSVLogger", "Callback", "CallbackList", "EarlyStopping", "History", "LambdaCallback",
    "LearningRateScheduler", "ModelCheckpoint", "OrbaxCheckpoint", "ProgbarLogger", "ReduceLROnPlateau",
    "RemoteMonitor", "SwapEMAWeights", "TensorBoard", "TerminateOnNaN",
]  # fmt: skip
