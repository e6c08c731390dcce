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

import ml_dtypes
import numpy as np

from ..engine.configs import snake_case
from ..engine.errors import DovetailError
from ..engine.layer import NOT_STATE, Layer
from ..engine.variable import Variable
from .files import replaced

SUFFIX = ".weights.h5"
OPTIMIZER = "optimizer/vars"
# attributes of models that hold layers in the library's own order: `layers` has them too
OWN_ATTRIBUTES = {"operations", "_stack", "_graph", "_objective", "_tensors", "optimizer"}


class WeightsFileError(DovetailError, ValueError):
    """A file of weights that does not fit the model, or is none."""


def save_weights(
    model: Layer, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None, **kwargs: Any
) -> None:
    """Write the weights and the optimizer's state; the file is there whole or not at all.

    Raises:
        WeightsFileError: the name does not end in `.weights.h5`, the file exists and `overwrite` is false, or the model
            has no weights yet.
    """
    if max_shard_size is not None:
        raise NotImplementedError("`max_shard_size`: weights in several files are not there yet; leave it out")
    if kwargs:
        raise TypeError(f"save_weights has no argument {next(iter(kwargs))!r}")
    path = _checked_path(filepath)
    if path.exists() and not overwrite:
        raise WeightsFileError(f"{str(path)!r} exists already; give overwrite=True to replace it")
    if not model.built:
        raise WeightsFileError(f"{model.name!r} has no weights to save yet: call it on data first")
    with replaced(path) as temporary:
        write_weights(model, temporary)


def write_weights(model: Layer, target: Any, include_optimizer: bool = True) -> None:
    """Write the weights, and the state of a built optimizer, to a path or a file object."""
    import h5py

    with h5py.File(target, "w") as file:
        for layer, place in _places(model, ""):
            group = file.require_group(f"{place}vars")
            group.attrs["name"] = layer.name
            for index, variable in enumerate(_own(layer)):
                _put(group, str(index), variable._value)
        optimizer = getattr(model, "optimizer", None)
        if include_optimizer and optimizer is not None and optimizer.built:
            group = file.require_group(OPTIMIZER)
            group.attrs["name"] = optimizer.name
            for index, variable in enumerate(optimizer.variables):
                _put(group, str(index), variable._value)


class StateFile:
    """An HDF5 file opened for reading; `file` is its root.

    Args:
        source: a path or a file object.
        name: of the file, for messages.
    """

    def __init__(self, source: Any, name: str):
        import h5py

        self.name = name
        try:
            self.file = h5py.File(source, "r")
        except OSError as error:
            raise WeightsFileError(f"{name!r} is not an HDF5 file: {error}") from error

    def __enter__(self) -> "StateFile":
        return self

    def __exit__(self, *exception: object) -> None:
        self.file.close()


def read_weights(state: StateFile, model: Layer, skip_mismatch: bool = False) -> None:
    """Assign all weights, after all of them were found to fit.

    Raises:
        WeightsFileError: a layer is missing or shapes differ, and `skip_mismatch` is false.
    """
    found: list[tuple[Variable, np.ndarray]] = []
    problems: list[str] = []
    for layer, place in _places(model, ""):
        pairs, problem = _read(state.file, layer.name, _own(layer), f"{place}vars")
        found += pairs
        problems += problem
    if problems and not skip_mismatch:
        told = "\n".join(f"    {problem}" for problem in problems)
        raise WeightsFileError(f"{state.name!r} does not fit {model.name!r}; nothing was loaded:\n{told}")
    for problem in problems:
        warnings.warn(f"not loaded: {problem}", stacklevel=4)
    for variable, array in found:
        variable.assign(array)
    for variable in model.variables:
        variable.initialize()


def read_optimizer(state: StateFile, model: Any) -> None:
    """Assign the optimizer's state, if the file has it and it fits; else warn."""
    optimizer = model.optimizer
    import h5py

    if plain_member(state.file, OPTIMIZER, h5py.Group) is None:
        return
    optimizer.build(model.trainable_variables)
    pairs, problems = _read(state.file, optimizer.name, optimizer.variables, OPTIMIZER)
    for problem in problems:
        warnings.warn(f"the optimizer starts anew: {problem}", stacklevel=4)
    for variable, array in pairs:
        variable.assign(array)


def _read(file: Any, name: str, own: list[Variable], place: str) -> tuple[list[tuple[Variable, np.ndarray]], list[str]]:
    """The arrays for one layer's own variables, or what is wrong with them."""
    import h5py

    if not own:
        return [], []
    group = plain_member(file, place, h5py.Group)
    if group is None or len(group) == 0:
        return [], [f"{name!r} has {len(own)} weights, the file has none at {place!r}"]
    if len(group) != len(own):
        return [], [f"{name!r} has {len(own)} weights, the file has {len(group)} at {place!r}"]
    pairs = []
    for index, variable in enumerate(own):
        data = plain_member(group, str(index), h5py.Dataset)
        if data is not None and data.shape != variable.shape:
            return [], [f"{variable.path!r} has the shape {variable.shape}, the file {data.shape} at '{place}/{index}'"]
        try:
            pairs.append((variable, checked_array(group, str(index), f"{place}/{index}")))
        except WeightsFileError as error:
            return [], [str(error)]
    return pairs, []


def checked_array(group: Any, name: str, place: str) -> np.ndarray:
    """An array that the file itself holds.

    Args:
        place: where it is, for messages.

    Raises:
        WeightsFileError: there is none, or it declares more than the file holds.
    """
    import h5py

    data = plain_member(group, name, h5py.Dataset)
    if data is None or data.external or data.is_virtual:
        raise WeightsFileError(f"{place} is not an array stored in the file")
    if data.dtype.kind not in "biufV" or (data.size and data.id.get_storage_size() * 1000 < data.nbytes):
        raise WeightsFileError(f"{place} declares {data.nbytes} bytes of {data.dtype}, which the file does not hold")
    return _array(data)


def _put(group: Any, name: str, value: Any) -> None:
    """Store an array; bfloat16, which HDF5 does not know, as two bytes and a note, as Keras does."""
    array = np.asarray(value)
    if array.dtype.name == "bfloat16":
        group.create_dataset(name, data=array.view("V2")).attrs["dtype"] = "bfloat16"
    else:
        group[name] = array


def _array(data: Any) -> np.ndarray:
    array = np.asarray(data)
    return array.view(ml_dtypes.bfloat16) if data.attrs.get("dtype") == "bfloat16" else array


def plain_member(group: Any, name: str, kind: type) -> Any:
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
    attributes = {key: value for key, value in vars(layer).items() if key not in NOT_STATE | OWN_ATTRIBUTES}
    if hasattr(layer, "layers"):
        attributes["layers"] = layer.layers
    own_order = getattr(layer, "_graph", None) is not None  # the layers of a graph come before other attributes
    for key in sorted(attributes, key=lambda key: (not (own_order and key == "layers"), key.startswith("_"), key)):
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
