"""What of a model is trained: that which was trainable when it was compiled, whatever becomes of `trainable` later."""

import functools
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..engine.context import structure_changed, structure_version
from ..engine.layer import Layer
from ..engine.variable import Variable


class TrainableState:
    """Which layers and weights of a model were trainable at one moment.

    A model keeps training these until it is compiled again: so a discriminator, compiled before it is frozen for a
    combined model, still learns by itself.
    """

    def __init__(self, model: Any):
        self.layers: list[tuple[Layer, bool]] = [(layer, layer._trainable) for layer in model._flatten_layers()]
        self.weights = {id(v): v.trainable for layer, _ in self.layers for v in _parameters(layer)}
        self._checked = structure_version()
        self._has_warned = False

    def _changed(self) -> list[tuple[Any, str, bool]]:
        """Layers and weights whose flag is another now: (object, attribute, the flag then)."""
        if self._checked == structure_version():
            return []
        found: list[tuple[Any, str, bool]] = []
        for layer, flag in self.layers:
            if layer._trainable != flag:
                found.append((layer, "_trainable", flag))
            found += [
                (variable, "trainable", self.weights.get(id(variable), flag))
                for variable in _parameters(layer)
                if variable.trainable != self.weights.get(id(variable), flag)
            ]
        if not found:
            self._checked = structure_version()
        return found

    @contextmanager
    def restored(self, model: Any) -> Iterator[None]:
        """While active, all is as it was then."""
        changed = self._changed()
        if not changed:
            yield
            return
        self._warn(model, [thing for thing, _, _ in changed])
        now = [(thing, name, getattr(thing, name)) for thing, name, _ in changed]
        _set(changed)
        try:
            yield
        finally:
            _set([entry for entry, (_, _, then) in zip(now, changed, strict=True)
                  if getattr(entry[0], entry[1]) == then])  # fmt: skip

    def _warn(self, model: Any, changed: list[Any]) -> None:
        """Once; not of a model that is frozen as a whole, which is how adversarial training is written."""
        if self._has_warned or not model._trainable:
            return
        self._has_warned = True
        names = [thing.name for thing in changed if isinstance(thing, Layer)] or [thing.path for thing in changed]
        warnings.warn(
            f"`trainable` of {', '.join(map(repr, names[:5]))} changed after {model.name!r} was compiled: it trains "
            "what was trainable then. Call `compile` again for the change to take effect",
            stacklevel=4,
        )


def _parameters(layer: Layer) -> list[Variable]:
    return [item for item in layer._owned() if isinstance(item, Variable) and item.is_parameter]


def _set(entries: list[tuple[Any, str, bool]]) -> None:
    for thing, name, flag in entries:
        object.__setattr__(thing, name, flag)
    structure_changed()


def as_compiled(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of a model, run with what was trainable when it was compiled."""

    @functools.wraps(method)
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self._compiled_state is None:
            return method(self, *args, **kwargs)
        with self._compiled_state.restored(self):
            return method(self, *args, **kwargs)

    return run
