"""Both orders of axes: layers compute with the channels last, and move them there and back."""

from typing import Any

import jax.numpy as jnp

from ..engine.errors import ShapeError
from .arguments import describe, seen_shape

SPATIAL = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def image_axes(rank: int, data_format: str) -> tuple[str, ...]:
    """Names of the axes of an input with `rank` spatial ones."""
    if data_format == "channels_first":
        return ("batch", "channels", *SPATIAL[rank])
    return ("batch", *SPATIAL[rank], "channels")


def to_channels_last(x: Any, data_format: str) -> Any:
    return jnp.moveaxis(x, 1, -1) if data_format == "channels_first" else x


def to_data_format(x: Any, data_format: str) -> Any:
    """The way back from `to_channels_last`."""
    return jnp.moveaxis(x, -1, 1) if data_format == "channels_first" else x


def check_window(layer: Any, inputs: Any, sizes: tuple[int, ...], window: tuple[int, ...]) -> None:
    """Check that a window fits into each spatial axis, where there is no padding.

    Raises:
        ShapeError: it is larger than the input.
    """
    if any(size < length for size, length in zip(sizes, window, strict=True)):
        raise ShapeError(
            f"{describe(layer)}: a window of {window} does not fit into {seen_shape(inputs)} "
            f"({layer.data_format}). Use padding='same', or a smaller window."
        )
