"""Process-wide defaults and switches."""

from .engine.dtypes import dtype_policy, floatx, set_dtype_policy, set_floatx
from .engine.messages import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from .engine.registry import enable_unsafe_deserialization
from .engine.settings import (
    disable_flash_attention,
    disable_traceback_filtering,
    enable_flash_attention,
    enable_traceback_filtering,
    epsilon,
    image_data_format,
    is_flash_attention_enabled,
    is_traceback_filtering_enabled,
    max_epochs,
    max_steps_per_epoch,
    set_epsilon,
    set_image_data_format,
    set_max_epochs,
    set_max_steps_per_epoch,
)

__all__ = [
    "backend", "disable_flash_attention", "disable_interactive_logging", "disable_traceback_filtering", "dtype_policy",
    "enable_flash_attention", "enable_interactive_logging", "enable_traceback_filtering",
    "enable_unsafe_deserialization", "epsilon", "floatx", "image_data_format", "is_flash_attention_enabled",
    "is_interactive_logging_enabled", "is_nnx_enabled", "is_traceback_filtering_enabled", "max_epochs",
    "max_steps_per_epoch", "set_backend", "set_dtype_policy", "set_epsilon", "set_floatx", "set_image_data_format",
    "set_max_epochs", "set_max_steps_per_epoch",
]  # fmt: skip


def backend() -> str:
    """Always "jax"."""
    return "jax"


def set_backend(backend: str) -> None:
    """Accept "jax".

    Raises:
        ValueError: another backend: there is one engine.
    """
    if backend != "jax":
        raise ValueError(f"Dovetail computes with JAX only; there is no backend {backend!r}")


def is_nnx_enabled() -> bool:
    """Always False: layers are no Flax NNX modules."""
    return False
