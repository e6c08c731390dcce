"""Variable: a named box holding one array."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .context import current
from .dtypes import is_float, standardize_dtype
from .errors import ShapeError, StateError, format_shape
from .naming import unique_name


class Stateful:
    """Something other than a layer that owns variables: a seed generator, a metric."""

    variables: list["Variable"]


class Variable(Stateful):
    """A named array that layers, metrics and optimizers read and assign.

    Args:
        initializer: the value, or a function of (shape, dtype) giving it; then `shape` is needed.
        shape: of the value.
        dtype: of the value; None is the value's own, or the default float for an initializer.
        trainable: whether optimizers change it.
        autocast: whether a layer computing in 16 bits reads it in 16 bits.
        name: the last part of `path`.
        regularizer: function of the value, added to the loss.
        constraint: function applied to the value after every update.

    Raises:
        ShapeError: an assigned value has another shape.
    """

    def __init__(
        self,
        initializer: Any,
        shape: tuple[int, ...] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        layout: Any = None,
        regularizer: Callable[[Any], Any] | None = None,
        constraint: Callable[[Any], Any] | None = None,
    ):
        self.name = name or unique_name("variable")
        self.path = "/".join((*current().path, self.name))
        self.trainable = trainable
        self.is_parameter = trainable  # stays, when a layer is frozen and thawed
        self.stays_frozen = False  # when its layer is thawed
        self.autocast = autocast
        self.aggregation, self.synchronization, self.layout = aggregation, synchronization, layout
        self.initializer = initializer if callable(initializer) else None
        self.regularizer = regularizer
        self.constraint = constraint
        if callable(initializer):
            if shape is None:
                raise ShapeError(f"Variable {self.path!r}: an initializer function needs `shape`")
            if None in shape:
                raise ShapeError(
                    f"Variable {self.path!r} cannot have the shape {format_shape(tuple(shape))}: "
                    "every axis needs a size. Give the layer's input a known size there."
                )
            dtype = standardize_dtype(dtype)
            if current().without_values:
                self._value: Any = jax.ShapeDtypeStruct(tuple(shape), dtype)
                self.shape, self.dtype = tuple(shape), dtype
                return
            initializer = initializer(tuple(shape), dtype)
        elif isinstance(initializer, Variable):
            initializer = initializer.value
        # a variable may be made while JAX traces: its value is a real array all the same
        with jax.ensure_compile_time_eval():
            self._value = jnp.asarray(initializer, None if dtype is None else standardize_dtype(dtype))
        if shape is not None and tuple(shape) != self._value.shape:
            raise ShapeError(
                f"Variable {self.path!r} should have the shape {format_shape(tuple(shape))}, "
                f"its initial value has {format_shape(self._value.shape)}"
            )
        self.shape = self._value.shape
        self.dtype = standardize_dtype(self._value.dtype)

    @property
    def variables(self) -> list["Variable"]:  # type: ignore[override]
        return [self]

    @property
    def value(self) -> jax.Array:
        """The array: the active scope's if it has one, in the precision of the layer that reads it."""
        context = current()
        value = None if context.scope is None else context.scope.get_current_value(self)
        if value is None:
            value = self._value if self.has_value else self._stand_in()
        if context.compute_dtype is not None and self.autocast and is_float(self.dtype):
            value = value.astype(context.compute_dtype)
        return value

    @property
    def has_value(self) -> bool:
        """False only while a file is being read, before the array is."""
        return type(self._value) is not jax.ShapeDtypeStruct

    def initialize(self) -> None:
        """Give a variable without a value its initial one."""
        if not self.has_value:
            assert self.initializer is not None
            self._value = jnp.asarray(self.initializer(self.shape, self.dtype), self.dtype)

    def _stand_in(self) -> Any:
        zero = jnp.zeros((), self.dtype)
        if not isinstance(zero, jax.core.Tracer):
            raise StateError(f"Variable {self.path!r} has no value yet: the file that has it is still being read")
        return jnp.broadcast_to(zero, self.shape)  # traced for its shape: nothing is allocated

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def assign(self, value: Any) -> jax.Array:
        """Replace the value (in the active scope, if any); cast to the variable's dtype."""
        value = value.value if isinstance(value, Variable) else value
        scope = current().scope
        if scope is None and isinstance(value, np.ndarray):
            value = np.array(value)  # the caller may go on writing into its own
        value = jnp.asarray(value, self.dtype)
        if value.shape != self.shape:
            raise ShapeError(
                f"Variable {self.path!r} has the shape {format_shape(self.shape)}; "
                f"a value of the shape {format_shape(value.shape)} cannot be assigned to it"
            )
        if scope is not None:
            scope.set_value(self, value)
        elif isinstance(value, jax.core.Tracer):
            raise TypeError(
                f"Variable {self.path!r} was assigned inside a JAX transformation, where the value would be "
                "lost. Use `stateless_call`, which returns the new values."
            )
        else:
            self._value = value
        return value

    def assign_add(self, value: Any) -> jax.Array:
        return self.assign(self._full_value + _plain(value))

    def assign_sub(self, value: Any) -> jax.Array:
        return self.assign(self._full_value - _plain(value))

    @property
    def _full_value(self) -> jax.Array:
        scope = current().scope
        value = None if scope is None else scope.get_current_value(self)
        return self._value if value is None else value

    def numpy(self) -> np.ndarray:
        return np.asarray(self.value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.value, dtype)

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}>"

    def __hash__(self) -> int:
        return id(self)

    def __getattr__(self, name: str) -> Any:  # reductions and the like: variable.sum(), .T, .reshape
        if name.startswith("_") or name == "value":
            raise AttributeError(name)
        return getattr(self.value, name)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __len__(self) -> int:
        return len(self.value)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Variable) else value


def _forwarded(name: str) -> Callable[..., Any]:
    def operator(self: Variable, *operands: Any) -> Any:
        return getattr(self.value, name)(*(_plain(operand) for operand in operands))

    operator.__name__ = name
    return operator


OPERATORS = tuple(
    f"__{prefix}{name}__"
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor")
    for prefix in ("", "r")
) + tuple(f"__{name}__" for name in ("neg", "abs", "invert", "lt", "le", "gt", "ge", "eq", "ne", "getitem"))

for _name in (*OPERATORS, "__float__", "__int__", "__iter__"):
    setattr(Variable, _name, _forwarded(_name))
Variable.__hash__ = lambda self: id(self)
