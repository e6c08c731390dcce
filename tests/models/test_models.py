"""Models: summaries, cloning, lookups."""

import numpy as np
import pytest

import dovetail as keras
from dovetail import layers


@pytest.fixture(autouse=True)
def fresh_names():
    keras.utils.clear_session()


def branches():
    left, right = keras.Input((10,), name="left"), keras.Input((5,), name="right")
    shared = layers.Dense(4, name="shared")
    joined = layers.Concatenate(name="join")([shared(layers.Dense(8)(left)), shared(layers.Dense(8)(right))])
    return keras.Model([left, right], layers.Dense(1, name="out")(joined), name="two")


def lines_of(model, **arguments):
    lines = []
    model.summary(line_length=100, print_fn=lines.append, **arguments)
    return lines


def test_a_summary_shows_branches_and_shared_layers():
    text = "\n".join(lines_of(branches()))
    for part in ("shared (Dense)", "dense_1", "join (Concatenate)", "(None, 8)", "36"):
        assert part in text
    assert "Total params: 181 (724.00 B)" in text and "Non-trainable params: 0 (0.00 B)" in text
    assert "shared, shared" in text


def test_a_summary_of_a_stack_has_no_connections():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.BatchNormalization()])
    text = "\n".join(lines_of(model, show_trainable=True))
    assert "Connected to" not in text and "Non-trainable params: 4 (16.00 B)" in text


def test_nested_models_expand():
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="deep")], name="inner")
    x = keras.Input((3,))
    model = keras.Model(x, inner(x))
    assert "deep" not in "\n".join(lines_of(model))
    assert "└ deep (Dense)" in "\n".join(lines_of(model, expand_nested=True))


def test_a_summary_of_a_model_that_is_not_built():
    assert "Not built yet" in "\n".join(lines_of(keras.Sequential([layers.Dense(2)])))


def test_layers_by_name_and_place():
    model = branches()
    assert model.get_layer("join") is model.get_layer(index=model.layers.index(model.get_layer("join")))
    with pytest.raises(ValueError, match="unknown layer 'joint'; did you mean 'join'?"):
        model.get_layer("joint")


def test_a_clone_has_the_graph_and_new_weights():
    model = branches()
    clone = keras.models.clone_model(model)
    assert [layer.name for layer in clone.layers] == [layer.name for layer in model.layers]
    assert len(clone.weights) == len(model.weights)
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    clone.set_weights(model.get_weights())
    x = [np.ones((2, 10), "float32"), np.ones((2, 5), "float32")]
    np.testing.assert_allclose(clone(x), model(x), rtol=1e-6)


def test_a_clone_with_other_layers():
    def double(layer):
        config = layer.get_config()
        if "units" in config and layer.name != "out":
            config["units"] *= 2
        return type(layer).from_config(config)

    clone = keras.models.clone_model(branches(), clone_function=double)
    assert clone.get_layer("shared").units == 8 and clone.get_layer("out").kernel.shape == (16, 1)


def test_a_model_of_an_intermediate_tensor():
    model = branches()
    features = keras.Model(model.inputs, model.get_layer("join").output)
    assert features([np.ones((2, 10)), np.ones((2, 5))]).shape == (2, 8)


def test_two_layers_of_one_name_are_refused():
    x = keras.Input((3,))
    with pytest.raises(ValueError, match="two layers of the model are called 'same'"):
        keras.Model(x, layers.Dense(2, name="same")(layers.Dense(2, name="same")(x)))


def test_inputs_of_the_wrong_shape_are_named():
    model = branches()
    with pytest.raises(ValueError, match=r"input 'right' of 'two' takes \(batch, 5\); it was given \(2, 6\)"):
        model([np.ones((2, 10)), np.ones((2, 6))])


def test_a_layer_that_is_not_there_is_told_with_the_closest():
    with pytest.raises(AttributeError, match="has no 'Dens'; did you mean 'Dense'?"):
        layers.Dens  # noqa: B018


def test_a_list_of_one_output_is_given_back_alone():
    x = keras.Input((3,))
    model = keras.Model([x], [layers.Dense(2)(x)])
    assert model.output_shape == (None, 2) and model.input_shape == (None, 3)
    assert model.predict(np.ones((40, 3)), verbose=0).shape == model.predict_on_batch(np.ones((40, 3))).shape == (40, 2)
    assert model(np.ones((1, 3))).shape == (1, 2) and model(x).shape == (None, 2)
    in_tuples = keras.Model((x,), (layers.Dense(2)(x),))
    assert in_tuples.output_shape == (None, 2) and in_tuples.input_shape == (None, 3)


def test_a_sequential_in_a_layer_leaves_open_axes_open():
    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = keras.Sequential([layers.Dense(2)])

        def call(self, inputs):
            return self.inner(inputs)

    x = keras.Input((None, 2))
    model = keras.Model(x, Block()(x))
    assert model.output_shape == (None, None, 2)
    assert model.predict(np.ones((3, 5, 2)), verbose=0).shape == (3, 5, 2)
