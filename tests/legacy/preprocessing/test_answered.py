"""Old imports are answered by what their release had."""

import importlib

import pytest

from dovetail.legacy import installed
from dovetail.legacy.listing import listing
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


@pytest.mark.parametrize("dialect", [1, 2])
def test_every_listed_name_is_there(dialect):
    families = ("keras.utils", "keras.preprocessing", "keras.wrappers.scikit_learn", "keras.datasets")
    with installed(dialect):
        for module, entries in listing(dialect).items():
            if module.startswith(families):
                found = importlib.import_module(module)
                assert [name for name in entries if not hasattr(found, name)] == [], module
