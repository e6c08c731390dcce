"""Dovetail: neural networks in Python as Keras users know them, with the joining of branches at heart."""

from . import (
    activations,
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    regularizers,
    utils,
)
from .engine.tensor import KerasTensor
from .engine.context import StatelessScope
from .engine.dtypes import DTypePolicy
from .engine.variable import Variable
from .layers import Input, Layer
from .losses import Loss
from .metrics import Metric
from .models import Functional, Model, Sequential
from .optimizers import Optimizer

__version__ = "0.1.0"
