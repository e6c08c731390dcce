"""A model's state as a nested dictionary of arrays, for loops and checkpoints of other libraries."""

from typing import Any

from ..engine.errors import StateError, did_you_mean
from ..engine.pure import keyed
from ..engine.variable import Variable

FORMATS = ("backend_tensor", "numpy_array")


def groups_of(model: Any) -> dict[str, dict[str, Variable]]:
    """The variables by path, in Keras's four groups."""
    optimizer = [] if model.optimizer is None else model.optimizer.variables
    return {
        "trainable_variables": keyed(model.trainable_variables),
        "non_trainable_variables": keyed(model.non_trainable_variables),
        "optimizer_variables": keyed(optimizer),
        "metrics_variables": keyed(model.metrics_variables),
    }


def get_state_tree(model: Any, value_format: str = "backend_tensor") -> dict[str, Any]:
    """Every variable's value, nested by the parts of its path, in four groups."""
    if value_format not in FORMATS:
        raise ValueError(f"`value_format` is {' or '.join(map(repr, FORMATS))}, not {value_format!r}")
    tree: dict[str, Any] = {}
    for group, variables in groups_of(model).items():
        tree[group] = {}
        for path, variable in variables.items():
            *folders, name = path.split("/")
            place = tree[group]
            for folder in folders:
                place = place.setdefault(folder, {})
            place[name] = variable.value if value_format == "backend_tensor" else variable.numpy()
    return tree


def set_state_tree(model: Any, state_tree: dict[str, Any]) -> None:
    """Assign what `get_state_tree` gave; groups and variables that are left out stay as they are.

    Raises:
        StateError: a group or a variable is not known; nothing is assigned then.
    """
    groups = groups_of(model)
    found: list[tuple[Variable, Any]] = []
    for group, nested in state_tree.items():
        if group not in groups:
            raise StateError(f"a state has the groups {', '.join(groups)}; got {group!r}{did_you_mean(group, groups)}")
        for path, value in _flat(nested):
            if path not in groups[group]:
                raise StateError(f"{model.name!r} has no variable {path!r} among its {group}"
                                 f"{did_you_mean(path, groups[group])}")  # fmt: skip
            found.append((groups[group][path], value))
    for variable, value in found:
        variable.assign(value)


def _flat(nested: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in nested.items():
        path = f"{prefix}{name}"
        found += _flat(value, f"{path}/") if isinstance(value, dict) else [(path, value)]
    return found
