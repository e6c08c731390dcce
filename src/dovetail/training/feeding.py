"""Feeds: where batches come from, arrays on the device or a stream, behind one face."""

import functools
import itertools
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..engine.randomness import make_seed, permutation
from .data import DataError, Samples, on_device
from .prefetch import Prefetcher
from .workers import Workers

# Arrays that live in a file (np.memmap, HDF5) are read batch by batch when they are larger than this, in bytes.
LOADED_WHOLE = 64 * 2**20
TORCH_DATASET = "torch.utils.data.dataset.Dataset"
DEVICE_SHARE = 0.5  # of an accelerator's memory that data may take


class ArrayFeed:
    """Arrays in memory, on the device for the whole call.

    Args:
        samples: all of them.
        steps: steps in an epoch; None goes through the samples once.
        shuffle: whether every epoch takes them in a new order.
    """

    def __init__(self, samples: Samples, batch_size: int, steps: int | None, shuffle: bool):
        self.samples, self.batch_size, self.shuffle = samples, batch_size, shuffle
        self.steps = steps or -(-samples.size // batch_size)
        self.first = samples
        self._orders = _orders(samples.size, batch_size, shuffle, steps)

    @functools.cached_property
    def data(self) -> Samples:
        """The samples on the device."""
        return on_device(self.samples)

    def samples_of(self, step: int) -> int:
        """How many samples a step takes: the last of an epoch may have fewer."""
        last = self.samples.size - step * self.batch_size
        return min(self.batch_size, last) if last > 0 else self.batch_size

    def order(self, epoch: int) -> Any:
        """Row numbers for an epoch; None takes the rows as they come."""
        return next(self._orders)

    def close(self) -> None:
        """Nothing to close."""


class StreamFeed:
    """Batches from an iterable, made ready by a thread.

    Args:
        source: a PyDataset, generator, DataLoader, tf.data or Grain dataset: anything that gives batches.
        prepare: from what the source gives to Samples; runs in the thread.
        steps: steps in an epoch; None goes through the source once, which must then end.
        shuffle: whether the batches of a PyDataset come in a new order every epoch.
        total: the most steps that are ever wanted; None if not known.
    """

    def __init__(
        self, source: Any, prepare: Callable[[Any], Samples], steps: int | None, shuffle: bool, total: int | None = None
    ):
        self.source, self.prepare, self.asked_steps, self.total = source, prepare, steps, total
        self.known_steps = steps if steps is not None else _length(source)
        self.shuffle, self.seed = shuffle, make_seed() if shuffle else 0
        self.is_iterator = isinstance(source, Iterator) and not is_indexed(source)
        self.ran_out = False
        self._workers = Workers(source) if is_indexed(source) else None
        self._running: Prefetcher | None = None
        self._passes = 0
        self._peeked: list[Any] = []
        self._example: list[Any] = []  # the shapes of a batch, once known

    @property
    def steps(self) -> int | None:
        """Batches in an epoch; None until a source of unknown length ended once."""
        return self.known_steps

    @property
    def first(self) -> Samples:
        """A batch to build the model on; it is trained on later."""
        if not self._peeked:
            try:
                found = next(self._started(), None)
            except BaseException:
                self.close()
                raise
            if found is None:
                raise DataError(f"`x` is a {type(self.source).__name__} that gives no batches")
            self._peeked.append(found)
            self._example = [jax.tree.map(_shape_of, found)]
        return self._peeked[0]

    @property
    def example(self) -> Samples:
        """The shapes of a batch."""
        if not self._example:
            self._example = [jax.tree.map(_shape_of, self.first)]
        return self._example[0]

    def batches(self) -> Iterator[Samples]:
        """The batches of one epoch."""
        count, has_restarted = 0, False
        while self.asked_steps is None or count < self.asked_steps:
            batch = self._peeked.pop() if self._peeked else next(self._started(), None)
            if batch is None:
                self._running = None
                if self.asked_steps is None and count:
                    self.known_steps = count
                    break
                if self.is_iterator or has_restarted:
                    self._warn(count)
                    break
                has_restarted = True
                continue
            count, has_restarted = count + 1, False
            yield batch
        if self.asked_steps is None and not self.is_iterator:
            self._stop()

    def _started(self) -> Prefetcher:
        if self._running is None:
            self._check_source()
            batches: Iterable[Any] = self.source if self.is_iterator else self._one_pass()
            if self.is_iterator and self.total is not None:
                batches = itertools.islice(batches, self.total)
            self._running = Prefetcher(batches, self.prepare)
        return self._running

    def _one_pass(self) -> Iterable[Any]:
        self._passes += 1
        if self._workers is not None:
            size = _length(self.source)
            if size is None:
                return self._workers.batches(itertools.count())
            order = permutation(size, self.seed, self._passes).tolist() if self.shuffle else range(size)
            return self._workers.batches(order)
        if hasattr(self.source, "as_numpy_iterator"):  # tf.data
            return self.source.as_numpy_iterator()
        return iter(self.source)

    def _check_source(self) -> None:
        name = type(self.source).__name__
        if self.asked_steps is None and _is_endless(self.source):
            raise DataError(f"`x` is a {name} without end: say how many `steps_per_epoch` (`steps`) are wanted")
        if any(f"{cls.__module__}.{cls.__name__}" == TORCH_DATASET for cls in type(self.source).__mro__):
            raise DataError(f"`x` is a {name}, which gives single samples: wrap it in a torch.utils.data.DataLoader")

    def _warn(self, count: int) -> None:
        self.ran_out = True
        wanted = f" of {self.asked_steps}" if self.asked_steps is not None else ""
        warnings.warn(
            f"the data ended after {count}{wanted} steps of this epoch, and training with it. Give a source that can "
            "be gone through again (a class with `__iter__`), or one that goes on for ever",
            stacklevel=5,
        )

    def end_of_epoch(self) -> None:
        if hasattr(self.source, "on_epoch_end"):
            self.source.on_epoch_end()

    def _stop(self) -> None:
        if self._running is not None:
            self._running.close()
            self._running = None

    def close(self) -> None:
        """End the thread, and workers."""
        self._stop()
        if self._workers is not None:
            self._workers.close()


def _shape_of(array: Any) -> Any:
    return jax.ShapeDtypeStruct(array.shape, array.dtype)


def is_indexed(source: Any) -> bool:
    """Whether a source gives its batches by number, as a PyDataset does."""
    if hasattr(source, "num_batches") and hasattr(source, "__getitem__"):
        return True
    return hasattr(source, "__getitem__") and hasattr(source, "__len__") and not hasattr(source, "__iter__")


def _length(source: Any) -> int | None:
    """The number of batches, None where it is unknown or endless."""
    try:
        found = source.num_batches if hasattr(source, "num_batches") else len(source)
    except (TypeError, NotImplementedError, AttributeError):
        return None
    return None if found is None else int(found)


def _is_endless(source: Any) -> bool:
    """Whether a source says that it never ends."""
    size = _length(source)
    if size is not None:
        return size >= sys.maxsize  # a repeated dataset of Grain
    if is_indexed(source):
        return True
    return hasattr(source, "cardinality") and int(source.cardinality()) == -1  # of tf.data, repeated


# -- arrays that stay where they are


class RowBatches:
    """Batches of rows from arrays that are too large, or live in files, read as they are needed.

    Args:
        arrays: nested; each has rows on its first axis.
        rows: first row and the one after the last.
    """

    def __init__(self, arrays: Any, batch_size: int, shuffle: bool, rows: tuple[int, int]):
        self.arrays, self.batch_size, self.shuffle, self.rows = arrays, batch_size, shuffle, rows
        self.seed, self.passes = make_seed() if shuffle else 0, 0

    def __len__(self) -> int:
        return -(-(self.rows[1] - self.rows[0]) // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        start, stop = self.rows
        order = np.arange(start, stop)
        if self.shuffle:
            self.passes += 1
            order = start + permutation(stop - start, self.seed, self.passes)
        for first in range(0, len(order), self.batch_size):
            chosen = order[first : first + self.batch_size]
            yield jax.tree.map(lambda array, chosen=chosen: _rows(array, chosen), self.arrays)


def _rows(array: Any, chosen: np.ndarray) -> np.ndarray:
    """Some rows of an array; files are read in rising order, which HDF5 insists on."""
    if isinstance(array, (np.ndarray, jax.Array)):
        return np.asarray(array[chosen])
    if hasattr(array, "iloc"):
        return np.asarray(array.iloc[chosen])
    order = np.argsort(chosen)
    first, last = int(chosen[order[0]]), int(chosen[order[-1]]) + 1
    if last - first == len(chosen):
        found = np.asarray(array[first:last])
    else:
        found = np.asarray(array[chosen[order]])
    return found[np.argsort(order)]


def is_in_file(array: Any) -> bool:
    """Whether an array lives in a file: a memory map, or an HDF5 or Zarr dataset."""
    if isinstance(array, np.memmap):
        return True
    return hasattr(array, "shape") and hasattr(array, "dtype") and hasattr(array, "chunks")


def stays_outside(arrays: Any) -> bool:
    """Whether arrays are better read batch by batch: large ones in files, or more than the device should hold."""
    leaves = [leaf for leaf in jax.tree.leaves(arrays) if hasattr(leaf, "shape") and hasattr(leaf, "dtype")]
    sizes = [int(np.prod(leaf.shape)) * _item_size(leaf.dtype) for leaf in leaves]
    if any(is_in_file(leaf) and size > LOADED_WHOLE for leaf, size in zip(leaves, sizes, strict=True)):
        return True
    device = jax.devices()[0]
    if device.platform == "cpu":
        return False
    limit = (device.memory_stats() or {}).get("bytes_limit")
    return limit is not None and sum(sizes) > DEVICE_SHARE * limit


def _item_size(dtype: Any) -> int:
    return getattr(dtype, "itemsize", 4)


def _orders(size: int, batch_size: int, shuffle: bool, steps: int | None) -> Iterator[Any]:
    """The row numbers of each epoch, in the order in which it takes them."""
    seed = make_seed() if shuffle else 0
    if steps is None:
        epoch = 0
        while True:
            yield jnp.asarray(permutation(size, seed, epoch)) if shuffle else None
            epoch += 1
    rows = np.zeros(0, np.int32)
    passes = 0
    while True:
        while len(rows) < steps * batch_size:
            more = permutation(size, seed, passes) if shuffle else np.arange(size, dtype=np.int32)
            rows, passes = np.concatenate([rows, more]), passes + 1
        yield jnp.asarray(rows[: steps * batch_size])
        rows = rows[steps * batch_size :]
