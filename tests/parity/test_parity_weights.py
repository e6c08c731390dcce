"""Initializers, regularizers and constraints against Keras's own: values or distributions, gradients, signatures."""

import inspect

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import constraints, initializers, regularizers

W = jnp.asarray(np.random.default_rng(0).normal(size=(4, 3)) * 2, "float32")

PENALTIES = [
    ("L1", {}),
    ("L1", {"l1": 0.2}),
    ("L2", {}),
    ("L2", {"l2": 0.2}),
    ("L1L2", {"l1": 0.1, "l2": 0.2}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
]
CONSTRAINTS = [
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 1, "axis": [0, 1]}),
    ("NonNeg", {}),
    ("UnitNorm", {"axis": 1}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 0.5, "max_value": 1.5, "rate": 0.3, "axis": 1}),
]


@pytest.mark.parametrize("name, arguments", PENALTIES)
def test_penalties_and_gradients(name, arguments):
    found, wanted = (jax.value_and_grad(getattr(m, name)(**arguments))(W) for m in (regularizers, keras.regularizers))
    assert_allclose(found[0], wanted[0], rtol=1e-5)
    assert_allclose(found[1], wanted[1], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name, arguments", CONSTRAINTS)
def test_constrained_weights(name, arguments):
    ours, theirs = (getattr(m, name)(**arguments) for m in (constraints, keras.constraints))
    for w in (W, W * 0):
        assert_allclose(ours(w), theirs(w), rtol=1e-5)
    assert ours.get_config() == theirs.get_config()


FIXED = [
    ("Zeros", {}, (2, 3)),
    ("Ones", {}, (2,)),
    ("Constant", {"value": 2.5}, (2, 2)),
    ("Identity", {"gain": 2.0}, (3, 4)),
    *(
        ("STFT", {"side": side, "window": window, "scaling": scaling, "periodic": periodic}, (8, 1, 5))
        for side, window, scaling, periodic in [
            ("real", "hann", "density", False),
            ("imag", "hamming", "spectrum", True),
            ("real", "blackman", None, True),
            ("imag", None, "density", False),
        ]
    ),
]


@pytest.mark.parametrize("name, arguments, shape", FIXED)
def test_fixed_initial_values(name, arguments, shape):
    found, wanted = (getattr(m, name)(**arguments)(shape) for m in (initializers, keras.initializers))
    assert found.dtype == wanted.dtype
    assert_allclose(found, wanted, rtol=1e-5, atol=2e-6)


RANDOM = [
    ("GlorotNormal", {}),
    ("GlorotUniform", {}),
    ("HeNormal", {}),
    ("HeUniform", {"input_axes": [0], "output_axes": [1, 2]}),
    ("LecunNormal", {"input_axes": [0]}),
    ("LecunUniform", {}),
    ("Orthogonal", {"gain": 2.0}),
    ("RandomNormal", {"mean": 1.0, "stddev": 2.0}),
    ("RandomUniform", {"minval": -1.0, "maxval": 3.0}),
    ("TruncatedNormal", {"mean": 1.0, "stddev": 2.0}),
    ("VarianceScaling", {"scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal"}),
    ("VarianceScaling", {"mode": "fan_avg", "distribution": "uniform"}),
]


@pytest.mark.parametrize("name, arguments", RANDOM)
def test_random_initial_values_have_keras_distribution(name, arguments):
    ours, theirs = (getattr(m, name)(seed=1, **arguments) for m in (initializers, keras.initializers))
    found, wanted = (np.sort(np.ravel(made((5, 40, 50)))) for made in (ours, theirs))
    # 10 000 values: two samples of one distribution differ by more than 0.03 about once in 5000 (Kolmogorov-Smirnov)
    places = np.concatenate([found, wanted])
    gap = np.abs(np.searchsorted(found, places) - np.searchsorted(wanted, places)).max() / found.size
    assert gap < 0.03
    assert ours.get_config() == theirs.get_config()


@pytest.mark.parametrize("name", ["initializers", "regularizers", "constraints"])
def test_names_and_signatures(name):
    ours, theirs = globals()[name], getattr(keras, name)
    for public in (public for public in dir(theirs) if not public.startswith("_")):
        pair = [getattr(m, public) for m in (ours, theirs)]
        pair = [inspect.signature(x.__init__ if inspect.isclass(x) else x) for x in pair]
        found, wanted = ([(p.name, p.default) for p in s.parameters.values()] for s in pair)
        assert found == wanted, public
