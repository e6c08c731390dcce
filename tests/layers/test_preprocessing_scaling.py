import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import config, layers

X = np.random.default_rng(0).normal(50, 3, (10, 4, 3)).astype("float32")


@pytest.mark.parametrize(
    "data",
    [lambda: X, lambda: [X[:3], X[3:]], lambda: ((x, None) for x in (X[:1], X[1:8], X[8:])), lambda: list(X[:, None])],
    ids=["array", "list", "generator of pairs", "many"],
)
def test_normalization_takes_the_moments_of_all_data(data):
    layer = layers.Normalization()
    layer.adapt(data())
    assert_allclose(layer.mean, X.mean((0, 1))[None, None], rtol=1e-6)
    assert_allclose(layer.variance, X.var((0, 1))[None, None], rtol=1e-5)
    y = np.asarray(layer(X))
    assert_allclose(y.mean((0, 1)), 0, atol=1e-5)
    assert_allclose(y.std((0, 1)), 1, rtol=1e-5)
    back = layers.Normalization(invert=True)
    back.adapt(data())
    assert_allclose(back(y), X, rtol=1e-6)


def test_normalization_adapts_anew_and_is_exact_far_from_zero():
    layer = layers.Normalization(axis=None)
    layer.adapt(X)
    layer.adapt([X[:5] + 1e4, X[5:] + 1e4])
    assert_allclose(layer.mean, np.full((1, 1, 1), X.mean(dtype="float64") + 1e4), rtol=1e-6)
    assert_allclose(layer.variance, np.full((1, 1, 1), (X + np.float32(1e4)).var(dtype="float64")), rtol=1e-6)


def test_what_normalization_cannot_take():
    with pytest.raises(ValueError, match="give both `mean` and `variance`"):
        layers.Normalization(mean=1.0)
    with pytest.raises(ValueError, match="must be equal"):
        layers.Normalization(mean=[1.0], variance=[1.0, 2.0])
    with pytest.raises(ValueError, match="leaves it at most 1 axes"):
        layers.Normalization(mean=[[1.0]], variance=[[1.0]])
    with pytest.raises(ValueError, match="open in"):
        layers.Normalization()(layers.Input((None,)))
    with pytest.raises(ValueError, match="was given its mean and variance"):
        layers.Normalization(mean=1.0, variance=1.0).adapt(X)
    with pytest.raises(ValueError, match="the data are empty"):
        layers.Normalization().adapt(X[:0])
    with pytest.raises(TypeError, match="not int"):
        layers.Normalization().adapt(3)
    layer = layers.Normalization()
    layer.adapt(X)
    with pytest.raises(ValueError, match=r"the data have the shape \(10, 4, 2\)"):
        layer.adapt(X[..., :2])
    with pytest.raises(ValueError, match="has moments for"):
        layer(X[..., :2])


def test_rescaling_of_channels_first():
    before = config.image_data_format()
    config.set_image_data_format("channels_first")
    try:
        y = layers.Rescaling([1.0, 2.0], [3.0, 4.0])(np.ones((1, 2, 3, 3), "uint8"))
    finally:
        config.set_image_data_format(before)
    assert y.dtype == "float32"
    assert_allclose(y, np.broadcast_to(np.array([4.0, 6.0])[:, None, None], (1, 2, 3, 3)))
