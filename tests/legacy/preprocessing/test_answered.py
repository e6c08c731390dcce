"""Old imports are answered by what their release had."""

import importlib

from dovetail.legacy import installed
from dovetail.legacy.preprocessing import image, sequence, text
from dovetail.legacy.utils import np_utils


def test_a_name_that_keras_1_had_otherwise_is_its_own():
    for which, expected in (
        (1, (image.KERAS1["ImageDataGenerator"], text.KERAS1["Tokenizer"], np_utils.KERAS1["to_categorical"])),
        (2, (image.ImageDataGenerator, text.Tokenizer, np_utils.to_categorical)),
    ):
        with installed(which):
            found = (
                importlib.import_module("keras.preprocessing.image").ImageDataGenerator,
                importlib.import_module("keras.preprocessing.text").Tokenizer,
                importlib.import_module("keras.utils.np_utils").to_categorical,
            )
            pad = importlib.import_module("keras.preprocessing.sequence").pad_sequences
        assert found == expected and pad is sequence.pad_sequences
