"""Weights files: `.weights.h5` as Keras 3 lays it out, so that each reads the other's.

A layer's own variables are `<layer>/vars/0`, `1`, ...; the layers of a model are in `<model>/layers/`, named by class
(`dense`, `dense_1`, ...); other sublayers, and optimizers, are under the attribute that holds them.
"""

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import ml_dtypes
import numpy as np

from ..engine.configs import snake_case
from ..engine.errors import DovetailError
from ..engine.layer import NOT_STATE, Layer
from ..engine.variable import Variable
from ..optimizers import Optimizer

SUFFIX = ".weights.h5"
# attributes of models that hold layers in the library's own order: `layers` has them too
OWN_ATTRIBUTES = {"operations", "_stack", "_graph", "_objective", "_tensors", "_argument_state"}
# stored bytes that one byte of a declared array needs at least: what compresses better is not weights
LARGEST_RATIO = 1000


class WeightsFileError(DovetailError, ValueError):
    """A file of weights that does not fit the model, or is none."""


def write_weights(model: Layer, target: Any, include_optimizer: bool = True) -> None:
    """Write the weights, and the state of built optimizers, to a path or a file object."""
    import h5py

    with h5py.File(target, "w") as file:
        for owner, place in writers(model, include_optimizer):
            group = file.require_group(f"{place}vars")
            group.attrs["name"] = owner.name
            owner.save_own_variables(Store(group))


def writers(model: Layer, include_optimizer: bool = True) -> Iterator[tuple[Any, str]]:
    """The layers and built optimizers that write variables of their own, with their places."""
    for owner, place in places(model):
        if isinstance(owner, Layer) or (include_optimizer and owner.built):
            yield owner, place


class Store:
    """What `save_own_variables` writes into: `store["0"] = array`."""

    def __init__(self, group: Any):
        self.group = group

    def __setitem__(self, name: str, value: Any) -> None:
        array = plain_array(value)
        if array.dtype.name == "bfloat16":  # which HDF5 does not know: two bytes and a note, as Keras has it
            self.group.create_dataset(name, data=array.view("V2")).attrs["dtype"] = "bfloat16"
        else:
            self.group[name] = array


def plain_array(value: Any) -> np.ndarray:
    """What a store is given, as NumPy has it."""
    return np.asarray(value._value if isinstance(value, Variable) else value)


class StateFile:
    """An HDF5 file opened for reading; `file` is its root.

    Args:
        source: a path or a file object.
        name: of the file, for messages.
    """

    def __init__(self, source: Any, name: str):
        import h5py

        self.name = name
        try:
            self.file = h5py.File(source, "r")
        except (OSError, RuntimeError, ValueError) as error:
            raise WeightsFileError(f"{name!r} is not an HDF5 file: {error}") from error

    def __enter__(self) -> "StateFile":
        return self

    def __exit__(self, *exception: object) -> None:
        self.file.close()

    def groups(self, place: str) -> list[Any]:
        """The groups of arrays at a place: one or none."""
        import h5py

        group = plain_member(self.file, place, h5py.Group)
        return [] if group is None else [group]


class Stored(Mapping):
    """The arrays of a group, as `load_own_variables` reads them; only what the file really holds is read.

    Args:
        more: groups of the same place in other files.
    """

    def __init__(self, group: Any, place: str, more: Iterable[Any] = ()):
        self.all, self.place = (group, *more), place

    def __getitem__(self, name: str) -> np.ndarray:
        data, problem = self.dataset(name)
        if problem is not None:
            raise WeightsFileError(problem)
        array = np.asarray(data)
        return array.view(ml_dtypes.bfloat16) if array.dtype.kind == "V" else array

    def __iter__(self) -> Iterator[str]:
        return (name for group in self.all for name in group)

    def __len__(self) -> int:
        return sum(map(len, self.all))

    def dataset(self, name: str) -> tuple[Any, str | None]:
        """An array in the file, not read yet; or why it is none."""
        import h5py

        place = f"{self.place}/{name}"
        found = [data for group in self.all if (data := plain_member(group, name, h5py.Dataset)) is not None]
        if len(found) > 1:
            return None, f"{place} is in {len(found)} files"
        data = found[0] if found else None
        if data is None or data.external or data.is_virtual:
            return None, f"{place} is not an array stored in the file"
        is_bfloat16 = data.dtype.kind == "V" and data.dtype.itemsize == 2 and data.dtype.names is None
        if data.dtype.kind not in "biufc" and not (is_bfloat16 and data.attrs.get("dtype") == "bfloat16"):
            return None, f"{place} is an array of {data.dtype}, which are no weights"
        if data.size and data.id.get_storage_size() * LARGEST_RATIO < data.nbytes:
            return None, f"{place} declares {data.nbytes} bytes, which the file does not hold"
        return data, None


def read_weights(state: StateFile, model: Layer, skip_mismatch: bool = False) -> None:
    """Assign all weights, after all of them were found to fit.

    Raises:
        WeightsFileError: a layer is missing or shapes differ, and `skip_mismatch` is false.
    """
    found: list[tuple[Variable, np.ndarray]] = []
    fitting: list[Layer] = []
    own_way: list[tuple[Layer, Stored]] = []
    problems: list[str] = []
    for layer, place in places(model):
        if not isinstance(layer, Layer):
            continue
        if type(layer).load_own_variables is not Layer.load_own_variables:
            own_way.append((layer, _stored(state, f"{place}vars")))
            continue
        pairs, problem = _matched(state, layer.name, layer._own_variables(), f"{place}vars")
        found += pairs
        problems += problem
        if not problem:
            fitting.append(layer)
    if problems and not skip_mismatch:
        told = "\n".join(f"    {problem}" for problem in problems)
        raise WeightsFileError(f"{state.name!r} does not fit {model.name!r}; nothing was loaded:\n{told}")
    for problem in problems:
        warnings.warn(f"not loaded: {problem}", stacklevel=4)
    for variable, array in found:
        variable.assign(array)
    for layer in fitting:
        layer._finish_loading()
    for layer, stored in own_way:
        layer.load_own_variables(stored)
    for variable in model.variables:
        variable.initialize()


def read_optimizers(state: StateFile, model: Any) -> None:
    """Assign the state of the model's optimizers, where the file has it and it fits; else warn."""
    for optimizer, place in places(model):
        if isinstance(optimizer, Layer) or not state.groups(f"{place}vars"):
            continue
        if optimizer is getattr(model, "optimizer", None) and not optimizer.built:
            optimizer.build(model.trainable_variables)
        own = before_slots(optimizer.variables, len(_stored(state, f"{place}vars")))
        pairs, problems = _matched(state, optimizer.name, own, f"{place}vars")
        for problem in problems:
            warnings.warn(f"the optimizer starts anew: {problem}", stacklevel=4)
        for variable, array in pairs:
            variable.assign(array)


def before_slots(variables: list[Variable], stored: int) -> list[Variable]:
    """The variables that a file has arrays for: without slots where the model was saved before its first update."""
    counted = 2  # the number of updates and the learning rate
    return variables[:counted] if stored == counted else variables


def _matched(
    state: StateFile, name: str, own: list[Variable], place: str
) -> tuple[list[tuple[Variable, np.ndarray]], list[str]]:
    """The arrays for one owner's variables, or what is wrong with them; sizes are compared before anything is read."""
    stored = _stored(state, place)
    if not own:
        return [], []
    if len(stored) != len(own):
        count = len(stored) or "none"
        return [], [f"{name!r} has {len(own)} weights, the file has {count} at {place!r}"]
    pairs = []
    for index, variable in enumerate(own):
        data, problem = stored.dataset(str(index))
        if problem is not None:
            return [], [problem]
        if data.shape != variable.shape:
            return [], [f"{variable.path!r} has the shape {variable.shape}, the file {data.shape} at '{place}/{index}'"]
        pairs.append((variable, stored[str(index)]))
    return pairs, []


def _stored(state: StateFile, place: str) -> Stored:
    group, *more = state.groups(place) or [{}]
    return Stored(group, place, more)


def plain_member(group: Any, name: str, kind: type) -> Any:
    """The member at a path, if no link on the way leads elsewhere."""
    import h5py

    for part in name.split("/"):
        if not isinstance(group, h5py.Group):
            return None
        link = group.get(part, getlink=True)
        if not isinstance(link, h5py.HardLink):
            return None
        group = group[part]
    return group if isinstance(group, kind) else None


def places(owner: Any, place: str = "", seen: dict[int, Any] | None = None) -> Iterator[tuple[Any, str]]:
    """Every layer and optimizer once, with the path that Keras gives it (ending in "/", or "" for the first)."""
    seen = {} if seen is None else seen
    if id(owner) in seen:
        return
    seen[id(owner)] = owner  # kept, so that its id stays its own
    yield owner, place
    attributes = {key: value for key, value in vars(owner).items() if key not in NOT_STATE | OWN_ATTRIBUTES}
    if hasattr(owner, "layers"):
        attributes["layers"] = owner.layers
    own_order = getattr(owner, "_graph", None) is not None  # the layers of a graph come before other attributes
    for key in sorted(attributes, key=lambda key: (not (own_order and key == "layers"), key.startswith("_"), key)):
        yield from _places_in(attributes[key], f"{place}{key}/", seen)


def _places_in(value: Any, place: str, seen: dict[int, Any]) -> Iterator[tuple[Any, str]]:
    if isinstance(value, (Layer, Optimizer)):
        yield from places(value, place, seen)
    elif isinstance(value, (list, tuple, dict)) and id(value) not in seen:
        seen[id(value)] = value
        counts: Counter[str] = Counter()
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, (Layer, Optimizer)):
                name = snake_case(_class_name(item))
            elif isinstance(item, (list, tuple, dict)):
                name = "container"
            else:
                continue
            suffix = f"_{counts[name]}" if counts[name] else ""
            counts[name] += 1
            yield from _places_in(item, f"{place}{name}{suffix}/", seen)


def _class_name(layer: Any) -> str:
    """The class that Keras names a layer by: a graph made with `Model(inputs, outputs)` is a Functional."""
    name = type(layer).__name__
    return "Functional" if name == "Model" and getattr(layer, "_graph", None) is not None else name
