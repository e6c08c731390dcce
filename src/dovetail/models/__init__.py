"""Models: layers with a training loop."""

from .cloning import clone_model
from .model import Functional, Model
from .sequential import Sequential

__all__ = ["Functional", "Model", "Sequential", "clone_model"]
