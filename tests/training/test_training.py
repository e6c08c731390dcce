"""Training: binding by name, errors at the moment of the mistake, batches, interrupts."""

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as keras
from dovetail import layers

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(50, 4)).astype("float32")
Y = (X.sum(1, keepdims=True) > 0).astype("float32")


@pytest.fixture(autouse=True)
def repeatable():
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def dense_model(**compile_arguments):
    x = keras.Input((4,), name="x")
    model = keras.Model(x, layers.Dense(1, activation="sigmoid", name="out")(layers.Dense(8, activation="relu")(x)))
    model.compile(**{"optimizer": "adam", "loss": "binary_crossentropy", **compile_arguments})
    return model


def two_inputs():
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    out = layers.Dense(1, name="out")(layers.Add()([layers.Dense(3)(left), layers.Dense(3)(right)]))
    model = keras.Model([left, right], [out, layers.Dense(2, name="kind")(out)])
    model.compile("sgd", {"out": "mse", "kind": "mse"})
    return model


def fails(call):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    return str(caught.value)


def test_training_learns_and_repeats_exactly():
    runs = []
    for _ in range(2):
        keras.utils.clear_session()
        keras.utils.set_random_seed(3)
        history = dense_model(metrics=["accuracy"]).fit(X, Y, epochs=20, batch_size=8, verbose=0)
        runs.append(history.history)
    assert runs[0] == runs[1]
    assert runs[0]["loss"][-1] < runs[0]["loss"][0]
    assert set(runs[0]) == {"loss", "accuracy"}


def test_single_steps_and_loops_give_the_same_weights():
    results = []
    for callbacks in (None, [keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)]):
        keras.utils.clear_session()
        keras.utils.set_random_seed(3)
        model = dense_model()
        model.fit(X, Y, epochs=3, batch_size=8, verbose=0, callbacks=callbacks)
        results.append(model.get_weights())
    for a, b in zip(*results, strict=True):
        assert_allclose(a, b, rtol=1e-6)


def test_callbacks_of_batches_see_and_change_weights():
    model = dense_model(optimizer=keras.optimizers.SGD(0.0))
    seen = []

    class Doubling(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append((batch, sorted(logs)))
            self.model.set_weights([2 * w for w in self.model.get_weights()])

    before = model.get_weights()
    model.fit(X[:24], Y[:24], batch_size=8, verbose=0, callbacks=[Doubling()])
    assert seen == [(0, ["loss"]), (1, ["loss"]), (2, ["loss"])]
    assert_allclose(model.get_weights()[0], 8 * before[0], rtol=1e-6)


def test_an_interrupt_keeps_the_steps_that_were_done():
    model = dense_model()
    before = model.get_weights()

    def stop(batch, logs):
        if batch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, batch_size=8, verbose=0, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=stop)])
    assert not np.array_equal(before[0], model.get_weights()[0])
    assert int(model.optimizer.iterations.value) == 3
    model.fit(X, Y, verbose=0)


def test_arrays_that_a_user_took_stay_valid():
    model = dense_model()
    kernel = model.layers[1].kernel.value
    model.fit(X, Y, epochs=2, verbose=0)
    assert np.isfinite(np.asarray(kernel)).all()


def test_changing_the_learning_rate_takes_effect_without_compiling():
    model = dense_model(optimizer=keras.optimizers.SGD(0.1))
    model.fit(X, Y, batch_size=25, verbose=0)
    with jax.log_compiles(False):
        model.optimizer.learning_rate = 0.0
        before = model.get_weights()
        model.fit(X, Y, batch_size=25, verbose=0)
    assert_allclose(before[0], model.get_weights()[0])


def test_freezing_a_layer_after_training():
    model = dense_model()
    model.fit(X, Y, verbose=0)
    model.layers[1].trainable = False
    model.compile("adam", "binary_crossentropy")
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    after = model.get_weights()
    assert_allclose(before[0], after[0])
    assert not np.array_equal(before[2], after[2])


def test_dictionaries_bind_by_name():
    model = two_inputs()
    other = X[::-1].copy()
    by_name = model.predict({"right": other, "left": X}, verbose=0)
    by_place = model.predict([X, other], verbose=0)
    assert_allclose(model.predict_on_batch([X, other])[0], by_place[0], atol=1e-6)
    assert_allclose(by_name[0], by_place[0])


BINDING = {
    "misspelt": (
        lambda m: m.fit({"left": X, "rigth": X}, [Y, Y], verbose=0),
        "`x` lacks 'right' and has 'rigth'; did you mean 'right'? (the model's inputs: left, right)",
    ),
    "missing": (
        lambda m: m.predict({"left": X}, verbose=0),
        "`x` lacks 'right' (the model's inputs: left, right)",
    ),
    "extra": (
        lambda m: m.predict({"left": X, "right": X, "middle": X}, verbose=0),
        "`x` has 'middle' (the model's inputs: left, right)",
    ),
    "too few": (
        lambda m: m.predict([X], verbose=0),
        "`x` has 1 entries, the model has 2 inputs: left, right",
    ),
    "one for two": (
        lambda m: m.predict(X, verbose=0),
        "`x` is one entry, the model has 2 inputs: left, right. Give a list in this order, or a dictionary by these names",
    ),
    "targets": (
        lambda m: m.fit([X, X], {"out": Y, "kid": Y}, verbose=0),
        "`y` lacks 'kind' and has 'kid'; did you mean 'kind'? (the model's outputs: out, kind)",
    ),
    "loss": (
        lambda m: m.compile("sgd", {"out": "mse", "kin": "mse"}),
        "`loss` has 'kin'; did you mean 'kind'? (the model's outputs: out, kind)",
    ),
    "sizes": (
        lambda m: m.fit([X, X[:20]], [Y, Y], verbose=0),
        "the arrays have different numbers of samples: x has 20 and 50, y['out'] has 50, y['kind'] has 50",
    ),
    "shape": (
        lambda m: m.fit([X, X[:, :3]], [Y, Y], verbose=0),
        "`x`: input 'right' takes (batch, 4); the array has (batch, 3), 50 samples",
    ),
}


@pytest.mark.parametrize("case", BINDING)
def test_what_does_not_bind(case):
    call, text = BINDING[case]
    model = two_inputs()
    assert fails(lambda: call(model)) == text


MISTAKES = {
    "loss": (lambda: dense_model(loss="binary_crossentrpy"), "unknown loss 'binary_crossentrpy'; did you mean 'binary_crossentropy'?"),
    "metric": (lambda: dense_model(metrics=["acuracy"]), "unknown metric 'acuracy'; did you mean 'accuracy'?"),
    "optimizer": (lambda: dense_model(optimizer="adma"), "unknown optimizer 'adma'; did you mean 'adam'?"),
    "activation": (lambda: layers.Dense(2, activation="rellu"), "unknown activation 'rellu'; did you mean 'relu'?"),
    "not compiled": (
        lambda: keras.Sequential([keras.Input((2,)), layers.Dense(1)]).fit(X, Y),
        "`fit` needs the model to be compiled: call `model.compile(optimizer, loss)` first",
    ),
    "no loss": (
        lambda: dense_model(loss=None).fit(X, Y, verbose=0),
        "there is no loss to minimize: give `compile` a loss, or have a layer call `add_loss`",
    ),
    "text": (
        lambda: dense_model().fit(np.array([["a"] * 4] * 3), Y[:3], verbose=0),
        "`x` holds <U1 values (np.str_('a')): networks take numbers; encode them first",
    ),
    "big integers": (
        lambda: dense_model().fit(X[:2], np.array([[2**40], [1]]), verbose=0),
        "`y` has integers beyond 32 bits (1099511627776), which JAX does not hold here",
    ),
    "validation_split": (
        lambda: dense_model().fit(X, Y, validation_split=1.5, verbose=0),
        "`validation_split=1.5` of 50 samples leaves none on one side: it is a number between 0 and 1",
    ),
    "class numbers": (
        lambda: _fit_wrong(),
        "categorical_crossentropy got targets (batch, 1) for predictions (batch, 3). For class numbers use "
        "sparse_categorical_crossentropy, or one-hot encode the targets.",
    ),
}  # fmt: skip


def _fit_wrong():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy")
    model.fit(X, Y, verbose=0)


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_raise_when_they_are_made(case):
    call, text = MISTAKES[case]
    assert fails(call) == text


def test_steps_per_epoch_goes_on_through_the_data():
    model = dense_model()
    history = model.fit(X, Y, batch_size=8, steps_per_epoch=4, epochs=5, verbose=0)
    assert len(history.history["loss"]) == 5 and int(model.optimizer.iterations.value) == 20


def test_initial_epoch_and_validation_frequency():
    history = dense_model().fit(X, Y, epochs=6, initial_epoch=2, validation_split=0.2, validation_freq=2, verbose=0)
    assert history.epoch == [2, 3, 4, 5] and len(history.history["val_loss"]) == 2


def test_several_class_weights_and_sample_weights_multiply():
    model = dense_model(loss="mse", weighted_metrics=["mse"])
    results = []
    for arguments in (
        {"class_weight": {0: 2.0, 1: 1.0}, "sample_weight": np.full(50, 0.5)},
        {"sample_weight": np.where(Y[:, 0] == 0, 1.0, 0.5)},
    ):
        model.reset_metrics()
        model.optimizer.learning_rate = 0.0
        results.append(model.train_on_batch(X, Y, return_dict=True, **arguments)["loss"])
    assert_allclose(results[0], results[1], rtol=1e-6)


def test_subclassed_models_train():
    class Mine(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(8, activation="relu")
            self.drop = layers.Dropout(0.2)
            self.out = layers.Dense(1)

        def call(self, x, training=False):
            return self.out(self.drop(self.hidden(x), training=training))

    model = Mine()
    model.compile("adam", "mse", metrics=["mae"])
    losses = model.fit(X, Y, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert len(model.weights) == 4 and model.predict(X[:3], verbose=0).shape == (3, 1)


def test_functional_built_inside_a_subclass():
    class Mine(keras.Model):
        def __init__(self, units):
            x = keras.Input((4,))
            super().__init__(inputs=x, outputs=layers.Dense(units)(x))
            self.units = units

    assert Mine(3).predict(X, verbose=0).shape == (50, 3)


def test_losses_that_layers_add():
    class Penalty(keras.Layer):
        def call(self, x):
            self.add_loss(0.1 * (x**2).sum())
            return x

    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1)(Penalty()(x)))
    model.compile("sgd", None)
    assert model.fit(X, batch_size=50, verbose=0).history["loss"][0] == pytest.approx(0.1 * (X**2).sum(), rel=1e-4)


def test_an_optax_transformation_as_optimizer():
    import optax

    model = dense_model(optimizer=optax.adam(1e-2))
    losses = model.fit(X, Y, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


def test_models_in_models_and_sequential_add_and_pop():
    inner = keras.Sequential([layers.Dense(5, activation="relu"), layers.Dense(2)])
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1)(inner(x)))
    assert len(model.weights) == 6 and model.predict(X, verbose=0).shape == (50, 1)
    stack = keras.Sequential([keras.Input((4,))])
    stack.add(layers.Dense(3))
    stack.add(layers.Dense(2))
    stack.pop()
    assert stack.output_shape == (None, 3) and len(stack.layers) == 1


def test_an_own_jax_loop_with_stateless_calls():
    model = dense_model()
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)
    trainable = [v.value for v in model.trainable_variables]
    others = [v.value for v in model.non_trainable_variables]
    slots = [v.value for v in optimizer.variables]

    @jax.jit
    def step(trainable, others, slots):
        def loss(trainable):
            y, new = model.stateless_call(trainable, others, X, training=True)
            return ((y - Y) ** 2).mean(), new

        (value, new), gradients = jax.value_and_grad(loss, has_aux=True)(trainable)
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        return trainable, new, slots, value

    values = []
    for _ in range(30):
        trainable, others, slots, value = step(trainable, others, slots)
        values.append(float(value))
    assert values[-1] < values[0]


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_training(policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = dense_model(metrics=["accuracy"])
        losses = model.fit(X, Y, epochs=15, verbose=0).history["loss"]
        assert losses[-1] < losses[0] and model.weights[0].dtype == "float32"
        assert model.predict(X, verbose=0).dtype == policy.removeprefix("mixed_")
    finally:
        keras.config.set_dtype_policy(None)


def test_a_stack_without_input_shape_takes_it_from_the_data():
    model = keras.Sequential([layers.Dense(3), layers.BatchNormalization(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X.astype("float64"), Y, verbose=0)
    assert model.input_shape == (None, 4) and model.inputs[0].dtype == "float32"


def test_data_of_pandas():
    import pandas as pd

    dense_model().fit(pd.DataFrame(X), pd.Series(Y[:, 0]), verbose=0)


def test_metrics_whose_state_has_the_shape_of_the_data():
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(2)(x))
    model.compile("adam", "mse", metrics=["r2_score"])
    targets = X[:, :2] * 2 + 1
    history = model.fit(X, targets, epochs=5, verbose=0).history
    predictions = model.predict(X, verbose=0)
    spread = ((targets - targets.mean(0)) ** 2).sum(0)
    expected = (1 - ((targets - predictions) ** 2).sum(0) / spread).mean()
    assert model.evaluate(X, targets, verbose=0, return_dict=True)["r2_score"] == pytest.approx(expected, rel=1e-3)
    assert len(history["r2_score"]) == 5


def test_a_loss_of_ones_own_is_used():
    class Doubled(keras.Model):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return 2 * super().compute_loss(x, y, y_pred, sample_weight, training)

    losses = []
    for cls in (keras.Model, Doubled):
        keras.utils.set_random_seed(0)
        x = keras.Input((4,))
        model = cls(inputs=x, outputs=layers.Dense(1, kernel_initializer="ones")(x))
        model.compile(keras.optimizers.SGD(0.0), "mse")
        losses.append(model.fit(X, Y, verbose=0).history["loss"][0])
    assert losses[1] == pytest.approx(2 * losses[0], rel=1e-5)


def test_moving_averages_become_the_weights_at_the_end_of_fit():
    model = dense_model(optimizer=keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.9))
    model.fit(X, Y, batch_size=10, epochs=2, verbose=0)
    for average, weight in zip(model.optimizer._averages, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(average.value, weight.value)


def test_compiling_again_trains_on_the_new_loss():
    model = dense_model(loss="mse", optimizer=keras.optimizers.SGD(0.0))
    first = model.fit(X, Y, verbose=0).history["loss"][0]
    for _ in range(5):
        model.compile(keras.optimizers.SGD(0.0), "mae")
        second = model.fit(X, Y, verbose=0).history["loss"][0]
        assert second != pytest.approx(first, rel=1e-3)
        model.compile(keras.optimizers.SGD(0.0), "mse")
        assert model.fit(X, Y, verbose=0).history["loss"][0] == pytest.approx(first, rel=1e-5)
