"""Mixed precision under its names of Keras 2; see `dovetail.dtype_policies`."""

from .engine.dtypes import DTypePolicy, dtype_policy, set_dtype_policy
from .optimizers import LossScaleOptimizer

__all__ = [
    "DTypePolicy", "LossScaleOptimizer", "Policy", "dtype_policy", "global_policy", "set_dtype_policy",
    "set_global_policy",
]  # fmt: skip

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy
