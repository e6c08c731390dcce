"""Methods and attributes of Keras's Model, Layer and tensors are here too."""

import inspect

import jax.numpy as jnp
import keras as theirs
import numpy as np
import pytest

import dovetail as keras
from dovetail import api, layers

# public names of Keras's that are not here, with what takes their place
OF_LAYERS = {
    "rematerialized_call": "`RematScope` and `remat`",
    "call_signature_parameters": "`inspect.signature(layer.call)`",
    "supports_jit": "`compile(run_eagerly=True)`",
}
LEFT = {
    "Model": OF_LAYERS | {"export": "not there yet"},
    "Layer": OF_LAYERS,
    "KerasTensor": {"ragged_rank": "arrays are dense", "row_splits_dtype": "arrays are dense"},
}
OF_TRAINING = {
    "compute_loss_and_updates", "get_metrics_result", "jax_state_sync", "make_predict_function", "make_test_function",
    "make_train_function", "predict_step", "stateless_compute_loss", "test_step", "train_step", "predict_function",
    "test_function", "train_function", "jit_compile", "loss",
}  # fmt: skip


def objects(k):
    x = k.Input((4,))
    model = k.Model(x, k.layers.Dense(2)(x))
    model.compile("sgd", "mse")
    return {"Model": model, "Layer": k.layers.Layer(), "KerasTensor": x}


def test_names_and_signatures():
    ours, wanted = objects(keras), objects(theirs)
    for kind, theirs_object in wanted.items():
        names = [name for name in dir(theirs_object) if not name.startswith("_") and name not in OF_TRAINING]
        missing = {name for name in names if not hasattr(ours[kind], name) and not hasattr(type(ours[kind]), name)}
        assert missing == set(LEFT[kind]) - OF_TRAINING
        for name in set(names) - missing:
            methods = [getattr(type(one[kind]), name, None) for one in (ours, wanted)]
            if all(map(inspect.isfunction, methods)):
                found, signature = map(inspect.signature, methods)
                if all(
                    p.name == "self" or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in found.parameters.values()
                ):
                    continue  # takes all arguments
                difference = api.difference_of(signature, found)
                assert difference is None or "has a default here" in difference, (kind, name, difference)


def test_what_is_not_there_says_so():
    model = objects(keras)["Model"]
    for call in (
        lambda: model.quantize("int8"),
        lambda: model.layers[1].quantize("int8"),
        lambda: model.layers[1].quantized_build((2, 4), "int8"),
        lambda: model.layers[1].quantized_call(jnp.ones((1, 4))),
    ):
        with pytest.raises(NotImplementedError, match="cannot be quantized: that is not there yet"):
            call()
    with pytest.raises(NotImplementedError, match="`add_metric` of .* is gone since Keras 3"):
        model.add_metric(1.0)


def test_metrics_of_layers():
    class Counting(layers.Layer):
        def __init__(self):
            super().__init__()
            self.count = keras.metrics.Sum(name="count")
            self.weight = self.add_variable((2,), "ones", name="w")

        def call(self, x):
            self.count.update_state(jnp.ones(()))
            return x

    layer = Counting()
    layer(jnp.ones((1, 2)))
    assert [metric.name for metric in layer.metrics] == ["count"] and float(layer.metrics[0].result()) == 1
    assert len(layer.metrics_variables) == 1 and [v.name for v in layer.weights] == ["w"]


def test_tensors_are_reshaped_and_saved(tmp_path):
    x = keras.Input((4, 1))
    model = keras.Model(x, 2.0 - x.squeeze(axis=2).reshape((-1, 2, 2)))
    assert model.output_shape == (None, 2, 2)
    data = np.arange(8, dtype="float32").reshape(2, 4, 1)
    np.testing.assert_array_equal(model(data), 2 - data.reshape(2, 2, 2))
    model.save(tmp_path / "a.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "a.keras")(data), model(data))
    np.testing.assert_array_equal(theirs.models.load_model(tmp_path / "a.keras")(data), model(data))


def test_shapes_by_keyword():
    sequential = keras.Sequential([layers.Dense(3)])
    for layer in (layers.Dense(3), sequential):
        assert layer.compute_output_shape(input_shape=(None, 2)) == (None, 3)


def test_custom_objects_of_one_configuration():
    def twice(x):
        return 2 * x

    config = layers.Dense(2, activation=twice).get_config()
    assert layers.Dense.from_config(config, custom_objects={"twice": twice}).activation is twice
    with pytest.raises(ValueError, match="twice"):
        layers.Dense.from_config(config)
