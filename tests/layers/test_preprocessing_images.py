import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dovetail import layers

IMAGES = np.arange(2 * 4 * 6 * 3, dtype="uint8").reshape(2, 4, 6, 3)


def test_integers_stay_integers_and_one_image_is_enough():
    layer = layers.Resizing(2, 3)
    together, alone = layer(IMAGES), layer(IMAGES[0])
    assert together.dtype == "uint8" and together.shape == (2, 2, 3, 3)
    assert_array_equal(together[0], alone)


def test_masks_are_never_mixed_and_labels_stay():
    masks = (IMAGES[..., :1] % 2) * 5
    data = {"images": IMAGES, "segmentation_masks": masks, "labels": np.array([0, 1])}
    changed = layers.Resizing(8, 9)(data)
    assert set(np.unique(changed["segmentation_masks"])) == {0, 5}
    assert changed["segmentation_masks"].shape == (2, 8, 9, 1)
    assert_array_equal(changed["labels"], [0, 1])
    cropped = layers.CenterCrop(2, 2)(data)
    assert_array_equal(cropped["images"], IMAGES[:, 1:3, 2:4].astype("float32"))
    assert_array_equal(cropped["segmentation_masks"], masks[:, 1:3, 2:4])


def test_sizes_that_are_open():
    images = layers.Input((None, None, 3))
    assert layers.Resizing(3, 5)(images).shape == (None, 3, 5, 3)
    assert layers.CenterCrop(3, 5)(images).shape == (None, 3, 5, 3)


def test_what_they_cannot_take():
    with pytest.raises(ValueError, match="one image, 3 axes, or a batch, 4 axes"):
        layers.Resizing(2, 2)(np.ones((2, 3)))
    with pytest.raises(ValueError, match="only one of"):
        layers.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)
    with pytest.raises(NotImplementedError, match="bounding boxes"):
        layers.Resizing(2, 2)({"images": IMAGES, "bounding_boxes": np.ones((2, 1, 4))})
