"""Calls in the words of Keras 1, against what seven releases made of them (`legacy_args.json`).

Every spelling of every release is understood in each dialect, so what only some releases refused is taken here by all.
"""

import warnings

import numpy as np
import pytest

from dovetail.legacy import installed
from dovetail.utils import clear_session

from .exceptions import is_left_out
from .recorded import cases_in, recorded

RELEASES = ("1.2.2", "2.0.9", "2.2.4", "2.3.1", "2.2.4-tf", "2.15.0", "3.15.1")
CALLS = {version: recorded(version, "legacy_args")[0]["calls"] for version in RELEASES}
# refused here as in the releases of these dialects, though others took them
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


X, Y = np.zeros((4, 3), "float32"), np.zeros((4, 2), "float32")


def batches():
    while True:
        yield X, Y


def drawn_with(names):
    """A Model told its ends by these names."""
    from keras.layers import Dense, Input
    from keras.models import Model

    x = Input(shape=(3,))
    return Model(**dict(zip(names, (x, Dense(2)(x)), strict=True)))


def merged():
    from keras.layers import Input, merge

    return merge([Input(shape=(3,)), Input(shape=(3,))], mode="sum")


def shapes():
    from keras.layers import Dense
    from keras.models import Sequential

    model = Sequential()
    model.add(Dense(4, input_shape=(3,)))
    return {"input_shape": list(model.input_shape), "output_shape": list(model.output_shape)}


def popped():
    from keras.layers import Dense
    from keras.models import Sequential

    model = Sequential([Dense(4, input_dim=3), Dense(2)])
    model.pop()
    return list(model.output_shape)


def shown_accuracy():
    model = network()
    return sorted(model.fit(X, Y, nb_epoch=1, verbose=0, show_accuracy=True).history)


def learned_shape():
    from keras.layers import Dense
    from keras.models import Sequential

    model = Sequential([Dense(4), Dense(2)])
    model.compile("sgd", "mse")
    return model.fit(X, Y, verbose=0)


def metrics_names():
    model = network(activation="softmax", loss="categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, Y, verbose=0, validation_data=(X, Y), batch_size=4).history
    return {"history": sorted(history), "metrics_names": model.metrics_names}


def network(activation=None, loss="mse", **arguments):
    from keras.layers import Dense
    from keras.models import Sequential

    model = Sequential([Dense(2, input_dim=3, activation=activation)])
    model.compile("sgd", loss, **arguments)
    return model


def rate():
    from keras.optimizers import SGD

    return float(SGD(lr=0.1).lr)


# what the recorded calls were; `m` is a network that all of them may train
MODELS = {
    "m_input_output": lambda m: drawn_with(["input", "output"]),
    "m_inputs_outputs": lambda m: drawn_with(["inputs", "outputs"]),
    "fit_nb_epoch": lambda m: sorted(m.fit(X, Y, nb_epoch=2, verbose=0).history),
    "fit_epochs": lambda m: sorted(m.fit(X, Y, epochs=2, verbose=0).history),
    "fit_gen_old": lambda m: sorted(
        m.fit_generator(batches(), samples_per_epoch=8, nb_epoch=2, verbose=0, max_q_size=2).history
    ),
    "fit_gen_new": lambda m: sorted(m.fit_generator(batches(), steps_per_epoch=2, epochs=2, verbose=0).history),
    "fit_gen_validation_old": lambda m: sorted(
        m.fit_generator(
            batches(), samples_per_epoch=8, nb_epoch=1, verbose=0, validation_data=batches(), nb_val_samples=4
        ).history
    ),
    "predict_gen_old": lambda m: list(m.predict_generator(batches(), val_samples=8).shape),
    "evaluate_gen_old": lambda m: m.evaluate_generator(batches(), val_samples=8),
    "predict_classes": lambda m: m.predict_classes(X, verbose=0).tolist(),
    "predict_proba": lambda m: m.predict_proba(X, verbose=0).tolist(),
    "fit_metrics_names": lambda m: metrics_names(),
    "class_mode_compile": lambda m: network(class_mode="categorical"),
    "fit_show_accuracy": lambda m: shown_accuracy(),
    "sequential_output_shape": lambda m: shapes(),
    "pop_layer": lambda m: popped(),
    "merge_function": lambda m: merged(),
    "optimizer_lr_attribute": lambda m: rate(),
    "no_input_shape_model": lambda m: learned_shape(),
}
CASES = [f"{version}/legacy_args/{case}" for version in RELEASES for case in cases_in(version, "legacy_args")]


@pytest.mark.parametrize("version", RELEASES)
def test_calls_of_models(version):
    """Each is understood in every dialect; those that gave lists and tables give the same."""
    with installed(version):
        clear_session()
        model = network()
        for name, case in recorded(version, "legacy_args")[0]["models"].items():
            found, expected = MODELS[name](model), case.get("value")
            is_met = not is_left_out(f"{version}/legacy_args/models/{name}")
            if is_met and "error" not in case and not isinstance(expected, str):
                assert found == expected, name
