"""Initializers, activations, regularizers and constraints by the names that a release had for them."""

import functools
from collections.abc import Callable
from typing import Any

from .. import activations, constraints, initializers, regularizers
from ..engine.configs import to_config
from ..engine.registry import CustomObjectScope, get_registered_object
from . import activations as old_activations
from . import constraints as old_constraints
from . import initializers as old_initializers
from . import regularizers as old_regularizers
from .releases import Release

_TODAY: dict[str, Any] = {
    "initializer": initializers,
    "activation": activations,
    "regularizer": regularizers,
    "constraint": constraints,
}


def kind_of(argument: str) -> str | None:
    """The family that an argument takes: "kernel_initializer" takes initializers."""
    return next((kind for kind in _TODAY if argument == kind or argument.endswith(f"_{kind}")), None)


def converted(release: Release, argument: str, value: Any) -> Any:
    """The value of an argument as today's constructors take it, where it names a member of a family."""
    kind = kind_of(argument)
    if kind is None or value is None:
        return value
    return get(release, kind, value)


def get(release: Release, kind: str, identifier: Any) -> Any:
    """The member of a family that `identifier` meant in a release: a name, a configuration, a class or itself."""
    if isinstance(identifier, str) and get_registered_object(identifier) is None:
        meaning = meaning_of(release, kind, identifier)
        if meaning is not None:
            return meaning
    if isinstance(identifier, dict) and kind in ("regularizer", "constraint"):
        return _from_config(release, kind, identifier)
    if kind == "initializer":
        identifier = old_initializers.as_initializer(identifier)
    elif kind == "regularizer":
        identifier = old_regularizers.as_regularizer(identifier)
    return _TODAY[kind].get(identifier)


def meaning_of(release: Release, kind: str, name: str) -> Any:
    """What a name alone meant in a release, where today's meaning is another; None where it is the same."""
    if kind == "initializer" and release.dialect == 1 and name in old_initializers.MEANINGS:
        return old_initializers.MEANINGS[name](release)
    if kind == "initializer" and name in old_initializers.ALIASES:
        return old_initializers.initializer_class(release, name)()
    if kind == "activation":
        return old_activations.functions(release).get(name)
    if kind in ("regularizer", "constraint"):
        names = old_regularizers.NAMES if kind == "regularizer" else old_constraints.NAMES
        return names[name]() if name in names and name != "EigenvalueRegularizer" else None
    return None


def _from_config(release: Release, kind: str, config: dict[str, Any]) -> Any:
    """The regularizer or constraint of a configuration: {"class_name", ...}, or as Keras 1 wrote it, {"name", ...}."""
    arguments = dict(config.get("config") or {key: value for key, value in config.items() if key != "name"})
    name = config["class_name"] if "class_name" in config else config["name"]
    if "class_name" in config and ("class" in config or name not in namespace(release, kind)):
        return _TODAY[kind].get(config)
    arguments.pop("name", None)
    return _named(release, kind, name)(**arguments)


def _named(release: Release, kind: str, name: str) -> Any:
    own = get_registered_object(name)
    return own if own is not None else namespace(release, kind)[name]


@functools.cache
def namespace(release: Release, kind: str, functions_of_keras_1: bool = False) -> dict[str, Any]:
    """What the module of a family holds.

    Args:
        functions_of_keras_1: for `keras.initializations`, whose members take a shape.
    """
    module = _TODAY[kind]
    names = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    if kind == "initializer":
        known = [*old_initializers.ALIASES, *(name for name, value in names.items() if isinstance(value, type))]
        names |= {name: old_initializers.initializer_class(release, name) for name in known}
        names["get_fans"] = old_initializers.get_fans
    if kind == "activation":
        names |= old_activations.functions(release)
    if kind == "regularizer":
        in_keras_3 = {"l1": old_regularizers.l1_today, "l2": old_regularizers.l2_today, "l1_l2": regularizers.l1_l2}
        names |= old_regularizers.NAMES | (in_keras_3 if release.dialect == 3 else {})
    if kind == "constraint":
        names |= old_constraints.NAMES
    if functions_of_keras_1:
        names |= {name: old_initializers.of_keras_1(name) for name in old_initializers.MEANINGS}
    return names | _looking_up(release, kind)


def _looking_up(release: Release, kind: str) -> dict[str, Callable[..., Any]]:
    """The functions `get`, `serialize` and `deserialize` of a family's module."""

    def find(identifier: Any, kwargs: dict[str, Any] | None = None, **more: Any) -> Any:
        """The member that a name, a configuration or an object means; `kwargs` as Keras 1 took arguments."""
        if identifier is None:
            return activations.linear if kind == "activation" else None
        if isinstance(identifier, str) and kwargs:
            return _named(release, kind, identifier)(**kwargs)
        return identifier if callable(identifier) else get(release, kind, identifier)

    def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
        with CustomObjectScope(custom_objects):
            return find(config)

    def serialize(member: Any) -> Any:
        if hasattr(member, "get_config"):
            return {"class_name": type(member).__name__, "config": member.get_config()}
        return getattr(member, "__name__", None) or to_config(member)

    return {"get": find, "deserialize": deserialize, "serialize": serialize}
