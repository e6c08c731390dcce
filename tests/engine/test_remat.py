"""Rematerialization: the same numbers and states, computed again in the backward pass."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import dovetail
from dovetail import RematScope, layers, remat

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def model(mode, **arguments):
    dovetail.utils.clear_session()
    dovetail.utils.set_random_seed(1)
    with RematScope(mode, **arguments):
        x = dovetail.Input((3,))
        y = layers.BatchNormalization(name="norm")(layers.Dense(5, activation="tanh", name="first")(x))
        y = layers.Dropout(0.5, seed=3)(y)
        y = layers.Dense(1, activity_regularizer="l2", name="last")(y)
        return dovetail.Model(x, y)


def step(made):
    """Loss, gradients, new state, and the program of one training step."""

    def loss(trainable, others):
        outputs, new, losses = made.stateless_call(trainable, others, X, training=True, return_losses=True)
        return jnp.sum(outputs**2) + sum(losses), new

    values = [v.value for v in made.trainable_variables], [v.value for v in made.non_trainable_variables]
    function = jax.value_and_grad(loss, has_aux=True)
    return jax.tree.leaves(jax.jit(function)(*values)), str(jax.make_jaxpr(function)(*values))


def test_scopes_change_what_is_kept_and_nothing_else():
    wanted, program = step(model(None))
    assert "remat" not in program
    counts = {}
    for mode, arguments in {
        "full": {},
        "activations": {},
        "larger_than": {"output_size_threshold": 4},
        "list_of_layers": {"layer_names": ["first", "norm"]},
    }.items():
        found, program = step(model(mode, **arguments))
        for a, b in zip(found, wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
        counts[mode] = program.count("remat")
    assert counts == {"full": 4, "activations": 2, "larger_than": 3, "list_of_layers": 2}


def test_scopes_nest():
    with RematScope("full"):
        with RematScope(None):
            inner = layers.Dense(1)
        outer = layers.Dense(1)
    after = layers.Dense(1)
    assert (inner._remat_mode, outer._remat_mode.mode, after._remat_mode) == (None, "full", None)
    with pytest.raises(ValueError, match="unknown rematerialization mode 'ful'; did you mean 'full'?"):
        RematScope("ful")


def test_functions_and_layers():
    weight = dovetail.Variable(2.0, name="weight")
    calls = dovetail.Variable(0.0, trainable=False, name="calls")

    @remat
    def scaled(x):
        calls.assign_add(1.0)
        return jnp.sin(x * weight.value)

    def loss(value):
        with dovetail.StatelessScope([(weight, value)]) as scope:
            return scaled(3.0), scope.get_current_value(calls)

    (value, count), gradient = jax.value_and_grad(loss, has_aux=True)(2.0)
    np.testing.assert_allclose([value, count, gradient], [np.sin(6.0), 1.0, 3 * np.cos(6.0)], rtol=1e-5)
    assert "remat" in str(jax.make_jaxpr(jax.grad(lambda x: loss(x)[0]))(2.0))

    x = dovetail.Input((3,))
    dense = remat(layers.Dense(2))
    made = dovetail.Model(x, remat(jnp.tanh)(dense(x)))
    assert len(made.weights) == 2
    np.testing.assert_allclose(made(X), np.tanh(X @ dense.kernel.numpy()), rtol=1e-5, atol=1e-6)
