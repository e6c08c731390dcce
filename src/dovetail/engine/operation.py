"""Operations and nodes: calling an operation on symbolic tensors records a node and infers shapes by tracing."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .configs import Configured, snake_case
from .context import StatelessScope, entered
from .naming import unique_name
from .tensor import KerasTensor, Spec, any_symbolic
from .variable import OPERATORS, Variable

# An open axis is traced with these two sizes; an output axis that differs is open. Both have many divisors,
# so that reshapes and strides which divide the axis go through.
OPEN_SIZES = (5040, 10080)


class Node:
    """One call of an operation in a graph: what went in (nested, with tensors in place) and what came out."""

    def __init__(self, operation: "Operation", args: tuple, kwargs: dict, outputs: Any):
        self.operation = operation
        self.args, self.kwargs = args, kwargs
        self.inputs = [leaf for leaf in jax.tree.leaves((args, kwargs)) if isinstance(leaf, KerasTensor)]
        self.output_tree = outputs
        self.outputs = [leaf for leaf in jax.tree.leaves(outputs) if isinstance(leaf, KerasTensor)]
        for index, tensor in enumerate(self.outputs):
            tensor.node, tensor.tensor_index = self, index
        operation._inbound_nodes.append(self)

    def arguments(self, values: Callable[[KerasTensor], Any]) -> tuple[tuple, dict]:
        """The arguments with `values(tensor)` in place of each tensor."""
        return jax.tree.map(
            lambda leaf: values(leaf) if isinstance(leaf, KerasTensor) else leaf, (self.args, self.kwargs)
        )


class Operation(Configured):
    """Something that can be called on arrays, and on symbolic tensors, where it records a node.

    Args:
        name: of the operation; None makes one from the class.
    """

    def __init__(self, name: str | None = None):
        if name is not None and (not isinstance(name, str) or not name or "/" in name):
            raise ValueError(f"a name is a non-empty text without '/', not {name!r}")
        self.name = name or unique_name(snake_case(type(self).__name__))
        self._inbound_nodes: list[Node] = []

    is_source = False  # whether it needs no input: what it gives comes from variables, or is drawn

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a `call` method")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if any_symbolic(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record one call on symbolic tensors; returns the symbolic outputs."""
        specs, masks = self._traced_specs(args, kwargs)
        outputs = jax.tree.map(lambda spec: KerasTensor(*spec), specs, is_leaf=_is_spec)
        Node(self, args, kwargs, outputs)
        for tensor, mask in zip(jax.tree.leaves(outputs), masks or (), strict=False):
            tensor.mask_spec = mask
        return outputs

    def _traced_specs(self, args: tuple, kwargs: dict) -> tuple[Any, list | None]:
        """Specs of the outputs, and of their masks if any."""
        return trace(self.call, args, kwargs), None

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """The symbolic outputs for symbolic inputs, without recording anything."""
        specs, _ = self._traced_specs(args, kwargs)
        return jax.tree.map(lambda spec: KerasTensor(*spec), specs, is_leaf=_is_spec)

    def _only_node(self, what: str) -> Node:
        if len(self._inbound_nodes) != 1:
            raise AttributeError(
                f"{self.name!r} was called {len(self._inbound_nodes)} times on symbolic tensors, "
                f"so it has no single `{what}`"
            )
        return self._inbound_nodes[0]

    @property
    def input(self) -> Any:
        """The symbolic input of its only call."""
        node = self._only_node("input")
        first = node.args[0] if node.args else next(iter(node.kwargs.values()))
        return first if any_symbolic(first) else node.inputs[0]

    @property
    def output(self) -> Any:
        """The symbolic output of its only call."""
        return self._only_node("output").output_tree


class Function(Operation):
    """A plain function as an operation of a graph."""

    def __init__(self, function: Callable[..., Any], name: str | None = None):
        super().__init__(name or unique_name(snake_case(function.__name__) or "function"))
        self.call = function  # type: ignore[method-assign]


def lift(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of arrays, made to take symbolic tensors (recording a node) and variables (their values) too."""

    @functools.wraps(function)
    def lifted(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = jax.tree.map(lambda x: x.value if isinstance(x, Variable) else x, (args, kwargs))
        if any_symbolic(args, kwargs):
            return Function(function)(*args, **kwargs)
        return function(*args, **kwargs)

    return lifted


def trace(function: Callable[..., Any], args: Any, kwargs: Any, **static: Any) -> Any:
    """Specs of `function(*args, **kwargs)`'s outputs, found by abstract evaluation: nothing is computed.

    KerasTensors and Specs among the arguments stand for arrays; whatever the function assigns or adds is discarded.
    """
    leaves, structure = jax.tree.flatten((args, kwargs), is_leaf=_is_spec)
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, (KerasTensor, Spec))]
    if any(leaves[i].dtype == "string" for i in places):
        return _tried(lambda filled: function(*filled[0], **filled[1], **static), leaves, places, structure)

    def evaluate(size: int) -> tuple[list, Any]:
        def run(*arrays: Any) -> Any:
            filled = list(leaves)
            for place, array in zip(places, arrays, strict=True):
                filled[place] = array
            full_args, full_kwargs = structure.unflatten(filled)
            with StatelessScope(), entered(open_size=size):
                return function(*full_args, **full_kwargs, **static)

        shapes = [tuple(size if axis is None else axis for axis in leaves[i].shape) for i in places]
        structs = [jax.ShapeDtypeStruct(shape, leaves[i].dtype) for shape, i in zip(shapes, places, strict=True)]
        return jax.tree.flatten(jax.eval_shape(run, *structs))

    first, output_structure = evaluate(OPEN_SIZES[0])
    second = first
    if any(axis is None for i in places for axis in leaves[i].shape):
        second, _ = evaluate(OPEN_SIZES[1])
    return output_structure.unflatten(
        Spec(tuple(x if x == y else None for x, y in zip(a.shape, b.shape, strict=True)), a.dtype.name)
        for a, b in zip(first, second, strict=True)
    )


def _tried(function: Callable[[Any], Any], leaves: list[Any], places: list[int], structure: Any) -> Any:
    """As `trace`, for texts, which JAX has no arrays of: the function runs on two small batches."""

    def evaluate(size: int) -> tuple[list, Any]:
        filled = list(leaves)
        for place in places:
            shape = tuple(size if axis is None else axis for axis in leaves[place].shape)
            dtype = leaves[place].dtype
            filled[place] = np.full(shape, "a", object) if dtype == "string" else jnp.zeros(shape, dtype)
        with StatelessScope(), entered(open_size=size):
            return jax.tree.flatten(function(structure.unflatten(filled)))

    first, output_structure = evaluate(2)
    second, _ = evaluate(3)
    return output_structure.unflatten(
        Spec(
            tuple(x if x == y else None for x, y in zip(np.shape(a), np.shape(b), strict=True)),
            "string" if np.asarray(a).dtype.kind in "USO" else np.asarray(a).dtype.name,
        )
        for a, b in zip(first, second, strict=True)
    )


def open_shape(x: Any) -> tuple[int | None, ...]:
    """The shape of an array for messages, with None where it stands for an open axis while a graph is drawn."""
    traced = isinstance(x, jax.core.Tracer)
    return tuple(None if traced and size in OPEN_SIZES else size for size in x.shape)


def _is_spec(x: Any) -> bool:
    return isinstance(x, Spec)


# operators of symbolic tensors whose operation has another name in Keras
OPERATIONS = {
    "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "floordiv": "floor_divide", "pow": "power",
    "neg": "negative", "abs": "absolute", "invert": "logical_not", "lt": "less", "le": "less_equal",
    "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal", "and": "logical_and",
    "or": "logical_or", "xor": "logical_xor", "getitem": "get_item",
}  # fmt: skip


def _tensor_operator(name: str) -> Callable[..., Any]:
    def operator(x: Any, *operands: Any) -> Any:
        return getattr(x, name)(*operands)

    short = name.strip("_")
    is_reflected = short.startswith("r")  # `2 - x` calls `x.__rsub__(2)`
    short = short.removeprefix("r")
    operator.__name__ = OPERATIONS.get(short, short)
    operator.is_reflected = is_reflected  # type: ignore[attr-defined]
    return operator


def reshape(self: Any, newshape: Any) -> Any:
    """The values in another shape."""
    return self.reshape(newshape)


def squeeze(self: Any, axis: Any = None) -> Any:
    """Without the axes of size 1, or without those given."""
    return self.squeeze(axis)


for _function in (reshape, squeeze):
    _function.is_reflected = False  # type: ignore[attr-defined]
    setattr(KerasTensor, _function.__name__, lift(_function))
for _name in OPERATORS:
    setattr(KerasTensor, _name, lift(_tensor_operator(_name)))
KerasTensor.__hash__ = lambda self: id(self)  # type: ignore[method-assign, assignment]
