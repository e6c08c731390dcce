"""Categories and bins: boundaries from data, drawn before they are known; what is refused."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import dovetail
from dovetail import layers

X = np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]])


def test_boundaries_from_data():
    layer = layers.Discretization(num_bins=4, epsilon=0.01)
    layer.adapt(X)
    assert_array_equal(layer(X), [[0, 2, 3, 2], [1, 3, 3, 1]])  # as the manual of Keras 3 has it
    again = layers.Discretization.from_config(layer.get_config())
    assert_array_equal(again(X), layer(X))
    layer.adapt(iter([X * 10, X]), steps=1)
    assert_array_equal(layer(X * 10), [[0, 2, 3, 2], [1, 3, 3, 1]])


def test_a_model_drawn_before_its_data_are_seen():
    layer = layers.Discretization(num_bins=3, output_mode="one_hot")
    model = dovetail.Sequential([dovetail.Input((4,)), layer])
    assert model.output_shape == (None, 4, 3)
    with pytest.raises(ValueError, match="has no boundaries yet: call `adapt`"):
        layer(X)
    layer.adapt(X)
    first = model(X)
    layer.adapt(X + 1)
    assert not np.array_equal(model(X), first)
    assert_array_equal(model(X + 1), first)


def test_lists_of_integers():
    assert_array_equal(layers.CategoryEncoding(3)([[0, 2], [1, 1]]), [[1, 0, 1], [0, 1, 0]])


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda: layers.CategoryEncoding(), "needs `num_tokens`"),
        (lambda: layers.CategoryEncoding(0), "`num_tokens` must be a positive integer"),
        (lambda: layers.CategoryEncoding(3, output_mode="multihot"), "'multihot'.*did you mean 'multi_hot'"),
        (lambda: layers.CategoryEncoding(3)(np.ones((2, 2)), count_weights=np.ones((2, 2))), "go with output_mode"),
        (lambda: layers.Discretization(), "takes either `bin_boundaries`, or `num_bins`"),
        (lambda: layers.Discretization([1.0], num_bins=2), "takes either `bin_boundaries`, or `num_bins`"),
        (lambda: layers.Discretization([2.0, 1.0]), "must rise"),
        (lambda: layers.Discretization([1.0]).adapt(X), "was given its boundaries"),
        (lambda: layers.Discretization(num_bins=2).adapt([]), "the data are empty"),
        (lambda: layers.STFTSpectrogram(frame_length=8, frame_step=9), "`frame_step` is from 1 to `frame_length`, 8"),
        (lambda: layers.STFTSpectrogram(window="hammin"), "'hammin'.*did you mean 'hamming'"),
        (lambda: layers.STFTSpectrogram(frame_length=8)(np.ones((1, 4, 1))), "does not fit"),
        (lambda: layers.MelSpectrogram(8, sequence_length=9), "`fft_length` is at least `sequence_length`, 9"),
    ],
)
def test_misuse(misuse, message):
    with pytest.raises(ValueError, match=message):
        misuse()


def test_sparse_arrays_are_refused():
    with pytest.raises(NotImplementedError, match="sparse arrays are not there"):
        layers.CategoryEncoding(3, sparse=True)


def test_a_pipeline_hands_masks_and_training_on():
    pipeline = layers.Pipeline([layers.Masking(), layers.Dropout(0.5, seed=1)])
    x = np.array([[[1.0, 2.0], [0.0, 0.0]]], "float32")
    model = dovetail.Sequential([dovetail.Input((2, 2)), pipeline, layers.GlobalAveragePooling1D()])
    assert_array_equal(model(x, training=False), [[1.0, 2.0]])
    assert not np.array_equal(pipeline(np.ones((1, 9, 9), "float32")), np.ones((1, 9, 9)))
    with pytest.raises(TypeError, match="takes a list of layers; 3 is none"):
        layers.Pipeline([3])
