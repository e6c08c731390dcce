"""Layers: one file per family. `FAMILY` finds a layer by name or configuration."""

import inspect
from typing import Any

from ..engine.configs import MODULES, Family, to_config
from ..engine.errors import did_you_mean
from ..engine.input_spec import InputSpec
from ..engine.layer import Layer
from .activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from .convolution import Conv1D, Conv2D, Convolution1D, Convolution2D
from .core import Dense, Embedding, Identity, Lambda, Masking
from .input import Input, InputLayer
from .merging import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Merge,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from .normalization import BatchNormalization, LayerNormalization
from .pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AvgPool1D,
    AvgPool2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPool1D,
    MaxPool2D,
    MaxPooling1D,
    MaxPooling2D,
)
from .recurrent import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    ConvLSTM1D,
    ConvLSTM2D,
    ConvLSTM3D,
    GRUCell,
    LSTMCell,
    SimpleRNN,
    SimpleRNNCell,
    StackedRNNCells,
)
from .regularization import ActivityRegularization, Dropout
from .reshaping import Flatten, Permute, RepeatVector, Reshape, UpSampling2D, ZeroPadding2D
from .wrappers import TimeDistributed, Wrapper

FAMILY = Family("layer", Layer, "keras.layers", ("keras", "keras.models", "keras.src.models.functional"))
for _name, _member in list(globals().items()):
    if inspect.isclass(_member) and issubclass(_member, Layer) and _member is not Layer:
        FAMILY.members[_name] = _member
        MODULES.setdefault(_member, "dovetail.layers" if _member is Merge else FAMILY.module)


def serialize(layer: Layer) -> dict[str, Any]:
    """A layer as plain data."""
    return to_config(layer)


def deserialize(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """A layer from plain data; `custom_objects` are more classes by name."""
    return FAMILY.get_among(config, custom_objects)


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    raise AttributeError(
        f"dovetail.layers has no {name!r}{did_you_mean(name, FAMILY.members)}. (Recurrent, attention, transposed and "
        "separable convolution, and preprocessing layers are not there yet.)"
    )
