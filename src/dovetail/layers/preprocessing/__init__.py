"""Layers that prepare data: at the front of a model, or on their own."""

from .scaling import Normalization, Rescaling

__all__ = ["Normalization", "Rescaling"]
