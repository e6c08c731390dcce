"""Scopes that scripts open: names in front of variables' paths, the device of new arrays, the symbolic stage."""

from contextlib import AbstractContextManager
from typing import Any

import jax

from .context import StatelessScope, current, entered
from .errors import unknown_name


class name_scope:
    """While active, paths of new variables and layers begin with `name`.

    Args:
        name: without "/".
        caller: an object; entering a scope of the same name for the caller that is innermost already does nothing.
        deduplicate: whether that rule holds.
        override_parent: a path that replaces that of the scopes around.

    Raises:
        ValueError: `name` is not a text without "/".

    Example:
        >>> from dovetail import Variable
        >>> with name_scope("encoder"):
        ...     print(Variable(0.0, name="scale").path)
        encoder/scale
    """

    def __init__(self, name: str, **kwargs: Any):
        if not isinstance(name, str) or not name or "/" in name:
            raise ValueError(f"a scope's name is a non-empty text without '/', not {name!r}")
        self.name = name
        self.caller = kwargs.pop("caller", None)
        self.deduplicate = kwargs.pop("deduplicate", True)
        self.override_parent = kwargs.pop("override_parent", None)
        if kwargs:
            raise TypeError(f"name_scope has no argument {next(iter(kwargs))!r}")
        if self.override_parent is None and self.deduplicate and "_path" in getattr(self.caller, "__dict__", ()):
            self.override_parent = self.caller._path.rpartition("/")[0]  # where the layer was built
        self._active: list[AbstractContextManager] = []

    def __enter__(self) -> "name_scope":
        context = current()
        above = context.path
        if self.override_parent is not None:
            above = tuple(part for part in self.override_parent.split("/") if part)
        path, caller = (*above, self.name), None if self.caller is None else id(self.caller)
        if self.deduplicate and caller is not None and context.scope_of == (caller, context.path):
            path = context.path if context.path[-1] == self.name else path
        self._active.append(entered(path=path, scope_of=(caller, path)))
        self._active[-1].__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._active.pop().__exit__(*exception)


class SymbolicScope(StatelessScope):
    """While active, what runs is there for its shapes only: variables read and assign to the scope, nothing is kept."""

    def __init__(self) -> None:
        super().__init__()


def device(device_name: Any) -> AbstractContextManager:
    """A scope in which new arrays and computations are on this device.

    Args:
        device_name: "cpu", "gpu:0", "tpu:1", or a `jax.Device`.

    Raises:
        ValueError: there is no such device; those that are there are named.

    Example:
        >>> import jax.numpy as jnp
        >>> with device("cpu:0"):
        ...     print(jnp.zeros(2).device.platform)
        cpu
    """
    if isinstance(device_name, jax.Device):
        return jax.default_device(device_name)
    if not isinstance(device_name, str):
        raise ValueError(f"a device is a text such as 'cpu:0', or a jax.Device, not {device_name!r}")
    kind, _, index = device_name.lower().removeprefix("/").removeprefix("device:").partition(":")
    platform = {"cuda": "gpu", "rocm": "gpu"}.get(kind, kind)
    known = [*jax.devices(), *(jax.devices("cpu") if jax.default_backend() != "cpu" else ())]
    for one in known:
        if one.platform == platform and one.id == int(index if index.isdigit() else 0 if not index else -1):
            return jax.default_device(one)
    raise unknown_name("device", device_name, [f"{one.platform}:{one.id}" for one in known])
