"""Which reader or writer a file is for."""

from typing import Any

from ... import saving
from ...engine.code import reusing_own_functions
from ...engine.configs import FAMILIES
from ...engine.registry import CustomObjectScope
from ..layers import layer, layer_names
from ..models import model_class
from ..releases import current_release
from . import archive, hdf5
from .architecture import model_from_config, model_from_json, model_from_yaml
from .weights import is_old


def load_model(
    filepath: Any,
    custom_objects: dict[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool | None = True,
    **kwargs: Any,
) -> Any:
    """The model in a file of any release of Keras: HDF5 of Keras 1 to 3, or `.keras` of Keras 2 and 3.

    A file of Keras 1 or 2 gives a model with the layers, defaults and formulas of the release that wrote it, and the
    numbers that it gave then.

    Args:
        filepath: of the file.
        custom_objects: classes and functions of your own by name; the function of a Lambda layer of an old file by the
            layer's name.
        compile: whether it is compiled as it was, with the optimizer's state.
        safe_mode: False lets the Python code in a `.keras` file run.

    Raises:
        WeightsFileError, ModelFileError: it is no model's file, or damaged.
        ConfigError: it names a class that is not known, or holds code.
    """
    if is_old(filepath):
        return hdf5.load_model(filepath, custom_objects, compile)
    if archive.is_old(filepath):
        return archive.load_model(filepath, custom_objects, compile)
    with reusing_own_functions(), CustomObjectScope(_spoken_classes()):
        return saving.load_model(filepath, custom_objects=custom_objects, compile=compile, safe_mode=safe_mode)


def _spoken_classes() -> dict[str, Any]:
    """The classes of the installed release, by the names that `.keras` files have; none where today's are meant."""
    release = current_release()
    if release.dialect == 3:
        return {}
    models = {"Functional": model_class(release, "Model"), "Sequential": model_class(release, "Sequential")}
    names = FAMILIES["layer"].members.keys() & layer_names(release)
    return {name: layer(release, name) for name in names} | models


def save_model(
    model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True, **kwargs: Any
) -> None:
    """Write a model of an old dialect: `.keras` as Keras 3 does, everything else as HDF5 of Keras 2."""
    if hasattr(model, "release"):
        model.save(filepath, overwrite, include_optimizer)
    else:
        saving.save_model(model, filepath, overwrite)


__all__ = ["load_model", "model_from_config", "model_from_json", "model_from_yaml", "save_model"]
