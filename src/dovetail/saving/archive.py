"""Whole models in one file: `.keras`, a zip of the architecture (JSON) and the weights (HDF5), as Keras 3 has it."""

import datetime
import io
import json
import os
import tempfile
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import Any

from ..engine.configs import is_config, to_config
from ..engine.errors import DovetailError
from ..engine.layer import Layer
from ..engine.registry import CustomObjectScope, loading
from . import hdf5
from .architecture import compile_as, model_from_config
from .by_layer import layer_groups, read_layers
from .files import replaced, write_atomically
from .orbax import is_checkpoint_folder, load_checkpoint, read_config
from .shards import MAP_SUFFIX, ShardedState, write_shards
from .weights import SUFFIX as WEIGHTS_SUFFIX
from .weights import StateFile, WeightsFileError, places, read_optimizers, read_weights, write_weights

SUFFIX = ".keras"
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
KERAS_VERSION = "3.15.1"  # whose layout the files have
ASSETS = "assets/"  # files of layers that have some, such as vocabularies
LARGEST_CONFIG = 256 * 2**20  # bytes; architectures are far smaller
LARGEST_RATIO = 100  # of a member's size to what it takes in the archive: text compresses to a tenth
SMALL = 2**20  # bytes, below which the ratio does not count


class ModelFileError(DovetailError, ValueError):
    """A model file that is none, is damaged, or cannot be written."""


def save_model(model: Layer, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any) -> None:
    """Write architecture, weights, compile arguments and the optimizer's state; the file is there whole or not at all.

    Args:
        filepath: ends in `.keras`, or in `.h5` for older tools; a folder with `zipped=False`.
        overwrite: whether a file that is there is replaced.

    Raises:
        ModelFileError: the name has another ending, the file exists and `overwrite` is false.
        ConfigError: something in the model cannot be written down; nothing is written.
    """
    include_optimizer = kwargs.pop("include_optimizer", True)
    if kwargs:
        raise TypeError(f"save_model has no argument {next(iter(kwargs))!r}")
    path = Path(os.fspath(filepath))
    if path.suffix not in (SUFFIX, *hdf5.SUFFIXES) and zipped is not False:
        raise ModelFileError(f"a model's file ends in {SUFFIX!r} (or '.h5' for older tools); got {str(path)!r}")
    if path.exists() and not overwrite:
        raise ModelFileError(f"{str(path)!r} exists already; give overwrite=True to replace it")
    if path.suffix in hdf5.SUFFIXES:
        with replaced(path) as temporary:
            hdf5.write_model(model, temporary, include_optimizer)
        return
    parts = model_parts(model, include_optimizer)
    if zipped is False:
        for name, content in parts.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path / name, content)
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
    parts = {METADATA: json.dumps(metadata).encode(), CONFIG: json.dumps(config).encode(), WEIGHTS: weights.getvalue()}
    return parts | _assets(model)


def _assets(model: Layer) -> dict[str, bytes]:
    """The files that layers with a `save_assets(folder)` write, by their names in the archive."""
    found = {}
    for layer, place in places(model):
        if not hasattr(layer, "save_assets"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            layer.save_assets(folder)
            for file in sorted(Path(folder).rglob("*")):
                if file.is_file():
                    found[f"{ASSETS}{place}{file.relative_to(folder).as_posix()}"] = file.read_bytes()
    return found


def _read_assets(parts: "Zip | Folder", model: Layer) -> None:
    """Give layers with a `load_assets(folder)` the files that they wrote."""
    names = parts.names()
    for layer, place in places(model):
        if not hasattr(layer, "load_assets"):
            continue
        prefix = f"{ASSETS}{place}"
        with tempfile.TemporaryDirectory() as folder:
            for name in names:
                inside = name.removeprefix(prefix)
                if name.startswith(prefix) and not name.endswith("/"):
                    target = (Path(folder) / inside).resolve()
                    if not target.is_relative_to(Path(folder).resolve()):
                        raise ModelFileError(f"{str(parts.path)!r}: the name {name!r} leads out of the archive")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(parts.read(name))
            layer.load_assets(folder)


def load_model(
    filepath: Any, custom_objects: dict[str, Any] | None = None, compile: bool = True, safe_mode: bool | None = True
) -> Any:
    """The model in a `.keras` or `.h5` file, of this library or of Keras.

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
    if path.is_file() and hdf5.is_hdf5(path):
        return hdf5.load_model(path, custom_objects, compile, safe_mode)
    parts = Folder(path) if path.is_dir() else Zip(path)
    config = read_json(parts, CONFIG)
    if not is_config(config):
        raise ModelFileError(f"{str(path)!r}: {CONFIG} does not describe a model")
    model = model_from_config(config, custom_objects, safe_mode)
    with StateFile(io.BytesIO(parts.read(WEIGHTS)), str(path)) as state:
        _read_assets(parts, model)
        read_weights(state, model)
        if compile and config.get("compile_config"):
            with CustomObjectScope(custom_objects), loading(safe_mode):
                compile_as(model, config["compile_config"])
            read_optimizers(state, model)
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
            compile_as(model, config["compile_config"])
    load_checkpoint(model, path)
    return model


def save_weights(
    model: Layer, filepath: Any, overwrite: bool = True, max_shard_size: float | None = None, **kwargs: Any
) -> None:
    """Write the weights and the optimizer's state; the file is there whole or not at all.

    Args:
        filepath: ends in `.weights.h5`; with `max_shard_size` in `.weights.json`, a map of files that are beside it.
        overwrite: whether a file that is there is replaced.
        max_shard_size: GiB that one of several files holds at most; None for one file.

    Raises:
        WeightsFileError: the name has another ending, the file exists and `overwrite` is false, one array is larger
            than `max_shard_size`, or the model has no weights yet.
    """
    if kwargs:
        raise TypeError(f"save_weights has no argument {next(iter(kwargs))!r}")
    path = Path(os.fspath(filepath))
    if max_shard_size is not None and str(path).endswith(WEIGHTS_SUFFIX):
        path = path.with_suffix(".json")
        warnings.warn(f"weights in several files are listed in a {MAP_SUFFIX!r}: {path.name!r}", stacklevel=3)
    suffix = WEIGHTS_SUFFIX if max_shard_size is None else MAP_SUFFIX
    if not str(path).endswith(suffix):
        raise WeightsFileError(f"a file of weights ends in {suffix!r}; got {str(path)!r}")
    if path.exists() and not overwrite:
        raise WeightsFileError(f"{str(path)!r} exists already; give overwrite=True to replace it")
    if not model.built:
        raise WeightsFileError(f"{model.name!r} has no weights to save yet: call it on data first")
    if max_shard_size is not None:
        write_shards(model, path, int(max_shard_size * 2**30))
        return
    with replaced(path) as temporary:
        write_weights(model, temporary)


def load_weights_from(
    model: Layer, filepath: Any, skip_mismatch: bool = False, by_name: bool = False, **kwargs: Any
) -> None:
    """Read the weights in a `.weights.h5`, `.weights.json`, `.keras` or `.h5` file, or in Orbax's last checkpoint.

    Nothing is assigned unless all fits. A file of weights gives the optimizer's state too, if it has one that fits.

    Args:
        skip_mismatch: leave out, with a warning, layers that the file lacks or has in other shapes.
        by_name: for `.h5` files: match layers by name instead of order, and leave the others alone.

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
        source = io.BytesIO((Folder(path) if path.is_dir() else Zip(path)).read(WEIGHTS))
    is_map = str(path).endswith(MAP_SUFFIX)
    with ShardedState(path) if is_map else StateFile(source, str(path)) as state:
        if not is_map and layer_groups(state) is not None:
            return read_layers(state, model, by_name, skip_mismatch)
        if by_name:
            raise WeightsFileError(f"{str(path)!r} is matched by the layers' places in the model: leave `by_name` out")
        read_weights(state, model, skip_mismatch)
        if not is_archive:
            read_optimizers(state, model)
    return None


class Zip:
    """The members of a zip file."""

    def __init__(self, path: Path):
        self.path = path
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise ModelFileError(f"{str(path)!r} is neither a {SUFFIX!r} archive nor an HDF5 file") from error

    def names(self) -> list[str]:
        return self.archive.namelist()

    def read(self, name: str, largest: int | None = None) -> bytes:
        found = [info for info in self.archive.infolist() if info.filename == name]
        if not found:
            raise ModelFileError(f"{str(self.path)!r} holds no {name!r}: it is no {SUFFIX!r} archive")
        if len(found) > 1:
            raise ModelFileError(f"{str(self.path)!r} holds {len(found)} members called {name!r}")
        (info,) = found
        if info.file_size > min(largest or info.file_size, max(info.compress_size * LARGEST_RATIO, SMALL)):
            raise ModelFileError(f"{str(self.path)!r}: {name!r} declares {info.file_size} bytes, more than it may")
        try:
            with self.archive.open(info) as member:  # no more than declared is unpacked
                content = member.read(info.file_size)
                if len(content) < info.file_size or member.read(1):
                    raise zipfile.BadZipFile("it is not as large as declared")
                return content
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError) as error:
            raise ModelFileError(f"{str(self.path)!r} is damaged: {name!r}: {error}") from error


class Folder:
    """The files of a folder."""

    def __init__(self, path: Path):
        self.path = path

    def names(self) -> list[str]:
        return [file.relative_to(self.path).as_posix() for file in self.path.rglob("*") if file.is_file()]

    def read(self, name: str, largest: int | None = None) -> bytes:
        file = self.path / name
        if not file.is_file():
            raise ModelFileError(f"the folder {str(self.path)!r} holds no {name!r}")
        if largest is not None and file.stat().st_size > largest:
            raise ModelFileError(f"{str(file)!r} has {file.stat().st_size} bytes, more than it may")
        return file.read_bytes()


def read_json(parts: Any, name: str) -> Any:
    """A member of an archive as JSON."""
    try:
        return json.loads(parts.read(name, LARGEST_CONFIG))
    except (ValueError, RecursionError) as error:
        if isinstance(error, DovetailError):
            raise
        raise ModelFileError(f"{str(parts.path)!r}: {name} is not JSON: {error}") from error
