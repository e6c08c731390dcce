"""What the modules of a release hold, name by name. Each function raises AttributeError for a name it does not know."""

import importlib
from typing import Any

from .. import mixed_precision
from ..engine.graph import get_source_inputs
from ..engine.input_spec import InputSpec
from ..engine.naming import get_uid
from ..engine.operation import Node
from ..engine.tensor import KerasTensor
from ..layers.input import Input
from . import backend, callbacks, engine_training, families, losses, metrics, optimizers
from .files import any_release
from .graph import graph_class
from .layers import layer
from .models import model_class
from .releases import Release
from .utils.data_utils import GeneratorEnqueuer
from .utils.generic_utils import to_list


def of_layers(release: Release, name: str) -> Any:
    if name == "Input":
        return input_of(release)
    if name == "InputSpec":
        return InputSpec
    if name in ("Model", "Sequential"):
        return model_class(release, name)
    return layer(release, name)


def of_engine(release: Release, name: str) -> Any:
    special = {
        "Node": Node,
        "Container": "Model",
        "Network": "Model",
        "Functional": "Model",
        "KerasTensor": KerasTensor,
    }
    special |= {"get_source_inputs": get_source_inputs, "to_list": to_list, "GeneratorEnqueuer": GeneratorEnqueuer}
    found = special.get(name, name)
    if found in ("Model", "Sequential"):
        return model_class(release, found)
    if not isinstance(found, str):
        return found
    return of_layers(release, name)


def of_models(release: Release, name: str) -> Any:
    if name in ("Model", "Sequential"):
        return model_class(release, name)
    if name == "Input":
        return input_of(release)
    if name == "Functional":
        return model_class(release, "Model")
    if name == "Graph":
        return graph_class(release)
    if name in ("slice_X", "make_batches", "weighted_objective"):  # until 1.0 they were here
        return getattr(engine_training, name)
    raise AttributeError(name)


def of_keras(release: Release, name: str) -> Any:
    if name == "__version__":
        return release.version
    if name in ("Model", "Sequential", "Input", "Layer", "InputSpec"):
        return of_layers(release, name)
    raise AttributeError(name)


def of_activations(release: Release, name: str) -> Any:
    return _in(families.namespace(release, "activation"), name)


def of_initializers(release: Release, name: str) -> Any:
    return _in(families.namespace(release, "initializer"), name)


def of_initializations(release: Release, name: str) -> Any:
    return _in(families.namespace(release, "initializer", functions_of_keras_1=True), name)


def of_regularizers(release: Release, name: str) -> Any:
    return _in(families.namespace(release, "regularizer"), name)


def of_constraints(release: Release, name: str) -> Any:
    return _in(families.namespace(release, "constraint"), name)


def of_losses(release: Release, name: str) -> Any:
    return _in(losses.namespace(release), name)


def of_metrics(release: Release, name: str) -> Any:
    return _in(metrics.namespace(release), name)


def of_optimizers(release: Release, name: str) -> Any:
    return _in(optimizers.namespace(release), name)


def of_callbacks(release: Release, name: str) -> Any:
    return _in(callbacks.namespace(release), name)


# modules that the backends imported for themselves: `K.tf`, `K.T`
CARRIED = {"tf": "tensorflow", "theano": "theano", "T": "theano.tensor"} | dict.fromkeys(
    ("array_ops", "control_flow_ops", "functional_ops", "math_ops", "nn", "tensor_array_ops"), "tensorflow"
)


def of_backend(release: Release, name: str) -> Any:
    """What the modules of the backend hold beside its functions: settings under their private names, and `K.tf`."""
    if name in CARRIED:
        return importlib.import_module(CARRIED[name])
    if name == "_to_tensor":
        return lambda x, dtype=None: backend.cast(x, dtype or backend.floatx())
    values = {
        "_BACKEND": backend.backend,
        "_EPSILON": backend.epsilon,
        "_FLOATX": backend.floatx,
        "_IMAGE_DATA_FORMAT": backend.image_data_format,
        "_IMAGE_DIM_ORDERING": backend.image_dim_ordering,
        "_LEARNING_PHASE": backend.learning_phase,
    }
    return _in(values, name)()


def of_utils(release: Release, name: str) -> Any:
    raise AttributeError(name)


def of_saving(release: Release, name: str) -> Any:
    if name not in ("load_model", "save_model", "model_from_json", "model_from_yaml", "model_from_config"):
        raise AttributeError(name)
    return getattr(any_release, name)


def of_mixed_precision(release: Release, name: str) -> Any:
    """What the experimental module called otherwise."""
    return _in({"set_policy": mixed_precision.set_global_policy}, name)


def _in(names: dict[str, Any], name: str) -> Any:
    if name not in names:
        raise AttributeError(name)
    return names[name]


def input_of(release: Release) -> Any:
    """The function `Input` of a release: names are `input_1`, `input_2`, ... and what it takes is as it was."""

    def old_input(
        shape: Any = None,
        batch_shape: Any = None,
        name: str | None = None,
        dtype: Any = None,
        sparse: bool = False,
        tensor: Any = None,
        batch_size: Any = None,
        **kwargs: Any,
    ) -> KerasTensor:
        """A symbolic input: `shape` is without the batch axis, `batch_shape` with it."""
        if tensor is not None:
            return backend.identity(tensor)
        if shape is None and batch_shape is None:
            shape = kwargs.pop("batch_input_shape", None) and None
        if isinstance(shape, int):
            shape = (shape,)
        prefix = "input"
        return Input(
            shape=shape,
            batch_shape=batch_shape,
            batch_size=batch_size,
            name=name or f"{prefix}_{get_uid(prefix)}",
            dtype=dtype,
        )

    old_input.__name__ = "Input"
    return old_input
