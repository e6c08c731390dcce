"""Pieces of clothing, 28 x 28 pixels: 60,000 and 10,000 images of 10 classes (Xiao et al. 2017, arXiv:1708.07747)."""

import gzip
from typing import Any

import numpy as np

from . import files


def load_data() -> Any:
    """((x_train, y_train), (x_test, y_test)), uint8.

    Shapes:
        x: (images, 28, 28), y: (images,)
    """
    return _part("train"), _part("t10k")


def _part(name: str) -> tuple[np.ndarray, np.ndarray]:
    return _read(f"{name}-images-idx3-ubyte.gz"), _read(f"{name}-labels-idx1-ubyte.gz")


def _read(name: str) -> np.ndarray:
    """An IDX file: two zeros, the type (8: bytes), the number of axes, their lengths as 32-bit integers, the bytes."""
    path = files.find(name, files.ORIGIN + name, folder="datasets/fashion-mnist")
    try:
        content = gzip.decompress(path.read_bytes())
        if content[:3] != b"\0\0\x08":
            raise ValueError("it is not an IDX file of bytes")
        shape = np.frombuffer(content, ">i4", content[3], 4)
        return np.frombuffer(content, np.uint8, offset=4 + 4 * content[3]).reshape(shape)
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise files.unreadable(path, error) from error
