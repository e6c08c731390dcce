"""Intervals, tests and verdicts against SciPy and by hand."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from dovetail.compare.statistics import (
    holm,
    mean_interval,
    paired_difference,
    smallest_detectable_difference,
    verdict,
)

VALUES = np.array([0.9, 0.92, 0.88, 0.95, 0.91])
OTHERS = np.array([0.85, 0.9, 0.86, 0.89, 0.88])


def scores(values):
    return dict(enumerate(values))


def test_the_interval_is_the_t_interval():
    low, high = stats.t.interval(0.95, 4, VALUES.mean(), stats.sem(VALUES))
    got = mean_interval(VALUES)
    assert_allclose((got.mean, got.low, got.high), (VALUES.mean(), low, high))


def test_one_value_has_no_interval():
    got = mean_interval([0.5])
    assert got.mean == 0.5 and math.isnan(got.low)


def test_the_paired_test_is_scipys():
    got = paired_difference(scores(VALUES), scores(OTHERS))
    assert_allclose(got.p_value, stats.ttest_rel(VALUES, OTHERS).pvalue)


def test_runs_that_are_not_numbers_drop_out_in_pairs():
    values, others = scores(VALUES), scores(OTHERS)
    values[0] = math.nan
    assert_allclose(paired_difference(values, others).p_value, stats.ttest_rel(VALUES[1:], OTHERS[1:]).pvalue)


def test_holm_by_hand():
    assert_allclose(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])


@pytest.mark.parametrize(
    ("differences", "margin", "expected"),
    [
        ([0.001, -0.001, 0.0005, 0.0], 0.01, "equivalent"),
        ([-0.1, -0.11, -0.09, -0.1], 0.01, "worse"),
        ([0.1, 0.11, 0.09, 0.1], 0.01, "better"),
        ([0.1, -0.2, 0.15, -0.04], 0.01, "undecided"),
        ([0.1], 0.01, "undecided"),
        ([0.0, 0.0, 0.0], 0.01, "equivalent"),
    ],
)
def test_verdicts(differences, margin, expected):
    base = dict.fromkeys(range(len(differences)), 0.5)
    values = {i: 0.5 + d for i, d in enumerate(differences)}
    got = paired_difference(values, base)
    assert verdict(got, got.p_value, margin, True, 0.05) == expected


def test_the_detectable_difference_is_found_four_times_in_five():
    generator, count, spread = np.random.default_rng(0), 12, 1.0
    size = smallest_detectable_difference(spread, count)
    found = [stats.ttest_1samp(generator.normal(size, spread, count), 0).pvalue < 0.05 for _ in range(2000)]
    assert 0.75 < np.mean(found) < 0.85
