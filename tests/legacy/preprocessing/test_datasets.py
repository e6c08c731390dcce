"""Datasets of files in folders, and of windows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image

from dovetail.legacy import installed


@pytest.fixture
def keras():
    with installed("2.15.0"):
        import tensorflow

        yield tensorflow.keras


@pytest.fixture
def folder(tmp_path):
    for label, shade in (("cats", 10), ("dogs", 200)):
        (tmp_path / label).mkdir()
        for number in range(3):
            Image.new("RGB", (6 + number, 4), (shade + number,) * 3).save(tmp_path / label / f"{number}.png")
    (tmp_path / "cats" / "notes.md").write_text("not an image")
    return tmp_path


def test_images_of_folders(keras, folder, capsys):
    images = keras.utils.image_dataset_from_directory(folder, image_size=(3, 5), batch_size=4, shuffle=False)
    assert "Found 6 files belonging to 2 classes." in capsys.readouterr().out
    assert images.class_names == ["cats", "dogs"] and len(images) == 2
    batches = [(np.asarray(x), np.asarray(y)) for x, y in images]
    assert [x.shape for x, _ in batches] == [(4, 3, 5, 3), (2, 3, 5, 3)]
    assert_allclose(np.concatenate([x[:, 0, 0, 0] for x, _ in batches]), [10, 11, 12, 200, 201, 202])
    assert [list(y) for _, y in batches] == [[0, 0, 0, 1], [1, 1]]


def test_parts_and_labels(keras, folder):
    options = {"image_size": (4, 4), "batch_size": None, "seed": 5, "validation_split": 0.34, "verbose": False}
    make = keras.preprocessing.image_dataset_from_directory
    train = make(folder, subset="training", label_mode="categorical", color_mode="grayscale", **options)
    held = make(folder, subset="validation", label_mode="categorical", color_mode="grayscale", **options)
    both = make(folder, subset="both", label_mode=None, **options)
    assert len(train) == 4 and len(held) == 2 and not set(train.file_paths) & set(held.file_paths)
    assert [part.file_paths for part in both] == [train.file_paths, held.file_paths]
    for x, y in held.map(lambda x, y: (x / 255.0, y)):
        assert x.shape == (4, 4, 1) and list(y) == ([1, 0] if x[0, 0, 0] < 0.5 else [0, 1])
    assert (
        sorted(float(y[0]) for _, y in make(folder, label_mode="binary", batch_size=None, verbose=False))
        == [0] * 3 + [1] * 3
    )
    assert [list(y) for _, y in make(folder, labels=[3, 1, 3, 1, 3, 3], shuffle=False)] == [[1, 0, 1, 0, 1, 1]]


def test_sizes_are_those_of_linear_interpolation():
    from dovetail.legacy.preprocessing.datasets import resized
    from dovetail.ops import image

    pixels = np.random.default_rng(0).uniform(size=(5, 7, 2)).astype("float32")
    expected = image.resize(pixels, (8, 4), "bilinear", antialias=False, data_format="channels_last")
    assert_allclose(resized(pixels, 8, 4), expected, atol=1e-5)


def test_texts_of_folders_and_windows(keras, tmp_path):
    for label in ("neg", "pos"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "a.txt").write_text(f"{label} text")
    texts = keras.utils.text_dataset_from_directory(tmp_path, shuffle=False, batch_size=1, verbose=False)
    assert [(x[0], int(y[0])) for x, y in texts.as_numpy_iterator()] == [("neg text", 0), ("pos text", 1)]
    windows = keras.utils.timeseries_dataset_from_array(np.arange(6), np.arange(6) + 2, 2, batch_size=2)
    (x, y), *_ = windows.map(lambda x, y: (x * 2, y)).take(1)
    assert_allclose(x, [[0, 2], [2, 4]])
    assert list(y) == [2, 3]


def test_what_does_not_fit_is_said(keras, folder):
    make = keras.utils.image_dataset_from_directory
    with pytest.raises(ValueError, match="belong together"):
        make(folder, validation_split=0.2)
    with pytest.raises(ValueError, match="no files in"):
        make(folder / "cats", class_names=None)
    with pytest.raises(ValueError, match="label_mode"):
        make(folder, label_mode="onehot")
