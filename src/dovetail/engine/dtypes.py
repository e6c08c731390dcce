"""Dtypes: the default float, and policies that split computing from storing."""

import re
from collections.abc import Iterator, MutableMapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .configs import Configured, Family, to_config
from .errors import DovetailError, unknown_name

FLOATS = ("float16", "bfloat16", "float32", "float64")
DTYPES = (
    *FLOATS, "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "complex64", "complex128", "float8_e4m3fn", "float8_e5m2", "string",
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
    if isinstance(dtype, type) and dtype in (float, int, bool, complex, str):
        return {float: floatx(), int: "int32", bool: "bool", complex: "complex64", str: "string"}[dtype]
    if dtype == "int":
        return "int32"
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None)
    if name is None:
        is_of_torch = str(dtype).startswith("torch.")
        try:
            name = str(dtype).removeprefix("torch.") if is_of_torch else np.dtype(dtype).name
        except TypeError:
            name = dtype
    if name not in DTYPES:
        raise unknown_name("dtype", name, DTYPES)
    return name


def data_dtype(dtype: Any) -> str:
    """The dtype that data of this one are computed with: `floatx()` for NumPy's float64, else what JAX has."""
    name = jax.dtypes.canonicalize_dtype(dtype).name
    return floatx() if np.dtype(dtype) == np.float64 else name


def is_float(dtype: Any) -> bool:
    return jnp.issubdtype(dtype, jnp.floating)


def is_float_dtype(dtype: Any) -> bool:
    """Whether a dtype, in any form that `standardize_dtype` takes, is one of floats."""
    return standardize_dtype(dtype).startswith(("float", "bfloat"))


def is_int_dtype(dtype: Any) -> bool:
    """Whether a dtype, in any form that `standardize_dtype` takes, is one of integers, signed or not."""
    return standardize_dtype(dtype).startswith(("int", "uint"))


PYTHON = {int: "int", "int": "int", float: "float", "float": "float"}
NUMBERS = {"int": 0, "float": 0.0}  # Python's numbers follow the arrays that they meet


def result_type(*dtypes: Any) -> str:
    """The dtype of what is computed from values of these; `int` and `float` stand for Python's numbers.

    >>> result_type("bfloat16", int), result_type("int32", "float16"), result_type("int32", float)
    ('bfloat16', 'float16', 'float32')

    Raises:
        ValueError: one is an 8-bit float, which has to be cast first.
    """
    names = [PYTHON.get(dtype) or standardize_dtype(dtype) for dtype in dtypes]
    for name in names:
        if name.startswith("float8"):
            raise ValueError(f"{name} does not mix with other dtypes by itself: cast it first")
    has_floats = any(name.startswith(("bfloat", "complex")) or name in FLOATS for name in names)
    if not names or ("float" in names and not has_floats):
        return floatx()
    known = [NUMBERS[name] if name in NUMBERS else jax.dtypes.canonicalize_dtype(name) for name in names]
    return jnp.result_type(*known).name


class DTypePolicy(Configured):
    """What a layer computes in and what it stores its weights in.

    Args:
        name: a dtype for both ("float32", "bfloat16", ...), or "mixed_bfloat16" or "mixed_float16": compute in
            16 bits, keep weights in float32. None is the global policy.

    Raises:
        NotImplementedError: `name` is one of a quantized policy.
    """

    quantization_mode: str | None = None

    def __init__(self, name: str | None = None):
        if name is None:
            name = dtype_policy().name
        if not isinstance(name, str):
            raise TypeError(f"a dtype policy's name is a text such as 'mixed_bfloat16', not {name!r}")
        self.name = name
        if name.startswith(QUANTIZED) and name not in DTYPES:
            raise not_quantized(name)
        if name in ("mixed_float16", "mixed_bfloat16"):
            self.compute_dtype, self.variable_dtype = name.removeprefix("mixed_"), "float32"
        elif name in DTYPES:
            self.compute_dtype = self.variable_dtype = name
        else:
            raise unknown_name("dtype policy", name, POLICIES)

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """`x` as an array, floats cast to `dtype` where `autocast` says so; what is no array stays."""
        dtype = standardize_dtype(dtype)
        if not hasattr(x, "dtype") and not hasattr(x, "__array__"):
            return x
        x = x if hasattr(x, "astype") and not isinstance(x, np.ndarray) else jnp.asarray(x)
        return x.astype(dtype) if autocast and is_float(x.dtype) and x.dtype != dtype else x

    def __eq__(self, other: object) -> bool:
        return type(other) in (DTypePolicy, FloatDTypePolicy) and other.name == self.name  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<DTypePolicy {self.name!r}>"


class FloatDTypePolicy(DTypePolicy):
    """Another name of `DTypePolicy`."""


class DTypePolicyMap(DTypePolicy, MutableMapping):
    """Policies by layer path, for layers made of layers.

    A path is looked up as it is, then as what one of the keys, taken as regular expressions, matches in full; the
    rest have the default.

    Args:
        default_policy: a policy or its name; None is the global policy at the time of asking.
        policy_map: from path or expression to policy.

    Raises:
        ValueError: a path is matched by several keys, or is set twice.
    """

    def __init__(self, default_policy: Any = None, policy_map: dict[str, Any] | None = None):
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError("`default_policy` is one policy, not a map of them")
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(f"`policy_map` is a dictionary from paths to policies, not {policy_map!r}")
        self._default = None if default_policy is None else get_policy(default_policy)
        self._map = {path: get_policy(policy) for path, policy in (policy_map or {}).items()}

    @property
    def default_policy(self) -> DTypePolicy:
        return self._default or dtype_policy()

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"map_{self.default_policy.name}"

    @property
    def compute_dtype(self) -> str:  # type: ignore[override]
        return self.default_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:  # type: ignore[override]
        return self.default_policy.variable_dtype

    def __getitem__(self, path: str) -> DTypePolicy:
        if path in self._map:
            return self._map[path]
        matching = [pattern for pattern in self._map if re.fullmatch(pattern, path)]
        if len(matching) > 1:
            raise ValueError(f"the path {path!r} is matched by several keys of the policy map: {matching}")
        return self._map[matching[0]] if matching else self.default_policy

    def __setitem__(self, path: str, policy: Any) -> None:
        if path in self._map:
            raise ValueError(f"the policy map has {path!r} already: {self._map[path]!r}. Delete it first")
        self._map[path] = get_policy(policy)

    def __delitem__(self, path: str) -> None:
        del self._map[path]

    def __contains__(self, path: object) -> bool:
        return path in self._map

    def __len__(self) -> int:
        return len(self._map)

    def __iter__(self) -> Iterator[str]:
        return iter(self._map)

    def get_config(self) -> dict[str, Any]:
        return {"default_policy": to_config(self._default), "policy_map": to_config(self._map)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicyMap) and (self._default, self._map) == (other._default, other._map)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<DTypePolicyMap default={self.default_policy.name!r}, { ({k: p.name for k, p in self._map.items()}) }>"


QUANTIZED = ("int8", "int4", "float8", "gptq", "awq")  # what names of quantized policies begin with


def not_quantized(name: str) -> NotImplementedError:
    return NotImplementedError(
        f"the dtype policy {name!r} is quantized, which is not there yet. "
        "'mixed_bfloat16' and 'bfloat16' save memory too"
    )


policies = Family("dtype policy", DTypePolicy, "keras", ("keras.dtype_policies",))
policies.add_all((DTypePolicy, FloatDTypePolicy, DTypePolicyMap))
POLICIES = (*DTYPES, "mixed_bfloat16", "mixed_float16")
_global_policy: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers that name none: `floatx()` unless set."""
    return _global_policy or DTypePolicy(floatx())


def set_dtype_policy(policy: "str | DTypePolicy | None") -> None:
    """Set the policy of layers that name none; None is `floatx()` again."""
    global _global_policy
    if policy is not None and not isinstance(policy, (str, DTypePolicy)):
        raise TypeError(f"`policy` is a name such as 'mixed_bfloat16' or a DTypePolicy, not {policy!r}")
    _global_policy = None if policy is None else get_policy(policy)


def get_policy(identifier: Any) -> DTypePolicy:
    """A policy from a name, a dtype, a configuration or a policy; None is the global one."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return policies.get(identifier) if "class_name" in identifier else DTypePolicy.from_config(identifier)
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    return DTypePolicy(standardize_dtype(identifier))


class IntegerRangeError(DovetailError, ValueError):
    """An integer is beyond what JAX holds."""


def narrowed(array: np.ndarray, what: str) -> np.ndarray:
    """Integers of 64 bits as of 32, which is what JAX holds unless `jax_enable_x64` is set; other arrays as they are.

    Raises:
        IntegerRangeError: one does not fit.
    """
    if array.dtype not in (np.int64, np.uint64) or jax.config.jax_enable_x64:
        return array
    small = array.astype(np.int32)
    if not np.array_equal(small, array):
        raise IntegerRangeError(f"{what} has integers beyond 32 bits ({array.max()}), which JAX does not hold here")
    return small
