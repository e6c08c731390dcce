"""`keras.utils.theano_utils`: variables and symbolic tensors, as Keras before 0.3 made them."""

from typing import Any

import numpy as np

from .. import backend, theano


def on_gpu() -> bool:
    return False


def floatX(X: Any) -> np.ndarray:
    """An array of the default floating type."""
    return np.asarray(X, backend.floatx())


def sharedX(X: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable with this value."""
    return theano.shared(np.asarray(X, dtype or backend.floatx()), name=name)


def shared_zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of zeros."""
    return sharedX(np.zeros(shape), dtype, name)


def shared_ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of ones."""
    return sharedX(np.ones(shape), dtype, name)


def shared_scalar(val: float = 0.0, dtype: Any = None, name: str | None = None) -> Any:
    """A variable with one number."""
    return sharedX(val, dtype, name)


def alloc_zeros_matrix(*dims: Any) -> Any:
    """Zeros of this shape."""
    return theano.tensor.zeros(dims)


def ndim_tensor(ndim: int) -> Any:
    """A symbolic tensor with so many axes."""
    return backend.placeholder(ndim=ndim)


__all__ = [
    "alloc_zeros_matrix",
    "floatX",
    "ndim_tensor",
    "on_gpu",
    "sharedX",
    "shared_ones",
    "shared_scalar",
    "shared_zeros",
]
