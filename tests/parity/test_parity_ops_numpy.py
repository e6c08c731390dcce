"""The NumPy part of `keras.ops` beside Keras's, over dtypes: values, dtypes, signatures, and symbolic shapes and dtypes.

A row is a function of `f`, the function under test, and of `x` and `y`, two inputs of shape (3, 4): arrays, and for the
symbolic test tensors of shape (None, 4). Values are compared for a row's first dtype; for the others the two functions are
traced, which compiles nothing. Where Keras raises for a dtype, the row says nothing about that dtype.
"""

import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail
from dovetail.engine.tensor import KerasTensor

FLOATS = "float32 bfloat16"
NUMBERS = "float32 bfloat16 int32"
ALL = "float32 bfloat16 int32 bool"
INTEGERS = "int32 uint8"
SHAPED = "float32 bool"  # for what does not look at values
SMALL = "bool int8 uint8 int16 uint32"


@dataclass
class Row:
    name: str
    dtype: str
    call: Callable
    low: float
    high: float
    symbolic: bool
    with_values: bool


def rows(names, dtypes, *calls, low=-4.0, high=4.0, symbolic=True, values=True):
    """The same calls for several names and dtypes, of inputs between two bounds."""
    return [
        Row(name, dtype, call, low, high, symbolic, with_values=values and dtype == dtypes.split()[0])
        for name in names.split()
        for call in calls
        for dtype in dtypes.split()
    ]


def inputs(row):
    """Two arrays of a row's dtype: integers are in the same bounds as floats, booleans about half true."""
    generator = np.random.default_rng(0)
    values = [generator.uniform(row.low, row.high, (3, 4)) for _ in range(2)]
    if row.dtype == "bool":
        return [jnp.asarray(v > (row.low + row.high) / 2) for v in values]
    if not jnp.issubdtype(row.dtype, jnp.floating):
        values = [np.round(np.abs(v) if row.dtype.startswith("u") else v) for v in values]
    return [jnp.asarray(v, row.dtype) for v in values]


FLOAT_VECTOR = np.array([0.5, -1.0, 2.0, 0.25], "float32")
INT_VECTOR = np.array([1, 2, 0, 3], "int32")
NAN_VECTOR = np.array([0.5, np.nan, 2.0, np.inf], "float32")
ORDERED = np.array([-2.0, 0.0, 1.5], "float32")

UNARY = [lambda f, x, y: f(x)]
BINARY = [lambda f, x, y: f(x, y)]
# weak Python numbers, another dtype on either side, and NumPy's 64 bits
MIXED = [
    lambda f, x, y: f(x, 2),
    lambda f, x, y: f(x, 2.5),
    lambda f, x, y: f(2.5, x),
    lambda f, x, y: f(x, FLOAT_VECTOR),
    lambda f, x, y: f(INT_VECTOR, x),
    lambda f, x, y: f(x, np.array([1.5, 2, 3, 4])),
    lambda f, x, y: f(x, np.array([1, 2, 3, 4], "int64")),
    lambda f, x, y: f(x, [1.0, 2.0, 3.0, 4.0]),
]
REDUCED = [
    lambda f, x, y: f(x),
    lambda f, x, y: f(x, axis=0),
    lambda f, x, y: f(x, axis=-1, keepdims=True),
]
QUANTILES = [
    lambda f, x, y: f(x, 0.3, axis=1),
    lambda f, x, y: f(x, [0.2, 0.7], axis=-1, keepdims=True),
    lambda f, x, y: f(x, 0.3, method="nearest"),
]

ROWS = [
    # entry by entry
    *rows("abs absolute angle arcsinh arctan cbrt ceil conj conjugate copy cos cosh deg2rad exp exp2 expm1 fabs floor imag "
          "isfinite isinf isnan isneginf isposinf isreal logical_not nan_to_num rad2deg real round sign signbit "
          "sin sinc sinh square tan tanh trunc", ALL, *UNARY),
    *rows("negative", NUMBERS, *UNARY),
    *rows("arccosh log log10 log1p log2 reciprocal sqrt i0", ALL, *UNARY, low=1.0),
    *rows("arccos arcsin arctanh", ALL, *UNARY, low=-0.9, high=0.9),
    *rows("isinf isnan isneginf isposinf isfinite nan_to_num signbit sign", "float32", lambda f, x, y: f(NAN_VECTOR), symbolic=False),
    *rows("nan_to_num", FLOATS, lambda f, x, y: f(NAN_VECTOR.astype(x.dtype), nan=1.0, posinf=5.0), symbolic=False),
    *rows("abs sqrt mean sum sign exp cos negative square", "float32", lambda f, x, y: f(3), lambda f, x, y: f(2.5),
          lambda f, x, y: f([1, 2]), lambda f, x, y: f(np.array([1.0, 2.0])), symbolic=False),
    *rows("round", NUMBERS, lambda f, x, y: f(x, 1), lambda f, x, y: f(x, decimals=-1)),
    *rows("bitwise_invert bitwise_not", "int32 uint8 bool", *UNARY),
    *rows("clip", ALL, lambda f, x, y: f(x, -1, 2), lambda f, x, y: f(x, -1.5, 1.5), lambda f, x, y: f(x, y, 3)),
    *rows("view", "float32 int32", *UNARY, lambda f, x, y: f(x, "int32"), lambda f, x, y: f(x, "uint8"),
          lambda f, x, y: f(x, dtype="float32")),
    # two by two
    *rows("add subtract multiply divide true_divide maximum minimum fmax fmin", ALL, *BINARY),
    *rows("add subtract multiply divide true_divide maximum minimum fmax fmin equal less", ALL, *MIXED, values=False),
    *rows("equal not_equal greater greater_equal less less_equal logical_and logical_or logical_xor", ALL, *BINARY),
    *rows("floor_divide mod fmod divide_no_nan", ALL, *BINARY, low=1.0),
    *rows("floor_divide mod fmod divide_no_nan arctan2 hypot logaddexp logaddexp2 heaviside", ALL, *MIXED[:4], values=False),
    *rows("add subtract multiply divide floor_divide mod fmod maximum power divide_no_nan", "int32", *BINARY, low=1.0),
    *rows("add multiply divide maximum", "bfloat16", *BINARY),
    *rows("divide_no_nan", NUMBERS, lambda f, x, y: f(x, y * 0)),
    *rows("arctan2 hypot logaddexp logaddexp2 heaviside", ALL, *BINARY),
    *rows("nextafter", ALL, *BINARY),
    *rows("power", NUMBERS, *BINARY, *MIXED[:4], low=1.0),
    *rows("ldexp", FLOATS, lambda f, x, y: f(x, INT_VECTOR)),
    *rows("gcd lcm", INTEGERS, *BINARY, lambda f, x, y: f(x, INT_VECTOR)),
    *rows("bitwise_and bitwise_or bitwise_xor", "int32 uint8 bool", *BINARY, lambda f, x, y: f(x, INT_VECTOR)),
    *rows("bitwise_left_shift bitwise_right_shift left_shift right_shift", INTEGERS, *BINARY, lambda f, x, y: f(x, 2), low=0.0),
    *rows("isclose allclose", ALL, *BINARY, lambda f, x, y: f(x, x, rtol=0.1, atol=0.1, equal_nan=True)),
    *rows("isin", NUMBERS, lambda f, x, y: f(x, INT_VECTOR), lambda f, x, y: f(x, [1, 2], invert=True)),
    # sums, means and the like
    *rows("all any argmax argmin amax amin max min mean median prod ptp std sum var nanmax nanmin nanmean nanmedian nanprod nanstd "
          "nansum nanvar nanargmax nanargmin", ALL, *REDUCED),
    *rows("mean median prod std sum var nansum nanprod nanmean nanmedian max", SMALL, lambda f, x, y: f(x, axis=1)),
    *rows("mean sum max amax all var std nansum", FLOATS, lambda f, x, y: f(x, axis=(0, 1))),
    *rows("nanmax nanmin nanmean nanmedian nanprod nanstd nansum nanvar nanargmax nanargmin nancumsum nancumprod", FLOATS,
          lambda f, x, y: f(NAN_VECTOR.astype(x.dtype)), symbolic=False),
    *rows("max min", NUMBERS, lambda f, x, y: f(x, initial=3), lambda f, x, y: f(x, axis=0, initial=-3)),
    *rows("prod", ALL, lambda f, x, y: f(x, axis=1, dtype="float32"), lambda f, x, y: f(x, axis=1, dtype="int32")),
    *rows("average", ALL, *UNARY, lambda f, x, y: f(x, axis=1), lambda f, x, y: f(x, axis=1, weights=[1.0, 2.0, 3.0, 4.0]),
          lambda f, x, y: f(x, weights=y), low=1.0),
    *rows("count_nonzero", ALL, *UNARY, lambda f, x, y: f(x, axis=1), lambda f, x, y: f(x, axis=(0, 1))),
    *rows("cumsum cumprod nancumsum nancumprod", ALL + " int8", *UNARY, lambda f, x, y: f(x, axis=1),
          lambda f, x, y: f(x, axis=-1, dtype="float32")),
    *rows("quantile nanquantile", NUMBERS, *QUANTILES),
    *rows("percentile nanpercentile", NUMBERS, lambda f, x, y: f(x, 30.0, axis=1), lambda f, x, y: f(x, [20, 70], axis=-1, keepdims=True),
          lambda f, x, y: f(x, 30, method="lower")),
    *rows("trapezoid", ALL, *UNARY, lambda f, x, y: f(x, dx=0.5, axis=0), lambda f, x, y: f(y, x)),
    *rows("diff", NUMBERS, *UNARY, lambda f, x, y: f(x, n=2), lambda f, x, y: f(x, axis=0)),
    *rows("corrcoef", ALL, *UNARY),
    *rows("bincount", "int32 uint8", *UNARY, lambda f, x, y: f(x, minlength=8), lambda f, x, y: f(x, weights=x), low=0.0,
          symbolic=False),
    *rows("histogram", NUMBERS, lambda f, x, y: f(x[0]), lambda f, x, y: f(x[0], bins=4), lambda f, x, y: f(x[0], bins=3, range=(-1, 1))),
    # products
    *rows("matmul dot", ALL, lambda f, x, y: f(x, jnp.ones((4, 2), x.dtype)), lambda f, x, y: f(x, np.ones((4, 2), "float32"))),
    *rows("matmul", "int8", lambda f, x, y: f(x, jnp.ones((4, 2), "int8"))),
    *rows("dot", NUMBERS, lambda f, x, y: f(x, 2)),
    *rows("inner outer kron vdot tensordot cross", ALL, lambda f, x, y: f(x[:, :3], y[:, :3]), symbolic=False),
    *rows("inner outer vdot", NUMBERS, lambda f, x, y: f(x[0], FLOAT_VECTOR), lambda f, x, y: f(x[0], INT_VECTOR), symbolic=False),
    *rows("tensordot", NUMBERS, lambda f, x, y: f(x, y, axes=[[1], [1]]), lambda f, x, y: f(x, jnp.ones((4, 2), x.dtype), axes=1)),
    *rows("cross", NUMBERS, lambda f, x, y: f(x[..., 1:], FLOAT_VECTOR[1:])),
    *rows("inner", NUMBERS, lambda f, x, y: f(x, INT_VECTOR)),
    *rows("outer", NUMBERS, lambda f, x, y: f(x, y)),
    *rows("einsum", ALL + " int8", lambda f, x, y: f("ij,kj->ik", x, jnp.ones((5, 4), x.dtype)), lambda f, x, y: f("ij->i", x),
          lambda f, x, y: f("ij,j", x, FLOAT_VECTOR)),
    *rows("correlate", ALL, *(lambda f, x, y, mode=mode: f(x[0], y[1, :2], mode=mode) for mode in ("valid", "same", "full")),
          symbolic=False),
    *rows("slogdet", "float32", lambda f, x, y: f(x[:, :3]), symbolic=False),
    # the shape of things
    *rows("append", ALL, *BINARY, lambda f, x, y: f(x, y, axis=0), lambda f, x, y: f(x, jnp.ones((3, 4)), axis=1), symbolic=False),
    *rows("append", ALL, lambda f, x, y: f(x, y, axis=1)),
    *rows("array_split", SHAPED, lambda f, x, y: f(x, 3, axis=1), lambda f, x, y: f(x, [1, 3], axis=1)),
    *rows("split", SHAPED, lambda f, x, y: f(x, 2, axis=1), lambda f, x, y: f(x, [1, 3], axis=-1)),
    *rows("hsplit", SHAPED, lambda f, x, y: f(x, 2), lambda f, x, y: f(x, [1, 3])),
    *rows("vsplit", SHAPED, lambda f, x, y: f(x, 3), lambda f, x, y: f(x, [1]), symbolic=False),
    *rows("dsplit", SHAPED, lambda f, x, y: f(x[None], 2), symbolic=False),
    *rows("broadcast_to", SHAPED, lambda f, x, y: f(x, (2, 3, 4)), symbolic=False),
    *rows("concatenate stack", ALL, lambda f, x, y: f([x, y], axis=1), lambda f, x, y: f((x, y), axis=-1),
          lambda f, x, y: f([x, INT_VECTOR[None] * jnp.ones((3, 1), "int32")]), symbolic=False),
    *rows("concatenate stack", ALL, lambda f, x, y: f([x, y], axis=1)),
    *rows("hstack", SHAPED, lambda f, x, y: f([x, y])),
    *rows("vstack dstack", ALL, lambda f, x, y: f([x, y]), lambda f, x, y: f([x, y * 1.5]), symbolic=False),
    *rows("dstack", SHAPED, lambda f, x, y: f([x, y])),
    *rows("diag", SHAPED, *UNARY, lambda f, x, y: f(x, k=1), lambda f, x, y: f(x[0], k=-1), symbolic=False),
    *rows("diagflat", SHAPED, *UNARY, lambda f, x, y: f(x, k=1), symbolic=False),
    *rows("diagonal", SHAPED, *UNARY, lambda f, x, y: f(x, offset=1, axis1=1, axis2=0), symbolic=False),
    *rows("diagonal trace", SHAPED, lambda f, x, y: f(x[:, None], axis1=1, axis2=2)),
    *rows("trace", SMALL + " float32 bfloat16 int32", *UNARY, lambda f, x, y: f(x, 1), symbolic=False),
    *rows("expand_dims", SHAPED, lambda f, x, y: f(x, 1), lambda f, x, y: f(x, -1), lambda f, x, y: f(x, (1, 3))),
    *rows("flip", SHAPED, *UNARY, lambda f, x, y: f(x, axis=1), lambda f, x, y: f(x, axis=(0, 1))),
    *rows("fliplr flipud", SHAPED, *UNARY),
    *rows("get_item", SHAPED, lambda f, x, y: f(x, (slice(None), 1)), lambda f, x, y: f(x, (Ellipsis, None, slice(0, 2)))),
    *rows("moveaxis", SHAPED, lambda f, x, y: f(x, 0, -1), lambda f, x, y: f(x, [0, 1], [1, 0])),
    *rows("swapaxes", SHAPED, lambda f, x, y: f(x, 0, 1)),
    *rows("transpose", SHAPED, *UNARY, lambda f, x, y: f(x, axes=(1, 0))),
    *rows("pad", SHAPED, lambda f, x, y: f(x, ((0, 0), (2, 1))), symbolic=True),
    *rows("pad", SHAPED, lambda f, x, y: f(x, 1), lambda f, x, y: f(x, (1, 2)), lambda f, x, y: f(x, ((1, 2),), constant_values=3),
          *(lambda f, x, y, mode=mode: f(x, ((1, 2), (0, 1)), mode=mode) for mode in (
              "edge", "reflect", "symmetric", "wrap", "linear_ramp", "maximum", "mean", "median", "minimum")), symbolic=False),
    *rows("ravel", SHAPED, *UNARY),
    *rows("repeat", SHAPED, lambda f, x, y: f(x, 2, axis=1), lambda f, x, y: f(x, 3)),
    *rows("repeat", SHAPED, lambda f, x, y: f(x, np.array([1, 0, 2, 1]), axis=1)),
    *rows("reshape", SHAPED, lambda f, x, y: f(x, (-1, 2, 2)), lambda f, x, y: f(x, -1)),
    *rows("roll", SHAPED, lambda f, x, y: f(x, 1), lambda f, x, y: f(x, 2, axis=1), lambda f, x, y: f(x, (1, -1), axis=(0, 1))),
    *rows("rot90", SHAPED, *UNARY, lambda f, x, y: f(x, k=2), lambda f, x, y: f(x, k=-1, axes=(1, 0))),
    *rows("squeeze", SHAPED, lambda f, x, y: f(x[..., None], axis=-1), lambda f, x, y: f(x[..., None])),
    *rows("tile", SHAPED, lambda f, x, y: f(x, 2), lambda f, x, y: f(x, (1, 3)), lambda f, x, y: f(x, (2, 1, 2))),
    *rows("tril triu", SHAPED, *UNARY, lambda f, x, y: f(x, k=1), symbolic=False),
    *rows("tril triu", FLOATS, lambda f, x, y: f(x[:, None], k=-1)),
    *rows("ndim size", "float32", *UNARY, lambda f, x, y: f([[1, 2, 3]]), symbolic=False),
    *rows("vander", SHAPED, lambda f, x, y: f(x[0]), lambda f, x, y: f(x[0], N=3, increasing=True), symbolic=False),
    # order and search
    *rows("sort argsort", ALL, *UNARY, lambda f, x, y: f(x, axis=0), lambda f, x, y: f(x, axis=None)),
    *rows("argpartition", "float32 int32", lambda f, x, y: f(x, 1), lambda f, x, y: f(x, 2, axis=0), symbolic=True),
    *rows("digitize", NUMBERS, lambda f, x, y: f(x, ORDERED), lambda f, x, y: f(x, [-1, 0, 1])),
    *rows("searchsorted", NUMBERS, lambda f, x, y: f(ORDERED, x[0]), lambda f, x, y: f(ORDERED, x[0], side="right"),
          lambda f, x, y: f(np.array([-1, 0, 3]), x[1]), symbolic=False),
    *rows("nonzero", ALL, *UNARY, symbolic=False),
    *rows("unique", "int32", *UNARY, lambda f, x, y: f(x, return_counts=True, return_inverse=True, return_index=True),
          lambda f, x, y: f(x, axis=0), lambda f, x, y: f(x, size=15, fill_value=0), symbolic=False),
    *rows("where", ALL, lambda f, x, y: f(x > 0, x, y), lambda f, x, y: f(x > 0, x, 0), lambda f, x, y: f(x > 0, 1.5, x),
          lambda f, x, y: f(x > 0, x, INT_VECTOR), lambda f, x, y: f(x, x, y)),
    *rows("where", ALL, *UNARY, symbolic=False),
    *rows("unique", "float32", lambda f, x, y: f(np.array([1, np.nan, np.nan], "float32")), symbolic=False),
    *rows("select", NUMBERS, lambda f, x, y: f([x > 1, x < 0], [x, y]), lambda f, x, y: f([x > 1, x < 0], [x, y], 2),
          lambda f, x, y: f([x > 1, x < 0], [x, x * 2.5], default=1.5), symbolic=True),
    *rows("take", ALL, lambda f, x, y: f(x, [0, 2], axis=1), lambda f, x, y: f(x, -1, axis=-1), lambda f, x, y: f(x, [[0], [3]]),
          lambda f, x, y: f(x, INT_VECTOR.reshape(2, 2), axis=1)),
    *rows("take", "int32", lambda f, x, y: f(FLOAT_VECTOR, x), lambda f, x, y: f(FLOAT_VECTOR, x - 3), low=0.0, high=3.0),
    *rows("take", "float32", lambda f, x, y: f(x, [7, -9], axis=1), symbolic=False),
    *rows("take_along_axis", ALL, lambda f, x, y: f(x, np.array([[0, 1], [2, 3], [-1, 0]]), axis=1), lambda f, x, y: f(x, [3, 5]),
          symbolic=False),
    *rows("take_along_axis", "int32", lambda f, x, y: f(x, y, axis=1), low=0.0, high=3.0),
    *rows("unravel_index", "int32", lambda f, x, y: f(x, (3, 4)), low=0.0),
    *rows("kaiser", "float32", lambda f, x, y: f(7, 1.5), lambda f, x, y: f(8, 3), symbolic=False),
    *rows("bartlett blackman hamming hanning", "float32", lambda f, x, y: f(7), lambda f, x, y: f(1), lambda f, x, y: f(np.array(4)),
          symbolic=False),
    # new arrays
    *rows("arange", "float32", *(lambda f, x, y, args=args: f(*args) for args in ((5,), (5.0,), (1, 4), (1, 2, 0.25), (0.5, 3), (5, 1, -2),
          (np.int64(4),), (np.float64(4),))), lambda f, x, y: f(1, 9, 2, dtype="float32"), lambda f, x, y: f(4, dtype="bfloat16"),
          lambda f, x, y: f(4, dtype="int8"), lambda f, x, y: f(4, dtype=int), lambda f, x, y: f(stop=4, start=1), symbolic=False),
    *rows("array", ALL, *UNARY, lambda f, x, y: f(x, dtype="int32"), lambda f, x, y: f(x, "bfloat16")),
    *rows("array", "float32", *(lambda f, x, y, v=v: f(v) for v in (1, 2.5, True, [1, 2], [1.0, 2], [True], [[1, 2.5]], np.arange(3.0),
          np.arange(3), np.array([1], "int8"), 1 + 2j)), lambda f, x, y: f([1.0, 2.0], dtype="float16"), symbolic=False),
    *rows("zeros ones empty", "float32", lambda f, x, y: f((2, 3)), lambda f, x, y: f((2,), dtype="int32"), lambda f, x, y: f(3),
          lambda f, x, y: f([2, 1], "bool"), symbolic=False),
    *rows("zeros_like ones_like empty_like", ALL, *UNARY, lambda f, x, y: f(x, dtype="float32"), lambda f, x, y: f(x, "bool")),
    *rows("full", "float32", *(lambda f, x, y, v=v: f((2, 3), v) for v in (7, 7.5, True, np.float64(2), np.int64(2), [1, 2, 3])),
          lambda f, x, y: f((2, 4), x[0]), lambda f, x, y: f((2,), 7.5, dtype="int32"), lambda f, x, y: f(2, 1, "bool"), symbolic=False),
    *rows("full_like", ALL, lambda f, x, y: f(x, 2), lambda f, x, y: f(x, 2.5), lambda f, x, y: f(x, 2.5, dtype="float32")),
    *rows("eye tri", "float32", lambda f, x, y: f(3), lambda f, x, y: f(3, 4, k=1), lambda f, x, y: f(3, M=2, k=-1, dtype="int32"),
          symbolic=False),
    *rows("identity", "float32", lambda f, x, y: f(3), lambda f, x, y: f(2, dtype="int32"), symbolic=False),
    *rows("linspace", "float32", *(lambda f, x, y, args=args: f(*args, num=5) for args in ((0, 1), (0.0, 1.0), (2, 10))),
          lambda f, x, y: f(0, 1, num=3, retstep=True), lambda f, x, y: f(0, 9, 4, dtype="int32"), symbolic=False),
    *rows("linspace", ALL, lambda f, x, y: f(x, y, num=3), lambda f, x, y: f(x, 5, num=3, endpoint=False, axis=1)),
    *rows("logspace", ALL, lambda f, x, y: f(x, y, num=3), lambda f, x, y: f(x, 5, num=3, endpoint=False, base=2, axis=1)),
    *rows("logspace", "float32", lambda f, x, y: f(0, 2, num=4, base=3), lambda f, x, y: f(0, 2, 3, dtype="float16"), symbolic=False),
    *rows("geomspace", NUMBERS, lambda f, x, y: f(x, y, num=3), lambda f, x, y: f(x, 5, num=3, endpoint=False, axis=1), low=1.0),
    *rows("geomspace", "float32", lambda f, x, y: f(1, 8, num=4), lambda f, x, y: f(1.0, 8.0, 4, dtype="int32"), symbolic=False),
    *rows("meshgrid", ALL, lambda f, x, y: f(x[0], y[1]), lambda f, x, y: f(x[0], INT_VECTOR, y[0], indexing="ij"), symbolic=False),
    *rows("vectorize", NUMBERS, lambda f, x, y: f(lambda a, b: a * 2 + b)(x, y), lambda f, x, y: f(lambda a, b: a.sum() + b, signature="(n),()->()")(x, 1),
          lambda f, x, y: f(lambda a, b: a * b, excluded={1})(x, 3), symbolic=False),
]  # fmt: skip
NAMES = sorted(name for name in dir(keras.ops.numpy) if inspect.isfunction(getattr(keras.ops.numpy, name)))
SYMBOLIC = sorted({row.name for row in ROWS if row.symbolic})


def told(function, *args):
    """What a call gives, or the exception that it raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*args)
    except Exception as error:
        return error


def traced(row, module):
    """What a row's call gives, without values."""
    function = getattr(module, row.name)
    structs = [jax.ShapeDtypeStruct((3, 4), row.dtype)] * 2
    return told(jax.eval_shape, lambda x, y: row.call(function, x, y), *structs)


def specs(result):
    """Shapes and dtypes of a result; where a library gives a Python number for one, that counts as an axis-free array."""
    is_tensor = lambda leaf: hasattr(leaf, "shape")  # noqa: E731
    leaves = jax.tree.leaves(result, is_leaf=is_tensor)
    return [(tuple(leaf.shape), str(leaf.dtype)) if is_tensor(leaf) else ((), type(leaf).__name__) for leaf in leaves]


def fits(specs, known):
    """Whether specs with open axes can be those of arrays."""
    return len(specs) == len(known) and all(
        a_dtype == b_dtype and len(a) == len(b) and all(i in (None, j) for i, j in zip(a, b, strict=True))
        for (a, a_dtype), (b, b_dtype) in zip(specs, known, strict=True)
    )


def difference(row):
    """How the two libraries differ on arrays: None if they do not, and `...` if Keras does not take the dtype."""
    theirs, ours = (traced(row, module) for module in (keras.ops, dovetail.ops))
    if row.with_values or isinstance(theirs, (jax.errors.JAXTypeError, jax.errors.JAXIndexError)):  # or needs values
        x, y = inputs(row)
        theirs, ours = (told(row.call, getattr(module, row.name), x, y) for module in (keras.ops, dovetail.ops))
    if isinstance(theirs, Exception):
        return ...
    if isinstance(ours, Exception):
        return f"{type(ours).__name__}: {ours}"
    if specs(ours) != specs(theirs):
        return f"{specs(ours)} instead of {specs(theirs)}"
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        if isinstance(a, jax.ShapeDtypeStruct):
            continue
        rounded = np.asarray(a).dtype.name == "bfloat16"
        a, b = (np.asarray(v, "float32" if rounded else None) for v in (a, b))
        limit = 2e-2 if rounded else 2e-5
        error = told(lambda a=a, b=b, limit=limit: assert_allclose(a, b, rtol=limit, atol=limit))
        if error is not None:
            return str(error)
    return None


def symbolic_difference(row):
    """How the two libraries differ on tensors; Keras's tensors count where they agree with its own arrays."""
    known = traced(row, keras.ops)
    if isinstance(known, Exception):
        return ...
    theirs, ours = (
        told(row.call, getattr(module, row.name), *(tensor((None, 4), row.dtype, name=n) for n in "xy"))
        for module, tensor in ((keras.ops, keras.KerasTensor), (dovetail.ops, KerasTensor))
    )
    if isinstance(ours, Exception):
        return f"{type(ours).__name__}: {ours}"
    theirs = None if isinstance(theirs, Exception) else specs(theirs)
    if theirs is not None and fits(theirs, specs(known)):
        return None if specs(ours) == theirs else f"{specs(ours)} instead of {theirs}"
    return None if fits(specs(ours), specs(known)) else f"{specs(ours)} instead of {specs(known)} for a batch of 3"


def test_every_name_has_a_row():
    assert {row.name for row in ROWS} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_signature(name):
    ours, theirs = (str(inspect.signature(getattr(module, name))) for module in (dovetail.ops, keras.ops))
    assert ours == theirs


@pytest.mark.parametrize("name", NAMES)
def test_arrays(name):
    results = [(row, difference(row)) for row in ROWS if row.name == name]
    assert any(result is not ... for _, result in results), "Keras takes none of the rows"
    assert [f"{row.dtype}, row {i}: {text}" for i, (row, text) in enumerate(results) if isinstance(text, str)] == []


@pytest.mark.parametrize("name", SYMBOLIC)
def test_tensors(name):
    results = [(row, symbolic_difference(row)) for row in ROWS if row.name == name and row.symbolic]
    assert any(result is not ... for _, result in results), "Keras traces none of the rows"
    assert [f"{row.dtype}, row {i}: {text}" for i, (row, text) in enumerate(results) if isinstance(text, str)] == []


def test_repeat_takes_a_list_of_numbers_for_arrays_and_tensors():
    """Keras takes a list for tensors only: JAX refuses it for arrays."""
    x = np.arange(8.0, dtype="float32").reshape(2, 4)
    assert_allclose(dovetail.ops.repeat(x, [1, 0, 2, 1], axis=1), np.repeat(x, [1, 0, 2, 1], axis=1))
    assert dovetail.ops.repeat(KerasTensor((None, 4), "float32"), [1, 0, 2, 1], axis=1).shape == (None, 4)


def test_bincount_of_unsigned_integers_and_of_nothing():
    assert dovetail.ops.bincount(np.array([1, 2, 2], "uint8")).tolist() == [0, 1, 2]
    assert dovetail.ops.bincount(np.array([], "int32"), minlength=2).tolist() == [0, 0]
