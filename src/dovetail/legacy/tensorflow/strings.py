"""`tf.strings`, on texts of Python, one or many: what scripts do with names of files and lines before the model."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ..backend.texts import Text, Texts, as_texts
from .texts import symbolic_too
from .types import as_dtype


def text(x: Any) -> str:
    """A text, in bytes or an array of one, as `str`."""
    x = x.item() if isinstance(x, np.ndarray) and x.ndim == 0 else x
    return x.decode("utf-8") if isinstance(x, bytes) else str(x)


def _one(x: Any) -> bool:
    return isinstance(x, (str, bytes)) or (isinstance(x, np.ndarray) and x.ndim == 0)


def _each(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one text as one of many, too; texts come back as `Text`, numbers as arrays."""

    def call(input: Any, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
        if _one(input):
            made = function(text(input), *args, **kwargs)
            return Text(made) if isinstance(made, str) else np.asarray(made)
        array = np.asarray(input, object)
        made = [function(text(x), *args, **kwargs) for x in array.reshape(-1)]
        is_text = bool(made) and isinstance(made[0], str)
        shaped = np.array(made, object if is_text else None).reshape(array.shape)
        return as_texts(shaped) if is_text else shaped

    call.__name__ = function.__name__.strip("_<>")
    return symbolic_too(call)


def _array(parts: list[str]) -> np.ndarray:
    return np.array([Text(part) for part in parts], object).view(Texts)


def split(input: Any, sep: Any = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """The parts of a text between `sep`, or between spaces; of many texts a list of them."""
    if _one(input):
        return _array(text(input).split(text(sep) if sep else None, maxsplit))
    return [split(x, sep, maxsplit) for x in np.asarray(input, object).reshape(-1)]


def join(inputs: Any, separator: str = "", name: str | None = None) -> Any:
    """Texts put together, one of each of `inputs`."""
    if all(_one(x) for x in inputs):
        return Text(text(separator).join(text(x) for x in inputs))
    columns = np.broadcast_arrays(*(np.asarray(x, object) for x in inputs))
    rows = zip(*(column.reshape(-1) for column in columns), strict=True)
    return as_texts(np.array([text(separator).join(map(text, row)) for row in rows], object).reshape(columns[0].shape))


def reduce_join(inputs: Any, axis: Any = None, keepdims: bool = False, separator: str = "", **kwargs: Any) -> Any:
    """The texts along an axis, or all, put together."""
    array = np.asarray(inputs, object)
    if axis is None or array.ndim == 1:
        return Text(text(separator).join(text(x) for x in array.reshape(-1)))
    moved = np.moveaxis(array, axis, -1)
    made = [text(separator).join(map(text, row)) for row in moved.reshape(-1, moved.shape[-1])]
    return as_texts(np.array(made, object).reshape(moved.shape[:-1]))


def unicode_split(input: Any, input_encoding: str = "UTF-8", **kwargs: Any) -> Any:
    """The characters of a text."""
    return _array(list(text(input))) if _one(input) else [unicode_split(x) for x in input]


bytes_split = unicode_split


def format(template: str, inputs: Any, placeholder: str = "{}", **kwargs: Any) -> Any:
    """`template` with each `{}` replaced by one of `inputs`."""
    values = inputs if isinstance(inputs, (list, tuple)) else (inputs,)
    parts = template.split(placeholder)
    shown = [np.asarray(value) if not _one(value) else text(value) for value in values]
    return Text("".join(part + str(value) for part, value in zip(parts, [*shown, ""], strict=False)))


def as_string(input: Any, precision: int = -1, **kwargs: Any) -> Any:
    """Numbers as texts."""
    shown = (lambda x: f"{float(x):.{precision}f}") if precision >= 0 else str
    array = np.asarray(input)
    return as_texts(np.array([shown(x) for x in array.reshape(-1)], object).reshape(array.shape))


def _to_number(x: str, out_type: Any = "float32") -> Any:
    return as_dtype(out_type).as_numpy_dtype(float(x) if as_dtype(out_type).is_floating else int(x))


lower = _each(lambda x, encoding="": x.lower())
upper = _each(lambda x, encoding="": x.upper())
strip = _each(lambda x: x.strip())
length = _each(lambda x, unit="BYTE": np.int32(len(x.encode() if unit == "BYTE" else x)))
substr = _each(lambda x, pos, len, unit="BYTE": x[int(pos) : int(pos) + int(len)])
regex_replace = _each(
    lambda x, pattern, rewrite, replace_global=True: re.sub(
        text(pattern), text(rewrite), x, count=0 if replace_global else 1
    )
)
regex_full_match = _each(lambda x, pattern: re.fullmatch(text(pattern), x) is not None)
to_number = _each(_to_number)

__all__ = [
    "as_string", "bytes_split", "format", "join", "length", "lower", "reduce_join", "regex_full_match", "regex_replace",
    "split", "strip", "substr", "to_number", "unicode_split", "upper",
]  # fmt: skip
