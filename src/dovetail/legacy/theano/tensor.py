"""`theano.tensor`: functions of arrays, variables and symbolic tensors."""

import builtins
import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special

from ...engine.tensor import KerasTensor
from ..backend import arrays, hooks, neural, parts, variables
from ..backend.functions import gradients
from ..backend.lifting import as_shape, lifted

# what says how Theano computed
_WITHOUT_EFFECT = ("acc_dtype", "dtype_acc", "name", "inplace", "tolerate_inplace_aliasing")


def _function(name: str, body: Callable[..., Any]) -> Callable[..., Any]:
    compute = lifted(functools.wraps(body)(lambda *args, **kwargs: body(*args, **kwargs)))

    def call(*args: Any, **kwargs: Any) -> Any:
        return compute(*args, **{key: value for key, value in kwargs.items() if key not in _WITHOUT_EFFECT})

    call.__name__ = call.__qualname__ = name
    return call


def _reduced(function: Callable[..., Any]) -> Callable[..., Any]:
    def reduce(x: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False) -> Any:
        axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis
        found = function(jnp.asarray(x), axis=axis, keepdims=keepdims)
        return found if dtype is None else arrays.cast(found, dtype)

    return reduce


def _switch(cond: Any, ift: Any, iff: Any) -> Any:
    return jnp.where(jnp.asarray(cond).astype(bool), ift, iff)


def _join(axis: Any, *tensors: Any) -> Any:
    return jnp.concatenate([jnp.asarray(t) for t in tensors], int(axis))


def _stack(*tensors: Any, axis: int = 0) -> Any:
    if len(tensors) == 2 and isinstance(tensors[1], int) and isinstance(tensors[0], (list, tuple)):
        tensors, axis = (tensors[0],), tensors[1]
    listed = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    return jnp.stack([jnp.asarray(t) for t in listed], axis)


def _flatten(x: Any, outdim: int = 1, ndim: int | None = None) -> Any:
    kept = (ndim or outdim) - 1
    return jnp.reshape(x, (*jnp.shape(x)[:kept], -1))


def _batched_dot(a: Any, b: Any) -> Any:
    a, b = jnp.asarray(a), jnp.asarray(b)
    return jax.vmap(lambda x, y: jnp.tensordot(x, y, 1))(a, b)


def _binary_crossentropy(output: Any, target: Any) -> Any:
    return -(target * jnp.log(output) + (1.0 - target) * jnp.log(1.0 - output))


def _categorical_crossentropy(coding_dist: Any, true_dist: Any) -> Any:
    coding_dist, true_dist = jnp.asarray(coding_dist), jnp.asarray(true_dist)
    if true_dist.ndim == coding_dist.ndim:
        return -jnp.sum(true_dist * jnp.log(coding_dist), axis=-1)
    picked = jnp.take_along_axis(coding_dist, true_dist.astype("int32")[..., None], -1)
    return -jnp.log(picked)[..., 0]


def _conv2d(
    input: Any, filters: Any, input_shape: Any = None, filter_shape: Any = None, border_mode: Any = "valid",
    subsample: Any = (1, 1), filter_flip: bool = True, image_shape: Any = None, filter_dilation: Any = (1, 1), **_: Any,
) -> Any:  # fmt: skip
    """Channels first, filters (filters, channels, rows, columns), turned around as Theano does."""
    filters = jnp.asarray(filters)
    rows, columns = filters.shape[2:]
    sides = {"valid": (0, 0), "full": (rows - 1, columns - 1), "half": (rows // 2, columns // 2)}
    pads = sides[border_mode] if isinstance(border_mode, str) else border_mode
    pads = (pads, pads) if isinstance(pads, int) else pads
    return jax.lax.conv_general_dilated(
        jnp.asarray(input),
        filters[:, :, ::-1, ::-1] if filter_flip else filters,
        tuple(subsample),
        [(pad, pad) for pad in pads],
        rhs_dilation=tuple(filter_dilation),
    )


def _pool_2d(
    input: Any, ws: Any = None, ignore_border: Any = True, stride: Any = None, pad: Any = (0, 0), mode: str = "max",
    ds: Any = None, st: Any = None, padding: Any = None,
) -> Any:  # fmt: skip
    """The largest, the sum, or the mean of each window of the last two axes."""
    size = tuple(ws if ws is not None else ds)
    step = tuple(stride or st or size)
    x = jnp.asarray(input)
    window, steps = (1,) * (x.ndim - 2) + size, (1,) * (x.ndim - 2) + step
    sides = [(0, 0)] * (x.ndim - 2) + [(p, p) for p in (padding or pad)]
    if not ignore_border:
        for axis, (w, s) in enumerate(zip(size, step, strict=True), x.ndim - 2):
            sides[axis] = (sides[axis][0], sides[axis][1] + builtins.max(-(x.shape[axis] - w) % s, 0))
    if mode == "max":
        return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, steps, sides)
    total = jax.lax.reduce_window(x, 0.0, jax.lax.add, window, steps, sides)
    if mode == "sum":
        return total
    included = jnp.ones_like(x) if mode == "average_exc_pad" else None
    count = size[0] * size[1] if included is None else jax.lax.reduce_window(
        included, 0.0, jax.lax.add, window, steps, sides)  # fmt: skip
    return total / count


def _arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    start, stop = (0, start) if stop is None else (start, stop)
    return jnp.arange(int(start), int(stop), int(step), None if dtype is None else variables.standardize_dtype(dtype))


def _padded(left: bool) -> Callable[..., Any]:
    def pad(t: Any, n_ones: int = 1) -> Any:
        shape, ones = jnp.shape(t), (1,) * n_ones
        return jnp.reshape(t, ones + shape if left else shape + ones)

    return pad


def _of_one(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: function(jnp.asarray(x))


def _of_two(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, b: function(a, b)


_TABLE: dict[str, Callable[..., Any]] = {
    **{name: _of_one(getattr(jnp, name)) for name in (
        "exp", "log", "log2", "log10", "log1p", "expm1", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "floor",
        "ceil", "isnan", "isinf", "square", "sign", "zeros_like", "diag", "nonzero")},
    "abs_": _of_one(jnp.abs), "sgn": _of_one(jnp.sign), "sqr": _of_one(jnp.square), "neg": _of_one(jnp.negative),
    "inv": _of_one(jnp.reciprocal), "arcsin": _of_one(jnp.arcsin), "arccos": _of_one(jnp.arccos),
    "arctan": _of_one(jnp.arctan), "erf": _of_one(jax.scipy.special.erf), "erfinv": _of_one(jax.scipy.special.erfinv),
    "gammaln": _of_one(jax.scipy.special.gammaln), "psi": _of_one(jax.scipy.special.digamma),
    "invert": _of_one(jnp.logical_not),
    **{name: _of_two(function) for name, function in {
        "add": jnp.add, "sub": jnp.subtract, "mul": jnp.multiply, "true_div": jnp.true_divide, "pow": jnp.power,
        "int_div": jnp.floor_divide, "mod": jnp.mod, "eq": jnp.equal, "neq": jnp.not_equal, "gt": jnp.greater,
        "ge": jnp.greater_equal, "lt": jnp.less, "le": jnp.less_equal, "maximum": jnp.maximum, "minimum": jnp.minimum,
        "and_": jnp.logical_and, "or_": jnp.logical_or, "xor": jnp.logical_xor, "outer": jnp.outer,
        "arctan2": jnp.arctan2}.items()},
    **{name: _reduced(getattr(jnp, name)) for name in ("sum", "mean", "max", "min", "prod", "std", "var", "any",
                                                       "all")},
    "argmax": lambda x, axis=None, keepdims=False: jnp.argmax(jnp.asarray(x), axis, keepdims=keepdims),
    "argmin": lambda x, axis=None, keepdims=False: jnp.argmin(jnp.asarray(x), axis, keepdims=keepdims),
    "max_and_argmax": lambda x, axis=None: (jnp.max(x, axis), jnp.argmax(x, axis)),
    "alloc": lambda value, *shape: jnp.broadcast_to(value, as_shape(shape)),
    "as_tensor_variable": lambda x, ndim=None: jnp.stack(x) if isinstance(x, (list, tuple)) else jnp.asarray(x),
    "batched_dot": _batched_dot,
    "cast": lambda x, dtype: arrays.cast(x, dtype),
    "clip": lambda x, min, max: jnp.clip(x, min, max),
    "concatenate": lambda tensor_list, axis=0: _join(axis, *tensor_list),
    "cumsum": lambda x, axis=None: jnp.cumsum(jnp.asarray(x), axis),
    "cumprod": lambda x, axis=None: jnp.cumprod(jnp.asarray(x), axis),
    "dot": lambda a, b: jnp.dot(jnp.asarray(a), jnp.asarray(b)),
    "flatten": _flatten,
    "join": _join,
    "ones_like": lambda x, dtype=None: jnp.ones_like(x, dtype),
    "repeat": lambda x, repeats, axis=None: jnp.repeat(jnp.asarray(x), repeats, axis),
    "reshape": lambda x, newshape, ndim=None: jnp.reshape(x, as_shape(newshape)),
    "roll": lambda x, shift, axis=None: jnp.roll(jnp.asarray(x), shift, axis),
    "round": lambda a, mode=None: jnp.round(jnp.asarray(a)),
    "shape_padleft": _padded(True),
    "shape_padright": _padded(False),
    "sort": lambda input, axis=-1, kind=None, order=None: jnp.sort(jnp.asarray(input), axis),
    "argsort": lambda input, axis=-1, kind=None, order=None: jnp.argsort(jnp.asarray(input), axis),
    "stack": _stack,
    "stacklists": lambda arg: jnp.asarray(arg),
    "swapaxes": lambda y, axis1, axis2: jnp.swapaxes(jnp.asarray(y), axis1, axis2),
    "switch": _switch,
    "where": _switch,
    "tensordot": lambda a, b, axes=2: jnp.tensordot(jnp.asarray(a), jnp.asarray(b), axes),
    "tile": lambda x, reps, ndim=None: jnp.tile(jnp.asarray(x), as_shape(reps)),
    "transpose": lambda x, axes=None: jnp.transpose(jnp.asarray(x), axes),
    "take": lambda a, indices, axis=None: jnp.take(jnp.asarray(a), indices, axis),
    "tril": lambda m, k=0: jnp.tril(jnp.asarray(m), k),
    "triu": lambda m, k=0: jnp.triu(jnp.asarray(m), k),
    "zeros": lambda shape, dtype=None: jnp.zeros(as_shape(shape), variables.standardize_dtype(dtype)),
    "ones": lambda shape, dtype=None: jnp.ones(as_shape(shape), variables.standardize_dtype(dtype)),
    "eye": lambda n, m=None, k=0, dtype=None: jnp.eye(int(n), m, k, variables.standardize_dtype(dtype)),
    "arange": _arange,
    "addbroadcast": lambda x, *axes: x,
    "unbroadcast": lambda x, *axes: x,
    "patternbroadcast": lambda x, broadcastable: x,
    "norm": lambda x, ord=2, axis=None: jnp.sqrt(jnp.sum(jnp.square(x), axis)),
}  # fmt: skip
_OF_NNET: dict[str, Callable[..., Any]] = {
    "sigmoid": _of_one(jax.nn.sigmoid),
    "ultra_fast_sigmoid": _of_one(jax.nn.sigmoid),
    "softplus": _of_one(jax.nn.softplus),
    "softmax": _of_one(jax.nn.softmax),
    "logsoftmax": _of_one(jax.nn.log_softmax),
    "hard_sigmoid": lambda x: neural.hard_sigmoid(x),
    "relu": lambda x, alpha=0: jnp.where(jnp.asarray(x) > 0, x, alpha * jnp.asarray(x)),
    "elu": lambda x, alpha=1: jax.nn.elu(jnp.asarray(x), alpha),
    "binary_crossentropy": _binary_crossentropy,
    "categorical_crossentropy": _categorical_crossentropy,
    "conv2d": _conv2d,
}
_FUNCTIONS = {name: _function(name, body) for name, body in _TABLE.items()}
globals().update(_FUNCTIONS)
nnet_functions = {name: _function(f"nnet.{name}", body) for name, body in _OF_NNET.items()}
pool_2d = _function("signal.pool.pool_2d", _pool_2d)
nnet = SimpleNamespace(
    **nnet_functions, conv=SimpleNamespace(conv2d=nnet_functions["conv2d"]), nnet=SimpleNamespace(**nnet_functions)
)
signal = SimpleNamespace(
    pool=SimpleNamespace(pool_2d=pool_2d), downsample=SimpleNamespace(max_pool_2d=pool_2d, pool_2d=pool_2d)
)
extra_ops = SimpleNamespace(
    repeat=_FUNCTIONS["repeat"], cumsum=_FUNCTIONS["cumsum"], cumprod=_FUNCTIONS["cumprod"],
    to_one_hot=lambda y, nb_class, dtype=None: arrays.one_hot(y, nb_class),
)  # fmt: skip
dimshuffle = hooks.dimshuffle
constant = variables.constant


def grad(cost: Any, wrt: Any, **kwargs: Any) -> Any:
    """The derivative of `cost` by one tensor or variable, or a list of them."""
    several = isinstance(wrt, (list, tuple))
    found = gradients(cost, list(wrt) if several else [wrt])
    return found if several else found[0]


def set_subtensor(x: Any, y: Any, inplace: bool = False, tolerate_inplace_aliasing: bool = False) -> Any:
    """The whole that `x` is a part of, `x` being written as `whole[place]`, with `y` in that place."""
    return parts.changed(x, y, "set")


def inc_subtensor(x: Any, y: Any, inplace: bool = False, tolerate_inplace_aliasing: bool = False, **_: Any) -> Any:
    """The whole that `x` is a part of, `x` being written as `whole[place]`, with `y` added in that place."""
    return parts.changed(x, y, "add")


def _maker(ndim: int, dtype: str) -> Callable[..., KerasTensor]:
    def make(name: str | None = None, dtype: Any = dtype) -> KerasTensor:
        """A symbolic tensor with open axes, an input of `theano.function`."""
        return variables.placeholder(ndim=ndim, dtype=dtype, name=name)

    return make


_RANKS = {"scalar": 0, "vector": 1, "row": 2, "col": 2, "matrix": 2, "tensor3": 3, "tensor4": 4, "tensor5": 5}
_DTYPES = {"": "float32", "f": "float32", "d": "float32", "i": "int32", "l": "int32", "w": "int16", "b": "int8"}
_MAKERS = {f"{letter}{kind}": _maker(rank, dtype) for letter, dtype in _DTYPES.items() for kind, rank in _RANKS.items()}
globals().update(_MAKERS)


def TensorType(dtype: Any, broadcastable: Any, name: str | None = None) -> Callable[..., KerasTensor]:
    """What makes symbolic tensors of as many axes as `broadcastable` has."""
    return _maker(len(broadcastable), str(dtype))


class TensorVariable(
    metaclass=type("_Type", (type,), {"__instancecheck__": lambda cls, x: isinstance(x, KerasTensor)})
):
    """The type of symbolic tensors, for `isinstance`."""


__all__ = [
    *_FUNCTIONS, *_MAKERS, "TensorType", "TensorVariable", "constant", "extra_ops", "grad", "inc_subtensor", "nnet",
    "set_subtensor", "signal",
]  # fmt: skip
