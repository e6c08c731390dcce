"""Ten steps of each optimizer of each release, its configuration and its list of weights, against recorded runs.

The recorded network is small, so the gradients come from one function here, and the optimizers' own steps are run as
they are, without compiling.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from dovetail.engine.variable import Variable
from dovetail.legacy import installed
from dovetail.legacy.optimizers import namespace

from .exceptions import works_here
from .old_runs import RELEASES, case_of, cases
from .recorded import recorded, unpacked

STEPS = [case for file in ("train", "train_tf") for case in cases(file) if "/mlp_mse/" in case]
DEFAULTS = [case for file in ("train", "train_tf") for case in cases(file, part="defaults")]
CASES = STEPS + DEFAULTS
# those runs read the number of steps after it was counted up (data/README.md, 5.1)
COUNTS_AHEAD = {"2.3.1": 1}


@jax.value_and_grad
def loss_of(weights, x, y):
    kernel, bias, last_kernel, last_bias = weights
    return jnp.mean(jnp.square(jnp.tanh(x @ kernel + bias) @ last_kernel + last_bias - y))


gradients_of = jax.jit(loss_of)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.filterwarnings("ignore:`decay` has no effect")
def test_ten_steps(name):
    version, case, arrays = case_of(name)
    if "error" in case:
        with installed(version) as release:
            assert works_here(name) and eval(case["optimizer"], namespace(release)) is not None
        return
    parts = case["weights_init"]["parts"]
    expression = case["optimizer"].removeprefix("legacy.")
    with installed(version) as release:
        optimizer = eval(expression, namespace(release, legacy=expression != case["optimizer"]))
        assert_same_config(optimizer.get_config(), case["optimizer_config_before"])
        names = [part[0].replace("/", "_") for part in parts]
        starts = unpacked(arrays[case["weights_init"]["packed"]], parts)
        weights = [Variable(start, name=n) for start, n in zip(starts, names, strict=True)]
        optimizer.build(weights)
        optimizer._iterations.assign(COUNTS_AHEAD.get(version, 0))
        losses = []
        for step in range(10):
            rows = slice(step % 2 * 8, step % 2 * 8 + 8)
            loss, gradients = gradients_of([w.value for w in weights], arrays[case["x"]][rows], arrays[case["y"]][rows])
            optimizer.apply(gradients, weights)
            losses.append(float(loss))
            if step == 0:
                assert_close(weights, unpacked(arrays[case["w_after_1"]], parts))
        assert_close(weights, unpacked(arrays[case["w_after_10"]], parts))
        assert_allclose(losses, case["losses"], atol=2e-6)
        state = case["optimizer_weights_after_10"]
        assert_same_state(optimizer, unpacked(arrays[state["packed"]], state["parts"]), version)


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults(name):
    folder, file, _, title = name.split("/")
    with installed(folder) as release:
        kind = title.removeprefix("legacy.")
        optimizer = namespace(release, legacy=kind != title)[kind]()
        assert_same_config(optimizer.get_config(), recorded(folder, file)[0]["defaults"][title])


def assert_close(weights, expected):
    for weight, value in zip(weights, expected, strict=True):
        assert_allclose(weight.numpy(), value, atol=3e-6, err_msg=weight.name)


def assert_same_config(config, expected):
    for name, value in expected.items():
        if isinstance(value, float):
            assert config[name] == pytest.approx(value, rel=1e-6), name
        elif name == "name":
            assert config[name].rstrip("_0123456789") == value.rstrip("_0123456789")
        elif name != "ema_overwrite_frequency":  # 100 for 2.15's RMSprop, without any effect
            assert config[name] == value, name


def assert_same_state(optimizer, expected, version):
    found = optimizer.get_weights()
    if version == "2.15.0" and len(found) == 1:
        expected = expected[:1]  # 2.15 kept a momentum for SGD that has none
    assert [array.shape for array in found] == [array.shape for array in expected]
    ahead = COUNTS_AHEAD.get(version, 0)
    if version == "1.2.2" and type(optimizer).__name__ == "SGD":
        ahead = None  # counted only where the learning rate decays
    for array, value in zip(found, expected, strict=True):
        if array.ndim == 0 and float(array) == int(array) and array >= 10:
            assert ahead is None or array == value + ahead
        else:
            assert_allclose(array, value, atol=1e-6)


def test_a_list_of_weights_goes_in_as_it_came_out():
    for version in dict(RELEASES.values()):
        with installed(version) as release:
            for name in ("Adam", "Nadam", "RMSprop", "Adagrad", "SGD"):
                weights = [
                    Variable(np.zeros((2, 3), "float32"), name="b_kernel"),
                    Variable(np.zeros(3, "float32"), name="a_bias"),
                ]
                make = namespace(release)[name]
                first, second = make(), make()
                first.build(weights)
                second.build(weights)
                first.apply([jnp.full((2, 3), 0.5), jnp.full(3, 0.25)], weights)
                second.set_weights(first.get_weights())
                for one, other in zip(first.variables, second.variables, strict=True):
                    uncounted = (
                        version in ("1.2.2", "2.2.4") and name in ("RMSprop", "Adagrad") and one is first.variables[0]
                    )
                    assert uncounted or np.allclose(one.numpy(), other.numpy()), (version, name, one.path)
