"""Dovetail: neural networks in Python as Keras users know them, with the joining of branches at heart."""

from . import (
    activations,
    callbacks,
    compare,
    config,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    preprocessing,
    random,
    regularizers,
    utils,
)
from .engine.context import StatelessScope
from .engine.dtypes import DTypePolicy
from .engine.input_spec import InputSpec
from .engine.tensor import KerasTensor
from .engine.variable import Variable
from .layers import Input, Layer
from .losses import Loss
from .metrics import Metric
from .models import Functional, Model, Sequential
from .optimizers import Optimizer

__version__ = "0.1.0"

__all__ = [
    "DTypePolicy", "Functional", "Input", "InputSpec", "KerasTensor", "Layer", "Loss", "Metric", "Model",
    "Optimizer", "Sequential", "StatelessScope", "Variable", "activations", "callbacks", "compare", "config",
    "constraints", "initializers", "layers", "losses", "metrics", "models", "ops", "optimizers", "preprocessing",
    "random", "regularizers", "utils",
]  # fmt: skip
