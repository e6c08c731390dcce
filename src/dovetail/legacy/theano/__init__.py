"""The part of Theano that scripts around Keras models use, on Dovetail: `import theano` is this while one runs.

`tensor` has functions of arrays, variables and symbolic tensors alike; `function`, `shared`, `grad` and `scan` are
here. What is missing raises where it is asked for, with the nearest way.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np

from ...engine.tensor import KerasTensor
from ...engine.variable import Variable
from ..backend import functions as backend_functions
from ..backend.variables import LooseVariable
from .looping import map_ as map
from .looping import scan

__version__ = version = "0.9.0"

config = SimpleNamespace(
    floatX="float32", device="cpu", optimizer="fast_run", mode="Mode", exception_verbosity="low", allow_gc=True,
    compute_test_value="off", openmp=False, gcc=SimpleNamespace(cxxflags=""), blas=SimpleNamespace(ldflags=""),
    dnn=SimpleNamespace(enabled="False"), lib=SimpleNamespace(cnmem=0), base_compiledir="", profile=False,
    nvcc=SimpleNamespace(fastmath=False), warn_float64="ignore", cast_policy="custom", on_unused_input="raise",
)  # fmt: skip


class In:
    """An input of a function, with how it is given."""

    def __init__(self, variable: Any, name: str | None = None, value: Any = None, **kwargs: Any):
        self.variable, self.name, self.value = variable, name, value


Param = In


def Out(variable: Any, borrow: bool = False) -> Any:
    """An output of a function."""
    return variable


class Function:
    """A compiled function of arrays; see `function`."""

    def __init__(self, inputs: Any, outputs: Any, updates: Any, givens: Any, name: str | None):
        self.name = name
        given = dict(givens.items() if hasattr(givens, "items") else givens or ())
        wanted = [x.variable if isinstance(x, In) else x for x in inputs]
        self._defaults = [x.value if isinstance(x, In) else None for x in inputs]
        computed = {key: value for key, value in given.items() if isinstance(value, (KerasTensor, Variable))}
        given = {key: value for key, value in given.items() if key not in computed}
        self._given = list(given.values())
        self._computed = backend_functions.function(wanted, list(computed.values())) if computed else None
        self._is_single = outputs is not None and not isinstance(outputs, (list, tuple, dict))
        self._is_nothing = outputs is None
        listed = [] if outputs is None else [outputs] if self._is_single else outputs
        self._function = backend_functions.function([*wanted, *given, *computed], listed, updates=updates)

    def __call__(self, *values: Any) -> Any:
        given = [*values, *self._defaults[len(values) :]]
        computed = self._computed(given) if self._computed else []
        found = self._function([*given, *self._given, *computed])
        return None if self._is_nothing else found[0] if self._is_single else found


def function(
    inputs: Any, outputs: Any = None, mode: Any = None, updates: Any = None, givens: Any = None,
    no_default_updates: bool = False, accept_inplace: bool = False, name: str | None = None,
    rebuild_strict: bool = True, allow_input_downcast: Any = None, profile: Any = None, on_unused_input: Any = None,
) -> Function:  # fmt: skip
    """A function from values of `inputs`, a list, to those of `outputs`: one tensor, several, or none.

    Args:
        updates: pairs of a shared variable and its new value, assigned at each call.
        givens: what stands for tensors, the learning phase among them: numbers, arrays, variables, and tensors that are
            made from the inputs.
        mode, no_default_updates, ...: say how Theano compiled; no effect.
    """
    return Function(inputs, outputs, updates, givens, name)


def shared(value: Any, name: str | None = None, borrow: bool = False, **kwargs: Any) -> Any:
    """A variable with this value; integers stay integers."""
    array = np.asarray(value)
    dtype = {"f": "float32", "i": "int32", "u": "int32", "b": "bool"}[array.dtype.kind]
    return LooseVariable(array, dtype=dtype, name=name)


def grad(cost: Any, wrt: Any, consider_constant: Any = None, disconnected_inputs: str = "raise", **kwargs: Any) -> Any:
    """The derivative of `cost` by one tensor or variable, or a list of them."""
    several = isinstance(wrt, (list, tuple))
    found = backend_functions.gradients(cost, list(wrt) if several else [wrt])
    return found if several else found[0]


def clone(output: Any, replace: Any = None, **kwargs: Any) -> Any:
    if replace:
        raise NotImplementedError("theano.clone: tensors are not replaced here; call the model or layer on the new one")
    return output


from . import tensor  # noqa: E402  needs `grad`

__all__ = ["Function", "In", "Out", "Param", "clone", "config", "function", "grad", "map", "scan", "shared", "tensor"]
