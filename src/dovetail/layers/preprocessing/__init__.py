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
from .lookup import IntegerLookup, StringLookup
from .pipeline import Pipeline
from .scaling import Normalization, Rescaling
from .sound import MelSpectrogram, STFTSpectrogram
from .text import TextVectorization

__all__ = [
    "CategoryEncoding", "CenterCrop", "Discretization", "IntegerLookup", "MelSpectrogram", "Normalization", "Pipeline",
    "RandomBrightness", "RandomContrast", "RandomCrop", "RandomFlip", "RandomRotation", "RandomTranslation",
    "RandomZoom", "Rescaling", "Resizing", "STFTSpectrogram", "StringLookup", "TextVectorization",
]  # fmt: skip
