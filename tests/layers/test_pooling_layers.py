import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail import layers
from dovetail.engine.errors import ShapeError
from dovetail.engine.masks import get_mask
from dovetail.layers import (
    AveragePooling2D,
    GlobalAveragePooling1D,
    GlobalMaxPooling2D,
    Input,
    Masking,
    MaxPooling1D,
    MaxPooling2D,
)

IMAGE = np.arange(16.0, dtype="float32").reshape(1, 4, 4, 1)


def test_windows():
    assert_array_equal(MaxPooling2D()(IMAGE)[0, :, :, 0], [[5, 7], [13, 15]])
    assert_array_equal(AveragePooling2D(2)(IMAGE)[0, :, :, 0], [[2.5, 4.5], [10.5, 12.5]])
    # what padding added counts for nothing
    assert_array_equal(AveragePooling2D(3, 3, "same")(jnp.ones((1, 4, 4, 1))), jnp.ones((1, 2, 2, 1)))
    assert_array_equal(MaxPooling1D(2)(-IMAGE[:, :, :, 0]), -IMAGE[:, ::2, :, 0])


def test_global_pooling_of_masked_steps():
    x = jnp.array([[[1.0], [3.0], [0.0]]])
    y = GlobalAveragePooling1D()(Masking()(x))
    assert_allclose(y, [[2.0]])
    assert get_mask(y) is None


def test_open_sizes():
    assert MaxPooling2D(2, padding="same")(Input((None, 5, 3))).shape == (None, None, 3, 3)
    assert GlobalMaxPooling2D(keepdims=True)(Input((None, None, 3))).shape == (None, 1, 1, 3)


def test_inputs_that_do_not_fit():
    with pytest.raises(ShapeError) as error:
        MaxPooling2D(3, name="pool")(Input((2, 5, 1)))
    assert str(error.value) == (
        "MaxPooling2D 'pool': a window of (3, 3) does not fit into "
        "(batch, 2, 5, 1) (channels_last). Use padding='same', or a smaller window."
    )
    with pytest.raises(ShapeError, match=r"needs inputs \(batch, channels, steps\), 3 axes"):
        GlobalAveragePooling1D("channels_first")(Input((3,)))


def test_other_names():
    assert layers.MaxPool2D is MaxPooling2D
    assert layers.GlobalAvgPool1D is GlobalAveragePooling1D
