import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dovetail.engine.errors import ShapeError
from dovetail.layers import (
    Activation,
    Flatten,
    Input,
    Permute,
    RepeatVector,
    Reshape,
    UpSampling2D,
    ZeroPadding2D,
)

X = np.arange(24.0, dtype="float32").reshape(2, 3, 4)


def test_reshape_explains_at_the_line_that_draws_the_graph():
    x = Activation("linear", name="before")(Input((5, 5)))
    with pytest.raises(ShapeError) as error:
        Reshape((5, 1), name="reshape")(x)
    assert str(error.value) == (
        "Reshape 'reshape' cannot turn (batch, 5, 5), the output of 'before', into (batch, 5, 1): "
        "25 values per sample against 5.\n"
        "Dense(1) over the last axis gives (batch, 5, 1).\n"
        "Reshape((25, 1)) keeps every value.\n"
        "Reshape((5, 5, 1)) adds an axis of size 1.\n"
        "Flatten() gives (batch, 25)."
    )


def test_reshape_of_arrays_explains_too():
    with pytest.raises(ShapeError) as error:
        Reshape((-1, 5), name="r")(X)
    assert str(error.value) == (
        "Reshape 'r' cannot turn (batch, 3, 4) into (batch, -1, 5): "
        "12 values per sample not a multiple of 5.\n"
        "Flatten() gives (batch, 12)."
    )


@pytest.mark.parametrize(
    "shape, target, result",
    [
        ((3, 4), (2, -1), (None, 2, 6)),
        ((3, 4), (None, 2), (None, 6, 2)),
        ((None, 4), (-1, 2), (None, None, 2)),
        ((None, 4), (8,), (None, 8)),
        ((), (1, 1), (None, 1, 1)),
        ((1,), (), (None,)),
    ],
)
def test_reshape_of_open_shapes(shape, target, result):
    assert Reshape(target)(Input(shape)).shape == result


def test_reshape_keeps_integers_and_names_bad_targets():
    assert Reshape((4,))(Input((2, 2), dtype="int32")).dtype == "int32"
    assert Reshape((4,), dtype="mixed_bfloat16")(Input((2, 2))).dtype == "bfloat16"
    for target in ((-1, -1), (2, -2)):
        with pytest.raises(ValueError, match="at most one -1"):
            Reshape(target)


def test_flatten():
    assert_array_equal(Flatten()(X), X.reshape(2, 12))
    assert_array_equal(Flatten("channels_first")(X), X.transpose(0, 2, 1).reshape(2, 12))
    assert Flatten()(Input((None, 4))).shape == (None, None)
    assert Flatten()(np.zeros((2, 0, 3), "float32")).shape == (2, 0)


def test_permute_and_repeat():
    assert_array_equal(Permute((2, 1))(X), X.transpose(0, 2, 1))
    assert_array_equal(RepeatVector(2)(X[:, 0]), np.stack([X[:, 0]] * 2, 1))
    for dims in ((3, 1), (1, 1), "ab"):
        with pytest.raises(ValueError, match="`dims` must have each of 1 to 2 once"):
            Permute(dims)
    with pytest.raises(ShapeError) as error:
        Permute((1, 2, 3), name="p")(Input((4, 5)))
    assert str(error.value) == "Permute 'p' orders 3 axes after the batch, by dims=(1, 2, 3); it got (batch, 4, 5)"


def test_images_need_their_channels():
    with pytest.raises(ShapeError) as error:
        UpSampling2D(name="up")(Input((28, 28)))
    assert str(error.value) == (
        "UpSampling2D 'up' needs inputs (batch, height, width, channels), 4 axes; "
        "it got (batch, 28, 28), 3 axes. Add the missing axis, e.g. with Reshape((28, 28, 1))."
    )


def test_padding_and_upsampling():
    image = np.arange(4.0, dtype="float32").reshape(1, 2, 2, 1)
    assert_array_equal(ZeroPadding2D(((0, 1), 0))(image)[0, :, :, 0], [[0, 1], [2, 3], [0, 0]])
    assert_array_equal(UpSampling2D((1, 2))(image)[0, :, :, 0], [[0, 0, 1, 1], [2, 2, 3, 3]])
    with pytest.raises(ValueError, match="did you mean 'bilinear'"):
        UpSampling2D(interpolation="bilinar")
    with pytest.raises(ValueError, match="has two entries"):
        ZeroPadding2D((1, 2, 3))
    with pytest.raises(ValueError, match="at least 0"):
        ZeroPadding2D(-1)
