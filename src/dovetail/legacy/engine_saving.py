"""`keras.engine.saving` and `keras.engine.topology`: weights read from and written to open HDF5 groups."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from ..saving.by_layer import texts_of
from ..saving.weights import StateFile
from .files.weights import layout_between, load_into, release_named, release_of_file
from .files.writing import write_layers, write_texts
from .releases import current_release


class _Opened(StateFile):
    """A file, or a group of it, that the script opened itself."""

    def __init__(self, group: Any):
        self.file, self.name = group, group.file.filename


def load_weights_from_hdf5_group(f: Any, layers: Any, reshape: bool = False) -> None:
    """Assign the weights of an open HDF5 group to layers, in their order.

    Args:
        f: of h5py, the file of weights, or `model_weights` of a file of a whole model.
        layers: as many with weights as the group has.
        reshape: not used: arrays have the shapes of their weights, in the layout of any release.

    Raises:
        WeightsFileError: the layers do not fit; nothing is loaded then.
    """
    state = _Opened(f)
    load_into(_model_of(layers), state, release_of_file(state))


def load_weights_from_hdf5_group_by_name(
    f: Any, layers: Any, skip_mismatch: bool = False, reshape: bool = False
) -> None:
    """Assign the weights of an open HDF5 group to the layers of the same names.

    Args:
        skip_mismatch: leave out, with a warning, layers whose weights are others than the group's.

    Raises:
        WeightsFileError: a layer's weights are others than those of its name; nothing is loaded then.
    """
    state = _Opened(f)
    load_into(_model_of(layers), state, release_of_file(state), by_name=True, skip_mismatch=skip_mismatch)


def save_weights_to_hdf5_group(f: Any, layers: Any) -> None:
    """Write the weights of layers into an open HDF5 file or group."""
    release = current_release()
    f.attrs["backend"], f.attrs["keras_version"] = release.backend, release.version
    write_layers(f, _model_of(layers))


def preprocess_weights_for_loading(
    layer: Any, weights: Any, original_keras_version: Any = None, original_backend: Any = None, reshape: bool = False
) -> list[np.ndarray]:
    """The arrays of a layer as an old release kept them, in the layout of this layer: what `set_weights` takes.

    Args:
        original_keras_version: that the arrays are from; None is Keras 1.
        original_backend: "theano" or "tensorflow".
    """
    source = release_named(original_keras_version, original_backend)
    return [np.asarray(array) for array in layout_between(layer, source).to_today(list(weights))]


def save_attributes_to_hdf5_group(group: Any, name: str, data: Any) -> None:
    """Write a list of texts (bytes) as an attribute, in parts where it is too long for one."""
    write_texts(group, name, list(data))


def load_attributes_from_hdf5_group(group: Any, name: str) -> list[str]:
    """The list of texts that `save_attributes_to_hdf5_group` wrote."""
    return texts_of(group, name)


def _model_of(layers: Any) -> Any:
    return SimpleNamespace(layers=list(layers), name="the list of layers")
