"""Function: a graph of operations, callable on arrays, without a training loop."""

from typing import Any

import jax

from ..engine.errors import ShapeError, format_shape
from ..engine.graph import Graph
from ..engine.layer import Layer
from ..engine.operation import Operation
from ..engine.tensor import KerasTensor
from ..training.binding import bind
from .model import execute, fitted, names_of


class Function(Operation):
    """What computes `outputs` from `inputs`, and no more of the graph than that.

    Args:
        inputs: KerasTensors: one, or a list, tuple or dictionary of them.
        outputs: KerasTensors that depend on them, nested in any way.
        name: of the function.

    Raises:
        GraphError: the outputs need an input that is not given.

    Example:
        >>> import dovetail, numpy
        >>> x = dovetail.Input((3,))
        >>> double = Function(x, x * 2)
        >>> double(numpy.array([[1.0, 2.0, 3.0]]))
        Array([[2., 4., 6.]], dtype=float32)
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None):
        super().__init__(name=name)
        self._graph = Graph(inputs, outputs)
        self.operations: list[Operation] = list(self._graph.operations)

    @property
    def inputs(self) -> list[KerasTensor]:
        return self._graph.inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        return self._graph.outputs

    @property
    def layers(self) -> list[Layer]:
        """The operations that are layers."""
        return [operation for operation in self.operations if isinstance(operation, Layer)]

    @property
    def input_shape(self) -> Any:
        return jax.tree.map(lambda tensor: tensor.shape, self._graph.input_tree)

    @property
    def output_shape(self) -> Any:
        return jax.tree.map(lambda tensor: tensor.shape, self._graph.output_tree)

    def call(self, inputs: Any) -> Any:
        """The outputs for arrays, nested as `outputs` is."""
        names = names_of(self._graph.input_tree)
        found = zip(bind(inputs, names, "inputs", "input"), self.inputs, names, strict=True)
        values = [fitted(value, tensor, name, self.name) for value, tensor, name in found]
        return self._graph.run(values, [None] * len(values), execute)[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shapes of the outputs for inputs of these shapes, nested as `inputs` is.

        Raises:
            ShapeError: a shape has another rank than the input.
        """
        shapes = jax.tree.leaves(input_shape, is_leaf=_is_shape)
        if len(shapes) != len(self.inputs) or any(
            len(shape) != len(tensor.shape) for shape, tensor in zip(shapes, self.inputs, strict=False)
        ):
            wanted = ", ".join(format_shape(tensor.shape) for tensor in self.inputs)
            raise ShapeError(f"{self.name!r} takes inputs like {wanted}, not {input_shape}")
        tensors = [KerasTensor(shape, tensor.dtype) for shape, tensor in zip(shapes, self.inputs, strict=True)]
        structure = jax.tree.structure(self._graph.input_tree)
        outputs = self.compute_output_spec(structure.unflatten(tensors))
        return jax.tree.map(lambda tensor: tensor.shape, outputs)

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError("a Function has no configuration; make a `Model` of the same inputs and outputs")


def _is_shape(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(size is None or isinstance(size, int) for size in value)
