"""`tf.lookup`: tables from keys to values, on the host."""

from pathlib import Path
from typing import Any

import numpy as np

from ...engine.texts import is_text, texts
from ..backend.texts import as_texts
from .texts import symbolic_too


def _plain(x: Any) -> np.ndarray:
    return texts(x) if is_text(x) else np.asarray(x)


class KeyValueTensorInitializer:
    """Keys and their values."""

    def __init__(self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: Any = None):
        self.keys, self.values = _plain(keys), _plain(values)


class TextFileIndex:
    """Which part of a line is meant."""

    WHOLE_LINE, LINE_NUMBER = -2, -1


class TextFileInitializer(KeyValueTensorInitializer):
    """Keys and values from the lines of a file, whole, by number, or cut at `delimiter`."""

    def __init__(
        self, filename: Any, key_dtype: Any, key_index: int, value_dtype: Any, value_index: int,
        vocab_size: Any = None, delimiter: str = "\t", name: Any = None, value_index_offset: int = 0,
    ):  # fmt: skip
        lines = Path(str(filename)).read_text(encoding="utf-8").splitlines()[:vocab_size]

        def column(index: int, dtype: Any, offset: int = 0) -> np.ndarray:
            if index == TextFileIndex.LINE_NUMBER:
                return np.arange(len(lines)) + offset
            parts = lines if index == TextFileIndex.WHOLE_LINE else [line.split(delimiter)[index] for line in lines]
            name = getattr(dtype, "name", dtype)
            return np.array(parts, object) if name == "string" else np.array(parts).astype(name)

        super().__init__(column(key_index, key_dtype), column(value_index, value_dtype, value_index_offset))


class StaticHashTable:
    """The values of keys; `default_value` for others."""

    def __init__(self, initializer: Any, default_value: Any, name: Any = None, **kwargs: Any):
        keys, values = initializer.keys.reshape(-1).tolist(), initializer.values.reshape(-1).tolist()
        self._table, self._default = dict(zip(keys, values, strict=True)), default_value
        self.lookup = symbolic_too(self._lookup)

    def _lookup(self, keys: Any, name: Any = None) -> Any:
        array = _plain(keys)
        found = np.empty(array.shape, object)
        found.reshape(-1)[:] = [self._value(key) for key in array.reshape(-1).tolist()]
        return as_texts(found) if is_text(found) else np.array(found.tolist())

    def _value(self, key: Any) -> Any:
        return self._table.get(key, self._default)

    __getitem__ = _lookup

    def size(self, name: Any = None) -> Any:
        return np.int64(len(self._table))


class StaticVocabularyTable(StaticHashTable):
    """The numbers of keys; those outside share `num_oov_buckets` numbers after the last."""

    def __init__(self, initializer: Any, num_oov_buckets: int, lookup_key_dtype: Any = None, name: Any = None):
        super().__init__(initializer, None)
        self._buckets = int(num_oov_buckets)

    def _value(self, key: Any) -> Any:
        if key in self._table:
            return self._table[key]
        return len(self._table) + sum(str(key).encode()) % self._buckets


__all__ = [
    "KeyValueTensorInitializer", "StaticHashTable", "StaticVocabularyTable", "TextFileIndex", "TextFileInitializer",
]  # fmt: skip
