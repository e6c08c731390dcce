"""MultiOptimizer: different optimizers for different weights."""

import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from typing import Any

from ..engine.configs import Configured, revive, to_config
from ..engine.variable import Variable
from .loss_scale import LossScaleOptimizer
from .optimizer import Optimizer


class OptimizerMap(Configured, MutableMapping):
    """Optimizers by the paths of weights.

    Args:
        default_optimizer: of every weight that no key matches.
        optimizer_map: from a path, or a regular expression of the whole path ("encoder/.*"), to an optimizer.

    Example:
        >>> from dovetail.optimizers import SGD, Adam, OptimizerMap
        >>> choose = OptimizerMap(Adam(), {"encoder/.*": SGD()})
        >>> type(choose["encoder/dense/kernel"]).__name__, type(choose["head/kernel"]).__name__
        ('SGD', 'Adam')
    """

    def __init__(self, default_optimizer: Optimizer, optimizer_map: dict[str, Optimizer] | None = None):
        if not isinstance(default_optimizer, Optimizer):
            raise TypeError(f"`default_optimizer` is an optimizer, not {default_optimizer!r}")
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise TypeError(f"`optimizer_map` is a dictionary from paths to optimizers, not {optimizer_map!r}")
        self._default_optimizer = default_optimizer
        self._optimizer_map: dict[str, Optimizer] = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    @property
    def default_optimizer(self) -> Optimizer:
        return self._default_optimizer

    def __getitem__(self, key: str) -> Optimizer:
        """The optimizer of the weight with this path.

        Raises:
            ValueError: several keys match it.
        """
        if key in self._optimizer_map:
            return self._optimizer_map[key]
        matching = [pattern for pattern in self._optimizer_map if re.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(f"{key!r} has several optimizers: the keys {', '.join(map(repr, matching))} match it")
        return self._optimizer_map[matching[0]] if matching else self.default_optimizer

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        if not isinstance(key, str):
            raise ValueError(f"a key is a path or a regular expression, not {key!r}")
        if key in self._optimizer_map:
            raise ValueError(f"{key!r} has an optimizer already: {self._optimizer_map[key].name!r}")
        _check_part(optimizer, f"the optimizer of {key!r}")
        self._optimizer_map[key] = optimizer

    def __delitem__(self, key: str) -> None:
        del self._optimizer_map[key]

    def __len__(self) -> int:
        return len(self._optimizer_map)

    def __iter__(self) -> Iterator[str]:
        return iter(self._optimizer_map)

    def __call__(self, variable: Variable) -> Optimizer:
        return self[variable.path]

    def get_config(self) -> dict[str, Any]:
        return {
            "default_optimizer": to_config(self._default_optimizer),
            "optimizer_map": to_config(self._optimizer_map),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "OptimizerMap":
        return cls(revive(config["default_optimizer"]), revive(config["optimizer_map"]))


class MultiOptimizer(Optimizer):
    """Different optimizers for different weights: `MultiOptimizer(OptimizerMap(Adam(), {"encoder/.*": SGD()}))`.

    Each has its own learning rate, clipping and decay; `optimizers` lists them.

    Args:
        optimizer_map: an `OptimizerMap`, or a function from a weight to its optimizer.
        loss_scale_factor: of all of them, in place of their own.
        name: of the optimizer.
    """

    def __init__(
        self,
        optimizer_map: Callable[[Variable], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ):
        self.optimizers: list[Optimizer] = []
        super().__init__(learning_rate=0.0, loss_scale_factor=loss_scale_factor, name=name)
        if not callable(optimizer_map):
            raise TypeError(f"`optimizer_map` is an OptimizerMap or a function of a weight, not {optimizer_map!r}")
        self.optimizer_map = optimizer_map
        known = optimizer_map
        if isinstance(known, OptimizerMap):
            for optimizer in (*known._optimizer_map.values(), known.default_optimizer):
                self._add(optimizer)

    def _add(self, optimizer: Optimizer) -> int:
        """The place of an optimizer among the parts; a new one is added."""
        for place, known in enumerate(self.optimizers):
            if known is optimizer:
                return place
        optimizer.loss_scale_factor = self.loss_scale_factor
        self.optimizers.append(optimizer)
        return len(self.optimizers) - 1

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        self._parts: list[int] = []  # for every weight the place of its optimizer
        for variable in variables:
            chosen = self.optimizer_map(variable)
            _check_part(chosen, f"what `optimizer_map` gives for {variable.path!r}")
            self._parts.append(self._add(chosen))
        for place, optimizer in enumerate(self.optimizers):
            own = [variable for variable, part in zip(variables, self._parts, strict=True) if part == place]
            if own:
                optimizer.build(own)
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        return [*super().variables, *(v for optimizer in self.optimizers for v in optimizer.variables)]

    def settings(self) -> Any:
        return super().settings(), tuple(optimizer.settings() for optimizer in self.optimizers)

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """One update of every optimizer that has gradients."""
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is not None and not self.built:
            self.build(list(trainable_variables))
        gradients = self._by_place(grads, trainable_variables)
        for place, optimizer in enumerate(self.optimizers):
            pairs = [
                (gradient, variable)
                for gradient, variable, part in zip(gradients, self._trainable_variables, self._parts, strict=True)
                if part == place and gradient is not None
            ]
            if pairs:
                optimizer.apply_gradients(pairs)
        self._iterations.assign_add(1)

    @property
    def learning_rate(self) -> Any:
        raise AttributeError(f"{self.name!r} has several learning rates: use those of its `optimizers`")

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(f"{self.name!r} has several learning rates: set those of its `optimizers`")

    @property
    def learning_rate_variable(self) -> None:
        return None

    @property
    def loss_scale_factor(self) -> float | None:
        return self._loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: float | None) -> None:
        self._loss_scale_factor = value
        for optimizer in self.optimizers:
            optimizer.loss_scale_factor = value

    @property
    def has_averages(self) -> bool:
        return any(optimizer.has_averages for optimizer in self.optimizers)

    def swap_averages(self) -> None:
        for optimizer in self.optimizers:
            if optimizer.has_averages:
                optimizer.swap_averages()

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        for optimizer in self.optimizers:
            optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        return {
            "optimizer_map": to_config(self.optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "MultiOptimizer":
        return cls(**(config | {"optimizer_map": revive(config["optimizer_map"])}))


def _check_part(optimizer: Any, what: str) -> None:
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"{what} is an optimizer, not {optimizer!r}")
    if isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer)):
        raise ValueError(f"{what} cannot be a {type(optimizer).__name__}: put that around the MultiOptimizer")
