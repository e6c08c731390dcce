"""Every metric beside Keras's over several updates, with and without sample weights."""

import inspect
import sys
from pathlib import Path

import jax
import keras as theirs
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as ours

sys.path.append(str(Path(__file__).parents[1] / "metrics"))
from metric_rows import ROWS, data

pytestmark = [
    pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64"),
    pytest.mark.filterwarnings("ignore:You are passing weight as `float`"),
    pytest.mark.filterwarnings("ignore:.*fractions of sample weights are cut off"),
]
SIMPLER_CONFIG = {"AUC", "CosineSimilarity", "SparseTopKCategoricalAccuracy"}  # Keras's leave arguments out


def made(k, row):
    arguments = dict(row.arguments)
    if "fn" in arguments:
        arguments["fn"] = getattr(k.losses, arguments["fn"])
    arguments["name"] = "metric"  # Keras numbers automatic names through the process; ours are numbered in `fit`
    return getattr(k.metrics, row.name)(**arguments)


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_results_and_state_are_kerass(row, weighted):
    weighted = weighted and row.weighted  # Keras takes no weights there
    mine, reference = made(ours, row), made(theirs, row)
    for *arrays, weight in data(row.data):
        weights = {"sample_weight": weight} if weighted else {}
        mine.update_state(*arrays, **weights)
        reference.update_state(*arrays, **weights)
        if weighted or "ignore_class" not in row.arguments or row.name == "IoU":  # see the metric's docstring
            assert_allclose(mine.result(), reference.result(), rtol=1e-5, atol=1e-6)
    for a, b in zip(mine.variables, reference.variables, strict=True):
        assert (a.path, tuple(a.shape), a.dtype) == (b.path, tuple(b.shape), b.dtype)
        if weighted or "ignore_class" not in row.arguments:
            assert_allclose(a.value, b.value, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_constructors_and_configurations_are_kerass(row):
    signatures = [inspect.signature(getattr(k.metrics, row.name).__init__) for k in (ours, theirs)]
    for a, b in zip(*(signature.parameters.values() for signature in signatures), strict=True):
        assert (a.name, a.default) == (b.name, b.default)
    config, reference = (made(k, row).get_config() for k in (ours, theirs))
    if row.name in SIMPLER_CONFIG:
        config = {key: value for key, value in config.items() if key in reference}
    if "fn" in config:
        config["fn"] = reference["fn"] = None
    assert {key: _plain(value) for key, value in config.items()} == {k: _plain(v) for k, v in reference.items()}


def _plain(value):
    return np.asarray(value).tolist() if isinstance(value, (tuple, jax.Array)) else value


def test_nothing_public_is_missing():
    public = {name for name in vars(theirs.metrics) if name[0] != "_"}
    assert public <= set(ours.metrics.__all__)


def test_keras_names_mean_the_same():
    from keras.src.metrics import ALL_OBJECTS_DICT

    for name, cls in ALL_OBJECTS_DICT.items():
        if inspect.isclass(cls):
            assert ours.metrics._family.members[name].__name__ == cls.__name__


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ["MeanSquaredError", "BinaryAccuracy", "CosineSimilarity"])
def test_a_mask_counts_as_in_keras(name, weighted):
    import jax.numpy as jnp
    from keras.src.backend import set_keras_mask

    generator = np.random.default_rng(0)
    y_true, y_pred = generator.integers(0, 2, (4, 5, 3)).astype("float32"), generator.uniform(size=(4, 5, 3))
    mask = generator.uniform(size=(4, 5)) > 0.4
    weight = {"sample_weight": generator.uniform(size=(4, 5)).astype("float32")} if weighted else {}
    mine, reference = getattr(ours.metrics, name)(), getattr(theirs.metrics, name)()
    y_pred = jnp.asarray(y_pred, "float32")
    mine.update_state(y_true, y_pred, mask=mask, **weight)
    set_keras_mask(y_pred, jnp.asarray(mask))
    reference.update_state(y_true, y_pred, **weight)
    assert_allclose(mine.result(), reference.result(), rtol=1e-5)
