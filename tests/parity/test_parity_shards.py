"""Weights in several files: those of each load in the other, the optimizer's state included."""

import keras as theirs
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as ours


def trained(k, epochs):
    layers = [k.layers.Dense(30), k.layers.BatchNormalization(), k.layers.Dense(30), k.layers.Dense(2)]
    model = k.Sequential([k.Input((40,)), *layers])
    model.compile(k.optimizers.Adam(0.1), "mse")
    model.fit(np.ones((4, 40), "float32"), np.ones((4, 2), "float32"), epochs=epochs, verbose=0)
    return model


@pytest.mark.parametrize(("writer", "reader"), [(ours, theirs), (theirs, ours)], ids=["to keras", "from keras"])
def test_both_ways(writer, reader, tmp_path):
    path = str(tmp_path / "x.weights.json")
    written, read = trained(writer, 3), trained(reader, 1)
    written.save_weights(path, max_shard_size=6e3 / 2**30)
    assert len(list(tmp_path.glob("x_*.weights.h5"))) > 3
    read.load_weights(path)
    for one, other in zip(
        (*written.weights, *written.optimizer.variables), (*read.weights, *read.optimizer.variables), strict=True
    ):
        assert_allclose(np.asarray(one.value), np.asarray(other.value), rtol=1e-6)
