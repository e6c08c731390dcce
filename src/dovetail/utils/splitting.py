"""split_dataset: samples in two parts."""

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from ..engine.errors import ShapeError
from ..engine.extras import needed
from ..engine.randomness import make_seed, permutation


class ArrayDataset:
    """Samples of one or several arrays, one at a time, or in batches that `fit` takes.

    Args:
        arrays: nested; each has samples on its first axis.

    Example:
        >>> samples = ArrayDataset((np.arange(3), np.arange(3) * 10))
        >>> list(samples.batch(2))
        [(array([0, 1]), array([ 0, 10])), (array([2]), array([20]))]
    """

    def __init__(self, arrays: Any):
        self.arrays = arrays
        sizes = {len(array) for array in jax.tree.leaves(arrays)}
        if len(sizes) != 1:
            raise ShapeError(f"arrays of one dataset have the same number of samples; got {sorted(sizes)}")
        self._size = sizes.pop()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: Any) -> Any:
        """One sample, or some of them for a slice or an array of numbers."""
        return jax.tree.map(lambda array: array[index], self.arrays)

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(self._size))

    def batch(self, batch_size: int, drop_remainder: bool = False) -> "Batches":
        """The samples as batches, which may be gone through any number of times."""
        return Batches(self, batch_size, drop_remainder)


class Batches:
    """Batches of an `ArrayDataset`, in its order."""

    def __init__(self, dataset: ArrayDataset, batch_size: int, drop_remainder: bool = False):
        self.dataset, self.batch_size, self.drop_remainder = dataset, batch_size, drop_remainder

    def __len__(self) -> int:
        size = len(self.dataset)
        return size // self.batch_size if self.drop_remainder else -(-size // self.batch_size)

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            yield self.dataset[start : start + self.batch_size]


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Any, Any]:
    """Samples in two parts, for training and for testing.

    Args:
        dataset: an array, a list, tuple or dictionary of arrays, a torch dataset, or any iterable of samples.
        left_size: samples in the first part, or their share if it is a float; None is what `right_size` leaves.
        right_size: likewise for the second part.
        shuffle: take the samples in random order.
        seed: of that order.
        preferred_backend: "torch" gives torch datasets; None does so for a torch dataset.

    Returns:
        Two datasets of samples; `.batch(32)` gives batches that `fit` takes.

    Raises:
        ValueError: a part is empty, or they are larger than the whole.
        TypeError: there are no samples in what was given.
    """
    is_torch = type(dataset).__module__.startswith("torch") or _has_torch_base(dataset)
    if is_torch or preferred_backend == "torch":
        return _split_torch(dataset, left_size, right_size, shuffle, seed)
    samples = _as_dataset(dataset)
    left, right = split_sizes(len(samples), left_size, right_size)
    order = np.arange(len(samples))
    if shuffle:
        order = np.asarray(permutation(len(samples), make_seed() if seed is None else seed))
    return ArrayDataset(samples[order[:left]]), ArrayDataset(samples[order[len(order) - right :]])


def _has_torch_base(dataset: Any) -> bool:
    return any(base.__module__.startswith("torch.utils.data") for base in type(dataset).__mro__)


def _as_dataset(dataset: Any) -> ArrayDataset:
    if isinstance(dataset, ArrayDataset):
        return dataset
    if hasattr(dataset, "shape"):
        return ArrayDataset(np.asarray(dataset))
    if isinstance(dataset, (list, tuple, dict)):
        arrays = jax.tree.leaves(dataset)
        if not arrays or not all(hasattr(array, "shape") for array in arrays):
            raise TypeError("`split_dataset` takes arrays; got a list of something else, or an empty one")
        dataset = tuple(dataset) if isinstance(dataset, list) else dataset
        return ArrayDataset(jax.tree.map(np.asarray, dataset))
    if hasattr(dataset, "as_numpy_iterator"):  # tf.data
        dataset = dataset.as_numpy_iterator()
    if not hasattr(dataset, "__iter__"):
        raise TypeError(f"`split_dataset` takes arrays or an iterable of samples; got a {type(dataset).__name__}")
    samples = list(dataset)
    if not samples:
        raise TypeError("`split_dataset` got an iterable without samples")
    return ArrayDataset(jax.tree.map(lambda *values: np.stack(values), *samples))


def _split_torch(dataset: Any, left_size: Any, right_size: Any, shuffle: bool, seed: int | None) -> tuple[Any, Any]:
    data = needed("torch.utils.data")
    if not isinstance(dataset, data.Dataset):
        tensors = jax.tree.leaves(_as_dataset(dataset).arrays)
        dataset = data.TensorDataset(*(needed("torch").from_numpy(array) for array in tensors))
    left, right = split_sizes(len(dataset), left_size, right_size)
    order = permutation(len(dataset), make_seed() if seed is None else seed) if shuffle else np.arange(len(dataset))
    order = np.asarray(order).tolist()
    return data.Subset(dataset, order[:left]), data.Subset(dataset, order[len(order) - right :])


def split_sizes(total: int, left_size: Any, right_size: Any) -> tuple[int, int]:
    """How many samples each part has.

    Raises:
        ValueError: none is given, a part is empty, or they are larger than the whole.
        TypeError: a size is no number.
    """
    if left_size is None and right_size is None:
        raise ValueError("At least one of the `left_size` or `right_size` must be specified")
    left, right = _count("left_size", left_size, total), _count("right_size", right_size, total)
    left = total - right if left is None else left
    right = total - left if right is None else right
    if left + right > total:
        raise ValueError(f"The sum of `left_size` and `right_size` is {left + right}, more than the {total} samples")
    for name, count in (("left_size", left), ("right_size", right)):
        if count == 0:
            raise ValueError(
                f"of {total} samples, {name} would have none (left_size={left_size}, right_size={right_size})"
            )
    return left, right


def _count(name: str, size: Any, total: int) -> int | None:
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, (int, float, np.integer, np.floating)):
        raise TypeError(f"`{name}` is a number of samples or a share of them; got a {type(size).__name__}")
    is_share = isinstance(size, (float, np.floating))
    if not 0 < size < (1 if is_share else total):
        raise ValueError(
            f"`{name}` should be either a positive integer smaller than {total}, or a float between 0 and 1. "
            f"Received: {size}"
        )
    return round(size * total) if is_share else int(size)
