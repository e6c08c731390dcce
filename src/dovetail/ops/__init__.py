"""`keras.ops`: functions of arrays that take symbolic tensors and variables too.

A function is one entry of a table: what JAX calls it, under the name that Keras gives it.
"""

import jax
import jax.numpy as jnp

from ..engine.operation import lift

_FROM_NUMPY = """
    abs absolute add all amax amin any append arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh
    argmax argmin argsort array average bincount broadcast_to ceil clip concatenate conj copy cos cosh
    count_nonzero cross cumprod cumsum diag diagonal diff digitize divide dot einsum empty equal exp
    expand_dims expm1 eye flip floor floor_divide full full_like greater greater_equal hstack identity imag
    isclose isfinite isinf isnan less less_equal linspace log log10 log1p log2 logaddexp logical_and
    logical_not logical_or logspace matmul max maximum mean median meshgrid min minimum mod moveaxis multiply
    nan_to_num negative nonzero not_equal ones ones_like outer pad power prod quantile ravel real reciprocal
    repeat reshape roll round sign sin sinh size sort split sqrt square squeeze stack std subtract sum swapaxes take
    take_along_axis tan tanh tensordot tile trace transpose tri tril triu true_divide vdot var vstack where
    zeros zeros_like
""".split()
_FROM_NN = """
    celu elu gelu glu hard_sigmoid hard_silu hard_tanh leaky_relu log_softmax one_hot relu relu6 selu sigmoid
    silu soft_sign softmax softplus
""".split()
for _name in _FROM_NUMPY:
    globals()[_name] = lift(getattr(jnp, _name))
for _name in _FROM_NN:
    globals()[_name] = lift(getattr(jax.nn, _name))
softsign = globals().pop("soft_sign")
norm = lift(jnp.linalg.norm)
rsqrt = lift(jax.lax.rsqrt)
stop_gradient = lift(jax.lax.stop_gradient)
erf = lift(jax.scipy.special.erf)
logsumexp = lift(jax.scipy.special.logsumexp)


@lift
def cast(x, dtype):
    """`x` in another dtype."""
    return jnp.asarray(x, dtype)


@lift
def convert_to_tensor(x, dtype=None):
    """`x` as an array."""
    return jnp.asarray(x, dtype)


def convert_to_numpy(x):
    """`x` as a NumPy array."""
    return jax.device_get(x.value if hasattr(x, "value") else x)


def shape(x):
    """The shape of `x`, None for an open axis."""
    return tuple(x.shape)


__all__ = sorted(
    {*_FROM_NUMPY, *_FROM_NN, "softsign", "norm", "rsqrt", "stop_gradient", "erf", "logsumexp", "cast",
     "convert_to_tensor", "convert_to_numpy", "shape"} - {"soft_sign"}
)  # fmt: skip
