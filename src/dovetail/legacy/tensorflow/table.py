"""How a table of short functions becomes TensorFlow's: `name`, old spellings of arguments, lists, symbolic tensors."""

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.dtypes import data_dtype, standardize_dtype
from ...engine.errors import did_you_mean
from ..backend.lifting import Sizes, lifted

# what TensorFlow 1 called arguments, where a function has one of the new names
OLD_ARGUMENTS = {
    "keep_dims": ("keepdims",),
    "reduction_indices": ("axis",),
    "dim": ("axis",),
    "dimension": ("axis",),
    "concat_dim": ("axis",),
    "squeeze_dims": ("axis",),
    "seq_dim": ("axis",),
    "x": ("input", "tensor", "logits", "features", "input_tensor", "value"),
    "input": ("x", "tensor", "value", "input_tensor"),
    "features": ("x",),
    "ksize": ("pool_size",),
    "ksizes": ("sizes",),
    "filter": ("filters",),
    "images": ("image",),
    "image": ("images",),
}


def functions(table: dict[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """The functions of a table, each taking arrays, lists, variables and symbolic tensors, and `name`."""
    return {name: function(name, body) for name, body in table.items()}


def function(name: str, body: Callable[..., Any]) -> Callable[..., Any]:
    """One entry of a table."""
    signature = inspect.signature(body)
    compute = lifted(_named(body, name))

    def call(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("name", None)
        for key in [key for key in kwargs if key not in signature.parameters]:
            new = next((n for n in OLD_ARGUMENTS.get(key, ()) if n in signature.parameters), None)
            if new is None:
                raise TypeError(f"tf.{name} has no argument {key!r} here{did_you_mean(key, signature.parameters)}")
            kwargs[new] = kwargs.pop(key)
        return compute(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = body.__doc__ or f"`tf.{name}{signature}`."
    call.__signature__ = signature  # type: ignore[attr-defined]
    return call


def _named(body: Callable[..., Any], name: str) -> Callable[..., Any]:
    body.__name__ = name
    return body


def array(x: Any, dtype: Any = None) -> Any:
    """`x` as an array: a list, a NumPy array, a number."""
    if isinstance(x, (Sizes, jax.Array)) and dtype is None:
        return x
    if dtype is not None:
        return jnp.asarray(x, standardize_dtype(dtype))
    if isinstance(x, (np.ndarray, np.generic)):
        return jnp.asarray(x, data_dtype(x.dtype))
    return jnp.asarray(x)


def number(x: Any) -> Any:
    """As `array`, but a plain number stays: it takes the dtype of what is beside it."""
    return x if isinstance(x, (bool, int, float, complex)) else array(x)


def floating(x: Any) -> Any:
    """As `array`, integers as floats."""
    x = array(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else jnp.asarray(x, "float32")


def axes(axis: Any) -> Any:
    """An axis, or several, as NumPy takes them."""
    if isinstance(axis, (list, tuple, np.ndarray, jax.Array)) and np.ndim(axis):
        return tuple(int(a) for a in axis)
    return axis if axis is None else int(axis)  # type: ignore[arg-type]


def integers(values: Any) -> tuple[int, ...]:
    """A shape, or other integers that a program must know."""
    if isinstance(values, (int, np.integer)):
        return (int(values),)
    listed: Any = np.asarray(values).reshape(-1) if isinstance(values, (np.ndarray, jax.Array)) else values
    return tuple(-1 if value is None else int(value) for value in listed)
