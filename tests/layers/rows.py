"""One row or more for every public layer: what the property and the parity tests run over."""

import importlib
import re
from typing import Any, NamedTuple

import jax
import numpy as np

from dovetail import layers
from dovetail.saving import register_keras_serializable


def program_of(layer: Any, inputs: tuple[Any, ...]) -> str:
    """What a layer of Dovetail computes, as text: equal texts compute the same."""
    trainable, others = (
        [v.value for v in found] for found in (layer.trainable_variables, layer.non_trainable_variables)
    )
    return re.sub(r"0x[0-9a-f]+", "", str(jax.make_jaxpr(layer.stateless_call)(trainable, others, *inputs)))


INNER = ("layer", "layers", "cell", "cells")


@register_keras_serializable("rows")
def scaled(params, inputs):
    return inputs * params["scale"]


@register_keras_serializable("rows")
def scales(inputs):
    return {"scale": np.arange(1.0, inputs.shape[-1] + 1)}


class Row(NamedTuple):
    name: str  # of the class, in `dovetail.layers` and in `keras.layers`
    arguments: dict[str, Any]
    shape: Any  # of the input with its batch, or a (nested) list of shapes
    integers: int | None = None  # inputs are integers below this
    plain: bool = True  # the configuration is plain data
    spread: bool = False  # the inputs are arguments of their own, not a list
    shows_nan: bool = True  # a NaN in a sample is in its output too

    def layer(self, module: Any = layers, **more: Any) -> Any:
        """The layer; functions of a module among the arguments make the layers inside."""
        arguments = {
            key: value(module) if key in INNER and callable(value) else value for key, value in self.arguments.items()
        }
        return getattr(module, self.name)(**arguments | more)

    def layer_of_policy(self, policy: str, module: Any = layers, **more: Any) -> Any:
        """The layer made while this is the policy of all layers, those inside included."""
        config = importlib.import_module(module.__name__.split(".")[0]).config
        before = config.dtype_policy()
        config.set_dtype_policy(policy)
        try:
            return self.layer(module, **more)
        finally:
            config.set_dtype_policy(before)

    def inputs(self, batch: int | None = None, seed: int = 0) -> tuple[Any, ...]:
        """The arguments of a call: NumPy arrays of the row's shapes, with another batch size if given."""
        generator = np.random.default_rng(seed)

        def one(shape: Any) -> Any:
            if isinstance(shape, list):
                return [one(part) for part in shape]
            shape = shape if batch is None else (batch, *shape[1:])
            if self.integers:
                return generator.integers(0, self.integers, shape).astype("int32")
            return generator.normal(size=shape).astype("float32")

        arrays = one(self.shape)
        return tuple(arrays) if self.spread else (arrays,)

    def __str__(self) -> str:
        inside = ",".join(f"{key}={getattr(value, '__name__', value)}" for key, value in self.arguments.items())
        inside += "" if not isinstance(self.shape, list) else f";{len(self.shape)} branches"
        return f"{self.name}({inside})"


FIRST = {"data_format": "channels_first"}

CORE = [
    Row("Dense", {"units": 3}, (4, 5)),
    Row("Dense", {"units": 3, "activation": "relu", "use_bias": False}, (2, 4, 5)),
    Row("Dense", {"units": 2, "kernel_regularizer": "l2", "bias_initializer": "ones"}, (2, 3)),
    Row("Embedding", {"input_dim": 7, "output_dim": 3}, (2, 4), integers=7),
    Row("Embedding", {"input_dim": 7, "output_dim": 3, "mask_zero": True}, (2, 4), integers=7),
    Row("ReversibleEmbedding", {"input_dim": 7, "output_dim": 3}, (2, 4), integers=7),
    Row("ReversibleEmbedding", {"input_dim": 7, "output_dim": 3, "tie_weights": False}, (2, 4), integers=7),
    Row("Masking", {"mask_value": 0.5}, (2, 3, 2)),
    Row("Lambda", {"function": lambda x: x * 2.0 + 1.0}, (2, 3), plain=False),
    Row("Identity", {}, (2, 3)),
]
ACTIVATION = [
    Row("Activation", {"activation": "tanh"}, (2, 3)),
    Row("Activation", {"activation": "softmax"}, (2, 3)),
    Row("ReLU", {}, (2, 3)),
    Row("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.2}, (3, 4)),
    Row("LeakyReLU", {}, (2, 3)),
    Row("ELU", {"alpha": 0.7}, (2, 3)),
    Row("PReLU", {"alpha_initializer": "ones"}, (2, 3)),
    Row("PReLU", {"shared_axes": [1, 2], "alpha_initializer": "ones"}, (2, 3, 4, 2)),
    Row("Softmax", {}, (2, 3)),
    Row("Softmax", {"axis": [1, 2]}, (2, 3, 4)),
]
REGULARIZATION = [
    Row("Dropout", {"rate": 0.4, "seed": 3}, (4, 5)),
    Row("Dropout", {"rate": 0.4, "seed": 3, "noise_shape": [None, 1, None]}, (4, 3, 5)),
    Row("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, (2, 3)),
]
RESHAPING = [
    Row("Flatten", {}, (2, 3, 4)),
    Row("Flatten", FIRST, (2, 3, 4, 5)),
    Row("Flatten", {}, (3,)),
    Row("Reshape", {"target_shape": [6, 2]}, (2, 3, 4)),
    Row("Reshape", {"target_shape": [-1, 2, 2]}, (2, 3, 4)),
    Row("Permute", {"dims": [2, 3, 1]}, (2, 3, 4, 5)),
    Row("RepeatVector", {"n": 3}, (2, 4)),
    Row("ZeroPadding2D", {"padding": [[1, 0], [2, 3]]}, (2, 3, 4, 2)),
    Row("ZeroPadding2D", {"padding": 1} | FIRST, (2, 2, 3, 4)),
    Row("UpSampling2D", {"size": [2, 3]}, (2, 2, 3, 2)),
    Row("UpSampling2D", FIRST, (2, 2, 3, 2)),
    *(
        Row("UpSampling2D", {"interpolation": interpolation}, (2, 3, 4, 2))
        for interpolation in ("bilinear", "bicubic", "lanczos3", "lanczos5")
    ),
]
NORMALIZATION = [
    Row("BatchNormalization", {}, (6, 3)),
    Row("BatchNormalization", {"axis": 1, "momentum": 0.8, "epsilon": 0.01}, (4, 3, 2, 2)),
    Row("BatchNormalization", {"center": False, "scale": False}, (4, 2, 3)),
    Row(
        "BatchNormalization",
        {"renorm": True, "renorm_clipping": {"rmax": 1.5, "rmin": 0.6, "dmax": 0.5}},
        (6, 3),
    ),
    Row("LayerNormalization", {}, (4, 5)),
    Row("LayerNormalization", {"axis": [1, 2], "center": False}, (2, 3, 4)),
    Row("LayerNormalization", {"axis": [1, -1], "epsilon": 0.01}, (2, 3, 2, 4)),
]
CONVOLUTION = [
    Row("Conv1D", {"filters": 3, "kernel_size": 2}, (2, 6, 2)),
    Row(
        "Conv1D",
        {"filters": 3, "kernel_size": 3, "padding": "causal", "dilation_rate": 2},
        (2, 6, 2),
    ),
    Row(
        "Conv1D",
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"} | FIRST,
        (2, 4, 7),
    ),
    Row("Conv2D", {"filters": 3, "kernel_size": 3, "activation": "relu"}, (2, 5, 6, 2)),
    Row(
        "Conv2D",
        {"filters": 4, "kernel_size": [2, 3], "strides": [2, 1], "padding": "same", "groups": 2},
        (2, 5, 6, 4),
    ),
    Row(
        "Conv2D",
        {"filters": 3, "kernel_size": 2, "dilation_rate": 2, "use_bias": False} | FIRST,
        (2, 2, 5, 6),
    ),
]
POOLING = [
    *(
        Row(f"{kind}Pooling{rank}D", arguments, shape)
        for kind in ("Max", "Average")
        for rank, arguments, shape in (
            (1, {"pool_size": 2}, (2, 6, 3)),
            (1, {"pool_size": 3, "strides": 2, "padding": "same"} | FIRST, (2, 3, 7)),
            (2, {"pool_size": 2}, (2, 4, 6, 3)),
            (2, {"pool_size": [3, 2], "strides": 2, "padding": "same"}, (2, 5, 6, 2)),
            (2, {"pool_size": 2, "strides": 1} | FIRST, (2, 2, 5, 6)),
        )
    ),
    *(
        Row(f"Global{kind}Pooling{rank}D", arguments, (2, 3, 4, 5)[: rank + 2])
        for kind in ("Max", "Average")
        for rank in (1, 2)
        for arguments in ({}, {"keepdims": True} | FIRST)
    ),
]
MORE = [
    Row("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 4], "bias_axes": "d"}, (2, 3, 5)),
    Row("EinsumDense", {"equation": "...x,xy->...y", "output_shape": [4], "activation": "relu"}, (2, 3, 5)),
    Row("EinsumDense", {"equation": "ab,bcd->acd", "output_shape": [3, 2], "bias_axes": "cd"}, (2, 5)),
    Row("Conv3D", {"filters": 2, "kernel_size": 2}, (2, 3, 4, 3, 2)),
    *(
        Row(f"Conv{rank}DTranspose", {"filters": 2, "kernel_size": 3} | more, (*(2, 4, 3, 4)[: rank + 1], 2))
        for rank, more in (
            (1, {}), (1, {"strides": 2, "padding": "same"}), (2, {"strides": 2, "output_padding": 1}),
            (2, {"padding": "same", "dilation_rate": 2}), (3, {"strides": 2}),
        )
    ),
    Row("Conv2DTranspose", {"filters": 3, "kernel_size": [2, 3], "strides": 3} | FIRST, (2, 2, 3, 4)),
    Row("DepthwiseConv1D", {"kernel_size": 3, "strides": 2, "padding": "same"}, (2, 6, 3)),
    Row("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2}, (2, 5, 6, 3)),
    Row("DepthwiseConv2D", {"kernel_size": 2, "dilation_rate": 2, "padding": "same"} | FIRST, (2, 2, 5, 6)),
    Row("SeparableConv1D", {"filters": 4, "kernel_size": 3, "activation": "relu"}, (2, 6, 3)),
    Row("SeparableConv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}, (2, 5, 6, 3)),
    Row("SeparableConv2D", {"filters": 2, "kernel_size": 2, "depth_multiplier": 2} | FIRST, (2, 3, 5, 6)),
    *(Row(f"{kind}Pooling3D", {"pool_size": 2}, (2, 4, 5, 4, 2)) for kind in ("Max", "Average")),
    *(Row(f"Global{kind}Pooling3D", {}, (2, 3, 4, 2, 3)) for kind in ("Max", "Average")),
    *(
        Row(f"Adaptive{kind}Pooling{rank}D", {"output_size": 2}, (*(2, 5, 4, 3)[: rank + 1], 3))
        for kind in ("Max", "Average") for rank in (1, 2, 3)
    ),
    Row("AdaptiveAveragePooling2D", {"output_size": [3, 2]} | FIRST, (2, 2, 7, 5)),
    Row("SpatialDropout1D", {"rate": 0.4, "seed": 3}, (4, 3, 5)),
    Row("SpatialDropout2D", {"rate": 0.4, "seed": 3} | FIRST, (4, 3, 2, 5)),
    Row("SpatialDropout3D", {"rate": 0.4, "seed": 3}, (4, 2, 2, 3, 5)),
    Row("GaussianNoise", {"stddev": 0.4, "seed": 3}, (4, 5)),
    Row("GaussianDropout", {"rate": 0.4, "seed": 3}, (4, 5)),
    Row("AlphaDropout", {"rate": 0.4, "seed": 3}, (4, 5)),
    Row("ZeroPadding1D", {"padding": [1, 2]}, (2, 3, 4)),
    Row("ZeroPadding3D", {"padding": [[1, 0], [2, 1], [0, 1]]}, (2, 2, 3, 2, 2)),
    Row("Cropping1D", {"cropping": [1, 2]}, (2, 6, 4)),
    Row("Cropping2D", {"cropping": [[1, 0], [2, 1]]} | FIRST, (2, 3, 4, 6)),
    Row("Cropping3D", {"cropping": 1}, (2, 3, 4, 5, 2)),
    Row("UpSampling1D", {"size": 3}, (2, 3, 4)),
    Row("UpSampling3D", {"size": [1, 2, 3]} | FIRST, (2, 2, 3, 2, 2)),
    Row("GroupNormalization", {"groups": 2}, (4, 3, 6)),
    Row("GroupNormalization", {"groups": -1, "axis": 1, "center": False}, (4, 3, 2, 2)),
    Row("RMSNormalization", {}, (4, 5)),
    Row("RMSNormalization", {"axis": [1, 2]}, (2, 3, 4)),
    Row("UnitNormalization", {}, (4, 5)),
    Row("UnitNormalization", {"axis": [1, 2]}, (4, 5, 2)),
    Row("SpectralNormalization", {"layer": lambda module: module.Dense(3)}, (4, 5)),
    Row("Attention", {}, [(2, 3, 4), (2, 5, 4)]),
    Row("Attention", {"use_scale": True, "score_mode": "concat", "dropout": 0.3, "seed": 1}, [(2, 3, 4), (2, 5, 3), (2, 5, 4)]),
    Row("AdditiveAttention", {}, [(2, 3, 4), (2, 5, 4)]),
    Row("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, [(2, 3, 4), (2, 5, 6)], spread=True),
    Row("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "value_dim": 2, "output_shape": [7], "attention_axes": [2],
                               "use_gate": True, "dropout": 0.2, "seed": 1}, [(2, 2, 3, 4), (2, 2, 5, 6)], spread=True),
    Row("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, "sliding_window": 2},
        [(2, 3, 4), (2, 5, 4)], spread=True),
]  # fmt: skip
PREPROCESSING = [
    Row("Resizing", {"height": 3, "width": 5}, (2, 4, 6, 3)),
    Row(
        "Resizing",
        {"height": 3, "width": 6, "interpolation": "bicubic", "antialias": True, "crop_to_aspect_ratio": True} | FIRST,
        (2, 3, 5, 7),
    ),
    Row("Resizing", {"height": 5, "width": 4, "pad_to_aspect_ratio": True, "fill_value": 0.5}, (2, 4, 5, 1)),
    Row("CenterCrop", {"height": 3, "width": 2}, (2, 4, 5, 3)),
    Row("CenterCrop", {"height": 5, "width": 2} | FIRST, (2, 3, 4, 5)),
    Row("RandomFlip", {"seed": 3}, (4, 3, 5, 2)),
    Row("RandomFlip", {"mode": "vertical", "seed": 3} | FIRST, (4, 2, 3, 5)),
    Row("RandomCrop", {"height": 2, "width": 3, "seed": 3}, (2, 2, 5, 1)),
    Row("RandomRotation", {"factor": 0.2, "seed": 3}, (2, 5, 6, 2)),
    Row("RandomRotation", {"factor": [0.1, 0.3], "fill_mode": "constant", "fill_value": 0.5, "seed": 3}, (2, 5, 4, 1)),
    Row("RandomTranslation", {"height_factor": 0.3, "width_factor": [0.1, 0.4], "seed": 3} | FIRST, (2, 2, 5, 6)),
    Row("RandomZoom", {"height_factor": 0.3, "seed": 3, "interpolation": "nearest"}, (2, 5, 6, 2)),
    Row(
        "RandomZoom", {"height_factor": 0.3, "width_factor": [-0.4, -0.2], "fill_mode": "wrap", "seed": 3}, (2, 5, 6, 2)
    ),
    Row("RandomBrightness", {"factor": 0.3, "value_range": [-2, 1], "seed": 3}, (2, 3, 4, 2)),
    Row("RandomContrast", {"factor": [0.3, 0.5], "value_range": [-2, 1], "seed": 3}, (2, 3, 4, 2)),
    Row("Rescaling", {"scale": 0.5, "offset": -1.0}, (2, 3, 3, 3)),
    Row("Rescaling", {"scale": [0.5, 2.0, 1.0], "offset": [1.0, 0.0, 2.0]}, (2, 3)),
    Row("CategoryEncoding", {"num_tokens": 7}, (3, 4), integers=8),
    Row("CategoryEncoding", {"num_tokens": 7, "output_mode": "one_hot"}, (3, 1), integers=7),
    Row("CategoryEncoding", {"num_tokens": 7, "output_mode": "count"}, [(3, 4), (3, 4)], integers=7, spread=True),
    Row("IntegerLookup", {"vocabulary": [3, 1, 5]}, (3, 4), integers=7),
    Row("IntegerLookup", {"vocabulary": [3, 1], "output_mode": "multi_hot", "num_oov_indices": 2}, (3, 4), integers=5),
    Row("Discretization", {"bin_boundaries": [-0.5, 0.0, 0.7]}, (3, 4), shows_nan=False),
    Row("Discretization", {"bin_boundaries": [-0.5, 0.0], "output_mode": "one_hot"}, (3, 4), shows_nan=False),
    Row(
        "MelSpectrogram",
        {"fft_length": 16, "sequence_stride": 8, "sampling_rate": 1000, "num_mel_bins": 4, "power_to_db": False},
        (2, 40),
    ),
    Row("STFTSpectrogram", {"mode": "magnitude", "frame_length": 8}, (2, 20, 2)),
    Row(
        "STFTSpectrogram",
        {"mode": "stft", "frame_length": 6, "frame_step": 2, "padding": "same", "expand_dims": True} | FIRST,
        (2, 2, 11),
    ),
    Row(
        "Pipeline",
        {"layers": lambda module: [module.Rescaling(0.5), module.Dense(3)]},
        (4, 5),
    ),
    Row("JaxLayer", {"call_fn": scaled, "init_fn": scales}, (2, 3)),
    Row("Normalization", {}, (4, 5)),
    Row("Normalization", {"axis": [1, -1], "mean": [[1.0, 2.0]], "variance": [[4.0, 0.0]], "invert": True}, (2, 3, 2)),
    Row("Normalization", {"axis": None}, (2, 3)),
]
RECURRENT = [
    Row("SimpleRNN", {"seed": 1, "units": 4}, (2, 5, 3)),
    Row(
        "SimpleRNN",
        {"seed": 1, "units": 4, "return_sequences": True, "activation": "relu", "go_backwards": True},
        (2, 5, 3),
    ),
    Row("LSTM", {"seed": 1, "units": 4}, (2, 5, 3)),
    Row("LSTM", {"seed": 1, "units": 4, "return_sequences": True, "use_bias": False, "go_backwards": True}, (2, 5, 3)),
    Row(
        "LSTM",
        {"seed": 1, "units": 4, "unroll": True, "unit_forget_bias": False, "recurrent_activation": "relu"},
        (2, 5, 3),
    ),
    Row("GRU", {"seed": 1, "units": 4}, (2, 5, 3)),
    Row("GRU", {"seed": 1, "units": 4, "return_sequences": True, "reset_after": False}, (2, 5, 3)),
    Row("GRU", {"seed": 1, "units": 4, "activation": "relu", "go_backwards": True}, (2, 5, 3)),
    Row("Bidirectional", {"layer": lambda module: module.LSTM(3, seed=1)}, (2, 5, 3)),
    *(
        Row(
            "Bidirectional",
            {"layer": lambda module: module.GRU(3, seed=1, return_sequences=True), "merge_mode": mode},
            (2, 5, 3),
        )
        for mode in ("sum", "ave")
    ),
    Row("TimeDistributed", {"layer": lambda module: module.Dense(4)}, (2, 5, 3)),
    Row("TimeDistributed", {"layer": lambda module: module.Conv2D(2, 2)}, (2, 3, 4, 4, 1)),
    Row("SimpleRNNCell", {"seed": 1, "units": 4}, [(2, 3), [(2, 4)]], spread=True),
    Row("LSTMCell", {"seed": 1, "units": 4}, [(2, 3), [(2, 4), (2, 4)]], spread=True),
    Row("GRUCell", {"seed": 1, "units": 4, "reset_after": False}, [(2, 3), [(2, 4)]], spread=True),
    Row(
        "StackedRNNCells",
        {"cells": lambda module: [module.LSTMCell(3, seed=1), module.GRUCell(2, seed=1)]},
        [(2, 3), [[(2, 3), (2, 3)], [(2, 2)]]],
        spread=True,
    ),
    Row("RNN", {"cell": lambda module: [module.LSTMCell(3, seed=1), module.GRUCell(2, seed=1)]}, (2, 5, 3)),
    Row("RNN", {"cell": lambda module: module.SimpleRNNCell(3, seed=1), "return_sequences": True}, (2, 5, 3)),
    Row("ConvLSTM1D", {"seed": 1, "filters": 3, "kernel_size": 2, "return_sequences": True}, (2, 3, 6, 2)),
    Row("ConvLSTM2D", {"seed": 1, "filters": 3, "kernel_size": 3, "padding": "same", "strides": 2}, (2, 3, 5, 6, 2)),
    Row("ConvLSTM2D", {"seed": 1, "filters": 2, "kernel_size": 2} | FIRST, (2, 3, 2, 5, 4)),
    Row("ConvLSTM3D", {"seed": 1, "filters": 2, "kernel_size": 2}, (1, 2, 3, 3, 4, 2)),
]

MERGING = [
    Row("Add", {}, [(4, 5), (4, 5)]),
    Row("Add", {}, [(4, 3, 5), (4, 5), (4, 1, 5)]),
    Row("Subtract", {}, [(4, 5), (4, 5)]),
    Row("Multiply", {}, [(4, 5), (4, 1)]),
    Row("Average", {}, [(4, 3, 5), (4, 3, 5), (4, 3, 5)]),
    Row("Maximum", {}, [(4, 5), (4, 5)]),
    Row("Minimum", {}, [(4, 5), (4, 5)]),
    Row("Concatenate", {}, [(4, 5), (4, 3)]),
    Row("Concatenate", {"axis": 1}, [(4, 5, 2), (4, 3, 2)]),
    Row("Dot", {"axes": 1}, [(4, 5), (4, 5)]),
    Row("Dot", {"axes": (2, 1), "normalize": True}, [(4, 3, 5), (4, 5, 2)]),
    Row("Merge", {"mode": "sum"}, [(4, 5), (4, 5)]),
    Row("Merge", {"mode": "concat", "concat_axis": 1}, [(4, 5, 2), (4, 3, 2)]),
    Row("Merge", {"mode": "cos"}, [(4, 5), (4, 5)]),
    Row("Merge", {"mode": "dot", "dot_axes": [2, 2]}, [(4, 3, 5), (4, 2, 5)]),
]

ROWS = (
    MERGING
    + CORE
    + ACTIVATION
    + REGULARIZATION
    + RESHAPING
    + NORMALIZATION
    + CONVOLUTION
    + POOLING
    + PREPROCESSING
    + RECURRENT
    + MORE
)
