"""Control flow, functions, scopes, checks and printing."""

import builtins
import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.tensor import KerasTensor
from ...engine.variable import Variable
from ..backend import functions as backend_functions
from ..backend import recurrent
from ..backend.lifting import lifted, resolve
from ..backend.modes import in_call
from ..backend.phase import _select
from .table import array


def cond(
    pred: Any, true_fn: Any = None, false_fn: Any = None, name: str | None = None, fn1: Any = None, fn2: Any = None,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """What `true_fn()` returns where `pred` holds, else what `false_fn()` returns."""
    true_fn, false_fn = true_fn or fn1, false_fn or fn2
    if isinstance(pred, KerasTensor) and not in_call():
        return _select(pred, true_fn(), false_fn())
    pred = resolve(pred)
    if not isinstance(pred, jax.core.Tracer):
        return true_fn() if bool(pred) else false_fn()
    return jax.lax.cond(jnp.reshape(pred, ()).astype(bool), lambda: _values(true_fn()), lambda: _values(false_fn()))


def _values(tree: Any) -> Any:
    return jax.tree.map(lambda x: array(resolve(x)), tree)


def case(
    pred_fn_pairs: Any, default: Any = None, exclusive: bool = False, strict: bool = False, name: Any = None
) -> Any:
    """What the function of the first condition that holds returns, else the default's."""
    pairs = list(pred_fn_pairs.items() if hasattr(pred_fn_pairs, "items") else pred_fn_pairs)
    (pred, function), rest = pairs[0], pairs[1:]
    if not rest and default is None:
        return function()
    return cond(pred, function, default if not rest else lambda: case(rest, default))


def switch_case(branch_index: Any, branch_fns: Any, default: Any = None, name: str | None = None) -> Any:
    """What the function of this number returns, the default's (or the last one's) for others."""
    branches = dict(branch_fns if not callable(next(iter(branch_fns), None)) else enumerate(branch_fns))
    last = default or branches[max(branches)]
    pairs = [(lambda key=key: key, branch) for key, branch in branches.items()]
    index = resolve(branch_index)
    return case([(index == key(), branch) for key, branch in pairs], last)


def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, shape_invariants: Any = None,
    parallel_iterations: int = 10, back_prop: bool = True, swap_memory: bool = False, maximum_iterations: Any = None,
    name: str | None = None,
) -> Any:  # fmt: skip
    """`loop_vars = body(*loop_vars)` as long as `cond(*loop_vars)` holds.

    Gradients go through with `maximum_iterations`.
    """
    return _while(cond, body, loop_vars, maximum_iterations)


@lifted
def _while(cond: Any, body: Any, loop_vars: Any, maximum: Any) -> Any:
    start = builtins.tuple(jax.tree.map(array, value) for value in loop_vars)

    def goes_on(state: Any) -> Any:
        return jnp.reshape(cond(*state), ()).astype(bool)

    def step(state: Any) -> Any:
        new = body(*state)
        new = builtins.tuple(new) if isinstance(new, (builtins.tuple, list)) else (new,)
        return jax.tree.map(lambda old, x: jnp.asarray(x, old.dtype), state, new)

    if maximum is None:
        return type(loop_vars)(jax.lax.while_loop(goes_on, step, start))
    hold = lambda state, _: (jax.lax.cond(goes_on(state), step, lambda s: s, state), None)  # noqa: E731
    return type(loop_vars)(jax.lax.scan(hold, start, None, int(maximum))[0])


def scan(
    fn: Callable[..., Any], elems: Any, initializer: Any = None, parallel_iterations: int = 10, back_prop: bool = True,
    swap_memory: bool = False, infer_shape: bool = True, reverse: bool = False, name: str | None = None,
) -> Any:  # fmt: skip
    """`carry = fn(carry, entry)` over the entries of the first axis; all carries on a new first axis."""
    return _scan(fn, elems, initializer, reverse)


@lifted
def _scan(fn: Any, elems: Any, initializer: Any, reverse: bool) -> Any:
    elems = jax.tree.map(array, elems)
    first = None
    start = jax.tree.map(array, initializer)
    if initializer is None:
        place = -1 if reverse else 0
        start = first = jax.tree.map(lambda x: x[place], elems)
        elems = jax.tree.map(lambda x: x[:-1] if reverse else x[1:], elems)

    def step(carry: Any, x: Any) -> Any:
        new = jax.tree.map(lambda old, y: jnp.asarray(y, old.dtype), carry, fn(carry, x))
        return new, new

    carries = jax.lax.scan(step, start, elems, reverse=reverse)[1]
    if first is None:
        return carries
    parts = (lambda a, b: [b, a[None]]) if reverse else (lambda a, b: [a[None], b])
    return jax.tree.map(lambda a, b: jnp.concatenate(parts(a, b)), first, carries)


def map_fn(
    fn: Callable[..., Any], elems: Any, dtype: Any = None, parallel_iterations: Any = None, back_prop: bool = True,
    swap_memory: bool = False, infer_shape: bool = True, name: str | None = None, fn_output_signature: Any = None,
) -> Any:  # fmt: skip
    """`fn` of each entry of the first axis."""
    return recurrent.map_fn(fn, elems)


@lifted
def vectorized_map(fn: Callable[..., Any], elems: Any, fallback_to_while_loop: bool = True) -> Any:
    """`fn` of each entry of the first axis, all at once."""
    return jax.vmap(fn)(jax.tree.map(array, elems))


foldl, foldr = recurrent.foldl, recurrent.foldr


def function(func: Any = None, input_signature: Any = None, autograph: bool = True, **kwargs: Any) -> Any:
    """The function itself: what is compiled, and when, is Dovetail's affair."""
    return func if func is not None else lambda func: func


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function with a gradient of its own: `f` returns the value, and a function from its gradient to the inputs'."""
    return lifted(jax.custom_gradient(f))


def py_function(func: Callable[..., Any], inp: Any, Tout: Any = None, name: str | None = None, **kwargs: Any) -> Any:
    """`func` of values, in Python; not inside a model, which is compiled.

    Raises:
        NotImplementedError: a value is not known yet.
    """
    values = [resolve(x) if in_call() or not isinstance(x, KerasTensor) else x for x in inp]
    if any(isinstance(value, (jax.core.Tracer, KerasTensor)) for value in values):
        raise NotImplementedError(
            "tf.py_function inside a model: a compiled program cannot call Python. Write it with tf or K functions, or "
            "apply it to the data (tf.data.Dataset.map, or before `fit`)"
        )
    return func(*values)


def numpy_function(func: Callable[..., Any], inp: Any, Tout: Any = None, name: str | None = None, **kwargs: Any) -> Any:
    """As `py_function`, of NumPy arrays."""
    result = py_function(lambda *values: func(*map(np.asarray, values)), inp, Tout)
    return jax.tree.map(lambda x: x if np.asarray(x).dtype.kind in "USO" else array(x), result)


py_func = numpy_function


def gradients(ys: Any, xs: Any, grad_ys: Any = None, name: str | None = None, **kwargs: Any) -> list[Any]:
    """Symbolic derivatives, see `K.gradients`; `grad_ys` weigh the `ys`."""
    if grad_ys is not None:
        ys = [ys] if not isinstance(ys, (list, builtins.tuple)) else ys
        grad_ys = [grad_ys] if not isinstance(grad_ys, (list, builtins.tuple)) else grad_ys
        ys = [y if weight is None else _weighed(y, weight) for y, weight in zip(ys, grad_ys, strict=True)]
    return backend_functions.gradients(ys, xs if isinstance(xs, (list, builtins.tuple)) else [xs])


@lifted
def _weighed(y: Any, weight: Any) -> Any:
    return y * jax.lax.stop_gradient(array(weight))


class NoOp:
    """What does nothing when a session runs it."""

    def run(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to do."""


def no_op(name: str | None = None) -> NoOp:
    return NoOp()


def group(*inputs: Any, **kwargs: Any) -> Any:
    """The operations as a list, for a session to run."""
    return list(inputs)


def tuple(tensors: Any, **kwargs: Any) -> list[Any]:
    return list(tensors)


# -- scopes that change nothing


@contextlib.contextmanager
def name_scope(name: str | None = None, *args: Any, **kwargs: Any) -> Iterator[str]:
    """Names of operations mean nothing here."""
    yield f"{name}/"


@contextlib.contextmanager
def device(device_name: Any = None) -> Iterator[None]:
    """JAX chooses the device."""
    yield


@contextlib.contextmanager
def control_dependencies(control_inputs: Any = None) -> Iterator[None]:
    """What is assigned is assigned in the order of the code."""
    yield


# -- printing and checks


def print(
    *inputs: Any, output_stream: Any = None, summarize: Any = None, sep: str = " ", end: str = "\n", **kwargs: Any
) -> None:
    """Print values, inside a model whenever they are computed."""
    values = [resolve(x) if isinstance(x, Variable) or in_call() else x for x in inputs]
    if any(isinstance(value, jax.core.Tracer) for value in values):
        places = sep.join("{}" if isinstance(v, (jax.Array, np.ndarray)) else _escaped(v) for v in values)
        jax.debug.print(places, *[v for v in values if isinstance(v, (jax.Array, np.ndarray))])
    else:
        builtins.print(*values, sep=sep, end=end)


def _escaped(value: Any) -> str:
    return str(value).replace("{", "{{").replace("}", "}}")


def Print(
    input_: Any, data: Any, message: str = "", first_n: Any = None, summarize: Any = None, name: Any = None
) -> Any:
    """`input_`; `data` are printed whenever it is computed, as TensorFlow 1 had it."""
    return _printed(input_, list(data), message or "")


@lifted
def _printed(input_: Any, data: list[Any], message: str) -> Any:
    jax.debug.print(_escaped(message) + "{}" * len(data), *data)
    return array(input_)


def _check(name: str, holds: Callable[..., Any], count: int) -> Callable[..., None]:
    def check(*args: Any, message: Any = None, **kwargs: Any) -> None:
        operands = [resolve(x) for x in (*args[:count], *(kwargs[k] for k in ("x", "y") if k in kwargs))]
        if any(isinstance(x, (jax.core.Tracer, KerasTensor)) for x in operands):
            return  # values are not known while a program is made
        if not holds(*map(np.asarray, operands)):
            raise InvalidArgumentError(f"tf.debugging.{name} failed: {message or ''} {operands}".replace(":  ", ": "))

    check.__name__ = name
    check.__doc__ = f"Raise InvalidArgumentError where the check fails; values inside a model are not checked: {name}."
    return check


class OpError(Exception):
    """Base of TensorFlow's errors."""

    @property
    def message(self) -> str:
        return str(self)


class InvalidArgumentError(OpError, ValueError):
    """An argument is wrong."""


CHECKS = {
    "assert_all_finite": _check("assert_all_finite", lambda x: np.isfinite(x).all(), 1),
    "assert_equal": _check("assert_equal", lambda x, y: np.all(x == y), 2),
    "assert_none_equal": _check("assert_none_equal", lambda x, y: np.all(x != y), 2),
    "assert_greater": _check("assert_greater", lambda x, y: np.all(x > y), 2),
    "assert_greater_equal": _check("assert_greater_equal", lambda x, y: np.all(x >= y), 2),
    "assert_less": _check("assert_less", lambda x, y: np.all(x < y), 2),
    "assert_less_equal": _check("assert_less_equal", lambda x, y: np.all(x <= y), 2),
    "assert_near": _check("assert_near", lambda x, y: np.allclose(x, y, rtol=1e-5, atol=1e-6), 2),
    "assert_negative": _check("assert_negative", lambda x: np.all(x < 0), 1),
    "assert_non_negative": _check("assert_non_negative", lambda x: np.all(x >= 0), 1),
    "assert_non_positive": _check("assert_non_positive", lambda x: np.all(x <= 0), 1),
    "assert_positive": _check("assert_positive", lambda x: np.all(x > 0), 1),
    "assert_rank": _check("assert_rank", lambda x, rank: x.ndim == rank, 2),
    "assert_rank_at_least": _check("assert_rank_at_least", lambda x, rank: x.ndim >= rank, 2),
    "Assert": _check("Assert", lambda condition: np.all(condition), 1),
}


@lifted
def check_numerics(tensor: Any, message: str = "", name: str | None = None) -> Any:
    """`tensor`; where it is known and not finite, an error."""
    CHECKS["assert_all_finite"](tensor, message=message)
    return array(tensor)


__all__ = [
    "Print", "case", "cond", "control_dependencies", "custom_gradient", "device", "foldl", "foldr", "function",
    "gradients", "group", "map_fn", "name_scope", "no_op", "numpy_function", "print", "py_func", "py_function", "scan",
    "switch_case", "tuple", "vectorized_map", "while_loop",
]  # fmt: skip
