"""Study: every candidate trained with the same splits, seeds, batch orders and learning rates.

One lean program per candidate serves all its runs: initial weights, the order of samples and the learning rate are
arguments. On CPU the runs are called from as many threads as there are cores, the next candidate compiling meanwhile;
on accelerators all runs of a candidate are one vmapped call.
"""

import math
import os
import queue
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..engine.pure import State, read
from ..engine.randomness import permutation
from ..models import Model
from ..ops.kernels.options import compile_jit
from ..training.data import Samples, on_device
from ..training.programs import EpochProgram
from .candidates import Candidate
from .result import CandidateResult, Cost, Run


@dataclass(frozen=True)
class Plan:
    """What every candidate goes through alike.

    Attributes:
        train, validation, test: the data; every candidate sees the same.
        seeds: of initial weights, batch order and dropout.
        learning_rates: every candidate is trained with each; validation data choose.
        epochs, batch_size: a last batch that is short is left out (other samples each epoch).
        metric: the reported name of the score, e.g. "accuracy" or "loss".
        compile_arguments: for `Model.compile`, called for every candidate.
    """

    train: Samples
    validation: Samples
    test: Samples
    seeds: Sequence[int]
    learning_rates: Sequence[float | None]
    epochs: int
    batch_size: int
    metric: str
    compile_arguments: Callable[[], dict[str, Any]]

    @property
    def steps_per_epoch(self) -> int:
        return self.train.size // self.batch_size

    @property
    def runs_per_candidate(self) -> int:
        return len(self.seeds) * len(self.learning_rates)

    def order(self, seed: int) -> np.ndarray:
        """The row numbers of all epochs, one after another."""
        kept = self.steps_per_epoch * self.batch_size
        return np.concatenate([permutation(self.train.size, seed, e)[:kept] for e in range(self.epochs)])


@dataclass
class Progress:
    """What happened so far: compiled candidates and finished runs."""

    candidate: str
    compiled: int = 0
    runs_done: int = 0
    runs_total: int = 0


class Trainee:
    """A candidate compiled for the plan: gives the score of a (seed, learning rate)."""

    def __init__(self, candidate: Candidate, plan: Plan, data: dict[str, Samples], vectorize: bool):
        assert candidate.model is not None
        self.plan, self.data, self.vectorize = plan, data, vectorize
        self.model: Model = candidate.model
        begin = time.perf_counter()
        self.model.compile(**plan.compile_arguments())
        self.programs = self.model._prepare(plan.train, training=True)
        steps = self.programs.steps
        self.total_steps = plan.steps_per_epoch * plan.epochs
        rate = self.model.optimizer.learning_rate_variable
        self.learning_rate_key = None if rate is None else steps.keys[id(rate)]
        self.test_keys = list(steps.test_variables)
        loop = EpochProgram(steps.train, steps.results, plan.batch_size)
        self.loops_inside = loop._can_loop(
            self.initial_state(plan.seeds[0], plan.learning_rates[0]), data["train"], jnp.asarray(plan.order(0))
        )

        def score(state: State, samples: Samples) -> Any:
            kept = {key: state[key] for key in self.test_keys} | self.programs.zero_metrics
            return steps.results(steps.test(kept, samples))[plan.metric]

        def run(state: State, order: Any, count: Any, train: Samples, validation: Samples, test: Samples) -> Any:
            state, results = loop._run_loop(state, train, order, 0, count)
            return score(state, validation), score(state, test), results["loss"]

        def run_in_steps(state: State, order: Any, count: int, train: Samples, *held_out: Samples) -> Any:
            for index in range(count):
                state, results = loop._single(state, train, order, index)
            return (*scores(state, *held_out), results["loss"])

        scores = compile_jit(lambda state, validation, test: (score(state, validation), score(state, test)))
        if vectorize:
            run = jax.vmap(run, in_axes=(0, 0, None, None, None, None))
        states = self._states() if vectorize else self.initial_state(plan.seeds[0], plan.learning_rates[0])
        orders = self._orders() if vectorize else jnp.asarray(plan.order(0))
        self.memory = None
        if self.loops_inside or vectorize:
            arguments = (states, orders, self.total_steps, data["train"], data["validation"], data["test"])
            self.program = compile_jit(run).lower(*arguments).compile()
            self.memory = _peak_memory(self.program)
        else:
            self.program = run_in_steps
        self.compile_seconds = time.perf_counter() - begin
        self._compile_prediction()

    def initial_state(self, seed: int, learning_rate: float | None) -> State:
        """Weights drawn for this seed (the same in every candidate where path and shape agree), slots at zero."""
        steps = self.programs.steps
        state = {key: jnp.asarray(_initial(variable, key, seed)) for key, variable in steps.variables.items()}
        state |= self.programs.zero_metrics
        if learning_rate is not None:
            assert self.learning_rate_key is not None  # a schedule's plan has no learning rates
            old = state[self.learning_rate_key]
            state[self.learning_rate_key] = jnp.asarray(learning_rate, old.dtype)
        return state

    def _pairs(self) -> list[tuple[int, float | None]]:
        return [(seed, rate) for rate in self.plan.learning_rates for seed in self.plan.seeds]

    def _states(self) -> State:
        states = [self.initial_state(seed, rate) for seed, rate in self._pairs()]
        return jax.tree.map(lambda *values: jnp.stack(values), *states)

    def _orders(self) -> Any:
        return jnp.stack([jnp.asarray(self.plan.order(seed)) for seed, _ in self._pairs()])

    def train(self, name: str, seed: int, learning_rate: float | None) -> Run:
        """One run."""
        state = self.initial_state(seed, learning_rate)
        order = jnp.asarray(self.plan.order(seed))
        begin = time.perf_counter()
        scores = self.program(
            state, order, self.total_steps, self.data["train"], self.data["validation"], self.data["test"]
        )
        validation, test, loss = (float(value) for value in jax.device_get(scores))
        return _run(name, seed, learning_rate, validation, test, loss, time.perf_counter() - begin)

    def train_all(self, name: str) -> list[Run]:
        """All runs in one vmapped call."""
        begin = time.perf_counter()
        scores = self.program(
            self._states(),
            self._orders(),
            self.total_steps,
            self.data["train"],
            self.data["validation"],
            self.data["test"],
        )
        columns: Any = [np.asarray(value) for value in jax.device_get(scores)]
        seconds = (time.perf_counter() - begin) / self.plan.runs_per_candidate
        return [
            _run(name, seed, rate, columns[0][i], columns[1][i], columns[2][i], seconds)
            for i, (seed, rate) in enumerate(self._pairs())
        ]

    def _compile_prediction(self) -> None:
        """The prediction of one sample, and what the compiler says of it."""
        self.one = jax.tree.map(lambda a: a[:1], self.plan.test.x)
        self.predict, variables = self.model._forward_program(self.one)
        self.weights = read(variables)
        analysis = self.predict.lower(self.weights, self.one).compile().cost_analysis() or {}
        if isinstance(analysis, list):
            analysis = analysis[0] if analysis else {}
        self.flops = analysis.get("flops")
        self.predict(self.weights, self.one)

    def cost(self) -> Cost:
        """Parameters, operations, memory, and the measured latency of a prediction."""
        program, state, one = self.predict, self.weights, self.one
        samples = []
        for _ in range(30):
            begin = time.perf_counter()
            jax.block_until_ready(program(state, one))
            samples.append(time.perf_counter() - begin)
        return Cost(
            parameters=self.model.count_params(),
            parameter_bytes=sum(variable._value.nbytes for variable in self.model.weights),
            flops_per_sample=self.flops,
            peak_memory_bytes=self.memory,
            latency_seconds=float(np.median(samples)),
            epoch_seconds=None,
            compile_seconds=self.compile_seconds,
        )


@dataclass
class Study:
    """All candidates under one plan.

    Attributes:
        finished: results so far, also after an interrupt.
        interrupted: whether Ctrl-C ended it early.
    """

    candidates: list[Candidate]
    plan: Plan
    vectorize: bool | None = None
    threads: int | None = None
    on_progress: Callable[[Progress], None] = lambda progress: None
    interrupted: bool = False
    runs: dict[str, list[Run]] = field(default_factory=dict)
    costs: dict[str, Cost] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def run(self) -> list[CandidateResult]:
        """Train everything; on Ctrl-C return what there is."""
        vectorize = jax.default_backend() != "cpu" if self.vectorize is None else self.vectorize
        data = {
            "train": on_device(self.plan.train),
            "validation": on_device(self.plan.validation),
            "test": on_device(self.plan.test),
        }
        buildable = [candidate for candidate in self.candidates if candidate.model is not None]
        self.runs = {candidate.name: [] for candidate in buildable}
        progress = Progress("", runs_total=len(buildable) * self.plan.runs_per_candidate)
        stop = threading.Event()
        workers = ThreadPoolExecutor(self.threads or os.cpu_count() or 1)
        compiler = ThreadPoolExecutor(self.threads or os.cpu_count() or 1)  # XLA compiles outside of Python's lock
        ready: queue.Queue[Any] = queue.Queue()

        def prepare(candidate: Candidate) -> None:
            if not stop.is_set():
                try:
                    ready.put((candidate, Trainee(candidate, self.plan, data, vectorize), None))
                except Exception as error:  # reported with the candidate, never dropped
                    ready.put((candidate, None, error))

        def train(trainee: Trainee, name: str, seed: int, rate: float | None) -> list[Run]:
            if stop.is_set():
                return []
            return trainee.train_all(name) if vectorize else [trainee.train(name, seed, rate)]

        try:
            for candidate in buildable:
                compiler.submit(prepare, candidate)
            pending: dict[Future, str] = {}
            trainees: dict[str, Trainee] = {}
            for _ in buildable:
                candidate, trainee, error = self._next_ready(ready, pending, progress)
                progress.compiled += 1
                progress.candidate = candidate.name
                if error is not None:
                    self.failures[candidate.name] = f"{type(error).__name__}: {error}"
                    progress.runs_total -= self.plan.runs_per_candidate
                    continue
                trainees[candidate.name] = trainee
                pairs = trainee._pairs()[:1] if vectorize else trainee._pairs()
                for seed, rate in pairs:
                    future = workers.submit(train, trainee, candidate.name, seed, rate)
                    pending[future] = candidate.name
                self.on_progress(progress)
            while pending:
                self._collect(pending, progress, timeout=0.2)
            for name, trainee in trainees.items():  # measured when nothing else runs
                self.costs[name] = trainee.cost()
        except KeyboardInterrupt:
            self.interrupted = True
        finally:
            stop.set()
            workers.shutdown(wait=True, cancel_futures=True)
            compiler.shutdown(wait=True, cancel_futures=True)
        return list(self._results())

    def _next_ready(self, ready: queue.Queue, pending: dict[Future, str], progress: Progress) -> Any:
        while True:
            self._collect(pending, progress, timeout=0.0)
            try:
                return ready.get(timeout=0.1)
            except queue.Empty:
                continue

    def _collect(self, pending: dict[Future, str], progress: Progress, timeout: float) -> None:
        if not pending:
            return
        done, _ = wait(pending, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            name = pending.pop(future)
            found = future.result()
            self.runs[name].extend(found)
            progress.runs_done += len(found)
            progress.candidate = name
        if done:
            self.on_progress(progress)

    def _results(self) -> Iterator[CandidateResult]:
        for candidate in self.candidates:
            runs = self.runs.get(candidate.name, [])
            cost = self.costs.get(candidate.name) or _plain_cost(candidate)
            if runs:
                fastest = min(run.train_seconds for run in runs) / self.plan.epochs
                cost = Cost(**{**cost.__dict__, "epoch_seconds": fastest})
            yield CandidateResult(
                name=candidate.name,
                merge=candidate.merge,
                place=", ".join(candidate.places),
                guidance=candidate.guidance,
                cost=cost,
                runs=runs,
                failure=candidate.failure or self.failures.get(candidate.name),
                is_baseline=candidate.is_baseline,
            )


def _plain_cost(candidate: Candidate) -> Cost:
    """What is known of a candidate that was not measured."""
    parameters = candidate.model.count_params() if candidate.model is not None else None
    return Cost(parameters, None, None, None, None, None, None)


def _initial(variable: Any, key: str, seed: int) -> Any:
    """The initial value of a variable for a seed.

    Initializers draw anew from (seed, path); what has no initializer, and frozen weights (they are likely trained
    already), stays as it is.
    """
    is_frozen = variable.is_parameter and not variable.trainable
    derived = int(np.random.SeedSequence([seed, zlib.crc32(key.encode())]).generate_state(1)[0])
    if variable.dtype == "uint32" and variable.shape == (2,):  # a random generator: its seed, and a fresh counter
        return np.array([derived, 0], np.uint32)
    initializer = variable.initializer
    if initializer is None or is_frozen:
        return variable._value
    config = initializer.get_config() if hasattr(initializer, "get_config") else {}
    if "seed" in config:
        initializer = type(initializer).from_config({**config, "seed": derived % 2**31})
    return np.asarray(initializer(variable.shape, variable.dtype))


def _run(name: str, seed: int, rate: float | None, validation: float, test: float, loss: float, seconds: float) -> Run:
    diverged = not (math.isfinite(loss) and math.isfinite(validation) and math.isfinite(test))
    return Run(
        candidate=name,
        seed=seed,
        learning_rate=rate,
        validation_score=float(validation),
        test_score=float(test),
        train_seconds=seconds,
        diverged=diverged,
    )


def _peak_memory(program: Any) -> int | None:
    """Bytes that the training program needs at most: arguments, results and temporary memory."""
    analysis = program.memory_analysis()
    if analysis is None:
        return None
    sizes = ("temp_size_in_bytes", "argument_size_in_bytes", "output_size_in_bytes")
    return sum(int(getattr(analysis, size, 0)) for size in sizes)
