"""Rules that divide by accumulated squares: Adagrad, Adadelta, Ftrl, with Keras's formulas."""

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from .optimizer import Optimizer, Rule
from .rules import Arrays, full, rule, zeros


class AdagradState(NamedTuple):
    accumulator: Arrays


class Adagrad(Optimizer):
    """Divides by the root of all squares so far: `a += g^2; w -= rate * g / sqrt(a + epsilon)`.

    Args:
        learning_rate: a number or a schedule.
        initial_accumulator_value: what the sum of squares starts at.
        epsilon: added under the root.

    The other arguments are those of `Optimizer`.

    Reference: Duchi et al. 2011, JMLR 12.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
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
        self.initial_accumulator_value, self.epsilon = initial_accumulator_value, epsilon

    def transform(self) -> Rule:
        def init(weights: Arrays) -> AdagradState:
            return AdagradState(full(weights, self.initial_accumulator_value))

        def update(gradients: Arrays, state: AdagradState, rate: Any, step: Any) -> tuple[Arrays, AdagradState]:
            total = [a + jnp.square(g) for a, g in zip(state.accumulator, gradients, strict=True)]
            moved = [-rate * g * lax.rsqrt(a + self.epsilon) for g, a in zip(gradients, total, strict=True)]
            return moved, AdagradState(total)

        return rule(init, update)


class AdadeltaState(NamedTuple):
    accumulated_grad: Arrays
    accumulated_delta_var: Arrays


class Adadelta(Optimizer):
    """Steps as large as recent steps, relative to recent gradients: `d = -rms(d) / rms(g) * g; w += rate * d`.

    Args:
        learning_rate: a number or a schedule; the paper has 1.
        rho: how slowly the mean squares forget.
        epsilon: added under both roots.

    The other arguments are those of `Optimizer`.

    Reference: Zeiler 2012, arXiv:1212.5701, algorithm 1.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
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
        self.rho, self.epsilon = rho, epsilon

    def transform(self) -> Rule:
        rho = self.rho

        def init(weights: Arrays) -> AdadeltaState:
            return AdadeltaState(zeros(weights), zeros(weights))

        def forgetting(means: Arrays, values: Arrays) -> Arrays:
            return [rho * m + (1 - rho) * jnp.square(v) for m, v in zip(means, values, strict=True)]

        def update(gradients: Arrays, state: AdadeltaState, rate: Any, step: Any) -> tuple[Arrays, AdadeltaState]:
            squares = forgetting(state.accumulated_grad, gradients)
            deltas = [
                -g * jnp.sqrt(d + self.epsilon) * lax.rsqrt(s + self.epsilon)
                for g, d, s in zip(gradients, state.accumulated_delta_var, squares, strict=True)
            ]
            moved = [rate * d for d in deltas]
            return moved, AdadeltaState(squares, forgetting(state.accumulated_delta_var, deltas))

        return rule(init, update)


class FtrlState(NamedTuple):
    accumulator: Arrays
    linear: Arrays


class Ftrl(Optimizer):
    """Follow the regularized leader: the weight that would have been best so far, sparse with L1.

    `w = (clip(z, -l1, l1) - z) / (n^-power / rate + 2 * l2)`, z the linear part, n the sum of squares.

    Args:
        learning_rate: a number or a schedule.
        learning_rate_power: at most 0; how fast the rate falls with the sum of squares.
        initial_accumulator_value: what the sum of squares starts at.
        l1_regularization_strength, l2_regularization_strength: penalties on the weights.
        l2_shrinkage_regularization_strength: a penalty on their size that enters the gradient only.
        beta: added to L2 as `beta / (2 * rate)`.

    The other arguments are those of `Optimizer`.

    Reference: McMahan et al. 2013, "Ad click prediction", algorithm 1.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
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
        if learning_rate_power > 0:
            raise ValueError(f"`learning_rate_power` is at most 0, not {learning_rate_power!r}")
        for key, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0:
                raise ValueError(f"`{key}` is at least 0, not {value!r}")
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def transform(self) -> Rule:
        l1, power = self.l1_regularization_strength, -self.learning_rate_power
        shrinkage = self.l2_shrinkage_regularization_strength

        def init(weights: Arrays) -> FtrlState:
            return FtrlState(full(weights, self.initial_accumulator_value), zeros(weights))

        def one(g: Any, n: Any, z: Any, w: Any, rate: Any) -> tuple[Any, Any, Any]:
            total = n + jnp.square(g)
            sigma = (jnp.power(total, power) - jnp.power(n, power)) / rate
            z = z + g + 2 * shrinkage * w - sigma * w
            l2 = self.l2_regularization_strength + self.beta / (2 * rate)
            best = (jnp.clip(z, -l1, l1) - z) / (jnp.power(total, power) / rate + 2 * l2)
            return best - w, total, z

        def update(
            gradients: Arrays, state: FtrlState, params: Arrays, *, learning_rate: Any, **_: Any
        ) -> tuple[Arrays, FtrlState]:
            parts = [one(g, n, z, w, learning_rate) for g, n, z, w in zip(gradients, *state, params, strict=True)]
            moved, totals, linear = (list(part) for part in zip(*parts, strict=True))
            return moved, FtrlState(totals, linear)

        return Rule(init, update)
