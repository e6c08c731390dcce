import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import activations
from dovetail.engine.errors import NameLookupError
from dovetail.layers import Input

X = jnp.array([-3.0, -0.25, 0.0, 0.25, 3.0])

# name, arguments, the values at X worked out by hand or with NumPy
ROWS = [
    ("celu", {"alpha": 2.0}, [2 * np.expm1(-1.5), 2 * np.expm1(-0.125), 0, 0.25, 3]),
    ("elu", {"alpha": 2.0}, [2 * np.expm1(-3), 2 * np.expm1(-0.25), 0, 0.25, 3]),
    ("exponential", {}, np.exp(X)),
    ("gelu", {}, [-0.0040497, -0.1003236, 0, 0.1496764, 2.9959503]),
    ("gelu", {"approximate": True}, [-0.0036374, -0.1003235, 0, 0.1496765, 2.9963627]),
    ("hard_shrink", {"threshold": 0.25}, [-3, 0, 0, 0, 3]),
    ("hard_sigmoid", {}, [0, 2.75 / 6, 0.5, 3.25 / 6, 1]),
    ("hard_silu", {}, [0, -0.25 * 2.75 / 6, 0, 0.25 * 3.25 / 6, 3]),
    ("hard_tanh", {}, [-1, -0.25, 0, 0.25, 1]),
    ("leaky_relu", {}, [-0.6, -0.05, 0, 0.25, 3]),
    ("linear", {}, X),
    ("log_sigmoid", {}, -np.log1p(np.exp(-X))),
    ("log_softmax", {}, X - np.log(np.exp(X).sum())),
    ("mish", {}, X * np.tanh(np.log1p(np.exp(X)))),
    ("relu", {}, [0, 0, 0, 0.25, 3]),
    ("relu", {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.25}, [-0.325, -0.05, -0.025, 0, 2]),
    ("relu", {"max_value": 2.0, "threshold": -1.0}, [0, 0, 0, 0.25, 2]),
    ("relu6", {}, [0, 0, 0, 0.25, 3]),
    ("selu", {}, [-1.6705687, -0.3888964, 0, 0.2626752, 3.1521029]),
    ("sigmoid", {}, 1 / (1 + np.exp(-X))),
    ("silu", {}, X / (1 + np.exp(-X))),
    ("soft_shrink", {"threshold": 0.25}, [-2.75, 0, 0, 0, 2.75]),
    ("softmax", {}, np.exp(X) / np.exp(X).sum()),
    ("softplus", {}, np.log1p(np.exp(X))),
    ("softsign", {}, [-0.75, -0.2, 0, 0.2, 0.75]),
    ("sparse_plus", {}, [0, 0.140625, 0.25, 0.390625, 3]),
    ("sparse_sigmoid", {}, [0, 0.375, 0.5, 0.625, 1]),
    ("sparsemax", {}, [0, 0, 0, 0, 1]),
    ("squareplus", {"b": 0}, [0, 0, 0, 0.25, 3]),
    ("tanh", {}, np.tanh(X)),
    ("tanh_shrink", {}, X - np.tanh(X)),
    ("threshold", {"threshold": 0.0, "default_value": 7.0}, [7, 7, 7, 0.25, 3]),
]
ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}


@pytest.mark.parametrize("name, arguments, values", ROWS, ids=[row[0] for row in ROWS])
def test_values(name, arguments, values):
    function = getattr(activations, name)
    assert_allclose(function(X, **arguments), values, rtol=2e-5, atol=1e-6)
    assert_allclose(jax.jit(lambda x: function(x, **arguments))(X), values, rtol=2e-5, atol=1e-6)
    assert function(X.astype("bfloat16"), **arguments).dtype == "bfloat16"
    assert activations.get(name) is activations.get(activations.serialize(function)) is function


def test_glu_is_half_gated_by_half():
    assert_allclose(activations.glu(X[:4]), X[:2] * jax.nn.sigmoid(X[2:4]), rtol=1e-6)


def test_every_name_has_a_row():
    named = {name for name, member in vars(activations).items() if getattr(member, "config_name", None)}
    assert named == {row[0] for row in ROWS} | {"glu"} | set(ALIASES)
    assert set(activations._family.members) == named
    assert all(getattr(activations, alias) is getattr(activations, name) for alias, name in ALIASES.items())


def test_relu_has_gradient_0_at_0():
    assert jax.grad(activations.relu)(0.0) == 0
    assert jax.grad(lambda x: activations.relu(x, max_value=1.0))(0.0) == 0


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_sparsemax_is_the_projection_onto_the_simplex(axis):
    x = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    p = activations.sparsemax(x, axis)
    assert_allclose(p.sum(axis), 1, rtol=1e-6)
    assert (p >= 0).all()
    level = np.where(p > 0, x - p, np.nan)  # the same for all that are not 0, and the others lie below
    lowest, highest = np.nanmin(level, axis, keepdims=True), np.nanmax(level, axis, keepdims=True)
    assert_allclose(lowest, highest, atol=1e-6)
    assert (np.where(p > 0, -np.inf, x) <= highest + 1e-6).all()


def test_symbolic_tensors():
    assert activations.softmax(Input((3,))).shape == (None, 3)


def test_get():
    def own(x):
        return x

    assert activations.get(None) is activations.deserialize(None) is activations.linear
    assert activations.get(own) is own
    assert activations.deserialize("own", {"own": own}) is own
    assert activations.get({"class_name": "function", "config": "relu"}) is activations.relu
    with pytest.raises(NameLookupError) as error:
        activations.get("rellu")
    assert str(error.value) == "unknown activation 'rellu'; did you mean 'relu'?"
    with pytest.raises(TypeError, match="cannot interpret 3 as a activation"):
        activations.get(3)
