"""Prices of houses in Boston in 1978: 506 districts with 13 features.

One of the features treats the share of Black people as a cause of prices (see Fairlearn's note on it); prefer
`california_housing`.
"""

from typing import Any

from . import files

DIGEST = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"


def load_data(path: Any = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Any:
    """((x_train, y_train), (x_test, y_test)), float64; prices in 1000 dollars.

    Args:
        path: name of the file in the cache.
        test_split: share of the rows that is for testing.
        seed: of the order of the rows.

    Shapes:
        x: (districts, 13), y: (districts,)
    """
    arrays = files.read_npz(files.find(path, files.ORIGIN + "boston_housing.npz", DIGEST))
    return files.split_rows(arrays["x"], arrays["y"], test_split, seed)
