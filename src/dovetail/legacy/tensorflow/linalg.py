"""`tf.linalg`."""

from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.linalg

from .arrays import TABLE as ARRAYS
from .math import _FUNCTIONS as MATH
from .math import ON_TOP, _global_norm, _norm
from .table import array, floating, functions


def _band_part(input: Any, num_lower: Any, num_upper: Any) -> Any:
    x = array(input)
    rows, columns = jnp.arange(x.shape[-2])[:, None], jnp.arange(x.shape[-1])[None]
    kept = ((num_lower < 0) | (rows - columns <= num_lower)) & ((num_upper < 0) | (columns - rows <= num_upper))
    return jnp.where(kept, x, jnp.zeros((), x.dtype))


def _diag(diagonal: Any) -> Any:
    x = array(diagonal)
    return x[..., None] * jnp.eye(x.shape[-1], dtype=x.dtype)


def _set_diag(input: Any, diagonal: Any) -> Any:
    x = array(input)
    count = jnp.arange(min(x.shape[-2:]))
    return x.at[..., count, count].set(array(diagonal))


def _svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True) -> Any:
    if not compute_uv:
        return jnp.linalg.svd(floating(tensor), compute_uv=False)
    u, s, v = jnp.linalg.svd(floating(tensor), full_matrices=full_matrices)
    return s, u, jnp.swapaxes(jnp.conj(v), -1, -2)


def _solve(matrix: Any, rhs: Any, adjoint: bool = False) -> Any:
    matrix = floating(matrix)
    return jnp.linalg.solve(jnp.swapaxes(jnp.conj(matrix), -1, -2) if adjoint else matrix, floating(rhs))


def _triangular_solve(matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False) -> Any:
    trans = "C" if adjoint else "N"
    return jax.scipy.linalg.solve_triangular(floating(matrix), floating(rhs), lower=lower, trans=trans)


TABLE: dict[str, Any] = {
    "adjoint": lambda matrix: jnp.swapaxes(jnp.conj(array(matrix)), -1, -2),
    "band_part": _band_part,
    "cholesky": lambda input: jnp.linalg.cholesky(floating(input)),
    "cross": lambda a, b: jnp.cross(array(a), array(b)),
    "det": lambda input: jnp.linalg.det(floating(input)),
    "diag": _diag,
    "diag_part": lambda input: jnp.diagonal(array(input), axis1=-2, axis2=-1),
    "eigh": lambda tensor: tuple(jnp.linalg.eigh(floating(tensor))),
    "eigvalsh": lambda tensor: jnp.linalg.eigvalsh(floating(tensor)),
    "expm": lambda input: jax.scipy.linalg.expm(floating(input)),
    "eye": ARRAYS["eye"],
    "global_norm": lambda t_list: _global_norm(t_list),
    "inv": lambda input, adjoint=False: jnp.linalg.inv(floating(input)),
    "logdet": lambda matrix: jnp.linalg.slogdet(floating(matrix))[1],
    "lstsq": lambda matrix, rhs, l2_regularizer=0.0, fast=True: jnp.linalg.lstsq(floating(matrix), floating(rhs))[0],
    "matvec": lambda a, b, transpose_a=False: jnp.einsum(
        "...ji,...j->...i" if transpose_a else "...ij,...j->...i", array(a), array(b)
    ),
    "norm": lambda tensor, ord="euclidean", axis=None, keepdims=False: _norm(tensor, ord, axis, keepdims),
    "normalize": lambda tensor, ord="euclidean", axis=None: (
        floating(tensor) / _norm(tensor, ord, axis, True),
        _norm(tensor, ord, axis, True),
    ),
    "pinv": lambda a, rcond=None: jnp.linalg.pinv(floating(a), rtol=rcond),
    "qr": lambda input, full_matrices=False: tuple(
        jnp.linalg.qr(floating(input), mode="complete" if full_matrices else "reduced")
    ),
    "set_diag": _set_diag,
    "slogdet": lambda input: tuple(jnp.linalg.slogdet(floating(input))),
    "solve": _solve,
    "svd": _svd,
    "tensor_diag": lambda diagonal: jnp.diag(array(diagonal)),
    "tensor_diag_part": lambda input: jnp.diagonal(array(input)),
    "trace": lambda x: jnp.trace(array(x), axis1=-2, axis2=-1),
    "triangular_solve": _triangular_solve,
}
TABLE["matrix_transpose"] = lambda a, conjugate=False: jnp.swapaxes(array(a), -1, -2)
_FUNCTIONS = functions(TABLE)
globals().update(_FUNCTIONS)
l2_normalize = MATH["l2_normalize"]
matmul, tensordot, einsum = (ON_TOP[name] for name in ("matmul", "tensordot", "einsum"))
# names of these in `tf`
ON_TOP_OF_TF = {
    "trace": _FUNCTIONS["trace"], "matrix_band_part": _FUNCTIONS["band_part"], "cholesky": _FUNCTIONS["cholesky"],
    "matrix_inverse": _FUNCTIONS["inv"], "matrix_determinant": _FUNCTIONS["det"], "svd": _FUNCTIONS["svd"],
    "diag": _FUNCTIONS["tensor_diag"], "diag_part": _FUNCTIONS["tensor_diag_part"], "qr": _FUNCTIONS["qr"],
    "matrix_diag": _FUNCTIONS["diag"], "matrix_diag_part": _FUNCTIONS["diag_part"], "cross": _FUNCTIONS["cross"],
    "matrix_set_diag": _FUNCTIONS["set_diag"], "matrix_solve": _FUNCTIONS["solve"],
    "matrix_transpose": _FUNCTIONS["matrix_transpose"], "self_adjoint_eig": _FUNCTIONS["eigh"],
}  # fmt: skip
__all__ = [*_FUNCTIONS, "einsum", "l2_normalize", "matmul", "tensordot"]
