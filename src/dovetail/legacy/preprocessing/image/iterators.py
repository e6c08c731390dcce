"""Iterators: endless batches of images from arrays, folders and tables; also by number, as `fit` takes them."""

import os
import threading
import warnings
from typing import Any

import numpy as np

from ....engine.dtypes import floatx
from ....engine.errors import ShapeError, unknown_name
from ....engine.messages import tell
from ....utils import PyDataset, images
from .files import data_format_of

FORMATS = ("png", "jpg", "jpeg", "bmp", "ppm", "tif", "tiff")
CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}
SUBSETS = ("training", "validation")


class Iterator(PyDataset):
    """Batches of `n` samples: endless as an iterator, `len(self)` of them by number.

    Args:
        n: number of samples.
        batch_size: samples in a batch; the last one has what is left.
        shuffle: take the samples in a new order every epoch.
        seed: of NumPy's global generator, which draws the order and what is done to the images; None leaves it alone.
    """

    white_list_formats = FORMATS

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None):
        super().__init__()
        self.n, self.batch_size, self.shuffle, self.seed = n, batch_size, shuffle, seed
        self.batch_index = self.total_batches_seen = 0
        self.lock = threading.Lock()
        self.index_array: Any = None

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, idx: int) -> Any:
        if not 0 <= idx < len(self):
            raise ValueError(f"there is no batch {idx}: there are {len(self)}, counted from 0")
        with self.lock:
            indices = self._take(idx)
        return self._get_batches_of_transformed_samples(indices)

    def __iter__(self) -> "Iterator":
        return self

    def __next__(self) -> Any:
        return self.next()

    def next(self) -> Any:
        """The next batch; after the last one comes the first of a new epoch."""
        with self.lock:
            indices = self._take(self.batch_index, is_new_epoch=self.batch_index == 0)
            self.batch_index = (self.batch_index + 1) % max(len(self), 1)
        return self._get_batches_of_transformed_samples(indices)

    def reset(self) -> None:
        """Start again from the first batch."""
        self.batch_index = 0

    def on_epoch_end(self) -> None:
        """A new order for the next epoch."""
        self._set_index_array()

    def _take(self, index: int, is_new_epoch: bool = False) -> np.ndarray:
        """The numbers of a batch's samples; seeds what is drawn for it."""
        if self.seed is not None:
            np.random.seed(self.seed + self.total_batches_seen)
        self.total_batches_seen += 1
        if self.index_array is None or is_new_epoch:
            self._set_index_array()
        assert self.index_array is not None
        return self.index_array[self.batch_size * index : self.batch_size * (index + 1)]

    def _set_index_array(self) -> None:
        self.index_array = np.random.permutation(self.n) if self.shuffle else np.arange(self.n)

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        """The batch of these samples."""
        raise NotImplementedError(
            f"{type(self).__name__} needs `_get_batches_of_transformed_samples(self, index_array)`"
        )

    def __getstate__(self) -> dict[str, Any]:  # for worker processes
        return {name: value for name, value in self.__dict__.items() if name != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, lock=threading.Lock())

    # -- what iterators over images share

    image_data_generator: Any
    data_format: str
    dtype: Any

    def _changed(self, x: np.ndarray) -> np.ndarray:
        """One image as the generator changes it."""
        generator = self.image_data_generator
        if generator is None:
            return x
        return generator.standardize(generator.random_transform(x.astype(self.dtype)))

    def _set_saving(self, save_to_dir: Any, save_prefix: str, save_format: str) -> None:
        self.save_to_dir, self.save_prefix, self.save_format = save_to_dir, save_prefix, save_format

    def _save(self, batch: np.ndarray, index_array: np.ndarray) -> None:
        """Write the batch's images as files, where that was asked for."""
        if not self.save_to_dir:
            return
        for x, index in zip(batch, index_array, strict=True):
            name = f"{self.save_prefix}_{index}_{np.random.randint(10_000_000)}.{self.save_format}"
            path = os.path.join(self.save_to_dir, name)
            images.write_image(path, images.array_to_img(x, self.data_format), None)

    def _split(self, subset: str | None) -> float:
        """The share of samples that are for validation, with `subset` checked."""
        if subset is None:
            return 0.0
        if subset not in SUBSETS:
            raise unknown_name("subset", subset, SUBSETS)
        return self.image_data_generator._validation_split


class NumpyArrayIterator(Iterator):
    """Batches of images in an array.

    Args:
        x: images with 4 axes; or a pair of these and further arrays (or a list of them) that go along unchanged.
        y: targets; None gives images alone.
        image_data_generator: changes the images.
        sample_weight: weights that go along.
        subset: "training" or "validation", by the generator's `validation_split`.
        ignore_class_split: do not insist that both subsets have all classes.
        save_to_dir: folder that batches are saved in as images, to look at.
        data_format: order of the axes; None is the default.
        dtype: of the images; None is `floatx`.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: Any = None,
        dim_ordering: str | None = None,
    ):
        self.data_format, self.dtype = data_format_of(data_format, dim_ordering), dtype or floatx()
        self.image_data_generator = image_data_generator
        x, misc = (x[0], x[1]) if isinstance(x, (tuple, list)) else (x, [])
        misc = [np.asarray(more) for more in (misc if isinstance(misc, list) else [misc])]
        y = None if y is None else np.asarray(y)
        sample_weight = None if sample_weight is None else np.asarray(sample_weight)
        _check_lengths(
            x, {"y": y, "sample_weight": sample_weight} | {f"x[1][{i}]": more for i, more in enumerate(misc)}
        )
        count = int(len(x) * self._split(subset))
        if subset is not None and y is not None and not ignore_class_split:
            _check_classes(y, count)
        part = slice(None) if subset is None else slice(count) if subset == "validation" else slice(count, None)
        self.x = np.asarray(x, dtype=self.dtype)[part]
        self.x_misc = [more[part] for more in misc]
        self.y = None if y is None else y[part]
        self.sample_weight = None if sample_weight is None else sample_weight[part]
        check_images(self.x, self.data_format, type(self).__name__)
        self._set_saving(save_to_dir, save_prefix, save_format)
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        batch = np.zeros((len(index_array), *self.x.shape[1:]), self.dtype)
        for row, index in enumerate(index_array):
            batch[row] = self._changed(self.x[index])
        self._save(batch, index_array)
        x = [batch, *(more[index_array] for more in self.x_misc)] if self.x_misc else batch
        if self.y is None:
            return x
        if self.sample_weight is None:
            return x, self.y[index_array]
        return x, self.y[index_array], self.sample_weight[index_array]


def check_images(x: np.ndarray, data_format: str, who: str) -> None:
    """Images have 4 axes, and 1, 3 or 4 channels, else there is a warning."""
    if x.ndim != 4:
        raise ShapeError(f"{who} takes images with 4 axes (rank 4); got an array with shape {x.shape}")
    axis = 3 if data_format == "channels_last" else 1
    if x.shape[axis] not in CHANNELS.values():
        warnings.warn(
            f"{who}: with data format {data_format!r} images have 1, 3 or 4 channels on axis {axis}; an array with "
            f"shape {x.shape} has {x.shape[axis]}",
            stacklevel=4,
        )


def _check_lengths(x: Any, others: dict[str, Any]) -> None:
    for name, other in others.items():
        if other is not None and len(other) != len(x):
            raise ShapeError(
                f"`x` (images tensor) and `{name}` should have the same length; got {len(x)} and {len(other)}"
            )


def _check_classes(y: np.ndarray, count: int) -> None:
    if not np.array_equal(np.unique(y[:count]), np.unique(y[count:])):
        raise ValueError(
            "Training and validation subsets have different number of classes after the split. If your numpy arrays "
            "are sorted by the label, you might want to shuffle them."
        )


class _FromFiles(Iterator):
    """What folders and tables share: files, read and turned into a batch with its targets."""

    filenames: list[str]
    directory: Any
    classes: Any
    class_indices: dict[str, int]
    class_modes: tuple[str | None, ...] = ()

    def _set_reading(
        self,
        image_data_generator: Any,
        target_size: tuple[int, int],
        color_mode: str,
        data_format: str,
        class_mode: str | None,
        interpolation: str,
        keep_aspect_ratio: bool,
        dtype: Any,
    ) -> None:
        if color_mode not in CHANNELS:
            raise unknown_name("color_mode", color_mode, CHANNELS)
        if class_mode not in self.class_modes:
            raise unknown_name("class_mode", class_mode, map(str, self.class_modes))
        self.image_data_generator, self.class_mode = image_data_generator, class_mode
        self.target_size = (int(target_size[0]), int(target_size[1]))
        self.color_mode, self.data_format = color_mode, data_format
        self.interpolation, self.keep_aspect_ratio, self.dtype = interpolation, keep_aspect_ratio, dtype
        channels = (CHANNELS[color_mode],)
        last = data_format == "channels_last"
        self.image_shape = self.target_size + channels if last else channels + self.target_size

    @property
    def filepaths(self) -> list[str]:
        """The files' paths."""
        return [os.path.join(self.directory, name) for name in self.filenames]

    @property
    def labels(self) -> Any:
        """The class number, or target, of every file."""
        return self.classes

    @property
    def sample_weight(self) -> Any:
        """Weights of the files; None without."""
        return None

    def _part(self, subset: str | None, count: int) -> slice:
        """Those of `count` files that belong to a subset: the first ones are for validation."""
        stop = int(count * self._split(subset))
        return slice(None) if subset is None else slice(stop) if subset == "validation" else slice(stop, None)

    def _get_batches_of_transformed_samples(self, index_array: np.ndarray) -> Any:
        batch = np.zeros((len(index_array), *self.image_shape), self.dtype)
        for row, index in enumerate(index_array):
            path = os.path.join(self.directory, self.filenames[index])
            img = images.load_img(path, self.color_mode, self.target_size, self.interpolation, self.keep_aspect_ratio)
            batch[row] = self._changed(images.img_to_array(img, self.data_format))
        self._save(batch, index_array)
        if self.class_mode is None:
            return batch
        targets = self._targets_of(index_array, batch)
        weights = self.sample_weight
        return (batch, targets) if weights is None else (batch, targets, weights[index_array])

    def _targets_of(self, index_array: np.ndarray, batch: np.ndarray) -> Any:
        if self.class_mode == "input":
            return batch.copy()
        if self.class_mode == "multi_output":
            return [target[index_array] for target in self.labels]
        if self.class_mode == "raw":
            return self.labels[index_array]
        classes = [self.classes[index] for index in index_array]
        if self.class_mode in ("binary", "sparse"):
            return np.array(classes, self.dtype)
        targets = np.zeros((len(batch), len(self.class_indices)), self.dtype)
        for row, numbers in zip(targets, classes, strict=True):
            row[numbers] = 1  # one, or several
        return targets


class DirectoryIterator(_FromFiles):
    """Batches of images in a folder with one folder for each class.

    Args:
        directory: the folder.
        image_data_generator: changes the images.
        target_size: (height, width) that all get.
        color_mode: "rgb", "rgba" or "grayscale".
        classes: names of the folders; None takes all, in alphabetical order.
        class_mode: targets: "categorical" one-hot rows, "binary" or "sparse" class numbers, "input" the images
            themselves, None none.
        follow_links: go into folders that are links.
        subset: "training" or "validation", by the generator's `validation_split`.
        interpolation, keep_aspect_ratio: see `dovetail.utils.load_img`.

    Attributes:
        filenames: below the folder.
        classes: the class number of each.
        class_indices: the number of each class.
        samples, num_classes: how many there are.
    """

    class_modes = ("categorical", "binary", "sparse", "input", None)

    def __init__(
        self,
        directory: Any,
        image_data_generator: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = None,
        dim_ordering: str | None = None,
    ):
        data_format = data_format_of(data_format, dim_ordering)
        self._set_reading(
            image_data_generator, target_size, color_mode, data_format, class_mode, interpolation, keep_aspect_ratio,
            dtype or floatx(),
        )  # fmt: skip
        self.directory = directory
        names = list(classes) if classes else _folders(directory)
        self.num_classes, self.class_indices = len(names), {name: index for index, name in enumerate(names)}
        self.filenames, numbers = [], []
        for name, number in self.class_indices.items():
            found = list(_files(os.path.join(directory, name), directory, follow_links))
            found = found[self._part(subset, len(found))]
            self.filenames += found
            numbers += [number] * len(found)
        self.samples, self.classes = len(self.filenames), np.array(numbers, "int32")
        tell(f"Found {self.samples} images belonging to {self.num_classes} classes.")
        self._set_saving(save_to_dir, save_prefix, save_format)
        super().__init__(self.samples, batch_size, shuffle, seed)

    @property
    def nb_sample(self) -> int:
        """`samples`, as Keras 1 called it."""
        return self.samples

    N = nb_sample

    @property
    def nb_class(self) -> int:
        """`num_classes`, as Keras 1 called it."""
        return self.num_classes


def _folders(directory: Any) -> list[str]:
    return sorted(name for name in os.listdir(directory) if os.path.isdir(os.path.join(directory, name)))


def _files(folder: str, root: Any, follow_links: bool) -> Any:
    """The images in a folder and below it, as paths from `root`."""
    for place, _, names in sorted(os.walk(folder, followlinks=follow_links)):
        for name in sorted(names):
            if name.lower().endswith(FORMATS):
                yield os.path.relpath(os.path.join(place, name), root)


class DataFrameIterator(_FromFiles):
    """Batches of images listed in a pandas table.

    Args:
        dataframe: one row for each image.
        directory: that the file names start from; None where they are whole paths.
        x_col: column of file names.
        y_col: column of targets; several for "multi_output" and, if wanted, "raw".
        weight_col: column of sample weights.
        classes: names of the classes; None takes all that come, in alphabetical order. Other rows are left out.
        class_mode: as for folders, or "raw" the columns' values, "multi_output" a list of the columns' values.
            "categorical" rows may have lists of classes.
        validate_filenames: leave out rows whose file is missing or no image.
    """

    class_modes = ("binary", "categorical", "input", "multi_output", "raw", "sparse", None)

    def __init__(
        self,
        dataframe: Any,
        directory: Any = None,
        image_data_generator: Any = None,
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
        data_format: str | None = "channels_last",
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: Any = "float32",
        validate_filenames: bool = True,
    ):
        self._set_reading(
            image_data_generator, target_size, color_mode, data_format_of(data_format), class_mode, interpolation,
            keep_aspect_ratio, dtype or floatx(),
        )  # fmt: skip
        self.directory = directory or ""
        rows = self._checked(dataframe, x_col, y_col, weight_col, classes)
        if validate_filenames:
            rows = self._existing(rows, x_col)
        has_classes = class_mode in ("binary", "categorical", "sparse")
        if has_classes:
            rows, names = _with_classes(rows, y_col, classes)
            self.class_indices = {name: index for index, name in enumerate(names)}
        rows = rows.iloc[self._part(subset, len(rows))]
        if has_classes:
            self.classes = [_numbers(label, self.class_indices) for label in rows[y_col]]
        self.filenames, self.samples = rows[x_col].tolist(), len(rows)
        self._weights = rows[weight_col].to_numpy() if weight_col else None
        if class_mode == "multi_output":
            self._targets = [np.array(rows[column].tolist()) for column in y_col]
        elif class_mode == "raw":
            self._targets = rows[y_col].to_numpy()
        kind = "validated" if validate_filenames else "non-validated"
        of_classes = f" belonging to {len(self.class_indices)} classes" if has_classes else ""
        tell(f"Found {self.samples} {kind} image filenames{of_classes}.")
        self._set_saving(save_to_dir, save_prefix, save_format)
        super().__init__(self.samples, batch_size, shuffle, seed)

    @property
    def labels(self) -> Any:
        return self._targets if self.class_mode in ("multi_output", "raw") else self.classes

    @property
    def sample_weight(self) -> Any:
        return self._weights

    def _checked(self, rows: Any, x_col: str, y_col: Any, weight_col: str | None, classes: Any) -> Any:
        """The table, whose columns have what the class mode needs."""
        mode = self.class_mode
        if mode == "multi_output" and not isinstance(y_col, list):
            raise TypeError(f'If class_mode="{mode}", y_col must be a list. Received {type(y_col).__name__}.')
        wanted = [x_col, *([] if mode in ("input", None) else y_col if isinstance(y_col, list) else [y_col])]
        for column in [*wanted, *([weight_col] if weight_col else [])]:
            if column not in rows.columns:
                raise unknown_name("column", column, map(str, rows.columns))
        if not all(isinstance(name, str) for name in rows[x_col]):
            raise TypeError(f"All values in column x_col={x_col} must be strings.")
        kinds = {"binary": (str,), "sparse": (str,), "categorical": (str, list, tuple)}.get(mode or "")
        if kinds and not all(isinstance(label, kinds) for label in rows[y_col]):
            names = " or ".join(kind.__name__ for kind in kinds)
            raise TypeError(f'If class_mode="{mode}", y_col="{y_col}" column values must be of type {names}')
        if mode == "binary" and (count := len(set(classes or rows[y_col]))) != 2:
            raise ValueError(f'If class_mode="binary" there must be 2 classes. Found {count} classes.')
        if classes and not kinds:
            warnings.warn(f'`classes` will be ignored given the class_mode="{mode}"', stacklevel=4)
        if weight_col and rows[weight_col].dtype.kind not in "iuf":
            raise TypeError(f"Column weight_col={weight_col} must be numeric.")
        return rows

    def _existing(self, rows: Any, x_col: str) -> Any:
        paths = (os.path.join(self.directory, name) for name in rows[x_col])
        found = [path.lower().endswith(FORMATS) and os.path.isfile(path) for path in paths]
        if not all(found):
            warnings.warn(
                f'Found {found.count(False)} invalid image filename(s) in x_col="{x_col}". These filename(s) will be '
                "ignored.",
                stacklevel=4,
            )
        return rows[found]


def _with_classes(rows: Any, y_col: str, classes: Any) -> tuple[Any, list[str]]:
    """The rows that have one of the classes, those alone in their lists, and the names of the classes."""
    listed = [label if isinstance(label, (list, tuple)) else [label] for label in rows[y_col]]
    if not classes:
        return rows, sorted({name for labels in listed for name in labels})
    names = list(dict.fromkeys(classes))
    kept = [[name for name in labels if name in names] for labels in listed]
    rows = rows.assign(**{y_col: kept})
    return rows[[bool(labels) for labels in kept]], names


def _numbers(label: Any, indices: dict[str, int]) -> Any:
    """The number of a class, or of several."""
    if not isinstance(label, (list, tuple)):
        return indices[label]
    numbers = [indices[name] for name in label]
    return numbers[0] if len(numbers) == 1 else numbers


# -- Keras 1: other orders of arguments


class NumpyArrayIteratorKeras1(NumpyArrayIterator):
    """`NumpyArrayIterator` of Keras 1."""

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        seed: int | None = None,
        dim_ordering: str = "default",
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "jpeg",
        **kwargs: Any,
    ):
        super().__init__(
            x, y, image_data_generator, batch_size, shuffle, None, seed, None, save_to_dir, save_prefix, save_format,
            dim_ordering=dim_ordering, **kwargs,
        )  # fmt: skip


class DirectoryIteratorKeras1(DirectoryIterator):
    """`DirectoryIterator` of Keras 1."""

    def __init__(
        self,
        directory: Any,
        image_data_generator: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        dim_ordering: str = "default",
        classes: Any = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: Any = None,
        save_prefix: str = "",
        save_format: str = "jpeg",
        follow_links: bool = False,
        **kwargs: Any,
    ):
        super().__init__(
            directory, image_data_generator, target_size, color_mode, classes, class_mode, batch_size, shuffle, seed,
            None, save_to_dir, save_prefix, save_format, follow_links, dim_ordering=dim_ordering, **kwargs,
        )  # fmt: skip

    def _targets_of(self, index_array: np.ndarray, batch: np.ndarray) -> Any:
        if self.class_mode == "sparse":
            return self.classes[index_array]
        return super()._targets_of(index_array, batch)


for _cls in (NumpyArrayIteratorKeras1, DirectoryIteratorKeras1):
    _cls.__name__ = _cls.__name__.removesuffix("Keras1")
KERAS1 = {"NumpyArrayIterator": NumpyArrayIteratorKeras1, "DirectoryIterator": DirectoryIteratorKeras1}
