"""The switch between tuned kernels and their plain `jax.lax` forms."""

from collections.abc import Iterator
from contextlib import contextmanager

import jax

from ...engine.context import current, entered


@contextmanager
def plain_kernels() -> Iterator[None]:
    """Inside, every kernel traces as its plain form.

    The tuned kernels carry their own reverse-mode gradient, so `jax.jvp`, `jax.jacfwd` and reverse-over-forward raise
    on them; the plain forms support all of JAX. Enter this while tracing (around the first call of a jitted function).
    """
    with entered(plain_kernels=True):
        yield


def plain_kernels_active() -> bool:
    """Whether the plain forms are asked for: part of the key of compiled programs."""
    return current().plain_kernels


def use_tuned() -> bool:
    """Whether kernels take their tuned form: on CPU, unless the plain ones are asked for."""
    return not plain_kernels_active() and jax.default_backend() == "cpu"
