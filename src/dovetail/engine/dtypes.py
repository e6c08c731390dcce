"""Dtypes: the default float, and policies that split computing from storing."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .configs import Family
from .errors import unknown_name

FLOATS = ("float16", "bfloat16", "float32", "float64")
DTYPES = (
    *FLOATS, "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "complex64", "complex128", "string",
)  # fmt: skip
_floatx = "float32"


def floatx() -> str:
    """The dtype of weights and float inputs that name none; "float32" unless set."""
    return _floatx


def set_floatx(value: str) -> None:
    global _floatx
    if value not in FLOATS:
        raise unknown_name("float dtype", value, FLOATS)
    _floatx = value


def standardize_dtype(dtype: Any) -> str:
    """A dtype given as a name, a NumPy or JAX dtype or a Python type, as its name; None is `floatx()`."""
    if dtype is None:
        return floatx()
    if isinstance(dtype, type) and dtype in (float, int, bool):
        return {float: floatx(), int: "int32", bool: "bool"}[dtype]
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None) or np.dtype(dtype).name
    if name not in DTYPES:
        raise unknown_name("dtype", name, DTYPES)
    return name


def data_dtype(dtype: Any) -> str:
    """The dtype that data of this one are computed with: `floatx()` for NumPy's float64, else what JAX has."""
    name = jax.dtypes.canonicalize_dtype(dtype).name
    return floatx() if np.dtype(dtype) == np.float64 else name


def is_float(dtype: Any) -> bool:
    return jnp.issubdtype(dtype, jnp.floating)


class DTypePolicy:
    """What a layer computes in and what it stores its weights in.

    Args:
        name: a dtype for both ("float32", "bfloat16", ...), or "mixed_bfloat16" or "mixed_float16": compute in
            16 bits, keep weights in float32. None is the global policy.
    """

    def __init__(self, name: str | None = None):
        self.name = name or dtype_policy().name
        if self.name.startswith("mixed_"):
            self.compute_dtype, self.variable_dtype = standardize_dtype(self.name[6:]), "float32"
            if self.compute_dtype not in ("float16", "bfloat16"):
                raise unknown_name("dtype policy", name, POLICIES)
        elif self.name in DTYPES:
            self.compute_dtype = self.variable_dtype = self.name
        else:
            raise unknown_name("dtype policy", name, POLICIES)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "DTypePolicy":
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<DTypePolicy {self.name!r}>"


policies = Family("dtype policy", DTypePolicy, "keras", ("keras.dtype_policies",))
policies.add(DTypePolicy, "FloatDTypePolicy")
POLICIES = (*DTYPES, "mixed_bfloat16", "mixed_float16")
_global_policy: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers that name none: `floatx()` unless set."""
    return _global_policy or DTypePolicy(floatx())


def set_dtype_policy(policy: "str | DTypePolicy | None") -> None:
    global _global_policy
    _global_policy = None if policy is None else get_policy(policy)


def get_policy(identifier: Any) -> DTypePolicy:
    """A policy from a name, a dtype, a configuration or a policy; None is the global one."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return DTypePolicy.from_config(identifier.get("config", identifier))
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    return DTypePolicy(standardize_dtype(identifier))
