"""Names and configurations: how objects are looked up by name, written as plain data and made again.

A *family* (activations, losses, layers, ...) is one `Family` object holding its members by name. An object's
configuration is a plain dictionary worked out from its constructor's arguments, so that a class need not write it down.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .code import dump_function, load_function, own_function, own_functions_are_reused
from .errors import DovetailError, did_you_mean, unknown_name
from .registry import CustomObjectScope, code_is_allowed, get_registered_object, registered_name


class ConfigError(DovetailError, ValueError):
    """A configuration that cannot be written down, or nothing can be made of."""


def snake_case(name: str) -> str:
    """`MaxPooling2D` -> `max_pooling2d`, as Keras names layers."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


class Configured:
    """An object that remembers its constructor's arguments, so that it can be written down and made again."""

    not_in_config: tuple[str, ...] = ()  # arguments that are values, saved as values
    written_as: str  # the name in files of a class that Keras has under another public name than its own

    def __new__(cls, *args: Any, **kwargs: Any):
        instance = super().__new__(cls)
        object.__setattr__(instance, "_constructor_arguments", (args, kwargs))
        return instance

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments as plain data; nested objects as their own configuration."""
        values = constructor_values(self)
        return {name: to_config(value) for name, value in values.items()}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None):
        """A new object from what `get_config` gave. Constructors resolve nested configurations themselves.

        Those of classes from outside the library may not; for them, nested objects are made first.

        Args:
            custom_objects: classes and functions by name that the configuration may name.
        """
        with CustomObjectScope(custom_objects):
            if not is_builtin(cls):
                config = {name: revive(value) for name, value in config.items()}
            return cls(**config)


def constructor_values(instance: Any) -> dict[str, Any]:
    """The constructor's arguments with their values: the attribute of that name, else what was passed."""
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
            if parameter.name in instance.not_in_config:
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


_keeps_objects: ContextVar[bool] = ContextVar("functions and classes stay in configurations", default=False)


@contextmanager
def keeping_objects() -> Iterator[None]:
    """Configurations made inside hold functions and classes themselves, for copies in memory."""
    token = _keeps_objects.set(True)
    try:
        yield
    finally:
        _keeps_objects.reset(token)


def is_builtin(cls: type) -> bool:
    """Whether a class is the library's own."""
    return cls.__module__.split(".")[0] == __name__.split(".")[0]


def to_config(value: Any) -> Any:
    """`value` as plain data, written as Keras 3 writes it.

    Numbers, strings, lists and dictionaries stay; an object becomes {"module", "class_name", "config",
    "registered_name"}, an array {"class_name": "__numpy__", ...}.

    Raises:
        ConfigError: there is no way to write it down.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {key: to_config(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(to_config(item) for item in value) if type(value) in (list, tuple) else _listed(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (np.ndarray, jax.Array)):
        return _special("__numpy__", {"value": np.asarray(value).tolist(), "dtype": np.dtype(value.dtype).name})
    if isinstance(value, slice):
        return _special("__slice__", {name: to_config(getattr(value, name)) for name in ("start", "stop", "step")})
    if value is Ellipsis:
        return _special("__ellipsis__", {})
    if isinstance(value, bytes):
        return _special("__bytes__", {"value": value.decode("latin-1")})
    if isinstance(value, (np.dtype, type(np.float32))) or value in (bool, int, float):
        return np.dtype(value).name
    if hasattr(value, "get_config") and not inspect.isclass(value):
        return _object_config(value)
    if hasattr(value, "config_name"):  # a public function of a family, see Family.add
        return value.config_name
    if _keeps_objects.get() and callable(value):
        return value
    if getattr(value, "__name__", None) == "<lambda>":
        return _special("__lambda__", dump_function(value))
    if callable(value) and hasattr(value, "__name__"):
        name = registered_name(value)
        config = {"module": "builtins", "class_name": "function", "config": name or value.__name__}
        return config | {"registered_name": name or "function"}
    raise ConfigError(f"{value!r} cannot be written down: {type(value).__name__} has no `get_config`")


def _listed(value: Any) -> list[Any]:
    return [to_config(item) for item in value]


def _special(name: str, config: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": name, "config": config}


def _object_config(value: Any) -> dict[str, Any]:
    cls = type(value)
    name = cls.__dict__.get("written_as", cls.__name__)
    config = {"module": MODULES.get(cls), "class_name": name, "config": value.get_config()}
    config["registered_name"] = None if cls in MODULES else registered_name(cls) or cls.__name__
    if _keeps_objects.get():
        config["class"] = cls
    for more in ("get_build_config", "get_compile_config"):
        if hasattr(value, more):
            found = getattr(value, more)()
            if found is not None:
                config[more.removeprefix("get_")] = found
    return config


def like(instance: Any, **changes: Any) -> Any:
    """A new object with the same configuration, some of it changed; functions in it stay the same objects."""
    with keeping_objects():
        return type(instance).from_config(instance.get_config() | changes)


def is_config(value: Any) -> bool:
    """Whether a dictionary is the configuration of an object."""
    return isinstance(value, dict) and "class_name" in value and "config" in value


def revive(value: Any, build: bool = True) -> Any:
    """The inverse of `to_config`, for any family: what the data describe, nested as they are.

    Only classes of the library and registered ones are made; code (of lambdas) runs only where that was asked for.
    """
    if isinstance(value, (list, tuple)):
        return type(value)(revive(item) for item in value)
    if not isinstance(value, dict):
        return value
    if not is_config(value):
        return {key: revive(item) for key, item in value.items()}
    name, config = value["class_name"], value["config"]
    if name in SPECIAL:
        return SPECIAL[name](config)
    made = _family_of(value)._from_dict(value)
    if build and value.get("build_config") and hasattr(made, "build_from_config"):
        made.build_from_config(value["build_config"])
    if value.get("compile_config") and hasattr(made, "compile_from_config"):
        made.compile_from_config(value["compile_config"])
    return made


def _lambda(config: dict[str, Any]) -> Callable[..., Any]:
    own = own_function(config) if own_functions_are_reused() else None
    if own is not None:
        return own
    if not code_is_allowed():
        raise ConfigError(
            "the data hold Python code (a lambda), which could do anything on this machine, and was not run. "
            "If you trust where they come from: safe_mode=False. Better: a named function, registered with "
            "`register_keras_serializable`"
        )
    return load_function(config)


def _numpy(config: dict[str, Any]) -> np.ndarray:
    dtype = config["dtype"]
    if not isinstance(dtype, str) or not re.fullmatch(r"(bool|u?int|b?float|complex)\d*", dtype):
        raise ConfigError(f"the data hold an array of {dtype!r}: only numbers are read")
    return np.array(config["value"], dtype=jnp.dtype(dtype))


SPECIAL: dict[str, Callable[[Any], Any]] = {
    "__numpy__": _numpy,
    "__tensor__": _numpy,
    "__slice__": lambda config: slice(*(revive(config[name]) for name in ("start", "stop", "step"))),
    "__ellipsis__": lambda config: Ellipsis,
    "__bytes__": lambda config: config["value"].encode("latin-1"),
    "__tuple__": lambda config: tuple(revive(item) for item in config["value"]),
    "__lambda__": _lambda,
}


def _family_of(config: dict[str, Any]) -> "Family":
    """The family that a configuration belongs to: by its module, else the first that knows the name."""
    name, module = config["class_name"], config.get("module")
    if inspect.isclass(config.get("class")):  # see keeping_objects; what comes from a file is text
        return Family.anything(config["class"])
    if name == "function" and module in (None, "builtins"):
        return _functions
    for family in FAMILIES.values():
        if module in (family.module, *family.more_modules) and (name in family.members or name == "function"):
            return family
    custom = get_registered_object(config.get("registered_name") or name) or get_registered_object(name)
    for family in FAMILIES.values():
        if custom is not None and family.accepts(custom):
            return family
        if custom is None and (module is None or str(module).startswith("keras")) and name in family.members:
            return family
    if custom is not None:
        return Family.anything(custom)
    raise unknown_class(config)


def unknown_class(config: dict[str, Any]) -> Exception:
    name = config.get("registered_name") or config["class_name"]
    return ConfigError(
        f"the data name {name!r} (of {config.get('module') or 'a module of its own'}), which is not known here. "
        f"A class of your own needs `custom_objects={{{config['class_name']!r}: ...}}` or to be registered with "
        "`register_keras_serializable`"
    )


FAMILIES: dict[str, "Family"] = {}
MODULES: dict[Any, str] = {}  # public classes, with the module that Keras has them in


def get(kind: str, identifier: Any) -> Any:
    """The member of the family `kind` that `identifier` means, see `Family.get`."""
    return FAMILIES[kind].get(identifier)


class Family:
    """The members of one family by name, and the way from a name, a class, a configuration or an object to a member.

    Args:
        kind: what one member is called in errors ("activation").
        base: members that are classes derive from it and are instantiated when named; None for families of functions.
        module: what Keras calls the module that has them, written into files.
        more_modules: other names of it that files may have.
    """

    def __init__(self, kind: str, base: type | None = None, module: str = "", more_modules: tuple[str, ...] = ()):
        self.kind = kind
        self.base = base
        self.module, self.more_modules = module, more_modules
        self.members: dict[str, Any] = {}
        FAMILIES[kind] = self

    @classmethod
    def anything(cls, member: Any) -> "Family":
        """A passing family of one class that belongs to no other."""
        family = cls.__new__(cls)
        family.kind, family.base, family.module, family.more_modules, family.members = "object", None, "", (), {}
        return family

    def accepts(self, member: Any) -> bool:
        """Whether a class or function of the user's own may stand where a member of this family does."""
        if inspect.isclass(member):
            return self.base is not None and issubclass(member, self.base)
        return callable(member) and self.kind not in ("layer", "optimizer")

    def add(self, member: Any, *aliases: str) -> Any:
        """Register a class or function under its own name, its snake-case name and `aliases`; returns it."""
        name = member.__name__
        for key in (name, snake_case(name), *aliases):
            self.members.setdefault(key, member)
        if inspect.isclass(member) and self.module:
            MODULES.setdefault(member, self.module)
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
            return self._from_dict(identifier)
        if inspect.isclass(identifier):
            return self._made(identifier, {})
        if callable(identifier) or (self.base is not None and isinstance(identifier, self.base)):
            return identifier
        raise TypeError(f"cannot interpret {identifier!r} as a {self.kind}: give a name, an object or a callable")

    def get_among(self, identifier: Any, custom_objects: dict[str, Any] | None) -> Any:
        """As `get`, with names looked up in `custom_objects` first."""
        with CustomObjectScope(custom_objects):
            return self.get(identifier)

    def _from_dict(self, identifier: dict[str, Any]) -> Any:
        name, config = identifier["class_name"], identifier.get("config", {})
        if name in SPECIAL:
            return SPECIAL[name](config)
        if inspect.isclass(identifier.get("class")):  # see keeping_objects
            return self._made(identifier["class"], config)
        if name == "function":  # how Keras 3 writes a function
            builtin = identifier.get("module") != "builtins"
            return self._made(self._named(config, identifier.get("registered_name"), builtin), {})
        return self._made(self._named(name, identifier.get("registered_name")), config)

    def _named(self, name: str, registered: str | None = None, builtin: bool = True) -> Any:
        """A member of the user's own by its registered name, else one of ours."""
        for key in (registered, name):
            custom = get_registered_object(key) if key else None
            if custom is not None:
                if not self.accepts(custom) and self.kind != "object":
                    if name in self.members and builtin:
                        continue
                    raise ConfigError(f"{key!r} is {custom!r}: it cannot stand in the place of a {self.kind}")
                return custom
        if name not in self.members or not builtin:
            raise unknown_name(self.kind, name, self.members) if builtin else unknown_class({"class_name": name})
        return self.members[name]

    def _made(self, member: Callable[..., Any], config: dict[str, Any]) -> Any:
        if not inspect.isclass(member):
            return member
        return member.from_config(config) if hasattr(member, "from_config") else member(**config)


_functions = Family("function")
