"""Each loss against Keras's own: values, gradients, reductions with weights and masks, signatures."""

import inspect

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail import losses

RNG = np.random.default_rng(0)
T, P = (jnp.asarray(RNG.uniform(0.05, 0.95, (4, 5)), "float32") for _ in range(2))
N = jnp.asarray(RNG.normal(size=(4, 5)) * 3, "float32")
B = jnp.asarray(RNG.integers(0, 2, (4, 5)), "float32")
C = jnp.array([0, 3, 4, 1])
H = jax.nn.one_hot(C, 5)
UNIT = N / jnp.linalg.norm(N, axis=-1, keepdims=True)

# class, arguments, targets, predictions
ROWS = [
    ("MeanSquaredError", {}, T, N),
    ("MeanAbsoluteError", {}, T, N),
    ("MeanAbsoluteError", {}, T, T),
    ("MeanAbsolutePercentageError", {}, N, P),
    ("MeanAbsolutePercentageError", {}, B, P),
    ("MeanSquaredLogarithmicError", {}, T, N),
    ("Huber", {}, T, N),
    ("Huber", {"delta": 0.5}, T, N),
    ("LogCosh", {}, T, N * 30),
    ("CosineSimilarity", {}, T, N),
    ("CosineSimilarity", {"axis": 0}, T, N),
    ("KLDivergence", {}, T, P),
    ("KLDivergence", {}, B, P),
    ("Poisson", {}, T, P),
    ("Hinge", {}, B, N),
    ("Hinge", {}, 2 * B - 1, N),
    ("SquaredHinge", {}, B, N),
    ("CategoricalHinge", {}, H, N),
    ("BinaryCrossentropy", {}, B, P),
    ("BinaryCrossentropy", {}, B, 1 - B),
    ("BinaryCrossentropy", {"from_logits": True}, B, N * 20),
    ("BinaryCrossentropy", {"axis": 0, "from_logits": True, "label_smoothing": 0.1}, B, N),
    ("BinaryFocalCrossentropy", {}, B, P),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "from_logits": True, "label_smoothing": 0.1}, B, N),
    ("CategoricalCrossentropy", {}, H, P),
    ("CategoricalCrossentropy", {}, H, H),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, H, P),
    ("CategoricalCrossentropy", {"from_logits": True}, H, N * 30),
    ("CategoricalCrossentropy", {"axis": 0}, B, P),
    ("CategoricalFocalCrossentropy", {}, H, P),
    ("CategoricalFocalCrossentropy", {"alpha": 0.5, "gamma": 1.0, "from_logits": True}, H, N),
    ("SparseCategoricalCrossentropy", {}, C, P),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, C[:, None], N * 30),
    ("SparseCategoricalCrossentropy", {"ignore_class": 3}, C, P),
    ("SparseCategoricalCrossentropy", {"ignore_class": -1}, jnp.array([0, -1, 4, 1]), P),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.7}, C, P),
    ("Dice", {}, B, P),
    ("Dice", {"axis": 1}, B, P),
    ("Tversky", {}, B, P),
    ("Tversky", {"alpha": 0.4, "beta": 0.4, "axis": 1}, B, P),  # equal weights: Keras swaps the two (keras#23333)
    ("CTC", {}, jnp.array([[1, 2], [2, 2], [4, 0], [1, 3]]), jnp.stack([N] * 6, axis=1)),
    ("Circle", {}, jnp.array([0, 1, 0, 1]), UNIT),
    ("Circle", {"gamma": 2.0, "margin": 0.1, "remove_diagonal": False}, jnp.array([0, 1, 0, 2]), UNIT),
]
rows = pytest.mark.parametrize("name, arguments, y_true, y_pred", ROWS, ids=[f"{r[0]}-{r[1]}" for r in ROWS])


@rows
def test_values_and_gradients(name, arguments, y_true, y_pred):
    found, wanted = (
        jax.value_and_grad(lambda y, m=m: getattr(m, name)(**arguments)(y_true, y))(y_pred)
        for m in (losses, keras.losses)
    )
    assert_allclose(found[0], wanted[0], rtol=1e-5, atol=1e-6)
    assert_allclose(found[1], wanted[1], rtol=1e-5, atol=1e-6)


REDUCED = [
    ("MeanSquaredError", {}, T, N),
    ("SparseCategoricalCrossentropy", {"ignore_class": 3}, C, P),  # has a mask of its own, as Circle
    ("Circle", {}, jnp.array([0, 1, 0, 2]), UNIT),
]


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None])
@pytest.mark.parametrize("name, arguments, y_true, y_pred", REDUCED, ids=[row[0] for row in REDUCED])
def test_reductions_weights_and_masks(name, arguments, y_true, y_pred, reduction):
    ours, theirs = (getattr(m, name)(reduction=reduction, **arguments) for m in (losses, keras.losses))
    for weight in (None, jnp.array([0.5, 2.0, 0.0, 1.0])):
        for mask in (None, jnp.array([True, True, False, True])):
            masked = y_pred + 0
            if mask is not None:
                masked._keras_mask = mask
            wanted = theirs(y_true, masked, sample_weight=weight)
            assert_allclose(ours(y_true, y_pred, weight, mask), wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["MeanSquaredError", "Huber", "BinaryCrossentropy", "KLDivergence"])
@pytest.mark.parametrize("shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((4,), (4,)), ((4, 3, 1), (4, 3))], ids=str)
def test_ranks_that_differ_by_an_axis_of_one(name, shapes):
    y_true, y_pred = (RNG.uniform(0.1, 0.9, shape).astype("float32") for shape in shapes)
    found, wanted = (getattr(m, name)(reduction=None)(y_true, y_pred) for m in (losses, keras.losses))
    assert_allclose(found, wanted, rtol=1e-5)


def test_every_class_of_keras_has_a_row():
    classes = {name for name in dir(keras.losses) if inspect.isclass(getattr(keras.losses, name))}
    assert classes - {"Loss"} == {row[0] for row in ROWS}


@pytest.mark.parametrize("name", [name for name in dir(keras.losses) if not name.startswith("_")])
def test_signatures(name):
    pair = [getattr(m, name) for m in (losses, keras.losses)]
    pair = [inspect.signature(x.__init__ if inspect.isclass(x) else x) for x in pair]
    found, wanted = ([(p.name, p.default) for p in s.parameters.values()] for s in pair)
    assert found == wanted
