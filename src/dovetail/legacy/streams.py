"""Streams measured in samples, as Keras 1 measured them."""

from collections.abc import Iterator
from typing import Any

import jax


class counted:
    """The batches of a generator, epoch by epoch: each epoch goes on until it has had `samples` samples.

    The generator goes on where the epoch before it stopped.

    Args:
        generator: an iterator, or something that can be iterated over again and again.
        samples: of an epoch.
    """

    def __init__(self, generator: Any, samples: int):
        self.generator, self.samples = generator, int(samples)
        self._iterator = iter(generator) if not hasattr(generator, "__getitem__") else iter(_rounds(generator))

    def __iter__(self) -> Iterator[Any]:
        seen = 0
        while seen < self.samples:
            try:
                batch = next(self._iterator)
            except StopIteration:
                return
            seen += _size(batch)
            yield batch


def _rounds(sequence: Any) -> Iterator[Any]:
    """A sequence of batches again and again."""
    while True:
        for index in range(len(sequence)):
            yield sequence[index]
        if hasattr(sequence, "on_epoch_end"):
            sequence.on_epoch_end()


def _size(batch: Any) -> int:
    return len(jax.tree.leaves(batch)[0])
