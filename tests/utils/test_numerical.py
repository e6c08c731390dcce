import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail import Input
from dovetail.utils import normalize, to_categorical


def test_labels_become_rows_in_every_shape():
    rows = np.eye(4)
    for labels in (
        [0, 3, 1],
        [[0], [3], [1]],
        np.array([[0, 1], [3, 2]]),
        2,
        np.array([1.9, 0.2]),
        np.zeros((0,), int),
    ):
        shape = np.shape(labels)
        shape = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
        expected = rows[np.asarray(labels).astype(int).reshape(-1)].reshape(*shape, 4)
        assert_array_equal(to_categorical(labels, 4), expected)


def test_jax_arrays_and_symbols_stay_what_they_are():
    found = to_categorical(jnp.array([[0], [2]]))
    assert isinstance(found, jnp.ndarray) and found.shape == (2, 3)
    assert to_categorical(Input((), dtype="int32"), 5).shape == (None, 5)


def test_a_label_that_is_no_class_is_named():
    with pytest.raises(IndexError, match="label 7 is out of bounds for 3 classes"):
        to_categorical([0, 7], 3)
    with pytest.raises(ValueError, match="no labels"):
        to_categorical([])


def test_normalize_leaves_zero_vectors_alone():
    x = np.array([[3.0, 4.0], [0.0, 0.0]])
    assert_allclose(normalize(x), [[0.6, 0.8], [0, 0]])
    assert_allclose(normalize(x, axis=0, order=1), [[1, 1], [0, 0]])
    assert_allclose(normalize(jnp.asarray(x)), [[0.6, 0.8], [0, 0]], rtol=1e-6)
    assert normalize(np.ones((2, 3, 4)), axis=1).shape == (2, 3, 4)
