"""Randomness is counters: every draw is a pure function of integers.

The host draws initial weights and permutations from NumPy's counter-based Philox generator; layers draw on the device
from a `SeedGenerator`, whose counter is a variable like any other: saved, resumed and vmapped.
"""

import random
from typing import Any

import jax.numpy as jnp
import numpy as np

from .configs import Configured
from .context import current
from .naming import unique_name
from .variable import Stateful, Variable


class _Host:
    generator = np.random.Generator(np.random.Philox())


def set_random_seed(seed: int) -> None:
    """Seed Python's, NumPy's and Dovetail's random numbers: what follows repeats exactly."""
    random.seed(seed)
    np.random.seed(seed)
    _Host.generator = np.random.Generator(np.random.Philox(seed))


def make_seed() -> int:
    """A new integer seed below 2**31 from the host's generator."""
    return int(_Host.generator.integers(2**31 - 1))


def permutation(size: int, *seed: int) -> np.ndarray:
    """The order of `size` samples for these integers, e.g. (seed, epoch); int32."""
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
    return generator.permutation(size).astype(np.int32)


class SeedGenerator(Stateful, Configured):
    """A stream of random keys: a seed and a counter, kept as one variable of two integers.

    Args:
        seed: an integer; None takes a new one from the host.
        name: of the generator.

    Shapes:
        state: (2,) uint32, the seed and the number of keys given so far
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any):
        if kwargs:
            raise TypeError(f"SeedGenerator has no argument {next(iter(kwargs))!r}")
        if seed is not None and not isinstance(seed, (int, np.integer)):
            raise TypeError(f"`seed` must be an integer or None, not {seed!r}")
        self.name = name or unique_name("seed_generator")
        self.initial_seed = make_seed() if seed is None else int(seed)
        self.seed = self.initial_seed
        self.state = Variable(
            np.array([self.initial_seed & 0xFFFFFFFF, 0], np.uint32),
            trainable=False,
            autocast=False,
            name=f"{self.name}_state",
        )

    @property
    def variables(self) -> list[Variable]:  # type: ignore[override]
        return [self.state]

    def next(self, ordered: bool = True) -> Any:
        """The next key, (2,) uint32, as `jax.random` takes it."""
        key = self.state.value
        self.state.assign(key + jnp.array([0, 1], jnp.uint32))
        return key


def draw_key(seed: "SeedGenerator | int | None") -> Any:
    """A key for one draw: the next of a generator, or the fixed one of an integer."""
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        if current().scope is not None:
            raise TypeError("a compiled program needs a SeedGenerator (or an integer) to draw from; seed is None")
        seed = make_seed()
    return jnp.array([int(seed) & 0xFFFFFFFF, 0], jnp.uint32)
