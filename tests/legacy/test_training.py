"""compile, fit, evaluate and predict in the words of old releases."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import installed

X = np.arange(24, dtype="float32").reshape(8, 3) / 24
Y = np.eye(2, dtype="float32")[[0, 1, 1, 0, 1, 0, 0, 1]]


def classifier(**compile_arguments):
    from keras.layers import Dense
    from keras.models import Sequential

    model = Sequential([Dense(2, input_dim=3, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", **compile_arguments)
    return model


def batches(seen):
    while True:
        for start in (0, 4):
            seen.append(start)
            yield X[start : start + 4], Y[start : start + 4]


def test_epochs_of_generators_are_counted_in_samples_in_keras_1():
    with installed(1):
        model = classifier(metrics=["accuracy"])
        arguments = {"nb_epoch": 3, "verbose": 0, "max_q_size": 1}
        history = model.fit_generator(
            batches([]), 8, validation_data=batches([]), nb_val_samples=4, **arguments
        )  # fmt: skip
        assert sorted(history.history) == ["acc", "loss", "val_acc", "val_loss"] and len(history.epoch) == 3
        assert int(model.optimizer.iterations.value) == 3 * 2
        assert model.predict_generator(batches([]), val_samples=8).shape == (8, 2)
        whole = model.evaluate(X, Y, verbose=0)
        assert_allclose(model.evaluate_generator(batches([]), 8), whole, rtol=1e-5)
        model.fit_generator(batches([]), steps_per_epoch=3, epochs=1, verbose=0)  # Keras 2's words
        assert int(model.optimizer.iterations.value) == 3 * 2 + 3


def test_epochs_of_generators_are_counted_in_steps_in_keras_2():
    with installed("2.2.4"):

        class Batches:
            def __len__(self):
                return 2

            def __getitem__(self, index):
                return X[index * 4 : index * 4 + 4], Y[index * 4 : index * 4 + 4]

        model = classifier()
        history = model.fit_generator(batches([]), 3, 2, 0, None, (X, Y), class_weight={0: 1.0, 1: 2.0})
        assert int(model.optimizer.iterations.value) == 3 * 2 and sorted(history.history) == ["loss", "val_loss"]
        model.fit_generator(Batches(), epochs=2, verbose=0, workers=2, use_multiprocessing=False)
        assert int(model.optimizer.iterations.value) == 3 * 2 + 2 * 2
        assert_allclose(model.evaluate_generator(Batches()), model.evaluate(X, Y, verbose=0), rtol=1e-5)
        assert_allclose(model.predict_generator(Batches(), workers=1), model.predict(X), rtol=1e-6)


def test_words_of_keras_0():
    with installed(1):
        model = classifier(class_mode="categorical")
        history = model.fit(X, Y, 4, 1, 0, show_accuracy=True)
        assert sorted(history.history) == ["acc", "loss"]
        loss, accuracy = model.evaluate(X, Y, show_accuracy=True, verbose=0)
        classes, probabilities = model.predict_classes(X, verbose=0), model.predict_proba(X, verbose=0)
        assert_allclose(probabilities.argmax(1), classes)
        assert accuracy == pytest.approx((classes == Y.argmax(1)).mean()) and loss > 0
        assert len(model.fit(X, Y, verbose=0).epoch) == 10


def test_orders_of_train_on_batch():
    weights = np.array([0, 0, 1, 1], "float32")
    table = {0: 1.0, 1: 0.0}
    with installed(1):
        from keras.models import Model

        model = classifier()
        other = Model(model.input, model.output)
        other.compile("sgd", "categorical_crossentropy")
        start = model.get_weights()
        by_class = model.train_on_batch(X[:4], Y[:4], table)  # class weights come first in a Sequential
        model.set_weights(start)
        by_sample = model.train_on_batch(X[:4], Y[:4], None, weights)
        model.set_weights(start)
        assert other.train_on_batch(X[:4], Y[:4], weights) == pytest.approx(by_sample)
        other.set_weights(start)
        assert other.train_on_batch(X[:4], Y[:4], None, table) == pytest.approx(by_class)
        assert by_class != pytest.approx(by_sample)


def test_class_weights_of_another_kind_had_no_effect():
    with installed("2.2.4"):
        model = classifier()
        start = model.get_weights()
        plain = model.train_on_batch(X, Y)
        model.set_weights(start)
        with pytest.warns(UserWarning, match="class_weight='auto' has no effect, as it had none in Keras 2.2.4"):
            assert model.train_on_batch(X, Y, class_weight="auto") == pytest.approx(plain)


def test_weights_of_steps():
    with installed("2.2.4"):
        from keras.layers import Dense, TimeDistributed
        from keras.models import Sequential

        model = Sequential([TimeDistributed(Dense(1), input_shape=(2, 3))])
        model.compile("sgd", "mse", sample_weight_mode="temporal")
        x, y = X[:4].reshape(2, 2, 3), np.ones((2, 2, 1))
        weights = np.array([[1, 0], [2, 0]], "float32")
        errors = np.square(model.predict(x) - y)[..., 0]
        loss = model.evaluate(x, y, sample_weight=weights, verbose=0)
        assert loss == pytest.approx((errors * weights).sum() / 2, rel=1e-5)


def test_what_cannot_be_compiled():
    with installed("2.2.4"):
        with pytest.raises(TypeError, match="give the targets to `fit`"):
            classifier(target_tensors=[X])
        with pytest.raises(TypeError, match="has no argument 'metric'; did you mean 'metrics'"):
            classifier(metric=["acc"])
        with pytest.raises(ValueError, match="accurracy"):
            classifier(metrics=["accurracy"])


def test_one_number_is_a_number_whatever_its_axes():
    with installed(1):
        import keras.backend as K
        from keras.layers import Dense
        from keras.models import Sequential

        model = Sequential([Dense(1, input_dim=2, activation="sigmoid")])
        x = np.ones((1, 2), "float32")
        predicted = model.predict(x)
        row = np.zeros(2)
        row[1] = predicted
        inner = K.function([model.input], [model.output])([x])[0]
        assert float(predicted) == row[1] == float(inner) == predicted.max() == float(model.predict_on_batch(x))
        assert int(model.predict_classes(x)) in (0, 1) and ["no", "yes"][model.predict_classes(x)[0]] in ("no", "yes")
        assert type(predicted.sum()) is np.float32 and type(pickle.loads(pickle.dumps(predicted))) is np.ndarray
        assert repr(predicted).startswith("array([[")
        with pytest.raises(ValueError, match="size 1"):
            float(model.predict(np.ones((2, 2))))


@pytest.mark.parametrize("spoken", [1, 2, "2.15.0"])
def test_a_list_of_one_tensor_is_as_good_as_the_tensor(spoken):
    with installed(spoken):
        from keras.layers import Dense, Input
        from keras.models import Model

        x = Input((3,))
        model = Model([x], [Dense(2)(x)])
        assert model.output_shape == (None, 2) and model.input_shape == (None, 3)
        assert model.predict(X).shape == model.predict_on_batch([X]).shape == (8, 2)
        assert model(Input((3,))).shape == (None, 2)
        model.compile("sgd", ["mse"])
        model.fit([X], [Y], verbose=0)
        assert np.isscalar(model.evaluate(X, Y, verbose=0))
