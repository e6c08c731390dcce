"""K.function, K.gradients, updates and the learning phase: graphs evaluated, differentiated and trained."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail
from dovetail import layers
from dovetail.legacy import backend as K
from dovetail.legacy.backend.functions import GradientsOfValues
from dovetail.legacy.backend.graphs import MissingValue

RANDOM = np.random.default_rng(1)
DATA = RANDOM.normal(size=(6, 4)).astype("float32")


def small_model():
    x = dovetail.Input((4,))
    hidden = layers.Dense(5, activation="tanh", name="hidden")(x)
    return dovetail.Model(x, layers.Dense(3)(layers.Dropout(0.5)(hidden)))


def test_gradients_by_inputs_layers_and_weights():
    model = small_model()
    (kernel, bias), (last, _) = (layer.get_weights() for layer in (model.layers[1], model.layers[3]))
    loss = K.mean(K.square(model.output[:, 0]))
    hidden = model.get_layer("hidden").output
    by = [model.input, hidden, model.layers[3].kernel]
    run = K.function([model.input, K.learning_phase()], [loss, *K.gradients(loss, by)])
    value, by_input, by_hidden, by_kernel = run([DATA, 0])
    h = np.tanh(DATA @ kernel + bias)
    y = h @ last[:, 0]
    assert_allclose(value, np.mean(y**2), rtol=1e-5)
    assert_allclose(by_hidden, (2 * y / 6)[:, None] * last[:, 0], rtol=1e-4, atol=1e-6)
    assert_allclose(by_input, (by_hidden * (1 - h**2)) @ kernel.T, rtol=1e-4, atol=1e-6)
    assert_allclose(by_kernel[:, 0], h.T @ (2 * y / 6), rtol=1e-4, atol=1e-6)
    assert_allclose(by_kernel[:, 1:], 0)
    assert not np.allclose(run([DATA, 1])[0], value)  # dropout


def test_deep_dream():
    model = small_model()
    loss = K.mean(model.output[..., 1])
    grads = K.gradients(loss, model.input)[0]
    grads /= K.sqrt(K.mean(K.square(grads))) + 1e-5
    iterate = K.function([model.input], [loss, grads])
    x = DATA[:1].copy()
    before = iterate([x])[0]
    for _ in range(3):
        x += 0.1 * iterate([x])[1]
    assert iterate([x])[0] > before


def test_style_transfer_gives_gradients_by_a_placeholder():
    content, style = K.variable(DATA[:1]), K.variable(DATA[1:2])
    combination = K.placeholder((1, 4))
    stacked = K.concatenate([content, style, combination], axis=0)
    features = layers.Dense(3, use_bias=False)
    y = features(stacked)
    loss = K.variable(0.0)
    loss = loss + 2.0 * K.sum(K.square(y[2, :] - y[0, :]))
    loss += K.sum(K.square(y[2, :] - y[1, :]))
    run = K.function([combination], [loss, *K.gradients(loss, combination)])
    kernel = features.get_weights()[0]
    expected = 4 * (DATA[2] - DATA[0]) @ kernel @ kernel.T + 2 * (DATA[2] - DATA[1]) @ kernel @ kernel.T
    assert_allclose(run([DATA[2:3]])[1][0], expected, rtol=1e-4, atol=1e-5)


def test_gradients_of_gradients():
    x = K.placeholder((2,))
    first = K.gradients(K.sum(x**3), x)[0]
    second = K.gradients(K.sum(first), [x])[0]
    assert_allclose(K.function([x], [first, second])([[1.0, 2.0]]), [[3, 12], [6, 12]], rtol=1e-6)


def test_gradients_are_none_where_there_is_no_way():
    x, other, numbers = K.placeholder((2,)), K.placeholder((2,)), K.placeholder((2,), dtype="int32")
    w = K.variable(1.0)
    loss = K.sum(x * 2)
    assert K.gradients(loss, [other, w, numbers]) == [None, None, None]
    with pytest.raises(ValueError, match="an output is None, which K.gradients gives"):
        K.function([x], K.gradients(loss, [other]))
    with pytest.raises(GradientsOfValues, match=r"needs a symbolic loss, made of a model's tensors"):
        K.gradients(np.ones(3), x)


def test_a_graph_may_begin_in_its_middle():
    model = small_model()
    hidden = model.get_layer("hidden").output
    run = K.function([hidden], [model.output])
    h = RANDOM.normal(size=(2, 5)).astype("float32")
    kernel, bias = model.layers[3].get_weights()
    assert_allclose(run([h])[0], h @ kernel + bias, rtol=1e-5)


def test_what_is_missing_or_does_not_fit_is_named():
    model = small_model()
    with pytest.raises(MissingValue, match=r"a value is needed for the input 'input_layer.*' \(batch, 4\)"):
        K.function([], [model.output])([])
    with pytest.raises(MissingValue, match=r"K.eval gives none. Use K.function\(\[inputs\], \[tensor\]\)"):
        K.eval(model.output)
    with pytest.raises(ValueError, match=r"takes \(batch, 4\); it was given \(2, 3\)"):
        K.function([model.input], [model.output])([np.ones((2, 3))])
    with pytest.raises(ValueError, match=r"takes 1 inputs .*; 2 values were given"):
        K.function([model.input], [model.output])([DATA, 0])


def test_updates_use_the_values_before():
    a, b = K.variable(1.0), K.variable(10.0)
    swap = K.function([], [a + b], updates=[(a, b), (b, a)])
    assert_allclose(swap([]), [11])
    assert (K.get_value(a), K.get_value(b)) == (10, 1)
    step = K.function([], [], updates=[K.update_add(a, 1.0), K.moving_average_update(b, a, 0.5)])
    step([])
    assert K.get_value(a) == 11 and K.get_value(b) in (5.5, 6.0)
    K.eval(K.update_sub(a, 1.0))
    assert K.get_value(a) == 10


def test_a_fixed_phase_stays_with_what_was_drawn_in_it():
    K.set_learning_phase(0)
    x = dovetail.Input((4,))
    silent = layers.Dropout(0.5)(x)
    K.set_learning_phase(1)
    noisy = layers.Dropout(0.5)(x)
    K.set_learning_phase(None)
    model = dovetail.Model(x, [silent, noisy])
    first, second = model(DATA, training=True)
    assert_allclose(first, DATA)
    assert not np.allclose(second, DATA) and not np.allclose(model.predict(DATA, verbose=0)[1], DATA)
    with pytest.raises(ValueError, match=r"0 \(inference\) or 1 \(training\), not 2"):
        K.set_learning_phase(2)


def test_random_tensors_are_drawn_anew_at_each_run():
    noise = K.random_normal((50,), mean=3.0, std=0.1)
    x = K.placeholder((1,))
    run = K.function([x], [x * noise])
    first, second = run([[1.0]])[0], run([[1.0]])[0]
    assert not np.allclose(first, second) and abs(first.mean() - 3) < 0.1
    assert K.eval(K.random_uniform((9,), low=0.0, high=2.0)).min() >= 0
    assert set(np.unique(K.eval(K.random_binomial((40,), p=0.5)))) == {0.0, 1.0}
    assert abs(K.eval(K.truncated_normal((200,)))).max() <= 2


def test_a_session_runs_tensors():
    model = small_model()
    session = K.get_session()
    out, kernel = session.run(
        [model.output, model.layers[1].kernel], feed_dict={model.input: DATA, K.learning_phase(): 0}
    )
    assert_allclose(out, model.predict(DATA, verbose=0), rtol=1e-5)
    assert kernel.shape == (4, 5)


def variational_autoencoder():
    """The example of 2016: the loss uses tensors of the graph, and a variable that callbacks change."""
    x = dovetail.Input((4,))
    mean, log = layers.Dense(2)(x), layers.Dense(2)(x)

    def sampling(args):
        mean, log = args
        noise = K.random_normal(shape=(K.shape(mean)[0], K.int_shape(mean)[1]), mean=0.0, std=1.0)
        return mean + K.exp(log / 2) * noise

    output = layers.Dense(4)(layers.Lambda(sampling, output_shape=(2,))([mean, log]))
    weight = K.variable(0.0)

    def loss(x, decoded):
        divergence = -0.5 * K.mean(1 + log - K.square(mean) - K.exp(log), axis=-1)
        return K.mean(K.square(x - decoded), axis=-1) + weight * divergence

    model = dovetail.Model(x, output)
    model.compile("sgd", loss=loss)
    return model, dovetail.Model(x, [mean, log]), weight


def test_a_loss_may_use_tensors_of_the_graph_and_variables():
    model, encoder, weight = variational_autoencoder()
    assert not np.allclose(model.predict(DATA, verbose=0), model.predict(DATA, verbose=0))  # drawn anew
    history = model.fit(DATA, DATA, epochs=2, batch_size=3, verbose=0, shuffle=False)
    assert len(set(history.history["loss"])) == 2
    assert model.evaluate(DATA, DATA, verbose=0) < 50
    mean, log = encoder.predict(DATA, verbose=0)
    divergence = -0.5 * np.mean(1 + log - mean**2 - np.exp(log))
    K.set_value(weight, 1e4)
    assert_allclose(model.evaluate(DATA, DATA, verbose=0), 1e4 * divergence, rtol=0.05)


def test_a_loss_may_take_gradients_by_the_input():
    model = dovetail.Sequential([dovetail.Input((4,)), layers.Dense(1, use_bias=False)])

    def penalty(y_true, y_pred):
        by_input = K.gradients(y_pred, model.input)[0]
        return K.square(1 - K.sqrt(K.sum(K.square(by_input), axis=1)))

    model.compile(dovetail.optimizers.SGD(0.1), loss=penalty)
    kernel = model.get_weights()[0]
    norm = np.linalg.norm(kernel)
    loss = model.train_on_batch(DATA, np.zeros((6, 1)))
    assert_allclose(loss, (1 - norm) ** 2, rtol=1e-4)
    assert_allclose(model.get_weights()[0], kernel + 0.2 * (1 - norm) * kernel / norm, rtol=1e-4)


def test_updates_in_a_layer_happen_in_training():
    class Counter(layers.Layer):
        def build(self, input_shape):
            self.count = K.variable(0.0)

        def call(self, x):
            K.update_add(self.count, 1.0)
            return x * 1.0

    layer = Counter()
    model = dovetail.Sequential([dovetail.Input((4,)), layer, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(DATA, DATA[:, :1], batch_size=2, epochs=1, verbose=0)
    model.predict(DATA, verbose=0)
    assert K.get_value(layer.count) == 3


def test_losses_and_metrics_may_be_added_as_tensors():
    x = dovetail.Input((4,))
    mean = layers.Dense(2, use_bias=False)(x)
    model = dovetail.Model(x, layers.Dense(4)(mean))
    weight = K.variable(2.0)
    model.add_loss(weight * K.mean(K.square(mean)))
    model.add_metric(K.sum(K.abs(mean), axis=-1), name="size", aggregation="mean")
    model.compile(dovetail.optimizers.SGD(0.0))
    kernel = model.layers[1].get_weights()[0]
    hidden = DATA @ kernel
    logs = model.fit(DATA, batch_size=6, epochs=1, verbose=0).history
    assert_allclose(logs["loss"], [2 * np.mean(hidden**2)], rtol=1e-5)
    assert_allclose(logs["size"], [np.abs(hidden).sum(-1).mean()], rtol=1e-5)
    K.set_value(weight, 6.0)
    assert_allclose(model.evaluate(DATA, verbose=0)[0], 6 * np.mean(hidden**2), rtol=1e-5)
    with pytest.raises(ValueError, match="add_metric needs a `name`"):
        model.add_metric(K.sum(mean))


def test_what_a_function_gives_may_be_written_to():
    value = K.function([], [K.zeros((2,)) + 1])([])[0]
    value *= 3
    assert value.tolist() == [3, 3]
