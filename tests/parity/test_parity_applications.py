"""Networks with the same weights predict the same; their files are read by either.

Slow in Keras, so only small ones; every family was compared once in this way when it was written.
"""

import keras as theirs
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as ours


@pytest.fixture
def no_drawing(monkeypatch):
    """Keras compiles a program for each shape that it draws: here weights are set anyway."""
    for name in ("GlorotUniform", "VarianceScaling"):
        monkeypatch.setattr(
            getattr(theirs.initializers, name), "__call__", lambda self, shape, dtype=None: np.zeros(shape, "float32")
        )


def weights(model, seed=0):
    """Values of a size that keeps signals alive; variances are positive."""
    draw = np.random.default_rng(seed)
    for weight in model.weights:
        if len(weight.shape) > 1:
            yield draw.normal(0, np.sqrt(1.5 / np.prod(weight.shape[:-1])), weight.shape)
        elif weight.name in ("gamma", "moving_variance"):
            yield draw.uniform(0.8, 1.2, weight.shape)
        else:
            yield draw.uniform(-0.1, 0.1, weight.shape)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("MobileNetV2", {"alpha": 0.35, "input_shape": (33, 32, 3), "classes": 10}),
        ("MobileNetV3Small", {"alpha": 0.25, "input_shape": (32, 32, 3), "classes": 10}),
    ],
)
def test_predictions(no_drawing, name, arguments):
    model, expected = (getattr(k.applications, name)(weights=None, **arguments) for k in (ours, theirs))
    values = list(weights(expected))
    expected.set_weights(values)
    model.set_weights(values)
    images = np.random.default_rng(1).uniform(0, 255, (2, *arguments["input_shape"])).astype("float32")
    images = ours.applications.imagenet_utils.preprocess_input(images, mode="tf") if "V2" in name else images
    assert_allclose(model.predict(images, verbose=0), expected.predict(images, verbose=0), rtol=1e-4, atol=1e-6)


def test_layers_of_networks_go_through_files_of_either(tmp_path):
    """Those that are not among Keras's public layers, of a model as small as can be."""

    def model(k, scale, depth, custom):
        x = k.Input((4, 3))
        y = scale(0.5, 3)(k.layers.Dense(3)(x))
        return k.Model(x, custom(0.3)([x, depth(0.25)(y)]))

    from keras.src.applications import convnext, inception_resnet_v2

    mine = model(ours, ours.applications.convnext.LayerScale, ours.applications.convnext.StochasticDepth,
                 ours.applications.inception_resnet_v2.CustomScaleLayer)  # fmt: skip
    other = model(theirs, convnext.LayerScale, convnext.StochasticDepth, inception_resnet_v2.CustomScaleLayer)
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    other.save(tmp_path / "theirs.keras")
    assert_allclose(ours.saving.load_model(tmp_path / "theirs.keras").predict(x), other(x), rtol=1e-5)
    mine.save(tmp_path / "ours.keras")
    assert_allclose(theirs.saving.load_model(tmp_path / "ours.keras")(x), mine(x), rtol=1e-5)
    other.save(tmp_path / "whole.h5")
    mine.load_weights(tmp_path / "whole.h5")
    assert_allclose(mine(x), other(x), rtol=1e-5)
