"""Workers: threads or processes that make the batches of a source by number, several at once."""

import hashlib
import itertools
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path
from typing import Any

from .data import DataError


class Workers:
    """Makes the batches of a PyDataset, or of what has batches by number, with as many workers as it asks for.

    Threads and processes stay from one epoch to the next, until `close`. Processes get the source through a temporary
    file, anew whenever it changed between two epochs.

    Args:
        source: has `__getitem__`, and may have `workers`, `use_multiprocessing`, `max_queue_size`, `on_epoch_begin`.
    """

    def __init__(self, source: Any):
        self.source = source
        self.count = getattr(source, "workers", 1) or 1
        self.uses_processes = bool(getattr(source, "use_multiprocessing", False))
        self.ahead = max(getattr(source, "max_queue_size", 10) or 10, self.count)
        self._pool: Executor | None = None
        self._folder: tempfile.TemporaryDirectory | None = None
        self._sent: Path | None = None

    def batches(self, order: Iterable[int]) -> Iterator[Any]:
        """The batches of these numbers, in their order.

        Raises:
            DataError: the source cannot be sent to a process, or a process died; what the source raises.
        """
        if hasattr(self.source, "on_epoch_begin"):
            self.source.on_epoch_begin()
        if self.count < 2 and not self.uses_processes:
            for index in order:
                yield self.source[index]
            return
        numbers = iter(order)
        waiting: list[Future] = []
        try:
            self._prepare()
            waiting += [self._submit(index) for index in itertools.islice(numbers, self.ahead)]
            while waiting:
                yield waiting.pop(0).result()
                waiting += [self._submit(index) for index in itertools.islice(numbers, 1)]
        except BrokenProcessPool as error:
            self.close()
            raise DataError(
                f"a process that made batches of {type(self.source).__name__} died. Either it was killed (for want "
                "of memory?), or the script lacks `if __name__ == '__main__':` around what trains, which "
                "`use_multiprocessing` needs"
            ) from error
        finally:
            for future in waiting:
                future.cancel()
            wait(waiting)

    def _prepare(self) -> None:
        if not self.uses_processes:
            self._pool = self._pool or ThreadPoolExecutor(self.count, "dovetail worker")
            return
        if self._pool is None:
            import multiprocessing

            spawn = multiprocessing.get_context("spawn")  # a fork of a process that runs JAX may hang
            self._pool = ProcessPoolExecutor(self.count, mp_context=spawn)
        try:
            content = pickle.dumps(self.source)
        except Exception as error:  # whatever the source's parts raise
            raise DataError(
                f"{type(self.source).__name__} cannot be sent to other processes: {error}. Keep in it what pickle "
                "can write (open files in `__getitem__`, define classes in a module), or leave `use_multiprocessing` "
                "out: threads need none of this"
            ) from error
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="dovetail-workers-")
        sent = Path(self._folder.name, hashlib.sha256(content).hexdigest())
        if sent != self._sent:
            sent.write_bytes(content)
            if self._sent is not None:
                self._sent.unlink()  # no process reads it any more: `batches` waits for all of them
            self._sent = sent

    def _submit(self, index: int) -> Future:
        assert self._pool is not None
        if self.uses_processes:
            return self._pool.submit(_item, str(self._sent), index)
        return self._pool.submit(self.source.__getitem__, index)

    def close(self) -> None:
        """End threads and processes, and wait until they are gone."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        if self._folder is not None:
            self._folder.cleanup()
        self._pool = self._folder = self._sent = None


def indexed_batches(source: Any, order: Iterable[int]) -> Iterator[Any]:
    """The batches of these numbers, by workers of their own."""
    with closing(Workers(source)) as workers:
        yield from workers.batches(order)


_received: tuple[str, Any] = ("", None)  # in a process: the file of the source, and the source


def _item(path: str, index: int) -> Any:
    global _received
    if _received[0] != path:
        try:
            _received = path, pickle.loads(Path(path).read_bytes())
        except Exception as error:
            raise DataError(
                f"a process cannot make the source of the batches: {error}. Its class must be in a module that can be "
                "imported, or in the script outside of functions and of `if __name__ == '__main__':`"
            ) from error
    return _received[1][index]
