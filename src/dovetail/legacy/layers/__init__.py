"""The layers of a release by name: those of today behind old constructors, and those that only old releases had."""

import functools
from typing import Any

from ... import layers as today
from ...engine.errors import did_you_mean
from ...engine.layer import Layer
from .. import changes
from ..listing import public_names
from ..releases import Release
from .base import OldLayer, layer_base, translate

__all__ = ["OldLayer", "layer", "layer_names"]

# old behaviour of a class of today: by today's name, a function of the release giving the class to mix in before it, or
# None where the release needs none
BEHAVIOURS: dict[str, Any] = {}
# layers that only old releases had: a function of the release giving the class
ONLY_OLD: dict[str, Any] = {}


@functools.cache
def layer(release: Release, name: str) -> Any:
    """The class or function that `keras.layers` of a release has under `name`.

    Raises:
        AttributeError: no release has it.
    """
    if name == "Layer":
        return layer_base(release)
    if name in ONLY_OLD and (made := ONLY_OLD[name](release)) is not None:
        return made
    modern = getattr(today, changes.LAYER_NAMES.get(name, name), None)
    if modern is None:
        raise AttributeError(f"keras.layers has no {name!r} in any release{did_you_mean(name, layer_names(release))}")
    if not isinstance(modern, type) or not issubclass(modern, Layer):
        return modern
    canonical = _canonical(release, name)
    if canonical != name:
        return layer(release, canonical)
    behaviour = BEHAVIOURS.get(modern.__name__)
    mixin = behaviour(release) if behaviour else None
    return translate(name, modern, (*([mixin] if mixin else []), layer(release, "Layer")), release)


def _canonical(release: Release, name: str) -> str:
    """The name that a release gave the class itself: Conv2D was another name of Convolution2D in Keras 1, not later."""
    names = {1: _FIRST, 2: {old: new for new, old in _FIRST.items() if new in ("Conv1D", "Conv2D", "Conv3D")}}
    return names.get(release.dialect, names[2]).get(name, name)


_FIRST = {
    "Conv1D": "Convolution1D", "Conv2D": "Convolution2D", "Conv3D": "Convolution3D", "Deconv2D": "Deconvolution2D",
    "AtrousConv1D": "AtrousConvolution1D", "AtrousConv2D": "AtrousConvolution2D",
    "SeparableConv2D": "SeparableConvolution2D",
}  # fmt: skip


@functools.cache
def layer_names(release: Release) -> tuple[str, ...]:
    """The names that `from keras.layers import *` gives in a release."""
    if release.dialect == 3:
        return tuple(name for name in dir(today) if not name.startswith("_"))
    return public_names(release.dialect, "keras.layers")
