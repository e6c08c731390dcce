"""Layers on texts and images as TensorFlow had them."""

from typing import Any

from ... import layers as today
from ...layers.preprocessing.augmentation import limits
from ..backend.texts import as_texts


class _OldNames:
    """What TensorFlow 2.3 to 2.5 called methods of layers with a vocabulary."""

    def vocab_size(self) -> int:
        return self.vocabulary_size()  # type: ignore[attr-defined]


class StringLookup(_OldNames, today.StringLookup):
    """As today's; inverted, its words answer as tensors do."""

    def call(self, inputs):
        return as_texts(super().call(inputs))


class IntegerLookup(_OldNames, today.IntegerLookup):
    """As today's."""


class TextVectorization(_OldNames, today.TextVectorization):
    """As today's."""


class Stretched(today.RandomZoom):
    """Images stretched at random along one axis. TensorFlow changed their size; here it stays, as programs need it."""

    def __init__(self, factor: Any, interpolation: str = "bilinear", seed: int | None = None, **kwargs: Any):
        low, high = limits("factor", factor)
        self.factor = factor
        seen = (1 / (1 + high) - 1, 1 / (1 + low) - 1)
        height, width = (seen, (0.0, 0.0)) if self.is_tall else ((0.0, 0.0), seen)
        super().__init__(height, width, interpolation=interpolation, seed=seed, **kwargs)

    is_tall = True


class RandomHeight(Stretched):
    """Images taller or shorter by a share: a range (low, high), or a number for one to both sides."""


class RandomWidth(Stretched):
    """Images wider or narrower by a share: a range (low, high), or a number for one to both sides."""

    is_tall = False
