"""ScheduleFreeAdamW: AdamW that averages its own path in place of a learning-rate schedule."""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from .optimizer import Optimizer, Rule
from .rules import Arrays, zeros


class ScheduleFreeState(NamedTuple):
    momentum: Arrays
    velocity: Arrays


class ScheduleFreeAdamW(Optimizer):
    """AdamW whose weights are a mixture of its path `z` and the mean `x` of that path, so that no schedule is needed.

    `z -= rate * g / (sqrt(v / (1 - b2^t)) + epsilon); x += (z - x) / t; w = (1 - b1) * z + b1 * x`.

    Args:
        learning_rate: a number or a schedule; larger than Adam's.
        beta_1: how much of the mean is in the weights.
        beta_2: how slowly the mean square forgets.
        epsilon: added to the root.
        warmup_steps: updates in which the rate rises in a straight line from 0.

    The other arguments are those of `Optimizer`.

    Reference: Defazio et al. 2024, arXiv:2405.15682.
    """

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
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
        self.beta_1, self.beta_2, self.epsilon, self.warmup_steps = beta_1, beta_2, epsilon, warmup_steps

    def transform(self) -> Rule:
        b1, b2 = self.beta_1, self.beta_2

        def init(weights: Arrays) -> ScheduleFreeState:  # the path, "momentum" in Keras, starts at the weights
            return ScheduleFreeState([np.array(weight) for weight in weights], zeros(weights))

        def update(
            gradients: Arrays, state: ScheduleFreeState, params: Arrays, *, learning_rate: Any, iterations: Any
        ) -> tuple[Arrays, ScheduleFreeState]:
            t = (iterations + 1).astype(jnp.float32)
            rate = learning_rate * jnp.minimum(t / self.warmup_steps, 1.0) if self.warmup_steps > 0 else learning_rate
            unbias = 1 - jnp.power(b2, t)
            velocity = [v + (jnp.square(g) - v) * (1 - b2) for v, g in zip(state.velocity, gradients, strict=True)]
            path = [
                z - rate * g / (jnp.sqrt(v / unbias) + self.epsilon)
                for z, g, v in zip(state.momentum, gradients, velocity, strict=True)
            ]
            means = [(w - (1 - b1) * z) / b1 for w, z in zip(params, state.momentum, strict=True)]
            means = [x + (z - x) / t for x, z in zip(means, path, strict=True)]
            moved = [(1 - b1) * z + b1 * x - w for z, x, w in zip(path, means, params, strict=True)]
            return moved, ScheduleFreeState(path, velocity)

        return Rule(init, update)
