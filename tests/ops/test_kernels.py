"""Tuned kernels beside their plain forms: forward, gradients, vmap, second derivatives, forward mode."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from numpy.testing import assert_allclose

from dovetail.ops import kernels
from dovetail.ops.kernels import batch_norm_train, conv, max_pool, plain_kernels, slow_in_loop

GENERATOR = np.random.default_rng(0)


def normal(*shape):
    return jnp.asarray(GENERATOR.normal(size=shape), jnp.float32)


# space, window, channels, filters, groups
CONVOLUTIONS = [
    ((9,), (3,), 4, 6, 1),
    ((9,), (4,), 4, 6, 2),
    ((9, 8), (3, 2), 3, 5, 1),
    ((7, 8), (3, 3), 4, 6, 2),
    ((7, 6), (3, 3), 4, 8, 4),
    ((5, 6, 7), (3, 2, 3), 2, 3, 1),
]
SETTINGS = [(1, 1, "valid"), (1, 1, "same"), (2, 1, "same"), (3, 1, "valid"), (1, 2, "same"), (2, 1, "valid")]


def both(function, *arguments):
    """Results of the tuned and of the plain form."""
    tuned = function(*arguments)
    with plain_kernels():
        return tuned, function(*arguments)


def close(pair, rtol=2e-5):
    for tuned, plain in zip(jax.tree.leaves(pair[0]), jax.tree.leaves(pair[1]), strict=True):
        assert tuned.dtype == plain.dtype
        scale = float(jnp.abs(plain.astype("float32")).max()) + 1e-12
        assert_allclose(tuned.astype("float32"), plain.astype("float32"), rtol=rtol, atol=rtol * scale)


@pytest.mark.parametrize("shape", CONVOLUTIONS, ids=str)
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_convolution(shape, setting):
    space, window, channels, filters, groups = shape
    strides, dilation, padding = setting
    x, w = normal(2, *space, channels), normal(*window, channels // groups, filters)

    def run(x, w):
        return conv(x, w, strides, padding, dilation, groups)

    close(both(run, x, w))
    close(both(jax.grad(lambda x, w: jnp.sum(run(x, w) ** 2), (0, 1)), x, w))


def test_causal_and_explicit_padding():
    x, w = normal(2, 7, 3), normal(3, 3, 4)
    first = conv(x, w, 1, "causal")
    assert first.shape == (2, 7, 4)
    changed = conv(x.at[:, 4:].set(0), w, 1, "causal")
    assert_allclose(first[:, :4], changed[:, :4], rtol=1e-6)
    assert_allclose(conv(x, w, 1, ((2, 0),)), first)


def test_convolution_vmap_and_second_derivatives():
    x, w = normal(3, 2, 5, 5, 2), normal(2, 2, 2, 3)

    def loss(x, w):
        return jnp.sum(conv(x, w, 1, "same") ** 3)

    close(both(jax.vmap(jax.grad(loss, 1), (0, None)), x, w))
    close(both(lambda x, w: jax.grad(lambda w: jnp.sum(jax.grad(loss, 1)(x[0], w) ** 2))(w), x, w), 1e-4)
    close(both(lambda x, w: jax.jacfwd(jax.grad(loss, 1), 1)(x[0], w), x, w), 1e-4)


def test_convolution_in_16_bits():
    x, w = normal(2, 6, 6, 2).astype("bfloat16"), normal(3, 3, 2, 2).astype("bfloat16")
    close(both(lambda x, w: conv(x, w, 1, "same"), x, w), 2e-2)


@pytest.mark.parametrize("shape", CONVOLUTIONS, ids=str)
def test_a_training_step_has_only_convolutions_that_are_fast_in_loops(shape):
    space, window, channels, filters, groups = shape
    x, w = normal(2, *space, channels), normal(*window, channels // groups, filters)
    gradient = jax.grad(lambda w: jnp.sum(conv(x, w, 1, "same", 1, groups) ** 2))

    def loop(w):
        return lax.fori_loop(0, 3, lambda i, w: w - 0.1 * gradient(w), w)

    assert slow_in_loop(jax.make_jaxpr(loop)(w)) is None


def test_a_plain_gradient_is_recognised_as_slow_in_loops():
    x, w = normal(2, 6, 6, 2), normal(3, 3, 2, 2)
    numbers = ("NHWC", "HWIO", "NHWC")

    def loss(w):
        return jnp.sum(lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=numbers) ** 2)

    reason = slow_in_loop(jax.make_jaxpr(jax.grad(loss))(w))
    assert reason.startswith("a convolution of (2, 6, 6, 2) in the order")


POOLS = [
    ((2, 2), (2, 2), "valid"), ((3, 3), (2, 2), "same"), ((2, 2), (1, 1), "same"), ((3, 2), (1, 2), "valid"),
    ((2, 3), (3, 3), "same"), ((3, 3), (3, 3), "valid"), ((12, 12), (12, 12), "same"),
]  # fmt: skip


@pytest.mark.parametrize("pool", POOLS, ids=str)
def test_max_pooling_with_many_ties(pool):
    x = jnp.round(normal(2, 13, 14, 3) * 2) / 2
    y = max_pool(x, *pool)
    cotangent = normal(*y.shape)
    close(both(lambda x: max_pool(x, *pool), x))
    close(both(jax.grad(lambda x: jnp.sum(max_pool(x, *pool) * cotangent)), x))


def test_max_pooling_of_one_axis_of_integers_and_vmap():
    x = normal(3, 2, 9, 4)
    close(both(jax.vmap(jax.grad(lambda x: jnp.sum(max_pool(x, 3, 2, "same") ** 2))), x))
    assert max_pool(jnp.arange(8).reshape(1, 8, 1), 2).ravel().tolist() == [1, 3, 5, 7]


@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_batch_normalization(offset):
    x, gamma, beta = normal(4, 5, 6, 3) + offset, normal(3), normal(3)
    weight = normal(4, 5, 6, 3)

    def loss(x, gamma, beta):
        return jnp.sum(batch_norm_train(x, gamma, beta, 1e-3)[0] * weight)

    tolerance = 2e-5 if offset == 0 else 3e-3
    close(both(lambda *a: batch_norm_train(*a, 1e-3), x, gamma, beta), tolerance)
    close(both(jax.grad(loss, (0, 1, 2)), x, gamma, beta), tolerance)


def test_batch_normalization_without_scale_and_mapped():
    x = normal(3, 8, 4)
    close(both(jax.vmap(lambda x: batch_norm_train(x, None, None, 1e-3)[0]), x))
    gradient = jax.vmap(jax.grad(lambda x: jnp.sum(batch_norm_train(x, None, None, 1e-3)[0] ** 3)))
    close(both(gradient, x), 1e-4)


def test_plain_kernels_have_forward_mode():
    x, w = normal(1, 4, 4, 2), normal(2, 2, 2, 2)
    with pytest.raises(TypeError, match="forward-mode"):
        jax.jvp(lambda w: conv(x, w), (w,), (w,))
    with plain_kernels():
        assert jax.jvp(lambda w: conv(x, w), (w,), (w,))[1].shape == (1, 3, 3, 2)
    # tiles have a linear rule: all modes work on the tuned form too
    assert jax.jvp(lambda x: max_pool(x, 2), (x,), (x,))[1].shape == (1, 2, 2, 2)


def test_options_are_those_that_this_jaxlib_accepts():
    options = kernels.compiler_options()
    assert isinstance(options, dict)
    assert float(kernels.compile_jit(lambda x: x + 1)(1.0)) == 2.0
    kernels.use_library_reductions(False)
    try:
        assert "REDUCE" not in str(kernels.compiler_options())
    finally:
        kernels.use_library_reductions(True)


def test_compiled_models_know_which_kernels_they_were_traced_with():
    import dovetail as keras

    x = keras.Input((6, 6, 2))
    model = keras.Model(x, keras.layers.Conv2D(2, 3)(x))
    image = normal(1, 6, 6, 2)
    with plain_kernels():
        plain = model(image)
    made = len(model._programs._made)
    assert_allclose(model(image), plain, rtol=1e-5)
    assert len(model._programs._made) > made
