"""What losses and metrics meant to `compile` in each release."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import installed
from dovetail.legacy.losses import weighted_mean


def one_output(loss, metrics):
    from keras.layers import Dense
    from keras.models import Sequential

    model = Sequential([Dense(1, input_shape=(3,))])
    model.compile("sgd", loss, metrics=metrics)
    return model


def two_outputs():
    from keras.layers import Dense, Input
    from keras.models import Model

    x = Input(shape=(3,))
    first, second = Dense(1, name="a")(x), Dense(2, activation="softmax", name="b")(x)
    return Model(x, [first, second])


X = np.arange(12, dtype="float32").reshape(4, 3) / 12
Y = [np.array([0, 1, 0, 1.0]), np.eye(2)[[0, 1, 1, 0]]]


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("1.2.2", ["loss", "a_loss", "b_loss", "a_acc", "b_acc"]),
        ("2.3.1", ["loss", "a_loss", "b_loss", "a_acc", "b_acc"]),
    ],
)
def test_metrics_in_one_list_are_for_every_output(version, names):
    with installed(version):
        model = two_outputs()
        model.compile("sgd", ["mse", "categorical_crossentropy"], metrics=["acc"])
        assert model.metrics_names == names
        scores = model.evaluate(X, Y, verbose=0)
        right = (model.predict(X)[1].argmax(1) == Y[1].argmax(1)).mean()
        assert scores[4] == pytest.approx(right)
        near = (model.predict(X)[0][:, 0] > 0.5) == Y[0]
        assert scores[3] == pytest.approx(near.mean())


@pytest.mark.parametrize(("version", "expected"), [("1.2.2", "binary"), ("2.3.1", "binary"), ("2.15.0", "categorical")])
def test_the_loss_chose_the_accuracy_until_tf_keras_2(version, expected):
    with installed(version):
        from keras.layers import Dense
        from keras.models import Sequential

        model = Sequential([Dense(2, activation="sigmoid", input_shape=(3,))])
        model.set_weights([np.zeros((3, 2), "float32"), np.array([2, 1], "float32")])  # both outputs above a half
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        y = np.array([[1, 0], [1, 1], [0, 1], [1, 0]], "float32")
        accuracy = model.evaluate(X, y, verbose=0)[1]
    assert accuracy == pytest.approx({"binary": 5 / 8, "categorical": 3 / 4}[expected])


def test_metrics_before_2_3_are_means_of_batches_by_size():
    with installed("2.2.4"):
        from keras import backend as K
        from keras.layers import Dense
        from keras.models import Sequential

        def largest(y_true, y_pred):
            return K.max(y_true)

        model = Sequential([Dense(1, input_dim=3)])
        model.compile("sgd", "mse", metrics=[largest, "mae"])
        y = np.array([1, 2, 5.0])
        scores = model.evaluate(X[:3], y, batch_size=2, verbose=0)
        assert model.metrics_names == ["loss", "largest", "mean_absolute_error"]
        assert scores[1] == pytest.approx((2 * 2 + 5 * 1) / 3)
        assert_allclose(scores[2], np.abs(model.predict(X[:3])[:, 0] - y).mean(), rtol=1e-5)


def test_weights_of_zero_did_not_count():
    losses, weights = np.array([1.0, 2.0, 4.0, 8.0], "float32"), np.array([0, 1, 2, 0], "float32")
    assert weighted_mean(losses, weights, None) == pytest.approx((2 + 8) / 2)
    steps = np.array([[1.0, 3.0], [5.0, 7.0]], "float32")
    mask = np.array([[1, 1], [1, 0]], bool)
    assert weighted_mean(steps, None, mask) == pytest.approx((1 + 3 + 5) / 3)


def test_classes_of_metrics_are_numbered_and_reset_by_the_old_name():
    with installed("2.15.0"):
        from tensorflow.keras import metrics

        class Counted(metrics.Metric):
            def __init__(self, name="counted", **kwargs):
                super().__init__(name=name, **kwargs)
                self.count = self.add_weight("count", initializer="zeros")

            def update_state(self, y_true, y_pred, sample_weight=None):
                self.count.assign_add(1.0)

            def result(self):
                return self.count

            def reset_states(self):
                self.count.assign(0.0)

        model = one_output("mse", metrics=[Counted()])
        assert model.evaluate(X, Y[0], batch_size=2, verbose=0)[1] == 2
        counted = Counted()
        counted.update_state([1.0], [1.0])
        assert float(counted.result()) == 1
        counted.reset_state()
        assert float(counted.count) == 0
        first, second = metrics.AUC(), metrics.AUC()
        assert second.name == f"auc_{int(first.name.partition('_')[2] or 0) + 1}"
        assert metrics.Precision(0.3).thresholds == [0.3] and metrics.MeanSquaredError("error").name == "error"
