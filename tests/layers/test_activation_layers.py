import jax.numpy as jnp
import pytest
from numpy.testing import assert_allclose

from dovetail.engine.errors import ShapeError
from dovetail.layers import ELU, Input, LeakyReLU, PReLU, ReLU, Softmax

X = jnp.array([[-2.0, 0.5, 3.0]])


def test_values():
    assert_allclose(ReLU(max_value=1.0)(X), [[0.0, 0.5, 1.0]])
    assert_allclose(ReLU(negative_slope=0.1, threshold=1.0)(X), [[-0.3, -0.05, 3.0]], rtol=1e-6)
    assert_allclose(LeakyReLU()(X), [[-0.6, 0.5, 3.0]], rtol=1e-6)
    assert_allclose(LeakyReLU(alpha=0.5)(X), [[-1.0, 0.5, 3.0]])
    assert_allclose(ELU(2.0)(X), [[2.0 * (jnp.exp(-2.0) - 1.0), 0.5, 3.0]], rtol=1e-6)
    assert_allclose(PReLU("ones")(X), X)


def test_prelu_shares_axes():
    layer = PReLU(shared_axes=[1])
    layer(Input((None, 3)))
    assert layer.alpha.shape == (1, 3)
    with pytest.raises(ShapeError) as error:
        PReLU(name="p")(Input((None, 3)))
    assert str(error.value) == (
        "PReLU 'p' learns one number for each place of (batch, ?, 3), and axis 1 is open. "
        "Share it: shared_axes=[1], or give the input a size there."
    )
    with pytest.raises(ShapeError, match="cannot share axis 2"):
        PReLU(shared_axes=2)(X)


def test_softmax_of_masked_places_is_zero_even_in_a_masked_row():
    mask = jnp.array([[True, False, True], [False, False, False]])
    y = Softmax()(jnp.zeros((2, 3)), mask=mask)
    assert_allclose(y, [[0.5, 0.0, 0.5], [0.0, 0.0, 0.0]])
    with pytest.raises(ShapeError, match=r"a mask \(batch, 2\) does not broadcast to the inputs \(batch, 3\)"):
        Softmax()(jnp.zeros((2, 3)), mask=jnp.ones((2, 2), bool))


@pytest.mark.parametrize("make", [lambda: ReLU(max_value=-1), lambda: ReLU(threshold=-1), lambda: LeakyReLU(None)])
def test_negative_settings(make):
    with pytest.raises(ValueError, match="must be a number of at least 0"):
        make()
