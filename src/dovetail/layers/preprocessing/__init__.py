"""Layers that prepare data: at the front of a model, or on their own."""

from .images import CenterCrop, Resizing
from .scaling import Normalization, Rescaling

__all__ = ["CenterCrop", "Normalization", "Rescaling", "Resizing"]
