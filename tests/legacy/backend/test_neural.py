"""Activations, losses on probabilities, normalization, recurrence and CTC, against NumPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import backend as K

RANDOM = np.random.default_rng(0)
X = np.float32([-3, -1, -0.5, 0, 0.5, 1, 3])
LOGITS = RANDOM.normal(size=(4, 3)).astype("float32")
P = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
T = np.eye(3, dtype="float32")[[0, 2, 1, 1]]


def test_activations():
    assert_allclose(K.relu(X), np.maximum(X, 0))
    assert_allclose(K.relu(X, alpha=0.1, max_value=2.0), np.where(X < 0, 0.1 * X, np.minimum(X, 2)), rtol=1e-6)
    assert_allclose(K.relu(X, 0.5, 2.0, 0.6), np.where(X < 0.6, 0.5 * (X - 0.6), np.minimum(X, 2)), rtol=1e-5)
    assert_allclose(K.elu(X, 2.0), np.where(X > 0, X, 2 * (np.exp(X) - 1)), rtol=1e-6)
    assert_allclose(K.hard_sigmoid(X), np.clip(0.2 * X + 0.5, 0, 1), rtol=1e-6)
    assert_allclose(K.softmax(LOGITS), P, rtol=1e-5)
    assert_allclose(K.softmax(LOGITS, axis=0).sum(0), [1, 1, 1], rtol=1e-5)
    assert_allclose(K.softsign(X), X / (1 + abs(X)))
    assert_allclose(K.softplus(X), np.log1p(np.exp(X)), rtol=1e-6)
    assert_allclose(K.sigmoid(X), 1 / (1 + np.exp(-X)), rtol=1e-6)
    assert_allclose(K.tanh(X), np.tanh(X), rtol=1e-6)


@pytest.mark.release("1.2.2")
def test_keras_1_has_the_output_of_a_loss_first():
    assert_allclose(K.categorical_crossentropy(P, T), -np.log((P * T).sum(-1)), rtol=1e-5)
    assert_allclose(K.categorical_crossentropy(target=T, output=P), -np.log((P * T).sum(-1)), rtol=1e-5)
    assert_allclose(K.binary_crossentropy(P, T), -(T * np.log(P) + (1 - T) * np.log(1 - P)), rtol=1e-4)
    assert_allclose(K.sparse_categorical_crossentropy(P, T.argmax(-1)), -np.log((P * T).sum(-1)), rtol=1e-5)


def test_keras_2_has_the_target_of_a_loss_first():
    assert_allclose(K.categorical_crossentropy(T, LOGITS, True), -np.log((P * T).sum(-1)), rtol=1e-4)
    assert_allclose(K.categorical_crossentropy(T, 3 * P, axis=-1), -np.log((P * T).sum(-1)), rtol=1e-5)
    assert_allclose(K.binary_crossentropy(T, P), -(T * np.log(P) + (1 - T) * np.log(1 - P)), rtol=1e-4)
    assert_allclose(K.sparse_categorical_crossentropy(T.argmax(-1)[:, None], P), -np.log((P * T).sum(-1)), rtol=1e-5)


@pytest.mark.release("2.3.1")
def test_logarithms_of_binary_crossentropy_were_padded_once():
    assert_allclose(K.binary_crossentropy(np.float32([1]), np.float32([0])), -np.log(2e-7), rtol=1e-5)


def test_in_top_k():
    assert_allclose(K.in_top_k(P, T.argmax(-1), 1), P.argmax(-1) == T.argmax(-1))


def test_batch_normalization():
    x = RANDOM.normal(size=(4, 5, 3)).astype("float32")
    gamma, beta = np.float32([1, 2, 3]), np.float32([0, 1, 0])
    y, mean, variance = K.normalize_batch_in_training(x, gamma, beta, [0, 1], 1e-2)
    assert_allclose(mean, x.mean((0, 1)), rtol=1e-4, atol=1e-6)
    assert_allclose(variance, x.var((0, 1)), rtol=1e-4)
    expected = (x - x.mean((0, 1))) / np.sqrt(x.var((0, 1)) + 1e-2) * gamma + beta
    assert_allclose(y, expected, rtol=1e-4, atol=1e-5)
    assert_allclose(K.batch_normalization(x, mean, variance, beta, gamma, epsilon=1e-2), expected, rtol=1e-3, atol=1e-4)
    assert_allclose(K.batch_normalization(x, mean, variance, beta, gamma, 1e-2), expected, rtol=1e-3, atol=1e-4)


def recurrence(x, h, mask, w):
    """h = tanh(x + h @ w) over the steps, kept where masked; outputs repeat."""
    outputs, before = [], np.zeros_like(h)
    for step in range(x.shape[1]):
        new = np.tanh(x[:, step] + h @ w)
        keep = np.ones(len(x), bool) if mask is None else mask[:, step]
        h = np.where(keep[:, None], new, h)
        before = np.where(keep[:, None], new, before)
        outputs.append(before)
    return np.stack(outputs, 1), h


@pytest.mark.parametrize("unroll", [False, True])
def test_rnn(unroll):
    x, w = RANDOM.normal(size=(2, 4, 3)).astype("float32"), RANDOM.normal(size=(3, 3)).astype("float32")
    h = RANDOM.normal(size=(2, 3)).astype("float32")
    mask = np.array([[0, 1, 1, 0], [1, 1, 0, 1]], bool)

    def step(x, states):
        new = K.tanh(x + K.dot(states[0], states[1]))
        return new, [new]

    inputs = [K.placeholder((2, 4, 3)), K.placeholder((2, 3)), K.placeholder((2, 4, 1))]
    masked = K.rnn(step, inputs[0], [inputs[1]], mask=inputs[2], constants=[K.variable(w)], unroll=unroll)
    backwards = K.rnn(step, inputs[0], [inputs[1]], True, constants=[w], unroll=unroll, input_length=4)
    found = K.function(inputs, [*masked[:2], *masked[2], *backwards[:2]])([x, h, mask[..., None]])
    outputs, state = recurrence(x, h, mask, w)
    for value, expected in zip(found[:3], (outputs[:, -1], outputs, state), strict=True):
        assert_allclose(value, expected, rtol=1e-4, atol=1e-5)
    outputs, _ = recurrence(x[:, ::-1], h, None, w)
    assert_allclose(found[3], outputs[:, -1], rtol=1e-4, atol=1e-5)
    assert_allclose(found[4], outputs, rtol=1e-4, atol=1e-5)


def test_ctc():
    p = np.float32([[[0.6, 0.1, 0.3], [0.2, 0.5, 0.3]]])  # the last class is the blank
    x = K.placeholder((1, 2, 3))
    cost = K.ctc_batch_cost([[0]], x, [[2]], [[1]])
    greedy, best = K.ctc_decode(x, [2])
    paths, scores = K.ctc_decode(x, [2], greedy=False, beam_width=4, top_paths=2)
    cost, labels, best, paths, scores = K.function([x], [cost, greedy, best, paths, scores])([p])
    only_0 = 0.6 * 0.2 + 0.6 * 0.3 + 0.3 * 0.2
    assert_allclose(cost, [[-np.log(only_0)]], rtol=1e-4)
    assert labels[0].tolist() == [[0, 1]]
    assert_allclose(best, [[-np.log(0.6) - np.log(0.5)]], rtol=1e-4)
    assert [path.tolist() for path in paths] == [[[0, -1]], [[0, 1]]]
    assert_allclose(np.exp(scores), [[only_0, 0.6 * 0.5]], rtol=1e-4)
    assert K.ctc_label_dense_to_sparse([[1, 2], [3, 4]], [1, 2]).tolist() == [[1, -1], [3, 4]]


def test_dropout():
    x = np.ones((50, 20), "float32")
    y = K.eval(K.dropout(K.constant(x), 0.5, noise_shape=(None, 1), seed=3))
    assert set(np.unique(y)) == {0.0, 2.0} and (y == y[:, :1]).all()
    with pytest.raises(ValueError, match="a number from 0 to below 1, not 1.5"):
        K.dropout(x, 1.5)
