"""Loss functions as old code wrote them: with variables of no layer, and with tensors of the model's graph."""

import functools
import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from ...engine.context import current, entered
from ...engine.layer import Layer
from ...engine.tensor import KerasTensor
from ...engine.variable import Variable
from .functions import GradientsOfValues
from .graphs import Evaluation, Known
from .variables import take_up


def with_loose_variables(own: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(own)
    def compile(self: Any, *args: Any, **kwargs: Any) -> Any:
        bound = inspect.signature(own).bind(self, *args, **kwargs)
        if "loss" in bound.arguments:
            bound.arguments["loss"] = jax.tree.map(lambda loss: drawn_loss(loss, self), bound.arguments["loss"])
        given = [bound.arguments.get(name) for name in ("loss", "metrics", "weighted_metrics", "loss_weights")]
        loose = variables_in(given)
        if loose:
            take_up(self, loose)
        own(*bound.args, **bound.kwargs)
        if self._objective is not None:
            self._objective._model = self  # whose layers may add metrics

    return compile


def drawn_loss(loss: Any, model: Any) -> Any:
    """A loss function that may take `K.gradients` of the model's output: it is drawn as a graph, as it was then."""
    if not isinstance(loss, (types.FunctionType, functools.partial)) or isinstance(loss, _DrawnLoss):
        return loss
    return loss if hasattr(loss, "config_name") else _DrawnLoss(loss, model)


class _DrawnLoss:
    """`function(y_true, y_pred)`, on symbolic tensors where it needs to know how `y_pred` is made."""

    def __init__(self, function: Callable[..., Any], model: Any):
        self.function, self._model = function, model
        functools.update_wrapper(self, function)
        self.__name__ = getattr(function, "__name__", "loss")

    def __call__(self, y_true: Any, y_pred: Any, **kwargs: Any) -> Any:
        try:
            return self.function(y_true, y_pred, **kwargs)
        except GradientsOfValues:
            output = self._output(y_pred)
            if output is None:
                raise
        target = KerasTensor((None, *y_true.shape[1:]), y_true.dtype.name)
        with entered(scope=None, layer=None):
            loss = self.function(target, output, **kwargs)
        return Evaluation(Known(current().scope, {id(target): y_true})).run(loss)

    def _output(self, y_pred: Any) -> KerasTensor | None:
        """The model's output that `y_pred` is."""
        scope = current().scope
        outputs = self._model.outputs if scope is not None and self._model._graph is not None else []
        for output in outputs:
            if scope.get_tensor_value(output) is y_pred:
                return output
        return outputs[0] if len(outputs) == 1 else None


def variables_in(*objects: Any) -> list[Variable]:
    """Variables that functions and objects hold: in closures, defaults, attributes, and as global names they use."""
    found: dict[int, Variable] = {}
    seen: set[int] = set()
    stack = list(objects)
    while stack:
        x = stack.pop()
        if isinstance(x, Variable):
            found[id(x)] = x
        if id(x) in seen or x is None or isinstance(x, (str, bytes, int, float, np.ndarray, jax.Array, Layer, type)):
            continue
        seen.add(id(x))
        stack.extend(_held(x))
    return list(found.values())


def _held(x: Any) -> list[Any]:
    if isinstance(x, KerasTensor):
        return []
    if isinstance(x, dict):
        return list(x.values())
    if isinstance(x, (list, tuple, set)):
        return list(x)
    if isinstance(x, functools.partial):
        return [x.func, *x.args, *x.keywords.values()]
    if isinstance(x, types.MethodType):
        return [x.__self__, x.__func__]
    if isinstance(x, types.FunctionType):
        if x.__module__ and x.__module__.split(".")[0] == __name__.split(".")[0]:
            return []
        names = [name for code in _codes(x.__code__) for name in code.co_names]
        held = [x.__globals__[name] for name in names if name in x.__globals__]
        cells = [cell.cell_contents for cell in x.__closure__ or () if not _is_empty(cell)]
        return [*(h for h in held if not isinstance(h, types.ModuleType)), *cells, *(x.__defaults__ or ())]
    if hasattr(x, "__dict__") and not isinstance(x, types.ModuleType):
        return [value for name, value in vars(x).items() if name not in ("_model", "__wrapped__")]
    return []


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _is_empty(cell: Any) -> bool:
    try:
        return cell.cell_contents is cell
    except ValueError:
        return True
