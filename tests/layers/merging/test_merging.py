"""Merges: equations, broadcasting, masks, and the patterns that people build with them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as keras
from dovetail import layers
from dovetail.engine.configs import like
from dovetail.layers.merging import MERGES, is_merge, short_name

GENERATOR = np.random.default_rng(0)
A, B, C = (GENERATOR.normal(size=(2, 3)).astype("float32") for _ in range(3))
EQUATIONS = [
    ("add", layers.Add, lambda xs: xs[0] + xs[1] + xs[2]),
    ("multiply", layers.Multiply, lambda xs: xs[0] * xs[1] * xs[2]),
    ("average", layers.Average, lambda xs: (xs[0] + xs[1] + xs[2]) / 3),
    ("maximum", layers.Maximum, lambda xs: np.maximum(np.maximum(xs[0], xs[1]), xs[2])),
    ("minimum", layers.Minimum, lambda xs: np.minimum(np.minimum(xs[0], xs[1]), xs[2])),
    ("concatenate", layers.Concatenate, lambda xs: np.concatenate(xs, -1)),
]


@pytest.mark.parametrize(("name", "cls", "equation"), EQUATIONS, ids=lambda x: x if isinstance(x, str) else "")
def test_equations(name, cls, equation):
    assert_allclose(cls()([A, B, C]), equation([A, B, C]), rtol=1e-6)
    assert_allclose(getattr(layers, name)([A, B, C]), equation([A, B, C]), rtol=1e-6)


def test_subtract_and_dot():
    assert_allclose(layers.subtract([A, B]), A - B)
    assert_allclose(layers.dot([A, B], axes=1), (A * B).sum(1, keepdims=True), rtol=1e-5)
    unit = (A * B).sum(1) / np.linalg.norm(A, axis=1) / np.linalg.norm(B, axis=1)
    assert_allclose(layers.dot([A, B], axes=1, normalize=True)[:, 0], unit, rtol=1e-5)


@pytest.mark.parametrize("name", MERGES)
def test_every_merge_has_guidance_and_a_short_name(name):
    layer = MERGES[name]()
    assert is_merge(layer) and short_name(layer) == name
    assert len(layer.guidance.use) > 20 and layer.guidance.cost.endswith(".")


def test_average_is_add_divided_by_the_number_of_branches():
    assert_allclose(layers.Average()([A, B, C]), layers.Add()([A, B, C]) / 3)


def test_lower_ranks_get_axes_behind_the_batch():
    long = GENERATOR.normal(size=(2, 4, 3)).astype("float32")
    assert_allclose(layers.Add()([long, A]), long + A[:, None])
    assert layers.Multiply()([keras.Input((4, 3)), keras.Input((3,))]).shape == (None, 4, 3)


def test_an_open_axis_takes_the_size_that_another_branch_knows():
    open_axis, known = keras.Input((None, 3)), keras.Input((7, 3))
    assert layers.Add()([open_axis, known]).shape == (None, 7, 3)
    assert layers.Add()([open_axis, open_axis]).shape == (None, None, 3)
    assert layers.Concatenate(axis=1)([open_axis, known]).shape == (None, None, 3)
    assert layers.Concatenate()([open_axis, known]).shape == (None, 7, 6)
    assert layers.Dot(axes=1)([open_axis, known]).shape == (None, 3, 3)


def test_sizes_that_were_open_are_checked_when_they_are_known():
    a, b = keras.Input((None, 3), name="a"), keras.Input((None, 3), name="b")
    model = keras.Model([a, b], layers.Add(name="join")([a, b]))
    assert model([np.ones((2, 4, 3), "float32"), np.ones((2, 4, 3), "float32")]).shape == (2, 4, 3)
    with pytest.raises(ValueError, match=r"Add 'join' cannot combine its 2 branches; axis -2 is 4 in one and 5"):
        model([np.ones((2, 4, 3), "float32"), np.ones((2, 5, 3), "float32")])


def test_the_same_tensor_twice_and_shared_branches():
    x = keras.Input((3,))
    shared = layers.Dense(3)
    y = layers.Add()([shared(x), shared(x)])
    z = layers.Multiply()([y, y])
    model = keras.Model(x, z)
    kernel, bias = model.get_weights()
    assert len(model.weights) == 2
    assert_allclose(model(A), (2 * (A @ kernel + bias)) ** 2, rtol=1e-5)


def test_ten_branches():
    x = keras.Input((3,))
    model = keras.Model(x, layers.Maximum()([layers.Dense(4)(x) for _ in range(10)]))
    assert model(A).shape == (2, 4)


def test_similarity_features():
    x, y = keras.Input((3,)), keras.Input((3,))
    model = keras.Model([x, y], layers.Concatenate()([x, y, x * y, (x - y) ** 2]))
    assert_allclose(model([A, B]), np.concatenate([A, B, A * B, (A - B) ** 2], -1), rtol=1e-6)


def masked(shape=(4,)):
    return layers.Embedding(6, 3, mask_zero=True)(keras.Input(shape, dtype="int32"))


IDS = np.array([[1, 0, 2, 0], [3, 4, 0, 0]]), np.array([[1, 2, 0, 0], [0, 4, 0, 5]])


def mask_after(layer, *, second_masked=True):
    """The mask behind a merge of two embedded sequences."""
    seen = []

    class Probe(keras.Layer):
        def call(self, x, mask=None):
            seen.append(mask)
            return x

    first, second = keras.Input((4,), dtype="int32"), keras.Input((4,), dtype="int32")
    embeddings = [
        layers.Embedding(6, 3, mask_zero=True)(first),
        layers.Embedding(6, 3, mask_zero=second_masked)(second),
    ]
    model = keras.Model([first, second], Probe()(layer(embeddings)))
    with jax.disable_jit():
        seen.clear()
        model([jnp.asarray(ids, "int32") for ids in IDS])
    return None if seen[-1] is None else np.asarray(seen[-1])


KEPT = [ids != 0 for ids in IDS]


@pytest.mark.parametrize("cls", [layers.Add, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum])
def test_a_step_is_kept_if_any_branch_keeps_it(cls):
    assert_allclose(mask_after(cls()), KEPT[0] | KEPT[1])
    assert mask_after(cls(), second_masked=False) is None


def test_masks_of_concatenate():
    assert_allclose(mask_after(layers.Concatenate()), KEPT[0] | KEPT[1])
    assert mask_after(layers.Concatenate(), second_masked=False).all()
    assert_allclose(mask_after(layers.Concatenate(axis=1)), np.concatenate(KEPT, 1))


def test_dot_gives_no_mask():
    assert mask_after(layers.Dot(axes=2)) is None


@pytest.mark.parametrize("mode", ["sum", "mul", "ave", "max"])
def test_the_old_merge_keeps_what_all_branches_keep(mode):
    assert_allclose(mask_after(layers.Merge(mode=mode)), KEPT[0] & KEPT[1])
    assert_allclose(mask_after(layers.Merge(mode=mode), second_masked=False), KEPT[0])


def test_the_old_concatenation_of_masks():
    assert_allclose(mask_after(layers.Merge(mode="concat")), KEPT[0] & KEPT[1])


MODES = {"sum": "add", "add": "add", "sub": "subtract", "mul": "multiply", "ave": "average", "max": "maximum",
         "min": "minimum", "concat": "concatenate"}  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_modes_are_the_layers(mode):
    assert_allclose(layers.Merge(mode=mode)([A, B]), getattr(layers, MODES[mode])([A, B]))


def test_a_function_as_mode():
    layer = layers.Merge(
        mode=lambda xs, factor: xs[0] * factor + xs[1], output_shape=(3,), arguments={"factor": 2.0}, name="mine"
    )
    assert layer.name == "mine"
    assert_allclose(layer([A, B]), 2 * A + B)
    assert layer([keras.Input((3,)), keras.Input((3,))]).shape == (None, 3)
    again = like(layer)
    assert_allclose(again([A, B]), 2 * A + B)


def test_a_function_can_take_masks_and_give_one():
    got = []

    def join(xs, mask):
        got.append(mask)
        return xs[0] + xs[1]

    layer = layers.Merge(mode=join, output_mask=lambda masks: masks[1])
    assert_allclose(mask_after(layer), KEPT[1])
    assert got[-1][0] is not None


def test_attention_made_of_merges():
    steps = keras.Input((5, 4), name="steps")
    scores = layers.Dense(1, activation="tanh")(steps)
    weights = layers.Softmax()(layers.Reshape((5,))(scores))
    weighted = layers.Multiply()([steps, layers.Reshape((5, 1))(weights)])
    summary = layers.Dot(axes=(1, 1))([steps, weights])
    model = keras.Model(steps, [layers.Dense(1)(summary), weighted])
    x = GENERATOR.normal(size=(6, 5, 4)).astype("float32")
    out, attended = model(x)
    assert out.shape == (6, 1)
    pooled = keras.Model(steps, summary)(x)
    assert_allclose(attended.sum(1), pooled, rtol=1e-4, atol=1e-5)
    trained = keras.Model(steps, layers.Dense(1)(summary))
    trained.compile("adam", "mse")
    losses = trained.fit(x, x.sum((1, 2)), epochs=30, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("name", MERGES)
def test_merges_work_under_grad_vmap_and_jit(name):
    layer = MERGES[name]()
    gradient = jax.grad(lambda a, b: jnp.sum(layer([a, b]) ** 2), (0, 1))(jnp.asarray(A), jnp.asarray(B))
    assert all(np.isfinite(g).all() for g in gradient)
    mapped = jax.vmap(lambda a, b: layer([a[None], b[None]])[0])(jnp.asarray(A), jnp.asarray(B))
    assert_allclose(mapped, jax.jit(lambda a, b: layer([a, b]))(A, B), rtol=1e-5)


def test_integers_and_booleans():
    i = np.array([[1, 2], [3, 4]])
    assert layers.Add()([i, i]).dtype == jnp.int32
    assert layers.Average()([i, i]).dtype == jnp.float32


def test_a_constant_array_is_no_mask_of_its_branch():
    ids = keras.Input((4,), dtype="int32")
    embedded = layers.Embedding(6, 3, mask_zero=True)(ids)
    joined = layers.Concatenate()([embedded, jnp.zeros((1, 4, 3))])
    model = keras.Model(ids, layers.Lambda(lambda x: x)(joined))
    assert model(np.array([[1, 0, 2, 0]])).shape == (1, 4, 6)
