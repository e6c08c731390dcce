"""Vocabularies of words and integers, and texts as numbers; expected values are of Keras's manual and formulas."""

import json

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import dovetail
from dovetail import layers
from dovetail.engine.errors import StateError

WORDS = [["a", "c", "d"], ["d", "z", "b"]]


def again(layer):
    return type(layer).from_config(json.loads(json.dumps(layer.get_config())))


def test_words_as_numbers_and_back():
    layer = layers.StringLookup(vocabulary=["a", "b", "c", "d"])
    assert_array_equal(layer(WORDS), [[1, 3, 4], [4, 0, 2]])
    assert_array_equal(layer(np.array(WORDS)), layer(np.array(WORDS).astype("S")))
    assert layer("b") == 2 and layer.get_vocabulary() == ["[UNK]", "a", "b", "c", "d"]
    assert layer.get_vocabulary(include_special_tokens=False) == ["a", "b", "c", "d"]
    back = layers.StringLookup(vocabulary=layer.get_vocabulary(), invert=True)
    assert back(jnp.array([[1, 0], [4, 9]])).tolist() == [["a", "[UNK]"], ["d", "[UNK]"]]
    masked = layers.StringLookup(vocabulary=["a", "b"], mask_token="", num_oov_indices=2)
    numbers = np.asarray(masked(["", "a", "b", "y", "z"]))
    assert numbers[:3].tolist() == [0, 3, 4] and set(numbers[3:]) <= {1, 2}


def test_the_most_frequent_come_first_and_ties_in_falling_order():
    layer = layers.StringLookup(max_tokens=4)
    layer.adapt([["d", "z", "b", "a"], ["d", "b", "z", "d"]])
    assert layer.get_vocabulary() == ["[UNK]", "d", "z", "b"]
    layer.adapt(iter([np.array(["x", "y"]), np.array(["x"])]), steps=1)
    assert layer.get_vocabulary() == ["[UNK]", "y", "x"]
    assert again(layer).get_vocabulary() == layer.get_vocabulary()
    again(layer).adapt(["k"])


@pytest.mark.parametrize(
    "mode, expected",
    [
        ("one_hot", [[[0, 1, 0], [0, 1, 0], [1, 0, 0]]]),
        ("multi_hot", [[1, 1, 0]]),
        ("count", [[1, 2, 0]]),
    ],
)
def test_vectors(mode, expected):
    assert_array_equal(layers.StringLookup(vocabulary=["a", "b"], output_mode=mode)([["a", "a", "q"]]), expected)
    numbers = layers.IntegerLookup(vocabulary=[7, 5], output_mode=mode)
    assert_array_equal(numbers(np.array([[7, 7, 1]])), expected)
    wide = layers.IntegerLookup(5, vocabulary=[7, 5], output_mode=mode, pad_to_max_tokens=True)
    assert wide(np.array([[7, 7, 1]])).shape[-1] == 5
    drawn = numbers(dovetail.Input((3,), dtype="int32"))
    assert drawn.shape == (None, *np.shape(expected)[1:])


def test_tf_idf():
    layer = layers.StringLookup(output_mode="tf_idf")
    layer.adapt([["a", "b", "b"], ["b", "c", "b"]])
    assert layer.get_vocabulary() == ["[UNK]", "b", "c", "a"]
    idf = np.log1p(2 / (1 + np.array([2, 1, 1])))
    assert_allclose(layer([["b", "b", "q"]]), [[idf.mean(), 2 * idf[0], 0, 0]], rtol=1e-6)
    assert_allclose(again(layer)([["b", "b", "q"]]), layer([["b", "b", "q"]]), rtol=1e-6)


def test_integers():
    layer = layers.IntegerLookup()
    layer.adapt(np.array([[12, 1138, 42], [42, 1000, 36]]))
    assert layer.get_vocabulary() == [-1, 42, 1138, 1000, 36, 12]
    assert_array_equal(layer(np.array([[12, 5], [42, 36]])), [[5, 0], [1, 4]])
    hashed = layers.IntegerLookup(vocabulary=[12], num_oov_indices=2, mask_token=0)
    assert_array_equal(hashed(np.array([0, 12, 4, 5])), [0, 3, 1, 2])
    back = layers.IntegerLookup(vocabulary=[12, 36], invert=True)
    assert_array_equal(back(np.array([1, 2, 0])), [12, 36, -1])


def test_texts():
    layer = layers.TextVectorization(output_sequence_length=4)
    layer.adapt(["foo bar", "bar baz", "Baz, bada boom!"])
    assert layer.get_vocabulary() == ["", "[UNK]", "baz", "bar", "foo", "boom", "bada"]
    assert_array_equal(layer([["foo qux bar"], ["qux baz"]]), [[4, 1, 3, 0], [1, 2, 0, 0]])
    assert_array_equal(layer("FOO"), [4, 0, 0, 0])
    assert again(layer).get_vocabulary() == layer.get_vocabulary()
    free = layers.TextVectorization(vocabulary=["a", "b"], standardize=None, split="character")
    assert_array_equal(free(["ab", "a b."]), [[2, 3, 0, 0], [2, 1, 3, 1]])
    pairs = layers.TextVectorization(ngrams=2, output_mode="multi_hot", vocabulary=["a", "a b", "b a"])
    assert_array_equal(pairs(["a b", "z"]), [[1, 1, 1, 0], [1, 0, 0, 0]])
    own = layers.TextVectorization(vocabulary=["x"], standardize=np.char.lower, split=lambda x: np.char.split(x, "-"))
    assert_array_equal(own(["X-y", "x"]), [[2, 1], [2, 0]])


def model_of_texts():
    x = dovetail.Input((1,), dtype="string", name="text")
    size = dovetail.Input((1,), name="size")
    vectorize = layers.TextVectorization(vocabulary=["good", "bad"], output_sequence_length=3)
    embedded = layers.Flatten()(layers.Embedding(4, 2)(vectorize(x)))
    return dovetail.Model([x, size], layers.Dense(1)(layers.concatenate([embedded, size])))


def test_a_model_that_begins_with_texts(tmp_path):
    model = model_of_texts()
    data = {"text": np.array(["good film", "bad"] * 8), "size": np.ones(16)}
    model.compile("sgd", "mse")
    before = model.get_weights()[0].copy()
    model.fit(data, np.arange(16) % 2, batch_size=4, verbose=0)
    assert not np.array_equal(before, model.get_weights()[0])
    found = model.predict(data, verbose=0)
    assert_allclose(model([data["text"][:2], data["size"][:2]]), found[:2], rtol=1e-5)
    model.save(tmp_path / "texts.keras")
    loaded = dovetail.models.load_model(tmp_path / "texts.keras")
    assert_allclose(loaded.predict(data, verbose=0), found, rtol=1e-6)


def test_a_sequential_is_built_by_texts():
    vectorize = layers.TextVectorization(vocabulary=["good", "bad"])
    model = dovetail.Sequential([vectorize, layers.Embedding(4, 2), layers.GlobalAveragePooling1D()])
    assert model.predict(["good film", "bad"], verbose=0).shape == (2, 2)
    numbers = dovetail.Sequential([dovetail.Input((1,), dtype="string"), vectorize])
    assert_array_equal(numbers.predict([["bad"], ["good film"]], verbose=0), [[3, 0], [2, 1]])
    inside = dovetail.Sequential([numbers, layers.Embedding(4, 2)])
    assert inside(np.array(["good"])).shape == (1, 1, 2)


def test_mistakes():
    with pytest.raises(StateError, match="has no vocabulary yet: call `adapt`"):
        layers.StringLookup()(["a"])
    with pytest.raises(StateError, match="was given its vocabulary"):
        layers.StringLookup(vocabulary=["a"]).adapt(["a"])
    with pytest.raises(ValueError, match="has 'a' more than once"):
        layers.StringLookup(vocabulary=["a", "b", "a"])
    with pytest.raises(ValueError, match="does not know 'z'"):
        layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["a", "z"])
    with pytest.raises(ValueError, match="does not know 9"):
        layers.IntegerLookup(vocabulary=[1], num_oov_indices=0)(np.array([9]))
    with pytest.raises(ValueError, match="1099511627776 is beyond 32 bits"):
        layers.IntegerLookup(vocabulary=[2**40])
    with pytest.raises(ValueError, match="integers beyond 32 bits"):
        layers.IntegerLookup(vocabulary=[1])(np.array([2**32 + 1]))
    with pytest.raises(ValueError, match="names a file of terms"):
        layers.StringLookup.from_config({"vocabulary": "/etc/hostname"})
    with pytest.raises(TypeError, match="expected text"):
        layers.StringLookup(vocabulary=["a"])(np.array([1]))
    x = dovetail.Input((1,), dtype="string")
    trained = dovetail.Model(x, layers.Embedding(4, 2)(layers.StringLookup(vocabulary=["a"])(x)))
    again = dovetail.Input((1,), dtype="string")
    with pytest.raises(StateError, match="takes texts and has weights to train"):
        dovetail.Model(again, layers.Dense(1)(trained(again)))
