"""Running the layers of recorded releases: each distinct program is compiled once."""

import functools
import hashlib
from contextlib import contextmanager

import jax
import jax.extend
import numpy as np

from dovetail.engine.context import StatelessScope
from dovetail.legacy import installed
from dovetail.utils import clear_session

from .exceptions import is_left_out
from .recorded import DATA, recorded, unpacked

# what each folder's release ran on
RELEASES = {
    "1.2.2": ("1.2.2", "theano"),
    "1.2.2-tensorflow": ("1.2.2", "tensorflow"),
    "2.2.4": ("2.2.4", "tensorflow"),
    "2.2.4-tf": ("2.2.4-tf", "tensorflow"),
    "2.3.1": ("2.3.1", "tensorflow"),
    "2.15.0": ("2.15.0", "tensorflow"),
    "3.15.1": ("3.15.1", "tensorflow"),
}


def cases(name, folders=tuple(RELEASES), part="cases"):
    """The cases of the files `name` that are aimed at, as `folder/file/case`."""
    found = [folder for folder in folders if (DATA / folder / f"{name}.json").exists()]
    prefix = "" if part == "cases" else f"{part}/"
    every = [f"{folder}/{name}/{prefix}{key}" for folder in found for key in recorded(folder, name)[0].get(part, ())]
    return [case for case in every if not is_left_out(case)]


def case_of(name):
    """The folder of a case, what is recorded of it, and the arrays of its file."""
    folder, file, key = name.split("/", 2)
    contents, arrays = recorded(folder, file)
    return folder, contents["cases"][key], arrays


@contextmanager
def speaking(folder):
    """The release of a folder, with fresh names; gives what `from keras.layers import *` and the like give."""
    version, backend = RELEASES[folder]
    with installed(version, backend) as release:
        clear_session()
        yield release, namespace(release)


@functools.cache
def namespace(release):
    import keras.layers
    import keras.models

    names = {name: getattr(keras.layers, name) for name in keras.layers.__all__}
    names |= {"Model": keras.models.Model, "Sequential": keras.models.Sequential, "Input": keras.layers.Input}
    return names | {name: getattr(keras.layers, name) for name in ("Merge", "merge")}


def weights_of(model, release):
    """In the order of `model.weights` then: the trainable ones first, except in tf.keras and Keras 3."""
    weights = list(model.weights)
    if release.is_tensorflow or release.dialect == 3:
        return weights
    return sorted(weights, key=lambda variable: not variable.trainable)


def give_weights(model, release, arrays, packing):
    """Assign recorded weights, which must be as many and have the same shapes; and names, in Keras 1."""
    weights, given = weights_of(model, release), unpacked(arrays[packing["packed"]], packing["parts"])
    assert [variable.shape for variable in weights] == [array.shape for array in given]
    if release.dialect == 1:
        assert [variable.name for variable in weights] == [name for name, _ in packing["parts"]]
    for variable, array in zip(weights, given, strict=True):
        variable.assign(array)


_programs = {}


def run(model, inputs, training=False):
    """Outputs and masks of a functional model on arrays."""
    variables = model.variables
    values = [variable._value for variable in variables]
    trees = {}

    def call(values, inputs):
        with StatelessScope(zip(variables, values, strict=True)):
            found = model.run((list(inputs) if len(inputs) > 1 else inputs[0],), {"training": training}, None)
        flat, trees["structure"] = jax.tree.flatten(found)
        return flat

    inputs = [jax.numpy.asarray(array) for array in inputs]
    jaxpr = jax.make_jaxpr(call)(values, inputs)
    constants = [np.asarray(constant) for constant in jaxpr.consts]
    key = hashlib.sha256(str(jaxpr.jaxpr).encode() + b"".join(c.tobytes() for c in constants)).digest()
    if key not in _programs:
        _programs[key] = jax.jit(jax.extend.core.jaxpr_as_fun(jaxpr))
    flat = _programs[key](*jax.tree.leaves((values, inputs)))
    return trees["structure"].unflatten([np.asarray(leaf) for leaf in flat])


def shape_of(tensor):
    return [list(part.shape) for part in tensor] if isinstance(tensor, (list, tuple)) else list(tensor.shape)
