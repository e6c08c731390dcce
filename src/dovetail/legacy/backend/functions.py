"""Functions made of a graph: K.function, K.gradients, K.eval, and sessions that run parts of a graph."""

from collections.abc import Iterable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.context import StatelessScope
from ...engine.errors import ShapeError, StateError, format_shape
from ...engine.operation import Node, Operation
from ...engine.tensor import KerasTensor
from ...engine.variable import Stateful, Variable
from ..numpy_old import returned
from ..releases import current_release
from .graphs import Evaluation, MissingValue, Program, closed_value, needed, sources
from .lifting import resolve
from .modes import in_call
from .phase import fixed_phase, is_learning_phase


class Function:
    """A compiled function from values of some tensors of a graph to values of others; see `function`."""

    def __init__(self, inputs: Any, outputs: Any, updates: Any = None, name: str | None = None):
        self.inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        for tensor in self.inputs:
            if not isinstance(tensor, KerasTensor) and not _is_phase(tensor):
                raise TypeError(f"K.function: an input is a symbolic tensor of a graph, not {tensor!r}")
        self.outputs, self.updates, self.name = outputs, _updates(updates), name
        self._takes = [tensor for tensor in self.inputs if not _is_phase(tensor)]
        self._program = Program(self._takes, _without_none(outputs), self.updates)

    def __call__(self, *values: Any) -> Any:
        """NumPy arrays for `outputs`, nested as they are, for one list of values or one value each."""
        if len(values) == 1 and isinstance(values[0], (list, tuple)) and self._is_list_of_values(values[0]):
            values = tuple(values[0])
        if len(values) != len(self.inputs):
            names = ", ".join("learning_phase" if _is_phase(x) else x.name for x in self.inputs)
            raise ValueError(f"K.function takes {len(self.inputs)} inputs ({names}); {len(values)} values were given")
        training = bool(fixed_phase())
        arrays = []
        for tensor, value in zip(self.inputs, values, strict=True):
            if _is_phase(tensor):
                training = bool(np.asarray(value))
            else:
                arrays.append(_fitted(value, tensor))
        return returned(jax.tree.map(np.array, self._program(arrays, training)))  # which may be written to

    def _is_list_of_values(self, given: Any) -> bool:
        """Whether a list has the values of the inputs; for one input it may be the rows of its value."""
        return (
            len(self.inputs) != 1 or len(given) == 1 or any(np.ndim(value) for value in given if hasattr(value, "ndim"))
        )


def function(inputs: Any, outputs: Any, updates: Any = None, **kwargs: Any) -> Function:
    """A function from values of `inputs`, a list of tensors that may hold `learning_phase()`, to those of `outputs`.

    Args:
        updates: pairs (variable, new value) and what `update` gave: assigned at each call, from the values before.
        kwargs: of the engines of then; only `name` is kept.
    """
    known = {"name", "givens", "on_unused_input", "allow_input_downcast", "mode", "profile", "feed_dict", "fetches",
             "options", "run_metadata"}  # fmt: skip
    if set(kwargs) - known:
        raise ValueError(f"K.function has no argument {sorted(set(kwargs) - known)[0]!r}")
    if kwargs.get("givens") or kwargs.get("feed_dict") or kwargs.get("fetches"):
        raise ValueError("K.function: `givens`, `feed_dict` and `fetches` are not there; put them among the inputs")
    return Function(inputs, outputs, updates, kwargs.get("name"))


def _is_phase(x: Any) -> bool:
    """Whether an input is the learning phase: a tensor of its own, or the number that later releases gave for it."""
    return is_learning_phase(x) or isinstance(x, (bool, int, np.integer))


def _updates(updates: Any) -> list[Any]:
    if updates is None:
        return []
    if hasattr(updates, "items"):  # as Theano has them
        return list(updates.items())
    found: list[Any] = []
    for update in updates:
        is_pair = isinstance(update, (tuple, list)) and len(update) == 2 and isinstance(update[0], Variable)
        found += [tuple(update)] if is_pair else _updates(update) if isinstance(update, (tuple, list)) else [update]
    return found


def _without_none(outputs: Any) -> Any:
    for output in jax.tree.leaves(outputs, is_leaf=lambda x: x is None):
        if output is None:
            raise ValueError(
                "K.function: an output is None, which K.gradients gives where the loss does not depend on the variable"
            )
    return outputs


def _fitted(value: Any, tensor: KerasTensor) -> Any:
    array = jnp.asarray(value.value if isinstance(value, Variable) else value, tensor.dtype)
    wanted = tensor.shape
    if len(wanted) != array.ndim or any(w is not None and w != s for w, s in zip(wanted, array.shape, strict=True)):
        raise ShapeError(
            f"K.function: the input {tensor.name!r} takes {format_shape(wanted)}; "
            f"it was given {format_shape(array.shape)}"
        )
    return array


# -- derivatives


class GradientsOfValues(StateError):
    """K.gradients was asked for the derivative of something that is a value already, not a tensor of a graph."""


class Gradients(Operation, Stateful):
    """The derivatives of the sum of some tensors by others, and by variables."""

    is_source = True

    def __init__(self, losses: list[KerasTensor], targets: list[Any]):
        super().__init__()
        self.losses, self.targets = losses, targets
        self.places = sources(losses)
        self.nodes = needed(losses, lambda tensor: id(tensor) in {id(place) for place in self.places})

    @property
    def variables(self) -> list[Variable]:  # type: ignore[override]
        found = [target for target in self.targets if isinstance(target, Variable)]
        for node in self.nodes:
            found += getattr(node.operation, "variables", [])
        return list({id(variable): variable for variable in found}.values())

    def call(self, *values: Any) -> list[Any]:
        return self._derivatives({id(place): value for place, value in zip(self.places, values, strict=True)}, {})

    def differentiate(self, given: Any, moved: dict[int, Any]) -> list[Any]:
        """The derivatives where these values of tensors are given, and moved; see `Evaluation`."""
        if isinstance(given, dict):
            return self._derivatives(given, moved)
        values = {id(place): given.get(id(place)) for place in self.places}  # all else is made from them
        return self._derivatives({key: value for key, value in values.items() if value is not None}, moved)

    def _derivatives(self, given: dict[int, Any], outer: dict[int, Any]) -> list[Any]:
        tensors = [target for target in self.targets if isinstance(target, KerasTensor)]
        variables = [target for target in self.targets if isinstance(target, Variable)]
        with StatelessScope():
            now = Evaluation(given, outer).run((tensors, self.losses))[0]

        def total(moves: list[Any], values: list[Any]) -> Any:
            with StatelessScope(zip(variables, values, strict=True)):
                moved = dict(outer)
                for tensor, move in zip(tensors, moves, strict=True):
                    moved[id(tensor)] = moved.get(id(tensor), 0) + move
                return sum(jnp.sum(loss) for loss in Evaluation(given, moved).run(self.losses))

        moves = [jnp.zeros_like(value) for value in now]
        by_tensor, by_variable = jax.grad(total, argnums=(0, 1))(moves, [variable.value for variable in variables])
        by_tensor, by_variable = iter(by_tensor), iter(by_variable)
        return [next(by_tensor if isinstance(target, KerasTensor) else by_variable) for target in self.targets]


def gradients(loss: Any, variables: Any) -> Any:
    """Symbolic derivatives of `loss` (summed) by tensors and variables.

    A list, with None where `loss` does not depend on one; on Theano, of a single variable its derivative.

    Raises:
        GradientsOfValues: `loss` is an array: its history is not known.
    """
    losses = list(loss) if isinstance(loss, (list, tuple)) else [loss]
    targets = list(variables) if isinstance(variables, (list, tuple)) else [variables]
    for x in losses:
        if not isinstance(x, KerasTensor):
            raise GradientsOfValues(
                "K.gradients needs a symbolic loss, made of a model's tensors (model.output, layer.output) with K "
                f"functions; it got {type(x).__name__}, whose history is not known. Inside a layer use jax.grad."
            )
    for x in targets:
        if not isinstance(x, (KerasTensor, Variable)):
            raise GradientsOfValues(
                f"K.gradients gives derivatives by symbolic tensors and variables, not by {type(x).__name__}"
            )
    connected = _connected(losses, targets)
    used = [target for target, is_used in zip(targets, connected, strict=True) if is_used]
    made: list[Any] = []
    if used:
        operation = Gradients(losses, used)
        made = [KerasTensor(target.shape, target.dtype) for target in used]
        Node(operation, tuple(operation.places), {}, made)
        if in_call():
            made = [resolve(tensor) for tensor in made]
    results = iter(made)
    found = [next(results) if is_used else None for is_used in connected]
    is_single = current_release().backend == "theano" and not isinstance(variables, (list, tuple))
    return found[0] if is_single else found


def _connected(losses: list[KerasTensor], targets: list[Any]) -> list[bool]:
    """Whether the losses depend on each target, which must be a float."""
    places = sources(losses)
    nodes = needed(losses, lambda tensor: any(tensor is place for place in places))
    tensors = {id(tensor) for node in nodes for tensor in (*node.outputs, *node.inputs)} | {id(x) for x in places}
    tensors |= {id(loss) for loss in losses}
    variables: set[int] = set()
    if any(isinstance(target, Variable) for target in targets):
        variables = {id(v) for node in nodes for v in _variables_of(node.operation)}
    known = variables | tensors
    return [jnp.issubdtype(target.dtype, jnp.floating) and id(target) in known for target in targets]


def _variables_of(operation: Operation) -> Iterable[Variable]:
    return getattr(operation, "variables", ())


# -- values now


def evaluate(x: Any) -> Any:
    """The value of what depends on no input, as a NumPy array."""
    if isinstance(x, KerasTensor):
        try:
            x = closed_value(x)
        except MissingValue as error:
            raise MissingValue(f"{error}; K.eval gives none. Use K.function([inputs], [tensor]).") from None
    return np.array(x.value if isinstance(x, Variable) else x)


class Session:
    """A stand-in for TensorFlow's sessions: variables need none, and `run` computes tensors of a graph.

    Its arguments (targets, graphs, configurations of devices) have no effect: JAX chooses.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        self.graph = kwargs.get("graph")
        self._functions: dict[Any, Function] = {}

    def run(self, fetches: Any, feed_dict: dict[Any, Any] | None = None, **kwargs: Any) -> Any:
        """Values of `fetches`, tensors and variables nested in any way, where `feed_dict` gives the inputs'.

        What initializes variables or does nothing (None, `global_variables_initializer()`) gives None.
        """
        feed = dict(feed_dict or {})
        inputs = [key for key in feed if isinstance(key, KerasTensor)]
        key = (id(fetches), tuple(map(id, inputs))) if isinstance(fetches, KerasTensor) else None
        if key not in self._functions or key is None:
            made = Function(inputs, jax.tree.map(_plain, fetches))
            if key is None:
                return made([feed[tensor] for tensor in inputs])
            self._functions[key] = made
        return self._functions[key]([feed[tensor] for tensor in inputs])

    def close(self) -> None:
        """Nothing to do."""

    def as_default(self) -> "Session":
        return self

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing to do."""


def _plain(x: Any) -> Any:
    if isinstance(x, (KerasTensor, Variable, jax.Array, np.ndarray)):
        return x
    raise TypeError(f"a session runs tensors and variables, not {x!r}")


class _Default:
    session = Session()


def get_session() -> Session:
    """The session of this process, for scripts that ask for it."""
    return _Default.session


def set_session(session: Any) -> None:
    """Kept, and given back by `get_session`; it changes nothing."""
    if isinstance(session, Session):
        _Default.session = session


__all__ = ["Session", "eval", "function", "get_session", "gradients", "set_session"]
eval = evaluate
