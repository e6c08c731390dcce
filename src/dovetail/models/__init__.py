"""Models: layers with a training loop."""

from typing import Any

from ..engine.configs import MODULES
from ..layers import FAMILY
from ..saving.architecture import model_from_json
from ..saving.archive import load_model, save_model
from .cloning import clone_model
from .function import Function
from .model import Functional, Model
from .sequential import Sequential

__all__ = [
    "Function", "Functional", "Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model",
]  # fmt: skip
for _class, _module in ((Functional, "keras.src.models.functional"), (Model, "keras"), (Sequential, "keras")):
    FAMILY.members[_class.__name__] = _class
    MODULES[_class] = _module
