"""Optimizers by the names, and with the formulas and defaults, of a release."""

import functools
import inspect
from typing import Any

import jax.numpy as jnp

from ... import optimizers as today
from ...engine.configs import MODULES, like
from ...engine.errors import unknown_name
from ...engine.registry import CustomObjectScope, get_registered_object
from ...engine.variable import Variable
from ...optimizers.optimizer import Optimizer
from ..releases import Release
from .base import Formulated, OldOptimizer, Renewed
from .formulas import FORMULAS, MULTI, TF

FAMILY_OF = {"keras1": MULTI, "keras2": MULTI, "tf1": TF}


@functools.cache
def optimizer_base(release: Release) -> type:
    """The class `Optimizer` of a release."""
    return _made("Optimizer", (OldOptimizer,), {"release": release})


@functools.cache
def optimizer_class(release: Release, name: str, legacy: bool = False) -> Any:
    """The optimizer `name` of a release; None where no release has it.

    Args:
        legacy: of `optimizers.legacy`, where Keras 2.11 and later keep the formulas of before.
    """
    family = TF if legacy else FAMILY_OF.get(release.formulas)
    if family is not None and name in FORMULAS[family]:
        members = {"family": family, "formula_name": name, "release": release}
        return _made(name, (Formulated, optimizer_base(release)), members)
    modern = getattr(today, name, None)
    if not (isinstance(modern, type) and issubclass(modern, Optimizer)):
        return None
    members = {"release": release, "tells_decay": family == TF}
    return _made(name, (Renewed, optimizer_base(release), modern), members)


def _made(name: str, bases: tuple[type, ...], members: dict[str, Any]) -> type:
    cls: Any = type(name, bases, {"__module__": __name__, "__doc__": bases[-1].__doc__, **members})
    MODULES[cls] = "keras.optimizers"
    return cls


# optimizers by the names that `get` takes
NAMES = {
    name.lower(): name
    for name, value in vars(today).items()
    if isinstance(value, type) and issubclass(value, Optimizer) and name not in ("Optimizer", "OptaxOptimizer")
}


def optimizer_of(release: Release, identifier: Any, legacy: bool = False) -> Any:
    """What `compile(optimizer=identifier)` meant: a name, a configuration, a class or an optimizer.

    Raises:
        NameLookupError: no release has an optimizer of this name.
    """
    if isinstance(identifier, str):
        own = get_registered_object(identifier)
        return own() if own is not None else _named(release, identifier, legacy)()
    if isinstance(identifier, dict):
        return deserialize(release, identifier)
    return today.get(identifier)


def _named(release: Release, name: str, legacy: bool = False) -> Any:
    known = NAMES.get(name.removeprefix("Custom>").lower())
    found = None if known is None else optimizer_class(release, known, legacy)
    if found is None:
        raise unknown_name("optimizer", name, NAMES)
    return found


def deserialize(release: Release, config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The optimizer of a configuration: {"class_name", "config"}, or as Keras 1.0 wrote it, {"name", ...}."""
    if isinstance(config, str):
        return optimizer_of(release, config)
    given = dict(config)
    name = given.get("class_name") or given.pop("name")
    arguments = given["config"] if "class_name" in given else given
    with CustomObjectScope(custom_objects):
        own = get_registered_object(name)
    cls = own if own is not None else _named(release, name, bool(arguments.get("is_legacy_optimizer")))
    return cls.from_config(dict(arguments))


def serialize(optimizer: Any) -> dict[str, Any]:
    """The configuration from which `deserialize` makes the optimizer again."""
    return {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}


def todays_config(config: dict[str, Any]) -> dict[str, Any]:
    """The configuration of an old optimizer, for today's of the same name: `lr` and `decay` as a learning rate."""
    cls = getattr(today, config.get("class_name", ""), None)
    if cls is None or config.get("module") not in ("keras.optimizers", None):
        return config
    given = dict(config["config"])
    rate, decay = given.pop("lr", None), given.pop("decay", None)
    if rate is not None:
        given["learning_rate"] = rate
    if decay and isinstance(given.get("learning_rate"), float):
        schedule = today.schedules.InverseTimeDecay(given["learning_rate"], 1, decay)
        given["learning_rate"] = today.schedules.serialize(schedule)
    taken = set(inspect.signature(cls.__init__).parameters) | set(inspect.signature(Optimizer.__init__).parameters)
    return config | {"config": {name: value for name, value in given.items() if name in taken}}


def with_own_slots(optimizer: Any) -> Any:
    """The optimizer for one more model, or for the same with other frozen layers.

    One optimizer could be given to several `compile` calls: each had slots of its own, while the learning rate, the
    settings and the number of updates were common.
    """
    if not getattr(optimizer, "_is_taken", False):
        optimizer._is_taken = True
        return optimizer
    twin = like(optimizer)
    for name, value in vars(optimizer).items():
        if isinstance(value, Variable):
            setattr(twin, name, value)
    return twin


def clip_norm(g: Any, c: float, n: Any) -> Any:
    """The gradient `g` as if the common norm `n` were at most `c`."""
    if c <= 0:
        return g
    return g * jnp.where(n >= c, c / n, 1.0)


def namespace(release: Release, legacy: bool = False) -> dict[str, Any]:
    """What `keras.optimizers` holds, or with `legacy` `keras.optimizers.legacy`."""

    def get(identifier: Any, kwargs: Any = None) -> Any:
        if kwargs and isinstance(identifier, str):  # as Keras 1 took arguments
            return _named(release, identifier, legacy)(**kwargs)
        return optimizer_of(release, identifier, legacy)

    def of_config(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
        return deserialize(release, config, custom_objects)

    classes = {name: optimizer_class(release, name, legacy) for name in NAMES.values()}
    lower = {name: classes[known] for name, known in NAMES.items() if release.dialect < 3}
    return {
        **{name: cls for name, cls in {**classes, **lower}.items() if cls is not None},
        **dict.fromkeys(("Optimizer", "OptimizerV2"), optimizer_base(release)),
        "TFOptimizer": lambda optimizer: optimizer_of(release, optimizer),
        "get": get,
        "deserialize": of_config,
        "optimizer_from_config": of_config,
        "serialize": serialize,
        "clip_norm": clip_norm,
        "schedules": today.schedules,
    }
