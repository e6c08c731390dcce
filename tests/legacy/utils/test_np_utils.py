import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail.legacy.utils import conv_utils, np_utils


def test_scores_of_keras_1():
    old = np_utils.KERAS1
    p, y = np.array([0.9, 0.2, 1.0]), np.array([1, 0, 1])
    assert_allclose(old["binary_logloss"](p, y), -(np.log(0.9) + np.log(0.8)) / 3, rtol=1e-6)
    assert_allclose(old["multiclass_logloss"](np.array([[0.25, 0.75], [0.5, 0.5]]), [1, 2]), -np.log(0.25 * 0.5) / 2)
    assert old["accuracy"]([1, 2, 3], [1, 2, 4]) == 2 / 3
    assert_array_equal(old["probas_to_classes"](np.array([[0.1, 0.9], [0.8, 0.2]])), [1, 0])
    assert_array_equal(old["probas_to_classes"](np.array([[0.1], [0.8]])), [0, 1])


def test_labels_in_the_dtypes_of_their_time():
    assert np_utils.to_categorical([[0], [1]]).dtype == np.float32
    assert np_utils.to_categorical([0, 1], nb_classes=3).shape == (2, 3)
    assert np_utils.KERAS1["to_categorical"](np.zeros((2, 3, 1), int), 4).shape == (6, 4)


def test_kernels_are_turned_on_their_spatial_axes():
    kernel = np.arange(24).reshape(2, 3, 2, 2)
    assert_array_equal(conv_utils.convert_kernel(kernel), kernel[::-1, ::-1])
    assert_array_equal(np_utils.convert_kernel_keras1(kernel, "tf"), kernel[::-1, ::-1])
    assert_array_equal(np_utils.convert_kernel_keras1(kernel, "th"), kernel[:, :, ::-1, ::-1])
    with pytest.raises(ValueError, match="4 or 5 axes"):
        np_utils.convert_kernel_keras1(kernel[0])


@pytest.mark.parametrize(
    ("padding", "output", "back"), [("valid", 4, 9), ("same", 5, 9), ("full", 6, 9), ("causal", 5, None)]
)
def test_lengths_of_convolutions(padding, output, back):
    assert conv_utils.conv_output_length(10, 3, padding, 2) == output
    if back:
        assert conv_utils.conv_input_length(output, 3, padding, 2) == back
        assert conv_utils.deconv_length(5, 2, 3, padding, None) == {"valid": 11, "same": 10, "full": 7}[padding]
        assert conv_utils.deconv_length(5, 2, 3, padding, 1) == {"valid": 12, "same": 10, "full": 8}[padding]
    assert conv_utils.conv_output_length(None, 3, padding, 2) is None


def test_arguments_are_normalized():
    assert conv_utils.normalize_tuple(3, 2, "strides") == (3, 3) and conv_utils.normalize_tuple([1, 2], 2, "s") == (
        1,
        2,
    )
    for bad in ((1, 2, 3), "ab", (1.5, 2)):
        with pytest.raises(ValueError, match="`strides` argument must be a tuple of 2 integers"):
            conv_utils.normalize_tuple(bad, 2, "strides")
    assert conv_utils.normalize_padding("SAME") == "same"
    with pytest.raises(ValueError, match="unknown padding"):
        conv_utils.normalize_padding("sane")
