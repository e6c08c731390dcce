"""What all metrics promise: compiled equals eager, reset, configurations, names; and equations of some."""

import copy
import inspect
import pickle
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import Input, Sequential, layers, losses, metrics
from dovetail.engine.context import StatelessScope
from dovetail.engine.errors import NameLookupError, ShapeError, StateError

sys.path.append(str(Path(__file__).parent))
from metric_rows import ROWS, data

pytestmark = pytest.mark.filterwarnings("ignore:.*fractions of sample weights are cut off")


def made(row):
    return getattr(metrics, row.name)(**row.arguments)


def message(call):
    with pytest.raises(ValueError) as caught:
        call()
    return str(caught.value)


def test_every_public_metric_has_a_row():
    public = {name for name in metrics.__all__ if inspect.isclass(getattr(metrics, name))}
    assert public - {row.name for row in ROWS} == {"Metric"}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_compiled_is_eager_and_reset_starts_again(row):
    metric, batches = made(row), data(row.data)
    metric.update_state(*batches[0][:-1])
    metric.reset_state()
    state = [v.value for v in metric.variables]
    step = jax.jit(lambda state, arrays, weight: metric.stateless_update_state(state, *arrays, sample_weight=weight))
    for *arrays, weight in batches:
        state = step(state, arrays, weight)
    untouched = [v.value for v in metric.variables]
    assert_allclose(jnp.concatenate([v.ravel() for v in untouched]), 0)
    for *arrays, weight in batches:
        value = metric(*arrays, sample_weight=weight)
    assert_allclose(jax.jit(metric.stateless_result)(state), value, rtol=1e-5, atol=1e-6)
    assert_allclose(metric.stateless_reset_state()[0], 0)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_configurations_make_it_again(row):
    metric = made(row)
    again = metrics.get(metrics.serialize(metric))
    assert type(again) is type(metric) and again.get_config() == metric.get_config()
    for *arrays, weight in data(row.data):
        assert_allclose(again(*arrays, sample_weight=weight), metric(*arrays, sample_weight=weight))


ALIASES = {
    "mse": "MeanSquaredError", "MAE": "MeanAbsoluteError", "mape": "MeanAbsolutePercentageError", "auc": "AUC",
    "msle": "MeanSquaredLogarithmicError", "bce": "BinaryCrossentropy", "f1_score": "F1Score", "mean_io_u": "MeanIoU",
    "kl_divergence": "KLDivergence", "Precision": "Precision", "r2_score": "R2Score", "log_cosh_error": "LogCoshError",
}  # fmt: skip


@pytest.mark.parametrize("alias", ALIASES)
def test_names(alias):
    assert metrics._family.members[alias].__name__ == ALIASES[alias]


ERRORS = [
    (lambda: metrics.get("acuracy"), "unknown metric 'acuracy'; did you mean 'accuracy'?"),
    (lambda: metrics.MeanMetricWrapper("mean_sqared_error"), "unknown metric function 'mean_sqared_error'; did you mean 'mean_squared_error'?"),
    (lambda: metrics.AUC(curve="RCO"), "unknown curve of AUC 'RCO'; did you mean 'ROC'?"),
    (lambda: metrics.Precision(thresholds=2.0), "thresholds are between 0 and 1; got 2.0"),
    (lambda: metrics.PrecisionAtRecall(1.5), "`recall` is between 0 and 1, not 1.5"),
    (lambda: metrics.F1Score(average="micr"), "unknown average of an F score 'micr'; did you mean 'micro'?"),
    (lambda: metrics.FBetaScore(beta=0.0), "`beta` is a float above 0, not 0.0"),
    (lambda: metrics.F1Score(threshold=2.0), "`threshold` is a float above 0 and at most 1, not 2.0"),
    (lambda: metrics.IoU(3, [3]), "target class 3 does not exist: with `num_classes=3` they are 0 to 2"),
    (lambda: metrics.F1Score(name="f").update_state([1.0, 0.0], [0.2, 0.8]),
     "F1Score 'f' needs targets and predictions (batch, classes); got (2,) and (2,)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "text"), ERRORS, ids=lambda x: "" if callable(x) else x[:30])
def test_errors(call, text):
    assert message(call) == text


def test_errors_have_classes_of_their_own():
    with pytest.raises(NameLookupError):
        metrics.get("nonsense")
    with pytest.raises(ShapeError):
        metrics.F1Score()(jnp.ones(3), jnp.ones(3))
    with pytest.raises(NotImplementedError, match="needs an `update_state`"):
        metrics.Metric().update_state()
    with pytest.raises(StateError, match="has 2 variables, 1 values were given"):
        metrics.Mean().stateless_result([jnp.ones(())])


def test_a_metric_that_does_not_know_its_shapes_cannot_start_compiled():
    metric = metrics.R2Score()
    with StatelessScope(), pytest.raises(StateError, match=r"call its `build\(\(4, 2\), \(4, 2\)\)` first"):
        metric.update_state(jnp.ones((4, 2)), jnp.ones((4, 2)))
    metric.build((4, 2), (4, 2))
    assert [v.path for v in metric.variables] == [
        "r2_score/num_samples", "r2_score/squared_sum", "r2_score/sum", "r2_score/residual", "r2_score/count",
    ]  # fmt: skip


def test_a_masked_value_has_weight_0():
    y_true, y_pred = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    mask = np.arange(5) < np.array([[5], [2], [1], [4]])
    for name in ("MeanSquaredError", "RootMeanSquaredError", "CosineSimilarity"):
        metric = getattr(metrics, name)()
        metric.update_state(y_true, y_pred, mask=mask)
        kept = getattr(metrics, name)()
        kept.update_state(y_true[mask], y_pred[mask])
        assert_allclose(metric.result(), kept.result(), rtol=1e-5)


def test_ignored_classes_do_not_count():
    labels, _, weight = data("sparse_logits")[0]
    logits = data("sparse_logits")[0][1]
    kept = labels != 2
    for w in (None, weight):
        ignoring = metrics.SparseCategoricalCrossentropy(from_logits=True, ignore_class=2)
        ignoring.update_state(labels, logits, sample_weight=w)
        plain = metrics.SparseCategoricalCrossentropy(from_logits=True)
        plain.update_state(labels[kept], logits[kept], sample_weight=None if w is None else w[kept])
        assert_allclose(ignoring.result(), plain.result(), rtol=1e-6)


def test_an_iou_of_whole_numbers_warns_of_fractions():
    with pytest.warns(UserWarning, match="fractions of sample weights are cut off"):
        metrics.MeanIoU(2)([0, 1], [0, 1], sample_weight=[0.5, 1.0])


def test_a_metric_of_ones_own_with_metrics_inside():
    class Range(metrics.Metric):
        def __init__(self, name="range", dtype=None):
            super().__init__(name=name, dtype=dtype)
            self.most = self.add_weight((), initializer="zeros", name="most")
            self.parts = [metrics.Mean(name="inner")]

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.most.assign(jnp.maximum(self.most.value, jnp.max(jnp.abs(y_pred))))
            self.parts[0].update_state(y_pred)

        def result(self):
            return self.most.value - self.parts[0].result()

    metric = Range()
    assert [v.path for v in metric.variables] == ["range/most", "inner/total", "inner/count"]
    assert_allclose(metric(None, jnp.array([1.0, 3.0])), 1.0)
    metric.reset_state()
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd", losses.MeanSquaredError(), metrics=[metric, "mae"])
    history = model.fit(np.ones((8, 2)), np.ones((8, 1)), verbose=0)
    assert set(history.history) == {"loss", "range", "mae"}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_copies_have_their_own_state_and_no_samples_change_nothing(row):
    metric = made(row)
    (*first, _), (*second, _), _ = data(row.data)
    metric.update_state(*[array[:1] for array in first])
    metric.update_state(*second)
    value = np.asarray(metric.result())
    for again in (copy.deepcopy(metric), pickle.loads(pickle.dumps(metric))):
        assert_allclose(again.result(), value)
        again.update_state(*first)
        again.reset_state()
    assert_allclose(metric.result(), value)
    metric.update_state(*[array[:0] for array in first])
    assert_allclose(metric.result(), value)


def test_nan_is_never_hidden_in_a_mean_and_is_above_no_threshold():
    for row in ROWS:
        metric = made(row)
        *others, last = data(row.data)[0][:-1]
        if metric._direction == "down" or "Correlation" in row.name or row.name in ("Mean", "Sum", "CosineSimilarity"):
            metric.update_state(*others, last * np.float32(np.nan))
            assert np.isnan(metric.result()), row
    assert metrics.TruePositives()([1, 1], [np.nan, 0.9]) == 1


def test_a_constant_target_has_no_score_of_1():
    score = metrics.R2Score(class_aggregation=None)
    score.update_state([[1.0, 1.0], [1.0, 2.0]], [[1.0, 1.0], [1.5, 2.0]])
    assert_allclose(score.result(), [0.0, 1.0])


def test_16_bit_predictions_are_summed_up_in_float32():
    metric = metrics.MeanSquaredError()
    metric.update_state(jnp.zeros((3000, 1)), jnp.ones((3000, 1), "bfloat16"))
    assert metric.result().dtype == "float32" and metric.count.value == 3000
    assert metrics.MeanSquaredError(dtype="bfloat16")([[0.0]], [[2.0]]).dtype == "bfloat16"
