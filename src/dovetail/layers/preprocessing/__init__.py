"""Layers that prepare data: at the front of a model, or on their own."""

from .augmentation import (
    RandomBrightness,
    RandomContrast,
    RandomCrop,
    RandomFlip,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
)
from .categories import CategoryEncoding, Discretization
from .images import CenterCrop, Resizing
from .pipeline import Pipeline
from .scaling import Normalization, Rescaling
from .sound import MelSpectrogram, STFTSpectrogram

__all__ = [
    "CategoryEncoding", "CenterCrop", "Discretization", "MelSpectrogram", "Normalization", "Pipeline",
    "RandomBrightness", "RandomContrast", "RandomCrop", "RandomFlip", "RandomRotation", "RandomTranslation",
    "RandomZoom", "Rescaling", "Resizing", "STFTSpectrogram",
]  # fmt: skip
