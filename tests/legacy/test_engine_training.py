"""Helper functions of `keras.engine.training`."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail.legacy import installed


def test_helpers_under_the_names_of_both_releases():
    with installed(1):
        from keras.engine.training import Model, batch_shuffle, make_batches, slice_X
    with installed("2.3.1"):
        from keras.engine import training_utils as utils
        from keras.models import Model as Same

        assert isinstance(Model, type) and isinstance(Same, type)
    assert make_batches(7, 3) == [(0, 3), (3, 6), (6, 7)]
    shuffled = batch_shuffle(np.arange(7), 2)
    assert sorted(shuffled) == list(range(7)) and shuffled[-1] == 6
    assert all(second == first + 1 for first, second in shuffled[:6].reshape(3, 2))
    x = np.arange(6).reshape(3, 2)
    assert_array_equal(slice_X([x, x], 1, 3)[1], x[1:])
    assert_array_equal(slice_X(x, [2, 0]), x[[2, 0]])
    assert utils.standardize_input_data({"b": x, "a": np.arange(3)}, ["a", "b"])[0].shape == (3, 1)
    assert utils.standardize_class_weights({0: 2.0}, ["out"]) == [{0: 2.0}]
    assert_array_equal(utils.standardize_weights(np.eye(2), class_weight={0: 1.0, 1: 3.0}), [1, 3])
    assert utils.should_run_validation(2, 1) and not utils.should_run_validation([1, 3], 1)
    loss = utils.weighted_masked_objective(lambda y_true, y_pred: np.abs(y_true - y_pred))
    assert_allclose(loss(np.zeros(2), np.array([1.0, 3.0]), np.array([0.0, 2.0])), 6.0)


def test_what_does_not_fit():
    with installed("2.3.1"):
        from keras.engine import training_utils as utils

    with pytest.raises(ValueError, match="inputs have \\[3\\], targets have \\[2\\]"):
        utils.check_array_length_consistency([np.ones(3)], [np.ones(2)])
    with pytest.raises(ValueError, match="'x' has the shape"):
        utils.standardize_input_data(np.ones((2, 3)), ["x"], [(None, 4)])
    with pytest.raises(ValueError, match="lacks the classes \\[1\\]"):
        utils.standardize_weights(np.array([0, 1]), class_weight={0: 1.0})
    with pytest.raises(ValueError, match="categorical_crossentropy got targets of shape"):
        utils.check_loss_and_target_compatibility(
            [np.ones((4, 1))], [utils.get_loss_function("categorical_crossentropy")], [(None, 3)]
        )
