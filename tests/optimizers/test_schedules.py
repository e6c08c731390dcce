"""Schedules: traced and plain steps agree, configurations make them again, and errors say what is wrong."""

import inspect

import jax
import pytest
from numpy.testing import assert_allclose

from dovetail.optimizers import schedules

ROWS = [
    schedules.CosineDecay(0.1, 6, alpha=0.1, warmup_target=0.5, warmup_steps=3),
    schedules.CosineDecayRestarts(0.1, 2, m_mul=0.5),
    schedules.ExponentialDecay(0.1, 3, 0.5, staircase=True),
    schedules.InverseTimeDecay(0.1, 3, 0.5),
    schedules.PiecewiseConstantDecay([2, 5], [0.1, 0.05, 0.01]),
    schedules.PolynomialDecay(0.1, 4, cycle=True),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_traced_equals_plain_and_configurations_make_it_again(row):
    again = schedules.deserialize(schedules.serialize(row))
    steps = range(0, 12, 3)
    assert_allclose([float(jax.jit(row)(step)) for step in steps], [float(again(step)) for step in steps], rtol=1e-6)


def test_every_schedule_has_a_row():
    public = {name for name in schedules.__all__ if inspect.isclass(getattr(schedules, name))}
    assert public - {type(row).__name__ for row in ROWS} == {"LearningRateSchedule"}


def test_errors():
    with pytest.raises(ValueError, match="`decay_steps` must be positive, not 0"):
        schedules.CosineDecay(0.1, 0)
    with pytest.raises(ValueError, match="one value more than boundaries; got 1 boundaries and 1 values"):
        schedules.PiecewiseConstantDecay([1], [0.1])
    with pytest.raises(ValueError, match="unknown schedule 'CosinDecay'; did you mean 'CosineDecay'"):
        schedules.deserialize("CosinDecay")
