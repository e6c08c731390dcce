"""Python functions as text, as Keras 3 writes lambdas: their compiled code, for the same Python version only."""

import base64
import marshal
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_reused: ContextVar[bool] = ContextVar("reused", default=False)
_dumped: dict[str, Callable[..., Any]] = {}  # by their code: functions of this process that need nothing else


def dump_function(function: Callable[..., Any]) -> dict[str, Any]:
    """A function's code, defaults and closed-over plain values."""
    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")  # type: ignore[attr-defined]
    cells = function.__closure__ or ()  # type: ignore[attr-defined]
    closure = [cell.cell_contents for cell in cells] if cells else None
    if closure is None and not function.__defaults__:  # type: ignore[attr-defined]
        _dumped[code] = function
    return {"code": code, "defaults": function.__defaults__, "closure": closure}  # type: ignore[attr-defined]


def own_function(config: Any) -> Callable[..., Any] | None:
    """The function that this process itself wrote as these data, which need not run for that; None for others'."""
    is_plain = isinstance(config, dict) and not config.get("defaults") and not config.get("closure")
    return _dumped.get(str(config.get("code"))) if is_plain else None


@contextmanager
def reusing_own_functions() -> Iterator[None]:
    """Inside, data name the functions that this process wrote itself, as scripts of Keras 2 read what they wrote."""
    token = _reused.set(True)
    try:
        yield
    finally:
        _reused.reset(token)


def own_functions_are_reused() -> bool:
    return _reused.get()


def load_function(config: dict[str, Any]) -> Callable[..., Any]:
    """The function that `dump_function` wrote. Calling this on data from others runs their code."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    code = marshal.loads(base64.decodebytes(config["code"].encode("ascii")))
    defaults = config.get("defaults")
    closure = config.get("closure")
    names = {"jax": jax, "jnp": jnp, "np": np, "numpy": np, "__builtins__": __builtins__}
    return types.FunctionType(
        code,
        names,
        code.co_name,
        tuple(defaults) if defaults else None,
        tuple(types.CellType(value) for value in closure) if closure else None,
    )
