"""Scopes of names, devices and shapes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import dovetail
from dovetail import layers


def test_a_device():
    with dovetail.device("cpu:0"):
        assert jnp.zeros(2).device == jax.devices("cpu")[0]
    with dovetail.device(jax.devices("cpu")[0]):
        assert jnp.zeros(2).device == jax.devices("cpu")[0]
    with pytest.raises(ValueError, match="unknown device 'cpu:99'; did you mean 'cpu:0'?"):
        dovetail.device("cpu:99")
    with pytest.raises(ValueError, match="a device is a text"):
        dovetail.device(3)


def test_in_a_symbolic_scope_nothing_is_kept():
    layer = layers.BatchNormalization()
    layer.build((None, 2))
    with dovetail.SymbolicScope():
        layer(np.ones((3, 2), "float32"), training=True)
        assert layer.moving_mean.value[0] != 0
    assert layer.moving_mean.value[0] == 0


def test_names_of_scopes():
    for name in ("a/b", "", 3):
        with pytest.raises(ValueError, match="is a non-empty text without '/'"):
            dovetail.name_scope(name)
    with pytest.raises(TypeError, match="no argument 'color'"):
        dovetail.name_scope("a", color=1)


def test_losses_and_updates_of_a_stateless_scope():
    variable = dovetail.Variable(1.0)
    with dovetail.StatelessScope() as scope:
        scope.add_loss(2.0)
        scope.add_update((variable, jnp.array(3.0)))
        assert variable.value == 3.0
    assert scope.losses == [2.0] and variable.value == 1.0
