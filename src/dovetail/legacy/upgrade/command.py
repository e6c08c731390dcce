"""`dovetail upgrade`: files and folders, as a diff or in place."""

import difflib
import sys
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...engine.extras import needed
from ...saving.files import write_atomically

FOLDERS_LEFT_OUT = (".git", ".venv", "venv", "node_modules", "__pycache__", "site-packages")


def upgrade_paths(paths: Sequence[str], keras: str | None = None, write: bool = False) -> int:
    """Upgrade scripts; returns 0, or 1 where one could not be read.

    Args:
        paths: files, or folders whose `.py` files are meant.
        keras: the release that they were written for; None tells it from each.
        write: change the files instead of printing what would change.
    """
    needed("libcst")
    from .rewriting import upgrade_source  # needs libcst, which is optional

    status = changed = 0
    for path in _scripts(paths):
        try:
            with tokenize.open(path) as file:
                source = file.read()
            result = upgrade_source(source, str(path), keras)
        except (SyntaxError, UnicodeDecodeError) as error:
            print(f"{path}: cannot be read: {error}", file=sys.stderr)
            status = 1
            continue
        changed += result.changed
        if result.changed and write:
            write_atomically(path, result.source.encode("utf-8"))
            print(f"{path}: written (it was Keras {result.release.version})")
        elif result.changed:
            old, new = source.splitlines(keepends=True), result.source.splitlines(keepends=True)
            sys.stdout.writelines(difflib.unified_diff(old, new, str(path), str(path)))
        for line, note in result.notes:
            print(f"{path}:{line}: look at this: {note}", file=sys.stderr)
    if not changed and not status:
        print("nothing to upgrade", file=sys.stderr)
    return status


def _scripts(paths: Sequence[str]) -> Iterator[Path]:
    for name in paths:
        path = Path(name)
        if path.is_dir():
            for found in sorted(path.rglob("*.py")):
                if not set(found.relative_to(path).parts[:-1]) & set(FOLDERS_LEFT_OUT):
                    yield found
        elif path.is_file():
            yield path
        else:
            raise FileNotFoundError(f"there is no script or folder {name!r}")
