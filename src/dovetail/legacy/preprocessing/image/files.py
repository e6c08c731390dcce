"""Images between files, Pillow and arrays, in the spellings of old releases."""

import os
import re
import warnings
from typing import Any

import numpy as np

from ....engine.dtypes import floatx
from ....engine.errors import unknown_name
from ....engine.settings import standardize_data_format
from ....utils import images
from ....utils.images import save_img
from ...changes import DATA_FORMATS

__all__ = ["array_to_img", "img_to_array", "list_pictures", "load_img", "save_img"]


def data_format_of(data_format: str | None, dim_ordering: str | None = None) -> str:
    """The order of axes by either name: "channels_first", "channels_last", "th", "tf"; None is the default."""
    given = data_format if data_format is not None else dim_ordering
    if given is not None and given not in (*DATA_FORMATS, "channels_first", "channels_last"):
        raise unknown_name("dim_ordering", given, (*DATA_FORMATS, "channels_first", "channels_last"))
    return standardize_data_format(DATA_FORMATS.get(given, given) if given is not None else None)


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None, dim_ordering: str | None = None
) -> Any:
    """See `dovetail.utils.array_to_img`."""
    return images.array_to_img(x, data_format_of(data_format, dim_ordering), scale, dtype)


def array_to_img_keras1(x: Any, dim_ordering: str = "default", scale: bool = True, **kwargs: Any) -> Any:
    """See `dovetail.utils.array_to_img`; Keras 1 stretches from 0, or from the smallest value if that is negative."""
    data_format = data_format_of(kwargs.pop("data_format", None), dim_ordering)
    x = np.asarray(x, floatx())
    if scale:
        x = x + max(-np.min(x), 0)
        x = x / (np.max(x) or 1) * 255
    return images.array_to_img(x, data_format, scale=False, **kwargs)


def img_to_array(
    img: Any, data_format: str | None = None, dtype: Any = None, dim_ordering: str | None = None
) -> np.ndarray:
    """See `dovetail.utils.img_to_array`."""
    return images.img_to_array(img, data_format_of(data_format, dim_ordering), dtype)


def load_img(
    path: Any,
    grayscale: bool = False,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """See `dovetail.utils.load_img`; `grayscale=True` is `color_mode="grayscale"`."""
    if grayscale:
        warnings.warn("load_img: `grayscale=True` is `color_mode='grayscale'` since Keras 2.2", stacklevel=2)
        color_mode = "grayscale"
    return images.load_img(path, color_mode, target_size, interpolation, keep_aspect_ratio)


def load_img_keras1(path: Any, grayscale: bool = False, target_size: Any = None, **kwargs: Any) -> Any:
    """See `dovetail.utils.load_img`."""
    color_mode = kwargs.pop("color_mode", "grayscale" if grayscale else "rgb")
    return images.load_img(path, color_mode, target_size, **kwargs)


def list_pictures(directory: Any, ext: str = "jpg|jpeg|bmp|png") -> list[str]:
    """The paths of all pictures in a folder and those below it.

    Args:
        ext: endings of their names, with `|` between them.
    """
    pattern = re.compile(rf"\w+\.(?:{ext})")
    return [
        os.path.join(root, file)
        for root, _, files in sorted(os.walk(directory))
        for file in sorted(files)
        if pattern.match(file)
    ]


KERAS1 = {"array_to_img": array_to_img_keras1, "load_img": load_img_keras1}
