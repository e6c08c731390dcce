"""get_file: files from the network, kept in a folder, checked, and unpacked safely."""

import hashlib
import hmac
import os
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..engine.errors import unknown_name
from ..engine.messages import tell
from ..saving.files import replaced
from .progress_bar import Progbar

CHUNK = 65536  # bytes
FORMATS = ("tar", "zip")


def keras_home() -> Path:
    """The folder of settings, data sets and weights: `$KERAS_HOME`, or `~/.keras`."""
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()


def get_file(
    fname: Any = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: Any = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: Any = None,
    force_download: bool = False,
) -> str:
    """The path of a file that is downloaded once and then found in `cache_dir/cache_subdir`.

    Args:
        fname: its name there, no path; None takes the last part of `origin`.
        origin: where it comes from.
        untar: as `extract`, for tar files only.
        md5_hash: as `file_hash`, with MD5.
        file_hash: the digest that it must have, in hexadecimal.
        cache_subdir: a folder below `cache_dir`, or an absolute path.
        hash_algorithm: "sha256", "md5", or "auto": told by the length of `file_hash`.
        extract: unpack it, and return the folder that it was unpacked in.
        archive_format: "tar" (compressed or not), "zip", a list of these, "auto" for both, None for neither.
        cache_dir: None is `$KERAS_HOME`, or `~/.keras`.
        force_download: load it even if it is there.

    Raises:
        ValueError: the digest is another one, the archive is none or holds paths that lead out of its folder.
        OSError: the file is neither there nor can it be loaded; says where to put it.
    """
    if origin is None:
        raise ValueError("get_file needs `origin`, the address that the file comes from")
    if file_hash is None and md5_hash is not None:
        file_hash, hash_algorithm = md5_hash, "md5"
    name = file_name(fname, origin)
    folder = cache_folder(cache_dir, cache_subdir)
    unpack = extract or untar
    stem = name.split(".")[0]
    target = folder / (f"{name}_archive" if unpack and (not fname or "." not in name) else name)
    fetch(target, origin, file_hash, hash_algorithm, force_download)
    if not unpack:
        return str(target)
    unpacked = folder / (f"{stem}_extracted" if fname and "." in name else name)
    unpack_archive(target, unpacked, "tar" if untar else archive_format)
    return str(unpacked)


def file_name(fname: Any, origin: str) -> str:
    """The name of the file in the cache.

    Raises:
        ValueError: it is a path, or the origin has none.
    """
    name = os.fspath(fname) if fname else os.path.basename(urllib.parse.urlsplit(origin).path)
    if not name:
        raise ValueError(f"{origin!r} does not end in the name of a file: give `fname`")
    if name in (".", "..") or "/" in name or os.sep in name or "\0" in name:
        raise ValueError(
            f"`fname` is the name of a file, not a path; got {name!r}. Folders: `cache_dir`, `cache_subdir`"
        )
    return name


def cache_folder(cache_dir: Any = None, cache_subdir: Any = "datasets") -> Path:
    """The folder that files are kept in, made where it is missing; a temporary one where that cannot be written."""
    home = Path(cache_dir).expanduser() if cache_dir is not None else keras_home()
    try:
        folder = home / cache_subdir
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    except OSError:
        folder = Path(tempfile.gettempdir()) / ".keras" / cache_subdir
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def fetch(
    target: Path, origin: str, file_hash: str | None = None, algorithm: str = "auto", force: bool = False
) -> None:
    """Make sure that `target` exists with the right digest; it is loaded beside it, checked, and then moved there."""
    if target.exists() and not force:
        if file_hash is None or validate_file(target, file_hash, algorithm):
            return
        tell(f"{target} is not what it should be (its digest differs from {file_hash}): loading it again")
    tell(f"Downloading data from {origin}")
    with replaced(target) as partial:
        _download(origin, partial, target)
        if file_hash is not None and not validate_file(partial, file_hash, algorithm):
            raise ValueError(
                f"Incomplete or corrupted file: {origin} gave one without the digest {file_hash}. Nothing was kept"
            )


def _download(origin: str, partial: Path, target: Path) -> None:
    """Write what `origin` gives to `partial`."""
    try:
        with urllib.request.urlopen(origin) as response, open(partial, "wb") as file:
            size = response.headers.get("Content-Length")
            bar = Progbar(int(size) if size else None, unit_name="byte")
            while chunk := response.read(CHUNK):
                file.write(chunk)
                bar.add(len(chunk))
    except (urllib.error.URLError, OSError) as error:
        why = f"{error.code} {error.reason}" if isinstance(error, urllib.error.HTTPError) else error
        raise OSError(
            f"URL fetch failure on {origin}: {why}. Without a network, get it by other means and put it at {target}"
        ) from error


# -- digests


def validate_file(fpath: Any, file_hash: str, algorithm: str = "auto", chunk_size: int = CHUNK) -> bool:
    """Whether the file has this digest (SHA-256 or MD5, in hexadecimal)."""
    return hmac.compare_digest(hash_file(fpath, _algorithm(algorithm, file_hash), chunk_size), str(file_hash).lower())


def hash_file(fpath: Any, algorithm: str = "sha256", chunk_size: int = CHUNK) -> str:
    """The digest of a file, in hexadecimal."""
    digest = hashlib.new(_algorithm(algorithm, ""), usedforsecurity=False)
    with open(fpath, "rb") as file:
        while chunk := file.read(chunk_size):
            digest.update(chunk)
    return digest.hexdigest()


def _algorithm(name: str, file_hash: str) -> str:
    if name == "auto":
        return "sha256" if len(str(file_hash)) == 64 else "md5"
    if name not in ("sha256", "md5"):
        raise unknown_name("hash_algorithm", name, ("auto", "md5", "sha256"))
    return name


# -- archives


def unpack_archive(file: Path, folder: Path, archive_format: Any = "auto") -> None:
    """Unpack an archive into a folder; it is unpacked beside it and moved there when all of it is good.

    Raises:
        ValueError: it is no archive of the format, or a member leads out of the folder. Nothing was unpacked.
    """
    formats = FORMATS if archive_format == "auto" else archive_format or ()
    formats = (formats,) if isinstance(formats, str) else tuple(formats)
    for name in formats:
        if name not in FORMATS:
            raise unknown_name("archive_format", name, (*FORMATS, "auto"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
        unpacked = Path(temporary) / "unpacked"
        unpacked.mkdir()
        if "tar" in formats and tarfile.is_tarfile(file):
            _unpack_tar(file, unpacked)
        elif "zip" in formats and zipfile.is_zipfile(file):
            _unpack_zip(file, unpacked)
        else:
            raise ValueError(f"{file} is not an archive ({' or '.join(formats) or 'no format given'})")
        _merge(unpacked, folder)


def _unpack_tar(file: Path, folder: Path) -> None:
    with tarfile.open(file) as archive:
        try:
            archive.extractall(folder, filter="data")
        except tarfile.FilterError as error:
            raise ValueError(f"{file} was not unpacked: {error}") from error


def _unpack_zip(file: Path, folder: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if not (folder / name).resolve().is_relative_to(folder.resolve()) or "\\" in name:
                raise ValueError(f"{file} was not unpacked: its member {name!r} leads out of the folder")
        archive.extractall(folder)


def _merge(source: Path, target: Path) -> None:
    """Move a folder's content into another, in place of what has the same name."""
    if not target.exists():
        shutil.move(source, target)
        return
    for item in _children(source):
        place = target / item.name
        if item.is_dir() and not item.is_symlink() and place.is_dir():
            _merge(item, place)
        else:
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            os.replace(item, place)


def _children(folder: Path) -> Iterable[Path]:
    return list(folder.iterdir())
