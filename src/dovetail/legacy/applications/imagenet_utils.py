"""What scripts took from `imagenet_utils` beyond what it holds today."""

from typing import Any

from ...applications import imagenet_utils
from ...applications.building import in_order
from ...engine.errors import ShapeError
from ...engine.settings import standardize_data_format
from ..releases import Release

ORDERINGS = {"tf": "channels_last", "th": "channels_first", "default": None}


def held(release: Release) -> dict[str, Any]:
    """What the module held."""
    return {
        "preprocess_input": preprocess_input,
        "decode_predictions": imagenet_utils.decode_predictions,
        "_obtain_input_shape": obtain_input_shape,
    }


def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe", dim_ordering: Any = None) -> Any:
    """As today's; Keras 1 called the data format `dim_ordering`: "tf", "th" or "default"."""
    asked = dim_ordering or data_format
    return imagenet_utils.preprocess_input(x, ORDERINGS.get(str(asked), asked), mode)


def obtain_input_shape(
    input_shape: Any,
    default_size: int,
    min_size: int,
    data_format: str | None = None,
    require_flatten: bool = True,
    weights: Any = None,
    dim_ordering: str | None = None,
    include_top: bool | None = None,
) -> tuple[int | None, ...]:
    """The shape of images for a builder of one's own.

    Args:
        input_shape: what its caller asked for; None is `default_size`, or any size without a classifier.
        min_size: in pixels.
        require_flatten: whether there is a classifier, which needs a known size; `include_top` in some releases.

    Raises:
        ShapeError: it is no shape of an image, too small, or open where a size is needed.
    """
    asked = dim_ordering or data_format
    is_first = standardize_data_format(ORDERINGS.get(str(asked), asked)) == "channels_first"
    needs_size = require_flatten if include_top is None else include_top
    if input_shape is None:
        size = default_size if needs_size else None
        return (3, size, size) if is_first else (size, size, 3)
    if len(input_shape) != 3:
        raise ShapeError(f"an image has the axes {in_order('height', 'width', 'channels')}; got {input_shape}")
    sizes = input_shape[1:] if is_first else input_shape[:-1]
    if any(pixels is not None and pixels < min_size for pixels in sizes):
        raise ShapeError(f"images must be at least {min_size} pixels high and wide; got {tuple(input_shape)}")
    if needs_size and None in sizes:
        raise ShapeError(f"a classifier needs images of a known size; got {tuple(input_shape)}")
    return tuple(input_shape)
