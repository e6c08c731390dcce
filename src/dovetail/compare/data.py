"""Data for comparisons: scikit-learn's handwritten digits as two views, and arrays from .npz files."""

from pathlib import Path
from typing import Any

import numpy as np

from ..engine.errors import DovetailError
from ..engine.extras import needed


class DataFileError(DovetailError, ValueError):
    """A file of data that lacks what a comparison needs."""


def digits(seed: int = 0) -> dict[str, Any]:
    """1,797 handwritten digits of 8 by 8 pixels, seen as their top and bottom halves.

    Shapes:
        x, x_val, x_test: {"top": (samples, 32), "bottom": (samples, 32)}, float32 between 0 and 1
        y, y_val, y_test: (samples,) int32, 0 to 9

    The split into 60 % training, 20 % validation and 20 % test data keeps the share of each digit.

    Reference: Alpaydin & Kaynak 1998, as bundled with scikit-learn.
    """
    loaded = needed("sklearn.datasets").load_digits()
    images, labels = loaded.images.astype(np.float32) / 16, loaded.target.astype(np.int32)
    split = needed("sklearn.model_selection").train_test_split
    rows = np.arange(len(labels))
    train, rest = split(rows, test_size=0.4, random_state=seed, stratify=labels)
    validation, test = split(rest, test_size=0.5, random_state=seed, stratify=labels[rest])
    data: dict[str, Any] = {}
    for suffix, chosen in (("", train), ("_val", validation), ("_test", test)):
        halves = images[chosen].reshape(len(chosen), 2, 32)
        data[f"x{suffix}"] = {"top": halves[:, 0], "bottom": halves[:, 1]}
        data[f"y{suffix}"] = labels[chosen]
    return data


def load_npz(path: Any) -> dict[str, Any]:
    """The arrays of a comparison: `x` (an array, or a dictionary from keys `x_<input name>`) and `y`.

    Those with the endings `_val` and `_test` come too, where the file has them.

    Raises:
        DataFileError: `x` or `y` is missing; the keys that the file has are named.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    with np.load(path, allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    data: dict[str, Any] = {}
    for suffix in ("", "_val", "_test"):
        for letter in ("x", "y"):
            found = _array_or_dictionary(arrays, letter, suffix)
            if found is not None:
                data[f"{letter}{suffix}"] = found
    for letter in ("x", "y"):
        if letter not in data:
            raise DataFileError(
                f"{str(path)!r} has no `{letter}` (nor `{letter}_<name>`); its keys are {', '.join(arrays) or 'none'}"
            )
    return data


def _array_or_dictionary(arrays: dict[str, Any], letter: str, suffix: str) -> Any:
    if f"{letter}{suffix}" in arrays:
        return arrays[f"{letter}{suffix}"]
    named = {}
    for key, array in arrays.items():
        if not key.startswith(f"{letter}_") or not key.endswith(suffix):
            continue
        name = key[len(letter) + 1 : len(key) - len(suffix)]
        other = any(key.endswith(end) for end in ("_val", "_test") if end != suffix)
        if name and name not in ("val", "test") and not other:
            named[name] = array
    return named or None
