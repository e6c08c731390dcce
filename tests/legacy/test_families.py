"""Initializers, activations, regularizers and constraints in the words of each release."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import installed
from dovetail.legacy.initializers import get_fans


def test_initializers_of_keras_1_are_functions_of_a_shape_that_give_variables():
    with installed(1):
        from keras import backend as K
        from keras import initializations

        made = initializations.glorot_uniform((30, 40), name="W")
        again = initializations.get("glorot_uniform")((30, 40), name="again")
        values = K.get_value(made)
        limit = np.sqrt(6 / 70)
        assert made.name == "W" and 0.95 * limit < np.abs(values).max() < limit
        assert not np.array_equal(values, K.get_value(again))
        assert K.get_value(initializations.zero((2,))).tolist() == [0, 0]
        assert K.get_value(initializations.normal((2000,), scale=0.5)).std() == pytest.approx(0.5, rel=0.1)
        square = K.get_value(initializations.orthogonal((3, 4)))
        assert_allclose(square @ square.T, 1.21 * np.eye(3), atol=1e-5)


def test_fans_of_keras_1():
    assert get_fans((3, 4)) == (3, 4)
    assert get_fans((8, 3, 5, 5), "th") == (75, 200)
    assert get_fans((5, 5, 3, 8), "tf") == (75, 200)
    assert get_fans((2, 3, 6)) == (6, 6)


@pytest.mark.parametrize("version", ["1.2.2", "2.2.4"])
def test_a_layer_takes_a_function_as_its_initializer(version):
    with installed(version) as release:
        from keras import backend as K
        from keras.layers import Dense
        from keras.models import Sequential

        if release.dialect == 1:
            from keras.initializations import normal

            def small(shape, name=None):
                return normal(shape, scale=0.001, name=name)

            layer = Dense(50, init=small, input_dim=40)
        else:

            def small(shape, dtype=None):
                return K.random_normal(shape, stddev=0.001, dtype=dtype)

            layer = Dense(50, kernel_initializer=small, input_dim=40)
        model = Sequential([layer])
        assert model.get_weights()[0].std() == pytest.approx(0.001, rel=0.1)
        assert not model.get_weights()[1].any()


def test_an_initializer_without_a_seed_draws_anew_until_2_11():
    for version, differs in (("2.2.4", True), ("2.15.0", False)):
        with installed(version):
            from keras import initializers

            one = initializers.RandomNormal(stddev=0.02)
            assert np.array_equal(one((3,)), one((3,))) is not differs
            assert initializers.normal(0.0, 0.1, seed=3).get_config()["stddev"] == 0.1
            assert isinstance(initializers.get("he_normal"), initializers.he_normal if differs else object)


def test_regularizers_by_every_name():
    w = np.array([[1.0, -2.0], [3.0, 0.5]], "float32")
    squares, sizes = np.sum(w**2), np.sum(np.abs(w))
    with installed(1):
        from keras import regularizers
        from keras.regularizers import WeightRegularizer, activity_l2, l1l2

        assert_allclose(WeightRegularizer(l1=0.1, l2=0.2)(w), 0.1 * sizes + 0.2 * squares, rtol=1e-6)
        assert_allclose(activity_l2(0.3)(w), 0.3 * squares, rtol=1e-6)
        assert_allclose(l1l2()(w), 0.01 * sizes + 0.01 * squares, rtol=1e-6)
        assert_allclose(regularizers.get("l2")(w), 0.01 * squares, rtol=1e-6)
        assert_allclose(regularizers.get({"name": "L1L2Regularizer", "l1": 0.0, "l2": 0.5})(w), 0.5 * squares)
        largest = np.linalg.eigvalsh(w.T @ w).max()
        assert_allclose(regularizers.EigenvalueRegularizer(2.0)(w), 2 * np.sqrt(largest), rtol=1e-4)


def test_a_regularizer_that_is_told_its_weight():
    with installed(1):
        from keras import backend as K
        from keras.layers import Dense
        from keras.models import Sequential
        from keras.regularizers import Regularizer

        class Squares(Regularizer):
            def set_param(self, p):
                self.p = p

            def __call__(self, loss):
                return loss + 0.5 * K.sum(K.square(self.p))

            def get_config(self):
                return {"name": "Squares"}

        model = Sequential([Dense(2, input_dim=2, W_regularizer=Squares())])
        model.set_weights([np.ones((2, 2)), np.zeros(2)])
        model.compile("sgd", "mse")
        x = np.zeros((3, 2))
        assert model.evaluate(x, x, verbose=0) == pytest.approx(2.0)


@pytest.mark.parametrize(("version", "expected"), [("2.2.4", 4 * 0.5 * 2), ("2.15.0", 0.5 * 2)])
def test_activity_was_added_up_over_the_batch_until_tf_keras(version, expected):
    with installed(version):
        from keras.layers import Dense
        from keras.models import Sequential
        from keras.regularizers import l2

        model = Sequential([Dense(2, input_shape=(2,), activity_regularizer=l2(0.5), use_bias=False)])
        model.set_weights([np.eye(2)])
        model.compile("sgd", "mse")
        x = np.ones((4, 2))
        assert model.evaluate(x, x, verbose=0) == pytest.approx(expected)


def test_constraints_by_every_name():
    w = np.array([[3.0, -1.0], [4.0, 0.0]], "float32")
    with installed(1):
        from keras import constraints
        from keras.constraints import MaxNorm, maxnorm, nonneg, unitnorm

        assert_allclose(MaxNorm(m=2)(w), maxnorm(2)(w))
        assert_allclose(maxnorm(2)(w)[:, 0], [1.2, 1.6], rtol=1e-5)
        assert_allclose(nonneg()(w), np.maximum(w, 0))
        assert_allclose(np.linalg.norm(unitnorm()(w), axis=0), 1, rtol=1e-5)
        between = constraints.MinMaxNorm(low=0.5, high=0.9, rate=1.0)(w)
        assert_allclose(np.linalg.norm(between, axis=0), 0.9, rtol=1e-5)
        assert constraints.get("maxnorm").max_value == 2
        assert constraints.get({"name": "MaxNorm", "m": 3, "axis": 1}).axis == 1


def test_activations_of_then():
    x = np.array([-3.0, -1.0, 0.5, 4.0], "float32")
    with installed("2.2.4"):
        from keras import activations

        assert_allclose(activations.hard_sigmoid(x), np.clip(0.2 * x + 0.5, 0, 1), rtol=1e-6)
        assert_allclose(activations.relu(x, alpha=0.1, max_value=2.0), [-0.3, -0.1, 0.5, 2.0], rtol=1e-6)
        assert activations.get(None) is activations.linear
        assert activations.serialize(activations.get("hard_sigmoid")) == "hard_sigmoid"
    with installed(3):
        from keras import activations

        assert_allclose(activations.hard_sigmoid(x), np.clip(x / 6 + 0.5, 0, 1), rtol=1e-6)
