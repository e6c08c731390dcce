"""Losses and metrics of each release as functions, against recorded runs."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import losses, metrics
from dovetail.legacy.releases import find_release

from .recorded import recorded

RELEASES = ("1.2.2", "2.2.4", "2.3.1", "2.2.4-tf", "2.15.0", "3.15.1")


@pytest.mark.parametrize("version", RELEASES)
def test_values(version):
    release = find_release(version)
    modules = {"loss": losses.namespace(release), "objective": losses.namespace(release)}
    modules["metric"] = metrics.namespace(release)
    found, arrays = recorded(version, "losses")
    seen = 0
    for name, case in found["cases"].items():
        kind, _, function = name.partition("/")
        if kind not in modules or "value" not in case:
            continue
        value = np.asarray(modules[kind][function](arrays[case["y_true"]], arrays[case["y_pred"]]))
        expected = arrays[case["value"]]
        assert value.shape == expected.shape, name
        assert_allclose(value, expected, rtol=1e-5, atol=1e-5, err_msg=name)
        seen += 1
    assert seen > 12
