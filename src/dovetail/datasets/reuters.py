"""Newswires, as numbers of words, of 46 topics: 11,228 (Lewis, Reuters-21578)."""

import json
from typing import Any

import numpy as np

from . import files
from .words import words_asked_for

DIGEST = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
TOPICS = tuple(
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass "
    "crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi "
    "iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead".split()
)


def load_data(
    path: Any = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
    **kwargs: Any,
) -> Any:
    """((x_train, y_train), (x_test, y_test)): lists of word numbers, and int64 numbers of topics.

    Args:
        test_split: share of the newswires that is for testing.

    The other arguments are those of `imdb.load_data`.

    Shapes:
        x: (newswires,) of lists, y: (newswires,)
    """
    num_words = words_asked_for("reuters", num_words, kwargs)
    found = files.find_or_today(path, "reuters.npz", DIGEST)
    if ".pkl" in found.name:
        x, y = files.read_pickle(found)
        x, y = files.ragged(list(x)), np.asarray(y)
    else:
        arrays = files.read_npz(found)
        x, y = arrays["x"], arrays["y"]
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    sequences, labels = files.shorter(maxlen, files.marked(x[order], start_char, index_from), y[order])
    sequences = files.within(sequences, num_words, skip_top, oov_char)
    count = int(len(sequences) * (1 - test_split))
    return (files.ragged(sequences[:count]), labels[:count]), (files.ragged(sequences[count:]), labels[count:])


def get_word_index(path: Any = "reuters_word_index.json") -> dict[str, int]:
    """The number of every word, before `index_from` is added."""
    found = files.find_or_today(path, "reuters_word_index.json", "4d44cc38712099c9e383dc6e5f11a921")
    return files.read_pickle(found) if found.suffix == ".pkl" else json.loads(found.read_text())


def get_label_names() -> tuple[str, ...]:
    """The topics in the order of their numbers."""
    return TOPICS
