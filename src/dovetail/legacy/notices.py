"""Notices: one line on the error output for every old name and place it is used at."""

import sys
from types import FrameType
from typing import ClassVar

_PACKAGE = __name__.split(".")[0]


class _Notices:
    quiet = True  # on only while a script runs, see `running`
    told: ClassVar[set[tuple[str, str, int]]] = set()


def show_notices(shown: bool = True) -> None:
    """Print notices from now on, or stop doing so."""
    _Notices.quiet = not shown
    _Notices.told = set()


def notice(old: str, new: str) -> None:
    """Say once for each line of the user's that `old` is called `new` today."""
    if _Notices.quiet:
        return
    file, line = place()
    if (old, file, line) not in _Notices.told:
        _Notices.told.add((old, file, line))
        print(f"{file}:{line}: {old} is {new} today", file=sys.stderr)


def place() -> tuple[str, int]:
    """The file and line of the user's that is being run."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").split(".")[0] in (_PACKAGE, "jax", "functools"):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("?", 0)
