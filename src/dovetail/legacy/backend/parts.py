"""What indexing gave, and of what: Theano's `set_subtensor(x[place], new)` is a function of the part alone."""

from collections import deque
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ...engine.tensor import KerasTensor
from ...engine.variable import Variable
from .lifting import lifted

# (part, whole, place) of the newest: a part is changed in the expression that it was taken in
_taken: deque[tuple[Any, Any, Any]] = deque(maxlen=16)


def remembering(take: Callable[..., Any]) -> Callable[..., Any]:
    """`take(whole, place)`, with what it gave written down; a place may hold symbolic tensors and variables."""
    symbolic = lifted(lambda whole, place: whole[place])

    def get(whole: Any, place: Any) -> Any:
        is_symbolic = any(isinstance(leaf, (KerasTensor, Variable)) for leaf in jax.tree.leaves(place))
        part = symbolic(whole, place) if is_symbolic else take(whole, place)
        _taken.append((part, whole, place))
        return part

    return get


def changed(part: Any, new: Any, method: str) -> Any:
    """The whole that `part` was taken of, with `new` in its place ("set") or added to it ("add").

    Raises:
        NotImplementedError: it is not known what it is a part of.
    """
    for known, whole, place in reversed(_taken):
        if known is part:
            return lifted(lambda whole, place, new: getattr(jnp.asarray(whole).at[place], method)(new))(
                whole, place, new
            )
    raise NotImplementedError(
        "theano: what is changed has to be a part, taken where it is changed, as in T.set_subtensor(whole[place], new)"
    )
