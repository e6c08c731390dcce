"""The learning phase: whether a graph runs for training."""

import contextlib
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.context import current, structure_changed
from ...engine.tensor import KerasTensor
from ...engine.variable import Variable
from .lifting import lifted, record
from .modes import draws_variables, in_call


class _Phase:
    fixed: int | None = None
    tensor: KerasTensor | None = None


def fixed_phase() -> int | None:
    """The phase that `set_learning_phase` fixed; None where it is left to `fit` and `predict`."""
    return _Phase.fixed


def set_learning_phase(value: Any) -> None:
    """Fix the phase of what is drawn from now on: 1 for training, 0 for inference (None: not fixed)."""
    if value not in (0, 1, None):
        raise ValueError(f"the learning phase is 0 (inference) or 1 (training), not {value!r}")
    _Phase.fixed = None if value is None else int(value)
    structure_changed()


def learning_phase() -> Any:
    """0 or 1 inside a running function, or where it is fixed; else a tensor that `K.function` takes as an input."""
    if in_call():
        return _now()
    if _Phase.fixed is not None:
        return _Phase.fixed
    if not draws_variables():
        return 0
    if _Phase.tensor is None:
        _Phase.tensor = record(_phase, (), {})
    return _Phase.tensor


@contextlib.contextmanager
def learning_phase_scope(value: Any) -> Iterator[None]:
    """`set_learning_phase(value)` for the length of a `with`."""
    before = _Phase.fixed
    set_learning_phase(value)
    try:
        yield
    finally:
        set_learning_phase(before)


def is_learning_phase(x: Any) -> bool:
    return x is not None and x is _Phase.tensor


def _now() -> int:
    training = current().training
    if training is None:
        training = _Phase.fixed
    return int(bool(training))


def _phase() -> Any:
    return jnp.asarray(_now(), "int32")


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """`x` in training, `alt` else; each a value, or a function giving it."""
    if isinstance(training, (bool, int, np.integer)):
        return _called(x if training else alt)
    if training is not None and not is_learning_phase(training):
        return switch(training, x, alt)
    if in_call() or _Phase.fixed is not None:
        return _called(x if _now() else alt)
    return record(_choose, (_called(x), _called(alt)), {})


def _choose(x: Any, alt: Any) -> Any:
    return x if _now() else alt


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """`alt` in training, `x` else; each a value, or a function giving it."""
    return in_train_phase(alt, x, training)


def _called(x: Any) -> Any:
    return x() if callable(x) and not isinstance(x, (KerasTensor, Variable, jax.Array)) else x


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """The one or the other, as a number or an array of booleans says; functions are called, and both are computed.

    A condition with fewer axes than the values holds for what is behind its axes.
    """
    if isinstance(condition, (bool, int, np.bool_)):
        return _called(then_expression if condition else else_expression)
    return _select(condition, _called(then_expression), _called(else_expression))


@lifted
def _select(condition: Any, then: Any, other: Any) -> Any:
    def choose(then: Any, other: Any) -> Any:
        where = jnp.asarray(condition).astype(bool)
        rank = max(jnp.ndim(then), jnp.ndim(other))
        return jnp.where(where.reshape(where.shape + (1,) * (rank - where.ndim)), then, other)

    return jax.tree.map(choose, then, other)


__all__ = [
    "in_test_phase", "in_train_phase", "learning_phase", "learning_phase_scope", "set_learning_phase", "switch",
]  # fmt: skip
