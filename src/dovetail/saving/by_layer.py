"""Weights files of Keras 1 and 2 (`.h5`): a group for each layer, matched to a model's by order or by name.

`layer_names` of the file lists the groups, `weight_names` of each group its arrays; long lists are split into
`layer_names0`, `layer_names1`, ... A file of a whole model has all this in the group `model_weights`.
"""

import warnings
from itertools import count
from typing import Any

import numpy as np

from ..engine.layer import Layer
from ..engine.variable import Variable
from .weights import StateFile, WeightsFileError, checked_array, plain_member


def layer_groups(state: StateFile) -> Any:
    """The group of a file that lists its layers; None where it has none: it has another layout."""
    import h5py

    for group in (state.file, plain_member(state.file, "model_weights", h5py.Group)):
        if group is not None and ("layer_names" in group.attrs or "layer_names0" in group.attrs):
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
    groups = _named_arrays(state)
    pairs = _by_name(groups, model) if by_name else _by_order(groups, model, state.name)
    found: list[tuple[Variable, np.ndarray]] = []
    problems: list[str] = []
    for layer, name, arrays in pairs:
        variables = _fitting(layer, arrays)
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
    for variable, array in found:
        variable.assign(array)


def _named_arrays(state: StateFile) -> list[tuple[str, list[np.ndarray]]]:
    """Of each layer its name and arrays."""
    import h5py

    root = layer_groups(state)
    found = []
    for name in _texts(root, "layer_names"):
        group = plain_member(root, name, h5py.Group)
        if group is None:
            raise WeightsFileError(f"{state.name!r} is damaged: it lists the layer {name!r} and does not hold it")
        arrays = [checked_array(group, weight, f"{name}/{weight}") for weight in _texts(group, "weight_names")]
        found.append((name, arrays))
    return found


def _texts(group: Any, attribute: str) -> list[str]:
    """A list of texts kept as an attribute, or split over `attribute0`, `attribute1`, ..."""
    if attribute in group.attrs:
        chunks = [group.attrs[attribute]]
    else:
        chunks = []
        for number in count():
            if f"{attribute}{number}" not in group.attrs:
                break
            chunks.append(group.attrs[f"{attribute}{number}"])
    return [text.decode() if isinstance(text, bytes) else str(text) for chunk in chunks for text in chunk]


def _by_order(groups: Any, model: Layer, file_name: str) -> list[tuple[Layer, str, list[np.ndarray]]]:
    layers = [layer for layer in model.layers if layer.weights]
    groups = [(name, arrays) for name, arrays in groups if arrays]
    if len(layers) != len(groups):
        raise WeightsFileError(
            f"{model.name!r} has {len(layers)} layers with weights, {file_name!r} has {len(groups)}. "
            "To load those that have the same names: by_name=True"
        )
    return [(layer, name, arrays) for layer, (name, arrays) in zip(layers, groups, strict=True)]


def _by_name(groups: Any, model: Layer) -> list[tuple[Layer, str, list[np.ndarray]]]:
    layers = {layer.name: layer for layer in model.layers}
    return [(layers[name], name, arrays) for name, arrays in groups if name in layers]


def _fitting(layer: Layer, arrays: list[np.ndarray]) -> list[Variable] | None:
    """The layer's weights in the order of the file: trainable ones first, where the layer has layers of its own."""
    parameters_first = sorted(layer.weights, key=lambda variable: not variable.is_parameter)
    for variables in (parameters_first, layer.trainable_weights + layer.non_trainable_weights, layer.weights):
        if _shapes(variables) == _shapes(arrays):
            return variables
    return None


def _shapes(arrays: Any) -> list[tuple[int, ...]]:
    return [tuple(array.shape) for array in arrays]
