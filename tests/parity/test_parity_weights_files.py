"""Weights files of each load in the other."""

import keras as theirs
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as ours


def dense(k):
    x = k.Input((4,))
    inner = k.Sequential([k.Input((3,)), k.layers.Dense(2, activation="relu"), k.layers.BatchNormalization()])
    y = k.layers.Dense(3)(k.layers.Dense(3)(x))
    return k.Model(x, k.layers.Add()([inner(y), k.layers.Dense(2)(x)])), (5, 4)


def images(k):
    layers = [k.layers.Conv2D(2, 3), k.layers.MaxPooling2D(), k.layers.Flatten(), k.layers.Dense(2)]
    return k.Sequential([k.Input((8, 8, 1)), *layers]), (3, 8, 8, 1)


@pytest.mark.parametrize("build", [dense, images])
@pytest.mark.parametrize(("writer", "reader"), [(ours, theirs), (theirs, ours)], ids=["to keras", "from keras"])
def test_both_ways(build, writer, reader, tmp_path):
    path = str(tmp_path / "a.weights.h5")
    written, shape = build(writer)
    read, _ = build(reader)
    generator = np.random.default_rng(0)
    written.set_weights([generator.uniform(0.1, 1, w.shape) for w in written.get_weights()])
    written.save_weights(path)
    read.load_weights(path)
    x = generator.normal(size=shape).astype("float32")
    assert_allclose(np.asarray(read(x)), np.asarray(written(x)), rtol=1e-5, atol=1e-5)
