"""Whole models in `.keras` archives as Keras 2.12 to 2.15 wrote them, with its configurations and Keras 3's weights."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ...engine.configs import is_config
from ...engine.context import entered
from ...engine.registry import CustomObjectScope
from ...saving.archive import CONFIG, METADATA, WEIGHTS, ModelFileError, Zip, read_json
from ...saving.weights import StateFile, Stored, plain_member, read_weights
from .architecture import model_from_config
from .training import compile_as
from .weights import release_named


def is_old(filepath: Any) -> bool:
    """Whether a file is a `.keras` archive of Keras 2."""
    path = Path(os.fspath(filepath))
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    parts = Zip(path)
    return METADATA in parts.names() and _version(parts).startswith("2.")


def load_model(filepath: Any, custom_objects: dict[str, Any] | None = None, compile: bool = True) -> Any:
    """The model in a `.keras` archive of Keras 2, with the numbers that it gave then.

    Args:
        filepath: of the file.
        custom_objects: classes and functions of your own by name; the function of a Lambda layer by the layer's name.
        compile: whether it is compiled as it was, with the optimizer's state.

    Raises:
        ModelFileError: the file is damaged.
        ConfigError: it names a class that is not known, or holds code.
        WeightsFileError: architecture and weights do not fit together.
    """
    path = Path(os.fspath(filepath))
    parts = Zip(path)
    release = release_named(_version(parts), "tensorflow")
    config = read_json(parts, CONFIG)
    if not is_config(config):
        raise ModelFileError(f"{str(path)!r}: {CONFIG} does not describe a model")
    with CustomObjectScope(custom_objects), StateFile(io.BytesIO(parts.read(WEIGHTS)), str(path)) as state:
        with entered(without_values=True):
            model = model_from_config(config, None, release)
        read_weights(state, model)
        if compile and config.get("compile_config"):
            compile_as(model, config["compile_config"], _optimizer_arrays(state.file), release)
    return model


def _version(parts: Zip) -> str:
    metadata = read_json(parts, METADATA)
    return str(metadata.get("keras_version")) if isinstance(metadata, dict) else ""


def _optimizer_arrays(file: Any) -> list[np.ndarray]:
    """The optimizer's state, in its order; empty where there is none."""
    group = plain_member(file, "optimizer/vars", h5py.Group)
    if group is None:
        return []
    stored = Stored(group, "optimizer/vars")
    return [stored[str(number)] for number in range(len(stored))]
