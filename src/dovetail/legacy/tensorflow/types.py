"""Dtypes, shapes, `tf.Tensor` and `tf.Variable`."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.dtypes import DTYPES, data_dtype, is_float, standardize_dtype
from ...engine.tensor import KerasTensor
from ...engine.texts import is_text
from ...engine.variable import Variable as EngineVariable
from ..backend.lifting import resolve
from ..backend.shapes import Dimension, TensorShape
from ..backend.texts import Text, Texts, as_texts
from ..backend.variables import LooseVariable, evaluate
from .table import array


class DType:
    """A dtype, `tf.float32` and the like: equal to its name and to NumPy's dtype."""

    def __init__(self, name: str):
        self.name = name

    @property
    def dtype(self) -> Any:
        return np.dtype(object) if self.name == "string" else jnp.dtype(self.name)

    @property
    def as_numpy_dtype(self) -> Any:
        return self.dtype.type

    @property
    def base_dtype(self) -> "DType":
        return self

    @property
    def is_floating(self) -> bool:
        return self.name != "string" and is_float(self.dtype)

    @property
    def is_integer(self) -> bool:
        return self.name != "string" and jnp.issubdtype(self.dtype, jnp.integer)

    @property
    def is_bool(self) -> bool:
        return self.name == "bool"

    @property
    def is_complex(self) -> bool:
        return self.name.startswith("complex")

    @property
    def size(self) -> int:
        return self.dtype.itemsize

    @property
    def min(self) -> Any:
        return self._limits.min

    @property
    def max(self) -> Any:
        return self._limits.max

    @property
    def _limits(self) -> Any:
        return jnp.finfo(self.dtype) if self.is_floating else jnp.iinfo(self.dtype)

    def __eq__(self, other: object) -> bool:
        try:
            return as_dtype(other).name == self.name
        except (TypeError, ValueError):
            return False

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"tf.{self.name}"


def as_dtype(value: Any) -> DType:
    """The dtype of a name, a NumPy dtype, or a dtype."""
    if isinstance(value, DType):
        return value
    if value in (object, str, bytes, np.str_, np.bytes_):
        return DTYPES_BY_NAME["string"]
    return DTYPES_BY_NAME[{"half": "float16", "double": "float64"}.get(str(value)) or standardize_dtype(value)]


DTYPES_BY_NAME = {name: DType(name) for name in DTYPES}
half, double = DTYPES_BY_NAME["float16"], DTYPES_BY_NAME["float64"]


class _TensorType(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, (jax.Array, KerasTensor))


class Tensor(metaclass=_TensorType):
    """The type of arrays and symbolic tensors, for `isinstance`."""


class TensorSpec:
    """Shape and dtype of a value that is not there yet."""

    def __init__(self, shape: Any = None, dtype: Any = "float32", name: str | None = None):
        self.shape = TensorShape(() if shape is None else shape)
        self.dtype, self.name = as_dtype(dtype), name

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> "TensorSpec":
        return cls(tensor.shape, tensor.dtype, name)

    def __repr__(self) -> str:
        return f"TensorSpec(shape={tuple(self.shape)}, dtype={self.dtype!r}, name={self.name!r})"


class _VariableType(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, EngineVariable)


class Variable(LooseVariable, metaclass=_VariableType):
    """`tf.Variable`: an array that can be assigned to.

    Args:
        initial_value: an array, a list, a number, or a function without arguments giving one.
    """

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
        **kwargs: Any,
    ):
        if callable(initial_value) and not isinstance(initial_value, (KerasTensor, EngineVariable)):
            initial_value = initial_value()
        if initial_value is None:
            raise ValueError("tf.Variable needs an initial value")
        value = evaluate(initial_value) if isinstance(initial_value, KerasTensor) else initial_value
        value = np.asarray(value)
        dtype = standardize_dtype(dtype) if dtype is not None else data_dtype(value.dtype)
        super().__init__(value, dtype=dtype, trainable=trainable is not False, name=_plain_name(name))
        self.constraint = constraint

    def read_value(self) -> Any:
        return self.value

    initialized_value = read_value

    def assign(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().assign(resolve(value))

    def assign_add(self, delta: Any, *args: Any, **kwargs: Any) -> Any:
        return super().assign_add(array(resolve(delta)))

    def assign_sub(self, delta: Any, *args: Any, **kwargs: Any) -> Any:
        return super().assign_sub(array(resolve(delta)))


def _plain_name(name: str | None) -> str | None:
    return str(name).replace("/", "_").split(":")[0] if name else None


def constant(
    value: Any, dtype: Any = None, shape: Any = None, name: str | None = None, verify_shape: Any = None
) -> Any:
    """An array of this value, spread over `shape` if there is one."""
    if is_text(value):
        return as_texts(value)
    if shape is not None and np.ndim(value) == 0:
        value = np.broadcast_to(np.asarray(value), tuple(int(size) for size in shape))
    with jax.ensure_compile_time_eval():  # it may be part of a shape
        made = array(value, None if dtype is None else as_dtype(dtype).name)
        return made if shape is None else jnp.reshape(made, tuple(int(size) for size in shape))


def is_tensor(x: Any) -> bool:
    return isinstance(x, (jax.Array, KerasTensor, EngineVariable, Text, Texts))


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The value as a NumPy array where it is known, else None."""
    return None if isinstance(tensor, (jax.core.Tracer, KerasTensor)) else np.asarray(tensor)


Text.dtype = property(lambda self: as_dtype("string"))  # type: ignore[attr-defined]
globals().update(DTYPES_BY_NAME)  # last: `bool` is one of them
__all__ = [
    *DTYPES_BY_NAME, "DType", "Dimension", "Tensor", "TensorShape", "TensorSpec", "Variable", "as_dtype", "constant",
    "double", "get_static_value", "half", "is_tensor",
]  # fmt: skip
