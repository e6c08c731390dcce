"""TFRecord files and the examples in them, lines of numbers, and `tf.lookup`."""

import numpy as np
import pytest
from numpy.testing import assert_allclose


def test_records_are_written_and_read(tf, tmp_path):
    train, path = tf.train, str(tmp_path / "a.tfrecord")
    image = np.arange(6, dtype="uint8").reshape(2, 3)
    with tf.io.TFRecordWriter(path) as writer:
        for number in (3, -4):
            feature = {
                "raw": train.Feature(bytes_list=train.BytesList(value=[bytes([255, 0, number % 256, 0])])),
                "array": train.Feature(bytes_list=train.BytesList(value=[tf.io.serialize_tensor(image).numpy()])),
                "label": train.Feature(int64_list=train.Int64List(value=[number])),
                "floats": train.Feature(float_list=train.FloatList(value=[0.5, 1.5])),
            }
            writer.write(train.Example(features=train.Features(feature=feature)).SerializeToString())
    wanted = {
        "raw": tf.io.FixedLenFeature([], tf.string),
        "array": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
        "floats": tf.io.VarLenFeature(tf.float32),
        "other": tf.io.FixedLenFeature([1], tf.float32, default_value=[7.0]),
    }

    def parse(record):
        found = tf.io.parse_single_example(record, wanted)
        array = tf.io.parse_tensor(found["array"], tf.uint8)
        return array, found["label"], found["floats"], found["other"], tf.io.decode_raw(found["raw"], tf.uint8)

    (batch,) = tf.data.TFRecordDataset(path).map(parse).batch(2)
    for found, expected in zip(
        batch, ([image] * 2, [3, -4], [[0.5, 1.5]] * 2, [[7.0]] * 2, [[255, 0, 3, 0], [255, 0, 252, 0]]), strict=True
    ):
        assert_allclose(found, expected)
    together = next(iter(tf.data.TFRecordDataset([path]).batch(2)))
    labels = tf.io.parse_example(together, {"label": wanted["label"], "raw": wanted["raw"]})
    assert labels["label"].tolist() == [3, -4] and labels["raw"].numpy()[0] == bytes([255, 0, 3, 0])
    (first, _) = tf.data.TFRecordDataset(path)
    assert train.Example.FromString(first.numpy()).features.feature["label"].int64_list.value == [3]
    packed = str(tmp_path / "b")
    with tf.io.TFRecordWriter(packed, tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
        writer.write(b"one")
    assert [r.numpy() for r in tf.data.TFRecordDataset(packed, compression_type="GZIP")] == [b"one"]
    with pytest.raises(ValueError, match="the record has no feature 'none'; it has array, floats, label, raw"):
        tf.io.parse_single_example(first, {"none": tf.io.FixedLenFeature([], tf.int64)})


def test_the_sum_of_a_record_is_that_of_the_format():
    from dovetail.legacy.tensorflow.records import _masked_sum

    whole = int.from_bytes(_masked_sum(b"123456789"), "little")
    turned = (whole - 0xA282EAD8) & 0xFFFFFFFF
    assert (turned << 15 | turned >> 17) & 0xFFFFFFFF == 0xE3069283  # CRC-32C's check value


def test_lines_of_numbers(tf):
    fields = tf.io.decode_csv("1.5,,abc", [[0.0], tf.constant([4]), ""])
    assert [float(fields[0]), int(fields[1]), fields[2]] == [1.5, 4, "abc"]
    assert tf.stack(fields[:1]).shape == (1,)


def test_tables(tf, tmp_path):
    init = tf.lookup.KeyValueTensorInitializer(tf.constant(["a", "b"]), tf.constant([1, 2]))
    table = tf.lookup.StaticHashTable(init, default_value=-1)
    assert table.lookup(tf.constant([["b"], ["z"]])).tolist() == [[2], [-1]] and int(table.size()) == 2
    known = tf.lookup.StaticVocabularyTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.range(2)), 2)
    numbers = known.lookup(tf.constant(["b", "z"])).tolist()
    assert numbers[0] == 1 and numbers[1] in (2, 3)
    (tmp_path / "words").write_text("x\ny\n")
    lines = tf.lookup.TextFileIndex
    file = tf.lookup.TextFileInitializer(str(tmp_path / "words"), tf.string, lines.WHOLE_LINE, tf.int64,
                                         lines.LINE_NUMBER)  # fmt: skip
    assert int(tf.lookup.StaticHashTable(file, -1).lookup(tf.constant("y"))) == 1
    inputs = tf.keras.Input((1,), dtype=tf.string)
    model = tf.keras.Model(inputs, tf.keras.layers.Embedding(5, 2)(tf.keras.layers.Lambda(table.lookup)(inputs)))
    assert model.predict(np.array([["a"], ["b"]])).shape == (2, 1, 2)


def test_the_policy_of_the_experimental_module(tf):
    before = tf.keras.mixed_precision.global_policy()
    tf.keras.mixed_precision.experimental.set_policy("mixed_bfloat16")
    assert tf.keras.mixed_precision.global_policy().compute_dtype == "bfloat16"
    tf.keras.mixed_precision.experimental.set_policy(before)
