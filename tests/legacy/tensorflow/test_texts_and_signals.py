"""`tf.strings`, `tf.signal` and `tf.audio`."""

import wave

import numpy as np
from numpy.testing import assert_allclose


def test_texts_of_names_of_files(tf, tmp_path):
    for label, number in (("cat", 1), ("dog", 2)):
        (tmp_path / label).mkdir()
        (tmp_path / label / f"{number}.txt").write_text(f"{number}")

    def read(path):
        label = tf.strings.split(path, "/")[-2]
        number = tf.strings.to_number(tf.strings.regex_replace(tf.strings.split(path, "/")[-1], r"\.txt", ""))
        return number, label == "dog"

    dataset = tf.data.Dataset.list_files(str(tmp_path / "*/*.txt"), shuffle=False)
    assert [path.numpy().decode()[-5:] for path in dataset] == ["1.txt", "2.txt"]
    assert [(float(number), bool(is_dog)) for number, is_dog in dataset.map(read)] == [(1, False), (2, True)]
    lines = tf.data.TextLineDataset([str(tmp_path / "cat/1.txt"), str(tmp_path / "dog/2.txt")])
    assert [line.numpy() for line in lines] == [b"1", b"2"]


def test_functions_of_texts(tf):
    strings = tf.strings
    assert strings.lower("A Bc") == "a bc" and strings.length("äb") == 3 and strings.substr("abcd", 1, 2) == "bc"
    assert list(strings.upper(["a", "b"])) == ["A", "B"] and strings.join(["a", "b"], "-") == "a-b"
    assert list(strings.unicode_split("añ")) == ["a", "ñ"] and strings.reduce_join(["a", "b"]) == "ab"
    assert strings.as_string(3) == "3" and strings.format("{} of {}", (1, 2)) == "1 of 2"
    assert [list(part) for part in strings.split(["a b", "c"])] == [["a", "b"], ["c"]]


def test_spectra(tf):
    signal = np.random.default_rng(0).normal(size=(2, 40)).astype("float32")
    frames = np.stack([signal[:, i : i + 16] for i in range(0, 25, 8)], 1)
    assert_allclose(tf.signal.frame(signal, 16, 8), frames)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(16) / 16)
    assert_allclose(tf.signal.hann_window(16), window, atol=1e-6)
    found = tf.signal.stft(signal, 16, 8)
    assert_allclose(found, np.fft.rfft(frames * window, 16), atol=1e-5)
    assert_allclose(tf.signal.rfft(signal, [32]), np.fft.rfft(signal, 32), atol=1e-4)
    whole = tf.signal.inverse_stft(found, 16, 8, window_fn=None)
    assert_allclose(whole[:, 8:32], signal[:, 8:32], atol=1e-5)  # two windows of Hann, half a window apart, sum to 1
    mel = np.asarray(tf.signal.linear_to_mel_weight_matrix(4, 9, 8000, 100.0, 3800.0))
    assert mel.shape == (9, 4) and mel.max() <= 1 and (mel.sum(0) > 0).all() and not mel[0].any()
    dct = np.asarray(tf.signal.dct(signal, norm="ortho"))
    assert_allclose(np.sum(dct**2, 1), np.sum(signal**2, 1), rtol=1e-5)


def test_sound_is_read(tf, tmp_path):
    path = str(tmp_path / "a.wav")
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(np.array([0, 16384, -32768], "<i2").tobytes())
    audio, rate = tf.audio.decode_wav(tf.io.read_file(path), desired_samples=4)
    assert rate == 8000
    assert_allclose(audio[:, 0], [0, 0.5, -1, 0])


def test_boxes_and_numbers(tf):
    boxes = [[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, 2, 1, 3]]
    assert list(tf.image.non_max_suppression(boxes, [0.9, 0.8, 0.7], 3)) == [0, 2]
    values, places, counts = tf.unique_with_counts([3, 5, 3])
    assert list(values) == [3, 5] and list(places) == [0, 1, 0] and list(counts) == [2, 1]
    assert tf.saturate_cast(300.0, tf.uint8) == 255 and tf.compat.v1.to_int32(2.7) == 2
    assert_allclose(tf.complex([1.0], [2.0]), [1 + 2j])
    assert_allclose(tf.linalg.normalize([3.0, 4.0])[0], [0.6, 0.8])
    assert_allclose(tf.math.polyval([2.0, 1.0], 3.0), 7)
    assert_allclose(tf.nn.compute_average_loss([2.0, 4.0], global_batch_size=4), 1.5)
    assert [list(part) for part in tf.dynamic_partition([1, 2, 3], [0, 1, 0], 2)] == [[1, 3], [2]]


def test_arrays_of_texts(tf):
    words = tf.constant([["a", "b"], ["c", "d"]])
    assert words.numpy().tolist() == [[b"a", b"b"], [b"c", b"d"]] and tf.is_tensor(words)
    assert tf.expand_dims(words[0], -1).shape == (2, 1) and tf.reshape(words, [-1]).numpy()[3] == b"d"
    assert tf.concat([words, words], 0).shape == (4, 2) and tf.squeeze(words[:1], 0).shape == (2,)
    assert tf.equal(words[0], "a").tolist() == [True, False]
    assert tf.strings.upper(words).numpy()[0, 0] == b"A" and words[0, 0].numpy() == b"a"
    batch = next(iter(tf.data.Dataset.from_tensor_slices((["x", "y"], [0, 1])).batch(2)))
    assert batch[0].numpy().tolist() == [b"x", b"y"]
    lengths = tf.keras.layers.Lambda(lambda x: tf.strings.length(x))
    inputs = tf.keras.Input((1,), dtype=tf.string)
    model = tf.keras.Model(inputs, tf.cast(lengths(tf.strings.upper(inputs)), "float32") * 2)
    assert model.predict(np.array([["ab"], ["c"]])).tolist() == [[4.0], [2.0]]


def test_layers_of_texts_answer_as_tensors(tf):
    lookup = tf.keras.layers.experimental.preprocessing.StringLookup(vocabulary=["a", "b"], mask_token=None)
    back = tf.keras.layers.StringLookup(vocabulary=lookup.get_vocabulary(), invert=True, mask_token=None)
    ids = lookup(tf.strings.unicode_split("abz", "UTF-8"))
    assert ids.numpy().tolist() == [1, 2, 0] and back(ids).numpy().tolist() == [b"a", b"b", b"[UNK]"]
    assert lookup.vocab_size() == 3
    stretched = tf.keras.layers.RandomHeight((0.5, 0.5))(np.arange(4.0).reshape(1, 4, 1, 1), training=True)
    assert stretched.shape == (1, 4, 1, 1)
    assert tf.keras.metrics.BinaryAccuracy(threshold=0.0)([[1.0]], [[0.2]]) == 1
