"""The public names of Keras 3.15 are here with Keras's arguments, but for a list of what is left."""

import inspect
from pathlib import Path

import pytest

import dovetail
from dovetail import api

LISTING = Path(__file__).parent / "data" / "keras-3.15.txt"
# Namespaces that are whole, but for these names. What is done goes out of the list.
LEFT = {
    "layers": """
        AugMix AutoContrast ContrastLimitedAdaptiveHistogramEqualization CutMix
        Equalization HashedCrossing Hashing MaxNumBoundingBoxes
        MixUp RandAugment RandomColorDegeneration RandomColorJitter
        RandomElasticTransform RandomErasing RandomGaussianBlur RandomGrayscale
        RandomHue RandomInvert RandomPerspective RandomPosterization RandomSaturation RandomSharpness
        RandomShear Solarization
        TFSMLayer TorchModuleWrapper
    """,
    "losses": "",
    "metrics": "",
    "optimizers": "",
    "optimizers.legacy": "",
    "optimizers.schedules": "",
    "callbacks": "",
    "activations": "",
    "initializers": "",
    "regularizers": "",
    "constraints": "",
    "ops": "",
    "ops.image": "",
    "ops.linalg": "",
    "ops.nn": "",
    "ops.numpy": "",
    "random": "",
    "tree": "",
    "utils": "FeatureSpace audio_dataset_from_directory image_dataset_from_directory text_dataset_from_directory",
    "config": "",
    "backend": "",
    "models": "",
    "saving": "",
    "": "Quantizer",
    "legacy.saving": "",
    "dtype_policies": "",
    "mixed_precision": "",
}


@pytest.fixture(scope="module")
def findings():
    return api.check(api.read(LISTING.read_text()), dovetail)


@pytest.mark.parametrize("namespace", LEFT)
def test_names_have_keras_signatures(findings, namespace):
    inside = [finding for finding in findings if finding.namespace == namespace]
    assert len(inside) > 1
    left = set(LEFT[namespace].split())
    assert left <= {finding.name for finding in inside}, "the list names what Keras does not have"
    not_done = {f.name: f.difference or "missing" for f in inside if f.is_missing or f.difference}
    assert {name: why for name, why in not_done.items() if name not in left} == {}
    assert left <= set(not_done), "what is done goes out of the list"


def difference(wanted, found):
    return api.difference_of(api.signature_of(wanted), inspect.signature(found))


def test_differences_are_told():
    assert difference("(x, axis=None, **kwargs)", lambda x, axis=None, more=1: 0) is None
    assert difference("(x, *, name=None)", lambda x, name=None: 0) is None
    assert difference("(x, axis=None)", lambda x, **kwargs: 0) == "has no argument 'axis'"
    assert difference("(x, axis=None)", lambda x, axis=-1: 0) == "the default of 'axis' is -1, in Keras None"
    assert difference("(x, axis=1)", lambda x, axis: 0) == "the default of 'axis' is none, in Keras 1"
    assert difference("(x, axis)", lambda axis, x: 0) == "the order is axis, x, in Keras x, axis"
    assert difference("(x)", lambda x, y: 0) == "needs 'y', which Keras does not have"
    assert difference("(x, y)", lambda x, y=2: 0) == "'y' has a default here: 2"
    assert difference("(x: int, y: str = 'a')", lambda x, y="a": 0) is None


def test_the_report(capsys, tmp_path):
    listing = tmp_path / "names.txt"
    listing.write_text(
        "keras.version [function] ()\n"
        "keras.layers.Dense [class] (self, units, activation=None)\n"
        "keras.layers.Nothing [class] (self)\n"
        "keras.layers.Flatten [class] (self, axis, data_format=None)\n"
        "keras.layers.Add [function] (x)\n"
    )
    assert api.main(["--check", str(listing)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "layers: 1 of 4 as in Keras" in lines
    assert "    other signature: Flatten: has no argument 'axis'" in lines
    assert "    other signature: Add: is a function in Keras" in lines
    assert "    missing: Nothing" in lines
    listing.write_text("keras.layers.Dense [class] (self, units, activation=None)\n")
    assert api.main(["--check", str(listing)]) == 0
    assert "Dense: use_bias=True, kernel_initializer='glorot_uniform'" in capsys.readouterr().out
    listing.write_text("layers Dense\n")
    assert api.main(["--check", str(listing)]) == 2
    assert "line 1 is not `package.name" in capsys.readouterr().err
