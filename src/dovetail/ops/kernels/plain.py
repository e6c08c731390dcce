"""The switch between tuned kernels and their plain `jax.lax` forms."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import jax

_plain: ContextVar[bool] = ContextVar("plain_kernels", default=False)


@contextmanager
def plain_kernels() -> Iterator[None]:
    """Inside, every kernel traces as its plain form.

    The tuned kernels carry their own reverse-mode gradient, so `jax.jvp`, `jax.jacfwd` and reverse-over-forward raise
    on them; the plain forms support all of JAX. Enter this while tracing (around the first call of a jitted function).
    """
    token = _plain.set(True)
    try:
        yield
    finally:
        _plain.reset(token)


def plain_kernels_active() -> bool:
    """Whether the plain forms are asked for: part of the key of compiled programs."""
    return _plain.get()


def use_tuned() -> bool:
    """Whether kernels take their tuned form: on CPU, unless the plain ones are asked for."""
    return not _plain.get() and jax.default_backend() == "cpu"
