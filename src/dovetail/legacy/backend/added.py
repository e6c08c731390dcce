"""Losses and metrics that were added as symbolic tensors: `model.add_loss(K.mean(...))`, `model.add_metric(...)`.

They are computed from what the graph of the model makes in the step that is trained, evaluated or predicted.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from ...engine.context import current
from ...engine.layer import Layer
from ...engine.tensor import KerasTensor
from ...engine.variable import Variable
from ...metrics import Mean, Metric
from .graphs import needed, sources, value_of
from .modes import in_call
from .variables import take_up


def with_symbolic_losses(own: Callable[..., Any]) -> Callable[..., Any]:
    """`Layer.add_loss`, taking symbolic tensors and functions without arguments, too."""

    @functools.wraps(own)
    def add_loss(self: Layer, loss: Any, *args: Any, **kwargs: Any) -> None:
        losses = loss if isinstance(loss, (list, tuple)) else [loss]
        now = [x for x in losses if not isinstance(x, KerasTensor) and not _is_function(x)]
        if now:
            own(self, now)
        later = [x for x in losses if isinstance(x, KerasTensor) or _is_function(x)]
        if later and in_call():
            own(self, [_computed(x) for x in later])
        elif later:
            _list_of(self, "_symbolic_losses").extend(later)
            _take_up_variables(self, later)

    return add_loss


def with_added_losses(own: Callable[..., Any]) -> Callable[..., Any]:
    """`Layer._regularization_losses` with the symbolic losses' values; outside of a step, the tensors themselves."""

    @functools.wraps(own)
    def losses(self: Layer) -> list[Any]:
        added = [x for layer in self._flatten_layers() for x in layer.__dict__.get("_symbolic_losses", ())]
        return own(self) + [_computed(x) if current().scope is not None else x for x in added]

    return losses


def _is_function(x: Any) -> bool:
    return callable(x) and not isinstance(x, (KerasTensor, Variable, jax.Array))


def _computed(x: Any) -> Any:
    x = x() if _is_function(x) else x
    return value_of(x) if isinstance(x, KerasTensor) else x


def _list_of(layer: Layer, name: str) -> list[Any]:
    if name not in layer.__dict__:
        object.__setattr__(layer, name, [])
    return layer.__dict__[name]


def _take_up_variables(layer: Layer, tensors: list[Any]) -> None:
    """What the tensors read beside the layers' weights becomes part of the layer's state."""
    symbolic = [x for x in tensors if isinstance(x, KerasTensor)]
    given = {id(place) for place in sources(symbolic)}
    operations = [node.operation for node in needed(symbolic, lambda tensor: id(tensor) in given)]
    found = [v for one in operations if not isinstance(one, Layer) for v in getattr(one, "variables", ())]
    if found:
        take_up(layer, found)


# -- metrics


def add_metric(self: Layer, value: Any, name: str | None = None, aggregation: str | None = None, **kwargs: Any) -> None:
    """Report the mean of `value` over the batches under this name, as tf.keras of TensorFlow 2 did.

    Args:
        value: a symbolic tensor of the model, or inside `call` an array; or what a metric gave.
        aggregation: "mean"; other ways of joining batches are a Metric's own.
    """
    if aggregation not in (None, "mean"):
        raise ValueError(f"add_metric: `aggregation` is 'mean', not {aggregation!r}; use a Metric of your own")
    if name is None:
        if in_call() and not isinstance(value, KerasTensor):
            return  # the value of a metric that is an attribute, and is reported as such
        raise ValueError("add_metric needs a `name`")
    metrics = self.__dict__.get("_added_metrics")
    if metrics is None:
        metrics = {}
        object.__setattr__(self, "_added_metrics", metrics)
    metric = metrics.setdefault(name, Mean(name=name))
    if in_call() and not isinstance(value, KerasTensor):
        metric.update_state(value)
    elif isinstance(value, KerasTensor):
        _list_of(self, "_symbolic_metrics").append((metric, value))
        _take_up_variables(self, [value])


def with_added_metrics(own: Callable[..., Any]) -> Callable[..., Any]:
    """`Trainer.compute_loss`, which also updates the metrics of symbolic tensors."""

    @functools.wraps(own)
    def compute_loss(self: Any, *args: Any, **kwargs: Any) -> Any:
        loss = own(self, *args, **kwargs)
        for layer in self._flatten_layers():
            for metric, tensor in layer.__dict__.get("_symbolic_metrics", ()):
                metric.update_state(jnp.mean(value_of(tensor)))
        return loss

    return compute_loss


def with_reported(own: Callable[..., Any]) -> Callable[..., Any]:
    """`Objective._reported` with the metrics that layers of the model added."""

    @functools.wraps(own)
    def reported(self: Any) -> dict[str, Metric]:
        found = own(self)
        model = self.__dict__.get("_model")
        for layer in model._flatten_layers() if model is not None else ():
            for name, metric in layer.__dict__.get("_added_metrics", {}).items():
                found.setdefault(name, metric)
        return found

    return reported
