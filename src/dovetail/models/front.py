"""The front of a model: its layers on texts, which run on the host before the model's program."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..engine.errors import StateError
from ..engine.graph import Graph
from ..engine.layer import Layer
from ..engine.tensor import KerasTensor


class Prepared(NamedTuple):
    """What went through the front already: an array for each input of the rest."""

    values: tuple[Any, ...]


class Front:
    """A graph with inputs of texts in two parts.

    Attributes:
        host: from the model's inputs to the first arrays of numbers.
        rest: from those to the outputs.
    """

    def __init__(self, graph: Graph):
        on_texts = [node for node in graph.nodes if any(_is_text(tensor) for tensor in node.inputs)]
        for node in on_texts:
            if isinstance(node.operation, Layer) and node.operation.trainable_weights:
                raise StateError(
                    f"{node.operation.name!r} takes texts and has weights to train: draw its layers on texts into the "
                    "outer model, and give it their outputs"
                )
        numbers = [tensor for tensor in graph.inputs if not _is_text(tensor)]
        numbers += [tensor for node in on_texts for tensor in node.outputs if not _is_text(tensor)]
        self.host = Graph(graph.inputs, numbers)
        self.rest = Graph(numbers, graph.output_tree)

    def __call__(self, values: list[Any], execute: Callable[..., Any]) -> Prepared:
        outputs, _ = self.host.run(values, [None] * len(values), execute)
        return Prepared(tuple(outputs))


def front_of(graph: Graph) -> Front | None:
    """The front of a graph that has one."""
    return Front(graph) if any(_is_text(tensor) for tensor in graph.inputs) else None


def _is_text(tensor: KerasTensor) -> bool:
    return tensor.dtype == "string"


def is_prepared(args: Any) -> bool:
    """Whether the first argument of a call went through the front."""
    return bool(args) and isinstance(args[0], Prepared)


__all__ = ["Front", "Prepared", "front_of", "is_prepared"]
