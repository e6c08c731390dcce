"""The default comparison (`dovetail compare`) against the same study written as a loop of Keras fits.

Keras trains a few candidates with one seed and one learning rate; the study is extrapolated from them. "A new model
for every run" is how such a loop is written: every run starts from new weights. "Compiled once a candidate" is the most
that can be had from Keras by hand: the same model trained again and again (weights would have to be put back).
"""

import time

import numpy as np
from harness import KERAS_BACKENDS, arguments, measure, report, serve

ENGINES = ["dovetail", *KERAS_BACKENDS]
CANDIDATES = ("Concatenate", "Add")


def whole_study():
    """Seconds of the study in a warm process, without its report."""
    from dovetail.compare import default_comparison

    begin = time.perf_counter()
    default_comparison()
    return time.perf_counter() - begin


def extrapolated(keras):
    """Seconds that the study would take as a loop of fits: with new models, and with one model a candidate."""
    from dovetail.compare.data import digits
    from dovetail.compare.default import EPOCHS, LEARNING_RATES, SEEDS

    data = digits()
    layers = keras.layers
    x = [data["x"]["top"], data["x"]["bottom"]]
    held_out = [([data[f"x{s}"]["top"], data[f"x{s}"]["bottom"]], data[f"y{s}"]) for s in ("_val", "_test")]

    def build(merge):
        top, bottom = keras.Input((32,)), keras.Input((32,))
        branches = [layers.Dense(32, activation="relu")(top), layers.Dense(32, activation="relu")(bottom)]
        hidden = layers.Dense(32, activation="relu")(getattr(layers, merge)()(branches))
        model = keras.Model([top, bottom], layers.Dense(10, activation="softmax")(hidden))
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def run(model):
        begin = time.perf_counter()
        model.fit(x, data["y"], batch_size=32, epochs=EPOCHS, verbose=0)
        for inputs, targets in held_out:
            model.evaluate(inputs, targets, verbose=0)
        return time.perf_counter() - begin

    first, warm = [], []
    for merge in CANDIDATES:
        model = build(merge)
        first.append(run(model))
        warm.append(run(model))
    candidates = 10
    runs = candidates * SEEDS * len(LEARNING_RATES)
    return runs * float(np.mean(first)), candidates * float(np.mean(first)) + (runs - candidates) * float(np.mean(warm))


def worker(engine):
    if engine == "dovetail":
        import dovetail  # noqa: F401

        last = []

        def study():
            last[:] = [whole_study()]
            return last[0]

        # one study answers both comparisons
        return {"a new model for every run": study, "compiled once a candidate": lambda: last[0]}
    import keras

    results = []

    def fits():
        results[:] = extrapolated(keras)
        return results[0]

    return {"a new model for every run": fits, "compiled once a candidate": lambda: results[1]}


if __name__ == "__main__":
    options = arguments(__doc__, ENGINES)
    if options.worker:
        serve(worker(options.worker))
    else:
        report(
            f"The default comparison; Keras extrapolated from {len(CANDIDATES)} candidates",
            measure(__file__, options.engines, options.rounds),
        )
