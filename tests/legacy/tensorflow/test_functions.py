"""Functions of `tf` against NumPy, on arrays and on symbolic tensors."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.legacy import backend as K

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(3, 4, 5)).astype("float32")
M = RANDOM.normal(size=(3, 4)).astype("float32")
S = (M.T @ M + np.eye(4)).astype("float32")
IMAGE = RANDOM.uniform(size=(2, 4, 6, 3)).astype("float32")

ROWS = {
    "reduce_mean": (lambda tf, x: tf.reduce_mean(x, axis=[1, 2], keepdims=True), X, X.mean((1, 2), keepdims=True)),
    "reduce_sum of TensorFlow 1": (lambda tf, x: tf.reduce_sum(x, reduction_indices=1, keep_dims=True), X,
                                   X.sum(1, keepdims=True)),
    "reduce_logsumexp": (lambda tf, x: tf.math.reduce_logsumexp(x, 1), X, np.log(np.exp(X).sum(1))),
    "argmax": (lambda tf, x: tf.argmax(x, 1), X, X.argmax(1)),
    "cumsum, exclusive, backwards": (lambda tf, x: tf.cumsum(x, axis=1, exclusive=True, reverse=True), M,
                                     M[:, ::-1].cumsum(1)[:, ::-1] - M),
    "divide_no_nan": (lambda tf, x: tf.math.divide_no_nan(x, [0.0, 1.0, 2.0, 4.0]), M,
                      np.c_[0 * M[:, 0], M[:, 1:] / [1, 2, 4]]),
    "clip_by_value": (lambda tf, x: tf.clip_by_value(x, -0.5, 0.5), M, M.clip(-0.5, 0.5)),
    "clip_by_norm": (lambda tf, x: tf.clip_by_norm(x, 1.0), M, M / np.linalg.norm(M)),
    "matmul": (lambda tf, x: tf.matmul(x, x, transpose_b=True), X, X @ X.swapaxes(1, 2)),
    "tensordot": (lambda tf, x: tf.tensordot(x, x, axes=[[0, 1], [0, 1]]), X, np.tensordot(X, X, [[0, 1], [0, 1]])),
    "einsum": (lambda tf, x: tf.einsum("bij,bkj->bik", x, x), X, X @ X.swapaxes(1, 2)),
    "concat": (lambda tf, x: tf.concat([x, x * 2], axis=-1), M, np.c_[M, 2 * M]),
    "stack": (lambda tf, x: tf.stack([x, x], axis=1), M, np.stack([M, M], 1)),
    "unstack": (lambda tf, x: tf.unstack(x, axis=1)[2], M, M[:, 2]),
    "split in sizes": (lambda tf, x: tf.split(x, [1, -1], axis=1)[1], M, M[:, 1:]),
    "reshape by a shape": (lambda tf, x: tf.reshape(x, [tf.shape(x)[0], -1]), X, X.reshape(3, 20)),
    "reshape by a stack": (lambda tf, x: tf.reshape(x, tf.stack([tf.shape(x)[0] * 4, 5])), X, X.reshape(12, 5)),
    "transpose": (lambda tf, x: tf.transpose(x, perm=[0, 2, 1]), X, X.transpose(0, 2, 1)),
    "tile": (lambda tf, x: tf.tile(x, [1, 2]), M, np.tile(M, (1, 2))),
    "pad": (lambda tf, x: tf.pad(x, [[0, 0], [1, 1]], "REFLECT"), M, np.pad(M, [(0, 0), (1, 1)], "reflect")),
    "expand_dims and squeeze": (lambda tf, x: tf.squeeze(tf.expand_dims(x, 1), axis=[1]), M, M),
    "newaxis": (lambda tf, x: x[:, tf.newaxis, ..., 1:3], M, M[:, None, 1:3]),
    "gather": (lambda tf, x: tf.gather(x, [2, 0], axis=1), X, X[:, [2, 0]]),
    "gather in each sample": (lambda tf, x: tf.gather(x, [[0], [1], [2]], batch_dims=1), M, M[np.arange(3), :3][
        np.arange(3), np.arange(3)][:, None]),
    "gather_nd": (lambda tf, x: tf.gather_nd(x, [[0, 1], [2, 3]]), M, M[[0, 2], [1, 3]]),
    "where": (lambda tf, x: tf.where(x > 0, x, tf.zeros_like(x)), M, np.maximum(M, 0)),
    "one_hot": (lambda tf, x: tf.one_hot(tf.cast(x > 0, tf.int32), 2, on_value=5.0), M, 5 * np.eye(2)[(M > 0) * 1]),
    "sequence_mask": (lambda tf, x: tf.sequence_mask(tf.reduce_sum(tf.cast(x > 9, "int32"), 1) + 2, 4, tf.float32), M,
                      [[1, 1, 0, 0]] * 3),
    "reverse_sequence": (lambda tf, x: tf.reverse_sequence(x, [1, 2, 4], seq_axis=1), M,
                         np.stack([M[0], M[1, [1, 0, 2, 3]], M[2, ::-1]])),
    "segment_sum": (lambda tf, x: tf.math.segment_sum(x, [0, 0, 1], 2), M, np.stack([M[0] + M[1], M[2]])),
    "top_k": (lambda tf, x: tf.nn.top_k(x, k=2)[0], M, -np.sort(-M, 1)[:, :2]),
    "nn.softmax": (lambda tf, x: tf.nn.softmax(x), M, np.exp(M) / np.exp(M).sum(1, keepdims=True)),
    "nn.leaky_relu": (lambda tf, x: tf.nn.leaky_relu(x, alpha=0.1), M, np.where(M > 0, M, 0.1 * M)),
    "nn.moments": (lambda tf, x: tf.nn.moments(x, axes=[0])[1], M, M.var(0)),
    "nn.l2_normalize": (lambda tf, x: tf.nn.l2_normalize(x, axis=1), M, M / np.linalg.norm(M, axis=1, keepdims=True)),
    "nn.softmax_cross_entropy_with_logits": (
        lambda tf, x: tf.nn.softmax_cross_entropy_with_logits(labels=tf.one_hot([1, 2, 0], 4), logits=x), M,
        -np.log(np.exp(M) / np.exp(M).sum(1, keepdims=True))[np.arange(3), [1, 2, 0]]),
    "nn.sigmoid_cross_entropy_with_logits": (
        lambda tf, x: tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(x), logits=x), M,
        np.log1p(np.exp(-M))),
    "nn.conv2d": (lambda tf, x: tf.nn.conv2d(x, tf.ones((1, 1, 3, 1)), strides=[1, 2, 2, 1], padding="SAME"), IMAGE,
                  IMAGE[:, ::2, ::2].sum(-1, keepdims=True)),
    "nn.max_pool": (lambda tf, x: tf.nn.max_pool(x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID"), IMAGE,
                    IMAGE.reshape(2, 2, 2, 3, 2, 3).max((2, 4))),
    "nn.embedding_lookup": (lambda tf, x: tf.nn.embedding_lookup(x, [[2, 0]]), M, M[[[2, 0]]]),
    "nn.conv2d_transpose": (
        lambda tf, x: tf.nn.conv2d_transpose(x, tf.ones((1, 1, 1, 3)), [tf.shape(x)[0], 8, 12, 1], 2), IMAGE,
        np.kron(IMAGE.sum(-1)[..., None], [[[[1], [0]], [[0], [0]]]])),
    "linalg.inv": (lambda tf, x: tf.linalg.inv(x), S, np.linalg.inv(S)),
    "linalg.trace": (lambda tf, x: tf.linalg.trace(x), S, np.trace(S)),
    "linalg.band_part": (lambda tf, x: tf.linalg.band_part(x, -1, 0), S, np.tril(S)),
    "norm": (lambda tf, x: tf.norm(x, axis=1), M, np.linalg.norm(M, axis=1)),
    "image.resize": (lambda tf, x: tf.image.resize(x, [8, 12], method="nearest"), IMAGE,
                     IMAGE.repeat(2, 1).repeat(2, 2)),
    "image.resize by area": (lambda tf, x: tf.image.resize(x, (2, 3), "area"), IMAGE,
                             IMAGE.reshape(2, 2, 2, 3, 2, 3).mean((2, 4))),
    "image.central_crop": (lambda tf, x: tf.image.central_crop(x, 0.5), IMAGE, IMAGE[:, 1:3, 1:5]),
    "image.resize_with_crop_or_pad": (lambda tf, x: tf.image.resize_with_crop_or_pad(x, 2, 8), IMAGE,
                                      np.pad(IMAGE[:, 1:3], [(0, 0), (0, 0), (1, 1), (0, 0)])),
    "image.flip": (lambda tf, x: tf.image.flip_left_right(tf.image.flip_up_down(x)), IMAGE, IMAGE[:, ::-1, ::-1]),
    "image.adjust_contrast": (lambda tf, x: tf.image.adjust_contrast(x, 2.0), IMAGE,
                              2 * IMAGE - IMAGE.mean((1, 2), keepdims=True)),
    "image.per_image_standardization": (
        lambda tf, x: tf.image.per_image_standardization(x), IMAGE,
        (IMAGE - IMAGE.mean((1, 2, 3), keepdims=True)) / IMAGE.std((1, 2, 3), keepdims=True)),
    "map_fn": (lambda tf, x: tf.map_fn(lambda row: row * 2, x, dtype=tf.float32), M, 2 * M),
    "scan": (lambda tf, x: tf.scan(lambda a, row: a + row, x), M, M.cumsum(0)),
    "while_loop": (lambda tf, x: tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2), (0, x))[1], M, 8 * M),
    "cond": (lambda tf, x: tf.cond(tf.reduce_sum(x) > 1e9, lambda: x, lambda: -x), M, -M),
    "case": (lambda tf, x: tf.case([(tf.reduce_sum(x) > 1e9, lambda: x)], default=lambda: x + 1), M, M + 1),
}  # fmt: skip


def test_functions_of_arrays(tf):
    for name, (function, x, expected) in list(ROWS.items())[::4]:
        assert_allclose(function(tf, tf.constant(x)), expected, rtol=1e-4, atol=1e-5, err_msg=name)


def test_functions_of_symbolic_tensors(tf):
    x, image = (K.placeholder((None, *a.shape[1:])) for a in (X, IMAGE))
    m, s = K.placeholder(M.shape), K.placeholder(S.shape)
    by_id = {id(X): x, id(M): m, id(S): s, id(IMAGE): image}
    outputs = {name: function(tf, by_id[id(given)]) for name, (function, given, _) in ROWS.items()}
    found = K.function([x, m, s, image], outputs)([X, M, S, IMAGE])
    for name, value in found.items():
        assert_allclose(value, ROWS[name][2], rtol=1e-4, atol=1e-5, err_msg=name)


def test_a_model_of_functions_trains(tf):
    x = tf.keras.Input((4,))
    hidden = tf.nn.relu(tf.keras.layers.Dense(8)(x))
    y = tf.reduce_sum(hidden * tf.constant(0.5), axis=1, keepdims=True)
    model = tf.keras.Model(x, y)
    model.compile("adam", lambda t, p: tf.reduce_mean(tf.square(t - p), axis=-1))
    history = model.fit(M, M[:, :1], epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_a_layer_of_the_guide(tf):
    class Linear(tf.keras.layers.Layer):
        def __init__(self, units=3, input_dim=4):
            super().__init__()
            init = tf.random_normal_initializer()
            self.w = tf.Variable(initial_value=init(shape=(input_dim, units), dtype="float32"), trainable=True)
            self.b = tf.Variable(tf.zeros_initializer()((units,)), trainable=True, name="bias")

        @tf.function
        def call(self, inputs):
            return tf.matmul(inputs, self.w) + self.b

    layer = Linear()
    assert len(layer.trainable_weights) == 2
    assert_allclose(layer(tf.constant(M)).numpy(), M @ layer.w.numpy(), rtol=1e-5)


def test_dtypes(tf):
    assert tf.float32 == "float32" == tf.constant(1.0).dtype and tf.as_dtype(np.int64) == tf.int64
    assert np.zeros(2, tf.float32.as_numpy_dtype).dtype == np.float32 and tf.uint8.max == 255
    assert tf.float16.is_floating and tf.int32.is_integer and repr(tf.bool) == "tf.bool"
    assert isinstance(tf.constant(1), tf.Tensor) and not isinstance(3, tf.Tensor)
    assert tf.TensorShape([None, 3]).as_list() == [None, 3]
    assert tf.convert_to_tensor([1, 2]).shape == (2,) and tf.constant(2, shape=(2, 2)).numpy().tolist() == [[2, 2]] * 2


def test_variables(tf):
    v = tf.Variable([1, 2], name="scope/counts:0")
    v.assign_add([1, 1])
    v.assign_sub(tf.constant([0, 1]))
    assert v.numpy().tolist() == [2, 2] and v.dtype == tf.int32 and isinstance(v, tf.Variable)
    assert_allclose(tf.reduce_sum(tf.Variable(lambda: np.ones(3))), 3)
    with pytest.raises(ValueError, match="needs an initial value"):
        tf.Variable()


def test_random_numbers(tf):
    tf.random.set_seed(3)
    first = tf.random.normal((4,)).numpy()
    tf.random.set_seed(3)
    assert_allclose(tf.random.normal((4,)), first)
    assert not np.allclose(tf.random.normal((4,)), first)
    integers = tf.random.uniform((50,), maxval=3, dtype=tf.int32).numpy()
    assert set(integers) == {0, 1, 2}
    assert sorted(tf.random.shuffle(tf.range(5)).numpy()) == [0, 1, 2, 3, 4]
    assert tf.random.categorical([[0.0, 100.0]], 5).numpy().tolist() == [[1] * 5]
    assert_allclose(tf.random.stateless_normal((2,), [1, 2]), tf.random.stateless_normal((2,), [1, 2]))
    assert tf.image.random_crop(IMAGE[0], (2, 2, 3)).shape == (2, 2, 3)
    flipped = tf.image.random_flip_left_right(IMAGE[0], seed=1)
    assert np.allclose(flipped, IMAGE[0]) or np.allclose(flipped, IMAGE[0, :, ::-1])


def test_pixels(tf):
    pixels = np.uint8([[[0, 127, 255]]])
    assert_allclose(tf.image.convert_image_dtype(pixels, tf.float32), pixels / 255, rtol=1e-6)
    assert tf.image.convert_image_dtype(pixels / np.float32(255), tf.uint8).numpy().tolist() == pixels.tolist()
    assert tf.image.adjust_brightness(pixels, 0.2).numpy().tolist() == [[[51, 178, 255]]]
    assert tf.image.rgb_to_grayscale(pixels).numpy().tolist() == [[[104]]]
    coloured = tf.image.adjust_saturation(tf.constant(IMAGE[0]), 0.0).numpy()
    assert_allclose(coloured, IMAGE[0].max(-1, keepdims=True).repeat(3, -1), atol=1e-5)


def test_checks(tf):
    tf.debugging.assert_equal(tf.constant(1), 1)
    with pytest.raises(tf.errors.InvalidArgumentError, match="assert_less failed: too large"):
        tf.debugging.assert_less([3], [2], message="too large")
    with pytest.raises(NotImplementedError, match=r"a compiled program cannot call Python"):
        tf.py_function(lambda x: x, [tf.keras.Input((2,))], tf.float32)


def test_a_schedule_of_ones_own(tf):
    class Warmup(tf.keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.25 * (tf.cast(step, tf.float32) + 1.0)

    x = tf.keras.Input((1,), dtype="int64")
    model = tf.keras.Model(
        x, tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(tf.cast(x, "float32"))
    )
    model.compile(tf.keras.optimizers.SGD(Warmup()), loss=lambda t, p: p)
    weights = [1.0]
    for _ in range(2):
        model.train_on_batch(np.ones((2, 1)), np.ones((2, 1)))
        weights.append(float(model.get_weights()[0][0, 0]))
    assert_allclose(weights, [1.0, 0.75, 0.25])


def test_masks_over_open_axes_are_not_made_while_drawing(tf):
    class Causal(tf.keras.layers.Layer):
        def call(self, inputs):
            sizes = tf.shape(inputs)
            batch, steps = sizes[0], sizes[1]
            rows = tf.range(steps)[:, tf.newaxis]
            mask = tf.reshape(tf.cast(rows >= tf.range(steps), "int32"), (1, steps, steps))
            times = tf.concat([tf.expand_dims(batch, -1), tf.constant([1, 1], dtype=tf.int32)], axis=0)
            return tf.tile(mask, times)

    inputs = tf.keras.Input((None, 2))
    model = tf.keras.Model(inputs, Causal()(inputs))
    assert model.output_shape == (None, None, None)
    assert model.predict(np.ones((2, 3, 2)))[1].tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
