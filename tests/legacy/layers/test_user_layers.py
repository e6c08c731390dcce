"""Layers as users wrote them in each era: built by hand, with shapes and masks declared, derived from the library's."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.engine.errors import ShapeError
from dovetail.legacy import installed

RANDOM = np.random.default_rng(0)


def data(*shape):
    return RANDOM.normal(size=shape).astype("float32")


def trained(model, *arrays):
    """Whether one step of training changes every trainable weight."""
    before = [np.array(weight) for weight in model.get_weights()]
    model.compile("sgd", "mse")
    x, y = arrays[:-1], arrays[-1]
    model.fit(list(x) if len(x) > 1 else x[0], y, batch_size=len(y), verbose=0)
    return all(not np.allclose(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_weights_by_initializations_of_keras_1():
    with installed(1):
        import keras.backend as K
        from keras import initializations
        from keras.engine.topology import Layer
        from keras.models import Sequential

        class Scaled(Layer):
            def __init__(self, output_dim, init="glorot_uniform", **kwargs):
                self.output_dim = output_dim
                self.init = initializations.get(init)
                super().__init__(**kwargs)

            def build(self, input_shape):
                self.W = self.init((input_shape[1], self.output_dim), name=f"{self.name}_W")
                self.scale = K.variable(np.full(self.output_dim, 2.0), name=f"{self.name}_scale")
                self.trainable_weights = [self.W, self.scale]

            def call(self, x, mask=None):
                return K.dot(x, self.W) * self.scale

            def get_output_shape_for(self, input_shape):
                return (input_shape[0], self.output_dim)

        model = Sequential()
        model.add(Scaled(3, input_shape=(4,)))
        x = data(5, 4)
        kernel, scale = model.get_weights()
        assert scale.tolist() == [2, 2, 2]
        assert_allclose(model.predict(x), x @ kernel * scale, rtol=1e-5)
        assert model.output_shape == (None, 3)
        assert trained(model, x, data(5, 3))


@pytest.mark.parametrize("dialect", [1, 2, "2.15.0"])
def test_add_weight_in_every_order(dialect):
    with installed(dialect):
        import keras.backend as K
        from keras.layers import Input, Layer
        from keras.models import Model

        class Mine(Layer):
            def build(self, input_shape):
                size = input_shape[-1]
                self.a = self.add_weight((size,), initializer="one", name="a")  # Keras 1
                self.b = self.add_weight("b", (size,), initializer="zero")  # Keras 2
                self.c = self.add_weight(name="c", shape=(size,), initializer="uniform", trainable=False)
                self.kept = self.add_weight(shape=(1,), initializer="ones", name="kept", trainable=False)
                super().build(input_shape)

            def call(self, inputs):
                return inputs * self.a + self.b + K.square(self.c) * self.kept

            def compute_output_shape(self, input_shape):
                return input_shape

        entry = Input((3,))
        layer = Mine()
        model = Model(entry, layer(entry))
        a, b, c, kept = layer.get_weights()
        x = data(2, 3)
        assert_allclose(model.predict(x, verbose=0), x * a + b + c**2 * kept, rtol=1e-5)
        assert len(layer.trainable_weights) == 2 and len(layer.non_trainable_weights) == 2


def test_attention_over_steps_with_a_mask():
    """Keras 1's attention layers: `supports_masking`, a mask that is used and ends."""
    with installed(1):
        import keras.backend as K
        from keras.layers import LSTM, Embedding, Input, Layer
        from keras.models import Model

        class Attention(Layer):
            def __init__(self, **kwargs):
                self.supports_masking = True
                super().__init__(**kwargs)
                self.supports_masking = True

            def build(self, input_shape):
                self.W = self.add_weight((input_shape[-1],), initializer="glorot_uniform", name=f"{self.name}_W")
                self.built = True

            def compute_mask(self, input, input_mask=None):
                return None

            def call(self, x, mask=None):
                scores = K.exp(K.sum(x * self.W, axis=-1))
                if mask is not None:
                    scores *= K.cast(mask, K.floatx())
                scores /= K.cast(K.sum(scores, axis=1, keepdims=True) + K.epsilon(), K.floatx())
                return K.sum(x * K.expand_dims(scores), axis=1)

            def get_output_shape_for(self, input_shape):
                return input_shape[0], input_shape[-1]

        entry = Input((4,), dtype="int32")
        x = LSTM(3, return_sequences=True)(Embedding(6, 2, mask_zero=True)(entry))
        model = Model(entry, Attention()(x))
        short, long = model.predict(np.array([[1, 2, 0, 0]])), model.predict(np.array([[1, 2, 3, 4]]))
        assert not np.allclose(short, long)
        table, *_ = model.get_weights()
        model.layers[1].set_weights([table + 5 * (np.arange(6) == 0)[:, None]])  # a masked row does not count
        assert_allclose(model.predict(np.array([[1, 2, 0, 0]])), short, rtol=1e-5)


def test_an_lstm_with_a_step_of_its_own():
    """Derived from Keras 1's LSTM: more weights, more constants, a changed step."""
    with installed(1):
        import keras.backend as K
        from keras.layers import LSTM, Input
        from keras.models import Model

        class Attentive(LSTM):
            def __init__(self, output_dim, bias=0.5, **kwargs):
                self.extra = bias
                super().__init__(output_dim, **kwargs)

            def build(self, input_shape):
                super().build(input_shape)
                self.V = self.add_weight((self.output_dim, 1), initializer="one", name=f"{self.name}_V")

            def get_constants(self, x):
                constants = super().get_constants(x)
                constants.append(K.mean(x, axis=1))
                return constants

            def step(self, x, states):
                h, [h, c] = super().step(x, states[:4])
                attended = K.sigmoid(K.dot(h, self.V) + self.extra + K.sum(states[4], axis=1, keepdims=True))
                return h * attended, [h * attended, c]

        entry = Input((4, 2))
        model = Model(entry, Attentive(3)(entry))
        assert [len(weights) for weights in (model.get_weights(), model.layers[1].trainable_weights)] == [13, 13]
        assert model.output_shape == (None, 3)
        assert trained(model, data(4, 4, 2), data(4, 3))


def test_a_recurrent_layer_of_ones_own():
    with installed(1):
        import keras.backend as K
        from keras.engine import InputSpec
        from keras.layers import Input, Recurrent
        from keras.models import Model

        class Adder(Recurrent):
            """The sum of all steps, times a weight."""

            def __init__(self, output_dim, **kwargs):
                self.output_dim = output_dim
                super().__init__(**kwargs)

            def build(self, input_shape):
                self.input_spec = [InputSpec(shape=input_shape)]
                self.states = [None]
                self.W = self.add_weight((input_shape[2], self.output_dim), initializer="one", name=f"{self.name}_W")
                if self.stateful:
                    self.reset_states()

            def step(self, x, states):
                total = states[0] + K.dot(x, self.W)
                return total, [total]

        entry = Input((3, 2))
        x = data(2, 3, 2)
        sums = np.repeat(x.sum(2).cumsum(1)[..., None], 4, 2)
        model = Model(entry, Adder(4, return_sequences=True)(entry))
        assert_allclose(model.predict(x), sums, rtol=1e-5, atol=1e-6)
        fixed = Input(batch_shape=(2, 3, 2))
        model = Model(fixed, Adder(4, stateful=True)(fixed))
        model.predict(x, batch_size=2)
        assert_allclose(model.predict(x, batch_size=2), 2 * sums[:, -1], rtol=1e-5, atol=1e-6)
        model.reset_states()
        assert_allclose(model.predict(x, batch_size=2), sums[:, -1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dialect", [2, "2.15.0"])
def test_a_cell_of_ones_own(dialect):
    """The example of Keras 2's documentation, in our words."""
    with installed(dialect):
        import keras.backend as K
        from keras.layers import RNN, Input, Layer
        from keras.models import Model

        class Cell(Layer):
            def __init__(self, units, **kwargs):
                self.units = units
                self.state_size = units
                super().__init__(**kwargs)

            def build(self, input_shape):
                self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
                self.inner = self.add_weight(shape=(self.units, self.units), initializer="uniform", name="inner")
                self.built = True

            def call(self, inputs, states):
                output = K.dot(inputs, self.kernel) + K.dot(states[0], self.inner)
                return output, [output]

        entry = Input((3, 2))
        model = Model(entry, RNN([Cell(4), Cell(5)])(entry))
        assert len(model.get_weights()) == 4 and model.output_shape == (None, 5)
        assert trained(model, data(2, 3, 2), data(2, 5))


def test_several_inputs_and_outputs():
    with installed(1):
        import keras.backend as K
        from keras.layers import Input, Layer
        from keras.models import Model

        class Both(Layer):
            def call(self, inputs, mask=None):
                a, b = inputs
                return [a + b, K.sum(a * b, axis=1, keepdims=True)]

            def get_output_shape_for(self, input_shapes):
                return [input_shapes[0], (input_shapes[0][0], 1)]

            def compute_mask(self, inputs, mask=None):
                return [None, None]

        one, two = Input((3,)), Input((3,))
        total, product = Both()([one, two])
        model = Model([one, two], [total, product])
        a, b = data(2, 3), data(2, 3)
        got = model.predict([a, b])
        assert_allclose(got[0], a + b, rtol=1e-6)
        assert_allclose(got[1], (a * b).sum(1, keepdims=True), rtol=1e-5)


def test_layers_that_only_keras_1_had_train():
    with installed(1):
        from keras.layers import Dense, Highway, MaxoutDense, SReLU
        from keras.layers.advanced_activations import ParametricSoftplus
        from keras.models import Sequential

        model = Sequential()
        model.add(MaxoutDense(4, nb_feature=2, input_dim=3, init="uniform"))
        model.add(Highway(activation="tanh"))
        model.add(ParametricSoftplus())
        model.add(SReLU(a_left_init="one", t_right_init="one"))
        model.add(Dense(2))
        model.compile("sgd", "mse")
        losses = model.fit(data(8, 3), data(8, 2), nb_epoch=4, verbose=0).history["loss"]
        assert losses[-1] < losses[0]


def test_deconvolution_of_same_padding_has_the_shape_it_is_told():
    with installed(1):
        from keras.layers import Deconvolution2D
        from keras.models import Sequential

        model = Sequential()
        model.add(Deconvolution2D(2, 3, 3, output_shape=(None, 7, 8, 2), border_mode="same", subsample=(2, 2),
                                  dim_ordering="tf", input_shape=(4, 4, 3)))  # fmt: skip
        assert model.predict(data(1, 4, 4, 3)).shape == (1, 7, 8, 2)
        assert trained(model, data(1, 4, 4, 3), data(1, 7, 8, 2))


def test_cudnn_layers_are_those_of_today_on_their_own_weights():
    from dovetail.layers import GRU as TodayGRU
    from dovetail.layers import LSTM as TodayLSTM
    from dovetail.legacy.layers.layouts import layout_of

    x = data(2, 4, 3)
    with installed(2):
        from keras.layers import CuDNNGRU, CuDNNLSTM

        for cls, today in ((CuDNNLSTM, TodayLSTM), (CuDNNGRU, TodayGRU)):
            layer = cls(2, return_sequences=True, bias_initializer="uniform")
            got = layer(x)
            gates = 4 if cls is CuDNNLSTM else 3
            assert [w.shape for w in layer.get_weights()] == [(3, 2 * gates), (2, 2 * gates), (4 * gates,)]
            modern = today(2, return_sequences=True)
            modern.build(x.shape)
            modern.set_weights(layout_of(cls.__name__, {}, 2).to_today(layer.get_weights()))
            assert_allclose(got, modern(x), rtol=1e-4, atol=1e-6)


def test_dropout_of_rows_and_of_gates():
    with installed(1):
        from keras.layers import GRU, Embedding, Input
        from keras.models import Model

        entry = Input((6,), dtype="int32")
        rows = Model(entry, Embedding(5, 3, dropout=0.5, init="one")(entry))
        x = np.array([[0, 1, 2, 3, 4, 0]])
        out = np.asarray(rows(x, training=True))[0]
        assert set(np.unique(out)) <= {0.0, 2.0} and and_same(out)
        assert_allclose(rows.predict(x), np.ones((1, 6, 3)))
        for mode in ("cpu", "mem", "gpu"):
            entry = Input((4, 3))
            model = Model(entry, GRU(2, dropout_W=0.5, dropout_U=0.5, consume_less=mode)(entry))
            y = data(3, 4, 3)
            assert not np.allclose(model(y, training=True), model.predict(y))


def and_same(out):
    return (out == out[:, :1]).all() and (out[0] == out[5]).all()


def test_a_merge_of_models_at_the_head_of_a_model():
    with installed(1):
        from keras.layers import Dense, Merge
        from keras.models import Sequential

        left, right = Sequential([Dense(3, input_dim=2)]), Sequential([Dense(3, input_dim=4)])
        model = Sequential()
        model.add(Merge([left, right], mode="concat"))
        model.add(Dense(1))
        assert len(model.get_weights()) == 6
        assert trained(model, data(4, 2), data(4, 4), data(4, 1))
        with pytest.raises(ShapeError, match="equal shapes"):
            Merge([left, Sequential([Dense(2, input_dim=4)])], mode="sum")


def test_a_derived_layer_asks_for_what_it_was_built_for():
    with installed(1):
        import keras.backend as K
        from keras.layers import Dense, TimeDistributed
        from keras.models import Sequential

        class ByRows(TimeDistributed):
            def call(self, x, mask=None):
                shape = self.input_spec[0].shape
                rows = self.layer.call(K.reshape(x, (-1, *shape[2:])))
                return K.reshape(rows, (-1, shape[1], *self.get_output_shape_for(shape)[2:]))

        model = Sequential([ByRows(Dense(2), input_shape=(3, 4))])
        x = data(5, 3, 4)
        kernel, bias = model.get_weights()
        assert_allclose(model.predict(x), x @ kernel + bias, rtol=1e-5)


def test_modules_that_the_backend_carried():
    with installed(1):
        import keras.backend as K

        assert_allclose(K.T.batched_dot(np.ones((2, 1, 3)), np.ones((2, 3, 1))), np.full((2, 1, 1), 3.0))


def test_layers_of_two_models_and_copies_of_layers():
    with installed(1):
        from keras.layers import Dense
        from keras.models import Sequential
        from keras.utils.layer_utils import layer_from_config

        model = Sequential([Dense(3, input_dim=4), Dense(2)])
        shorter = Sequential(model.layers[:1])
        assert model.layers[0].output_shape == shorter.output_shape == (None, 3)
        made = [layer_from_config({"class_name": "Dense", "config": layer.get_config()}) for layer in model.layers]
        copy = Sequential(made)
        for old, new in zip(model.layers, copy.layers, strict=True):
            new.set_weights(old.get_weights())
        x = data(5, 4)
        assert_allclose(copy.predict(x), model.predict(x), rtol=1e-6)


def test_a_layer_of_two_inputs_that_steps_through_another_layer():
    with installed(1):
        import keras.backend as K
        from keras.layers import GRU, Dense, Input, InputLayer, Layer
        from keras.models import Model, Sequential

        class Stepped(Layer):
            def build(self, input_shape):
                self.inner = GRU(2, return_sequences=True)
                self.inner.build(input_shape[1])
                self.trainable_weights += self.inner.trainable_weights
                self.losses += self.inner.losses
                super().build(input_shape)

            def compute_mask(self, inputs, mask):
                return mask[1]

            def step(self, x, states):
                return self.inner.step(x + states[-1], states)

            def call(self, x, mask=None):
                first, second = x
                constants = [*self.inner.get_constants(second), first]
                states = self.inner.get_initial_states(second)
                rows = self.inner.preprocess_input(second)
                self.updates = []
                return K.rnn(self.step, rows, states, mask=mask[1], constants=constants)[1]

            def get_output_shape_for(self, shapes):
                return (*shapes[1][:2], 2)

        first, second = Input((6,)), Input((3, 4))
        output = Stepped()([Dense(6)(first), second])
        model = Model([first, second], output)
        assert model.predict([data(5, 6), data(5, 3, 4)]).shape == (5, 3, 2)
        model = Sequential()
        model.add(InputLayer(input_shape=(3,)))
        model.add(Dense(2))
        assert model.output_shape == (None, 2)


def test_regularizers_that_are_told_their_weight():
    with installed(1):
        from keras import initializations, regularizers
        from keras.engine import Layer
        from keras.models import Sequential

        class Scaled(Layer):
            def build(self, input_shape):
                self.scale = initializations.get("one")((input_shape[1],), name=f"{self.name}_scale")
                self.trainable_weights = [self.scale]
                penalty = regularizers.get("l2")
                penalty.set_param(self.scale)
                self.regularizers.append(penalty)

            def call(self, x, mask=None):
                return x * self.scale

        model = Sequential([Scaled(input_shape=(3,))])
        model.compile("sgd", "mse")
        x = data(4, 3)
        assert model.evaluate(x, x, verbose=0) == pytest.approx(0.03, rel=1e-5)


def test_what_recurrent_layers_kept_of_their_arguments():
    with installed(1):
        from keras.layers import LSTM

        class Own(LSTM):
            def build(self, input_shape):
                self.b = self.add_weight((self.output_dim,), initializer=self.forget_bias_init, name="b")
                assert self.initial_weights is None

        layer = Own(3)
        layer.build((None, 2, 4))
        assert_allclose(layer.get_weights()[0], np.ones(3))
