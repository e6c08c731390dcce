"""Turning, shifting, stretching and colouring single images. NumPy's global generator draws."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....engine.errors import ShapeError
from ....engine.extras import needed
from . import files


def affine_matrix(
    theta: float = 0, tx: float = 0, ty: float = 0, shear: float = 0, zx: float = 1, zy: float = 1
) -> np.ndarray:
    """Rotation @ shift @ shear @ zoom, from a place in the new image to one in the old.

    Args:
        theta: angle of the rotation in radians.
        tx: pixels along the rows' axis (down).
        ty: pixels along the columns' axis.
        shear: angle in radians.
        zx, zy: factors along the rows' and the columns' axis; above 1 shows more of the image, smaller.

    Shapes:
        output: (3, 3)
    """
    rotation = np.array([[np.cos(theta), -np.sin(theta), 0], [np.sin(theta), np.cos(theta), 0], [0, 0, 1]])
    shift = np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    shearing = np.array([[1, -np.sin(shear), 0], [0, np.cos(shear), 0], [0, 0, 1]])
    return rotation @ shift @ shearing @ np.diag([zx, zy, 1.0])


def transform_matrix_offset_center(matrix: Any, x: int, y: int) -> np.ndarray:
    """The same transformation about the middle of an image of `x` rows and `y` columns, as old releases had it.

    They took a place one pixel beyond the middle; later TensorFlow corrected that.
    """
    center = np.array([[1, 0, x / 2 + 0.5], [0, 1, y / 2 + 0.5], [0, 0, 1]])
    return center @ matrix @ np.linalg.inv(center)


def apply_transform(
    x: Any,
    transform_matrix: np.ndarray,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 0,
) -> np.ndarray:
    """An image transformed by a matrix.

    Args:
        x: image with 3 axes.
        transform_matrix: (3, 3), from a place in the new image to one in the old.
        fill_mode: what is beyond the edges: "nearest", "reflect", "wrap" or "constant".
        cval: that constant.
        order: of the spline that interpolates; 0 takes the nearest pixel.
    """
    ndimage = needed("scipy.ndimage")
    matrix, offset = transform_matrix[:2, :2], transform_matrix[:2, 2]
    channels = [
        ndimage.affine_transform(channel, matrix, offset, order=order, mode=fill_mode, cval=cval)
        for channel in np.moveaxis(x, channel_axis, 0)
    ]
    return np.stack(channels, axis=channel_axis)


def apply_affine_transform(
    x: Any,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 0,
    col_axis: int = 1,
    channel_axis: int = 2,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """An image turned, shifted, sheared and zoomed about its middle; see `affine_matrix`, angles in degrees here."""
    if np.ndim(x) != 3 or {row_axis, col_axis, channel_axis} != {0, 1, 2}:
        axes = f"row_axis={row_axis}, col_axis={col_axis}, channel_axis={channel_axis}"
        raise ShapeError(f"an image has 3 axes, which are rows, columns and channels; got shape {np.shape(x)}, {axes}")
    if (theta, tx, ty, shear, zx, zy) == (0, 0, 0, 0, 1, 1):
        return x
    matrix = affine_matrix(np.deg2rad(theta), tx, ty, np.deg2rad(shear), zx, zy)
    matrix = transform_matrix_offset_center(matrix, x.shape[row_axis], x.shape[col_axis])
    if row_axis > col_axis:
        matrix = matrix[np.ix_([1, 0, 2], [1, 0, 2])]
    return apply_transform(x, matrix, channel_axis, fill_mode, cval, order)


def random_rotation(
    x: Any,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image turned by up to `rg` degrees."""
    theta = np.random.uniform(-rg, rg)
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, theta, 0, 0, 0, 1, 1, *axes)


def random_shift(
    x: Any,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image shifted by up to `wrg` of its width and `hrg` of its height."""
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, tx, ty, 0, 1, 1, *axes)


def random_shear(
    x: Any,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image sheared by up to `intensity` degrees (radians in Keras 1)."""
    shear = np.random.uniform(-intensity, intensity)
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, 0, 0, shear, 1, 1, *axes)


def random_zoom(
    x: Any,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:
    """An image zoomed by two factors out of `zoom_range`, one for each direction."""
    if len(zoom_range) != 2:
        raise ValueError(f"`zoom_range` should be a tuple or list of two floats. Received: {zoom_range}")
    zx, zy = (1, 1) if tuple(zoom_range) == (1, 1) else np.random.uniform(zoom_range[0], zoom_range[1], 2)
    axes = (row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, 0, 0, 0, 0, zx, zy, *axes)


# -- colours


def apply_channel_shift(x: Any, intensity: Any, channel_axis: int = 0) -> np.ndarray:
    """An image with `intensity` (one number, or one for each channel) added, within the values that it has."""
    intensity = np.asarray(intensity)
    if intensity.ndim:
        intensity = intensity.reshape([-1 if axis == channel_axis else 1 for axis in range(np.ndim(x))])
    return np.clip(x + intensity, np.min(x), np.max(x)).astype(np.asarray(x).dtype)


def random_channel_shift(x: Any, intensity_range: float, channel_axis: int = 0) -> np.ndarray:
    """An image with one number up to `intensity_range` added to all channels."""
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range), channel_axis)


def random_channel_shift_keras1(x: Any, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """An image with a number of its own up to `intensity` added to each channel."""
    return apply_channel_shift(x, np.random.uniform(-intensity, intensity, np.shape(x)[channel_axis]), channel_axis)


def apply_brightness_shift(x: Any, brightness: float, scale: bool = True) -> np.ndarray:
    """An image made brighter (above 1) or darker, with values from 0 to 255.

    Args:
        x: (height, width, channels).
        scale: stretch the values first, so that they go from 0 to 255; False keeps them where they are in that range.
    """
    low, high = np.min(x), np.max(x)
    is_outside = bool(low < 0 or high > 255)
    image = files.array_to_img(x, "channels_last", scale=scale or is_outside)
    found = files.img_to_array(needed("PIL.ImageEnhance").Brightness(image).enhance(brightness), "channels_last")
    return found / 255 * (high - low) + low if is_outside and not scale else found


def random_brightness(x: Any, brightness_range: Sequence[float], scale: bool = True) -> np.ndarray:
    """`apply_brightness_shift` by a number out of `brightness_range`."""
    if len(brightness_range) != 2:
        raise ValueError(f"`brightness_range` should be a tuple or list of two floats. Received: {brightness_range}")
    return apply_brightness_shift(x, np.random.uniform(brightness_range[0], brightness_range[1]), scale)


def flip_axis(x: Any, axis: int) -> np.ndarray:
    """`x` the other way round along `axis`."""
    return np.flip(x, axis)


# -- Keras 1: the nearest pixel, and angles of shears in radians


def random_rotation_keras1(
    x: Any, rg: float, row_axis: int = 1, col_axis: int = 2, channel_axis: int = 0, fill_mode: str = "nearest",
    cval: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """An image turned by up to `rg` degrees."""
    return random_rotation(x, rg, row_axis, col_axis, channel_axis, fill_mode, cval, 0)


def random_shift_keras1(
    x: Any, wrg: float, hrg: float, row_axis: int = 1, col_axis: int = 2, channel_axis: int = 0,
    fill_mode: str = "nearest", cval: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """An image shifted by up to `wrg` of its width and `hrg` of its height."""
    return random_shift(x, wrg, hrg, row_axis, col_axis, channel_axis, fill_mode, cval, 0)


def random_shear_keras1(
    x: Any, intensity: float, row_axis: int = 1, col_axis: int = 2, channel_axis: int = 0, fill_mode: str = "nearest",
    cval: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """An image sheared by up to `intensity` radians."""
    return random_shear(x, np.rad2deg(intensity), row_axis, col_axis, channel_axis, fill_mode, cval, 0)


def random_zoom_keras1(
    x: Any, zoom_range: Sequence[float], row_axis: int = 1, col_axis: int = 2, channel_axis: int = 0,
    fill_mode: str = "nearest", cval: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """An image zoomed by two factors out of `zoom_range`, one for each direction."""
    return random_zoom(x, zoom_range, row_axis, col_axis, channel_axis, fill_mode, cval, 0)


KERAS1 = {
    "random_rotation": random_rotation_keras1,
    "random_shift": random_shift_keras1,
    "random_shear": random_shear_keras1,
    "random_zoom": random_zoom_keras1,
    "random_channel_shift": random_channel_shift_keras1,
    "transform_matrix_offset_center": transform_matrix_offset_center,
    "apply_transform": apply_transform,
}
