"""Model files that old releases wrote: they give the numbers that they gave then, and train on as they did."""

import functools
import json

import h5py
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail
from dovetail.legacy.files.any_release import load_model, model_from_json
from dovetail.legacy.files.weights import release_named
from dovetail.legacy.files.yaml_text import read_yaml
from dovetail.legacy.releases import find_release

from .exceptions import is_left_out
from .old_runs import run, weights_of
from .recorded import DATA, FOLDERS, cases_of_models, unpacked

CASES = [f"{folder}/models/{case}" for folder in FOLDERS for case in cases_of_models(folder)]
FILES = [case for case in CASES if ".npz/" not in case and not is_left_out(case)]
WHOLE = [case for case in FILES if case.endswith((".h5", ".keras")) and not case.endswith(".weights.h5")]
# the records of training on from a file
RECORDS = {"h5": ("c", "r"), "keras": ("c", "k")}


@functools.cache
def index(folder):
    return json.loads((DATA / folder / "models" / "index.json").read_text())["models"]


class Recorded:
    """What is known of the model of a case."""

    def __init__(self, case):
        self.folder, _, file = case.split("/")
        self.name, _, self.ending = file.partition(".")
        self.path = DATA / self.folder / "models" / file
        self.facts = index(self.folder)[self.name]
        self.arrays = np.load(self.path.with_name(f"{self.name}.npz"))
        self.x, self.y, self.t = (
            [self.arrays[key] for key in sorted(self.arrays.files) if key[0] == kind and key[1:].isdigit()]
            for kind in "xyt"
        )

    def weights_in(self, record):
        """The weights by name, of `w` as saved or of another record."""
        parts = self.facts["weights"]
        return dict(zip([name for name, _ in parts], unpacked(self.arrays[record], parts), strict=True))

    def losses(self, record):
        """Of the three steps of a record."""
        if record == "c" and "resume_reference" in self.facts:
            return self.facts["resume_reference"]["losses"]
        if record == "c":
            return self.facts["resume_losses_without_saving"]
        return self.facts.get(f"resume_losses_after_reload.{self.ending}") or self.facts["resume_losses_after_reload"]

    def assert_predicts(self, model):
        if not self.y:  # the release could not run it on that machine
            return
        outputs, _ = run(model, self.x)
        for output, expected in zip(outputs if isinstance(outputs, list) else [outputs], self.y, strict=True):
            assert_allclose(output, expected, rtol=1e-5, atol=1e-5)

    def assert_has(self, model, record):
        """All weights but those that the table of exceptions names."""
        release = getattr(model, "release", None) or find_release(3)
        expected = self.weights_in(record)
        for variable, (name, value) in zip(weights_of(model, release), expected.items(), strict=True):
            if not is_left_out(f"{self.folder}/models/{self.name}.npz/{record}/{name}"):
                assert_allclose(variable.numpy(), value, atol=2e-5, err_msg=f"{record}: {name}")


def one(arrays):
    return arrays if len(arrays) > 1 else arrays[0]


@pytest.mark.parametrize("case", WHOLE)
def test_a_whole_model(case):
    known = Recorded(case)
    model = load_model(known.path)
    known.assert_has(model, "w")
    known.assert_predicts(model)
    prefix = f"{known.folder}/models/{known.name}.npz"
    records = [key for key in RECORDS[known.ending] if key in known.arrays and not is_left_out(f"{prefix}/{key}")]
    losses = []
    for _ in range(3 if records else 0):
        model.reset_metrics()
        losses.append(np.atleast_1d(model.train_on_batch(one(known.x), one(known.t))))
    for record in records:
        known.assert_has(model, record)
        if not is_left_out(f"{prefix}/{record}/losses"):
            assert_allclose(losses, known.losses(record), atol=2e-5)


@pytest.mark.parametrize("case", [case for case in FILES if case.endswith((".json", ".yaml"))])
def test_an_architecture(case):
    """Most are word for word those of the whole model's file."""
    known = Recorded(case)
    text = known.path.read_text()
    config = json.loads(text) if known.ending == "json" else plain(read_yaml(text))
    if known.folder not in ("2.15.0", "3.15.1"):  # whose JSON is that of `.keras` files
        told = {key: config.pop(key) for key in ("keras_version", "backend") if key in config}
        with h5py.File(known.path.with_name(f"{known.name}.h5")) as file:
            assert config == json.loads(file.attrs["model_config"])
        assert told.get("keras_version") == known.folder.removesuffix("-tensorflow")
        return
    make = dovetail.models.model_from_json if known.folder == "3.15.1" else model_from_json
    model = make(text)
    model.load_weights(known.path.with_name(f"{known.name}.h5"))
    known.assert_has(model, "w")
    known.assert_predicts(model)


def plain(value):
    """With lists for tuples, as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.filterwarnings("ignore:the optimizer starts anew")  # Keras 3's JSON had lost it (data/README.md, 5.3)
@pytest.mark.parametrize("case", [case for case in FILES if case.endswith(".weights.h5")])
def test_weights_alone(case):
    known = Recorded(case)
    config = json.loads(known.path.with_name(f"{known.name}.json").read_text())
    if known.folder == "3.15.1":
        model = dovetail.models.model_from_json(json.dumps(config))
    else:
        config.setdefault("keras_version", known.folder.removesuffix("-tensorflow"))
        config.setdefault("backend", "theano" if known.folder == "1.2.2" else None)
        model = model_from_json(json.dumps(config))
        assert model.release.version == release_named(config["keras_version"]).version
    model.load_weights(known.path)
    known.assert_has(model, "w")
    known.assert_predicts(model)
