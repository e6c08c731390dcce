"""Images as pretrained networks expect them, and their predictions as names of classes."""

import functools
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..engine.dtypes import floatx, is_float
from ..engine.errors import ShapeError, unknown_name
from ..engine.settings import standardize_data_format
from ..utils import get_file

CLASS_INDEX_URL = "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json"
CLASS_INDEX_HASH = "c2c37ea517e94d9795004a39431a14cb"

# how a pixel of 0 to 255 is changed: whether to BGR, divided by, then mean subtracted, then divided by
MODES: dict[str, tuple[bool, float, Any, Any]] = {
    "caffe": (True, 1.0, [103.939, 116.779, 123.68], 1.0),
    "tf": (False, 127.5, 1.0, 1.0),
    "torch": (False, 255.0, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
}


def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Any:
    """Pixels of 0 to 255, in the order red, green, blue, as a pretrained network expects them.

    Args:
        x: images, or one; an array or a symbolic tensor. It is not changed.
        data_format: where its channels are; None is `image_data_format()`.
        mode: "caffe": blue, green, red, minus ImageNet's mean of each; "tf": -1 to 1; "torch": 0 to 1, minus
            ImageNet's mean of each channel, divided by its standard deviation.

    Shapes:
        x, output: ([batch,] height, width, 3), or ([batch,] 3, height, width)

    Raises:
        NameLookupError: unknown `mode` or `data_format`.
    """
    if mode not in MODES:
        raise unknown_name("mode", mode, MODES)
    axis = -3 if standardize_data_format(data_format) == "channels_first" else -1
    reverse, scale, mean, deviation = MODES[mode]
    on_host = not hasattr(x, "dtype") or isinstance(x, np.ndarray)
    x = np.asarray(x) if on_host else x
    if not is_float(x.dtype):
        x = x.astype(floatx()) if on_host else ops.cast(x, floatx())
    if reverse:
        x = np.flip(x, axis) if on_host else ops.flip(x, axis)

    def each_channel(values: Any) -> Any:
        values = np.asarray(values, x.dtype)
        return values.reshape((3, 1, 1)) if values.ndim and axis == -3 else values

    if scale != 1.0:
        x = x / each_channel(scale)
    x = x - each_channel(mean)
    return x if np.all(np.equal(deviation, 1.0)) else x / each_channel(deviation)


def preprocessing(mode: str | None) -> Callable[..., Any]:
    """The `preprocess_input` of one family: that of `mode`; None leaves images as they are."""

    def preprocess(x: Any, data_format: str | None = None) -> Any:
        if mode is None:
            return x
        return preprocess_input(x, data_format=data_format, mode=mode)

    does = (
        "The images as they are: the model has its own preprocessing."
        if mode is None
        else (f"`imagenet_utils.preprocess_input` with mode={mode!r}.")
    )
    preprocess.__name__ = preprocess.__qualname__ = "preprocess_input"
    preprocess.__doc__ = does
    return preprocess


def decode_predictions(preds: Any, top: int = 5) -> list[list[tuple[str, str, float]]]:
    """For each image the `top` likeliest classes of ImageNet, the likeliest first.

    Shapes:
        preds: (batch, 1000)

    Returns:
        for each image a list of (WordNet's id, name, score).

    Raises:
        ShapeError: the predictions are not over 1000 classes.
    """
    preds = np.asarray(preds)
    if preds.ndim != 2 or preds.shape[1] != 1000:
        raise ShapeError(f"predictions over ImageNet's classes have the shape (batch, 1000); got {preds.shape}")
    index = _class_index()
    return [[(*index[i], scores[i]) for i in scores.argsort()[::-1][:top]] for scores in preds]


@functools.cache
def _class_index() -> list[tuple[str, str]]:
    path = get_file("imagenet_class_index.json", CLASS_INDEX_URL, cache_subdir="models", file_hash=CLASS_INDEX_HASH)
    with open(path, encoding="utf-8") as file:
        names = json.load(file)
    return [tuple(names[str(i)]) for i in range(1000)]
