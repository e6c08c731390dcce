import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from dovetail.utils import get_file
from dovetail.utils.files import hash_file, keras_home, validate_file


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("one two")
    return path


def tar_of(path, name, text="x", linkname=None):
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo(name)
        if linkname:
            member.type, member.linkname = tarfile.SYMTYPE, linkname
            archive.addfile(member)
        else:
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def test_a_file_is_loaded_once_and_then_found(home, source, capsys):
    assert keras_home() == home
    path = get_file(origin=source.as_uri())
    assert path == str(home / "datasets" / "words.txt")
    source.unlink()
    assert Path(get_file("words.txt", origin=source.as_uri())).read_text() == "one two"


def test_digests_are_checked_and_nothing_wrong_is_kept(home, source, capsys):
    sha = hashlib.sha256(b"one two").hexdigest()
    md5 = hashlib.md5(b"one two").hexdigest()
    assert hash_file(source) == sha and validate_file(source, md5) and validate_file(source, sha.upper())
    get_file("good.txt", source.as_uri(), file_hash=sha, cache_subdir="other")
    get_file("good.txt", source.as_uri(), md5_hash=md5, cache_subdir="other")
    with pytest.raises(ValueError, match="Incomplete or corrupted"):
        get_file("bad.txt", source.as_uri(), file_hash="0" * 64)
    assert list((home / "datasets").iterdir()) == []
    (home / "other" / "good.txt").write_text("damaged")
    assert Path(get_file("good.txt", source.as_uri(), file_hash=sha, cache_subdir="other")).read_text() == "one two"


def test_archives_are_unpacked_beside_them(home, tmp_path, capsys):
    origin = tar_of(tmp_path / "data.tar.gz", "folder/a.txt").as_uri()
    assert get_file(origin=origin, extract=True) == str(home / "datasets" / "data.tar.gz")
    assert (home / "datasets" / "data.tar.gz" / "folder" / "a.txt").read_text() == "x"
    assert get_file("d.tar.gz", origin, untar=True) == str(home / "datasets" / "d_extracted")
    assert get_file("named", origin, extract=True) == str(home / "datasets" / "named")
    assert get_file("named", origin, extract=True) == str(home / "datasets" / "named")  # over what is there
    with pytest.raises(ValueError, match="not an archive"):
        get_file("named", origin, extract=True, archive_format="zip")


@pytest.mark.parametrize("name", ["../evil.txt", "/tmp/evil.txt", "a/../../evil.txt"])
def test_members_that_lead_out_are_refused(home, tmp_path, name, capsys):
    if not name.startswith("/"):  # tarfile strips a leading slash
        with pytest.raises(ValueError, match="not unpacked"):
            get_file("t", tar_of(tmp_path / "t.tar.gz", name).as_uri(), extract=True)
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(ValueError, match="leads out"):
        get_file("z", (tmp_path / "z.zip").as_uri(), extract=True)
    assert not list(tmp_path.rglob("evil.txt")) and not (home / "datasets" / "z").exists()


def test_links_out_of_the_archive_are_refused(home, tmp_path, capsys):
    origin = tar_of(tmp_path / "t.tar.gz", "link", linkname="../../..").as_uri()
    with pytest.raises(ValueError, match="not unpacked"):
        get_file("t", origin, extract=True)


def test_mistakes_say_what_to_do(home, tmp_path, capsys):
    with pytest.raises(OSError, match=r"put it at .*datasets/gone\.txt"):
        get_file(origin=(tmp_path / "gone.txt").as_uri())
    with pytest.raises(ValueError, match="not a path"):
        get_file("a/b", "http://host/c")
    with pytest.raises(ValueError, match="needs `origin`"):
        get_file("a")
    with pytest.raises(ValueError, match="give `fname`"):
        get_file(origin="http://host/")
