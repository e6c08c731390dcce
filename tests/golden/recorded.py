"""Reading the recorded runs of real releases."""

import functools
import json
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"
FOLDERS = ("1.2.2", "1.2.2-tensorflow", "2.0.9", "2.2.4", "2.2.4-tf", "2.3.1", "2.15.0", "3.15.1")
# what files hold beside cases
ABOUT = (
    "conventions",
    "generated_by",
    "signatures",
    "tokenizer_probe",
    "tokenizer_texts",
    "images",
    "flow",
    "functions",
)


@functools.cache
def recorded(release, name):
    """Cases (and what else the JSON holds) and arrays of one file pair."""
    folder = DATA / release
    arrays = dict(np.load(folder / f"{name}.npz")) if (folder / f"{name}.npz").exists() else {}
    return json.loads((folder / f"{name}.json").read_text()), arrays


def cases_in(folder, name):
    """The names of the cases in one file: `add_2d_2`, or with the part of the file, `calls/Dense(4)`."""
    found = []
    for part, entries in recorded(folder, name)[0].items():
        if part not in ABOUT:
            keys = entries if isinstance(entries, dict) else range(len(entries))
            found += [str(key) if part == "cases" else f"{part}/{key}" for key in keys]
    return found


def cases_of_models(folder):
    """The files of saved models, and how each model trained on: `cnn.h5`, `cnn.npz/c`."""
    found = []
    for path in sorted((DATA / folder / "models").glob("*")):
        if path.suffix == ".npz":
            found += [f"{path.name}/{key}" for key in ("c", "r", "k") if key in np.load(path).files]
        elif path.name != "index.json":
            found.append(path.name)
    return found


def every_case():
    """All that is recorded, as `folder/file/case`."""
    found = [f"{folder}/models/{case}" for folder in FOLDERS for case in cases_of_models(folder)]
    for folder in FOLDERS:
        for path in sorted((DATA / folder).glob("*.json")):
            found += [f"{folder}/{path.stem}/{case}" for case in cases_in(folder, path.stem)]
    return found


def unpacked(flat, parts):
    """The arrays that were packed into one: `parts` are pairs of name and shape."""
    found, start = [], 0
    for _, shape in parts:
        size = int(np.prod(shape))
        found.append(flat[start : start + size].reshape(shape))
        start += size
    return found
