"""Traces of equal layers are kept, and nothing else is."""

import pytest

import dovetail as keras
from dovetail import layers
from dovetail.engine import layer as layer_module


@pytest.fixture
def traced(monkeypatch):
    """The names of the layers that were traced."""
    names, trace = [], layer_module.trace

    def counted(run, args, kwargs, **static):
        names.append(run.__closure__[0].cell_contents.name)
        return trace(run, args, kwargs, **static)

    monkeypatch.setattr(layer_module, "trace", counted)
    return names


def test_equal_layers_are_traced_once(traced):
    x = keras.Input((7, 9))
    first = layers.Dense(13, "relu", name="first")(x)
    second = layers.Dense(13, "relu", kernel_initializer="he_normal", name="second")(x)
    assert traced == ["first"] and first.shape == second.shape == (None, 7, 13)
    layers.Dense(13, "tanh", name="other function")(x)
    layers.Dense(13, "relu", name="other shape")(keras.Input((6, 9)))
    layers.Dense(13, "relu", dtype="float16", name="other dtype")(x)
    assert traced == ["first", "other function", "other shape", "other dtype"]


def test_a_layer_called_on_another_shape_still_fails(traced):
    dense = layers.Dense(11)
    dense(keras.Input((3,)))
    layers.Dense(11)(keras.Input((4,)))
    with pytest.raises(ValueError, match="4"):
        dense(keras.Input((4,)))


def test_a_changed_setting_is_seen(traced):
    pool = layers.MaxPooling1D(5, name="pool")
    assert pool(keras.Input((25, 1))).shape == (None, 5, 1)
    pool.strides = (1,)
    assert pool(keras.Input((25, 1))).shape == (None, 21, 1)


def test_layers_of_ones_own_and_masked_ones_are_traced_each_time(traced):
    class Mine(layers.Layer):
        width = 2

        def call(self, x):
            return x[:, : self.width]

    mine = Mine(name="mine")
    assert mine(keras.Input((5,))).shape == (None, 2)
    Mine.width = 3
    assert mine(keras.Input((5,))).shape == (None, 3)
    masked = layers.Masking(name="masking")(keras.Input((5, 2)))
    for _ in range(2):
        assert layers.Dropout(0.5, name="dropout")(masked).mask_spec is not None
    assert traced == ["mine", "mine", "masking", "dropout", "dropout"]
    function = layers.Lambda(lambda x: x + 1, name="function")
    function(keras.Input((5,)))
    function(keras.Input((5,)))
    assert traced[-2:] == ["function", "function"]
