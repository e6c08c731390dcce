"""Compiled programs of a layer, kept until something changes that they took for constant."""

from collections.abc import Callable, Hashable
from typing import Any

from .context import constants_version, current, structure_version
from .layer import Layer
from .pure import State, keyed, read
from .variable import Variable


class Programs:
    """The compiled programs of one layer or model.

    A program is made anew when a setting of any layer inside changed (`dropout.rate = 0.3`, `layer.trainable = False`),
    and found again when the setting comes back.
    """

    def __init__(self, owner: Layer):
        self.owner = owner
        self._version = -1
        self._structure: Hashable = None
        self._made: dict[Hashable, Any] = {}

    def structure(self) -> Hashable:
        """The settings of all layers, as a key."""
        if self._version != structure_version():
            self._structure = tuple(_settings(layer) for layer in self.owner._flatten_layers())
            self._version = structure_version()
        return self._structure

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The program of this key for the present structure, made if need be."""
        full_key = (self.structure(), constants_version(), current().plain_kernels, key)
        if full_key not in self._made:
            self._made[full_key] = make()
        return self._made[full_key]

    def forget(self) -> None:
        self._made.clear()

    def variables(self) -> dict[str, Variable]:
        """All variables of the owner by key."""
        return self.get("variables", lambda: keyed(self.owner.variables))

    def state(self) -> State:
        return read(self.variables())


def _settings(layer: Layer) -> Hashable:
    plain = tuple(
        (name, value)
        for name, value in layer.__dict__.items()
        if not name.startswith("_") and isinstance(value, (bool, int, float, str, type(None)))
    )
    return id(layer), layer._trainable, plain
