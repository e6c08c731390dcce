"""`keras.preprocessing.sequence`: padding, skip-grams, windows over time series."""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...utils import PyDataset
from ...utils import pad_sequences as modern_pad_sequences

__all__ = ["TimeseriesGenerator", "make_sampling_table", "pad_sequences", "skipgrams", "timeseries_generator_from_json"]
EULER_GAMMA = 0.577  # to the digits that the old releases had


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """As `dovetail.utils.pad_sequences`; integers that do not fit the dtype wrap around, as NumPy had it then."""
    try:
        return modern_pad_sequences(sequences, maxlen, dtype, padding, truncating, value)
    except OverflowError:
        return modern_pad_sequences(sequences, maxlen, "int64", padding, truncating, value).astype(dtype)


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """The probability of keeping the word of each rank, for `skipgrams`: the more frequent, the smaller.

    With the frequency f of a word of that rank in a text that follows Zipf's law, it is
    min(1, sqrt(sampling_factor / f)) (Mikolov et al. 2013, arXiv:1310.4546, section 2.3).

    Args:
        size: number of ranks; rank 0, which is no word, is treated as rank 1.
    """
    rank = np.maximum(np.arange(size), 1)
    inverse_frequency = rank * (np.log(rank) + EULER_GAMMA) + 0.5 - 1.0 / (12.0 * rank)
    return np.minimum(1.0, np.sqrt(sampling_factor * inverse_frequency))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of words that are near each other (label 1), and of words with random ones (label 0).

    Args:
        sequence: numbers of words; 0 is no word.
        vocabulary_size: random words are 1 to `vocabulary_size - 1`.
        window_size: how far two words may be from each other.
        negative_samples: random pairs for each true pair.
        categorical: labels [0, 1] and [1, 0] for 1 and 0.
        sampling_table: the probability of keeping each word as the first of a pair, see `make_sampling_table`.
        seed: of the shuffling.

    Returns:
        The pairs, and their labels. Python's `random` draws, so `random.seed` repeats them.
    """
    true, false = ([0, 1], [1, 0]) if categorical else (1, 0)
    couples = list(_near_words(sequence, window_size, sampling_table))
    labels: list[Any] = [true] * len(couples)
    if negative_samples > 0:
        count = int(len(couples) * negative_samples)
        words = [word for word, _ in couples]
        random.shuffle(words)
        couples += [[words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(count)]
        labels += [false] * count
    if shuffle:
        seed = random.randint(0, 10_000_000) if seed is None else seed
        for items in (couples, labels):  # in the same order
            random.seed(seed)
            random.shuffle(items)
    return couples, labels


def _near_words(sequence: Sequence[int], window_size: int, sampling_table: Any) -> Iterator[list[int]]:
    for here, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < random.random()):
            continue
        for there in range(max(0, here - window_size), min(len(sequence), here + window_size + 1)):
            if there != here and sequence[there]:
                yield [word, sequence[there]]


def _remove_long_seq(maxlen: int, seq: Sequence[Any], label: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The sequences shorter than `maxlen`, and their labels."""
    kept = [(sequence, one) for sequence, one in zip(seq, label, strict=True) if len(sequence) < maxlen]
    return [sequence for sequence, _ in kept], [one for _, one in kept]


class TimeseriesGenerator(PyDataset):
    """Batches of windows over a time series, each with the target at the step after it.

    Args:
        data: one row for each step.
        targets: one for each step.
        length: steps from the start of a window to its target.
        sampling_rate: steps between two rows of a window.
        stride: steps between two windows.
        start_index: first step that is used.
        end_index: last step that may be a target; None is the last of all.
        shuffle: draw windows at random, with replacement.
        reverse: the latest row first.
        batch_size: windows in a batch.

    Shapes:
        batch: (batch, length / sampling_rate, ...) and (batch, ...)
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(
                "Data and targets have to be of same length: one target for each step; "
                f"got {len(data)} and {len(targets)}"
            )
        self.data, self.targets, self.length = data, targets, length
        self.sampling_rate, self.stride, self.batch_size = sampling_rate, stride, batch_size
        self.start_index = start_index + length  # the first target
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle, self.reverse = shuffle, reverse
        if self.start_index > self.end_index:
            raise ValueError(
                f"`start_index+length={self.start_index} > end_index={self.end_index}` is disallowed: no step is left "
                "to be a target"
            )

    def __len__(self) -> int:
        steps = self.batch_size * self.stride
        return (self.end_index - self.start_index + steps) // steps

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            first = self.start_index + self.batch_size * self.stride * index
            last = min(first + self.batch_size * self.stride, self.end_index + 1)
            rows = np.arange(first, last, self.stride)
        samples = np.array([self.data[row - self.length : row : self.sampling_rate] for row in rows])
        targets = np.array([self.targets[row] for row in rows])
        return (samples[:, ::-1] if self.reverse else samples), targets

    def get_config(self) -> dict[str, Any]:
        """All arguments as plain data; `data` and `targets` as JSON text. `start_index` counts `length` in, as then.

        Raises:
            TypeError: the data are no numbers.
        """
        names = ("length", "sampling_rate", "stride", "start_index", "end_index", "shuffle", "reverse", "batch_size")
        texts = {name: json.dumps(_plain(getattr(self, name))) for name in ("data", "targets")}
        return texts | {name: getattr(self, name) for name in names}

    def to_json(self, **kwargs: Any) -> str:
        """`get_config` as text; `kwargs` go to `json.dumps`."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def timeseries_generator_from_json(json_string: str) -> TimeseriesGenerator:
    """The generator that `to_json` described."""
    config = json.loads(json_string)["config"]
    config["start_index"] -= config["length"]
    texts = {name: json.loads(config.pop(name)) for name in ("data", "targets")}
    return TimeseriesGenerator(**texts, **config)


def _plain(values: Any) -> Any:
    return values.tolist() if hasattr(values, "tolist") else values


KERAS1: dict[str, Any] = {}
