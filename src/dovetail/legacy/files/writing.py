"""Files as Keras 2 laid them out, written by models of an old dialect."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ...engine.configs import ConfigError, to_config
from ...engine.errors import DovetailError
from ...engine.extras import needed
from ...engine.layer import Layer
from ...engine.tensor import KerasTensor
from ...layers.input import InputLayer
from ...saving.files import replaced
from .weights import kept_weights, weighted_layers

# bytes that an attribute of an HDF5 object may take, less its header
ATTRIBUTE_ROOM = 64512


def config_of(model: Any) -> dict[str, Any]:
    """A model as plain data, laid out as Keras 2 did: class names, configurations, calls by [layer, call, output]."""
    if getattr(model, "_stack", None) is not None:
        entries = [_entry(layer) for layer in model._stack if not isinstance(layer, InputLayer)]
        graph = getattr(model, "_graph", None)
        if graph is not None and len(graph.inputs) == 1:  # told, or learned from the first data
            shape = list(graph.inputs[0].shape)
            entries[0]["config"] = {"batch_input_shape": shape} | entries[0]["config"] if entries else {}
        return {"class_name": "Sequential", "config": {"name": model.name, "layers": entries}}
    if getattr(model, "_graph", None) is None:
        raise ConfigError(f"{model.name!r} is a subclass with a `call` of its own: only its weights can be saved")
    return {"class_name": "Model", "config": _graph_config(model)}


def _entry(layer: Any) -> dict[str, Any]:
    if hasattr(layer, "_stack") or getattr(layer, "_graph", None) is not None:
        return config_of(layer)
    config = layer.get_config()
    inner = getattr(layer, "layer", None) or getattr(layer, "forward_layer", None)
    if isinstance(inner, Layer) and "layer" in config:
        config = config | {"layer": _entry(inner)}
    if getattr(layer, "branches", None):
        config = config | {"layers": [_entry(branch) for branch in layer.branches]}
    return {"class_name": type(layer).__name__, "config": config}


def _graph_config(model: Any) -> dict[str, Any]:
    graph = model._graph
    nodes = set(graph.nodes)
    places: dict[int, list[Any]] = {}
    entries = []
    for operation in graph.operations:
        if not isinstance(operation, Layer):
            raise ConfigError(
                f"{model.name!r} uses the function {operation.name!r} between its layers: put it into a Lambda, or "
                "save as '.keras'"
            )
        calls = [node for node in operation._inbound_nodes if node in nodes]
        for number, node in enumerate(calls or operation._inbound_nodes[:1]):
            for tensor in node.outputs:
                places.setdefault(id(tensor), [operation.name, number, tensor.tensor_index])
    for operation in graph.operations:
        calls = [node for node in operation._inbound_nodes if node in nodes]
        if isinstance(operation, InputLayer):
            tensor = operation.output
            config = {"batch_input_shape": list(tensor.shape), "dtype": tensor.dtype, "name": operation.name}
            entry, calls = {"class_name": "InputLayer", "config": config}, []
        else:
            entry = _entry(operation)
        inbound = [_call(node, places) for node in calls]
        entries.append(entry | {"name": operation.name, "inbound_nodes": inbound})
    return {
        "name": model.name,
        "layers": entries,
        "input_layers": [places[id(tensor)] for tensor in graph.inputs],
        "output_layers": [places[id(tensor)] for tensor in graph.outputs],
    }


def _call(node: Any, places: dict[int, list[Any]]) -> list[Any]:
    """[[layer, call, output, keywords], ...] of one call; tensors among the keywords are inputs, too."""
    kwargs = {name: to_config(value) for name, value in node.kwargs.items() if not _holds_tensor(value)}
    return [[*places[id(tensor)], kwargs if index == 0 else {}] for index, tensor in enumerate(node.inputs)]


def _holds_tensor(value: Any) -> bool:
    items = value if isinstance(value, (list, tuple)) else [value]
    return any(isinstance(item, KerasTensor) for item in items)


def to_json(model: Any, **kwargs: Any) -> str:
    """The architecture as JSON text, see `model_from_json`."""
    return json.dumps(_described(model), **kwargs)


def to_yaml(model: Any, **kwargs: Any) -> str:
    """The architecture as YAML text, see `model_from_yaml`."""
    return needed("yaml").safe_dump(json.loads(to_json(model)), **kwargs)


def _described(model: Any) -> dict[str, Any]:
    release = model.release
    return config_of(model) | {"keras_version": release.version, "backend": release.backend}


def save_model(model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True) -> None:
    """Write architecture, weights, and how the model was compiled; the file is there whole or not at all."""
    described = _described(model)
    with replaced(_writable(filepath, overwrite)) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["keras_version"] = model.release.version
        file.attrs["backend"] = model.release.backend
        file.attrs["model_config"] = json.dumps(described)
        write_layers(file.create_group("model_weights"), model)
        compiled = getattr(model, "_compiled_with", None)
        if include_optimizer and compiled is not None and model.optimizer is not None:
            file.attrs["training_config"] = json.dumps(_training(model, compiled))
            group = file.create_group("optimizer_weights")
            arrays = model.optimizer.get_weights() if model.optimizer.built else []
            names = [f"weight_{number}" for number in range(len(arrays))]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, array in zip(names, arrays, strict=True):
                group[name] = np.asarray(array)


def _training(model: Any, compiled: dict[str, Any]) -> dict[str, Any]:
    optimizer = model.optimizer
    names = ("loss", "metrics", "loss_weights", "weighted_metrics")
    return {
        "optimizer_config": {"class_name": type(optimizer).__name__, "config": optimizer.get_config()},
        **{name: _spelled(getattr(model, "_asked", {}).get(name, compiled.get(name))) for name in names},
    }


def _spelled(value: Any) -> Any:
    """Losses and metrics as they were asked for; functions by their names."""
    if isinstance(value, dict):
        return {key: _spelled(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spelled(item) for item in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return getattr(value, "__name__", None) or getattr(value, "name", type(value).__name__)


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Write the weights alone, layer by layer."""
    with replaced(_writable(filepath, overwrite)) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["keras_version"] = model.release.version
        file.attrs["backend"] = model.release.backend
        write_layers(file, model)


def write_layers(root: Any, model: Any) -> None:
    """Put the weights of all layers into a group: a group for each layer, its arrays by their names."""
    layers = weighted_layers(model)
    write_texts(root, "layer_names", [layer.name.encode() for layer in layers])
    for layer in layers:
        group = root.create_group(layer.name)
        weights = kept_weights(layer)
        if hasattr(layer, "layers"):  # a model inside: its trainable weights come first
            weights.sort(key=lambda variable: not (variable.trainable and layer.trainable))
        names = _unique_names(layer, weights)
        write_texts(group, "weight_names", [name.encode() for name in names])
        for name, variable in zip(names, weights, strict=True):
            group[name] = np.asarray(variable.value)


def write_texts(group: Any, name: str, texts: list[bytes]) -> None:
    """A list of texts as an attribute, or as `name0`, `name1`, ... where HDF5 has no room for it in one.

    Raises:
        ValueError: one text alone is too long.
    """
    for text in texts:
        if len(text) > ATTRIBUTE_ROOM:
            raise ValueError(f"{name}: an HDF5 attribute holds {ATTRIBUTE_ROOM} bytes; {text[:40]!r}... is {len(text)}")
    chunks = 1
    while any(np.asarray(part).nbytes > ATTRIBUTE_ROOM for part in np.array_split(np.asarray(texts), chunks)):
        chunks += 1
    for number, part in enumerate(np.array_split(np.asarray(texts), chunks)):
        group.attrs[name if chunks == 1 else f"{name}{number}"] = part


def _unique_names(layer: Any, weights: list[Any]) -> list[str]:
    """`<layer>/<weight>:0`, the weights of layers inside it under the names of those."""
    owners = {
        id(v): inner.name for inner in layer._flatten_layers() for v in inner._owned() if hasattr(v, "is_parameter")
    }
    counts: Counter[str] = Counter()
    names = []
    for variable in weights:
        name = f"{owners.get(id(variable), layer.name)}/{variable.name}"
        counts[name] += 1
        names.append(f"{name}_{counts[name] - 1}:0" if counts[name] > 1 else f"{name}:0")
    return names


class OldFileExistsError(DovetailError, ValueError):
    """The file is there already and is not to be replaced."""


def _writable(filepath: Any, overwrite: bool) -> Path:
    path = Path(os.fspath(filepath))
    if path.exists() and not overwrite:
        raise OldFileExistsError(f"{str(path)!r} exists already; give overwrite=True to replace it")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
