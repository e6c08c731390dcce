"""Cutting layers off a model in place, as scripts of Keras 1 and 2 do: `model.layers.pop()`, `model.outputs = [...]`.

`model.layers` was the model's own list. Taking a layer out of it left the model's outputs as they were until they were
set, so it is here too.
"""

import weakref
from collections.abc import Iterable
from typing import Any

from ..engine.context import structure_changed
from ..engine.graph import Graph
from ..engine.layer import Layer


class LayerList(list):
    """The layers of a model; what is taken out of it is gone from `model.layers`."""

    def __init__(self, layers: Iterable[Layer], model: Any):
        super().__init__(layers)
        self._model = model

    def pop(self, index: Any = -1) -> Layer:
        layer = super().pop(index)
        self._left_out(layer)
        return layer

    def remove(self, layer: Layer) -> None:
        super().remove(layer)
        self._left_out(layer)

    def __delitem__(self, index: Any) -> None:
        gone = self[index] if isinstance(index, slice) else [self[index]]
        super().__delitem__(index)
        for layer in gone:
            self._left_out(layer)

    def __reduce__(self) -> Any:
        return (list, (list(self),))

    def _left_out(self, layer: Layer) -> None:
        known = self._model.__dict__.get("_layers_left_out", ())
        object.__setattr__(self._model, "_layers_left_out", (*known, weakref.ref(layer)))


def visible(model: Any, layers: list[Layer]) -> list[Layer]:
    """The layers that were not taken out."""
    gone = [reference() for reference in model.__dict__.get("_layers_left_out", ())]
    return LayerList((layer for layer in layers if not any(layer is other for other in gone)), model)


def set_outputs(model: Any, outputs: Any) -> None:
    """Make the model end at other tensors of its graph."""
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    inputs = model._graph_or_raise("inputs").input_tree
    _set(model, inputs, outputs[0] if len(outputs) == 1 else outputs)


def set_inputs(model: Any, inputs: Any) -> None:
    """Make the model begin at other tensors of its graph."""
    inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    _set(model, inputs[0] if len(inputs) == 1 else inputs, model._graph_or_raise("outputs").output_tree)


def _set(model: Any, inputs: Any, outputs: Any) -> None:
    graph = Graph(inputs, outputs)
    if "_stack" in model.__dict__:  # a Sequential goes on from here
        kept = {id(operation) for operation in graph.operations}
        model._stack = [layer for layer in model._stack if id(layer) in kept]
        model._tensors = [tensor for tensor in model._tensors if tensor is inputs or _is_before(tensor, graph)]
        if not model._tensors or model._tensors[-1] is not outputs:
            model._tensors = [inputs, outputs]
    model._set_graph(graph)
    structure_changed()


def _is_before(tensor: Any, graph: Graph) -> bool:
    return any(tensor is output for node in graph.nodes for output in node.outputs)


__all__ = ["LayerList", "set_inputs", "set_outputs", "visible"]
