"""A graph as plain data, written as Keras 3 writes it, and drawn again from that."""

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import jax

from .. import ops, random
from ..engine.configs import MODULES, ConfigError, is_config, revive, snake_case, to_config
from ..engine.graph import Graph
from ..engine.layer import Layer
from ..engine.operation import Function, Operation
from ..engine.registry import registered_name
from ..engine.tensor import KerasTensor
from ..layers.input import InputLayer
from .keras_operations import OPERATIONS, OTHER_NAMES

OWN_MODULE = "dovetail.ops"
MODULES_OF_FUNCTIONS = (ops, ops.image, ops.linalg, random)  # all that a graph in a file may call


class Recorded(NamedTuple):
    """An operation as Keras has it: the class, and which arguments its constructor and its calls take."""

    name: str
    module: str
    class_name: str
    made_with: tuple[str, ...]
    called_with: tuple[str, ...]


@functools.cache
def _recorded() -> dict[str, Recorded]:
    found = {}
    for module, text in OPERATIONS.items():
        for class_name, made, called in re.findall(r"(\w+)\(([^|()]*)\|([^|()]*)\)", text):
            name = OTHER_NAMES.get(class_name, snake_case(class_name))
            split = (tuple(part.split(",")) if part else () for part in (made, called))
            found[name] = Recorded(name, f"keras.src.ops.{module}", class_name, *split)
    return found


# -- writing


def graph_config(name: str, graph: Graph, trainable: bool, dtype: Any) -> dict[str, Any]:
    """The configuration of a functional model: its layers in order, each with its calls."""
    places: dict[int, list[Any]] = {}  # [layer, call, output] of every tensor, by id
    entries: list[dict[str, Any]] = []
    nodes = set(graph.nodes)
    for tensor in graph.inputs:
        operation = tensor.node.operation if tensor.node else None
        if not isinstance(operation, InputLayer):  # a model that starts in the middle of another
            config = {"batch_shape": tensor.shape, "dtype": tensor.dtype, "name": f"{tensor.name}_input"}
            entry = {"module": "keras.layers", "class_name": "InputLayer", "config": config, "registered_name": None}
            entries.append(entry | {"name": config["name"], "inbound_nodes": []})
            places[id(tensor)] = [config["name"], 0, 0]
    calls = {}
    for operation in graph.operations:
        calls[operation] = [node for node in operation._inbound_nodes if node in nodes]
        for index, node in enumerate(calls[operation] or operation._inbound_nodes[:1]):
            for tensor in node.outputs:
                places.setdefault(id(tensor), [operation.name, index, tensor.tensor_index])
    names: set[str] = {entry["name"] for entry in entries}
    for operation, made in calls.items():
        if operation.name in names:
            raise ConfigError(f"two operations of {name!r} are called {operation.name!r}: they need different names")
        names.add(operation.name)
        if isinstance(operation, Layer):
            entry = to_config(operation)
            inbound = [{"args": _written(n.args, places), "kwargs": _written(n.kwargs, places)} for n in made]
        else:
            entry, inbound = _operation_entry(operation, made, places)
        entries.append(entry | {"name": operation.name, "inbound_nodes": inbound})
    return {
        "name": name,
        "trainable": trainable,
        "dtype": to_config(dtype),
        "layers": entries,
        "input_layers": jax.tree.map(lambda tensor: places[id(tensor)], graph.input_tree),
        "output_layers": jax.tree.map(lambda tensor: places[id(tensor)], graph.output_tree),
    }


def _written(value: Any, places: dict[int, list[Any]]) -> Any:
    """`value` as plain data, tensors as what they are the output of."""
    if isinstance(value, KerasTensor):
        history = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": places[id(value)]}
        return {"class_name": "__keras_tensor__", "config": history}
    if isinstance(value, (list, tuple)):
        return [_written(item, places) for item in value]
    if isinstance(value, dict):
        return {key: _written(item, places) for key, item in value.items()}
    return to_config(value)


def _operation_entry(operation: Operation, nodes: list[Any], places: dict[int, list[Any]]) -> tuple[dict, list]:
    """The entry of a function that was called on symbolic tensors (one call each), and its call."""
    (node,) = nodes
    name, args, kwargs = _function_called(operation, node)
    known = _recorded().get(name)
    entry: dict[str, Any] = {"module": OWN_MODULE, "class_name": name, "registered_name": name}
    config: dict[str, Any] = {"name": operation.name}
    if known is not None:
        bound = _bound(name, args, kwargs)
        if set(bound) <= {*known.made_with, *known.called_with}:
            config |= {key: to_config(value) for key, value in bound.items() if key in known.made_with}
            spread = _spread(name)
            in_front: list[Any] = []
            for key in known.called_with:
                if key in bound and key != "kwargs":
                    in_front += bound[key] if key == spread else [bound[key]]
            entry |= {"module": known.module, "class_name": known.class_name, "registered_name": known.class_name}
            args, kwargs = tuple(in_front), bound.get("kwargs", {})
    call = {"args": _written(list(args), places), "kwargs": _written(kwargs, places)}
    return entry | {"config": config}, [call]


def _function_called(operation: Operation, node: Any) -> tuple[str, tuple, dict]:
    """The name in `dovetail.ops` of what a node calls, and the arguments in its order."""
    function = operation.call
    name = _op_names().get(id(function))
    if name is not None:
        return name, node.args, node.kwargs
    if hasattr(function, "is_reflected"):  # an operator
        name = "getitem" if function.__name__ == "get_item" else function.__name__
        return name, node.args[::-1] if function.is_reflected else node.args, node.kwargs
    known = registered_name(function)
    if known is not None:
        return known, node.args, node.kwargs
    raise ConfigError(
        f"the function {function.__name__!r} in the graph cannot be written down: it is no `dovetail.ops` function. "
        "Put it into a layer, or register it with `register_keras_serializable`"
    )


@functools.cache
def _op_names() -> dict[int, str]:
    names: dict[int, str] = {}
    for module in MODULES_OF_FUNCTIONS:
        for name, member in vars(module).items():
            if hasattr(member, "__wrapped__"):
                names.setdefault(id(member.__wrapped__), name)
    from .. import activations

    for name, member in vars(activations).items():
        if hasattr(member, "__wrapped__") and hasattr(ops, name):
            names.setdefault(id(member.__wrapped__), name)
    return names


def _bound(name: str, args: tuple, kwargs: dict) -> dict[str, Any]:
    """Arguments by name; `getitem` is no function of its own."""
    if name == "getitem":
        return dict(zip(("x", "key"), args, strict=True))
    bound = inspect.signature(_function(name)).bind(*args, **kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def _spread(name: str) -> str | None:
    """The argument that takes any number of values, if the function has one."""
    if name == "getitem":
        return None
    parameters = inspect.signature(_function(name)).parameters.values()
    return next((p.name for p in parameters if p.kind == p.VAR_POSITIONAL), None)


# -- reading


def draw(config: dict[str, Any]) -> tuple[Any, Any]:
    """The inputs and outputs of the graph that a configuration describes, on new layers.

    Raises:
        ConfigError: it is no such configuration, or a call needs a tensor that nothing makes.
    """
    tensors: dict[tuple, KerasTensor] = {}
    waiting: list[tuple[Callable[..., Any], dict, tuple[str, int], Any]] = []
    for entry in config["layers"]:
        name = entry.get("name") or entry["config"]["name"]
        inbound = entry.get("inbound_nodes") or []
        call, made = _made(entry)
        if isinstance(made, InputLayer):
            tensors[name, 0, 0] = made.output
        waiting += [(call, node, (name, index), made) for index, node in enumerate(inbound)]
    while waiting:
        left = []
        for item in waiting:
            call, node, place, made = item
            if isinstance(made, Layer) and place[1] and (place[0], place[1] - 1, 0) not in tensors:
                left.append(item)  # calls of one layer keep their order
                continue
            try:
                args, kwargs = _read(node["args"], tensors), _read(node["kwargs"], tensors)
            except KeyError:
                left.append(item)
                continue
            outputs = call(*args, **kwargs)
            if made is None:  # a function, under the name that it had
                jax.tree.leaves(outputs)[0].node.operation.name = place[0]
            for index, tensor in enumerate(jax.tree.leaves(outputs)):
                tensors[(*place, index)] = tensor
        if len(left) == len(waiting):
            names = ", ".join(sorted({repr(place[0]) for _, _, place, _ in left}))
            raise ConfigError(f"the graph cannot be drawn: {names} wait for tensors that nothing makes")
        waiting = left
    return _placed(config["input_layers"], tensors), _placed(config["output_layers"], tensors)


def _made(entry: dict[str, Any]) -> tuple[Callable[..., Any], Any]:
    """What an entry's calls call: a layer, or a function with the entry's settings."""
    module = entry.get("module") or ""
    if module.startswith("keras.src.ops") or module == OWN_MODULE:
        return functools.partial(_call_function, entry), None
    layer = revive(entry, build=False)
    if not isinstance(layer, Layer):
        raise ConfigError(f"{entry.get('class_name')!r} in the graph is not a layer but {layer!r}")
    return layer, layer


def _call_function(entry: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
    class_name = entry["class_name"]
    if entry.get("module") == OWN_MODULE:
        return _function(class_name)(*args, **kwargs)
    name = OTHER_NAMES.get(class_name, snake_case(class_name))
    settings = {key: revive(value) for key, value in entry["config"].items() if key not in ("name", "dtype_policy")}
    if name == "getitem":
        tensor, key = args
        return tensor[tuple(key) if isinstance(key, list) else key]
    known = _recorded().get(name)
    if known is None:
        raise ConfigError(f"the operation {class_name!r} of the graph is not known")
    function = _function(name)
    takes = inspect.signature(function).parameters
    if _spread(name) is not None:
        in_front = [settings.pop(key) for key, p in takes.items() if p.kind == p.POSITIONAL_OR_KEYWORD]
        return function(*in_front, *args, **kwargs, **settings)
    named = dict(zip(known.called_with, args, strict=False))
    return function(**named, **kwargs, **{key: value for key, value in settings.items() if key in takes})


def _function(name: str) -> Callable[..., Any]:
    """A function of the table by name: nothing else of the module can be reached from a file."""
    from ..engine.registry import get_registered_object

    for module in MODULES_OF_FUNCTIONS:
        if name in module.__all__:
            return getattr(module, name)
    custom = get_registered_object(name)
    if callable(custom):
        return lambda *args, **kwargs: Function(custom)(*args, **kwargs)
    raise ConfigError(f"the operation {name!r} of the graph is not known")


def _read(value: Any, tensors: dict[tuple, KerasTensor]) -> Any:
    """Arguments with tensors in place; KeyError while one is not there yet."""
    if is_config(value) and value["class_name"] == "__keras_tensor__":
        return tensors[tuple(value["config"]["keras_history"])]
    if isinstance(value, list):
        return [_read(item, tensors) for item in value]
    if isinstance(value, dict) and not is_config(value):
        return {key: _read(item, tensors) for key, item in value.items()}
    return revive(value)


def _placed(value: Any, tensors: dict[tuple, KerasTensor]) -> Any:
    if isinstance(value, (list, tuple)) and len(value) == 3 and isinstance(value[0], str):
        if tuple(value) not in tensors:
            raise ConfigError(f"the model's inputs or outputs name {value[0]!r}, which its layers do not make")
        return tensors[tuple(value)]
    if isinstance(value, dict):
        return {key: _placed(item, tensors) for key, item in value.items()}
    return [_placed(item, tensors) for item in value]


__all__ = ["MODULES", "draw", "graph_config"]
