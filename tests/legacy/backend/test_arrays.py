"""Functions of arrays against NumPy; on arrays, variables and symbolic tensors alike."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail
from dovetail import layers
from dovetail.engine.errors import ShapeError
from dovetail.engine.tensor import KerasTensor
from dovetail.legacy import backend as K

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(3, 4, 5)).astype("float32")
Y = RANDOM.normal(size=(3, 5, 2)).astype("float32")
M = RANDOM.normal(size=(3, 4)).astype("float32")

ROWS = {
    "mean of booleans": (lambda x: K.mean(K.greater(x, 0)), (X,), np.mean(X > 0)),
    "sum over a list of axes": (lambda x: K.sum(x, axis=[1, -1], keepdims=True), (X,), X.sum((1, 2), keepdims=True)),
    "std": (lambda x: K.std(x, axis=0), (X,), X.std(0)),
    "var": (lambda x: K.var(x, axis=-1), (X,), X.var(-1)),
    "prod": (lambda x: K.prod(x, axis=1), (X,), X.prod(1)),
    "max": (lambda x: K.max(x, axis=1, keepdims=True), (X,), X.max(1, keepdims=True)),
    "min": (K.min, (X,), X.min()),
    "argmax": (K.argmax, (X,), X.argmax(-1)),
    "argmin": (lambda x: K.argmin(x, axis=0), (X,), X.argmin(0)),
    "any": (lambda x: K.any(x, axis=1), (np.float32([[0, 0], [0, 3]]),), [False, True]),
    "all": (lambda x: K.all(x, axis=1), (np.float32([[1, 0], [2, 3]]),), [False, True]),
    "cumsum": (K.cumsum, (M,), M.cumsum(0)),
    "cumprod": (lambda x: K.cumprod(x, axis=1), (M,), M.cumprod(1)),
    "logsumexp": (lambda x: K.logsumexp(x, axis=1), (X,), np.log(np.exp(X).sum(1))),
    "sqrt of a negative number": (K.sqrt, (np.float32([-1, 4]),), [0, 2]),
    "round": (K.round, (np.float32([0.5, 1.5, 2.4]),), [0, 2, 2]),
    "clip without an end": (lambda x: K.clip(x, 0.0, None), (M,), np.maximum(M, 0)),
    "clip with a maximum below": (lambda x: K.clip(x, 2.0, 1.0), (M,), np.full_like(M, 2)),
    "pow": (lambda x: K.pow(x, 3), (M,), M**3),
    "lesser_equal": (lambda x: K.lesser_equal(x, 0), (M,), M <= 0),
    "dot of a sequence": (lambda x: K.dot(x, Y[0]), (X,), X @ Y[0]),
    "batch_dot of vectors": (K.batch_dot, (M, M), (M * M).sum(1, keepdims=True)),
    "batch_dot": (K.batch_dot, (X, Y), X @ Y),
    "batch_dot over named axes": (lambda x, y: K.batch_dot(x, y, axes=[1, 1]), (X, M), np.einsum("bij,bi->bj", X, M)),
    "batch_dot over one axis": (lambda x, y: K.batch_dot(x, y, axes=2), (X, X), np.einsum("bik,bjk->bij", X, X)),
    "transpose": (K.transpose, (X,), X.T),
    "gather": (lambda x: K.gather(x, np.array([[2.0, 0.0]])), (X,), X[[[2, 0]]]),
    "one_hot": (lambda x: K.one_hot(x, nb_classes=3), (np.int32([[0, 2]]),), np.eye(3)[[[0, 2]]]),
    "concatenate": (lambda x, y: K.concatenate([x, y]), (X, X), np.concatenate([X, X], -1)),
    "stack": (lambda x: K.stack([x, x], axis=1), (M,), np.stack([M, M], 1)),
    "reshape with an open axis": (lambda x: K.reshape(x, (None, 5)), (X,), X.reshape(-1, 5)),
    "permute_dimensions": (lambda x: K.permute_dimensions(x, (1, 0, 2)), (X,), X.transpose(1, 0, 2)),
    "repeat_elements": (lambda x: K.repeat_elements(x, 2, axis=1), (X,), X.repeat(2, 1)),
    "repeat": (lambda x: K.repeat(x, 2), (M,), np.stack([M, M], 1)),
    "tile": (lambda x: K.tile(x, (1, 2)), (M,), np.tile(M, (1, 2))),
    "flatten": (K.flatten, (X,), X.ravel()),
    "batch_flatten": (K.batch_flatten, (X,), X.reshape(3, 20)),
    "expand_dims": (lambda x: K.expand_dims(x, dim=1), (M,), M[:, None]),
    "squeeze": (lambda x: K.squeeze(x, 1), (M[:, None],), M),
    "reverse": (lambda x: K.reverse(x, 1), (X,), X[:, ::-1]),
    "slice": (lambda x: K.slice(x, (0, 1), (-1, 2)), (M,), M[:, 1:3]),
    "zeros_like": (K.zeros_like, (M,), 0 * M),
    "l2_normalize": (lambda x: K.l2_normalize(x, axis=1), (X,), X / np.sqrt((X**2).sum(1, keepdims=True))),
    "switch for each row": (lambda x: K.switch(K.greater(x[:, 0], 0), x, -x), (M,), np.where(M[:, :1] > 0, M, -M)),
    "in_train_phase": (lambda x: K.in_train_phase(lambda: x + 1, x), (M,), M),
    "in_test_phase": (lambda x: K.in_test_phase(x + 1, x), (M,), M + 1),
    "foldl": (lambda x: K.foldl(lambda a, b: a - b, x), (M,), M[0] - M[1] - M[2]),
    "foldr": (lambda x: K.foldr(lambda a, b: a - b, x, K.zeros((4,))), (M,), -M.sum(0)),
    "map_fn": (lambda x: K.map_fn(lambda row: K.sum(row), x), (M,), M.sum(1)),
    "stop_gradient": (K.stop_gradient, (M,), M),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_values(name):
    function, arguments, expected = ROWS[name]
    assert_allclose(function(*(K.constant(x, x.dtype.name) for x in arguments)), expected, rtol=1e-5, atol=1e-5)


def test_values_of_a_graph():
    inputs, values, outputs = [], [], []
    for function, arguments, _ in ROWS.values():
        symbolic = [K.placeholder((None, *x.shape[1:]), dtype=x.dtype.name) for x in arguments]
        outputs.append(function(*symbolic))
        inputs.extend(symbolic)
        values.extend(arguments)
    found = K.function(inputs, outputs)(values)
    for name, symbolic, value, (_, _, expected) in zip(ROWS, outputs, found, ROWS.values(), strict=True):
        assert_allclose(value, expected, rtol=1e-5, atol=1e-5, err_msg=name)
        assert isinstance(symbolic, KerasTensor) and len(symbolic.shape) == value.ndim, name
        assert all(size in (None, real) for size, real in zip(symbolic.shape, value.shape, strict=True)), name


def test_variables_are_read_when_a_graph_runs():
    w = K.variable([[1.0, 2.0]])
    doubled = 2 * w + K.sum(w)
    assert isinstance(doubled, KerasTensor)
    assert_allclose(K.eval(doubled), [[5, 7]])
    K.set_value(w, [[0, 1]])
    assert_allclose(K.get_value(doubled), [[1, 3]])
    assert float(K.sum(w)) == 1.0
    assert_allclose(np.asarray(K.square(w)), [[0, 1]])


@pytest.mark.release("2.15.0")
def test_tensorflow_2_computes_at_once():
    w = K.variable([[1.0, 2.0]])
    before = w * 2
    w.assign([[0.0, 0.0]])
    assert_allclose(before, [[2, 4]])
    assert before.numpy().shape == (1, 2)


def test_dot_contracts_the_last_but_one_axis_of_an_array_of_any_rank():
    x, y = RANDOM.normal(size=(2, 3)).astype("float32"), RANDOM.normal(size=(4, 3, 5)).astype("float32")
    assert_allclose(K.dot(x, y), np.einsum("an,bnc->abc", x, y), rtol=1e-5)


@pytest.mark.release("1.2.2", "theano")
def test_batch_dot_of_four_axes_is_an_outer_product_on_theano():
    x = RANDOM.normal(size=(2, 2, 3, 3)).astype("float32")
    assert_allclose(K.batch_dot(x, x, axes=(3, 3)), np.einsum("bijk,bmnk->bijmn", x, x), rtol=1e-4, atol=1e-5)


@pytest.mark.release("1.2.2")
def test_batch_dot_of_four_axes_multiplies_matrices_on_tensorflow():
    x = RANDOM.normal(size=(2, 2, 3, 3)).astype("float32")
    assert_allclose(K.batch_dot(x, x, axes=(3, 3)), x @ x.swapaxes(-1, -2), rtol=1e-4, atol=1e-5)


def test_batch_dot_on_tensorflow_gave_the_smaller_array_axes_behind_its_own():
    x, y = RANDOM.normal(size=(2, 3, 5)).astype("float32"), RANDOM.normal(size=(2, 3, 5, 4)).astype("float32")
    assert_allclose(K.batch_dot(x, y, axes=(2, 2)), np.einsum("bik,bikj->bij", x, y), rtol=1e-4, atol=1e-5)
    z = RANDOM.normal(size=(2, 3, 4)).astype("float32")
    assert_allclose(K.batch_dot(z, y, axes=[2, 3]), np.einsum("bik,bijk->bij", z, y), rtol=1e-4, atol=1e-5)
    assert_allclose(K.batch_dot(y, z, axes=[3, 2]), np.einsum("bijk,bik->bij", y, z), rtol=1e-4, atol=1e-5)


def test_batch_dot_refuses_the_batch_axis_and_unequal_axes():
    with pytest.raises(ShapeError, match=r"cannot contract the batch axis \(0\)"):
        K.batch_dot(X, X, axes=0)
    with pytest.raises(ShapeError, match=r"axis 2 of .* and axis 2 of .* differ"):
        K.batch_dot(X, Y, axes=2)


def test_sizes_can_be_computed_with_while_a_graph_is_drawn():
    x = dovetail.Input((6, 4))
    size = K.shape(x)
    y = K.reshape(x, K.concatenate([[size[0] * 2], size[1:2] // 2, [4]]))
    assert y.shape == (None, 3, 4)
    inside = dovetail.layers.Lambda(lambda t: K.reshape(t, (K.shape(t)[0], 2, K.int_shape(t)[1] * 2)))(x)
    assert inside.shape == (None, 2, 12)
    assert K.int_shape(x) == (None, 6, 4) and K.ndim(x) == 3 and K.dtype(x) == "float32"
    assert_allclose(K.function([x], [y, size])([np.zeros((5, 6, 4))])[1], [5, 6, 4])
    assert x.shape == (None, 6, 4) and x.shape.as_list()[1:] == [6, 4] and x.shape[-1].value == 4
    layers.Lambda(lambda t: t * float(t.shape[1].value))(x)
    assert x.get_shape().as_list() == [None, 6, 4] and x.get_shape()[1].value == 6 and x._keras_shape == (None, 6, 4)


def test_arrays_may_stand_on_either_side_of_an_operator():
    x = dovetail.Input((4,))
    y = np.ones(4, "float32") - x * K.constant(2.0) + K.variable(1.0) / (x + 3)
    assert_allclose(K.function([x], [y])([M + 9])[0], 1 - 2 * (M + 9) + 1 / (M + 12), rtol=1e-5)
    assert_allclose(K.function([x], [1.0 / x, np.float32(2) - x, -x, abs(x)])([M])[3], abs(M))


def test_theano_methods_of_tensors():
    x = dovetail.Input((4, 5))
    got = K.function([x], [x.dimshuffle(0, "x", 2, 1), x.sum(axis=1), x.T, x.flatten(2)])([X])
    assert_allclose(got[0], X.transpose(0, 2, 1)[:, None])
    assert_allclose(got[1], X.sum(1), rtol=1e-5)
    assert got[2].shape == (5, 4, 3) and got[3].shape == (3, 20)


def test_constants_variables_and_random_variables():
    assert_allclose(K.constant(3, shape=(2,)), [3, 3])
    assert_allclose(K.constant([1, 2], shape=(2, 2)), [[1, 2], [2, 2]])
    assert K.dtype(K.variable(np.arange(3))) == "float32"
    assert_allclose(K.get_value(K.eye(2)), np.eye(2))
    assert K.count_params(K.zeros((2, 3))) == 6
    wide, narrow = K.random_normal_variable((500,), 3, 0.1, seed=1), K.random_uniform_variable((500,), 4, 5)
    assert abs(K.get_value(wide).mean() - 3) < 0.05 and K.get_value(narrow).min() >= 4
    assert K.batch_get_value([K.ones((1,)), K.zeros((1,))]) == [1, 0]
    with pytest.raises(ShapeError, match="needs `shape` or `ndim`"):
        K.placeholder()
    with pytest.raises(TypeError, match="assigns to a variable"):
        K.set_value(3, 4)
