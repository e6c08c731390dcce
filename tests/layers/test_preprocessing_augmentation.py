"""Images changed at random: what comes out where only one thing can."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import dovetail
from dovetail import layers

IMAGES = np.random.default_rng(0).uniform(0, 255, (6, 5, 4, 3)).astype("float32")


def test_only_in_training_and_on_their_own():
    layer = layers.RandomFlip("horizontal", seed=1)
    assert_array_equal(layer(IMAGES, training=False), IMAGES)
    once = np.asarray(layer(IMAGES))
    mirrored = [np.array_equal(a, b[:, ::-1]) for a, b in zip(once, IMAGES, strict=True)]
    assert 0 < sum(mirrored) < 6
    assert not np.array_equal(once, layer(IMAGES))
    model = dovetail.Sequential([dovetail.Input((5, 4, 3)), layers.RandomFlip(seed=1)])
    assert_array_equal(model.predict(IMAGES, verbose=0), IMAGES)
    assert not np.array_equal(model(IMAGES), IMAGES)


def test_one_image_and_integers():
    image = IMAGES[0].astype("uint8")
    turned = layers.RandomRotation((0.5, 0.5))(image)
    assert turned.dtype == jnp.float32
    assert_allclose(turned, image[::-1, ::-1], atol=0.1)


def test_masks_move_with_images_and_stay_whole():
    mask = (IMAGES[..., :1] > 100).astype("int32")
    moved = layers.RandomTranslation((0.2, 0.2), (0.0, 0.0), fill_mode="constant", fill_value=7)(
        {"images": IMAGES, "segmentation_masks": mask, "labels": np.arange(6)}
    )
    assert_allclose(moved["images"][:, 1:], IMAGES[:, :-1], rtol=1e-5)
    assert_array_equal(moved["segmentation_masks"][:, 1:], mask[:, :-1])
    assert_allclose(moved["images"][:, 0], 7)
    assert_array_equal(moved["labels"], np.arange(6))
    bright = layers.RandomBrightness((1.0, 1.0))({"images": IMAGES, "segmentation_masks": mask})
    assert_allclose(bright["images"], 255)
    assert_array_equal(bright["segmentation_masks"], mask)


def test_zoom_shows_more_or_less():
    x = jnp.arange(8.0).reshape(1, 1, 8, 1)
    twice = layers.RandomZoom((0.0, 0.0), (-0.5, -0.5))(x)[0, 0, :, 0]
    assert_allclose(twice, 3.5 + (np.arange(8) - 3.5) / 2)


def test_contrast_of_one_number_is_less_or_more():
    assert layers.RandomContrast(0.3).factor == (0.3, 0.3)
    flat = layers.RandomContrast((1.0, -0.0))
    drawn = [np.ptp(np.asarray(flat(IMAGES / 255)), axis=(1, 2)).max() for _ in range(5)]
    assert max(drawn) < 1


def test_a_window_is_the_middle_outside_training():
    layer = layers.RandomCrop(3, 2, seed=1)
    assert layer(IMAGES, training=False).shape == (6, 3, 2, 3)
    assert layers.RandomCrop(10, 8)(IMAGES).shape == (6, 10, 8, 3)
    places = {tuple(np.argwhere((IMAGES[0] == np.asarray(layer(IMAGES[0]))[0, 0]).all(-1))[0]) for _ in range(20)}
    assert len(places) > 3
    assert all(row <= 2 and column <= 2 for row, column in places)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: layers.RandomFlip("sideways"), "unknown mode 'sideways'"),
        (lambda: layers.RandomRotation(2), "`factor` is a number, or the two ends of a range, from -1 to 1; got 2"),
        (lambda: layers.RandomZoom(-1), "leaves nothing of an image"),
        (lambda: layers.RandomBrightness(0.1, value_range=3), "`value_range` is the smallest"),
        (lambda: layers.RandomFlip()(np.ones((2, 3))), "takes one image, 3 axes, or a batch, 4 axes"),
    ],
)
def test_mistakes(make, message):
    with pytest.raises(ValueError, match=message):
        make()
