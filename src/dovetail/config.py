"""Process-wide defaults."""

from .engine.dtypes import dtype_policy, floatx, set_dtype_policy, set_floatx
from .engine.settings import epsilon, image_data_format, set_epsilon, set_image_data_format

__all__ = [
    "backend", "dtype_policy", "epsilon", "floatx", "image_data_format", "set_dtype_policy", "set_epsilon",
    "set_floatx", "set_image_data_format",
]  # fmt: skip


def backend() -> str:
    """Always "jax"."""
    return "jax"
