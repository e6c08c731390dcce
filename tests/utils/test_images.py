import io

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail.utils import array_to_img, img_to_array, load_img, save_img
from dovetail.utils.images import smart_resize

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_an_image_file_gives_back_the_array(tmp_path, channels):
    x = RNG.integers(0, 256, (5, 7, channels)).astype("float32")
    mode = {1: "grayscale", 3: "rgb", 4: "rgba"}[channels]
    save_img(tmp_path / "a.png", x, scale=False)
    found = img_to_array(load_img(tmp_path / "a.png", color_mode=mode))
    assert_array_equal(found, x)
    assert found.dtype == np.float32
    save_img(str(tmp_path / "b.png"), x.transpose(2, 0, 1), "channels_first", scale=False)
    with open(tmp_path / "b.png", "rb") as file:
        img = load_img(io.BytesIO(file.read()), color_mode=mode)
    assert_array_equal(img_to_array(img, "channels_first", "uint8"), x.transpose(2, 0, 1))


def test_values_are_stretched_to_the_full_range():
    img = array_to_img(np.array([[[-1.0], [0.0], [3.0]]]))
    assert_array_equal(np.asarray(img), [[0, 63, 255]])
    assert_array_equal(np.asarray(array_to_img(np.full((1, 2, 1), 7.0))), [[0, 0]])
    assert array_to_img(np.full((1, 1, 1), 300.0), scale=False).mode == "I"


def test_sizes_and_proportions():
    wide = array_to_img(np.arange(4 * 8 * 3).reshape(4, 8, 3), scale=False)
    buffer = io.BytesIO()
    wide.save(buffer, "png")
    assert load_img(buffer, target_size=(2, 3)).size == (3, 2)
    middle = load_img(buffer, target_size=(4, 4), interpolation="bilinear", keep_aspect_ratio=True)
    assert_array_equal(img_to_array(middle), img_to_array(wide)[:, 2:6])


def test_smart_resize_takes_the_middle():
    x = RNG.normal(size=(4, 8, 2)).astype("float32")
    assert_allclose(smart_resize(x, (4, 4)), x[:, 2:6])
    batch = np.stack([x, x]).transpose(0, 3, 1, 2)
    assert smart_resize(batch, (3, 2), data_format="channels_first").shape == (2, 2, 3, 2)


def test_jpeg_has_no_transparency(tmp_path):
    with pytest.warns(UserWarning, match="does not support RGBA"):
        save_img(tmp_path / "a.jpg", np.zeros((2, 2, 4)))
    assert load_img(tmp_path / "a.jpg").mode == "RGB"


def test_mistakes_are_named(tmp_path):
    for call, message in (
        (lambda: array_to_img(np.zeros((2, 2))), "rank 3"),
        (lambda: array_to_img(np.zeros((2, 2, 2))), "Unsupported channel number: 2"),
        (lambda: img_to_array(np.zeros(3)), "Unsupported image shape"),
        (lambda: load_img("a.png", color_mode="greyscale"), "unknown color_mode 'greyscale'; did you mean 'grayscale'"),
        (lambda: load_img("a.png", interpolation="bicubik"), "did you mean 'bicubic'"),
        (lambda: smart_resize(np.zeros((2, 2)), (1, 1)), "shape \\(2, 2\\)"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(TypeError, match="path"):
        load_img(3)
