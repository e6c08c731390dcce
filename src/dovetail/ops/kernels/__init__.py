"""Tuned lowerings for XLA on CPU, each beside its plain form, and the compiler options they want.

`plain_kernels()` is the way back to the plain forms, for forward-mode derivatives.
"""

from .batch_norm import batch_norm_train
from .convolution import conv, slow_in_loop
from .options import barriers_kept, compile_jit, compiler_options, use_library_reductions
from .plain import plain_kernels, plain_kernels_active, use_tuned
from .pooling import average_pool, max_pool

__all__ = [
    "average_pool", "barriers_kept", "batch_norm_train", "compile_jit", "compiler_options", "conv", "max_pool",
    "plain_kernels", "plain_kernels_active", "slow_in_loop", "use_library_reductions", "use_tuned",
]  # fmt: skip
