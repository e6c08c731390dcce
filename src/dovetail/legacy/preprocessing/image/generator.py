"""ImageDataGenerator: how images are changed at random and brought to a common scale."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ....engine.dtypes import floatx
from ....engine.errors import ShapeError
from ....engine.settings import epsilon
from . import iterators
from .files import data_format_of
from .transforms import apply_affine_transform, apply_brightness_shift, apply_channel_shift, flip_axis


class ImageDataGenerator:
    """Changes images at random while a model trains, and brings them to a common scale.

    Args:
        featurewise_center: subtract the mean of the data that `fit` saw.
        samplewise_center: subtract the image's own mean.
        featurewise_std_normalization: divide by the standard deviation of the data that `fit` saw.
        samplewise_std_normalization: divide by the image's own standard deviation.
        zca_whitening: remove correlations between pixels, with what `fit` saw.
        zca_epsilon: added to the variances there.
        rotation_range: degrees to either side.
        width_shift_range: to either side: below 1 a share of the width, else pixels; or a list of pixels to draw from.
        height_shift_range: likewise.
        brightness_range: pair of factors to draw from, see `apply_brightness_shift`.
        shear_range: degrees to either side (radians in Keras 1).
        zoom_range: pair of factors to draw from; a number r means (1 - r, 1 + r).
        channel_shift_range: what may be added to the channels, to either side.
        fill_mode, cval: what is beyond the edges, see `apply_transform`.
        horizontal_flip, vertical_flip: turn round every second image.
        rescale: factor for all values; None or 0 leaves them.
        preprocessing_function: from an image to an image; runs after the random changes, before the rest.
        data_format: order of the axes; None is the default.
        validation_split: share of the data that `subset="validation"` gets.
        interpolation_order: of the spline that interpolates; 0 takes the nearest pixel.
        dtype: of the images; None is `floatx`.

    Attributes:
        mean, std: of each channel, after `fit`.
        principal_components: the matrix that whitens flat images, after `fit`.
    """

    tiny = 1e-6  # added to standard deviations

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: Any = 0.0,
        height_shift_range: Any = 0.0,
        brightness_range: Sequence[float] | None = None,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[np.ndarray], np.ndarray] | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: Any = None,
        dim_ordering: str | None = None,
    ):
        self.featurewise_center, self.featurewise_std_normalization = featurewise_center, featurewise_std_normalization
        self.samplewise_center, self.samplewise_std_normalization = samplewise_center, samplewise_std_normalization
        self.zca_whitening, self.zca_epsilon = zca_whitening, zca_epsilon
        self.rotation_range, self.shear_range = rotation_range, shear_range
        self.width_shift_range, self.height_shift_range = width_shift_range, height_shift_range
        self.brightness_range, self.channel_shift_range = brightness_range, channel_shift_range
        self.fill_mode, self.cval, self.interpolation_order = fill_mode, cval, interpolation_order
        self.horizontal_flip, self.vertical_flip = horizontal_flip, vertical_flip
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.dtype, self._validation_split = dtype or floatx(), validation_split
        self.data_format = data_format_of(data_format, dim_ordering)
        last = self.data_format == "channels_last"
        self.channel_axis, self.row_axis, self.col_axis = (3, 1, 2) if last else (1, 2, 3)  # in a batch
        self.zoom_range: list[float]
        self.mean: Any = None
        self.std: Any = None
        self.principal_components: Any = None
        if np.isscalar(zoom_range):
            self.zoom_range = [1 - zoom_range, 1 + zoom_range]
        elif len(zoom_range) == 2:
            self.zoom_range = [zoom_range[0], zoom_range[1]]
        else:
            raise ValueError(f"`zoom_range` should be a float or a tuple or list of two floats. Received: {zoom_range}")
        if brightness_range is not None and len(brightness_range) != 2:
            raise ValueError(
                f"`brightness_range` should be a tuple or list of two floats. Received: {brightness_range}"
            )
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(f"`validation_split` must be strictly between 0 and 1. Received: {validation_split}")
        self._settle()

    @property
    def dim_ordering(self) -> str:
        """The order of axes as Keras 1 called it."""
        return "tf" if self.data_format == "channels_last" else "th"

    def _settle(self) -> None:
        """Switch on what other settings need, and off what they rule out."""
        for name, value, reason in (
            ("featurewise_center", True, "zca_whitening"),
            ("featurewise_std_normalization", False, "zca_whitening"),
            ("featurewise_center", True, "featurewise_std_normalization"),
            ("samplewise_center", True, "samplewise_std_normalization"),
        ):
            if getattr(self, reason) and getattr(self, name) is not value:
                setattr(self, name, value)
                warnings.warn(
                    f"This ImageDataGenerator specifies `{reason}`, which sets `{name}={value}`", stacklevel=3
                )

    # -- batches

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
    ) -> iterators.NumpyArrayIterator:
        """Batches of images in an array, see `NumpyArrayIterator`."""
        return iterators.NumpyArrayIterator(
            x, y, self, batch_size, shuffle, sample_weight, seed, self.data_format, save_to_dir, save_prefix,
            save_format, subset, ignore_class_split, self.dtype,
        )  # fmt: skip

    def flow_from_directory(
        self,
        directory: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> iterators.DirectoryIterator:
        """Batches of images in a folder, see `DirectoryIterator`."""
        return iterators.DirectoryIterator(
            directory, self, target_size, color_mode, classes, class_mode, batch_size, shuffle, seed, self.data_format,
            save_to_dir, save_prefix, save_format, follow_links, subset, interpolation, keep_aspect_ratio, self.dtype,
        )  # fmt: skip

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: Any = None,
        x_col: str = "filename",
        y_col: Any = "class",
        weight_col: str | None = None,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
        **kwargs: Any,
    ) -> iterators.DataFrameIterator:
        """Batches of images listed in a pandas table, see `DataFrameIterator`."""
        if kwargs.pop("drop_duplicates", False):
            dataframe = dataframe.drop_duplicates(x_col)
        for old in ("has_ext", "sort"):
            if old in kwargs:
                warnings.warn(
                    f"flow_from_dataframe: `{old}` has no effect; names are whole, in the table's order", stacklevel=2
                )
                del kwargs[old]
        if class_mode == "other":
            class_mode = "raw"
        return iterators.DataFrameIterator(
            dataframe, directory, self, x_col, y_col, weight_col, target_size, color_mode, classes, class_mode,
            batch_size, shuffle, seed, self.data_format, save_to_dir, save_prefix, save_format, subset, interpolation,
            dtype=self.dtype, validate_filenames=validate_filenames, **kwargs,
        )  # fmt: skip

    # -- a common scale

    def standardize(self, x: Any) -> np.ndarray:
        """One image (or a batch) brought to the common scale; floats are changed in place."""
        if self.preprocessing_function:
            x = self.preprocessing_function(x)
        x = np.asarray(x)
        if x.dtype.kind != "f":
            x = x.astype(self.dtype)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= self._of_sample(np.mean, x)
        if self.samplewise_std_normalization:
            x /= self._of_sample(np.std, x) + self.tiny
        if self.featurewise_center and self._is_fitted("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._is_fitted("featurewise_std_normalization", self.std):
            x /= self.std + self.tiny
        if self.zca_whitening and self._is_fitted("zca_whitening", self.principal_components):
            flat = x.reshape(-1, int(np.prod(x.shape[-3:])))
            x = (flat @ self.principal_components).reshape(x.shape)
        return x

    def _of_sample(self, statistic: Callable[..., Any], x: np.ndarray) -> Any:
        return statistic(x, keepdims=True)

    def _is_fitted(self, setting: str, found: Any) -> bool:
        if found is None:
            warnings.warn(
                f"This ImageDataGenerator specifies `{setting}`, but it hasn't been fit on any training data. Fit it "
                "first by calling `.fit(numpy_data)`.",
                stacklevel=3,
            )
        return found is not None

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Learn mean, standard deviation and correlations from images.

        Args:
            x: images with 4 axes.
            augment: learn from randomly changed images.
            rounds: how often each is changed then.
            seed: of NumPy's global generator.
        """
        x = self._fit_data(np.array(x, dtype=self.dtype))
        if seed is not None:
            np.random.seed(seed)
        if augment:
            x = np.stack([self.random_transform(image) for _ in range(rounds) for image in x]).astype(self.dtype)
        axes = (0, self.row_axis, self.col_axis)
        if self.featurewise_center:
            self.mean = np.mean(x, axis=axes, keepdims=True)[0]
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = np.std(x, axis=axes, keepdims=True)[0]
            x /= self.std + self._fit_tiny()
        if self.zca_whitening:
            flat = x.reshape(len(x), -1)
            directions, variances, _ = np.linalg.svd(flat.T @ flat / len(flat))
            self.principal_components = (directions / np.sqrt(variances + self.zca_epsilon)) @ directions.T

    def _fit_data(self, x: np.ndarray) -> np.ndarray:
        iterators.check_images(x, self.data_format, "ImageDataGenerator.fit")
        return x * self.rescale if self.rescale else x

    def _fit_tiny(self) -> float:
        return self.tiny

    # -- random changes

    def get_random_transform(self, img_shape: Sequence[int], seed: int | None = None) -> dict[str, Any]:
        """What is done to one image, drawn at random; `apply_transform` takes it."""
        if seed is not None:
            np.random.seed(seed)
        parameters = self._random_geometry(img_shape)
        parameters["flip_horizontal"] = bool((np.random.random() < 0.5) * self.horizontal_flip)
        parameters["flip_vertical"] = bool((np.random.random() < 0.5) * self.vertical_flip)
        parameters["channel_shift_intensity"] = parameters["brightness"] = None
        if self.channel_shift_range != 0:
            parameters["channel_shift_intensity"] = _either_way(self.channel_shift_range)
        if self.brightness_range is not None:
            parameters["brightness"] = np.random.uniform(self.brightness_range[0], self.brightness_range[1])
        return parameters

    def _random_geometry(self, img_shape: Sequence[int]) -> dict[str, Any]:
        theta = _either_way(self.rotation_range) if self.rotation_range else 0
        tx = _shift(self.height_shift_range, img_shape[self.row_axis - 1])
        ty = _shift(self.width_shift_range, img_shape[self.col_axis - 1])
        shear = _either_way(self.shear_range) if self.shear_range else 0
        zx, zy = (1, 1) if self.zoom_range == [1, 1] else np.random.uniform(self.zoom_range[0], self.zoom_range[1], 2)
        return {"theta": theta, "tx": tx, "ty": ty, "shear": shear, "zx": zx, "zy": zy}

    def apply_transform(self, x: Any, transform_parameters: dict[str, Any]) -> np.ndarray:
        """One image with these changes: `theta tx ty shear zx zy`, `channel_shift_intensity`, flips, `brightness`."""
        given: Callable[..., Any] = transform_parameters.get
        row, col, channel = self.row_axis - 1, self.col_axis - 1, self.channel_axis - 1
        x = apply_affine_transform(
            x, given("theta", 0), given("tx", 0), given("ty", 0), given("shear", 0), given("zx", 1), given("zy", 1),
            row, col, channel, self.fill_mode, self.cval, self.interpolation_order,
        )  # fmt: skip
        if given("channel_shift_intensity") is not None:
            x = apply_channel_shift(x, given("channel_shift_intensity"), channel)
        if given("flip_horizontal"):
            x = flip_axis(x, col)
        if given("flip_vertical"):
            x = flip_axis(x, row)
        if given("brightness") is not None:
            x = np.moveaxis(apply_brightness_shift(np.moveaxis(x, channel, 2), given("brightness")), 2, channel)
        return x

    def random_transform(self, x: Any, seed: int | None = None) -> np.ndarray:
        """One image changed at random."""
        x = np.asarray(x)
        if x.ndim != 3:
            raise ShapeError(f"random_transform takes one image with 3 axes; got an array with shape {x.shape}")
        return self.apply_transform(x, self.get_random_transform(x.shape, seed))


def _either_way(size: float) -> float:
    return np.random.uniform(-size, size)


def _shift(size: Any, length: int) -> float:
    """Pixels, drawn from a range: a share of `length`, a number of pixels, or a list of pixels."""
    if not np.any(size):
        return 0
    if np.ndim(size) == 1 or isinstance(size, (int, np.integer)):
        shift = np.random.choice(size) * np.random.choice([-1, 1])
    else:
        shift = _either_way(size)
    return shift * length if np.max(size) < 1 else shift


class ImageDataGeneratorKeras1(ImageDataGenerator):
    """`ImageDataGenerator` of Keras 1.

    The nearest pixel instead of interpolation; shears in radians; shifts always shares; every channel shifted by
    itself; an image's own mean and deviation are those over the channels, at each pixel.
    """

    tiny = 1e-7

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        rotation_range: float = 0.0,
        width_shift_range: float = 0.0,
        height_shift_range: float = 0.0,
        shear_range: float = 0.0,
        zoom_range: Any = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Any = None,
        dim_ordering: str = "default",
        **kwargs: Any,
    ):
        super().__init__(
            featurewise_center, samplewise_center, featurewise_std_normalization, samplewise_std_normalization,
            zca_whitening, 1e-6, rotation_range, width_shift_range, height_shift_range, None, shear_range, zoom_range,
            channel_shift_range, fill_mode, cval, horizontal_flip, vertical_flip, rescale, preprocessing_function,
            dim_ordering=dim_ordering, interpolation_order=kwargs.pop("interpolation_order", 0), **kwargs,
        )  # fmt: skip

    def _settle(self) -> None:
        """Settings stay as they are."""

    def flow(self, *args: Any, **kwargs: Any) -> iterators.NumpyArrayIterator:
        """Batches of images in an array, see `NumpyArrayIterator`: `flow(X, y, batch_size, shuffle, seed, ...)`."""
        names = ("X", "y", "batch_size", "shuffle", "seed", "save_to_dir", "save_prefix", "save_format")
        given: dict[str, Any] = dict(zip(names, args, strict=False)) | kwargs
        x = given.pop("X", given.pop("x", None))
        given.setdefault("save_format", "jpeg")
        return super().flow(x, **given)

    def flow_from_directory(self, directory: Any, *args: Any, **kwargs: Any) -> iterators.DirectoryIterator:
        """Batches of images in a folder, see `DirectoryIterator`."""
        names = ("target_size", "color_mode", "classes", "class_mode", "batch_size", "shuffle", "seed")
        names = (*names, "save_to_dir", "save_prefix", "save_format", "follow_links")
        given: dict[str, Any] = {"save_format": "jpeg"} | dict(zip(names, args, strict=False)) | kwargs
        return iterators.DirectoryIteratorKeras1(directory, self, dim_ordering=self.dim_ordering, **given)

    def _of_sample(self, statistic: Callable[..., Any], x: np.ndarray) -> Any:
        return statistic(x, axis=self.channel_axis - 1, keepdims=True)

    def _fit_data(self, x: np.ndarray) -> np.ndarray:
        iterators.check_images(x, self.data_format, "ImageDataGenerator.fit")
        return x

    def _fit_tiny(self) -> float:
        return epsilon()

    def get_random_transform(self, img_shape: Sequence[int], seed: int | None = None) -> dict[str, Any]:
        if seed is not None:
            np.random.seed(seed)
        parameters = self._random_geometry(img_shape)
        parameters["shear"] = np.rad2deg(parameters["shear"])
        if self.channel_shift_range != 0:
            channels = img_shape[self.channel_axis - 1]
            parameters["channel_shift_intensity"] = [_either_way(self.channel_shift_range) for _ in range(channels)]
        parameters["flip_horizontal"] = bool(self.horizontal_flip and np.random.random() < 0.5)
        parameters["flip_vertical"] = bool(self.vertical_flip and np.random.random() < 0.5)
        return parameters

    def _random_geometry(self, img_shape: Sequence[int]) -> dict[str, Any]:
        theta = _either_way(self.rotation_range) if self.rotation_range else 0
        rows, columns = img_shape[self.row_axis - 1], img_shape[self.col_axis - 1]
        tx = _either_way(self.height_shift_range) * rows if self.height_shift_range else 0
        ty = _either_way(self.width_shift_range) * columns if self.width_shift_range else 0
        shear = _either_way(self.shear_range) if self.shear_range else 0
        zx, zy = (1, 1) if self.zoom_range == [1, 1] else np.random.uniform(self.zoom_range[0], self.zoom_range[1], 2)
        return {"theta": theta, "tx": tx, "ty": ty, "shear": shear, "zx": zx, "zy": zy}


ImageDataGeneratorKeras1.__name__ = "ImageDataGenerator"
KERAS1 = {"ImageDataGenerator": ImageDataGeneratorKeras1}
