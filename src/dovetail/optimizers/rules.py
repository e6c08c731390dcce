"""The update rules, with Keras's formulas."""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from .optimizer import Optimizer, Rule

Arrays = list[Any]


def zeros(weights: Arrays) -> Arrays:
    """Slots that start at 0; made on the host, where no shape needs compiling."""
    return full(weights, 0)


def full(weights: Arrays, value: float) -> Arrays:
    """Slots that start at `value`."""
    return [np.full(weight.shape, value, weight.dtype) for weight in weights]


def rule(init: Any, update: Any) -> Rule:
    """A transformation from functions of lists; `update(gradients, state, rate, step)` returns (updates, state)."""

    def extended(updates: Any, state: Any, params: Any = None, *, learning_rate: Any, iterations: Any, **_: Any):
        return update(updates, state, learning_rate, iterations)

    return Rule(init, extended)


class SGDState(NamedTuple):
    momentum: Arrays


class SGD(Optimizer):
    """Gradient descent with momentum: `m = momentum * m - rate * g; w += m`.

    Args:
        learning_rate: a number or a schedule.
        momentum: between 0 and 1.
        nesterov: look ahead: `w += momentum * m - rate * g`.

    The other arguments are those of `Optimizer`.

    Reference: Sutskever et al. 2013.
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` is between 0 and 1, not {momentum!r}")
        self.momentum, self.nesterov = momentum, nesterov

    def transform(self) -> Rule:
        def init(weights: Arrays) -> SGDState:
            return SGDState(zeros(weights) if self.momentum else [])

        def update(gradients: Arrays, state: SGDState, rate: Any, step: Any) -> tuple[Arrays, SGDState]:
            moved = [-g * rate.astype(g.dtype) for g in gradients]
            if not self.momentum:
                return moved, state
            momentum = [self.momentum * m + d for m, d in zip(state.momentum, moved, strict=True)]
            if self.nesterov:
                moved = [self.momentum * m + d for m, d in zip(momentum, moved, strict=True)]
                return moved, SGDState(momentum)
            return momentum, SGDState(momentum)

        return rule(init, update)


class RMSpropState(NamedTuple):
    velocity: Arrays
    momentum: Arrays
    average_gradient: Arrays


class RMSprop(Optimizer):
    """`v = rho * v + (1 - rho) * g^2; w -= rate * g / sqrt(v + epsilon)`.

    Args:
        learning_rate: a number or a schedule.
        rho: how slowly the mean square forgets.
        momentum: of the updates.
        epsilon: added under the root.
        centered: divide by the variance instead of the mean square.

    The other arguments are those of `Optimizer`.

    Reference: Hinton 2012, lecture 6e; Graves 2013, arXiv:1308.0850, for the centered form.
    """

    listed_apart = ("velocity", "momentum", "average_gradient")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
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
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered

    def transform(self) -> Rule:
        rho = self.rho

        def init(weights: Arrays) -> RMSpropState:
            return RMSpropState(
                zeros(weights),
                zeros(weights) if self.momentum > 0 else [],
                zeros(weights) if self.centered else [],
            )

        def update(gradients: Arrays, state: RMSpropState, rate: Any, step: Any) -> tuple[Arrays, RMSpropState]:
            velocity = [rho * v + (1 - rho) * jnp.square(g) for v, g in zip(state.velocity, gradients, strict=True)]
            mean, variance = state.average_gradient, velocity
            if self.centered:
                mean = [rho * a + (1 - rho) * g for a, g in zip(mean, gradients, strict=True)]
                variance = [v - jnp.square(a) for v, a in zip(velocity, mean, strict=True)]
            moved = [
                rate.astype(g.dtype) * g * lax.rsqrt(v + self.epsilon) for g, v in zip(gradients, variance, strict=True)
            ]
            momentum = state.momentum
            if self.momentum > 0:
                moved = momentum = [self.momentum * m + d for m, d in zip(momentum, moved, strict=True)]
            return [-d for d in moved], RMSpropState(velocity, momentum, mean)

        return rule(init, update)


class AdamState(NamedTuple):
    momentum: Arrays
    velocity: Arrays
    velocity_hat: Arrays


class Adam(Optimizer):
    """Momentum divided by the root of the mean square gradient, both corrected for starting at 0.

    `w -= rate * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + epsilon)`.

    Args:
        learning_rate: a number or a schedule.
        beta_1, beta_2: how slowly the mean and the mean square forget.
        epsilon: "epsilon hat" of the paper's section 2: outside the correction, unlike `optax.adam`.
        amsgrad: divide by the largest mean square so far.

    The other arguments are those of `Optimizer`.

    Reference: Kingma & Ba 2015, arXiv:1412.6980; Reddi et al. 2018 for amsgrad.
    """

    listed_apart = ("velocity_hat",)

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad

    def transform(self) -> Rule:
        b1, b2 = self.beta_1, self.beta_2

        def init(weights: Arrays) -> AdamState:
            return AdamState(zeros(weights), zeros(weights), zeros(weights) if self.amsgrad else [])

        def update(gradients: Arrays, state: AdamState, rate: Any, step: Any) -> tuple[Arrays, AdamState]:
            t = (step + 1).astype(jnp.float32)
            factor = rate * jnp.sqrt(1 - jnp.power(b2, t)) / (1 - jnp.power(b1, t))
            momentum = [m + (g - m) * (1 - b1) for m, g in zip(state.momentum, gradients, strict=True)]
            velocity = [v + (jnp.square(g) - v) * (1 - b2) for v, g in zip(state.velocity, gradients, strict=True)]
            hat, below = state.velocity_hat, velocity
            if self.amsgrad:
                hat = below = [jnp.maximum(h, v) for h, v in zip(hat, velocity, strict=True)]
            moved = [
                -(m * factor.astype(m.dtype)) / (jnp.sqrt(v) + self.epsilon)
                for m, v in zip(momentum, below, strict=True)
            ]
            return moved, AdamState(momentum, velocity, hat)

        return rule(init, update)


class AdamW(Adam):
    """Adam with weight decay apart from the gradient. Reference: Loshchilov & Hutter 2019, arXiv:1711.05101."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        if weight_decay is None:
            raise ValueError("AdamW needs a `weight_decay`; without one use Adam")
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, clipnorm, clipvalue, global_clipnorm,
            use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name,
            **kwargs,
        )  # fmt: skip
