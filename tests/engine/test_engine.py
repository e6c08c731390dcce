"""The ground floor: variables, pure calls, symbolic tensors, layers of one's own."""

import subprocess
import sys
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as keras
from dovetail import layers
from dovetail.engine.context import StatelessScope
from dovetail.engine.graph import GraphError
from dovetail.engine.randomness import SeedGenerator


class Scale(keras.Layer):
    """A layer as users write them."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="kernel")

    def call(self, x, training=False):
        return x * self.kernel * (self.factor if training else 1.0)


def test_a_variable_keeps_its_shape_and_dtype():
    v = keras.Variable(np.zeros((2, 3)), name="v")
    v.assign(np.ones((2, 3)))
    assert v.dtype == "float32" and float(v.value.sum()) == 6
    with pytest.raises(ValueError, match=r"'v' has the shape \(2, 3\); a value of the shape \(3,\)"):
        v.assign(np.ones(3))


def test_a_variable_takes_part_in_arithmetic():
    v = keras.Variable(np.arange(4.0))
    x = jnp.ones((2, 4))
    for got, want in ((x + v, x + v.value), (x @ v, x @ v.value), (v[1:], v.value[1:]), (2 * v, 2 * v.value)):
        assert_allclose(got, want)


def test_a_scope_holds_what_is_assigned_inside():
    v = keras.Variable(1.0)
    with StatelessScope([(v, jnp.asarray(5.0))]) as scope:
        v.assign_add(1.0)
        assert float(v.value) == 6
    assert float(v.value) == 1 and float(scope.get_current_value(v)) == 6


def test_threads_do_not_see_each_others_state():
    v = keras.Variable(0.0)
    seen = {}

    def work(number):
        with StatelessScope([(v, jnp.asarray(float(number)))]):
            barrier.wait()
            seen[number] = float(v.value)

    barrier = threading.Barrier(4)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {0: 0.0, 1: 1.0, 2: 2.0, 3: 3.0}


def test_a_seed_generator_counts():
    generator = SeedGenerator(7)
    assert generator.next().tolist() == [7, 0] and generator.next().tolist() == [7, 1]


def test_own_layers_work_symbolically_eagerly_and_compiled():
    layer = Scale()
    y = layer(keras.Input((3,)))
    assert (y.shape == (None, 3) and layer.kernel.path == "scale/kernel") or "kernel" in layer.kernel.path
    x = np.ones((2, 3), np.float32)
    assert_allclose(layer(x), x)
    assert_allclose(layer(x, training=True), 2 * x)
    values = [v.value for v in layer.trainable_variables]
    out, _ = jax.jit(layer.stateless_call)(values, [], x)
    assert_allclose(out, x)


def test_the_configuration_comes_from_the_constructor():
    layer = Scale(3.0, name="mine")
    assert layer.get_config() == {"factor": 3.0, "trainable": True, "dtype": "float32", "name": "mine"}
    assert Scale.from_config(layer.get_config()).factor == 3.0


def test_a_misspelt_argument_names_the_closest():
    with pytest.raises(TypeError, match=r"Dense 'dense\w*' has no argument 'unit'; did you mean 'units'\?"):
        layers.Dense(3, unit=3)


def test_tensors_have_operators_and_slices():
    x = keras.Input((4, 6))
    assert (x[:, 0] + 1).shape == (None, 6)
    assert (2 - x).shape == (None, 4, 6) and (x @ jnp.ones((6, 2))).shape == (None, 4, 2)
    model = keras.Model(x, (x[:, :2] - x[:, 2:]) ** 2)
    data = np.arange(48.0, dtype=np.float32).reshape(2, 4, 6)
    assert_allclose(model(data), (data[:, :2] - data[:, 2:]) ** 2)


def test_a_symbolic_tensor_refuses_to_be_a_value():
    x = keras.Input((4,))
    with pytest.raises(TypeError, match="is symbolic: it has no values yet"):
        bool(x)
    with pytest.raises(TypeError, match="symbolic"):
        np.asarray(x)


def test_nested_inputs_and_outputs():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    model = keras.Model({"a": a, "b": b}, {"sum": a + b, "both": [a, (b, a * b)]})
    x = {"a": np.ones((2, 3), np.float32), "b": np.full((2, 3), 2, np.float32)}
    out = model(x)
    assert_allclose(out["sum"], 3 * np.ones((2, 3)))
    assert_allclose(out["both"][1][1], 2 * np.ones((2, 3)))


def test_a_shared_layer_is_one_set_of_weights():
    a, b = keras.Input((3,)), keras.Input((3,))
    dense = layers.Dense(2)
    model = keras.Model([a, b], dense(a) + dense(b))
    assert len(model.weights) == 2
    with pytest.raises(AttributeError, match="was called 2 times"):
        _ = dense.output


def test_a_missing_input_is_named():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    with pytest.raises(GraphError) as caught:
        keras.Model(a, layers.Add()([a, b]))
    assert str(caught.value) == (
        "the outputs depend on 'b', which is not among the model's inputs ('a'). Add it to `inputs`."
    )


def test_freezing_moves_variables_and_thawing_brings_them_back():
    layer = layers.BatchNormalization()
    layer.build((None, 3))
    layer.trainable = False
    assert layer.trainable_variables == [] and len(layer.non_trainable_variables) == 4
    layer.trainable = True
    assert [v.name for v in layer.trainable_variables] == ["gamma", "beta"]


def test_a_model_is_transparent_to_jax():
    x = keras.Input((3,))
    model = keras.Model(x, layers.Dense(1, activation="tanh")(x))
    data = jnp.ones((5, 3))
    assert_allclose(jax.jit(model)(data), model(data), rtol=1e-6)
    assert_allclose(jax.vmap(lambda row: model(row[None])[0])(data), model(data), rtol=1e-6)
    assert jax.grad(lambda d: model(d).sum())(data).shape == (5, 3)


def test_a_changed_setting_is_noticed_by_compiled_programs():
    x = keras.Input((1000,))
    dropout = layers.Dropout(0.5, seed=1)
    model = keras.Model(x, dropout(x))
    data = np.ones((1, 1000), np.float32)
    assert 300 < int((model(data, training=True) == 0).sum()) < 700
    dropout.rate = 0.0
    assert int((model(data, training=True) == 0).sum()) == 0


def test_assigning_inside_a_transformation_is_refused():
    v = keras.Variable(0.0)
    with pytest.raises(TypeError, match="Use `stateless_call`"):
        jax.jit(v.assign_add)(1.0)


def test_mixed_precision_computes_in_16_bits_and_stores_32():
    layer = layers.Dense(2, dtype="mixed_bfloat16")
    y = layer(np.ones((1, 3), np.float32))
    assert y.dtype == jnp.bfloat16 and layer.kernel.dtype == "float32"


def test_an_input_spec_is_checked_at_every_call():
    class Images(keras.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.input_spec = keras.InputSpec(ndim=4, axes={-1: 3})

        def call(self, x):
            return x

    layer = Images(name="images")
    assert layer(keras.Input((8, 8, 3))).shape == (None, 8, 8, 3)
    with pytest.raises(ValueError) as caught:
        layer(keras.Input((8, 3)))
    assert str(caught.value) == "Images 'images' takes inputs with 4 axes, not 3; it was called on (batch, 8, 3)"
    with pytest.raises(ValueError, match="takes inputs with size 3 on axis -1, not 4"):
        layer(np.ones((2, 8, 8, 4), "float32"))


def test_masks_and_keywords_of_layers_with_several_arguments():
    class Two(keras.Layer):
        def call(self, a, b=None, training=False):
            return a if b is None else a + b

    a, b = keras.Input((3,)), keras.Input((3,))
    model = keras.Model([a, b], Two()(a, b=b))
    ones = np.ones((2, 3), np.float32)
    assert_allclose(model([ones, ones]), 2 * ones)
    assert Two()(a).shape == (None, 3)


def test_layers_inside_layers_are_built_when_first_called():
    class Pair(keras.Layer):
        def __init__(self):
            super().__init__()
            self.parts = {"first": layers.Dense(3), "rest": [layers.Dense(2)]}

        def call(self, x):
            return self.parts["rest"][0](self.parts["first"](x))

    pair = Pair()
    assert pair(keras.Input((5,))).shape == (None, 2) and len(pair.weights) == 4
    assert [type(layer).__name__ for layer in pair._flatten_layers()] == ["Pair", "Dense", "Dense"]


FLOAT64 = """
import jax
jax.config.update("jax_enable_x64", True)
import numpy as np
import dovetail as keras
keras.config.set_floatx("float64")
x = keras.Input((4,))
model = keras.Model(x, keras.layers.Dense(1)(keras.layers.BatchNormalization()(x)))
model.compile("adam", "mse", metrics=["mae"])
data = np.random.default_rng(0).normal(size=(40, 4))
model.fit(data, data.sum(1), verbose=0)
assert model.predict(data, verbose=0).dtype == np.float64 and model.weights[0].dtype == "float64"
"""


def test_float64_where_jax_has_it():
    subprocess.run([sys.executable, "-c", FLOAT64], check=True)
