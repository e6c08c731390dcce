"""TensorFlow 1's optimizers: for `compile`, and for steps of a script's own that a session runs."""

from collections.abc import Callable, Iterable
from typing import Any

from ...engine.tensor import KerasTensor
from ...engine.variable import Variable
from .. import optimizers
from ..backend.graphs import needed, sources
from ..backend.lifting import record
from ..optimizers.written import gradients_of
from ..releases import Release
from .table import array

# TensorFlow 1's optimizers as Keras's, with the arguments' names
OPTIMIZERS = {
    "AdamOptimizer": "Adam", "GradientDescentOptimizer": "SGD", "RMSPropOptimizer": "RMSprop",
    "AdagradOptimizer": "Adagrad", "AdadeltaOptimizer": "Adadelta", "MomentumOptimizer": "SGD",
    "AdamaxOptimizer": "Adamax",
}  # fmt: skip
_ARGUMENTS = {"beta1": "beta_1", "beta2": "beta_2", "decay": "rho", "use_nesterov": "nesterov"}
_POSITIONS = {
    "AdamOptimizer": ("learning_rate", "beta1", "beta2", "epsilon"),
    "GradientDescentOptimizer": ("learning_rate",),
    "RMSPropOptimizer": ("learning_rate", "decay", "momentum", "epsilon"),
    "AdagradOptimizer": ("learning_rate",),
    "AdadeltaOptimizer": ("learning_rate", "rho", "epsilon"),
    "MomentumOptimizer": ("learning_rate", "momentum"),
    "AdamaxOptimizer": ("learning_rate", "beta1", "beta2", "epsilon"),
}


# what they took when they were not told, where Keras's took something else
_DEFAULTS: dict[str, dict[str, float]] = {
    "AdamOptimizer": {"epsilon": 1e-8},
    "RMSPropOptimizer": {"epsilon": 1e-10},
    "AdagradOptimizer": {"initial_accumulator_value": 0.1},
    "AdadeltaOptimizer": {"learning_rate": 0.001, "epsilon": 1e-8},
    "AdamaxOptimizer": {"epsilon": 1e-8},
}


def optimizer(release: Release, name: str) -> Callable[..., Any]:
    """A function that makes the optimizer of Keras for one of TensorFlow 1's."""
    cls = optimizers.namespace(release)[OPTIMIZERS[name]]

    def make(*args: Any, **kwargs: Any) -> Any:
        given = _DEFAULTS.get(name, {}) | dict(zip(_POSITIONS[name], args, strict=False)) | kwargs
        for unused in ("use_locking", "name"):
            given.pop(unused, None)
        made = cls(**{_ARGUMENTS.get(key, key): value for key, value in given.items()})
        steps = Steps(made)
        for method in ("minimize", "compute_gradients", "apply_gradients"):
            object.__setattr__(made, method, getattr(steps, method))
        return made

    make.__name__ = name
    return make


class Steps:
    """The methods that draw updates: tensors that update when a session, or `run`, computes them."""

    def __init__(self, optimizer: Any):
        self._optimizer = optimizer

    def minimize(self, loss: Any, global_step: Any = None, var_list: Any = None, **kwargs: Any) -> Any:
        """One update of `var_list`, or of all trainable variables that the loss depends on."""
        return self.apply_gradients(self.compute_gradients(loss, var_list), global_step)

    def compute_gradients(self, loss: Any, var_list: Any = None, **kwargs: Any) -> list[tuple[Any, Variable]]:
        """Pairs of a symbolic derivative and its variable."""
        weights = list(var_list) if var_list is not None else _trainable(loss)
        return list(zip(gradients_of(loss, weights), weights, strict=True))

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]], global_step: Any = None, **_: Any) -> Any:
        """One update with these derivatives."""
        pairs = [(gradient, weight) for gradient, weight in grads_and_vars if gradient is not None]
        weights = [weight for _, weight in pairs]
        optimizer = self._optimizer
        optimizer.build(weights)
        counters = [global_step] if isinstance(global_step, Variable) else []

        def update(*values: Any) -> Any:
            optimizer.apply([array(value) for value in values], weights)
            for counter in counters:
                counter.assign(counter.value + 1)
            return optimizer._iterations.value

        step = record(update, tuple(g for g, _ in pairs), {}, owned=(*weights, *optimizer.variables, *counters))
        step.run = step.eval
        return step


def _trainable(loss: KerasTensor) -> list[Variable]:
    """The trainable variables that a tensor depends on."""
    places = {id(place) for place in sources([loss])}
    nodes = needed([loss], lambda tensor: id(tensor) in places)
    found = [variable for node in nodes for variable in getattr(node.operation, "variables", ()) if variable.trainable]
    return list({id(variable): variable for variable in found}.values())
