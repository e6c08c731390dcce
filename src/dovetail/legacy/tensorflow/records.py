"""TFRecord files, and the protocol buffers `tf.train.Example` in them."""

import gzip
import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..backend.texts import Text, as_texts
from .data import Dataset
from .types import as_dtype

WIRE_BYTES = 2
KINDS = ("bytes_list", "float_list", "int64_list")


def raw(x: Any) -> bytes:
    """The bytes of a text, as which bytes of any kind travel through datasets."""
    x = x.item() if isinstance(x, np.ndarray) and x.ndim == 0 else x
    return x.encode("utf-8", "surrogateescape") if isinstance(x, str) else bytes(x)


def as_text(x: bytes) -> Text:
    return Text(x.decode("utf-8", "surrogateescape"))


# -- protocol buffers: a field is its number and kind as one integer, then its length and bytes, or an integer


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    return bytes([*made, number])


def _read_varint(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[place]
        number |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return number, place


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | WIRE_BYTES) + _varint(len(content)) + content


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """(number, integer or bytes) of each field of a message."""
    place = 0
    while place < len(data):
        tag, place = _read_varint(data, place)
        kind = tag & 7
        if kind == 0:
            value, place = _read_varint(data, place)
            yield tag >> 3, value
            continue
        size = {1: 8, 5: 4}.get(kind)
        if size is None:
            size, place = _read_varint(data, place)
        yield tag >> 3, data[place : place + size]
        place += size


class _List:
    """Values of one kind."""

    def __init__(self, value: Any = ()):
        self.value = list(np.asarray(value).reshape(-1).tolist() if isinstance(value, np.ndarray) else value)


class BytesList(_List):
    """Values that are bytes."""

    def encoded(self) -> bytes:
        return b"".join(_field(1, raw(value)) for value in self.value)


class FloatList(_List):
    """Values that are floats."""

    def encoded(self) -> bytes:
        return _field(1, np.asarray(self.value, "<f4").tobytes())


class Int64List(_List):
    """Values that are integers."""

    def encoded(self) -> bytes:
        return _field(1, b"".join(_varint(int(value)) for value in self.value))


class Feature:
    """One list of values."""

    def __init__(self, bytes_list: Any = None, float_list: Any = None, int64_list: Any = None):
        self.bytes_list = bytes_list or BytesList()
        self.float_list = float_list or FloatList()
        self.int64_list = int64_list or Int64List()
        self._kind = next((i for i, part in enumerate((bytes_list, float_list, int64_list)) if part is not None), None)

    def encoded(self) -> bytes:
        return b"" if self._kind is None else _field(self._kind + 1, getattr(self, KINDS[self._kind]).encoded())

    @property
    def values(self) -> list[Any]:
        return [] if self._kind is None else getattr(self, KINDS[self._kind]).value


class Features:
    """Features by name."""

    def __init__(self, feature: dict[str, Feature] | None = None):
        self.feature = dict(feature or {})


class Example:
    """One record: features by name."""

    def __init__(self, features: Features | None = None):
        self.features = features or Features()

    def SerializeToString(self) -> bytes:
        """The bytes that a file holds."""
        entries = [
            _field(1, _field(1, name.encode()) + _field(2, feature.encoded()))
            for name, feature in sorted(self.features.feature.items())
        ]
        return _field(1, b"".join(entries))

    def ParseFromString(self, serialized: Any) -> int:
        """Read what a file holds."""
        data = raw(serialized)
        self.features = Features(
            dict(_entry(entry) for _, features in _fields(data) for number, entry in _fields(features) if number == 1)
        )
        return len(data)

    @classmethod
    def FromString(cls, serialized: Any) -> "Example":
        made = cls()
        made.ParseFromString(serialized)
        return made


def _entry(data: bytes) -> tuple[str, Feature]:
    parts = dict(_fields(data))
    for kind, content in _fields(parts.get(2, b"")):
        values: list[Any] = []
        for _, value in _fields(content):
            if kind == 1:
                values.append(value)
            elif kind == 2:
                values += np.frombuffer(value, "<f4").tolist()
            elif isinstance(value, int):
                values.append(_signed(value))
            else:
                place = 0
                while place < len(value):
                    number, place = _read_varint(value, place)
                    values.append(_signed(number))
        cls = (BytesList, FloatList, Int64List)[kind - 1]
        return parts[1].decode(), Feature(**{KINDS[kind - 1]: cls(values)})
    return parts[1].decode(), Feature()


# -- files: length, a sum of it, the record, a sum of it


def _table() -> list[int]:
    made = []
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
        made.append(number)
    return made


_SUMS = _table()


def _masked_sum(data: bytes) -> bytes:
    """CRC-32C, turned and moved as the format has it."""
    found = 0xFFFFFFFF
    for byte in data:
        found = _SUMS[(found ^ byte) & 255] ^ found >> 8
    found ^= 0xFFFFFFFF
    return struct.pack("<I", ((found >> 15 | found << 17) + 0xA282EAD8) & 0xFFFFFFFF)


class TFRecordOptions:
    """How a file is compressed: "GZIP", "ZLIB", or not."""

    def __init__(self, compression_type: Any = None, **kwargs: Any):
        self.compression_type = compression_type


class TFRecordWriter:
    """A file that records are written to."""

    def __init__(self, path: Any, options: Any = None):
        self._path, self._parts = str(path), []
        self._compression = str(getattr(options, "compression_type", options) or "")

    def write(self, record: Any) -> None:
        data = raw(record)
        length = struct.pack("<Q", len(data))
        self._parts += [length, _masked_sum(length), data, _masked_sum(data)]

    def flush(self) -> None:
        content = b"".join(self._parts)
        packed = {"GZIP": gzip.compress, "ZLIB": zlib.compress}.get(self._compression, bytes)(content)
        with open(self._path, "wb") as file:
            file.write(packed)

    close = flush

    def __enter__(self) -> "TFRecordWriter":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


def records(path: str, compression: str = "") -> Iterator[bytes]:
    """The records of a file."""
    with open(path, "rb") as file:
        data = file.read()
    data = {"GZIP": gzip.decompress, "ZLIB": zlib.decompress}.get(compression, bytes)(data)
    place = 0
    while place < len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        yield data[place + 12 : place + 12 + length]
        place += 16 + length


class TFRecordDataset(Dataset):
    """The records of files, as texts that keep any bytes."""

    def __init__(self, filenames: Any, compression_type: Any = None, *args: Any, **kwargs: Any):
        if isinstance(filenames, Dataset):
            source = filenames
            super().__init__(lambda: (as_text(r) for n in source._make() for r in records(str(n), compression)))
        else:
            names = [str(name) for name in np.ravel(np.asarray(filenames, object))]
            super().__init__(lambda: (as_text(r) for name in names for r in records(name, compression)))
        compression = str(compression_type or "")


# -- reading features


class FixedLenFeature(NamedTuple):
    shape: Any
    dtype: Any
    default_value: Any = None


class FixedLenSequenceFeature(NamedTuple):
    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


class VarLenFeature(NamedTuple):
    dtype: Any


def _typed(values: list[Any], dtype: Any) -> Any:
    if as_dtype(dtype).name != "string":
        return np.asarray(values, as_dtype(dtype).as_numpy_dtype)
    made = np.empty(len(values), object)
    made[:] = [as_text(value) if isinstance(value, bytes) else Text(value) for value in values]
    return made


def parse_single_example(serialized: Any, features: dict[str, Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """The features of a record as arrays; those of `VarLenFeature` are dense, with as many values as there are."""
    found = Example.FromString(serialized).features.feature
    made = {}
    for name, wanted in features.items():
        values = found[name].values if name in found else []
        if not values and isinstance(wanted, FixedLenFeature):
            if wanted.default_value is None:
                raise ValueError(f"the record has no feature {name!r}; it has {', '.join(found) or 'none'}")
            values = np.ravel(wanted.default_value).tolist()
        array = _typed(values, wanted.dtype)
        if isinstance(wanted, FixedLenFeature):
            array = array.reshape(tuple(wanted.shape))
        elif isinstance(wanted, FixedLenSequenceFeature):
            array = array.reshape((-1, *tuple(wanted.shape)))
        made[name] = array.item() if array.ndim == 0 and array.dtype == object else as_texts(array)
    return made


def parse_example(serialized: Any, features: dict[str, Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """The features of several records, stacked."""
    rows = [parse_single_example(record, features) for record in np.ravel(np.asarray(serialized, object))]
    return {name: as_texts(np.stack([np.asarray(row[name], object if isinstance(row[name], str) else None)
                                     for row in rows])) for name in features}  # fmt: skip


# -- arrays as bytes

_NUMBERS = {"float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int16": 5, "int8": 6, "int64": 9, "bool": 10}


def serialize_tensor(tensor: Any, name: Any = None) -> Text:
    """An array as bytes that `parse_tensor` reads."""
    array = np.asarray(tensor)
    shape = b"".join(_field(2, _varint(1 << 3) + _varint(size)) for size in array.shape)
    kind = _varint(1 << 3) + _varint(_NUMBERS[array.dtype.name])
    return as_text(kind + _field(2, shape) + _field(4, array.tobytes()))


def parse_tensor(serialized: Any, out_type: Any, name: Any = None) -> Any:
    """The array that `serialize_tensor` wrote."""
    parts = dict(_fields(raw(serialized)))
    shape = [dict(_fields(dim)).get(1, 0) for number, dim in _fields(parts.get(2, b"")) if number == 2]
    return np.frombuffer(parts.get(4, b""), as_dtype(out_type).as_numpy_dtype).reshape(shape)


def decode_raw(input_bytes: Any, out_type: Any, little_endian: bool = True, **kwargs: Any) -> Any:
    """Bytes as numbers."""
    dtype = np.dtype(as_dtype(out_type).as_numpy_dtype).newbyteorder("<" if little_endian else ">")
    return np.frombuffer(raw(input_bytes), dtype).astype(dtype.newbyteorder("="))


def decode_csv(records: Any, record_defaults: Any, field_delim: str = ",", **kwargs: Any) -> list[Any]:
    """The fields of a line, each in the dtype of its default, which stands where a field is empty."""
    parts = str(as_texts(records)).split(field_delim)
    made: list[Any] = []
    for part, default in zip(parts, record_defaults, strict=True):
        plain = np.ravel(np.asarray(default))
        if plain.dtype.kind in "USO":
            made.append(Text(part or (plain[0] if plain.size else "")))
            continue
        dtype = "float32" if plain.dtype.kind == "f" else plain.dtype
        made.append(np.asarray(float(part), dtype) if part.strip() else np.asarray(plain[0], dtype))
    return made


IO = {
    f.__name__: f
    for f in (
        TFRecordOptions, TFRecordWriter, FixedLenFeature, FixedLenSequenceFeature, VarLenFeature, parse_single_example,
        parse_example, serialize_tensor, parse_tensor, decode_raw, decode_csv,
    )
}  # fmt: skip
TRAIN = {cls.__name__: cls for cls in (Example, Feature, Features, BytesList, FloatList, Int64List)}
