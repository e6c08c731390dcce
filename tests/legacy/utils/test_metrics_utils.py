import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail import Variable, ops
from dovetail.legacy.utils import losses_utils, metrics_utils
from dovetail.legacy.utils.metrics_utils import ConfusionMatrix

Y_TRUE = np.array([[1.0], [0.0], [1.0], [0.0]])
Y_PRED = np.array([[0.9], [0.6], [0.2], [0.1]])


def test_counts_at_thresholds():
    variables = {count: Variable(np.zeros(2, "float32")) for count in ConfusionMatrix}
    metrics_utils.update_confusion_matrix_variables(variables, Y_TRUE, Y_PRED, [0.5, 0.15], sample_weight=[1, 2, 3, 4])
    found = [np.asarray(variables[count].value).tolist() for count in ConfusionMatrix]
    assert found == [[1, 4], [2, 2], [4, 4], [3, 0]]  # true positive, false positive, true negative, false negative
    one = {ConfusionMatrix.TRUE_POSITIVES: Variable(np.zeros(1, "float32"))}
    metrics_utils.update_confusion_matrix_variables(
        one, np.eye(3), np.eye(3)[[0, 2, 2]] + 0.6, 0.5, top_k=1, class_id=2
    )
    assert np.asarray(one[ConfusionMatrix.TRUE_POSITIVES].value).tolist() == [1]
    with pytest.raises(ValueError, match="Invalid keys"):
        metrics_utils.update_confusion_matrix_variables({"tp": one}, Y_TRUE, Y_PRED)


def test_names_and_thresholds():
    assert metrics_utils.AUCCurve.from_str("pr") is metrics_utils.AUCCurve.PR
    with pytest.raises(ValueError, match="unknown AUCSummationMethod 'major'"):
        metrics_utils.AUCSummationMethod.from_str("major")
    assert metrics_utils.parse_init_thresholds(None) == [0.5] and metrics_utils.parse_init_thresholds(0.3) == [0.3]
    with pytest.raises(ValueError, match=r"Invalid values: \[1.5\]"):
        metrics_utils.parse_init_thresholds([0.5, 1.5])
    top = np.asarray(metrics_utils.filter_top_k(ops.array([[1.0, 3.0, 2.0]]), 2))
    assert_array_equal(top, [[-1e10, 3, 2]])
    assert metrics_utils.update_state_wrapper(len)(None, [1]) == metrics_utils.result_wrapper(len)(None, [1]) == 1


def test_losses_are_weighted_and_reduced():
    losses = ops.array([[1.0, 2.0], [3.0, 4.0]])
    for reduction, expected in (("none", [[1, 2], [6, 8]]), ("sum", 17), ("sum_over_batch_size", 4.25)):
        assert_allclose(losses_utils.compute_weighted_loss(losses, ops.array([1.0, 2.0]), reduction), expected)
    assert_allclose(losses_utils.compute_weighted_loss(losses), 2.5)
    with pytest.raises(ValueError, match="unknown reduction 'mean'"):
        losses_utils.compute_weighted_loss(losses, reduction="mean")
    with pytest.raises(ValueError, match="Incompatible shapes"):
        losses_utils.broadcast_weights(losses, np.ones(3))
    pred, true, weight = losses_utils.squeeze_or_expand_dimensions(np.ones((2, 1)), np.ones(2), np.ones((2, 1)))
    assert pred.shape == true.shape == weight.shape == (2,)
