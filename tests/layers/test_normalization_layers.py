import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail.engine.errors import ShapeError
from dovetail.layers import BatchNormalization, Input, LayerNormalization, Masking

X = np.random.default_rng(0).normal(2.0, 3.0, size=(64, 5, 3)).astype("float32")


def test_batch_normalization_in_training_and_after():
    layer = BatchNormalization(momentum=0.9)
    y = np.asarray(layer(X, training=True))
    assert_allclose(y.mean((0, 1)), 0.0, atol=1e-5)
    assert_allclose(y.std((0, 1)), 1.0, atol=1e-3)
    assert_allclose(layer.moving_mean.value, 0.1 * X.mean((0, 1)), rtol=1e-4)
    assert_allclose(layer.moving_variance.value, 0.9 + 0.1 * X.var((0, 1)), rtol=1e-4)
    before = layer.get_weights()
    layer(X)
    assert_array_equal(layer.moving_mean.value, before[2])


def test_a_frozen_batch_normalization_does_not_learn():
    layer = BatchNormalization()
    layer(X)
    layer.trainable = False
    assert_array_equal(layer(X, training=True), layer(X))
    assert_array_equal(layer.moving_mean.value, np.zeros(3))


def test_masked_steps_do_not_count():
    x = X.copy()
    x[:, 3:] = 0.0
    layer, plain = BatchNormalization(), BatchNormalization()
    layer(Masking()(x), training=True)
    plain(x[:, :3], training=True)
    assert_allclose(layer.moving_mean.value, plain.moving_mean.value, rtol=1e-4)
    with pytest.raises(ShapeError, match="needs a mask"):
        layer(x, training=True, mask=jnp.ones((64,), bool))


def test_one_masked_channel():
    layer = BatchNormalization()
    layer(X[..., :1], training=True, mask=jnp.ones((64, 5), bool))
    assert layer.moving_mean.shape == (1,)


def test_layer_normalization():
    y = np.asarray(LayerNormalization(epsilon=1e-6)(X))
    assert_allclose(y.mean(-1), 0.0, atol=1e-5)
    assert_allclose(y.std(-1), 1.0, atol=1e-2)
    assert LayerNormalization.from_config({"rms_scaling": False}).epsilon == 1e-3
    with pytest.raises(NotImplementedError, match="RMSNormalization"):
        LayerNormalization(rms_scaling=True)


@pytest.mark.parametrize("make", [BatchNormalization, LayerNormalization])
def test_shapes_that_do_not_work(make):
    with pytest.raises(ShapeError, match=r"axis -1, which is open in \(batch, 4, \?\)"):
        make()(Input((4, None)))
    with pytest.raises(ShapeError, match=r"has axis=3; its input \(batch, 4\) has 2 axes"):
        make(axis=3)(Input((4,)))
    layer = make(name="norm")
    layer(Input((4, 3)))
    with pytest.raises(ShapeError, match=r"'norm' was built for 3 on axis .*; it got \(batch, 4, 5\)"):
        layer(Input((4, 5)))


def test_renorm_settings():
    with pytest.raises(ValueError, match="has no 'rmaks'; did you mean 'rmax'"):
        BatchNormalization(renorm=True, renorm_clipping={"rmaks": 1})
    with pytest.raises(ValueError, match="rmin <= rmax"):
        BatchNormalization(renorm=True, renorm_clipping={"rmax": 1, "rmin": 2})
