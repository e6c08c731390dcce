"""`tf.Module`."""

from typing import Any

from ...engine.variable import Variable


class Module:
    """An object that holds variables, found by walking its attributes."""

    def __init__(self, name: str | None = None):
        self.name = name or type(self).__name__.lower()

    @property
    def variables(self) -> tuple[Any, ...]:
        found: dict[int, Any] = {}
        stack: list[Any] = list(vars(self).values())
        while stack:
            x = stack.pop(0)
            if isinstance(x, Variable):
                found[id(x)] = x
            elif isinstance(x, (list, tuple)):
                stack[:0] = x
            elif isinstance(x, dict):
                stack[:0] = x.values()
            elif hasattr(x, "weights") or isinstance(x, Module):
                stack[:0] = x.weights if hasattr(x, "weights") else x.variables
        return tuple(found.values())

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        return tuple(variable for variable in self.variables if variable.trainable)
