"""`optimizers.legacy`: names that are there so that imports of them work, and that cannot be used, as in Keras 3."""

from typing import Any


def _refusing(name: str) -> type:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        raise ImportError(
            f"`optimizers.legacy.{name}` was Keras 2's form of the optimizer, and is gone. Use `optimizers.{name}`, "
            "with `learning_rate` for `lr`, and `schedules.InverseTimeDecay(learning_rate, 1, decay)` for "
            "`decay`"
        )

    return type(name, (), {"__init__": __init__, "__doc__": f"Gone: use `optimizers.{name}`.", "__module__": __name__})


Adagrad, Adam, Ftrl = _refusing("Adagrad"), _refusing("Adam"), _refusing("Ftrl")
Optimizer, RMSprop, SGD = _refusing("Optimizer"), _refusing("RMSprop"), _refusing("SGD")

__all__ = ["SGD", "Adagrad", "Adam", "Ftrl", "Optimizer", "RMSprop"]
