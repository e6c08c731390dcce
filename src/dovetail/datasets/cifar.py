"""Files of the CIFAR data sets (Krizhevsky 2009, "Learning multiple layers of features from tiny images")."""

from pathlib import Path
from typing import Any

import numpy as np

from ..engine.settings import image_data_format
from . import files


def load_batch(fpath: Any, label_key: str = "labels") -> tuple[np.ndarray, Any]:
    """The images (images, 3, 32, 32) and the labels in one file."""
    batch = files.read_pickle(Path(fpath), "bytes")
    named = {key.decode() if isinstance(key, bytes) else key: value for key, value in batch.items()}
    return named["data"].reshape(-1, 3, 32, 32), named[label_key]


def load_parts(paths: list[Path], label_key: str = "labels", dtype: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """Images in the default order of axes, and labels (images, 1), of several files."""
    batches = [load_batch(path, label_key) for path in paths]
    x = np.concatenate([images for images, _ in batches])
    y = np.concatenate([np.asarray(labels, dtype) for _, labels in batches]).reshape(-1, 1)
    return (x.transpose(0, 2, 3, 1) if image_data_format() == "channels_last" else x), y
