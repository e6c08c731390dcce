"""Steps of TensorFlow 1 around Keras's layers: `minimize`, `apply_gradients`, `tf.gradients` with weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

X = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
pytestmark = pytest.mark.installed("2.2.4")


def a_model():
    from keras.layers import Dense, Input
    from keras.models import Model

    inputs = Input((3,))
    return Model(inputs, Dense(2, use_bias=False)(inputs))


def test_minimize_updates_the_weights_that_the_loss_depends_on(tf):
    model, session = a_model(), tf.Session()
    loss = tf.reduce_sum(model.output)
    before = model.get_weights()[0]
    step = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    session.run(tf.global_variables_initializer())
    session.run(step, feed_dict={model.input: X})
    gradient = X.sum(0)[:, None] @ np.ones((1, 2))
    assert_allclose(model.get_weights()[0], before - 0.5 * gradient, rtol=1e-4, atol=1e-5)
    step.run(feed_dict={model.input: X})
    assert_allclose(model.get_weights()[0], before - gradient, rtol=1e-4, atol=1e-5)


def test_gradients_that_a_script_weighs_are_applied_and_steps_counted(tf):
    model, session = a_model(), tf.Session()
    weights, before = model.trainable_weights, model.get_weights()[0]
    factors = tf.placeholder(tf.float32, [None, 2])
    steps = tf.Variable(0, trainable=False)
    gradients = tf.gradients(model.output, weights, -factors)
    step = tf.train.GradientDescentOptimizer(1.0).apply_gradients(
        zip(gradients, weights, strict=True), global_step=steps
    )
    given = np.random.default_rng(1).normal(size=(6, 2)).astype("float32")
    session.run(step, {model.input: X, factors: given})
    assert_allclose(model.get_weights()[0], before + X.T @ given, rtol=1e-4, atol=1e-5)
    assert int(session.run(steps)) == 1


def test_optimizers_of_tensorflow_1_have_its_defaults(tf):
    assert tf.train.AdamOptimizer().get_config()["epsilon"] == 1e-8
    assert tf.train.AdadeltaOptimizer().get_config()["lr"] == pytest.approx(0.001)
    adagrad = tf.train.AdagradOptimizer(0.5).get_config()
    assert adagrad["initial_accumulator_value"] == 0.1 and adagrad["lr"] == 0.5
    assert tf.train.RMSPropOptimizer(0.1, 0.8, centered=True).get_config()["rho"] == pytest.approx(0.8)
