"""Random arrays: a new draw at each run of a graph, from counters that are part of the state."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.context import StatelessScope, current, structure_changed
from ...engine.dtypes import standardize_dtype
from ...engine.layer import Layer
from ...engine.randomness import SeedGenerator, draw_key, make_seed
from ...engine.tensor import KerasTensor
from .lifting import as_shape, lifted, record
from .modes import draws_variables, in_call
from .variables import LooseVariable, _name


def drawn(draw: Callable[..., Any], args: tuple, seed: Any) -> Any:
    """`draw(key, *args)` with a key for this place: symbolic outside of running functions, where releases drew."""
    seed = None if seed is None else int(seed)
    if not in_call() and (draws_variables() or any(isinstance(x, KerasTensor) for x in jax.tree.leaves(args))):
        generator = SeedGenerator(seed)

        def run(*args: Any) -> Any:
            return draw(generator.next(), *args)

        run.__name__ = draw.__name__
        return record(run, args, {}, owned=(generator.state,))
    return lifted(draw)(_key(seed), *args)


def _key(seed: int | None) -> Any:
    context = current()
    if context.layer is not None:
        generator = _generator(context.layer, seed)
        if context.scope is None or context.scope.get_current_value(generator.state) is not None:
            return generator.next()
        if context.open_size is not None:  # drawn, not run
            return generator.state.value
    if context.scope is not None:
        return _key_of_scope(context.scope, seed)
    return draw_key(seed)


def _generator(layer: Layer, seed: int | None) -> SeedGenerator:
    """The layer's generator for draws of this seed, part of its state."""
    generators = layer.__dict__.get("_draws")
    if generators is None:
        generators = {}
        object.__setattr__(layer, "_draws", generators)
    if seed not in generators:
        generators[seed] = SeedGenerator(seed)
        object.__setattr__(layer, "num_draws", len(generators))  # a setting: programs are made anew with its state
        structure_changed()
    return generators[seed]


def _key_of_scope(scope: StatelessScope, seed: int | None) -> Any:
    """A key where no layer runs, in a loss for instance: it changes with the step of the optimizer."""
    key = jnp.array([make_seed() if seed is None else seed & 0xFFFFFFFF, 0], jnp.uint32)
    here: StatelessScope | None = scope
    while here is not None:
        for variable in here._variables:
            if variable.name in ("iteration", "iterations"):
                return jax.random.fold_in(key, here.get_current_value(variable).astype(jnp.uint32))
        here = here.parent
    return key


def random_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None, std: Any = None
) -> Any:
    """Normal numbers; `std` is Keras 1's name of `stddev`."""

    def normal(key: Any, shape: Any, mean: Any, stddev: Any) -> Any:
        return jax.random.normal(key, as_shape(shape), standardize_dtype(dtype)) * stddev + mean

    return drawn(normal, (shape, mean, stddev if std is None else std), seed)


def random_uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None, low: Any = None,
    high: Any = None,
) -> Any:  # fmt: skip
    """Uniform numbers from `minval` to below `maxval`; `low` and `high` are Keras 1's names of them."""
    minval, maxval = minval if low is None else low, maxval if high is None else high
    kind = standardize_dtype(dtype)

    def uniform(key: Any, shape: Any, minval: Any, maxval: Any) -> Any:
        if jnp.issubdtype(kind, jnp.integer):
            return jax.random.randint(key, as_shape(shape), minval, maxval, kind)
        return jax.random.uniform(key, as_shape(shape), kind, minval, maxval)

    return drawn(uniform, (shape, minval, maxval), seed)


def random_binomial(shape: Any, p: Any = 0.0, dtype: Any = None, seed: Any = None) -> Any:
    """1 with probability `p`, else 0."""

    def binomial(key: Any, shape: Any, p: Any) -> Any:
        return jax.random.bernoulli(key, p, as_shape(shape)).astype(standardize_dtype(dtype))

    return drawn(binomial, (shape, p), seed)


random_bernoulli = random_binomial  # as tf.keras called it, too


def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Normal numbers, those farther than two standard deviations from the mean drawn again."""

    def truncated(key: Any, shape: Any, mean: Any, stddev: Any) -> Any:
        return jax.random.truncated_normal(key, -2.0, 2.0, as_shape(shape), standardize_dtype(dtype)) * stddev + mean

    return drawn(truncated, (shape, mean, stddev), seed)


def random_uniform_variable(
    shape: Any, low: Any, high: Any, dtype: Any = None, name: str | None = None, seed: Any = None
) -> LooseVariable:
    """A variable of uniform numbers."""
    return _variable(lambda host: host.uniform(low, high, as_shape(shape)), dtype, name, seed)


def random_normal_variable(
    shape: Any, mean: Any, scale: Any, dtype: Any = None, name: str | None = None, seed: Any = None
) -> LooseVariable:
    """A variable of normal numbers of this mean and standard deviation."""
    return _variable(lambda host: host.normal(mean, scale, as_shape(shape)), dtype, name, seed)


def _variable(draw: Callable[[Any], Any], dtype: Any, name: str | None, seed: Any) -> LooseVariable:
    host = np.random.Generator(np.random.Philox(make_seed() if seed is None else int(seed)))
    return LooseVariable(draw(host), dtype=standardize_dtype(dtype), name=_name(name))


def dropout(x: Any, level: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """`x` with values set to 0 with probability `level`, the others divided by `1 - level`.

    Raises:
        ValueError: `level` is not from 0 to below 1.
    """
    if isinstance(level, (int, float)) and not 0 <= level < 1:
        raise ValueError(f"K.dropout: `level` is a number from 0 to below 1, not {level!r}")

    def dropped(key: Any, x: Any, level: Any, noise_shape: Any) -> Any:
        shape = jnp.shape(x)
        if noise_shape is not None:
            given = [size if size is None else int(size) for size in noise_shape]
            shape = tuple(own if size is None else size for own, size in zip(shape, given, strict=True))
        kept = jax.random.bernoulli(key, 1.0 - level, shape)
        return jnp.where(kept, x / (1.0 - level), jnp.zeros((), jnp.asarray(x).dtype))

    return drawn(dropped, (x, level, noise_shape), seed)


__all__ = [
    "dropout", "random_bernoulli", "random_binomial", "random_normal", "random_normal_variable", "random_uniform",
    "random_uniform_variable", "truncated_normal",
]  # fmt: skip
