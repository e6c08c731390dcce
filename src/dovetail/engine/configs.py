"""Names and configurations: how objects are looked up by name, written as plain data and made again.

A *family* (activations, losses, layers, ...) is one `Family` object holding its members by name. An object's
configuration is a plain dictionary worked out from its constructor's arguments, so that a class need not write it down.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .errors import did_you_mean, unknown_name


def snake_case(name: str) -> str:
    """`MaxPooling2D` -> `max_pooling2d`, as Keras names layers."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


class Configured:
    """An object that remembers its constructor's arguments, so that it can be written down and made again."""

    def __new__(cls, *args: Any, **kwargs: Any):
        instance = super().__new__(cls)
        object.__setattr__(instance, "_constructor_arguments", (args, kwargs))
        return instance

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data; nested objects as their own configuration."""
        return {name: to_config(value) for name, value in constructor_values(self).items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]):
        """A new object from what `get_config` gave. Constructors resolve nested configurations themselves."""
        return cls(**config)


def constructor_values(instance: Any) -> dict[str, Any]:
    """Every constructor argument with its value: the attribute of that name, else what was passed."""
    args, kwargs = instance._constructor_arguments
    values: dict[str, Any] = {}
    for cls in type(instance).__mro__:
        if "__init__" not in cls.__dict__ or cls is object:
            continue
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        given = dict(zip(positional, args, strict=False)) | kwargs
        for parameter in parameters:
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) or parameter.name in values:
                continue
            default = None if parameter.default is parameter.empty else parameter.default
            passed = given.get(parameter.name, default)
            values[parameter.name] = getattr(instance, parameter.name, passed)
        if not any(p.kind == p.VAR_KEYWORD for p in parameters):
            break
        args = ()  # arguments of a base class arrive by keyword
    return values


def did_you_mean_keyword(cls: type, wrong: str) -> str:
    """The message for a keyword that no constructor of the class takes, with the closest one that exists."""
    known = {
        name
        for base in cls.__mro__
        if "__init__" in base.__dict__ and base is not object
        for name in inspect.signature(base.__init__).parameters
    } - {"self", "args", "kwargs"}
    return f"{cls.__name__} has no argument {wrong!r}{did_you_mean(wrong, known)}"


def to_config(value: Any) -> Any:
    """`value` as plain data: numbers, strings, lists, dictionaries; objects as {"class_name", "config"}."""
    if isinstance(value, dict):
        return {key: to_config(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(to_config(item) for item in value)
    if isinstance(value, np.generic):
        return value.item()
    if hasattr(value, "get_config") and not inspect.isclass(value):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if hasattr(value, "config_name"):  # a public function of a family, see Family.add
        return value.config_name
    return value


FAMILIES: dict[str, "Family"] = {}


def get(kind: str, identifier: Any) -> Any:
    """The member of the family `kind` that `identifier` means, see `Family.get`."""
    return FAMILIES[kind].get(identifier)


class Family:
    """The members of one family by name, and the way from a name, a class, a configuration or an object to a member.

    Args:
        kind: what one member is called in errors ("activation").
        base: members that are classes derive from it and are instantiated when named; None for families of functions.
    """

    def __init__(self, kind: str, base: type | None = None):
        self.kind = kind
        self.base = base
        self.members: dict[str, Any] = {}
        FAMILIES[kind] = self

    def add(self, member: Any, *aliases: str) -> Any:
        """Register a class or function under its own name, its snake-case name and `aliases`; returns it."""
        name = member.__name__
        for key in (name, snake_case(name), *aliases):
            self.members.setdefault(key, member)
        if not inspect.isclass(member):
            member.config_name = name
        return member

    def add_all(self, members: Iterable[Any]) -> None:
        for member in members:
            self.add(member)

    def get(self, identifier: Any) -> Any:
        """The member that `identifier` means: a name, a class, a {"class_name", "config"} dictionary, or itself.

        Raises:
            NameLookupError: the name is not known; the closest one is given.
            TypeError: the identifier is none of these.
        """
        if identifier is None:
            return None
        if isinstance(identifier, str):
            return self._made(self._named(identifier), {})
        if isinstance(identifier, dict):
            if "class_name" not in identifier:
                raise TypeError(f"a {self.kind} configuration needs 'class_name' and 'config'; got {identifier!r}")
            config = identifier.get("config", {})
            if identifier["class_name"] == "function":  # how Keras 3 writes a function
                return self._named(config)
            return self._made(self._named(identifier["class_name"]), config)
        if inspect.isclass(identifier):
            return self._made(identifier, {})
        if callable(identifier) or (self.base is not None and isinstance(identifier, self.base)):
            return identifier
        raise TypeError(f"cannot interpret {identifier!r} as a {self.kind}: give a name, an object or a callable")

    def get_among(self, identifier: Any, custom_objects: dict[str, Any] | None) -> Any:
        """As `get`, with names looked up in `custom_objects` first."""
        if not custom_objects:
            return self.get(identifier)
        name = identifier.get("class_name") if isinstance(identifier, dict) else identifier
        if isinstance(name, str) and name in custom_objects:
            config = identifier.get("config", {}) if isinstance(identifier, dict) else {}
            return self._made(custom_objects[name], config)
        return self.get(identifier)

    def _named(self, name: str) -> Any:
        if name not in self.members:
            raise unknown_name(self.kind, name, self.members)
        return self.members[name]

    def _made(self, member: Callable[..., Any], config: dict[str, Any]) -> Any:
        if not inspect.isclass(member):
            return member
        return member.from_config(config) if hasattr(member, "from_config") else member(**config)
