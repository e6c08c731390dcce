"""Weights in several files: a map (`x.weights.json`) tells which of `x_00000.weights.h5`, `x_00001.weights.h5`, ... has
the arrays of which layer, as Keras 3 has it. One layer's arrays may be spread over several files.
"""

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from ..engine.layer import Layer
from .files import write_atomically
from .weights import SUFFIX, StateFile, Store, WeightsFileError, plain_array, plain_member, writers

MAP_SUFFIX = ".weights.json"
LARGEST_MAP = 64 * 2**20  # bytes; a map has a line or two for a layer


def write_shards(model: Layer, path: Path, largest: int) -> None:
    """Write the weights, and the state of built optimizers, in files of at most `largest` bytes of arrays.

    All files are written before the first of them takes its place. The map goes before, and comes last: a crash on the
    way leaves files that no map lists, not a mixture.

    Raises:
        WeightsFileError: an array alone is larger; nothing is written.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        shards = Shards(Path(folder), path.name.removesuffix(MAP_SUFFIX), largest)
        try:
            for owner, place in writers(model):
                owner.save_own_variables(ShardStore(shards, f"{place}vars", owner.name))
        finally:
            shards.file.close()
        for name in shards.names:
            with open(Path(folder, name), "rb") as file:
                os.fsync(file.fileno())
        before = _listed(path)
        path.unlink(missing_ok=True)
        for name in shards.names:
            os.replace(Path(folder, name), path.with_name(name))
        write_atomically(path, json.dumps(shards.map(), indent=4).encode())
        for name in before - set(shards.names):
            path.with_name(name).unlink(missing_ok=True)


class Shards:
    """The files that are being written, the last of them open.

    Args:
        base: what their names begin with.
        largest: bytes of arrays in one of them.
    """

    def __init__(self, folder: Path, base: str, largest: int):
        self.folder, self.base, self.largest = folder, base, largest
        self.names: list[str] = []
        self.size = self.total = 0  # bytes in the last file, and in all
        self.places: dict[str, list[str]] = {}
        self.file: Any = None
        self._begin()

    def _begin(self) -> None:
        import h5py

        if self.file is not None:
            self.file.close()
        self.names.append(f"{self.base}_{len(self.names):05}{SUFFIX}")
        self.file = h5py.File(self.folder / self.names[-1], "w")
        self.size = 0

    def group_for(self, place: str, size: int) -> Any:
        """Where at this place an array of so many bytes goes."""
        if size > self.largest:
            raise WeightsFileError(
                f"an array at {place!r} has {size} bytes, more than the {self.largest} of `max_shard_size`; "
                f"give at least {size / 2**30:.3g} (GiB)"
            )
        if self.size + size > self.largest:
            self._begin()
        self.size += size
        self.total += size
        names = self.places.setdefault(f"/{place}", [])
        if self.names[-1] not in names:
            names.append(self.names[-1])
        return self.file.require_group(place)

    def map(self) -> dict[str, Any]:
        return {"metadata": {"total_size": self.total}, "weight_map": self.places}


class ShardStore:
    """What `save_own_variables` of the owner of a place writes into: `store["0"] = array`."""

    def __init__(self, shards: Shards, place: str, owner: str):
        self.shards, self.place, self.owner = shards, place, owner

    def __setitem__(self, name: str, value: Any) -> None:
        array = plain_array(value)
        group = self.shards.group_for(self.place, array.nbytes)
        group.attrs["name"] = self.owner
        Store(group)[name] = array


class ShardedState(StateFile):
    """The files that a map lists, opened for reading when they are needed.

    Raises:
        WeightsFileError: the map is none, or lists what is no file of weights beside it.
    """

    def __init__(self, path: Path):
        self.path, self.name = path, str(path)
        self.opened: dict[str, StateFile] = {}
        self.weight_map = _read_map(path)

    def __exit__(self, *exception: object) -> None:
        for one in self.opened.values():
            one.file.close()

    def groups(self, place: str) -> list[Any]:
        import h5py

        found = [plain_member(self._file(name), place, h5py.Group) for name in self.weight_map.get(f"/{place}", ())]
        return [group for group in found if group is not None]

    def _file(self, name: str) -> Any:
        if name not in self.opened:
            path = self.path.with_name(name)
            if not path.is_file():
                raise WeightsFileError(f"{self.name!r} lists {name!r}, and there is no such file beside it")
            self.opened[name] = StateFile(path, str(path))
        return self.opened[name].file


def _read_map(path: Path) -> dict[str, list[str]]:
    """The names of files by place."""
    if path.stat().st_size > LARGEST_MAP:
        raise WeightsFileError(f"{str(path)!r} has {path.stat().st_size} bytes, more than a map of weights may")
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise WeightsFileError(f"{str(path)!r} is not JSON: {error}") from error
    places = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(places, dict):
        raise WeightsFileError(f"{str(path)!r} has no `weight_map`: it is no map of weights in several files")
    found = {place: [names] if isinstance(names, str) else names for place, names in places.items()}
    for names in found.values():
        if not isinstance(names, list) or not all(_is_beside(name) for name in names):
            raise WeightsFileError(f"{str(path)!r} lists {names!r}: names of {SUFFIX!r} files beside it are read only")
        if len(set(names)) < len(names):
            raise WeightsFileError(f"{str(path)!r} lists a file twice for one place: {names!r}")
    return found


def _is_beside(name: Any) -> bool:
    return isinstance(name, str) and name.endswith(SUFFIX) and not set(name) & {"/", "\\", "\0"}


def _listed(path: Path) -> set[str]:
    """The files of the map that is replaced: those of its own name."""
    try:
        names = {name for names in _read_map(path).values() for name in names}
    except (FileNotFoundError, WeightsFileError):
        return set()
    own = re.escape(path.name.removesuffix(MAP_SUFFIX)) + r"_\d+" + re.escape(SUFFIX)
    return {name for name in names if re.fullmatch(own, name)}
