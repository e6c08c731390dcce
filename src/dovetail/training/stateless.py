"""Steps of training as pure functions over lists of values, as on Keras's JAX backend, for models to override."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import jax

from ..engine.context import StatelessScope, current
from ..engine.errors import StateError
from ..engine.masks import get_mask, set_mask
from ..engine.variable import Variable

Values = Sequence[Any]  # of variables, in the order of a model's list of them
F = TypeVar("F", bound=Callable[..., Any])


def usual(method: F) -> F:
    """Mark a method as the library's own, to tell whether a model overrides it."""
    method.is_usual = True  # type: ignore[attr-defined]
    return method


def overrides(model: Any, *names: str) -> bool:
    """Whether a model has its own form of one of these methods."""
    return any(not getattr(getattr(model, name), "is_usual", False) for name in names)


def takes_training(method: Any) -> bool:
    """Whether `compute_loss` has the argument, as since Keras 3.3."""
    parameters = inspect.signature(method).parameters.values()
    return any(p.name == "training" or p.kind == p.VAR_KEYWORD for p in parameters)


def unpacked(data: Any) -> tuple[Any, Any, Any]:
    """x, y and sample_weight of a batch as steps get it."""
    parts = data if isinstance(data, (tuple, list)) else (data,)
    return (*parts, None, None)[:3]  # type: ignore[return-value]


class StatelessSteps:
    """The part of a model that trains it in pure functions. A model may override each, or call it with `super()`."""

    @usual
    def stateless_compute_loss(
        self,
        trainable_variables: Values,
        non_trainable_variables: Values,
        metrics_variables: Values,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """`compute_loss` with these values of the variables.

        Returns:
            (loss, (trainable, non-trainable, metrics variables' new values)).
        """
        model: Any = self
        others, metrics = model.non_trainable_variables, model.metrics_variables
        pairs = [*_paired(model.trainable_variables, trainable_variables, "trainable")]
        pairs += [*_paired(others, non_trainable_variables, "non_trainable")]
        pairs += [*_paired(metrics, metrics_variables, "metrics")]
        outer = current().scope
        with StatelessScope(pairs, collect_losses=True) as scope:
            if outer is not None and outer.collect_losses:
                scope.losses = list(outer.losses)  # what layers added in the forward pass
            more = {"training": training} if takes_training(model.compute_loss) else {}
            loss = model.compute_loss(x, y, y_pred, sample_weight, **more)
            new = [[scope.get_current_value(v) for v in group] for group in (others, metrics)]
        return loss, (list(trainable_variables), *new)

    @usual
    def compute_loss_and_updates(
        self,
        trainable_variables: Values,
        non_trainable_variables: Values,
        metrics_variables: Values,
        x: Any,
        y: Any,
        sample_weight: Any,
        training: bool = False,
        optimizer_variables: Values | None = None,
    ) -> Any:
        """The loss as `jax.grad` needs it, scaled as the optimizer asks.

        Returns:
            (scaled loss, (loss, y_pred, non-trainable variables' new values, metrics variables' new values)).
        """
        model: Any = self
        others = model.non_trainable_variables
        pairs = [*_paired(model.trainable_variables, trainable_variables, "trainable")]
        pairs += [*_paired(others, non_trainable_variables, "non_trainable")]
        with StatelessScope(pairs, collect_losses=True) as scope:
            y_pred = model(x, training=training)
            moved = [scope.get_current_value(variable) for variable in others]
            loss, (_, moved, metric_values) = model.stateless_compute_loss(
                trainable_variables, moved, metrics_variables,
                x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training,
            )  # fmt: skip
        scaled = loss
        if training and model.optimizer is not None and optimizer_variables is not None:
            with StatelessScope(zip(model.optimizer.variables, optimizer_variables, strict=True)):
                scaled = model.optimizer.scale_loss(loss)
        return scaled, (loss, y_pred, moved, metric_values)

    def _update_metrics_variables(
        self, metrics_variables: Values, loss: Any, x: Any, y: Any, y_pred: Any, sample_weight: Any
    ) -> tuple[dict[str, Any], list[Any]]:
        """Logs, and the metrics variables' values after this batch."""
        model: Any = self
        variables = model.metrics_variables
        with StatelessScope(_paired(variables, metrics_variables, "metrics")) as scope:
            model._loss_tracker.update_state(loss, sample_weight=jax.tree.leaves(x)[0].shape[0])
            logs = model.compute_metrics(x, y, y_pred, sample_weight)
            return logs, [scope.get_current_value(variable) for variable in variables]

    @usual
    def train_step(self, state: Any, data: Any) -> Any:
        """One update: from the variables' values (trainable, non-trainable, optimizer, metrics) and a batch to
        (logs, new values)."""
        trainable, others, slots, metric_values = state
        x, y, sample_weight = unpacked(data)
        model: Any = self

        def loss_of(trainable: Values) -> Any:
            scaled, found = model.compute_loss_and_updates(
                trainable, others, metric_values, x, y, sample_weight, training=True, optimizer_variables=slots
            )
            return scaled, (found, _masks(found[1]))

        gradients, ((loss, y_pred, others, metric_values), masks) = jax.grad(loss_of, has_aux=True)(list(trainable))
        trainable, slots = model.optimizer.stateless_apply(slots, gradients, trainable)
        _set_masks(y_pred, masks)
        logs, metric_values = self._update_metrics_variables(metric_values, loss, x, y, y_pred, sample_weight)
        return logs, (trainable, others, slots, metric_values)

    @usual
    def test_step(self, state: Any, data: Any) -> Any:
        """Loss and metrics of a batch: from (trainable, non-trainable, metrics) values to (logs, new values)."""
        trainable, others, metric_values = state
        x, y, sample_weight = unpacked(data)
        model: Any = self
        _, (loss, y_pred, others, metric_values) = model.compute_loss_and_updates(
            trainable, others, metric_values, x, y, sample_weight, training=False
        )
        logs, metric_values = self._update_metrics_variables(metric_values, loss, x, y, y_pred, sample_weight)
        return logs, (trainable, others, metric_values)

    @usual
    def predict_step(self, state: Any, data: Any) -> Any:
        """The outputs for a batch: from (trainable, non-trainable) values to (outputs, new non-trainable values)."""
        trainable, others = state
        model: Any = self
        return model.stateless_call(trainable, others, unpacked(data)[0], training=False)


def _paired(variables: list[Variable], values: Values, what: str) -> Any:
    if len(variables) != len(values):
        raise StateError(f"the model has {len(variables)} {what}_variables, {len(values)} values were given")
    return zip(variables, values, strict=True)


def _masks(tree: Any) -> list[Any]:
    return [get_mask(leaf) for leaf in jax.tree.leaves(tree)]


def _set_masks(tree: Any, masks: list[Any]) -> None:
    for leaf, mask in zip(jax.tree.leaves(tree), masks, strict=True):
        set_mask(leaf, mask)
