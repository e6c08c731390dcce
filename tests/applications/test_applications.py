"""Networks: what they are made of, against recorded ones of real Keras 3.15.1; arguments; images; weights from files."""

import inspect
import json
import os

import h5py
import numpy as np
import pytest
from numpy.testing import assert_allclose
from summaries import CASES, DATA, MORE, key, summary

import dovetail as keras
from dovetail import applications, layers
from dovetail.applications import imagenet_utils
from dovetail.engine.context import entered

RECORDED = json.loads(DATA.read_text())
ALL = os.environ.get("DOVETAIL_ALL_APPLICATIONS")  # also the bigger networks: some minutes


@pytest.fixture(autouse=True)
def _default_settings(tmp_path, monkeypatch):
    keras.utils.clear_session()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    yield
    keras.config.set_image_data_format("channels_last")


@pytest.mark.parametrize(
    ("name", "arguments"), CASES + (MORE if ALL else []), ids=[key(*case) for case in CASES + (MORE if ALL else [])]
)
def test_layers_and_weights_are_those_of_keras(name, arguments):
    recorded, arguments = RECORDED[key(name, arguments)], dict(arguments)
    keras.config.set_image_data_format(arguments.pop("data_format", "channels_last"))
    with entered(without_values=True):  # shapes are enough
        model = getattr(applications, name)(**arguments)
    assert summary(model) == recorded


def test_signatures_are_the_public_ones():
    assert str(inspect.signature(applications.EfficientNetV2S)).startswith(
        "(include_top: bool = True, weights: Any = 'imagenet', input_tensor: Any = None"
    )
    assert inspect.signature(applications.VGG16).parameters["name"].default == "vgg16"
    with pytest.raises(TypeError, match="unexpected keyword argument 'repeats'"):
        applications.VGG16(repeats=(1, 1, 1, 1, 1))


def small(**arguments):
    with entered(without_values=True):
        return applications.VGG16(**({"weights": None, "include_top": False} | arguments))


def test_built_on_a_tensor():
    x = keras.Input((40, 40, 3), name="camera")
    model = small(input_tensor=layers.Rescaling(2.0)(x), pooling="max", name="mine")
    assert model.name == "mine" and model.output_shape == (None, 512)
    assert [layer.name for layer in model.layers[:3]] == ["camera", "rescaling", "block1_conv1"]
    with pytest.raises(ValueError, match=r"input_shape=\(32, 32, 3\) is not that of the input_tensor, \(40, 40, 3\)"):
        small(input_tensor=x, input_shape=(32, 32, 3))
    with pytest.raises(TypeError, match="input_tensor is a symbolic tensor"):
        small(input_tensor=np.zeros((1, 32, 32, 3)))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"weights": "nowhere.h5"}, "weights='nowhere.h5' is no file; give None for random weights, 'imagenet' for"),
        ({"weights": "imagenet", "include_top": True, "classes": 10}, "has 1000 classes, not 10"),
        ({"weights": "imagenet", "include_top": True, "classifier_activation": "sigmoid"}, "or None for logits"),
        ({"weights": "imagenet", "input_shape": (32, 32, 1)}, "need images of 3 channels"),
        ({"pooling": "mean"}, "unknown pooling 'mean'"),
        ({"input_shape": (32, 3)}, "an image has the axes"),
        ({"input_shape": (31, 32, 3)}, "at least 32 pixels high and wide"),
    ],
    ids=str,
)
def test_what_cannot_be_built(arguments, told):
    with pytest.raises(ValueError, match=told):
        small(**arguments)


def test_families_that_need_channels_last():
    keras.config.set_image_data_format("channels_first")
    with pytest.raises(ValueError, match=r"DenseNet takes images with channels last"):
        applications.DenseNet121(weights=None)


def test_nasnet_of_any_size_halves_where_its_sizes_are_known():
    """Keras compares sizes, and finds open ones equal."""
    with entered(without_values=True):
        model = applications.nasnet.nasnet(
            (None, None, 3), False, None, size=331, channels=24, repeats=2, stem_channels=32, skips_reduction=True,
            pretrained=None,
        )  # fmt: skip
    assert model.output_shape == (None, None, None, 24 * 4 * 6)
    assert "adjust_avg_pool_1_0" in [layer.name for layer in model.layers]


# -- weights


def test_weights_from_files(tmp_path):
    """Of this library; of Keras 2, as pretrained ones are; the latter from the cache, by what they are called there."""
    made = applications.MobileNet((32, 32, 3), 0.25, weights=None, include_top=False)
    made.save_weights(tmp_path / "new.weights.h5")
    cached = tmp_path / "models" / "mobilenet_2_5_128_tf_no_top.h5"
    cached.parent.mkdir()
    with h5py.File(cached, "w") as file:
        with_weights = [layer for layer in made.layers if layer.weights]
        file.attrs["layer_names"] = [layer.name.encode() for layer in with_weights]
        for layer in with_weights:
            names = [f"{layer.name}/{weight.name}:0" for weight in layer.weights]
            group = file.create_group(layer.name)
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, layer.weights, strict=True):
                group[name] = np.asarray(weight)
    for weights, size in [(tmp_path / "new.weights.h5", 32), (cached, 32), ("imagenet", 128)]:
        with entered(without_values=True):
            other = applications.MobileNet((size, size, 3), 0.25, weights=weights, include_top=False)
        for a, b in zip(other.get_weights(), made.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


def test_without_network_the_error_says_where_the_file_belongs(monkeypatch, tmp_path):
    def urlopen(*args, **kwargs):
        raise OSError("no network")

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    with pytest.raises(OSError, match="vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5") as caught:
        small(weights="imagenet")
    assert str(tmp_path) in str(caught.value)
    assert "weights=None gives random ones" in caught.value.__notes__[-1]


# -- images and predictions


@pytest.mark.parametrize("mode", ["caffe", "tf", "torch"])
def test_preprocessing(mode):
    pixels = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 3)).astype("uint8")
    expected = {
        "caffe": pixels[..., ::-1] - np.array([103.939, 116.779, 123.68]),
        "tf": pixels / 127.5 - 1,
        "torch": (pixels / 255 - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225]),
    }[mode]
    before = pixels.astype("float32")
    images = before.copy()
    found = imagenet_utils.preprocess_input(images, mode=mode)
    assert isinstance(found, np.ndarray) and found.dtype == "float32"
    assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(images, before)  # the caller's images stay as they are
    assert_allclose(imagenet_utils.preprocess_input(pixels[0], mode=mode), expected[0], rtol=1e-5, atol=1e-5)
    first = imagenet_utils.preprocess_input(np.moveaxis(pixels, -1, 1), "channels_first", mode)
    assert_allclose(np.moveaxis(first, 1, -1), expected, rtol=1e-5, atol=1e-5)
    assert_allclose(imagenet_utils.preprocess_input(keras.ops.array(pixels), mode=mode), expected, rtol=1e-5, atol=1e-5)
    x = keras.Input((4, 5, 3), dtype="uint8")
    model = keras.Model(x, imagenet_utils.preprocess_input(x, mode=mode))
    assert_allclose(model(pixels), expected, rtol=1e-5, atol=1e-5)


def test_preprocessing_of_a_family():
    image = np.full((4, 4, 3), 255.0)
    assert applications.mobilenet.preprocess_input(image).max() == 1.0
    assert applications.efficientnet.preprocess_input(image) is image
    assert applications.resnet50.preprocess_input is applications.resnet.preprocess_input
    with pytest.raises(ValueError, match="unknown mode 'tensorflow'"):
        imagenet_utils.preprocess_input(image, mode="tensorflow")


def test_predictions_as_names(tmp_path, monkeypatch):
    index = {str(i): [f"n{i:08d}", f"thing {i}"] for i in range(1000)}
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "imagenet_class_index.json").write_text(json.dumps(index))
    monkeypatch.setattr(imagenet_utils, "CLASS_INDEX_HASH", None)
    imagenet_utils._class_index.cache_clear()
    scores = np.zeros((2, 1000), "float32")
    scores[0, [3, 7]] = 0.25, 0.75
    scores[1, 999] = 1
    found = applications.xception.decode_predictions(scores, top=2)
    assert found[0] == [("n00000007", "thing 7", 0.75), ("n00000003", "thing 3", 0.25)]
    assert found[1][0] == ("n00000999", "thing 999", 1.0) and len(found[1]) == 2
    with pytest.raises(ValueError, match=r"\(batch, 1000\); got \(2, 10\)"):
        applications.xception.decode_predictions(scores[:, :10])
    imagenet_utils._class_index.cache_clear()
