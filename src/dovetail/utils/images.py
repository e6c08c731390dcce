"""Images between files, Pillow and arrays. Pillow is imported when it is needed."""

import io
import os
import warnings
from typing import Any

import numpy as np

from .. import ops
from ..engine.dtypes import floatx
from ..engine.errors import ShapeError, unknown_name
from ..engine.extras import needed
from ..engine.settings import standardize_data_format

COLOR_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
GRAYS = ("L", "I;16", "I")  # Pillow's modes that are gray already
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Any:
    """An array as a Pillow image.

    Args:
        data_format: "channels_last", "channels_first", or None for the default.
        scale: move and stretch the values, so that they go from 0 to 255.
        dtype: to compute in; None is `floatx`.

    Shapes:
        x: (height, width, channels), 1, 3 or 4 channels; or (channels, height, width)

    Raises:
        ShapeError: `x` has another shape.
        ImportError: Pillow is not installed.
    """
    x = _channels_last(np.asarray(x, dtype or floatx()), data_format)
    if scale:
        x = x - np.min(x)
        x = x / (np.max(x) or 1) * 255
    return as_image(x)


def _channels_last(x: np.ndarray, data_format: str | None) -> np.ndarray:
    data_format = standardize_data_format(data_format)
    if x.ndim != 3:
        raise ShapeError(f"Expected image array to have rank 3 (single image). Got array with shape: {x.shape}")
    return x.transpose(1, 2, 0) if data_format == "channels_first" else x


def as_image(x: np.ndarray) -> Any:
    """An array (height, width, channels) with values from 0 to 255 as a Pillow image; gray ones may go higher."""
    image = needed("PIL.Image")
    channels = x.shape[-1]
    if channels not in (1, 3, 4):
        raise ShapeError(f"Unsupported channel number: {channels}; an image has 1 (gray), 3 (RGB) or 4 (RGBA)")
    if channels == 1:
        return image.fromarray(x[:, :, 0].astype("int32" if np.max(x) > 255 else "uint8"))
    return image.fromarray(x.astype("uint8"))


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """A Pillow image as an array.

    Args:
        data_format: "channels_last", "channels_first", or None for the default.
        dtype: of the array; None is `floatx`.

    Shapes:
        output: (height, width, channels), or (channels, height, width)
    """
    data_format = standardize_data_format(data_format)
    x = np.asarray(img, dtype or floatx())
    if x.ndim not in (2, 3):
        raise ShapeError(f"Unsupported image shape: {x.shape}; an image has 2 or 3 axes")
    if x.ndim == 2:
        x = x[:, :, np.newaxis]
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """A Pillow image from a file.

    Args:
        path: of a file, or an `io.BytesIO`.
        color_mode: "grayscale", "rgb" or "rgba": what it is converted to.
        target_size: (height, width) in pixels; None leaves it as it is.
        interpolation: "nearest", "bilinear", "bicubic", "hamming", "box" or "lanczos".
        keep_aspect_ratio: cut the edges that stick out, instead of distorting it.
    """
    if color_mode not in COLOR_MODES:
        raise unknown_name("color_mode", color_mode, COLOR_MODES)
    if interpolation not in INTERPOLATIONS:
        raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
    if not isinstance(path, (io.BytesIO, os.PathLike, bytes, str)):
        raise TypeError(f"load_img needs a path or an io.BytesIO, not a {type(path).__name__}")
    image = needed("PIL.Image")
    with image.open(path) as opened:
        opened.load()
        wanted = COLOR_MODES[color_mode]
        keeps = opened.mode == wanted or (color_mode == "grayscale" and opened.mode in GRAYS)
        img = opened.copy() if keeps else opened.convert(wanted)
    if target_size is None:
        return img
    size = (int(target_size[1]), int(target_size[0]))
    if img.size == size:
        return img
    box = _central_box(img.size, size) if keep_aspect_ratio else None
    return img.resize(size, getattr(image.Resampling, interpolation.upper()), box=box)


def _central_box(size: tuple[int, int], target: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the largest part in the middle that has the target's proportions."""
    width = min(size[0], size[1] * target[0] // target[1])
    height = min(size[1], size[0] * target[1] // target[0])
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return left, top, left + width, top + height


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array as an image file.

    Args:
        path: of the file, or an open one.
        x: see `array_to_img`.
        file_format: "png", "jpeg", ...; None is told by the path.
        scale: see `array_to_img`.
        kwargs: for Pillow's `save`.
    """
    write_image(path, array_to_img(x, data_format=data_format, scale=scale), file_format, **kwargs)


def write_image(path: Any, img: Any, file_format: str | None, **kwargs: Any) -> None:
    """Write a Pillow image; JPEG, which has no transparency, gets an opaque one."""
    if file_format is None and isinstance(path, (str, os.PathLike)):
        file_format = os.path.splitext(os.fspath(path))[1][1:].lower() or None
    if file_format and file_format.lower() in ("jpg", "jpeg"):
        file_format = "jpeg"
        if img.mode == "RGBA":
            warnings.warn("The JPEG format does not support RGBA images, converting to RGB.", stacklevel=3)
            img = img.convert("RGB")
    img.save(path, format=file_format, **kwargs)


def smart_resize(
    x: Any, size: tuple[int, int], interpolation: str = "bilinear", data_format: str = "channels_last", **kwargs: Any
) -> Any:
    """Images at another size, undistorted: the largest part in the middle that has its proportions, resized.

    Args:
        x: an image, or a batch of them.
        size: (height, width).
        interpolation: see `ops.image.resize`.

    Shapes:
        x: (height, width, channels) or (batch, height, width, channels); channels before height where channels_first
        output: the same with the new height and width

    Returns:
        A NumPy array for one, else a JAX array.
    """
    kwargs.pop("backend_module", None)
    if kwargs:
        raise TypeError(f"smart_resize has no argument {next(iter(kwargs))!r}")
    if len(size) != 2:
        raise ValueError(f"Expected `size` to be a tuple of 2 integers, but got: {size}.")
    ndim = np.ndim(x)
    if ndim not in (3, 4):
        raise ShapeError(f"smart_resize takes an image or a batch of images; got an array of shape {np.shape(x)}")
    first = ndim - 3 if data_format == "channels_last" else ndim - 2  # the axis of heights
    height, width = np.shape(x)[first : first + 2]
    crops = min(height, int(width * size[0] / size[1])), min(width, int(height * size[1] / size[0]))
    kept: list[Any] = [slice(None)] * ndim
    for axis, (length, crop) in enumerate(zip((height, width), crops, strict=True), first):
        start = (length - max(crop, 1)) // 2
        kept[axis] = slice(start, start + max(crop, 1))
    resized = ops.image.resize(x[tuple(kept)], size, interpolation=interpolation, data_format=data_format)
    return np.array(resized) if isinstance(x, np.ndarray) else resized
