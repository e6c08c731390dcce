"""Images: (height, width, channels) or a batch of them, in either order of axes."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.ndimage import map_coordinates as _map_coordinates

from ..engine.dtypes import floatx
from ..engine.errors import ShapeError, unknown_name
from ..engine.operation import lift
from ..engine.randomness import draw_key
from ..engine.settings import standardize_data_format
from .kernels import convolution

RESIZES = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
ORDERS = {"nearest": 0, "bilinear": 1}
FILLS = ("constant", "nearest", "wrap", "mirror", "reflect")
GRAY = (0.2989, 0.5870, 0.1140)  # how bright red, green and blue are to the eye


def _as_batch(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of a batch with channels last, made to take one image too, in either data format."""

    @functools.wraps(function)
    def on_images(images, *args, data_format=None, **kwargs):
        x = jnp.asarray(images)
        if x.ndim not in (3, 4):
            raise ShapeError(f"{function.__name__} takes (height, width, channels) or a batch of them; got {x.shape}")
        is_first = standardize_data_format(data_format) == "channels_first"
        is_single = x.ndim == 3
        x = x[None] if is_single else x
        x = jnp.moveaxis(x, 1, -1) if is_first else x
        y = function(x, *args, **kwargs)
        y = jnp.moveaxis(y, -1, 1) if is_first else y
        return y[0] if is_single else y

    return on_images


def _one_of(what: str, value: str, known: Any) -> str:
    if value not in known:
        raise unknown_name(what, value, known)
    return value


def _float(x: Any) -> Any:
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype(floatx())


# -- colours


@lift
def rgb_to_grayscale(images, data_format=None):
    """One channel, of how bright a pixel is."""
    return _as_batch(_gray)(images, data_format=data_format)


def _gray(x: Any) -> Any:
    if x.shape[-1] not in (1, 3):
        raise ShapeError(f"rgb_to_grayscale takes 3 channels (or 1, left as it is), not {x.shape[-1]}")
    if x.shape[-1] == 1:
        return x
    y = jnp.tensordot(_float(x), jnp.asarray(GRAY, _float(x).dtype), axes=(-1, -1))[..., None]
    return y.astype(x.dtype)


@lift
def rgb_to_hsv(images, data_format=None):
    """Hue, saturation and value, each from 0 to 1, of colours from 0 to 1."""
    return _as_batch(_hsv)(images, data_format=data_format)


def _needs_floats(name: str, x: Any) -> None:
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise ValueError(f"{name} takes floats from 0 to 1; got {x.dtype}")
    if x.shape[-1] != 3:
        raise ShapeError(f"{name} takes 3 channels, not {x.shape[-1]}")


def _hsv(x: Any) -> Any:
    _needs_floats("rgb_to_hsv", x)
    red, green, blue = x[..., 0], x[..., 1], x[..., 2]
    value = jnp.max(x, axis=-1)
    span = value - jnp.min(x, axis=-1)
    safe = jnp.where(span > 0, span, 1)
    hue = jnp.where(
        value == red,
        (green - blue) / safe,
        jnp.where(value == green, 2 + (blue - red) / safe, 4 + (red - green) / safe),
    )
    hue = jnp.where(span > 0, (hue / 6) % 1, 0)
    saturation = jnp.where(value > 0, span / jnp.where(value > 0, value, 1), 0)
    return jnp.stack([hue, saturation, value], axis=-1)


@lift
def hsv_to_rgb(images, data_format=None):
    """Red, green and blue of hue, saturation and value."""
    return _as_batch(_rgb)(images, data_format=data_format)


def _rgb(x: Any) -> Any:
    _needs_floats("hsv_to_rgb", x)
    hue, saturation, value = x[..., 0] * 6, x[..., 1], x[..., 2]
    channels = [jnp.clip(jnp.abs((hue - centre) % 6 - 3) - 1, 0, 1) for centre in (0, 2, 4)]
    return jnp.stack([value * (1 - saturation * (1 - channel)) for channel in channels], axis=-1)


# -- sizes


@lift
def resize(
    images, size, interpolation="bilinear", antialias=False, crop_to_aspect_ratio=False, pad_to_aspect_ratio=False,
    fill_mode="constant", fill_value=0.0, data_format=None,
):  # fmt: skip
    """Images of another (height, width).

    Args:
        interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".
        antialias: whether to smooth where images become smaller.
        crop_to_aspect_ratio: cut off the sides that do not fit the new proportions.
        pad_to_aspect_ratio: fill up the sides that the old proportions leave, with `fill_value`.
    """
    if len(size) != 2:
        raise ValueError(f"resize: `size` is (height, width), not {size!r}")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("resize: only one of `crop_to_aspect_ratio` and `pad_to_aspect_ratio` can be true")
    if fill_mode != "constant":
        raise ValueError(f"resize: `fill_mode` is 'constant', not {fill_mode!r}")
    _one_of("interpolation", interpolation, RESIZES)
    height, width = (int(length) for length in size)

    def run(x: Any) -> Any:
        if crop_to_aspect_ratio:
            x = _cropped(x, height, width)
        elif pad_to_aspect_ratio:
            x = _padded(x, height, width, fill_value)
        shape = (x.shape[0], height, width, x.shape[-1])
        y = jax.image.resize(_float(x), shape, interpolation, antialias=antialias)
        if jnp.issubdtype(x.dtype, jnp.integer):
            limit = jnp.iinfo(x.dtype)
            y = jnp.clip(jnp.round(y), limit.min, limit.max)
        return y.astype(x.dtype)

    run.__name__ = "resize"
    return _as_batch(run)(images, data_format=data_format)


def _cropped(x: Any, height: int, width: int) -> Any:
    rows, columns = x.shape[1:3]
    new_rows = max(1, min(int(float(columns * height) / width), rows))
    new_columns = max(1, min(int(float(rows * width) / height), columns))
    top, left = int((rows - new_rows) / 2), int((columns - new_columns) / 2)
    return x[:, top : top + new_rows, left : left + new_columns]


def _padded(x: Any, height: int, width: int, fill_value: float) -> Any:
    rows, columns = x.shape[1:3]
    new_rows = max(int(float(columns * height) / width), rows)
    new_columns = max(int(float(rows * width) / height), columns)
    top, left = int((new_rows - rows) / 2), int((new_columns - columns) / 2)
    widths = ((0, 0), (top, new_rows - rows - top), (left, new_columns - columns - left), (0, 0))
    return jnp.pad(x, widths, constant_values=jnp.asarray(fill_value, x.dtype))


@lift
def pad_images(
    images, top_padding=None, left_padding=None, bottom_padding=None, right_padding=None, target_height=None,
    target_width=None, data_format=None,
):  # fmt: skip
    """Zeros around images; of paddings and target size, two of three say all about an axis."""

    def run(x: Any) -> Any:
        rows = _both_sides("height", x.shape[1], top_padding, bottom_padding, target_height, 1)
        columns = _both_sides("width", x.shape[2], left_padding, right_padding, target_width, 1)
        return jnp.pad(x, ((0, 0), rows, columns, (0, 0)))

    run.__name__ = "pad_images"
    return _as_batch(run)(images, data_format=data_format)


@lift
def crop_images(
    images, top_cropping=None, left_cropping=None, bottom_cropping=None, right_cropping=None, target_height=None,
    target_width=None, data_format=None,
):  # fmt: skip
    """Images without what is cut off; of croppings and target size, two of three say all about an axis."""

    def run(x: Any) -> Any:
        rows, columns = x.shape[1:3]
        top, bottom = _both_sides("height", rows, top_cropping, bottom_cropping, target_height, -1)
        left, right = _both_sides("width", columns, left_cropping, right_cropping, target_width, -1)
        return x[:, top : rows - bottom, left : columns - right]

    run.__name__ = "crop_images"
    return _as_batch(run)(images, data_format=data_format)


def _both_sides(
    axis: str, size: int, before: int | None, after: int | None, target: int | None, sign: int
) -> tuple[int, int]:
    """How much to add (sign 1) or cut (-1) on either side of an axis."""
    if [before, after, target].count(None) != 1:
        raise ValueError(f"of the two sides and the target {axis}, give exactly two")
    if target is not None:
        total = sign * (target - size)
        before = total - after if before is None else before  # type: ignore[operator]
        after = total - before if after is None else after
    if min(before, after) < 0 or (sign < 0 and before + after >= size):  # type: ignore[type-var, operator]
        raise ValueError(f"a {axis} of {size} cannot be changed by {before} and {after}: both are at least 0, and "
                         "something must be left")  # fmt: skip
    return before, after  # type: ignore[return-value]


@lift
def extract_patches(images, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """The windows of images, their pixels as channels: (batch, rows, columns, height * width * channels)."""
    window = (size, size) if isinstance(size, int) else tuple(size)
    if len(window) == 3:
        return extract_patches_3d(images, window, strides, dilation_rate, padding, data_format)

    def run(x: Any) -> Any:
        return _windows(x, window, window if strides is None else strides, dilation_rate, padding)

    run.__name__ = "extract_patches"
    return _as_batch(run)(images, data_format=data_format)


@lift
def extract_patches_3d(volumes, size, strides=None, dilation_rate=1, padding="valid", data_format=None):
    """The windows of volumes, their voxels as channels."""
    window = (size,) * 3 if isinstance(size, int) else tuple(size)
    x = jnp.asarray(volumes)
    is_first = standardize_data_format(data_format) == "channels_first"
    is_single = x.ndim == 4
    x = x[None] if is_single else x
    x = jnp.moveaxis(x, 1, -1) if is_first else x
    y = _windows(x, window, window if strides is None else strides, dilation_rate, padding)
    y = jnp.moveaxis(y, -1, 1) if is_first else y
    return y[0] if is_single else y


def _windows(x: Any, window: tuple, strides: Any, dilation: Any, padding: str) -> Any:
    channels = x.shape[-1]
    count = int(np.prod(window)) * channels
    kernel = np.eye(count).reshape(*window, channels, count)
    return convolution.conv(x, jnp.asarray(kernel, _float(x).dtype), strides, padding, dilation).astype(x.dtype)


@lift
def scale_and_translate(images, output_shape, scale, translation, spatial_dims, method, antialias=True):
    """Images scaled and moved by what may be computed; see `jax.image.scale_and_translate`."""
    _one_of("method", method, (*RESIZES[1:], "linear", "cubic"))
    return jax.image.scale_and_translate(
        jnp.asarray(images), tuple(output_shape), tuple(spatial_dims), jnp.asarray(scale), jnp.asarray(translation),
        method, antialias,
    )  # fmt: skip


# -- geometry: every pixel of the result is looked up in the image


@lift
def map_coordinates(inputs, coordinates, order, fill_mode="constant", fill_value=0):
    """Values between the entries of `inputs`, at coordinates (number of axes, ...).

    Args:
        order: 0 takes the nearest entry, 1 interpolates.
        fill_mode: what lies outside: "constant", "nearest", "wrap", "mirror" or "reflect".
    """
    _one_of("fill_mode", fill_mode, FILLS)
    inputs, coordinates = jnp.asarray(inputs), jnp.asarray(coordinates)
    if coordinates.shape[0] != inputs.ndim:
        raise ShapeError(f"map_coordinates: {inputs.ndim} axes need coordinates ({inputs.ndim}, ...); "
                         f"got {coordinates.shape}")  # fmt: skip
    return _map_coordinates(inputs, list(coordinates), order, fill_mode, fill_value)


def _looked_up(x: Any, rows: Any, columns: Any, order: int, mode: str, value: Any) -> Any:
    """The pixels of each image of a batch at (rows, columns), (batch, height, width) each."""

    def channel(plane: Any, rows: Any, columns: Any) -> Any:
        return _map_coordinates(plane, [rows, columns], order, mode, value)

    per_image = jax.vmap(channel, in_axes=(-1, None, None), out_axes=-1)
    return jax.vmap(per_image)(x, rows, columns)


@lift
def affine_transform(images, transform, interpolation="bilinear", fill_mode="constant", fill_value=0, data_format=None):
    """Images turned, scaled, sheared and moved.

    Args:
        transform: (8,) or (batch, 8) numbers a0, a1, a2, b0, b1, b2, c0, c1: the result's pixel (x, y) is the image's
            (a0 x + a1 y + a2, b0 x + b1 y + b2). c0 and c1 are 0 for what is affine, and not used.
    """
    order = ORDERS[_one_of("interpolation", interpolation, ORDERS)]
    _one_of("fill_mode", fill_mode, FILLS)
    transform = jnp.asarray(transform)

    def run(x: Any) -> Any:
        numbers = jnp.broadcast_to(jnp.atleast_2d(transform), (x.shape[0], 8)).astype(_float(x).dtype)
        a0, a1, a2, b0, b1, b2 = (numbers[:, index, None, None] for index in range(6))
        y, x_ = jnp.meshgrid(jnp.arange(x.shape[1]), jnp.arange(x.shape[2]), indexing="ij")
        result = _looked_up(_float(x), b0 * x_ + b1 * y + b2, a0 * x_ + a1 * y + a2, order, fill_mode, fill_value)
        return result.astype(x.dtype)

    run.__name__ = "affine_transform"
    return _as_batch(run)(images, data_format=data_format)


@lift
def perspective_transform(images, start_points, end_points, interpolation="bilinear", fill_value=0, data_format=None):
    """Images seen from another side: four points of the image come to lie at four others.

    Args:
        start_points, end_points: (4, 2) or (batch, 4, 2), as (x, y).
    """
    order = ORDERS[_one_of("interpolation", interpolation, ORDERS)]
    start, end = (jnp.asarray(points, floatx()) for points in (start_points, end_points))
    for name, points in (("start_points", start), ("end_points", end)):
        if points.shape[-2:] != (4, 2):
            raise ShapeError(f"perspective_transform: `{name}` are (4, 2) or (batch, 4, 2); got {points.shape}")

    def run(x: Any) -> Any:
        batch = x.shape[0]
        numbers = jax.vmap(_perspective)(jnp.broadcast_to(start, (batch, 4, 2)), jnp.broadcast_to(end, (batch, 4, 2)))
        a0, a1, a2, b0, b1, b2, c0, c1 = (numbers[:, index, None, None] for index in range(8))
        y, x_ = jnp.meshgrid(jnp.arange(x.shape[1]), jnp.arange(x.shape[2]), indexing="ij")
        depth = c0 * x_ + c1 * y + 1
        rows, columns = (b0 * x_ + b1 * y + b2) / depth, (a0 * x_ + a1 * y + a2) / depth
        return _looked_up(_float(x), rows, columns, order, "constant", fill_value).astype(x.dtype)

    run.__name__ = "perspective_transform"
    return _as_batch(run)(images, data_format=data_format)


def _perspective(start: Any, end: Any) -> Any:
    """The eight numbers that take the points `end` to the points `start`."""
    x, y = end[:, 0], end[:, 1]
    u, v = start[:, 0], start[:, 1]
    zero, one = jnp.zeros_like(x), jnp.ones_like(x)
    upper = jnp.stack([x, y, one, zero, zero, zero, -x * u, -y * u], axis=1)
    lower = jnp.stack([zero, zero, zero, x, y, one, -x * v, -y * v], axis=1)
    return jnp.linalg.solve(jnp.concatenate([upper, lower]), jnp.concatenate([u, v]))


# -- filters


def _filtered(x: Any, kernel: Any, padding: str = "same") -> Any:
    """Each channel convolved with the same (height, width) kernel."""
    kernel = jnp.broadcast_to(kernel[:, :, None, None], (*kernel.shape, x.shape[-1], 1)).astype(x.dtype)
    return convolution.depthwise(x, kernel, 1, padding)


def _gaussian(size: int, sigma: Any) -> Any:
    places = jnp.arange(size, dtype=floatx()) - (size - 1) / 2
    weights = jnp.exp(-0.5 * jnp.square(places / sigma))
    return weights / jnp.sum(weights)


@lift
def gaussian_blur(images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None):
    """Images blurred by a Gaussian window; outside are zeros.

    Args:
        kernel_size, sigma: of the height and of the width, in pixels.
    """

    def run(x: Any) -> Any:
        rows, columns = (_gaussian(n, s) for n, s in zip(kernel_size, sigma, strict=True))
        return _filtered(_float(x), jnp.outer(rows, columns)).astype(x.dtype)

    run.__name__ = "gaussian_blur"
    return _as_batch(run)(images, data_format=data_format)


@lift
def sobel_edges(images, data_format=None):
    """How fast brightness grows downwards and to the right, zeros outside: (batch, height, width, channels, 2)."""
    x = jnp.asarray(images)
    is_first = standardize_data_format(data_format) == "channels_first"
    is_single = x.ndim == 3
    x = x[None] if is_single else x
    x = _float(jnp.moveaxis(x, 1, -1) if is_first else x)
    down = jnp.asarray([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], x.dtype)
    y = jnp.stack([_filtered(x, kernel) for kernel in (down, down.T)], axis=-1)
    y = jnp.moveaxis(y, 3, 1) if is_first else y
    return y[0] if is_single else y


@lift
def elastic_transform(
    images, alpha=20.0, sigma=5.0, interpolation="bilinear", fill_mode="reflect", fill_value=0.0, seed=None,
    data_format=None,
):  # fmt: skip
    """Images distorted at random, smoothly. Reference: Simard et al. 2003.

    Args:
        alpha: how far pixels move.
        sigma: how smooth the movement is, in pixels.
    """
    order = ORDERS[_one_of("interpolation", interpolation, ORDERS)]
    _one_of("fill_mode", fill_mode, FILLS)
    size = int(6 * sigma) | 1
    keys = jax.random.split(draw_key(seed), 2)

    def run(x: Any) -> Any:
        shape = x.shape[:3]
        moves = [jax.random.uniform(key, shape, minval=-1, maxval=1) for key in keys]
        window = jnp.outer(_gaussian(size, sigma), _gaussian(size, sigma))
        down, right = (_filtered(move[..., None], window)[..., 0] * alpha for move in moves)
        rows, columns = jnp.meshgrid(jnp.arange(shape[1]), jnp.arange(shape[2]), indexing="ij")
        return _looked_up(_float(x), rows + down, columns + right, order, fill_mode, fill_value).astype(x.dtype)

    run.__name__ = "elastic_transform"
    return _as_batch(run)(images, data_format=data_format)


@lift
def ssim(image1, image2, max_val=1.0, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, data_format=None):
    """Structural similarity of images, 1 for equal ones; one number an image. Reference: Wang et al. 2004."""
    pair = [jnp.asarray(image) for image in (image1, image2)]
    if pair[0].shape != pair[1].shape:
        raise ShapeError(f"ssim needs images of one shape; got {pair[0].shape} and {pair[1].shape}")
    is_single = pair[0].ndim == 3
    if standardize_data_format(data_format) == "channels_first":
        pair = [jnp.moveaxis(image, -3, -1) for image in pair]
    x, y = (_float(image[None] if is_single else image) for image in pair)
    window = jnp.outer(_gaussian(filter_size, filter_sigma), _gaussian(filter_size, filter_sigma))
    mean = functools.partial(_filtered, kernel=window, padding="valid")
    mean_x, mean_y = mean(x), mean(y)
    spread = mean(x * x) - mean_x**2 + mean(y * y) - mean_y**2
    together = mean(x * y) - mean_x * mean_y
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    likeness = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1) * (2 * together + c2) / (spread + c2)
    result = jnp.mean(likeness, axis=(1, 2, 3))
    return result[0] if is_single else result


__all__ = [
    "affine_transform", "crop_images", "elastic_transform", "extract_patches", "extract_patches_3d", "gaussian_blur",
    "hsv_to_rgb", "map_coordinates", "pad_images", "perspective_transform", "resize", "rgb_to_grayscale",
    "rgb_to_hsv", "scale_and_translate", "sobel_edges", "ssim",
]  # fmt: skip
