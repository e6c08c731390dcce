"""Compiler options for XLA on CPU, each probed once; they go on top-level programs only."""

import functools
from collections.abc import Callable
from typing import Any

import jax
from jax import lax

_ALL_YNN = "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT,LIBRARY_FUSION_TYPE_REDUCE"
_DOT_ONLY = "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT"
_setting = {"reduce": True}


def use_library_reductions(enabled: bool) -> None:
    """Whether XLA may hand reductions to its kernel library; on unless set.

    Reductions of products of broadcasts of rank 8 and more can crash jaxlib 0.10.2 (JAX issue 39257). Programs with
    such expressions should turn this off before they compile; it costs up to 1.2 times on convolutional networks.
    """
    _setting["reduce"] = bool(enabled)
    compiler_options.cache_clear()


@functools.cache
def compiler_options() -> dict[str, str]:
    """The options that this jaxlib accepts, for `jax.jit(..., compiler_options=)`; {} unless on CPU.

    An unknown option or value raises when a program is compiled, so each is tried on a trivial one.
    """
    if jax.default_backend() != "cpu":
        return {}
    wanted = {
        # keep optimization barriers until code is generated
        "xla_disable_hlo_passes": "cse_barrier_expander",
        # products and reductions go to YNNPACK, convolutions (one core there) do not
        "xla_cpu_experimental_ynn_fusion_type": _ALL_YNN if _setting["reduce"] else _DOT_ONLY,
    }
    return {name: value for name, value in wanted.items() if _accepted(name, value)}


def _accepted(name: str, value: str) -> bool:
    try:
        jax.jit(lambda x: x + 1, compiler_options={name: value}).lower(0.0).compile()
    except Exception:  # which class it is depends on the jaxlib
        return False
    return True


@functools.cache
def barriers_kept() -> bool:
    """Whether optimization barriers survive until code generation, read from a compiled program.

    A misspelt pass name is accepted silently, so that acceptance of the option proves nothing.
    """
    program = jax.jit(lambda x: lax.optimization_barrier(x * 2) + 1, compiler_options=compiler_options())
    return "opt-barrier" in (program.lower(0.0).compile().as_text() or "")


def compile_jit(function: Callable[..., Any], **kwargs: Any) -> Any:
    """`jax.jit` for a top-level program, with the compiler options."""
    return jax.jit(function, compiler_options=compiler_options(), **kwargs)
