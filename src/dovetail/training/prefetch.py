"""Prefetching: a thread makes batches ready while the device computes on the one before."""

import contextvars
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

AHEAD = 2  # batches made ready ahead of their use


class Prefetcher(Iterator[Any]):
    """The items of an iterable, each passed through `prepare`, made in a thread.

    An exception in the iterable or in `prepare` is raised where the item would have come, with its own traceback.

    Args:
        source: any iterable; the thread alone iterates over it.
        prepare: function of an item.
    """

    def __init__(self, source: Iterable[Any], prepare: Callable[[Any], Any] = lambda item: item):
        self._source, self._prepare = source, prepare
        self._ready: queue.Queue[tuple[str, Any]] = queue.Queue(AHEAD)
        self._stop = threading.Event()
        self._ended = False
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._work,), name="dovetail prefetch", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            for item in self._source:
                if not self._put(("item", self._prepare(item))):
                    return
            self._put(("end", None))
        except BaseException as error:  # whatever it is, the user's thread raises it
            self._put(("error", error))
        finally:
            if hasattr(self._source, "close"):
                self._source.close()  # a generator left in the middle runs its `finally` here

    def _put(self, entry: tuple[str, Any]) -> bool:
        """Wait for room; False when nobody wants the entry any more."""
        while not self._stop.is_set():
            try:
                self._ready.put(entry, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def __next__(self) -> Any:
        if self._ended:
            raise StopIteration
        kind, value = self._ready.get()
        if kind == "item":
            return value
        self.close()
        if kind == "error":
            raise value
        raise StopIteration

    def close(self) -> None:
        """Stop the thread and wait until it is gone."""
        self._ended = True
        self._stop.set()
        if self._thread is not threading.current_thread():
            self._thread.join()
