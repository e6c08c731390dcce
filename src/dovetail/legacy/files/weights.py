"""Weights in HDF5 files of Keras 1 and 2.

What a file holds is read by `saving.by_layer`; here it is told which release wrote it, and how that release laid out
the weights of each layer. Nothing in a file runs.
"""

import os
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ...engine.layer import Layer
from ...saving.by_layer import StoredLayer, arrays_of, stored_layers
from ...saving.weights import StateFile, WeightsFileError, plain_member
from ..layers.base import OldLayer
from ..layers.layouts import SAME, Layout, layout_of
from ..releases import RELEASES, Release, find_release

# -- which release wrote a file


def release_named(version: str | None, backend: str | None = None) -> Release:
    """The release that stands for a version written into a file; Keras 1's where there is none."""
    version = version or "1.2.2"
    if version in RELEASES:
        found = RELEASES[version]
    elif version.startswith(("0.", "1.")):
        found = RELEASES["1.2.2"]
    elif version.startswith("3."):
        found = find_release(3)
    elif version.endswith("-tf"):
        found = RELEASES["2.2.4-tf"] if version < "2.3" else RELEASES["2.15.0"]
    elif re.match(r"2\.(0|1|2)(\.|$)", version):
        found = RELEASES["2.2.4"]
    elif version.startswith("2.3"):
        found = RELEASES["2.3.1"]
    else:
        found = RELEASES["2.15.0"]
    return find_release(found, backend if backend in ("theano", "tensorflow") else None)


def release_of_file(state: StateFile) -> Release:
    """The release that wrote an open HDF5 file.

    Keras 1 did not write down its backend, but TensorFlow's names of weights end in `:0` and Theano's do not.
    """
    root = state.file.get("model_weights", state.file)
    version = text(state.file.attrs.get("keras_version") or root.attrs.get("keras_version"))
    backend = text(state.file.attrs.get("backend") or root.attrs.get("backend"))
    if backend is None and (version is None or version.startswith(("0.", "1."))):
        names = [array.name for stored in stored_layers(state) for array in stored.arrays]
        if version is None and any("/" in name and name.endswith(":0") for name in names):
            version = "2.2.4"  # weights of Keras 2 before 2.0.7 say nothing of their release
        else:
            backend = "tensorflow" if any(name.endswith(":0") for name in names) else "theano"
    return release_named(version, backend)


# -- weights


def load_weights(model: Layer, filepath: Any, by_name: bool = False, skip_mismatch: bool = False) -> None:
    """Read the weights of an `.h5` file of Keras 1 or 2, of weights or of a whole model, into a model of any release.

    Args:
        by_name: match layers by their names, and leave out those that only one side has; else by their order.
        skip_mismatch: with `by_name`, leave out layers whose shapes differ.

    Raises:
        WeightsFileError: the layers do not fit; nothing is loaded then.
    """
    path = existing(filepath)
    with StateFile(path, str(path)) as state:
        load_into(model, state, release_of_file(state), by_name, skip_mismatch)


def load_into(
    model: Any, state: StateFile, release: Release, by_name: bool = False, skip_mismatch: bool = False
) -> None:
    """Assign the arrays of an open file, after all of them were found to fit."""
    stored = [one for one in stored_layers(state) if one.arrays]
    layers = weighted_layers(model)
    if by_name:
        known = {one.name: one for one in layers}
        pairs = [(known[one.name], one) for one in stored if one.name in known]
    elif len(stored) != len(layers):
        raise WeightsFileError(
            f"{state.name!r} has {len(stored)} layers with weights ({', '.join(one.name for one in stored)}), "
            f"{model.name!r} has {len(layers)} ({', '.join(one.name for one in layers)})"
        )
    else:
        pairs = list(zip(layers, stored, strict=True))
    found: list[tuple[Any, np.ndarray]] = []
    problems: list[str] = []
    for layer, one in pairs:
        made, problem = _assignments(layer, one, release)
        found += made
        problems += problem
    if problems and not skip_mismatch:
        told = "\n".join(f"    {problem}" for problem in problems)
        raise WeightsFileError(f"{state.name!r} does not fit {model.name!r}; nothing was loaded:\n{told}")
    for problem in problems:
        warnings.warn(f"not loaded: {problem}", stacklevel=4)
    for variable, array in found:
        variable.assign(array)


def optimizer_arrays(state: StateFile) -> list[np.ndarray]:
    """The optimizer's state, in its order; empty where there is none."""
    group = plain_member(state.file, "optimizer_weights", h5py.Group)
    return [] if group is None else [array.read() for array in arrays_of(state, group, "optimizer_weights")]


def weighted_layers(model: Any) -> list[Any]:
    """The layers of a model that have weights, branches of a Merge in the first place one after another."""
    found: list[Any] = []
    for layer in getattr(model, "layers", [model]):
        branches = getattr(layer, "branches", None)
        for one in branches or [layer]:
            found += weighted_layers(one) if branches and hasattr(one, "layers") else [one]
    return [layer for layer in found if kept_weights(layer)]


def kept_weights(layer: Any) -> list[Any]:
    """The weights that files hold: all but the states that stateful layers carry from batch to batch."""
    states = {id(v) for one in layer._flatten_layers() for v in one.__dict__.get("states") or () if v is not None}
    return [variable for variable in layer.weights if id(variable) not in states]


def names_fit(model: Any, state: StateFile) -> bool:
    stored = {one.name for one in stored_layers(state) if one.arrays}
    return stored == {layer.name for layer in weighted_layers(model)}


def _assignments(layer: Any, stored: StoredLayer, release: Release) -> tuple[list[tuple[Any, np.ndarray]], list[str]]:
    """The arrays for the weights of one layer, or of the layers in it, and what does not fit."""
    if hasattr(layer, "layers") and not isinstance(getattr(layer, "layer", None), Layer):
        return _assignments_of_model(layer, stored, release)
    variables = kept_weights(layer)
    arrays = [array.read() for array in stored.arrays]
    try:
        values = [np.asarray(array) for array in layout_between(layer, release).to_today(arrays)]
    except (ValueError, IndexError) as error:
        return [], [f"{layer.name!r}: the file's arrays are not those of a {type(layer).__name__}: {error}"]
    if len(values) != len(variables):
        return [], [f"{layer.name!r} has {len(variables)} weights, the file has {len(arrays)}"]
    for variable, value in zip(variables, values, strict=True):
        if tuple(variable.shape) != value.shape:
            return [], [f"{variable.path!r} has the shape {tuple(variable.shape)}, the file's array {value.shape}"]
    return list(zip(variables, values, strict=True)), []


def _assignments_of_model(model: Any, stored: StoredLayer, release: Release) -> tuple[list, list[str]]:
    """A model inside a model: all trainable weights of its layers, then all others; by name where names tell."""
    inner = list(weighted_leaves(model))
    by_layer: dict[str, list[int]] = {}
    for index, array in enumerate(stored.arrays):
        by_layer.setdefault(array.name.split("/")[0], []).append(index)
    parts: list[tuple[Any, list[int]]] = []
    if set(by_layer) == {layer.name for layer in inner}:
        parts = [(layer, by_layer[layer.name]) for layer in inner]
    else:
        own: dict[int, list[int]] = {id(layer): [] for layer in inner}
        index = 0
        for is_trainable in (True, False):
            for layer in inner:
                for variable in kept_weights(layer):
                    if (variable.trainable and layer.trainable) == is_trainable:
                        own[id(layer)].append(index)
                        index += 1
        if index != len(stored.arrays):
            return [], [f"{model.name!r} has {index} weights, the file has {len(stored.arrays)}"]
        parts = [(layer, own[id(layer)]) for layer in inner]
    found: list = []
    problems: list[str] = []
    for layer, places in parts:
        made, problem = _assignments(layer, StoredLayer(layer.name, [stored.arrays[i] for i in places]), release)
        found += made
        problems += problem
    return found, problems


def weighted_leaves(model: Any) -> Iterator[Any]:
    """The layers with weights inside a model, models inside it opened."""
    for layer in weighted_layers(model):
        if hasattr(layer, "layers") and not isinstance(getattr(layer, "layer", None), Layer):
            yield from weighted_leaves(layer)
        else:
            yield layer


def layout_between(layer: Any, release: Release) -> Layout:
    """From the layout of the file's release to that of the layer's own."""
    own = layer.release if isinstance(layer, OldLayer) else None
    name, config = type(layer).__name__, _plain_config(layer)
    source = layout_of(name, config, release.dialect, release.backend)
    if own is None:
        return source
    if (own.dialect, own.backend) == (release.dialect, release.backend):
        return SAME
    target = layout_of(name, config, own.dialect, own.backend)
    return Layout(lambda arrays: target.to_old(source.to_today(arrays)), lambda arrays: list(arrays))


def _plain_config(layer: Any) -> dict[str, Any]:
    """What a layout depends on: the order of the axes, how gates are stored, the wrapped layer."""
    names = ("data_format", "dim_ordering", "consume_less", "implementation", "depth_multiplier", "units")
    config = {name: getattr(layer, name) for name in names if hasattr(layer, name)}
    inner = getattr(layer, "layer", None) or getattr(layer, "forward_layer", None)
    if isinstance(inner, Layer):
        config["layer"] = {"class_name": type(inner).__name__, "config": _plain_config(inner)}
    return config


def text(value: Any) -> str | None:
    """An attribute as text: bytes in old files."""
    return value.decode("utf-8") if isinstance(value, bytes) else None if value is None else str(value)


def existing(filepath: Any) -> Path:
    path = Path(os.fspath(filepath))
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    return path


def is_old(filepath: Any) -> bool:
    """Whether a file is HDF5 as Keras 1 and 2 laid it out."""
    path = Path(os.fspath(filepath))
    if not path.is_file() or zipfile.is_zipfile(path) or not h5py.is_hdf5(path):
        return False
    with h5py.File(path, "r") as file:
        version = text(file.attrs.get("keras_version")) or ""
        root = file.get("model_weights", file)
        return not version.startswith("3.") and any(
            name.startswith(("layer_names", "nb_layers")) for name in root.attrs
        )
