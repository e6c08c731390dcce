"""Muon: momentum made orthogonal, for matrices; Adam for everything else."""

import math
import re
from typing import Any, NamedTuple

import jax.numpy as jnp

from ..engine.variable import Variable
from .optimizer import Optimizer, Rule
from .rules import Arrays, zeros


class MuonState(NamedTuple):
    momentum: Arrays
    velocity: Arrays  # None where no Adam is


class Muon(Optimizer):
    """Momentum, with all its singular values moved near 1, for matrices; Adam for all other weights.

    `m = momentum * m + g; w -= rate * rms_rate * sqrt(largest side) * orthogonal(g + momentum * m)`.

    Args:
        learning_rate: a number or a schedule.
        adam_beta_1, adam_beta_2, epsilon: of Adam.
        adam_weight_decay: weight decay where Adam is used; `weight_decay` is that of matrices.
        exclude_layers: patterns; a weight whose path has a match is left to Adam. Name the output layer here.
        exclude_embeddings: whether embeddings are left to Adam.
        muon_a, muon_b, muon_c: of the polynomial `a x + b x^3 + c x^5` that moves singular values near 1.
        adam_lr_ratio: Adam's learning rate as a multiple of `learning_rate`.
        momentum: how slowly the sum of gradients forgets.
        ns_steps: how often the polynomial is applied.
        nesterov: whether to look ahead.
        rms_rate: scales updates to the size of Adam's, whatever the matrix's sides; None leaves them.

    The other arguments are those of `Optimizer`.

    Reference: Jordan et al. 2024, "Muon"; Liu et al. 2025, arXiv:2502.16982, for `rms_rate`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: list[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **kwargs: Any,
    ):
        super().__init__(
            learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum,
            ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name, **kwargs,
        )  # fmt: skip
        self.adam_beta_1, self.adam_beta_2, self.epsilon = adam_beta_1, adam_beta_2, epsilon
        self.adam_weight_decay, self.adam_lr_ratio = adam_weight_decay, adam_lr_ratio
        self.exclude_layers, self.exclude_embeddings = exclude_layers or [], exclude_embeddings
        self.muon_a, self.muon_b, self.muon_c = muon_a, muon_b, muon_c
        self.momentum, self.ns_steps, self.nesterov, self.rms_rate = momentum, ns_steps, nesterov, rms_rate

    def _uses_adam(self, variable: Variable) -> bool:
        if variable.ndim != 2 or (self.exclude_embeddings and "embedding" in variable.path.lower()):
            return True
        return any(re.search(pattern, variable.path) for pattern in self.exclude_layers)

    def _decay_of(self, variable: Variable) -> float | None:
        return self.adam_weight_decay if self._uses_adam(variable) else self.weight_decay

    def transform(self) -> Rule:
        uses_adam = [self._uses_adam(variable) for variable in self._learned]

        def init(weights: Arrays) -> MuonState:
            return MuonState(
                zeros(weights), [zeros([w])[0] if adam else None for w, adam in zip(weights, uses_adam, strict=True)]
            )

        def update(
            gradients: Arrays, state: MuonState, params: Arrays, *, learning_rate: Any, iterations: Any
        ) -> tuple[Arrays, MuonState]:
            t = (iterations + 1).astype(jnp.float32)
            parts = [
                self._adam(g, m, v, learning_rate, t) if adam else (*self._muon(g, m, learning_rate), None)
                for g, m, v, adam in zip(gradients, *state, uses_adam, strict=True)
            ]
            moved, momentum, velocity = (list(part) for part in zip(*parts, strict=True))
            return moved, MuonState(momentum, velocity)

        return Rule(init, update)

    def _adam(self, g: Any, m: Any, v: Any, rate: Any, t: Any) -> tuple[Any, Any, Any]:
        b1, b2 = self.adam_beta_1, self.adam_beta_2
        factor = rate * self.adam_lr_ratio * jnp.sqrt(1 - jnp.power(b2, t)) / (1 - jnp.power(b1, t))
        m = m + (g - m) * (1 - b1)
        v = v + (jnp.square(g) - v) * (1 - b2)
        return -m * factor / (jnp.sqrt(v) + self.epsilon), m, v

    def _muon(self, g: Any, m: Any, rate: Any) -> tuple[Any, Any]:
        m = m * self.momentum + g
        update = rate * self._orthogonal(g + self.momentum * m if self.nesterov else m)
        if self.rms_rate is not None:
            update = update * (math.sqrt(max(update.shape)) * self.rms_rate)
        return -update, m

    def _orthogonal(self, x: Any) -> Any:
        """Newton-Schulz: an odd polynomial of a matrix is that polynomial of its singular values."""
        if x.shape[0] > x.shape[1]:
            return self._orthogonal(x.T).T
        x = x / (jnp.linalg.norm(x) + 1e-7)  # no singular value above 1
        for _ in range(self.ns_steps):
            square = x @ x.T
            x = self.muon_a * x + (self.muon_b * square + self.muon_c * square @ square) @ x
        return x
