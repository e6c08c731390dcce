"""Losses and metrics of each release as functions, against recorded runs."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import families, losses, metrics
from dovetail.legacy.releases import find_release

from .exceptions import is_left_out
from .old_runs import cases
from .recorded import recorded

RELEASES = ("1.2.2", "2.2.4", "2.3.1", "2.2.4-tf", "2.15.0", "3.15.1")
CASES = cases("losses") + cases("losses", part="initializers_sampled")


@pytest.mark.parametrize("version", RELEASES)
def test_values(version):
    release = find_release(version)
    modules = {"loss": losses.namespace(release), "objective": losses.namespace(release)}
    modules["metric"] = metrics.namespace(release)
    found, arrays = recorded(version, "losses")
    seen = 0
    for name, case in found["cases"].items():
        kind, _, function = name.partition("/")
        if kind not in modules:
            continue
        if case.get("absent"):  # then; names of all releases are known in each
            assert callable(modules[kind][function]), name
            continue
        value = np.asarray(modules[kind][function](arrays[case["y_true"]], arrays[case["y_pred"]]))
        expected = arrays[case["value"]]
        assert value.shape == expected.shape, name
        assert_allclose(value, expected, rtol=1e-5, atol=1e-5, err_msg=name)
        seen += 1
    assert seen > 12


@pytest.mark.parametrize("version", RELEASES)
def test_regularizers_and_constraints(version):
    release = find_release(version)
    found, arrays = recorded(version, "losses")
    weights = arrays["reg_w"]
    for name, case in found["cases"].items():
        kind, _, expression = name.partition("/")
        if kind not in ("regularizer", "constraint"):
            continue
        names = families.namespace(release, kind)
        made = eval(expression if "(" in expression else f"{expression}()", dict(names))
        expected = case["value"] if kind == "regularizer" else arrays[case["output"]]
        assert_allclose(made(weights), expected, rtol=1e-6, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("version", RELEASES[1:])
def test_distributions_of_initializers(version):
    """Standard deviations within two hundredths, and ranges where there are bounds."""
    release = find_release(version)
    for name, case in recorded(version, "losses")[0]["initializers_sampled"].items():
        initializer, _, shape = name.partition(" ")
        values = np.asarray(families.get(release, "initializer", initializer)(json.loads(shape), "float32"))
        assert values.shape == tuple(json.loads(shape))
        if is_left_out(f"{version}/losses/initializers_sampled/{name}"):
            continue
        assert values.std() == pytest.approx(case["std"], rel=0.02), name
        if "uniform" in initializer.lower() or "Truncated" in initializer:
            assert values.max() == pytest.approx(case["max"], rel=0.01), name
            assert values.min() == pytest.approx(case["min"], rel=0.01), name
