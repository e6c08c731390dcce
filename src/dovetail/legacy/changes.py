"""What old releases called the arguments of layers, optimizers and methods: tables of old name to new.

`None` as the new name: the argument has no effect today. Values that changed as well are in `VALUES`.
"""

from typing import Any

# -- layers

LAYER_ARGUMENTS: dict[str, str | None] = {
    "output_dim": "units",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "forget_bias_init": "unit_forget_bias",
    "inner_activation": "recurrent_activation",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "stride": "strides",
    "atrous_rate": "dilation_rate",
    "dim_ordering": "data_format",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "consume_less": "implementation",
    "pool_length": "pool_size",
    "p": "rate",
    "sigma": "stddev",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
    "poolsize": "pool_size",
    "stack_size": None,
    "image_shape": None,
    "ignore_border": None,
    "truncate_gradient": None,
}

# where one layer's old arguments mean something else than `LAYER_ARGUMENTS` says
OF_LAYER: dict[str, dict[str, str | None]] = {
    "Embedding": {
        "output_dim": "output_dim",
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
        "dropout": "dropout",
    },
    "ParametricSoftplus": {"beta_init": "beta_init"},
    "BatchNormalization": {"mode": "mode"},
    "PReLU": {"init": "alpha_initializer"},
    "LeakyReLU": {"alpha": "negative_slope"},
    "ThresholdedReLU": {"theta": "theta"},
    "UpSampling1D": {"length": "size"},
    "MaxPooling1D": {"stride": "strides"},
    "SeparableConv2D": {"init": "depthwise_initializer"},
    "Masking": {},
}

# groups of old arguments that became one
COMBINED = {
    ("nb_row", "nb_col"): "kernel_size",
    ("kernel_dim1", "kernel_dim2", "kernel_dim3"): "kernel_size",
}

# layers that have another name today
LAYER_NAMES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "AtrousConv1D": "Conv1D",
    "AtrousConv2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconv2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "TimeDistributedDense": "Dense",
}

# -- values that changed

DATA_FORMATS = {"th": "channels_first", "tf": "channels_last", "default": None}
IMPLEMENTATIONS = {"cpu": 0, "mem": 1, "gpu": 2}
ONES = ("one", "ones")


def changed_value(name: str, value: Any) -> Any:
    """The value of the argument with today's `name`, as it is written today."""
    if name == "data_format" and isinstance(value, str):
        return DATA_FORMATS.get(value, value)
    if name == "implementation" and isinstance(value, str):
        return IMPLEMENTATIONS.get(value, value)
    return value


# -- training

METHOD_ARGUMENTS = {
    "nb_epoch": "epochs",
    "nb_worker": "workers",
    "max_q_size": "max_queue_size",
    "pickle_safe": "use_multiprocessing",
    "samples_per_epoch": "steps_per_epoch",
    "nb_val_samples": "validation_steps",
    "val_samples": "steps",
    "X": "x",
}

MODEL_ARGUMENTS = {"input": "inputs", "output": "outputs"}

OPTIMIZER_ARGUMENTS = {"lr": "learning_rate"}

CALLBACK_ARGUMENTS = {"epsilon": "min_delta"}

MERGE_MODES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "min": "Minimum",
    "sub": "Subtract",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
}

# -- the rest of Keras 1 that has other names today

FUNCTION_NAMES = {
    "keras.initializations": "keras.initializers",
    "keras.objectives": "keras.losses",
    "keras.utils.visualize_util.plot": "keras.utils.plot_model",
    "keras.utils.np_utils.to_categorical": "keras.utils.to_categorical",
    "keras.regularizers.l1l2": "keras.regularizers.L1L2",
    "keras.regularizers.WeightRegularizer": "keras.regularizers.L1L2",
}
