"""Metric: numbers accumulated over batches, kept in variables like any other state."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from ..engine.configs import Configured, Family, get, snake_case, to_config
from ..engine.context import StatelessScope, current, entered
from ..engine.dtypes import floatx, get_policy
from ..engine.errors import StateError
from ..engine.masks import get_mask
from ..engine.variable import Stateful, Variable
from ..losses import Loss
from ..losses import functions as losses
from ..losses.functions import same_rank


class Metric(Stateful, Configured):
    """Base of metrics: `update_state` accumulates a batch, `result` gives the value, `reset_state` starts again.

    Args:
        dtype: of the state; None is the default float.
        name: of the metric, under which `fit` reports it.
    """

    _direction: str | None = None  # "up" where higher is better, "down" where lower is, None where nobody can tell

    def __init__(self, dtype: Any = None, name: str | None = None):
        self.name = name or snake_case(type(self).__name__)
        self._dtype = floatx() if dtype is None else get_policy(dtype).compute_dtype
        self._variables: list[Variable] = []
        self.built = False

    @property
    def dtype(self) -> str:
        return self._dtype

    @property
    def variables(self) -> list[Variable]:  # type: ignore[override]
        return [*self._variables, *(v for metric in _metrics_in(vars(self)) for v in metric.variables)]

    def build(self, y_true_shape: Any, y_pred_shape: Any) -> None:
        """Make the variables whose shapes depend on the data; most metrics have none."""
        self.built = True

    def _ensure_built(self, y_true: Any, y_pred: Any) -> None:
        if self.built:
            return
        if current().scope is not None:  # variables made now would be forgotten with the scope
            raise StateError(
                f"metric {self.name!r} needs the shapes of its data before it can run compiled: "
                f"call its `build({y_true.shape}, {y_pred.shape})` first"
            )
        self.build(y_true.shape, y_pred.shape)

    def add_variable(
        self, shape: Any, initializer: Any, dtype: Any = None, aggregation: str = "sum", name: str | None = None
    ) -> Variable:
        """Create a variable of the state."""
        with entered(path=(self.name,)):
            variable = Variable(
                get("initializer", initializer),
                shape=tuple(shape),
                dtype=dtype or self.dtype,
                trainable=False,
                autocast=False,
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> Variable:
        return self.add_variable(shape, initializer or "zeros", dtype, name=name)

    def reset_state(self) -> None:
        """Everything accumulated is forgotten."""
        for variable in self.variables:
            variable.assign(jnp.zeros(variable.shape, variable.dtype))

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Accumulate one batch."""
        raise NotImplementedError(f"{type(self).__name__} needs an `update_state`")

    def result(self) -> Any:
        """The value for what was accumulated."""
        raise NotImplementedError(f"{type(self).__name__} needs a `result`")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.update_state(*args, **kwargs)
        return self.result()

    def _scope(self, values: Any) -> StatelessScope:
        variables, values = self.variables, list(values)
        if len(values) != len(variables):
            raise StateError(f"metric {self.name!r} has {len(variables)} variables, {len(values)} values were given")
        return StatelessScope(zip(variables, values, strict=True))

    def stateless_update_state(self, metric_variables: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """The new values of the variables after one batch."""
        with self._scope(metric_variables) as scope:
            self.update_state(*args, **kwargs)
        return [scope.get_current_value(variable) for variable in self.variables]

    def stateless_result(self, metric_variables: Any) -> Any:
        with self._scope(metric_variables):
            return self.result()

    def stateless_reset_state(self) -> list[Any]:
        with self._scope(variable.value for variable in self.variables) as scope:
            self.reset_state()
        return [scope.get_current_value(variable) for variable in self.variables]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def _metrics_in(values: Any) -> list[Metric]:
    """The metrics among an object's attributes, in lists and dictionaries too."""
    if isinstance(values, Metric):
        return [values]
    if isinstance(values, dict):
        values = list(values.values())
    return [m for value in values for m in _metrics_in(value)] if isinstance(values, (list, tuple)) else []


def _weighted(values: Any, sample_weight: Any, mask: Any, dtype: str) -> tuple[Any, Any]:
    """Values times their weights, and the weights; a value without one of its own takes part in a mean that has.

    Without weights every sample counts once, however many values it has.
    """
    values = jnp.asarray(values, dtype)
    weight = None if sample_weight is None else jnp.asarray(sample_weight, dtype)
    if mask is not None:
        kept = jnp.asarray(mask, dtype)
        weight = kept if weight is None else weight.reshape(weight.shape + (1,) * (kept.ndim - weight.ndim)) * kept
    if weight is None:
        return values.mean(tuple(range(1, values.ndim))), None
    weight, _ = same_rank(weight, values)
    if weight.ndim < values.ndim:
        values = values.mean(tuple(range(weight.ndim, values.ndim)))
    return values * weight, jnp.broadcast_to(weight, jnp.broadcast_shapes(weight.shape, values.shape))


class Mean(Metric):
    """The weighted mean of values."""

    def __init__(self, name: str = "mean", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values: Any, sample_weight: Any = None, mask: Any = None) -> None:
        values, weight = _weighted(values, sample_weight, mask, self.dtype)
        self.total.assign_add(jnp.sum(values))
        self.count.assign_add(values.size if weight is None else jnp.sum(weight))

    def result(self) -> Any:
        count = self.count.value
        return jnp.where(count == 0, 0, self.total.value / jnp.where(count == 0, 1, count))


class Sum(Metric):
    """The weighted sum of values."""

    def __init__(self, name: str = "sum", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        values = jnp.asarray(values, self.dtype)
        if sample_weight is not None:
            weight, values = same_rank(jnp.asarray(sample_weight, self.dtype), values)
            values = values * weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim))
        self.total.assign_add(jnp.sum(values))

    def result(self) -> Any:
        return self.total.value


metric_functions = Family("metric function")


class MeanMetricWrapper(Mean):
    """The weighted mean of a function of (y_true, y_pred), one value a sample.

    Args:
        fn: the function, or the name of one in `dovetail.metrics`; further keyword arguments are
            passed on to it.

    Mask: a masked value counts as if its sample weight were 0.
    """

    def __init__(self, fn: Callable[..., Any] | str, name: str | None = None, dtype: Any = None, **kwargs: Any):
        super().__init__(name=name or snake_case(type(self).__name__), dtype=dtype)
        self._fn, self._fn_kwargs = metric_functions.get(fn), kwargs
        if self._direction is None:
            self._direction = _direction_of(self._fn)

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None, mask: Any = None
    ) -> None:
        mask = get_mask(y_pred) if mask is None else mask
        super().update_state(self._fn(y_true, y_pred, **self._fn_kwargs), sample_weight, mask)

    def get_config(self) -> dict[str, Any]:
        if type(self) is MeanMetricWrapper:
            own = {"name": self.name, "dtype": self.dtype, "fn": to_config(self._fn)}
            return own | to_config(self._fn_kwargs)
        return super().get_config()


def _direction_of(function: Any) -> str | None:
    name = getattr(function, "__name__", "")
    if isinstance(function, Loss) or (name and getattr(losses, name, None) is function):
        return "down"
    return "up" if name.endswith("accuracy") and name in metric_functions.members else None
