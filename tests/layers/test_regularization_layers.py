import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail.engine.errors import ShapeError
from dovetail.layers import ActivityRegularization, Dropout


def test_dropout_keeps_the_mean_and_draws_anew():
    x = jnp.ones((50, 40))
    layer = Dropout(0.25, seed=1)
    first, second = layer(x, training=True), layer(x, training=True)
    assert set(np.unique(first)) == {0.0, np.float32(1 / 0.75)}
    assert abs(float(first.mean()) - 1.0) < 0.05
    assert np.any(first != second)
    assert_array_equal(Dropout(0.25, seed=1)(x, training=True), first)
    assert_array_equal(layer(x), x)
    assert int(layer.seed_generator.state.value[1]) == 2


def test_dropout_limits():
    x = jnp.ones((2, 3))
    assert Dropout(0).variables == []
    assert_array_equal(Dropout(0)(x, training=True), x)
    assert_array_equal(Dropout(1.0)(x, training=True), jnp.zeros((2, 3)))
    with pytest.raises(ValueError, match="`rate` must be a number from 0 to 1, not 2"):
        Dropout(2)


def test_noise_shape_drops_whole_features():
    y = np.asarray(Dropout(0.5, (None, 1, None), seed=0)(jnp.ones((4, 3, 5)), training=True))
    assert_array_equal(y[:, 0], y[:, 1])
    with pytest.raises(ShapeError) as error:
        Dropout(0.5, (None, 2), name="d")(jnp.ones((4, 3)), training=True)
    assert str(error.value) == "Dropout 'd': noise_shape=(batch, 2) does not broadcast to the inputs (batch, 3)"
    with pytest.raises(ValueError, match="`noise_shape` must be a tuple"):
        Dropout(0.5, "full")


def test_activity_regularization():
    layer = ActivityRegularization(l1=1.0, l2=0.5)
    layer(jnp.array([[1.0, -2.0]]))
    assert_allclose(layer.losses, [3.0 + 2.5])
