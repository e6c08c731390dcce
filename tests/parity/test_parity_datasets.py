"""Word numbers and orders of data sets beside Keras's, from the same small files."""

import numpy as np
import pytest
from keras.src.datasets import boston_housing as keras_boston_housing
from keras.src.datasets import imdb as keras_imdb
from keras.src.datasets import reuters as keras_reuters
from numpy.testing import assert_array_equal

from dovetail.datasets import boston_housing, imdb, reuters
from dovetail.datasets.files import ragged

RNG = np.random.default_rng(0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    x = ragged([RNG.integers(1, 30, RNG.integers(1, 9)).tolist() for _ in range(20)])
    y = np.arange(20)
    np.savez(tmp_path / "datasets" / "imdb.npz", x_train=x, y_train=y, x_test=x[:7], y_test=y[:7])
    np.savez(tmp_path / "datasets" / "reuters.npz", x=x, y=y)
    np.savez(tmp_path / "datasets" / "boston_housing.npz", x=RNG.normal(size=(20, 3)), y=y)
    for module in (keras_imdb, keras_reuters, keras_boston_housing):
        monkeypatch.setattr(module, "get_file", lambda fname, **kwargs: str(tmp_path / "datasets" / fname))


@pytest.mark.parametrize(
    "arguments",
    [{}, {"num_words": 20, "skip_top": 6}, {"maxlen": 6, "seed": 4}, {"oov_char": None, "num_words": 15},
     {"start_char": None, "index_from": 0, "maxlen": 5}],
    ids=str,
)  # fmt: skip
def test_texts(folder, arguments):
    for ours, theirs in ((imdb, keras_imdb), (reuters, keras_reuters)):
        for found, expected in zip(ours.load_data(**arguments), theirs.load_data(**arguments), strict=True):
            assert found[0].tolist() == expected[0].tolist()
            assert_array_equal(found[1], expected[1])


def test_rows(folder):
    for found, expected in zip(
        boston_housing.load_data(test_split=0.3), keras_boston_housing.load_data(test_split=0.3), strict=True
    ):
        for a, b in zip(found, expected, strict=True):
            assert_array_equal(a, b)


def test_topics():
    assert reuters.get_label_names() == keras_reuters.get_label_names()
