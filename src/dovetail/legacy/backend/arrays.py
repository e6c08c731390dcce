"""Functions of arrays: elementwise, over axes, products, and other orders and shapes."""

import builtins
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.dtypes import floatx, standardize_dtype
from ...engine.errors import ShapeError, format_shape
from ..releases import current_release
from .lifting import as_shape, lifted

# releases on TensorFlow whose batch_dot of more than 3 axes is a product of matrices
MATMUL_RELEASES = ("1.2.2", "2.0.9", "2.2.4", "2.2.4-tf")


def _float(x: Any) -> Any:
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(floatx())


def _array(x: Any) -> Any:
    """Lists as arrays; numbers stay, and take the dtype of what is beside them."""
    return jnp.asarray(x) if isinstance(x, (list, tuple)) else x


def _axes(axis: Any) -> Any:
    if isinstance(axis, (list, tuple, np.ndarray)):
        return tuple(int(a) for a in axis)
    return None if axis is None else int(axis)


# -- entry by entry


@lifted
def cast(x, dtype):
    """`x` in another dtype."""
    return jnp.asarray(x).astype(standardize_dtype(dtype))


@lifted
def square(x):
    """`x * x`."""
    return jnp.square(_array(x))


@lifted
def abs(x):
    """The absolute value."""
    return jnp.abs(jnp.asarray(x))


@lifted
def sqrt(x):
    """The square root; negative numbers count as 0."""
    return jnp.sqrt(jnp.maximum(_float(x), 0.0))


@lifted
def exp(x):
    """e to the power of `x`."""
    return jnp.exp(_float(x))


@lifted
def log(x):
    """The natural logarithm."""
    return jnp.log(_float(x))


@lifted
def round(x):
    """The nearest integer; halves go to the even one."""
    return jnp.round(_array(x))


@lifted
def sign(x):
    """-1, 0 or 1."""
    return jnp.sign(_array(x))


@lifted
def pow(x, a):
    """`x` to the power of `a`."""
    return jnp.power(_array(x), _array(a))


@lifted
def clip(x, min_value, max_value):
    """`x` brought to between two numbers; None is no limit, and a maximum below the minimum counts as the minimum."""
    if isinstance(min_value, (int, float)) and isinstance(max_value, (int, float)):
        max_value = builtins.max(min_value, max_value)
    return jnp.clip(jnp.asarray(x), min_value, max_value)


@lifted
def equal(x, y):
    return jnp.equal(_array(x), _array(y))


@lifted
def not_equal(x, y):
    return jnp.not_equal(_array(x), _array(y))


@lifted
def greater(x, y):
    return jnp.greater(_array(x), _array(y))


@lifted
def greater_equal(x, y):
    return jnp.greater_equal(_array(x), _array(y))


@lifted
def less(x, y):
    return jnp.less(_array(x), _array(y))


@lifted
def less_equal(x, y):
    return jnp.less_equal(_array(x), _array(y))


lesser, lesser_equal = less, less_equal  # as Keras 1 called them


@lifted
def maximum(x, y):
    """The larger of two, entry by entry."""
    return jnp.maximum(_array(x), _array(y))


@lifted
def minimum(x, y):
    """The smaller of two, entry by entry."""
    return jnp.minimum(_array(x), _array(y))


@lifted
def sin(x):
    return jnp.sin(_float(x))


@lifted
def cos(x):
    return jnp.cos(_float(x))


@lifted
def identity(x, name=None):
    """`x`."""
    return jnp.asarray(x)


@lifted
def stop_gradient(variables):
    """The same values, through which no gradient flows; of one array or a list of them."""
    return jax.tree.map(lambda x: jax.lax.stop_gradient(jnp.asarray(x)), variables)


@lifted
def print_tensor(x, message=""):
    """`x`, printed with a message whenever it is computed."""
    jax.debug.print(message.replace("{", "{{").replace("}", "}}") + "{x}", x=x)
    return jnp.asarray(x)


# -- over axes


@lifted
def max(x, axis=None, keepdims=False):
    """The largest value over axes."""
    return jnp.max(jnp.asarray(x), _axes(axis), keepdims=keepdims)


@lifted
def min(x, axis=None, keepdims=False):
    """The smallest value over axes."""
    return jnp.min(jnp.asarray(x), _axes(axis), keepdims=keepdims)


@lifted
def sum(x, axis=None, keepdims=False):
    """The sum over axes."""
    return jnp.sum(jnp.asarray(x), _axes(axis), keepdims=keepdims)


@lifted
def prod(x, axis=None, keepdims=False):
    """The product over axes."""
    return jnp.prod(jnp.asarray(x), _axes(axis), keepdims=keepdims)


@lifted
def cumsum(x, axis=0):
    """Running sums along an axis."""
    return jnp.cumsum(jnp.asarray(x), axis)


@lifted
def cumprod(x, axis=0):
    """Running products along an axis."""
    return jnp.cumprod(jnp.asarray(x), axis)


@lifted
def mean(x, axis=None, keepdims=False):
    """The mean over axes, as a float."""
    return jnp.mean(_float(x), _axes(axis), keepdims=keepdims)


@lifted
def var(x, axis=None, keepdims=False):
    """The (biased) variance over axes."""
    return jnp.var(_float(x), _axes(axis), keepdims=keepdims)


@lifted
def std(x, axis=None, keepdims=False):
    """The (biased) standard deviation over axes."""
    return jnp.std(_float(x), _axes(axis), keepdims=keepdims)


@lifted
def logsumexp(x, axis=None, keepdims=False):
    """`log(sum(exp(x)))`, without overflow."""
    return jax.nn.logsumexp(_float(x), _axes(axis), keepdims=keepdims)


@lifted
def any(x, axis=None, keepdims=False):
    """Whether any value is not 0."""
    return jnp.any(jnp.asarray(x).astype(bool), _axes(axis), keepdims=keepdims)


@lifted
def all(x, axis=None, keepdims=False):
    """Whether no value is 0."""
    return jnp.all(jnp.asarray(x).astype(bool), _axes(axis), keepdims=keepdims)


@lifted
def argmax(x, axis=-1):
    """Where the largest value along an axis is."""
    return jnp.argmax(jnp.asarray(x), axis)


@lifted
def argmin(x, axis=-1):
    """Where the smallest value along an axis is."""
    return jnp.argmin(jnp.asarray(x), axis)


# -- products


@lifted
def dot(x, y):
    """The product over the last axis of `x` and the last but one of `y`: (..., n) and (..., n, m)."""
    x, y = jnp.asarray(x), jnp.asarray(y)
    if x.ndim == 0 or y.ndim == 0:
        return x * y
    return jnp.tensordot(x, y, axes=[[x.ndim - 1], [builtins.max(y.ndim - 2, 0)]])


@lifted
def batch_dot(x, y, axes=None):
    """The product of each sample's arrays over one axis of each.

    Args:
        axes: the two axes, one number for both, or None: the last of `x`, and the last but one of `y` (the last of a
            matrix).

    Shapes:
        output: the axes of `x` without its one, then those of `y` without batch and its one; (batch, 1) instead of
            (batch,)

    Raises:
        ShapeError: the axes differ in size, are the batch axis, or an array has no axis but that.
    """
    x, y = jnp.asarray(x), jnp.asarray(y)
    if x.ndim < 2 or y.ndim < 2:
        raise ShapeError(f"K.batch_dot needs arrays of at least 2 axes; got {x.shape} and {y.shape}")
    if axes is None:
        axes = (x.ndim - 1, y.ndim - 1 if y.ndim == 2 else y.ndim - 2)
    first, second = (axes, axes) if isinstance(axes, (int, np.integer)) else axes
    first, second = int(first) % x.ndim, int(second) % y.ndim
    if 0 in (first, second):
        raise ShapeError("K.batch_dot cannot contract the batch axis (0); use K.dot, or sum the product yourself")
    release = current_release()
    is_matmul = release.version in MATMUL_RELEASES and release.backend == "tensorflow"
    if is_matmul and builtins.max(x.ndim, y.ndim) > 3:
        return _matmul(x, y, first, second)
    if x.shape[first] != y.shape[second]:
        raise ShapeError(
            f"K.batch_dot: axis {first} of {format_shape(x.shape)} and axis {second} of {format_shape(y.shape)} differ"
        )
    out = jax.lax.dot_general(x, y, (((first,), (second,)), ((0,), (0,))))
    return out[:, None] if out.ndim == 1 else out


def _matmul(x, y, first, second):
    """TensorFlow's product of the last two axes, where the array with fewer axes got axes of size 1 behind its own."""
    ndim = builtins.max(x.ndim, y.ndim)
    added = y.ndim - x.ndim
    left = x.reshape(*x.shape, *[1] * (ndim - x.ndim))
    right = y.reshape(*y.shape, *[1] * (ndim - y.ndim))
    left = left if first == ndim - 1 else left.swapaxes(-1, -2)
    right = right.swapaxes(-1, -2) if second == ndim - 1 else right
    out = left @ right
    start = x.ndim - 1 if added > 0 else y.ndim
    return jnp.squeeze(out, tuple(range(start, start + builtins.abs(added))))


@lifted
def transpose(x):
    """The axes in reverse order."""
    return jnp.transpose(jnp.asarray(x))


@lifted
def gather(reference, indices):
    """Entries of the first axis by number."""
    return jnp.take(jnp.asarray(reference), jnp.asarray(indices).astype("int32"), axis=0)


@lifted
def one_hot(indices, num_classes=None, nb_classes=None):
    """1 at the place of each class number, 0 elsewhere; `nb_classes` is Keras 1's name of `num_classes`."""
    count: Any = nb_classes if num_classes is None else num_classes
    return jax.nn.one_hot(jnp.asarray(indices).astype("int32"), int(count), dtype=floatx())


# -- other shapes and orders


@lifted
def concatenate(tensors, axis=-1):
    """Arrays joined along an axis."""
    return jnp.concatenate([jnp.asarray(tensor) for tensor in tensors], axis)


@lifted
def stack(x, axis=0):
    """Arrays of one shape on a new axis."""
    return jnp.stack([jnp.asarray(part) for part in x], axis)


pack = stack  # as Keras 1.0 called it


@lifted
def reshape(x, shape):
    """`x` in another shape; one axis may be -1, or None."""
    wanted = np.asarray(shape) if isinstance(shape, jax.Array) else shape
    return jnp.reshape(jnp.asarray(x), [-1 if size is None else int(size) for size in np.atleast_1d(wanted)])


@lifted
def permute_dimensions(x, pattern):
    """The axes in the order of `pattern`."""
    return jnp.transpose(jnp.asarray(x), [int(axis) for axis in pattern])


@lifted
def repeat_elements(x, rep, axis):
    """Each entry along an axis, `rep` times."""
    return jnp.repeat(jnp.asarray(x), int(rep), axis)


@lifted
def repeat(x, n):
    """Each row `n` times: (batch, features) -> (batch, n, features)."""
    x = jnp.asarray(x)
    if x.ndim != 2:
        raise ShapeError(f"K.repeat takes (batch, features); got {format_shape(x.shape)}")
    return jnp.repeat(x[:, None], int(n), axis=1)


@lifted
def arange(start, stop=None, step=1, dtype="int32"):
    """Numbers from `start` in steps of `step`, `stop` left out; with one argument from 0, at least 0 of them."""
    if stop is None:
        start, stop = 0, builtins.max(0, start)
    return jnp.arange(start, stop, step, standardize_dtype(dtype))


@lifted
def tile(x, n):
    """`x` repeated as a whole, so many times along each axis."""
    return jnp.tile(jnp.asarray(x), as_shape(n))


@lifted
def flatten(x):
    """All values on one axis."""
    return jnp.ravel(jnp.asarray(x))


@lifted
def batch_flatten(x):
    """All axes but the first as one."""
    x = jnp.asarray(x)
    return jnp.reshape(x, (x.shape[0], int(np.prod(x.shape[1:]))))


def expand_dims(x, axis=-1, dim=None):
    """A new axis of size 1; `dim` is Keras 1's name of `axis`."""
    return _expand_dims(x, axis if dim is None else dim)


@lifted
def _expand_dims(x, axis):
    return jnp.expand_dims(jnp.asarray(x), _axes(axis))


@lifted
def squeeze(x, axis):
    """`x` without an axis of size 1."""
    return jnp.squeeze(jnp.asarray(x), _axes(axis))


@lifted
def reverse(x, axes):
    """The entries along axes in reverse order."""
    return jnp.flip(jnp.asarray(x), _axes(axes))


@lifted
def slice(x, start, size):
    """The part that begins at `start` and has this size along each axis; -1 is all that is left."""
    x = jnp.asarray(x)
    sizes = [whole - s if n == -1 and not isinstance(s, jax.core.Tracer) else int(n)
             for n, s, whole in zip(size, start, x.shape, strict=True)]  # fmt: skip
    return jax.lax.dynamic_slice(x, [jnp.asarray(s, "int32") for s in start], sizes)


def pattern_broadcast(x, pattern):
    """`x`: arrays broadcast by their shapes; Theano had to be told."""
    return x


__all__ = [
    "abs", "all", "any", "arange", "argmax", "argmin", "batch_dot", "batch_flatten", "cast", "clip", "concatenate",
    "cos", "cumprod", "cumsum", "dot", "equal", "exp", "expand_dims", "flatten", "gather", "greater", "greater_equal",
    "identity", "less", "less_equal", "lesser", "lesser_equal", "log", "logsumexp", "max", "maximum", "mean", "min",
    "minimum", "not_equal", "one_hot", "pack", "pattern_broadcast", "permute_dimensions", "pow", "print_tensor", "prod",
    "repeat", "repeat_elements", "reshape", "reverse", "round", "sign", "sin", "slice", "sqrt", "square", "squeeze",
    "stack", "std", "stop_gradient", "sum", "tile", "transpose", "var",
]  # fmt: skip
