"""Ten steps of whole models of old releases, read from their recorded configurations, against recorded runs.

A penalty, constraints, masked steps, recurrent layers, normalization; `test_golden_old_optimizers.py` has all
optimizers.
"""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy.optimizers import namespace

from .exceptions import is_left_out
from .old_runs import case_of, cases, give_weights, speaking, weights_of
from .recorded import recorded, unpacked
from .test_golden_old_optimizers import COUNTS_AHEAD

OLD = ("1.2.2", "2.2.4", "2.2.4-tf", "2.3.1", "2.15.0")
CASES = [
    case
    for file in ("train", "train_tf")
    for case in cases(file, OLD)
    if not case.split("/")[2].startswith(("mlp_mse", "fit_"))
]


def recorded_config(name):
    """The configuration of a case's model: in some files only the first case of a model has it."""
    folder, file, model, _ = name.split("/")
    found = recorded(folder, file)[0]["cases"]
    return next(case["model"] for key, case in found.items() if key.startswith(f"{model}/") and "model" in case)


@pytest.mark.parametrize("name", CASES)
def test_ten_steps(name):
    folder, case, arrays = case_of(name)
    parts = case["weights_init"]["parts"]
    with speaking(folder) as (release, _):
        from keras.models import model_from_json

        model = model_from_json(json.dumps(recorded_config(name)))
        x, y = arrays[case["x"]], arrays[case["y"]]
        if not model.built:  # 2.2 left the input out of the configuration
            model.build((None, *x.shape[1:]))
        give_weights(model, release, arrays, case["weights_init"])
        optimizer = eval(case["optimizer"], namespace(release))
        optimizer._iterations.assign(COUNTS_AHEAD.get(folder, 0))
        model.compile(optimizer, case["loss"], metrics=case["metrics"])
        for step in range(10):
            rows = slice(step % 2 * 8, step % 2 * 8 + 8)
            values = np.atleast_1d(model.train_on_batch(x[rows], y[rows]))
            assert values[0] == pytest.approx(case["losses"][step], abs=2e-5)
            assert_allclose(values[1:], case["metric_values"][step], atol=1e-6)
            if step in (0, 9):
                expected = unpacked(arrays[case[f"w_after_{step + 1}"]], parts)
                for variable, value, (title, _) in zip(weights_of(model, release), expected, parts, strict=True):
                    if not is_left_out(f"{name}/{title}"):
                        assert_allclose(variable.numpy(), value, atol=2e-5, err_msg=f"step {step}: {title}")
