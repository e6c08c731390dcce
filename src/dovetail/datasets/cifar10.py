"""Photographs of 10 classes of things, 32 x 32 pixels: 50,000 and 10,000 images."""

from typing import Any

from . import cifar, files

ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
DIGEST = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"


def load_data() -> Any:
    """((x_train, y_train), (x_test, y_test)), uint8.

    Shapes:
        x: (images, 32, 32, 3), or (images, 3, 32, 32) where the default is channels_first; y: (images, 1)
    """
    folder = files.find_unpacked("cifar-10-batches-py", ORIGIN, DIGEST)
    train = cifar.load_parts([folder / f"data_batch_{number}" for number in range(1, 6)], dtype="uint8")
    return train, cifar.load_parts([folder / "test_batch"], dtype="uint8")
