"""KerasFileEditor: look into a file of weights, change it, and write it again."""

import io
import os
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from ..engine.errors import did_you_mean
from ..engine.layer import Layer
from .archive import CONFIG, METADATA, WEIGHTS, Zip, read_json
from .archive import SUFFIX as MODEL_SUFFIX
from .files import replaced
from .weights import SUFFIX, StateFile, Store, Stored, WeightsFileError, places

VARIABLES = "vars"  # the group in which an object's own arrays are


class KerasFileEditor:
    """The weights in a file, to be inspected, changed and written again, after a model's architecture changed.

    Args:
        filepath: of a `.weights.h5` or `.keras` file.

    Attributes:
        weights_dict: objects by name, nested as they are in the file, with their arrays as "0", "1", ...
        config, metadata: of a `.keras` file, else None.
        object_metadata: what the file says of an object, such as its layer's name, by path.

    Raises:
        FileNotFoundError: there is no such file.
        WeightsFileError: its name has another ending, or it is damaged.

    Example:
        >>> import dovetail, tempfile, os
        >>> model = dovetail.Sequential([dovetail.Input((3,)), dovetail.layers.Dense(2)])
        >>> path = os.path.join(tempfile.mkdtemp(), "a.weights.h5")
        >>> model.save_weights(path)
        >>> editor = KerasFileEditor(path)  # doctest: +ELLIPSIS
        Weights of ...
        >>> editor.rename_object("dense", "first")
        >>> sorted(editor.weights_dict["layers"])
        ['first']
        >>> editor.save(path)
    """

    def __init__(self, filepath: Any):
        self.filepath = os.fspath(filepath)
        self.config: dict[str, Any] | None = None
        self.metadata: dict[str, Any] | None = None
        self.console = Console(highlight=False)
        source: Any = self.filepath
        if not Path(source).is_file():
            raise FileNotFoundError(f"there is no file {source!r}")
        if source.endswith(MODEL_SUFFIX):
            archive = Zip(Path(source))
            self.config, self.metadata = read_json(archive, CONFIG), read_json(archive, METADATA)
            source = io.BytesIO(archive.read(WEIGHTS))
        elif not source.endswith(SUFFIX):
            raise WeightsFileError(f"the name of the file ends in {SUFFIX!r} or {MODEL_SUFFIX!r}; got {source!r}")
        self.object_metadata: dict[str, dict[str, Any]] = {}
        with StateFile(source, self.filepath) as state:
            self.weights_dict = self._read(state.file, "")
        self._say(f"Weights of [bold]{escape(repr(self.filepath))}[/]")
        if self.metadata is not None:
            version, date = self.metadata.get("keras_version"), self.metadata.get("date_saved")
            self._say(f"Saved with Keras {version}, {date}")

    def _read(self, group: Any, path: str) -> dict[str, Any]:
        """The objects in a group, each with its own arrays and the objects inside it."""
        import h5py

        found: dict[str, Any] = {}
        for key in group:
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise WeightsFileError(f"{self.filepath!r}: {path}/{key} is a link, which is not followed")
            if not isinstance(group[key], h5py.Group):
                raise WeightsFileError(f"{self.filepath!r}: {path}/{key} is an array outside of a group {VARIABLES!r}")
            if key == VARIABLES:
                if group[key].attrs:
                    self.object_metadata[path] = dict(group[key].attrs)
                found |= self._arrays(group[key], f"{path}/{VARIABLES}")
            elif inside := self._read(group[key], f"{path}/{key}"):
                found[key] = inside
        return found

    def _arrays(self, group: Any, path: str) -> dict[str, Any]:
        try:
            return dict(Stored(group, path).items())
        except WeightsFileError as error:
            raise WeightsFileError(f"{self.filepath!r}: {error}") from error

    # -- looking

    def summary(self) -> None:
        """Print the objects and the shapes and dtypes of their arrays."""
        tree = Tree("Weights")
        _add_to(tree, self.weights_dict)
        self.console.print(tree)

    def compare(self, reference_model: Layer) -> dict[str, Any]:
        """Compare the file with a model, and print where they differ.

        Returns:
            {"status": "success" or "error", "error_count": differences, "match_count": weights that fit}.
        """
        wanted: dict[str, Any] = {}
        for layer, place in places(reference_model):
            if isinstance(layer, Layer):
                store: dict[str, Any] = {}
                layer.save_own_variables(store)
                wanted |= {f"{place}{key}": value.shape for key, value in store.items()}
        found = {path: array.shape for path, array in _flat(self.weights_dict, "") if not path.startswith("optimizer/")}
        errors = [f"{path} is in the model, not in the file" for path in wanted if path not in found]
        errors += [f"{path} is in the file, not in the model" for path in found if path not in wanted]
        both = [path for path in wanted if path in found]
        errors += [
            f"{path} has the shape {wanted[path]} in the model, {found[path]} in the file"
            for path in both
            if wanted[path] != found[path]
        ]
        for error in errors:
            self._say(f"[red]{escape(error)}[/]")
        status = "error" if errors else "success"
        matches = sum(wanted[path] == found[path] for path in both)
        self._say(f"{status}: {len(errors)} differences, {matches} weights fit")
        return {"status": status, "error_count": len(errors), "match_count": matches}

    # -- changing

    def rename_object(self, object_name: str, new_name: str) -> None:
        """Give an object (a layer) another name; `object_name` is its name, or its path from the top."""
        if "/" in new_name:
            raise ValueError(f"`new_name` is the last part of a path alone, not {new_name!r}")
        holder, key = self._find(object_name)
        if new_name in holder and new_name != key:
            raise ValueError(f"there is an object {new_name!r} already beside {object_name!r}")
        renamed = {new_name if name == key else name: value for name, value in holder.items()}
        holder.clear()
        holder.update(renamed)

    def delete_object(self, object_name: str) -> None:
        """Take an object, and all inside it, out."""
        holder, key = self._find(object_name)
        del holder[key]

    def add_object(self, object_path: str, weights: dict[str, Any]) -> None:
        """Put a new object in, as `add_object("layers/dense_2", {"0": kernel, "1": bias})`."""
        _check_weights(weights)
        *above, name = object_path.split("/")
        holder = self._inside(above, object_path)
        if name in holder:
            raise ValueError(f"there is an object {object_path!r} already: `add_weights` changes it")
        holder[name] = dict(weights)

    def add_weights(self, object_name: str, weights: dict[str, Any]) -> None:
        """Put arrays into an object, in place of those that have the same names."""
        _check_weights(weights)
        holder, key = self._find(object_name)
        holder[key].update(weights)

    def delete_weight(self, object_name: str, weight_name: str) -> None:
        """Take one array out of an object."""
        holder, key = self._find(object_name)
        if weight_name not in holder[key]:
            names = [name for name, value in holder[key].items() if not isinstance(value, dict)]
            raise ValueError(f"{object_name!r} has no weight {weight_name!r}; it has {', '.join(names) or 'none'}")
        del holder[key][weight_name]

    def _find(self, name: str) -> tuple[dict[str, Any], str]:
        """The dictionary that holds an object, and its key there."""
        *above, last = name.split("/")
        if above:
            holder = self._inside(above, name)
            if not isinstance(holder.get(last), dict):
                raise self._unknown(name)
            return holder, last
        found = [holder for holder in _holders(self.weights_dict) if isinstance(holder.get(name), dict)]
        if not found:
            raise self._unknown(name)
        if len(found) > 1:
            raise ValueError(f"{len(found)} objects are called {name!r}: give the path of one, see `summary()`")
        return found[0], name

    def _inside(self, parts: list[str], path: str) -> dict[str, Any]:
        holder = self.weights_dict
        for part in parts:
            if not isinstance(holder.get(part), dict):
                raise self._unknown(path)
            holder = holder[part]
        return holder

    def _unknown(self, name: str) -> ValueError:
        paths = {path.rpartition("/")[0] for path, _ in _flat(self.weights_dict, "")}
        names = paths if "/" in name else {path.rpartition("/")[2] for path in paths}
        return ValueError(f"the file has no object {name!r}{did_you_mean(name, names)}")

    # -- writing

    def save(self, filepath: Any) -> None:
        """Write the weights, as they are now, to a `.weights.h5` file.

        Raises:
            WeightsFileError: the name has another ending.
        """
        import h5py

        path = os.fspath(filepath)
        if not path.endswith(SUFFIX):
            raise WeightsFileError(f"a file of weights ends in {SUFFIX!r}; got {path!r}")
        with replaced(path) as temporary, h5py.File(temporary, "w") as file:
            self._write(file, self.weights_dict, "")

    def resave_weights(self, filepath: Any) -> None:
        """As `save`."""
        self.save(filepath)

    def _write(self, group: Any, weights: dict[str, Any], path: str) -> None:
        own = {key: value for key, value in weights.items() if not isinstance(value, dict)}
        metadata = self.object_metadata.get(path, {})
        if own or metadata:
            variables = group.create_group(VARIABLES)
            variables.attrs.update(metadata)
            store = Store(variables)
            for key, value in own.items():
                store[key] = value
        for key, value in weights.items():
            if isinstance(value, dict):
                self._write(group.create_group(key), value, f"{path}/{key}")

    def _say(self, text: str) -> None:
        self.console.print(text)


def _check_weights(weights: Any) -> None:
    if not isinstance(weights, dict):
        raise ValueError(f"`weights` is a dictionary from names ('0', '1', ...) to arrays, not {type(weights)}")


def _holders(weights: dict[str, Any]) -> list[dict[str, Any]]:
    """This dictionary and all those inside it."""
    return [weights, *(one for value in weights.values() if isinstance(value, dict) for one in _holders(value))]


def _flat(weights: dict[str, Any], path: str) -> list[tuple[str, Any]]:
    """All arrays with their paths."""
    found = []
    for key, value in weights.items():
        found += _flat(value, f"{path}{key}/") if isinstance(value, dict) else [(f"{path}{key}", value)]
    return found


def _add_to(tree: Tree, weights: dict[str, Any]) -> None:
    for key, value in weights.items():
        if isinstance(value, dict):
            _add_to(tree.add(f"[bold]{escape(key)}[/]"), value)
        else:
            tree.add(f"{escape(key)}: {value.shape} {value.dtype}")
