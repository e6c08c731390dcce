"""Whole models in files, texts, copies and pickles."""

import copy
import json
import pickle
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

import dovetail as keras
from dovetail import layers
from dovetail.saving import ConfigError, ModelFileError, WeightsFileError

X = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
Y = np.random.default_rng(1).normal(size=(8, 2)).astype("float32")


@keras.saving.register_keras_serializable("tests")
class Scale(layers.Layer):
    """Writes its own variables its own way, and has a file beside them."""

    def __init__(self, words=(), **kwargs):
        super().__init__(**kwargs)
        self.words = list(words)

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")

    def call(self, x):
        return x * self.scale.value

    def save_own_variables(self, store):
        store["scale"] = self.scale

    def load_own_variables(self, store):
        self.scale.assign(store["scale"])

    def save_assets(self, folder):
        with open(f"{folder}/words.txt", "w") as file:
            file.write("\n".join(self.words))

    def load_assets(self, folder):
        with open(f"{folder}/words.txt") as file:
            self.words = file.read().split("\n")

    def get_config(self):  # without the words: they are in the file
        return layers.Layer.get_config(self) | {"words": []}


@keras.saving.register_keras_serializable("tests")
class Mine(keras.Model):
    """A subclass with layers in containers of containers."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.blocks = [[layers.Dense(units, activation="tanh")], {"rest": (layers.Dense(units), Scale(["a", "b"]))}]
        self.last = layers.Dense(2)

    def call(self, x):
        (first,), rest = self.blocks[0], self.blocks[1]["rest"]
        return self.last(rest[1](rest[0](first(x))))


@keras.saving.register_keras_serializable("tests")
def doubled(x):
    return 2 * x


def branches():
    x = keras.Input((4,), name="x")
    shared = layers.Dense(4, activation=doubled, kernel_regularizer="l2", name="shared")
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()], name="inner")
    joined = layers.Concatenate()([inner(shared(x)), shared(shared(x)) * 2.0])
    return keras.Model(x, layers.Dense(2, name="out")(Scale(["c"], name="scale")(joined)), name="branches")


@pytest.fixture(scope="module", params=[branches, Mine])
def trained(request):
    model = request.param()
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    model.fit(X, Y, batch_size=4, epochs=2, verbose=0)
    return model


def check_same(made, loaded, goes_on):
    """Same predictions and state of the optimizer, and the same numbers when training goes on."""
    assert type(loaded) is type(made) and loaded is not made
    if not isinstance(made, Mine):  # names of layers that a constructor makes are new ones
        assert [layer.name for layer in loaded.layers] == [layer.name for layer in made.layers]
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), made.predict(X, verbose=0))
    for a, b in zip(made.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.value, b.value)
    if not goes_on:  # which compiles a program
        return
    before = pickle.dumps(made)
    made.reset_metrics()
    loaded.reset_metrics()
    step = [model.train_on_batch(X, Y, return_dict=True) for model in (made, loaded)]
    assert step[0]["loss"] == step[1]["loss"]
    for a, b in zip(made.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    made.set_weights(pickle.loads(before).get_weights())


def words_of(model):
    return [layer.words for layer in model._flatten_layers() if isinstance(layer, Scale)]


@pytest.mark.parametrize("name", ["a.keras", "folder", "a.h5"])
def test_a_model_comes_back_whole(trained, tmp_path, name):
    trained.save(tmp_path / name, zipped=False if name == "folder" else None)
    loaded = keras.models.load_model(tmp_path / name)
    check_same(trained, loaded, goes_on=name != "folder" and not isinstance(trained, Mine))
    if name != "a.h5":
        assert words_of(loaded) == words_of(trained) != [[]]
    assert [path.name for path in tmp_path.iterdir()] == [name]  # no temporary file is left


def test_copies_and_pickles(trained):
    check_same(trained, pickle.loads(pickle.dumps(trained)), goes_on=isinstance(trained, Mine))
    check_same(trained, copy.deepcopy(trained), goes_on=False)


def test_json_has_the_architecture_alone():
    model = branches()
    again = keras.models.model_from_json(model.to_json(indent=1))
    assert [v.shape for v in again.weights] == [v.shape for v in model.weights] and not again.compiled
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again(X), model(X))
    model.compile("adam", "mse")
    assert keras.models.model_from_json(model.to_json()).compiled
    with pytest.raises(ConfigError, match="the text is not JSON"):
        keras.models.model_from_json("{")
    with pytest.raises(ConfigError, match="does not describe a model"):
        keras.models.model_from_json("{}")


def test_weights_alone_of_every_kind_of_file(trained, tmp_path):
    for name in ("a.keras", "a.h5"):
        trained.save(tmp_path / name)
    trained.save_weights(tmp_path / "a.weights.h5")
    for path in tmp_path.iterdir():
        other = type(trained)() if type(trained) is Mine else branches()
        other(X)
        other.load_weights(path)
        np.testing.assert_array_equal(other(X), trained(X))
    with pytest.raises(WeightsFileError, match="has no weights yet"):
        Mine().load_weights(tmp_path / "a.keras")


def test_weights_by_name(tmp_path):
    first = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(2, name="b")])
    second = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(5, name="c")])
    first.save(tmp_path / "a.h5")
    before = second.get_layer("c").get_weights()[0]
    second.load_weights(tmp_path / "a.h5", by_name=True)
    np.testing.assert_array_equal(second.get_layer("a").kernel.value, first.get_layer("a").kernel.value)
    np.testing.assert_array_equal(second.get_layer("c").kernel.value, before)
    with pytest.raises(WeightsFileError, match=r"nothing was loaded:\n    'c' has weights of the shapes"):
        second.load_weights(tmp_path / "a.h5")
    with pytest.warns(UserWarning, match="not loaded: 'c' has weights"):
        second.load_weights(tmp_path / "a.h5", skip_mismatch=True)
    first.save(tmp_path / "a.keras")
    with pytest.raises(WeightsFileError, match="leave `by_name` out"):
        second.load_weights(tmp_path / "a.keras", by_name=True)


def test_several_optimizers_of_one_model(tmp_path):
    class Two(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)
            self.other_optimizer = keras.optimizers.SGD(0.1, momentum=0.9)

        def call(self, x):
            return self.dense(x)

    models = [Two(), Two()]
    for index, model in enumerate(models):
        model(X)
        model.compile("adam", "mse")
        model.other_optimizer.build(model.trainable_variables)
        model.other_optimizer.variables[-1].assign([index + 1.0] * 2)
    models[0].save_weights(tmp_path / "a.weights.h5")
    models[1].load_weights(tmp_path / "a.weights.h5")
    np.testing.assert_array_equal(models[1].other_optimizer.variables[-1].value, [1.0, 1.0])


def test_names_and_places_of_files(tmp_path):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    with pytest.raises(ModelFileError, match=r"ends in '.keras' \(or '.h5' for older tools\)"):
        model.save(tmp_path / "a.model")
    model.save(tmp_path / "a.keras")
    with pytest.raises(ModelFileError, match="exists already"):
        model.save(tmp_path / "a.keras", overwrite=False)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        keras.models.load_model(tmp_path / "b.keras")
    with pytest.raises(TypeError, match="has no argument 'compression'"):
        model.save(tmp_path / "a.keras", compression=9)


def test_a_save_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.keras"
    keras.Sequential([keras.Input((4,)), layers.Dense(2)]).save(path)
    before = path.read_bytes()

    class Odd(layers.Layer):
        def call(self, x):
            return x

        def save_own_variables(self, store):
            raise RuntimeError("disk full")

    broken = keras.Sequential([keras.Input((4,)), Odd()])
    with pytest.raises(RuntimeError, match="disk full"):
        broken.save(path)
    with pytest.raises(RuntimeError, match="disk full"):
        broken.save_weights(tmp_path / "a.weights.h5")
    assert path.read_bytes() == before and not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_a_model_that_was_not_trained_or_compiled(tmp_path):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    for name in ("a.keras", "a.h5"):
        model.save(tmp_path / name)
        loaded = keras.models.load_model(tmp_path / name)
        assert not loaded.compiled
        np.testing.assert_array_equal(loaded(X), model(X))
    model.compile("sgd", "mse")
    model.save(tmp_path / "b.keras")
    assert keras.models.load_model(tmp_path / "b.keras").compiled
    assert not keras.models.load_model(tmp_path / "b.keras", compile=False).compiled
    with zipfile.ZipFile(tmp_path / "b.keras") as archive:
        assert sorted(archive.namelist()) == ["config.json", "metadata.json", "model.weights.h5"]
        assert json.loads(archive.read("metadata.json"))["keras_version"].startswith("3.")


def test_sixteen_bits(tmp_path):
    model = keras.Sequential([keras.Input((4,), dtype="bfloat16"), layers.Dense(2, dtype="bfloat16")])
    for name in ("a.keras", "a.h5"):
        model.save(tmp_path / name)
        loaded = keras.models.load_model(tmp_path / name)
        assert loaded.weights[0].dtype == "bfloat16"
        np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


def test_models_of_keras_2_are_read_too():
    path = Path(__file__).parents[1] / "golden" / "data" / "2.2.4-tf" / "models" / "merge_functional.h5"
    model = keras.models.load_model(path, compile=False)
    assert model.count_params() > 0
    with h5py.File(path) as file:
        names = [name.decode() for name in file["model_weights"].attrs["layer_names"]]
    assert {layer.name for layer in model.layers if layer.weights} <= set(names)
