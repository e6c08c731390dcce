"""Randomness is counters: every draw is a pure function of integers.

The host draws initial weights and permutations from NumPy's counter-based Philox generator; layers draw on the device
from a `SeedGenerator`, whose counter is a variable like any other: saved, resumed and vmapped.
"""

import random
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .configs import Configured, Family
from .context import current, entered
from .naming import unique_name
from .variable import Stateful, Variable


class _Process:
    generator: "SeedGenerator | None" = None  # of draws without a seed, made at the first
    source: Callable[[], int] | None = None  # of seeds; Python's generator where there is none


def set_random_seed(seed: int) -> None:
    """Seed Python's, NumPy's and Dovetail's random numbers: what follows repeats exactly.

    Raises:
        ValueError: `seed` is not an integer of at least 0 and below 2**32.
    """
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or not 0 <= seed < 2**32:
        raise ValueError(f"`seed` is an integer from 0 to 2**32 - 1, not {seed!r}")
    random.seed(int(seed))
    np.random.seed(seed)
    _Process.generator = None


def make_seed() -> int:
    """A new integer seed, from Python's generator as in Keras: equal calls after `set_random_seed` give equal seeds."""
    return _Process.source() if _Process.source is not None else random.randint(1, 10**9)


def draw_seeds_from(source: Callable[[], int] | None) -> None:
    """Take new seeds from a function; None is Python's generator again. Old Keras drew them from NumPy's."""
    _Process.source = source
    _Process.generator = None


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
        self._given_seed = seed
        self.seed = self.initial_seed = make_seed() if seed is None else int(seed)
        with entered(path=(*current().path, self.name)):
            start = np.array([self.initial_seed & 0xFFFFFFFF, 0], np.uint32)
            self.state = Variable(start, trainable=False, autocast=False, name="seed_generator_state")

    @property
    def variables(self) -> list[Variable]:  # type: ignore[override]
        return [self.state]

    def next(self, ordered: bool = True) -> Any:
        """The next key, (2,) uint32, as `jax.random` takes it."""
        key = self.state.value
        self.state.assign(key + jnp.array([0, 1], jnp.uint32) if ordered else (key + 1) * 5387 % 933199)
        return key

    def get_config(self) -> dict[str, Any]:
        """The seed that it was given and the name."""
        return {"seed": self._given_seed, "name": self.name}


generators = Family("seed generator", SeedGenerator, "keras.random")
generators.add(SeedGenerator)


def global_generator() -> SeedGenerator:
    """The stream that draws without a seed take from, outside of compiled programs."""
    if _Process.generator is None:
        _Process.generator = SeedGenerator()
    return _Process.generator


def draw_key(seed: "SeedGenerator | int | jax.Array | None") -> Any:
    """A key for one draw: the next of a generator, the fixed one of an integer, or of the global stream for None.

    Raises:
        TypeError: `seed` is None in a compiled program, where the global stream would stand still.
        ValueError: it is something else.
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, jax.Array):
        return seed
    if seed is None:
        if current().scope is not None or isinstance(jnp.zeros(()), jax.core.Tracer):
            raise TypeError(
                "in a compiled program (the call of a layer, jax.jit, ...) a draw without a seed would give the same "
                "numbers every time. Give it `seed=`: a SeedGenerator that the layer has as an attribute, or an integer"
            )
        return global_generator().next(ordered=False)
    if not isinstance(seed, (int, np.integer)):
        raise ValueError(f"`seed` is an integer, a SeedGenerator or a key of jax.random, not {seed!r}")
    return jnp.array([int(seed) & 0xFFFFFFFF, 0], jnp.uint32)
