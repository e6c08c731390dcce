"""Process-wide settings under their old names, and sessions, which there is nothing to do for."""

from typing import Any

import jax
import numpy as np

from ...engine import settings
from ...engine.dtypes import floatx, set_floatx
from ...engine.naming import get_uid, reset_names
from ...engine.settings import epsilon, image_data_format, set_epsilon, set_image_data_format
from ..releases import current_release

_ORDERINGS = {"th": "channels_first", "tf": "channels_last"}


def backend() -> str:
    """What the release ran on, "tensorflow" or "theano": scripts ask in order to know the semantics."""
    return current_release().backend


def cast_to_floatx(x: Any) -> np.ndarray:
    """A NumPy array in the default float."""
    return np.asarray(x, dtype=floatx())


def image_dim_ordering() -> str:
    """`image_data_format` as Keras 1 called it: "tf" (channels last) or "th" (channels first)."""
    return "tf" if image_data_format() == "channels_last" else "th"


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Make "tf" (channels last) or "th" (channels first) the default order of image axes."""
    set_image_data_format(normalize_data_format(dim_ordering))


def normalize_data_format(value: str | None) -> str:
    """An order of image axes in any spelling ("th", "tf", "default", None, ...) as today's.

    Raises:
        ValueError: it is none.
    """
    if value is None or value == "default":
        return image_data_format()
    return settings.standardize_data_format(_ORDERINGS.get(str(value), value))


def reset_uids() -> None:
    """Start the numbers in automatic names again."""
    reset_names()


def clear_session() -> None:
    """Forget automatic names and a fixed learning phase; the models themselves are ordinary objects."""
    from .phase import set_learning_phase  # which needs the functions, and they these settings

    reset_names()
    set_learning_phase(None)


def manual_variable_initialization(value: bool) -> None:
    """Nothing to do: variables have their values from the start."""


def set_legacy_weight_ordering(value: bool) -> None:
    """Nothing to do: weights go layer by layer, and files say their order."""


def legacy_weight_ordering() -> bool:
    return False


def v1_variable_initialization() -> None:
    """Nothing to do: variables have their values from the start."""


def _get_available_gpus() -> list[str]:
    """The names of GPUs, as scripts asked TensorFlow's backend for them."""
    return [f"/device:GPU:{index}" for index, device in enumerate(jax.devices()) if device.platform != "cpu"]


__all__ = [
    "backend", "cast_to_floatx", "clear_session", "epsilon", "floatx", "get_uid", "image_data_format",
    "image_dim_ordering", "legacy_weight_ordering", "manual_variable_initialization", "normalize_data_format",
    "reset_uids", "set_epsilon", "set_floatx", "set_image_data_format", "set_image_dim_ordering",
    "set_legacy_weight_ordering", "v1_variable_initialization",
]  # fmt: skip
