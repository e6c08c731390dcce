"""`keras.utils.conv_utils`: the geometry of convolutions."""

from typing import Any

import numpy as np

from ...engine.errors import unknown_name

PADDINGS = ("valid", "same", "causal")


def normalize_tuple(value: Any, n: int, name: str) -> tuple[int, ...]:
    """A number as a tuple of `n`, or a sequence of `n` integers as a tuple.

    Raises:
        ValueError: it is neither.
    """
    values = (value,) * n if isinstance(value, (int, np.integer)) else value
    try:
        found = tuple(values)
        whole = tuple(int(item) for item in found)
    except (TypeError, ValueError):
        found = whole = ()
    if len(found) != n or found != whole:
        raise ValueError(f"The `{name}` argument must be a tuple of {n} integers. Received: {value}")
    return whole


def normalize_padding(value: str) -> str:
    """The name of a padding in lower case: "valid", "same" or "causal"."""
    if value.lower() not in PADDINGS:
        raise unknown_name("padding", value, PADDINGS)
    return value.lower()


def convert_kernel(kernel: Any) -> np.ndarray:
    """A kernel (space, input channels, filters) turned by 180 degrees: from Theano to TensorFlow, or back."""
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError(f"Invalid kernel shape: {kernel.shape}; it needs 3 to 5 axes")
    return np.flip(kernel, tuple(range(kernel.ndim - 2))).copy()


def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """Steps that a convolution gives; None where `input_length` is.

    Args:
        padding: "same", "valid", "full" or "causal".
    """
    if input_length is None:
        return None
    reach = (filter_size - 1) * dilation
    more = {"same": 0, "causal": 0, "valid": -reach, "full": reach}
    if padding not in more:
        raise unknown_name("padding", padding, more)
    return (input_length + more[padding] + stride - 1) // stride


def conv_input_length(output_length: int | None, filter_size: int, padding: str, stride: int) -> int | None:
    """Steps that a convolution needs to give `output_length`; None where that is."""
    if output_length is None:
        return None
    return (output_length - 1) * stride - 2 * _padded(filter_size, padding) + filter_size


def deconv_length(
    dim_size: int | None,
    stride_size: int,
    kernel_size: int,
    padding: str,
    output_padding: int | None,
    dilation: int = 1,
) -> int | None:
    """Steps that a transposed convolution gives; None where `dim_size` is."""
    if dim_size is None:
        return None
    kernel_size = kernel_size + (kernel_size - 1) * (dilation - 1)
    if output_padding is not None:
        return (dim_size - 1) * stride_size + kernel_size - 2 * _padded(kernel_size, padding) + output_padding
    more = {
        "same": 0,
        "valid": max(kernel_size - stride_size, 0),
        "full": -(stride_size + kernel_size - 2),
    }
    if padding not in more:
        raise unknown_name("padding", padding, more)
    return dim_size * stride_size + more[padding]


def _padded(filter_size: int, padding: str) -> int:
    """Steps added on each side."""
    sizes = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}
    if padding not in sizes:
        raise unknown_name("padding", padding, sizes)
    return sizes[padding]


KERAS1: dict[str, Any] = {}
