"""Data sets from small files of the formats that the real ones have."""

import gzip
import json
import pickle
import shutil
import tarfile

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from dovetail import config, datasets
from dovetail.datasets import cifar10, cifar100, fashion_mnist, imdb, mnist, reuters
from dovetail.datasets.files import DatasetFileError, ragged

RNG = np.random.default_rng(0)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of cached files, in a place without a network."""

    def no_network(*args, **kwargs):
        raise OSError("no network")

    monkeypatch.setattr("urllib.request.urlopen", no_network)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


def test_mnist(cache):
    x, y = RNG.integers(0, 256, (5, 28, 28), "uint8"), np.arange(5, dtype="uint8")
    np.savez(cache / "mnist.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])
    for path in ("mnist.npz", "mnist.pkl.gz"):  # Keras 1's name, where that file is not there
        (x_train, y_train), (x_test, _) = mnist.load_data(path)
        assert_array_equal(x_train, x)
        assert x_train.dtype == y_train.dtype == np.uint8 and x_test.shape == (2, 28, 28)
    with gzip.open(cache / "mnist.pkl.gz", "wb") as file:
        pickle.dump(((x[:3], y[:3]), (x[:1], y[:1])), file)
    assert mnist.load_data("mnist.pkl.gz")[0][0].shape == (3, 28, 28)


def test_fashion_mnist(cache):
    (cache / "fashion-mnist").mkdir()
    x, y = RNG.integers(0, 256, (4, 28, 28), "uint8"), np.arange(4, dtype="uint8")
    for part in ("train", "t10k"):
        for name, array in ((f"{part}-images-idx3", x), (f"{part}-labels-idx1", y)):
            header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
            (cache / "fashion-mnist" / f"{name}-ubyte.gz").write_bytes(gzip.compress(header + array.tobytes()))
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    assert_array_equal(x_train, x)
    assert_array_equal(y_test, y)
    assert y_train.dtype == x_test.dtype == np.uint8


def cifar_archive(path, name, batches, protocol=2):
    folder = path.parent / "made" / name
    folder.mkdir(parents=True)
    for file, batch in batches.items():
        (folder / file).write_bytes(
            pickle.dumps({key.encode(): value for key, value in batch.items()}, protocol=protocol)
        )
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, name)
    shutil.rmtree(path.parent / "made")


def test_cifar(cache):
    images = RNG.integers(0, 256, (2, 3072), "uint8")
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    cifar_archive(
        cache / "cifar-10-python.tar.gz", "cifar-10-batches-py",
        {name: {"data": images, "labels": [index, index]} for index, name in enumerate(names)},
    )  # fmt: skip
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert x_train.shape == (10, 32, 32, 3) and x_test.shape == (2, 32, 32, 3)
    assert_array_equal(y_train[:, 0], np.repeat(np.arange(5), 2))
    assert y_test.dtype == np.uint8 and y_test.tolist() == [[5], [5]]
    assert_array_equal(x_train[1], images[1].reshape(3, 32, 32).transpose(1, 2, 0))
    (cache / "cifar-10-batches-py-target" / "cifar-10-batches-py").rename(cache / "cifar-10-batches-py")  # as Keras 2
    config.set_image_data_format("channels_first")
    try:
        assert cifar10.load_data()[0][0].shape == (10, 3, 32, 32)
    finally:
        config.set_image_data_format("channels_last")
    batch = {"data": images, "fine_labels": [7, 8], "coarse_labels": [1, 2]}
    cifar_archive(cache / "cifar-100-python-target_archive", "cifar-100-python", {"train": batch, "test": batch})
    assert cifar100.load_data()[0][1].tolist() == [[7], [8]]
    assert cifar100.load_data("coarse")[1][1].tolist() == [[1], [2]]
    with pytest.raises(ValueError, match="unknown label_mode 'coarce'; did you mean 'coarse'"):
        cifar100.load_data("coarce")


@pytest.mark.parametrize("name", ["boston_housing", "california_housing"])
def test_housing(cache, name):
    x = np.arange(20.0).reshape(10, 2)
    np.savez(cache / f"{name}.npz", x=x, y=np.arange(10.0))
    load_data = getattr(datasets, name).load_data
    (x_train, y_train), (x_test, y_test) = load_data(test_split=0.3)
    assert x_train.shape == (7, 2) and x_test.shape == (3, 2)
    assert_array_equal(x_train[:, 0], 2 * y_train)
    assert sorted([*y_train, *y_test]) == list(range(10))
    assert not np.array_equal(load_data(seed=1)[0][1], load_data(seed=2)[0][1])
    with pytest.raises(ValueError, match="test_split"):
        load_data(test_split=1)


REVIEWS = [[1, 5, 9], [2, 2], [3, 4, 5, 6, 7], [1]]


def test_imdb(cache):
    labels = np.array([1, 0, 1, 0])
    np.savez(cache / "imdb.npz", x_train=ragged(REVIEWS), y_train=labels, x_test=ragged(REVIEWS[:2]), y_test=labels[:2])
    (x_train, y_train), (x_test, y_test) = imdb.load_data()
    assert x_train.dtype == object and (len(x_train), len(x_test)) == (4, 2) and y_test.dtype == np.int64
    by_length = {len(review): (review, label) for review, label in zip(x_train, y_train, strict=True)}
    assert by_length[4] == ([1, 4, 8, 2], 1)  # the largest number of all counts as not known, as in Keras
    assert by_length[2] == ([1, 4], 0)
    kept = imdb.load_data(nb_words=7, oov_char=None, start_char=None, maxlen=4, skip_top=5)
    assert sorted(kept[0][0]) == [[], [], [5, 5]]
    assert sorted(kept[1][0]) == [[], [5, 5]]
    with pytest.raises(ValueError, match="no sequence was kept"):
        imdb.load_data(maxlen=1)
    with pytest.raises(TypeError, match="did you mean 'num_words'"):
        imdb.load_data(num_word=3)
    (x_train, _), (x_test, _) = imdb.load_data(test_split=0.25)
    assert (len(x_train), len(x_test)) == (len(REVIEWS) - 1, 1)
    (cache / "imdb_word_index.json").write_text(json.dumps({"film": 1}))
    assert imdb.get_word_index() == imdb.get_word_index("imdb_word_index.pkl") == {"film": 1}


def test_reuters_of_today_and_of_keras_1(cache):
    np.savez(cache / "reuters.npz", x=ragged(REVIEWS), y=np.arange(4))
    (x_train, y_train), (x_test, _) = reuters.load_data(test_split=0.25, num_words=6)
    assert (len(x_train), len(x_test)) == (3, 1)
    everything = [*x_train, *x_test]
    assert sorted(everything) == sorted([[1, 4, 2, 2], [1, 5, 5], [1, 2, 2, 2, 2, 2], [1, 4]])
    (cache / "reuters.pkl").write_bytes(pickle.dumps((REVIEWS, [0, 1, 2, 3])))
    old = reuters.load_data("reuters.pkl", nb_words=6, test_split=0.25)
    assert old[0][0].tolist() == x_train.tolist() and old[0][1].tolist() == y_train.tolist()
    assert len(reuters.get_label_names()) == 46


def test_without_a_network_it_is_said_which_file_is_missing(cache, capsys):
    with pytest.raises(OSError, match=r"put it at .*datasets.mnist\.npz"):
        mnist.load_data()
    with pytest.raises(OSError, match=r"put it at .*fashion-mnist.train-images"):
        fashion_mnist.load_data()
    with pytest.raises(OSError, match=r"put it at .*cifar-10-batches-py-target_archive"):
        cifar10.load_data()


def test_files_that_would_run_code_or_are_broken_are_refused(cache):
    class Attack:
        def __reduce__(self):
            return print, ("run",)

    (cache / "reuters.pkl").write_bytes(pickle.dumps(Attack()))
    with pytest.raises(DatasetFileError, match="asks for .*print.*not run"):
        reuters.load_data("reuters.pkl")
    evil = np.empty(1, object)
    evil[0] = Attack()
    np.savez(cache / "imdb.npz", x_train=evil, y_train=[0], x_test=evil, y_test=[0])
    with pytest.raises(DatasetFileError, match="not run"):
        imdb.load_data()
    (cache / "mnist.npz").write_text("half a file")
    with pytest.raises(DatasetFileError, match="remove it"):
        mnist.load_data()
