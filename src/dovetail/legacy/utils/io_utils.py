"""`keras.utils.io_utils`: arrays in HDF5 files, and HDF5 files as dictionaries."""

import io
import os
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import h5py
import numpy as np

__all__ = [
    "H5Dict", "HDF5Matrix", "ask_to_proceed_with_overwrite", "h5dict", "load_from_binary_h5py", "save_to_binary_h5py",
]  # fmt: skip
ATTRIBUTE_LIMIT = 64512  # bytes that one attribute of an HDF5 object may have


class HDF5Matrix:
    """Rows of an array in an HDF5 file, read when they are used; `fit` takes it.

    Args:
        datapath: of the file.
        dataset: name of the array in it.
        start, end: the rows, `end` not included; None is the last.
        normalizer: function of rows that are read.

    Example:
        x_data = HDF5Matrix("input/file.hdf5", "data")
        model.predict(x_data)
    """

    refs: ClassVar[dict[str, h5py.File]] = {}  # files that are open

    def __init__(
        self, datapath: Any, dataset: str, start: int = 0, end: int | None = None,
        normalizer: Callable[[Any], Any] | None = None,
    ):  # fmt: skip
        name = os.path.abspath(os.fspath(datapath))
        if not self.refs.get(name):  # a closed file is False
            self.refs[name] = h5py.File(name, "r")
        self.data: Any = self.refs[name][dataset]
        self.start, self.end = start, self.data.shape[0] if end is None else end
        self.normalizer = normalizer
        first = self._normalized(self.data[0:1])
        self._base_shape, self._base_dtype = first.shape[1:], first.dtype

    def __len__(self) -> int:
        return self.end - self.start

    def __getitem__(self, key: Any) -> Any:
        """Rows by number, by a slice, or by a list of numbers in any order."""
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if key.stop is not None and key.stop > len(self):
                raise IndexError(f"rows up to {key.stop} were asked for; there are {len(self)}")
            return self._normalized(self.data[start + self.start : stop + self.start : step])
        numbers = np.asarray(key)
        if np.any(numbers >= len(self)) or np.any(numbers < -len(self)):
            raise IndexError(f"row {numbers.max()} was asked for; there are {len(self)}")
        numbers = np.where(numbers < 0, numbers + len(self), numbers) + self.start
        if numbers.ndim == 0:
            return self._normalized(self.data[int(numbers)])
        rising, place = np.unique(numbers, return_inverse=True)  # the only order that HDF5 reads in
        return self._normalized(self.data[rising.tolist()][place.reshape(-1)])

    def _normalized(self, rows: Any) -> Any:
        return rows if self.normalizer is None else self.normalizer(rows)

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self), *self._base_shape)

    @property
    def dtype(self) -> Any:
        return self._base_dtype

    @property
    def chunks(self) -> Any:
        """Of the array in the file."""
        return self.data.chunks

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype)


def ask_to_proceed_with_overwrite(filepath: Any) -> bool:
    """Ask on the terminal whether a file may be written over."""
    answer = input(f"[WARNING] {filepath} already exists - overwrite? [y/n]")
    while answer.strip().lower() not in ("y", "n"):
        answer = input('Enter "y" (overwrite) or "n" (cancel).')
    if answer.strip().lower() == "n":
        return False
    print("[TIP] Next time specify overwrite=True!")
    return True


class H5Dict:
    """An HDF5 file or group, or a plain dictionary, with one face: arrays are data, the rest attributes.

    Args:
        path: of the file, a group, or a dictionary.
        mode: of opening the file: "r", "w", "a", ...
    """

    def __init__(self, path: Any, mode: str = "a"):
        self.read_only, self._is_file = mode == "r", False
        if isinstance(path, h5py.Group):
            self.data: Any = path
        elif isinstance(path, dict):
            self.data = path
            if mode == "w":
                self.data.clear()
        elif isinstance(path, (str, os.PathLike)):
            self.data, self._is_file = h5py.File(path, mode), True
        else:
            raise TypeError(f"Required Group, str, Path or dict. Received: {type(path).__name__}.")

    @staticmethod
    def is_supported_type(path: Any) -> bool:
        return isinstance(path, (h5py.Group, dict, str, os.PathLike))

    def __setitem__(self, attr: Any, val: Any) -> None:
        if self.read_only:
            raise ValueError("Cannot set item in read-only mode.")
        name = _text(attr)
        if isinstance(self.data, dict):
            self.data[name] = val
        elif name in self.data:
            raise KeyError(f'Cannot set attribute. Group with name "{name}" exists.')
        elif isinstance(val, (np.ndarray, np.generic)):
            self.data.create_dataset(name, data=val)
        elif isinstance(val, (list, tuple)):
            self._set_list(name, [item.encode() if isinstance(item, str) else item for item in val])
        else:
            self.data.attrs[name] = val

    def _set_list(self, name: str, val: list[Any]) -> None:
        """A list as one attribute, or as several (`name0`, `name1`, ...) where it is too large for one."""
        large = [item for item in val if isinstance(item, bytes) and len(item) > ATTRIBUTE_LIMIT]
        if large:
            raise RuntimeError(f"{len(large)} texts are larger than the {ATTRIBUTE_LIMIT} bytes of an HDF5 attribute")
        array, parts = np.asarray(val), 1
        while any(part.nbytes > ATTRIBUTE_LIMIT for part in np.array_split(array, parts)):
            parts += 1
        if parts == 1:
            self.data.attrs[name] = val
        else:
            for number, part in enumerate(np.array_split(array, parts)):
                self.data.attrs[f"{name}{number}"] = part

    def __getitem__(self, attr: Any) -> Any:
        """A value; a group by that name, which is made where there is none."""
        name = _text(attr)
        if isinstance(self.data, dict):
            if name not in self.data:
                self._check_writable(name)
                self.data[name] = {}
            found = self.data[name]
            return self._below(found) if isinstance(found, dict) else found
        if name in self.data.attrs:
            found = self.data.attrs[name]
            return found.tolist() if isinstance(found, np.ndarray) and found.dtype.kind in "SO" else found
        if name in self.data:
            found = self.data[name]
            return np.asarray(found) if isinstance(found, h5py.Dataset) else self._below(found)
        if f"{name}0" in self.data.attrs:
            return list(self._parts(name))
        self._check_writable(name)
        return self._below(self.data.create_group(name))

    def _below(self, group: Any) -> "H5Dict":
        return H5Dict(group, "r" if self.read_only else "a")

    def _parts(self, name: str) -> Iterator[Any]:
        number = 0
        while f"{name}{number}" in self.data.attrs:
            yield from (_text(item) for item in self.data.attrs[f"{name}{number}"])
            number += 1

    def _check_writable(self, name: str) -> None:
        if self.read_only:
            raise ValueError(f"Cannot create group {name!r} in read-only mode.")

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    iter = __iter__

    def keys(self) -> Any:
        return self.data.keys()

    def __contains__(self, key: Any) -> bool:
        name = _text(key)
        return name in self.data or (not isinstance(self.data, dict) and name in self.data.attrs)

    def get(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            return default
        return self[key]

    def update(self, *args: Any) -> None:
        for name, value in dict(*args).items():
            self[name] = value

    def close(self) -> None:
        if isinstance(self.data, h5py.Group):
            self.data.file.flush()
            if self._is_file:
                self.data.close()

    def __enter__(self) -> "H5Dict":
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()


h5dict = H5Dict


def _text(name: Any) -> str:
    return name.decode("utf-8") if isinstance(name, bytes) else name


def load_from_binary_h5py(load_function: Callable[[h5py.File], Any], stream: Any) -> Any:
    """What a function makes of an HDF5 file that is read from an open stream."""
    with h5py.File(io.BytesIO(stream.read()), "r") as file:
        return load_function(file)


def save_to_binary_h5py(save_function: Callable[[h5py.File], Any], stream: Any) -> Any:
    """Write to an open stream the HDF5 file that a function fills; returns what the function does."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        result = save_function(file)
    stream.write(buffer.getvalue())
    return result


# -- Keras 1


def save_array(array: Any, name: Any) -> None:
    """Write an array to an HDF5 file, as `load_array` reads it (and PyTables)."""
    with h5py.File(name, "w") as file:
        file.create_dataset("data", data=np.asarray(array))


def load_array(name: Any) -> np.ndarray:
    """The array that `save_array` wrote."""
    with h5py.File(name, "r") as file:
        found: Any = file["data"]
        return found[()]


KERAS1 = {"save_array": save_array, "load_array": load_array}
