"""`keras.utils.data_utils`: files from the network, batches by number, and queues that make them ahead."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ...training.prefetch import Prefetcher
from ...training.workers import indexed_batches
from ...utils import PyDataset
from ...utils.files import cache_folder, fetch, file_name, unpack_archive, validate_file

__all__ = [
    "GeneratorEnqueuer", "OrderedEnqueuer", "Sequence", "SequenceEnqueuer", "get_file", "get_index", "init_pool",
    "init_pool_generator", "next_sample", "validate_file",
]  # fmt: skip
Sequence = PyDataset


def get_file(
    fname: Any = None,
    origin: Any = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: Any = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: Any = None,
) -> str:
    """The path of a file that is loaded once and then found in `cache_dir/cache_subdir`.

    Archives are unpacked in that folder itself: `untar` loads `fname.tar.gz` and returns the path of `fname`, which it
    should hold; `extract` returns the archive's path. Members that lead out of the folder are refused.

    Args:
        fname: the file's name there, or a whole path; None takes the last part of `origin`.
        file_hash: SHA-256 or MD5 that it must have.

    The other arguments are those of `dovetail.utils.get_file`.
    """
    if origin is None:
        raise ValueError("get_file needs `origin`, the address that the file comes from")
    fname = fname or file_name(None, origin)
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    folder = cache_folder(cache_dir, cache_subdir)
    path = folder / os.fspath(fname)  # a whole path stays what it is
    if not untar:
        fetch(path, origin, file_hash, hash_algorithm)
        if extract:
            unpack_archive(path, folder, archive_format)
        return str(path)
    archive = Path(f"{path}.tar.gz")
    fetch(archive, origin, file_hash, hash_algorithm)
    if not path.exists():
        unpack_archive(archive, folder, "tar")
    return str(path)


def get_file_keras1(
    fname: Any, origin: str, untar: bool = False, md5_hash: str | None = None, cache_subdir: Any = "datasets",
    **kwargs: Any,
) -> str:  # fmt: skip
    """See `get_file`; Keras 1 had the arguments in another order."""
    return get_file(fname, origin, untar, md5_hash, cache_subdir=cache_subdir, **kwargs)


# -- queues


class _Worked(PyDataset):
    """Batches of anything that has them by number, with workers."""

    def __init__(self, sequence: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.sequence = sequence

    def __len__(self) -> int:
        return len(self.sequence)

    def __getitem__(self, index: int) -> Any:
        return self.sequence[index]


class SequenceEnqueuer:
    """Makes batches ahead of their use, once started.

    Args:
        sequence: where they come from.
        use_multiprocessing: by processes instead of threads.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False):
        self.sequence, self.use_multiprocessing = sequence, use_multiprocessing
        self._running: Prefetcher | None = None

    def start(self, workers: int = 1, max_queue_size: int = 10, **kwargs: Any) -> None:
        """Begin. `workers` batches are made at a time, at most `max_queue_size` ahead."""
        max_queue_size = kwargs.pop("max_q_size", max_queue_size)  # as Keras 1 called it
        self._running = Prefetcher(self._batches(workers, max_queue_size))

    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._running is not None

    def stop(self, timeout: float | None = None) -> None:
        """End the thread, and workers with it."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def get(self) -> Iterator[Any]:
        """The batches, as long as it runs; an error in making one is raised here."""
        while self._running is not None:
            try:
                batch = next(self._running)
            except StopIteration:
                return
            except BaseException:
                self.stop()
                raise
            if batch is not None:
                yield batch

    def _batches(self, workers: int, max_queue_size: int) -> Iterator[Any]:
        raise NotImplementedError(f"{type(self).__name__}: use OrderedEnqueuer or GeneratorEnqueuer")


class OrderedEnqueuer(SequenceEnqueuer):
    """The batches of a `Sequence` by number, epoch after epoch without end.

    Args:
        shuffle: a new order every epoch.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False, shuffle: bool = False):
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _batches(self, workers: int, max_queue_size: int) -> Iterator[Any]:
        worked = _Worked(
            self.sequence, workers=workers, use_multiprocessing=self.use_multiprocessing, max_queue_size=max_queue_size
        )
        while True:
            order = np.random.permutation(len(worked)).tolist() if self.shuffle else range(len(worked))
            yield from indexed_batches(worked, order)
            if hasattr(self.sequence, "on_epoch_end"):
                self.sequence.on_epoch_end()


class GeneratorEnqueuer(SequenceEnqueuer):
    """The items of a generator, in its order; one thread draws them, whatever `workers` says.

    Args:
        wait_time, random_seed: accepted as then, without effect.
    """

    def __init__(
        self, sequence: Any, use_multiprocessing: bool = False, wait_time: Any = None, random_seed: int | None = None,
        **kwargs: Any,
    ):  # fmt: skip
        super().__init__(sequence, use_multiprocessing)

    def _batches(self, workers: int, max_queue_size: int) -> Iterator[Any]:
        return itertools.chain(self.sequence)


# -- what worker processes of Keras 2 called

_shared: dict[int, Any] = {}


def init_pool(seqs: dict[int, Any]) -> None:
    """Make sequences known to this process, by number."""
    _shared.update(seqs)


def get_index(uid: int, i: int) -> Any:
    """Batch `i` of the sequence with number `uid`."""
    return _shared[uid][i]


def init_pool_generator(gens: dict[int, Any], random_seed: int | None = None) -> None:
    """Make generators known to this process, by number; a seed differs in each process."""
    _shared.update(gens)
    if random_seed is not None:
        np.random.seed(random_seed + os.getpid())


def next_sample(uid: int) -> Any:
    """The next item of the generator with number `uid`."""
    return next(_shared[uid])


KERAS1 = {"get_file": get_file_keras1}
