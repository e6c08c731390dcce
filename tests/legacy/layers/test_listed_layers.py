"""Every layer that the listings of Keras 1.2.2 and 2.3.1 have, made with the listed arguments, in each dialect."""

import inspect

import pytest

from dovetail.legacy import installed
from dovetail.legacy.listing import UNKNOWN, listing

PACKAGES = ("keras.layers", "keras.legacy.layers", "keras.engine.topology", "keras.engine.input_layer",
            "keras.engine.base_layer")  # fmt: skip
NOT_LAYERS = ("InputSpec", "Node", "Container")
# an argument's value, other than its default where there is a choice
VALUES = {
    "output_dim": 3, "units": 3, "input_dim": 4, "input_length": 5, "nb_filter": 2, "filters": 2, "filter_length": 2,
    "nb_row": 2, "nb_col": 3, "kernel_size": 2, "kernel_dim1": 2, "kernel_dim2": 2, "kernel_dim3": 2, "nb_feature": 2,
    "init": "uniform", "inner_init": "glorot_uniform", "forget_bias_init": "zero", "activation": "relu",
    "inner_activation": "sigmoid", "recurrent_activation": "tanh", "weights": None, "border_mode": "same",
    "padding": "same", "dim_ordering": "th", "data_format": "channels_first", "bias": False, "use_bias": False,
    "p": 0.25, "rate": 0.25, "noise_shape": None, "seed": 1, "sigma": 0.5, "stddev": 0.5, "mask_value": 1.0,
    "target_shape": (2, 3), "dims": (2, 1), "n": 2, "l1": 0.1, "l2": 0.2, "alpha": 0.5, "theta": 0.5, "axis": 1,
    "max_value": 6.0, "negative_slope": 0.1, "threshold": 0.1, "alpha_init": 0.3, "beta_init": 4.0,
    "dropout": 0.1, "dropout_W": 0.1, "dropout_U": 0.2, "recurrent_dropout": 0.2, "mask_zero": True, "momentum": 0.9,
    "epsilon": 0.01, "mode": 0, "return_sequences": True, "return_state": True, "go_backwards": True, "stateful": True,
    "unroll": True, "consume_less": "mem", "implementation": 1, "pool_length": 3, "pool_size": 3, "strides": 1,
    "stride": 2, "subsample": (1, 1), "subsample_length": 1, "depth_multiplier": 2, "shared_axes": [1],
    "merge_mode": "sum", "function": lambda x: x, "mask": None, "arguments": None, "output_shape": None, "size": 2,
    "length": 3, "cropping": 1, "reset_after": True, "unit_forget_bias": False, "interpolation": "bilinear",
    "atrous_rate": 1, "dilation_rate": 1, "output_padding": None, "center": False, "scale": False,
    "axes": 1, "normalize": True, "concat_axis": 1, "dot_axes": 1, "layers": None, "output_mask": None,
    "node_indices": None, "tensor_indices": None, "name": None, "input_shape": (4,), "batch_size": 2,
    "batch_input_shape": None, "input_dtype": "float32", "input_tensor": None, "sparse": False, "dtype": None,
    "activity_regularizer": None,
}  # fmt: skip
# where a class takes something else
OF_CLASS = {
    "BatchNormalization": {"beta_init": "one", "mode": 1},
    "Convolution3D": {"subsample": (1, 1, 1)},
    "LocallyConnected1D": {"border_mode": "valid", "padding": "valid"},
    "LocallyConnected2D": {"border_mode": "valid", "padding": "valid"},
    "ZeroPadding1D": {"padding": 2}, "ZeroPadding2D": {"padding": (1, 2)}, "ZeroPadding3D": {"padding": (1, 2, 1)},
    "Deconvolution2D": {"output_shape": (None, 2, 9, 9)},
    "PReLU": {"init": "one"},
    "ConvRNN2D": {"unroll": False}, "ConvLSTM2D": {"unroll": False},
    "UpSampling1D": {"size": 3}, "RNN": {"stateful": False},
    "LSTM": {"implementation": 2},
}  # fmt: skip
FAMILIES = ("initializer", "regularizer", "constraint")


def listed(dialect):
    return [
        (dialect, module, name, entry.signature or inspect.Signature())
        for module, entries in listing(dialect).items() if module.startswith(PACKAGES)
        for name, entry in entries.items() if entry.kind == "class" and name not in NOT_LAYERS
    ]  # fmt: skip


def value_for(owner, parameter, layers):
    """A value for an argument of a class."""
    name = parameter.name
    if name in OF_CLASS.get(owner, {}):
        return OF_CLASS[owner][name]
    if name == "layer":
        return layers.GRU(2, return_sequences=True)
    if name == "cell":
        return layers.ConvLSTM2DCell(2, 2) if owner == "ConvRNN2D" else layers.LSTMCell(2)
    if name == "cells":
        return [layers.LSTMCell(2)]
    if name in VALUES:
        return VALUES[name]
    if name.endswith("_init"):
        return "one"
    if name.endswith(FAMILIES):
        return {"initializer": "ones", "regularizer": None, "constraint": None}[name.rsplit("_", 1)[1]]
    assert parameter.default is not UNKNOWN and parameter.default is not parameter.empty, name
    return parameter.default


def same(first, second):
    """Configurations, apart from the names that were made up."""
    leave = ("name", "layer", "cell", "cells", "forward_layer", "backward_layer")
    return {k: str(v) for k, v in first.items() if k not in leave} == {
        k: str(v) for k, v in second.items() if k not in leave
    }


@pytest.mark.parametrize("spoken", [1, 2, "2.3.1", "2.15.0"])
def test_every_listed_layer_in_its_order_and_by_its_names(spoken):
    with installed(spoken):
        import keras.layers as layers

        problems = []
        for dialect, module, name, signature in [*listed(1), *listed(2)]:
            try:
                cls = getattr(layers, name)
                plain = [p for p in signature.parameters.values() if p.kind == p.POSITIONAL_OR_KEYWORD]
                by_name = {p.name: value_for(name, p, layers) for p in plain}
                required = [by_name[p.name] for p in plain if p.default is p.empty]
                if name != "InputLayer":  # which needs one of two
                    cls(*required)
                keyed = cls(**by_name)
                own = (1 if spoken == 1 else 2) == dialect
                if own:  # another dialect's order may be read as the spoken one's
                    placed = cls(*by_name.values())
                    if not same(keyed.get_config(), placed.get_config()):
                        problems.append(f"{module}.{name}{signature}: {keyed.get_config()} {placed.get_config()}")
            except Exception as error:
                problems.append(f"{module}.{name}{signature}: {type(error).__name__}: {error}")
    assert not problems, "\n".join(problems)
