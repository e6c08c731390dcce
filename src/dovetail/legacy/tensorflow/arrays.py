"""`tf.*`: making, joining, cutting and reordering arrays."""

import builtins
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.dtypes import floatx
from ..backend import variables
from ..backend.lifting import sizes
from .table import array, axes, floating, function, functions, integers, number
from .texts import ON_TEXTS, also_of_texts
from .types import as_dtype


def _dtype(dtype: Any, default: Any = None) -> Any:
    return default if dtype is None else as_dtype(dtype).name


def _concat(values: Any, axis: Any = 0) -> Any:
    values = [array(value) for value in (values if isinstance(values, (list, tuple)) else [values])]
    return jnp.concatenate(values, int(axis))


def _split(value: Any, num_or_size_splits: Any, axis: int = 0, num: Any = None) -> list[Any]:
    value = array(value)
    if isinstance(num_or_size_splits, (int, np.integer)):
        return jnp.split(value, int(num_or_size_splits), axis)
    parts = list(integers(num_or_size_splits))
    if -1 in parts:
        parts[parts.index(-1)] = value.shape[axis] - sum(parts) - 1
    return jnp.split(value, [int(end) for end in np.cumsum(parts)[:-1]], axis)


def _unstack(value: Any, num: Any = None, axis: int = 0) -> list[Any]:
    value = array(value)
    return [jnp.squeeze(part, axis) for part in jnp.split(value, value.shape[axis], axis)]


def _slice(input_: Any, begin: Any, size: Any) -> Any:
    input_ = array(input_)
    begin = [array(start) for start in begin]
    wanted = [
        whole - int(start) if length == -1 else length
        for length, start, whole in zip(integers(size), begin, input_.shape, strict=True)
    ]
    return jax.lax.dynamic_slice(input_, begin, wanted)


def _strided_slice(input_: Any, begin: Any, end: Any, strides: Any = None) -> Any:
    strides = [1] * len(integers(begin)) if strides is None else integers(strides)
    return array(input_)[tuple(map(slice_of, integers(begin), integers(end), strides))]


slice_of = builtins.slice


def _gather(params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: int = 0) -> Any:
    params, indices = array(params), array(indices)
    axis = batch_dims if axis is None else int(axis) % params.ndim
    take = lambda p, i: jnp.take(p, i, axis=axis - batch_dims)  # noqa: E731
    for _ in builtins.range(batch_dims):
        take = jax.vmap(take)
    return take(params, indices)


def _gather_nd(params: Any, indices: Any, batch_dims: int = 0) -> Any:
    take = lambda p, i: p[tuple(jnp.moveaxis(i, -1, 0))]  # noqa: E731
    for _ in builtins.range(batch_dims):
        take = jax.vmap(take)
    return take(array(params), array(indices))


def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    condition = array(condition).astype(bool)
    if x is None or y is None:
        return jnp.stack(jnp.where(condition), axis=-1)
    x, y = number(x), number(y)
    rank = max(jnp.ndim(x), jnp.ndim(y))
    if 0 < condition.ndim == 1 < rank and condition.shape[0] == jnp.shape(x)[0] != jnp.shape(x)[-1]:  # TensorFlow 1
        condition = condition.reshape((-1,) + (1,) * (rank - 1))
    return jnp.where(condition, x, y)


def _one_hot(
    indices: Any, depth: Any, on_value: Any = None, off_value: Any = None, axis: Any = None, dtype: Any = None
):
    hot = jax.nn.one_hot(array(indices), int(depth), axis=-1 if axis is None else axis, dtype=_dtype(dtype, floatx()))
    if on_value is None and off_value is None:
        return hot
    return jnp.where(hot > 0, 1 if on_value is None else on_value, 0 if off_value is None else off_value)


def _range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None) -> Any:
    start, limit = (0, start) if limit is None else (start, limit)
    return jnp.arange(start, limit, delta, _dtype(dtype))


def _pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0) -> Any:
    tensor = array(tensor)
    pairs = [tuple(int(n) for n in pair) for pair in np.asarray(paddings)]
    if mode.upper() == "CONSTANT":
        return jnp.pad(tensor, pairs, constant_values=constant_values)
    return jnp.pad(tensor, pairs, mode={"REFLECT": "reflect", "SYMMETRIC": "symmetric"}[mode.upper()])


def _boolean_mask(tensor: Any, mask: Any, axis: Any = None) -> Any:
    tensor, mask = array(tensor), array(mask)
    if isinstance(mask, jax.core.Tracer):
        raise ValueError(
            "tf.boolean_mask has a result whose size depends on values, which a compiled program cannot have. "
            "Multiply by the mask, or use tf.where"
        )
    axis = 0 if axis is None else int(axis)
    return tensor[(slice_of(None),) * axis + (np.asarray(mask, bool),)]


def _reverse_sequence(input: Any, seq_lengths: Any, seq_axis: int = 1, batch_axis: int = 0) -> Any:
    x = jnp.moveaxis(array(input), (batch_axis, seq_axis), (0, 1))
    steps = jnp.arange(x.shape[1])[None]
    lengths = array(seq_lengths)[:, None]
    places = jnp.where(steps < lengths, lengths - 1 - steps, steps)
    places = places.reshape(places.shape + (1,) * (x.ndim - 2))
    return jnp.moveaxis(jnp.take_along_axis(x, places, 1), (0, 1), (batch_axis, seq_axis))


def _sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = "bool") -> Any:
    lengths = array(lengths)
    count = int(jnp.max(lengths)) if maxlen is None else int(maxlen)
    return (jnp.arange(count) < lengths[..., None]).astype(_dtype(dtype))


def _scatter_nd(indices: Any, updates: Any, shape: Any) -> Any:
    updates = array(updates)
    return jnp.zeros(integers(shape), updates.dtype).at[tuple(jnp.moveaxis(array(indices), -1, 0))].add(updates)


def _scatter(kind: str) -> Any:
    def scatter(tensor: Any, indices: Any, updates: Any) -> Any:
        return getattr(array(tensor).at[tuple(jnp.moveaxis(array(indices), -1, 0))], kind)(array(updates))

    return scatter


def _reversed_axes(axis: Any) -> Any:
    """Axes by number; before TensorFlow 1.0 a truth value for each of them."""
    if isinstance(axis, (list, tuple)) and axis and all(isinstance(a, bool) for a in axis):
        return tuple(place for place, is_reversed in enumerate(axis) if is_reversed)
    return axes(axis)


def _unique(x: Any, out_idx: Any = "int32") -> tuple[Any, Any]:
    values, first, index = np.unique(np.asarray(x), return_index=True, return_inverse=True)
    order = np.argsort(first)  # in the order of first appearance
    return jnp.asarray(values[order]), jnp.asarray(np.argsort(order)[index.reshape(-1)])


def _shape(input: Any, out_type: Any = None) -> Any:
    return sizes(jnp.shape(input))


def _unique_with_counts(x: Any, out_idx: Any = "int32") -> tuple[Any, Any, Any]:
    values, places = _unique(x)
    return values, places, jnp.bincount(places, length=len(values)).astype("int32")


def _saturate_cast(value: Any, dtype: Any) -> Any:
    kind = as_dtype(dtype)
    return jnp.clip(array(value), kind.min, kind.max).astype(kind.name)


def _partition(data: Any, partitions: Any, num_partitions: int) -> list[Any]:
    data, places = array(data), array(partitions)
    return [data[places == number] for number in range(num_partitions)]


def _meshgrid(*args: Any, indexing: str = "xy") -> list[Any]:
    return jnp.meshgrid(*map(array, args), indexing=indexing)


OLD_CASTS = {"float": "float32", "double": "float64", "int32": "int32", "int64": "int64", "bfloat16": "bfloat16"}


def _to(dtype: str) -> Any:
    return lambda x: array(x).astype(_dtype(dtype))


TABLE = {
    "bitcast": lambda input, type: jax.lax.bitcast_convert_type(array(input), _dtype(type)),
    "broadcast_to": lambda input, shape: jnp.broadcast_to(array(input), integers(shape)),
    "cast": lambda x, dtype: array(x).astype(_dtype(dtype)),
    "clip_by_value": lambda t, clip_value_min, clip_value_max: jnp.clip(array(t), clip_value_min, clip_value_max),
    "complex": lambda real, imag: jax.lax.complex(floating(real), floating(imag)),
    "concat": _concat,
    "dynamic_partition": _partition,
    "expand_dims": lambda input, axis=None: jnp.expand_dims(array(input), axes(axis)),
    "eye": lambda num_rows, num_columns=None, batch_shape=None, dtype="float32": jnp.broadcast_to(
        jnp.eye(num_rows, num_columns, dtype=_dtype(dtype)),
        (*integers(batch_shape or ()), num_rows, num_columns or num_rows),
    ),
    "fill": lambda dims, value: jnp.full(integers(dims), value),
    "gather": _gather,
    "gather_nd": _gather_nd,
    "identity": lambda input: array(input),
    "linspace": lambda start, stop, num, axis=0: jnp.linspace(start, stop, int(num), axis=axis),
    "meshgrid": _meshgrid,
    "one_hot": _one_hot,
    "ones": lambda shape, dtype="float32": jnp.ones(integers(shape), _dtype(dtype)),
    "ones_like": lambda input, dtype=None, optimize=True: jnp.ones_like(array(input), _dtype(dtype)),
    "pad": _pad,
    "range": _range,
    "rank": lambda input: np.int32(jnp.ndim(input)),
    "repeat": lambda input, repeats, axis=None: jnp.repeat(
        array(input), int(repeats) if np.ndim(repeats) == 0 else np.asarray(repeats), axis
    ),
    "reshape": lambda tensor, shape: jnp.reshape(array(tensor), integers(shape)),
    "reverse": lambda tensor, axis: jnp.flip(array(tensor), _reversed_axes(axis)),
    "reverse_sequence": _reverse_sequence,
    "roll": lambda input, shift, axis: jnp.roll(array(input), shift, axes(axis)),
    "saturate_cast": _saturate_cast,
    "scatter_nd": _scatter_nd,
    "searchsorted": lambda sorted_sequence, values, side="left": jnp.searchsorted(
        array(sorted_sequence), array(values), side
    ),
    "sequence_mask": _sequence_mask,
    "shape": _shape,
    "shape_n": lambda input: [_shape(x) for x in input],
    "size": lambda input, out_type=None: np.int32(np.prod(jnp.shape(input), dtype=np.int64)),
    "slice": _slice,
    "sort": lambda values, axis=-1, direction="ASCENDING": jnp.sort(
        array(values), axis, descending=direction == "DESCENDING"
    ),
    "argsort": lambda values, axis=-1, direction="ASCENDING", stable=False: jnp.argsort(
        array(values), axis, descending=direction == "DESCENDING"
    ),
    "split": _split,
    "squeeze": lambda input, axis=None: jnp.squeeze(array(input), axes(axis)),
    "stack": lambda values, axis=0: jnp.stack([array(value) for value in values], axis),
    "stop_gradient": lambda input: jax.lax.stop_gradient(array(input)),
    "strided_slice": _strided_slice,
    "tensor_scatter_nd_add": _scatter("add"),
    "tensor_scatter_nd_max": _scatter("max"),
    "tensor_scatter_nd_min": _scatter("min"),
    "tensor_scatter_nd_sub": _scatter("subtract"),
    "tensor_scatter_nd_update": _scatter("set"),
    "tile": lambda input, multiples: jnp.tile(array(input), integers(multiples)),
    "transpose": lambda a, perm=None, conjugate=False: jnp.transpose(
        array(a), None if perm is None else integers(perm)
    ),
    "unique": _unique,
    "unique_with_counts": _unique_with_counts,
    "unstack": _unstack,
    "where": _where,
    "zeros": lambda shape, dtype="float32": jnp.zeros(integers(shape), _dtype(dtype)),
    "zeros_like": lambda input, dtype=None, optimize=True: jnp.zeros_like(array(input), _dtype(dtype)),
    "boolean_mask": _boolean_mask,
}
TABLE |= {f"to_{name}": _to(dtype) for name, dtype in OLD_CASTS.items()}
TABLE |= {"guarantee_const": TABLE["identity"], "parallel_stack": TABLE["stack"]}
TABLE |= {"batch_gather": TABLE["gather"], "pack": TABLE["stack"], "unpack": TABLE["unstack"], "where_v2": _where}
TABLE |= {name: also_of_texts(TABLE[name], body) for name, body in ON_TEXTS.items() if name in TABLE}
_FUNCTIONS = functions(TABLE)  # type: ignore[arg-type]
globals().update(_FUNCTIONS)

newaxis = None
concat_v2 = _FUNCTIONS["concat"]


def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None) -> Any:
    """`value` as an array, of this dtype."""
    if variables.is_symbolic(value) and (dtype is None or as_dtype(dtype) == value.dtype):
        return value
    return _converted(value, dtype)


_converted = function(
    "convert_to_tensor",
    also_of_texts(
        lambda value, dtype=None: array(value, None if dtype is None else as_dtype(dtype).name),
        ON_TEXTS["convert_to_tensor"],
    ),
)


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Any:
    """`x`; its shape must fit.

    Raises:
        ValueError: it does not.
    """
    own = variables.int_shape(x) or ()
    wanted = tuple(shape)
    if len(own) != len(wanted) or any(None not in (a, b) and a != b for a, b in zip(own, wanted, strict=True)):
        raise ValueError(f"tf.ensure_shape: {own} does not fit {wanted}")
    return x


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> tuple[int, ...]:
    return np.broadcast_shapes(tuple(shape_x), tuple(shape_y))


__all__ = [*_FUNCTIONS, "broadcast_static_shape", "concat_v2", "convert_to_tensor", "ensure_shape", "newaxis"]
