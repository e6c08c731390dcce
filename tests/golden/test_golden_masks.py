"""Every recorded run with masks: through recurrent layers, other layers and merges, in losses, and states that stay."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from .exceptions import is_left_out, works_here
from .old_runs import case_of, cases, give_weights, run, shape_of, speaking

ERRORS = (ValueError, TypeError, RuntimeError)
FUNCTIONS = {  # functions that the records name only as such
    "merge/lambda_no_output_mask": "mode=lambda xs: xs[0] + xs[1], output_shape=lambda s: s[0]",
    "merge/lambda_output_mask_fn":
        "mode=lambda xs: xs[0] + xs[1], output_shape=lambda s: s[0], output_mask=lambda ms: ms[0]",
}  # fmt: skip
CASES = [*cases("masks"), "3.15.1/masks/stateful_lstm"]
CALLS = [name for name in CASES if not name.split("/")[2].startswith(("loss", "stateful"))]


def output_of(name, expression, names, entries):
    """The tensor that an expression such as `Masking(0.) -> LSTM(4)`, or `Add()([Masking(0.)(a), b])`, stands for."""
    function = FUNCTIONS.get(name.split("/", 2)[2])
    if function:
        expression = f"merge([Masking(0.)(a), Masking(0.)(b)], {function})"
    if "(a)" in expression:
        return eval(expression, dict(names), dict(zip("ab", entries, strict=False)))
    (tensor,) = entries
    for step in expression.removesuffix(", test phase").split(" -> "):
        tensor = eval("Masking(0.)" if step == "Masking" else step, dict(names))(tensor)
    return tensor


@pytest.mark.filterwarnings("ignore:.*does not support masks")
@pytest.mark.parametrize("name", CALLS)
def test_mask(name):
    folder, case, arrays = case_of(name)
    inputs = [arrays[f"in/{key}"] for key in case["inputs"]]
    with speaking(folder) as (release, names):
        entries = [names["Input"](shape=x.shape[1:], dtype=str(x.dtype)) for x in inputs]
        if "error" in case and not works_here(name):
            with pytest.raises(ERRORS):
                output_of(name, case["expr"], names, entries)
            return
        output = output_of(name, case["expr"], names, entries)
        model = names["Model"](entries if len(entries) > 1 else entries[0], output)
        if "error" in case:
            return
        give_weights(model, release, arrays, case["weights"])
        assert shape_of(output) == case["declared_shape"]
        got, (mask,) = run(model, inputs)
    assert_allclose(got, arrays[case["output"]], rtol=1e-5, atol=1e-5)
    if case["output_mask"] is None:
        assert mask is None
    else:
        assert mask.astype(bool).tolist() == arrays[case["output_mask"]].astype(bool).tolist()


@pytest.mark.parametrize("name", [name for name in CASES if name.endswith("/stateful_lstm")])
def test_states_stay_until_they_are_reset(name):
    folder, case, arrays = case_of(name)
    x = arrays["in/gap"]
    with speaking(folder) as (release, names):
        if release.dialect == 3:
            model = names["Sequential"]([names["Input"](batch_shape=x.shape), names["LSTM"](3, stateful=True)])
        else:
            model = names["Sequential"]([names["LSTM"](3, stateful=True, batch_input_shape=x.shape)])
        give_weights(model, release, arrays, case["weights"])
        got = []
        for count in range(3):
            if count == 2:
                model.reset_states()
            got.append(model.predict(x, batch_size=5, verbose=0))
    expected = [arrays[key] for key in case["outputs"]]
    if is_left_out(name):
        expected[1] = None
    for found, want in zip(got, expected, strict=True):
        if want is not None:
            assert_allclose(found, want, rtol=1e-5, atol=1e-5)
    assert_allclose(got[2], got[0], rtol=1e-6)
    assert not np.allclose(got[1], got[0])


@pytest.mark.parametrize("name", [name for name in CASES if "/loss/" in name])
def test_loss(name):
    folder, case, arrays = case_of(name)
    with speaking(folder) as (release, names):
        entry = names["Input"](shape=(6, 3))
        x = names["LSTM"](4, return_sequences=True)(names["Masking"](0.0)(entry))
        activation = "softmax" if case["loss"].startswith("c") else "linear"
        model = names["Model"](entry, names["TimeDistributed"](names["Dense"](3, activation=activation))(x))
        give_weights(model, release, arrays, case["weights"])
        is_weighted = "sample_weight" in case
        mode = {"sample_weight_mode": "temporal"} if is_weighted and release.dialect < 3 else {}
        model.compile("sgd", case["loss"], **mode)
        more = {"sample_weight": arrays[case["sample_weight"]]} if is_weighted else {}
        got = model.test_on_batch(arrays["in/gap"], arrays[case["y_true"]], **more)
    assert_allclose(np.atleast_1d(np.asarray(got))[0], case["test_on_batch"], rtol=1e-5)
