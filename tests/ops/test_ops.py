"""Functions of `dovetail.ops` where Keras is no reference, their errors, and their gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail
from dovetail import ops
from dovetail.ops.kernels import convolution, plain_kernels

G = np.random.default_rng(0)


def test_a_blurred_point_is_the_window_in_its_own_channel():
    image = np.zeros((1, 5, 7, 2), "float32")
    image[0, 2, 3, 1] = 1
    blurred = np.asarray(ops.image.gaussian_blur(image, (3, 5), (1.0, 2.0)))
    rows, columns = (np.exp(-0.5 * (np.arange(-h, h + 1) / s) ** 2) for h, s in ((1, 1.0), (2, 2.0)))
    window = np.outer(rows / rows.sum(), columns / columns.sum())
    assert_allclose(blurred[0, 1:4, 1:6, 1], window, rtol=1e-5)
    assert not blurred[..., 0].any()


def test_elastic_transforms_repeat_with_a_seed_and_move_pixels():
    image = G.uniform(size=(2, 9, 9, 1)).astype("float32")
    one, two, other = (ops.image.elastic_transform(image, seed=seed) for seed in (1, 1, 2))
    assert_allclose(one, two)
    assert np.abs(np.asarray(one) - other).max() > 1e-3


@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("window", [(3, 2), (2, 4)])
def test_gradients_of_transposed_convolution_are_those_of_its_plain_form(strides, padding, window):
    x = G.normal(size=(2, 4, 5, 3)).astype("float32")
    w = G.normal(size=(*window, 2, 3)).astype("float32")

    def total(x, w):
        return jnp.sum(jnp.sin(convolution.conv_transpose(x, w, strides, padding, dilation=1 if strides > 1 else 2)))

    found = jax.grad(total, (0, 1))(x, w)
    with plain_kernels():
        expected = jax.grad(total, (0, 1))(x, w)
    for a, b in zip(found, expected, strict=True):
        assert_allclose(a, b, rtol=1e-4, atol=1e-4)


def test_sparsemax_sums_to_one():
    assert_allclose(ops.sum(ops.sparsemax(G.normal(size=(3, 5))), axis=-1), 1, rtol=1e-6)


MISTAKES = {
    "sparse": (lambda: ops.one_hot([1], 3, sparse=True), "one_hot: `sparse=True` is not there: arrays are dense"),
    "channels": (
        lambda: ops.conv(np.ones((1, 4, 4, 3)), np.ones((2, 2, 2, 4))),
        "conv: a kernel for 2 channels does not divide the input's 3",
    ),
    "pattern": (lambda: ops.rearrange(np.ones((2, 3)), "a b"), "rearrange: the pattern 'a b' has no '->'"),
    "unstack": (lambda: ops.unstack(np.ones((2, 3)), num=4), "unstack: axis 0 has the size 2, `num` is 4"),
    "strategy": (
        lambda: ops.ctc_decode(np.ones((1, 2, 3)), [2], "greedi"),
        "unknown strategy 'greedi'; did you mean 'greedy'?",
    ),
    "fill": (
        lambda: ops.image.affine_transform(np.ones((2, 2, 1)), np.ones(8), fill_mode="wrapp"),
        "unknown fill_mode 'wrapp'; did you mean 'wrap'?",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes(case):
    call, text = MISTAKES[case]
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == text


def test_functions_draw_graphs_and_models_of_them_are_saved(tmp_path):
    x = dovetail.Input((4,))
    y = ops.image.resize(ops.reshape(x, (-1, 2, 2, 1)), (4, 4))
    z = ops.where(ops.mean(y, axis=(1, 2, 3)) > 0, 1.0, -1.0) + ops.einsum("ij,ij->i", x, x)
    model = dovetail.Model(x, [z, x[:, 1:] ** 2, -x, 3 - x, ops.split(x, 2, axis=1)[0]])
    model.save(tmp_path / "m.keras")
    again = dovetail.models.load_model(tmp_path / "m.keras")
    inputs = G.normal(size=(3, 4)).astype("float32")
    for a, b in zip(again(inputs), model(inputs), strict=True):
        assert_allclose(a, b)
