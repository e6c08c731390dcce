"""Whole models in HDF5 files of Keras 1 and 2."""

import json
from typing import Any

from ...engine.context import entered
from ...engine.registry import CustomObjectScope
from ...saving.weights import StateFile, WeightsFileError
from .architecture import model_from_config
from .training import compile_as
from .weights import existing, load_into, names_fit, optimizer_arrays, release_of_file, text


def load_model(filepath: Any, custom_objects: dict[str, Any] | None = None, compile: bool = True) -> Any:
    """The model in an `.h5` file of Keras 1 or 2, with the numbers that it gave then.

    Args:
        filepath: of the file.
        custom_objects: classes and functions of your own by name; the function of a Lambda layer by the layer's name.
        compile: whether it is compiled as it was, with the optimizer's state.

    Raises:
        WeightsFileError: the file holds weights alone, or is damaged.
        ConfigError: it names a class that is not known, or holds code.
    """
    path = existing(filepath)
    with StateFile(path, str(path)) as state:
        config = text(state.file.attrs.get("model_config"))
        if config is None:
            raise WeightsFileError(f"{str(path)!r} holds weights alone: make the model, then `model.load_weights(...)`")
        release = release_of_file(state)
        with CustomObjectScope(custom_objects):
            with entered(without_values=True):
                model = model_from_config(json.loads(config), None, release)
            load_into(model, state, release, by_name=names_fit(model, state))
            for variable in model.variables:
                variable.initialize()
            training = text(state.file.attrs.get("training_config"))
            if compile and training is not None:
                arguments = json.loads(training)
                arguments["optimizer"] = arguments.pop("optimizer_config")
                compile_as(model, arguments, optimizer_arrays(state), release)
    return model
