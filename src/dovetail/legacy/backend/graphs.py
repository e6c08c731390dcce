"""Values of symbolic tensors: running the part of a graph that they need."""

from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

from ...engine.context import StatelessScope, current, entered, structure_version
from ...engine.errors import StateError, format_shape
from ...engine.layer import Layer
from ...engine.operation import OPEN_SIZES, Node
from ...engine.pure import keyed, pure, read, write
from ...engine.tensor import KerasTensor
from ...engine.variable import Variable
from ...ops.kernels.options import compile_jit


class MissingValue(StateError):
    """A tensor is wanted that depends on an input which has no value here."""


class Evaluation:
    """Values of tensors, from the values of some of them.

    Args:
        given: values by the tensors' ids.
        moved: something to add to the values of some tensors, by id: derivatives are taken with respect to it.
        known: where values are kept.
    """

    def __init__(self, given: Any, moved: dict[int, Any] | None = None, known: dict[int, Any] | None = None):
        self.given, self.moved = given, moved or {}
        self.known: dict[int, Any] = {} if known is None else known
        self.masks: dict[int, Any] = {}

    def run(self, tree: Any) -> Any:
        """The values of the symbolic tensors in a nested structure; the rest of it stays."""
        tensors = [leaf for leaf in jax.tree.leaves(tree) if isinstance(leaf, KerasTensor)]
        nodes = needed(tensors, self._start)
        # gradients run forward again, from the same states of random generators: so before these go on
        for node in sorted(nodes, key=lambda node: not hasattr(node.operation, "differentiate")):
            self._execute(node)
        return jax.tree.map(lambda leaf: self.known[id(leaf)] if isinstance(leaf, KerasTensor) else leaf, tree)

    def _start(self, tensor: KerasTensor) -> bool:
        """Whether the value of this tensor is known beforehand."""
        if id(tensor) in self.known:
            return True
        value = self.given.get(id(tensor))
        if value is None:
            return False
        self._know(tensor, value, None)
        return True

    def _know(self, tensor: KerasTensor, value: Any, mask: Any) -> None:
        if id(tensor) in self.moved:
            value = value + self.moved[id(tensor)]
        self.known[id(tensor)], self.masks[id(tensor)] = value, mask

    def _execute(self, node: Node) -> None:
        operation = node.operation
        if hasattr(operation, "differentiate"):
            outputs, masks = operation.differentiate(self.given, self.moved), []
        else:
            args, kwargs = node.arguments(lambda tensor: self.known[id(tensor)])
            if isinstance(operation, Layer):
                masks = jax.tree.map(
                    lambda leaf: self.masks.get(id(leaf)) if isinstance(leaf, KerasTensor) else None,
                    (node.args, node.kwargs),
                )
                outputs, masks = operation.run(args, kwargs, masks if jax.tree.leaves(masks) else None)
            else:
                outputs, masks = operation.call(*args, **kwargs), []
        flat = jax.tree.leaves(outputs)
        masks = list(masks) or [None] * len(flat)
        for tensor, value, mask in zip(node.outputs, flat, masks, strict=True):
            if id(tensor) not in self.known:  # given ones stay as given
                self._know(tensor, value, mask)


def needed(tensors: Iterable[KerasTensor], is_known: Callable[[KerasTensor], bool]) -> list[Node]:
    """The nodes that must run for these tensors, in running order.

    Raises:
        MissingValue: a tensor depends on an input that is not known.
    """
    order: list[Node] = []
    done: set[Node] = set()
    stack: list[tuple[KerasTensor, bool]] = [(tensor, False) for tensor in reversed(list(tensors))]
    while stack:
        tensor, is_ready = stack.pop()
        node = tensor.node
        if is_ready:
            if node not in done:
                done.add(node)
                order.append(node)
            continue
        if is_known(tensor) or node in done:
            continue
        if node is None or not (node.inputs or node.operation.is_source):
            name = tensor.name if node is None else node.operation.name
            raise MissingValue(
                f"a value is needed for the input {name!r} {format_shape(tensor.shape)}: give one, "
                "in the inputs of K.function for instance"
            )
        stack.append((tensor, True))
        if not hasattr(node.operation, "differentiate"):  # which looks for what it needs itself
            stack.extend((parent, False) for parent in reversed(node.inputs))
    return order


def sources(tensors: Iterable[KerasTensor]) -> list[KerasTensor]:
    """The inputs (placeholders, outputs of `Input`) that tensors depend on, each once."""
    found: dict[int, KerasTensor] = {}

    def note(tensor: KerasTensor) -> bool:
        node = tensor.node
        if node is not None and hasattr(node.operation, "differentiate"):
            found.update((id(parent), parent) for parent in node.inputs)
        is_input = node is None or not (node.inputs or node.operation.is_source)
        if is_input:
            found[id(tensor)] = tensor
        return is_input

    needed(tensors, note)
    return list(found.values())


class Reading(StatelessScope):
    """A scope that remembers which variables were read or assigned in it."""

    def __init__(self) -> None:
        super().__init__()
        self.read: dict[int, Variable] = {}

    def get_current_value(self, variable: Any) -> Any:
        self.read[id(variable)] = variable
        return super().get_current_value(variable)

    def set_value(self, variable: Any, value: Any) -> None:
        self.read[id(variable)] = variable
        super().set_value(variable, value)


def variables_read(function: Callable[..., Any], *structs: Any) -> list[Variable]:
    """The variables that `function` reads or assigns when called on arrays of these shapes; nothing is computed."""
    scope = Reading()

    def run(*arrays: Any) -> Any:
        with scope:
            return function(*arrays)

    jax.eval_shape(run, *structs)
    return list(scope.read.values())


def value_of(tensor: KerasTensor) -> Any:
    """What a symbolic tensor is here: inside a running function, what the graph that runs made it; else its own value.

    Raises:
        MissingValue: it depends on inputs that have no value here.
    """
    context = current()
    scope = context.scope
    if scope is None and context.layer is None:
        return closed_value(tensor)
    value = None if scope is None else scope.get_tensor_value(tensor)
    if value is not None:
        return value
    try:
        return Evaluation(Known(scope)).run(tensor)
    except MissingValue:
        if context.open_size is None:
            raise
        return stand_in(tensor, context.open_size)


class Known:
    """What the graphs that run have made of tensors so far, as a dictionary; and `more`."""

    def __init__(self, scope: StatelessScope | None, more: dict[int, Any] | None = None):
        self.scope, self.more = scope, more or {}

    def get(self, key: int) -> Any:
        if key in self.more:
            return self.more[key]
        scope = self.scope
        while scope is not None:
            if key in scope.tensors:
                return scope.tensors[key]
            scope = scope.parent
        return None


def stand_in(tensor: KerasTensor, size: int) -> Any:
    """Something of the tensor's shape, while a graph is drawn around it."""
    known = getattr(tensor, "sizes", {})
    if known:
        return known.get(size, known[OPEN_SIZES[0]])
    return jnp.zeros([size if axis is None else axis for axis in tensor.shape], tensor.dtype)


def closed_value(tensor: KerasTensor) -> Any:
    """The value of a tensor that depends on variables alone, computed now, outside of any function.

    What it assigns is assigned.
    """
    with Reading() as scope:
        value = Evaluation({}).run(tensor)
    for key, new in scope.assigned.items():
        scope.read[key].assign(new)
    return value


class Program:
    """Outputs and updates of a graph for given inputs, compiled.

    Args:
        inputs: tensors that are given; any of the graph.
        outputs: tensors, nested in any way; what is no tensor stays as it is.
        updates: pairs (variable, tensor or value) to assign, and tensors that assign when they are computed.
    """

    def __init__(self, inputs: list[KerasTensor], outputs: Any, updates: list[Any]):
        self.inputs, self.outputs, self.updates = inputs, outputs, updates
        self._made: dict[Any, tuple[dict[str, Variable], Any]] = {}

    def __call__(self, arrays: list[Any], training: bool) -> Any:
        key = (training, structure_version(), tuple((a.shape, str(a.dtype)) for a in arrays))
        if key not in self._made:

            def run(*arrays: Any) -> Any:
                with entered(training=training):
                    return self._run(arrays)

            variables = keyed(variables_read(run, *arrays))
            self._made[key] = variables, compile_jit(pure(run, variables))
        variables, program = self._made[key]
        outputs, assigned = program(read(variables), *arrays)
        write(variables, assigned)
        return outputs

    def _run(self, arrays: Any) -> Any:
        scope = current().scope
        assert scope is not None
        given = {id(tensor): array for tensor, array in zip(self.inputs, arrays, strict=True)}
        evaluation = Evaluation(given, known=scope.tensors)
        pairs = [update for update in self.updates if isinstance(update, (tuple, list))]
        effects = [update for update in self.updates if not isinstance(update, (tuple, list))]
        new = [value.value if isinstance(value, Variable) else value for _, value in pairs]
        outputs, new, _ = evaluation.run((self.outputs, new, effects))
        outputs = jax.tree.map(lambda x: x.value if isinstance(x, Variable) else jnp.asarray(x), outputs)
        for (variable, _), value in zip(pairs, new, strict=True):  # at once, from the values before
            variable.assign(value)
        return outputs
