"""Drawing: a model as a picture of boxes and arrows, by pydot and Graphviz."""

import html
import itertools
import shutil
import sys
from pathlib import Path
from typing import Any

from ..engine.extras import needed
from ..engine.layer import Layer
from ..engine.operation import Node, Operation

STEPS, JOINS = "#ffffff", "#ffe9b3"  # colours of boxes: of one branch, and where branches meet
TEXT_FORMATS = ("dot", "gv")  # which pydot writes by itself


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """The model as a pydot graph: a box for each layer, an arrow for each value; boxes that join branches name them.

    Args:
        model: built, or a functional one.
        show_shapes: of what goes in and comes out.
        show_dtype: of what comes out.
        show_layer_names: besides the classes.
        rankdir: "TB" draws from top to bottom, "LR" from left to right.
        expand_nested: draw the layers of models inside the model.
        dpi: dots per inch.
        subgraph: give a `pydot.Cluster`, which goes inside another graph.
        show_layer_activations: the activation of layers that have one.
        show_trainable: whether a layer is trained.
        splines: how arrows are drawn: "ortho", "curved", "polyline", "spline" or "line".

    Raises:
        ImportError: pydot is not installed.
        ValueError: the model is not built, so that its layers are not known.
    """
    if kwargs:
        raise ValueError(f"model_to_dot has no argument {next(iter(kwargs))!r}")
    if not model.built and getattr(model, "_graph", None) is None:
        raise ValueError(f"model {model.name!r} is not built: call it on data, or `build`, before drawing it")
    boxes = _Boxes(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable, expand_nested)
    pydot = needed("pydot")
    if subgraph:
        graph = pydot.Cluster(graph_name=str(id(model)), label=html.escape(model.name), style="dashed")
    else:
        graph = pydot.Dot(rankdir=rankdir, concentrate="true", dpi=str(dpi), splines=splines)
        graph.set_node_defaults(shape="plaintext", fontname="Helvetica", margin="0")
    boxes.draw(graph, model)
    return graph


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Write a picture of a model to a file; see `model_to_dot` for the arguments.

    Args:
        to_file: its ending says the format: png, pdf, svg, ... need Graphviz; dot is text for it.

    Returns:
        In notebooks the picture, to be displayed.

    Raises:
        ImportError: pydot or Graphviz is not installed.
    """
    dot = model_to_dot(
        model, show_shapes, show_dtype, show_layer_names, rankdir, expand_nested, dpi, False, show_layer_activations,
        show_trainable, splines, **kwargs,
    )  # fmt: skip
    extension = Path(to_file).suffix[1:].lower() or "png"
    if extension in TEXT_FORMATS:
        Path(to_file).write_text(dot.to_string(), encoding="utf-8")
        return None
    if shutil.which("dot") is None:
        raise ImportError(
            f"plot_model needs Graphviz for a {extension} file, whose program `dot` is not installed; "
            "see https://graphviz.org/download. A file that ends in .dot needs none"
        )
    dot.write(str(to_file), format=extension)
    return _picture(to_file) if extension != "pdf" else None


def _picture(path: Any) -> Any:
    notebook = sys.modules.get("IPython.display")
    return None if notebook is None else notebook.Image(filename=str(path))


class _Boxes:
    """What is said of each layer, and the arrows between layers."""

    def __init__(self, shapes: bool, dtype: bool, names: bool, activations: bool, trainable: bool, expand: bool):
        self.shapes, self.dtype, self.names = shapes, dtype, names
        self.activations, self.trainable, self.expand = activations, trainable, expand
        self.pydot = needed("pydot")

    def draw(self, graph: Any, model: Any) -> None:
        nodes = _nodes(model)
        operations = _operations(model)
        for operation in operations:
            if self._opens(operation):
                cluster = self.pydot.Cluster(
                    graph_name=str(id(operation)), label=html.escape(operation.name), style="dashed"
                )
                self.draw(cluster, operation)
                graph.add_subgraph(cluster)
            else:
                calls = [node for node in nodes if node.operation is operation]
                graph.add_node(self.pydot.Node(str(id(operation)), label=self._label(operation, calls)))
        if model._graph is None:  # a Sequential that has not seen its input
            for before, after in itertools.pairwise(operations):
                self._arrow(graph, before, after)
        drawn = {id(operation) for operation in operations}
        for node in nodes:
            for index, tensor in enumerate(node.inputs):
                if tensor.node is not None and id(tensor.node.operation) in drawn:
                    source = self._exit(tensor.node.operation, tensor.tensor_index)
                    self._arrow(graph, source, self._entry(node.operation, index))

    def _opens(self, operation: Any) -> bool:
        return self.expand and isinstance(operation, Layer) and getattr(operation, "_graph", None) is not None

    def _exit(self, operation: Any, index: int) -> Any:
        """The box that the output `index` comes from: inside, for a model that is drawn open."""
        if not self._opens(operation):
            return operation
        tensor = operation._graph.outputs[index]
        return self._exit(tensor.node.operation, tensor.tensor_index)

    def _entry(self, operation: Any, index: int) -> Any:
        """The box that the input `index` goes to."""
        if not self._opens(operation):
            return operation
        tensor = operation._graph.inputs[index]
        drawn = _operations(operation)
        if tensor.node is not None and tensor.node.operation in drawn:
            return tensor.node.operation
        takers = [(node, node.inputs.index(tensor)) for node in operation._graph.nodes if tensor in node.inputs]
        node, place = takers[0]
        return self._entry(node.operation, place)

    def _arrow(self, graph: Any, source: Any, target: Any) -> None:
        ends = str(id(source)), str(id(target))
        if not graph.get_edge(*ends):
            graph.add_edge(self.pydot.Edge(*ends))

    def _label(self, operation: Any, calls: list[Node]) -> str:
        """A table in Graphviz's HTML: name and class, then what was asked for."""
        title = html.escape(type(operation).__name__)
        if self.names:
            title = f"<b>{html.escape(operation.name)}</b> ({title})"
        rows = [title]
        branches = calls[0].inputs if calls else []
        if len(branches) > 1:
            rows.append(f"joins: {html.escape(', '.join(_source_name(tensor) for tensor in branches))}")
        activation = getattr(operation, "activation", None)
        if self.activations and activation is not None:
            rows.append(f"activation: {html.escape(getattr(activation, '__name__', type(activation).__name__))}")
        if calls and self.shapes:
            rows += [f"in: {_shapes(calls[0].inputs)}"] if calls[0].inputs else []
            rows.append(f"out: {_shapes(calls[0].outputs)}")
        if calls and self.dtype:
            rows.append(f"dtype: {', '.join(str(tensor.dtype) for tensor in calls[0].outputs)}")
        if self.trainable and isinstance(operation, Layer):
            rows.append(f"trainable: {'yes' if operation.trainable else 'no'}")
        colour = JOINS if len(branches) > 1 else STEPS
        cells = "".join(f"<tr><td>{row}</td></tr>" for row in rows)
        return f'<<table border="0" cellborder="1" cellspacing="0" cellpadding="6" bgcolor="{colour}">{cells}</table>>'


def _operations(model: Any) -> list[Operation]:
    """What is drawn as boxes: the layers, and the functions between them; a subclassed model is one box."""
    if hasattr(model, "_stack"):
        return list(model.layers)
    return [model] if model._graph is None else list(model.operations)


def _nodes(model: Any) -> list[Node]:
    """The calls inside the model, those of its inputs first."""
    if model._graph is None:
        return []
    inputs = [tensor.node for tensor in model._graph.inputs if tensor.node is not None]
    return [*inputs, *(node for node in model._graph.nodes if node not in inputs)]


def _source_name(tensor: Any) -> str:
    return tensor.name if tensor.node is None else tensor.node.operation.name


def _shapes(tensors: Any) -> str:
    return ", ".join(str(tensor.shape) for tensor in tensors)
