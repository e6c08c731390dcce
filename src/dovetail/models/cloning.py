"""Cloning: a model's graph drawn again with new layers, some of them replaced."""

from collections.abc import Callable, Mapping
from typing import Any

import jax

from ..engine.configs import like
from ..engine.errors import StateError
from ..engine.layer import Layer
from ..engine.operation import Function, Node, Operation
from ..engine.tensor import KerasTensor
from ..layers.input import Input, InputLayer
from .model import Model
from .sequential import Sequential

# Draws one call of the graph again: given the original node and its new arguments, returns the new outputs.
Redraw = Callable[..., Any]


def clone_layer(layer: Layer) -> Layer:
    """A new layer with the same configuration, not built; a model with its layers cloned."""
    if isinstance(layer, Model) and layer._graph is not None:
        return clone_model(layer)
    return like(layer)


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Model:
    """A model with the same graph and new layers, with new initial weights.

    Args:
        input_tensors: used in place of new inputs, nested as the model's.
        clone_function: from a layer to its clone; shared layers are cloned once.
        call_function: called as (clone, *args, **kwargs) in place of calling the clone.
        recursive: whether `clone_function` goes into nested models too.
    """
    if kwargs:
        raise TypeError(f"clone_model has no argument {next(iter(kwargs))!r}")
    if isinstance(model, Sequential):
        return _clone_sequential(model, input_tensors, clone_function, recursive)
    if model._graph is None:
        raise StateError(f"{model.name!r} is a subclassed model: it has no graph to clone; make a new object instead")

    def clone(layer: Layer) -> Layer:
        if recursive and isinstance(layer, Model) and layer._graph is not None:
            return clone_model(layer, clone_function=clone_function, recursive=True)
        return (clone_function or clone_layer)(layer)

    return redraw(model, input_tensors=input_tensors, clone=clone, call_function=call_function)


def _clone_sequential(model: Sequential, input_tensors: Any, clone_function: Any, recursive: bool) -> Sequential:
    clones = []
    for layer in model._stack:
        if isinstance(layer, InputLayer):
            continue
        if recursive and isinstance(layer, Model) and layer._graph is not None:
            clones.append(clone_model(layer, clone_function=clone_function, recursive=True))
        else:
            clones.append((clone_function or clone_layer)(layer))
    tensor = input_tensors
    if tensor is None and model._graph is not None:
        tensor = _new_input(model._graph.inputs[0])
    return Sequential([*([] if tensor is None else [tensor]), *clones], name=model.name)


def redraw(
    model: Model,
    replace: Mapping[str, Callable[[Node, tuple, dict], Any]] | None = None,
    input_tensors: Any = None,
    clone: Callable[[Layer], Layer] = clone_layer,
    call_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Model:
    """The model's graph drawn again on new layers.

    Args:
        replace: by layer name, a function of (node, args, kwargs) that returns the outputs of that call instead.
            What comes after is built again with the shapes that follow.
        clone: from a layer to its clone; called once a layer, so sharing is kept.
    """
    graph = model._graph_or_raise("graph")
    given = jax.tree.leaves(input_tensors) or [_new_input(tensor) for tensor in graph.inputs]
    new: dict[int, KerasTensor] = {id(old): tensor for old, tensor in zip(graph.inputs, given, strict=True)}
    clones: dict[int, Operation] = {}
    for node in graph.nodes:
        args, kwargs = node.arguments(lambda tensor: new[id(tensor)])
        operation = node.operation
        if replace and operation.name in replace:
            outputs = replace[operation.name](node, args, kwargs)
        else:
            if id(operation) not in clones:
                is_layer = isinstance(operation, Layer)
                clones[id(operation)] = clone(operation) if is_layer else Function(operation.call)
            copied = clones[id(operation)]
            if call_function is not None and isinstance(copied, Layer):
                outputs = call_function(copied, *args, **kwargs)
            else:
                outputs = copied(*args, **kwargs)
        for old, tensor in zip(node.outputs, jax.tree.leaves(outputs), strict=True):
            new[id(old)] = tensor
    inputs = jax.tree.map(lambda tensor: new[id(tensor)], graph.input_tree)
    outputs = jax.tree.map(lambda tensor: new[id(tensor)], graph.output_tree)
    return Model(inputs, outputs, name=name or model.name)


def _new_input(tensor: KerasTensor) -> KerasTensor:
    name = tensor.node.operation.name if tensor.node is not None else None
    return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=name)
