"""Functions of JAX and modules of Flax as layers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import dovetail
from dovetail import layers

X = np.ones((4, 3), "float32")


def noisy(params, state, rng, inputs, training):
    x = inputs @ params["dense"]["w"] + params["b"]
    if training:
        x = x + jax.random.normal(rng, x.shape)
    return x, {"calls": state["calls"] + 1}


def begin(rng, inputs):
    w = jax.random.normal(rng, (inputs.shape[-1], 2))
    return {"dense": {"w": w}, "b": 0.0}, {"calls": 0}


def test_params_train_state_changes_and_keys_differ():
    dovetail.utils.set_random_seed(0)
    layer = layers.JaxLayer(noisy, begin, seed=3)
    model = dovetail.Sequential([dovetail.Input((3,)), layer])
    assert [v.path.split("/")[-1] for v in layer.trainable_variables] == ["params_b", "params_dense_w"]
    assert layer.state["calls"].dtype == "int32"
    first, second = layer(X, training=True), layer(X, training=True)
    assert not np.array_equal(first, second)
    assert int(layer.state["calls"].value) == 2
    before = layer.get_weights()
    model.compile("sgd", "mse")
    model.fit(X, np.zeros((4, 2)), batch_size=2, verbose=0)
    assert int(layer.state["calls"].value) == 4
    assert all(np.any(old != new) for old, new in zip(before[:2], layer.get_weights()[:2], strict=True))
    assert_array_equal(layer(X), layer(X))


def test_given_params():
    layer = layers.JaxLayer(lambda params, inputs: inputs * params, params=np.float32(2))
    assert layer.built and len(layer.trainable_variables) == 1
    assert_array_equal(layer(X), 2 * X)
    assert_array_equal(layers.JaxLayer(lambda inputs: inputs + 1)(X), X + 1)


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda: layers.JaxLayer(lambda params, x: x), "`call_fn` has the argument 'x'"),
        (lambda: layers.JaxLayer(lambda params: params), "`call_fn` lacks the argument `inputs`"),
        (lambda: layers.JaxLayer(lambda params, inputs: inputs), "nothing to begin with: give `init_fn`"),
        (lambda: layers.JaxLayer(noisy, lambda inputs, seed: 0), "`init_fn` has the argument 'seed'"),
        (
            lambda: layers.JaxLayer(lambda state, inputs: (inputs, [state]), state={"n": 0})(X),
            "the new state is .*, it was",
        ),
    ],
)
def test_misuse(misuse, message):
    with pytest.raises(ValueError, match=message):
        misuse()


def test_flax_that_is_not_there_is_asked_for(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "flax.linen", None)
    with pytest.raises(ImportError, match=r'flax is needed for this: pip install "dovetail\[flax\]"'):
        layers.FlaxLayer(object())


def test_flax():
    linen = pytest.importorskip("flax.linen")

    @dovetail.saving.register_keras_serializable("tests")
    class Module(linen.Module):
        units: int

        @linen.compact
        def __call__(self, inputs, training=False):
            x = linen.Dense(self.units)(inputs)
            x = linen.BatchNorm(use_running_average=not training)(x)
            return linen.Dropout(0.5, deterministic=not training)(x)

        def get_config(self):
            return {"units": self.units}

        @classmethod
        def from_config(cls, config):
            return cls(**config)

    layer = layers.FlaxLayer(Module(2))
    model = dovetail.Sequential([dovetail.Input((3,)), layer])
    assert sorted(v.shape for v in layer.trainable_variables) == [(2,), (2,), (2,), (3, 2)]
    module = Module(2)
    values = jax.tree.map(lambda v: v.value, {**layer.params, **layer.state})
    assert_allclose(layer(X), module.apply(values, jnp.asarray(X)), rtol=1e-5)
    model.compile("sgd", "mse")
    before = jax.tree.map(lambda v: v.numpy(), layer.state)
    model.fit(X, np.ones((4, 2)), verbose=0)
    assert any(
        np.any(a != b.numpy()) for a, b in zip(jax.tree.leaves(before), jax.tree.leaves(layer.state), strict=True)
    )
    again = layers.FlaxLayer.from_config(layer.get_config())
    again(X)
    again.set_weights(layer.get_weights())
    assert_allclose(again(X), layer(X), rtol=1e-6)
    given = layers.FlaxLayer(module, variables=values)
    assert_allclose(given(X), module.apply(values, jnp.asarray(X)), rtol=1e-5)
