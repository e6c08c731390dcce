"""How a model in an old file was compiled, and its optimizer's state."""

import warnings
from typing import Any

from ...engine.configs import is_config
from ..optimizers import optimizer_of
from ..releases import Release


def compile_as(model: Any, training: dict[str, Any], arrays: list[Any], release: Release) -> None:
    """Compile a model as its file says, and give the optimizer the state that it had.

    Args:
        training: the arguments of `compile`; the optimizer is a name, or {"class_name", "config"}.
        arrays: the optimizer's state, in the order of the release; may be empty.
    """
    model.compile(
        optimizer=_optimizer(training["optimizer"], release),
        loss=_plain(training.get("loss")),
        metrics=_plain(training.get("metrics")),
        loss_weights=training.get("loss_weights"),
        weighted_metrics=_plain(training.get("weighted_metrics")),
    )
    if not arrays:
        return
    model.optimizer.build(model.trainable_variables)
    try:
        model.optimizer.set_weights(arrays)
    except (ValueError, TypeError) as error:
        warnings.warn(f"the optimizer starts anew: {error}", stacklevel=4)


def _optimizer(entry: Any, release: Release) -> Any:
    """The optimizer of a file. Since 2.11, those with the formulas of before do not say what they are."""
    if isinstance(entry, str):
        return optimizer_of(release, entry)
    name, config = entry["class_name"].split(">")[-1], entry["config"]
    if release.formulas == "tf2":
        config = {"is_legacy_optimizer": True} | config
    return optimizer_of(release, {"class_name": name, "config": config})


def _plain(value: Any) -> Any:
    """Losses and metrics as names, where the file has them as objects."""
    if isinstance(value, dict):
        if is_config(value):
            config = value["config"]
            return config if isinstance(config, str) else config.get("fn") or config.get("name") or value["class_name"]
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
