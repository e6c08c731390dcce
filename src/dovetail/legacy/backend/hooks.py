"""What old code expects of tensors and models, put on the engine's classes while a release is installed.

Symbolic tensors get operators that take arrays on either side, `get_shape()`, `eval()`, `_keras_shape` and Theano's
methods; arrays get `numpy()` and `get_shape()`. A fixed learning phase goes into what is drawn. Losses, metrics and
loss weights that use variables of no layer make them part of the model's state.
"""

import functools
import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from ...engine.layer import Layer
from ...engine.operation import Node, Operation
from ...engine.tensor import KerasTensor
from ...engine.variable import OPERATORS, Variable
from ...regularizers import Regularizer
from ...training.objective import Objective
from ...training.trainer import Trainer
from ..regularizers import set_layer, set_param
from ..releases import current_release
from . import added, arrays
from .drawing import with_fixed_batches, with_known_outputs
from .functions import Session, evaluate
from .graphs import MissingValue, closed_value
from .lifting import lifted, static_shape
from .losses import with_loose_variables
from .modes import draws_variables, in_call
from .parts import remembering
from .phase import fixed_phase
from .shapes import TensorShape


def _shape(x: Any) -> TensorShape:
    return TensorShape(static_shape(x))


def _shape_of_tensor(self: KerasTensor) -> TensorShape:
    return TensorShape(self.__dict__["shape"])


def _set_shape_of_tensor(self: KerasTensor, shape: Any) -> None:
    self.__dict__["shape"] = shape


def _operator(name: str) -> Callable[..., Any]:
    def operator(x: Any, *operands: Any) -> Any:
        result = getattr(x, name)(*operands) if hasattr(x, name) else NotImplemented
        if result is NotImplemented:
            result = getattr(jax.numpy.asarray(x), name)(*operands)
        return result

    operator.__name__ = name.strip("_")
    return lifted(operator)


_own: dict[tuple[type, str], Any] = {}  # what the classes had before


def _put(cls: type, name: str, value: Any) -> None:
    _own.setdefault((cls, name), cls.__dict__.get(name, _own))
    setattr(cls, name, value)


def install() -> None:
    """Put everything in place; again is as once."""
    if _own:
        return
    _on_tensors()
    _on_arrays()
    for name in OPERATORS:
        _put(Variable, name, _of_variable(name, Variable.__dict__[name]))
    _put(Variable, "__getitem__", remembering(Variable.__getitem__))
    _put(Variable, "__array_ufunc__", None)
    _put(Variable, "eval", lambda self, session=None: evaluate(self))
    _put(Variable, "get_value", lambda self, borrow=False: evaluate(self))
    _put(Variable, "set_value", lambda self, value, borrow=False: self.assign(np.asarray(value)))
    _put(Variable, "get_shape", _shape)
    _put(Variable, "_keras_shape", property(static_shape))
    _put(Regularizer, "set_param", set_param)
    _put(Regularizer, "set_layer", set_layer)
    _put(Operation, "symbolic_call", _in_fixed_phase(Operation.symbolic_call))
    _put(
        Node, "inbound_layers", property(lambda self: [tensor.node.operation for tensor in self.inputs if tensor.node])
    )
    _put(Node, "outbound_layer", property(lambda self: self.operation))
    _put(Trainer, "compile", with_loose_variables(Trainer.compile))
    _put(Trainer, "_output_specs", with_known_outputs(Trainer._output_specs))
    _put(Trainer, "compute_loss", added.with_added_metrics(Trainer.compute_loss))
    _put(Layer, "_traced_specs", with_fixed_batches(Layer._traced_specs))
    _put(Layer, "add_loss", added.with_symbolic_losses(Layer.add_loss))
    _put(Layer, "add_metric", added.add_metric)
    _put(Layer, "_regularization_losses", added.with_added_losses(Layer._regularization_losses))
    _put(Objective, "_reported", added.with_reported(Objective._reported))


def uninstall() -> None:
    """Take everything away again."""
    for (cls, name), value in _own.items():
        if value is _own:
            delattr(cls, name)
        else:
            setattr(cls, name, value)
    _own.clear()


def _of_variable(name: str, own: Callable[..., Any]) -> Callable[..., Any]:
    """An operator of variables that is drawn where the release drew it."""
    drawn = _operator(name)

    @functools.wraps(own)
    def operator(self: Variable, *operands: Any) -> Any:
        if not in_call() and draws_variables():
            return drawn(self, *operands)
        return own(self, *operands)

    return operator


def _on_tensors() -> None:
    for name in OPERATORS:
        _put(KerasTensor, name, _operator(name))
    _put(KerasTensor, "__getitem__", remembering(_operator("__getitem__")))
    _put(KerasTensor, "__array_ufunc__", None)  # NumPy leaves operators to the tensor
    _put(KerasTensor, "__jax_array__", _for_jax)
    _put(KerasTensor, "__array__", _for_numpy)
    for name, kind in (("__float__", float), ("__int__", int), ("__index__", int), ("__bool__", bool)):
        _put(KerasTensor, name, _converted(name, kind))
    _put(KerasTensor, "__iter__", _iterated)
    _put(KerasTensor, "shape", property(_shape_of_tensor, _set_shape_of_tensor))
    _put(KerasTensor, "get_shape", _shape)
    _put(KerasTensor, "_keras_shape", property(static_shape))
    _put(KerasTensor, "_uses_learning_phase", False)
    _put(KerasTensor, "set_shape", lambda self, shape: None)
    _put(KerasTensor, "eval", _eval)
    _put(KerasTensor, "numpy", evaluate)
    _put(KerasTensor, "op", property(lambda self: types.SimpleNamespace(name=self.name)))
    _put(KerasTensor, "T", property(arrays.transpose))
    for name, function in _METHODS.items():
        _put(KerasTensor, name, function)


def _on_arrays() -> None:
    _put(jax.core.Tracer, "shape", property(lambda self: TensorShape(self.aval.shape)))
    for cls in (jax.core.Tracer, type(jax.numpy.zeros(()))):
        _put(cls, "__getitem__", remembering(cls.__getitem__))
        _put(cls, "get_shape", _shape)
        _put(cls, "_keras_shape", property(static_shape))
        _put(cls, "dimshuffle", dimshuffle)
        _put(cls, "flatten", _flattened)
        _put(cls, "norm", _METHODS["norm"])
        _put(cls, "set_shape", lambda self, shape: None)
        _put(cls, "eval", _eval)
        _put(cls, "numpy", lambda self: np.asarray(self))


def dimshuffle(x: Any, *pattern: Any) -> Any:
    """Axes in another order, "x" for a new one of size 1, as Theano had it."""
    if len(pattern) == 1 and isinstance(pattern[0], (tuple, list)):
        pattern = tuple(pattern[0])
    kept = [axis for axis in pattern if axis != "x"]
    moved = arrays.permute_dimensions(
        arrays.squeeze(x, _left_out(x, kept)) if len(kept) < len(x.shape) else x, _ranks(kept)
    )
    for place, axis in enumerate(pattern):
        if axis == "x":
            moved = arrays.expand_dims(moved, place)
    return moved


def _left_out(x: Any, kept: list[int]) -> list[int]:
    return [axis for axis in range(len(x.shape)) if axis not in kept]


def _ranks(kept: list[int]) -> list[int]:
    return [sorted(kept).index(axis) for axis in kept]


def _flattened(self: Any, ndim: Any = 1, **kwargs: Any) -> Any:
    """Theano's: `ndim` axes are left, the last of them takes in the others."""
    kept = self.shape[: ndim - 1] if isinstance(ndim, int) else ()
    return self.reshape((*kept, -1))


def _reshape(self: Any, *shape: Any, ndim: int | None = None) -> Any:
    return arrays.reshape(self, shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)


_METHODS = {
    "dimshuffle": dimshuffle,
    "reshape": _reshape,
    "flatten": lambda self, ndim=1: arrays.flatten(self) if ndim == 1 else arrays.batch_flatten(self),
    "astype": lambda self, dtype: arrays.cast(self, dtype),
    "transpose": lambda self, *axes: arrays.permute_dimensions(self, axes) if axes else arrays.transpose(self),
    "repeat": lambda self, repeats, axis=None: arrays.repeat_elements(self, repeats, axis),
    "norm": lambda self, L=2, axis=None: arrays.sqrt(arrays.sum(arrays.square(self), axis)),
    "dot": lambda self, other: arrays.dot(self, other),
    **{name: getattr(arrays, name) for name in ("sum", "mean", "max", "min", "prod", "std", "var", "argmax", "clip")},
}


# -- symbolic tensors as values, where they have one


def _value(tensor: KerasTensor, what: str) -> Any:
    try:
        return closed_value(tensor)
    except MissingValue:
        raise tensor._refuse(what) from None


def _for_jax(self: KerasTensor) -> Any:
    """Itself, so that operators of arrays leave it to the tensor's own."""
    return self


def _for_numpy(self: KerasTensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
    return np.asarray(_value(self, "turned into a NumPy array"), dtype)


def _converted(name: str, kind: type) -> Callable[..., Any]:
    def convert(self: KerasTensor) -> Any:
        return kind(_value(self, f"turned into a Python {kind.__name__}"))

    convert.__name__ = name
    return convert


def _iterated(self: KerasTensor) -> Iterator[Any]:
    if not self.shape or self.shape[0] is None:
        raise self._refuse("iterated over: its first axis is open")
    symbolic: Any = self
    return iter([symbolic[index] for index in range(self.shape[0])])


def _eval(self: Any, feed_dict: Any = None, session: Any = None) -> np.ndarray:
    """The value; the argument is a dictionary of values of inputs, or a session."""
    if isinstance(self, KerasTensor) and feed_dict and hasattr(feed_dict, "items"):
        return Session().run(self, feed_dict)
    return evaluate(self)


# -- the learning phase


def _in_fixed_phase(own: Callable[..., Any]) -> Callable[..., Any]:
    """Layers called on symbolic tensors keep the phase that is fixed then; TensorFlow 2 asked at each run."""

    @functools.wraps(own)
    def symbolic_call(self: Any, *args: Any, **kwargs: Any) -> Any:
        phase = fixed_phase()
        is_kept = phase is not None and isinstance(self, Layer) and current_release().formulas != "tf2"
        if is_kept and _acts_in_training(self) and kwargs.get("training") is None:
            kwargs["training"] = bool(phase)
        return own(self, *args, **kwargs)

    return symbolic_call


def _acts_in_training(layer: Layer) -> bool:
    return "training" in inspect.signature(type(layer).call).parameters or bool(layer._sublayers())
