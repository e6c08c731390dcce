"""The functions that Keras takes from NumPy. Where JAX's does what Keras's does, it is a line of the table."""

import builtins
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..engine.dtypes import floatx, standardize_dtype
from ..engine.operation import lift
from .table import declare, declared

_FUNCTIONS = declare("""
    abs(x)
    absolute(x)
    add(x1, x2)
    all(x, axis=None, keepdims=False)
    allclose(x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False)
    amax(x, axis=None, keepdims=False)
    amin(x, axis=None, keepdims=False)
    angle(x)
    any(x, axis=None, keepdims=False)
    append(x1, x2, axis=None)
    arccos(x)
    arccosh(x)
    arcsin(x)
    arcsinh(x)
    arctan(x)
    arctanh(x)
    argmax(x, axis=None, keepdims=False)
    argmin(x, axis=None, keepdims=False)
    argpartition(x, kth, axis=-1)
    argsort(x, axis=-1)
    array_split(x, indices_or_sections, axis=0)
    average(x, axis=None, weights=None)
    bitwise_and(x, y)
    bitwise_invert(x)
    bitwise_left_shift(x, y)
    bitwise_not(x)
    bitwise_or(x, y)
    bitwise_right_shift(x, y)
    bitwise_xor(x, y)
    broadcast_to(x, shape)
    cbrt(x)
    conj(x)
    conjugate(x)
    copy(x)
    cos(x)
    cosh(x)
    count_nonzero(x, axis=None)
    cross(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None)
    cumprod(x, axis=None, dtype=None)
    cumsum(x, axis=None, dtype=None)
    deg2rad(x)
    diag(x, k=0)
    diagflat(x, k=0)
    diagonal(x, offset=0, axis1=0, axis2=1)
    diff(a, n=1, axis=-1)
    digitize(x, bins)
    divide(x1, x2)
    dot(x1, x2)
    dsplit(x, indices_or_sections)
    dstack(xs)
    equal(x1, x2)
    exp(x)
    exp2(x)
    expand_dims(x, axis)
    expm1(x)
    fabs(x)
    flip(x, axis=None)
    fliplr(x)
    flipud(x)
    floor_divide(x1, x2)
    fmax(x1, x2)
    fmin(x1, x2)
    fmod(x1, x2)
    gcd(x1, x2)
    greater(x1, x2)
    greater_equal(x1, x2)
    heaviside(x1, x2)
    hsplit(x, indices_or_sections)
    hypot(x1, x2)
    i0(x)
    imag(x)
    inner(x1, x2)
    isclose(x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False)
    isfinite(x)
    isin(x1, x2, assume_unique=False, invert=False)
    isinf(x)
    isnan(x)
    isneginf(x)
    isposinf(x)
    isreal(x)
    kaiser(x, beta)
    kron(x1, x2)
    lcm(x1, x2)
    ldexp(x1, x2)
    left_shift(x, y)
    less(x1, x2)
    less_equal(x1, x2)
    log(x)
    log10(x)
    log1p(x)
    log2(x)
    logical_and(x1, x2)
    logical_not(x)
    logical_or(x1, x2)
    logical_xor(x1, x2)
    max(x, axis=None, keepdims=False, initial=None)
    maximum(x1, x2)
    mean(x, axis=None, keepdims=False)
    median(x, axis=None, keepdims=False)
    min(x, axis=None, keepdims=False, initial=None)
    minimum(x1, x2)
    mod(x1, x2)
    moveaxis(x, source, destination)
    multiply(x1, x2)
    nan_to_num(x, nan=0.0, posinf=None, neginf=None)
    nanargmax(x, axis=None, keepdims=False)
    nanargmin(x, axis=None, keepdims=False)
    nancumprod(x, axis=None, dtype=None)
    nancumsum(x, axis=None, dtype=None)
    nanmax(x, axis=None, keepdims=False)
    nanmean(x, axis=None, keepdims=False)
    nanmedian(x, axis=None, keepdims=False)
    nanmin(x, axis=None, keepdims=False)
    nanpercentile(x, q, axis=None, method='linear', keepdims=False)
    nanprod(x, axis=None, keepdims=False)
    nanquantile(x, q, axis=None, method='linear', keepdims=False)
    nanstd(x, axis=None, keepdims=False)
    nansum(x, axis=None, keepdims=False)
    nanvar(x, axis=None, keepdims=False)
    negative(x)
    nextafter(x1, x2)
    nonzero(x)
    not_equal(x1, x2)
    outer(x1, x2)
    percentile(x, q, axis=None, method='linear', keepdims=False)
    power(x1, x2)
    prod(x, axis=None, keepdims=False, dtype=None)
    ptp(x, axis=None, keepdims=False)
    quantile(x, q, axis=None, method='linear', keepdims=False)
    rad2deg(x)
    ravel(x)
    real(x)
    reciprocal(x)
    reshape(x, newshape)
    right_shift(x, y)
    roll(x, shift, axis=None)
    rot90(array, k=1, axes=(0, 1))
    searchsorted(sorted_sequence, values, side='left')
    select(condlist, choicelist, default=0)
    sign(x)
    signbit(x)
    sin(x)
    sinc(x)
    sinh(x)
    size(x)
    sort(x, axis=-1)
    split(x, indices_or_sections, axis=0)
    sqrt(x)
    square(x)
    squeeze(x, axis=None)
    std(x, axis=None, keepdims=False)
    subtract(x1, x2)
    sum(x, axis=None, keepdims=False)
    swapaxes(x, axis1, axis2)
    tan(x)
    tanh(x)
    tensordot(x1, x2, axes=2)
    tile(x, repeats)
    trace(x, offset=0, axis1=0, axis2=1)
    transpose(x, axes=None)
    trapezoid(y, x=None, dx=1.0, axis=-1)
    tril(x, k=0)
    triu(x, k=0)
    true_divide(x1, x2)
    trunc(x)
    unravel_index(indices, shape)
    vander(x, N=None, increasing=False)
    var(x, axis=None, keepdims=False)
    vdot(x1, x2)
    vsplit(x, indices_or_sections)
    zeros_like(x, dtype=None)
    ones_like(x, dtype=None)
    empty_like(x, dtype=None)
    full_like(x, fill_value, dtype=None)
    clip(x, x_min, x_max)
    concatenate(xs, axis=0)
    stack(x, axis=0)
    hstack(xs)
    vstack(xs)
""")
slogdet = declared("slogdet(x)", jnp.linalg)
globals().update(_FUNCTIONS)


# -- new arrays: floats are `floatx()` where no dtype is given


@lift
def array(x, dtype=None):
    """`x` as an array."""
    return jnp.asarray(x, None if dtype is None else standardize_dtype(dtype))


@lift
def arange(start, stop=None, step=None, dtype=None):
    """Numbers from `start` in steps of `step`, `stop` left out; with one argument from 0."""
    return jnp.arange(start, stop, step, dtype=None if dtype is None else standardize_dtype(dtype))


def zeros(shape, dtype=None):
    """Zeros."""
    return jnp.zeros(shape, standardize_dtype(dtype))


def ones(shape, dtype=None):
    """Ones."""
    return jnp.ones(shape, standardize_dtype(dtype))


def empty(shape, dtype=None):
    """Zeros: JAX has no arrays without values."""
    return jnp.empty(shape, standardize_dtype(dtype))


@lift
def full(shape, fill_value, dtype=None):
    """`fill_value` everywhere."""
    return jnp.full(shape, fill_value, standardize_dtype(dtype))


def eye(N, M=None, k=0, dtype=None):
    """Ones on diagonal `k`, zeros elsewhere."""
    return jnp.eye(N, M, k, standardize_dtype(dtype))


def identity(n, dtype=None):
    """The identity matrix."""
    return jnp.identity(n, standardize_dtype(dtype))


def tri(N, M=None, k=0, dtype=None):
    """Ones at and below diagonal `k`, zeros elsewhere."""
    return jnp.tri(N, M, k, standardize_dtype(dtype))


@lift
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` numbers at equal distances."""
    dtype = None if dtype is None else standardize_dtype(dtype)
    return jnp.linspace(start, stop, num, endpoint=endpoint, retstep=retstep, dtype=dtype, axis=axis)


@lift
def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """`base` to the power of `num` numbers at equal distances."""
    dtype = None if dtype is None else standardize_dtype(dtype)
    return jnp.logspace(start, stop, num, endpoint=endpoint, base=base, dtype=dtype, axis=axis)


@lift
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """`num` numbers, each the one before times a constant."""
    dtype = None if dtype is None else standardize_dtype(dtype)
    return jnp.geomspace(start, stop, num, endpoint=endpoint, dtype=dtype, axis=axis)


def _window(function: Any, x: Any) -> Any:
    return function(int(x)).astype(floatx())


@lift
def bartlett(x):
    """The Bartlett (triangular) window of `x` points."""
    return _window(jnp.bartlett, x)


@lift
def blackman(x):
    """The Blackman window of `x` points."""
    return _window(jnp.blackman, x)


@lift
def hamming(x):
    """The Hamming window of `x` points."""
    return _window(jnp.hamming, x)


@lift
def hanning(x):
    """The Hann window of `x` points."""
    return _window(jnp.hanning, x)


@lift
def meshgrid(*x, indexing="xy"):
    """Coordinates of a grid from the coordinates along its axes."""
    return jnp.meshgrid(*x, indexing=indexing)


# -- the rest, where arguments or results differ from JAX's


@lift
def bincount(x, weights=None, minlength=0, sparse=False):
    """How often each integer occurs (or the sum of its weights), in each row.

    Raises:
        ValueError: `sparse` is true: JAX has dense arrays only here.
    """
    if sparse:
        raise ValueError("bincount: `sparse=True` is not there: arrays are dense")
    x = jnp.asarray(x)
    if isinstance(x, jax.core.Tracer) and not minlength:
        raise ValueError("bincount inside a compiled program needs `minlength`, the number of integers to count")
    length = minlength
    if not isinstance(x, jax.core.Tracer) and x.size:
        length = builtins.max(int(jnp.max(x)) + 1, minlength)
    if x.ndim == 1:
        return jnp.bincount(x, weights=weights, length=length)
    rows = x.reshape(-1, x.shape[-1])
    if weights is None:
        counts = jax.vmap(lambda row: jnp.bincount(row, length=length))(rows)
    else:
        counted = jnp.reshape(weights, rows.shape)
        counts = jax.vmap(lambda row, w: jnp.bincount(row, weights=w, length=length))(rows, counted)
    return counts.reshape(*x.shape[:-1], length)


def _as_float(x: Any) -> Any:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(floatx())


def _full_precision(x: Any) -> Any:
    """A Python float as an array of `floatx()`, so that 16-bit floats beside it are promoted; the rest as it is."""
    return jnp.asarray(x, floatx()) if isinstance(x, float) else jnp.asarray(x)


@lift
def arctan2(x1, x2):
    """The angle of the points (x2, x1)."""
    return jnp.arctan2(_full_precision(x1), _full_precision(x2))


@lift
def logaddexp(x1, x2):
    """`log(exp(x1) + exp(x2))`, without overflow."""
    return jnp.logaddexp(_full_precision(x1), _full_precision(x2))


@lift
def logaddexp2(x1, x2):
    """`log2(2**x1 + 2**x2)`, without overflow."""
    return jnp.logaddexp2(_full_precision(x1), _full_precision(x2))


@lift
def round(x, decimals=0):
    """The nearest number with so many decimals; halves go to the even neighbour."""
    x = jnp.asarray(x)
    if decimals < 0 and jnp.issubdtype(x.dtype, jnp.integer):  # which JAX does not round
        return jnp.round(x.astype(floatx()), decimals).astype(x.dtype)
    return jnp.round(x, decimals)


@lift
def ceil(x):
    """The smallest integer that is not less, as a float."""
    return jnp.ceil(_as_float(x))


@lift
def floor(x):
    """The largest integer that is not more, as a float."""
    return jnp.floor(_as_float(x))


@lift
def corrcoef(x):
    """Pearson's correlation coefficients of the rows."""
    return jnp.corrcoef(_as_float(x))


@lift
def correlate(x1, x2, mode="valid"):
    """Cross-correlation of two sequences."""
    return jnp.correlate(x1, x2, mode=mode)


@lift
def divide_no_nan(x1, x2):
    """`x1 / x2`, and 0 where `x2` is 0; safe under gradients."""
    x1, x2 = jnp.asarray(x1), jnp.asarray(x2)
    is_zero = x2 == 0
    return jnp.where(is_zero, 0, jnp.divide(x1, jnp.where(is_zero, 1, x2)))


@lift
def einsum(subscripts, *operands, **kwargs):
    """Einstein's summation."""
    kwargs.setdefault("preferred_element_type", _sums_of_products(*operands))
    return jnp.einsum(subscripts, *operands, **kwargs)


@lift
def matmul(x1, x2):
    """The matrix product."""
    x1, x2 = jnp.asarray(x1), jnp.asarray(x2)
    return jnp.matmul(x1, x2, preferred_element_type=_sums_of_products(x1, x2))


def _sums_of_products(*operands: Any) -> Any:
    """int32 where all factors are int8, whose sums overflow; else None, which leaves it to JAX."""
    return jnp.int32 if {jnp.asarray(x).dtype.name for x in operands} == {"int8"} else None


@lift
def get_item(x, key):
    """`x[key]`."""
    return x[key]


@lift
def histogram(x, bins=10, range=None):
    """How many values fall into each of the bins, and the bins' edges."""
    return jnp.histogram(x, bins=bins, range=range)


@lift
def ndim(x):
    """The number of axes."""
    return jnp.ndim(x)


@lift
def pad(x, pad_width, mode="constant", constant_values=None):
    """Values before and after each axis.

    Raises:
        ValueError: `constant_values` with another mode than "constant".
    """
    if mode != "constant":
        if constant_values is not None:
            raise ValueError(f"pad: `constant_values` goes with mode='constant', not {mode!r}")
        return jnp.pad(x, pad_width, mode=mode)
    return jnp.pad(x, pad_width, constant_values=0 if constant_values is None else constant_values)


@lift
def repeat(x, repeats, axis=None):
    """Each entry along an axis so many times, or the number of times that `repeats` lists for it."""
    return jnp.repeat(jnp.asarray(x), np.asarray(repeats) if isinstance(repeats, (list, tuple)) else repeats, axis=axis)


@lift
def take_along_axis(x, indices, axis=None):
    """Entries of `x` along an axis by number, numbers of their own for every place along the other axes."""
    return jnp.take_along_axis(jnp.asarray(x), jnp.asarray(indices), axis=axis)


@lift
def take(x, indices, axis=None):
    """Entries of `x` along an axis by number; negative numbers count from the end."""
    return jnp.take(jnp.asarray(x), jnp.asarray(indices), axis=axis)


@lift
def unique(x, sorted=True, return_index=False, return_inverse=False, return_counts=False, axis=None, size=None,
           fill_value=None):  # fmt: skip
    """The different values, always sorted, every NaN one of its own; inside compiled programs `size` says how many."""
    more = {"return_index": return_index, "return_inverse": return_inverse, "return_counts": return_counts}
    return jnp.unique(x, axis=axis, equal_nan=False, size=size, fill_value=fill_value, **more)


def vectorize(pyfunc, *, excluded=None, signature=None):
    """A function of single entries made to work on whole arrays."""
    return lift(jnp.vectorize(pyfunc, excluded=frozenset(excluded or ()), signature=signature))


@lift
def view(x, dtype=None):
    """The same bits read as another dtype."""
    return jnp.asarray(x).view(None if dtype is None else standardize_dtype(dtype))


@lift
def where(condition, x1=None, x2=None):
    """`x1` where the condition holds, else `x2`; with the condition alone, the places where it holds."""
    return jnp.where(condition) if x1 is None or x2 is None else jnp.where(condition, x1, x2)


__all__ = [
    *_FUNCTIONS, "arange", "arctan2", "array", "bartlett", "bincount", "blackman", "ceil", "corrcoef", "correlate",
    "divide_no_nan", "einsum", "empty", "eye", "floor", "full", "geomspace", "get_item", "hamming", "hanning",
    "histogram", "identity", "linspace", "logaddexp", "logaddexp2", "logspace", "matmul", "meshgrid", "ndim", "ones",
    "pad", "repeat", "round", "slogdet", "take", "take_along_axis", "tri", "unique", "vectorize", "view", "where",
    "zeros",
]  # fmt: skip
