"""Dovetail: neural networks in Python as Keras users know them, with the joining of branches at heart."""

import importlib

from . import (
    activations,
    applications,
    backend,
    callbacks,
    compare,
    config,
    constraints,
    datasets,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    models,
    ops,
    optimizers,
    preprocessing,
    random,
    regularizers,
    saving,
    tree,
    utils,
    wrappers,
)
from .engine.context import StatelessScope
from .engine.dtypes import DTypePolicy, FloatDTypePolicy
from .engine.input_spec import InputSpec
from .engine.operation import Operation
from .engine.remat import RematScope, remat
from .engine.scopes import SymbolicScope, device, name_scope
from .engine.tensor import KerasTensor
from .engine.variable import Variable
from .initializers import Initializer
from .layers import Input, Layer
from .losses import Loss
from .metrics import Metric
from .models import Function, Functional, Model, Sequential
from .optimizers import Optimizer
from .regularizers import Regularizer

__version__ = "0.1.0"

__all__ = [
    "DTypePolicy", "FloatDTypePolicy", "Function", "Functional", "Initializer", "Input", "InputSpec", "KerasTensor",
    "Layer", "Loss", "Metric", "Model", "Operation", "Optimizer", "Regularizer", "RematScope", "Sequential",
    "StatelessScope", "SymbolicScope", "Variable", "activations", "applications", "backend", "callbacks", "compare",
    "config", "constraints", "datasets", "device", "dtype_policies", "initializers", "layers", "losses", "metrics",
    "mixed_precision", "models", "name_scope", "ops", "optimizers", "preprocessing", "random", "regularizers",
    "remat", "saving", "tree", "utils", "version", "wrappers",
]  # fmt: skip


def version() -> str:
    """The version of Dovetail, as `__version__`."""
    return __version__


def __getattr__(name):
    """`legacy` is loaded when it is asked for: most programs have no use for it."""
    if name == "legacy":
        return importlib.import_module(f"{__name__}.legacy")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _load_older(path, custom_objects, compile):
    """A model of Keras 1 or 2. Its readers are loaded when they are needed."""
    from .legacy.files.hdf5 import load_model

    return load_model(path, custom_objects, compile)


saving.hdf5.read_older_with(_load_older)
