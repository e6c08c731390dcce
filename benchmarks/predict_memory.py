"""How much memory 100 000 calls of `predict` with one sample leave behind."""

import resource
from pathlib import Path

import numpy as np
from harness import machine

import dovetail
from dovetail import layers

CALLS = 100_000


def resident():
    """Megabytes of this process in memory."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    x = dovetail.Input((10,))
    branches = [layers.Dense(10, activation="relu")(x) for _ in range(4)]
    model = dovetail.Model(x, layers.Dense(1, activation="sigmoid")(layers.Add()(branches)))
    one = np.ones((1, 10), "float32")
    for _ in range(1000):
        model.predict(one, verbose=0)
    before = resident()
    for _ in range(CALLS):
        model.predict(one, verbose=0)
    print(f"\n### Memory\n\n{machine()}\n\n{CALLS:,} calls of predict: {resident() - before:+.2f} MB")
