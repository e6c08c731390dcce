"""Optimizers of users' own, and `get_updates` of the library's."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import installed

X = np.arange(12, dtype="float32").reshape(4, 3) / 12
Y = np.array([[0.0], [1], [1], [0]], "float32")


def regression(optimizer, **arguments):
    from keras.layers import Dense
    from keras.models import Sequential

    model = Sequential([Dense(1, input_dim=3, **arguments)])
    model.set_weights([np.array([[0.5], [-0.25], [1.0]]), np.array([0.1])])
    model.compile(loss="mse", optimizer=optimizer)
    return model


def momentum_of_keras_1():
    from keras import backend as K
    from keras.optimizers import Optimizer

    class Momentum(Optimizer):
        def __init__(self, lr=0.01, momentum=0.9, **kwargs):
            super().__init__(**kwargs)
            self.__dict__.update(locals())
            self.iterations = K.variable(0.0)
            self.lr = K.variable(lr)
            self.momentum = K.variable(momentum)

        def get_updates(self, params, constraints, loss):
            grads = self.get_gradients(loss, params)
            self.updates = [(self.iterations, self.iterations + 1.0)]
            moments = [K.variable(np.zeros(K.get_value(p).shape)) for p in params]
            self.weights = [self.iterations, *moments]
            for p, g, m in zip(params, grads, moments):  # noqa: B905
                v = self.momentum * m - self.lr * g
                self.updates.append((m, v))
                new_p = p + v
                if p in constraints:
                    new_p = constraints[p](new_p)
                self.updates.append((p, new_p))
            return self.updates

    return Momentum


def momentum_of_keras_2():
    from keras import backend as K
    from keras.optimizers import Optimizer

    class Momentum(Optimizer):
        def __init__(self, lr=0.01, momentum=0.9, **kwargs):
            super().__init__(**kwargs)
            with K.name_scope(self.__class__.__name__):
                self.iterations = K.variable(0, dtype="int64", name="iterations")
                self.lr = K.variable(lr, name="lr")
                self.momentum = momentum

        def get_updates(self, loss, params):
            grads = self.get_gradients(loss, params)
            self.updates = [K.update_add(self.iterations, 1)]
            moments = [K.zeros(K.int_shape(p)) for p in params]
            self.weights = [self.iterations, *moments]
            steps = K.cast(self.iterations, K.floatx()) * 0.0 + 1.0
            for p, g, m in zip(params, grads, moments):  # noqa: B905
                v = self.momentum * m - self.lr * g * steps
                self.updates.append(K.update(m, v))
                new_p = p + v
                if getattr(p, "constraint", None) is not None:
                    new_p = p.constraint(new_p)
                self.updates.append(K.update(p, new_p))
            return self.updates

        def get_config(self):
            return {**super().get_config(), "lr": float(K.get_value(self.lr)), "momentum": self.momentum}

    return Momentum


@pytest.mark.parametrize(("version", "make"), [("1.2.2", momentum_of_keras_1), ("2.2.4", momentum_of_keras_2)])
def test_an_optimizer_of_ones_own_trains_as_the_librarys(version, make):
    with installed(version) as release:
        from keras import backend as K
        from keras.constraints import nonneg
        from keras.optimizers import SGD

        arguments = {"W_constraint" if release.dialect == 1 else "kernel_constraint": nonneg()}
        own = regression(make()(lr=0.1, momentum=0.5), **arguments)
        ours = regression(SGD(lr=0.1, momentum=0.5), **arguments)
        for _ in range(3):
            assert own.train_on_batch(X, Y) == pytest.approx(ours.train_on_batch(X, Y), rel=1e-5)
        own.fit(X, Y, nb_epoch=2, batch_size=2, shuffle=False, verbose=0)
        ours.fit(X, Y, nb_epoch=2, batch_size=2, shuffle=False, verbose=0)
        for a, b in zip(own.get_weights(), ours.get_weights(), strict=True):
            assert_allclose(a, b, rtol=1e-5)
        assert int(K.get_value(own.optimizer.iterations)) == 7
        K.set_value(own.optimizer.lr, 0.0)
        own.optimizer.set_weights([np.zeros_like(array) for array in own.optimizer.get_weights()])
        before = own.get_weights()
        own.train_on_batch(X, Y)
        assert_allclose(own.get_weights()[0], before[0])


def test_updates_for_a_function():
    """How agents of reinforcement learning trained: a loss of their own, `get_updates`, and K.function."""
    for version in ("1.2.2", "2.2.4"):
        with installed(version) as release:
            from keras import backend as K
            from keras.layers import Dense, Input
            from keras.models import Model
            from keras.optimizers import Adam

            x = Input(shape=(3,))
            model = Model(x, Dense(1)(x))
            start = [np.array([[0.5], [-0.25], [1.0]], "float32"), np.array([0.1], "float32")]
            model.set_weights(start)
            wanted = K.placeholder(shape=(None, 1))
            loss = K.mean(K.square(model.output - wanted))
            optimizer = Adam(lr=0.05)
            if release.dialect == 1:
                updates = optimizer.get_updates(model.trainable_weights, [], loss)
            else:
                updates = optimizer.get_updates(loss=loss, params=model.trainable_weights)
            train = K.function([model.input, wanted], [loss], updates=updates)
            losses = [float(train([X, Y])[0]) for _ in range(2)]
            trained = model.get_weights()

            model.set_weights(start)
            model.compile(Adam(lr=0.05), "mse")
            assert_allclose(losses, [model.train_on_batch(X, Y) for _ in range(2)], rtol=1e-5)
            assert_allclose(trained[0], model.get_weights()[0], rtol=1e-5)


def test_what_cannot_be_run_says_so():
    with installed("2.15.0"):
        from tensorflow.keras.optimizers import Optimizer

        class OfTensorFlow(Optimizer):
            def _resource_apply_dense(self, grad, var):
                raise AssertionError

        with pytest.raises(NotImplementedError, match="update_step"):
            OfTensorFlow(name="mine").build([])
