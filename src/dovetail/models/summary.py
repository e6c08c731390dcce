"""summary: what a model is made of, as a table."""

from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from ..engine.errors import unknown_name
from ..engine.layer import Layer
from ..engine.operation import Node
from ..engine.tensor import KerasTensor

UNITS = ("B", "KB", "MB", "GB", "TB")


def summary(
    model: Any,
    line_length: int | None = None,
    positions: Any = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Any = None,
) -> None:
    """Print the layers of a model with output shapes, parameters, and, where it branches, what each is connected to.

    Args:
        line_length: width in characters; None is the terminal's.
        positions: accepted as in Keras; columns take the room they need.
        print_fn: called with every line instead of printing.
        expand_nested: show the layers of models inside the model.
        show_trainable: a column with Y or N.
        layer_range: a pair of layer names: only the layers from one to the other.
    """
    lines = Console(record=True, width=line_length, force_terminal=False if print_fn else None)
    table = Table(title=f'Model: "{model.name}"', title_justify="left", title_style="bold")
    table.add_column("Layer (type)", overflow="fold")
    table.add_column("Output shape", overflow="fold")
    table.add_column("Params", justify="right", no_wrap=True)
    branches = _has_branches(model)
    if branches:
        table.add_column("Connected to", overflow="fold")
    if show_trainable:
        table.add_column("Trainable", justify="center")
    for row in _rows(model, branches, expand_nested, show_trainable, layer_range, ""):
        table.add_row(*row)
    text = [_totals(model)]
    if print_fn is None:
        Console(width=line_length).print(table, *text, sep="\n", highlight=False)
        return
    with lines.capture() as captured:
        lines.print(table, *text, sep="\n", highlight=False)
    for line in captured.get().rstrip("\n").split("\n"):
        print_fn(line)


def _has_branches(model: Any) -> bool:
    """Whether any layer has several inputs or is called several times."""
    if model._graph is None:
        return False
    nodes = model._graph.nodes
    takers: dict[int, int] = {}
    for node in nodes:
        for tensor in node.inputs:
            takers[id(tensor)] = takers.get(id(tensor), 0) + 1
    return (
        len(model._graph.inputs) > 1
        or any(len(node.inputs) > 1 for node in nodes)
        or any(count > 1 for count in takers.values())
        or len({id(node.operation) for node in nodes}) < len(nodes)
    )


def _rows(model: Any, branches: bool, expand: bool, trainable: bool, layer_range: Any, indent: str) -> list[list[str]]:
    operations = model.layers if model._graph is None else model.operations
    if hasattr(model, "_stack"):
        operations = model.layers
    rows = []
    for operation in _between(operations, layer_range):
        is_layer = isinstance(operation, Layer)
        nodes = _nodes_in(model, operation)
        row = [
            f"{indent}{operation.name} ({type(operation).__name__})",
            _shape(operation, nodes),
            f"{operation.count_params():,}" if is_layer and operation.built else ("?" if is_layer else "0"),
        ]
        if branches:
            row.append("\n".join(_sources(node) for node in nodes))
        if trainable:
            row.append(("Y" if operation.trainable else "N") if is_layer and operation.weights else "-")
        rows.append(row)
        if expand and is_layer and hasattr(operation, "_graph"):
            rows += _rows(operation, branches, expand, trainable, None, indent + "  └ ")
    return rows


def _between(operations: list[Any], layer_range: Any) -> list[Any]:
    if layer_range is None:
        return list(operations)
    names = [operation.name for operation in operations]
    for name in layer_range:
        if name not in names:
            raise unknown_name("layer", name, names)
    return list(operations)[names.index(layer_range[0]) : names.index(layer_range[1]) + 1]


def _nodes_in(model: Any, operation: Any) -> list[Node]:
    """The calls of an operation that belong to this model."""
    if model._graph is None:
        return list(operation._inbound_nodes)
    own = {id(node) for node in model._graph.nodes}
    return [node for node in operation._inbound_nodes if id(node) in own]


def _shape(operation: Any, nodes: list[Node]) -> str:
    found = nodes or operation._inbound_nodes
    if not found:
        return "?"
    shapes = [str(tensor.shape) for tensor in found[0].outputs]
    return ", ".join(shapes)


def _sources(node: Node) -> str:
    """What one call takes its inputs from: `left, right`; other outputs than the first with their number."""
    names = []
    for tensor in node.inputs:
        if isinstance(tensor, KerasTensor) and tensor.node is not None:
            suffix = f"[{tensor.tensor_index}]" if len(tensor.node.outputs) > 1 else ""
            names.append(f"{tensor.node.operation.name}{suffix}")
        else:
            names.append(tensor.name)
    return ", ".join(names)


def _totals(model: Any) -> str:
    weights = model.weights
    if not model.built and not weights:
        return "Not built yet: call the model on data, or fit it, to see its shapes and parameters."
    chosen = {id(variable) for variable in model.trainable_variables}
    kinds = {
        "Total params": weights,
        "Trainable params": [v for v in weights if id(v) in chosen],
        "Non-trainable params": [v for v in weights if id(v) not in chosen],
    }
    if model.optimizer is not None and model.optimizer.built:
        kinds["Optimizer params"] = model.optimizer.variables
    return "\n".join(f"{name}: {_count(variables)}" for name, variables in kinds.items())


def _count(variables: list[Any]) -> str:
    numbers = sum(int(variable._value.size) for variable in variables)
    return f"{numbers:,} ({size(sum(variable._value.nbytes for variable in variables))})"


def size(count: float) -> str:
    """A number of bytes as people read it: 4.82 KB."""
    for unit in UNITS[:-1]:
        if count < 1024:
            return f"{count:.2f} {unit}"
        count /= 1024
    return f"{count:.2f} {UNITS[-1]}"
