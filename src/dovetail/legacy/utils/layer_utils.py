"""`keras.utils.layer_utils`: summaries, counts, and weights turned from Theano's convention to TensorFlow's."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ...engine.graph import get_source_inputs as sources_of
from ...engine.layer import Layer
from ...engine.registry import CustomObjectScope
from ...models import Model
from ...models.summary import summary
from ..files.architecture import layer_from
from ..releases import current_release
from .conv_utils import convert_kernel

__all__ = [
    "convert_all_kernels_in_model", "convert_dense_weights_data_format", "count_params", "get_source_inputs",
    "print_summary",
]  # fmt: skip
CONVOLUTIONS = {"Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose"}  # whose kernels are turned


def count_params(weights: Iterable[Any]) -> int:
    """The numbers in these weights, each weight counted once."""
    unique = {id(weight): weight for weight in weights}.values()
    return sum(int(np.prod(weight.shape)) for weight in unique)


def print_summary(
    model: Any, line_length: int | None = None, positions: Any = None, print_fn: Callable[[str], Any] | None = None
) -> None:
    """See `Model.summary`."""
    summary(model, line_length, positions, print_fn)


def convert_all_kernels_in_model(model: Any) -> None:
    """Turn the kernels of all convolutions by 180 degrees: weights of Theano for TensorFlow, or back."""
    for layer in model.layers:
        if CONVOLUTIONS & {cls.__name__ for cls in type(layer).__mro__}:
            layer.kernel.assign(convert_kernel(layer.kernel.value))


def convert_dense_weights_data_format(
    dense: Any, previous_feature_map_shape: tuple[int, int, int], target_data_format: str = "channels_first"
) -> None:
    """Reorder the weights of a Dense layer after Flatten, for images with their axes in the other order.

    Args:
        previous_feature_map_shape: of the image before Flatten, in the target's order of axes.
        target_data_format: what the images will be.
    """
    kernel, *rest = dense.get_weights()
    shape = tuple(previous_feature_map_shape)
    if target_data_format == "channels_first":
        before, axes = (shape[1], shape[2], shape[0]), (2, 0, 1, 3)
    else:
        before, axes = (shape[2], shape[0], shape[1]), (1, 2, 0, 3)
    turned = kernel.reshape(*before, kernel.shape[1]).transpose(axes).reshape(kernel.shape)
    dense.set_weights([turned, *rest])


def get_source_inputs(tensor: Any, layer: Any = None, node_index: int | None = None) -> Any:
    """The inputs that a symbolic tensor is computed from; anything else as it is.

    Args:
        layer, node_index: look at this call of a layer instead.
    """
    if layer is not None and node_index is not None:
        tensor = layer._inbound_nodes[node_index].outputs[0]
    return sources_of(tensor) if hasattr(tensor, "_keras_history") else tensor


# -- Keras 1


def layer_from_config(config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
    """The layer or model that {"class_name", "config"} describes, as the spoken release had it."""
    with CustomObjectScope(custom_objects):
        return layer_from(current_release(), config)


def count_total_params(layers: Iterable[Any], layer_set: set[Any] | None = None) -> tuple[int, int]:
    """Trained and other numbers in the weights of layers, each layer counted once.

    Args:
        layer_set: layers that are counted already; those met are added.
    """
    met = set() if layer_set is None else layer_set
    trained = others = 0
    for layer in layers:
        if layer in met:
            continue
        met.add(layer)
        if isinstance(layer, Model):
            more = count_total_params(layer.layers, met)
        else:
            more = count_params(layer.trainable_weights), count_params(layer.non_trainable_weights)
        trained, others = trained + more[0], others + more[1]
    return trained, others


def print_summary_keras1(
    layers: Any, relevant_nodes: Any = None, line_length: int = 100, positions: Any = None
) -> None:
    """Print layers, their output shapes and numbers of parameters.

    Args:
        layers: a list of them, or a model.
        relevant_nodes, positions: accepted as then; all calls are shown, and columns take the room they need.
    """
    if isinstance(layers, Model):
        summary(layers, line_length)
        return
    for layer in layers:
        shape = getattr(layer, "output_shape", "multiple") if layer._inbound_nodes else "?"
        count = layer.count_params() if isinstance(layer, Layer) and layer.built else 0
        print(
            f"{layer.name} ({type(layer).__name__})".ljust(line_length // 3), str(shape).ljust(line_length // 4), count
        )
    trained, others = count_total_params(layers)
    print(f"Total params: {trained + others:,}\nTrainable params: {trained:,}\nNon-trainable params: {others:,}")


KERAS1 = {
    "count_total_params": count_total_params,
    "layer_from_config": layer_from_config,
    "print_summary": print_summary_keras1,
}
