"""Model files that old releases wrote, loaded with the numbers that they gave then."""

import json
from pathlib import Path

import numpy as np
import pytest

from dovetail.legacy.files.any_release import load_model, model_from_json, model_from_yaml
from dovetail.legacy.files.weights import release_named

DATA = Path(__file__).parent / "data"
RELEASES = ("1.2.2", "1.2.2-tensorflow", "2.2.4", "2.2.4-tf", "2.3.1", "2.15.0")
# file: why its numbers cannot be met
NOT_COVERED = {
    "2.15.0/cnn_channels_last": "recorded with TensorFlow's oneDNN fault in pooling (README 5.8); Keras 3 gives ours",
}


def models(suffix):
    for release in RELEASES:
        for path in sorted((DATA / release / "models").glob(f"*{suffix}")):
            name = f"{release}/{path.name.removesuffix(suffix)}"
            if name not in NOT_COVERED and not (suffix == ".h5" and path.name.endswith(".weights.h5")):
                yield name


def recorded(name):
    """Inputs and outputs of a model."""
    release, model = name.split("/")
    arrays = np.load(DATA / release / "models" / f"{model}.npz")
    of = {kind: [arrays[k] for k in sorted(arrays.files) if k[0] == kind and k[1:].isdigit()] for kind in "xyt"}
    return of["x"], of["y"], of["t"], arrays


def check(model, name):
    x, y, _, _ = recorded(name)
    if not y:  # the release could not run it on this machine
        return
    model.reset_states()
    outputs = model.predict(x if len(x) > 1 else x[0], batch_size=len(x[0]))
    for output, expected in zip(outputs if isinstance(outputs, list) else [outputs], y, strict=True):
        np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", [*models(".h5")])
def test_a_model_predicts_what_it_did(name):
    release, model = name.split("/")
    check(load_model(DATA / release / "models" / f"{model}.h5", compile=False), name)


@pytest.mark.parametrize("name", [*models(".weights.h5")])
def test_architecture_and_weights_apart(name):
    release, model = name.split("/")
    folder = DATA / release / "models"
    backend = "theano" if release == "1.2.2" else None
    config = json.loads((folder / f"{model}.json").read_text())
    config.setdefault("keras_version", release.removesuffix("-tensorflow"))
    config.setdefault("backend", backend)
    made = model_from_json(json.dumps(config))
    assert made.release.version == release_named(config["keras_version"]).version
    made.load_weights(folder / f"{model}.weights.h5")
    check(made, name)


@pytest.mark.parametrize("name", [name for name in models(".yaml")][::3])
def test_yaml_says_the_same_as_json(name):
    release, model = name.split("/")
    folder = DATA / release / "models"
    from_json, from_yaml = (
        read((folder / f"{model}.{kind}").read_text())
        for kind, read in (("json", model_from_json), ("yaml", model_from_yaml))
    )
    assert [v.shape for v in from_yaml.weights] == [v.shape for v in from_json.weights]
    assert from_yaml.output_shape == from_json.output_shape
