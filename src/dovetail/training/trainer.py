"""Trainer: compile, fit, evaluate, predict, and their versions for one batch."""

import inspect
import math
import warnings
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .. import optimizers as optimizers_module
from ..callbacks import CallbackList, History
from ..callbacks.terminal import is_live
from ..engine.configs import to_config
from ..engine.errors import StateError
from ..engine.operation import trace
from ..engine.programs import Programs
from ..engine.pure import pure, read, write
from ..engine.settings import at_most, max_epochs, max_steps_per_epoch
from ..engine.tensor import Spec
from ..metrics import Metric
from ..ops.kernels.options import compile_jit
from ..optimizers import LossScaleOptimizer
from .binding import bind
from .data import DataError, Samples, bind_inputs, gather, is_stream, keeps_containers, on_device, unpack, weights_of
from .feeding import ArrayFeed, RowBatches, StreamFeed, stays_outside
from .frozen import TrainableState, as_compiled
from .objective import Objective
from .own_steps import STATELESS, OwnSteps, check_own_steps
from .programs import Steps
from .running import Compiled, Runner, floats, predict_batches
from .stateless import StatelessSteps, overrides, usual


class Trainer(StatelessSteps):
    """The part of a model that trains it."""

    _graph: Any
    _programs: Programs
    optimizer: Any = None
    stop_training = False
    run_eagerly = False
    _initial_epoch = 0
    steps_per_execution = 1
    _compiled_state: TrainableState | None = None
    _objective: Objective | None = None
    _objective_class: Any = Objective
    _callback_list: Any = CallbackList

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
            run_eagerly: run steps without compiling them, so that prints and debuggers see values; slow.
            steps_per_execution: steps between two calls of callbacks that watch batches. Where there are none,
                programs run as many steps as they can anyway.
            jit_compile: accepted; programs are always compiled.
            auto_scale_loss: under the policy "mixed_float16" put a `LossScaleOptimizer` around the optimizer, without
                which small gradients vanish.

        Raises:
            NameLookupError: a name is not known; the closest one is given.
        """
        check_own_steps(self)
        _positive("steps_per_execution", steps_per_execution)
        given = self.optimizer = optimizers_module.get(optimizer)
        is_half = self.dtype_policy.name == "mixed_float16"  # type: ignore[attr-defined]
        if auto_scale_loss and is_half and given is not None and not isinstance(given, LossScaleOptimizer):
            self.optimizer = LossScaleOptimizer(given, name="loss_scale_optimizer")
        self._compiled_with = {
            "optimizer": given, "loss": loss, "loss_weights": loss_weights, "metrics": metrics,
            "weighted_metrics": weighted_metrics, "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution, "jit_compile": jit_compile,
            "auto_scale_loss": auto_scale_loss,
        }  # fmt: skip
        self._objective = self._objective_class(loss, loss_weights, metrics, weighted_metrics)
        self.run_eagerly, self.steps_per_execution, self.jit_compile = run_eagerly, steps_per_execution, jit_compile
        if loss is not None:
            self.loss = loss
        self._compiled_state = TrainableState(self)
        self._programs.forget()
        self.stop_training = False
        if self._graph is not None:
            _check_names(self)

    def get_compile_config(self) -> dict[str, Any] | None:
        """What `compile` was given, as plain data; None before it."""
        return None if self._objective is None else to_config(self._compiled_with)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile as `get_compile_config` tells, and make the optimizer's slots."""
        known = dict(inspect.signature(type(self).compile).parameters)
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):  # it hands them on
            known |= inspect.signature(Trainer.compile).parameters
        self.compile(**{name: value for name, value in config.items() if name in known})
        if self.built and self.optimizer is not None:  # type: ignore[attr-defined]
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    @property
    def compiled(self) -> bool:
        return self._objective is not None

    @property
    def metrics(self) -> list[Any]:
        """The loss tracker and the metrics, once they are made, and metrics that the model has as attributes."""
        return list(
            {id(metric): metric for metric in (*self._reported_metrics().values(), *self._own_metrics())}.values()
        )

    @property
    def _loss_tracker(self) -> Metric:
        """The mean of the loss: models written for Keras update it in steps of their own."""
        assert self._objective is not None
        return self._objective.loss_tracker

    def get_metrics_result(self) -> dict[str, Any]:
        """The values of `metrics` by the names that logs give them."""
        names = {id(metric): name for name, metric in self._reported_metrics().items()}
        found: dict[str, Any] = {}
        for metric in self.metrics:
            name, value = str(names.get(id(metric), metric.name)), metric.result()
            found |= value if isinstance(value, dict) else {name: value}
        return found

    def _own_metrics(self) -> list[Metric]:
        """Metrics that the model and its layers have as attributes."""
        layers = self._flatten_layers()  # type: ignore[attr-defined]
        return [item for layer in layers for item in layer._owned() if isinstance(item, Metric)]

    @property
    def metrics_variables(self) -> list[Any]:
        return [variable for metric in self.metrics for variable in metric.variables]

    def _optimizers(self) -> list[Any]:
        """The optimizer, and others that a model with steps of its own has as attributes."""
        others = [value for value in vars(self).values() if isinstance(value, optimizers_module.Optimizer)]
        return list({id(one): one for one in (self.optimizer, *others) if one is not None}.values())

    @property
    def metrics_names(self) -> list[str]:
        if self._objective is None or not self._objective.built:
            return []
        return list(self._objective.reported)

    def _reported_metrics(self) -> dict[str, Metric]:
        """The metrics by the names that logs give them, once they are made."""
        return dict(self._objective.reported) if self._objective is not None and self._objective.built else {}

    def reset_metrics(self) -> None:
        for metric in self.metrics:
            metric.reset_state()

    @usual
    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The loss of one batch: the outputs' losses, and all that layers added."""
        predictions = jax.tree.leaves(y_pred)
        self._ensure_objective(y, y_pred)
        each = self._objective.each
        loss = self._objective.total_loss(each(y, "y"), predictions, each(sample_weight, "sample_weight"))
        for added in self.losses:  # type: ignore[attr-defined]
            loss = jnp.sum(added) if loss is None else loss + jnp.sum(jnp.asarray(added, jnp.float32))
        if loss is None:
            raise StateError("there is no loss to minimize: give `compile` a loss, or have a layer call `add_loss`")
        return loss

    @usual
    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Update the metrics with one batch; returns their values, which are the logs.

        A model may override it, to update metrics of its own and to return other logs.
        """
        self._update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _update_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        self._ensure_objective(y, y_pred)
        if not self._objective.has_metrics:
            return
        each = self._objective.each
        self._objective.update_metrics(each(y, "y"), jax.tree.leaves(y_pred), each(sample_weight, "sample_weight"))

    def _ensure_objective(self, y: Any, y_pred: Any) -> None:
        """For loops of the user's own: losses and metrics are made when they first see outputs."""
        if not self._objective.built:
            predictions = jax.tree.leaves(y_pred)
            names = self.output_names if self._graph is not None else _names_in(_specs(y_pred))  # type: ignore[attr-defined]
            targets = bind(y, names, "y", "output", optional=True) if y is not None else [None] * len(names)
            self._objective.build(names, targets, predictions)

    # -- fit

    @as_compiled
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
        steps_per_epoch = steps_per_epoch and at_most(math.ceil(steps_per_epoch), max_steps_per_epoch())
        epochs = _limited(epochs)
        total = None if steps_per_epoch is None else steps_per_epoch * max(epochs - initial_epoch, 0)
        validation = None
        if validation_data is not None:
            size = validation_batch_size or batch_size
            validation = self._validation(validation_data, size, validation_steps)
        elif validation_split:
            size = validation_batch_size or batch_size
            x, validation = self._split((x, y, sample_weight), validation_split, size, class_weight)
            y = sample_weight = class_weight = None
        feed = self._feed((x, y, sample_weight), batch_size, steps_per_epoch, shuffle, class_weight, total=total)
        try:
            return self._fitted(feed, validation, callbacks, verbose, initial_epoch, epochs, validation_freq)
        finally:
            feed.close()
            if validation is not None:
                validation.close()

    def _fitted(
        self, feed: Any, validation: Any, callbacks: Any, verbose: Any, initial_epoch: int, epochs: int, frequency: Any
    ) -> History:
        programs = self._prepare(feed.first, training=True)
        watchers = self._callback_list(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=epochs,
            steps=feed.steps,
        )
        runner = Runner(self, programs, "train", watchers)
        self.stop_training = False
        self._initial_epoch = initial_epoch
        watchers.on_train_begin()
        logs: dict[str, Any] = {}
        for epoch in range(self._initial_epoch, epochs):  # a callback may have taken up an earlier training
            watchers.on_epoch_begin(epoch)
            logs = runner.epoch(feed, epoch)
            if isinstance(feed, StreamFeed) and feed.ran_out and not logs:
                break
            if validation is not None and _validates(frequency, epoch):
                found = self._evaluated(validation, watchers, reports=False)
                logs = logs | {f"val_{name}": value for name, value in found.items()}
            watchers.set_params(watchers.params | {"steps": feed.steps})
            watchers.on_epoch_end(epoch, logs)
            if self.stop_training or (isinstance(feed, StreamFeed) and feed.ran_out):
                break
        for optimizer in self._optimizers():
            if optimizer.built:
                optimizer.finalize_variable_values(self.trainable_variables)  # type: ignore[attr-defined]
        watchers.on_train_end(logs)
        return self.history

    def _feed(
        self,
        given: tuple[Any, Any, Any],
        batch_size: int,
        steps: int | None,
        shuffle: bool,
        class_weight: Any = None,
        where: str = "",
        total: int | None = None,
    ) -> ArrayFeed | StreamFeed:
        """Where batches of (x, y, sample_weight) come from."""
        x, y, sample_weight = given

        def prepare(batch: Any) -> Samples:
            parts = unpack(batch)
            return on_device(gather(self, *parts, class_weight, where=where))

        if is_stream(x):
            if y is not None or sample_weight is not None:
                raise DataError(f"{where}`x` is a {type(x).__name__}, whose batches hold `y` and `sample_weight` too: "
                                "leave these arguments out")  # fmt: skip
            return self._within_limit(StreamFeed(x, prepare, steps, shuffle, total))
        if stays_outside((x, y, sample_weight)):
            rows = (0, len(jax.tree.leaves(x)[0]))
            batches = RowBatches((x, y, sample_weight), batch_size, shuffle, rows)
            return self._within_limit(StreamFeed(batches, prepare, steps, shuffle=False))
        samples = x if isinstance(x, Samples) else gather(self, x, y, sample_weight, class_weight, where)
        return self._within_limit(ArrayFeed(samples, batch_size, steps, shuffle))

    def _within_limit(self, feed: ArrayFeed | StreamFeed) -> ArrayFeed | StreamFeed:
        """The feed, with no more steps in an epoch than `config.max_steps_per_epoch()` allows."""
        limit = max_steps_per_epoch()
        if limit is None or (feed.steps is not None and feed.steps <= limit):
            return feed
        if isinstance(feed, ArrayFeed):
            return ArrayFeed(feed.samples, feed.batch_size, limit, feed.shuffle)
        return StreamFeed(feed.source, feed.prepare, limit, feed.shuffle, feed.total)

    def _split(self, given: tuple[Any, Any, Any], fraction: float, batch_size: int, class_weight: Any) -> tuple:
        """The training samples, and a feed of the last part; classes weigh in training alone."""
        if is_stream(given[0]) or stays_outside(given):
            raise DataError("`validation_split` needs arrays in memory; give `validation_data`")
        samples = gather(self, *given)
        kept = _split_at(samples.size, fraction)
        validation = ArrayFeed(samples.part(kept, samples.size), batch_size, None, False)
        training = samples.part(0, kept)
        if class_weight is not None:
            weights = weights_of(training, class_weight, self._names_of_outputs(training.x))
            training = training._replace(sample_weight=weights)
        return training, validation

    def _validation(self, validation_data: Any, batch_size: int, steps: int | None) -> ArrayFeed | StreamFeed:
        steps = at_most(steps, max_steps_per_epoch())
        given: tuple[Any, Any, Any] = (validation_data, None, None)
        if not is_stream(validation_data):
            if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
                raise DataError("`validation_data` is (x, y), (x, y, sample_weight), or a stream of batches")
            given = (validation_data[0], validation_data[1], validation_data[2] if len(validation_data) > 2 else None)
        feed = self._feed(given, batch_size, steps, False, where="validation_data: ")
        if isinstance(feed, ArrayFeed) and steps is not None:  # its first samples, the same every time
            return ArrayFeed(feed.samples.part(0, steps * batch_size), batch_size, None, False)
        return feed

    # -- evaluate and predict

    @as_compiled
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
        steps = at_most(steps, max_steps_per_epoch())
        batch_size = _positive("batch_size", 32 if batch_size is None else batch_size)
        feed = self._feed((x, y, sample_weight), batch_size, steps, False, total=steps)
        if isinstance(feed, ArrayFeed) and steps is not None:
            feed = ArrayFeed(feed.samples.part(0, steps * batch_size), batch_size, None, False)
        watchers = self._callback_list(
            callbacks, add_progbar=verbose != 0, model=self, verbose=verbose, epochs=1, steps=feed.steps
        )
        try:
            logs = self._evaluated(feed, watchers)
        finally:
            feed.close()
        if return_dict:
            return logs
        values = self._in_order(logs)
        return values[0] if len(values) == 1 else values

    def _evaluated(
        self, feed: ArrayFeed | StreamFeed, watchers: CallbackList, reports: bool = True
    ) -> dict[str, float]:
        programs = self._prepare(feed.first, training=False)
        watchers.on_test_begin()
        logs = Runner(self, programs, "test", watchers, reports).epoch(feed)
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
        """The outputs for arrays or a stream, as NumPy arrays nested like the model's outputs.

        Args:
            x: as in `fit`; of a stream's batches only x is used.
            steps: batches used; all when None.
        """
        steps = at_most(steps, max_steps_per_epoch())
        batch_size = _positive("batch_size", 32 if batch_size is None else batch_size)
        is_short = not is_stream(x) and not stays_outside(x)
        if is_short:
            x = bind_inputs(self, x)
            size = len(jax.tree.leaves(x)[0])
            size = size if steps is None else min(size, steps * batch_size)
            if size <= batch_size and callbacks is None:
                program, variables = self._forward_program(x)
                outputs, assigned = program(read(variables), jax.tree.map(lambda a: a[:size], x))
                if assigned:
                    write(variables, assigned)
                return jax.tree.map(np.array, outputs)
            count: int | None = -(-size // batch_size)
            batches: Any = _slices(x, batch_size, size)
            feed = None
            first = x
        else:
            feed = self._input_feed(x, batch_size, steps)
            batches, count, first = (samples.x for samples in feed.batches()), feed.steps, feed.first.x
        try:
            program, variables = self._forward_program(first)
            shows = verbose in (1, 2) or (verbose == "auto" and is_live())
            watchers = self._callback_list(
                callbacks, model=self, add_progbar=shows, verbose=verbose, epochs=1, steps=count
            )
            return predict_batches(program, variables, batches, watchers)
        finally:
            if feed is not None:
                feed.close()

    def _input_feed(self, x: Any, batch_size: int, steps: int | None) -> StreamFeed:
        """A stream of inputs alone."""

        def prepare(batch: Any) -> Samples:
            is_inputs = isinstance(batch, list) and len(batch) == len(self._input_names()) > 1
            return Samples(on_device(bind_inputs(self, batch if is_inputs else unpack(batch)[0])), [], [])

        source = x
        if not is_stream(x):
            source = RowBatches(x, batch_size, False, (0, len(jax.tree.leaves(x)[0])))
        return StreamFeed(source, prepare, steps, shuffle=False, total=steps)

    def _input_names(self) -> list[str]:
        return ["x"] if self._graph is None else self.input_names  # type: ignore[attr-defined]

    def _forward_program(self, x: Any) -> tuple[Any, Any]:
        """The compiled forward pass, giving outputs and assigned values, and the variables whose values it takes."""
        if self._graph is None and not self.built:  # type: ignore[attr-defined]
            self._output_specs(x)

        def make() -> tuple[Any, Any]:
            self._output_specs(x)  # a subclassed model's layers are built when they are first called
            variables = self._programs.variables()
            call = pure(self._predicted, variables)
            if not self.run_eagerly:
                return compile_jit(call), variables

            def eagerly(state: Any, x: Any) -> Any:
                with jax.disable_jit():
                    return call(state, x)

            return eagerly, variables

        return self._programs.get(("predict", self.run_eagerly), make)

    def _predicted(self, x: Any) -> Any:
        if not overrides(self, "predict_step"):
            return self(x, training=False)  # type: ignore[operator]
        lists = [self.trainable_variables, self.non_trainable_variables]  # type: ignore[attr-defined]
        outputs, new = self.predict_step(tuple([v.value for v in variables] for variables in lists), (x,))
        for variable, value in zip(lists[1], new, strict=True):
            variable.assign(value)
        return outputs

    # -- one batch

    @as_compiled
    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One update on one batch; returns its loss and metrics."""
        self._check_compiled("train_on_batch")
        samples = gather(self, x, y, sample_weight, class_weight)
        programs = self._prepare(samples, training=True)
        return self._on_batch(programs, "train", programs.steps.variables, samples, return_dict)

    @as_compiled
    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Loss and metrics of one batch."""
        self._check_compiled("test_on_batch")
        samples = gather(self, x, y, sample_weight)
        programs = self._prepare(samples, training=False)
        return self._on_batch(programs, "test", programs.steps.test_variables, samples, return_dict)

    def _on_batch(self, programs: Any, kind: str, variables: Any, samples: Samples, return_dict: bool) -> Any:
        state, results = programs.batch(kind)(read(variables) | programs.zero_metrics, samples)
        write(variables, state)
        logs = floats(results)
        values = self._in_order(logs)
        return logs if return_dict else (values[0] if len(values) == 1 else values)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as NumPy arrays."""
        x = bind_inputs(self, x)
        program, variables = self._forward_program(x)
        outputs, assigned = program(read(variables), x)
        write(variables, assigned)
        return jax.tree.map(np.array, outputs)

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
        batch = None if self._graph is None else self._graph.inputs[0].shape[0]  # a model may have a fixed one
        return trace(lambda x: self(x, training=False), (_batch_specs(x, batch),), {})  # type: ignore[operator]

    def _prepare(self, samples: Samples, training: bool) -> Compiled:
        """Build what is not built yet, and find the programs for the present structure."""
        objective, own = self._objective, overrides(self, *STATELESS)
        if training and self.optimizer is None and not overrides(self, "train_step"):
            raise StateError("training needs an optimizer: `compile` was given None")
        if keeps_containers(self):
            self._build_for_own_steps(samples)
        elif not objective.built:
            predictions = jax.tree.leaves(self._output_specs(samples.x), is_leaf=_is_spec)
            objective.build(self._names_of_outputs(samples.x), samples.y, predictions)
        if training:
            for optimizer in self._optimizers():
                if not optimizer.built:
                    optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]
        key = ("train", id(objective), *(one.settings() for one in self._optimizers()), self.run_eagerly)
        return self._programs.get(key, lambda: Compiled((OwnSteps if own else Steps)(self), self.run_eagerly))

    def _build_for_own_steps(self, samples: Samples) -> None:
        objective = self._objective
        try:
            specs = self._output_specs(samples.x)
        except NotImplementedError:  # no `call`: the steps use other models
            return
        leaves = jax.tree.leaves(specs, is_leaf=_is_spec)
        if not objective.built:
            targets = jax.tree.leaves(samples.y)
            if len(targets) != len(leaves):  # targets of another structure: only what the steps do with them counts
                targets = [None] * len(leaves)
            objective.build(_names_in(specs) if self._graph is None else self.output_names, targets, leaves)  # type: ignore[attr-defined]


def _split_at(size: int, fraction: float) -> int:
    kept = int(size * (1 - fraction))
    if not 0 < fraction < 1 or not 0 < kept < size:
        raise DataError(
            f"`validation_split={fraction}` of {size} samples leaves none on one side: it is a number between 0 and 1"
        )
    return kept


def _limited(epochs: int) -> int:
    """The epochs that `config.max_epochs()` leaves."""
    limit = max_epochs()
    if limit is None or epochs <= limit:
        return epochs
    warnings.warn(f"{limit} epochs instead of {epochs}: the limit set by `config.set_max_epochs`", stacklevel=3)
    return limit


def _validates(frequency: Any, epoch: int) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def _slices(x: Any, batch_size: int, size: int) -> Iterator[Any]:
    for start in range(0, size, batch_size):
        stop = min(start + batch_size, size)
        yield jax.tree.map(lambda array, start=start, stop=stop: array[start:stop], x)


def _batch_specs(x: Any, batch: int | None = None) -> Any:
    return jax.tree.map(lambda a: Spec((batch, *a.shape[1:]), np.dtype(a.dtype).name), x)


def _specs(arrays: Any) -> Any:
    return jax.tree.map(lambda a: Spec(tuple(a.shape), np.dtype(a.dtype).name), arrays)


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
