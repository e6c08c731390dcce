"""`dovetail run`: a script of any year, untouched."""

import sys
import tokenize
import traceback
import types
from pathlib import Path
from typing import Any

from ..engine.settings import set_image_data_format
from . import python2
from .changes import DATA_FORMATS
from .imports import installed
from .notices import show_notices
from .recognition import Recognition, declared, recognize
from .releases import find_release
from .surroundings import as_they_were


def run_script(
    script: str | Path,
    arguments: list[str] | None = None,
    keras: str | None = None,
    backend: str | None = None,
    image_data_format: str | None = None,
    quiet: bool = False,
) -> int:
    """Run a script with `keras` and `tensorflow.keras` answered by Dovetail; returns the exit status.

    Args:
        script: the file.
        arguments: what it finds in `sys.argv[1:]`.
        keras: the dialect, 1, 2 or 3, or a version such as "2.3.1"; None recognizes it from the source.
        backend: "theano" or "tensorflow"; None is what `keras.json` says.
        image_data_format: "channels_first" (or "th") or "channels_last" ("tf"); None is what the script's shapes
            show, or what `keras.json` says.
        quiet: say nothing of old names.
    """
    path = Path(script)
    if not path.is_file():
        raise FileNotFoundError(f"there is no script {str(script)!r}")
    with tokenize.open(path) as file:
        source = file.read()
    tree, was_python2 = python2.parse(source, str(script))
    release = find_release(keras) if keras is not None else declared(source)
    found = recognize(tree, path.parent)
    if release is not None:
        found = Recognition(release, channels_first=found.channels_first and release.dialect < 3)
    if not quiet:
        language = " in Python 2" if was_python2 else ""
        said = str(found) if release is None else f"run as Keras {found.release.version}"
        print(f"dovetail: {path.name}{language} {said}", file=sys.stderr)
    with installed(found.release, backend), as_they_were(), python2.modules_beside(path.parent):
        if image_data_format is None and found.channels_first:
            image_data_format = "channels_first"
        if image_data_format is not None:
            set_image_data_format(DATA_FORMATS.get(image_data_format) or image_data_format)
        show_notices(not quiet)
        try:
            return _run_as_main(compile(tree, str(script), "exec"), path, arguments or [])
        finally:
            show_notices(False)


def _run_as_main(code: types.CodeType, path: Path, arguments: list[str]) -> int:
    """Run compiled source as `python script.py` would; returns the exit status."""
    main: Any = types.ModuleType("__main__")
    main.__file__ = str(path)
    main.__dict__[python2.DIVIDE] = python2.divide
    kept = sys.argv, sys.path[:], sys.modules["__main__"]
    sys.argv, sys.modules["__main__"] = [str(path), *arguments], main
    sys.path.insert(0, str(path.resolve().parent))
    try:
        exec(code, main.__dict__)
    except SystemExit as stop:
        if stop.code is None or isinstance(stop.code, int):
            return stop.code or 0
        print(stop.code, file=sys.stderr)
        return 1
    except Exception as error:
        _show(error)
        return 1
    finally:
        sys.argv, sys.path[:], sys.modules["__main__"] = kept
    return 0


def _show(error: Exception) -> None:
    """The traceback as Python prints it, beginning in the script."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)
