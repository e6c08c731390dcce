"""What holds for every layer. A row is computed once, in one program, and looked at by every property."""

import copy
import functools
import inspect
import json
import pickle
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dovetail import layers
from dovetail.engine.registry import loading
from dovetail.engine.tensor import KerasTensor

sys.path.insert(0, str(Path(__file__).parent))
from rows import ROWS, program_of

# not called on arrays: what others are made of
NOT_CALLED = {"Layer", "InputLayer", "Wrapper"}
TESTED_APART = {"FlaxLayer", "StringLookup", "TextVectorization"}  # need a package that may not be there, or texts


def symbolic(inputs, batch=None):
    return jax.tree.map(lambda x: KerasTensor((batch, *x.shape[1:]), x.dtype), inputs)


def values(variables):
    return [variable.value for variable in variables]


def close(found, wanted, rtol=1e-5, atol=1e-6):
    assert jax.tree.structure(found) == jax.tree.structure(wanted)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
        assert one.shape == other.shape
        assert_allclose(np.asarray(one, "float32"), np.asarray(other, "float32"), rtol=rtol, atol=atol)


class Case:
    """A row's layer, built, and what comes out of it in several ways."""

    def __init__(self, row):
        self.row, self.inputs = row, row.inputs()
        self.layer = row.layer(name="one")
        self.drawn = self.layer(*symbolic(self.inputs))
        takes_training = "training" in inspect.signature(self.layer.call).parameters
        self.training, self.still = ({"training": mode} if takes_training else {} for mode in (True, False))
        self.weights, self.others = values(self.layer.trainable_variables), values(self.layer.non_trainable_variables)

    @functools.cached_property
    def output(self):
        """Eagerly, not in training."""
        return self.layer(*self.inputs, **self.still)

    @functools.cached_property
    def coarse(self):
        layer = self.row.layer_of_policy("mixed_bfloat16")
        layer(*symbolic(self.inputs))
        return layer

    @functools.cached_property
    def program(self):
        layer, coarse = self.layer, self.coarse

        def total(weights, sample):
            outputs = layer.stateless_call(weights, self.others, *sample, **self.still)[0]
            return sum(jnp.sum(jnp.sin(output)) for output in jax.tree.leaves(outputs)), outputs

        @jax.jit
        def run(weights, others, inputs):
            samples = jax.tree.map(lambda x: x[:, None], inputs)  # each is a batch of one
            argnums = 0 if self.row.integers else (0, 1)
            each = jax.vmap(jax.value_and_grad(total, argnums, has_aux=True), (None, 0))
            (_, outputs), gradients = each(weights, samples)
            trained = layer.stateless_call(weights, others, *inputs, **self.training)
            in_16_bits = coarse.stateless_call(weights, others, *inputs, **self.still)[0]
            return jax.tree.map(lambda x: x[:, 0], outputs), gradients, trained, in_16_bits

        return run

    @functools.cached_property
    def compiled(self):
        return self.program(self.weights, self.others, self.inputs)


@pytest.fixture(scope="module", params=ROWS, ids=str)
def case(request):
    return Case(request.param)


def test_every_public_layer_has_a_row():
    classes = {
        member.__name__
        for member in vars(layers).values()
        if inspect.isclass(member) and issubclass(member, layers.Layer)
    }
    assert classes - NOT_CALLED - TESTED_APART == {getattr(layers, row.name).__name__ for row in ROWS}


def test_traced_shape_is_the_real_shape(case):
    def told(tensors):
        return [(tuple(x.shape), str(x.dtype)) for x in jax.tree.leaves(tensors)]

    wanted = told(case.output)
    assert told(case.drawn) == [((None, *shape[1:]), dtype) for shape, dtype in wanted]
    batch = jax.tree.leaves(case.inputs)[0].shape[0]
    assert told(case.layer(*symbolic(case.inputs, batch))) == wanted
    shapes = jax.tree.map(lambda x: x.shape, case.inputs)
    computed = case.row.layer().compute_output_shape(*shapes)
    assert jax.tree.leaves(computed) == jax.tree.leaves([shape for shape, _ in wanted])


def test_compiled_is_eager_for_each_sample(case):
    close(case.compiled[0], case.output)


def test_gradients_are_finite(case):
    assert all(np.all(np.isfinite(gradient)) for gradient in jax.tree.leaves(case.compiled[1]))


def test_compiled_is_eager_in_training(case):
    output, state = case.compiled[2]
    layer = copy.deepcopy(case.layer)
    close(output, layer(*case.inputs, **case.training))
    close(state, values(layer.non_trainable_variables))


def test_mixed_precision(case):
    output = case.compiled[3]
    exact = jax.tree.leaves(case.output)[0].dtype
    dtype = exact if jnp.issubdtype(exact, jnp.integer) else jnp.bfloat16
    assert {x.dtype for x in jax.tree.leaves(output)} == {np.dtype(dtype)}
    close(output, case.output, rtol=0.05, atol=0.05)
    assert {variable.dtype for variable in case.coarse.trainable_variables} <= {"float32"}


def test_a_sample_that_is_not_a_number_spoils_itself_alone(case):
    if case.row.integers:
        pytest.skip("integers are always numbers")
    inputs = jax.tree.map(lambda x: np.concatenate([np.full_like(x[:1], np.nan), x[1:]]), case.inputs)
    found = case.program(case.weights, case.others, inputs)[0]
    for one, clean in zip(jax.tree.leaves(found), jax.tree.leaves(case.output), strict=True):
        assert np.isnan(one[0]).any() or not case.row.shows_nan
        assert_allclose(one[1:], clean[1:], rtol=1e-5, atol=1e-6)


def test_no_samples_give_none(case):
    empty = jax.tree.map(lambda x: x[:0], case.inputs)
    shapes, _ = jax.eval_shape(case.layer.stateless_call, case.weights, case.others, *empty)
    found = [x.shape for x in jax.tree.leaves(shapes)]
    assert found == [(0, *x.shape[1:]) for x in jax.tree.leaves(case.output)]


def test_configuration_round_trip(case):
    config = json.loads(json.dumps(case.layer.get_config()))
    with loading(safe_mode=case.row.plain):
        again = type(case.layer).from_config(config)
    again(*symbolic(case.inputs))
    assert again.name == "one"
    assert [(v.name, v.shape) for v in again.weights] == [(v.name, v.shape) for v in case.layer.weights]
    assert program_of(again, case.inputs) == program_of(case.layer, case.inputs)
    assert not case.row.plain or json.loads(json.dumps(again.get_config())) == config


def test_copies_and_pickles_are_the_same_layer(case):
    copies = [copy.deepcopy(case.layer)]
    if case.row.plain:  # a lambda has no name to pickle
        copies.append(pickle.loads(pickle.dumps(case.layer)))
    for layer in copies:
        for one, other in zip(layer.variables, case.layer.variables, strict=True):
            assert one is not other
            assert_array_equal(one.value, other.value)
        assert [v.name for v in layer.weights] == [v.name for v in case.layer.weights]
        assert program_of(layer, case.inputs) == program_of(case.layer, case.inputs)


def test_calls_share_the_weights(case):
    before = [id(variable) for variable in case.layer.variables]
    case.layer(*symbolic(case.inputs))
    assert [id(variable) for variable in case.layer.variables] == before
