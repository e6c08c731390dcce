"""Whole models in one HDF5 file (`.h5`), as Keras 3 writes them for older tools.

The architecture and what `compile` was given are JSON texts in the attributes `model_config` and `training_config`; the
weights are in `model_weights/<layer>`, in the order of its attribute `weight_names`, trainable ones first. Files of
Keras 1 and 2 look alike but mean other layers: what `read_older_with` was given reads them.
"""

import json
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import losses, metrics, optimizers
from ..engine.configs import ConfigError, is_config, to_config
from ..engine.layer import Layer
from ..engine.registry import CustomObjectScope, loading
from ..engine.variable import Variable
from .architecture import compile_as, model_from_config
from .by_layer import TOP, arrays_of, read_layers
from .weights import StateFile, Store, WeightsFileError, before_slots, plain_member

SUFFIXES = (".h5", ".hdf5")
KERAS_VERSION = "3.15.1"  # whose layout the files have
LARGEST_ATTRIBUTE = 64512  # bytes; HDF5 has 64 KiB for the attributes of a group


# what reads models of Keras 1 and 2, called as (path, custom_objects, compile)
_older: list[Callable[..., Any]] = []


def read_older_with(load_model: Callable[..., Any]) -> None:
    """Say what reads models of Keras 1 and 2 from now on: a function of (path, custom_objects, compile)."""
    _older[:] = [load_model]


def is_hdf5(path: Any) -> bool:
    """Whether a file begins as HDF5 files do."""
    with open(path, "rb") as file:
        return file.read(8) == b"\x89HDF\r\n\x1a\n"


# -- writing


def write_model(model: Any, target: Any, include_optimizer: bool = True) -> None:
    """Write architecture, weights, compile arguments and the optimizer's state to a path or a file object."""
    import h5py

    config = to_config(model)
    described = {"class_name": config["registered_name"] or config["class_name"], "config": config["config"]}
    if config.get("build_config") is not None:  # of a subclassed model, which has no graph to build it
        described["build_config"] = config["build_config"]
    with h5py.File(target, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = KERAS_VERSION, "jax"
        file.attrs["model_config"] = json.dumps(described)
        _write_layers(file.create_group("model_weights"), model)
        if include_optimizer and getattr(model, "optimizer", None) is not None:
            file.attrs["training_config"] = json.dumps(_training_config(config["compile_config"]))
            _write_variables(file.create_group("optimizer_weights"), model.optimizer.variables)


def _training_config(compiled: dict[str, Any]) -> dict[str, Any]:
    optimizer = compiled["optimizer"]
    name = optimizer["registered_name"] or optimizer["class_name"]
    rest = {key: value for key, value in compiled.items() if key != "optimizer"}
    rest["loss"] = _full_names(rest.get("loss"))
    return rest | {"optimizer_config": {"class_name": name, "config": optimizer["config"]}}


def _full_names(loss: Any) -> Any:
    """Losses with "mse" as "mean_squared_error" and so on: Keras cannot read its own short names back."""
    if isinstance(loss, str):
        return to_config(losses.get(loss))
    if isinstance(loss, list):
        return [_full_names(item) for item in loss]
    is_by_output = isinstance(loss, dict) and not is_config(loss)
    return {key: _full_names(item) for key, item in loss.items()} if is_by_output else loss


def _write_layers(root: Any, model: Any) -> None:
    root.attrs["keras_version"], root.attrs["backend"] = KERAS_VERSION, "jax"
    _write_names(root, "layer_names", [layer.name for layer in model.layers])
    for layer in model.layers:
        _write_variables(root.create_group(layer.name), _trainable_first(layer))
    _write_variables(root.create_group(TOP), model._own_variables())


def _write_variables(group: Any, variables: list[Variable]) -> None:
    names: list[str] = []
    for variable in variables:
        count = names.count(variable.path)
        names.append(f"{variable.path}_{count}" if count else variable.path)
    _write_names(group, "weight_names", names)
    store = Store(group)
    for name, variable in zip(names, variables, strict=True):
        store[name] = variable


def _write_names(group: Any, name: str, texts: list[str]) -> None:
    """A list of texts as an attribute, or as several, `name0`, `name1`, ..., where one cannot hold them."""
    array = np.array([text.encode() for text in texts])
    count = max(1, -(-array.nbytes // LARGEST_ATTRIBUTE))
    if count == 1:
        group.attrs[name] = array
        return
    for index, part in enumerate(np.array_split(array, count + 1)):
        group.attrs[f"{name}{index}"] = part


def _trainable_first(layer: Layer) -> list[Variable]:
    return [*layer.trainable_weights, *layer.non_trainable_weights]


# -- reading


def load_model(path: Any, custom_objects: dict[str, Any] | None, compile: bool, safe_mode: bool | None) -> Any:
    """The model in an `.h5` file; see `dovetail.saving.load_model`."""
    with StateFile(path, str(path)) as state:
        if is_older(state) and "model_config" in state.file.attrs:
            if not _older:
                raise WeightsFileError(f"{str(path)!r} is of Keras {_version(state)}, whose models are not read here")
            return _older[0](path, custom_objects, compile)
        config = _json(state, "model_config")
        if not is_config(config):
            raise WeightsFileError(f"{str(path)!r} holds no model: make one, then `model.load_weights(...)`")
        model = model_from_config(_with_modules(config), custom_objects, safe_mode)
        read_layers(state, model)
        training = _json(state, "training_config")
        if compile and training is not None:
            with CustomObjectScope(custom_objects), loading(safe_mode):
                compile_as(model, _compile_config(training))
            _read_optimizer(state, model)
    return model


def is_older(state: StateFile) -> bool:
    """Whether Keras 1 or 2 wrote the file."""
    return not _version(state).startswith("3")


def _version(state: StateFile) -> str:
    for place in (state.file, state.file.get("model_weights")):
        version = None if place is None else place.attrs.get("keras_version")
        if version is not None:
            return version.decode() if isinstance(version, bytes) else str(version)
    return "1"  # which did not say


def _json(state: StateFile, name: str) -> Any:
    text = state.file.attrs.get(name)
    try:
        return None if text is None else json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise WeightsFileError(f"{state.name!r} is damaged: {name} is not JSON: {error}") from error


def _with_modules(value: Any) -> Any:
    """A configuration as Keras writes it today: entries of a graph without a module get it back."""
    if isinstance(value, list):
        return [_with_modules(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {key: _with_modules(item) for key, item in value.items()}
    is_operation = "module" not in value and "inbound_nodes" in value and set(value.get("config") or ()) <= {"name"}
    return value | {"module": "keras.src.ops"} if is_operation else value


def _compile_config(training: dict[str, Any]) -> dict[str, Any]:
    """What `compile` takes, of a `training_config`."""
    try:
        made = dict(training)
        made["optimizer"] = optimizers.deserialize(made.pop("optimizer_config"))
        made["loss"] = _each(losses.get, made.get("loss"))
        for name in ("metrics", "weighted_metrics"):
            made[name] = _each(metrics.get, made.get(name))
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"the training configuration cannot be read: {error!r}") from error
    return made


def _each(get: Callable[[Any], Any], value: Any) -> Any:
    """`get` of every configuration in a nested structure; names stay."""
    if is_config(value):
        return get(value)
    if isinstance(value, dict):
        return {key: _each(get, item) for key, item in value.items()}
    return [_each(get, item) for item in value] if isinstance(value, (list, tuple)) else value


def _read_optimizer(state: StateFile, model: Any) -> None:
    import h5py

    group = plain_member(state.file, "optimizer_weights", h5py.Group)
    if group is None or not model.compiled or model.optimizer is None:
        return
    arrays = arrays_of(state, group, "optimizer_weights")
    variables = before_slots(model.optimizer.variables, len(arrays))
    if [array.shape for array in arrays] != [variable.shape for variable in variables]:
        warnings.warn(
            f"the optimizer starts anew: it has {len(variables)} variables, the file {len(arrays)} or of other shapes",
            stacklevel=4,
        )
        return
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array.read())
