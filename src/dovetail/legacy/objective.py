"""The losses and metrics of a compiled model, as a release chose, weighted and named them."""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ..engine.configs import like
from ..engine.dtypes import floatx
from ..engine.variable import Variable
from ..metrics import Metric
from ..training.objective import Objective, as_metric, looked_up
from .losses import OldLoss, as_column, loss_of
from .metrics import ACCURACIES, metric_functions, metric_of, of_function
from .releases import Release


class OldObjective(Objective):
    """An objective of a release.

    Up to 2.3.1 the loss chose what "accuracy" meant, metrics given as one list were for every output, and metrics saw
    targets as floats, with a second axis where the output has one.
    """

    def __init__(self, release: Release, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any):
        super().__init__(None, loss_weights, None, None)
        self.release = release
        self.loss = looked_up(loss_of(release, loss), lambda found: OldLoss(release, found))
        for given in (metrics, weighted_metrics):
            looked_up(given, lambda entry: metric_of(release, entry))  # so that a typo raises in `compile`
        self.metrics, self.weighted_metrics = metrics, weighted_metrics

    def _metrics_of(self, given: Any, what: str, y_true: list, y_pred: list) -> list[list[Metric]]:
        self._prefix = "weighted_" if what == "weighted_metrics" and self.release.accuracy == "acc" else ""
        entries = given if isinstance(given, (list, tuple)) else [given]
        is_nested = isinstance(given, dict) or any(isinstance(entry, (list, tuple)) for entry in entries)
        if len(self.names) > 1 and given is not None and not is_nested:
            given = [list(entries) for _ in self.names]  # for every output
        return super()._metrics_of(given, what, y_true, y_pred)

    def _made(self, item: Any, place: int, target: Any, prediction: Any) -> Metric:
        if isinstance(item, Metric):
            return item if place == 0 else like(item)
        made = metric_of(self.release, item)
        if not isinstance(made, str):
            made.name = self._prefix + made.name
            return made
        if self.release.formulas in ("tf2", "keras3"):
            return as_metric(made, target, prediction)
        name = "acc" if made in ACCURACIES else "ce"
        name = self._prefix + name if self.release.accuracy == "acc" else made
        return of_function(self.release, self._by_loss(made, place, prediction), name)

    def _by_loss(self, item: str, place: int, prediction: Any) -> Any:
        """The accuracy or crossentropy that goes with the loss of an output."""
        loss = self.losses[place]
        name = getattr(loss, "name", "") or ""
        kind = "categorical"
        if prediction.shape[-1:] == (1,) or name == "binary_crossentropy":
            kind = "binary"
        elif name == "sparse_categorical_crossentropy":
            kind = "sparse_categorical"
        word = "accuracy" if item in ACCURACIES else "crossentropy"
        return metric_functions(self.release)[f"{kind}_{word}"]

    def update_metrics(self, y_true: list[Any], y_pred: list[Any], sample_weight: list[Any]) -> None:
        targets = [self._target(target, prediction) for target, prediction in zip(y_true, y_pred, strict=True)]
        super().update_metrics(targets, y_pred, sample_weight)

    def results(self) -> dict[str, Any]:
        found = super().results()  # `result` may give a variable itself
        return {name: value.value if isinstance(value, Variable) else value for name, value in found.items()}

    def _target(self, target: Any, prediction: Any) -> Any:
        target = as_column(target, prediction)
        if target is None or self.release.formulas in ("tf2", "keras3"):
            return target
        return jnp.asarray(target, floatx())


def names_before(objective: Objective, names: Sequence[str], outputs: Sequence[Any]) -> list[str]:
    """What `metrics_names` will be, for a model whose objective has not seen targets yet."""
    preview = object.__new__(type(objective))
    preview.__dict__.update(objective.__dict__)
    preview.build(names, [None] * len(names), list(outputs))
    return list(preview.reported)
