"""Loops over steps and over elements."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from ...engine.errors import ShapeError, format_shape
from .arrays import expand_dims
from .lifting import lifted


def rnn(
    step_function: Callable[..., Any],
    inputs: Any,
    initial_states: Any,
    go_backwards: bool = False,
    mask: Any = None,
    constants: Any = None,
    unroll: bool = False,
    input_length: int | None = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Any, Any, list[Any]]:
    """A function at every step of a sequence, handing its states on.

    Args:
        step_function: (input of a step, list of states followed by constants) -> (output, list of new states).
        initial_states: a list of arrays (batch, ...).
        go_backwards: whether to begin with the last step; outputs come in that order.
        mask: where 0, the states stay and the output of the step before is repeated (zeros at the start).
        constants: more arrays that each step is given.
        unroll: whether to write the steps out; `input_length` is not needed, the shape tells.
        time_major: whether steps come before samples, in inputs, mask and outputs.
        zero_output_for_mask: whether masked steps give zeros.
        return_all_outputs: False gives the last output alone as the only step of the outputs.

    Shapes:
        inputs: (batch, steps, ...), or nested structures of them
        mask: (batch, steps) or (batch, steps, 1)
        returns: last output (batch, ...), outputs (batch, steps, ...), and the last states
    """
    given = (inputs, list(initial_states), mask, list(constants or ()))
    options = (bool(go_backwards), bool(unroll), bool(time_major), bool(zero_output_for_mask))
    last, outputs, states = _rnn(step_function, *given, *options)
    if not return_all_outputs:
        outputs = jax.tree.map(lambda x: expand_dims(x, 0 if time_major else 1), last)
    return last, outputs, states


@lifted
def _rnn(step_function, inputs, states, mask, constants, go_backwards, unroll, time_major, zero_output_for_mask):
    axis = 0 if time_major else 1
    inputs = jax.tree.map(lambda x: jnp.moveaxis(jnp.asarray(x), axis, 0), inputs)
    first = jax.tree.leaves(inputs)[0]
    if first.ndim < 2:
        raise ShapeError(f"K.rnn needs sequences (batch, steps, ...); got {format_shape(first.shape)}")
    if mask is not None:
        mask = jnp.asarray(mask).astype(bool)
        mask = jnp.moveaxis(mask.reshape(mask.shape[:2]), axis, 0)
    if go_backwards:
        inputs, mask = jax.tree.map(lambda x: jnp.flip(x, 0), (inputs, mask))
    states = [jnp.asarray(state) for state in states]

    def step(carry: Any, given: Any) -> tuple[Any, Any]:
        states, before = carry
        x, keep = given
        output, new = step_function(x, list(states) + list(constants))
        new = [jnp.asarray(after, state.dtype) for state, after in zip(states, new, strict=True)]
        if keep is not None:
            kept = jax.tree.map(jnp.zeros_like, output) if zero_output_for_mask else before
            output = jax.tree.map(lambda a, b: _where(keep, a, b), output, kept)
            new = [_where(keep, after, state) for after, state in zip(new, states, strict=True)]
        return (new, output), output

    zero = jax.eval_shape(lambda: step_function(jax.tree.map(lambda x: x[0], inputs), states + list(constants))[0])
    before = jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), zero)
    if unroll:
        outputs = []
        carry = (states, before)
        for index in range(first.shape[0]):
            carry, output = step(carry, jax.tree.map(lambda x: x[index], (inputs, mask)))  # noqa: B023
            outputs.append(output)
        outputs = jax.tree.map(lambda *parts: jnp.stack(parts), *outputs)
    else:
        states = _widened(step, (states, before), jax.tree.map(lambda x: x[0], (inputs, mask)))
        carry, outputs = lax.scan(step, (states, before), (inputs, mask))
    return carry[1], jax.tree.map(lambda x: jnp.moveaxis(x, 0, axis), outputs), list(carry[0])


def _widened(step: Any, carry: Any, given: Any) -> list[Any]:
    """The initial states in the shapes that a step gives them: one of size 1 may stand for all samples."""
    (after, _), _ = jax.eval_shape(step, carry, given)
    return [jnp.broadcast_to(state, new.shape) for state, new in zip(carry[0], after, strict=True)]


def _where(keep: Any, a: Any, b: Any) -> Any:
    return jnp.where(keep.reshape(keep.shape + (1,) * (jnp.ndim(a) - 1)), a, b)


def map_fn(fn: Callable[..., Any], elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """`fn` of each entry of the first axis; of a tuple of arrays, the tuples of their entries."""
    return _map(fn, elems)


@lifted
def _map(fn, elems):
    return lax.map(fn, jax.tree.map(jnp.asarray, elems))


def foldl(fn: Callable[..., Any], elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """`fn(accumulator, entry)` over the entries of the first axis, from the first; None begins with that."""
    return _fold(fn, elems, initializer, False)


def foldr(fn: Callable[..., Any], elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """`fn(accumulator, entry)` over the entries of the first axis, from the last; None begins with that."""
    return _fold(fn, elems, initializer, True)


@lifted
def _fold(fn, elems, initializer, reverse):
    elems = jax.tree.map(jnp.asarray, elems)
    if reverse:
        elems = jax.tree.map(lambda x: jnp.flip(x, 0), elems)
    start = initializer
    if start is None:
        start, elems = jax.tree.map(lambda x: x[0], elems), jax.tree.map(lambda x: x[1:], elems)
    start = jax.tree.map(jnp.asarray, start)
    return lax.scan(lambda carry, x: (fn(carry, x), None), start, elems)[0]


@contextlib.contextmanager
def name_scope(name: str | None = None, *args: Any, **kwargs: Any) -> Iterator[str | None]:
    """Names of operations mean nothing here."""
    yield name


@contextlib.contextmanager
def control_dependencies(control_inputs: Any = None) -> Iterator[None]:
    """Nothing to do: what is assigned in a layer is assigned in the order of the code."""
    yield


def symbolic(func: Callable[..., Any]) -> Callable[..., Any]:
    """`func`: functions are symbolic where their arguments are."""
    return func


def eager(func: Callable[..., Any]) -> Callable[..., Any]:
    """`func`: functions compute at once where their arguments are values."""
    return func


__all__ = ["control_dependencies", "eager", "foldl", "foldr", "map_fn", "name_scope", "rnn", "symbolic"]
