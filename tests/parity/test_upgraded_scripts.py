"""Upgraded scripts on real Keras 3: each runs there, or uses something that Keras 3 has not."""

import re
import runpy
from pathlib import Path

import pytest

from dovetail.legacy.upgrade import upgrade_source

FOLDER = Path(__file__).parent.parent / "legacy" / "scripts"
SCRIPTS = sorted(FOLDER.glob("*/*.py"))
# what Keras 3 has nothing for: the upgraded script takes it from `dovetail`, and says so by its imports
FROM_DOVETAIL = {"gradients", "image_generator", "merge_modes", "scikit_learn", "time_series", "tokenizer", "vae"}
# what a script says that Keras 3 does not do; Dovetail does
NOT_IN_KERAS = {
    "functional_merges": "labels by name for a single output",
    "gan": "one optimizer for two models, and `trainable` as it was in `compile`",
    "graph_model": "Graph has no successor",
}
# what stays with TensorFlow: run by hand with it, all of them run
NEEDS_TENSORFLOW = {"callbacks_of_2", "mnist_like", "subclassed"}


def name(path: Path) -> str:
    return path.stem


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_an_upgraded_script_runs_on_keras_3(path, tmp_path, monkeypatch, capsys):
    source = upgrade_source(path.read_text(), str(path)).source
    assert bool(re.search(r"^(?:from|import) dovetail", source, re.M)) == (path.stem in FROM_DOVETAIL)
    if path.stem in FROM_DOVETAIL:
        return
    if path.stem in NEEDS_TENSORFLOW:
        pytest.importorskip("tensorflow")
    upgraded = tmp_path / path.name
    upgraded.write_text(source)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(path.parent))
    if path.stem in NOT_IN_KERAS:
        with pytest.raises((ImportError, AttributeError, NotImplementedError, ValueError)):
            runpy.run_path(str(upgraded), run_name="__main__")
        return
    runpy.run_path(str(upgraded), run_name="__main__")
    assert capsys.readouterr().out.strip()
