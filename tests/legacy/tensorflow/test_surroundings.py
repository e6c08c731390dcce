"""What scripts set up around their models, sessions of TensorFlow 1, and what is refused."""

import importlib
import inspect
import unittest

import numpy as np
import pytest
from numpy.testing import assert_allclose


@pytest.mark.installed("2.2.4-tf")
def test_sessions(tf):
    config = tf.ConfigProto(gpu_options=tf.GPUOptions(per_process_gpu_memory_fraction=0.5))
    config.gpu_options.allow_growth = True
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.Variable([[1.0], [2.0]])
    y = tf.matmul(x, w)
    with tf.Session(config=config) as session:
        tf.keras.backend.set_session(session)
        assert session.run(tf.global_variables_initializer()) is None
        value, _ = session.run([y, tf.global_variables_initializer()], feed_dict={x: np.eye(2)})
        assert_allclose(value, [[1], [2]])
        assert_allclose(session.run(tf.gradients(tf.reduce_sum(y), x)[0], {x: np.ones((1, 2))}), [[1, 2]])
        session.run(tf.assign(w, [[0.0], [0.0]]))
        assert_allclose(y.eval({x: np.eye(2)}), [[0], [0]])
    with tf.get_default_graph().as_default(), tf.name_scope("a"), tf.device("/gpu:0"):
        tf.logging.set_verbosity(tf.logging.ERROR)
    assert tf.__version__ == "1.15.5" and not tf.executing_eagerly()
    assert tf.keras.backend.get_session() is session


@pytest.mark.installed("2.2.4-tf")
def test_images_were_resized_from_the_corners_of_pixels(tf):
    image = np.float32([1, 3]).reshape(1, 1, 2, 1)
    rows = {
        "half": tf.image.resize_bilinear(image, (1, 4)),
        "corners": tf.image.resize_images(image, (1, 5), align_corners=True),
        "nearest": tf.image.resize_nearest_neighbor(image, (1, 3)),
    }
    assert {name: row[0, 0, :, 0].tolist() for name, row in rows.items()} == {
        "half": [1, 2, 3, 3], "corners": [1, 1.5, 2, 2.5, 3], "nearest": [1, 1, 3]
    }  # fmt: skip
    patches = tf.extract_image_patches(np.ones((1, 4, 4, 1)), ksizes=[1, 2, 2, 1], strides=[1, 2, 2, 1],
                                       rates=[1, 1, 1, 1], padding="VALID")  # fmt: skip
    assert patches.shape == (1, 2, 2, 4)


@pytest.mark.installed("2.2.4-tf")
def test_optimizers_of_tensorflow_1(tf):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
    model.compile(optimizer=tf.train.AdamOptimizer(0.01, beta1=0.8), loss="mse")
    assert_allclose(float(model.optimizer.beta_1), 0.8)
    assert model.train_on_batch(np.ones((2, 2)), np.ones((2, 1))) >= 0


def test_devices_and_versions(tf):
    assert tf.__version__ == tf.version.VERSION == "2.15.1" and tf.executing_eagerly()
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
    assert tf.config.experimental.list_physical_devices("CPU")[0].device_type == "CPU"
    assert tf.test.is_gpu_available() == bool(tf.config.list_physical_devices("GPU"))
    with tf.distribute.MirroredStrategy().scope():
        tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    tf.get_logger().setLevel("ERROR")
    device_lib = importlib.import_module("tensorflow.python.client.device_lib")
    assert device_lib.list_local_devices()[0].device_type == "CPU"


def test_eager_execution_can_be_switched_off(tf):
    tf.compat.v1.disable_eager_execution()
    K = tf.keras.backend
    w = K.variable(3.0)
    assert_allclose(K.function([], K.gradients(K.square(w), [w]))([]), [6])


def test_what_is_set_up_around_a_model(tf):
    strategy = tf.distribute.MirroredStrategy(cross_device_ops=tf.distribute.HierarchicalCopyAllReduce())
    assert strategy.num_replicas_in_sync == 1
    with pytest.raises(ValueError, match="no cluster of TPUs"):  # which scripts catch, and go on without
        tf.distribute.cluster_resolver.TPUClusterResolver(tpu="")
    assert tf.compat.as_str(b"ab") == "ab" and tf.compat.as_bytes("ab") == b"ab"
    assert tf.nest.flatten({"a": 1, "b": (2, 3)}) == [1, 2, 3]
    assert tf.dtypes.float32 == tf.float32 and tf.dtypes.cast(1.7, "int32") == 1
    np_module = importlib.import_module("tensorflow.experimental.numpy")
    assert_allclose(np_module.cumsum(np.ones(3)), [1, 2, 3])
    assert_allclose(tf.random.Generator.from_seed(1).normal((3,)), tf.random.Generator.from_seed(1).normal((3,)))
    assert issubclass(tf.test.TestCase, unittest.TestCase)
    assert tf.config.experimental.get_memory_info("GPU:0") == {"current": 0, "peak": 0}


def test_summaries_are_written_inside_a_writer(tf, tmp_path):
    pytest.importorskip("tensorboard")
    assert not tf.summary.scalar("loss", 1.0, step=0)  # nowhere to write to
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        assert tf.summary.scalar("loss", np.float32(0.5), step=3)
        tf.summary.image("digit", np.zeros((1, 4, 4, 1), "float32"), step=3)
        with pytest.raises(ValueError, match="needs a step"):
            tf.summary.scalar("loss", 1.0)
    (file,) = tmp_path.iterdir()
    assert b"loss" in file.read_bytes() and b"digit" in file.read_bytes()


REFUSED = (
    lambda tf: tf.GradientTape(),
    lambda tf: tf.train.Checkpoint(x=1),
    lambda tf: tf.estimator.Estimator(None),
    lambda tf: tf.ragged.constant([[1], [2, 3]]),
    lambda tf: tf.lite.TFLiteConverter.from_keras_model(None),
    lambda tf: tf.io.decode_proto("x"),
)


def test_what_is_refused_names_the_line_and_a_way(tf):
    for use in REFUSED:
        line = inspect.getsourcelines(use)[1]
        with pytest.raises(NotImplementedError) as raised:
            use(tf)
        assert str(raised.value).startswith(f"line {line} of test_surroundings.py: tf.") and len(str(raised.value)) > 60


def test_unknown_names_are_compared_with_known_ones(tf):
    for module, name, near in (
        (tf, "reduce_means", "reduce_mean"),
        (tf.nn, "reluu", "relu"),
        (tf.io, "read_fil", "read_file"),
    ):
        with pytest.raises(AttributeError, match=f"has no '{name}'; did you mean '{near}'"):
            getattr(module, name)
    with pytest.raises(TypeError, match="tf.reduce_sum has no argument 'axes' here; did you mean 'axis'"):
        tf.reduce_sum([1.0], axes=0)
