"""Architectures that Keras 1 and 2 wrote down, made again with the layers of their release."""

import inspect
import json
from typing import Any

from ...engine.code import own_function
from ...engine.configs import ConfigError, is_config
from ...engine.layer import Layer
from ...engine.registry import CustomObjectScope, get_registered_object
from ...engine.tensor import KerasTensor
from ...layers.input import Input
from ..layers import layer
from ..models import model_class
from ..releases import Release, current_release, find_release
from .weights import release_named
from .yaml_text import read_yaml

MODELS = ("Model", "Functional", "Network", "Container")
# settings of tf.keras that have no effect here, with the values that they may have
INERT = {
    "time_major": (False,), "ragged": (False,), "sparse": (False, None), "dynamic": (False,), "renorm": (False,),
    "fused": (None, True, False), "virtual_batch_size": (None,), "experimental_autocast": (True, None),
    "zero_output_for_mask": (False,), "synchronized": (False,), "groups": (1,), "input_tensor": (None,),
    "batch_size": (None,), "function_type": ("function",), "output_shape_type": ("raw",), "mode_type": ("raw",),
    "output_mask_type": ("raw",), "module": (None,), "output_shape_module": (None,), "inbound_nodes": ([],),
}  # fmt: skip
# arguments that tf.keras wrote for classes that have no use for them, by part of the class's name
_OF_KERNEL = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
UNUSED = {"SeparableConv": _OF_KERNEL, "DepthwiseConv": ("filters", *_OF_KERNEL)}
WRAPPED = ("layer", "backward_layer", "cell")
OF_RECURRENT = ("SimpleRNN", "LSTM", "GRU", "RNN", "ConvLSTM2D", "Bidirectional", "CuDNNLSTM", "CuDNNGRU")


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that `to_json()` of Keras 1 or 2 described, with new initial weights."""
    return model_from_config(json.loads(json_string), custom_objects)


def model_from_yaml(yaml_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that `to_yaml()` described, with new initial weights; read without running code."""
    return model_from_config(read_yaml(yaml_string), custom_objects)


def model_from_config(
    config: dict[str, Any], custom_objects: dict[str, Any] | None = None, release: Release | None = None
) -> Any:
    """The model that a configuration describes.

    Args:
        config: with "class_name" and "config", as Keras 1 or 2 wrote it.
        custom_objects: classes and functions of your own by name; a function for a Lambda layer by the layer's name.
        release: whose layers to use; None is the one in "keras_version", or else the spoken one.

    Raises:
        ConfigError: it names a class that is not known, or holds code.
    """
    if not is_config(config):
        raise ConfigError("the data do not describe a model: they need 'class_name' and 'config'")
    if release is None:
        release = _release_in(config)
    with CustomObjectScope(custom_objects):
        made = layer_from(release, config)
    if not isinstance(made, model_class(release, "Model")):
        raise ConfigError(f"{config['class_name']!r} is not a model")
    return made


def _release_in(config: dict[str, Any]) -> Release:
    """The release that wrote a configuration. Keras 1 did not say its backend: then it is the spoken one's."""
    version, backend, spoken = config.get("keras_version"), config.get("backend"), current_release()
    if not version:
        return spoken
    found = release_named(version, backend)
    is_open = backend is None and found.dialect == spoken.dialect
    return find_release(found, spoken.backend) if is_open else found


def layer_from(release: Release, entry: dict[str, Any]) -> Any:
    """The layer or model that {"class_name", "config"} describes, with the layers of a release."""
    name, config = entry["class_name"].split(">")[-1], entry["config"]
    custom = get_registered_object(entry["class_name"]) or get_registered_object(name)
    if custom is not None and not (inspect.isclass(custom) and issubclass(custom, Layer)):
        custom = None
    if custom is not None:
        return custom.from_config(dict(config))
    if name == "Sequential":
        return _sequential(release, config)
    if name in MODELS:
        return _functional(release, config)
    cls = _class(release, name)
    arguments = {key: _argument(release, key, value) for key, value in _without_inert(name, config).items()}
    if name == "Lambda":
        arguments = _function_of_lambda(arguments)
    if name == "Merge":
        _refuse_code(arguments, ("mode", "output_shape", "output_mask"), name)
    return cls(**arguments)


def _class(release: Release, name: str) -> type:
    try:
        found = layer(release, name)
    except AttributeError as error:
        raise ConfigError(
            f"the data name the layer {name!r}, which no release of Keras had. If it is yours: "
            f"custom_objects={{{name!r}: ...}}"
        ) from error
    if not (inspect.isclass(found) and issubclass(found, Layer)):
        raise ConfigError(f"{name!r} is not a layer: it cannot stand where one does")
    return found


def _argument(release: Release, name: str, value: Any) -> Any:
    """An argument of a layer as its class takes it: layers inside are made, dictionaries are those of today."""
    if name in WRAPPED and is_config(value):
        return layer_from(release, value)
    if name in ("layers", "cells") and isinstance(value, list) and all(is_config(item) for item in value):
        return [layer_from(release, item) for item in value]
    if name == "axis" and isinstance(value, (list, tuple)) and len(value) == 1:
        return value[0]  # BatchNormalization of tf.keras
    if not isinstance(value, dict):
        return value
    if name == "dtype":
        return value["config"].get("name", "float32")
    if is_config(value) and isinstance(value["config"], dict):
        inner = value["config"]  # tf.keras wrote the dtype into initializers
        return value | {"config": {key: item for key, item in inner.items() if key != "dtype"}}
    if isinstance(value.get("name"), str):
        inner = {key: item for key, item in value.items() if key != "name"}  # Keras 1 wrote the class as "name"
        return {"class_name": value["name"], "config": inner}
    return value


def _without_inert(name: str, config: dict[str, Any]) -> dict[str, Any]:
    """The arguments without those that do nothing here; one of them with another value is refused."""
    kept = {}
    unused = next((names for part, names in UNUSED.items() if part in name), ())
    config = {key: value for key, value in config.items() if key not in unused}
    for key, value in config.items():
        is_known = key == "groups" and name.startswith("Conv")
        if key not in INERT or is_known or key in ("zero_output_for_mask", "batch_size"):
            if not (key in ("zero_output_for_mask", "batch_size") and value in INERT[key]):
                kept[key] = value
        elif value not in INERT[key] and not (key.endswith("_type") or key in ("sparse", "ragged", "fused")):
            raise ConfigError(f"{name} with {key}={value!r} is not supported")
    if config.get("sparse") or config.get("ragged"):
        raise ConfigError(f"{name}: sparse and ragged inputs are not supported: JAX has dense arrays only")
    for key in ("mode_type", "output_shape_type", "output_mask_type", "function_type"):
        if config.get(key) in ("lambda", "function"):
            kept[key] = config[key]
    return kept


def _function_of_lambda(arguments: dict[str, Any]) -> dict[str, Any]:
    """A Lambda's arguments with a function that the caller gave in place of the stored code."""
    name = arguments.get("name")
    function = arguments.get("function")
    kind = arguments.pop("function_type", None)
    given = get_registered_object(name) if name else None
    named = function.get("config") if isinstance(function, dict) else function
    if given is None and isinstance(named, str) and kind in ("function", None):
        given = get_registered_object(named)
    if given is None and isinstance(named, dict):
        given = own_function(named)
    if given is None:
        raise ConfigError(
            f"the layer {name!r} is a Lambda, whose code was stored as bytes of the Python of its time: they are not "
            f"run. Give the function: custom_objects={{{name!r}: lambda x: ...}}"
        )
    shape = arguments.get("output_shape")
    if isinstance(shape, list) and shape and isinstance(shape[0], str):  # code, too
        arguments.pop("output_shape")
    arguments.pop("output_shape_type", None)
    return arguments | {"function": given}


def _refuse_code(arguments: dict[str, Any], names: tuple[str, ...], kind: str) -> None:
    for name in names:
        how = arguments.pop(f"{name}_type", "raw")
        if how == "raw":
            continue
        found = arguments.get(name)
        given = get_registered_object(found) if isinstance(found, str) else None
        if given is None:
            given = get_registered_object(arguments.get("name", ""))
        if given is None:
            raise ConfigError(
                f"{kind} {arguments.get('name')!r}: its {name} was stored as bytes of the Python of its time, which "
                f"are not run. Give the function: custom_objects={{{arguments.get('name')!r}: ...}}"
            )
        arguments[name] = given


def _sequential(release: Release, config: Any) -> Any:
    """A Sequential: a list of layers in Keras 1, a dictionary later."""
    entries = config if isinstance(config, list) else config["layers"]
    settings = {} if isinstance(config, list) else {"name": config.get("name")}
    model = model_class(release, "Sequential")(**settings)
    for entry in entries:
        if entry["class_name"] == "InputLayer":
            model.add(_input(entry["config"]))
        else:
            model.add(layer_from(release, entry))
    shape = None if isinstance(config, list) else config.get("build_input_shape") or config.get("batch_input_shape")
    if shape is not None and not model.built:
        model.build(tuple(shape))
    return model


def _input(config: dict[str, Any]) -> KerasTensor:
    shape = config.get("batch_input_shape") or config.get("batch_shape")
    if shape is None:
        raise ConfigError(f"the input {config.get('name')!r} has no shape in the data")
    _without_inert("InputLayer", {key: config.get(key) for key in ("sparse", "ragged")})
    return Input(batch_shape=tuple(shape), dtype=config.get("dtype") or config.get("input_dtype"), name=config["name"])


def _functional(release: Release, config: dict[str, Any]) -> Any:
    """A graph: layers with their calls, each naming the calls that its inputs come from."""
    layers: dict[str, Any] = {}
    outputs: dict[tuple[str, int], list[Any]] = {}
    waiting: list[tuple[dict[str, Any], int, Any]] = []
    first = _first_calls(config)
    for entry in config["layers"]:
        name = entry["name"]
        if entry["class_name"] == "InputLayer":
            tensor = _input({"name": name} | entry["config"])
            layers[name], outputs[name, 0] = tensor.node.operation, [tensor]
            continue
        layers[name] = layer_from(release, entry)
        waiting += [(entry, number, node) for number, node in enumerate(entry["inbound_nodes"], first.get(name, 0))]
    while waiting:
        later = []
        for entry, number, node in waiting:
            called = _called(layers[entry["name"]], entry, node, outputs)
            if called is None or (number > first.get(entry["name"], 0) and (entry["name"], number - 1) not in outputs):
                later.append((entry, number, node))
            else:
                outputs[entry["name"], number] = called()
        if len(later) == len(waiting):
            missing = ", ".join(sorted({entry["name"] for entry, _, _ in later}))
            raise ConfigError(f"the graph is broken: {missing} wait for each other, or for a layer that is not there")
        waiting = later

    def tensors(places: Any) -> Any:
        if isinstance(places, dict):
            return {key: tensors(place) for key, place in places.items()}
        if len(places) == 3 and isinstance(places[0], str):
            return outputs[places[0], places[1]][places[2]]
        found = [tensors(place) for place in places]
        return found[0] if len(found) == 1 else found

    try:
        inputs, results = tensors(config["input_layers"]), tensors(config["output_layers"])
    except KeyError as error:
        raise ConfigError(f"the graph is broken: it has no call {error}") from error
    return model_class(release, "Model")(inputs=inputs, outputs=results, name=config.get("name"))


def _first_calls(config: dict[str, Any]) -> dict[str, int]:
    """The number of each layer's first call: models inside a model counted the drawing of their own graph as call 0."""
    last: dict[str, int] = {}
    places = [config["output_layers"], *(entry["inbound_nodes"] for entry in config["layers"])]
    while places:
        place = places.pop()
        if _is_place(place):
            last[place[0]] = max(last.get(place[0], 0), place[1])
        elif isinstance(place, (list, tuple, dict)):
            places += place.values() if isinstance(place, dict) else place
    calls = {entry["name"]: len(entry["inbound_nodes"]) or 1 for entry in config["layers"]}
    return {name: max(0, number + 1 - calls.get(name, 1)) for name, number in last.items()}


def _called(made: Any, entry: dict[str, Any], node: Any, outputs: dict[tuple[str, int], list[Any]]) -> Any:
    """A function that calls a layer as one node says; None while an input is not there yet."""
    if isinstance(node, dict):  # {name: place}
        places: Any = list(node.values())
    else:
        places = [node] if len(node) > 1 and isinstance(node[0], str) else node
    inputs, kwargs = [], {}
    for place in places:
        key = (place[0], place[1])
        if key not in outputs:
            return None
        inputs.append(outputs[key][place[2]])
        for name, value in (place[3] if len(place) > 3 else {}).items():
            if _is_place(value):
                if (value[0], value[1]) not in outputs:
                    return None
                value = outputs[value[0], value[1]][value[2]]
            kwargs[name] = value

    def call() -> list[Any]:
        kept = {name: value for name, value in kwargs.items() if value is not None}
        if len(inputs) > 1 and entry["class_name"] in OF_RECURRENT:
            result = made(inputs[0], initial_state=inputs[1:], **kept)
        else:
            result = made(inputs[0] if len(inputs) == 1 else inputs, **kept)
        return list(result) if isinstance(result, (list, tuple)) else [result]

    return call


def _is_place(value: Any) -> bool:
    """Whether an argument is [layer, call, output]."""
    return (
        isinstance(value, (list, tuple))
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and all(isinstance(number, int) for number in value[1:3])
    )
