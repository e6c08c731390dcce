"""What old scripts expect of NumPy, SciPy, pandas and scikit-learn and has another name there today.

Only while a script runs under `dovetail run`: names that were dropped, modules that were renamed, lists of unequal
lengths as arrays.
"""

import builtins
import functools
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from . import pandas_old, scipy_misc, sklearn_preprocessing_old

NUMPY_NAMES: dict[str, Any] = {
    "int": int, "float": float, "bool": bool, "object": object, "str": str, "complex": complex, "long": int,
    "unicode": str, "float_": np.float64, "complex_": np.complex128, "unicode_": np.str_, "string_": np.bytes_,
    "product": np.prod, "cumproduct": np.cumprod, "sometrue": np.any, "alltrue": np.all, "NaN": np.nan, "NAN": np.nan,
    "Inf": np.inf, "infty": np.inf, "asscalar": lambda a: np.asarray(a).item(), "row_stack": np.vstack,
    "in1d": lambda a, b, **options: np.isin(np.ravel(a), b, **options), "trapz": np.trapezoid, "round_": np.round,
    "msort": lambda a: np.sort(a, axis=0), "float96": np.longdouble, "float128": np.longdouble,
}  # fmt: skip

# modules under their old names
RENAMED = {
    "sklearn.cross_validation": "dovetail.legacy.sklearn_old",
    "sklearn.grid_search": "dovetail.legacy.sklearn_old",
    "sklearn.learning_curve": "sklearn.model_selection",
    "sklearn.externals.joblib": "joblib",
    "sklearn.datasets.samples_generator": "sklearn.datasets",
    "sklearn.preprocessing.imputation": "sklearn.impute",
    "scipy.misc": "dovetail.legacy.scipy_misc",
}

# modules whose classes and functions get back what they had: each with what gives the names to put in
COMPLETED: dict[str, Callable[[types.ModuleType], dict[Any, dict[str, Any]]]] = {
    "pandas": pandas_old.additions,
    "sklearn.preprocessing": sklearn_preprocessing_old.additions,
    "scipy.ndimage": lambda module: {module: {"imread": scipy_misc.imread}},
}


class _Renamed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname in RENAMED:
            return importlib.machinery.ModuleSpec(fullname, self)
        if fullname in COMPLETED:
            spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
            if spec is not None:
                spec.loader = _Completed(spec.loader)
            return spec
        return None

    def create_module(self, spec: Any) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        try:
            today = importlib.import_module(RENAMED[spec.name])
        except ImportError as error:
            raise ModuleNotFoundError(f"{spec.name} is {RENAMED[spec.name]} today, which is not installed: {error}",
                                      name=spec.name) from error  # fmt: skip
        module.__dict__.update({name: value for name, value in vars(today).items() if not name.startswith("__")})
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        pass


class _Completed(importlib.abc.Loader):
    """Loads a module and puts in what it had then."""

    def __init__(self, loader: Any):
        self.loader = loader

    def create_module(self, spec: Any) -> Any:
        return self.loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        self.loader.exec_module(module)
        _complete(module)


_undo: list[Callable[[], None]] = []
_put: list[tuple[Any, str, Any]] = []  # what is to be taken out again: owner, name, and what was there


def _set(owner: Any, name: str, value: Any) -> None:
    _put.append((owner, name, vars(owner).get(name, _put)))
    setattr(owner, name, value)


def _complete(module: types.ModuleType) -> None:
    for owner, names in COMPLETED[module.__name__](module).items():
        for name, value in names.items():
            _set(owner, name, value)
    if module.__name__ == "pandas":
        _undo.append(pandas_old.with_texts_as_objects(module))


def _of_unequal_parts(own: Any) -> Any:
    """`np.array([[1, 2], [3]])` was an array of lists."""

    @functools.wraps(own)
    def array(object: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return own(object, *args, **kwargs)
        except ValueError as error:
            if "inhomogeneous" not in str(error) or args or kwargs.get("dtype") is not None:
                raise
            made = np.empty(len(object), dtype=builtins.object)
            made[:] = list(object)
            return made

    return array


@contextmanager
def as_they_were() -> Iterator[None]:
    """Old names of NumPy and old modules are there inside."""
    added = [name for name in NUMPY_NAMES if name not in vars(np)]
    for name in added:
        setattr(np, name, NUMPY_NAMES[name])
    for name in ("array", "asarray"):
        _set(np, name, _of_unequal_parts(getattr(np, name)))
    for name in COMPLETED:
        if name in sys.modules:
            _complete(sys.modules[name])
    finder = _Renamed()
    hidden = {name: sys.modules.pop(name) for name in RENAMED if name in sys.modules}
    sys.meta_path.insert(0, finder)
    if not os.environ.get("DISPLAY") and sys.platform.startswith("linux"):
        os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in RENAMED:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)
        for name in added:
            delattr(np, name)
        while _undo:
            _undo.pop()()
        while _put:
            owner, name, before = _put.pop()
            if before is _put:
                delattr(owner, name)
            else:
                setattr(owner, name, before)
