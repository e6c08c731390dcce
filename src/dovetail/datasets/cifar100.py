"""Photographs of 100 classes of things in 20 groups, 32 x 32 pixels: 50,000 and 10,000 images."""

from typing import Any

from ..engine.errors import unknown_name
from . import cifar, files

ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"
DIGEST = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"


def load_data(label_mode: str = "fine") -> Any:
    """((x_train, y_train), (x_test, y_test)): images in uint8, labels in int64.

    Args:
        label_mode: "fine" for the 100 classes, "coarse" for the 20 groups.

    Shapes:
        x: (images, 32, 32, 3), or (images, 3, 32, 32) where the default is channels_first; y: (images, 1)
    """
    if label_mode not in ("fine", "coarse"):
        raise unknown_name("label_mode", label_mode, ("fine", "coarse"))
    folder = files.find_unpacked("cifar-100-python", ORIGIN, DIGEST)
    return tuple(cifar.load_parts([folder / name], f"{label_mode}_labels") for name in ("train", "test"))
