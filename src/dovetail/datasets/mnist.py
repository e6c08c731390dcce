"""Handwritten digits, 28 x 28 pixels: 60,000 and 10,000 images of 10 classes (LeCun et al. 1998)."""

from typing import Any

from . import files

DIGEST = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def load_data(path: Any = "mnist.npz") -> Any:
    """((x_train, y_train), (x_test, y_test)), uint8.

    Args:
        path: name of the file in the cache.

    Shapes:
        x: (images, 28, 28), y: (images,)
    """
    found = files.find_or_today(path, "mnist.npz", DIGEST)
    if ".pkl" in found.name:
        (x_train, y_train), (x_test, y_test) = files.read_pickle(found, "bytes")
        return (x_train, y_train), (x_test, y_test)
    arrays = files.read_npz(found)
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
