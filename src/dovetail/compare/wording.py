"""Numbers as tables and pages of a comparison tell them."""

import math

from ..callbacks.terminal import duration
from .statistics import Interval


def spread(interval: Interval) -> str:
    return "" if math.isnan(interval.low) else f" ± {(interval.high - interval.low) / 2:.4f}"


def short(interval: Interval, sign: str = "") -> str:
    """0.971±.005: a score with half its interval, as narrow as it can be read."""
    mean = f"{interval.mean:{sign}.3f}" if abs(interval.mean) < 1000 else f"{interval.mean:{sign}.3g}"
    if math.isnan(interval.low):
        return mean
    half = (interval.high - interval.low) / 2
    return f"{mean}±" + (f"{half:.3f}".removeprefix("0") if half < 1000 else f"{half:.3g}")


def count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def elapsed(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)
