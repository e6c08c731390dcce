"""Helpers of utils beside Keras's."""

import inspect
import io

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import dovetail
from dovetail import layers, utils

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("namespace", ["utils", "utils.legacy", "preprocessing.image", "preprocessing.sequence"])
def test_signatures(namespace):
    ours, theirs = dovetail, keras
    for part in namespace.split("."):
        ours, theirs = getattr(ours, part), getattr(theirs, part)
    for name in (name for name in ours.__all__ if callable(getattr(ours, name))):
        member = getattr(theirs, name)
        assert list(inspect.signature(getattr(ours, name)).parameters) == list(inspect.signature(member).parameters), (
            name
        )


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images(channels):
    x = RNG.normal(size=(6, 9, channels)).astype("float32")
    ours, theirs = utils.array_to_img(x), keras.utils.array_to_img(x)
    assert ours.mode == theirs.mode
    assert_array_equal(np.asarray(ours), np.asarray(theirs))
    buffer = io.BytesIO()
    ours.save(buffer, "png")
    for arguments in (
        {"target_size": (4, 4)}, {"target_size": (8, 3), "interpolation": "lanczos", "keep_aspect_ratio": True},
        {"color_mode": "grayscale"}, {"color_mode": "rgba"},
    ):  # fmt: skip
        found = [utils.img_to_array(module.load_img(buffer, **arguments)) for module in (utils, keras.utils)]
        assert_array_equal(*found)


@pytest.mark.parametrize("size", [(3, 3), (5, 2), (12, 20)])
def test_smart_resize(size):
    x = RNG.normal(size=(2, 6, 9, 3)).astype("float32")
    assert_allclose(
        dovetail.preprocessing.image.smart_resize(x, size), keras.preprocessing.image.smart_resize(x, size), atol=1e-5
    )


def test_source_inputs():
    a, b = layers.Input((3,)), layers.Input((3,))
    joined = layers.Add()([layers.Dense(3)(a), b, a])
    assert [id(t) for t in utils.get_source_inputs(joined)] == [id(a), id(b)]
    assert utils.is_keras_tensor(joined) and not utils.is_keras_tensor(3)
