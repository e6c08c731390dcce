"""The default comparison (`dovetail compare`) against the same study written as a loop of Keras fits.

Keras trains a few candidates with one seed and one learning rate; the whole study is extrapolated from them: compiling
once a candidate (generous: a new `compile` for every run costs more), then the mean time of a warm run for all others.
"""

import time

import numpy as np
from harness import KERAS_BACKENDS, arguments, measure, report, serve

ENGINES = ["dovetail", *KERAS_BACKENDS]
CANDIDATES, WARM_RUNS = ("Concatenate", "Add"), 1


def whole_study():
    """Seconds of the study in a warm process, without its report."""
    from dovetail.compare import default_comparison

    begin = time.perf_counter()
    default_comparison()
    return time.perf_counter() - begin


def extrapolated(keras):
    """Seconds that the study would take as a loop of fits."""
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
        warm += [run(model) for _ in range(WARM_RUNS)]
    candidates = 10
    runs = candidates * SEEDS * len(LEARNING_RATES)
    return candidates * float(np.mean(first)) + (runs - candidates) * float(np.mean(warm))


def worker(engine):
    if engine == "dovetail":
        import dovetail  # noqa: F401

        return {"the study": whole_study}
    import keras

    return {"the study": lambda: extrapolated(keras)}


if __name__ == "__main__":
    options = arguments(__doc__, ENGINES)
    if options.worker:
        serve(worker(options.worker))
    else:
        report(
            f"The default comparison; Keras extrapolated from {len(CANDIDATES)} candidates",
            measure(__file__, options.engines, options.rounds),
        )
