"""`random` gives Keras's numbers for equal seeds."""

import jax
import keras
import numpy as np
import pytest

import dovetail

X = np.arange(24, dtype="float32").reshape(4, 6)
CALLS = [
    ("normal", ((3, 2),), {}),
    ("normal", ([3],), {"mean": 2.0, "stddev": 3.0, "dtype": "bfloat16"}),
    ("truncated_normal", ((50,), 1.0, 0.5), {}),
    ("uniform", ((4,), -1.0, 2.0), {"dtype": "float16"}),
    ("randint", ((5,), -3, 9), {}),
    ("randint", ((5,), 0, 200), {"dtype": "uint8"}),
    ("categorical", (X, 7), {}),
    ("categorical", (X, 2), {"dtype": "int8"}),
    ("gamma", ((4,), 2.5), {}),
    ("beta", ((2, 2), [1.0, 2.0], 0.5), {}),
    ("binomial", ((2, 3), [10.0, 20.0, 30.0], 0.3), {}),
    ("dropout", (X, 0.4), {}),
    ("dropout", (X, 0.4), {"noise_shape": (None, 1)}),
    ("dropout", (X, 0.0), {}),
    ("dropout", (X, 1.0), {}),
    ("shuffle", (X,), {}),
    ("shuffle", (X,), {"axis": 1}),
]


@pytest.mark.parametrize("name, args, kwargs", CALLS)
def test_numbers_of_a_seed(name, args, kwargs):
    found = getattr(dovetail.random, name)(*args, seed=7, **kwargs)
    wanted = getattr(keras.random, name)(*args, seed=7, **kwargs)
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(np.asarray(found, "float32"), np.asarray(wanted, "float32"), rtol=1e-6)


def test_streams():
    def drawn(k):
        generator = k.random.SeedGenerator(2**31 + 5)
        first = [k.random.normal((2,), seed=generator), k.random.uniform((2,), seed=generator)]
        keys = [generator.next(ordered=False), generator.next()]
        k.utils.set_random_seed(11)
        free = [k.random.normal((2,)), k.random.randint((3,), 0, 100)]
        again = k.random.SeedGenerator().state.value
        return [*first, *keys, *free, again, generator.state.value]

    for found, wanted in zip(drawn(dovetail), drawn(keras), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_configurations():
    for seed in (None, 5):
        ours, theirs = (k.random.SeedGenerator(seed, name="s") for k in (dovetail, keras))
        assert ours.get_config() == theirs.get_config()


def test_a_key_of_jax():
    key = jax.random.key(3)
    np.testing.assert_array_equal(dovetail.random.normal((3,), seed=key), keras.random.normal((3,), seed=key))
