"""timeseries_dataset_from_array: windows over a time series, in batches."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..engine.randomness import make_seed, permutation


class TimeseriesDataset:
    """Batches of windows; may be gone through any number of times, each time in a new order where it is shuffled.

    Args:
        starts: the first step of each window.
        steps: of a window, counted from its start.
        batch_size: None gives single windows.
        seed: of the order; None takes windows as they come.
    """

    def __init__(
        self, data: Any, targets: Any, starts: np.ndarray, steps: np.ndarray, batch_size: int | None, seed: int | None
    ):
        self.data, self.targets, self.starts, self.steps = data, targets, starts, steps
        self.batch_size, self.seed, self.passes = batch_size, seed, 0

    def __len__(self) -> int:
        return -(-len(self.starts) // (self.batch_size or 1))

    def __iter__(self) -> Iterator[Any]:
        starts = self.starts
        if self.seed is not None:
            starts = starts[permutation(len(starts), self.seed, self.passes)]
            self.passes += 1
        if self.batch_size is None:
            yield from (self._windows(start) for start in starts)
            return
        for first in range(0, len(starts), self.batch_size):
            yield self._windows(starts[first : first + self.batch_size])

    def _windows(self, starts: Any) -> Any:
        windows = self.data[np.add.outer(starts, self.steps)]
        return windows if self.targets is None else (windows, self.targets[starts])


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> TimeseriesDataset:
    """Windows over a time series, in batches that `fit` takes.

    Args:
        data: one row for each step.
        targets: `targets[i]` belongs to the window that starts at step i; None gives windows alone.
        sequence_length: rows in a window.
        sequence_stride: steps between the starts of two windows.
        sampling_rate: steps between two rows of a window.
        batch_size: windows in a batch; None gives single windows.
        shuffle: take them in random order.
        seed: of that order.
        start_index: steps before it are not used.
        end_index: steps from it on are not used.
        format: accepted as in Keras ("tf" or "grain"); the result is the same.

    Shapes:
        batch: (batch, sequence_length, ...), with targets a pair of that and (batch, ...)

    Raises:
        ValueError: a number is out of range, or no window fits.
    """
    size = len(data)
    if format not in ("tf", "grain"):
        raise ValueError(f'`format` should be either "tf" or "grain"; got {format!r}')
    for name, value in (("sampling_rate", sampling_rate), ("sequence_stride", sequence_stride)):
        if not 0 < value < size:
            raise ValueError(
                f"`{name}` must be higher than 0 and lower than the length of the data, {size}; got {value}"
            )
    start = start_index or 0
    end = end_index or size
    if not 0 <= start < size:
        raise ValueError(
            f"`start_index` must be 0 or greater and lower than the length of the data, {size}; got {start}"
        )
    if not start < end <= size:
        raise ValueError(
            f"`end_index` must be higher than `start_index` ({start}) and at most the {size} steps; got {end}"
        )
    span = (sequence_length - 1) * sampling_rate + 1
    count = end - start - span + 1
    if targets is not None:
        count = min(count, len(targets) - start)
    if count < 1:
        raise ValueError(
            f"no window fits: it spans {span} steps, and {end - start} are used"
            + ("" if targets is None else f", with {len(targets)} targets")
        )
    if shuffle and seed is None:
        seed = make_seed()
    return TimeseriesDataset(
        np.asarray(data),
        None if targets is None else np.asarray(targets),
        start + np.arange(0, count, sequence_stride),
        np.arange(sequence_length) * sampling_rate,
        batch_size,
        seed if shuffle else None,
    )
