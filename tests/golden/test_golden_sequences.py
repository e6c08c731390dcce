"""Padding, labels and words against recorded runs of every release."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import utils

DATA = Path(__file__).parent / "data"

# Recorded errors that are none here: refused though the message asks for it; an axis that the release mixes up.
ACCEPTED = [{"dtype": "object", "value": "<pad>"}]
ACCEPTED_CALLS = {"normalize_ax0_l1"}


def recorded(release):
    return json.loads((DATA / release / "pad_sequences.json").read_text())


def check_value(found, case):
    found = np.asarray(found)
    if "dtype" in case:
        assert found.dtype.name.replace("str32", "<U1") == case["dtype"]
        assert list(found.shape) == case["shape"]
    if found.dtype.kind in "fiub":
        assert_allclose(found, np.array(case["value"], found.dtype).reshape(found.shape))
    else:
        assert found.tolist() == case["value"]


def check_padding(pad_sequences, cases):
    for case in cases:
        if case["args"] in ACCEPTED:
            assert pad_sequences(case["sequences"], **case["args"]).dtype == object
        elif "error" in case:
            with pytest.raises((ValueError, TypeError, OverflowError)):
                pad_sequences(case["sequences"], **case["args"])
        else:
            check_value(pad_sequences(case["sequences"], **case["args"]), case)


def evaluated(case, names):
    return eval(case["expr"], {"np": np, "list": list, "len": len, "all": all} | names)


def test_keras_3():
    record = recorded("3.15.1")
    check_padding(utils.pad_sequences, record["pad_sequences"])
    for name, case in record["calls"].items():
        if name.startswith(("tc", "normalize")):
            if name in ACCEPTED_CALLS:
                assert_allclose(evaluated(case, {"utils": utils}), [[0.75, 0.8], [0, 0], [0.25, -0.2]])
            elif "error" in case:
                with pytest.raises((ValueError, TypeError, IndexError)):
                    evaluated(case, {"utils": utils})
            else:
                check_value(evaluated(case, {"utils": utils}), case)
