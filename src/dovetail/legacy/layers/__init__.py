"""The layers of a release by name: those of today behind old constructors, and those that only old releases had."""

import functools
from typing import Any

from ... import layers as today
from ...engine.errors import did_you_mean
from ...engine.layer import Layer
from .. import changes
from ..listing import public_names
from ..releases import Release
from . import (
    activation,
    convolution,
    convolutional_recurrent,
    core,
    cudnn,
    early,
    local,
    merging,
    normalization,
    preprocessing,
    recurrent,
    wrappers,
)
from .base import OldLayer, layer_base, translate

__all__ = ["OldLayer", "layer", "layer_names"]

# which class does the work in an old dialect, where it is not today's: by the name that a release had for it, else by
# today's name
OLD: dict[str, type] = {
    **convolution.POOLING,
    **merging.OF_KERAS_2,
    **recurrent.CELLS,
    "AutoEncoder": early.AutoEncoder,
    "Bidirectional": wrappers.Bidirectional,
    "BatchNormalization": normalization.BatchNormalization,
    "Conv1D": convolution.Conv1D,
    "Conv2D": convolution.Conv2D,
    "Conv3D": convolution.Conv3D,
    "Conv2DTranspose": convolution.Conv2DTranspose,
    "ConvLSTM2DCell": convolutional_recurrent.ConvLSTM2DCell,
    "ConvRNN2D": convolutional_recurrent.ConvRNN2D,
    "ConvRecurrent2D": convolutional_recurrent.ConvRecurrent2D,
    "CuDNNGRU": cudnn.CuDNNGRU,
    "CuDNNLSTM": cudnn.CuDNNLSTM,
    "Embedding": core.Embedding,
    "GlobalAveragePooling1D": convolution.GlobalAveragePooling1D,
    "Highway": core.Highway,
    "InputLayer": core.InputLayer,
    "Lambda": core.Lambda,
    "JZS1": early.JZS1,
    "JZS2": early.JZS2,
    "JZS3": early.JZS3,
    "LocallyConnected1D": local.LocallyConnected1D,
    "LocallyConnected2D": local.LocallyConnected2D,
    "MaxoutDense": core.MaxoutDense,
    "Merge": merging.Merge,
    "ParametricSoftplus": activation.ParametricSoftplus,
    "AbstractRNNCell": recurrent.AbstractRNNCell,
    "Recurrent": recurrent.Recurrent,
    "SReLU": activation.SReLU,
    "ThresholdedReLU": activation.ThresholdedReLU,
    "TimeDistributedMerge": early.TimeDistributedMerge,
    "TimeDistributedDense": core.TimeDistributedDense,
    "UpSampling2D": convolution.UpSampling2D,
    "ZeroPadding1D": convolution.ZeroPadding1D,
    "ZeroPadding2D": convolution.ZeroPadding2D,
    "IntegerLookup": preprocessing.IntegerLookup,
    "RandomHeight": preprocessing.RandomHeight,
    "RandomWidth": preprocessing.RandomWidth,
    "StringLookup": preprocessing.StringLookup,
    "TextVectorization": preprocessing.TextVectorization,
    "_Merge": merging.WrittenMerge,
}
OF_KERAS_1: dict[str, type] = {
    "ConvLSTM2D": convolutional_recurrent.ConvLSTM2D,
    "GRU": recurrent.GRU,
    "LSTM": recurrent.LSTM,
    "SimpleRNN": recurrent.SimpleRNN,
}
FUNCTIONS = {
    "add": "Add", "subtract": "Subtract", "multiply": "Multiply", "average": "Average", "maximum": "Maximum",
    "minimum": "Minimum", "concatenate": "Concatenate", "dot": "Dot",
}  # fmt: skip


@functools.cache
def layer(release: Release, name: str) -> Any:
    """The class or function that `keras.layers` of a release has under `name`.

    Raises:
        AttributeError: no release has it.
    """
    if name == "Layer":
        return layer_base(release)
    if name in FUNCTIONS:
        return merging.as_function(layer(release, FUNCTIONS[name]), name)
    if name == "merge":
        return functools.wraps(merging.merge)(functools.partial(merging.merge, layer(release, "Merge")))
    if name == "time_distributed_dense":
        return recurrent.time_distributed_dense
    work = _work(release, name)
    if work is None:
        raise AttributeError(f"keras.layers has no {name!r} in any release{did_you_mean(name, layer_names(release))}")
    if not isinstance(work, type) or not issubclass(work, Layer):
        return work
    canonical = _canonical(release, name)
    if canonical != name:
        return layer(release, canonical)
    return translate(name, work, (layer(release, "Layer"),), release)


def _work(release: Release, name: str) -> Any:
    """The class that does the work of `name` in a release, None where no release has the name."""
    new = changes.LAYER_NAMES.get(name, name)
    if release.dialect == 3 and hasattr(today, new) and name not in OLD:
        return getattr(today, new)
    if release.dialect == 3 and hasattr(today, name):
        return getattr(today, name)
    of_dialect = OLD | OF_KERAS_1 if release.dialect == 1 else OLD
    return of_dialect.get(name) or of_dialect.get(new) or getattr(today, new, None)


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
    newest = tuple(name for name in dir(today) if not name.startswith("_"))
    if release.dialect == 3:
        return newest
    listed = (*public_names(release.dialect, "keras.layers"), "Layer", "Input", "InputLayer", "InputSpec")
    listed += ("Merge", "merge") if release.dialect == 1 else ()
    return tuple(dict.fromkeys(listed + (newest if release.is_tensorflow else ())))
