"""Streams of batches, arrays in files, and what happens when they end or fail."""

import threading
import time
import traceback

import h5py
import numpy as np
import pytest
from numpy.testing import assert_allclose

import dovetail as keras
from dovetail import layers
from dovetail.training import feeding
from dovetail.training.prefetch import Prefetcher

X = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
Y = X.sum(1, keepdims=True)
WEIGHT = np.linspace(0.1, 2.0, 50).astype("float32")
BATCHES = [(X[i : i + 8], Y[i : i + 8]) for i in range(0, 50, 8)]


def model(**compile_arguments):
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    made = keras.Sequential([keras.Input((4,)), layers.Dense(3, "tanh"), layers.Dense(1)])
    made.compile(**{"optimizer": "sgd", "loss": "mse", "metrics": ["mae"], **compile_arguments})
    return made


class Indexed:
    """As a PyDataset: batches by number."""

    workers, use_multiprocessing, max_queue_size = 1, False, 10

    def __init__(self, workers=1):
        self.workers, self.ended = workers, 0

    def __len__(self):
        return len(BATCHES)

    def __getitem__(self, index):
        return BATCHES[index]

    def on_epoch_end(self):
        self.ended += 1


class Loader:
    """As a DataLoader: iterable again and again, giving lists."""

    def __iter__(self):
        return (list(batch) for batch in BATCHES)

    def __len__(self):
        return len(BATCHES)


def endless():
    while True:
        yield from BATCHES


SOURCES = {
    "py dataset": lambda: (Indexed(), {"shuffle": False}),
    "py dataset with workers": lambda: (Indexed(3), {"shuffle": False}),
    "loader": lambda: (Loader(), {}),
    "generator": lambda: (endless(), {"steps_per_epoch": 7}),
    "loader in steps": lambda: (Loader(), {"steps_per_epoch": 7}),
}


@pytest.mark.parametrize("case", SOURCES)
def test_streams_train_as_arrays_do(case):
    reference = model()
    expected = reference.fit(X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0).history
    streamed = model()
    source, arguments = SOURCES[case]()
    history = streamed.fit(source, epochs=3, verbose=0, **arguments).history
    for name, values in expected.items():
        assert_allclose(history[name], values, rtol=1e-5)
    for a, b in zip(streamed.get_weights(), reference.get_weights(), strict=True):
        assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    if isinstance(source, Indexed):
        assert source.ended == 3
    assert no_threads_left()


def no_threads_left():
    return not any("prefetch" in thread.name for thread in threading.enumerate())


def test_evaluate_predict_and_validation_take_streams():
    made = model()
    expected = made.evaluate(X, Y, batch_size=8, verbose=0)
    assert_allclose(made.evaluate(Loader(), verbose=0), expected, rtol=1e-5)
    assert_allclose(made.evaluate(endless(), steps=7, verbose=0), expected, rtol=1e-5)
    assert_allclose(made.predict(Loader(), verbose=0), made.predict(X, verbose=0), rtol=1e-5)
    assert made.predict(endless(), steps=2, verbose=0).shape == (16, 1)
    assert_allclose(made.predict((x for x, _ in BATCHES), verbose=0), made.predict(X, verbose=0), rtol=1e-5)
    history = made.fit(X, Y, validation_data=Indexed(), epochs=2, verbose=0).history
    assert_allclose(history["val_mae"][-1], made.evaluate(X, Y, verbose=0)[1], rtol=1e-5)
    history = made.fit(Loader(), validation_data=(X, Y), epochs=1, verbose=0).history
    assert_allclose(history["val_mae"][-1], made.evaluate(X, Y, verbose=0)[1], rtol=1e-5)


def test_weights_of_samples_and_classes_in_streams():
    labels = (Y > 0).astype("float32")
    batches = [(X[i : i + 10], labels[i : i + 10], WEIGHT[i : i + 10]) for i in range(0, 50, 10)]

    class Weighted:
        def __iter__(self):
            return iter(batches)

    expected = model().fit(X, labels, 10, 2, shuffle=False, verbose=0, sample_weight=WEIGHT, class_weight={0: 1, 1: 3})
    history = model().fit(Weighted(), epochs=2, verbose=0, class_weight={0: 1, 1: 3})
    assert_allclose(history.history["loss"], expected.history["loss"], rtol=1e-5)


def test_a_stream_that_ends_early_ends_training_with_a_warning():
    made = model()
    with pytest.warns(UserWarning, match="the data ended after 7 of 10 steps of this epoch, and training with it"):
        history = made.fit(iter(BATCHES), steps_per_epoch=10, epochs=4, verbose=0)
    assert len(history.history["loss"]) == 1
    with pytest.warns(UserWarning, match="the data ended after 0 steps"):
        history = made.fit(iter(BATCHES), epochs=4, verbose=0)
    assert len(history.history["loss"]) == 1
    with pytest.raises(ValueError, match="gives no batches"):
        made.fit(iter([]), verbose=0)


def failing():
    yield BATCHES[0]
    yield BATCHES[1]
    raise RuntimeError("the disk is gone")


def test_an_exception_in_a_generator_reaches_the_user_with_its_traceback():
    made = model()
    with pytest.raises(RuntimeError, match="the disk is gone") as caught:
        made.fit(failing(), steps_per_epoch=5, verbose=0)
    assert "in failing" in "".join(traceback.format_tb(caught.value.__traceback__))
    assert no_threads_left()
    with pytest.raises(ValueError, match="input 'input_layer' takes"):
        made.fit(iter([(np.ones((2, 3)), np.ones((2, 1)))]), steps_per_epoch=1, verbose=0)
    with pytest.raises(ValueError, match="whose batches hold `y` and `sample_weight` too"):
        made.fit(Loader(), Y, verbose=0)
    with pytest.raises(ValueError, match="a batch is x"):
        made.fit(iter([(X, Y, WEIGHT, WEIGHT)]), verbose=0)


def test_a_generator_is_closed_when_training_stops():
    closed = []

    def source():
        try:
            yield from endless()
        finally:
            closed.append(True)

    made = model()
    stop = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(made, "stop_training", True))
    made.fit(source(), steps_per_epoch=2, epochs=9, callbacks=[stop], verbose=0)
    assert closed == [True]
    assert len(made.history.history["loss"]) == 1


def test_callbacks_of_batches_see_every_batch_of_a_stream():
    seen = []
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append((batch, logs["loss"])))
    model().fit(Loader(), epochs=1, callbacks=[watch], verbose=0)
    assert [batch for batch, _ in seen] == list(range(7))


def test_batches_of_a_py_dataset_come_in_a_new_order():
    class Recording(Indexed):
        def __init__(self):
            super().__init__()
            self.order = []

        def __getitem__(self, index):
            self.order.append(index)
            return BATCHES[index]

    source = Recording()
    model().fit(source, epochs=2, verbose=0)
    first, second = source.order[:7], source.order[7:14]
    assert sorted(first) == sorted(second) == list(range(7))
    assert first != second


@pytest.mark.parametrize("kind", ["memmap", "hdf5"])
def test_large_arrays_in_files_are_read_batch_by_batch(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(feeding, "LOADED_WHOLE", 100)
    if kind == "memmap":
        np.save(tmp_path / "x.npy", X)
        x = np.load(tmp_path / "x.npy", mmap_mode="r")
    else:
        with h5py.File(tmp_path / "x.h5", "w") as file:
            file.create_dataset("x", data=X, chunks=True)
        x = h5py.File(tmp_path / "x.h5")["x"]
    expected = model().fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0).history
    made = model()
    assert_allclose(made.fit(x, Y, 8, 2, shuffle=False, verbose=0).history["loss"], expected["loss"], rtol=1e-5)
    made.fit(x, Y, batch_size=8, epochs=2, verbose=0)
    assert_allclose(made.predict(x, verbose=0), made.predict(X, verbose=0), rtol=1e-5)
    assert_allclose(made.evaluate(x, Y, verbose=0), made.evaluate(X, Y, verbose=0), rtol=1e-5)


def test_prefetched_items_come_in_order():
    fetcher = Prefetcher(range(20), lambda number: number * 2)
    assert list(fetcher) == list(range(0, 40, 2))
    assert list(fetcher) == []


def test_run_eagerly_shows_values_and_gives_the_same_numbers():
    made = model(run_eagerly=True)
    history = made.fit(X, Y, batch_size=25, epochs=2, shuffle=False, verbose=0).history["loss"]
    expected = model().fit(X, Y, batch_size=25, epochs=2, shuffle=False, verbose=0).history["loss"]
    assert_allclose(history, expected, rtol=1e-5)
    assert_allclose(made.fit(Loader(), epochs=1, verbose=0).history["loss"][0], made.evaluate(X, Y, verbose=0)[0], 0.5)
    assert made.predict(X, verbose=0).shape == (50, 1)


def test_sources_without_end_need_a_number_of_steps():
    class Endless(Indexed):
        num_batches = None

        def __getitem__(self, index):
            return BATCHES[index % 7]

    made = model()
    for method in (made.fit, made.evaluate, made.predict):
        with pytest.raises(ValueError, match="is a Endless without end: say how many `steps_per_epoch`"):
            method(Endless(), verbose=0)
    assert made.predict(Endless(), steps=2, verbose=0).shape == (16, 1)


def test_single_samples_are_not_batches():
    with pytest.raises(ValueError, match=r"the array has the shape \(4,\), one axis less.*needs batching"):
        model().fit(zip(X, Y, strict=True), verbose=0)


# -- sources of other libraries, where they are installed


def check_source(source, inputs=None, **arguments):
    """Training, evaluation and prediction are those of the arrays; nothing is left running."""
    reference, made = model(), model()
    expected = reference.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0).history["loss"]
    assert_allclose(made.fit(source, epochs=2, verbose=0, **arguments).history["loss"], expected, rtol=1e-4)
    assert_allclose(made.evaluate(source, verbose=0), reference.evaluate(X, Y, verbose=0), rtol=1e-4)
    inputs = source if inputs is None else inputs
    assert_allclose(made.predict(inputs, verbose=0), reference.predict(X, verbose=0), rtol=1e-4, atol=1e-6)
    assert no_threads_left()


def check_failure(source):
    with pytest.raises(RuntimeError, match="the disk is gone") as caught:
        model().fit(source, verbose=0)
    assert "in failing_item" in "".join(traceback.format_exception(caught.value))
    assert no_threads_left()


class Items:
    """Single samples by number."""

    def __init__(self, fails=False):
        self.fails = fails

    def __len__(self):
        return 50

    def __getitem__(self, index):
        return self.failing_item(index) if self.fails else (X[index], Y[index])

    def failing_item(self, index):
        if index == 20:
            raise RuntimeError("the disk is gone")
        return X[index], Y[index]


def test_torch():
    torch = pytest.importorskip("torch")
    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    loader = torch.utils.data.DataLoader
    check_source(loader(torch.utils.data.TensorDataset(x, y), batch_size=8))
    check_source(loader(Items(), batch_size=8))
    check_failure(loader(Items(fails=True), batch_size=8))
    made = model()
    assert_allclose(made.predict(x.requires_grad_(), verbose=0), made.predict(X, verbose=0))
    assert_allclose(made.predict(x.bfloat16(), verbose=0), made.predict(X, verbose=0), rtol=0.1, atol=0.05)
    with pytest.raises(ValueError, match=r"gives single samples: wrap it in a torch\.utils\.data\.DataLoader"):
        made.fit(torch.utils.data.TensorDataset(x, y), verbose=0)


def test_tensorflow():
    tf = pytest.importorskip("tensorflow")
    source = tf.data.Dataset.from_tensor_slices((X, Y)).batch(8)
    check_source(source, inputs=source.map(lambda x, y: x))
    with pytest.raises(ValueError, match="without end: say how many"):
        model().fit(source.repeat(), verbose=0)
    made = model()
    made.fit(source.repeat(), steps_per_epoch=7, verbose=0)
    assert_allclose(made.predict(tf.constant(X), verbose=0), made.predict(X, verbose=0))


def test_grain():
    grain = pytest.importorskip("grain")
    source = grain.MapDataset.source(Items()).batch(8)
    check_source(source, shuffle=False)
    check_source(source.to_iter_dataset())
    check_failure(grain.MapDataset.source(Items(fails=True)).batch(8))
    with pytest.raises(ValueError, match="without end: say how many"):
        model().fit(source.repeat(), verbose=0)
    deadline = time.monotonic() + 20  # Grain's threads are told to end, and not waited for
    while any("grain" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
