"""Prices of houses in California in 1990: 20,640 districts with 8 features (Pace & Barry 1997)."""

from typing import Any

from ..engine.errors import unknown_name
from . import files

DIGEST = "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"
SIZES = {"large": None, "small": 600}


def load_data(
    version: str = "large", path: Any = "california_housing.npz", test_split: float = 0.2, seed: int = 113
) -> Any:
    """((x_train, y_train), (x_test, y_test)); prices in dollars.

    Args:
        version: "large", or "small" for the first 600 districts.
        path: name of the file in the cache.
        test_split: share of the rows that is for testing.
        seed: of the order of the rows.

    Shapes:
        x: (districts, 8), y: (districts,)
    """
    if version not in SIZES:
        raise unknown_name("version", version, SIZES)
    arrays = files.read_npz(files.find(path, files.ORIGIN + "california_housing.npz", DIGEST))
    return files.split_rows(arrays["x"][: SIZES[version]], arrays["y"][: SIZES[version]], test_split, seed)
