"""Learning-rate schedules: functions of the number of updates done."""

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from ..engine.configs import Configured, Family, to_config
from ..engine.errors import ShapeError


class LearningRateSchedule(Configured):
    """A function from the number of updates done to a learning rate."""

    def __call__(self, step: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a `__call__(step)`")


def _float(step: Any) -> Any:
    return jnp.asarray(step, jnp.float32)


class ExponentialDecay(LearningRateSchedule):
    """`initial * decay_rate^(step / decay_steps)`; with `staircase` the exponent is rounded down."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ):
        _positive("decay_steps", decay_steps)
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps
        self.decay_rate, self.staircase, self.name = decay_rate, staircase, name

    def __call__(self, step: Any) -> Any:
        exponent = _float(step) / self.decay_steps
        exponent = jnp.floor(exponent) if self.staircase else exponent
        return self.initial_learning_rate * jnp.power(self.decay_rate, exponent)


class InverseTimeDecay(LearningRateSchedule):
    """`initial / (1 + decay_rate * step / decay_steps)`; with `staircase` the quotient is rounded down."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ):
        _positive("decay_steps", decay_steps)
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps
        self.decay_rate, self.staircase, self.name = decay_rate, staircase, name

    def __call__(self, step: Any) -> Any:
        passed = _float(step) / self.decay_steps
        passed = jnp.floor(passed) if self.staircase else passed
        return self.initial_learning_rate / (1 + self.decay_rate * passed)


class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[i]` up to and including step `boundaries[i]`, the last value after all."""

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"):
        if len(boundaries) != len(values) - 1:
            raise ShapeError(
                f"PiecewiseConstantDecay needs one value more than boundaries; got {len(boundaries)} boundaries "
                f"and {len(values)} values"
            )
        self.boundaries, self.values, self.name = list(boundaries), list(values), name

    def __call__(self, step: Any) -> Any:
        index = jnp.searchsorted(jnp.asarray(self.boundaries, jnp.float32), _float(step))
        return jnp.asarray(self.values, jnp.float32)[index]


class PolynomialDecay(LearningRateSchedule):
    """From the initial rate to `end_learning_rate` in `decay_steps`, along `(1 - step / decay_steps)^power`.

    Args:
        cycle: start again, with `decay_steps` stretched to a multiple that is not reached yet.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ):
        _positive("decay_steps", decay_steps)
        self.initial_learning_rate, self.decay_steps = initial_learning_rate, decay_steps
        self.end_learning_rate, self.power, self.cycle, self.name = end_learning_rate, power, cycle, name

    def __call__(self, step: Any) -> Any:
        step, span = _float(step), float(self.decay_steps)
        if self.cycle:
            span = span * jnp.where(step == 0, 1.0, jnp.ceil(step / self.decay_steps))
        else:
            step = jnp.minimum(step, span)
        left = jnp.power(1 - step / span, self.power)
        return (self.initial_learning_rate - self.end_learning_rate) * left + self.end_learning_rate


class CosineDecay(LearningRateSchedule):
    """Half a cosine from the (warmed up) rate to `alpha` times it in `decay_steps`.

    Args:
        alpha: what is left at the end, as a share.
        warmup_target: the rate reached in a straight line in `warmup_steps` before the decay begins.

    Reference: Loshchilov & Hutter 2017, arXiv:1608.03983.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ):
        _positive("decay_steps", decay_steps)
        self.initial_learning_rate, self.decay_steps, self.alpha = initial_learning_rate, decay_steps, alpha
        self.name, self.warmup_target, self.warmup_steps = name, warmup_target, warmup_steps

    def _decayed(self, step: Any, start: float) -> Any:
        share = jnp.minimum(step, self.decay_steps) / self.decay_steps
        return start * ((1 - self.alpha) * 0.5 * (1 + jnp.cos(math.pi * share)) + self.alpha)

    def __call__(self, step: Any) -> Any:
        step = _float(step)
        if self.warmup_target is None:
            return self._decayed(step, self.initial_learning_rate)
        climb = self.warmup_target - self.initial_learning_rate
        warming = self.initial_learning_rate + climb * step / max(self.warmup_steps, 1)
        decayed = self._decayed(step - self.warmup_steps, self.warmup_target)
        return jnp.where(step < self.warmup_steps, warming, decayed)


class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decay that starts again, each period `t_mul` times as long and beginning at `m_mul` times the rate.

    Reference: Loshchilov & Hutter 2017, arXiv:1608.03983.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ):
        _positive("first_decay_steps", first_decay_steps)
        self.initial_learning_rate, self.first_decay_steps = initial_learning_rate, first_decay_steps
        self.t_mul, self.m_mul, self.alpha, self.name = t_mul, m_mul, alpha, name

    def __call__(self, step: Any) -> Any:
        passed = _float(step) / self.first_decay_steps
        if self.t_mul == 1.0:
            restarts = jnp.floor(passed)
            share = passed - restarts
        else:
            restarts = jnp.floor(jnp.log(1 - passed * (1 - self.t_mul)) / math.log(self.t_mul))
            done = (1 - self.t_mul**restarts) / (1 - self.t_mul)
            share = (passed - done) / self.t_mul**restarts
        start = self.m_mul**restarts
        decayed = 0.5 * start * (1 + jnp.cos(math.pi * share))
        return self.initial_learning_rate * ((1 - self.alpha) * decayed + self.alpha)


def _positive(name: str, value: Any) -> None:
    if value <= 0:
        raise ValueError(f"`{name}` must be positive, not {value!r}")


_family = Family("schedule", LearningRateSchedule, "keras.optimizers.schedules")
_family.add_all(
    [CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay]
)


def learning_rate_of(identifier: Any) -> Any:
    """What an optimizer takes as learning rate: a schedule of a configuration, anything else as it is."""
    return _family.get(identifier) if isinstance(identifier, dict) else identifier


def serialize(learning_rate_schedule: Any) -> Any:
    """The configuration from which `deserialize` makes the schedule again."""
    return to_config(learning_rate_schedule)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The schedule of a configuration; `custom_objects` are looked at first."""
    return _family.get_among(config, custom_objects)


__all__ = [
    "CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay", "LearningRateSchedule",
    "PiecewiseConstantDecay", "PolynomialDecay", "deserialize", "serialize",
]  # fmt: skip
