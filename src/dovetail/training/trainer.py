"""Trainer: compile, fit, evaluate, predict, and their versions for one batch."""

import inspect
import time
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .. import optimizers as optimizers_module
from ..callbacks import CallbackList, History
from ..engine.configs import to_config
from ..engine.errors import StateError
from ..engine.operation import trace
from ..engine.programs import Programs
from ..engine.pure import State, pure, read, write
from ..engine.randomness import make_seed, permutation
from ..engine.tensor import Spec
from ..ops.kernels.options import compile_jit
from .binding import bind
from .data import DataError, Samples, bind_inputs, gather
from .objective import Objective
from .programs import EpochProgram, Steps, on_device

# A state larger than this is handed to the training program for good (donated), which saves its memory once more;
# a smaller one is kept, so that arrays which a user took from variables stay valid at no cost.
DONATED_BYTES = 64 * 2**20
CHUNK_SECONDS = 1.0  # the longest that a program runs before Python can be interrupted
LIVE_SECONDS = 0.1  # the same while a bar is shown


class Trainer:
    """The part of a model that trains it."""

    _graph: Any
    _programs: Programs
    optimizer: Any = None
    stop_training = False
    _objective: Objective | None = None

    # -- compile

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Set optimizer, losses and metrics; names are looked up here.

        Args:
            optimizer: a name, an optimizer, or an optax transformation.
            loss: a name, loss or function for every output, or a list or dictionary of them.
            loss_weights: factors of the outputs' losses.
            metrics: names, metrics or functions; for several outputs a list of lists or a dictionary.
            weighted_metrics: the same; these see sample weights.
            steps_per_execution, jit_compile: accepted; programs are compiled, and as long as callbacks allow.

        Raises:
            NameLookupError: a name is not known; the closest one is given.
        """
        if run_eagerly:
            raise StateError(
                "`run_eagerly=True` is not there yet: use `jax.disable_jit()` around `fit` to step through"
            )
        for step in ("train_step", "test_step", "predict_step"):
            if hasattr(self, step):
                raise NotImplementedError(
                    f"{type(self).__name__} has a `{step}` of its own, which `fit` does not call yet: override "
                    "`compute_loss` or `compute_metrics`, or write the loop with `stateless_call`"
                )
        self.optimizer = optimizers_module.get(optimizer)
        self._compiled_with = {
            "optimizer": self.optimizer, "loss": loss, "loss_weights": loss_weights, "metrics": metrics,
            "weighted_metrics": weighted_metrics, "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution, "jit_compile": jit_compile,
        }  # fmt: skip
        self._objective = Objective(loss, loss_weights, metrics, weighted_metrics)
        self._programs.forget()
        self.stop_training = False
        if self._graph is not None:
            _check_names(self)

    def get_compile_config(self) -> dict[str, Any] | None:
        """What `compile` was given, as plain data; None before it."""
        return None if self._objective is None else to_config(self._compiled_with)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` tells, and make the optimizer's slots."""
        known = inspect.signature(type(self).compile).parameters
        self.compile(**{name: value for name, value in config.items() if name in known})
        if self.built and self.optimizer is not None:  # type: ignore[attr-defined]
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    @property
    def compiled(self) -> bool:
        return self._objective is not None

    @property
    def metrics(self) -> list[Any]:
        """The loss tracker and the metrics, once they are made."""
        if self._objective is None or not self._objective.built:
            return []
        return list(self._objective.reported.values())

    @property
    def metrics_names(self) -> list[str]:
        if self._objective is None or not self._objective.built:
            return []
        return list(self._objective.reported)

    def reset_metrics(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The loss of one batch: the outputs' losses, and all that layers added."""
        loss = self._objective.total_loss(y, jax.tree.leaves(y_pred), sample_weight)
        for added in self.losses:  # type: ignore[attr-defined]
            loss = jnp.sum(added) if loss is None else loss + jnp.sum(jnp.asarray(added, jnp.float32))
        if loss is None:
            raise StateError("there is no loss to minimize: give `compile` a loss, or have a layer call `add_loss`")
        return loss

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Update the metrics with one batch."""
        self._objective.update_metrics(y, jax.tree.leaves(y_pred), sample_weight)

    # -- fit

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> History:
        """Train on arrays in memory.

        Args:
            x: input array, or a list or dictionary of them.
            y: target array, or a list or dictionary of them.
            batch_size: samples in a step; 32 when None.
            epochs: passes over the data, counted from 0: training ends before epoch `epochs`.
            verbose: 0 silent, 1 a bar, 2 a line an epoch, "auto" a bar on a terminal and lines elsewhere.
            validation_split: the last part of the data, between 0 and 1, kept for validation.
            validation_data: (x, y) or (x, y, sample_weight).
            shuffle: whether every epoch takes the samples in a new order.
            class_weight: from class to weight; multiplied with `sample_weight`.
            steps_per_epoch: steps in an epoch, going through the data again as needed.
            validation_steps: batches used of the validation data; all when None.
            validation_freq: validate every so many epochs, or in the epochs listed (counted from 1).

        Returns:
            History: `.history` has a list with one number an epoch for every loss and metric.
        """
        self._check_compiled("fit")
        batch_size = _positive("batch_size", 32 if batch_size is None else batch_size)
        validation = None
        if validation_data is not None:
            validation = self._validation(validation_data)
        samples = gather(self, x, y, sample_weight, class_weight)
        if validation is None and validation_split:
            samples, validation = _split(samples, validation_split)
        programs = self._prepare(samples, training=True)
        orders = _orders(samples.size, batch_size, shuffle, steps_per_epoch)
        steps = steps_per_epoch or -(-samples.size // batch_size)
        watchers = CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=epochs,
            steps=steps,
        )
        data = on_device(samples)
        program = programs.epoch("train", batch_size)
        runner = _Runner(self, programs, program, data, watchers)
        if validation is not None:
            validation = on_device(validation)
        self.stop_training = False
        watchers.on_train_begin()
        logs: dict[str, Any] = {}
        for epoch, order in zip(range(initial_epoch, epochs), orders, strict=False):
            watchers.on_epoch_begin(epoch)
            logs = runner.epoch(order, steps)
            if validation is not None and _validates(validation_freq, epoch):
                size = validation_batch_size or batch_size
                found = self._evaluated(validation, size, validation_steps, watchers)
                logs = logs | {f"val_{name}": value for name, value in found.items()}
            watchers.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        self.optimizer.finalize_variable_values(self.trainable_variables)  # type: ignore[attr-defined]
        watchers.on_train_end(logs)
        return self.history

    def _validation(self, validation_data: Any) -> Samples:
        if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
            raise DataError("`validation_data` is a tuple (x, y) or (x, y, sample_weight)")
        return gather(self, *validation_data, where="validation_data: ")

    # -- evaluate and predict

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Loss and metrics over arrays in memory.

        Returns:
            the loss alone, or a list with it and the metrics as in `metrics_names`, or with `return_dict` all by name.
        """
        if kwargs:
            raise TypeError(f"evaluate has no argument {next(iter(kwargs))!r}")
        self._check_compiled("evaluate")
        batch_size = _positive("batch_size", 32 if batch_size is None else batch_size)
        samples = gather(self, x, y, sample_weight)
        watchers = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=1,
            steps=steps or -(-samples.size // batch_size),
        )
        logs = self._evaluated(samples, batch_size, steps, watchers)
        if return_dict:
            return logs
        values = self._in_order(logs)
        return values[0] if len(values) == 1 else values

    def _evaluated(
        self, samples: Samples, batch_size: int, steps: int | None, watchers: CallbackList
    ) -> dict[str, float]:
        programs = self._prepare(samples, training=False)
        if steps is not None:
            samples = samples.part(0, steps * batch_size)
        data = on_device(samples)
        count = -(-samples.size // batch_size)
        program = programs.epoch("test", batch_size)
        state = read(programs.steps.test_variables) | programs.zero_metrics
        watchers.on_test_begin()
        results: Any = None
        for first, last in _spans(count, 1 if watchers.needs_batches else count):
            if watchers.needs_batches:
                watchers.on_test_batch_begin(first)
            state, results = program(state, data, None, first, last)
            if watchers.needs_batches:
                watchers.on_test_batch_end(last - 1, _floats(results))
        logs = _floats(results)
        watchers.on_test_end(logs)
        return logs

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """The outputs for arrays in memory, as NumPy arrays nested like the model's outputs."""
        batch_size = _positive("batch_size", 32 if batch_size is None else batch_size)
        x = bind_inputs(self, x)
        size = len(jax.tree.leaves(x)[0])
        if steps is not None:
            size = min(size, steps * batch_size)
        program, variables = self._forward_program(x)
        state = read(variables)
        if size <= batch_size and callbacks is None:
            outputs = program(state, jax.tree.map(lambda a: a[:size], x))
            return jax.tree.map(np.array, outputs)
        watchers = CallbackList(
            callbacks, model=self, add_progbar=False, verbose=verbose, epochs=1, steps=-(-size // batch_size)
        )
        watchers.on_predict_begin()
        parts = []
        for index, start in enumerate(range(0, size, batch_size)):
            if watchers.needs_batches:
                watchers.on_predict_batch_begin(index)
            stop = min(start + batch_size, size)
            parts.append(program(state, jax.tree.map(lambda a, i=start, j=stop: a[i:j], x)))
            if watchers.needs_batches:
                watchers.on_predict_batch_end(index, {"outputs": parts[-1]})
        watchers.on_predict_end()
        return jax.tree.map(lambda *arrays: np.concatenate(arrays), *parts)

    def _forward_program(self, x: Any) -> tuple[Any, Any]:
        """The compiled forward pass, and the variables whose values it takes."""
        if self._graph is None and not self.built:  # type: ignore[attr-defined]
            self._output_specs(x)

        def make() -> tuple[Any, Any]:
            self._output_specs(x)  # a subclassed model's layers are built when they are first called
            variables = self._programs.variables()
            call = pure(lambda x: self(x, training=False), variables)  # type: ignore[operator]
            return compile_jit(lambda state, x: call(state, x)[0]), variables

        return self._programs.get("predict", make)

    # -- one batch

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One update on one batch; returns loss and metrics since `reset_metrics`."""
        self._check_compiled("train_on_batch")
        samples = gather(self, x, y, sample_weight, class_weight)
        programs = self._prepare(samples, training=True)
        return self._on_batch(programs, "train", programs.steps.variables, samples, return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Loss and metrics, since `reset_metrics`, with one batch more."""
        self._check_compiled("test_on_batch")
        samples = gather(self, x, y, sample_weight)
        programs = self._prepare(samples, training=False)
        return self._on_batch(programs, "test", programs.steps.test_variables, samples, return_dict)

    def _on_batch(self, programs: Any, kind: str, variables: Any, samples: Samples, return_dict: bool) -> Any:
        state, results = programs.batch(kind)(read(variables), samples)
        write(variables, state)
        logs = _floats(results)
        values = self._in_order(logs)
        return logs if return_dict else (values[0] if len(values) == 1 else values)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as NumPy arrays."""
        x = bind_inputs(self, x)
        program, variables = self._forward_program(x)
        return jax.tree.map(np.array, program(read(variables), x))

    # -- inside

    def _check_compiled(self, what: str) -> None:
        if self._objective is None:
            raise StateError(f"`{what}` needs the model to be compiled: call `model.compile(optimizer, loss)` first")

    def _in_order(self, logs: dict[str, float]) -> list[float]:
        """The values as `metrics_names` lists them, the loss first."""
        return [logs[name] for name in self.metrics_names if name in logs] + [
            value for name, value in logs.items() if name not in self.metrics_names
        ]

    def _names_of_outputs(self, x: Any) -> list[str]:
        if self._graph is not None:
            return self.output_names  # type: ignore[attr-defined]
        return _names_in(self._output_specs(x))

    def _output_specs(self, x: Any) -> Any:
        return trace(lambda x: self(x, training=False), (_batch_specs(x),), {})  # type: ignore[operator]

    def _prepare(self, samples: Samples, training: bool) -> "_TrainPrograms":
        """Build what is not built yet, and find the programs for the present structure."""
        objective = self._objective
        if not objective.built:
            predictions = jax.tree.leaves(self._output_specs(samples.x), is_leaf=_is_spec)
            objective.build(self._names_of_outputs(samples.x), samples.y, predictions)
        if training and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]
        key = ("train", id(objective), id(self.optimizer), self.optimizer.built)
        return self._programs.get(key, lambda: _TrainPrograms(Steps(self)))


class _TrainPrograms:
    """The compiled programs for one structure of a model, its objective and its optimizer."""

    def __init__(self, steps: Steps):
        self.steps = steps
        self._made: dict[Any, Any] = {}
        metrics = steps.model._objective.reported.values()
        current = read(steps.metric_variables)
        for metric in metrics:
            metric.reset_state()
        self.zero_metrics = read(steps.metric_variables)
        write(steps.metric_variables, current)

    def epoch(self, kind: str, batch_size: int) -> EpochProgram:
        if (kind, batch_size) not in self._made:
            donate = kind == "train" and _bytes(read(self.steps.variables)) > DONATED_BYTES
            step = getattr(self.steps, kind)
            self._made[kind, batch_size] = EpochProgram(step, self.steps.results, batch_size, donate)
        return self._made[kind, batch_size]

    def batch(self, kind: str) -> Any:
        if kind not in self._made:

            def run(state: State, batch: Samples) -> tuple[State, Any]:
                state = getattr(self.steps, kind)(state, batch)
                return state, self.steps.results(state)

            self._made[kind] = compile_jit(run)
        return self._made[kind]


class _Runner:
    """Runs the training program over epochs, in pieces as long as callbacks and progress allow."""

    def __init__(
        self, model: Trainer, programs: _TrainPrograms, program: EpochProgram, data: Samples, watchers: CallbackList
    ):
        self.model, self.program, self.data, self.watchers = model, program, data, watchers
        self.variables, self.zero_metrics = programs.steps.variables, programs.zero_metrics
        self.donates = program.donates
        self.copy = jax.jit(lambda state: jax.tree.map(jnp.copy, state))
        self.step_seconds = 0.0

    def epoch(self, order: Any, count: int) -> dict[str, float]:
        """One epoch of `count` steps; the variables hold its result afterwards."""
        variables, watchers = self.variables, self.watchers
        state = read(variables) | self.zero_metrics
        if self.donates:
            state = self.copy(state)
        results: Any = None
        done = 0
        try:
            while done < count and not (self.model.stop_training and watchers.needs_batches):
                stop = min(count, done + self._chunk())
                if watchers.needs_batches:
                    watchers.on_train_batch_begin(done)
                begin = time.perf_counter()
                state, results = self.program(state, self.data, order, done, stop)
                if watchers.needs_batches or stop < count:
                    jax.block_until_ready(results)
                    self.step_seconds = (time.perf_counter() - begin) / (stop - done)
                if watchers.needs_batches:  # a callback may read the weights, and change them
                    write(variables, self.copy(state) if self.donates else state)
                    watchers.on_train_batch_end(stop - 1, _floats(results))
                    state = read(variables)
                elif stop < count and watchers.shows_bar:
                    watchers.on_progress(stop, _floats(results))
                done = stop
            return _floats(results)
        finally:  # an interrupt keeps the steps that were done
            write(variables, state)

    def _chunk(self) -> int:
        """How many steps to run before looking up: one for callbacks of batches, else as many as time allows."""
        if self.watchers.needs_batches:
            return 1
        if not self.step_seconds:
            return 16
        seconds = LIVE_SECONDS if self.watchers.shows_bar else CHUNK_SECONDS
        return max(1, int(seconds / self.step_seconds))


def _orders(size: int, batch_size: int, shuffle: bool, steps: int | None) -> Iterator[Any]:
    """The row numbers of each epoch, in the order in which it takes them."""
    seed = make_seed() if shuffle else 0
    if steps is None:
        epoch = 0
        while True:
            yield jnp.asarray(permutation(size, seed, epoch)) if shuffle else None
            epoch += 1
    rows = np.zeros(0, np.int32)
    passes = 0
    while True:
        while len(rows) < steps * batch_size:
            more = permutation(size, seed, passes) if shuffle else np.arange(size, dtype=np.int32)
            rows, passes = np.concatenate([rows, more]), passes + 1
        yield jnp.asarray(rows[: steps * batch_size])
        rows = rows[steps * batch_size :]


def _split(samples: Samples, fraction: float) -> tuple[Samples, Samples]:
    kept = int(samples.size * (1 - fraction))
    if not 0 < fraction < 1 or not 0 < kept < samples.size:
        raise DataError(
            f"`validation_split={fraction}` of {samples.size} samples leaves none on one side: "
            "it is a number between 0 and 1"
        )
    return samples.part(0, kept), samples.part(kept, samples.size)


def _validates(frequency: Any, epoch: int) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def _spans(count: int, length: int) -> Iterator[tuple[int, int]]:
    for start in range(0, count, length):
        yield start, min(start + length, count)


def _floats(results: Any) -> dict[str, Any]:
    """Metrics as plain numbers, or arrays where a metric has several."""
    if results is None:
        return {}
    fetched = jax.device_get(results)
    return {name: float(value) if np.ndim(value) == 0 else value for name, value in fetched.items()}


def _bytes(state: State) -> int:
    return sum(value.nbytes for value in state.values())


def _batch_specs(x: Any) -> Any:
    return jax.tree.map(lambda a: Spec((None, *a.shape[1:]), np.dtype(a.dtype).name), x)


def _is_spec(x: Any) -> bool:
    return isinstance(x, Spec)


def _names_in(specs: Any) -> list[str]:
    if isinstance(specs, Spec):
        return ["output_1"]
    if isinstance(specs, dict) and all(isinstance(value, Spec) for value in specs.values()):
        return sorted(specs)
    return [f"output_{i + 1}" for i in range(len(jax.tree.leaves(specs, is_leaf=_is_spec)))]


def _positive(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise DataError(f"`{name}` is a positive integer, not {value!r}")
    return int(value)


def _check_names(model: Any) -> None:
    """Losses, weights and metrics given by output name must name outputs that exist."""

    objective = model._objective
    for what in ("loss", "loss_weights", "metrics", "weighted_metrics"):
        value = getattr(objective, what)
        if isinstance(value, dict):
            bind(value, model.output_names, what, "output", optional=True)
