"""The examples run as they are, and learn what they are about."""

import runpy
from pathlib import Path

import pytest

import dovetail as keras

EXAMPLES = Path(__file__).parent.parent / "examples"
LEARNED = {
    "attention": lambda found: found["found"] > 0.9 and found["loss"] < 0.1,
    "channels_first": lambda found: found["wide"].output_shape == (None, 65536) and found["accuracy"] > 0.9,
    "digits_convolution": lambda found: found["accuracy"] > 0.9,
    "digits_dense": lambda found: found["accuracy"] > 0.94,
    "dropout_max_norm": lambda found: found["accuracy"] > 0.94 and found["largest"] < 3.001,
    "joining_feature_maps": lambda found: len(found["results"]) == 4 and min(found["results"].values()) > 0.6,
    "reviews": lambda found: found["accuracy"] > 0.9,
    "sequences_of_all_lengths": lambda found: found["accuracy"] > 0.8 and found["difference"] < 1e-5,
    "twins": lambda found: found["results"]["squared difference"] > 0.8 and len(found["results"]) == 3,
    "two_inputs": lambda found: found["error"] < 1.0 and found["accuracy"] > 0.8,
}


def test_every_example_is_run():
    assert {file.stem for file in EXAMPLES.glob("*.py")} == set(LEARNED)
    assert all(f"`{name}.py`" in (EXAMPLES / "README.md").read_text() for name in LEARNED)


@pytest.mark.parametrize("name", LEARNED)
def test_it_runs_and_learns(name):
    keras.utils.clear_session()
    assert LEARNED[name](runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__"))
