"""Objective: the losses and metrics of a compiled model, one set for each output."""

import inspect
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from .. import losses as losses_module
from .. import metrics as metrics_module
from ..engine.errors import StateError
from ..engine.masks import get_mask
from ..metrics import Mean, MeanMetricWrapper, Metric
from .binding import bind

# Names whose meaning depends on the shapes of an output and its target.
BY_SHAPE = {
    "accuracy": ("BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy"),
    "crossentropy": ("BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"),
}
BY_SHAPE |= {"acc": BY_SHAPE["accuracy"], "ce": BY_SHAPE["crossentropy"]}


class Objective:
    """What `compile` was told about losses and metrics; `build` fits it to the model's outputs.

    Args:
        loss: one loss for all outputs, or a list or dictionary with one for each.
        loss_weights: factors of the outputs' losses in the total, by position or name.
        metrics, weighted_metrics: a list for a single output, else a list of lists or a dictionary; the weighted
            ones see sample weights.
    """

    def __init__(self, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any):
        self.loss = looked_up(loss, losses_module.get)
        self.loss_weights = loss_weights
        self.metrics = looked_up(metrics, _metric_or_name)
        self.weighted_metrics = looked_up(weighted_metrics, _metric_or_name)
        self.built = False
        self.loss_tracker = Mean(name="loss")

    def build(self, names: Sequence[str], y_true: list[Any], y_pred: list[Any]) -> None:
        """Resolve everything for outputs of these names; `y_true` and `y_pred` need only shapes."""
        self.names = list(names)
        is_container = isinstance(self.loss, (list, tuple, dict))
        losses = self.loss if is_container else [self.loss] * len(names)
        self.losses = bind(losses, names, "loss", "output", optional=True)
        self.weights = [None] * len(names)
        if self.loss_weights is not None:
            self.weights = bind(self.loss_weights, names, "loss_weights", "output", optional=True)
        self.trackers: list[Mean | None] = [None] * len(names)
        if len(names) > 1:
            self.trackers = [
                Mean(name=f"{name}_loss") if loss is not None else None
                for name, loss in zip(names, self.losses, strict=True)
            ]
        self.unweighted_of = self._metrics_of(self.metrics, "metrics", y_true, y_pred)
        self.weighted_of = self._metrics_of(self.weighted_metrics, "weighted_metrics", y_true, y_pred)
        self.reported = self._reported()
        self.built = True

    def _metrics_of(self, given: Any, what: str, y_true: list, y_pred: list) -> list[list[Metric]]:
        if given is None:
            return [[] for _ in self.names]
        if len(self.names) == 1 and not isinstance(given, dict):
            given = [given] if not (isinstance(given, (list, tuple)) and _is_nested(given)) else given
        per_output = bind(given, self.names, what, "output", optional=True)
        resolved = []
        for place, (entry, target, prediction) in enumerate(zip(per_output, y_true, y_pred, strict=True)):
            entries = entry if isinstance(entry, (list, tuple)) else [entry]
            made = [self._made(item, place, target, prediction) for item in entries if item is not None]
            for metric in made:  # some metrics have state in the shape of the data
                if not metric.built and target is not None:
                    metric.build(target.shape, prediction.shape)
            resolved.append(made)
        return resolved

    def _made(self, item: Any, place: int, target: Any, prediction: Any) -> Metric:
        """The metric that an entry means for the output at `place`."""
        return as_metric(item, target, prediction)

    def _reported(self) -> dict[str, Metric]:
        """Every metric by the name that logs give it."""
        reported: dict[str, Metric] = {"loss": self.loss_tracker}
        reported.update({tracker.name: tracker for tracker in self.trackers if tracker is not None})
        for found, prefix in ((self.unweighted_of, ""), (self.weighted_of, "weighted_")):
            for name, metrics in zip(self.names, found, strict=True):
                place = "" if len(self.names) == 1 else f"{name}_"
                for metric in metrics:
                    key = f"{place}{metric.name}"
                    if key in reported:
                        key = f"{place}{prefix}{metric.name}"
                    unique, count = key, 0
                    while unique in reported:
                        count += 1
                        unique = f"{key}_{count}"
                    reported[unique] = metric
        return reported

    @property
    def has_metrics(self) -> bool:
        return any(self.unweighted_of) or any(self.weighted_of)

    def each(self, value: Any, what: str) -> list[Any]:
        """Targets or weights as a list, one entry for each output."""
        if value is None:
            return [None] * len(self.names)
        if what == "sample_weight" and not isinstance(value, (list, tuple, dict)):
            return [value] * len(self.names)
        if isinstance(value, list) and len(value) == len(self.names):
            return value
        return bind(value, self.names, what, "output", optional=True)

    def total_loss(self, y_true: list[Any], y_pred: list[Any], sample_weight: list[Any]) -> Any:
        """The weighted sum of the outputs' losses; None when no output has one."""
        total = None
        for loss, factor, tracker, target, prediction, weight in zip(
            self.losses, self.weights, self.trackers, y_true, y_pred, sample_weight, strict=True
        ):
            if loss is None:
                continue
            value = loss(target, prediction, sample_weight=weight, mask=get_mask(prediction))
            if tracker is not None:
                tracker.update_state(value, sample_weight=prediction.shape[0])
            if factor is not None:
                value = value * factor
            total = value if total is None else total + value
        return total

    def update_metrics(self, y_true: list[Any], y_pred: list[Any], sample_weight: list[Any]) -> None:
        for plain, weighted, target, prediction, weight in zip(
            self.unweighted_of, self.weighted_of, y_true, y_pred, sample_weight, strict=True
        ):
            if target is None:
                continue
            for metric in plain:
                _update(metric, target, prediction, None)
            for metric in weighted:
                _update(metric, target, prediction, weight)


def looked_up(given: Any, get: Any) -> Any:
    """`given` with every name in it looked up now, so that a typo raises in `compile`."""
    if isinstance(given, dict) and "class_name" not in given:
        return {key: looked_up(value, get) for key, value in given.items()}
    if isinstance(given, (list, tuple)):
        return [looked_up(value, get) for value in given]
    return None if given is None else get(given)


def _metric_or_name(identifier: Any) -> Any:
    if isinstance(identifier, str) and identifier in BY_SHAPE:
        return identifier
    metric = metrics_module.get(identifier)
    if isinstance(identifier, str) and isinstance(metric, Metric):
        metric.name = identifier if identifier == identifier.lower() else metric.name
    return metric


def as_metric(item: Any, target: Any, prediction: Any) -> Metric:
    if isinstance(item, str):
        binary, categorical, sparse = BY_SHAPE[item]
        if target is None:
            raise StateError(f"the metric {item!r} needs targets `y` for its output")
        if prediction.shape[-1:] == (1,) or len(prediction.shape) < 2:
            name = binary
        elif len(target.shape) < len(prediction.shape) or target.shape[-1] == 1:
            name = sparse
        else:
            name = categorical
        return getattr(metrics_module, name)(name=item)
    if isinstance(item, Metric):
        return item
    name = getattr(item, "__name__", type(item).__name__)
    return MeanMetricWrapper(item, name="lambda" if name == "<lambda>" else name)


def _is_nested(given: Any) -> bool:
    return any(isinstance(entry, (list, tuple)) for entry in given)


def _update(metric: Metric, target: Any, prediction: Any, weight: Any) -> None:
    mask = get_mask(prediction)
    if mask is None:
        metric.update_state(target, prediction, sample_weight=weight)
    elif "mask" in inspect.signature(metric.update_state).parameters:
        metric.update_state(target, prediction, sample_weight=weight, mask=mask)
    else:
        kept = jnp.asarray(mask, jnp.float32)
        metric.update_state(target, prediction, sample_weight=kept if weight is None else kept * weight)
