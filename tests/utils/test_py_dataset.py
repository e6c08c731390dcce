import numpy as np
import pytest

from dovetail import Sequential, layers
from dovetail.utils import PyDataset, Sequence, pack_x_y_sample_weight, unpack_x_y_sample_weight


class Lines(Sequence):
    """Batches of y = 2x."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls = []

    def __len__(self):
        return 3

    def __getitem__(self, index):
        x = np.full((4, 1), index / 3, "float32")
        return x, 2 * x

    def on_epoch_begin(self):
        self.calls.append("begin")

    def on_epoch_end(self):
        self.calls.append("end")


class Endless(PyDataset):
    num_batches = None

    def __getitem__(self, index):
        return np.full((4, 1), float(index % 3)), np.full((4, 1), 1.0)


def test_fit_evaluate_and_predict_take_it_with_and_without_workers():
    assert Sequence is PyDataset and len(list(Lines())) == 3
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    for data in (Lines(), Lines(workers=2, max_queue_size=4)):
        model.fit(data, epochs=2, verbose=0)
        assert data.calls == ["begin", "end"] * 2
    assert model.predict(Lines(), verbose=0).shape == (12, 1)
    assert isinstance(model.evaluate(Lines(), verbose=0), float)
    model.fit(Endless(), steps_per_epoch=2, epochs=2, verbose=0)


def test_a_subclass_that_forgets_its_base_class_works():
    class Forgetful(PyDataset):
        def __init__(self):
            self.x = [1]

        def __len__(self):
            return 1

    assert Forgetful().workers == 1 and Forgetful().num_batches == 1
    with pytest.raises(NotImplementedError, match="__getitem__"):
        list(Forgetful())
    with pytest.raises(NotImplementedError, match="num_batches"):
        _ = PyDataset().num_batches


def test_packing_and_unpacking():
    assert pack_x_y_sample_weight([1]) == ([1],) and pack_x_y_sample_weight(1) == 1
    assert pack_x_y_sample_weight(1, 2) == (1, 2) and pack_x_y_sample_weight(1, 2, 3) == (1, 2, 3)
    assert unpack_x_y_sample_weight([1, 2, 3]) == (1, 2, 3) and unpack_x_y_sample_weight({"a": 1}) == (
        {"a": 1},
        None,
        None,
    )
    with pytest.raises(ValueError, match="got 4"):
        unpack_x_y_sample_weight((1, 2, 3, 4))
