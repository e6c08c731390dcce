"""LoRA as in Keras: weights, outputs, training and files of each in the other."""

import keras as theirs
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as ours

CASES = {
    "Dense": ({"units": 3}, (5,)),
    "EinsumDense": ({"equation": "abc,cde->abde", "output_shape": [None, 2, 3], "bias_axes": "e"}, (2, 4)),
    "Conv2D": ({"filters": 4, "kernel_size": 2, "groups": 2}, (3, 3, 4)),
    "ReversibleEmbedding": ({"input_dim": 7, "output_dim": 3}, (4,)),
}


def trained(module, name, values):
    """A model of one layer with LoRA, one step after these weights, in a file."""
    arguments, shape = CASES[name]
    layer = getattr(module.layers, name)(**arguments)
    model = module.Sequential([module.Input(shape), layer])
    layer.enable_lora(2, lora_alpha=3)
    if not values:
        generator = np.random.default_rng(0)
        values += [generator.normal(size=weight.shape).astype("float32") for weight in layer.weights]
    model.set_weights(values)
    model.compile(module.optimizers.SGD(0.1), "mse")
    x = np.arange(2 * np.prod(shape)).reshape(2, *shape) % 7
    model.fit(x, np.ones(model(x).shape, "float32"), verbose=0)
    return model, x


@pytest.mark.parametrize("name", CASES)
def test_a_step_and_files(name, tmp_path):
    values = []
    (one, x), (other, _) = (trained(module, name, values) for module in (ours, theirs))
    assert [v.path.split("/")[-1] for v in one.weights] == [v.path.split("/")[-1] for v in other.weights]
    for mine, its, first in zip(one.get_weights(), other.get_weights(), values, strict=True):
        assert_allclose(mine, its, rtol=1e-5, atol=1e-5)
        assert mine.shape == first.shape
    wanted = np.asarray(other(x))
    assert_allclose(one(x), wanted, rtol=1e-5, atol=1e-5)
    one.save(tmp_path / "ours.keras")
    other.save(tmp_path / "theirs.keras")
    read = theirs.saving.load_model(tmp_path / "ours.keras")
    assert read.layers[0].lora_enabled
    assert_allclose(np.asarray(read(x)), wanted, rtol=1e-5, atol=1e-5)
    read = ours.saving.load_model(tmp_path / "theirs.keras")
    assert read.layers[0].lora_enabled
    assert_allclose(read(x), wanted, rtol=1e-5, atol=1e-5)
    one.save_weights(tmp_path / "ours.weights.h5")
    other.load_weights(tmp_path / "ours.weights.h5")
    assert_allclose(np.asarray(other(x)), wanted, rtol=1e-5, atol=1e-5)
