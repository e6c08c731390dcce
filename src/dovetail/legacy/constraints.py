"""Constraints by the names and arguments of a release."""

from typing import Any

from .. import constraints as today
from ..engine.configs import MODULES

ARGUMENTS = {"m": "max_value", "low": "min_value", "high": "max_value"}


class OldConstraint:
    """Mixed in before a constraint of today: `MaxNorm(m=2)` and `MinMaxNorm(low=0, high=1)` too."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{ARGUMENTS.get(name, name): value for name, value in kwargs.items()})


def _made(name: str) -> type:
    modern = getattr(today, name)
    cls = type(name, (OldConstraint, modern), {"__module__": __name__, "__doc__": modern.__doc__})
    MODULES[cls] = "keras.constraints"
    return cls


MaxNorm, MinMaxNorm = _made("MaxNorm"), _made("MinMaxNorm")
NonNeg, UnitNorm = today.NonNeg, today.UnitNorm

# the names of all releases
NAMES: dict[str, Any] = {
    "MaxNorm": MaxNorm, "max_norm": MaxNorm, "maxnorm": MaxNorm, "MinMaxNorm": MinMaxNorm, "min_max_norm": MinMaxNorm,
    "minmaxnorm": MinMaxNorm, "NonNeg": NonNeg, "non_neg": NonNeg, "nonneg": NonNeg, "UnitNorm": UnitNorm,
    "unit_norm": UnitNorm, "unitnorm": UnitNorm,
}  # fmt: skip
