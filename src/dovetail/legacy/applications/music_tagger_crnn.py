"""MusicTaggerCRNN of Keras 1: convolutions over a mel spectrogram, then recurrent layers over time.

Choi et al. 2016, arXiv:1609.04243.
"""

import functools
from typing import Any

from ...applications.building import channel_axis, in_order, normalized, read_weights
from ...engine.graph import get_source_inputs
from ...layers import ELU, GRU, BatchNormalization, Conv2D, Dense, Input, MaxPooling2D, Permute, Reshape, ZeroPadding2D
from ...models import Functional
from ...utils import get_file
from ..releases import Release
from . import audio_conv_utils

FILES = "https://github.com/fchollet/deep-learning-models/releases/download/v0.3/"
FILE = "music_tagger_crnn_weights_tf_kernels_{}_dim_ordering.h5"


def held(release: Release) -> dict[str, Any]:
    return audio_conv_utils.held(release) | {"MusicTaggerCRNN": MusicTaggerCRNN}


def MusicTaggerCRNN(
    weights: Any = "msd", input_tensor: Any = None, include_top: bool = True, classes: int = 50
) -> Functional:
    """Tags of a piece of music, from its mel spectrogram as `audio_conv_utils.preprocess_input` gives it.

    Args:
        weights: None for random ones; "msd": trained on the Million Song Dataset, from the cache or the network; or a
            file.
        input_tensor: symbolic spectrograms to build on.
        include_top: whether the classifier is part of the model; without it the output has 32 features.
        classes: how many tags.

    Shapes:
        input: (batch, 96 bands, 1366 steps, 1), or (batch, 1, 96, 1366) for channels first

    Raises:
        ValueError: `weights` do not fit `classes`.
        FileNotFoundError: there is no such file.
    """
    if weights == "msd" and include_top and classes != len(audio_conv_utils.TAGS):
        raise ValueError(f"the classifier of weights='msd' has 50 classes, not {classes}: give include_top=False")
    spectrogram = Input(in_order(96, 1366, 1)) if input_tensor is None else input_tensor
    time_axis = 3 if channel_axis() == 1 else 2
    x = ZeroPadding2D((0, 37))(spectrogram)
    x = BatchNormalization(axis=time_axis, name="bn_0_freq")(x)
    for i, (channels, pool) in enumerate(((64, 2), (128, 3), (128, 4), (128, 4)), 1):
        x = normalized(Conv2D(channels, 3, padding="same", name=f"conv{i}")(x), f"bn{i}")
        x = MaxPooling2D(pool, strides=pool, name=f"pool{i}")(ELU()(x))
    if channel_axis() == 1:
        x = Permute((3, 1, 2))(x)
    x = Reshape((15, 128))(x)
    gru = functools.partial(GRU, 32, recurrent_activation="hard_sigmoid", reset_after=False)
    x = gru(return_sequences=True, name="gru1")(x)
    x = gru(name="gru2")(x)
    if include_top:
        x = Dense(classes, "sigmoid", name="output")(x)
    inputs = spectrogram if input_tensor is None else get_source_inputs(input_tensor)
    model = Functional(inputs, x, name="music_tagger_crnn")
    if weights == "msd":
        name = FILE.format("th" if channel_axis() == 1 else "tf")
        read_weights(model, get_file(name, FILES + name, cache_subdir="models"), by_name=True)
    elif weights is not None:
        read_weights(model, weights)
    return model
