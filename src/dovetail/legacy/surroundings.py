"""What old scripts expect of NumPy, SciPy and scikit-learn and has another name there today.

Only while a script runs under `dovetail run`: names that NumPy dropped, modules that were renamed.
"""

import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

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
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.learning_curve": "sklearn.model_selection",
    "sklearn.externals.joblib": "joblib",
    "sklearn.datasets.samples_generator": "sklearn.datasets",
    "sklearn.preprocessing.imputation": "sklearn.impute",
    "scipy.misc": "dovetail.legacy.scipy_misc",
}


class _Renamed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname in RENAMED:
            return importlib.machinery.ModuleSpec(fullname, self)
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


@contextmanager
def as_they_were() -> Iterator[None]:
    """Old names of NumPy and old modules are there inside."""
    added = [name for name in NUMPY_NAMES if name not in vars(np)]
    for name in added:
        setattr(np, name, NUMPY_NAMES[name])
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
