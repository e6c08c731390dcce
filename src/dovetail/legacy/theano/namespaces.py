"""The modules inside `theano`, as tables of names."""

from typing import Any

from ..backend import arrays, randoms
from ..backend.lifting import as_shape
from ..tensorflow.namespaces import Names
from ..tensorflow.refused import place
from . import tensor


class RandomStreams:
    """Random arrays, drawn anew at each run.

    Args:
        seed: of the draws; None takes NumPy's generator along.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any):
        self.seed_ = None if seed is None else int(seed)
        self._calls = 0

    def seed(self, seed: int | None = None) -> None:
        self.seed_, self._calls = seed, 0

    def _next(self) -> int | None:
        self._calls += 1
        return None if self.seed_ is None else (self.seed_ + self._calls) % 2**31

    def normal(self, size: Any = (), avg: Any = 0.0, std: Any = 1.0, ndim: Any = None, dtype: Any = None, **_: Any):
        return randoms.random_normal(_sizes(size), avg, std, dtype=dtype, seed=self._next())

    def uniform(self, size: Any = (), low: Any = 0.0, high: Any = 1.0, ndim: Any = None, dtype: Any = None, **_: Any):
        return randoms.random_uniform(_sizes(size), low, high, dtype=dtype, seed=self._next())

    def binomial(self, size: Any = (), n: int = 1, p: Any = 0.5, ndim: Any = None, dtype: Any = None, prob: Any = None):
        if n != 1:
            raise NotImplementedError("binomial draws are of one trial here: sum several")
        return randoms.random_binomial(_sizes(size), p if prob is None else prob, seed=self._next())


def _sizes(size: Any) -> Any:
    return size if hasattr(size, "node") else as_shape(size)


def _ifelse(condition: Any, then_branch: Any, else_branch: Any, name: str | None = None) -> Any:
    return tensor._FUNCTIONS["switch"](condition, then_branch, else_branch)


class Print:
    """Prints what passes through."""

    def __init__(self, message: str = "", attrs: Any = (), **kwargs: Any):
        self.message = message

    def __call__(self, x: Any) -> Any:
        return arrays.print_tensor(x, self.message)


def use(*args: Any, **kwargs: Any) -> None:
    """JAX finds devices by itself."""


of_nnet = Names({**tensor.nnet_functions, "conv": tensor.nnet.conv, "nnet": tensor.nnet.nnet})
of_signal = Names(vars(tensor.signal))
of_pool = Names({"pool_2d": tensor.pool_2d, "max_pool_2d": tensor.pool_2d})
of_extra_ops = Names(vars(tensor.extra_ops))
of_random = Names({"RandomStreams": RandomStreams, "MRG_RandomStreams": RandomStreams})
of_ifelse = Names({"ifelse": _ifelse})
of_gradient = Names(
    dict.fromkeys(("disconnected_grad", "zero_grad", "consider_constant"), arrays.stop_gradient)
    | {"grad": tensor.grad, "DisconnectedType": type(None)}
)
of_printing = Names({"Print": Print, "debugprint": lambda *args, **kwargs: None, "pp": str, "pydotprint": use})
of_sandbox = Names({"cuda_enabled": False, "cuda_available": False, "use": use, "dnn_available": lambda: False})
of_compile = Names({"get_default_mode": lambda: _Mode()})
of_top = Names({"Mode": lambda *args, **kwargs: _Mode()})


class _Mode:
    def including(self, *tags: str) -> "_Mode":
        return self

    excluding = including


_INSTEAD = (
    "models are trained by `compile` and `fit` here; write functions with `keras.backend` (K.function, K.gradients, "
    "K.sum, ...), or with jax.numpy in a `Lambda` or a layer's `call`"
)


def missing(release: Any, name: str) -> Any:
    """A name of Theano that nothing answers for."""
    if name.startswith("_"):
        raise AttributeError(name)
    raise NotImplementedError(f"{place()}theano has no {name!r} here: {_INSTEAD}")


missing.names = ()  # type: ignore[attr-defined]
