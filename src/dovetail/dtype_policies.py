"""What layers compute in and store their weights in."""

from typing import Any

from .engine.configs import to_config
from .engine.dtypes import DTypePolicy, DTypePolicyMap, FloatDTypePolicy, get_policy, not_quantized, policies

__all__ = [
    "AWQDTypePolicy", "DTypePolicy", "DTypePolicyMap", "FloatDTypePolicy", "GPTQDTypePolicy", "Int4DTypePolicy",
    "QuantizedDTypePolicy", "QuantizedFloat8DTypePolicy", "deserialize", "get", "serialize",
]  # fmt: skip

get = get_policy


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """A policy as plain data."""
    return to_config(dtype_policy)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """A policy from plain data; `custom_objects` are more classes by name."""
    return policies.get_among(config, custom_objects)


class QuantizedDTypePolicy(DTypePolicy):
    """A policy of quantized weights; not there yet, so making one raises NotImplementedError."""

    def __init__(self, mode: str, source_name: str | None = None):
        raise not_quantized(mode if source_name is None else f"{mode}_from_{source_name}")


class Int4DTypePolicy(QuantizedDTypePolicy):
    """As `QuantizedDTypePolicy`."""


class GPTQDTypePolicy(QuantizedDTypePolicy):
    """As `QuantizedDTypePolicy`."""


class AWQDTypePolicy(QuantizedDTypePolicy):
    """As `QuantizedDTypePolicy`."""


class QuantizedFloat8DTypePolicy(QuantizedDTypePolicy):
    """As `QuantizedDTypePolicy`."""

    def __init__(self, mode: str, source_name: str | None = None, amax_history_length: int = 1024):
        super().__init__(mode, source_name)


policies.add_all((QuantizedDTypePolicy, Int4DTypePolicy, GPTQDTypePolicy, AWQDTypePolicy, QuantizedFloat8DTypePolicy))
