"""Imports are answered in the dialect of a release, and Python's own afterwards."""

import importlib
import sys

import numpy as np
import pytest

from dovetail.legacy import installed


@pytest.mark.parametrize(
    ("version", "names", "accuracy", "entry"),
    [
        ("1.2.2", ["dense_1", "dense_2"], "acc", "dense_input_1"),
        ("2.2.4", ["dense_1", "dense_2"], "acc", "dense_1_input"),
        ("2.15.0", ["dense", "dense_1"], "accuracy", "dense_input"),
    ],
)
def test_a_model_in_the_words_of_any_year(version, names, accuracy, entry):
    from dovetail.utils import clear_session

    clear_session()
    with installed(version):
        from keras.layers import Dense
        from keras.models import Sequential

        model = Sequential([Dense(4, init="uniform", input_dim=3, activation="relu"), Dense(units=1)])
        model.compile(loss="mse", optimizer="sgd", metrics=["accuracy"])
        history = model.fit(np.ones((4, 3)), np.ones((4, 1)), nb_epoch=2, verbose=0).history
    assert [layer.name for layer in model.layers] == names
    assert list(history) == [accuracy, "loss"] and len(history["loss"]) == 2
    assert history["acc"] == history["accuracy"]
    assert model.input_names == [entry]


def test_what_was_imported_before_is_back_afterwards():
    before = sys.modules.get("keras")
    with installed(1) as release:
        import keras

        assert keras.__version__ == release.version == "1.2.2"
    assert sys.modules.get("keras") is before


def test_the_same_class_from_every_module_that_had_it():
    with installed(1):
        from keras.layers import Dense
        from keras.layers.core import Dense as Again
    assert Dense is Again


def test_numpys_seed_makes_scripts_repeatable():
    def trained():
        np.random.seed(3)
        with installed(1):
            from keras.layers import Dense, Dropout
            from keras.models import Sequential

            model = Sequential([Dense(4, input_dim=3), Dropout(0.5), Dense(1)])
            model.compile(loss="mse", optimizer="sgd")
            model.fit(np.ones((8, 3)), np.arange(8.0), nb_epoch=1, batch_size=4, verbose=0)
        return model.get_weights()

    for once, again in zip(trained(), trained(), strict=True):
        np.testing.assert_array_equal(once, again)


@pytest.mark.parametrize(
    ("line", "public"),
    [
        ("from keras.layers.normalization.batch_normalization import BatchNormalization as found", "layers"),
        ("from keras.layers.merging import concatenate as found", "layers"),
        ("from keras.src.layers.attention.multi_head_attention import MultiHeadAttention as found", "layers"),
        ("from tensorflow.python.keras.engine.functional import Model as found", "models"),
        ("from tensorflow.python.keras.layers.advanced_activations import LeakyReLU as found", "layers"),
        ("from keras.optimizers.optimizer_v2.adam import Adam as found", "optimizers"),
        ("from keras.optimizer_v2.gradient_descent import SGD as found", "optimizers"),
        ("from keras.optimizers import adam_v2\nfound = adam_v2.Adam", "optimizers"),
        ("from keras.utils.sequence_utils import pad_sequences as found", "utils"),
        ("from keras.api._v2.keras.layers import Dense as found", "layers"),
        ("from keras.engine.data_adapter import unpack_x_y_sample_weight as found", "utils"),
    ],
)
def test_private_modules_hold_what_their_packages_do(line, public):
    with installed("2.15.0"):
        names: dict = {}
        exec(line, names)
        found = names["found"]
        module = importlib.import_module(f"tensorflow.keras.{public}")
        assert found is getattr(module, found.__name__)


def test_tensorflows_private_modules_hold_what_its_public_ones_do():
    with installed("2.15.0"):
        import tensorflow as tf
        from tensorflow.python.framework import dtypes, ops
        from tensorflow.python.framework.ops import disable_eager_execution
        from tensorflow.python.keras.utils import tf_utils
        from tensorflow.python.ops import array_ops, math_ops, nn_ops, state_ops
        from tensorflow.python.ops.numpy_ops import np_config
        from tensorflow.python.util.tf_export import keras_export

        np_config.enable_numpy_behavior()
        assert math_ops.reduce_sum is tf.reduce_sum and array_ops.zeros_like_v2 is tf.zeros_like
        assert nn_ops.relu is tf.nn.relu and state_ops.assign is tf.compat.v1.assign
        assert dtypes.float32 is tf.float32 and ops.convert_to_tensor is tf.convert_to_tensor
        assert disable_eager_execution is tf.compat.v1.disable_eager_execution
        assert keras_export("keras.layers.Mine")(test_numpys_seed_makes_scripts_repeatable).__name__.startswith("test_")
        assert tf_utils.shape_type_conversion(len) is len


def test_a_module_that_no_release_had_is_compared_with_those_known():
    with installed("2.15.0"), pytest.raises(ModuleNotFoundError, match="no release of Keras has a module"):
        importlib.import_module("keras.layers.normalisation")


def test_stars_gave_what_modules_had_imported():
    with installed(1):
        held: dict = {}
        exec("from keras.layers.convolutional import *\nfrom keras.models import *", held)
        assert {"Convolution2D", "MaxPooling2D", "Sequential", "K", "np", "initializations"} <= set(held)
        assert held["np"] is np and held["K"].image_dim_ordering() in ("tf", "th")


def test_names_of_the_first_releases():
    with installed(1):
        from keras.datasets.data_utils import get_file
        from keras.layers.core import Dense
        from keras.models import Sequential, slice_X

        model = Sequential([Dense(2, input_dim=3)])
        assert model.get_input(train=False) is model.input and model.layers[0].get_output() is model.output
        assert slice_X(np.arange(3), 1).tolist() == [1, 2] and callable(get_file)


def test_old_axes_are_understood():
    with installed(1):
        import tensorflow as tf

        assert tf.reverse(np.array([[1, 2], [3, 4]]), [False, True]).tolist() == [[2, 1], [4, 3]]
