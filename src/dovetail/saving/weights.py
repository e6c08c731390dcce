"""Weights files: `.weights.h5` as Keras 3 lays it out, so that each reads the other's.

A layer's own variables are `<layer>/vars/0`, `1`, ...; the layers of a model are in `<model>/layers/`, named by class
(`dense`, `dense_1`, ...); other sublayers are under the attribute that holds them.
"""

import os
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.configs import snake_case
from ..engine.errors import DovetailError
from ..engine.layer import NOT_STATE, Layer
from ..engine.variable import Variable
from .files import replaced

SUFFIX = ".weights.h5"


class WeightsFileError(DovetailError, ValueError):
    """A file of weights that does not fit the model, or is none."""


def save_weights(model: Layer, filepath: Any, overwrite: bool = True) -> None:
    """Write the weights; the file is there whole or not at all.

    Raises:
        WeightsFileError: the name does not end in `.weights.h5`, the file exists and `overwrite` is false, or the model
            has no weights yet.
    """
    path = _checked_path(filepath)
    if path.exists() and not overwrite:
        raise WeightsFileError(f"{str(path)!r} exists already; give overwrite=True to replace it")
    if not model.built:
        raise WeightsFileError(f"{model.name!r} has no weights to save yet: call it on data first")
    import h5py

    with replaced(path) as temporary, h5py.File(temporary, "w") as file:
        for layer, place in _places(model, ""):
            group = file.require_group(f"{place}vars")
            group.attrs["name"] = layer.name
            for index, variable in enumerate(_own(layer)):
                group[str(index)] = np.asarray(variable._value)


def load_weights(model: Layer, filepath: Any, skip_mismatch: bool = False) -> None:
    """Read the weights; nothing is assigned unless everything fits.

    Args:
        skip_mismatch: leave out, with a warning, layers that the file lacks or has in other shapes.

    Raises:
        WeightsFileError: no such file, not such a file, a layer is missing, or shapes differ.
    """
    path = _checked_path(filepath)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    if not model.built:
        raise WeightsFileError(f"{model.name!r} has no weights yet: call it on data before loading into it")
    import h5py

    found: list[tuple[Variable, np.ndarray]] = []
    problems: list[str] = []
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise WeightsFileError(f"{str(path)!r} is not an HDF5 file: {error}") from error
    with file:
        for layer, place in _places(model, ""):
            pairs, problem = _read(file, layer, f"{place}vars")
            found += pairs
            problems += problem
    if problems and not skip_mismatch:
        told = "\n".join(f"    {problem}" for problem in problems)
        raise WeightsFileError(f"{str(path)!r} does not fit {model.name!r}; nothing was loaded:\n{told}")
    for problem in problems:
        warnings.warn(f"not loaded: {problem}", stacklevel=3)
    for variable, array in found:
        variable.assign(array)


def _read(file: Any, layer: Layer, place: str) -> tuple[list[tuple[Variable, np.ndarray]], list[str]]:
    """The arrays for one layer's own variables, or what is wrong with them."""
    import h5py

    own = _own(layer)
    if not own:
        return [], []
    group = _plain(file, place, h5py.Group)
    if group is None or len(group) == 0:
        return [], [f"{layer.name!r} has {len(own)} weights, the file has none at {place!r}"]
    if len(group) != len(own):
        return [], [f"{layer.name!r} has {len(own)} weights, the file has {len(group)} at {place!r}"]
    pairs = []
    for index, variable in enumerate(own):
        data = _plain(group, str(index), h5py.Dataset)
        if data is None or data.external:
            return [], [f"{place}/{index} is not an array stored in the file"]
        if data.shape != variable.shape:
            return [], [f"{variable.path!r} has the shape {variable.shape}, the file {data.shape} at '{place}/{index}'"]
        pairs.append((variable, np.asarray(data)))
    return pairs, []


def _plain(group: Any, name: str, kind: type) -> Any:
    """The member at a path, if no link on the way leads out of the file."""
    import h5py

    for part in name.split("/"):
        link = group.get(part, getlink=True)
        if not isinstance(link, h5py.HardLink):
            return None
        group = group[part]
    return group if isinstance(group, kind) else None


def _own(layer: Layer) -> list[Variable]:
    """A layer's variables without its sublayers', in the order of `weights`."""
    own = [item for item in layer._owned() if isinstance(item, Variable)]
    return sorted(own, key=lambda variable: not variable.is_parameter)


def _places(layer: Layer, place: str, seen: set[int] | None = None) -> Iterator[tuple[Layer, str]]:
    """Every layer once, with the path that Keras gives it."""
    seen = set() if seen is None else seen
    if id(layer) in seen:
        return
    seen.add(id(layer))
    yield layer, place
    attributes = {key: value for key, value in vars(layer).items() if key not in NOT_STATE and not key.startswith("_")}
    attributes.pop("operations", None)
    if hasattr(layer, "layers"):
        attributes["layers"] = layer.layers
    for key in sorted(attributes):
        value = attributes[key]
        if isinstance(value, Layer):
            yield from _places(value, f"{place}{key}/", seen)
        elif isinstance(value, (list, tuple, dict)):
            counts: Counter[str] = Counter()
            for item in value.values() if isinstance(value, dict) else value:
                if isinstance(item, Layer):
                    name = snake_case(type(item).__name__)
                    suffix = f"_{counts[name]}" if counts[name] else ""
                    counts[name] += 1
                    yield from _places(item, f"{place}{key}/{name}{suffix}/", seen)


def _checked_path(filepath: Any) -> Path:
    name = os.fspath(filepath)
    if not str(name).endswith(SUFFIX):
        raise WeightsFileError(f"a file of weights ends in {SUFFIX!r}; got {name!r}")
    return Path(name)
