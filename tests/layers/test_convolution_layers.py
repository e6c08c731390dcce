import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.engine.errors import ShapeError
from dovetail.layers import Conv1D, Conv2D, Input

IMAGE = np.random.default_rng(0).normal(size=(2, 5, 6, 4)).astype("float32")


def test_a_window_of_one_is_a_dense_layer():
    layer = Conv2D(3, 1)
    assert_allclose(layer(IMAGE), IMAGE @ layer.kernel.numpy()[0, 0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("arguments", [{}, {"groups": 2, "padding": "same"}, {"strides": 2}])
def test_channels_first_is_channels_last_transposed(arguments):
    last = Conv2D(4, 3, **arguments)
    first = Conv2D(4, 3, data_format="channels_first", **arguments)
    expected = last(IMAGE)
    images = IMAGE.transpose(0, 3, 1, 2)
    first(images)
    first.set_weights(last.get_weights())
    assert_allclose(first(images), np.asarray(expected).transpose(0, 3, 1, 2), rtol=1e-5, atol=1e-6)


def test_causal_outputs_see_no_later_steps():
    layer = Conv1D(2, 3, padding="causal", dilation_rate=2)
    steps = IMAGE[0]
    before = np.asarray(layer(steps))
    changed = steps.copy()
    changed[:, 4:] += 1.0
    after = np.asarray(layer(changed))
    assert before.shape == (5, 6, 2)
    assert_allclose(after[:, :4], before[:, :4])
    assert np.any(after[:, 4:] != before[:, 4:])


def test_open_sizes():
    assert Conv2D(3, 3)(Input((None, None, 2))).shape == (None, None, None, 3)
    assert Conv2D(3, 3, padding="same", strides=2)(Input((9, None, 2))).shape == (None, 5, None, 3)


@pytest.mark.parametrize(
    "make, shape, message",
    [
        (
            lambda: Conv2D(2, 3, name="c"), (28, 28),
            "Conv2D 'c' needs inputs (batch, height, width, channels), 4 axes; "
            "it got (batch, 28, 28), 3. A single channel needs its axis too: Reshape((28, 28, 1)).",
        ),
        (
            lambda: Conv2D(2, 3, name="c"), (8, 8, None),
            "Conv2D 'c' needs a known number of channels, "
            "axis 3 of (batch, 8, 8, ?) (channels_last)",
        ),
        (
            lambda: Conv2D(4, 3, groups=2, name="c"), (8, 8, 3),
            "Conv2D 'c': 2 groups do not divide the 3 channels of (batch, 8, 8, 3)",
        ),
        (
            lambda: Conv1D(4, 3, dilation_rate=2, name="c"), (4, 3),
            "Conv1D 'c': a window of (5,) does not fit into (batch, 4, 3) (channels_last). "
            "Use padding='same', or a smaller window.",
        ),
    ],
)  # fmt: skip
def test_inputs_that_do_not_fit(make, shape, message):
    with pytest.raises(ShapeError) as error:
        make()(Input(shape))
    assert str(error.value) == message


def test_other_channels_than_built_for():
    layer = Conv2D(2, 3, name="c")
    layer(IMAGE)
    with pytest.raises(ShapeError) as error:
        layer(Input((5, 6, 3)))
    assert str(error.value) == "Conv2D 'c' was built for 4 channels; it got (batch, 5, 6, 3) (channels_last)"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": 3, "groups": 2}, "2 groups do not divide 3 filters"),
        ({"strides": 2, "dilation_rate": 2}, "only one of them may be above 1"),
        ({"padding": "causal"}, "unknown padding 'causal'"),
        ({"padding": "vallid"}, "did you mean 'valid'"),
        ({"kernel_size": (3, 3, 3)}, "`kernel_size` needs 2 integers, or one for all; got"),
        ({"strides": 0}, "`strides` must be a positive integer, not 0"),
    ],
)
def test_arguments_that_do_not_work(arguments, message):
    with pytest.raises(ValueError, match=message):
        Conv2D(**{"filters": 2, "kernel_size": 3} | arguments)
