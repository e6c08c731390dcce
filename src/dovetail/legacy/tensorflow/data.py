"""`tf.data.Dataset`: elements made one after another, in Python and NumPy."""

import glob
import gzip
import itertools
import math
import random as python_random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jax
import numpy as np

from ...engine.dtypes import data_dtype
from ...engine.tensor import KerasTensor
from ...engine.variable import Variable
from ..backend.texts import Text, as_texts
from .strings import text
from .types import TensorSpec

AUTOTUNE = -1
INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2


class Dataset:
    """A source of elements that can be gone through again and again, each an array or a nested structure of arrays.

    Args:
        make: gives an iterator over the elements.
        size: how many there are; None if not known, infinite for endless ones.
    """

    def __init__(self, make: Callable[[], Iterator[Any]], size: float | None = None):
        self._make, self._size = make, size

    # -- sources

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> "Dataset":
        """The rows of arrays: of each array in the structure the first, the second, ..."""
        arrays = _map(_array, _as_structure(tensors))
        sizes = {len(array) for array in _leaves(arrays)}
        if len(sizes) != 1:
            raise ValueError(f"from_tensor_slices: all arrays need as many rows; got {sorted(sizes)}")
        (size,) = sizes
        return Dataset(lambda: (_row(arrays, index) for index in range(size)), size)

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> "Dataset":
        """One element."""
        element = _map(_array, _as_structure(tensors))
        return Dataset(lambda: iter([element]), 1)

    @staticmethod
    def from_generator(
        generator: Callable[..., Iterable[Any]], output_types: Any = None, output_shapes: Any = None, args: Any = None,
        output_signature: Any = None, name: str | None = None,
    ) -> "Dataset":  # fmt: skip
        """What a function's iterator gives, in these dtypes."""
        wanted = output_signature if output_types is None else output_types

        def elements() -> Iterator[Any]:
            for element in generator(*(args or ())):
                yield _map(_array, _as_structure(element)) if wanted is None else _typed(element, wanted)

        return Dataset(elements)

    @staticmethod
    def range(*args: Any, **kwargs: Any) -> "Dataset":
        """Integers as Python's `range` gives them."""
        numbers = range(*(int(arg) for arg in args))
        return Dataset(lambda: (np.int64(number) for number in numbers), len(numbers))

    @staticmethod
    def zip(*datasets: Any, **kwargs: Any) -> "Dataset":
        """Elements of several datasets side by side, until one ends."""
        structure = datasets[0] if len(datasets) == 1 else datasets
        parts = _leaves(structure)
        sizes = [part._size for part in parts]
        size = None if None in sizes else min(sizes)  # type: ignore[type-var]

        def elements() -> Iterator[Any]:
            for row in zip(*(part._make() for part in parts), strict=False):
                yield _filled(structure, row)

        return Dataset(elements, size)

    @staticmethod
    def list_files(file_pattern: Any, shuffle: bool = True, seed: Any = None, name: str | None = None) -> "Dataset":
        """Names of files that match a pattern, or one of several."""
        patterns = (
            [file_pattern] if isinstance(file_pattern, str) else [str(p) for p in np.asarray(file_pattern).reshape(-1)]
        )
        names = sorted(name for pattern in patterns for name in glob.glob(pattern))
        found = Dataset(lambda: iter(names), len(names))
        return found.shuffle(len(names), seed) if shuffle and names else found

    @staticmethod
    def sample_from_datasets(datasets: Any, weights: Any = None, seed: Any = None, **kwargs: Any) -> "Dataset":
        """Elements of datasets taken in turn at random, each with its weight, until all have ended."""

        def elements() -> Iterator[Any]:
            chooser = python_random.Random(seed)
            shares = [1.0] * len(datasets) if weights is None else weights
            alive = [(dataset._make(), share) for dataset, share in zip(datasets, shares, strict=True)]
            while alive:
                place = chooser.choices(range(len(alive)), [weight for _, weight in alive])[0]
                try:
                    yield next(alive[place][0])
                except StopIteration:
                    del alive[place]

        return Dataset(elements)

    # -- changes

    def map(
        self, map_func: Callable[..., Any], num_parallel_calls: Any = None, deterministic: Any = None, **kwargs: Any
    ) -> "Dataset":
        """`map_func` of each element; a tuple's parts are its arguments."""
        return Dataset(lambda: (_plain(_called(map_func, element)) for element in self._make()), self._size)

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> "Dataset":
        """The elements for which `predicate` holds."""
        return Dataset(lambda: (element for element in self._make() if bool(_called(predicate, element))))

    def flat_map(self, map_func: Callable[..., "Dataset"], name: str | None = None) -> "Dataset":
        """The elements of the datasets that `map_func` gives, one dataset after another."""
        return Dataset(lambda: (inner for element in self._make() for inner in _called(map_func, element)._make()))

    def interleave(self, map_func: Callable[..., "Dataset"], cycle_length: Any = None, block_length: int = 1,
                   **kwargs: Any) -> "Dataset":  # fmt: skip
        """As `flat_map`, `cycle_length` datasets taking turns with `block_length` elements each."""

        def elements() -> Iterator[Any]:
            outer, inner = self._make(), deque()
            count = 4 if not cycle_length or cycle_length < 1 else cycle_length
            while True:
                while len(inner) < count:
                    try:
                        inner.append(_called(map_func, next(outer))._make())
                    except StopIteration:
                        break
                if not inner:
                    return
                current = inner.popleft()
                block = list(itertools.islice(current, block_length))
                yield from block
                if len(block) == block_length:
                    inner.append(current)

        return Dataset(elements)

    def shuffle(
        self, buffer_size: Any, seed: Any = None, reshuffle_each_iteration: Any = None, name: str | None = None
    ) -> "Dataset":
        """Elements drawn at random from the next `buffer_size`, in a new order each time."""
        start = python_random.randrange(2**31) if seed is None else int(seed)
        passes = itertools.count()
        again = reshuffle_each_iteration is not False

        def elements() -> Iterator[Any]:
            chooser = np.random.default_rng([start, next(passes) if again else 0])
            source, buffer = self._make(), []
            for element in source:
                buffer.append(element)
                if len(buffer) >= int(buffer_size):
                    break
            for element in source:
                place = int(chooser.integers(len(buffer)))
                yield buffer[place]
                buffer[place] = element
            for place in chooser.permutation(len(buffer)):
                yield buffer[place]

        return Dataset(elements, self._size)

    def batch(
        self, batch_size: Any, drop_remainder: bool = False, num_parallel_calls: Any = None, **kwargs: Any
    ) -> "Dataset":
        """So many elements stacked; the last batch may be smaller, or is left out."""
        return self._batched(int(batch_size), drop_remainder, _stacked)

    def padded_batch(
        self, batch_size: Any, padded_shapes: Any = None, padding_values: Any = None, drop_remainder: bool = False,
        name: str | None = None,
    ) -> "Dataset":  # fmt: skip
        """As `batch`, elements filled up to the largest of the batch, or to `padded_shapes` where they say a size."""
        return self._batched(int(batch_size), drop_remainder, lambda rows: _padded(rows, padded_shapes, padding_values))

    def _batched(self, batch_size: int, drop_remainder: bool, join: Callable[[list], Any]) -> "Dataset":
        def elements() -> Iterator[Any]:
            source = self._make()
            while rows := list(itertools.islice(source, batch_size)):
                if len(rows) == batch_size or not drop_remainder:
                    yield join(rows)

        size = self._size
        if size is not None and not math.isinf(size):
            size = size // batch_size if drop_remainder else -(-size // batch_size)
        return Dataset(elements, size)

    def unbatch(self, name: str | None = None) -> "Dataset":
        """The rows of each element."""

        def elements() -> Iterator[Any]:
            for element in self._make():
                for index in range(len(_leaves(element)[0])):
                    yield _row(element, index)

        return Dataset(elements)

    def window(
        self, size: int, shift: Any = None, stride: int = 1, drop_remainder: bool = False, **kwargs: Any
    ) -> "Dataset":
        """Datasets of `size` elements `stride` apart, each `shift` after the one before."""
        shift = size if shift is None else shift

        def elements() -> Iterator[Any]:
            rows: deque = deque()
            source = self._make()
            span = (size - 1) * stride + 1
            ended = False
            while True:
                while len(rows) < max(span, shift) and not ended:
                    try:
                        rows.append(next(source))
                    except StopIteration:
                        ended = True
                chosen = list(itertools.islice(rows, 0, span, stride))
                if not chosen or (drop_remainder and len(chosen) < size):
                    return
                window = [_dataset_of([_part(row, i) for row in chosen]) for i in range(_width(chosen[0]))]
                yield window[0] if not isinstance(chosen[0], tuple) else tuple(window)
                for _ in range(min(shift, len(rows))):
                    rows.popleft()

        return Dataset(elements)

    def repeat(self, count: Any = None, name: str | None = None) -> "Dataset":
        """The dataset so many times over; None or -1 is without end."""
        times = None if count is None or int(count) < 0 else int(count)

        def elements() -> Iterator[Any]:
            for _ in itertools.count() if times is None else range(times):
                is_empty = True
                for element in self._make():
                    is_empty = False
                    yield element
                if is_empty:
                    return

        return Dataset(elements, math.inf if times is None else None if self._size is None else self._size * times)

    def take(self, count: Any, name: str | None = None) -> "Dataset":
        """The first `count` elements, all for -1."""
        count = int(count)
        if count < 0:
            return self
        return Dataset(
            lambda: itertools.islice(self._make(), count), None if self._size is None else min(self._size, count)
        )

    def skip(self, count: Any, name: str | None = None) -> "Dataset":
        """All but the first `count` elements."""
        size = None if self._size is None else max(self._size - int(count), 0)
        return Dataset(lambda: itertools.islice(self._make(), int(count), None), size)

    def shard(self, num_shards: int, index: int, name: str | None = None) -> "Dataset":
        """Every `num_shards`-th element, from number `index` on."""
        return Dataset(lambda: itertools.islice(self._make(), index, None, num_shards))

    def take_while(self, predicate: Callable[..., Any], name: str | None = None) -> "Dataset":
        return Dataset(lambda: itertools.takewhile(lambda element: bool(_called(predicate, element)), self._make()))

    def concatenate(self, dataset: "Dataset", name: str | None = None) -> "Dataset":
        """These elements, then the other's."""
        sizes = (self._size, dataset._size)
        return Dataset(
            lambda: itertools.chain(self._make(), dataset._make()),
            None if None in sizes else sum(sizes),  # type: ignore[arg-type]
        )

    def enumerate(self, start: int = 0, name: str | None = None) -> "Dataset":
        """Pairs (number, element)."""
        return Dataset(lambda: ((np.int64(i), x) for i, x in enumerate(self._make(), int(start))), self._size)

    def cache(self, filename: Any = "", name: str | None = None) -> "Dataset":
        """Elements are kept in memory once they were made."""
        kept: list[Any] = []

        def elements() -> Iterator[Any]:
            if kept:
                yield from kept[0]
                return
            made = []
            for element in self._make():
                made.append(element)
                yield element
            kept.append(made)

        return Dataset(elements, self._size)

    def prefetch(self, buffer_size: Any = None, name: str | None = None) -> "Dataset":
        """The dataset: `fit` makes batches ready in a thread anyway."""
        return self

    def with_options(self, options: Any, name: str | None = None) -> "Dataset":
        return self

    def apply(self, transformation_func: Callable[["Dataset"], "Dataset"]) -> "Dataset":
        return transformation_func(self)

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any], name: str | None = None) -> Any:
        """`state = reduce_func(state, element)` over all elements."""
        state = initial_state
        for element in self:
            state = reduce_func(state, element)
        return state

    # -- elements

    def __iter__(self) -> Iterator[Any]:
        return (_map(_on_device, element) for element in self._make())

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The elements as NumPy arrays."""
        return self._make()

    def make_one_shot_iterator(self) -> "OneShotIterator":
        return OneShotIterator(self)

    make_initializable_iterator = make_one_shot_iterator

    def cardinality(self) -> Any:
        """How many elements; -1 without end, -2 not known."""
        if self._size is None:
            return np.int64(UNKNOWN_CARDINALITY)
        return np.int64(INFINITE_CARDINALITY if math.isinf(self._size) else self._size)

    def __len__(self) -> int:
        if self._size is None or math.isinf(self._size):
            raise TypeError("the dataset has no known length" if self._size is None else "the dataset has no end")
        return int(self._size)

    def __bool__(self) -> bool:
        return True

    @property
    def element_spec(self) -> Any:
        """Shapes and dtypes, as the first element has them."""
        return _map(lambda array: TensorSpec(np.shape(array), _dtype_of(array)), next(self._make()))

    def __repr__(self) -> str:
        size = "?" if self._size is None else "infinite" if math.isinf(self._size) else int(self._size)
        return f"<Dataset of {size} elements>"


class TextLineDataset(Dataset):
    """The lines of text files, one after another."""

    def __init__(self, filenames: Any, compression_type: Any = None, buffer_size: Any = None, **kwargs: Any):
        names = [text(x) for x in ([filenames] if isinstance(filenames, (str, bytes)) else np.ravel(filenames))]
        opened = gzip.open if text(compression_type or "") == "GZIP" else open

        def lines() -> Iterator[Any]:
            for name in names:
                with opened(name, "rt", encoding="utf-8") as file:
                    yield from (Text(line.rstrip("\r\n")) for line in file)

        super().__init__(lines)


def choose_from_datasets(datasets: Any, choice_dataset: Any, **kwargs: Any) -> Dataset:
    """Elements of the datasets in the order of the numbers that another gives."""

    def elements() -> Iterator[Any]:
        sources = [dataset._make() for dataset in datasets]
        for number in choice_dataset._make():
            try:
                yield next(sources[int(number)])
            except StopIteration:
                continue

    return Dataset(elements)


class OneShotIterator:
    """An iterator of TensorFlow 1, which a loop or `get_next` asks for elements."""

    initializer = None

    def __init__(self, dataset: Dataset):
        self._elements = iter(dataset)

    def get_next(self, name: str | None = None) -> Any:
        return next(self._elements)

    def __iter__(self) -> Iterator[Any]:
        return self._elements


class Options:
    """Options of datasets: any may be set, none has an effect."""

    def __getattr__(self, name: str) -> "Options":
        if name.startswith("__"):
            raise AttributeError(name)
        made = Options()
        setattr(self, name, made)
        return made


def _array(x: Any) -> Any:
    if isinstance(x, (Variable, jax.Array)):
        return np.asarray(x)
    if isinstance(x, KerasTensor):
        raise TypeError("a dataset is made of arrays, not of symbolic tensors")
    array = np.asarray(x.to_numpy() if hasattr(x, "to_numpy") else x)
    return array.astype("float32") if array.dtype == np.float64 and data_dtype(array.dtype) == "float32" else array


def _as_structure(x: Any) -> Any:
    """Dictionaries and tuples are structures, lists arrays; a table is a dictionary of its columns."""
    if isinstance(x, dict):
        return {key: _as_structure(value) for key, value in x.items()}
    return tuple(_as_structure(value) for value in x) if isinstance(x, tuple) else x


def _map(function: Callable[[Any], Any], structure: Any) -> Any:
    if isinstance(structure, dict):
        return {key: _map(function, value) for key, value in structure.items()}
    if isinstance(structure, tuple):
        made = [_map(function, value) for value in structure]
        return type(structure)(*made) if hasattr(structure, "_fields") else tuple(made)
    return function(structure)


def _leaves(structure: Any) -> list[Any]:
    found: list[Any] = []
    _map(found.append, structure)
    return found


def _filled(structure: Any, values: Any) -> Any:
    """The structure with these leaves."""
    rest = iter(values)
    return _map(lambda _: next(rest), structure)


def _row(structure: Any, index: int) -> Any:
    return _map(lambda array: array[index], structure)


def _on_device(x: Any) -> Any:
    if isinstance(x, str) or (isinstance(x, np.ndarray) and x.ndim == 0 and x.dtype.kind in "USO"):
        return Text(text(x))
    if isinstance(x, (bytes, Dataset)):
        return x
    return as_texts(x) if np.asarray(x).dtype.kind in "USO" else jax.numpy.asarray(x)


def _called(function: Callable[..., Any], element: Any) -> Any:
    element = _map(_on_device, element)
    return function(*element) if isinstance(element, tuple) else function(element)


def _plain(element: Any) -> Any:
    """What a user's function gave, as arrays of NumPy."""
    if isinstance(element, list):
        element = tuple(element)
    return _map(lambda x: x if isinstance(x, (str, bytes, Dataset)) else _array(x), _as_structure(element))


def _typed(element: Any, wanted: Any) -> Any:
    if isinstance(wanted, dict):
        return {key: _typed(element[key], value) for key, value in wanted.items()}
    if isinstance(wanted, (tuple, list)):
        return tuple(_typed(part, kind) for part, kind in zip(element, wanted, strict=True))
    dtype = getattr(wanted, "dtype", wanted)
    name = getattr(dtype, "name", dtype)
    return np.asarray(element) if name in ("string", "object") else np.asarray(element).astype(name)


def _stacked(rows: list[Any]) -> Any:
    columns = [_leaves(row) for row in rows]
    return _filled(rows[0], [np.stack([_of_any_bytes(x) for x in column]) for column in zip(*columns, strict=True)])


def _of_any_bytes(x: Any) -> np.ndarray:
    """As an array; NumPy's own texts lose zeros at their end."""
    return np.asarray(x, object if isinstance(x, (str, bytes)) else None)


def _padded(rows: list[Any], shapes: Any, values: Any) -> Any:
    columns = list(zip(*[_leaves(row) for row in rows], strict=True))
    wanted = _leaves(tuple(shapes)) if isinstance(shapes, tuple) and len(columns) > 1 else [shapes] * len(columns)
    if isinstance(shapes, tuple) and len(columns) > 1:
        wanted = list(shapes)
    fills = list(values) if isinstance(values, tuple) else [values] * len(columns)
    parts = []
    for column, shape, fill in zip(columns, wanted, fills, strict=True):
        arrays = [np.asarray(x) for x in column]
        largest = np.max([array.shape for array in arrays], axis=0) if arrays[0].ndim else []
        sizes = [int(n) if shape is None or shape[i] in (None, -1) else int(shape[i]) for i, n in enumerate(largest)]
        full = np.full((len(arrays), *sizes), 0 if fill is None else np.asarray(fill), arrays[0].dtype)
        for index, array in enumerate(arrays):
            full[(index, *(slice(size) for size in array.shape))] = array
        parts.append(full)
    return _filled(rows[0], parts)


def _part(row: Any, index: int) -> Any:
    return row[index] if isinstance(row, tuple) else row


def _width(row: Any) -> int:
    return len(row) if isinstance(row, tuple) else 1


def _dataset_of(rows: list[Any]) -> Dataset:
    return Dataset(lambda: iter(rows), len(rows))


def _dtype_of(x: Any) -> Any:
    dtype = np.asarray(x).dtype
    return "string" if dtype.kind in "USO" else dtype


__all__ = [
    "AUTOTUNE", "INFINITE_CARDINALITY", "UNKNOWN_CARDINALITY", "Dataset", "Options", "TextLineDataset",
    "choose_from_datasets",
]  # fmt: skip
