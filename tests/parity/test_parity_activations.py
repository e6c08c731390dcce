"""Each activation against Keras's own: values, gradients, dtypes, signatures."""

import inspect

import jax
import jax.numpy as jnp
import keras
import pytest
from numpy.testing import assert_allclose

from dovetail import activations

X = jnp.array([[-120.0, -7, -3, -1, -0.5, -1e-4], [0.0, 0.2, 0.5, 1, 5.5, 100]])  # with the places of kinks

# every name of Keras has a row; sparsemax on one large value a row, where Keras is right (keras#23425)
ARGUMENTS = {
    "celu": [{}, {"alpha": 0.3}],
    "elu": [{}, {"alpha": 0.3}],
    "exponential": [{}],
    "gelu": [{}, {"approximate": True}],
    "glu": [{}, {"axis": 0}],
    "hard_shrink": [{}, {"threshold": 0.2}],
    "hard_sigmoid": [{}],
    "hard_silu": [{}],
    "hard_swish": [{}],
    "hard_tanh": [{}],
    "leaky_relu": [{}, {"negative_slope": 0.01}],
    "linear": [{}],
    "log_sigmoid": [{}],
    "log_softmax": [{}, {"axis": 0}],
    "mish": [{}],
    "relu": [
        {},
        {"negative_slope": 0.1},
        {"max_value": 1.0},
        {"threshold": 0.5},
        {"threshold": -1.0, "max_value": 6.0},
        {"negative_slope": 0.1, "threshold": -1.0},
        {"negative_slope": 0.2, "max_value": 0.5, "threshold": 0.4},
    ],
    "relu6": [{}],
    "selu": [{}],
    "sigmoid": [{}],
    "silu": [{}],
    "soft_shrink": [{}, {"threshold": 0.1}],
    "softmax": [{}, {"axis": 0}, {"axis": (0, 1)}],
    "softplus": [{}],
    "softsign": [{}],
    "sparse_plus": [{}],
    "sparse_sigmoid": [{}],
    "sparsemax": [{"axis": 0}],
    "squareplus": [{}, {"b": 1}],
    "swish": [{}],
    "tanh": [{}],
    "tanh_shrink": [{}],
    "threshold": [{"threshold": 0.1, "default_value": -2.0}],
}
ROWS = [(name, arguments) for name, variants in ARGUMENTS.items() for arguments in variants]


@pytest.mark.parametrize("name, arguments", ROWS, ids=str)
def test_values_and_gradients(name, arguments):
    functions = [getattr(module, name) for module in (keras.activations, activations)]

    def run(function, x):
        y = function(x, **arguments)
        return jnp.sum(jnp.sin(y.astype("float32"))), y

    for dtype, close in (("float32", 1e-5), ("bfloat16", 2e-2)):
        wanted, found = (jax.grad(run, 1, has_aux=True)(f, X.astype(dtype)) for f in functions)
        for a, b in zip(found, wanted, strict=True):
            assert a.dtype == b.dtype
            assert_allclose(a.astype("float32"), b.astype("float32"), rtol=close, atol=close / 10)


INTEGERS = ["hard_shrink", "leaky_relu", "relu", "relu6", "soft_shrink", "threshold"]


@pytest.mark.parametrize("name, arguments", [row for row in ROWS if row[0] in INTEGERS], ids=str)
def test_integers(name, arguments):
    found, wanted = (getattr(m, name)(X.astype("int32"), **arguments) for m in (activations, keras.activations))
    assert found.dtype == wanted.dtype
    assert_allclose(found, wanted, rtol=1e-5)


def test_names_and_signatures():
    names = {name for name in dir(keras.activations) if not name.startswith("_")}
    assert names == set(ARGUMENTS) | {"get", "serialize", "deserialize"}
    for name in names:
        ours, theirs = (inspect.signature(getattr(m, name)) for m in (activations, keras.activations))
        assert [(p.name, p.default) for p in ours.parameters.values()] == [
            (p.name, p.default) for p in theirs.parameters.values()
        ]
