"""Calls in the words of Keras 1, against what seven releases made of them (`legacy_args.json`).

Every spelling of every release is understood in each dialect, so what only some releases refused is taken here by all.
"""

import warnings

import numpy as np
import pytest

from dovetail.legacy import installed
from dovetail.utils import clear_session

from .recorded import recorded

RELEASES = ("1.2.2", "2.0.9", "2.2.4", "2.3.1", "2.2.4-tf", "2.15.0", "3.15.1")
CALLS = {version: recorded(version, "legacy_args")[0]["calls"] for version in RELEASES}
# still refused, though another release took them: by rule, the dialects where that is so
REFUSED = {
    "Dense(4, 'uniform')": (2, 3),  # Keras 1's second place, where later ones have the activation
    "AveragePooling2D(dim_ordering='tf')": (3,),  # Keras 3's `pool_size` has no default
    "BatchNormalization(mode=0, axis=1)": (3,),
    "BatchNormalization(mode=1)": (3,),
    "BatchNormalization(mode=2)": (3,),
    "Deconvolution2D(4, 3, 3, output_shape=(None, 4, 9, 9), subsample=(2, 2))": (3,),
    "Embedding(input_dim=10, output_dim=4, dropout=0.2)": (3,),
    "ZeroPadding2D(padding=(1, 2, 3, 4))": (3,),
    "ZeroPadding2D({'top_pad': 1, 'left_pad': 2})": (3,),
}


class Names(dict):
    """What a script of the release sees after importing everything."""

    def __missing__(self, name):
        import keras

        for module in (keras.layers, keras.optimizers, keras.models):
            if hasattr(module, name):
                return getattr(module, name)
        raise KeyError(name)


def names():
    from keras import constraints, regularizers

    return Names(np=np, R=regularizers, C=constraints)


@pytest.mark.parametrize("version", RELEASES)
def test_what_any_release_took_is_taken(version):
    with installed(version) as release, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        space = names()
        for call in CALLS[version]:
            taken = any("error" not in CALLS[other][call] for other in RELEASES)
            if release.dialect in REFUSED.get(call, ()):
                taken = False
            clear_session()
            if taken:
                made = eval(call, space)
                assert made is not None, call
            else:
                with pytest.raises((TypeError, ValueError, NameError, AttributeError)):
                    eval(call, space)


OF_OPTIMIZERS = ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "Adamax", "Nadam")


@pytest.mark.parametrize("version", RELEASES)
def test_configurations_of_optimizers_regularizers_and_constraints(version):
    renamed = {"m": "max_value", "low": "min_value", "high": "max_value"}
    with installed(version), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        space, seen = names(), 0
        for call, case in CALLS[version].items():
            if "config" not in case or not call.startswith((*OF_OPTIMIZERS, "R.", "C.")):
                continue
            config, seen = eval(call, space).get_config(), seen + 1
            for name, value in case["config"].items():
                if name == "name" or (version == "2.15.0" and name == "ema_overwrite_frequency"):
                    continue
                if version == "2.15.0" and name == "learning_rate" and "lr=" in call:
                    continue  # 2.15 dropped `lr` with a warning; here it is the learning rate
                found = config[renamed.get(name, name)]
                if isinstance(value, float):
                    assert found == pytest.approx(value, rel=1e-6), (call, name)
                else:
                    assert found == value, (call, name)
        assert seen >= 5


@pytest.mark.parametrize("version", RELEASES)
def test_calls_that_build_models(version):
    """Those that train are in `tests/legacy/test_training.py`."""
    found = recorded(version, "legacy_args")[0]["models"]
    with installed(version):
        from keras import optimizers
        from keras.layers import Dense, Input
        from keras.models import Model, Sequential

        x = Input(shape=(3,))
        for words in ({"input": x, "output": Dense(2)(x)}, {"inputs": x, "outputs": Dense(2)(x)}):
            assert Model(**words).output_shape == (None, 2)
        model = Sequential()
        model.add(Dense(4, input_shape=(3,)))
        shapes = found["sequential_output_shape"]["value"]
        assert [list(model.input_shape), list(model.output_shape)] == [shapes["input_shape"], shapes["output_shape"]]
        model.add(Dense(2))
        model.pop()
        assert list(model.output_shape) == found["pop_layer"]["value"]
        model.compile("sgd", "mse", class_mode="categorical")
        assert float(optimizers.SGD(lr=0.1).lr) == pytest.approx(0.1)
        classifier = Sequential([Dense(2, input_dim=3, activation="softmax")])
        classifier.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
        if version not in ("2.15.0", "3.15.1"):  # these know names only after training
            assert classifier.metrics_names == found["fit_metrics_names"]["value"]["metrics_names"]
