"""`keras.utils.legacy`: objects as Keras 2 wrote them down, {"class_name", "config"} or a name."""

import inspect
from typing import Any

from ..engine.configs import ConfigError
from ..engine.errors import unknown_name
from ..engine.registry import CustomObjectScope, get_registered_object

__all__ = ["deserialize_keras_object", "serialize_keras_object"]


def serialize_keras_object(instance: Any) -> Any:
    """An object as {"class_name", "config"}, a function as its name.

    Raises:
        ConfigError: it is neither.
    """
    if instance is None:
        return None
    if hasattr(instance, "get_config") and not inspect.isclass(instance):
        return {"class_name": type(instance).__name__, "config": instance.get_config()}
    if hasattr(instance, "__name__"):
        return instance.__name__
    raise ConfigError(f"{instance!r} cannot be written down: it has no `get_config` and no name")


def deserialize_keras_object(
    identifier: Any,
    module_objects: dict[str, Any] | None = None,
    custom_objects: dict[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """What `serialize_keras_object` wrote: an object made of its configuration, or a function (or class) by its name.

    Args:
        module_objects: classes and functions by name.
        custom_objects: of the user's own, looked up first.
        printable_module_name: what one is called in errors.

    Raises:
        NameLookupError: the name is not known; the closest one is given.
        ConfigError: the configuration is not one.
    """
    known = module_objects or {}

    def named(name: str) -> Any:
        found = get_registered_object(name, custom_objects, known)
        if found is None:
            raise unknown_name(printable_module_name, name, map(str, known))
        return found

    if identifier is None:
        return None
    if isinstance(identifier, str):
        return named(identifier)
    if not isinstance(identifier, dict):
        raise ConfigError(f"a {printable_module_name} is written as a name or a dictionary, not as {identifier!r}")
    if "class_name" not in identifier or "config" not in identifier:
        raise ConfigError(f"Improper config format: {identifier}; it needs 'class_name' and 'config'")
    member, config = named(identifier["class_name"]), identifier["config"]
    with CustomObjectScope(custom_objects):
        if not hasattr(member, "from_config"):
            return member(**config)
        if "custom_objects" in inspect.signature(member.from_config).parameters:
            return member.from_config(config, custom_objects=custom_objects or {})
        return member.from_config(config)
