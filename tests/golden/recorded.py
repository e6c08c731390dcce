"""Reading the recorded runs of real releases."""

import functools
import json
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"


@functools.cache
def recorded(release, name):
    """Cases (and what else the JSON holds) and arrays of one file pair."""
    folder = DATA / release
    arrays = dict(np.load(folder / f"{name}.npz")) if (folder / f"{name}.npz").exists() else {}
    return json.loads((folder / f"{name}.json").read_text()), arrays


def unpacked(flat, parts):
    """The arrays that were packed into one: `parts` are pairs of name and shape."""
    found, start = [], 0
    for _, shape in parts:
        size = int(np.prod(shape))
        found.append(flat[start : start + size].reshape(shape))
        start += size
    return found
