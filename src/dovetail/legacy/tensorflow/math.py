"""`tf.math`, most of it in `tf` too."""

from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special

from ...ops import math as ops_math
from .table import array, axes, floating, functions, integers, number
from .texts import ON_TEXTS, also_of_texts
from .types import as_dtype


def _no_nan(divide: Any) -> Any:
    def function(x: Any, y: Any) -> Any:
        y = array(y)
        return jnp.where(y == 0, 0, divide(x, jnp.where(y == 0, 1, y)))

    return function


def _cumulative(function: Any, first: float) -> Any:
    def run(x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False) -> Any:
        x = array(x)
        x = jnp.flip(x, axis) if reverse else x
        result = function(x, axis)
        if exclusive:
            start = jnp.full_like(jax.lax.slice_in_dim(x, 0, 1, axis=axis), first)
            result = jnp.concatenate([start, jax.lax.slice_in_dim(result, 0, x.shape[axis] - 1, axis=axis)], axis)
        return jnp.flip(result, axis) if reverse else result

    return run


def _matmul(
    a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, adjoint_a: bool = False,
    adjoint_b: bool = False, a_is_sparse: bool = False, b_is_sparse: bool = False,
) -> Any:  # fmt: skip
    a, b = array(a), array(b)
    a = jnp.swapaxes(a, -1, -2) if transpose_a or adjoint_a else a
    b = jnp.swapaxes(b, -1, -2) if transpose_b or adjoint_b else b
    return jnp.matmul(jnp.conj(a) if adjoint_a else a, jnp.conj(b) if adjoint_b else b)


def _reduced(function: Any, prepare: Any = array) -> Any:
    def reduce(input_tensor: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return function(prepare(input_tensor), axis=axes(axis), keepdims=bool(keepdims))

    return reduce


def _segment(name: str) -> Any:
    def segment(data: Any, segment_ids: Any, num_segments: Any = None) -> Any:
        ids = array(segment_ids)
        count = int(jnp.max(ids)) + 1 if num_segments is None else int(num_segments)
        return getattr(jax.ops, name)(array(data), ids, count)

    return segment


def _segment_mean(data: Any, segment_ids: Any, num_segments: Any = None) -> Any:
    total = _segment("segment_sum")
    data = array(data)
    counts = total(jnp.ones(data.shape[:1], data.dtype), segment_ids, num_segments)
    return total(data, segment_ids, num_segments) / counts.reshape((-1,) + (1,) * (data.ndim - 1))


def _confusion_matrix(
    labels: Any, predictions: Any, num_classes: Any = None, weights: Any = None, dtype: Any = "int32"
) -> Any:
    labels, predictions = array(labels).reshape(-1), array(predictions).reshape(-1)
    count = int(max(jnp.max(labels), jnp.max(predictions))) + 1 if num_classes is None else int(num_classes)
    amounts = 1 if weights is None else array(weights).reshape(-1)
    return jnp.zeros((count, count), as_dtype(dtype).name).at[labels, predictions].add(amounts)


def _bincount(arr: Any, weights: Any = None, minlength: Any = None, maxlength: Any = None, dtype: Any = "int32") -> Any:
    counts = jnp.bincount(array(arr).reshape(-1), weights, minlength=int(minlength or 0))
    return counts if maxlength is None else counts[: int(maxlength)]


def _tensordot(a: Any, b: Any, axes: Any) -> Any:
    if not isinstance(axes, int):
        axes = [list(integers(part)) for part in axes]
    return jnp.tensordot(array(a), array(b), axes)


def _top_k(input: Any, k: int = 1, sorted: bool = True) -> tuple[Any, ...]:
    return tuple(jax.lax.top_k(array(input), int(k)))


def _polyval(coeffs: Any, x: Any) -> Any:
    x, value = array(x), 0
    for coefficient in coeffs:
        value = value * x + array(coefficient)
    return value


def _add_n(inputs: Any) -> Any:
    inputs = [array(x) for x in inputs]
    return sum(inputs[1:], inputs[0])


ELEMENTWISE = {
    **{name: getattr(jnp, name) for name in ("conj", "imag", "real", "sign", "square", "abs", "negative", "angle")},
    **{name: getattr(jnp, name) for name in ()},
}
FLOATS = {
    "acos": jnp.arccos, "acosh": jnp.arccosh, "asin": jnp.arcsin, "asinh": jnp.arcsinh, "atan": jnp.arctan,
    "atanh": jnp.arctanh, "ceil": jnp.ceil, "cos": jnp.cos, "cosh": jnp.cosh, "exp": jnp.exp, "expm1": jnp.expm1,
    "floor": jnp.floor, "log": jnp.log, "log1p": jnp.log1p, "sin": jnp.sin, "sinh": jnp.sinh, "sqrt": jnp.sqrt,
    "tan": jnp.tan, "tanh": jnp.tanh, "erf": jax.scipy.special.erf, "erfc": jax.scipy.special.erfc,
    "digamma": jax.scipy.special.digamma, "lgamma": jax.scipy.special.gammaln, "reciprocal": jnp.reciprocal,
    "rsqrt": jax.lax.rsqrt, "sigmoid": jax.nn.sigmoid, "softplus": jax.nn.softplus, "softsign": jax.nn.soft_sign,
    "log_sigmoid": jax.nn.log_sigmoid, "erfinv": jax.scipy.special.erfinv, "bessel_i0": jax.scipy.special.i0,
    "bessel_i1": jax.scipy.special.i1, "rint": jnp.rint, "ndtri": jax.scipy.special.ndtri,
}  # fmt: skip
OF_TWO = {
    "add": jnp.add, "subtract": jnp.subtract, "multiply": jnp.multiply, "divide": jnp.true_divide,
    "truediv": jnp.true_divide, "floordiv": jnp.floor_divide, "mod": jnp.mod, "floormod": jnp.mod, "pow": jnp.power,
    "maximum": jnp.maximum, "minimum": jnp.minimum, "equal": jnp.equal, "not_equal": jnp.not_equal,
    "greater": jnp.greater, "greater_equal": jnp.greater_equal, "less": jnp.less, "less_equal": jnp.less_equal,
    "logical_and": jnp.logical_and, "logical_or": jnp.logical_or, "logical_xor": jnp.logical_xor,
    "atan2": jnp.arctan2, "divide_no_nan": _no_nan(jnp.true_divide), "multiply_no_nan": lambda x, y: jnp.where(
        array(y) == 0, 0, jnp.multiply(x, y)
    ), "igamma": jax.scipy.special.gammainc, "xlogy": jax.scipy.special.xlogy, "nextafter": jnp.nextafter,
    "squared_difference": lambda x, y: jnp.square(jnp.subtract(x, y)), "zeta": jax.scipy.special.zeta,
}  # fmt: skip
REDUCTIONS = {
    "reduce_all": _reduced(jnp.all), "reduce_any": _reduced(jnp.any), "reduce_max": _reduced(jnp.max),
    "reduce_min": _reduced(jnp.min), "reduce_mean": _reduced(jnp.mean, floating), "reduce_prod": _reduced(jnp.prod),
    "reduce_sum": _reduced(jnp.sum), "reduce_std": _reduced(jnp.std, floating),
    "reduce_variance": _reduced(jnp.var, floating), "reduce_logsumexp": _reduced(jax.nn.logsumexp, floating),
    "reduce_euclidean_norm": _reduced(lambda x, **over: jnp.sqrt(jnp.sum(jnp.square(x), **over)), floating),
    "count_nonzero": _reduced(jnp.count_nonzero),
}  # fmt: skip


def _of_one(function: Any, prepare: Any) -> Any:
    return lambda x: function(prepare(x))


def _of_two(function: Any) -> Any:
    return lambda x, y: function(number(x), number(y))


TABLE: dict[str, Any] = {
    **{name: _of_one(function, array) for name, function in ELEMENTWISE.items()},
    **{name: _of_one(function, floating) for name, function in FLOATS.items()},
    **{name: _of_two(function) for name, function in OF_TWO.items()},
    **{name: also_of_texts(_of_two(OF_TWO[name]), ON_TEXTS[name]) for name in ("equal", "not_equal")},
    **REDUCTIONS,
    "is_finite": lambda x: jnp.isfinite(array(x)),
    "is_inf": lambda x: jnp.isinf(array(x)),
    "is_nan": lambda x: jnp.isnan(array(x)),
    "accumulate_n": _add_n,
    "add_n": _add_n,
    "argmax": lambda input, axis=None, output_type=None: jnp.argmax(array(input), 0 if axis is None else int(axis)),
    "argmin": lambda input, axis=None, output_type=None: jnp.argmin(array(input), 0 if axis is None else int(axis)),
    "bincount": _bincount,
    "confusion_matrix": _confusion_matrix,
    "cumulative_logsumexp": _cumulative(jax.lax.cumlogsumexp, float("-inf")),
    "cumsum": _cumulative(jnp.cumsum, 0),
    "cumprod": _cumulative(jnp.cumprod, 1),
    "in_top_k": lambda targets, predictions, k: ops_math.in_top_k(array(targets), array(predictions), k),
    "l2_normalize": lambda x, axis=None, epsilon=1e-12: (
        floating(x) * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(floating(x)), axes(axis), keepdims=True), epsilon))
    ),
    "log_softmax": lambda logits, axis=-1: jax.nn.log_softmax(floating(logits), axis),
    "logical_not": lambda x: jnp.logical_not(array(x)),
    "polyval": lambda coeffs, x: _polyval(coeffs, x),
    "round": lambda x: jnp.round(array(x)),
    "scalar_mul": lambda scalar, x: scalar * array(x),
    "segment_max": _segment("segment_max"),
    "segment_mean": _segment_mean,
    "segment_min": _segment("segment_min"),
    "segment_prod": _segment("segment_prod"),
    "segment_sum": _segment("segment_sum"),
    "softmax": lambda logits, axis=-1: jax.nn.softmax(floating(logits), axis),
    "top_k": _top_k,
}
TABLE |= {
    "unsorted_segment_max": TABLE["segment_max"],
    "unsorted_segment_mean": TABLE["segment_mean"],
    "unsorted_segment_min": TABLE["segment_min"],
    "unsorted_segment_prod": TABLE["segment_prod"],
    "unsorted_segment_sum": TABLE["segment_sum"],
}
# in `tf` alone
ON_TOP = {
    "einsum": lambda equation, *inputs: jnp.einsum(equation, *map(array, inputs)),
    "matmul": _matmul,
    "tensordot": _tensordot,
    "norm": lambda tensor, ord="euclidean", axis=None, keepdims=False: _norm(tensor, ord, axis, keepdims),
    "clip_by_norm": lambda t, clip_norm, axes=None: _clipped(t, clip_norm, axes),
    "clip_by_global_norm": lambda t_list, clip_norm, use_norm=None: _clipped_together(t_list, clip_norm, use_norm),
    "linalg_global_norm": lambda t_list: _global_norm(t_list),
}


def _norm(tensor: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    tensor = floating(tensor)
    if ord == "euclidean":
        return jnp.sqrt(jnp.sum(jnp.square(jnp.abs(tensor)), axes(axis), keepdims=keepdims))
    if axis is None:
        tensor, axis = tensor.reshape(-1), 0
    return jnp.linalg.norm(tensor, {"fro": "fro"}.get(ord, ord), axes(axis), keepdims)


def _clipped(t: Any, clip_norm: Any, over: Any) -> Any:
    t = array(t)
    size = jnp.sqrt(jnp.sum(jnp.square(t), axes(over), keepdims=True))
    return t * (clip_norm / jnp.maximum(size, clip_norm))


def _global_norm(t_list: Any) -> Any:
    return jnp.sqrt(sum(jnp.sum(jnp.square(array(t))) for t in t_list))


def _clipped_together(t_list: Any, clip_norm: Any, use_norm: Any) -> tuple[list[Any], Any]:
    size = _global_norm(t_list) if use_norm is None else use_norm
    return [array(t) * (clip_norm / jnp.maximum(size, clip_norm)) for t in t_list], size


_FUNCTIONS = functions(TABLE)
globals().update(_FUNCTIONS)
ON_TOP = functions(ON_TOP)
# names that TensorFlow 1 had in `tf`
OLD = {
    "div": _FUNCTIONS["divide"], "div_no_nan": _FUNCTIONS["divide_no_nan"], "mul": _FUNCTIONS["multiply"],
    "sub": _FUNCTIONS["subtract"], "neg": _FUNCTIONS["negative"], "batch_matmul": ON_TOP["matmul"],
    "arg_max": _FUNCTIONS["argmax"], "arg_min": _FUNCTIONS["argmin"], "global_norm": ON_TOP["linalg_global_norm"],
    "realdiv": _FUNCTIONS["divide"], "ceil": _FUNCTIONS["ceil"],
}  # fmt: skip
__all__ = [*_FUNCTIONS]
