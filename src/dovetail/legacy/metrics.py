"""Metrics by the names, and with the numbers, of a release."""

import functools
import inspect
from typing import Any

import jax.numpy as jnp

from .. import metrics as today
from ..engine.configs import MODULES, snake_case, to_config
from ..engine.masks import get_mask
from ..engine.naming import get_uid
from ..engine.operation import lift
from ..engine.registry import CustomObjectScope, get_registered_object
from ..engine.settings import epsilon
from ..metrics import Mean, Metric
from .listing import find
from .losses import as_column, loss_functions, weighted_mean
from .releases import Release

ACCURACIES = ("accuracy", "acc")
CROSSENTROPIES = ("crossentropy", "ce")


# -- functions that only Keras 1 had: of a whole batch at once


def _ones(y: Any) -> Any:
    """Whether values count as 1: clipped to 0 and 1, and rounded."""
    return jnp.round(jnp.clip(jnp.asarray(y, jnp.float32), 0, 1))


def precision(y_true, y_pred):
    """The share of what was taken for 1 that is 1, in this batch."""
    return jnp.sum(_ones(jnp.asarray(y_true) * y_pred)) / (jnp.sum(_ones(y_pred)) + epsilon())


def recall(y_true, y_pred):
    """The share of what is 1 that was taken for 1, in this batch."""
    return jnp.sum(_ones(jnp.asarray(y_true) * y_pred)) / (jnp.sum(_ones(y_true)) + epsilon())


def fbeta_score(y_true, y_pred, beta=1):
    """The weighted harmonic mean of precision and recall, in this batch; 0 where there is nothing to recall."""
    if beta < 0:
        raise ValueError(f"fbeta_score: `beta` is at least 0, not {beta!r}")
    p, r = precision(y_true, y_pred), recall(y_true, y_pred)
    score = (1 + beta**2) * (p * r) / (beta**2 * p + r + epsilon())
    return jnp.where(jnp.sum(_ones(y_true)) == 0, 0.0, score)


def fmeasure(y_true, y_pred):
    """The harmonic mean of precision and recall, in this batch."""
    return fbeta_score(y_true, y_pred, beta=1)


def matthews_correlation(y_true, y_pred):
    """The correlation of target and prediction as 0 and 1, in this batch. Reference: Matthews 1975."""
    true, found = _ones(y_true), _ones(y_pred)
    tp, tn = jnp.sum(true * found), jnp.sum((1 - true) * (1 - found))
    fp, fn = jnp.sum((1 - true) * found), jnp.sum(true * (1 - found))
    return (tp * tn - fp * fn) / (jnp.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) + epsilon())


OF_BATCHES = (precision, recall, fbeta_score, fmeasure, matthews_correlation)
OF_SAMPLES = (
    "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "top_k_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
)  # fmt: skip


@functools.cache
def metric_functions(release: Release) -> dict[str, Any]:
    """The functions of a release by all of their names; those of Keras 1 give one number for a batch."""
    of_samples = {name: lift(getattr(today, name)) for name in OF_SAMPLES}
    found: dict[str, Any] = of_samples | loss_functions(release)
    if release.dialect == 1:
        found = {name: _mean_of(function) for name, function in found.items()}
    found["accuracy"] = lift(today.accuracy.accuracy)  # type: ignore[attr-defined]
    return {function.__name__: lift(function) for function in OF_BATCHES} | found


def _mean_of(function: Any) -> Any:
    @functools.wraps(function)
    def mean(*args: Any, **kwargs: Any) -> Any:
        return jnp.mean(function(*args, **kwargs))

    return functools.update_wrapper(lift(mean), function)


# -- metrics as objects


class BatchMean(Mean):
    """A function of a batch, averaged over batches by their sizes: how Keras 1 and 2 before 2.3 reported metrics."""

    def __init__(self, fn: Any, name: str | None = None, dtype: Any = None):
        super().__init__(name=name or getattr(fn, "__name__", None) or snake_case(type(fn).__name__), dtype=dtype)
        self.fn = fn

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None) -> None:  # type: ignore[override]
        mask = get_mask(y_pred) if mask is None else mask
        value = weighted_mean(self.fn(as_column(y_true, y_pred), y_pred), sample_weight, mask)
        size = y_pred.shape[0]
        self.total.assign_add(jnp.asarray(value, self.dtype) * size)
        self.count.assign_add(size)

    def get_config(self) -> dict[str, Any]:
        return {"fn": to_config(self.fn), "name": self.name, "dtype": self.dtype}


class OldMetric(Metric):
    """What metrics of 2.3 and tf.keras understand beyond those of today; mixed in before a class of today.

    `reset_states` is the old name of `reset_state`; `name` comes before `dtype`; `add_weight` takes the name first.
    """

    release: Release
    order: tuple[str, ...] = ("name", "dtype")
    title: str | None = None

    def __init__(self, *args: Any, **kwargs: Any):
        given = dict(zip(self.order, args, strict=False)) | kwargs
        for name in ("input_shape", "dynamic", "trainable"):  # a metric was a layer
            given.pop(name, None)
        if given.get("name") is None:
            given["name"] = self.title or self._automatic_name()
        super().__init__(**given)

    def _automatic_name(self) -> str:
        prefix = snake_case(type(self).__name__)
        count = get_uid(prefix)
        if self.release.first_name == 0:
            return f"{prefix}_{count - 1}" if count > 1 else prefix
        return f"{prefix}_{count}"

    def add_weight(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        order = ("name", "shape", "initializer", "dtype") if not args or isinstance(args[0], str) else ("shape", "name")
        given = dict(zip(order, args, strict=False)) | kwargs
        known = {name: given[name] for name in ("shape", "initializer", "dtype", "name") if given.get(name) is not None}
        return super().add_weight(**known)

    def reset_state(self) -> None:
        if type(self).reset_states is not OldMetric.reset_states:  # written by a user
            self.reset_states()
        else:
            super().reset_state()

    def reset_states(self) -> None:
        """Everything accumulated is forgotten."""
        super().reset_state()


class AnyThreshold:
    """Binary accuracy of logits: any threshold was allowed, 0 for them."""

    def __init__(self, threshold: float = 0.5, **kwargs: Any):
        super().__init__(**kwargs)
        self.threshold = self._fn_kwargs["threshold"] = threshold  # type: ignore[attr-defined]


OLD = {"BinaryAccuracy": (AnyThreshold,)}


@functools.cache
def metric_class(release: Release, name: str) -> Any:
    """The class of metrics that a release has under `name`."""
    modern = getattr(today, name)
    if release.dialect == 3:
        return modern
    entry = find(2, name, "keras.metrics")
    signature = entry.signature if entry is not None and entry.signature is not None else None
    parameters = dict((signature or inspect.signature(modern.__init__)).parameters)
    default = parameters["name"].default if "name" in parameters else None
    order = tuple(key for key, p in parameters.items() if key != "self" and p.kind == p.POSITIONAL_OR_KEYWORD)
    members = {"__module__": __name__, "__doc__": modern.__doc__, "release": release, "order": order}
    members["title"] = default if isinstance(default, str) else None
    cls: Any = type(name, (OldMetric, *OLD.get(name, ()), modern), members)
    MODULES[cls] = "keras.metrics"
    return cls


# -- what `compile` does with metrics


def metric_of(release: Release, identifier: Any) -> Any:
    """What one entry of `compile(metrics=[...])` meant, under the name that it was reported by.

    Names that depend on the model's outputs (`accuracy`) are left to the objective.
    """
    if isinstance(identifier, str):
        own = get_registered_object(identifier)
        if own is None and identifier in (*ACCURACIES, *CROSSENTROPIES):
            return identifier
        function = own if own is not None else metric_functions(release).get(identifier)
        if function is None:
            return today.get(identifier)
        keeps_string = not (release.is_before_2_3 or release.formulas == "tf1")
        return of_function(release, function, identifier if keeps_string else None)
    if isinstance(identifier, Metric) or not callable(identifier):
        return today.get(identifier)
    made = identifier() if isinstance(identifier, type) else identifier
    return made if isinstance(made, Metric) else of_function(release, made)


def of_function(release: Release, function: Any, name: str | None = None) -> Metric:
    """A function as a metric: averaged over batches before 2.3, over all values since."""
    if isinstance(function, type) and issubclass(function, Metric):
        return function()
    name = name or getattr(function, "__name__", None) or snake_case(type(function).__name__)
    if release.is_before_2_3:
        return BatchMean(function, name)
    return today.MeanMetricWrapper(function, name=name)


# -- the module


def namespace(release: Release) -> dict[str, Any]:
    """What `keras.metrics` holds."""

    def get(identifier: Any) -> Any:
        """The function, or the metric, that a name, a configuration or a function means."""
        if isinstance(identifier, str):
            return metric_functions(release).get(identifier) or today.get(identifier)
        return identifier if callable(identifier) else today.get(identifier)

    def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
        with CustomObjectScope(custom_objects):
            return get(config)

    def serialize(metric: Any) -> Any:
        return metric.__name__ if hasattr(metric, "__name__") else to_config(metric)

    return {
        **{name: getattr(today, name) for name in today.__all__},
        **{cls.__name__: metric_class(release, cls.__name__) for cls in (*today.CLASSES, Metric)},
        **(metric_functions(release) if release.dialect < 3 else {}),
        "get": get,
        "serialize": serialize,
        "deserialize": deserialize,
        "clone_metric": lambda metric: type(metric).from_config(metric.get_config()),
        "clone_metrics": lambda metrics: [type(metric).from_config(metric.get_config()) for metric in metrics],
    }
