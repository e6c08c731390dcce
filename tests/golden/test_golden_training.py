"""Training against recorded runs of Keras 3.15.1: ten steps of each optimizer, and calls of `fit`."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail
from dovetail.models import model_from_json

from .exceptions import is_left_out

DATA = Path(__file__).parent / "data" / "3.15.1"
RUNS = json.loads((DATA / "train.json").read_text())["cases"]
ARRAYS = dict(np.load(DATA / "train.npz"))
MODELS = {name.split("/")[0]: json.dumps(case["model"]) for name, case in RUNS.items() if "model" in case}
# Left out: the same programs as other cases of one network but for numbers; `test_golden_old_optimizers.py` has all.
SAME = """
    mlp_mse/adadelta mlp_mse/adadelta_lr1 mlp_mse/adagrad_decay mlp_mse/adam mlp_mse/adam_custom mlp_mse/adamax
    mlp_mse/nadam mlp_mse/rmsprop mlp_mse/rmsprop_decay mlp_mse/sgd mlp_mse/sgd_momentum
""".split()
STEPS = [name for name, case in RUNS.items() if "losses" in case and name not in SAME]
FITS = [name for name in RUNS if name.startswith("fit_")]
CASES = [f"3.15.1/train/{name}" for name in STEPS + FITS]


def unpacked(packed, parts):
    flat, arrays, start = ARRAYS[packed], [], 0
    for _, shape in parts:
        size = int(np.prod(shape))
        arrays.append(flat[start : start + size].reshape(shape))
        start += size
    return arrays


def made(model, optimizer, parts, **compile_arguments):
    """A recorded model with its recorded weights; the optimizer is written as a call."""
    dovetail.utils.clear_session()
    found = model_from_json(MODELS[model])
    found.set_weights(unpacked(f"{model}/w_init", parts))
    call = ast.parse(optimizer, mode="eval").body
    arguments = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    found.compile(getattr(dovetail.optimizers, call.func.id)(**arguments), **compile_arguments)
    return found


@pytest.mark.filterwarnings("ignore:`decay` is ignored")
@pytest.mark.parametrize("name", STEPS)
def test_ten_steps(name):
    case = RUNS[name]
    parts = case["weights_init"]["parts"]
    model = made(name.split("/")[0], case["optimizer"], parts, loss=case["loss"])
    x, y, size = ARRAYS[case["x"]], ARRAYS[case["y"]], case["batch_size"]
    for step, expected in enumerate(case["losses"]):
        rows = slice(size * (step % 2), size * (step % 2) + size)
        model.reset_metrics()
        assert_allclose(model.train_on_batch(x[rows], y[rows]), expected, rtol=2e-5)
        if step == 0:
            after_one = model.get_weights()
    kept = [not is_left_out(f"3.15.1/train/{name}/{title}") for title, _ in parts]
    for found, key in ((after_one, "w_after_1"), (model.get_weights(), "w_after_10")):
        for mine, reference, is_met in zip(found, unpacked(case[key], parts), kept, strict=True):
            if is_met:
                assert_allclose(mine, reference, atol=2e-5)
    if not all(kept):
        return
    recorded = case["optimizer_weights_after_10"]
    expected = unpacked(recorded["packed"], recorded["parts"])
    for variable, reference in zip(model.optimizer.variables, expected, strict=True):
        assert_allclose(variable.numpy(), reference, atol=2e-5, rtol=1e-4)


WEIGHTS = {
    "fit_class_weight": {"class_weight": {0: 1.0, 1: 2.5, 2: 0.5}},
    "fit_sample_weight": {"sample_weight": ARRAYS["fit/sample_weight"]},
    "fit_plain": {},
}


def test_fit():
    """One model for all: from the second case on its programs are there already."""
    case, parts = RUNS["fit_plain"], RUNS["mlp_cce_l2/adam"]["weights_init"]["parts"]
    model = made("mlp_cce_l2", case["optimizer"], parts, loss="categorical_crossentropy", metrics=["accuracy"])
    x, y = ARRAYS[case["x"]], ARRAYS[case["y"]]
    for name in FITS:
        case = RUNS[name]
        model.set_weights(unpacked("mlp_cce_l2/w_init", parts))
        for variable in model.optimizer.variables[2:]:
            variable.assign(np.zeros(variable.shape))
        arguments = {"batch_size": 4, "epochs": 3, "shuffle": False, "verbose": 0, **WEIGHTS[name]}
        history = model.fit(x[:10], y[:10], validation_data=(x[10:], y[10:]), **arguments).history
        assert set(history) == set(case["history"])
        for key, values in case["history"].items():
            assert_allclose(history[key], values, rtol=2e-5)
        assert_allclose(model.evaluate(x[:10], y[:10], 4, verbose=0), case["evaluate_x10_bs4"], rtol=2e-5)
        for mine, reference in zip(model.get_weights(), unpacked(case["w_after"], parts), strict=True):
            assert_allclose(mine, reference, atol=2e-5)
