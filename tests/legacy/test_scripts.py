"""Scripts in the manner of each era, untouched, and upgraded: they run, and the numbers are the same."""

import re
from pathlib import Path

import pytest

from dovetail.cli import main
from dovetail.legacy.upgrade import upgrade_source

FOLDER = Path(__file__).parent / "scripts"
SCRIPTS = sorted(FOLDER.glob("*/*.py"))
DIALECTS = {"keras1": "1.2.2", "keras2": "2.2.4", "tf_keras": "2.15.0"}
NUMBER = r"-?\d+\.\d+(?:e[-+]?\d+)?"
# what the upgraded script cannot give the same of, with the reason; its text is compared all the same
OTHER_NUMBERS = {
    "siamese": "RMSprop adds epsilon to the root today, under the root since: it shows where gradients are near 0",
    "gan": "`train_on_batch` gives the mean since `reset_metrics` today",
}
# what an upgraded script needs a human for before it runs
BY_HAND: dict[str, str] = {
    "gradients": "K.function and K.learning_phase are of old graphs",
    "callbacks": "the name of the file is only known when the script runs, and ends in .weights.h5 today",
    "graph_model": "Graph has no successor",
}


def name(path: Path) -> str:
    return path.stem


def run(path: Path, capsys: pytest.CaptureFixture, *options: str) -> str:
    status = main(["run", *options, str(path)])
    said = capsys.readouterr()
    assert status == 0, said.err
    return said.out


def split(text: str) -> tuple[str, list[float]]:
    """The text without its broken numbers, and these."""
    return re.sub(NUMBER, "#", text), [float(number) for number in re.findall(NUMBER, text)]


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_a_script_runs_untouched_and_upgraded(path, capsys, tmp_path):
    told = main(["run", str(path)])
    said = capsys.readouterr()
    assert told == 0, said.err
    assert f"run as {DIALECTS[path.parent.name]}" in said.err.splitlines()[0]
    if path.stem in BY_HAND:
        return
    upgraded = tmp_path / path.name
    upgraded.write_text(upgrade_source(path.read_text(), str(path)).source)
    text, numbers = split(said.out)
    new_text, new_numbers = split(run(upgraded, capsys, "--quiet"))
    assert new_text == text
    if path.stem not in OTHER_NUMBERS:
        assert new_numbers == pytest.approx(numbers, rel=2e-3, abs=1e-4)


def test_there_are_scripts_of_every_era():
    assert len(SCRIPTS) >= 40
