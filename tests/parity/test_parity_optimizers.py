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

# Not here: TFOptimizer is of another backend.
NOT_HERE = {"TFOptimizer"}

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
    ("Muon", {}), ("Muon", {"nesterov": False, "rms_rate": None, "adam_lr_ratio": 0.5, "adam_weight_decay": None}),
    ("Muon", {"exclude_layers": ["ker"], "weight_decay": None}),
    ("ScheduleFreeAdamW", {}), ("ScheduleFreeAdamW", {"beta_1": 0.5, "warmup_steps": 4, "weight_decay": 0.1}),
]  # fmt: skip
SHARED = [
    {"clipnorm": 0.5}, {"clipvalue": 0.3}, {"global_clipnorm": 0.7}, {"weight_decay": 0.1},
    {"use_ema": True, "ema_momentum": 0.8}, {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    {"gradient_accumulation_steps": 3}, {"loss_scale_factor": 4.0},
    {"gradient_accumulation_steps": 4, "use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2},
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


def trained(k, optimizer, gradients=GRADIENTS):
    variables = [k.Variable(value, name=key) for key, value in START.items()]
    optimizer.build(variables)
    state = [v.value for v in optimizer.variables], [v.value for v in variables]
    step = jax.jit(optimizer.stateless_apply)
    for one in gradients:
        weights, slots = step(state[0], [jnp.asarray(g) for g in one], state[1])
        state = slots, weights
    return [*weights, *slots]


def same(values, references):
    for mine, reference in zip(values, references, strict=True):
        assert mine.dtype == reference.dtype
        assert_allclose(mine, reference, rtol=1e-5, atol=1e-6)


def check(name, arguments):
    found = []
    for k in (ours, theirs):
        make = {key: value(k) if callable(value) else value for key, value in arguments.items()}
        found.append(trained(k, getattr(k.optimizers, name)(**{"learning_rate": 0.05, **make})))
    same(*found)


def test_a_loss_scale_grows_and_falls_as_kerass():
    """Gradients of a scaled loss; those of step 4 are too large for float16, those of step 5 are no numbers."""
    scaled = [[g * np.float32(1024 if i < 3 else 512) for g in gradients] for i, gradients in enumerate(GRADIENTS)]
    scaled[4] = [np.full_like(g, np.inf) for g in scaled[4]]
    scaled[5] = [np.full_like(g, np.nan) for g in scaled[5]]
    found = []
    for k in (ours, theirs):
        optimizer = k.optimizers.LossScaleOptimizer(k.optimizers.Adam(0.05, clipnorm=0.5), 512.0, 3, name="scaled")
        config = optimizer.get_config()
        assert float(optimizer.scale_loss(2.0)) == 1024.0 and float(optimizer.learning_rate) == pytest.approx(0.05)
        found.append(trained(k, optimizer, scaled))
    same(*found)
    again = ours.optimizers.deserialize(theirs.optimizers.serialize(optimizer))
    assert again.get_config() == config
    with pytest.raises(ValueError, match="give it to the inner optimizer"):
        ours.optimizers.LossScaleOptimizer("adam", clipnorm=1.0)


def test_several_optimizers_at_once_are_kerass():
    found = []
    for k in (ours, theirs):
        chosen = k.optimizers.OptimizerMap(k.optimizers.SGD(0.1, momentum=0.9), {"k.*": k.optimizers.Adam(0.05)})
        chosen["scale"] = k.optimizers.Lion(0.01, weight_decay=0.1)
        optimizer = k.optimizers.MultiOptimizer(chosen, name="several")
        found.append(trained(k, optimizer))
        with pytest.raises(AttributeError):
            _ = optimizer.learning_rate
    same(*found)
    assert ours.optimizers.deserialize(theirs.optimizers.serialize(optimizer)).get_config() == optimizer.get_config()


def own_sgd(k):
    class Momentum(k.optimizers.Optimizer):
        """Written as Keras's guide has it."""

        def __init__(self, learning_rate=0.05, momentum=0.9, name="own", **kwargs):
            super().__init__(learning_rate=learning_rate, name=name, **kwargs)
            self.momentum = momentum

        def build(self, variables):
            if self.built:
                return
            super().build(variables)
            self.momentums = [self.add_variable_from_reference(v, name="momentum") for v in variables]
            self.steps = self.add_variable((), name="steps")

        def update_step(self, gradient, variable, learning_rate):
            learning_rate = k.ops.cast(learning_rate, variable.dtype)
            m = self.momentums[self._get_variable_index(variable)]
            self.assign(m, k.ops.subtract(k.ops.multiply(m, self.momentum), k.ops.multiply(gradient, learning_rate)))
            self.assign_add(variable, m)
            self.assign_add(self.steps, 1.0)

        def get_config(self):
            return {**super().get_config(), "momentum": self.momentum}

    return Momentum


@pytest.mark.parametrize("shared", [{}, {"gradient_accumulation_steps": 3, "weight_decay": 0.1, "use_ema": True}])
def test_an_optimizer_of_ones_own_runs_as_in_keras(shared):
    found = []
    for k in (ours, theirs):
        optimizer = own_sgd(k)(**shared)
        found.append(trained(k, optimizer))
        paths = [v.path for v in optimizer.variables]
        assert type(optimizer).from_config(optimizer.get_config()).get_config() == optimizer.get_config()
        if k is ours:
            mine = paths
    assert mine == paths
    same(*found)


def test_weights_that_their_gradient_overwrites_are_kerass():
    found = []
    for k in (ours, theirs):
        for accumulation in (None, 2):
            variables = [k.Variable(value, name=key) for key, value in START.items()]
            variables[1].overwrite_with_gradient = True
            optimizer = k.optimizers.Adam(0.05, gradient_accumulation_steps=accumulation)
            optimizer.build(variables)
            for gradients in GRADIENTS[:3]:
                optimizer.apply([jnp.asarray(g) for g in gradients], variables)
            found.append([np.asarray(v.value) for v in [*variables, *optimizer.variables]])
    same([v for part in found[:2] for v in part], [v for part in found[2:] for v in part])


@pytest.mark.parametrize("name", ["Adam", "SGD", "Optimizer"])
def test_optimizers_of_keras_2_are_refused(name):
    for k in (ours, theirs):
        with pytest.raises(ImportError):
            getattr(k.optimizers.legacy, name)(0.1)


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
