"""Images of another size."""

from typing import Any

from ...engine.errors import ShapeError
from ...engine.layer import Layer
from ...engine.settings import standardize_data_format
from ...ops import image
from ..arguments import describe, one_of, positive_int, seen_shape
from ..reshaping import INTERPOLATIONS


class ImageLayer(Layer):
    """What layers of images share: one image or a batch of them; alone, or as "images" in a dictionary.

    Args:
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs: (batch, height, width, channels) or (height, width, channels); or a dictionary of "images" and, with
            the same height and width, "segmentation_masks"; its "labels" stay as they are
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)

    def transform(self, images: Any, nearest: bool = False) -> Any:
        """The images changed; `nearest` for masks, whose numbers must not be mixed."""
        raise NotImplementedError(f"{type(self).__name__} needs a `transform(images, nearest)`")

    def call(self, inputs):
        if not isinstance(inputs, dict):
            return self._checked(inputs)
        if "bounding_boxes" in inputs:
            raise NotImplementedError(f"{describe(self)} does not move bounding boxes yet; give it images alone")
        changed = dict(inputs)
        changed["images"] = self._checked(inputs["images"])
        if "segmentation_masks" in inputs:
            changed["segmentation_masks"] = self._checked(inputs["segmentation_masks"], nearest=True)
        return changed

    def _checked(self, images: Any, nearest: bool = False) -> Any:
        if images.ndim not in (3, 4):
            raise ShapeError(f"{describe(self)} takes one image, 3 axes, or a batch, 4 axes; got {seen_shape(images)}")
        return self.transform(images, nearest)

    def size_of(self, images: Any) -> tuple[int, int]:
        """Height and width."""
        return images.shape[-2:] if self.data_format == "channels_first" else images.shape[-3:-1]


class Resizing(ImageLayer):
    """Images of the given height and width.

    Args:
        height, width: the new sizes.
        interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".
        crop_to_aspect_ratio: cut off the sides that do not fit the new proportions.
        pad_to_aspect_ratio: fill up with `fill_value` what the old proportions leave.
        fill_mode: "constant".
        antialias: whether to smooth where images become smaller.
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs, output: as of `ImageLayer`; integers stay integers, rounded
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format, **kwargs)
        self.height = positive_int("height", height)
        self.width = positive_int("width", width)
        self.interpolation = one_of("interpolation", interpolation, INTERPOLATIONS)
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = one_of("fill_mode", fill_mode, ("constant",))
        self.fill_value = fill_value
        self.antialias = bool(antialias)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError(
                f"{describe(self)}: only one of `crop_to_aspect_ratio` and `pad_to_aspect_ratio` can be true"
            )

    def transform(self, images, nearest=False):
        return image.resize(
            images,
            (self.height, self.width),
            interpolation="nearest" if nearest else self.interpolation,
            antialias=self.antialias,
            crop_to_aspect_ratio=self.crop_to_aspect_ratio,
            pad_to_aspect_ratio=self.pad_to_aspect_ratio,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )


class CenterCrop(ImageLayer):
    """The middle of images; one that is too small is enlarged, and cut to the new proportions.

    Args:
        height, width: the new sizes.
        data_format: "channels_last", "channels_first", or None for the default.

    Shapes:
        inputs, output: as of `ImageLayer`; the output is of floats
    """

    def __init__(self, height: int, width: int, data_format: str | None = None, **kwargs: Any):
        super().__init__(data_format, **kwargs)
        self.height = positive_int("height", height)
        self.width = positive_int("width", width)

    def transform(self, images, nearest=False):
        images = images.astype(self.compute_dtype)
        height, width = self.size_of(images)
        top, left = (height - self.height) // 2, (width - self.width) // 2
        if top < 0 or left < 0:
            return image.resize(
                images,
                (self.height, self.width),
                interpolation="nearest" if nearest else "bilinear",
                crop_to_aspect_ratio=True,
                data_format=self.data_format,
            )
        rows, columns = slice(top, top + self.height), slice(left, left + self.width)
        if self.data_format == "channels_first":
            return images[..., rows, columns]
        return images[..., rows, columns, :]
