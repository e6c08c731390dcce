"""Graph: the nodes between some inputs and some outputs, in the order in which they can run."""

from collections.abc import Iterable
from typing import Any

import jax

from .context import current
from .errors import DovetailError
from .operation import Node, Operation
from .tensor import KerasTensor


class GraphError(DovetailError, ValueError):
    """Outputs that cannot be computed from the given inputs."""


class Graph:
    """All that is needed to go from `inputs` to `outputs` (nested structures of KerasTensors).

    Attributes:
        nodes: in running order.
        operations: in Keras's order: by depth below the outputs, deepest first, then as met going up from the outputs.
    """

    def __init__(self, inputs: Any, outputs: Any):
        self.input_tree, self.output_tree = inputs, outputs
        self.inputs: list[KerasTensor] = jax.tree.leaves(inputs)
        self.outputs: list[KerasTensor] = jax.tree.leaves(outputs)
        for tensor in (*self.inputs, *self.outputs):
            if not isinstance(tensor, KerasTensor):
                raise GraphError(f"a model is made of symbolic tensors, from Input or a layer's call; got {tensor!r}")
        given = {id(tensor) for tensor in self.inputs}
        order, met = self._visit(given)
        depths = _depths(order)
        for tensor in self.inputs:  # an input that nothing uses still belongs to the model
            if tensor.node is not None and tensor.node not in depths and not tensor.node.inputs:
                depths[tensor.node] = 0
                met.setdefault(tensor.node.operation, len(met))
        operation_depths: dict[Operation, int] = {}
        for node, depth in depths.items():
            operation_depths[node.operation] = max(depth, operation_depths.get(node.operation, 0))
        self.operations = sorted(operation_depths, key=lambda op: (-operation_depths[op], met[op]))
        self.nodes = [node for node in order if not all(id(tensor) in given for tensor in node.outputs)]

    def _visit(self, given: set[int]) -> tuple[list[Node], dict[Operation, int]]:
        """Nodes with what they need before them, and operations in the order met going up."""
        order: list[Node] = []
        done: set[Node] = set()
        met: dict[Operation, int] = {}
        stack: list[tuple[KerasTensor, bool]] = [(tensor, False) for tensor in reversed(self.outputs)]
        while stack:
            tensor, is_ready = stack.pop()
            node = tensor.node
            if is_ready:
                if node not in done:
                    done.add(node)
                    order.append(node)
                continue
            if node in done or (node is None and id(tensor) in given):
                continue
            is_boundary = id(tensor) in given
            if node is None or not (node.inputs or is_boundary or node.operation.is_source):
                names = ", ".join(repr(_label(x)) for x in self.inputs) or "none"
                raise GraphError(
                    f"the outputs depend on {_label(tensor)!r}, which is not among the model's inputs ({names}). "
                    "Add it to `inputs`."
                )
            if is_boundary and node.inputs:  # an intermediate tensor used as input: the graph starts here
                continue
            met.setdefault(node.operation, len(met))
            stack.append((tensor, True))
            stack.extend((parent, False) for parent in reversed(node.inputs))
        return order, met

    def run(self, values: Iterable[Any], masks: Iterable[Any], execute: Any) -> tuple[Any, Any]:
        """Run every node on real values.

        Args:
            values: one array for each of `inputs`, and `masks` likewise (None where there is none).
            execute: function of (operation, args, kwargs, mask_of) returning flat outputs and flat masks.

        Returns:
            the outputs and their masks, each nested as `output_tree`.
        """
        scope = current().scope
        known: dict[int, Any] = {} if scope is None else scope.tensors
        known.update((id(tensor), value) for tensor, value in zip(self.inputs, values, strict=True))
        known_masks = {id(tensor): mask for tensor, mask in zip(self.inputs, masks, strict=True)}
        for node in self.nodes:
            args, kwargs = node.arguments(lambda tensor: known[id(tensor)])
            node_masks = jax.tree.map(  # what is no tensor has no mask
                lambda leaf: known_masks.get(id(leaf)) if isinstance(leaf, KerasTensor) else None,
                (node.args, node.kwargs),
            )
            outputs, output_masks = execute(node.operation, args, kwargs, node_masks)
            for tensor, value, mask in zip(node.outputs, outputs, output_masks, strict=True):
                known[id(tensor)], known_masks[id(tensor)] = value, mask
        return (
            jax.tree.map(lambda tensor: known[id(tensor)], self.output_tree),
            [known_masks.get(id(tensor)) for tensor in self.outputs],
        )


def _depths(order: list[Node]) -> dict[Node, int]:
    """How far each node is above the outputs; all calls of one operation count as its deepest so far."""
    depths: dict[Node, int] = {}
    of_operation: dict[Operation, int] = {}
    for node in reversed(order):
        depth = max(depths.get(node, 0), of_operation.get(node.operation, 0))
        depths[node] = of_operation[node.operation] = depth
        for tensor in node.inputs:
            if tensor.node is not None:
                depths[tensor.node] = max(depth + 1, depths.get(tensor.node, 0))
    reached = set(order)
    return {node: depth for node, depth in depths.items() if node in reached}


def _label(tensor: KerasTensor) -> str:
    return tensor.node.operation.name if tensor.node is not None else tensor.name


def get_source_inputs(tensor: KerasTensor) -> list[KerasTensor]:
    """The tensors without a history of their own that `tensor` is computed from, each once."""
    if not isinstance(tensor, KerasTensor):
        raise GraphError(f"only a symbolic tensor has inputs that it is computed from; got {tensor!r}")
    sources: dict[int, KerasTensor] = {}
    seen: set[int] = set()
    stack = [tensor]
    while stack:
        found = stack.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if found.node is None or not found.node.inputs:
            sources[id(found)] = found
        else:
            stack += reversed(found.node.inputs)
    return list(sources.values())
