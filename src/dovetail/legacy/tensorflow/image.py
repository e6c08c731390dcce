"""`tf.image`: sizes, colours, reflections, and reading of files."""

import io
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...engine.errors import unknown_name
from ...engine.extras import needed
from ...ops import image as ops_image
from ..backend import randoms
from ..releases import current_release
from .table import array, functions, integers
from .types import as_dtype


class ResizeMethod:
    """Ways of interpolation."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


_METHODS = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area", "nearest_neighbor": "nearest"}


def _float(x: Any) -> Any:
    """As floats, integers keeping their numbers."""
    x = array(x)
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype("float32")


def _as(x: Any, like: Any) -> Any:
    """Floats back in the dtype of `like`, rounded and cut off for integers."""
    kind = array(like).dtype
    if jnp.issubdtype(kind, jnp.floating):
        return x.astype(kind)
    limit = jnp.iinfo(kind)
    return jnp.clip(jnp.round(x), limit.min, limit.max).astype(kind)


def _resize(
    images: Any, size: Any, method: Any = "bilinear", preserve_aspect_ratio: bool = False, antialias: bool = False,
    align_corners: bool = False,
) -> Any:  # fmt: skip
    method = _METHODS.get(method, method)
    x = array(images)
    height, width = integers(size)
    if preserve_aspect_ratio:
        scale = min(height / x.shape[-3], width / x.shape[-2])
        height, width = round(x.shape[-3] * scale), round(x.shape[-2] * scale)
    if method == "area":
        return _averaged(_float(x), height, width)
    if method not in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"):
        raise unknown_name(
            "method of resizing", method, ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5")
        )
    if method != "nearest":
        x = _float(x)
    if method in ("bilinear", "nearest") and (align_corners or current_release().formulas not in ("tf2", "keras3")):
        return _from_corners(x, height, width, method, align_corners)
    return ops_image.resize(x, (height, width), method, antialias, data_format="channels_last")


def _from_corners(x: Any, height: int, width: int, method: str, align_corners: bool) -> Any:
    """As TensorFlow 1 resized: places are measured from the corners of pixels, or from the centres of the first and
    last ones."""
    for axis, size in ((x.ndim - 3, height), (x.ndim - 2, width)):
        old = x.shape[axis]
        step = (old - 1) / (size - 1) if align_corners and size > 1 else old / size
        places = np.arange(size) * step
        if method == "nearest":
            x = jnp.take(x, np.minimum(np.floor(places + 0.5 * align_corners), old - 1).astype(int), axis)
            continue
        low = np.floor(places).astype(int)
        share = (places - low).reshape(-1, *[1] * (x.ndim - 1 - axis)).astype(x.dtype)
        x = jnp.take(x, low, axis) * (1 - share) + jnp.take(x, np.minimum(low + 1, old - 1), axis) * share
    return x


def _averaged(x: Any, height: int, width: int) -> Any:
    """Each pixel the mean of the area that it covers."""
    for axis, size in ((x.ndim - 3, height), (x.ndim - 2, width)):
        old = x.shape[axis]
        edges = np.arange(size + 1) * old / size
        pixels = np.arange(old)
        share = np.clip(np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels), 0, None)
        x = jnp.moveaxis(jnp.tensordot(jnp.asarray(share * size / old, x.dtype), x, [[1], [axis]]), 0, axis)
    return x


def _crop(image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any) -> Any:
    x = array(image)
    start = (*(0,) * (x.ndim - 3), offset_height, offset_width, 0)
    return jax.lax.dynamic_slice(x, start, (*x.shape[:-3], int(target_height), int(target_width), x.shape[-1]))


def _pad(image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any) -> Any:
    x = array(image)
    rows = (int(offset_height), int(target_height) - int(offset_height) - x.shape[-3])
    columns = (int(offset_width), int(target_width) - int(offset_width) - x.shape[-2])
    return jnp.pad(x, [(0, 0)] * (x.ndim - 3) + [rows, columns, (0, 0)])


def _crop_or_pad(image: Any, target_height: int, target_width: int) -> Any:
    x = array(image)
    top, left = max((x.shape[-3] - target_height) // 2, 0), max((x.shape[-2] - target_width) // 2, 0)
    x = _crop(x, top, left, min(target_height, x.shape[-3]), min(target_width, x.shape[-2]))
    top, left = (target_height - x.shape[-3]) // 2, (target_width - x.shape[-2]) // 2
    return _pad(x, top, left, target_height, target_width)


def _resize_with_pad(
    image: Any, target_height: int, target_width: int, method: Any = "bilinear", antialias: bool = False
) -> Any:
    x = _resize(image, (target_height, target_width), method, True, antialias)
    top, left = (target_height - x.shape[-3]) // 2, (target_width - x.shape[-2]) // 2
    return _pad(x, top, left, target_height, target_width)


def _central_crop(image: Any, central_fraction: float) -> Any:
    x = array(image)
    top, left = (int((size - size * central_fraction) / 2) for size in x.shape[-3:-1])
    return _crop(x, top, left, x.shape[-3] - 2 * top, x.shape[-2] - 2 * left)


def _convert(image: Any, dtype: Any, saturate: bool = False) -> Any:
    x, kind = array(image), as_dtype(dtype)
    before = as_dtype(x.dtype)
    if before == kind:
        return x
    if before.is_floating:
        if kind.is_floating:
            return x.astype(kind.name)
        scaled = x * (kind.max + 0.5 if kind.max < 2**24 else kind.max)
        return jnp.clip(jnp.trunc(scaled), kind.min, kind.max).astype(kind.name)
    if kind.is_floating:
        return x.astype(kind.name) * (1.0 / before.max)
    return (x.astype("float32") * ((kind.max + 1) / (before.max + 1))).astype(kind.name)


def _standardized(image: Any) -> Any:
    x = _float(image)
    over = (-3, -2, -1)
    least = 1.0 / np.sqrt(np.prod([x.shape[axis] for axis in over]))
    return (x - jnp.mean(x, over, keepdims=True)) / jnp.maximum(jnp.std(x, over, keepdims=True), least)


def _unit(x: Any) -> tuple[Any, float]:
    """Colours from 0 to 1, and what they were multiplied with."""
    x = array(x)
    scale = 1.0 if jnp.issubdtype(x.dtype, jnp.floating) else float(jnp.iinfo(x.dtype).max)
    return x.astype("float32") / scale, scale


def _brightness(image: Any, delta: Any) -> Any:
    x, scale = _unit(image)
    return _as((x + delta) * scale, image)


def _contrast(images: Any, contrast_factor: Any) -> Any:
    x = _float(images)
    mean = jnp.mean(x, (-3, -2), keepdims=True)
    return _as((x - mean) * contrast_factor + mean, images)


def _saturation(image: Any, saturation_factor: Any) -> Any:
    x, scale = _unit(image)
    hsv = ops_image.rgb_to_hsv(x, data_format="channels_last")
    hsv = hsv.at[..., 1].set(jnp.clip(hsv[..., 1] * saturation_factor, 0, 1))
    return _as(ops_image.hsv_to_rgb(hsv, data_format="channels_last") * scale, image)


def _hue(image: Any, delta: Any) -> Any:
    x, scale = _unit(image)
    hsv = ops_image.rgb_to_hsv(x, data_format="channels_last")
    hsv = hsv.at[..., 0].set((hsv[..., 0] + delta) % 1.0)
    return _as(ops_image.hsv_to_rgb(hsv, data_format="channels_last") * scale, image)


def _patches(images: Any, sizes: Any, strides: Any, rates: Any, padding: str) -> Any:
    return ops_image.extract_patches(
        array(images), tuple(sizes[1:3]), tuple(strides[1:3]), tuple(rates[1:3]), padding.lower(), "channels_last"
    )


def _total_variation(images: Any) -> Any:
    x = _float(images)
    down, across = jnp.abs(x[..., 1:, :, :] - x[..., :-1, :, :]), jnp.abs(x[..., :, 1:, :] - x[..., :, :-1, :])
    return jnp.sum(down, (-3, -2, -1)) + jnp.sum(across, (-3, -2, -1))


def _crop_and_resize(
    image: Any, boxes: Any, box_indices: Any, crop_size: Any, method: str = "bilinear", extrapolation_value: float = 0.0
) -> Any:
    x, boxes = _float(image), array(boxes)
    height, width = integers(crop_size)

    def one(box: Any, index: Any) -> Any:
        ends = zip(box[:2], box[2:], (height, width), x.shape[1:3], strict=True)
        rows, columns = (
            (low + jnp.arange(count) * ((high - low) / max(count - 1, 1))) * (size - 1)
            for low, high, count, size in ends
        )
        order = 1 if method == "bilinear" else 0
        grid = jnp.meshgrid(rows, columns, indexing="ij")
        take = lambda channel: jax.scipy.ndimage.map_coordinates(  # noqa: E731
            channel, grid, order, mode="constant", cval=extrapolation_value
        )
        return jax.vmap(take, in_axes=-1, out_axes=-1)(x[index])

    return jax.vmap(one)(boxes, array(box_indices))


def _chosen_boxes(boxes: Any, scores: Any, limit: int, iou_threshold: float, score_threshold: float) -> Any:
    """Numbers of the best boxes (y1, x1, y2, x2), without those that overlap with a better one; outside of programs."""
    boxes, scores = np.asarray(boxes, float), np.asarray(scores, float)
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    areas = np.prod(high - low, axis=1)
    chosen: list[int] = []
    for number in np.argsort(-scores, kind="stable"):
        if len(chosen) == limit or scores[number] <= score_threshold:
            break
        sides = np.minimum(high[chosen], high[number]) - np.maximum(low[chosen], low[number])
        common = np.prod(np.clip(sides, 0, None), axis=1)
        whole = areas[chosen] + areas[number] - common
        if not np.any(common > iou_threshold * np.where(whole > 0, whole, np.inf)):
            chosen.append(int(number))
    return jnp.asarray(chosen, "int32")


TABLE: dict[str, Any] = {
    "adjust_brightness": _brightness,
    "adjust_contrast": _contrast,
    "adjust_gamma": lambda image, gamma=1, gain=1: _as(gain * _unit(image)[0] ** gamma * _unit(image)[1], image),
    "adjust_hue": _hue,
    "adjust_saturation": _saturation,
    "central_crop": _central_crop,
    "convert_image_dtype": _convert,
    "crop_and_resize": _crop_and_resize,
    "crop_to_bounding_box": _crop,
    "extract_patches": _patches,
    "non_max_suppression": lambda boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=float("-inf"): (
        _chosen_boxes(boxes, scores, int(max_output_size), iou_threshold, score_threshold)
    ),
    "flip_left_right": lambda image: jnp.flip(array(image), -2),
    "flip_up_down": lambda image: jnp.flip(array(image), -3),
    "grayscale_to_rgb": lambda images: jnp.repeat(array(images), 3, -1),
    "hsv_to_rgb": lambda images: ops_image.hsv_to_rgb(array(images), data_format="channels_last"),
    "pad_to_bounding_box": _pad,
    "per_image_standardization": _standardized,
    "psnr": lambda a, b, max_val: (
        10 * jnp.log10(max_val**2 / jnp.mean(jnp.square(_float(a) - _float(b)), (-3, -2, -1)))
    ),
    "resize": _resize,
    "resize_with_crop_or_pad": _crop_or_pad,
    "resize_with_pad": _resize_with_pad,
    "rgb_to_grayscale": lambda images: _as(
        jnp.sum(_float(images) * jnp.asarray([0.2989, 0.587, 0.114]), -1, keepdims=True), images
    ),
    "rgb_to_hsv": lambda images: ops_image.rgb_to_hsv(array(images), data_format="channels_last"),
    "rot90": lambda image, k=1: jnp.rot90(array(image), k, (-3, -2)),
    "sobel_edges": lambda image: ops_image.sobel_edges(array(image), data_format="channels_last"),
    "ssim": lambda img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03: ops_image.ssim(
        _float(img1), _float(img2), max_val, filter_size, filter_sigma, k1, k2, "channels_last"
    ),
    "total_variation": _total_variation,
    "transpose": lambda image: jnp.swapaxes(array(image), -3, -2),
}
TABLE |= {
    "resize_images": TABLE["resize"],
    "resize_image_with_crop_or_pad": TABLE["resize_with_crop_or_pad"],
    "resize_image_with_pad": TABLE["resize_with_pad"],
    "resize_bilinear": lambda images, size, align_corners=False: _resize(
        images, size, "bilinear", align_corners=align_corners
    ),
    "resize_nearest_neighbor": lambda images, size, align_corners=False: _resize(
        images, size, "nearest", align_corners=align_corners
    ),
    "resize_bicubic": lambda images, size, align_corners=False: _resize(images, size, "bicubic"),
    "extract_image_patches": TABLE["extract_patches"],
    "transpose_image": TABLE["transpose"],
}
_FUNCTIONS = functions(TABLE)
globals().update(_FUNCTIONS)


# -- at random


def _at_random(change: Any, draw: Any) -> Any:
    """`change(image, number)` with a number that `draw(key)` gives."""

    def run(image: Any, seed: Any) -> Any:
        def changed(key: Any, image: Any) -> Any:
            return change(array(image), draw(key))

        return randoms.drawn(changed, (image,), seed)

    return run


def _maybe(axis: int) -> Any:
    def flip(image: Any, is_flipped: Any) -> Any:
        return jnp.where(is_flipped, jnp.flip(image, axis), image)

    return _at_random(flip, jax.random.bernoulli)


def random_flip_left_right(image: Any, seed: Any = None) -> Any:
    """Reflected or not."""
    return _maybe(-2)(image, seed)


def random_flip_up_down(image: Any, seed: Any = None) -> Any:
    """Upside down or not."""
    return _maybe(-3)(image, seed)


def _between(low: Any, high: Any) -> Any:
    return lambda key: jax.random.uniform(key, (), minval=low, maxval=high)


def random_brightness(image: Any, max_delta: Any, seed: Any = None) -> Any:
    return _at_random(_brightness, _between(-max_delta, max_delta))(image, seed)


def random_contrast(image: Any, lower: Any, upper: Any, seed: Any = None) -> Any:
    return _at_random(_contrast, _between(lower, upper))(image, seed)


def random_saturation(image: Any, lower: Any, upper: Any, seed: Any = None) -> Any:
    return _at_random(_saturation, _between(lower, upper))(image, seed)


def random_hue(image: Any, max_delta: Any, seed: Any = None) -> Any:
    return _at_random(_hue, _between(-max_delta, max_delta))(image, seed)


def random_crop(value: Any, size: Any, seed: Any = None, name: str | None = None) -> Any:
    """A part of this size, at a random place."""

    def cropped(key: Any, value: Any) -> Any:
        value = array(value)
        wanted = [own if n == -1 else n for n, own in zip(integers(size), value.shape, strict=True)]
        room = jnp.asarray([own - n + 1 for own, n in zip(value.shape, wanted, strict=True)])
        start = jax.random.randint(key, (value.ndim,), 0, room)
        return jax.lax.dynamic_slice(value, list(start), wanted)

    return randoms.drawn(cropped, (value,), seed)


# -- files


def decode_image(
    contents: Any, channels: Any = None, dtype: Any = "uint8", name: str | None = None, expand_animations: bool = True,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """The image that bytes of a JPEG, PNG, BMP or GIF file hold, (height, width, channels)."""
    data = contents.item() if isinstance(contents, np.ndarray) else contents
    data = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data  # out of a record
    image = needed("PIL.Image").open(io.BytesIO(data))
    if channels:
        image = image.convert({1: "L", 3: "RGB", 4: "RGBA"}[int(channels)])
    elif image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGB")
    pixels = np.asarray(image)
    return _convert(pixels[..., None] if pixels.ndim == 2 else pixels, dtype)


def _encoded(kind: str) -> Any:
    def encode(image: Any, name: str | None = None, quality: int = 95, **kwargs: Any) -> bytes:
        pixels = np.asarray(image, np.uint8)
        buffer = io.BytesIO()
        options = {"quality": quality} if kind == "JPEG" else {}
        needed("PIL.Image").fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(buffer, kind, **options)
        return buffer.getvalue()

    encode.__name__ = f"encode_{kind.lower()}"
    return encode


decode_jpeg = decode_png = decode_bmp = decode_gif = decode_image
encode_jpeg, encode_png = _encoded("JPEG"), _encoded("PNG")

__all__ = [
    *_FUNCTIONS, "ResizeMethod", "decode_bmp", "decode_gif", "decode_image", "decode_jpeg", "decode_png", "encode_jpeg",
    "encode_png", "random_brightness", "random_contrast", "random_crop", "random_flip_left_right",
    "random_flip_up_down", "random_hue", "random_saturation",
]  # fmt: skip
