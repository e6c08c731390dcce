"""Linear algebra."""

import jax
import jax.numpy as jnp
import jax.scipy.linalg

from ..engine.dtypes import floatx
from ..engine.operation import lift
from .table import declare

_FUNCTIONS = declare(
    """
    det(x)
    eig(x)
    inv(x)
    matrix_rank(x, tol=None)
    svd(x, full_matrices=True, compute_uv=True)
    qr(x, mode='reduced')
    """,
    jnp.linalg,
)
globals().update(_FUNCTIONS)


def _as_float(x):
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(floatx())


@lift
def cholesky(x, upper=False):
    """The triangular matrix whose product with its transpose is `x`; NaN where `x` is not positive definite."""
    return jnp.linalg.cholesky(_as_float(x), upper=upper)


@lift
def cholesky_inverse(x, upper=False):
    """The inverse of the matrix whose Cholesky factor is `x`."""
    identity = jnp.broadcast_to(jnp.eye(x.shape[-1], dtype=x.dtype), x.shape)
    factor = jax.scipy.linalg.solve_triangular(x, identity, lower=not upper)
    transposed = jnp.swapaxes(factor, -1, -2)
    return factor @ transposed if upper else transposed @ factor


@lift
def eigh(x):
    """Eigenvalues and eigenvectors of symmetric matrices, in rising order."""
    return tuple(jnp.linalg.eigh(_as_float(x)))


@lift
def logdet(x):
    """The logarithm of the determinant."""
    return jnp.linalg.slogdet(_as_float(x))[1]


@lift
def lstsq(a, b, rcond=None):
    """The least-squares solution of `a @ x = b`."""
    return jnp.linalg.lstsq(_as_float(a), _as_float(b), rcond=rcond)[0]


@lift
def lu_factor(x):
    """The LU decomposition, packed in one matrix, and the pivots."""
    return tuple(jax.scipy.linalg.lu_factor(_as_float(x)))


@lift
def norm(x, ord=None, axis=None, keepdims=False):
    """A norm of vectors or matrices."""
    return jnp.linalg.norm(_as_float(x), ord=ord, axis=axis, keepdims=keepdims)


@lift
def pinv(x, rcond=None):
    """The pseudo-inverse."""
    return jnp.linalg.pinv(_as_float(x), rtol=rcond)


@lift
def solve(a, b):
    """The solution of `a @ x = b`."""
    a, b = _as_float(a), _as_float(b)
    if b.ndim == a.ndim - 1:  # a vector for each matrix
        return jnp.linalg.solve(a, b[..., None])[..., 0]
    return jnp.linalg.solve(a, b)


@lift
def solve_triangular(a, b, lower=False):
    """The solution of `a @ x = b` for a triangular `a`."""
    a, b = _as_float(a), _as_float(b)
    if b.ndim == a.ndim - 1:
        return jax.scipy.linalg.solve_triangular(a, b[..., None], lower=lower)[..., 0]
    return jax.scipy.linalg.solve_triangular(a, b, lower=lower)


def jvp(fun, primals, tangents, has_aux=False):
    """Value and directional derivative of `fun`, forward; see `jax.jvp`."""
    from .kernels.plain import plain_kernels

    with plain_kernels():
        return jax.jvp(fun, tuple(primals), tuple(tangents), has_aux=has_aux)


__all__ = [
    *_FUNCTIONS, "cholesky", "cholesky_inverse", "eigh", "jvp", "logdet", "lstsq", "lu_factor", "norm", "pinv", "solve",
    "solve_triangular",
]  # fmt: skip
