"""The part of `keras.ops` that is not NumPy's, beside Keras's: values, dtypes and open shapes, row by row.

`test_parity_ops.py` compares every function once, op by op; here each has its arguments, 16-bit and integer inputs,
and symbolic tensors with an open first axis. Values come from compiled calls: one program has all rows of a function.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail
from dovetail.engine.tensor import KerasTensor

G = np.random.default_rng(1)


def normal(*shape: int) -> np.ndarray:
    return G.normal(size=shape).astype("float32")


class T(NamedTuple):
    """An array that the symbolic test replaces by a tensor; its first axis is open, unless `fixed`."""

    array: Any
    fixed: bool = False


class Row(NamedTuple):
    name: str
    args: tuple
    kwargs: dict
    symbolic: bool  # whether there are tensors to replace; without them nothing is compiled
    spec: bool  # whether Keras's own symbolic answer is what Keras computes; else what it computes counts
    limit: float


def row(name: str, *args: Any, **kwargs: Any) -> Row:
    """A row; `symbolic`, `spec` and `limit` are the row's own, the other arguments the function's."""
    symbolic, spec, limit = kwargs.pop("symbolic", True), kwargs.pop("spec", True), kwargs.pop("limit", 2e-5)
    return Row(name, args, kwargs, symbolic, spec, limit)


def rows(names: str, *args: Any, **kwargs: Any) -> list[Row]:
    return [row(name, *args, **kwargs) for name in names.split()]


def fixed(array: Any) -> T:
    return T(array, True)


X, Y = normal(4, 6), normal(4, 6)
INTS = G.integers(-5, 6, (4, 6)).astype("int32")
CLASSES = G.integers(0, 6, 4).astype("int32")
CHOICES = np.asarray(jax.nn.softmax(normal(4, 6)))
HOT = np.eye(6, dtype="float32")[CLASSES]
UNIT = np.clip(X, -0.9, 0.9)
SPD = (lambda a: a @ a.swapaxes(-1, -2) + 3 * np.eye(3, dtype="float32"))(normal(2, 3, 3))
TRIANGLES = np.linalg.cholesky(SPD)
LINES, IMAGES, VOLUMES = normal(2, 9, 4), normal(2, 7, 8, 4), normal(2, 5, 6, 4, 4)
PICTURES = G.uniform(size=(2, 9, 8, 3)).astype("float32")
BYTES = (PICTURES * 255).astype("uint8")
STEPS, LABELS = normal(2, 6, 5), np.array([[1, 2, 1], [3, 3, 0]], "int32")
HEADS, SOURCES = normal(2, 3, 4, 8), normal(2, 5, 2, 8)
SOUND = normal(2, 40)
ROWS_OF = np.array([0, 0, 2, 3])
MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
MOVES = np.array([[0.9, 0.1, 1.3, -0.2, 1.1, -0.7, 0, 0]] * 2, "float32")
CORNERS = np.array([[[0, 0], [7, 0], [0, 8], [7, 8]]] * 2, "float32")
MOVED = np.array([[[1, 0.5], [6.6, 1], [0.3, 7.2], [6, 7.7]]] * 2, "float32")
ACTIVATIONS = (
    "celu elu gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu log_sigmoid log_softmax relu "
    "relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid squareplus swish tanh_shrink"
)


def first(array: np.ndarray) -> np.ndarray:
    return np.moveaxis(array, -1, 1)


ROWS: list[Row] = [
    # activations
    *rows(ACTIVATIONS, T(X)),
    *rows(ACTIVATIONS, T(jnp.asarray(X, "bfloat16")), limit=2e-2),
    row("relu", T(INTS)), *rows("relu6 leaky_relu softplus", T(INTS), spec=False),
    *rows("celu elu", T(X), alpha=0.3),
    row("gelu", T(X), approximate=False), row("glu", T(IMAGES), axis=2), row("leaky_relu", T(X), negative_slope=0.5),
    *rows("hard_shrink soft_shrink", T(X), threshold=0.1), row("squareplus", T(X), b=0.5),
    *rows("softmax log_softmax", T(IMAGES), axis=1), *rows("softmax log_softmax", T(IMAGES), axis=(1, 3)),
    row("softmax", T(X), axis=None), row("log_softmax", T(X), axis=None), row("sparsemax", T(100 * X)),
    row("sparsemax", T(100 * IMAGES), axis=1), row("threshold", T(X), 0.2, -1.0), row("threshold", T(INTS), 1, -2),
    # convolution
    *(
        row("conv", T(image), normal(*window, 4, 6), limit=1e-4, **more)
        for image, window in ((LINES, (3,)), (IMAGES, (3, 2)), (VOLUMES, (2, 3, 1)))
        for more in ({}, {"strides": 2, "padding": "same"}, {"dilation_rate": 2, "padding": "same"}, {"padding": "SAME"})
    ),
    row("conv", T(first(IMAGES)), normal(3, 3, 2, 6), data_format="channels_first", strides=(2, 1), spec=False, limit=1e-4),
    row("conv", T(jnp.asarray(IMAGES, "bfloat16")), jnp.asarray(normal(3, 3, 4, 2), "bfloat16"), limit=8e-2),
    row("conv", T(IMAGES), jnp.asarray(normal(3, 3, 4, 2), "bfloat16"), spec=False, limit=8e-2),
    *(
        row("conv_transpose", T(image), normal(*window, 3, 4), strides=strides, padding=padding, limit=1e-4, **more)
        for image, window in ((LINES, (3,)), (IMAGES, (3, 2)), (VOLUMES, (2, 2, 1)))
        for strides in (1, 2) for padding in ("valid", "same") for more in ({}, {"output_padding": strides - 1})
    ),
    row("conv_transpose", T(LINES), normal(3, 3, 4), padding="valid", dilation_rate=2, limit=1e-4),
    row("conv_transpose", T(first(IMAGES)), normal(3, 3, 2, 4), strides=3, data_format="channels_first", limit=1e-4),
    *(
        row("depthwise_conv", T(image), normal(*window, 4, 2), limit=1e-4, **more)
        for image, window in ((LINES, (3,)), (IMAGES, (3, 2)))
        for more in ({}, {"strides": 2, "padding": "same"}, {"dilation_rate": 2}, {"padding": "same"})
    ),
    row("depthwise_conv", T(first(IMAGES)), normal(3, 3, 4, 1), data_format="channels_first", limit=1e-4),
    row("separable_conv", T(LINES), normal(3, 4, 2), normal(1, 8, 3), strides=2, padding="same", limit=1e-4),
    row("separable_conv", T(IMAGES), normal(3, 3, 4, 2), normal(1, 1, 8, 3), dilation_rate=2, limit=1e-4),
    # pooling
    *(
        row(name, T(image), size, limit=1e-5, **more)
        for name in ("max_pool", "average_pool") for image, size in ((LINES, 2), (IMAGES, (3, 2)), (VOLUMES, (2, 2, 1)))
        for more in ({"strides": 1}, {"strides": 2}, {"strides": 2, "padding": "same"})
    ),
    *rows("max_pool average_pool", T(first(IMAGES)), 2, 3, padding="same", data_format="channels_first"),
    *rows("max_pool average_pool", T(jnp.asarray(IMAGES, "bfloat16")), 2, 2, limit=2e-2),
    row("max_pool", T(G.integers(-9, 9, (2, 6, 6, 1)).astype("int32")), 2, 2),
    *rows("adaptive_average_pool adaptive_max_pool", T(LINES), 4, spec=False), *rows("adaptive_average_pool adaptive_max_pool", T(IMAGES), (3, 8), spec=False),
    *rows("adaptive_average_pool adaptive_max_pool", T(VOLUMES), 2, spec=False),
    *rows("adaptive_average_pool adaptive_max_pool", T(first(IMAGES)), 3, data_format="channels_first", spec=False),
    row("unfold", T(first(IMAGES)), (3, 2), dilation=(1, 2), padding=(1, 0), stride=2), row("unfold", T(first(IMAGES)), 2),
    row("fold", T(normal(2, 18, 16)), (4, 5), (3, 2), padding=(1, 0), stride=1, limit=1e-4),
    row("depth_to_space", T(normal(2, 3, 4, 8)), 2), row("space_to_depth", T(normal(2, 4, 6, 3)), 2),
    row("depth_to_space", T(normal(2, 18, 2, 2)), 3, data_format="channels_first"),
    row("space_to_depth", T(normal(2, 2, 6, 3)), 3, data_format="channels_first"),
    # normalization
    *(row("moments", T(IMAGES), axes=axes, keepdims=keep) for axes in ([0], [1, 2], [0, 1, 2, 3]) for keep in (False, True)),
    row("moments", T(IMAGES.astype("float16")), axes=[1, 2], limit=2e-3),
    row("moments", T(jnp.asarray(IMAGES, "bfloat16")), axes=[1], limit=2e-2),
    row("batch_normalization", T(X), X.mean(0), X.var(0), -1), row("batch_normalization", T(X), X.mean(0), X.var(0), 1, offset=Y[0], spec=False),
    row("batch_normalization", T(first(IMAGES)), normal(4), np.abs(normal(4)), 1, normal(4), normal(4), 0.1, limit=1e-4),
    row("batch_normalization", T(jnp.asarray(X, "bfloat16")), X.mean(0), X.var(0), -1, spec=False, limit=5e-2),
    *(row("layer_normalization", T(IMAGES), axis=axis, limit=1e-4) for axis in (-1, 1, [1, 3], [-2, -1])),
    row("layer_normalization", T(X), Y[0], Y[1], epsilon=0.1), row("layer_normalization", T(X), beta=Y[1]),
    row("layer_normalization", T(IMAGES), normal(8, 4), normal(8, 4), axis=[2, 3], limit=1e-4),
    row("layer_normalization", T(IMAGES), normal(7), normal(7), axis=1, limit=1e-4),
    row("layer_normalization", T(X.astype("float16")), limit=4e-3),
    row("layer_normalization", T(X), Y[0], Y[1], rms_scaling=True),
    row("layer_normalization", T(jnp.asarray(X, "bfloat16")), Y[0], limit=4e-2),
    row("rms_normalization", T(X)), row("rms_normalization", T(X), Y[0], epsilon=0.2),
    row("rms_normalization", T(IMAGES), axis=(1, 2)), row("rms_normalization", T(X.astype("float16")), limit=4e-3),
    row("rms_normalization", T(jnp.asarray(X, "bfloat16")), Y[0], limit=4e-2),
    *(row("normalize", T(X), axis=axis, order=order) for axis in (-1, 0) for order in (1, 2, 3)),
    row("normalize", T(0 * X), epsilon=0.5), row("normalize", T(jnp.asarray(X, "bfloat16")), spec=False, limit=2e-2),
    # classes and losses
    *(row(name, T(G.integers(-1, 7, (4, 3)).astype("int32")), 6, spec=name == "one_hot", **more)
      for name in ("one_hot", "multi_hot") for more in ({}, {"dtype": "int8"})),
    row("one_hot", fixed(CLASSES), 6, axis=0), row("one_hot", T(CLASSES), 6, dtype="bool"),
    row("multi_hot", fixed(CLASSES), 6, spec=False), row("multi_hot", T(INTS[:, :, None].repeat(2, 2)), 6, spec=False),
    row("binary_crossentropy", T(HOT), T(CHOICES)), row("binary_crossentropy", T(HOT), T(X), from_logits=True),
    row("binary_crossentropy", T(HOT), T(9 * X), from_logits=True), row("binary_crossentropy", T(HOT), T(30 * X), from_logits=True),
    row("categorical_crossentropy", T(HOT), T(CHOICES)), row("categorical_crossentropy", T(HOT), T(30 * X), from_logits=True),
    row("categorical_crossentropy", T(HOT), T(3 * CHOICES)),
    row("categorical_crossentropy", T(np.abs(IMAGES)), T(np.abs(IMAGES)), axis=1, spec=False, limit=2e-4),
    row("sparse_categorical_crossentropy", T(CLASSES), T(CHOICES)),
    row("sparse_categorical_crossentropy", T(CLASSES[:, None]), T(30 * X), from_logits=True),
    row("sparse_categorical_crossentropy", T(np.array([-1, 2, 9, 0])), T(CHOICES)),
    row("ctc_loss", T(LABELS), T(STEPS), T(np.array([3, 2])), T(np.array([6, 5])), limit=1e-4),
    row("ctc_loss", T(LABELS), T(STEPS), T(np.array([2, 2])), T(np.array([4, 6])), mask_index=4, limit=1e-4),
    *(row("ctc_decode", fixed(STEPS), fixed(np.array([6, 4])), merge_repeated=merge, mask_index=index, limit=1e-4)
      for merge in (True, False) for index in (0, 4)),
    row("ctc_decode", fixed(STEPS), fixed(np.array([6, 4])), "beam_search", beam_width=20, top_paths=3, mask_index=4, limit=1e-3),
    row("psnr", T(X), T(Y), 1.0), row("psnr", T(X), T(Y), max_val=255), row("polar", T(np.abs(X)), T(Y), spec=False),
    # attention
    row("dot_product_attention", T(HEADS), T(HEADS), T(HEADS)),
    row("dot_product_attention", T(HEADS), T(SOURCES), T(SOURCES), limit=1e-4),
    row("dot_product_attention", T(HEADS), T(HEADS), T(HEADS), T(normal(2, 4, 3, 3)), scale=0.3, is_causal=True),
    row("dot_product_attention", T(HEADS), T(HEADS), T(HEADS), mask=T(np.tril(np.ones((2, 4, 3, 3), bool)))),
    row("dot_product_attention", T(HEADS), T(HEADS), T(HEADS), mask=T(np.ones((2, 1, 3, 3), bool)), is_causal=True),
    row("dot_product_attention", T(HEADS), T(HEADS), T(HEADS), flash_attention=False),
    row("dot_product_attention", *[T(jnp.asarray(HEADS, "bfloat16"))] * 3, limit=3e-2),
    # linear algebra
    *rows("cholesky det inv pinv logdet eigh qr svd matrix_rank norm", T(SPD), limit=2e-4),
    *rows("cholesky inv logdet", fixed(SPD[0].round().astype("int32")), spec=False, limit=2e-4),
    row("lu_factor", T(SPD), spec=False, limit=2e-4), row("cholesky", T(SPD), upper=True, limit=1e-4),
    row("cholesky_inverse", fixed(TRIANGLES[0]), limit=1e-3), row("cholesky_inverse", fixed(TRIANGLES[0].T), upper=True, limit=1e-3),
    row("eig", T(SPD[:1]), spec=False, limit=1e-3), row("qr", T(normal(2, 4, 3)), mode="complete", limit=1e-4), row("qr", T(normal(2, 4, 3)), limit=1e-4),
    row("svd", T(normal(2, 4, 3)), full_matrices=False, limit=1e-4), row("svd", T(normal(2, 4, 3)), compute_uv=False, limit=1e-4),
    *(row("norm", T(X), ord=order, limit=1e-4) for order in ("fro", "nuc", 1, 2, -1, -2, np.inf, -np.inf)),
    *(row("norm", T(X), ord=order, axis=axis, keepdims=True) for order in (None, 1, 2, 3, np.inf, 0) for axis in (0, -1)),
    row("norm", T(INTS)), row("norm", T(INTS), axis=1), row("norm", T(jnp.asarray(X, "bfloat16")), axis=1, limit=2e-2),
    row("matrix_rank", T(SPD), tol=4.0), row("pinv", T(normal(2, 4, 3)), rcond=0.1, limit=1e-3),
    row("lstsq", T(normal(5, 3)), T(normal(5, 2)), limit=1e-3), row("lstsq", T(normal(5, 3)), T(normal(5)), limit=1e-3),
    row("lstsq", T(normal(5, 3)), T(normal(5, 2)), rcond=0.5, limit=1e-3),
    row("solve", T(SPD), T(normal(2, 3, 2)), limit=1e-3), row("solve", fixed(SPD[0]), fixed(normal(3)), limit=1e-3),
    row("solve_triangular", T(TRIANGLES), T(normal(2, 3, 2)), lower=True, limit=1e-3),
    row("solve_triangular", fixed(SPD[0]), fixed(normal(3)), limit=1e-3),
    # math
    *(row(name, fixed(X), fixed(ROWS_OF), num_segments=5, sorted=sort)
      for name in ("segment_sum", "segment_max", "segment_min", "segment_prod") for sort in (False, True)),
    *rows("segment_sum segment_max", INTS, ROWS_OF, num_segments=4, symbolic=False),
    row("segment_sum", X, np.array([0, -1, 2, 9]), num_segments=3, symbolic=False),
    row("top_k", T(X), 3), row("top_k", T(INTS), 2), row("in_top_k", T(CLASSES), T(X), 2),
    row("in_top_k", T(CLASSES), T(np.ones_like(X)), 2), row("in_top_k", T(np.array([0, 9, -1, 2])), T(X), 6),
    *(row("logsumexp", T(X), axis=axis, keepdims=keep) for axis in (None, 0, -1, (0, 1)) for keep in (False, True)),
    row("logsumexp", T(100 * X), axis=1), row("cdist", T(X), fixed(Y)), row("cdist", T(X), fixed(X)), row("cdist", T(IMAGES[0]), T(IMAGES[0])),
    *rows("rsqrt erf erfc erfinv", T(np.abs(UNIT) + 0.05)), *rows("rsqrt erf erfc erfinv", T(jnp.asarray(np.abs(UNIT) + 0.05, "bfloat16")), limit=2e-2),
    row("logsumexp", T(INTS)),
    row("extract_sequences", T(SOUND), 8, 3), row("extract_sequences", T(SOUND), 40, 1),
    *rows("fft fft2 ifft2", (T(HEADS), T(HEADS)), limit=1e-4), *rows("fft irfft", (T(SOUND), T(SOUND)), limit=1e-4),
    *(row(name, value, fft_length=size, limit=1e-4) for name, value in (("rfft", T(X)), ("irfft", (T(X), T(Y)))) for size in (4, 6, 9)),
    *(row("stft", T(SOUND), 8, 4, 10, window=window, center=center, limit=1e-4)
      for window in ("hann", "hamming", None, np.linspace(1, 2, 8).astype("float32")) for center in (True, False) if center or window is not None),
    *(row("istft", (T(normal(2, 7, 6)), T(normal(2, 7, 6))), 8, 4, 10, length=length, window=window, center=center, limit=5e-3)
      for length, window, center in ((None, "hann", True), (20, "hamming", True), (20, "hann", False), (None, "hann", False))),
    row("view_as_complex", T(normal(4, 2))), row("view_as_real", T((X + 1j * Y).astype("complex64"))),
    # core
    *(row("cast", T(X), dtype) for dtype in ("int32", "bool", "float16", "bfloat16")),
    *(row("saturate_cast", T(1e3 * X), dtype) for dtype in ("int8", "uint8", "int16", "float16", "bool", "int32")),
    *(row("saturate_cast", T(100 * INTS), dtype) for dtype in ("int8", "uint8", "bool")),
    row("saturate_cast", T(1e12 * X), "int32"), row("saturate_cast", T(1e6 * X), "float16"),
    row("convert_to_tensor", X.astype("float64"), symbolic=False), row("convert_to_tensor", [1, 2], symbolic=False),
    row("convert_to_tensor", [1.0, 2], symbolic=False), row("convert_to_tensor", True, symbolic=False),
    row("convert_to_tensor", 1.5, dtype="bfloat16", symbolic=False), row("convert_to_tensor", INTS.astype("int64"), symbolic=False),
    row("convert_to_tensor", T(X), dtype="int32"), row("convert_to_numpy", jnp.asarray(X), symbolic=False),
    row("is_tensor", X, symbolic=False), row("is_tensor", jnp.asarray(X), symbolic=False), row("is_tensor", [1], symbolic=False),
    row("shape", X, symbolic=False), row("shape", jnp.ones((2, 0)), symbolic=False), row("stop_gradient", T(X)),
    row("scatter", fixed(np.array([[0], [2], [0]])), fixed(normal(3, 4)), (5, 4)),
    row("scatter", fixed(np.array([[0, 1], [1, 2]])), fixed(INTS[0, :2]), (2, 3)),
    *(row("scatter_update", fixed(X), np.array([[0, 1], [2, 2], [0, 1]]), np.array([5.0, -6.0, 2.0], "float32"), reduction=how)
      for how in ("add", "max", "min", "mul")),
    row("scatter_update", fixed(X), np.array([[1], [3]]), normal(2, 6)), row("scatter_update", fixed(INTS), [[0, 0]], [7]),
    row("slice", fixed(X), (0, 2), (4, 3)), row("slice", fixed(X), np.array([1, 2]), (2, 3)), row("slice", fixed(X), (3, 5), (2, 3)),
    row("slice_update", fixed(X), (1, 2), fixed(Y[:2, :3])), row("slice_update", fixed(X), [3, 5], fixed(Y[:2, :3])),
    row("unstack", T(X), axis=1), row("unstack", T(IMAGES), num=8, axis=-2), row("unstack", fixed(X)),
    row("rearrange", T(IMAGES), "b h w c -> b c h w", spec=False),
    row("rearrange", T(IMAGES), "b h w c -> b (h w c)", spec=False), row("rearrange", fixed(IMAGES), "b h w c -> (b h) w c"),
    # images
    *(row("image.resize", T(PICTURES), (5, 12), interpolation=how, antialias=smooth, limit=1e-4)
      for how, smooth in (("nearest", True), ("bilinear", False), ("bilinear", True), ("bicubic", True), ("lanczos5", True))),
    *(row("image.resize", T(BYTES), (5, 12), interpolation=how) for how in ("nearest", "bicubic")),
    *(row("image.resize", T(PICTURES), size, limit=1e-4, **{f"{way}_to_aspect_ratio": True})
      for size, way in (((4, 9), "crop"), ((12, 5), "pad"))),
    row("image.resize", T(first(PICTURES)), (4, 9), pad_to_aspect_ratio=True, fill_value=2.0, data_format="channels_first", limit=1e-4),
    row("image.resize", fixed(PICTURES[0]), (4, 4), crop_to_aspect_ratio=True, limit=1e-4),
    row("image.resize", T(PICTURES.astype("float16")), (4, 4), limit=4e-3),
    *(row(f"image.{name}", T(PICTURES)) for name in ("rgb_to_grayscale", "rgb_to_hsv", "hsv_to_rgb")),
    *(row(f"image.{name}", fixed(first(PICTURES)[0]), data_format="channels_first") for name in ("rgb_to_grayscale", "rgb_to_hsv", "hsv_to_rgb")),
    *(row(f"image.{name}", T(PICTURES.astype("float16")), limit=4e-3) for name in ("rgb_to_grayscale", "hsv_to_rgb")),
    row("image.rgb_to_grayscale", T(BYTES)),
    row("image.rgb_to_hsv", T(np.array([[[[0, 0, 0], [1, 1, 1], [1, 0, 0], [0, 1, 1], [0.5, 0.5, 0.2]]]], "float32"))),
    row("image.pad_images", T(PICTURES), 1, 2, 3, 4), row("image.pad_images", T(PICTURES), top_padding=1, right_padding=2, target_height=12, target_width=12),
    row("image.pad_images", fixed(BYTES[0]), 1, 2, 3, 4), row("image.pad_images", T(first(PICTURES)), 1, 2, 3, 4, data_format="channels_first"),
    row("image.crop_images", T(PICTURES), 1, 2, 3, 1), row("image.crop_images", T(PICTURES), bottom_cropping=1, left_cropping=2, target_height=4, target_width=3),
    row("image.crop_images", fixed(BYTES[0]), 1, 2, 3, 1), row("image.crop_images", T(first(PICTURES)), 1, 2, 3, 1, data_format="channels_first"),
    *(row("image.extract_patches", T(PICTURES), size, limit=1e-5, **more)
      for size in (3, (2, 3)) for more in ({}, {"strides": 2}, {"dilation_rate": 2, "strides": 1}, {"padding": "same", "strides": (2, 1)})),
    row("image.extract_patches", fixed(PICTURES[0]), 2), row("image.extract_patches", T(first(PICTURES)), 2, data_format="channels_first"),
    row("image.extract_patches", T(VOLUMES), (2, 3, 2)), row("image.extract_patches_3d", T(VOLUMES), 2, strides=1, padding="same"),
    row("image.extract_patches_3d", fixed(VOLUMES[0]), (2, 3, 2)),
    row("image.extract_patches_3d", T(np.moveaxis(VOLUMES, -1, 1)), 2, data_format="channels_first"),
    *(row("image.affine_transform", T(PICTURES), T(MOVES), interpolation=how,
          fill_mode=mode, fill_value=0.5, limit=1e-4)
      for how, mode in (("nearest", "constant"), ("nearest", "reflect"), *(("bilinear", mode) for mode in MODES))),
    row("image.affine_transform", fixed(first(PICTURES)[0]), fixed(MOVES[0]), data_format="channels_first", limit=1e-4),
    row("image.affine_transform", T(BYTES), T(np.array([[1.0, 0, 1, 0, 1, 2, 0, 0]] * 2, "float32"))),
    *(row("image.perspective_transform", T(PICTURES), T(CORNERS), T(MOVED), interpolation=how, fill_value=0.3, limit=5e-3)
      for how in ("nearest", "bilinear")),
    row("image.perspective_transform", fixed(PICTURES[0]), fixed(CORNERS[0]), fixed(MOVED[0]), limit=5e-3),
    *(row("image.map_coordinates", fixed(X), fixed(np.stack([4 * UNIT + 1, 6 * UNIT + 2])), order=order, fill_mode=mode, fill_value=0.5)
      for order in (0, 1) for mode in ("constant", "nearest", "wrap", "mirror", "reflect")),
    row("image.map_coordinates", fixed(INTS), fixed(np.stack([UNIT + 1, UNIT + 2])), order=1),
    row("image.map_coordinates", fixed(IMAGES[0]), fixed(normal(3, 5) + 2), order=1),
    row("image.sobel_edges", T(PICTURES)), row("image.sobel_edges", T(first(PICTURES)), data_format="channels_first"),
    row("image.ssim", T(np.tile(PICTURES, (1, 2, 2, 1))), T(0.8 * np.tile(PICTURES, (1, 2, 2, 1))), limit=1e-4),
    row("image.ssim", T(PICTURES), T(0.8 * PICTURES), filter_size=5, filter_sigma=1.0, max_val=2.0, k1=0.02, limit=1e-4),
    *(row("image.scale_and_translate", fixed(PICTURES), (2, 9, 4, 3), np.array([1.3, 0.5], "float32"), np.array([0.2, 0.1], "float32"), (1, 2),
          how, antialias=smooth, limit=1e-4)
      for how in ("linear", "bilinear", "cubic", "lanczos3") for smooth in (True, False)),
]  # fmt: skip

# functions of functions, and those whose result is no array
CALLS = {
    "associative_scan": [
        lambda k: k.associative_scan(lambda a, b: a * b, X, reverse=True, axis=1),
        lambda k: k.associative_scan(lambda a, b: (a[0] + b[0], a[1] * b[1]), (X, Y)),
    ],
    "cond": [lambda k: k.cond(False, lambda: X, lambda: 2 * X), lambda k: k.cond(jnp.array(1) > 0, lambda: (X, 1), lambda: (Y, 2))],
    "custom_gradient": [
        lambda k: jax.grad(k.custom_gradient(lambda x: (x**2, lambda upstream: upstream * 7)))(3.0),
        lambda k: jax.grad(k.custom_gradient(lambda x: (x**2, lambda *a, upstream=None: (upstream if a == () else a[0]) * 5)))(3.0),
    ],
    "dtype": [lambda k: (k.dtype(X) == "float32", k.dtype(jnp.asarray(INTS)) == "int32")],
    "fori_loop": [lambda k: k.fori_loop(1, 5, lambda i, s: (s[0] + i, s[1] * 2), (jnp.asarray(0), jnp.asarray(X)))],
    "image.elastic_transform": [lambda k: k.image.elastic_transform(PICTURES[0], 0.0, 0.1, "nearest", seed=1)],
    "image.gaussian_blur": [lambda k: k.image.gaussian_blur(first(PICTURES), data_format="channels_first") * 0],
    "jvp": [
        lambda k: k.jvp(lambda x, y: x * y, (X, Y), (Y, X)),
        lambda k: k.jvp(lambda x: (x**2, x), [X], [Y], has_aux=True),
    ],
    "map": [lambda k: k.map(lambda p: p[0] + p[1], (X, Y))],
    "rearrange": [lambda k: k.rearrange(IMAGES, "b h (w two) c -> b (h two) (w c)", two=2)],
    "scan": [
        lambda k: k.scan(lambda c, x: (c + x.sum(), c), jnp.float32(0), X, reverse=True),
        lambda k: k.scan(lambda c, _: (c + 1, c), jnp.asarray(0), length=3, unroll=2),
    ],
    "switch": [lambda k: k.switch(jnp.asarray(9), [lambda x, y: x, lambda x, y: x * y], X, Y)],
    "vectorized_map": [lambda k: k.vectorized_map(lambda x: x.sum(), X), lambda k: k.vectorized_map(lambda p: p[0] * p[1], (X, Y))],
    "while_loop": [
        lambda k: k.while_loop(lambda i, x: i < 3, lambda i, x: [i + 1, x * 2], [0, 1.0]),
        lambda k: k.while_loop(lambda i: i < 30, lambda i: i + 1, 0, maximum_iterations=5),
    ],
}  # fmt: skip


def public(module: Any) -> set[str]:
    return {name for name in dir(module) if callable(getattr(module, name)) and not name.startswith("_")}


def find(module: Any, name: str) -> Any:
    for part in name.split("."):
        module = getattr(module, part)
    return module


NAMES = sorted((public(keras.ops) - public(keras.ops.numpy)) | {f"image.{name}" for name in public(keras.ops.image)})
IDS = [f"{r.name}-{i}" for i, r in enumerate(ROWS)]


def is_marked(leaf: Any) -> bool:
    return isinstance(leaf, T)


def leaves_of(r: Row) -> list:
    return jax.tree.leaves((r.args, r.kwargs), is_leaf=is_marked)


def filled(r: Row, change: Any) -> tuple[tuple, dict]:
    return jax.tree.map(lambda leaf: change(leaf) if is_marked(leaf) else leaf, (r.args, r.kwargs), is_leaf=is_marked)


def compare(found: Any, expected: Any, limit: float) -> None:
    found, expected = jax.tree.leaves(found), jax.tree.leaves(expected)
    assert len(found) == len(expected)
    for a, b in zip(map(np.asarray, found), map(np.asarray, expected), strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        if a.dtype.kind not in "biufc":
            a, b = a.astype("float32"), b.astype("float32")
        assert_allclose(a, b, rtol=limit, atol=limit)


def test_every_function_has_a_row():
    assert {r.name for r in ROWS} | set(CALLS) == set(NAMES)


@pytest.mark.parametrize("space", ["image", "linalg", "nn"])
def test_namespaces_have_the_names_of_keras(space):
    assert set(getattr(dovetail.ops, space).__all__) >= public(getattr(keras.ops, space))


@pytest.mark.parametrize("name", NAMES)
def test_signature(name):
    assert inspect.signature(find(dovetail.ops, name)) == inspect.signature(find(keras.ops, name))


@functools.cache
def computed(library: str, name: str) -> dict[int, Any]:
    """What the rows of a function give, by index: one compiled program of all their marked arrays."""
    function = find({"dovetail": dovetail.ops, "keras": keras.ops}[library], name)
    chosen = {index: r for index, r in enumerate(ROWS) if r.name == name}
    arrays = {i: [leaf.array for leaf in leaves_of(r) if is_marked(leaf)] for i, r in chosen.items() if r.symbolic}

    def call(arrays: dict[int, list]) -> dict[int, Any]:
        results = {}
        for index, given in arrays.items():
            rest = iter(given)
            args, kwargs = filled(chosen[index], lambda _, rest=rest: next(rest))
            results[index] = function(*args, **kwargs)
        return results

    plain = {i: function(*r.args, **r.kwargs) for i, r in chosen.items() if not r.symbolic}
    return plain | jax.jit(call)(arrays)


@pytest.mark.filterwarnings("ignore:You passed `rms_scaling")
@pytest.mark.parametrize("index", range(len(ROWS)), ids=IDS)
def test_values_and_dtypes(index):
    r = ROWS[index]
    compare(computed("dovetail", r.name)[index], computed("keras", r.name)[index], r.limit)


@pytest.mark.parametrize("name, call", [(name, call) for name, calls in CALLS.items() for call in calls])
def test_functions_of_functions(name, call):
    compare(call(dovetail.ops), call(keras.ops), 2e-5)


def specs(module: Any, r: Row, tensor: Callable[..., Any]) -> list:
    """Shapes and dtypes of a row whose marked arrays are symbolic tensors."""

    def symbolic(marked: T) -> Any:
        shape = marked.array.shape if marked.fixed else (None, *marked.array.shape[1:])
        return tensor(shape, dtype=str(marked.array.dtype))

    args, kwargs = filled(r, symbolic)
    outputs = jax.tree.leaves(find(module, r.name)(*args, **kwargs))
    return [(tuple(output.shape), str(output.dtype)) for output in outputs]


@pytest.mark.filterwarnings("ignore:You passed `rms_scaling")
@pytest.mark.parametrize("index", [i for i, r in enumerate(ROWS) if r.symbolic], ids=IDS.__getitem__)
def test_symbolic_shapes_and_dtypes(index):
    r = ROWS[index]
    if r.spec:
        expected = specs(keras.ops, r, keras.KerasTensor)
    else:
        is_open = any(is_marked(leaf) and not leaf.fixed for leaf in leaves_of(r))
        arrays = jax.tree.leaves(computed("keras", r.name)[index])
        expected = [((None, *a.shape[1:]) if is_open else a.shape, str(a.dtype)) for a in arrays]
    assert specs(dovetail.ops, r, KerasTensor) == expected


@pytest.mark.parametrize("center", [True, False])
def test_sound_comes_back_without_a_window(center):
    """Keras 3.15 gives twice the sound."""
    sound = dovetail.ops.stft(SOUND, 8, 4, 10, window=None, center=center)
    back = dovetail.ops.istft(sound, 8, 4, 10, length=38, window=None, center=center)
    assert_allclose(back, SOUND[:, :38], atol=1e-5)
