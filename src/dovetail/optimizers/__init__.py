"""Optimizers and learning-rate schedules."""

from typing import Any

from ..engine.configs import Family, to_config
from . import legacy, schedules
from .adaptive import Adadelta, Adagrad, Ftrl
from .loss_scale import LossScaleOptimizer
from .multi import MultiOptimizer, OptimizerMap
from .muon import Muon
from .optimizer import OptaxOptimizer, Optimizer
from .relatives import Adafactor, Adamax, Lamb, Lion, Nadam
from .rules import SGD, Adam, AdamW, RMSprop
from .schedule_free import ScheduleFreeAdamW

_family = Family("optimizer", Optimizer, "keras.optimizers")
CLASSES = (
    SGD, Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Ftrl, Lamb, Lion, Muon, Nadam, RMSprop, ScheduleFreeAdamW,
)  # fmt: skip
WRAPPERS = (LossScaleOptimizer, MultiOptimizer, OptimizerMap)  # made from other optimizers
for _class in (*CLASSES, *WRAPPERS):  # Keras knows `AdamW` as "adamw", `RMSprop` as "rmsprop"
    _family.add(_class, _class.__name__.lower())


def get(identifier: Any) -> Any:
    """The optimizer that a name, a class, a configuration or an optax transformation means; None is None.

    Raises:
        NameLookupError: the name is not known; the closest one is given.
    """
    if identifier is None:
        return None
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
    *(cls.__name__ for cls in (*CLASSES, *WRAPPERS)), "OptaxOptimizer", "Optimizer", "deserialize", "get", "legacy",
    "schedules", "serialize",
]  # fmt: skip
