"""`tf.random`."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.dtypes import standardize_dtype
from ...engine.randomness import draw_seeds_from
from ..backend import randoms
from .table import array, floating, integers
from .types import as_dtype


def _name(dtype: Any) -> str:
    return as_dtype(dtype).name


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None, name: str | None = None
) -> Any:
    """Normal numbers."""
    return randoms.random_normal(shape, mean, stddev, _name(dtype), seed)


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None, name: str | None = None
) -> Any:
    """Normal numbers within two standard deviations."""
    return randoms.truncated_normal(shape, mean, stddev, _name(dtype), seed)


def uniform(
    shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", seed: Any = None, name: str | None = None
) -> Any:
    """Uniform numbers from `minval` to below `maxval`, which integers need."""
    if maxval is None:
        if as_dtype(dtype).is_integer:
            raise ValueError("tf.random.uniform of integers needs `maxval`")
        maxval = 1.0
    return randoms.random_uniform(shape, minval, maxval, _name(dtype), seed)


def shuffle(value: Any, seed: Any = None, name: str | None = None) -> Any:
    """The rows in a random order."""

    def shuffled(key: Any, value: Any) -> Any:
        return jax.random.permutation(key, array(value))

    return randoms.drawn(shuffled, (value,), seed)


def categorical(logits: Any, num_samples: Any, dtype: Any = None, seed: Any = None, name: str | None = None) -> Any:
    """Classes drawn for each row of logits: (batch, classes) -> (batch, num_samples)."""

    def drawn(key: Any, logits: Any) -> Any:
        logits = floating(logits)
        return jax.random.categorical(key, logits[:, None], axis=-1, shape=(logits.shape[0], int(num_samples)))

    return randoms.drawn(drawn, (logits,), seed)


def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = "float32", seed: Any = None, name: str | None = None
) -> Any:
    """Numbers of gamma distributions, `shape` for each of `alpha`."""

    def drawn(key: Any, alpha: Any, beta: Any) -> Any:
        alpha = floating(alpha)
        draws = jax.random.gamma(key, alpha, (*integers(shape), *alpha.shape), standardize_dtype(_name(dtype)))
        return draws if beta is None else draws / beta

    return randoms.drawn(drawn, (alpha, beta), seed)


def poisson(shape: Any, lam: Any, dtype: Any = "float32", seed: Any = None, name: str | None = None) -> Any:
    """Numbers of Poisson distributions, `shape` for each of `lam`."""

    def drawn(key: Any, lam: Any) -> Any:
        lam = floating(lam)
        threefry = jax.random.wrap_key_data(jnp.asarray(key, "uint32"), impl="threefry2x32")
        return jax.random.poisson(threefry, lam, (*integers(shape), *lam.shape)).astype(_name(dtype))

    return randoms.drawn(drawn, (lam,), seed)


def _stateless(seed: Any) -> Any:
    return jnp.asarray(np.asarray(seed).astype("uint32"))


def stateless_normal(
    shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: str | None = None
) -> Any:
    """Normal numbers that the two integers of `seed` determine."""
    return jax.random.normal(_stateless(seed), integers(shape), _name(dtype)) * stddev + mean


def stateless_uniform(
    shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", name: str | None = None
) -> Any:
    """Uniform numbers that the two integers of `seed` determine."""
    key, kind = _stateless(seed), _name(dtype)
    if as_dtype(dtype).is_integer:
        return jax.random.randint(key, integers(shape), minval, maxval, kind)
    return jax.random.uniform(key, integers(shape), kind, minval, 1.0 if maxval is None else maxval)


def set_seed(seed: int) -> None:
    """Seed what draws without a seed of its own, initial weights included; NumPy's generator stays as it is."""
    source = np.random.default_rng(int(seed))
    draw_seeds_from(lambda: int(source.integers(10**9)))


class Generator:
    """Draws numbers one after another, from a seed of its own."""

    def __init__(self, seed: Any = None):
        self._numbers = np.random.default_rng(None if seed is None else int(seed))

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> "Generator":
        return cls(seed)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> "Generator":
        return cls()

    def _seed(self) -> int:
        return int(self._numbers.integers(2**31))

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None) -> Any:
        return normal(shape, mean, stddev, dtype, self._seed())

    def truncated_normal(
        self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", name: Any = None
    ) -> Any:
        return truncated_normal(shape, mean, stddev, dtype, self._seed())

    def uniform(self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", name: Any = None) -> Any:
        return uniform(shape, minval, maxval, dtype, self._seed())

    def make_seeds(self, count: int = 1) -> Any:
        """Seeds (2, count) for functions that take one."""
        return jnp.asarray(self._numbers.integers(2**31, size=(2, count)), "int32")


_global = Generator(0)


def get_global_generator() -> Generator:
    return _global


multinomial = categorical
__all__ = [
    "Generator", "categorical", "gamma", "get_global_generator", "normal", "poisson", "set_seed", "shuffle",
    "stateless_normal", "stateless_uniform", "truncated_normal", "uniform",
]  # fmt: skip
