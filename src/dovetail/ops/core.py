"""Control flow, parts of arrays, and dtypes."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..engine.dtypes import standardize_dtype
from ..engine.operation import lift
from ..engine.variable import Variable


@lift
def cast(x, dtype):
    """`x` in another dtype."""
    return jnp.asarray(x).astype(standardize_dtype(dtype))


@lift
def saturate_cast(x, dtype):
    """`x` in another dtype; what does not fit becomes the largest or smallest value that does."""
    x, name = jnp.asarray(x), standardize_dtype(dtype)
    if name == "bool":
        return jnp.clip(x, 0, 1).astype(name)  # what is below 0 is false
    if jnp.issubdtype(name, jnp.floating):
        limit = jnp.finfo(name)
        wide = x.astype(jnp.promote_types(x.dtype, name))
        return jnp.clip(wide, limit.min.astype(wide.dtype), limit.max.astype(wide.dtype)).astype(name)
    low, high = jnp.iinfo(name).min, jnp.iinfo(name).max
    if jnp.issubdtype(x.dtype, jnp.integer):
        own = jnp.iinfo(x.dtype)
        return jnp.clip(x, max(low, own.min), min(high, own.max)).astype(name)
    # the largest integer may round up to a float beyond it: compare, then choose
    inside = jnp.clip(jnp.nan_to_num(x, nan=0.0), float(low), float(high))
    return jnp.where(inside >= high, high, jnp.where(inside <= low, low, inside.astype(name)))


@lift
def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """`x` as an array."""
    if sparse or ragged:
        raise ValueError("convert_to_tensor: `sparse` and `ragged` arrays are not there: arrays are dense")
    if isinstance(x, (jax.Array, np.ndarray)) and dtype is None:
        return jnp.asarray(x)
    return jnp.asarray(x, None if dtype is None else standardize_dtype(dtype))


def convert_to_numpy(x):
    """`x` as a NumPy array."""
    return np.asarray(x.value if isinstance(x, Variable) else x)


def is_tensor(x):
    """Whether `x` is an array of JAX, or one that a program is traced with."""
    return isinstance(x, jax.Array)


def shape(x):
    """The shape of `x`, None for an open axis."""
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def dtype(x):
    """The name of the dtype of `x`."""
    return standardize_dtype(x.dtype)


@lift
def stop_gradient(variable):
    """`variable`, through which no gradient flows."""
    return jax.lax.stop_gradient(variable)


@lift
def scatter(indices, values, shape):
    """Zeros of `shape` with `values` added at `indices`, (..., number of leading axes that they index)."""
    indices, values = jnp.asarray(indices), jnp.asarray(values)
    return jnp.zeros(shape, values.dtype).at[_places(indices)].add(values)


_REDUCTIONS = {None: "set", "add": "add", "max": "max", "min": "min", "mul": "multiply"}


@lift
def scatter_update(inputs, indices, updates, reduction=None):
    """`inputs` with `updates` set at `indices`, or combined there by "add", "max", "min" or "mul"."""
    if reduction not in _REDUCTIONS:
        from ..engine.errors import unknown_name

        raise unknown_name("reduction", reduction, [name for name in _REDUCTIONS if name])
    inputs = jnp.asarray(inputs)
    place = inputs.at[_places(jnp.asarray(indices))]
    return getattr(place, _REDUCTIONS[reduction])(jnp.asarray(updates).astype(inputs.dtype))


def _places(indices: Any) -> tuple:
    return tuple(jnp.moveaxis(indices, -1, 0))


@lift
def slice(inputs, start_indices, shape):
    """The part of this shape that begins at these indices, which may be computed."""
    return jax.lax.dynamic_slice(inputs, start_indices, shape)


@lift
def slice_update(inputs, start_indices, updates):
    """`inputs` with `updates` in the part that begins at these indices."""
    return jax.lax.dynamic_update_slice(inputs, updates, start_indices)


@lift
def unstack(x, num=None, axis=0):
    """The parts of `x` along an axis, as a list.

    Raises:
        ValueError: the axis has another size than `num`.
    """
    x = jnp.asarray(x)
    if num is not None and x.shape[axis] != num:
        raise ValueError(f"unstack: axis {axis} has the size {x.shape[axis]}, `num` is {num}")
    return [jnp.squeeze(part, axis) for part in jnp.split(x, x.shape[axis], axis)]


# -- control flow


def _unwrapped(tree: Any) -> Any:
    return jax.tree.map(lambda x: x.value if isinstance(x, Variable) else x, tree)


@lift
def map(f, xs):
    """`f` of each entry of the first axis, one after another."""
    return jax.lax.map(f, xs)


@lift
def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """A loop over the first axis of `xs` that carries a value: `f(carry, x) -> (carry, y)`.

    Returns:
        the last carry, and all y on a new first axis.
    """
    return jax.lax.scan(f, init, xs, length, reverse, unroll)


@lift
def associative_scan(f, elems, reverse=False, axis=0):
    """Running results of an associative function of two elements, in logarithmic depth."""
    return jax.lax.associative_scan(f, elems, reverse, axis)


@lift
def cond(pred, true_fn, false_fn):
    """What `true_fn` returns where `pred` holds, else what `false_fn` returns; only one of them runs."""
    return jax.lax.cond(pred, true_fn, false_fn)


@lift
def switch(index, branches, *operands):
    """What the branch of this number returns; numbers outside count as the first or last."""
    return jax.lax.switch(index, branches, *operands)


@lift
def fori_loop(lower, upper, body_fun, init_val):
    """`value = body_fun(i, value)` for i from `lower` to below `upper`."""
    return jax.lax.fori_loop(lower, upper, body_fun, init_val)


@lift
def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """`loop_vars = body(*loop_vars)` as long as `cond(*loop_vars)` holds, at most `maximum_iterations` times."""
    is_many = isinstance(loop_vars, (tuple, list))
    values = tuple(loop_vars) if is_many else (loop_vars,)

    def run(state: Any) -> Any:
        count, values = state
        new = body(*values)
        return count + 1, tuple(new) if is_many else (new,)

    def goes_on(state: Any) -> Any:
        count, values = state
        more = cond(*values)
        return more if maximum_iterations is None else jnp.logical_and(count < maximum_iterations, more)

    _, values = jax.lax.while_loop(goes_on, run, (0, values))
    return type(loop_vars)(values) if is_many else values[0]


@lift
def vectorized_map(function, elements):
    """`function` of each entry of the first axis, all at once."""
    return jax.vmap(function)(elements)


def custom_gradient(f):
    """A function with a gradient of its own: `f` returns the value, and a function from its gradient to the inputs'.

    Reference: `f(*args) -> (output, grad)`, with `grad(upstream)` or `grad(*args, upstream=...)` as in Keras.
    """
    return jax.custom_gradient(f)


@lift
def rearrange(tensor, pattern, **axes_lengths):
    """Axes in another order, joined and split, as the pattern says: `"b h w c -> b (h w) c"`.

    Reference: Rogozhnikov 2022, "Einops", in the part without "..." inside brackets.
    """
    before, arrow, after = pattern.partition("->")
    if not arrow:
        raise ValueError(f"rearrange: the pattern {pattern!r} has no '->'")
    tensor = jnp.asarray(tensor)
    left, right = _groups(before), _groups(after)
    if ["..."] in left:
        hidden = tensor.ndim - len(left) + 1
        names = [f".{index}" for index in range(hidden)]
        left, right = (
            [group for item in side for group in ([[name] for name in names] if item == ["..."] else [item])]
            for side in (left, right)
        )
    if len(left) != tensor.ndim:
        raise ValueError(f"rearrange: {before.strip()!r} has {len(left)} axes, the array {tensor.ndim}")
    sizes: dict[str, int] = dict(axes_lengths)
    for group, size in zip(left, tensor.shape, strict=True):
        known = int(np.prod([sizes.get(name, 1) for name in group]))
        unknown = [name for name in group if name not in sizes]
        if len(unknown) > 1 or size % known or (not unknown and known != size):
            raise ValueError(f"rearrange: an axis of size {size} is not {' * '.join(group) or 1}; give the lengths")
        if unknown:
            sizes[unknown[0]] = size // known
    names = [name for group in left for name in group]
    wanted = [name for group in right for name in group]
    if sorted(n for n in names if n != "1") != sorted(n for n in wanted if n != "1"):
        raise ValueError(f"rearrange: both sides of {pattern!r} need the same names")
    x = tensor.reshape([sizes[name] for name in names if name != "1"])
    order = [name for name in names if name != "1"]
    x = x.transpose([order.index(name) for name in wanted if name != "1"])
    return x.reshape([int(np.prod([sizes[n] for n in group if n != "1"])) for group in right])


def _groups(side: str) -> list[list[str]]:
    """`"b (h w) 1"` -> [["b"], ["h", "w"], []]"""
    groups: list[list[str]] = []
    inside = False
    for token in side.replace("(", " ( ").replace(")", " ) ").split():
        if token == "(":
            groups.append([])
            inside = True
        elif token == ")":
            inside = False
        elif inside:
            groups[-1].append(token)
        else:
            groups.append([] if token == "1" else [token])
    return groups


__all__ = [
    "associative_scan", "cast", "cond", "convert_to_numpy", "convert_to_tensor", "custom_gradient", "dtype",
    "fori_loop", "is_tensor", "map", "rearrange", "saturate_cast", "scan", "scatter", "scatter_update", "shape",
    "slice", "slice_update", "stop_gradient", "switch", "unstack", "vectorized_map", "while_loop",
]  # fmt: skip
