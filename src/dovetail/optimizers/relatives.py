"""Relatives of Adam: Adamax, Nadam, Lion, Lamb, Adafactor, with Keras's formulas."""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from .optimizer import Optimizer, Rule
from .rules import Arrays, rule, zeros


def _forgetting(means: Arrays, values: Arrays, beta: float) -> Arrays:
    """Running means: `beta` of the old, the rest of the new."""
    return [m + (v - m) * (1 - beta) for m, v in zip(means, values, strict=True)]


def _squares(gradients: Arrays) -> Arrays:
    return [jnp.square(g) for g in gradients]


class AdamaxState(NamedTuple):
    momentum: Arrays
    norm: Arrays


class Adamax(Optimizer):
    """Adam with the largest gradient in place of the mean square: `u = max(b2 * u, |g|)`.

    `w -= rate / (1 - b1^t) * m / (u + epsilon)`.

    Args:
        learning_rate: a number or a schedule.
        beta_1, beta_2: how slowly the mean and the largest gradient forget.
        epsilon: added to the divisor.

    The other arguments are those of `Optimizer`.

    Reference: Kingma & Ba 2015, arXiv:1412.6980, algorithm 2.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def transform(self) -> Rule:
        def init(weights: Arrays) -> AdamaxState:
            return AdamaxState(zeros(weights), zeros(weights))

        def update(gradients: Arrays, state: AdamaxState, rate: Any, step: Any) -> tuple[Arrays, AdamaxState]:
            factor = rate / (1 - jnp.power(self.beta_1, (step + 1).astype(jnp.float32)))
            momentum = _forgetting(state.momentum, gradients, self.beta_1)
            norm = [jnp.maximum(self.beta_2 * u, jnp.abs(g)) for u, g in zip(state.norm, gradients, strict=True)]
            moved = [-(factor * m) / (u + self.epsilon) for m, u in zip(momentum, norm, strict=True)]
            return moved, AdamaxState(momentum, norm)

        return rule(init, update)


class NadamState(NamedTuple):
    momentum: Arrays
    velocity: Arrays
    u_product: Any


MOMENTUM_DECAY = 0.96  # of the warm-up of momentum, from Dozat's report


class Nadam(Optimizer):
    """Adam with Nesterov's momentum, which warms up: `u_t = b1 * (1 - 0.96^t / 2)`.

    Args:
        learning_rate: a number or a schedule.
        beta_1, beta_2: how slowly the mean and the mean square forget.
        epsilon: added to the root.

    The other arguments are those of `Optimizer`.

    Reference: Dozat 2015, "Incorporating Nesterov momentum into Adam".
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def transform(self) -> Rule:
        b1, b2 = self.beta_1, self.beta_2

        def init(weights: Arrays) -> NadamState:
            return NadamState(zeros(weights), zeros(weights), np.ones((), np.float32))

        def update(gradients: Arrays, state: NadamState, rate: Any, step: Any) -> tuple[Arrays, NadamState]:
            t = (step + 1).astype(jnp.float32)
            now = b1 * (1 - 0.5 * jnp.power(MOMENTUM_DECAY, t))
            following = b1 * (1 - 0.5 * jnp.power(MOMENTUM_DECAY, t + 1))
            product = state.u_product * now
            momentum = _forgetting(state.momentum, gradients, b1)
            velocity = _forgetting(state.velocity, _squares(gradients), b2)
            of_mean, of_gradient = following / (1 - product * following), (1 - now) / (1 - product)
            correction = 1 - jnp.power(b2, t)
            moved = [
                -rate * (of_mean * m + of_gradient * g) / (jnp.sqrt(v / correction) + self.epsilon)
                for m, v, g in zip(momentum, velocity, gradients, strict=True)
            ]
            return moved, NadamState(momentum, velocity, product)

        return rule(init, update)


class LionState(NamedTuple):
    momentum: Arrays


class Lion(Optimizer):
    """Steps of equal size along the sign of the momentum: `w -= rate * sign(b1 * m + (1 - b1) * g)`.

    Args:
        learning_rate: a number or a schedule; a third to a tenth of Adam's serves well.
        beta_1: share of the momentum in the step, above 0 and at most 1.
        beta_2: how slowly the momentum forgets.

    The other arguments are those of `Optimizer`.

    Reference: Chen et al. 2023, arXiv:2302.06675.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        if not 0 < beta_1 <= 1:
            raise ValueError(f"`beta_1` is above 0 and at most 1, not {beta_1!r}")
        self.beta_1, self.beta_2 = beta_1, beta_2

    def transform(self) -> Rule:
        b1, b2 = self.beta_1, self.beta_2

        def init(weights: Arrays) -> LionState:
            return LionState(zeros(weights))

        def update(gradients: Arrays, state: LionState, rate: Any, step: Any) -> tuple[Arrays, LionState]:
            pairs = list(zip(state.momentum, gradients, strict=True))
            moved = [-rate * jnp.sign(b1 * m + (1 - b1) * g) for m, g in pairs]
            return moved, LionState([b2 * m + (1 - b2) * g for m, g in pairs])

        return rule(init, update)


class LambState(NamedTuple):
    momentum: Arrays
    velocity: Arrays


class Lamb(Optimizer):
    """Adam's step, made as long as the weight is (times the rate), for very large batches.

    Args:
        learning_rate: a number or a schedule.
        beta_1, beta_2: how slowly the mean and the mean square forget.
        epsilon: added to the root.

    The other arguments are those of `Optimizer`.

    Reference: You et al. 2020, arXiv:1904.00962, algorithm 2.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def transform(self) -> Rule:
        b1, b2 = self.beta_1, self.beta_2

        def init(weights: Arrays) -> LambState:
            return LambState(zeros(weights), zeros(weights))

        def update(
            gradients: Arrays, state: LambState, params: Arrays, *,
            learning_rate: Any, iterations: Any, **_: Any,
        ) -> tuple[Arrays, LambState]:  # fmt: skip
            t = (iterations + 1).astype(jnp.float32)
            of_mean, of_square = 1 - jnp.power(b1, t), 1 - jnp.power(b2, t)
            momentum = _forgetting(state.momentum, gradients, b1)
            velocity = _forgetting(state.velocity, _squares(gradients), b2)
            steps = [
                m / of_mean / (jnp.sqrt(v / of_square) + self.epsilon) for m, v in zip(momentum, velocity, strict=True)
            ]
            moved = [-learning_rate * _trust(w, s) * s for w, s in zip(params, steps, strict=True)]
            return moved, LambState(momentum, velocity)

        return Rule(init, update)


def _trust(weight: Any, step: Any) -> Any:
    """The weight's norm over the step's; 1 where either is 0."""
    norm, length = jnp.sqrt(jnp.sum(jnp.square(weight))), jnp.sqrt(jnp.sum(jnp.square(step)))
    return jnp.where((norm > 0) & (length > 0), norm / jnp.where(length > 0, length, 1), 1.0)


class AdafactorState(NamedTuple):
    r: Arrays  # means over the last axis; a placeholder for weights of one axis
    c: Arrays  # means over the axis before
    velocity: Arrays


class Adafactor(Optimizer):
    """Adam without momentum, its mean squares kept as one row and one column of each matrix.

    Args:
        learning_rate: a number or a schedule; with `relative_step` the largest it may be.
        beta_2_decay: mean squares forget as `1 - t^beta_2_decay`.
        epsilon_1: added to squared gradients.
        epsilon_2: least scale of a weight.
        clip_threshold: steps of a larger root mean square are shortened to it.
        relative_step: the rate falls as `1 / sqrt(t)`.

    The other arguments are those of `Optimizer`.

    Reference: Shazeer & Stern 2018, arXiv:1804.04235.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.beta_2_decay, self.epsilon_1, self.epsilon_2 = beta_2_decay, epsilon_1, epsilon_2
        self.clip_threshold, self.relative_step = clip_threshold, relative_step

    def transform(self) -> Rule:
        def init(weights: Arrays) -> AdafactorState:
            rows = [_without_axis(weight, -1) for weight in weights]
            return AdafactorState(rows, [_without_axis(w, -2) for w in weights], zeros(weights))

        def squares(g: Any, r: Any, c: Any, v: Any, beta: Any) -> tuple[Any, Any, Any]:
            square = jnp.square(g) + self.epsilon_1
            if g.ndim < 2:
                return r, c, beta * v + (1 - beta) * square
            r = beta * r + (1 - beta) * square.mean(-1)
            c = beta * c + (1 - beta) * square.mean(-2)
            return r, c, (r / r.mean(-1, keepdims=True))[..., None] * c[..., None, :]

        def update(
            gradients: Arrays, state: AdafactorState, params: Arrays, *,
            learning_rate: Any, iterations: Any, **_: Any,
        ) -> tuple[Arrays, AdafactorState]:  # fmt: skip
            t = (iterations + 1).astype(jnp.float32)
            rate = jnp.minimum(learning_rate, lax.rsqrt(t)) if self.relative_step else learning_rate
            beta = 1 - jnp.power(t, self.beta_2_decay)
            parts = [squares(*each, beta) for each in zip(gradients, *state, strict=True)]
            moved = []
            for w, g, (_, _, v) in zip(params, gradients, parts, strict=True):
                step = g * lax.rsqrt(v)
                step = step / jnp.maximum(1.0, _rms(step) / self.clip_threshold)
                moved.append(-rate * jnp.maximum(self.epsilon_2, _rms(w)) * step)
            return moved, AdafactorState(*(list(part) for part in zip(*parts, strict=True)))

        return Rule(init, update)


def _rms(x: Any) -> Any:
    return jnp.sqrt(jnp.mean(jnp.square(x)))


def _without_axis(weight: Any, axis: int) -> Any:
    if weight.ndim < 2:
        return np.zeros((), np.int32)
    shape = list(weight.shape)
    del shape[axis]
    return np.zeros(shape, weight.dtype)
