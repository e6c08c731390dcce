"""Switches and limits do what they say."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import dovetail
from dovetail import config


def compiled():
    model = dovetail.Sequential([dovetail.Input((2,)), dovetail.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_limits_on_epochs_and_steps(monkeypatch):
    x, y = np.ones((20, 2), "float32"), np.ones((20, 1), "float32")
    model, seen = compiled(), []
    counter = dovetail.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    try:
        config.set_max_epochs(2)
        config.set_max_steps_per_epoch(3)
        assert (config.max_epochs(), config.max_steps_per_epoch()) == (2, 3)
        with pytest.warns(UserWarning, match="2 epochs instead of 5"):
            history = model.fit(x, y, batch_size=4, epochs=5, verbose=0, callbacks=[counter])
        assert history.epoch == [0, 1] and seen == [0, 1, 2] * 2
        assert model.predict(x, batch_size=4, verbose=0).shape == (12, 1)
        model.fit(x, y, batch_size=10, epochs=1, verbose=0, callbacks=[counter])
        assert seen[6:] == [0, 1]  # a limit adds no steps

        class Batches(dovetail.utils.PyDataset):
            def __len__(self):
                return 5

            def __getitem__(self, index):
                return x[:4], y[:4]

        model.fit(Batches(), verbose=0, callbacks=[counter])
        assert seen[8:] == [0, 1, 2]
    finally:
        config.set_max_epochs(None)
        config.set_max_steps_per_epoch(None)
    with pytest.raises(ValueError, match="max_epochs is a positive integer or None, not -1"):
        config.set_max_epochs(-1)


def test_limits_from_the_environment():
    code = "from dovetail import config; print(config.max_epochs(), config.max_steps_per_epoch())"
    environment = {"KERAS_MAX_EPOCHS": "3", "JAX_PLATFORMS": "cpu", "PYTHONPATH": ":".join(sys.path)}
    out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert out.stdout == "3 None\n"


def test_one_engine():
    config.set_backend("jax")
    with pytest.raises(ValueError, match="there is no backend 'torch'"):
        config.set_backend("torch")
    assert config.backend() == dovetail.backend.backend() == "jax" and config.is_nnx_enabled() is False


def test_tracebacks():
    before = jax.config.jax_traceback_filtering
    try:
        config.disable_traceback_filtering()
        assert jax.config.jax_traceback_filtering == "off" and not config.is_traceback_filtering_enabled()
        config.enable_traceback_filtering()
        assert jax.config.jax_traceback_filtering == "auto" and config.is_traceback_filtering_enabled()
    finally:
        jax.config.update("jax_traceback_filtering", before)


def test_flash_attention_is_asked_for_where_there_is_a_gpu_only(monkeypatch):
    q = jnp.ones((1, 2, 1, 4))
    assert dovetail.ops.dot_product_attention(q, q, q).shape == q.shape
    if jax.default_backend() == "cpu":
        with pytest.raises(ValueError, match="`flash_attention` needs a GPU; this runs on cpu"):
            dovetail.ops.dot_product_attention(q, q, q, flash_attention=True)
    assert config.is_flash_attention_enabled() is None
    config.disable_flash_attention()
    assert config.is_flash_attention_enabled() is False
    config.enable_flash_attention()
    assert config.is_flash_attention_enabled() is None
