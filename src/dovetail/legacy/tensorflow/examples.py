"""`tensorflow.examples.tutorials.mnist.input_data`, which scripts of 2016 read MNIST with."""

from collections import namedtuple
from typing import Any

import numpy as np

from ...datasets import mnist

Datasets = namedtuple("Datasets", ["train", "validation", "test"])


class DataSet:
    """Images and labels, given out in batches."""

    def __init__(self, images: Any, labels: Any):
        self.images, self.labels, self.num_examples = images, labels, len(images)
        self.epochs_completed = 0
        self._start = 0

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> tuple[Any, Any]:
        """The next so many samples, in a new order when all were given out."""
        if self._start == 0 and shuffle:
            order = np.random.permutation(self.num_examples)
            self.images, self.labels = self.images[order], self.labels[order]
        start, stop = self._start, min(self._start + batch_size, self.num_examples)
        self._start = stop % self.num_examples
        self.epochs_completed += stop == self.num_examples
        return self.images[start:stop], self.labels[start:stop]


def read_data_sets(
    train_dir: Any = None, fake_data: bool = False, one_hot: bool = False, dtype: Any = np.float32,
    reshape: bool = True, validation_size: int = 5000, **kwargs: Any,
) -> Datasets:  # fmt: skip
    """MNIST from where Keras keeps it: images from 0 to 1, (samples, 784) or (samples, 28, 28, 1)."""
    (x, y), test = mnist.load_data()
    parts = ((x[validation_size:], y[validation_size:]), (x[:validation_size], y[:validation_size]), test)
    return Datasets(*(DataSet(_images(images, reshape), _labels(labels, one_hot)) for images, labels in parts))


def _images(images: Any, reshape: bool) -> Any:
    shape = (len(images), -1) if reshape else (*images.shape, 1)
    return (images.astype("float32") / 255).reshape(shape)


def _labels(labels: Any, one_hot: bool) -> Any:
    return np.eye(10)[labels] if one_hot else labels


__all__ = ["DataSet", "Datasets", "read_data_sets"]
