"""What functions of arrays do with texts."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from ...engine.tensor import KerasTensor
from ...engine.texts import is_text, texts
from ..backend.lifting import lifted
from ..backend.texts import as_texts


def also_of_texts(body: Callable[..., Any], of_texts: Callable[..., Any]) -> Callable[..., Any]:
    """`body`, and `of_texts` where the first argument is texts."""

    @functools.wraps(body)
    def either(*args: Any, **kwargs: Any) -> Any:
        first = args[0] if args else next(iter(kwargs.values()), None)
        if not is_text(first):
            return body(*args, **kwargs)
        made = of_texts(*args, **kwargs)
        return [as_texts(x) for x in made] if isinstance(made, list) else as_texts(made)

    return either


def symbolic_too(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of texts, made to take symbolic tensors."""
    of_tensors = lifted(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        is_symbolic = any(isinstance(leaf, KerasTensor) for leaf in jax.tree.leaves((args, kwargs)))
        return (of_tensors if is_symbolic else function)(*args, **kwargs)

    return call


def _objects(x: Any) -> np.ndarray:
    return texts(x)


def _integers(values: Any) -> tuple[int, ...]:
    return tuple(int(value) for value in np.asarray(values).reshape(-1))


def _taken(params: Any, indices: Any, axis: Any = 0, **kwargs: Any) -> Any:
    return np.take(_objects(params), np.asarray(indices), int(axis or 0))


ON_TEXTS: dict[str, Callable[..., Any]] = {
    "concat": lambda values, axis=0: np.concatenate([_objects(value) for value in values], int(axis)),
    "convert_to_tensor": lambda value, dtype=None: _objects(value),
    "expand_dims": lambda input, axis=0: np.expand_dims(_objects(input), int(axis)),
    "gather": _taken,
    "identity": lambda input: _objects(input),
    "reshape": lambda tensor, shape: _objects(tensor).reshape(_integers(shape)),
    "squeeze": lambda input, axis=None: np.squeeze(_objects(input), None if axis is None else _integers(axis)),
    "stack": lambda values, axis=0: np.stack([_objects(value) for value in values], axis),
    "tile": lambda input, multiples: np.tile(_objects(input), _integers(multiples)),
    "transpose": lambda a, perm=None, conjugate=False: np.transpose(_objects(a), perm),
    "equal": lambda x, y: np.asarray(_objects(x) == _objects(y), bool),
    "not_equal": lambda x, y: np.asarray(_objects(x) != _objects(y), bool),
    "size": lambda input, out_type=None: np.int32(_objects(input).size),
    "rank": lambda input: np.int32(_objects(input).ndim),
}
