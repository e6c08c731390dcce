"""Objects of the user's own, by name: registered for good, or known for the length of a scope."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_registered: dict[str, Any] = {}
_names: dict[Any, str] = {}
_scoped: ContextVar[dict[str, Any]] = ContextVar("custom objects", default={})  # noqa: B039  (never changed in place)
_unsafe: ContextVar[bool | None] = ContextVar("unsafe loading", default=None)


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """A decorator that makes a class or function known to files, as `package>name`.

    Raises:
        ValueError: a class without `get_config`.
    """

    def register(member: Any) -> Any:
        if inspect.isclass(member) and not hasattr(member, "get_config"):
            raise ValueError(f"{member.__name__} cannot be written to files: it has no `get_config`")
        full_name = f"{package}>{name or member.__name__}"
        _registered[full_name] = member
        _names[member] = full_name
        return member

    return register


def get_custom_objects() -> dict[str, Any]:
    """The dictionary of registered objects; what is put into it is known from then on."""
    return _registered


class CustomObjectScope:
    """While active, these names are known: `with CustomObjectScope({"Mine": Mine}): ...`

    Args:
        custom_objects: classes and functions by name.
    """

    def __init__(self, custom_objects: dict[str, Any] | None):
        self.custom_objects = dict(custom_objects or {})

    def __enter__(self) -> "CustomObjectScope":
        self._token = _scoped.set(_scoped.get() | self.custom_objects)
        return self

    def __exit__(self, *exception: object) -> None:
        _scoped.reset(self._token)


custom_object_scope = CustomObjectScope


def get_registered_name(obj: Any) -> str:
    """The name that a class or function is registered under, else its own."""
    return registered_name(obj) or obj.__name__


def get_registered_object(
    name: str, custom_objects: dict[str, Any] | None = None, module_objects: dict[str, Any] | None = None
) -> Any:
    """What a name means among scoped, given and registered objects; None where it means nothing."""
    for known in (_scoped.get(), custom_objects or {}, _registered, module_objects or {}):
        if name in known:
            return known[name]
    return None


def registered_name(obj: Any) -> str | None:
    """As `get_registered_name`, None for what is not registered."""
    try:
        return _names.get(obj)
    except TypeError:  # not hashable, so never registered
        return None


# -- whether Python code may be read from files


class _Process:
    unsafe = False


def enable_unsafe_deserialization() -> None:
    """Let files bring Python code (of lambdas) along, in this whole process. Only for files that you trust."""
    _Process.unsafe = True


@contextmanager
def loading(safe_mode: bool | None) -> Iterator[None]:
    """Run the body with code in files refused (True, or None) or run (False)."""
    token = _unsafe.set(None if safe_mode is None else not safe_mode)
    try:
        yield
    finally:
        _unsafe.reset(token)


def code_is_allowed() -> bool:
    """Whether code in files may run: only where it was asked for."""
    unsafe = _unsafe.get()
    return _Process.unsafe if unsafe is None else unsafe or _Process.unsafe
