import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dovetail import Sequential, layers
from dovetail.utils import split_dataset, timeseries_dataset_from_array

X, Y = np.arange(20.0).reshape(10, 2), np.arange(10)


def test_two_parts_of_arrays_in_any_container():
    left, right = split_dataset((X, Y), left_size=0.7)
    assert (len(left), len(right)) == (7, 3)
    assert_array_equal(left.arrays[0], X[:7])
    assert_array_equal(right.arrays[1], Y[7:])
    assert [len(batch[1]) for batch in left.batch(3)] == [3, 3, 1] and len(left.batch(3, drop_remainder=True)) == 2
    left, right = split_dataset({"x": X, "y": Y}, left_size=2, right_size=3)
    assert_array_equal(right.arrays["y"], Y[-3:])
    left, _ = split_dataset(((x, y) for x, y in zip(X, Y, strict=True)), right_size=1)
    assert_array_equal(left.arrays[1], Y[:9])


def test_a_seed_repeats_the_order_and_nothing_is_lost():
    first, second = (split_dataset(X, left_size=5, shuffle=True, seed=3) for _ in range(2))
    assert_array_equal(first[0].arrays, second[0].arrays)
    together = np.concatenate([part.arrays for part in first])
    assert not np.array_equal(together, X)
    assert_array_equal(np.sort(together[:, 0]), X[:, 0])


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({}, "At least one"),
        ({"left_size": 10}, "smaller than 10"),
        ({"left_size": 1.5}, "between 0 and 1"),
        ({"left_size": 6, "right_size": 6}, "more than the 10"),
        ({"left_size": 0.01}, "left_size would have none"),
    ],
)
def test_sizes_that_cannot_be(sizes, message):
    with pytest.raises(ValueError, match=message):
        split_dataset(X, **sizes)
    with pytest.raises(TypeError):
        split_dataset([1, 2], left_size=1)
    with pytest.raises(TypeError, match="str"):
        split_dataset(X, left_size="3")


@pytest.mark.parametrize(
    ("arguments", "starts", "step"),
    [
        ({}, range(8), 1),
        ({"sequence_stride": 2, "sampling_rate": 3, "batch_size": 2}, range(0, 4, 2), 3),
        ({"start_index": 4, "end_index": 9, "batch_size": None}, range(4, 7), 1),
    ],
)
def test_windows_over_time_series(arguments, starts, step):
    """Keras's own are tf.data and Grain datasets; the expectation is its documentation's."""
    expected = [X[start : start + 2 * step + 1 : step] for start in starts]
    batches = list(timeseries_dataset_from_array(X, Y, 3, **arguments))
    join = np.stack if arguments.get("batch_size", 1) is None else np.concatenate
    assert_array_equal(join([x for x, _ in batches]), expected)
    assert_array_equal(join([y for _, y in batches]), Y[list(starts)])
    assert_array_equal(join(list(timeseries_dataset_from_array(X, None, 3, **arguments))), expected)


def test_windows_are_shuffled_anew_and_fit_takes_them():
    windows = timeseries_dataset_from_array(X, Y, 3, batch_size=4, shuffle=True, seed=1)
    passes = [np.concatenate([y for _, y in windows]) for _ in range(2)]
    assert len(windows) == 2 and not np.array_equal(*passes)
    assert_array_equal(np.sort(passes[0]), Y[:8])
    model = Sequential([layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    assert len(model.fit(windows, epochs=2, verbose=0).history["loss"]) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"sequence_stride": 0}, {"sampling_rate": 10}, {"start_index": 10}, {"end_index": 11}, {"sequence_length": 11},
     {"start_index": 3, "end_index": 3}, {"format": "torch"}, {"targets": Y[:0]}],
    ids=str,
)  # fmt: skip
def test_windows_that_cannot_be(wrong):
    with pytest.raises(ValueError):
        timeseries_dataset_from_array(**{"data": X, "targets": Y, "sequence_length": 3} | wrong)
