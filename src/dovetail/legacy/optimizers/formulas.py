"""Optimizers of Keras 1 and 2 and of tf.keras up to 2.10: for each its arguments, slots and the update of one weight.

A formula is a function of the gradient `g`, the slots, and of what all weights share: `rate`, the learning rate of this
step; `t`, the number of this step, from 1; `h`, the settings by name. It returns what is added to the weight, and the
new slots.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

MULTI = "multi"  # Keras as a library of its own: one norm over all gradients, a fuzz added to the root
TF = "tf"  # tf.keras: a norm for each gradient, and its own defaults


@dataclass(frozen=True)
class Formula:
    """One optimizer in one family of releases.

    Args:
        step: the update of one weight, see above.
        slots: names of what is kept for every weight, as today's optimizers name it.
        settings: numbers that may change while training, and their defaults; `learning_rate` first.
        options: arguments that choose the formula, and their defaults.
        starts: what slots start at, where that is not 0: names of settings.
        optional: slots that are there only with an option (or a setting that is not 0).
        product: whether all weights share a running product, Nadam's.
    """

    step: Callable[..., tuple[Any, ...]]
    slots: tuple[str, ...]
    settings: dict[str, Any]
    options: dict[str, Any]
    starts: dict[str, str]
    optional: dict[str, str]
    product: bool = False

    def kept(self, values: dict[str, Any]) -> tuple[str, ...]:
        """The slots that an optimizer with these settings and options has."""
        return tuple(name for name in self.slots if name not in self.optional or values.get(self.optional[name]))


def _formula(step: Any, slots: str, settings: dict, options: dict | None = None, **more: Any) -> Formula:
    given: dict[str, Any] = {"starts": {}, "optional": {}} | more
    return Formula(step, tuple(slots.split()), settings, options or {}, **given)


def sgd(g: Any, momentum: Any = None, *, rate: Any, t: Any, h: SimpleNamespace) -> tuple[Any, ...]:
    """`m = momentum * m - rate * g; w += m`, with Nesterov `w += momentum * m - rate * g`."""
    moved = -rate * g
    if momentum is None:
        return (moved,)
    momentum = h.momentum * momentum + moved
    return (h.momentum * momentum + moved if h.nesterov else momentum, momentum)


def rmsprop(g: Any, velocity: Any, *, rate: Any, t: Any, h: SimpleNamespace) -> tuple[Any, ...]:
    """`v = rho * v + (1 - rho) * g^2; w -= rate * g / (sqrt(v) + epsilon)`."""
    velocity = _mean(velocity, jnp.square(g), h.rho)
    return -rate * g / (jnp.sqrt(velocity) + h.epsilon), velocity


def rmsprop_tf(
    g: Any,
    velocity: Any,
    momentum: Any = None,
    average_gradient: Any = None,
    *,
    rate: Any,
    t: Any,
    h: SimpleNamespace,
) -> tuple[Any, ...]:
    """As `rmsprop`; with momentum epsilon is under the root; `centered` divides by the variance."""
    below = velocity = _mean(velocity, jnp.square(g), h.rho)
    slots = [velocity]
    if average_gradient is not None:
        average_gradient = _mean(average_gradient, g, h.rho)
        below = velocity - jnp.square(average_gradient)
    if momentum is None:
        moved = rate * g / (jnp.sqrt(below) + h.epsilon)
    else:
        moved = momentum = h.momentum * momentum + rate * g / jnp.sqrt(below + h.epsilon)
        slots.append(momentum)
    return (-moved, *slots, *([] if average_gradient is None else [average_gradient]))


def adagrad(g: Any, accumulator: Any, *, rate: Any, t: Any, h: SimpleNamespace) -> tuple[Any, ...]:
    """`a += g^2; w -= rate * g / (sqrt(a) + epsilon)`."""
    accumulator = accumulator + jnp.square(g)
    return -rate * g / (jnp.sqrt(accumulator) + h.epsilon), accumulator


def adadelta(
    g: Any, accumulated_grad: Any, accumulated_delta_var: Any, *, rate: Any, t: Any, h: SimpleNamespace
) -> tuple[Any, ...]:
    """`u = g * sqrt(d + epsilon) / sqrt(a + epsilon); w -= rate * u`."""
    accumulated_grad = _mean(accumulated_grad, jnp.square(g), h.rho)
    u = g * jnp.sqrt(accumulated_delta_var + h.epsilon) / jnp.sqrt(accumulated_grad + h.epsilon)
    return -rate * u, accumulated_grad, _mean(accumulated_delta_var, jnp.square(u), h.rho)


def adam(
    g: Any, momentum: Any, velocity: Any, velocity_hat: Any = None, *, rate: Any, t: Any, h: SimpleNamespace
) -> tuple[Any, ...]:
    """`w -= rate * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + epsilon)`; amsgrad has the largest `v` so far."""
    factor = rate * jnp.sqrt(1 - jnp.power(h.beta_2, t)) / (1 - jnp.power(h.beta_1, t))
    momentum, velocity = _mean(momentum, g, h.beta_1), _mean(velocity, jnp.square(g), h.beta_2)
    if velocity_hat is None:
        return -factor * momentum / (jnp.sqrt(velocity) + h.epsilon), momentum, velocity
    velocity_hat = jnp.maximum(velocity_hat, velocity)
    return -factor * momentum / (jnp.sqrt(velocity_hat) + h.epsilon), momentum, velocity, velocity_hat


def adamax(g: Any, momentum: Any, norm: Any, *, rate: Any, t: Any, h: SimpleNamespace) -> tuple[Any, ...]:
    """`u = max(b2 * u, |g|); w -= rate / (1 - b1^t) * m / (u + epsilon)`."""
    momentum, norm = _mean(momentum, g, h.beta_1), jnp.maximum(h.beta_2 * norm, jnp.abs(g))
    return -rate / (1 - jnp.power(h.beta_1, t)) * momentum / (norm + h.epsilon), momentum, norm


def warmed(t: Any, h: SimpleNamespace) -> Any:
    """Nadam's momentum of step `t`: `b1 * (1 - 0.5 * 0.96^(t * schedule_decay))`."""
    return h.beta_1 * (1 - 0.5 * jnp.power(0.96, t * h.schedule_decay))


def nadam(g: Any, momentum: Any, velocity: Any, *, rate: Any, t: Any, h: SimpleNamespace) -> tuple[Any, ...]:
    """Adam with Nesterov's momentum, which warms up; `h.product` is the product of its values up to this step."""
    now, following = warmed(t, h), warmed(t + 1, h)
    momentum, velocity = _mean(momentum, g, h.beta_1), _mean(velocity, jnp.square(g), h.beta_2)
    mean = (1 - now) * g / (1 - h.product) + following * momentum / (1 - h.product * following)
    below = jnp.sqrt(velocity / (1 - jnp.power(h.beta_2, t))) + h.epsilon
    return -rate * mean / below, momentum, velocity


def _mean(mean: Any, value: Any, share: Any) -> Any:
    """A mean that forgets: `share` of it stays."""
    return share * mean + (1 - share) * value


_BETAS = {"beta_1": 0.9, "beta_2": 0.999}

FORMULAS: dict[str, dict[str, Formula]] = {
    MULTI: {
        "SGD": _formula(sgd, "momentum", {"learning_rate": 0.01, "momentum": 0.0, "decay": 0.0}, {"nesterov": False}),
        "RMSprop": _formula(rmsprop, "velocity", {"learning_rate": 0.001, "rho": 0.9, "decay": 0.0}, {"epsilon": None}),
        "Adagrad": _formula(adagrad, "accumulator", {"learning_rate": 0.01, "decay": 0.0}, {"epsilon": None}),
        "Adadelta": _formula(
            adadelta, "accumulated_grad accumulated_delta_var",
            {"learning_rate": 1.0, "decay": 0.0}, {"rho": 0.95, "epsilon": None},
        ),
        "Adam": _formula(
            adam, "momentum velocity velocity_hat", {"learning_rate": 0.001, **_BETAS, "decay": 0.0},
            {"epsilon": None, "amsgrad": False}, optional={"velocity_hat": "amsgrad"},
        ),
        "Adamax": _formula(
            adamax, "momentum norm", {"learning_rate": 0.002, **_BETAS, "decay": 0.0}, {"epsilon": None}
        ),
        "Nadam": _formula(
            nadam, "momentum velocity", {"learning_rate": 0.002, **_BETAS},
            {"epsilon": None, "schedule_decay": 0.004}, product=True,
        ),
    },
    TF: {
        "SGD": _formula(
            sgd, "momentum", {"learning_rate": 0.01, "momentum": 0.0, "decay": 0.0}, {"nesterov": False},
            optional={"momentum": "momentum"},
        ),
        "RMSprop": _formula(
            rmsprop_tf, "velocity momentum average_gradient",
            {"learning_rate": 0.001, "rho": 0.9, "momentum": 0.0, "decay": 0.0}, {"epsilon": 1e-7, "centered": False},
            optional={"momentum": "momentum", "average_gradient": "centered"},
        ),
        "Adagrad": _formula(
            adagrad, "accumulator", {"learning_rate": 0.001, "decay": 0.0},
            {"initial_accumulator_value": 0.1, "epsilon": 1e-7}, starts={"accumulator": "initial_accumulator_value"},
        ),
        "Adadelta": _formula(
            adadelta, "accumulated_grad accumulated_delta_var",
            {"learning_rate": 0.001, "rho": 0.95, "decay": 0.0}, {"epsilon": 1e-7},
        ),
        "Adam": _formula(
            adam, "momentum velocity velocity_hat", {"learning_rate": 0.001, **_BETAS, "decay": 0.0},
            {"epsilon": 1e-7, "amsgrad": False}, optional={"velocity_hat": "amsgrad"},
        ),
        "Adamax": _formula(
            adamax, "momentum norm", {"learning_rate": 0.001, **_BETAS, "decay": 0.0}, {"epsilon": 1e-7}
        ),
        "Nadam": _formula(
            nadam, "momentum velocity", {"learning_rate": 0.001, **_BETAS},
            {"epsilon": 1e-7, "schedule_decay": 0.004}, product=True,
        ),
    },
}  # fmt: skip

# positional orders, by the first release that had them; later arguments by keyword only
_LIBRARY = {
    "SGD": "lr momentum decay nesterov",
    "RMSprop": "lr rho epsilon decay",
    "Adagrad": "lr epsilon decay",
    "Adadelta": "lr rho epsilon decay",
    "Adam": "lr beta_1 beta_2 epsilon decay amsgrad",
    "Adamax": "lr beta_1 beta_2 epsilon decay",
    "Nadam": "lr beta_1 beta_2 epsilon schedule_decay",
}
_LIBRARY_2_3 = {
    "SGD": "lr momentum nesterov",
    "RMSprop": "lr rho",
    "Adagrad": "lr",
    "Adadelta": "lr rho",
    "Adam": "lr beta_1 beta_2 amsgrad",
    "Adamax": "lr beta_1 beta_2",
    "Nadam": "lr beta_1 beta_2",
}
_TENSORFLOW = {
    "SGD": "lr momentum nesterov name",
    "RMSprop": "lr rho momentum epsilon centered name",
    "Adagrad": "lr initial_accumulator_value epsilon name",
    "Adadelta": "lr rho epsilon name",
    "Adam": "lr beta_1 beta_2 epsilon amsgrad name",
    "Adamax": "lr beta_1 beta_2 epsilon name",
    "Nadam": "lr beta_1 beta_2 epsilon name",
    "Ftrl": "lr learning_rate_power initial_accumulator_value l1_regularization_strength l2_regularization_strength "
    "name",
}


def order(name: str, is_tensorflow: bool, says_learning_rate: bool) -> tuple[str, ...]:
    """The positional arguments of the optimizer `name`; the first is written `learning_rate` here."""
    table = _TENSORFLOW if is_tensorflow else _LIBRARY_2_3 if says_learning_rate else _LIBRARY
    return tuple("learning_rate" if word == "lr" else word for word in table.get(name, "lr").split())
