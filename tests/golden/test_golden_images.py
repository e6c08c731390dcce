"""ImageDataGenerator and its functions against recorded runs of Keras 1.2.2 and of keras-preprocessing 1.1.2 (2.3.1)."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail.legacy.preprocessing import image

from .recorded import cases_in

CASES = [f"{release}/images/{case}" for release in ("1.2.2", "2.3.1") for case in cases_in(release, "images")]
DATA = Path(__file__).parent / "data"
IMAGES = (np.arange(4 * 5 * 6 * 3) * 37 % 251).reshape(4, 5, 6, 3).astype("float32")


@pytest.mark.filterwarnings("ignore:ImageDataGenerator")
@pytest.mark.parametrize("release", ["1.2.2", "2.3.1"])
def test_the_same_seed_gives_the_same_images(release):
    names = vars(image) | (image.KERAS1 if release == "1.2.2" else {})
    arrays = np.load(DATA / release / "images.npz")
    for name, case in json.loads((DATA / release / "images.json").read_text())["cases"].items():
        if name.startswith("random_"):
            np.random.seed(3)
            found = names[name](IMAGES[0], *case[0], **case[1])
        else:
            generator = names["ImageDataGenerator"](**case)
            images = (
                IMAGES[:, :1, :2, :1] if name == "zca" else IMAGES
            )  # of few pixels, so that the variances are not zero
            generator.fit(images.copy(), augment=name == "all", rounds=2, seed=3)
            flow = generator.flow(images.copy(), np.arange(4), batch_size=3, seed=5)
            batches = [next(flow), next(flow)]
            found = np.concatenate([x for x, _ in batches])
            assert_array_equal(np.concatenate([y for _, y in batches]), arrays[f"{name}/y"])
        assert_allclose(found, arrays[f"{name}/x"], atol=2e-4, err_msg=name)
