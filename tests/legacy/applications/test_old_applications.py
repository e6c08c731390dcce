"""Networks of old releases, as scripts of then built, took apart and trained them.

Facts of Keras 1.2.2 and 2.2.4 are from their documentation and from counting in their printed summaries.
"""

import sys
import types

import numpy as np
import pytest

from dovetail.engine.context import entered
from dovetail.legacy import installed
from dovetail.utils import clear_session


@pytest.fixture(autouse=True)
def _new_names():
    clear_session()


def test_resnet_of_keras_1():
    with installed(1), entered(without_values=True):
        from keras.applications import ResNet50 as same
        from keras.applications.resnet50 import ResNet50, conv_block, identity_block
        from keras.layers import Input

        model = ResNet50(weights=None)
        x = conv_block(Input((8, 8, 3)), 3, [4, 4, 16], 9, "a")
        y = identity_block(x, 3, [4, 4, 16], 9, "b")
    names = [layer.name for layer in model.layers]
    assert same is ResNet50 and type(model).__name__ == "Model" and model.release.dialect == 1
    assert model.count_params() == 25_636_712
    assert names[:5] == ["input_1", "zeropadding2d_1", "conv1", "bn_conv1", "activation_1"]
    assert names[-5:] == ["merge_16", "activation_49", "avg_pool", "flatten_1", "fc1000"]
    assert {"res2a_branch1", "bn5c_branch2c", "res4f_branch2b"} <= set(names)
    assert x.shape == y.shape == (None, 4, 4, 16)
    assert y.node.operation.name == "activation_55"
    assert model.get_layer("conv1").nb_filter == 64  # layers of then, not of today


def test_resnet_of_keras_2():
    with installed("2.2.4"), entered(without_values=True):
        from keras.applications.resnet50 import ResNet50
        from keras.models import Model

        base = ResNet50(weights=None, include_top=False, input_shape=(64, 64, 3))
        features = Model(inputs=base.input, outputs=base.get_layer("activation_40").output)
    assert base.output_shape == (None, 2, 2, 2048) and features.output_shape == (None, 4, 4, 1024)
    assert base.count_params() == 23_587_712
    assert [layer.name for layer in base.layers][1:3] == ["conv1_pad", "conv1"]
    clear_session()
    with installed("2.3.1"), entered(without_values=True):
        from keras.applications.resnet50 import ResNet50

        assert ResNet50(weights=None).layers[2].name == "conv1_conv"


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("1.2.2", ["convolution2d_1", "batchnormalization_1", "convolution2d_2"]),
        ("2.2.4", ["conv2d_1", "batch_normalization_1", "activation_1"]),
        ("2.15.0", ["conv2d", "batch_normalization", "activation"]),
    ],
)
def test_inception_names_its_layers_as_it_did(version, names):
    with installed(version), entered(without_values=True):
        from keras.applications.inception_v3 import InceptionV3

        model = InceptionV3(weights=None)
    assert [layer.name for layer in model.layers][:4] == ["input_1", *names]
    assert "mixed7" in [layer.name for layer in model.layers]
    assert model.output_shape == (None, 1000)
    if version == "1.2.2":  # 94 convolutions with biases, each with four weights of normalization
        assert len(model.weights) == 94 * 6 + 2
    else:
        assert model.count_params() == 23_851_784


def test_transfer_learning_as_it_was_written():
    with installed(1):
        from keras.applications.vgg16 import VGG16, preprocess_input
        from keras.layers import Dense, Flatten
        from keras.models import Model

        with entered(without_values=True):
            base = VGG16(False, None, None, (32, 32, 3))
        for variable in base.variables:
            variable.assign(np.zeros(variable.shape, "float32"))
        for layer in base.layers[:15]:
            layer.trainable = False
        x = Dense(2, activation="softmax", init="zero")(Flatten()(base.output))
        model = Model(input=base.input, output=x)
        model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
        images = preprocess_input(np.full((4, 32, 32, 3), 7.0))
        history = model.fit(images, np.eye(2)[[0, 1, 1, 1]], nb_epoch=1, verbose=0).history
    assert len(model.trainable_weights) == 8
    np.testing.assert_allclose(history["loss"], np.log(2), rtol=1e-5)
    np.testing.assert_allclose(images[0, 0, 0], 7 - np.array([103.939, 116.779, 123.68]), rtol=1e-6)


def test_arguments_of_the_time():
    with installed(1), entered(without_values=True):
        from keras.applications.imagenet_utils import preprocess_input
        from keras.applications.xception import Xception

        assert Xception(True, None, None, (299, 299, 3), 5).output_shape == (None, 5)  # no `pooling` then
    x = np.zeros((1, 3, 2, 2))
    assert preprocess_input(x, dim_ordering="th")[0, 2, 0, 0] == -123.68
    with installed(2), entered(without_values=True):
        import keras
        from keras.applications.mobilenet import DepthwiseConv2D, MobileNet, relu6

        model = MobileNet((32, 32, 3), 0.25, weights=None, backend=keras.backend, layers=keras.layers, classes=3)
        assert DepthwiseConv2D is keras.layers.DepthwiseConv2D and relu6.__name__ == "relu6"
        assert model.output_shape == (None, 3)
        with pytest.raises(ImportError, match="cannot import name 'VGG61'"):
            from keras.applications.vgg16 import VGG61  # noqa: F401
    with installed("2.3.1"):
        from keras.applications import keras_modules_injection

        found = keras_modules_injection(lambda **library: library)()
        assert list(found) == ["backend", "layers", "models", "utils"] and found["layers"].Dense


def test_shapes_for_builders_of_ones_own():
    with installed(2):
        from keras.applications.imagenet_utils import _obtain_input_shape as shape

        assert shape(None, 224, 48, "channels_last", True) == (224, 224, 3)
        assert shape(None, 224, 48, "channels_first", False) == (3, None, None)
        assert shape((50, 60, 1), default_size=224, min_size=48, dim_ordering="tf", include_top=True) == (50, 60, 1)
        with pytest.raises(ValueError, match="at least 48 pixels"):
            shape((40, 60, 1), 224, 48)
        with pytest.raises(ValueError, match="known size"):
            shape((None, 60, 1), 224, 48)


def test_weights_of_a_file(tmp_path):
    with installed("2.2.4"):
        from keras.applications.mobilenet import MobileNet

        made = MobileNet((32, 32, 3), 0.25, weights=None, include_top=False)
        made.save_weights(str(tmp_path / "w.h5"))
        with entered(without_values=True):
            other = MobileNet((32, 32, 3), 0.25, weights=str(tmp_path / "w.h5"), include_top=False)
    for a, b in zip(made.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


# -- music


def test_music_tagger():
    with installed(1), entered(without_values=True):
        from keras.applications.audio_conv_utils import decode_predictions
        from keras.applications.music_tagger_crnn import MusicTaggerCRNN

        model = MusicTaggerCRNN(weights=None)
        assert MusicTaggerCRNN(None, include_top=False).output_shape == (None, 32)
        with pytest.raises(ValueError, match="has 50 classes, not 10"):
            MusicTaggerCRNN(classes=10)
    assert model.input_shape == (None, 96, 1366, 1) and model.output_shape == (None, 50)
    names = [layer.name for layer in model.layers]
    assert names[-3:] == ["gru1", "gru2", "output"]
    assert names[1:6] == ["zeropadding2d_1", "bn_0_freq", "conv1", "bn1", "elu_1"]
    assert model.get_layer("bn_0_freq").gamma.shape == (1440,)
    scores = np.zeros((1, 50))
    scores[0, [0, 12]] = 0.2, 0.9
    assert decode_predictions(scores, top_n=2) == [[("chillout", 0.9), ("rock", 0.2)]]


def test_music_as_an_image(monkeypatch, tmp_path):
    """Without the package that reads sound: what is done with it, step by step."""
    sound = np.zeros(0, "float32")

    class feature:
        @staticmethod
        def melspectrogram(y, sr, hop_length, n_fft, n_mels):
            assert (sr, hop_length, n_fft, n_mels) == (12_000, 256, 512, 96)
            return y.reshape(96, -1)

    stand_in = types.SimpleNamespace(
        load=lambda path, sr: (sound, sr), feature=feature, power_to_db=lambda power, ref: 10 * np.log10(power / ref)
    )
    monkeypatch.setitem(sys.modules, "librosa", stand_in)
    with installed(1):
        from keras.applications.music_tagger_crnn import preprocess_input
    samples = 349_440
    sound = np.concatenate([np.full(3, 5.0), np.full(samples, 10.0), np.full(4, 5.0)])
    image = preprocess_input("song.mp3")
    assert image.shape == (96, samples // 96, 1) and np.all(image == 20)
    sound = np.ones(10)
    with np.errstate(divide="ignore"):
        image = preprocess_input("song.mp3", dim_ordering="th")
    assert image.shape == (1, 96, samples // 96) and (image == 0).sum() == 10
