"""Whole models in one file: `.keras`, a zip of the architecture (JSON) and the weights (HDF5), as Keras 3 has it."""

import datetime
import io
import json
import os
import warnings
import zipfile
from pathlib import Path
from typing import Any

from ..engine.configs import FAMILIES, ConfigError, is_config, revive, to_config
from ..engine.context import entered
from ..engine.errors import DovetailError
from ..engine.layer import Layer
from ..engine.registry import CustomObjectScope, loading
from .by_layer import layer_groups, read_layers
from .files import replaced
from .orbax import is_checkpoint_folder, load_checkpoint, read_config
from .weights import StateFile, WeightsFileError, read_optimizer, read_weights, write_weights

SUFFIX = ".keras"
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
KERAS_VERSION = "3.15.1"  # whose layout the files have
LARGEST_CONFIG = 256 * 2**20  # bytes; architectures are far smaller


class ModelFileError(DovetailError, ValueError):
    """A model file that is none, is damaged, or cannot be written."""


def save_model(model: Layer, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any) -> None:
    """Write architecture, weights, compile arguments and the optimizer's state; the file is there whole or not at all.

    Args:
        filepath: ends in `.keras`; a folder with `zipped=False`.
        overwrite: whether a file that is there is replaced.

    Raises:
        ModelFileError: the name has another ending, the file exists and `overwrite` is false.
        ConfigError: something in the model cannot be written down; nothing is written.
    """
    include_optimizer = kwargs.pop("include_optimizer", True)
    if kwargs:
        raise TypeError(f"save_model has no argument {next(iter(kwargs))!r}")
    path = Path(os.fspath(filepath))
    if path.suffix in (".h5", ".hdf5"):
        raise ModelFileError(f"whole models are written as {SUFFIX!r}, not {path.suffix!r}: {path.stem + SUFFIX!r}")
    if path.suffix != SUFFIX and zipped is not False:
        raise ModelFileError(f"a model's file ends in {SUFFIX!r}; got {str(path)!r}")
    if path.exists() and not overwrite:
        raise ModelFileError(f"{str(path)!r} exists already; give overwrite=True to replace it")
    parts = model_parts(model, include_optimizer)
    if zipped is False:
        path.mkdir(parents=True, exist_ok=True)
        for name, content in parts.items():
            with replaced(path / name) as temporary:
                temporary.write_bytes(content)
        return
    with replaced(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def model_parts(model: Layer, include_optimizer: bool = True) -> dict[str, bytes]:
    """The contents of the archive by name."""
    config = to_config(model)
    metadata = {"keras_version": KERAS_VERSION, "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")}
    weights = io.BytesIO()
    write_weights(model, weights, include_optimizer)
    return {
        METADATA: json.dumps(metadata).encode(),
        CONFIG: json.dumps(config).encode(),
        WEIGHTS: weights.getvalue(),
    }


def load_model(
    filepath: Any, custom_objects: dict[str, Any] | None = None, compile: bool = True, safe_mode: bool | None = True
) -> Any:
    """The model in a `.keras` file, of this library or of Keras 3.

    Nothing in the file runs, and nothing is allocated that the file does not hold: sizes in the architecture are
    checked against the stored arrays before any array is made.

    Args:
        filepath: of the file, or a folder that `save_model(..., zipped=False)` wrote.
        custom_objects: classes and functions of your own by name.
        compile: whether the model is compiled as it was, with the optimizer's state.
        safe_mode: False lets the file's Python code (of lambdas) run. Only for files that you trust.

    Raises:
        FileNotFoundError: there is no such file.
        ModelFileError: it is no model's file, or damaged.
        ConfigError: it names a class that is not known, or holds code and `safe_mode` is not False.
        WeightsFileError: architecture and weights do not fit together.
    """
    path = Path(os.fspath(filepath))
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    if is_checkpoint_folder(path):
        return _model_of_checkpoint(path, custom_objects, compile, safe_mode)
    parts = _Folder(path) if path.is_dir() else _Zip(path)
    config = _json(parts, CONFIG)
    if not is_config(config):
        raise ModelFileError(f"{str(path)!r}: {CONFIG} does not describe a model")
    model = model_from_config(config, custom_objects, safe_mode)
    with StateFile(io.BytesIO(parts.read(WEIGHTS)), str(path)) as state:
        read_weights(state, model)
        if compile and config.get("compile_config"):
            with CustomObjectScope(custom_objects), loading(safe_mode):
                _compile_as(model, config["compile_config"])
            read_optimizer(state, model)
    return model


def _model_of_checkpoint(path: Path, custom_objects: Any, compile: bool, safe_mode: bool | None) -> Any:
    """The model in the last checkpoint that `OrbaxCheckpoint` wrote."""
    text = read_config(path)
    if text is None:
        raise ModelFileError(f"the checkpoint in {str(path)!r} holds no architecture: load its weights into a model")
    config = json.loads(text)
    model = model_from_config(config, custom_objects, safe_mode)
    for variable in model.variables:
        variable.initialize()
    if compile and config.get("compile_config"):
        with CustomObjectScope(custom_objects), loading(safe_mode):
            _compile_as(model, config["compile_config"])
    load_checkpoint(model, path)
    return model


def model_from_config(config: dict[str, Any], custom_objects: dict[str, Any] | None, safe_mode: bool | None) -> Any:
    """The model that a configuration describes; its variables have no values yet."""
    plain = {key: value for key, value in config.items() if key != "compile_config"}
    if config.get("build_config") is None:
        plain.pop("build_config", None)
    try:
        with CustomObjectScope(custom_objects), loading(safe_mode), entered(without_values=True):
            model = revive(plain)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ConfigError(f"the configuration of {config.get('class_name')!r} cannot be read: {error!r}") from error
    if not isinstance(model, FAMILIES["layer"].base):  # type: ignore[arg-type]
        raise ConfigError(f"{config.get('class_name')!r} is not a model")
    return model


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that `model.to_json()` described, with new initial weights."""
    config = json.loads(json_string)
    if not is_config(config):
        raise ConfigError("the text does not describe a model: it needs 'class_name' and 'config'")
    model = model_from_config(config, custom_objects, None)
    for variable in model.variables:
        variable.initialize()
    if config.get("compile_config"):
        with CustomObjectScope(custom_objects):
            _compile_as(model, config["compile_config"])
    return model


def load_weights_from(
    model: Layer, filepath: Any, skip_mismatch: bool = False, by_name: bool = False, **kwargs: Any
) -> None:
    """Read the weights in a `.weights.h5`, `.keras` or old `.h5` file, or in the last of Orbax's checkpoints.

    Nothing is assigned unless all fits. A `.weights.h5` file gives the optimizer's state too, if it has one that fits.

    Args:
        skip_mismatch: leave out, with a warning, layers that the file lacks or has in other shapes.
        by_name: for files of Keras 1 and 2: match layers by name instead of order, and leave the others alone.

    Raises:
        FileNotFoundError: there is no such file.
        WeightsFileError: it is no such file, a layer is missing, or shapes differ.
    """
    if kwargs:
        raise TypeError(f"load_weights has no argument {next(iter(kwargs))!r}")
    path = Path(os.fspath(filepath))
    if is_checkpoint_folder(path):
        return load_checkpoint(model, path)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    if not model.built:
        raise WeightsFileError(f"{model.name!r} has no weights yet: call it on data before loading into it")
    source: Any = path
    is_archive = path.suffix == SUFFIX
    if is_archive:
        source = io.BytesIO((_Folder(path) if path.is_dir() else _Zip(path)).read(WEIGHTS))
    with StateFile(source, str(path)) as state:
        if layer_groups(state) is not None:
            return read_layers(state, model, by_name, skip_mismatch)
        if by_name:
            raise WeightsFileError(f"{str(path)!r} is matched by the layers' places in the model: leave `by_name` out")
        read_weights(state, model, skip_mismatch)
        if not is_archive and getattr(model, "optimizer", None) is not None:
            read_optimizer(state, model)
    return None


def _compile_as(model: Any, config: dict[str, Any]) -> None:
    try:
        model.compile_from_config(config)
    except (DovetailError, TypeError, ValueError) as error:
        warnings.warn(f"the model is not compiled: {error}. Call `compile` yourself", stacklevel=4)


class _Zip:
    """The members of a zip file."""

    def __init__(self, path: Path):
        self.path = path
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            with open(path, "rb") as file:
                is_hdf5 = file.read(8) == b"\x89HDF\r\n\x1a\n"
            what = "an HDF5 file of an older Keras, which is not read yet" if is_hdf5 else "not a zip archive"
            raise ModelFileError(f"{str(path)!r} is {what}; a model's file is a {SUFFIX!r} archive") from error

    def read(self, name: str, largest: int | None = None) -> bytes:
        try:
            info = self.archive.getinfo(name)
        except KeyError:
            raise ModelFileError(f"{str(self.path)!r} holds no {name!r}: it is no {SUFFIX!r} archive") from None
        if info.file_size > (largest or max(info.compress_size * 10, 2**20)):
            raise ModelFileError(f"{str(self.path)!r}: {name!r} declares {info.file_size} bytes, more than it may")
        try:
            return self.archive.read(info)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise ModelFileError(f"{str(self.path)!r} is damaged: {name!r}: {error}") from error


class _Folder:
    """The files of a folder."""

    def __init__(self, path: Path):
        self.path = path

    def read(self, name: str, largest: int | None = None) -> bytes:
        file = self.path / name
        if not file.is_file():
            raise ModelFileError(f"the folder {str(self.path)!r} holds no {name!r}")
        if largest is not None and file.stat().st_size > largest:
            raise ModelFileError(f"{str(file)!r} has {file.stat().st_size} bytes, more than it may")
        return file.read_bytes()


def _json(parts: Any, name: str) -> Any:
    try:
        return json.loads(parts.read(name, LARGEST_CONFIG))
    except (ValueError, RecursionError) as error:
        if isinstance(error, DovetailError):
            raise
        raise ModelFileError(f"{str(parts.path)!r}: {name} is not JSON: {error}") from error
