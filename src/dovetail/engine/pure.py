"""Pure calls: a function that reads and assigns variables, as a function of their values."""

from collections.abc import Callable, Iterable
from typing import Any

from .context import StatelessScope
from .variable import Variable

State = dict[str, Any]  # arrays by the variables' paths: a pytree


def keyed(variables: Iterable[Variable]) -> dict[str, Variable]:
    """The variables by path; a path that comes again gets a number."""
    found: dict[str, Variable] = {}
    for variable in variables:
        key, count = variable.path, 0
        while key in found and found[key] is not variable:
            count += 1
            key = f"{variable.path}:{count}"
        found[key] = variable
    return found


def read(variables: dict[str, Variable]) -> State:
    """The values of the variables, as they are stored."""
    return {key: variable._value for key, variable in variables.items()}


def write(variables: dict[str, Variable], state: State) -> None:
    """Put values that a program returned into the variables; what belongs to no variable is left out."""
    for key, value in state.items():
        if key in variables:
            variables[key]._value = value


def pure(function: Callable[..., Any], variables: dict[str, Variable]) -> Callable[..., tuple[Any, State]]:
    """`function` as a pure function of (state, *args): returns its output and the state's new entries."""

    def call(state: State, *args: Any, **kwargs: Any) -> tuple[Any, State]:
        mapping = ((variables[key], value) for key, value in state.items())
        with StatelessScope(mapping, collect_losses=True) as scope:
            output = function(*args, **kwargs)
        assigned = {
            key: scope.assigned[id(variable)] for key, variable in variables.items() if id(variable) in scope.assigned
        }
        return output, assigned

    return call
