"""Paths of variables and layers, in scopes of names and outside, are Keras's."""

import keras
import numpy as np

import dovetail


def paths(k):
    k.utils.clear_session()
    layers, caller, found = k.layers, object(), []

    def note(*things):
        found.extend(v.path for thing in things for v in (*thing.variables, thing))

    with k.name_scope("a"):
        dense = layers.Dense(2)
        dense.build((None, 3))
        sequential = k.Sequential([k.Input((3,)), layers.Dense(2)])
        sequential.add(layers.Dense(1))
        attention = layers.MultiHeadAttention(1, 2)
        attention.build((2, 3, 4), (2, 3, 4))
        note(dense, sequential, attention)
        with k.name_scope("b"):
            found.append(k.Variable(1.0, name="z").path)
        with k.name_scope("b", override_parent="x/y"):
            found.append(k.Variable(1.0, name="z").path)
        with k.name_scope("c", caller=caller):
            for arguments in ({"name": "c"}, {"name": "c", "deduplicate": False}, {"name": "e"}):
                with k.name_scope(**arguments, caller=caller):
                    found.append(k.Variable(1.0, name="z").path)
        with k.name_scope("f", caller=dense):
            found.append(k.Variable(1.0, name="z").path)

    class Own(k.Model):
        def __init__(self):
            super().__init__()
            self.rest = k.Sequential([layers.Dense(3), layers.Dropout(0.5), layers.BatchNormalization()])
            self.last = layers.Dense(2)

        def call(self, x):
            return self.last(self.rest(x))

    own = Own()
    own(np.ones((1, 3), "float32"))
    x = k.Input((3,))
    model = k.Model(x, sequential(layers.Dense(3)(x)))
    note(own, own.rest, own.last)
    found.extend(v.path for v in model.variables)
    return found


def test_paths():
    assert paths(dovetail) == paths(keras)
