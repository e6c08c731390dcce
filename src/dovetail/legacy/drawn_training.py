"""The training of a compiled model as tensors of its graph: `model.total_loss`, `targets` and `sample_weights`.

Scripts give them to `K.gradients` and `K.function`, to look at the derivatives by weights or inputs.
"""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from ..engine.tensor import KerasTensor
from .backend.lifting import record
from .backend.variables import placeholder

NAMES = ("targets", "sample_weights", "total_loss")


@dataclass
class DrawnTraining:
    """What a model is given to train, and its loss.

    Args:
        objective: that it was drawn for.
        targets: a symbolic tensor for each output.
        sample_weights: one for each output, of shape (batch,).
        total_loss: with the penalties of regularizers, and what was added as tensors; not those that layers add when
            they are called.
    """

    objective: Any
    targets: list[KerasTensor]
    sample_weights: list[KerasTensor]
    total_loss: KerasTensor


def drawn_training(model: Any) -> DrawnTraining:
    """The tensors of a compiled model, drawn once for each `compile`."""
    drawn = model.__dict__.get("_drawn_training")
    if drawn is None or drawn.objective is not model._objective:
        drawn = _draw(model)
        object.__setattr__(model, "_drawn_training", drawn)
    return drawn


def _draw(model: Any) -> DrawnTraining:
    outputs = list(model.outputs)
    objective = object.__new__(type(model._objective))
    objective.__dict__.update(model._objective.__dict__, metrics=None, weighted_metrics=None)
    objective.build(model.output_names, [None] * len(outputs), outputs)
    objective.trackers = [None] * len(outputs)  # reports stay those of `fit`
    pairs = zip(objective.losses, outputs, model.output_names, strict=True)
    targets = [placeholder(_target_shape(loss, output), name=f"{name}_target") for loss, output, name in pairs]
    weights = [placeholder((None,), name=f"{name}_sample_weights") for name in model.output_names]

    def loss(targets: list[Any], outputs: list[Any], weights: list[Any]) -> Any:
        penalties = [jnp.sum(penalty) for penalty in model._regularization_losses()]
        of_outputs = objective.total_loss(targets, outputs, weights)
        return sum(penalties, 0.0 if of_outputs is None else of_outputs)

    total = record(loss, (targets, outputs, weights), {}, owned=tuple(model.trainable_weights))
    return DrawnTraining(model._objective, targets, weights, total)


def _target_shape(loss: Any, output: KerasTensor) -> tuple[int | None, ...]:
    """The shape of an output, or of class numbers."""
    is_sparse = str(getattr(loss, "name", "")).startswith("sparse_")
    return (*output.shape[:-1], 1) if is_sparse else tuple(output.shape)
