"""`image_dataset_from_directory` and its like: files in a folder for each class, windows of a series, as `tf.data`."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...engine.errors import unknown_name
from ...utils.images import load_img
from ...utils.numerical import to_categorical
from ...utils.timeseries import timeseries_dataset_from_array as windows_of
from ..tensorflow import data, image
from ..tensorflow.environment import decode_wav, read_file
from ..tensorflow.strings import Text

__all__ = [
    "audio_dataset_from_directory", "image_dataset_from_directory", "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]  # fmt: skip

IMAGES, TEXTS, SOUNDS = (".bmp", ".gif", ".jpeg", ".jpg", ".png"), (".txt",), (".wav",)
CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


def image_dataset_from_directory(
    directory: Any, labels: Any = "inferred", label_mode: str | None = "int", class_names: Any = None,
    color_mode: str = "rgb", batch_size: int | None = 32, image_size: tuple[int, int] = (256, 256),
    shuffle: bool = True, seed: int | None = None, validation_split: float | None = None, subset: str | None = None,
    interpolation: str = "bilinear", follow_links: bool = False, crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False, data_format: str | None = None, verbose: bool = True, **kwargs: Any,
) -> Any:  # fmt: skip
    """Images in folders named like their classes, in batches; pixels are floats from 0 to 255.

    Args:
        directory: of the folders.
        labels: "inferred" from the folders, a list with one for each file in alphabetic order, or None for none.
        label_mode: "int", "categorical" (one-hot), "binary" (0.0 or 1.0), or None.
        class_names: the folders in the order of their labels; None is alphabetic.
        color_mode: "rgb", "rgba" or "grayscale".
        batch_size: None gives single images.
        image_size: (height, width) that all are brought to.
        shuffle: in a new order each time; otherwise alphabetic.
        seed: of the order, and of which are for validation.
        validation_split: share of the files that is for validation, the last ones.
        subset: "training", "validation", or "both" for a pair of datasets.
        interpolation: see `tf.image.resize`.
        crop_to_aspect_ratio: cut the largest part with the proportions of `image_size` from the middle.

    Shapes:
        image: (batch, height, width, channels); label: (batch,), (batch, classes) or (batch, 1)

    Raises:
        ValueError: an argument is not one of its names, or there are no files.
    """
    if color_mode not in CHANNELS:
        raise unknown_name("color_mode", color_mode, CHANNELS)
    if pad_to_aspect_ratio or data_format == "channels_first":
        raise NotImplementedError("images are cut or stretched here, not padded, with their channels last")
    height, width = (int(size) for size in image_size)

    def read(path: str) -> Any:
        pixels = np.asarray(load_img(path, color_mode=color_mode), "float32")
        pixels = pixels[..., None] if pixels.ndim == 2 else pixels
        pixels = _cut(pixels, height / width) if crop_to_aspect_ratio else pixels
        return resized(pixels, height, width, interpolation)

    return _datasets(directory, IMAGES, read, labels, label_mode, class_names, batch_size, shuffle, seed,
                     validation_split, subset, follow_links, verbose)  # fmt: skip


def text_dataset_from_directory(
    directory: Any, labels: Any = "inferred", label_mode: str | None = "int", class_names: Any = None,
    batch_size: int | None = 32, max_length: int | None = None, shuffle: bool = True, seed: int | None = None,
    validation_split: float | None = None, subset: str | None = None, follow_links: bool = False, verbose: bool = True,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """Text files in folders named like their classes; arguments as those of `image_dataset_from_directory`.

    Args:
        max_length: characters that are kept of a text.
    """

    def read(path: str) -> Any:
        with open(path, encoding="utf-8", errors="replace") as file:
            return Text(file.read()[:max_length])

    return _datasets(directory, TEXTS, read, labels, label_mode, class_names, batch_size, shuffle, seed,
                     validation_split, subset, follow_links, verbose)  # fmt: skip


def audio_dataset_from_directory(
    directory: Any, labels: Any = "inferred", label_mode: str | None = "int", class_names: Any = None,
    batch_size: int | None = 32, sampling_rate: int | None = None, output_sequence_length: int | None = None,
    ragged: bool = False, shuffle: bool = True, seed: int | None = None, validation_split: float | None = None,
    subset: str | None = None, follow_links: bool = False, verbose: bool = True, **kwargs: Any,
) -> Any:  # fmt: skip
    """WAV files in folders named like their classes; arguments as those of `image_dataset_from_directory`.

    Args:
        output_sequence_length: samples that each is cut or filled up to; None fills up to the longest of a batch.
    """
    if sampling_rate is not None or ragged:
        raise NotImplementedError("sounds keep their own rate here, and are dense: leave out sampling_rate and ragged")

    def read(path: str) -> Any:
        return np.asarray(decode_wav(read_file(path), desired_samples=output_sequence_length or -1).audio)

    return _datasets(directory, SOUNDS, read, labels, label_mode, class_names, batch_size, shuffle, seed,
                     validation_split, subset, follow_links, verbose, pad=output_sequence_length is None)  # fmt: skip


def timeseries_dataset_from_array(*args: Any, **kwargs: Any) -> data.Dataset:
    """See `dovetail.utils.timeseries_dataset_from_array`."""
    windows = windows_of(*args, **kwargs)
    return data.Dataset(lambda: iter(windows), len(windows))


def resized(pixels: np.ndarray, height: int, width: int, interpolation: str = "bilinear") -> np.ndarray:
    """An image (rows, columns, channels) in another size: NumPy's work where it is linear, as sizes differ so much
    that compiled programs would be many."""
    if pixels.shape[:2] == (height, width):
        return pixels
    if interpolation != "bilinear":
        return np.asarray(image.resize(pixels, (height, width), interpolation))  # type: ignore[attr-defined]
    for axis, size in enumerate((height, width)):
        old = pixels.shape[axis]
        places = np.clip((np.arange(size) + 0.5) * old / size - 0.5, 0, old - 1)
        low = np.floor(places).astype(int)
        share = (places - low).astype("float32").reshape([-1 if axis == a else 1 for a in range(3)])
        high = np.minimum(low + 1, old - 1)
        pixels = np.take(pixels, low, axis) * (1 - share) + np.take(pixels, high, axis) * share
    return pixels


def _cut(pixels: np.ndarray, ratio: float) -> np.ndarray:
    """The largest middle part whose height over width is `ratio`."""
    rows, columns = pixels.shape[:2]
    height, width = min(rows, int(columns * ratio)), min(columns, int(rows / ratio))
    top, left = (rows - height) // 2, (columns - width) // 2
    return pixels[top : top + height, left : left + width]


def _datasets(
    directory: Any, endings: Sequence[str], read: Callable[[str], Any], labels: Any, label_mode: str | None,
    class_names: Any, batch_size: int | None, shuffle: bool, seed: int | None, validation_split: float | None,
    subset: str | None, follow_links: bool, verbose: bool, pad: bool = False,
) -> Any:  # fmt: skip
    """The dataset of the files, or for "both" that of training and that of validation."""
    if label_mode not in ("int", "categorical", "binary", None):
        raise unknown_name("label_mode", label_mode, ("int", "categorical", "binary"))
    if subset not in (None, "training", "validation", "both"):
        raise unknown_name("subset", subset, ("training", "validation", "both"))
    if (subset is None) != (validation_split is None):
        raise ValueError("`validation_split` and `subset` belong together: give both, or none")
    paths, found, names = _files(os.fspath(directory), endings, labels, class_names, follow_links)
    if verbose:
        print(f"Found {len(paths)} files" + (f" belonging to {len(names)} classes." if names else "."))
    seed = int(np.random.randint(10**6)) if seed is None else int(seed)
    if shuffle:
        order = np.random.RandomState(seed).permutation(len(paths))
        paths, found = [paths[i] for i in order], found[order]
    encoded = _encoded(found, label_mode if labels is not None else None, len(names))
    held_out = int((validation_split or 0) * len(paths))
    parts = {"training": slice(0, len(paths) - held_out), "validation": slice(len(paths) - held_out, None)}
    made = []
    for name in ("training", "validation") if subset == "both" else (subset,):
        part = parts.get(name or "", slice(None))
        if name and verbose:
            print(f"Using {len(paths[part])} files for {name}.")
        made.append(_dataset(paths[part], None if encoded is None else encoded[part], read, batch_size,
                             seed if shuffle else None, pad))  # fmt: skip
        made[-1].class_names, made[-1].file_paths = names, paths[part]
    return made[0] if subset != "both" else tuple(made)


def _files(
    directory: str, endings: Sequence[str], labels: Any, class_names: Any, follow_links: bool
) -> tuple[list[str], np.ndarray, list[str]]:
    """Paths, the numbers of their classes, and the classes."""
    inferred = isinstance(labels, str)
    names = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir()) if inferred else []
    if inferred and class_names is not None:
        if sorted(class_names) != names:
            raise ValueError(f"`class_names` {list(class_names)} are not the folders of {directory}: {names}")
        names = list(class_names)
    paths: list[str] = []
    numbers: list[int] = []
    for number, name in enumerate(names if inferred else [""]):
        for folder, folders, files in os.walk(os.path.join(directory, name), followlinks=follow_links):
            folders.sort()
            chosen = [file for file in sorted(files) if file.lower().endswith(tuple(endings))]
            paths += [os.path.join(folder, file) for file in chosen]
            numbers += [number] * len(chosen)
    if not paths:
        raise ValueError(f"no files in {directory} end in one of {', '.join(endings)}")
    if labels is not None and not inferred:
        if len(labels) != len(paths):
            raise ValueError(f"there are {len(labels)} labels for {len(paths)} files")
        values = sorted(set(labels))
        numbers, names = [values.index(label) for label in labels], [str(value) for value in values]
    return paths, np.asarray(numbers, "int32"), names


def _encoded(numbers: np.ndarray, label_mode: str | None, count: int) -> np.ndarray | None:
    if label_mode == "categorical":
        return to_categorical(numbers, count).astype("float32")
    if label_mode == "binary":
        if count != 2:
            raise ValueError(f"labels are binary where there are 2 classes; here are {count}")
        return numbers.astype("float32")[:, None]
    return numbers if label_mode == "int" else None


def _dataset(
    paths: list[str], labels: np.ndarray | None, read: Callable[[str], Any], batch_size: int | None, seed: int | None,
    pad: bool,
) -> Any:  # fmt: skip
    numbers = data.Dataset.range(len(paths))
    if seed is not None:
        numbers = numbers.shuffle(max(len(paths), 1), seed)

    def elements() -> Any:
        for number in numbers._make():
            item = read(paths[int(number)])
            yield item if labels is None else (item, labels[int(number)])

    made = data.Dataset(elements, len(paths))
    if batch_size is None:
        return made
    return made.padded_batch(batch_size) if pad else made.batch(batch_size)
