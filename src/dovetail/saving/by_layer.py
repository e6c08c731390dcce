"""Weights in `.h5` files of Keras 0 to 3: a group for each layer, matched to a model's by order or by name.

`layer_names` of the file lists the groups, `weight_names` of each group its arrays; long lists are split into
`layer_names0`, `layer_names1`, ... Keras 0 counted instead: groups `layer_0`, ... of arrays `param_0`, ... A file of a
whole model has all this in the group `model_weights`, and what belongs to the model itself in
`top_level_model_weights`.
"""

import functools
import re
import warnings
from collections.abc import Callable
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from ..engine.layer import Layer
from ..engine.variable import Variable
from .weights import StateFile, Stored, WeightsFileError, plain_member

TOP = "top_level_model_weights"


def layer_groups(state: StateFile) -> Any:
    """The group of a file that lists its layers; None where it has none: it has another layout."""
    import h5py

    for group in (state.file, plain_member(state.file, "model_weights", h5py.Group)):
        if group is not None and any(name in group.attrs for name in ("layer_names", "layer_names0", "nb_layers")):
            return group
    return None


def read_layers(state: StateFile, model: Layer, by_name: bool = False, skip_mismatch: bool = False) -> None:
    """Assign the weights of all layers, after all of them were found to fit.

    Args:
        by_name: match layers by name, and leave alone those that only one side has; else by order.
        skip_mismatch: leave out, with a warning, layers whose weights are others than the file's.

    Raises:
        WeightsFileError: the layers with weights are not as many, or the weights of one are others.
    """
    import h5py

    groups = stored_layers(state)
    pairs = _by_name(groups, model) if by_name else _by_order(groups, model, state.name)
    own = plain_member(layer_groups(state), TOP, h5py.Group)
    if own is not None and model._own_variables():
        pairs.append((model, TOP, arrays_of(state, own, TOP)))
    found: list[tuple[Variable, Array]] = []
    problems: list[str] = []
    for layer, name, arrays in pairs:
        variables = _fitting(layer, arrays) if layer is not model else _own(model, arrays)
        if variables is None:
            problems.append(
                f"{layer.name!r} has weights of the shapes {_shapes(layer.weights)}, "
                f"{name!r} in the file {_shapes(arrays)}"
            )
        else:
            found += zip(variables, arrays, strict=True)
    if problems and not skip_mismatch:
        told = "\n".join(f"    {problem}" for problem in problems)
        raise WeightsFileError(f"{state.name!r} does not fit {model.name!r}; nothing was loaded:\n{told}")
    for problem in problems:
        warnings.warn(f"not loaded: {problem}", stacklevel=4)
    values = [(variable, array.read()) for variable, array in found]
    for variable, value in values:
        variable.assign(value)
    for variable in model.variables:
        variable.initialize()


class Array(NamedTuple):
    """An array in a file, not read yet."""

    name: str  # as the file has it: "dense_1/kernel:0"
    shape: tuple[int, ...]
    read: Callable[[], np.ndarray]


class StoredLayer(NamedTuple):
    """What a file holds of one layer."""

    name: str
    arrays: list[Array]


def stored_layers(state: StateFile) -> list[StoredLayer]:
    """The layers of a file, in its order; no array is read yet.

    Raises:
        WeightsFileError: the file lists no layers, or does not hold what it lists.
    """
    import h5py

    root = layer_groups(state)
    if root is None:
        raise WeightsFileError(f"{state.name!r} has no weights of Keras: it does not list its layers")
    found = []
    for name in _listed(root, "layer_names", "nb_layers", "layer_{}"):
        group = plain_member(root, name, h5py.Group)
        if group is None:
            raise WeightsFileError(f"{state.name!r} is damaged: it lists the layer {name!r} and does not hold it")
        found.append(StoredLayer(name, arrays_of(state, group, name)))
    return found


def arrays_of(state: StateFile, group: Any, place: str) -> list[Array]:
    """The arrays of a group, in the order that it lists; none is read yet.

    Raises:
        WeightsFileError: one is not stored in the file.
    """
    stored, found = Stored(group, place), []
    for name in _listed(group, "weight_names", "nb_params", "param_{}"):
        data, problem = stored.dataset(name)
        if problem is not None:
            raise WeightsFileError(f"{state.name!r} is damaged: {problem}")
        found.append(Array(name, tuple(data.shape), functools.partial(stored.__getitem__, name)))
    return found


def _listed(group: Any, attribute: str, counted: str, numbered: str) -> list[str]:
    """A list of texts: an attribute, or split over `attribute0`, `attribute1`, ..., or only counted (Keras 0)."""
    if counted in group.attrs:
        return [numbered.format(number) for number in range(int(group.attrs[counted]))]
    return texts_of(group, attribute)


def texts_of(group: Any, attribute: str) -> list[str]:
    """A list of texts in an attribute, or in `attribute0`, `attribute1`, ... where it was too long for one."""
    if attribute in group.attrs:
        chunks = [group.attrs[attribute]]
    else:
        chunks = []
        for number in count():
            if f"{attribute}{number}" not in group.attrs:
                break
            chunks.append(group.attrs[f"{attribute}{number}"])
    return [text.decode() if isinstance(text, bytes) else str(text) for chunk in chunks for text in chunk]


def _by_order(groups: list[StoredLayer], model: Layer, file_name: str) -> list[tuple[Layer, str, list[Array]]]:
    layers = [layer for layer in model.layers if layer.weights]
    groups = [group for group in groups if group.arrays]
    if len(layers) != len(groups):
        raise WeightsFileError(
            f"{model.name!r} has {len(layers)} layers with weights, {file_name!r} has {len(groups)}. "
            "To load those that have the same names: by_name=True"
        )
    return [(layer, name, arrays) for layer, (name, arrays) in zip(layers, groups, strict=True)]


def _by_name(groups: list[StoredLayer], model: Layer) -> list[tuple[Layer, str, list[Array]]]:
    layers = {layer.name: layer for layer in model.layers}
    return [(layers[name], name, arrays) for name, arrays in groups if name in layers]


def _fitting(layer: Layer, arrays: list[Array]) -> list[Variable] | None:
    """The layer's weights in the order of the file: trainable ones first, where the layer has layers of its own.

    What was trainable when the file was written is told by the names; those of Keras 1 do not, so there shapes decide.
    """
    parameters_first = sorted(layer.weights, key=lambda variable: not variable.is_parameter)
    orders = (parameters_first, layer.trainable_weights + layer.non_trainable_weights, layer.weights)
    fitting = [variables for variables in orders if _shapes(variables) == _shapes(arrays)]
    names = [_plain_name(array.name) for array in arrays]
    named = [variables for variables in fitting if [_plain_name(v.name) for v in variables] == names]
    return next(iter(named or fitting), None)


def _plain_name(name: str) -> str:
    """`inner/dense/kernel_1:0` -> `kernel`."""
    return re.sub(r"(_\d+)?(:0)?$", "", name.rpartition("/")[2])


def _own(model: Layer, arrays: list[Array]) -> list[Variable] | None:
    own = model._own_variables()
    return own if _shapes(own) == _shapes(arrays) else None


def _shapes(arrays: Any) -> list[tuple[int, ...]]:
    return [tuple(array.shape) for array in arrays]
