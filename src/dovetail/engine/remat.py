"""Rematerialization: values computed again in the backward pass instead of kept (`jax.checkpoint`)."""

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from .context import StatelessScope, current, entered
from .errors import unknown_name
from .operation import Function
from .tensor import any_symbolic

MODES = ("full", "activations", "larger_than", "list_of_layers")


class RematMode(NamedTuple):
    """What a `RematScope` asks for."""

    mode: str
    output_size_threshold: int
    layer_names: tuple[str, ...]


class RematScope:
    """Layers made while this is active keep less for the backward pass: memory is traded for time.

    Args:
        mode: "full": all layers; "activations": of layers with an `activation`, that function alone;
            "larger_than": layers whose output has more than `output_size_threshold` numbers, batch included;
            "list_of_layers": those in `layer_names`; None: none, inside a scope that asks for more.
        output_size_threshold: for "larger_than".
        layer_names: for "list_of_layers".

    Example:
        >>> from dovetail import layers
        >>> with RematScope(mode="larger_than", output_size_threshold=2048):
        ...     layer = layers.Conv2D(64, 3)
    """

    def __init__(self, mode: str | None = "full", output_size_threshold: int = 1024, layer_names: Any = None):
        if mode is not None and mode not in MODES:
            raise unknown_name("rematerialization mode", mode, MODES)
        self.mode, self.output_size_threshold = mode, output_size_threshold
        self.layer_names = list(layer_names or ())
        self._active: list[Any] = []

    def __enter__(self) -> "RematScope":
        mode = self.mode and RematMode(self.mode, self.output_size_threshold, tuple(self.layer_names))
        self._active.append(entered(remat=mode))
        self._active[-1].__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._active.pop().__exit__(*exception)


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` (a function or a layer), whose values inside are computed again in the backward pass.

    What `f` reads of variables is differentiated, what it assigns is kept.

    Example:
        >>> import jax
        >>> square = remat(lambda x: jax.numpy.sin(x) ** 2)
        >>> float(jax.grad(square)(0.0))
        0.0
    """
    if hasattr(f, "_remat_mode"):  # a layer: its variables have to stay visible to models
        f._remat_mode = RematMode("full", 0, ())  # type: ignore[attr-defined]
        return f
    run = functools.wraps(f)(functools.partial(checkpointed, f))

    @functools.wraps(f)
    def rematerialized(*args: Any, **kwargs: Any) -> Any:
        return Function(run)(*args, **kwargs) if any_symbolic(args, kwargs) else run(*args, **kwargs)

    return rematerialized


def checkpointed(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`function(*args, **kwargs)` under `jax.checkpoint`; values that it assigns and losses that it adds come out."""
    outer = current().scope
    inner = StatelessScope(collect_losses=outer is not None and outer.collect_losses)
    arrays, filled = _arrays_of(args, kwargs)

    @jax.checkpoint
    def run(arrays: list[Any]) -> Any:
        inner_args, inner_kwargs = filled(arrays)
        with inner:
            outputs = function(*inner_args, **inner_kwargs)
        return outputs, [value for _, value in inner.assignments()], inner.losses

    outputs, values, losses = run(arrays)
    for (variable, _), value in zip(inner.assignments(), values, strict=True):
        variable.assign(value)
    if outer is not None and outer.collect_losses:
        outer.losses.extend(losses)
    return outputs


def call_of(layer: Any, args: tuple, kwargs: dict) -> Any:
    """The layer's `call`, rematerialized as the scope that it was made in asks; outside of JAX's tracing as it is."""
    mode = layer._remat_mode
    if not isinstance(jnp.zeros(()), jax.core.Tracer) and not any(map(_is_traced, jax.tree.leaves((args, kwargs)))):
        return layer.call(*args, **kwargs)
    if mode.mode == "activations":
        return _with_activation_again(layer, args, kwargs)
    if mode.mode == "list_of_layers" and layer.name not in mode.layer_names:
        return layer.call(*args, **kwargs)
    if mode.mode == "larger_than" and _output_size(layer, args, kwargs) <= mode.output_size_threshold:
        return layer.call(*args, **kwargs)
    return checkpointed(layer.call, *args, **kwargs)


def _is_traced(leaf: Any) -> bool:
    return isinstance(leaf, jax.core.Tracer)


def _with_activation_again(layer: Any, args: tuple, kwargs: dict) -> Any:
    activation = getattr(layer, "activation", None)
    if not callable(activation):
        return layer.call(*args, **kwargs)
    object.__setattr__(layer, "activation", functools.partial(checkpointed, activation))
    try:
        return layer.call(*args, **kwargs)
    finally:
        object.__setattr__(layer, "activation", activation)


def _output_size(layer: Any, args: tuple, kwargs: dict) -> int:
    """How many numbers the layer gives for these arguments."""
    arrays, filled = _arrays_of(args, kwargs)

    def run(arrays: list[Any]) -> Any:
        inner_args, inner_kwargs = filled(arrays)
        with StatelessScope():
            return layer.call(*inner_args, **inner_kwargs)

    return sum(math.prod(output.shape) for output in jax.tree.leaves(jax.eval_shape(run, arrays)))


def _arrays_of(args: tuple, kwargs: dict) -> tuple[list[Any], Callable[[list[Any]], tuple[tuple, dict]]]:
    """The arrays among the arguments, and a function that puts others in their places."""
    leaves, structure = jax.tree.flatten((args, kwargs))
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, (jax.Array, np.ndarray))]

    def filled(arrays: list[Any]) -> tuple[tuple, dict]:
        others = list(leaves)
        for place, array in zip(places, arrays, strict=True):
            others[place] = array
        return structure.unflatten(others)

    return [leaves[place] for place in places], filled
