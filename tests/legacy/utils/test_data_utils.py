import io
import tarfile
import threading

import numpy as np
import pytest

from dovetail.legacy.utils import data_utils as d


@pytest.fixture
def archive(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    path = tmp_path / "words.tar.gz"
    with tarfile.open(path, "w:gz") as file:
        member = tarfile.TarInfo("words/a.txt")
        member.size = 1
        file.addfile(member, io.BytesIO(b"x"))
    return path.as_uri()


def test_archives_are_unpacked_in_the_folder_itself(archive, tmp_path):
    folder = tmp_path / "home" / "datasets"
    assert d.get_file("words", archive, untar=True) == str(folder / "words")
    assert (folder / "words" / "a.txt").exists() and (folder / "words.tar.gz").exists()
    assert d.get_file("other.tar.gz", archive, extract=True) == str(folder / "other.tar.gz")
    assert d.KERAS1["get_file"]("plain.gz", archive, False, None, "sub") == str(tmp_path / "home" / "sub" / "plain.gz")
    assert d.get_file(origin=archive) == str(folder / "words.tar.gz")
    whole = tmp_path / "elsewhere.gz"
    assert d.get_file(str(whole), archive) == str(whole) and whole.exists()


class Squares(d.Sequence):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        if index > 5:
            raise IndexError(index)
        return index**2


def test_queues_go_round_and_end():
    for shuffle, workers in ((False, 1), (True, 2)):
        queue = d.OrderedEnqueuer(Squares(), shuffle=shuffle)
        queue.start(workers=workers, max_queue_size=2)
        batches = queue.get()
        assert sorted(next(batches) for _ in range(3)) == sorted(next(batches) for _ in range(3)) == [0, 1, 4]
        queue.stop()
        assert not queue.is_running() and list(batches) == []
    before = threading.active_count()
    queue = d.GeneratorEnqueuer(iter([1, None, 2]), wait_time=1)
    queue.start(max_q_size=1)
    assert list(queue.get()) == [1, 2]
    queue.stop()

    def broken():
        yield 1
        raise RuntimeError("no more")

    queue = d.GeneratorEnqueuer(broken())
    queue.start()
    with pytest.raises(RuntimeError, match="no more"):
        list(queue.get())
    assert not queue.is_running() and threading.active_count() == before


def test_what_worker_processes_called():
    d.init_pool({7: Squares()})
    assert d.get_index(7, 2) == 4
    d.init_pool_generator({8: iter("ab")}, random_seed=1)
    assert d.next_sample(8) == "a"
    assert np.random.random() < 1
