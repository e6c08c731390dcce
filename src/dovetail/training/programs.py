"""The compiled programs of training: one step as a pure function of state and batch, and the loops around it.

The state is one dictionary with every variable that training reads or writes: weights, random counters, optimizer
slots, learning rate, metrics. Only structure and shapes are constants of a program.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from ..engine.context import StatelessScope
from ..engine.masks import get_mask, set_mask
from ..engine.pure import State, keyed
from ..engine.variable import Variable
from ..ops.kernels.convolution import slow_in_loop
from ..ops.kernels.options import compile_jit
from .data import Samples
from .stateless import overrides, takes_training

Step = Callable[[State, Samples], State]
LOG = "log of the step: "  # key of a log in the state


def with_logs(state: State, logs: dict[str, Any]) -> State:
    """The state with these logs in place of those of the step before."""
    if not logs:
        return state
    kept = {key: value for key, value in state.items() if not key.startswith(LOG)}
    return kept | {LOG + name: jnp.asarray(value) for name, value in logs.items()}


class Steps:
    """The training step and the test step of a compiled model, as pure functions.

    Attributes:
        variables: all that the training step reads or writes, by key.
        test_variables: the part that the test step needs: no optimizer.
    """

    def __init__(self, model: Any):
        self.model = model
        self.optimizer = model.optimizer  # kept: programs are found by its identity
        self.objective = model._objective
        self.metrics = list({id(m): m for m in (*model.metrics, *model._own_metrics())}.values())
        self.reset = model.metrics  # these begin at zero in every epoch
        metric_variables = [v for metric in self.metrics for v in metric.variables]
        slots = [v for one in model._optimizers() for v in one.variables]
        self.variables = keyed([*model.variables, *slots, *metric_variables])
        self.keys = {id(variable): key for key, variable in self.variables.items()}
        optimizer_ids = {id(variable) for variable in slots}
        self.test_variables = {k: v for k, v in self.variables.items() if id(v) not in optimizer_ids}
        self.trainables = model.trainable_variables
        self.takes_training = takes_training(model.compute_loss)
        self.metric_variables = {self.keys[id(v)]: v for v in metric_variables}

    def _scope(self, state: State) -> StatelessScope:
        return StatelessScope(
            ((self.variables[k], v) for k, v in state.items() if k in self.variables), collect_losses=True
        )

    def _assigned(self, scope: StatelessScope) -> State:
        """What was assigned to variables of the state; anything else is temporary."""
        return {self.keys[key]: value for key, value in scope.assigned.items() if key in self.keys}

    def _forward(self, batch: Samples, training: bool) -> tuple[Any, list, list]:
        """Loss, predictions and their masks, in the active scope."""
        y_pred = self.model(batch.x, training=training)
        more = {"training": training} if self.takes_training else {}
        loss = self.model.compute_loss(batch.x, batch.y, y_pred, batch.sample_weight, **more)
        return loss, y_pred, [get_mask(leaf) for leaf in jax.tree.leaves(y_pred)]

    def _update_metrics(self, batch: Samples, y_pred: Any, masks: list, loss: Any) -> dict[str, Any]:
        """Logs of the step so far, if the model makes its own."""
        for leaf, mask in zip(jax.tree.leaves(y_pred), masks, strict=True):
            set_mask(leaf, mask)
        size = jax.tree.leaves(batch.x)[0].shape[0]
        self.model._objective.loss_tracker.update_state(loss, sample_weight=size)
        if not overrides(self.model, "compute_metrics"):
            self.model._update_metrics(batch.y, y_pred, batch.sample_weight)
            return {}
        return self.model.compute_metrics(batch.x, batch.y, y_pred, batch.sample_weight)

    def train(self, state: State, batch: Samples) -> State:
        """One optimizer update."""
        optimizer = self.optimizer
        parameters = {self.keys[id(v)]: state[self.keys[id(v)]] for v in self.trainables}

        def loss_of(parameters: State) -> tuple[Any, Any]:
            with self._scope(state | parameters) as scope:
                loss, y_pred, masks = self._forward(batch, training=True)
            return optimizer.scale_loss(loss), (loss, y_pred, masks, self._assigned(scope))

        gradients, (loss, y_pred, masks, new) = jax.grad(loss_of, has_aux=True)(parameters)
        with self._scope(state | new) as scope:
            optimizer.apply([gradients[self.keys[id(v)]] for v in self.trainables], self.trainables)
            logs = self._update_metrics(batch, y_pred, masks, loss)
        return with_logs(state | new | self._assigned(scope), logs)

    def test(self, state: State, batch: Samples) -> State:
        """Loss and metrics of one batch; weights stay, the states of stateful layers go on."""
        with self._scope(state) as scope:
            loss, y_pred, masks = self._forward(batch, training=False)
            logs = self._update_metrics(batch, y_pred, masks, loss)
        return with_logs(state | self._assigned(scope), logs)

    def keeps_logs(self, kind: str) -> bool:
        """Whether the model makes its own logs, which the state carries from step to step."""
        return overrides(self.model, "compute_metrics")

    def start(self, kind: str, state: State, batch: Samples) -> State:
        """What the state holds beside variables, at the beginning of an epoch: zeros for logs, so that it has one
        structure from the first step on."""
        if not self.keeps_logs(kind):
            return {}
        new = jax.eval_shape(getattr(self, kind), state, batch)
        return {key: jnp.zeros(value.shape, value.dtype) for key, value in new.items() if key.startswith(LOG)}

    def results(self, state: State) -> dict[str, Any]:
        """The metrics by name, in the order of their names."""
        found = {key.removeprefix(LOG): value for key, value in state.items() if key.startswith(LOG)}
        if not found:
            with self._scope(state):
                found = self.model.get_metrics_result()
                # a metric may give the variable that it counts in
                found = {key: value.value if isinstance(value, Variable) else value for key, value in found.items()}
        return dict(sorted(found.items()))


class EpochProgram:
    """Steps `start` to `stop` of an epoch in one program, where XLA runs that well, else one program a step.

    Args:
        step: pure function of (state, batch).
        results: function of the state giving the metrics.
        batch_size: samples in a step; a shorter last batch is a small program of its own.
        donate: whether the state is handed over for good.
        eager: run step by step without compiling, for debugging.
    """

    def __init__(
        self,
        step: Step,
        results: Callable[[State], Any],
        batch_size: int,
        donate: bool = False,
        eager: bool = False,
    ):
        self.step, self.results, self.batch_size, self.donates, self.eager = step, results, batch_size, donate, eager
        donated = (0,) if donate else ()
        self._loop = compile_jit(self._run_loop, donate_argnums=donated)
        self._single = compile_jit(self._run_single, donate_argnums=donated)
        self._tail = compile_jit(self._run_tail, donate_argnums=donated, static_argnums=(3,))
        self._loops: dict[Any, bool] = {}

    def __call__(self, state: State, data: Samples, order: Any, start: int, stop: int) -> tuple[State, Any]:
        """State after steps `start` to `stop`, and the metrics then; `order` are row numbers, None as they come."""
        size = data.size if order is None else len(order)
        full = size // self.batch_size
        results = None
        if self.eager:
            return self._run_eagerly(state, data, order, start, stop, size)
        if start < min(stop, full):
            last = min(stop, full)
            if self._can_loop(state, data, order):
                state, results = self._loop(state, data, order, start, last)
            else:
                for index in range(start, last):
                    state, results = self._single(state, data, order, index)
        if stop > full and size % self.batch_size:
            state, results = self._tail(state, data, order, full * self.batch_size)
        return state, results

    def _run_eagerly(self, state: State, data: Samples, order: Any, start: int, stop: int, size: int) -> Any:
        with jax.disable_jit():
            for index in range(start, stop):
                first = index * self.batch_size
                state = self.step(state, self._batch(data, order, first, min(self.batch_size, size - first)))
            return state, self.results(state)

    def _can_loop(self, state: State, data: Samples, order: Any) -> bool:
        """Whether the step may run inside a loop of XLA: on CPU, some convolutions there become scalar code."""
        key = tuple((leaf.shape, str(leaf.dtype)) for leaf in jax.tree.leaves(data))
        if key not in self._loops:
            reason = None
            if jax.default_backend() == "cpu":
                reason = slow_in_loop(self._loop.trace(state, data, order, 0, 1).jaxpr)
            self._loops[key] = reason is None
        return self._loops[key]

    def _batch(self, data: Samples, order: Any, start: Any, size: int) -> Samples:
        if order is None:
            return jax.tree.map(lambda a: lax.dynamic_slice_in_dim(a, start, size), data)
        rows = lax.dynamic_slice_in_dim(order, start, size)
        return jax.tree.map(lambda a: a.at[rows].get(mode="promise_in_bounds"), data)

    def _run_loop(self, state: State, data: Samples, order: Any, start: Any, stop: Any) -> tuple[State, Any]:
        def body(index: Any, state: State) -> State:
            return self.step(state, self._batch(data, order, index * self.batch_size, self.batch_size))

        state = lax.fori_loop(start, stop, body, state)
        return state, self.results(state)

    def _run_single(self, state: State, data: Samples, order: Any, index: Any) -> tuple[State, Any]:
        state = self.step(state, self._batch(data, order, index * self.batch_size, self.batch_size))
        return state, self.results(state)

    def _run_tail(self, state: State, data: Samples, order: Any, start: int) -> tuple[State, Any]:
        size = (data.size if order is None else len(order)) - start
        state = self.step(state, self._batch(data, order, start, size))
        return state, self.results(state)
