"""Imports are answered in the dialect of a release, and Python's own afterwards."""

import sys

import numpy as np
import pytest

from dovetail.legacy import installed


@pytest.mark.parametrize(
    ("version", "names", "accuracy", "entry"),
    [
        ("1.2.2", ["dense_1", "dense_2"], "acc", "dense_input_1"),
        ("2.2.4", ["dense_1", "dense_2"], "acc", "dense_1_input"),
        ("2.15.0", ["dense", "dense_1"], "accuracy", "dense_input"),
    ],
)
def test_a_model_in_the_words_of_any_year(version, names, accuracy, entry):
    from dovetail.utils import clear_session

    clear_session()
    with installed(version):
        from keras.layers import Dense
        from keras.models import Sequential

        model = Sequential([Dense(4, init="uniform", input_dim=3, activation="relu"), Dense(units=1)])
        model.compile(loss="mse", optimizer="sgd", metrics=["accuracy"])
        history = model.fit(np.ones((4, 3)), np.ones((4, 1)), nb_epoch=2, verbose=0).history
    assert [layer.name for layer in model.layers] == names
    assert list(history) == [accuracy, "loss"] and len(history["loss"]) == 2
    assert history["acc"] == history["accuracy"]
    assert model.input_names == [entry]


def test_what_was_imported_before_is_back_afterwards():
    before = sys.modules.get("keras")
    with installed(1) as release:
        import keras

        assert keras.__version__ == release.version == "1.2.2"
    assert sys.modules.get("keras") is before


def test_the_same_class_from_every_module_that_had_it():
    with installed(1):
        from keras.layers import Dense
        from keras.layers.core import Dense as Again
    assert Dense is Again


def test_numpys_seed_makes_scripts_repeatable():
    def trained():
        np.random.seed(3)
        with installed(1):
            from keras.layers import Dense, Dropout
            from keras.models import Sequential

            model = Sequential([Dense(4, input_dim=3), Dropout(0.5), Dense(1)])
            model.compile(loss="mse", optimizer="sgd")
            model.fit(np.ones((8, 3)), np.arange(8.0), nb_epoch=1, batch_size=4, verbose=0)
        return model.get_weights()

    for once, again in zip(trained(), trained(), strict=True):
        np.testing.assert_array_equal(once, again)
