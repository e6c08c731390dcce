"""Process-wide defaults: epsilon, the order of image axes, limits for trying a script, and switches."""

import os
from typing import Any

import jax

from .errors import unknown_name


def _limit(name: str, value: Any) -> int | None:
    if value is None:
        return None
    if not str(value).isdigit() or int(value) < 1:
        raise ValueError(f"{name} is a positive integer or None, not {value!r}")
    return int(value)


_defaults: dict[str, Any] = {
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "max_epochs": _limit("KERAS_MAX_EPOCHS", os.environ.get("KERAS_MAX_EPOCHS")),
    "max_steps_per_epoch": _limit("KERAS_MAX_STEPS_PER_EPOCH", os.environ.get("KERAS_MAX_STEPS_PER_EPOCH")),
    "flash_attention": None,
    "traceback_filtering": True,
}


def epsilon() -> float:
    """The small number that guards divisions and logarithms, 1e-7 unless set."""
    return _defaults["epsilon"]


def set_epsilon(value: float) -> None:
    _defaults["epsilon"] = float(value)


def image_data_format() -> str:
    """`"channels_last"` or `"channels_first"`: what image layers assume when not told."""
    return _defaults["image_data_format"]


def set_image_data_format(data_format: str) -> None:
    _defaults["image_data_format"] = standardize_data_format(data_format)


def standardize_data_format(data_format: str | None) -> str:
    """`data_format` checked, or the default for None."""
    if data_format is None:
        return image_data_format()
    data_format = str(data_format).lower()
    if data_format not in ("channels_first", "channels_last"):
        raise unknown_name("data_format", data_format, ("channels_first", "channels_last"))
    return data_format


# -- limits, for trying a script without waiting for it


def max_epochs() -> int | None:
    """The most epochs that `fit` runs, None for no limit; at first that of KERAS_MAX_EPOCHS in the environment."""
    return _defaults["max_epochs"]


def set_max_epochs(max_epochs: int | None) -> None:
    _defaults["max_epochs"] = _limit("max_epochs", max_epochs)


def max_steps_per_epoch() -> int | None:
    """The most steps in an epoch of `fit`, and in `evaluate` and `predict`, None for no limit.

    At first that of KERAS_MAX_STEPS_PER_EPOCH in the environment.
    """
    return _defaults["max_steps_per_epoch"]


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    _defaults["max_steps_per_epoch"] = _limit("max_steps_per_epoch", max_steps_per_epoch)


def at_most(asked: int | None, limit: int | None) -> int | None:
    """The smaller of two counts, None being no limit."""
    given = [count for count in (asked, limit) if count is not None]
    return min(given) if given else None


# -- switches


def enable_flash_attention() -> None:
    """Let `ops.dot_product_attention` use flash attention where the device and the arguments allow it, as at first."""
    _defaults["flash_attention"] = None


def disable_flash_attention() -> None:
    """Have `ops.dot_product_attention` compute as written, unless a call asks for flash attention."""
    _defaults["flash_attention"] = False


def is_flash_attention_enabled() -> bool | None:
    """False where it is disabled, else None: it is used where it can be."""
    return _defaults["flash_attention"]


def enable_traceback_filtering() -> None:
    """Leave JAX's own frames out of tracebacks, as at first."""
    _defaults["traceback_filtering"] = True
    jax.config.update("jax_traceback_filtering", "auto")


def disable_traceback_filtering() -> None:
    """Show tracebacks whole, JAX's frames included."""
    _defaults["traceback_filtering"] = False
    jax.config.update("jax_traceback_filtering", "off")


def is_traceback_filtering_enabled() -> bool:
    return _defaults["traceback_filtering"]
