"""Ten steps of whole models of old releases, read from their recorded configurations, against recorded runs.

A few of each release: a constraint, masked steps, recurrent layers, normalization. `test_golden_old_optimizers.py` has
all optimizers.
"""

import json
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import installed

from .recorded import recorded, unpacked

CASES = [
    ("1.2.2", "mlp_bce_maxnorm/adadelta"),
    ("1.2.2", "emb_gru_mask/adam"),
    ("1.2.2", "cnn_bn/sgd_momentum"),
    ("2.2.4", "lstm/rmsprop"),
    ("2.2.4-tf", "emb_gru_mask/rmsprop"),
    ("2.15.0", "mlp_bce_maxnorm/adam"),
]


OPTIMIZERS = ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam")


def recorded_config(cases, name):
    """The configuration of a case's model: in some files only the first case of a model has it."""
    model = name.split("/")[0]
    return next(case["model"] for key, case in cases.items() if key.startswith(f"{model}/") and "model" in case)


def by_layer(arrays, parts):
    """Recorded arrays in the order of `set_weights`: some releases listed weights that do not train after all others."""
    layers = [re.match(r"[^/]+(?=/)|.*?_\d+(?=_)", name)[0] for name, _ in parts]
    order = sorted(range(len(parts)), key=lambda place: layers.index(layers[place]))
    return [arrays[place] for place in order]


def of_theano():
    """The recorded network with a convolution: its configuration does not say that Theano flips the kernel."""
    from keras.layers import Activation, BatchNormalization, Convolution2D, Dense, Flatten, MaxPooling2D
    from keras.models import Sequential

    first = Convolution2D(2, 3, 3, input_shape=(1, 6, 6), dim_ordering="th", bias=False)
    pooling = MaxPooling2D(dim_ordering="th")
    return Sequential([first, BatchNormalization(axis=1), Activation("relu"), pooling, Flatten(), Dense(2)])


@pytest.mark.parametrize(("version", "name"), CASES)
def test_ten_steps(version, name):
    found, arrays = recorded(version, "train")
    case, parts = found["cases"][name], found["cases"][name]["weights_init"]["parts"]
    with installed(version, backend="theano" if version == "1.2.2" else None):
        from keras import optimizers
        from keras.models import model_from_json

        config = recorded_config(found["cases"], name)
        model = of_theano() if name.startswith("cnn_bn") else model_from_json(json.dumps(config))
        if not model.built:  # 2.2 left the input out of the configuration
            model.build((None, *arrays[case["x"]].shape[1:]))
        model.set_weights(by_layer(unpacked(arrays[case["weights_init"]["packed"]], parts), parts))
        optimizer = eval(case["optimizer"], {title: getattr(optimizers, title) for title in OPTIMIZERS})
        model.compile(optimizer, case["loss"], metrics=case["metrics"])
        x, y = arrays[case["x"]], arrays[case["y"]]
        for step in range(10):
            rows = slice(step % 2 * 8, step % 2 * 8 + 8)
            values = np.atleast_1d(model.train_on_batch(x[rows], y[rows]))
            assert values[0] == pytest.approx(case["losses"][step], abs=2e-5)
            assert_allclose(values[1:], case["metric_values"][step], atol=1e-6)
        expected = by_layer(unpacked(arrays[case["w_after_10"]], parts), parts)
        for number, (array, value) in enumerate(zip(model.get_weights(), expected, strict=True)):
            assert_allclose(array, value, atol=2e-5, err_msg=str(number))
