"""Decorators that old layers and optimizers carry and that have nothing to do here: arguments of every year are taken
by the classes themselves, exported names are not looked up, and graphs are traced by JAX."""

from collections.abc import Callable
from typing import Any

__all__ = [
    "generate_legacy_interface", "keras_export", "shape_type_conversion", "smart_cond",
    "smart_constant_value", "tf_export",
]  # fmt: skip


def as_it_is(function: Any) -> Any:
    """The function or class itself."""
    return function


shape_type_conversion = no_automatic_dependency_tracking = as_it_is


def with_arguments(*args: Any, **kwargs: Any) -> Callable[[Any], Any]:
    """A decorator with arguments that changes nothing."""
    return as_it_is


keras_export = tf_export = generate_legacy_interface = deprecated = deprecated_args = with_arguments


def __getattr__(name: str) -> Any:
    if name.startswith("legacy_") and name.endswith("_support"):
        return as_it_is
    raise AttributeError(name)


def smart_cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: str | None = None) -> Any:
    """`true_fn()` or `false_fn()`, at once where `pred` is known."""
    from ..tensorflow.control import cond  # TensorFlow's part is only loaded by scripts that use it

    if pred is None or isinstance(pred, (bool, int)):
        return true_fn() if pred else false_fn()
    return cond(pred, true_fn, false_fn)


def smart_constant_value(pred: Any) -> bool | None:
    """What `pred` is where that is known, else None."""
    return bool(pred) if isinstance(pred, (bool, int)) else None
