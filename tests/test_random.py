"""`random`: in graphs and compiled programs, and what it refuses. Numbers are compared in tests/parity."""

import jax
import numpy as np
import pytest

import dovetail
from dovetail import random


def test_every_run_of_a_graph_draws_anew(tmp_path):
    x = dovetail.Input((200,))
    model = dovetail.Model(x, random.dropout(x, 0.5))
    ones = np.ones((1, 200), "float32")
    first, second = np.asarray(model(ones)), np.asarray(model(ones))
    assert not np.array_equal(first, second) and set(np.unique(first)) == {0.0, 2.0}
    assert len(model.variables) == 1 and model.variables[0].value[1] == 2
    assert not model.weights
    model.save(tmp_path / "a.keras")
    loaded = dovetail.saving.load_model(tmp_path / "a.keras")
    assert loaded(ones).shape == (1, 200) and len(loaded.variables) == 1


def test_a_draw_without_a_seed_in_a_compiled_program_is_refused():
    with pytest.raises(TypeError, match="would give the same numbers every time"):
        jax.jit(lambda: random.normal((2,)))()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: random.normal((2,), dtype="int32"), "`normal` needs a float `dtype`, not 'int32'"),
        (lambda: random.randint((2,), 0, 5, dtype="float32"), "`randint` needs an integer `dtype`, not 'float32'"),
        (lambda: random.categorical(np.ones(3), 2), r"takes logits of \(batch, classes\), not \(3,\)"),
        (lambda: random.dropout(np.ones(3), 1.5), "`rate` is a share between 0 and 1, not 1.5"),
        (
            lambda: random.normal((2,), seed="a"),
            "`seed` is an integer, a SeedGenerator or a key of jax.random, not 'a'",
        ),
        (lambda: dovetail.utils.set_random_seed(-1), r"`seed` is an integer from 0 to 2\*\*32 - 1, not -1"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
