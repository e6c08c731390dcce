"""compare: "which merge should I use, and what does it cost?", answered by training."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from ..engine.configs import like
from ..engine.errors import StateError, unknown_name
from ..engine.randomness import permutation
from ..models import Model
from ..training.data import Samples, gather
from .candidates import ComparisonError, make_candidates
from .result import Comparison
from .study import Plan, Progress, Study

LOWER_IS_BETTER = ("loss", "error", "divergence", "crossentropy", "hinge", "poisson", "logcosh", "mse", "mae", "mape")


def compare(
    model: Model,
    x: Any,
    y: Any,
    merges: Any = None,
    at: Any = "each",
    seeds: int | Sequence[int] = 8,
    learning_rates: Sequence[float] | None = None,
    epochs: int = 10,
    metric: str | None = None,
    validation: Any = 0.2,
    test: Any = 0.2,
    batch_size: int = 32,
    margin: float | None = None,
    baselines: bool = True,
    higher_is_better: bool | None = None,
    optimizer: Any = None,
    loss: Any = None,
    metrics: Any = None,
    confidence: float = 0.95,
    split_seed: int = 0,
    threads: int | None = None,
    vectorize: bool | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """Train a model with every merge in its merge points, and say which is better, at what cost.

    Every candidate gets the same splits, seeds, batch orders and learning rates. The rate is picked on validation data,
    the score reported is that on test data. Ctrl-C returns the results so far. All layers start from new initial
    weights, except frozen ones, which keep theirs.

    Args:
        model: functional, with at least one merge layer; compiled, unless `loss` is given here.
        x, y: the data, as for `fit`.
        merges: short names ("add", "concatenate", ...), merge classes or layers, functions returning a layer, or a
            dictionary of them; None takes the eight merges of Keras.
        at: "each" merge point on its own, "all" of them alike, or names of merge layers.
        seeds: how many, or which.
        learning_rates: tried for every candidate; None takes a third, once and three times the optimizer's.
        epochs: passes over the training data in every run.
        metric: what decides, as `fit` reports it ("accuracy", "loss", ...); None is the first metric, else the loss.
        validation, test: a fraction of the data, or (x, y).
        batch_size: samples in a step.
        margin: differences of the metric smaller than this do not matter; None is 0.01 for a metric where higher is
            better, else 5 % of the reference's score.
        baselines: whether to train each branch alone too.
        higher_is_better: None tells it from the metric's name.
        optimizer, loss, metrics: None takes what the model was compiled with.
        confidence: of the intervals.
        split_seed: of the split into training, validation and test data.
        threads: runs at a time; None is one a core.
        vectorize: all runs of a candidate in one vmapped program; None does so on accelerators.

    Returns:
        Comparison: prints as a table with a recommendation; see `to_dataframe()`, `best`, `recommended`, `to_html()`.

    Raises:
        StateError: the model has no merge layer, no graph, or no loss.
    """
    begin = time.perf_counter()
    candidates = make_candidates(model, merges, at, baselines)
    arguments = _compile_arguments(model, optimizer, loss, metrics)
    train, held_validation, held_test = _splits(model, x, y, validation, test, split_seed)
    rates = _rates(learning_rates, arguments()["optimizer"])
    plan = Plan(
        train=train,
        validation=held_validation,
        test=held_test,
        seeds=_seeds(seeds),
        learning_rates=rates,
        epochs=epochs,
        batch_size=min(batch_size, train.size),
        metric=_metric(metric, arguments, candidates),
        compile_arguments=arguments,
    )
    study = Study(candidates, plan, vectorize, threads, on_progress or (lambda progress: None))
    results = study.run()
    if higher_is_better is None:
        higher_is_better = not any(word in plan.metric for word in LOWER_IS_BETTER)
    return Comparison(
        results,
        metric=plan.metric,
        higher_is_better=higher_is_better,
        margin=margin,
        confidence=confidence,
        meta={
            "model": model.name,
            "training samples": train.size,
            "validation samples": held_validation.size,
            "test samples": held_test.size,
            "seeds": list(plan.seeds),
            "learning rates": [rate for rate in plan.learning_rates],
            "epochs": epochs,
            "batch size": plan.batch_size,
            "split seed": split_seed,
            "device": f"{jax.devices()[0].device_kind} ({jax.device_count()} device)",
            "versions": _versions(),
            "wall seconds": time.perf_counter() - begin,
            "interrupted": study.interrupted,
        },
    )


def _compile_arguments(model: Model, optimizer: Any, loss: Any, metrics: Any) -> Callable[[], dict[str, Any]]:
    """A function giving new arguments for `compile`: optimizers and metrics have state, so each model has its own."""
    objective = model._objective
    if loss is None and objective is None:
        raise StateError("compare needs to know what to minimize: compile the model first, or give `loss`")
    chosen = optimizer if optimizer is not None else (model.optimizer or "adam")

    def make() -> dict[str, Any]:
        copy = chosen
        if hasattr(chosen, "get_config"):
            copy = like(chosen)
        return {
            "optimizer": copy,
            "loss": loss if loss is not None or objective is None else objective.loss,
            "loss_weights": None if objective is None else objective.loss_weights,
            "metrics": _copied(metrics if metrics is not None or objective is None else objective.metrics),
        }

    return make


def _copied(metrics: Any) -> Any:
    if isinstance(metrics, dict):
        return {key: _copied(value) for key, value in metrics.items()}
    if isinstance(metrics, (list, tuple)):
        return [_copied(value) for value in metrics]
    return like(metrics) if hasattr(metrics, "get_config") else metrics


def _splits(model: Model, x: Any, y: Any, validation: Any, test: Any, seed: int) -> tuple[Samples, Samples, Samples]:
    """Training, validation and test data; fractions are taken from a shuffled copy."""
    samples = gather(model, x, y)
    parts: dict[str, Samples | None] = {"validation": None, "test": None}
    sizes = {}
    for name, given in (("validation", validation), ("test", test)):
        if isinstance(given, (int, float)):
            if not 0 < given < 1:
                raise ComparisonError(f"`{name}` is a fraction between 0 and 1, or (x, y); not {given!r}")
            sizes[name] = max(1, round(samples.size * given))
        else:
            parts[name] = gather(model, *given, where=f"{name}: ")
            sizes[name] = 0
    kept = samples.size - sum(sizes.values())
    if kept < 1:
        raise ComparisonError(
            f"{samples.size} samples leave none to train on after {sizes['validation']} for validation and "
            f"{sizes['test']} for test"
        )
    rows = permutation(samples.size, seed) if sum(sizes.values()) else np.arange(samples.size)
    shuffled = jax.tree.map(lambda array: np.asarray(array)[rows], samples)
    if parts["validation"] is None:
        parts["validation"] = shuffled.part(kept, kept + sizes["validation"])
    if parts["test"] is None:
        parts["test"] = shuffled.part(samples.size - sizes["test"], samples.size)
    return shuffled.part(0, kept), parts["validation"], parts["test"]


def _seeds(seeds: Any) -> list[int]:
    chosen = list(range(seeds)) if isinstance(seeds, int) else [int(seed) for seed in seeds]
    if not chosen or len(set(chosen)) != len(chosen):
        raise ComparisonError(f"`seeds` is a positive number or a list of different integers, not {seeds!r}")
    return chosen


def _rates(learning_rates: Any, optimizer: Any) -> list[float | None]:
    if learning_rates is not None:
        return [float(rate) for rate in np.atleast_1d(learning_rates)]
    from ..optimizers import get

    optimizer = get(optimizer)
    if optimizer.learning_rate_variable is None:
        return [None]  # a schedule stays as it is
    rate = float(optimizer.learning_rate_variable)
    return [float(f"{rate * factor:.3g}") for factor in (1 / 3, 1.0, 3.0)]


def _metric(metric: str | None, arguments: Callable[[], dict[str, Any]], candidates: Any) -> str:
    """The reported name of the score; asked of the first candidate that can be built."""
    if metric is None and not arguments()["metrics"]:
        return "loss"
    model = next((candidate.model for candidate in candidates if candidate.model is not None), None)
    if model is None:
        return metric or "loss"
    model.compile(**arguments())
    specs = model.outputs
    model._objective.build(model.output_names, specs, specs)
    names = [name for name in model._objective.reported if name != "loss"]
    if metric is None:
        return next((name for name in names if not name.endswith("_loss")), "loss")
    if metric not in (*names, "loss"):
        raise unknown_name("metric of the compiled model", metric, [*names, "loss"])
    return metric


def _versions() -> dict[str, str]:
    import platform

    from .. import __version__

    return {"dovetail": __version__, "jax": jax.__version__, "python": platform.python_version()}
