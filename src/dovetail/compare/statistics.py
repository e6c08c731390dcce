"""Statistics of paired runs: intervals, corrected tests, verdicts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.extras import needed

BETTER, WORSE, EQUIVALENT, UNDECIDED = "better", "worse", "equivalent", "undecided"


@dataclass(frozen=True)
class Interval:
    """A mean with a confidence interval; the bounds are NaN for a single value."""

    mean: float
    low: float
    high: float
    count: int


def _t(probability: float, degrees: int) -> float:
    return float(needed("scipy.stats").t.ppf(probability, degrees))


def mean_interval(values: Any, confidence: float = 0.95) -> Interval:
    """The mean of independent values with its t interval. NaN values are left out."""
    kept = np.asarray([value for value in values if math.isfinite(value)], float)
    if not len(kept):
        return Interval(math.nan, math.nan, math.nan, 0)
    mean = float(kept.mean())
    if len(kept) == 1:
        return Interval(mean, math.nan, math.nan, 1)
    half = _t((1 + confidence) / 2, len(kept) - 1) * float(kept.std(ddof=1)) / math.sqrt(len(kept))
    return Interval(mean, mean - half, mean + half, len(kept))


@dataclass(frozen=True)
class Difference:
    """What paired runs say of two candidates.

    Attributes:
        interval: of the mean difference, candidate minus reference.
        p_value: of a two-sided paired t test; 1 where nothing can be tested.
        equivalence: the 1 - 2 alpha interval, for the two one-sided tests of equivalence.
        detectable: the smallest difference that would be found in 80 of 100 such comparisons.
    """

    interval: Interval
    p_value: float
    equivalence: tuple[float, float]
    detectable: float


def paired_difference(
    values: dict[Any, float], reference: dict[Any, float], confidence: float = 0.95, alpha: float = 0.05
) -> Difference:
    """The mean difference over the pairs (seeds) that both have with finite values."""
    pairs = [key for key in values if key in reference and math.isfinite(values[key]) and math.isfinite(reference[key])]
    differences = np.asarray([values[key] - reference[key] for key in pairs], float)
    interval = mean_interval(differences, confidence)
    count = len(differences)
    if count < 2:
        return Difference(interval, 1.0, (-math.inf, math.inf), math.inf)
    spread = float(differences.std(ddof=1))
    error = spread / math.sqrt(count)
    if error == 0:  # every pair differs by the same amount
        p_value = 1.0 if interval.mean == 0 else 0.0
        return Difference(interval, p_value, (interval.mean, interval.mean), 0.0)
    p_value = float(2 * needed("scipy.stats").t.sf(abs(interval.mean) / error, count - 1))
    half = _t(1 - alpha, count - 1) * error
    return Difference(
        interval,
        p_value,
        (interval.mean - half, interval.mean + half),
        smallest_detectable_difference(spread, count, alpha),
    )


def smallest_detectable_difference(spread: float, count: int, alpha: float = 0.05, power: float = 0.8) -> float:
    """The true difference that a paired t test of `count` pairs finds with probability `power`.

    Args:
        spread: standard deviation of the differences.

    Reference: the usual approximation (t(1 - alpha / 2) + t(power)) * spread / sqrt(count).
    """
    if count < 2:
        return math.inf
    return (_t(1 - alpha / 2, count - 1) + _t(power, count - 1)) * spread / math.sqrt(count)


def holm(p_values: Sequence[float]) -> list[float]:
    """p values corrected for the number of tests. Reference: Holm 1979."""
    order = np.argsort(p_values)
    corrected = np.ones(len(p_values))
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = largest
    return [float(value) for value in corrected]


def verdict(difference: Difference, corrected_p: float, margin: float, higher_is_better: bool, alpha: float) -> str:
    """Better, worse, equivalent or undecided.

    Equivalence comes first: a difference that is surely within the margin does not matter, however surely it is not 0,
    because the margin is what was said to matter before the runs.
    """
    low, high = difference.equivalence
    if -margin < low and high < margin:
        return EQUIVALENT
    if corrected_p < alpha:
        return BETTER if (difference.interval.mean > 0) == higher_is_better else WORSE
    return UNDECIDED
