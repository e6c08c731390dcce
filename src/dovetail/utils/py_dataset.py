"""PyDataset: batches by number, made by workers while the model trains."""

import itertools
from collections.abc import Iterator
from typing import Any


class PyDataset:
    """Base class for data made batch by batch: define `__getitem__` (a whole batch) and `__len__` (their number).

    `fit`, `evaluate` and `predict` take it; they draw batches in a thread, or in several workers:

    Args:
        workers: batches made at the same time.
        use_multiprocessing: by processes instead of threads, for work that Python does itself. The dataset is
            pickled, and the script needs an `if __name__ == "__main__":` guard.
        max_queue_size: batches made ahead of their use.

    A batch is `(x,)`, `(x, y)` or `(x, y, sample_weight)`. A dataset without end defines `num_batches` as a property
    that is None, and `fit` needs `steps_per_epoch`. `on_epoch_begin` and `on_epoch_end` are called around epochs.

    Example:
        >>> class Squares(PyDataset):
        ...     def __len__(self):
        ...         return 2
        ...
        ...     def __getitem__(self, index):
        ...         return [index], [index**2]
        >>> list(Squares(workers=2))
        [([0], [0]), ([1], [1])]
    """

    # Attributes of the class, so that a subclass that forgets `super().__init__()` works, too.
    workers: int = 1
    use_multiprocessing: bool = False
    max_queue_size: int = 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10):
        self.workers, self.use_multiprocessing, self.max_queue_size = workers, use_multiprocessing, max_queue_size

    def __getitem__(self, index: int) -> Any:
        """The batch of this number."""
        raise NotImplementedError(f"{type(self).__name__} needs a `__getitem__(self, index)` that gives a batch")

    @property
    def num_batches(self) -> int | None:
        """Batches in an epoch; None for data without end."""
        if hasattr(self, "__len__"):
            return len(self)  # type: ignore[arg-type]
        raise NotImplementedError(f"{type(self).__name__} needs a `__len__`, or a property `num_batches`")

    def __iter__(self) -> Iterator[Any]:
        count = self.num_batches
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    def on_epoch_begin(self) -> None:
        """Called before every epoch."""

    def on_epoch_end(self) -> None:
        """Called after every epoch; the place to shuffle."""


Sequence = PyDataset
