"""Results of tracing, kept: a network repeats its blocks, so most of its layers were traced before.

A layer's output shape depends on its settings, its weights' shapes and its inputs' shapes. Where all of these are plain
values of the library's own classes they make a key; a layer with anything else in it is traced each time.
"""

from typing import Any

import jax
import numpy as np

from .configs import Configured, is_builtin
from .context import current
from .dtypes import DTypePolicy
from .tensor import KerasTensor
from .variable import Variable

LARGEST = 10_000  # entries, of about one kilobyte
# attributes of layers that say nothing of shapes
ASIDE = {"name", "_path", "_inbound_nodes", "_constructor_arguments", "_losses", "_build_shapes", "_weights"}
PLAIN = (type(None), bool, int, float, str)

_kept: dict[Any, Any] = {}


class _Unclear(Exception):
    """Something that may change shapes in a way that cannot be told."""


def kept_or_traced(layer: Any, args: tuple, kwargs: dict, trace: Any) -> Any:
    """What `trace()` returns for a layer called on these arguments, from an equal layer where there was one."""
    try:
        key = _key(layer, args, kwargs)
    except _Unclear:
        return trace()
    if key not in _kept:
        if len(_kept) >= LARGEST:
            _kept.clear()
        _kept[key] = trace()
    return _kept[key]


def _key(layer: Any, args: tuple, kwargs: dict) -> Any:
    if not is_builtin(type(layer)):
        raise _Unclear
    leaves, structure = jax.tree.flatten((args, kwargs))
    if any(isinstance(leaf, (np.ndarray, jax.Array)) for leaf in leaves):  # a constant: its values may count
        raise _Unclear
    context = current()
    return (
        type(layer),
        tuple((name, _token(value)) for name, value in layer.__dict__.items() if name not in ASIDE),
        structure,
        tuple(map(_token, leaves)),
        (context.training, context.compute_dtype, jax.config.jax_enable_x64),  # type: ignore[attr-defined]
    )


def _token(value: Any) -> Any:
    """What stands for a value in a key."""
    if isinstance(value, PLAIN):
        return type(value), value
    if isinstance(value, (tuple, list)):
        return type(value), tuple(map(_token, value))
    if isinstance(value, dict):
        return dict, tuple((name, _token(item)) for name, item in value.items())
    if isinstance(value, KerasTensor) and value.mask_spec is None:
        return KerasTensor, value.shape, value.dtype
    if isinstance(value, (Variable, np.ndarray, jax.Array)):
        return type(value), tuple(value.shape), str(value.dtype)
    if isinstance(value, DTypePolicy):
        return type(value), value.compute_dtype, value.variable_dtype
    if isinstance(value, Configured) and is_builtin(type(value)) and not hasattr(value, "call"):
        return Configured  # an initializer, a regularizer, a seed generator, ...: they change values only
    if hasattr(value, "config_name"):  # a public function of a family, such as an activation
        return value
    raise _Unclear
