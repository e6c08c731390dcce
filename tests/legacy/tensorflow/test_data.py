"""tf.data.Dataset."""

import numpy as np
import pytest
from numpy.testing import assert_allclose


def listed(dataset):
    return [np.asarray(element).tolist() for element in dataset]


def test_sources(tf):
    Dataset = tf.data.Dataset
    assert listed(Dataset.range(2, 8, 3)) == [2, 5]
    assert listed(Dataset.from_tensors([1, 2])) == [[1, 2]]
    rows = list(Dataset.from_tensor_slices({"a": np.eye(2), "b": [1, 2]}))
    assert rows[1]["a"].numpy().tolist() == [0, 1] and rows[1]["b"] == 2
    signature = (tf.TensorSpec((2,), tf.float32), tf.TensorSpec((), tf.int32))
    made = Dataset.from_generator(lambda: ((np.ones(2) * i, i) for i in range(3)), output_signature=signature)
    assert [(x.dtype, int(y)) for x, y in made] == [("float32", i) for i in range(3)]
    pairs = Dataset.zip((Dataset.range(3), Dataset.range(10, 14)))
    assert [(int(a), int(b)) for a, b in pairs] == [(0, 10), (1, 11), (2, 12)] and len(pairs) == 3
    with pytest.raises(ValueError, match=r"all arrays need as many rows; got \[2, 3\]"):
        Dataset.from_tensor_slices((np.ones(2), np.ones(3)))


def test_changes(tf):
    numbers = tf.data.Dataset.range(5)
    assert listed(numbers.map(lambda x: x * 2, num_parallel_calls=tf.data.AUTOTUNE)) == [0, 2, 4, 6, 8]
    assert listed(numbers.filter(lambda x: x % 2 == 0)) == [0, 2, 4]
    assert listed(numbers.batch(2)) == [[0, 1], [2, 3], [4]]
    assert listed(numbers.batch(2, drop_remainder=True).unbatch()) == [0, 1, 2, 3]
    assert listed(numbers.skip(1).take(2).repeat(2)) == [1, 2, 1, 2]
    assert listed(numbers.take(1).concatenate(numbers.skip(4))) == [0, 4]
    assert [(int(i), int(x)) for i, x in numbers.skip(3).enumerate()] == [(0, 3), (1, 4)]
    assert listed(numbers.flat_map(lambda x: tf.data.Dataset.from_tensors(x).repeat(2)).take(3)) == [0, 0, 1]
    assert listed(numbers.interleave(lambda x: tf.data.Dataset.from_tensors(x).repeat(2), 2).take(4)) == [0, 1, 0, 1]
    assert [listed(window) for window in numbers.window(3, shift=1, drop_remainder=True)] == [
        [0, 1, 2],
        [1, 2, 3],
        [2, 3, 4],
    ]
    assert int(numbers.reduce(0, lambda total, x: total + x)) == 10
    assert numbers.repeat().cardinality() == tf.data.INFINITE_CARDINALITY
    assert (
        len(numbers.batch(2)) == 3
        and len(numbers.batch(2, True)) == 2
        and len(numbers.shard(2, 0).batch(9).cache() and numbers) == 5
    )
    with pytest.raises(TypeError, match="has no end"):
        len(numbers.repeat())


def test_shuffle_and_cache(tf):
    numbers = tf.data.Dataset.range(20)
    shuffled = numbers.shuffle(20, seed=1)
    first, second = listed(shuffled), listed(shuffled)
    assert sorted(first) == list(range(20)) and first != second
    fixed = numbers.shuffle(4, reshuffle_each_iteration=False)
    order = listed(fixed)
    assert order == listed(fixed) and order[0] < 4
    calls = []
    cached = numbers.take(2).map(lambda x: calls.append(1) or x).cache()
    assert listed(cached) == listed(cached) and len(calls) == 2


def test_padded_batch(tf):
    rows = tf.data.Dataset.from_generator(lambda: iter([[1], [2, 3]]), tf.int32)
    assert listed(rows.padded_batch(2, padded_shapes=[None])) == [[[1, 0], [2, 3]]]
    assert listed(rows.padded_batch(2, [3], padding_values=-1)) == [[[1, -1, -1], [2, 3, -1]]]


def test_text_and_files(tf, tmp_path):
    path = str(tmp_path / "a.txt")
    tf.io.write_file(path, "hello")
    files = tf.data.Dataset.list_files(str(tmp_path / "*.txt"), shuffle=False)
    assert list(files) == [path]
    assert list(files.map(lambda name: len(tf.io.read_file(name)))) == [5]
    assert tf.io.gfile.exists(path) and tf.io.gfile.glob(str(tmp_path / "*")) == [path]
    with tf.io.gfile.GFile(path) as file:
        assert file.read() == "hello"
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    assert tf.image.decode_png(tf.io.encode_png(pixels), channels=3).numpy().tolist() == pixels.tolist()


def test_models_are_trained_on_datasets(tf):
    x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    y = x @ np.float32([[1], [2], [3]])
    data = tf.data.Dataset.from_tensor_slices((x, y)).map(lambda a, b: (a * 2.0, b)).shuffle(8).batch(4).prefetch(1)
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
    model.compile(tf.keras.optimizers.Adam(0.1), "mse")
    history = model.fit(data, epochs=4, verbose=0).history["loss"]
    assert history[-1] < history[0]
    assert_allclose(model.predict(data.map(lambda a, b: a), verbose=0).shape, (8, 1))
    spec = data.element_spec
    assert spec[0].shape == (4, 3) and spec[1].dtype == tf.float32
