"""Ten steps of every optimizer beside Keras's, from equal weights: weights and optimizer variables."""

import inspect
import warnings

import jax
import jax.numpy as jnp
import keras as theirs
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as ours

GENERATOR = np.random.default_rng(0)
START = {"kernel": (4, 3), "bias": (3,), "scale": (2, 3, 2)}
START = {key: GENERATOR.normal(size=shape).astype("float32") for key, shape in START.items()}
GRADIENTS = [[GENERATOR.normal(size=w.shape).astype("float32") for w in START.values()] for _ in range(10)]

# Names of Keras's optimizers that are not here: they are reported as missing, not skipped silently.
NOT_HERE = {"LossScaleOptimizer", "MultiOptimizer", "Muon", "OptimizerMap", "ScheduleFreeAdamW", "TFOptimizer"}

OWN = [
    ("SGD", {}), ("SGD", {"momentum": 0.9}), ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("RMSprop", {}), ("RMSprop", {"rho": 0.8, "momentum": 0.5}), ("RMSprop", {"centered": True}),
    ("RMSprop", {"centered": True, "momentum": 0.9, "epsilon": 1e-3}),
    ("Adam", {}), ("Adam", {"amsgrad": True}), ("Adam", {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    ("AdamW", {}), ("AdamW", {"weight_decay": 0.1, "amsgrad": True}),
    ("Adagrad", {}), ("Adagrad", {"initial_accumulator_value": 0.5}),
    ("Adadelta", {"learning_rate": 1.0}), ("Adadelta", {"rho": 0.5}),
    ("Adamax", {}), ("Nadam", {}), ("Nadam", {"beta_1": 0.6}), ("Lion", {}), ("Lion", {"beta_1": 0.5}), ("Lamb", {}),
    ("Ftrl", {}), ("Ftrl", {"l1_regularization_strength": 0.1, "l2_regularization_strength": 0.2}),
    ("Ftrl", {"l2_shrinkage_regularization_strength": 0.1, "beta": 0.3, "learning_rate_power": -0.7}),
    ("Adafactor", {}), ("Adafactor", {"relative_step": False, "clip_threshold": 0.5}),
]  # fmt: skip
SHARED = [
    {"clipnorm": 0.5}, {"clipvalue": 0.3}, {"global_clipnorm": 0.7}, {"weight_decay": 0.1},
    {"use_ema": True, "ema_momentum": 0.8}, {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    {"gradient_accumulation_steps": 3}, {"loss_scale_factor": 4.0},
    {"gradient_accumulation_steps": 2, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2},
    {"gradient_accumulation_steps": 3, "clipnorm": 0.5, "weight_decay": 0.1},
]  # fmt: skip
SCHEDULES = [
    ("CosineDecay", (0.1, 6)), ("CosineDecay", (0.0, 6, 0.1, "c", 0.1, 3)), ("CosineDecayRestarts", (0.1, 2)),
    ("CosineDecayRestarts", (0.1, 3, 1.0, 0.5, 0.1)), ("ExponentialDecay", (0.1, 3, 0.5)),
    ("ExponentialDecay", (0.1, 3, 0.5, True)), ("InverseTimeDecay", (0.1, 3, 0.5)),
    ("InverseTimeDecay", (0.1, 3, 0.5, True)), ("PiecewiseConstantDecay", ([2, 5], [0.1, 0.05, 0.01])),
    ("PolynomialDecay", (0.1, 6)), ("PolynomialDecay", (0.1, 4, 0.01, 2.0, True)),
]  # fmt: skip
CASES = [
    *OWN,
    *(("SGD", {"momentum": 0.9, **shared}) for shared in SHARED),
    *(("Adam", shared) for shared in SHARED),
]


def trained(k, name, arguments, dtype="float32"):
    make = {key: value(k) if callable(value) else value for key, value in arguments.items()}
    optimizer = getattr(k.optimizers, name)(**{"learning_rate": 0.05, **make})
    variables = [k.Variable(value, name=key, dtype=dtype) for key, value in START.items()]
    optimizer.build(variables)
    state = [v.value for v in optimizer.variables], [v.value for v in variables]
    step = jax.jit(optimizer.stateless_apply)
    for gradients in GRADIENTS:
        weights, slots = step(state[0], [jnp.asarray(g, dtype) for g in gradients], state[1])
        state = slots, weights
    return optimizer, *state


def check(name, arguments):
    _, slots, weights = trained(ours, name, arguments)
    _, their_slots, their_weights = trained(theirs, name, arguments)
    for mine, reference in zip([*weights, *slots], [*their_weights, *their_slots], strict=True):
        assert mine.dtype == reference.dtype
        assert_allclose(mine, reference, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "arguments"), CASES, ids=lambda x: str(x))
def test_ten_steps_are_kerass(name, arguments):
    check(name, arguments)


@pytest.mark.parametrize(("name", "arguments"), SCHEDULES, ids=lambda x: str(x))
def test_schedules_are_kerass(name, arguments):
    mine = getattr(ours.optimizers.schedules, name)(*arguments)
    reference = getattr(theirs.optimizers.schedules, name)(*arguments)
    for step in range(12):
        assert_allclose(float(mine(step)), float(reference(step)), rtol=1e-5, atol=1e-8)
    assert mine.get_config() == reference.get_config()


@pytest.mark.parametrize("accumulation", [None, 2])
def test_a_schedule_drives_an_optimizer(accumulation):
    arguments = {
        "learning_rate": lambda k: k.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5),
        "gradient_accumulation_steps": accumulation,
        "weight_decay": 0.1,
    }
    check("Adam", arguments)


@pytest.mark.parametrize("accumulation", [None, 2])
def test_absent_gradients_constraints_and_exclusions_are_kerass(accumulation):
    found = []
    for k in (ours, theirs):
        variables = [k.Variable(value, name=key) for key, value in START.items()]
        variables[0].constraint = k.constraints.MaxNorm(0.5)
        optimizer = k.optimizers.Adam(0.05, weight_decay=0.1, gradient_accumulation_steps=accumulation)
        optimizer.exclude_from_weight_decay(var_list=[variables[0]], var_names=["^sc"])
        optimizer.build(variables)
        for number, gradients in enumerate(GRADIENTS):
            given = [jnp.asarray(g) for g in gradients]
            if number % 3 == 0:
                given[1] = None
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                optimizer.apply(given, variables)
        assert int(optimizer.iterations) == 10 // (accumulation or 1)
        found.append([np.asarray(v.value) for v in [*variables, *optimizer.variables]])
    for mine, reference in zip(*found, strict=True):
        assert_allclose(mine, reference, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", [cls.__name__ for cls in ours.optimizers.CLASSES])
def test_constructors_names_and_configurations_are_kerass(name):
    mine, reference = getattr(ours.optimizers, name), getattr(theirs.optimizers, name)
    for a, b in zip(*(inspect.signature(cls.__init__).parameters.values() for cls in (mine, reference)), strict=True):
        assert (a.name, a.default, a.kind) == (b.name, b.default, b.kind)
    config = reference(0.5, clipnorm=1.0, name="mine").get_config()
    assert mine(0.5, clipnorm=1.0, name="mine").get_config() == config
    assert type(ours.optimizers.get(name.lower())) is mine
    nested = {"class_name": name, "config": config}
    assert ours.optimizers.get(nested).get_config() == config
    if name != "Lamb":  # which Keras 3.15 does not find by name
        theirs.optimizers.get(ours.optimizers.serialize(mine(0.5)))


@pytest.mark.parametrize("name", ["Adam", "SGD", "RMSprop", "Lion", "Adamax"])
def test_variables_are_named_as_kerass(name):
    paths = []
    for k in (ours, theirs):
        optimizer = getattr(k.optimizers, name)(name="opt", use_ema=True, gradient_accumulation_steps=2)
        optimizer.build([k.Variable(value, name=key) for key, value in START.items()])
        paths.append([(v.path, tuple(v.shape)) for v in optimizer.variables])
    assert paths[0] == paths[1]


def test_only_these_optimizers_of_keras_are_missing():
    public = {key for key, value in vars(theirs.optimizers).items() if inspect.isclass(value)}
    assert public - set(ours.optimizers.__all__) <= NOT_HERE
    assert {key for key in vars(theirs.optimizers.schedules) if key[0] != "_"} <= set(ours.optimizers.schedules.__all__)
