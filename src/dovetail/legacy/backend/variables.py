"""Variables, placeholders and constants; reading and assigning them."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.context import constants_changed, current, structure_changed
from ...engine.dtypes import floatx, standardize_dtype
from ...engine.errors import ShapeError, format_shape
from ...engine.layer import Layer
from ...engine.tensor import KerasTensor
from ...engine.variable import Stateful, Variable
from .functions import evaluate
from .lifting import as_shape, lifted, record, resolve, sizes, static_shape
from .modes import draws_variables, in_call


class LooseVariable(Variable):
    """A variable that no layer made: `K.variable`. A layer whose `call` reads it takes it up among its variables,
    so that compiled programs see what is assigned to it."""

    _is_constant = False

    @property
    def value(self) -> jax.Array:
        context = current()
        if context.scope is not None and context.scope.get_current_value(self) is None:
            if context.layer is not None:
                take_up(context.layer, [self])
            else:
                self._is_constant = True
        return Variable.value.fget(self)  # type: ignore[attr-defined]

    def assign(self, value: Any) -> jax.Array:
        if self._is_constant and current().scope is None:
            self._is_constant = False
            constants_changed()
        return super().assign(value)


class Loose(Stateful):
    """Variables that a layer uses, but that are no weights of it."""

    def __init__(self) -> None:
        self.variables: list[Variable] = []


def take_up(layer: Layer, variables: list[Variable]) -> None:
    """Make variables part of what programs of `layer` read anew at each run."""
    holder = layer.__dict__.get("_loose")
    if holder is None:
        holder = Loose()
        object.__setattr__(layer, "_loose", holder)
    known = {id(variable) for variable in holder.variables}
    new = [variable for variable in variables if id(variable) not in known]
    if new:
        holder.variables.extend(new)
        object.__setattr__(layer, "num_loose_variables", len(holder.variables))  # a setting: programs are made anew
        structure_changed()


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Variable:
    """A variable with this initial value, of the default float when no dtype is given."""
    if hasattr(value, "tocoo"):  # a sparse matrix of SciPy
        value = value.toarray()
    if isinstance(value, (KerasTensor, Variable)):
        value = evaluate(value) if not in_call() else resolve(value)
    if isinstance(value, jax.core.Tracer):
        raise TypeError("K.variable needs a value that is known, not one that a running layer computes")
    held = jax.dtypes.canonicalize_dtype(standardize_dtype(dtype)).name  # 64 bits are 32 here, without a warning
    made = LooseVariable(np.asarray(value), dtype=held, name=_name(name))
    made.constraint = constraint
    return made


def _name(name: str | None) -> str | None:
    return None if name is None else str(name).replace("/", "_").split(":")[0] or None


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """An array of this value, spread over `shape` if there is one."""
    array = np.asarray(value, standardize_dtype(dtype))
    if shape is not None:
        shape = as_shape(shape)
        if array.size == 1:
            array = np.broadcast_to(array.reshape(()), shape)
        else:  # TensorFlow repeats the last value
            flat = array.reshape(-1)
            count = int(np.prod(shape))
            array = np.concatenate([flat, np.full(max(count - flat.size, 0), flat[-1], flat.dtype)]).reshape(shape)
    with jax.ensure_compile_time_eval():  # it may be part of a shape
        return jnp.asarray(array)


def placeholder(
    shape: Any = None, ndim: int | None = None, dtype: Any = None, sparse: bool = False, name: str | None = None
) -> KerasTensor:
    """A symbolic tensor that `function` takes as an input.

    Args:
        shape: None for an open axis; or
        ndim: the number of axes, all open.

    Raises:
        ShapeError: neither is given.
    """
    if shape is None:
        if ndim is None:
            raise ShapeError("K.placeholder needs `shape` or `ndim`")
        shape = (None,) * ndim
    if isinstance(shape, int):
        shape = (shape,)
    shape = tuple(None if size is None or size == -1 else int(size) for size in shape)
    tensor = KerasTensor(shape, standardize_dtype(dtype), name=_name(name))
    tensor.sparse = False  # dense matrices stand for sparse ones
    return tensor


def is_placeholder(x: Any) -> bool:
    """Whether `x` is a symbolic input: from `placeholder` or `Input`."""
    return isinstance(x, KerasTensor) and (x.node is None or not (x.node.inputs or x.node.operation.is_source))


def is_variable(x: Any) -> bool:
    return isinstance(x, Variable)


def is_tensor(x: Any) -> bool:
    """Whether `x` is symbolic, a variable, or an array of JAX."""
    return isinstance(x, (KerasTensor, Variable, jax.Array))


def is_symbolic(x: Any) -> bool:
    return isinstance(x, KerasTensor)


def is_keras_tensor(x: Any) -> bool:
    """Whether a layer made `x`, `Input` included.

    Raises:
        ValueError: it is no tensor at all.
    """
    if not is_tensor(x):
        raise ValueError(f"unexpectedly found an instance of type {type(x)}; expected a symbolic tensor")
    return isinstance(x, KerasTensor) and x.node is not None and isinstance(x.node.operation, Layer)


def is_sparse(tensor: Any) -> bool:
    """Always False: arrays are dense."""
    return False


def to_dense(tensor: Any) -> Any:
    """`tensor`, which is dense; a matrix of SciPy is made so."""
    return jnp.asarray(tensor.toarray()) if hasattr(tensor, "tocoo") else tensor


# -- what an array looks like


@lifted
def _shape(x: Any) -> Any:
    return sizes(jnp.shape(x))


def shape(x: Any) -> Any:
    """The shape as integers to compute with; symbolic where `x` is."""
    return _shape(x)


def int_shape(x: Any) -> tuple[int | None, ...] | None:
    """The shape as a tuple, None for an open axis; None for what has no shape."""
    return static_shape(x) if hasattr(x, "shape") or isinstance(x, (int, float, list, tuple)) else None


def get_variable_shape(x: Any) -> tuple[int | None, ...]:
    return static_shape(x)


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(static_shape(x))


def dtype(x: Any) -> str:
    """The name of the dtype of `x`."""
    return standardize_dtype(x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype)


@lifted
def _size(x: Any) -> Any:
    return np.int32(np.prod(jnp.shape(x), dtype=np.int64))


def size(x: Any, name: str | None = None) -> Any:
    """The number of values; symbolic where `x` is."""
    return _size(x)


def count_params(x: Any) -> int:
    """The number of values, of a known shape."""
    return int(np.prod([int(axis) for axis in static_shape(x)]))  # type: ignore[arg-type]


# -- new arrays: variables, as they were then; plain arrays inside a running function


def _filled(array: Any, shape: Any, dtype: Any, name: str | None) -> Any:
    dtype = standardize_dtype(dtype)
    if any(isinstance(leaf, KerasTensor) for leaf in jax.tree.leaves(shape)):
        return record(lambda shape: array(as_shape(shape), dtype), (shape,), {})
    shape = as_shape(shape)
    if in_call() or not draws_variables():
        return array(shape, dtype)
    return LooseVariable(np.asarray(array(shape, dtype)), dtype=dtype, name=_name(name))


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of zeros."""
    return _filled(jnp.zeros, shape, dtype, name)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of ones."""
    return _filled(jnp.ones, shape, dtype, name)


def eye(size: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable: the identity matrix; `size` is its side, or (rows, columns)."""
    return _filled(lambda shape, dtype: jnp.eye(shape[0], shape[-1], dtype=dtype), size, dtype, name)


@lifted
def zeros_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Zeros of the shape of `x`."""
    return jnp.zeros_like(x, None if dtype is None else standardize_dtype(dtype))


@lifted
def ones_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Ones of the shape of `x`."""
    return jnp.ones_like(x, None if dtype is None else standardize_dtype(dtype))


# -- reading and assigning


def get_value(x: Any) -> Any:
    """The value as a NumPy array."""
    return evaluate(x)


def batch_get_value(xs: Any) -> list[Any]:
    return [evaluate(x) for x in xs]


def set_value(x: Any, value: Any) -> None:
    """Assign a NumPy array, a number, or what has a value.

    Raises:
        TypeError: `x` is no variable.
        ShapeError: the value has another shape.
    """
    if not isinstance(x, Variable):
        raise TypeError(f"K.set_value assigns to a variable, not to {x!r}")
    value = evaluate(value) if isinstance(value, (KerasTensor, Variable)) else value
    array = np.asarray(value)
    if array.shape != tuple(x.shape) and array.size == 1 and x.shape == ():
        array = array.reshape(())
    x.assign(array)


def batch_set_value(tuples: Any) -> None:
    """Assign to each variable of the pairs (variable, value)."""
    for x, value in tuples:
        set_value(x, value)


def update(x: Variable, new_x: Any) -> Any:
    """Assign `new_x`.

    Outside of running functions a tensor is returned that assigns when it is computed, for `function`'s `updates` or
    `add_update`. Inside a layer it is done in training, and for stateful layers always, as updates were run.
    """
    return _updated(x, new_x, lambda old, new: new)


def update_add(x: Variable, increment: Any) -> Any:
    """Add `increment`; see `update`."""
    return _updated(x, increment, lambda old, new: old + new)


def update_sub(x: Variable, decrement: Any) -> Any:
    """Subtract `decrement`; see `update`."""
    return _updated(x, decrement, lambda old, new: old - new)


def moving_average_update(x: Variable, value: Any, momentum: Any) -> Any:
    """`x * momentum + value * (1 - momentum)`, assigned; see `update`."""
    return _updated(x, value, lambda old, new: old * momentum + new * (1 - momentum))


def _updated(x: Variable, value: Any, combine: Any) -> Any:
    if not isinstance(x, Variable):
        raise TypeError(f"K.update assigns to a variable, not to {x!r}")

    def assign(value: Any) -> Any:
        new = jnp.asarray(combine(x.value, value), x.dtype)
        if new.shape != x.shape:
            raise ShapeError(
                f"K.update: {x.path!r} has the shape {format_shape(x.shape)}, the new value {format_shape(new.shape)}"
            )
        return x.assign(new)

    if in_call():
        context = current()
        applies = context.layer is None or context.training or getattr(context.layer, "stateful", False)
        value = resolve(value)
        return assign(value) if applies else jnp.asarray(combine(x.value, value), x.dtype)
    if isinstance(value, KerasTensor) or draws_variables():
        return record(assign, (value,), {}, owned=(x,))
    return assign(resolve(value))


__all__ = [
    "batch_get_value", "batch_set_value", "constant", "count_params", "dtype", "eye", "floatx", "get_value",
    "get_variable_shape", "int_shape", "is_keras_tensor", "is_placeholder", "is_sparse", "is_symbolic", "is_tensor",
    "is_variable", "moving_average_update", "ndim", "ones", "ones_like", "placeholder", "set_value", "shape", "size",
    "to_dense", "update", "update_add", "update_sub", "variable", "zeros", "zeros_like",
]  # fmt: skip
