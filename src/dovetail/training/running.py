"""Running: the compiled programs of a model, and the loops of Python around them."""

import time
import warnings
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..callbacks import CallbackList
from ..engine.pure import State, read, write
from ..ops.kernels.options import compile_jit
from .data import Samples
from .feeding import ArrayFeed, StreamFeed
from .programs import EpochProgram, Steps

# A state larger than this is handed to the training program for good (donated), which saves its memory once more;
# a smaller one is kept, so that arrays which a user took from variables stay valid at no cost.
DONATED_BYTES = 64 * 2**20
CHUNK_SECONDS = 1.0  # the longest that a program runs before Python can be interrupted
LIVE_SECONDS = 0.1  # the same while a bar is shown


class Compiled:
    """The compiled programs for one structure of a model, its objective and its optimizer."""

    def __init__(self, steps: Steps, eager: bool = False):
        self.steps, self.eager = steps, eager
        self._made: dict[Any, Any] = {}
        now = read(steps.metric_variables)
        begun = {steps.keys[id(v)] for metric in steps.reset for v in metric.variables}
        for metric in steps.reset:
            metric.reset_state()
        self.zero_metrics = {key: value for key, value in read(steps.metric_variables).items() if key in begun}
        write(steps.metric_variables, now)
        self.copy = jax.jit(lambda state: jax.tree.map(jnp.copy, state))

    @property
    def donates(self) -> bool:
        return not self.eager and _bytes(read(self.steps.variables)) > DONATED_BYTES

    def epoch(self, kind: str, batch_size: int) -> EpochProgram:
        """The program for several steps over arrays."""
        if (kind, batch_size) not in self._made:
            donate = kind == "train" and self.donates
            step = getattr(self.steps, kind)
            self._made[kind, batch_size] = EpochProgram(step, self.steps.results, batch_size, donate, self.eager)
        return self._made[kind, batch_size]

    def batch(self, kind: str) -> Any:
        """The program for one step on one batch."""
        if kind not in self._made:

            def run(state: State, batch: Samples) -> tuple[State, Any]:
                state = getattr(self.steps, kind)(state, batch)
                return state, self.steps.results(state)

            def run_eagerly(state: State, batch: Samples) -> tuple[State, Any]:
                with jax.disable_jit():
                    return run(state, batch)

            self._made[kind] = run_eagerly if self.eager else compile_jit(run)
        return self._made[kind]

    def start(self, kind: str, batch: Samples) -> State:
        """The state at the beginning of an epoch: metrics at zero."""
        variables = self.steps.variables if kind == "train" else self.steps.test_variables
        state = read(variables) | self.zero_metrics
        return state | self.steps.start(kind, state, batch)


class Runner:
    """Runs epochs of training or evaluation, in pieces as long as callbacks and progress allow.

    Args:
        kind: "train" or "test".
        reports: whether progress is told: not of a validation, which is a part of an epoch.
    """

    def __init__(self, model: Any, programs: Compiled, kind: str, watchers: CallbackList, reports: bool = True):
        self.model, self.programs, self.kind, self.watchers = model, programs, kind, watchers
        self.reports = reports and watchers.wants_progress
        self.is_training = kind == "train"
        self.variables = programs.steps.variables if self.is_training else programs.steps.test_variables
        self.needs_batches = watchers.needs_batches
        self.begin_batch = watchers.on_train_batch_begin if self.is_training else watchers.on_test_batch_begin
        self.end_batch = watchers.on_train_batch_end if self.is_training else watchers.on_test_batch_end
        self.step_seconds = 0.0

    def epoch(self, feed: ArrayFeed | StreamFeed, epoch: int = 0) -> dict[str, Any]:
        """One epoch; the variables hold its result afterwards."""
        run = self._over_arrays if isinstance(feed, ArrayFeed) else self._over_stream
        return run(feed, epoch)  # type: ignore[arg-type]

    def _stops(self) -> bool:
        return self.is_training and self.model.stop_training

    def _over_arrays(self, feed: ArrayFeed, epoch: int) -> dict[str, Any]:
        program = self.programs.epoch(self.kind, feed.batch_size)
        data, order, count = feed.data, feed.order(epoch), feed.steps
        state = self.programs.start(self.kind, data.part(0, feed.batch_size))
        if program.donates:
            state = self.programs.copy(state)
        results: Any = None
        done = 0
        try:
            while done < count and not self._stops():
                stop = min(count, done + self._chunk())
                if self.needs_batches:
                    state = self._before_batch(done, feed.samples_of(done), state)
                begin = time.perf_counter()
                state, results = program(state, data, order, done, stop)
                if self.needs_batches or stop < count:
                    jax.block_until_ready(results)
                    self.step_seconds = (time.perf_counter() - begin) / (stop - done)
                if self.needs_batches:
                    state = self._after_batch(stop - 1, state, results, program.donates)
                elif stop < count and self.reports:
                    self.watchers.on_progress(stop, floats(results))
                done = stop
            return floats(results)
        finally:  # an interrupt keeps the steps that were done
            write(self.variables, state)

    def _over_stream(self, feed: StreamFeed, epoch: int) -> dict[str, Any]:
        program = self.programs.batch(self.kind)
        state = self.programs.start(self.kind, feed.example)
        results: Any = None
        drawn = time.perf_counter()
        try:
            for index, batch in enumerate(feed.batches()):
                if self.needs_batches:
                    state = self._before_batch(index, len(jax.tree.leaves(batch)[0]), state)
                state, results = program(state, batch)
                if self.needs_batches:
                    state = self._after_batch(index, state, results, donated=False)
                elif self.reports and time.perf_counter() - drawn > LIVE_SECONDS:
                    self.watchers.on_progress(index + 1, floats(results))
                    drawn = time.perf_counter()
                if self._stops():
                    break
            feed.end_of_epoch()
            return floats(results)
        finally:
            write(self.variables, state)

    def _before_batch(self, index: int, samples: int, state: State) -> State:
        """A callback may change the learning rate, or weights, before a batch too."""
        write(self.variables, state)
        self.watchers.batch_samples = samples
        self.begin_batch(index)
        return state | read(self.variables)

    def _after_batch(self, index: int, state: State, results: Any, donated: bool) -> State:
        """A callback may read the weights, and change them."""
        write(self.variables, self.programs.copy(state) if donated else state)
        values = floats(results)
        self.end_batch(index, values)
        if self.reports:
            self.watchers.on_progress(index + 1, values)
        logs = {key: value for key, value in state.items() if key not in self.variables}
        return read(self.variables) | logs

    def _chunk(self) -> int:
        """How many steps to run before looking up: for callbacks of batches as many as `compile` was told, one unless
        it was; else as many as time allows."""
        if self.needs_batches:
            return self.model.steps_per_execution
        if not self.step_seconds:
            return 16
        seconds = LIVE_SECONDS if self.watchers.shows_bar else CHUNK_SECONDS
        return max(1, int(seconds / self.step_seconds))


def predict_batches(program: Any, variables: Any, batches: Iterator[Any], watchers: CallbackList) -> Any:
    """The outputs of every batch, joined; what layers keep from batch to batch is kept."""
    parts: list[Any] = []
    watchers.on_predict_begin()
    state = read(variables)  # which callbacks may have changed
    try:
        for index, x in enumerate(batches):
            if watchers.needs_batches:
                watchers.on_predict_batch_begin(index)
            outputs, assigned = program(state, x)
            state = state | assigned if assigned else state
            if parts:  # the device computes this batch meanwhile
                parts[-1] = jax.device_get(parts[-1])
            parts.append(outputs)
            if watchers.needs_batches:
                watchers.on_predict_batch_end(index, {"outputs": outputs})
            if watchers.wants_progress:
                watchers.on_progress(index + 1, {})
    finally:
        write(variables, state)
    watchers.on_predict_end()
    if not parts:
        warnings.warn("there was nothing to predict: the data gave no batches", stacklevel=4)
        return None
    return jax.tree.map(lambda *arrays: np.concatenate(arrays), *parts)


def floats(results: Any) -> dict[str, Any]:
    """Metrics as plain numbers, or arrays where a metric has several."""
    if results is None:
        return {}
    fetched = jax.device_get(results)
    return {name: float(value) if np.ndim(value) == 0 else value for name, value in fetched.items()}


def _bytes(state: State) -> int:
    return sum(value.nbytes for value in state.values())
