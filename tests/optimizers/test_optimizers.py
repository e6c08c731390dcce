"""What all optimizers promise: state, options, errors; rules against NumPy live in tests/parity."""

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from numpy.testing import assert_allclose

import dovetail
from dovetail import Variable, optimizers
from dovetail.engine.errors import NameLookupError, StateError

ROWS = optimizers.CLASSES  # every public optimizer has its row


def made(optimizer, dtype="float32"):
    variables = [
        Variable(np.array([[1.0, -2.0], [0.5, 3.0]]), dtype=dtype, name="kernel"),
        Variable(np.array([0.5, -0.5]), dtype=dtype, name="bias"),
    ]
    optimizer.build(variables)
    return variables


def gradients_of(values):
    return [2 * v for v in values]  # of the sum of squares


def message(call):
    with pytest.raises(ValueError) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize("cls", ROWS)
def test_it_goes_down_and_compiled_equals_eager(cls):
    optimizer = cls(0.1)
    variables = made(optimizer)
    state = [v.value for v in optimizer.variables]
    weights = [v.value for v in variables]
    step = jax.jit(lambda state, weights: optimizer.stateless_apply(state, gradients_of(weights), weights))
    for _ in range(3):
        weights, state = step(state, weights)
        optimizer.apply(gradients_of([v.value for v in variables]))
    for value, variable in zip([*weights, *state], [*variables, *optimizer.variables], strict=True):
        assert_allclose(value, variable.value, rtol=1e-5, atol=1e-6)
    assert sum(float(jnp.sum(w**2)) for w in weights) < 14.75


@pytest.mark.parametrize("cls", ROWS)
def test_configurations_make_it_again(cls):
    optimizer = cls(0.25, clipvalue=0.5, use_ema=True, name="mine")
    for again in (cls.from_config(optimizer.get_config()), optimizers.get(optimizers.serialize(optimizer))):
        assert type(again) is cls and again.get_config() == optimizer.get_config()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("cls", ROWS)
def test_16_bit_weights_keep_their_dtype_and_state_is_float32(cls, dtype):
    optimizer = cls(0.1, use_ema=True, weight_decay=0.01)
    variables = made(optimizer, dtype)
    wide = cls(0.1, use_ema=True, weight_decay=0.01)
    wide_variables = made(wide)
    for _ in range(2):
        optimizer.apply(gradients_of([v.value for v in variables]))
        wide.apply(gradients_of([v.value for v in wide_variables]))
    assert all(v.dtype == dtype for v in variables)
    assert all(v.dtype != dtype for v in optimizer.variables)
    for variable, reference in zip(variables, wide_variables, strict=True):
        assert_allclose(np.asarray(variable.value, "float32"), reference.value, rtol=2e-2, atol=2e-2)


def test_a_new_learning_rate_does_not_compile_again():
    optimizer = optimizers.Adam(0.1)
    variables = made(optimizer)
    traces = []

    @jax.jit
    def step(state, weights):
        traces.append(1)
        return optimizer.stateless_apply(state, gradients_of(weights), weights)

    moved = []
    for rate in (0.1, 0.2):
        optimizer.learning_rate = rate
        weights, _ = step([v.value for v in optimizer.variables], [v.value for v in variables])
        moved.append(float(variables[1].value[0] - weights[1][0]))
    assert len(traces) == 1 and float(optimizer.learning_rate) == pytest.approx(0.2)
    assert moved[1] == pytest.approx(2 * moved[0], rel=1e-4)


def test_learning_rates_may_be_schedules_functions_of_the_step_or_of_nothing():
    assert float(optimizers.SGD(optimizers.schedules.ExponentialDecay(0.5, 1, 0.5)).learning_rate) == 0.5
    assert float(optimizers.SGD(optax.linear_schedule(0.25, 0.0, 10)).learning_rate) == 0.25
    assert float(optimizers.SGD(lambda: 0.125).learning_rate) == 0.125
    scheduled = optimizers.SGD(optimizers.schedules.CosineDecay(0.1, 10))
    with pytest.raises(TypeError, match="follows a schedule"):
        scheduled.learning_rate = 0.1


def test_an_optax_transformation_is_an_optimizer():
    optimizer = optimizers.get(optax.chain(optax.clip(0.5), optax.adam(0.1)))
    variables = made(optimizer)
    reference = optax.chain(optax.clip(0.5), optax.adam(0.1))
    weights = [v.value for v in variables]
    state = reference.init(weights)
    for _ in range(3):
        optimizer.apply(gradients_of([v.value for v in variables]))
        updates, state = reference.update(gradients_of(weights), state, weights)
        weights = optax.apply_updates(weights, updates)
    for variable, weight in zip(variables, weights, strict=True):
        assert_allclose(variable.value, weight, rtol=1e-6)


def test_averages_replace_the_weights_at_the_end():
    optimizer = optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    variables = made(optimizer)
    seen = []
    for _ in range(2):
        optimizer.apply(gradients_of([v.value for v in variables]))
        seen.append(variables[1].value)
    optimizer.finalize_variable_values(variables)
    assert_allclose(variables[1].value, (seen[0] + seen[1]) / 2, rtol=1e-6)


def test_apply_gradients_takes_some_weights_and_warns_of_absent_gradients():
    optimizer = optimizers.Adam(0.1, weight_decay=0.1)
    kernel, bias = made(optimizer)
    before = bias.value
    optimizer.apply_gradients([(jnp.ones((2, 2)), kernel)])
    with pytest.warns(UserWarning, match="no gradients for bias"):
        optimizer.apply([jnp.ones((2, 2)), None], [kernel, bias])
    assert_allclose(bias.value, before)
    assert int(optimizer.iterations.value) == 2
    with pytest.raises(StateError, match="no gradient was given"):
        optimizer.apply([None, None])


def test_own_variables_are_stored_by_number():
    first, second = optimizers.Nadam(0.1, name="nadam"), optimizers.Nadam(0.1)
    variables = made(first)
    made(second)
    first.apply(gradients_of([v.value for v in variables]))
    store = {}
    first.save_own_variables(store)
    second.load_own_variables(store)
    for a, b in zip(first.variables, second.variables, strict=True):
        assert_allclose(a.value, b.value)
    error = message(lambda: optimizers.SGD(name="sgd").load_own_variables(store))
    assert error == "'sgd' has 2 variables, 7 are stored: it is not built yet"


ERRORS = [
    (lambda: optimizers.get("adadelt"), "unknown optimizer 'adadelt'; did you mean 'adadelta'?"),
    (lambda: optimizers.Adam(clipnorm=1.0, clipvalue=1.0), "only one way of clipping can be used; got clipnorm and clipvalue"),
    (lambda: optimizers.Adam(clipnorm=-1.0), "`clipnorm` must be positive, not -1.0"),
    (lambda: optimizers.SGD(momentum=2.0), "`momentum` is between 0 and 1, not 2.0"),
    (lambda: optimizers.Lion(beta_1=0.0), "`beta_1` is above 0 and at most 1, not 0.0"),
    (lambda: optimizers.Ftrl(learning_rate_power=1.0), "`learning_rate_power` is at most 0, not 1.0"),
    (lambda: optimizers.SGD(gradient_accumulation_steps=1), "`gradient_accumulation_steps` is at least 2, not 1"),
    (lambda: optimizers.AdamW(weight_decay=None), "AdamW needs a `weight_decay`; without one use Adam"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "text"), ERRORS, ids=lambda x: "" if callable(x) else x[:30])
def test_errors(call, text):
    assert message(call) == text


def test_a_misspelt_argument_and_a_wrong_name_have_their_errors():
    with pytest.raises(TypeError, match="SGD has no argument 'learning_rat'; did you mean 'learning_rate'"):
        optimizers.SGD(learning_rat=0.1)
    with pytest.raises(NameLookupError):
        optimizers.get("nonsense")
    with pytest.raises(TypeError, match="cannot interpret 3 as a"):
        optimizers.get(3)


def test_decay_is_excluded_before_it_is_built():
    optimizer = optimizers.SGD(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    kernel, bias = made(optimizer)
    start = kernel.value
    optimizer.apply([jnp.zeros((2, 2)), jnp.zeros(2)])
    assert_allclose(kernel.value, start * 0.95, rtol=1e-6)
    assert_allclose(bias.value, [0.5, -0.5])
    with pytest.raises(StateError, match="is built"):
        optimizer.exclude_from_weight_decay(var_names=["kernel"])


def test_fit_takes_every_option_at_once():
    model = dovetail.Sequential([dovetail.Input((2,)), dovetail.layers.Dense(1)])
    rate = optimizers.schedules.CosineDecay(0.05, 20)
    optimizer = optimizers.Nadam(
        rate, global_clipnorm=1.0, use_ema=True, gradient_accumulation_steps=2, weight_decay=0.01, loss_scale_factor=8.0
    )
    model.compile(optimizer, "mse")
    x = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
    history = model.fit(x, x.sum(1, keepdims=True), epochs=5, batch_size=4, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


def test_a_model_in_float16_scales_its_loss_and_leaves_steps_out_that_overflow():
    x = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
    half = dovetail.layers.Dense(1, kernel_initializer="zeros", dtype="mixed_float16")
    model = dovetail.Sequential([dovetail.Input((2,)), half])
    model.dtype_policy = dovetail.DTypePolicy("mixed_float16")
    model.compile("sgd", "mse")
    scaling = model.optimizer
    assert isinstance(scaling, optimizers.LossScaleOptimizer) and isinstance(scaling.inner_optimizer, optimizers.SGD)
    model.fit(x, 0.1 * x.sum(1, keepdims=True), batch_size=4, epochs=2, verbose=0)
    assert int(scaling.iterations) == 4 and int(scaling.step_counter) == 4
    before = model.get_weights()
    model.train_on_batch(x, np.full((8, 1), 6e4, "float32"))
    assert float(scaling.dynamic_scale) == 2.0**14 and int(scaling.step_counter) == 0 and int(scaling.iterations) == 4
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    model.compile("sgd", "mse", auto_scale_loss=False)
    assert isinstance(model.optimizer, optimizers.SGD)


def test_a_model_with_several_optimizers_and_a_changed_setting():
    model = dovetail.Sequential(
        [dovetail.Input((2,)), dovetail.layers.Dense(3, name="hidden"), dovetail.layers.Dense(1)], name="net"
    )
    slow = optimizers.SGD(0.0)
    model.compile(
        optimizers.MultiOptimizer(optimizers.OptimizerMap(optimizers.Adam(0.1), {".*hidden/.*": slow})), "mse"
    )
    x = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
    before = model.get_weights()
    model.fit(x, x.sum(1, keepdims=True), verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(after[0], before[0])
    assert not np.array_equal(after[2], before[2])
    slow.learning_rate = 0.5
    slow.clipvalue = 1e-3  # a new program, since it takes settings for constant
    model.fit(x, x.sum(1, keepdims=True), verbose=0)
    assert 0 < np.abs(model.get_weights()[0] - before[0]).max() <= 5.01e-4
    with pytest.raises(ValueError, match="has several optimizers"):
        _ = optimizers.OptimizerMap(slow, {"a.*": slow, ".*b": slow})["ab"]
    with pytest.raises(ValueError, match="put that around the MultiOptimizer"):
        optimizers.OptimizerMap(slow, {"a": optimizers.LossScaleOptimizer("sgd")})


def test_decay_of_keras_2_warns_and_the_rate_is_a_variable():
    with pytest.warns(UserWarning, match="InverseTimeDecay"):
        optimizer = optimizers.SGD(0.5, decay=0.1)
    optimizer.learning_rate.assign(0.25)
    assert optimizer.learning_rate.numpy() == 0.25
    optimizer.learning_rate *= 0.5
    assert float(optimizer.learning_rate) == 0.125


def several():
    parts = optimizers.OptimizerMap(optimizers.Adam(0.1), {"bias": optimizers.SGD(0.1, momentum=0.9)})
    return optimizers.MultiOptimizer(parts)


@pytest.mark.parametrize("make", [*ROWS, lambda: optimizers.LossScaleOptimizer(optimizers.Lion(0.1)), several])
def test_copies_go_on_as_the_original_does(make):
    optimizer = make()
    if make not in (several,):
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    variables = made(optimizer)
    optimizer.apply([jnp.ones((2, 2)), jnp.ones(2)])
    copies = [copy.deepcopy((optimizer, variables)), pickle.loads(pickle.dumps((optimizer, variables)))]
    for one, _ in (*copies, (optimizer, variables)):
        one.apply([jnp.full((2, 2), 0.5), jnp.ones(2)])
    for again, weights in copies:
        assert again.get_config() == optimizer.get_config()
        for mine, reference in zip([*again.variables, *weights], [*optimizer.variables, *variables], strict=True):
            assert mine is not reference
            assert_allclose(mine.value, reference.value, rtol=1e-6)


def test_every_public_optimizer_is_in_the_rows():
    public = {name for name in optimizers.__all__ if isinstance(getattr(optimizers, name), type)}
    wrappers = {cls.__name__ for cls in optimizers.WRAPPERS}
    assert public == {cls.__name__ for cls in ROWS} | wrappers | {"Optimizer", "OptaxOptimizer"}
