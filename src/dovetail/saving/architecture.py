"""Models from their configurations: drawn and built, without values until a file gives them or `initialize` does."""

import json
import warnings
from typing import Any

from ..engine.configs import FAMILIES, ConfigError, is_config, revive
from ..engine.context import entered
from ..engine.errors import DovetailError
from ..engine.registry import CustomObjectScope, loading


def model_from_config(config: dict[str, Any], custom_objects: dict[str, Any] | None, safe_mode: bool | None) -> Any:
    """The model that a configuration describes; its variables have no values yet."""
    plain = {key: value for key, value in config.items() if key != "compile_config"}
    if config.get("build_config") is None:
        plain.pop("build_config", None)
    try:
        with CustomObjectScope(custom_objects), loading(safe_mode), entered(without_values=True):
            model = revive(plain)
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ConfigError(f"the configuration of {config.get('class_name')!r} cannot be read: {error!r}") from error
    if not isinstance(model, FAMILIES["layer"].base):  # type: ignore[arg-type]
        raise ConfigError(f"{config.get('class_name')!r} is not a model")
    return model


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that `model.to_json()` described, with new initial weights."""
    try:
        config = json.loads(json_string)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"the text is not JSON: {error}") from error
    if not is_config(config):
        raise ConfigError("the text does not describe a model: it needs 'class_name' and 'config'")
    model = model_from_config(config, custom_objects, None)
    for variable in model.variables:
        variable.initialize()
    if config.get("compile_config"):
        with CustomObjectScope(custom_objects):
            compile_as(model, config["compile_config"])
    return model


def compile_as(model: Any, config: dict[str, Any]) -> None:
    """Compile a model as its configuration says; where that does not work, warn."""
    try:
        model.compile_from_config(config)
    except (DovetailError, TypeError, ValueError) as error:
        warnings.warn(f"the model is not compiled: {error}. Call `compile` yourself", stacklevel=4)
