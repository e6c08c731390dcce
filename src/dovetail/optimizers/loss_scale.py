"""LossScaleOptimizer: training in float16 without losing small gradients."""

from collections.abc import Iterable, Sequence
from typing import Any

import jax.numpy as jnp

from ..engine.configs import get, to_config
from ..engine.errors import StateError
from ..engine.variable import Variable
from .optimizer import Optimizer, _is_overwritten, assign_either

# what files of old Keras versions hold, and the only values that mean nothing here
UNUSED = {
    "weight_decay": None, "clipnorm": None, "clipvalue": None, "global_clipnorm": None, "use_ema": False,
    "ema_momentum": 0.99, "ema_overwrite_frequency": None, "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}  # fmt: skip


class LossScaleOptimizer(Optimizer):
    """Another optimizer, with a loss multiplied so that small gradients survive in float16.

    A step with a gradient that is not finite is left out, and the factor halved; after `dynamic_growth_steps` steps
    without one it is doubled. Models with the policy `mixed_float16` are compiled with it.

    Args:
        inner_optimizer: makes the updates; a name or an optimizer.
        initial_scale: the factor at first; high, since falling takes fewer steps than rising.
        dynamic_growth_steps: steps before the factor is doubled.
        name: of the optimizer.

    Reference: Micikevicius et al. 2018, arXiv:1710.03740, section 3.2.
    """

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ):
        if not kwargs.pop("dynamic", True):
            raise ValueError("`dynamic=False` is gone: give the inner optimizer a `loss_scale_factor`")
        for key, nothing in UNUSED.items():
            if kwargs.pop(key, nothing) != nothing:
                raise ValueError(f"LossScaleOptimizer has no {key!r} of its own: give it to the inner optimizer")
        inner = get("optimizer", inner_optimizer)
        if not isinstance(inner, Optimizer) or isinstance(inner, LossScaleOptimizer):
            raise TypeError(f"`inner_optimizer` is an optimizer that does not scale already, not {inner_optimizer!r}")
        if initial_scale <= 0 or dynamic_growth_steps < 1:
            raise ValueError(
                f"`initial_scale` is above 0 and `dynamic_growth_steps` at least 1; got {initial_scale!r} and "
                f"{dynamic_growth_steps!r}"
            )
        super().__init__(learning_rate=0.0, name=name, **kwargs)
        self.inner_optimizer = inner
        self.inner_optimizer.loss_scale_factor = None  # gradients are divided once
        self.initial_scale, self.dynamic_growth_steps = initial_scale, dynamic_growth_steps

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        self.step_counter = self._variable(0, "step_counter", dtype="int32")
        self.dynamic_scale = self._variable(self.initial_scale, "dynamic_scale", dtype="float32")
        self._added += [self.step_counter, self.dynamic_scale]
        self.inner_optimizer.build(variables)
        super().build(variables)

    @property
    def variables(self) -> list[Variable]:
        return [*super().variables, *self.inner_optimizer.variables]

    def settings(self) -> Any:
        return super().settings(), self.inner_optimizer.settings()

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """One update, left out where a gradient is not finite."""
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is not None and not self.built:
            self.build(list(trainable_variables))
        if not self.built:
            raise StateError(f"{self.name!r} is not built yet: call `build(model.trainable_variables)` first")
        weights = self._trainable_variables if trainable_variables is None else list(trainable_variables)
        scale = self.dynamic_scale.value

        def update() -> None:
            unscaled = [
                g if g is None or _is_overwritten(v) else g / scale for g, v in zip(grads, weights, strict=True)
            ]
            self.inner_optimizer.apply(unscaled, weights)
            grows = self.step_counter.value == self.dynamic_growth_steps - 1
            self.dynamic_scale.assign(jnp.where(grows, scale * 2, scale))
            self.step_counter.assign(jnp.where(grows, 0, self.step_counter.value + 1))

        def leave_out() -> None:
            self.dynamic_scale.assign(scale / 2)
            self.step_counter.assign(0)

        is_finite = jnp.all(jnp.stack([jnp.all(jnp.isfinite(g)) for g in grads if g is not None]))
        assign_either(is_finite, update, leave_out, [*self._trainable_variables, *self.variables])

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def learning_rate_variable(self) -> Variable | None:
        return self.inner_optimizer.learning_rate_variable

    @property
    def iterations(self) -> Any:
        return self.inner_optimizer.iterations

    def scale_loss(self, loss: Any) -> Any:
        return loss * (self.dynamic_scale.value if self.built else self.initial_scale)

    def exclude_from_weight_decay(
        self, var_list: Iterable[Variable] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    @property
    def has_averages(self) -> bool:
        return self.inner_optimizer.has_averages

    def swap_averages(self) -> None:
        self.inner_optimizer.swap_averages()

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "inner_optimizer": to_config(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }
