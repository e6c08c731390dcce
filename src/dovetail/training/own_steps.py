"""Steps of the user's own: `train_step`, `test_step` and `predict_step` as Keras's JAX backend calls them."""

import inspect
from pathlib import Path
from typing import Any

import jax.numpy as jnp

from ..engine.errors import StateError
from ..engine.pure import State
from .data import Samples
from .programs import Steps, with_logs
from .stateless import overrides

INSIDE = ("compute_loss_and_updates", "stateless_compute_loss")  # what the usual steps on lists call
STATELESS = ("train_step", "test_step", *INSIDE)


class OwnSteps(Steps):
    """The steps of a model that overrides some of them; those which it does not are the usual ones.

    `train_step(state, data)` gets the state as lists (trainable, non-trainable, optimizer, metrics variables' values)
    and the batch as (x,), (x, y) or (x, y, sample_weight); it returns (logs, new state).
    """

    def __init__(self, model: Any):
        super().__init__(model)
        key = self.keys.__getitem__
        self.parts = {
            "trainable": [key(id(v)) for v in model.trainable_variables],
            "non-trainable": [key(id(v)) for v in model.non_trainable_variables],
            "optimizer": [key(id(v)) for v in (self.optimizer.variables if self.optimizer is not None else ())],
            "metrics": [key(id(v)) for v in model.metrics_variables],
        }

    def _run(self, step: Any, state: State, batch: Samples, parts: tuple[str, ...]) -> State:
        given = tuple([state[key] for key in self.parts[part]] for part in parts)
        with self._scope(state) as scope:
            returned = step(given, as_data(batch))
        if not isinstance(returned, tuple) or len(returned) != 2 or len(returned[1]) != len(parts):
            raise StateError(
                f"`{step.__name__}` of {type(self.model).__name__} returns (logs, state), the state a tuple of "
                f"{len(parts)} lists: {', '.join(parts)} variables' values; got {type(returned).__name__}"
            )
        logs, new = returned
        found = dict(self._assigned(scope))
        for part, values in zip(parts, new, strict=True):
            if len(values) != len(self.parts[part]):
                raise StateError(f"`{step.__name__}` returned {len(values)} values of {part} variables, "
                                 f"there are {len(self.parts[part])}")  # fmt: skip
            found |= dict(zip(self.parts[part], values, strict=True))
        found = {name: jnp.asarray(value, state[name].dtype) for name, value in found.items()}
        return with_logs(state | found, logs)

    def train(self, state: State, batch: Samples) -> State:
        if not overrides(self.model, "train_step", *INSIDE):
            return super().train(state, batch)
        parts = ("trainable", "non-trainable", "optimizer", "metrics")
        return self._run(self.model.train_step, state, batch, parts)

    def test(self, state: State, batch: Samples) -> State:
        if not overrides(self.model, "test_step", *INSIDE):
            return super().test(state, batch)
        return self._run(self.model.test_step, state, batch, ("trainable", "non-trainable", "metrics"))

    def keeps_logs(self, kind: str) -> bool:
        return overrides(self.model, f"{kind}_step", *INSIDE) or super().keeps_logs(kind)


def check_own_steps(model: Any) -> None:
    """Steps must be written for this backend.

    Raises:
        StateError: a step takes the data alone, as TensorFlow's do.
    """
    for name in ("train_step", "test_step", "predict_step"):
        step = getattr(model, name)
        if overrides(model, name) and len(inspect.signature(step).parameters) < 2:
            code = getattr(step, "__code__", None)
            place = f" (line {code.co_firstlineno} of {Path(code.co_filename).name})" if code is not None else ""
            raise StateError(
                f"{type(model).__name__}.{name}(data){place} is written for TensorFlow, where variables change in "
                f"place. Here it is {name}(state, data), as on Keras's JAX backend: it gets the values of the "
                "variables, and returns (logs, new state). `jax.value_and_grad` of `self.stateless_call` takes the "
                "place of GradientTape"
            )


def as_data(batch: Samples) -> tuple:
    """The batch as steps take it."""
    x, y, sample_weight = batch
    return (x,) if y is None else (x, y) if sample_weight is None else (x, y, sample_weight)
