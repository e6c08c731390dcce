"""LoRA: what trains, what is merged, what files and copies hold."""

import copy

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import dovetail
from dovetail import layers
from dovetail.models import load_model


def test_only_the_small_matrices_and_the_bias_train():
    layer = layers.Dense(3, lora_rank=2, lora_alpha=4, name="out")
    layer.build((None, 5))
    assert [v.path for v in layer.weights] == [
        "out/kernel", "out/bias", "out/lora_kernel_a", "out/lora_kernel_b",
    ]  # fmt: skip
    assert [v.name for v in layer.trainable_variables] == ["bias", "lora_kernel_a", "lora_kernel_b"]
    layer.trainable = False
    assert layer.trainable_variables == []
    layer.trainable = True
    assert [v.name for v in layer.trainable_variables] == ["bias", "lora_kernel_a", "lora_kernel_b"]
    kernel, bias, a, b = layer.get_weights()
    assert_array_equal(layer.kernel, kernel)
    layer.set_weights([kernel, bias, a, b + 1])
    assert_allclose(layer.kernel, kernel + 2 * a @ np.ones((2, 3)), rtol=1e-6)
    assert (layer.lora_enabled, layer.lora_rank, layer.lora_alpha) == (True, 2, 4)


def test_a_frozen_layer_stays_frozen():
    layer = layers.Embedding(5, 3, trainable=False)
    layer.build()
    layer.enable_lora(2)
    assert layer.trainable_variables == []
    layer.trainable = True
    assert [v.path for v in layer.trainable_variables] == [f"{layer.name}/lora_embeddings_{x}" for x in "ab"]


def test_in_16_bits_the_small_matrices_are_kept_in_32():
    layer = layers.EinsumDense("ab,bc->ac", [3], dtype="bfloat16", lora_rank=1)
    assert layer(jnp.ones((2, 4))).dtype == jnp.bfloat16
    assert [v.dtype for v in layer.weights] == ["bfloat16", "float32", "float32"]
    assert layer.kernel.dtype == jnp.bfloat16


def test_copies_have_it():
    layer = layers.Conv1D(2, 2)
    layer.build((None, 4, 3))
    layer.enable_lora(1, lora_alpha=3, b_initializer="ones")
    again = copy.deepcopy(layer)
    assert_array_equal(again.kernel, layer.kernel)
    assert again.get_config() == layer.get_config()
    assert [again.get_config()[name] for name in ("lora_rank", "lora_alpha")] == [1, 3]
    assert "lora_rank" not in layers.Conv1D(2, 2).get_config()


def test_fitting_after_enabling_it_and_after_loading(tmp_path):
    x, y = np.ones((8, 4), "float32"), np.ones((8, 2), "float32")
    model = dovetail.Sequential([dovetail.Input((4,)), layers.Dense(2, name="out")])
    model.compile(dovetail.optimizers.SGD(0.1), "mse")
    model.fit(x, y, verbose=0)
    layer = model.layers[0]
    layer.enable_lora(2)
    model.compile(dovetail.optimizers.SGD(0.1), "mse")
    before, first = np.asarray(layer.kernel), layer._matrix().numpy()
    model.fit(x, y, verbose=0)
    assert_array_equal(layer._matrix().value, first)
    assert np.abs(layer.kernel - before).max() > 1e-4
    model.save(tmp_path / "a.keras")
    loaded = load_model(tmp_path / "a.keras")
    assert_allclose(loaded.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-6)
    merged = loaded.layers[0]
    assert_allclose(merged._matrix().value, layer.kernel, rtol=1e-6)
    assert_array_equal(merged.lora_kernel_b.value, np.zeros((2, 2)))
    loaded.fit(x, y * 9, verbose=0)  # and goes on learning
    assert np.abs(merged.lora_kernel_b.value).max() > 1e-4


def test_trained_without_compiling_again():
    x, y = np.ones((8, 4), "float32"), np.ones((8, 2), "float32")
    model = dovetail.Sequential([dovetail.Input((4,)), layers.Dense(2)])
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    model.layers[0].enable_lora(2)
    with pytest.warns(UserWarning, match="changed after"), pytest.raises(ValueError, match="Compile the model again"):
        model.fit(x, y, verbose=0)


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda: layers.Dense(3, name="d").enable_lora(2), "Dense 'd' is not built yet: call it on data before"),
        (lambda: built(lora_rank=2).enable_lora(2), "Dense 'd' has LoRA already, of rank 2"),
        (lambda: layers.Dense(3, lora_rank=2, kernel_constraint="max_norm"), "has a kernel_constraint, which LoRA"),
        (lambda: built(kernel_constraint="max_norm").enable_lora(2), "has a kernel_constraint, which LoRA"),
        (lambda: layers.Dense(3, lora_rank=0), "`lora_rank` must be a positive integer, not 0"),
        (lambda: layers.SpectralNormalization(layers.Dense(3, lora_rank=2)).build((None, 4)), "is frozen by LoRA"),
    ],
)
def test_misuse(misuse, message):
    with pytest.raises(ValueError, match=message):
        misuse()


def built(**arguments):
    layer = layers.Dense(3, name="d", **arguments)
    layer.build((None, 4))
    return layer


def test_a_kernel_that_is_not_there_yet():
    with pytest.raises(AttributeError, match="Dense 'd' has no `kernel` yet: build it"):
        _ = layers.Dense(3, name="d").kernel


def test_embeddings_that_are_given_or_go_back():
    table = np.arange(6.0, dtype="float32").reshape(3, 2)
    layer = layers.Embedding(3, 2, weights=[table], lora_rank=1)
    assert_array_equal(layer(np.array([[2]]))[0], table[2:])
    layer = layers.ReversibleEmbedding(3, 2, tie_weights=False, lora_rank=1)
    layer(np.array([[2]]))
    assert [v.name for v in layer.trainable_variables] == [
        "lora_embeddings_a", "lora_embeddings_b", "reverse_embeddings",
    ]  # fmt: skip
