"""Workers: processes that are kept, what reaches the user from them, and that they go."""

import multiprocessing
import os
import sys
import traceback
from pathlib import Path

import pytest

from dovetail.training.data import DataError
from dovetail.training.workers import Workers

sys.path.insert(0, str(Path(__file__).parent))
from numbered import Numbered


def test_a_process_makes_batches_until_it_is_closed():
    source = Numbered()
    workers = Workers(source)
    first = list(workers.batches(range(3)))
    source.epoch = 1  # as `on_epoch_end` may
    second = list(workers.batches([2, 0]))
    (process,) = {batch[0] for batch in first + second}
    assert process != os.getpid()
    assert [batch[1:] for batch in first + second] == [(0, 0), (0, 1), (0, 2), (1, 2), (1, 0)]
    with pytest.raises(RuntimeError, match="the disk is gone") as caught:
        list(workers.batches([1, 8, 2]))
    assert "in __getitem__" in "".join(traceback.format_exception(caught.value))
    folder = Path(workers._folder.name)
    assert len(list(folder.iterdir())) == 1
    with pytest.raises(DataError, match="a process that made batches of Numbered died.*__main__"):
        list(workers.batches([9]))
    assert multiprocessing.active_children() == [] and not folder.exists()
    workers.close()


def test_what_pickle_cannot_write_is_said():
    source = Numbered()
    source.file = open(__file__)  # noqa: SIM115
    workers = Workers(source)
    with pytest.raises(DataError, match="Numbered cannot be sent to other processes: .*threads need none of this"):
        list(workers.batches([0]))
    workers.close()
    source.file.close()
    assert multiprocessing.active_children() == []
