"""The image functions of old `scipy.misc`, by Pillow."""

from typing import Any

import numpy as np

from ..engine.extras import needed

__all__ = ["fromimage", "imread", "imresize", "imrotate", "imsave", "toimage"]


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """An image file as an array (rows, columns[, channels]) of uint8; with `flatten`, gray values as floats."""
    with needed("PIL.Image").open(name) as image:
        return fromimage(image, flatten, mode)


def fromimage(im: Any, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """A Pillow image as an array."""
    if mode is not None:
        im = im.convert(mode)
    elif im.mode == "P":
        im = im.convert("RGBA" if "transparency" in im.info else "RGB")
    if flatten:
        im = im.convert("F")
    return np.array(im)


def toimage(arr: Any, high: int = 255, low: int = 0, cmin: Any = None, cmax: Any = None, **options: Any) -> Any:
    """An array as a Pillow image; floats are scaled so that the smallest value is `low` and the largest `high`."""
    array = np.asarray(arr)
    if array.ndim == 3 and array.shape[0] in (3, 4) and array.shape[2] not in (3, 4):
        array = array.transpose(1, 2, 0)
    if array.dtype != np.uint8:
        least = array.min() if cmin is None else cmin
        span = (array.max() if cmax is None else cmax) - least
        scaled = (array - least) * ((high - low) / (span or 1)) + low
        array = (np.clip(scaled, 0, 255) + 0.5).astype(np.uint8)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    return needed("PIL.Image").fromarray(array)


def imsave(name: Any, arr: Any, format: str | None = None) -> None:
    """Write an array to an image file."""
    toimage(arr).save(name, format)


_RESAMPLING = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}


def imresize(arr: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> np.ndarray:
    """An image in another size: a percentage (int), a factor (float), or (rows, columns)."""
    image = toimage(arr)
    if isinstance(size, (int, np.integer)):
        size = size / 100.0
    if isinstance(size, (float, np.floating)):
        columns, rows = (int(length * size) for length in image.size)
    else:
        rows, columns = size[0], size[1]
    return np.array(image.resize((columns, rows), _RESAMPLING[interp]))


def imrotate(arr: Any, angle: float, interp: str = "bilinear") -> np.ndarray:
    """An image turned counter-clockwise by `angle` degrees."""
    return np.array(toimage(arr).rotate(angle, resample=_RESAMPLING[interp]))
