"""Pieces of music as images of their mel spectrograms, and predictions of a tagger as names."""

from typing import Any

import numpy as np

from ...engine.errors import ShapeError
from ...engine.extras import needed
from ...engine.settings import standardize_data_format
from ..releases import Release
from .imagenet_utils import ORDERINGS

TAGS = [
    "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s", "alternative rock", "jazz",
    "beautiful", "metal", "chillout", "male vocalists", "classic rock", "soul", "indie rock", "Mellow", "electronica",
    "80s", "folk", "90s", "chill", "instrumental", "punk", "oldies", "blues", "hard rock", "ambient", "acoustic",
    "experimental", "female vocalist", "guitar", "Hip-Hop", "70s", "party", "country", "easy listening", "sexy",
    "catchy", "funk", "electro", "heavy metal", "Progressive rock", "60s", "rnb", "indie pop", "sad", "House", "happy",
]  # fmt: skip
SAMPLES_PER_SECOND = 12_000
SECONDS = 29.12


def held(release: Release) -> dict[str, Any]:
    return {"TAGS": TAGS, "preprocess_input": preprocess_input, "decode_predictions": decode_predictions}


def preprocess_input(audio_path: Any, dim_ordering: str = "default") -> np.ndarray:
    """The mel spectrogram in decibels of the middle 29.12 seconds of a file; a shorter one is filled up with silence.

    Shapes:
        output: (96, 1366, 1), or (1, 96, 1366) for channels first

    Raises:
        ImportError: librosa is not installed, which reads the file.
    """
    data_format = standardize_data_format(ORDERINGS.get(dim_ordering, dim_ordering))
    librosa = needed("librosa")
    sound, _ = librosa.load(audio_path, sr=SAMPLES_PER_SECOND)
    wanted = int(SECONDS * SAMPLES_PER_SECOND)
    if len(sound) < wanted:
        sound = np.concatenate([sound, np.zeros(wanted - len(sound), sound.dtype)])
    start = (len(sound) - wanted) // 2
    power = librosa.feature.melspectrogram(
        y=sound[start : start + wanted], sr=SAMPLES_PER_SECOND, hop_length=256, n_fft=512, n_mels=96
    )
    image = librosa.power_to_db(power**2, ref=1.0)
    return image[None] if data_format == "channels_first" else image[..., None]


def decode_predictions(preds: Any, top_n: int = 5) -> list[list[tuple[str, float]]]:
    """For each piece the `top_n` likeliest tags, the likeliest first.

    Shapes:
        preds: (batch, 50)
    """
    preds = np.asarray(preds)
    if preds.ndim != 2 or preds.shape[1] != len(TAGS):
        raise ShapeError(f"predictions of tags have the shape (batch, {len(TAGS)}); got {preds.shape}")
    return [sorted(zip(TAGS, scores, strict=True), key=lambda tag: -tag[1])[:top_n] for scores in preds]
