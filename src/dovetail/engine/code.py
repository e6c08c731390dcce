"""Python functions as text, as Keras 3 writes lambdas: their compiled code, for the same Python version only."""

import base64
import marshal
import types
from collections.abc import Callable
from typing import Any


def dump_function(function: Callable[..., Any]) -> dict[str, Any]:
    """A function's code, defaults and closed-over plain values."""
    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")  # type: ignore[attr-defined]
    cells = function.__closure__ or ()  # type: ignore[attr-defined]
    closure = [cell.cell_contents for cell in cells] if cells else None
    return {"code": code, "defaults": function.__defaults__, "closure": closure}  # type: ignore[attr-defined]


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
