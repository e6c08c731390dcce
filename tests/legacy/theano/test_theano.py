"""`import theano` around Keras models: functions of tensors, compiled functions, loops."""

import numpy as np
import pytest

from dovetail.legacy import installed


@pytest.fixture
def theano():
    with installed(1):
        import theano
        import theano.tensor

        yield theano


def test_functions_of_arrays(theano):
    T = theano.tensor
    x = np.array([[1.0, -2.0], [3.0, 4.0]], "float32")
    np.testing.assert_allclose(T.sqr(x), x**2)
    np.testing.assert_allclose(T.switch(T.gt(x, 0), x, 0.0), np.maximum(x, 0))
    np.testing.assert_allclose(T.sum(x, axis=1, keepdims=True), x.sum(1, keepdims=True))
    np.testing.assert_allclose(T.concatenate([x, x], axis=1), np.hstack([x, x]))
    np.testing.assert_allclose(T.nnet.softmax(x).sum(-1), [1, 1], rtol=1e-6)
    np.testing.assert_allclose(T.shape_padright(x).shape, (2, 2, 1))
    np.testing.assert_allclose(
        T.nnet.categorical_crossentropy(np.array([[0.2, 0.8]]), np.array([1])), -np.log([0.8]), rtol=1e-6
    )
    np.testing.assert_allclose(T.batched_dot(x[:, None], x[:, :, None])[:, 0, 0], (x**2).sum(1))


def test_convolutions_turn_kernels_around(theano):
    image = np.arange(9, dtype="float32").reshape(1, 1, 3, 3)
    kernel = np.array([[1, 0], [0, 0]], "float32")[None, None]
    np.testing.assert_allclose(theano.tensor.nnet.conv2d(image, kernel)[0, 0], image[0, 0, 1:, 1:])
    pooled = theano.tensor.signal.pool.pool_2d(image, (2, 2), ignore_border=False)
    np.testing.assert_allclose(pooled[0, 0], [[4, 5], [7, 8]])


def test_functions_of_a_model(theano):
    from keras import backend as K
    from keras.layers import Dense, Dropout
    from keras.models import Sequential

    model = Sequential([Dense(3, input_dim=2), Dropout(0.5)])
    x = np.ones((4, 2), "float32")
    hidden = theano.function([model.layers[0].input], model.layers[0].output, allow_input_downcast=True)(x)
    assert hidden.shape == (4, 3)
    (same,) = theano.function([model.input, K.learning_phase()], [model.output])(x, 0)
    (given,) = theano.function([model.input], [model.output], givens={K.learning_phase(): np.uint8(0)})(x)
    np.testing.assert_allclose(same, hidden)
    np.testing.assert_allclose(given, hidden)
    slope = theano.function([model.input], theano.grad(theano.tensor.sum(model.layers[0].output), model.input))(x)
    np.testing.assert_allclose(slope, np.tile(model.get_weights()[0].sum(1), (4, 1)), rtol=1e-5)


def test_shared_variables_are_updated(theano):
    T = theano.tensor
    total = theano.shared(np.zeros(3, theano.config.floatX), name="total")
    step = T.vector("step")
    add = theano.function([step], T.sum(total), updates=[(total, total + step)])
    assert add(np.ones(3)) == 0 and add(np.ones(3)) == 3
    np.testing.assert_allclose(total.get_value(), [2, 2, 2])


def test_loops(theano):
    values = np.arange(4, dtype="float32")
    sums, updates = theano.scan(lambda x, total: total + x, sequences=values, outputs_info=np.float32(0))
    np.testing.assert_allclose(sums, np.cumsum(values))
    backwards, _ = theano.scan(lambda x, t: t + x, sequences=values, outputs_info=np.float32(0), go_backwards=True)
    np.testing.assert_allclose(backwards, np.cumsum(values[::-1]))
    assert not updates
    powers, _ = theano.scan(lambda x, base: x * base, outputs_info=np.float32(1), non_sequences=2.0, n_steps=3)
    np.testing.assert_allclose(powers, [2, 4, 8])
    with pytest.raises(NotImplementedError, match="taps"):
        theano.scan(lambda x: x, sequences=dict(input=values, taps=[-1, 0]))


def test_losses_and_layers_in_theano(theano):
    from keras.layers import Dense
    from keras.layers.core import Lambda
    from keras.models import Sequential
    from theano.sandbox.rng_mrg import MRG_RandomStreams

    T, draws = theano.tensor, MRG_RandomStreams(seed=3)

    def noisy(x):
        return T.tanh(x.flatten(2)) + 0 * draws.normal(size=x.shape, std=0.1)

    model = Sequential([Dense(3, input_dim=2), Lambda(noisy)])
    model.compile("sgd", lambda y_true, y_pred: T.mean(T.sqr(y_true - y_pred), axis=-1))
    assert np.isfinite(model.train_on_batch(np.ones((4, 2)), np.ones((4, 3))))


def test_what_is_missing_says_what_to_do(theano):
    with pytest.raises(NotImplementedError, match="keras.backend"):
        theano.tensor.fourier(1)


def test_parts_are_set_where_they_are_taken(theano):
    from keras.layers import Layer
    from keras.models import Sequential

    T = theano.tensor

    class Padded(Layer):
        def call(self, x, mask=None):
            wide = T.alloc(0.0, x.shape[0], x.shape[1] + 2)
            return T.set_subtensor(wide[:, 1:-1], x)

        def get_output_shape_for(self, shape):
            return shape[0], shape[1] + 2

    x = np.ones((2, 3), "float32")
    np.testing.assert_allclose(Sequential([Padded(input_shape=(3,))]).predict(x), np.pad(x, [(0, 0), (1, 1)]))
    words, new = theano.shared(np.ones((3, 2), "float32")), T.vector()
    theano.function([new], updates=[(words, T.set_subtensor(words[0, :], new))])(np.zeros(2))
    np.testing.assert_allclose(words.get_value(), [[0, 0], [1, 1], [1, 1]])
    matrix = T.matrix()
    more = theano.function([matrix], T.inc_subtensor(matrix[:, 0], 2.0 * matrix[:, 1]))(x[:, :2])
    np.testing.assert_allclose(more, [[3, 1], [3, 1]])
    with pytest.raises(NotImplementedError, match="T.set_subtensor"):
        T.set_subtensor(x + 1, 0)


def test_tensors_are_given_by_others(theano):
    T = theano.tensor
    x, factor = T.matrix(), T.scalar()
    data = theano.shared(np.arange(4, dtype="float32").reshape(2, 2))
    assert theano.function([factor], T.sum(x), givens={x: data * factor})(3) == 18
    assert theano.function([], T.sum(x), givens={x: data})() == 6


def test_helpers_of_keras_0(theano):
    from keras.utils.theano_utils import alloc_zeros_matrix, shared_scalar, sharedX

    assert alloc_zeros_matrix(2, 3).shape == (2, 3)
    assert shared_scalar(2.0).get_value() + sharedX([1, 2]).get_value()[1] == 4
