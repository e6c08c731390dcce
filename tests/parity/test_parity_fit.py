"""`fit` beside Keras's: histories and weights from equal weights and data, without shuffling."""

import keras as theirs
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as ours

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(70, 6)).astype("float32")
IMAGES = GENERATOR.normal(size=(40, 8, 8, 2)).astype("float32")
BINARY = (X.sum(1) > 0).astype("float32")
CLASSES = np.argmax(X[:, :3], 1)
SETTINGS = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0}


def branches(k):
    x = k.Input((6,))
    parts = [k.layers.Dense(5, activation="relu")(x) for _ in range(3)]
    return k.Model(x, k.layers.Dense(1, activation="sigmoid")(k.layers.Add()(parts)))


def classifier(k):
    return k.Sequential([k.Input((6,)), k.layers.Dense(8, activation="tanh"), k.layers.Dense(3, activation="softmax")])


def regularized(k):
    x = k.Input((6,))
    y = k.layers.Dense(
        4, kernel_regularizer="l2", activity_regularizer="l1", kernel_constraint=k.constraints.MaxNorm(1.0)
    )(x)
    return k.Model(x, k.layers.Dense(1)(y))


def convolutional(k):
    x = k.Input((8, 8, 2))
    y = k.layers.Conv2D(3, 3, padding="same", use_bias=False)(x)
    y = k.layers.ReLU()(k.layers.BatchNormalization()(y))
    y = k.layers.MaxPooling2D()(k.layers.Add()([y, k.layers.Conv2D(3, 1)(x)]))
    return k.Model(x, k.layers.Dense(3, activation="softmax")(k.layers.Flatten()(y)))


def pair(build, **compile_arguments):
    models = []
    for k in (ours, theirs):
        model = build(k)
        arguments = {key: value(k) if callable(value) else value for key, value in compile_arguments.items()}
        model.compile(**arguments)
        models.append(model)
    generator = np.random.default_rng(1)
    weights = [generator.normal(0, 0.4, w.shape).astype("float32") for w in models[1].get_weights()]
    for index, variable in enumerate(models[1].weights):
        if "variance" in variable.name:
            weights[index] = np.abs(weights[index]) + 0.5
    for model in models:
        model.set_weights(weights)
    return models


def check(models, *data, **fit_arguments):
    """Both histories within 1e-4, and the weights after."""
    histories = [model.fit(*data, **SETTINGS | fit_arguments).history for model in models]
    assert set(histories[0]) == set(histories[1])
    for name, values in histories[1].items():
        assert_allclose(histories[0][name], values, rtol=1e-4, atol=1e-5, err_msg=name)
    for a, b in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        assert_allclose(a, b, rtol=1e-4, atol=2e-5)
    return histories


OPTIMIZERS = {
    "sgd": lambda k: k.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda k: k.optimizers.RMSprop(0.01),
    "adam": lambda k: k.optimizers.Adam(0.01),
    "adamw": lambda k: k.optimizers.AdamW(0.01, weight_decay=0.1, clipnorm=0.1),
    "schedule": lambda k: k.optimizers.Adam(k.optimizers.schedules.ExponentialDecay(0.05, 5, 0.5)),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_branches_with_every_optimizer(optimizer):
    models = pair(branches, optimizer=OPTIMIZERS[optimizer], loss="binary_crossentropy", metrics=["accuracy"])
    check(models, X, BINARY, validation_split=0.2)


def test_class_numbers_with_a_short_last_batch_and_validation_data():
    models = pair(classifier, optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    check(models, X, CLASSES, validation_data=(X[:13], CLASSES[:13]))


def test_one_hot_targets():
    models = pair(classifier, optimizer="sgd", loss="categorical_crossentropy", metrics=["acc", "mae"])
    check(models, X, np.eye(3, dtype="float32")[CLASSES])


def test_regularizers_and_constraints():
    check(pair(regularized, optimizer="sgd", loss="mse", metrics=["mse"]), X, BINARY)


def test_class_weights():
    models = pair(classifier, optimizer="sgd", loss="sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    check(models, X, CLASSES, class_weight={0: 1.0, 1: 3.0, 2: 0.5})


def test_sample_weights():
    models = pair(branches, optimizer="adam", loss="mse", metrics=["mae"], weighted_metrics=["mse"])
    check(models, X, BINARY, sample_weight=np.linspace(0, 2, 70).astype("float32"))


def test_convolution_and_batch_normalization():
    models = pair(
        convolutional,
        optimizer=lambda k: k.optimizers.SGD(0.02),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    check(models, IMAGES, CLASSES[:40], validation_split=0.25)


def two_outputs(k):
    a, b = k.Input((6,), name="a"), k.Input((6,), name="b")
    joined = k.layers.Concatenate()([k.layers.Dense(4, activation="relu")(a), k.layers.Dense(4)(b)])
    outputs = [k.layers.Dense(1, name="size")(joined), k.layers.Dense(3, activation="softmax", name="kind")(joined)]
    return k.Model([a, b], outputs)


def test_several_inputs_and_outputs_by_name():
    models = pair(
        two_outputs,
        optimizer="adam",
        loss={"size": "mse", "kind": "sparse_categorical_crossentropy"},
        loss_weights={"size": 0.5, "kind": 2.0},
        metrics={"kind": ["accuracy"], "size": ["mae"]},
    )
    x = {"a": X, "b": X[::-1].copy()}
    histories = check(models, x, {"size": BINARY, "kind": CLASSES}, validation_split=0.1)
    assert {"loss", "size_loss", "kind_loss", "kind_accuracy", "size_mae", "val_kind_accuracy"} <= set(histories[0])


def test_several_outputs_by_position():
    models = pair(two_outputs, optimizer="sgd", loss=["mse", "sparse_categorical_crossentropy"])
    check(models, [X, X], [BINARY, CLASSES])


def test_evaluate_predict_and_single_batches():
    models = pair(branches, optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    for model in models:
        model.fit(X, BINARY, **SETTINGS)
    assert_allclose(models[0].evaluate(X, BINARY, verbose=0), models[1].evaluate(X, BINARY, verbose=0), rtol=1e-4)
    assert_allclose(models[0].predict(X, verbose=0), models[1].predict(X, verbose=0), rtol=1e-4, atol=1e-6)
    for call in ("train_on_batch", "test_on_batch"):
        results = []
        for model in models:
            model.reset_metrics()
            results.append(getattr(model, call)(X[:9], BINARY[:9], return_dict=True))
        assert set(results[0]) == set(results[1])
        for name in results[1]:
            assert_allclose(results[0][name], results[1][name], rtol=1e-4, err_msg=name)


@pytest.mark.parametrize("kind", ["embedding", "masking"])
def test_masked_sequences(kind):
    def build(k):
        if kind == "embedding":
            x = k.Input((5,), dtype="int32")
            y = k.layers.Embedding(7, 4, mask_zero=True)(x)
        else:
            x = k.Input((5, 3))
            y = k.layers.Masking()(x)
        return k.Model(x, k.layers.Dense(1)(k.layers.Dense(4, activation="relu")(y)))

    # (Keras on JAX forgets the mask before it updates metrics, so only the loss can be compared.)
    models = pair(build, optimizer="sgd", loss="mse")
    if kind == "embedding":
        x = GENERATOR.integers(0, 7, (32, 5)).astype("int32")
    else:
        x = GENERATOR.normal(size=(32, 5, 3)).astype("float32") * (GENERATOR.random((32, 5, 1)) > 0.4)
    check(models, x, GENERATOR.normal(size=(32, 5, 1)).astype("float32"))
