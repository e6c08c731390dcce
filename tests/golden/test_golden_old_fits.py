"""Calls of `fit` in the words of each release, with class weights and sample weights, against recorded runs."""

import ast

import numpy as np
import pytest
from numpy.testing import assert_allclose

from .old_runs import case_of, cases, speaking
from .recorded import unpacked
from .test_golden_old_training import OLD

CASES = [case for file in ("train", "train_tf") for case in cases(file, OLD) if case.split("/")[2].startswith("fit_")]
PARTS = [("", (4, 6)), ("", (6,)), ("", (6, 3)), ("", (3,))]


def recorded_model(release):
    from keras.layers import Dense
    from keras.models import Sequential
    from keras.regularizers import l1, l2

    arguments = {"kernel_regularizer": l2(0.01), "bias_regularizer": l1(0.02), "input_shape": (4,)}
    if release.dialect == 1:
        arguments = {"W_regularizer": l2(0.01), "b_regularizer": l1(0.02), "input_dim": 4}
    return Sequential([Dense(6, activation="relu", **arguments), Dense(3, activation="softmax")])


def extra_arguments(call, arrays):
    """The weights in a call written as text: `class_weight={...}`, `sample_weight=<array 'name'>`."""
    if "sample_weight" in call:
        return {"sample_weight": arrays[call.split("'")[1]]}
    _, _, table = call.rstrip(")").partition("class_weight=")
    return {"class_weight": ast.literal_eval(table)} if table else {}


@pytest.mark.parametrize("folder", OLD)
def test_histories(folder):
    with speaking(folder) as (release, _):
        from keras import optimizers

        model = recorded_model(release)
        epochs = {"nb_epoch" if release.dialect == 1 else "epochs": 3}
        for name in [case for case in CASES if case.startswith(f"{folder}/")]:
            _, case, arrays = case_of(name)
            model.set_weights(unpacked(arrays[case["weights_init"]], PARTS))
            if not model.compiled:
                optimizer = eval(case["optimizer"], vars(optimizers), {"SGD": optimizers.SGD})
                model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
            else:  # from the start again, in the same programs
                model.optimizer.set_weights([np.zeros_like(array) for array in model.optimizer.get_weights()])
            x, y = arrays[case["x"]], arrays[case["y"]]
            arguments = {"batch_size": 4, "shuffle": False, "verbose": 0, "validation_data": (x[10:], y[10:])}
            history = model.fit(x[:10], y[:10], **epochs, **arguments, **extra_arguments(case["call"], arrays))
            assert set(history.history) == set(case["history"])
            for key, values in case["history"].items():
                assert_allclose(history.history[key], values, atol=1e-5, err_msg=f"{name} {key}")
            flat = np.concatenate([weight.ravel() for weight in model.get_weights()])
            assert_allclose(flat, arrays[case["w_after"]], atol=2e-5)
            scores = model.evaluate(x[:10], y[:10], batch_size=4, verbose=0)
            assert_allclose(scores, case["evaluate_x10_bs4"], atol=1e-5)
            assert model.metrics_names == case["metrics_names"]
