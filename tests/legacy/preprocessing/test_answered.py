"""Old imports are answered by what their release had."""

import importlib

import pytest

from dovetail.legacy import installed
from dovetail.legacy.listing import listing
from dovetail.legacy.preprocessing import image, sequence, text
from dovetail.legacy.utils import np_utils
from dovetail.utils import PyDataset


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


def test_what_modules_import_for_themselves_is_not_answered():
    with installed(2):
        utils = importlib.import_module("keras.utils")
        assert utils.Sequence is PyDataset
        assert not hasattr(importlib.import_module("keras.utils.generic_utils"), "Iterable")
        assert importlib.import_module("keras.utils.np_utils").categorical_probas_to_classes is not None
