"""Optimizers and learning-rate schedules."""

from typing import Any

from ..engine.configs import Family, to_config
from . import schedules
from .optimizer import OptaxOptimizer, Optimizer
from .rules import SGD, Adam, AdamW, RMSprop

_family = Family("optimizer", Optimizer)
_family.add_all([Adam, RMSprop])
_family.add(SGD, "sgd")
_family.add(AdamW, "adamw")


def get(identifier: Any) -> Any:
    """The optimizer that a name, a class, a configuration or an optax transformation means.

    Raises:
        NameLookupError: the name is not known; the closest one is given.
    """
    if isinstance(identifier, tuple) and hasattr(identifier, "init") and hasattr(identifier, "update"):
        return OptaxOptimizer(identifier)
    optimizer = _family.get(identifier)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"cannot interpret {identifier!r} as an optimizer: give a name, an optimizer or an optax transformation"
        )
    return optimizer


def serialize(optimizer: Any) -> Any:
    """The configuration from which `get` makes the optimizer again."""
    return to_config(optimizer)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The optimizer of a configuration; `custom_objects` are looked at first."""
    return _family.get_among(config, custom_objects)


__all__ = [
    "SGD", "Adam", "AdamW", "OptaxOptimizer", "Optimizer", "RMSprop", "deserialize", "get", "schedules", "serialize",
]  # fmt: skip
