"""Reviews of films, as numbers of words, good or bad: 25,000 and 25,000 (Maas et al. 2011)."""

import json
from typing import Any

import numpy as np

from . import files
from .words import words_asked_for

DIGEST = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"


def load_data(
    path: Any = "imdb.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int | None = 3,
    **kwargs: Any,
) -> Any:
    """((x_train, y_train), (x_test, y_test)): lists of word numbers, and int64 labels: 1 good, 0 bad.

    Args:
        path: name of the file in the cache.
        num_words: words with this number or a higher one (so rarer) count as not known; None keeps all.
        skip_top: words with a lower number than this count as not known.
        maxlen: only reviews shorter than this; None takes all.
        seed: of the order of the reviews.
        start_char: number in front of every review; None has none.
        oov_char: number of words that are not known; None leaves them out.
        index_from: added to all words' numbers.
        kwargs: `nb_words`, as Keras 1 called `num_words`; `test_split`, the share of the 25 000 reviews for training
            that Keras before 1.0 tested on.

    Shapes:
        x: (reviews,) of lists, y: (reviews,)
    """
    num_words = words_asked_for("imdb", num_words, kwargs, ("test_split",))
    found = files.find_or_today(path, "imdb.npz", DIGEST)
    if ".pkl" in found.name:
        parts = [(files.ragged(x), np.asarray(y)) for x, y in files.read_pickle(found)]
    else:
        arrays = files.read_npz(found)
        parts = [(arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test")]
    if "test_split" in kwargs:
        (x, y), _ = parts
        count = int(len(x) * (1 - kwargs["test_split"]))
        parts = [(x[:count], y[:count]), (x[count:], y[count:])]
    random = np.random.RandomState(seed)
    prepared = []
    for x, y in parts:
        order = np.arange(len(x))
        random.shuffle(order)
        prepared.append(files.shorter(maxlen, files.marked(x[order], start_char, index_from), y[order]))
    count = len(prepared[0][0])
    x = files.within(prepared[0][0] + prepared[1][0], num_words, skip_top, oov_char)
    return (files.ragged(x[:count]), prepared[0][1]), (files.ragged(x[count:]), prepared[1][1])


def get_word_index(path: Any = "imdb_word_index.json") -> dict[str, int]:
    """The number of every word, before `index_from` is added."""
    found = files.find_or_today(path, "imdb_word_index.json", "bfafd718b763782e994055a2d397834f")
    return files.read_pickle(found) if found.suffix == ".pkl" else json.loads(found.read_text())
