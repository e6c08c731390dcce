"""Where the files of data sets are, and how they are read: no file may run code."""

import gzip
import io
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.errors import DovetailError
from ..utils.files import cache_folder, fetch, unpack_archive

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


class DatasetFileError(DovetailError, ValueError):
    """A file of a data set cannot be read."""


def find(path: Any, origin: str, digest: str | None = None, folder: str = "datasets") -> Path:
    """The file `path` in the cache, loaded from `origin` if it is not there.

    The digest is checked when it is loaded; a file that is there is taken as it is.
    """
    target = cache_folder(cache_subdir=folder) / path
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        fetch(target, origin, digest)
    return target


def find_or_today(path: Any, today: str, digest: str) -> Path:
    """As `find`; a file of Keras 1 (`.pkl`) that is not there is replaced by today's of the same data."""
    is_old = ".pkl" in str(path)
    if is_old and not (cache_folder() / path).exists():
        path = today
    return find(path, ORIGIN + today, digest)


def find_unpacked(name: str, origin: str, digest: str) -> Path:
    """The folder `name` that an archive holds, unpacked by this or an older release, or now."""
    cache = cache_folder()
    target = cache / f"{name}-target"
    for found in (target / name, cache / name):
        if found.is_dir():
            return found
    old_archives = [cache / f"{name}.tar.gz", cache / origin.rpartition("/")[2]]
    archive = next((path for path in old_archives if path.is_file()), cache / f"{name}-target_archive")
    if not archive.exists():
        fetch(archive, origin, digest)
    unpack_archive(archive, target, "tar")
    return target / name


# -- reading


class _Arrays(pickle.Unpickler):
    """Reads numbers, texts, containers and NumPy arrays, and nothing else."""

    known: Mapping[tuple[str, str], Any] = {
        ("_codecs", "encode"): lambda text, encoding: text.encode("latin1"),  # how Python 3 writes bytes for Python 2
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
        ("numpy.core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,
        ("numpy._core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,
        ("numpy.core.numeric", "_frombuffer"): np._core.numeric._frombuffer,
        ("numpy._core.numeric", "_frombuffer"): np._core.numeric._frombuffer,
        ("numpy.core.multiarray", "scalar"): np._core.multiarray.scalar,
        ("numpy._core.multiarray", "scalar"): np._core.multiarray.scalar,
    }

    def find_class(self, module_name: str, global_name: str) -> Any:
        if (module_name, global_name) not in self.known:
            raise DatasetFileError(
                f"it asks for {module_name}.{global_name}, which data have no need of; it was not run"
            )
        return self.known[module_name, global_name]


def read_pickle(path: Path, encoding: str = "latin1") -> Any:
    """Numbers, texts and arrays in a pickle, which may be compressed (`.gz`)."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            return _Arrays(file, encoding=encoding).load()
    except (pickle.UnpicklingError, OSError, EOFError, ValueError, TypeError, KeyError, IndexError) as error:
        raise unreadable(path, error) from error


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an `.npz` file by name, arrays of lists of numbers among them."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            return {name.removesuffix(".npy"): _array(archive.read(name)) for name in names}
    except (zipfile.BadZipFile, pickle.UnpicklingError, ValueError, EOFError) as error:
        raise unreadable(path, error) from error


def _array(content: bytes) -> np.ndarray:
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    _, _, dtype = read(file)
    if dtype.hasobject:
        return _Arrays(file, encoding="latin1").load()
    return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)


def unreadable(path: Path, error: Exception) -> DatasetFileError:
    return DatasetFileError(f"{path} cannot be read ({error}): remove it, and it is loaded again")


# -- splitting and words


def split_rows(x: np.ndarray, y: np.ndarray, test_split: float, seed: int) -> Any:
    """Rows in the order that `seed` gives, as ((x_train, y_train), (x_test, y_test))."""
    if not 0 <= test_split < 1:
        raise ValueError(f"`test_split` must be at least 0 and below 1; got {test_split}")
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    x, y = x[order], y[order]
    count = int(len(x) * (1 - test_split))
    return (x[:count], y[:count]), (x[count:], y[count:])


def marked(sequences: Any, start_char: int | None, index_from: int | None) -> list[list[int]]:
    """Sequences of words with the mark of a start in front, and all words moved by `index_from`."""
    start = [] if start_char is None else [start_char]
    move = index_from or 0
    return [start + [int(word) + move for word in sequence] for sequence in sequences]


def shorter(maxlen: int | None, sequences: list[list[int]], labels: np.ndarray) -> tuple[list[list[int]], np.ndarray]:
    """The sequences shorter than `maxlen`, with their labels.

    Raises:
        ValueError: there are none.
    """
    if not maxlen:
        return sequences, labels
    kept = [index for index, sequence in enumerate(sequences) if len(sequence) < maxlen]
    if not kept:
        raise ValueError(
            f"After filtering for sequences shorter than maxlen={maxlen}, no sequence was kept. Increase it"
        )
    return [sequences[index] for index in kept], labels[kept]


def within(sequences: list[list[int]], num_words: int | None, skip_top: int, oov_char: int | None) -> list[list[int]]:
    """Sequences with the words from `skip_top` to `num_words`, others as `oov_char`, or left out where that is None."""
    if not num_words:
        num_words = max(max(sequence) for sequence in sequences)
    if oov_char is None:
        return [[word for word in sequence if skip_top <= word < num_words] for sequence in sequences]
    return [[word if skip_top <= word < num_words else oov_char for word in sequence] for sequence in sequences]


def ragged(sequences: list[list[int]]) -> np.ndarray:
    """Sequences of different lengths as an array of lists."""
    array = np.empty(len(sequences), dtype=object)
    array[:] = sequences
    return array
