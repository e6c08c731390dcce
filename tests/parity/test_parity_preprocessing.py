"""Preprocessing of old releases beside what Keras keeps of it."""

import json
import random

import numpy as np
import pytest
from keras.src.legacy.preprocessing import sequence as keras_sequence
from numpy.testing import assert_array_equal

from dovetail.legacy.preprocessing import sequence


@pytest.mark.filterwarnings("ignore:non-integer arguments to randrange")  # of Keras itself
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"negative_samples": 0.5, "window_size": 2},
        {"categorical": True, "seed": 3},
        {"shuffle": False},
        {"table": True},
    ],
    ids=str,
)
def test_skipgrams_draw_the_same_numbers(arguments):
    words = [1, 5, 0, 3, 2, 9, 4, 4, 1]
    if arguments.pop("table", False):
        arguments = {"sampling_table": sequence.make_sampling_table(10, 1e-2)}
    found = []
    for module in (sequence, keras_sequence):
        random.seed(7)
        found.append(module.skipgrams(words, 10, **arguments))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "arguments",
    [
        {"length": 3},
        {"length": 4, "sampling_rate": 2, "stride": 3, "batch_size": 2, "reverse": True},
        {"length": 2, "start_index": 5, "end_index": 12, "batch_size": 3},
        {"length": 2, "shuffle": True, "batch_size": 5},
    ],
    ids=str,
)
def test_windows_over_time_series(arguments):
    data, targets = np.arange(40.0).reshape(20, 2), np.arange(20)
    found = sequence.TimeseriesGenerator(data, targets, **arguments)
    expected = keras_sequence.TimeseriesGenerator(data, targets, **arguments)
    again = sequence.timeseries_generator_from_json(found.to_json())
    batches = []
    for generator in (found, expected, again):
        np.random.seed(3)
        batches.append([generator[index] for index in range(len(generator))])
    for ours, theirs, copied in zip(*batches, strict=True):
        for a, b, c in zip(ours, theirs, copied, strict=True):
            assert_array_equal(a, b)
            assert_array_equal(c, b)
    assert json.loads(found.to_json())["config"]["end_index"] == expected.end_index


def test_windows_that_cannot_be():
    with pytest.raises(ValueError, match="same length"):
        sequence.TimeseriesGenerator([1, 2], [1], 1)
    with pytest.raises(ValueError, match="no step is left"):
        sequence.TimeseriesGenerator([1, 2], [1, 2], 3)
