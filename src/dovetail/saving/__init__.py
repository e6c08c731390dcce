"""Files of weights and of whole models, written whole or not at all; objects as plain data, and their names."""

from typing import Any

from ..engine.configs import ConfigError, revive, to_config
from ..engine.registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    loading,
    register_keras_serializable,
)
from .archive import ModelFileError, load_model, save_model, save_weights
from .archive import load_weights_from as load_weights
from .editor import KerasFileEditor
from .files import write_atomically
from .weights import WeightsFileError

__all__ = [
    "ConfigError", "CustomObjectScope", "KerasFileEditor", "ModelFileError", "WeightsFileError", "custom_object_scope",
    "deserialize_keras_object", "get_custom_objects", "get_registered_name", "get_registered_object", "load_model",
    "load_weights", "register_keras_serializable", "save_model", "save_weights", "serialize_keras_object",
    "write_atomically",
]  # fmt: skip


def serialize_keras_object(obj: Any) -> Any:
    """An object (nested as it is) as plain data, written as Keras 3 writes it.

    Raises:
        ConfigError: there is no way to write it down.
    """
    return to_config(obj)


def deserialize_keras_object(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True, **kwargs: Any
) -> Any:
    """The object (nested as it is) that `serialize_keras_object` described.

    Raises:
        ConfigError: a class is not known, or the data hold code and `safe_mode` is not False.
    """
    if kwargs:
        raise TypeError(f"deserialize_keras_object has no argument {next(iter(kwargs))!r}")
    with CustomObjectScope(custom_objects), loading(safe_mode):
        return revive(config)
