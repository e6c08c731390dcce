"""What training promises beyond the plain call: frozen parts, data of other libraries, callbacks between steps."""

import threading

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import dovetail as keras
from dovetail import layers

X = np.random.default_rng(0).normal(size=(48, 4)).astype("float32")
Y = X.sum(1, keepdims=True)
LABELS = (Y > 0).astype("float32")


@pytest.fixture(autouse=True)
def repeatable():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def dense(**compile_arguments):
    made = keras.Sequential([keras.Input((4,)), layers.Dense(3, "tanh", name="hidden"), layers.Dense(1, name="out")])
    made.compile(**{"optimizer": "sgd", "loss": "mse", **compile_arguments})
    return made


def moved(model, train):
    """Which weights training changes."""
    before = model.get_weights()
    train()
    return [bool((a != b).any()) for a, b in zip(before, model.get_weights(), strict=True)]


# -- what is frozen


def test_a_compiled_discriminator_learns_while_the_combined_model_has_it_frozen():
    judge = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization(), layers.Dense(1)])
    judge.compile("sgd", "mse")
    judge.trainable = False
    noise = keras.Input((2,))
    combined = keras.Model(noise, judge(layers.Dense(4)(noise)))
    combined.compile("sgd", "mse")
    z = X[:, :2]
    for _ in range(2):
        assert all(moved(judge, lambda: judge.train_on_batch(X, LABELS)))  # its moving mean and variance, too
        assert moved(combined, lambda: combined.train_on_batch(z, LABELS)) == [True] * 2 + [False] * 8
    assert all(moved(judge, lambda: judge.fit(X, LABELS, verbose=0)))
    assert judge.trainable is False and judge.trainable_variables == []
    judge.compile("sgd", "mse")
    assert not any(moved(judge, lambda: judge.train_on_batch(X, LABELS)))


def test_a_layer_frozen_after_compile_is_told_and_takes_effect_when_compiled_again():
    model = dense()
    model.layers[0].trainable = False
    with pytest.warns(UserWarning, match="`trainable` of 'hidden' changed after .* was compiled.*Call `compile` again"):
        assert moved(model, lambda: model.fit(X, Y, verbose=0)) == [True] * 4
    assert moved(model, lambda: model.fit(X, Y, verbose=0)) == [True] * 4  # told once
    assert model.layers[0].trainable is False
    model.compile("sgd", "mse")
    assert moved(model, lambda: model.fit(X, Y, verbose=0)) == [False] * 2 + [True] * 2


# -- calls of one batch


def test_calls_of_one_batch_tell_of_that_batch_alone():
    model = dense(optimizer=keras.optimizers.SGD(0.0), metrics=["mae"])
    first, second = model.train_on_batch(X[:8], Y[:8]), model.train_on_batch(X[8:16], Y[8:16])
    assert_allclose(second, model.evaluate(X[8:16], Y[8:16], verbose=0), rtol=1e-6)
    assert_allclose(model.test_on_batch(X[:8], Y[:8]), first, rtol=1e-6)
    assert list(model.test_on_batch(X[:8], Y[:8], return_dict=True)) == ["loss", "mae"]
    assert_allclose(model.predict_on_batch(X[:8]), model.predict(X[:8], verbose=0))


def test_callbacks_of_batches_come_once_in_so_many_steps():
    calls = []
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: calls.append(("begin", batch)),
        on_train_batch_end=lambda batch, logs: calls.append(("end", batch)),
    )
    dense(steps_per_execution=4).fit(X, Y, batch_size=8, callbacks=[watch], verbose=0)
    assert calls == [("begin", 0), ("end", 3), ("begin", 4), ("end", 5)]
    with pytest.raises(ValueError, match="`steps_per_execution` is a positive integer, not 0"):
        dense(steps_per_execution=0)
    with pytest.raises(ValueError, match="training needs an optimizer"):
        dense(optimizer=None).fit(X, Y, verbose=0)


# -- weights of samples and classes


def two_outputs():
    x = keras.Input((4,))
    ones = {"kernel_initializer": "ones"}
    model = keras.Model(x, [layers.Dense(1, name="a", **ones)(x), layers.Dense(1, "sigmoid", name="b", **ones)(x)])
    model.compile(keras.optimizers.SGD(0.0), ["mse", "binary_crossentropy"])
    return model


def test_weights_of_classes_and_samples_by_output_in_any_container():
    model = two_outputs()
    weight = np.linspace(0.5, 2, 48).astype("float32")
    by_class = np.where(LABELS[:, 0] == 1, 3.0, 1.0).astype("float32")
    expected = model.train_on_batch(X, [Y, LABELS], sample_weight=[weight, weight * by_class])
    for samples, classes in (
        ({"a": weight, "b": weight}, {"b": {0: 1.0, 1: 3.0}}),
        ((weight, weight), [None, {1: 3.0}]),
        (weight, {"b": {1: 3.0}}),
        ({"a": weight, "b": weight * by_class}, None),
    ):
        found = model.train_on_batch(X, {"a": Y, "b": LABELS}, sample_weight=samples, class_weight=classes)
        assert_allclose(found, expected, rtol=1e-5)
    with pytest.raises(ValueError, match="`class_weight` has 'c'"):
        model.train_on_batch(X, [Y, LABELS], class_weight={"c": {0: 1.0}})


def test_weights_of_steps_times_weights_of_classes():
    x = keras.Input((4, 1))
    model = keras.Model(x, layers.Dense(1, "sigmoid", kernel_initializer="ones")(x))
    model.compile(keras.optimizers.SGD(0.0), "binary_crossentropy")
    steps, labels = X[..., None], (X > 0).astype("float32")[..., None]
    by_step = np.where(labels[..., 0] == 1, 2.0, 1.0).astype("float32")
    samples = np.linspace(0.5, 2, 48).astype("float32")
    expected = model.train_on_batch(steps, labels, sample_weight=by_step * samples[:, None])
    assert_allclose(
        model.train_on_batch(steps, labels, sample_weight=samples, class_weight={1: 2.0}), expected, rtol=1e-5
    )


# -- data of other libraries


class Tensor:
    """Looks like torch's, which may be on a device and in a graph."""

    def __init__(self, array, home=True):
        self.array, self.home, self.shape, self.dtype = array, home, array.shape, array.dtype

    def __len__(self):
        return len(self.array)

    def detach(self):
        return self

    def cpu(self):
        return Tensor(self.array)

    def __array__(self, dtype=None, copy=None):
        assert self.home or self.cpu() is self, "the tensor is on another device"
        return self.array


class Loader:
    """As torch's DataLoader: lists of tensors, again and again."""

    def __iter__(self):
        return ([Tensor(X[i : i + 8]), Tensor(Y[i : i + 8])] for i in range(0, 48, 8))

    def __len__(self):
        return 6


class TensorFlowData:
    """As a tf.data.Dataset: NumPy batches from `as_numpy_iterator`, a length from `cardinality`."""

    def as_numpy_iterator(self):
        return ((X[i : i + 8], Y[i : i + 8]) for i in range(0, 48, 8))

    def __iter__(self):
        raise AssertionError("would give tensors of TensorFlow")

    def __len__(self):
        raise TypeError("The dataset length is unknown.")


class Grain:
    """As a grain.MapDataset of batches: indexed, and iterable."""

    def __getitem__(self, index):
        return {"input_layer": X[index * 8 : index * 8 + 8]}, Y[index * 8 : index * 8 + 8]

    def __len__(self):
        return 6

    def __iter__(self):
        return (self[i] for i in range(len(self)))


class Numbered(keras.utils.PyDataset):
    def __getitem__(self, index):
        return X[index * 8 : index * 8 + 8], Y[index * 8 : index * 8 + 8]

    def __len__(self):
        return 6


class Endless(Numbered):
    num_batches = None

    def __getitem__(self, index):
        return super().__getitem__(index % 6)


def frames():
    import polars

    columns = list("abcd")
    yield "jax", jnp.asarray(X), jnp.asarray(Y), {}
    yield "pandas", pd.DataFrame(X, columns=columns), pd.Series(Y[:, 0], index=range(100, 148)), {}
    yield "polars", polars.DataFrame(X, columns), polars.Series(Y[:, 0]), {}
    yield "torch", Tensor(X, home=False), Tensor(Y, home=False), {}
    yield "lists", X.tolist(), Y.tolist(), {}


STREAMS = {
    "DataLoader": (Loader(), {}), "tf.data": (TensorFlowData(), {}), "Grain": (Grain(), {}),
    "PyDataset": (Numbered(workers=3, max_queue_size=4), {"shuffle": False}),
    "endless PyDataset": (Endless(), {"shuffle": False, "steps_per_epoch": 6}),
}  # fmt: skip


def test_data_of_every_kind_train_alike():
    """One model, reset for each: its programs are made once for arrays and once for streams."""
    model = dense()
    start = model.get_weights()
    expected = model.fit(X, Y, 8, 2, shuffle=False, verbose=0).history["loss"]
    for kind, x, y, arguments in frames():
        model.set_weights(start)
        found = model.fit(x, y, 8, 2, shuffle=False, verbose=0, **arguments).history["loss"]
        assert_allclose(found, expected, rtol=1e-5, err_msg=kind)
    for kind, (source, arguments) in STREAMS.items():
        model.set_weights(start)
        found = model.fit(source, epochs=2, verbose=0, **arguments).history["loss"]
        assert_allclose(found, expected, rtol=1e-5, err_msg=kind)
        if kind != "endless PyDataset":
            assert_allclose(model.predict(source, verbose=0), model.predict(X, verbose=0), rtol=1e-5, err_msg=kind)
    assert not any("prefetch" in thread.name for thread in threading.enumerate())


def test_names_of_metrics():
    model = dense(
        loss="binary_crossentropy", metrics=["accuracy", lambda a, b: jnp.mean(b)], weighted_metrics=["accuracy"]
    )
    history = model.fit(X, LABELS, verbose=0, class_weight={1: 2.0}).history
    assert sorted(history) == ["accuracy", "lambda", "loss", "weighted_accuracy"]


# -- steps and losses of one's own


def test_a_loss_of_ones_own_gets_targets_as_they_were_given():
    seen = []

    class Own(keras.Model):
        def compute_loss(self, x, y, y_pred, sample_weight=None):  # as before Keras 3.3, without `training`
            seen.append(type(y))
            return jnp.mean((y_pred - y["size"]) ** 2 * sample_weight[:, None])

    x = keras.Input((4,))
    model = Own(inputs=x, outputs=layers.Dense(1, kernel_initializer="ones")(x))
    model.compile(keras.optimizers.SGD(0.0))
    weight = np.full(48, 0.5, "float32")
    assert model.fit(X, {"size": Y + 2, "more": X}, sample_weight=weight, verbose=0).history["loss"][
        0
    ] == pytest.approx(2)
    assert set(seen) == {dict}
    with pytest.raises(ValueError, match="`class_weight` does not go with several targets"):
        model.fit(X, {"size": Y, "more": X}, class_weight={0: 1.0}, verbose=0)


def test_an_activity_regularizer_is_a_mean_over_the_samples():
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1, kernel_initializer="ones", activity_regularizer="l2")(x))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    assert_allclose(model.evaluate(X, Y, 48, verbose=0), 0.01 * (Y**2).sum() / 48, rtol=1e-5)


def test_a_symbolic_loss_is_refused():
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1)(x))
    with pytest.raises(ValueError, match="add_loss"):
        model.add_loss(keras.ops.sum(model.output))
    assert_array_equal(model.losses, [])
