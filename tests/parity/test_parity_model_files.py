"""Whole models in files: each library reads what the other wrote, predicts the same and trains on alike."""

import json

import keras as theirs
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as ours

BOTH_WAYS = pytest.mark.parametrize(
    ("writer", "reader"), [(ours, theirs), (theirs, ours)], ids=["to keras", "from keras"]
)
R = np.random.default_rng(0)


class Scaled:
    """A layer and a model of a user's own, for either library."""

    def __init__(self, k):
        class Scale(k.layers.Layer):
            def __init__(self, factor=2.0, **kwargs):
                super().__init__(**kwargs)
                self.factor = factor
                self.inside = [k.layers.Dense(3), k.layers.Dense(3)]

            def build(self, shape):
                self.scale = self.add_weight(shape=(3,), initializer="ones", name="scale")
                self.inside[0].build(shape)
                self.inside[1].build((None, 3))
                self.built = True

            def call(self, x):
                return self.inside[1](self.inside[0](x)) * self.factor * self.scale

            def compute_output_shape(self, shape):
                return (*shape[:-1], 3)

            def get_config(self):
                return super().get_config() | {"factor": self.factor}

        self.Scale = Scale


def branches(k, own):
    layers = k.layers
    a, b = k.Input((4,), name="a"), k.Input((3, 5), name="b")
    shared = layers.Dense(4, activation="relu", kernel_regularizer="l2", name="shared")
    inner = k.Sequential([k.Input((4,)), layers.Dense(3), layers.BatchNormalization()], name="inner")
    y = layers.Concatenate()([inner(shared(a)), own.Scale(name="own")(shared(a)), layers.Flatten()(b)])
    y = k.ops.tanh(y * 2.0 - 1.0)
    outputs = {"one": layers.Dense(1, name="one")(y), "two": layers.Dense(2, name="two")(layers.Dropout(0.0)(y))}
    model = k.Model({"a": a, "b": b}, outputs, name="branches")
    rate = k.optimizers.schedules.ExponentialDecay(0.05, 3, 0.9)
    model.compile(
        k.optimizers.Adam(rate, clipnorm=1.0, amsgrad=True),
        {"one": "mse", "two": k.losses.Huber()},
        loss_weights={"one": 2.0, "two": 1.0},
        metrics={"one": ["mae"], "two": [k.metrics.MeanSquaredError(name="squared")]},
    )
    return model


X = {"a": R.normal(size=(6, 4)).astype("float32"), "b": R.normal(size=(6, 3, 5)).astype("float32")}
Y = {"one": R.normal(size=(6, 1)).astype("float32"), "two": R.normal(size=(6, 2)).astype("float32")}


@BOTH_WAYS
def test_training_goes_on_in_the_other_library(writer, reader, tmp_path):
    for k in (writer, reader):
        k.utils.clear_session()
    path = str(tmp_path / "a.keras")
    written = branches(writer, Scaled(writer))
    written.fit(X, Y, batch_size=6, verbose=0)
    written.save(path)
    read = reader.models.load_model(path, custom_objects={"Scale": Scaled(reader).Scale})
    assert [layer.name for layer in read.layers] == [layer.name for layer in written.layers]
    for a, b in zip(written.optimizer.variables, read.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.value, b.value)
    history = [m.fit(X, Y, batch_size=6, epochs=3, shuffle=False, verbose=0).history for m in (written, read)]
    assert history[0].keys() == history[1].keys()
    for name in history[0]:
        assert_allclose(history[0][name], history[1][name], rtol=5e-4)


def sequence(k):
    layers = k.layers
    stack = [
        k.Input((4, 6)),
        layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
        layers.TimeDistributed(layers.Dense(3, kernel_constraint=k.constraints.MaxNorm(2))),
        layers.Conv1D(2, 2, padding="causal"),
        layers.LayerNormalization(),
        layers.RNN([layers.SimpleRNNCell(2), layers.GRUCell(3)]),
        layers.Dense(2, activation=k.activations.softmax, kernel_initializer=k.initializers.Constant(0.5)),
    ]
    return k.Sequential(stack)


def attention(k):
    layers = k.layers
    x = k.Input((4, 6))
    y = layers.MultiHeadAttention(2, 3)(x, x)
    y = layers.GroupQueryAttention(2, 2, 1)(y, y)
    return k.Model(x, layers.Flatten()(layers.Add()([x, y])) + 1.0)


def images(k):
    layers = k.layers
    x = k.Input((8, 8, 2))
    y = layers.SeparableConv2D(2, 3, activation="relu")(x)
    y = layers.PReLU()(layers.GroupNormalization(1)(layers.Conv2DTranspose(2, 2, dtype="mixed_bfloat16")(y)))
    y = k.ops.concatenate([k.ops.mean(y, axis=(1, 2)), layers.GlobalMaxPooling2D()(y)], axis=-1)
    return k.Model(x, k.ops.reshape(y, (-1, 2, 2))[:, 1:])


@BOTH_WAYS
@pytest.mark.parametrize("build", [sequence, attention, images])
def test_settings_and_weights(build, writer, reader, tmp_path):
    """What is read is what the same lines make in the reading library, with the weights of the writing one.

    That equal settings and weights give equal numbers is tested layer by layer, and costs less there.
    """
    models = []
    for k in (writer, reader):
        k.utils.clear_session()
        models.append(build(k))
    written, wanted = models
    written.set_weights([R.uniform(0.1, 1, w.shape) for w in written.get_weights()])
    path = str(tmp_path / "a.keras")
    written.save(path)
    read = reader.models.load_model(path)
    config, known = (json.loads(model.to_json())["config"] for model in (read, wanted))
    config["name"] = known["name"] = None
    for entry in (*config["layers"], *known["layers"]):
        if entry["class_name"] == "LayerNormalization":  # Keras writes a list once it is built
            entry["config"]["axis"] = [-1]
    assert config == known
    assert read.output_shape == written.output_shape
    for a, b in zip(written.get_weights(), read.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@BOTH_WAYS
def test_hdf5(writer, reader, tmp_path):
    path = str(tmp_path / "a.h5")
    x = writer.Input((4,))
    inner = writer.Sequential([writer.Input((3,)), writer.layers.Dense(2), writer.layers.BatchNormalization()])
    written = writer.Model(x, [inner(writer.layers.Dense(3)(x)), writer.layers.Dense(1, name="last")(x)])
    written.compile("adam", ["mean_squared_error", writer.losses.MeanAbsoluteError()], metrics=[["mae"], ["mse"]])
    written.optimizer.build(written.trainable_variables)
    for index, variable in enumerate(written.optimizer.variables[2:]):
        variable.assign(np.full(variable.shape, 0.1 + 0.01 * index))
    written.save(path)
    read = reader.models.load_model(path)
    data = R.normal(size=(3, 4)).astype("float32")
    for a, b in zip(written(data), read(data), strict=True):
        assert_allclose(a, b, rtol=1e-5)
    assert read.compiled and type(read.optimizer).__name__ == "Adam"
    if reader is ours:  # Keras builds the optimizer that it loads for no variables
        for a, b in zip(written.optimizer.variables, read.optimizer.variables, strict=True):
            np.testing.assert_array_equal(a.value, b.value)


OPTIMIZERS = [
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("AdamW", {"use_ema": True, "amsgrad": True}),
    ("Adagrad", {"gradient_accumulation_steps": 2}),
    ("Adadelta", {}),
    ("Adamax", {}),
    ("Nadam", {}),
    ("Ftrl", {}),
    ("Lion", {}),
    ("Lamb", {}),
    ("Adafactor", {}),
]


@pytest.mark.parametrize(("name", "arguments"), OPTIMIZERS, ids=[name for name, _ in OPTIMIZERS])
def test_states_of_optimizers(name, arguments, tmp_path):
    """Every variable of every optimizer finds its place in the other library: values are their places."""
    models = []
    for k in (ours, theirs):
        model = k.Sequential([k.Input((3,)), k.layers.Dense(2), k.layers.Dense(2, use_bias=False)])
        model.compile(getattr(k.optimizers, name)(**arguments), "mse")
        model.optimizer.build(model.trainable_variables)
        models.append(model)
    for index, variable in enumerate(models[0].optimizer.variables):
        variable.assign(np.full(variable.shape, index))
    for source, target in (models, models[::-1]):
        source.save_weights(tmp_path / "a.weights.h5")
        for variable in target.optimizer.variables:
            variable.assign(np.full(variable.shape, 99))
        target.load_weights(tmp_path / "a.weights.h5")
        for a, b in zip(source.optimizer.variables, target.optimizer.variables, strict=True):
            np.testing.assert_array_equal(a.value, b.value)


def test_configurations_are_the_same_text():
    for k in (ours, theirs):
        k.utils.clear_session()
    configs = [json.loads(branches(k, Scaled(k)).to_json()) for k in (ours, theirs)]
    names = [[layer["config"]["name"] for layer in config["config"]["layers"]] for config in configs]
    assert names[0] == names[1]
    for key in ("input_layers", "output_layers", "name"):
        assert configs[0]["config"][key] == configs[1]["config"][key]
    assert configs[0]["compile_config"].keys() >= {"optimizer", "loss", "metrics", "loss_weights"}
