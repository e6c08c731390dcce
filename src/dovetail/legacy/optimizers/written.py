"""Optimizers that users wrote for Keras 1 and 2: `get_updates` draws the updates once, and they run at every step."""

import functools
import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp

from ...engine.context import StatelessScope
from ...engine.errors import StateError
from ...engine.tensor import KerasTensor
from ...engine.variable import Variable
from ..backend.functions import gradients
from ..backend.graphs import Evaluation, variables_read
from ..backend.lifting import lifted, record
from ..backend.modes import set_drawing


def loss_and_weights(args: tuple, kwargs: dict[str, Any]) -> tuple[Any, list[Variable]]:
    """The loss and the weights of a call of `get_updates`: (loss, params) as in Keras 2, (params, constraints, loss) as
    in Keras 1, or by name.
    """
    order = ("params", "constraints", "loss") if len(args) == 3 else ("loss", "params")
    if len(args) == 2 and isinstance(args[0], (list, tuple)):  # Keras 2 took the old order for a while
        order = ("params", "loss")
    given = dict(zip(order, args, strict=False)) | kwargs
    return given["loss"], list(given["params"])


def gradients_of(loss: Any, weights: Sequence[Variable]) -> list[Any]:
    """The derivatives as symbolic tensors.

    Raises:
        StateError: the loss does not depend on a weight.
    """
    found = gradients(loss, list(weights))
    found = found if isinstance(found, list) else [found]
    lost = [weight.path for weight, gradient in zip(weights, found, strict=True) if gradient is None]
    if lost:
        raise StateError(f"the loss does not depend on {', '.join(lost)}: there is no gradient")
    return found


def updates_of(optimizer: Any, loss: Any, weights: list[Variable]) -> list[Any]:
    """What `get_updates` of one of the library's optimizers gives: a tensor that updates when it is computed."""
    found = gradients_of(loss, weights)
    optimizer.build(weights)

    def update(*values: Any) -> Any:
        optimizer.apply(values, weights)
        return optimizer._iterations.value

    return [record(update, tuple(found), {}, owned=(*weights, *optimizer.variables))]


class Deferred(StatelessScope):
    """A scope in which what is assigned is not read again: updates were made at once, from the values before."""

    def get_current_value(self, variable: Any) -> Any:
        return None if self.parent is None else self.parent.get_current_value(variable)


class DrawnUpdates:
    """The updates of a user's optimizer for some weights, drawn once.

    Args:
        optimizer: has `get_updates(loss, params)`, or `get_updates(params, constraints, loss)`.
        weights: that it updates.

    Attributes:
        variables: all that the updates read or assign, but the weights.
    """

    def __init__(self, optimizer: Any, weights: list[Variable]):
        self.weights = weights
        self.places = [KerasTensor(weight.shape, weight.dtype) for weight in weights]
        self.updates = self._drawn(optimizer)
        structs = [jax.ShapeDtypeStruct(weight.shape, weight.dtype) for weight in weights]
        own = {id(weight) for weight in weights}
        self.variables = [v for v in variables_read(self.run, *structs) if id(v) not in own]

    def _drawn(self, optimizer: Any) -> list[Any]:
        # a loss whose derivative by each weight is what is given as its gradient
        def stand_in(weights: list[Any], places: list[Any]) -> Any:
            return sum(jnp.sum(w * g) for w, g in zip(weights, places, strict=True))

        wanted = inspect.signature(optimizer.get_updates).parameters
        with drawing(), lifted_constraints(self.weights) as constraints:
            offered = {
                "loss": record(stand_in, (self.weights, self.places), {}),
                "params": self.weights,
                "constraints": constraints,
            }
            unknown = [name for name, p in wanted.items() if name not in offered and p.default is p.empty]
            if unknown:
                raise TypeError(
                    f"{type(optimizer).__name__}.get_updates takes {', '.join(wanted)}; it can be given loss, params "
                    "and constraints"
                )
            return list(optimizer.get_updates(**{name: offered[name] for name in wanted if name in offered}))

    def run(self, *values: Any) -> None:
        """Make one update with these gradients."""
        given = {id(place): value for place, value in zip(self.places, values, strict=True)}
        pairs = [update for update in self.updates if isinstance(update, (tuple, list))]
        effects = [update for update in self.updates if not isinstance(update, (tuple, list))]
        with Deferred() as scope:
            new, _ = Evaluation(given).run(([value for _, value in pairs], effects))
        for variable, value in [*pairs_in(scope), *zip((v for v, _ in pairs), new, strict=True)]:
            variable.assign(value)


def pairs_in(scope: StatelessScope) -> list[tuple[Variable, Any]]:
    """What was assigned in a scope."""
    variables = {id(variable): variable for variable in scope._variables}
    return [(variables[key], value) for key, value in scope.assigned.items()]


@contextmanager
def drawing() -> Iterator[None]:
    """Functions of variables are drawn inside, whatever the release did."""
    set_drawing(True)
    try:
        yield
    finally:
        set_drawing(None)


@contextmanager
def lifted_constraints(weights: list[Variable]) -> Iterator[dict[Variable, Any]]:
    """The weights' constraints take symbolic tensors inside; also as a dictionary by weight."""
    before = [weight.constraint for weight in weights]
    for weight, constraint in zip(weights, before, strict=True):
        if constraint is not None:
            weight.constraint = lifted(functools.partial(_called, constraint))
    try:
        yield {weight: weight.constraint for weight in weights if weight.constraint is not None}
    finally:
        for weight, constraint in zip(weights, before, strict=True):
            weight.constraint = constraint


def _called(function: Any, value: Any) -> Any:
    return function(value)
