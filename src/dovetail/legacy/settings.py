"""`~/.keras/keras.json`, honoured as it was: floats, epsilon, the order of image axes, the backend."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..engine.dtypes import floatx, set_floatx
from ..engine.settings import epsilon, image_data_format, set_epsilon, set_image_data_format
from .changes import DATA_FORMATS
from .releases import Release


def read_settings() -> dict[str, Any]:
    """What `keras.json` in $KERAS_HOME (or `~/.keras`) says; nothing where there is none.

    Raises:
        ValueError: the file is not JSON, or an entry is not what Keras takes.
    """
    path = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "keras.json"
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not valid JSON ({error}): correct or remove it") from error
    if not isinstance(found, dict):
        raise ValueError(f'{path} should hold an object with entries such as "floatx", not {found!r}')
    return found


def apply_settings(release: Release, backend: str | None = None) -> Release:
    """Set the library's defaults to those of `keras.json`; the backend becomes the release's."""
    found = read_settings()
    if "floatx" in found:
        set_floatx(found["floatx"])
    if "epsilon" in found:
        set_epsilon(float(found["epsilon"]))
    order = found.get("image_data_format") or DATA_FORMATS.get(found.get("image_dim_ordering", "default"))
    if order:
        set_image_data_format(order)
    if backend is None and found.get("backend") == "theano":
        return replace(release, backend="theano")
    return release


@contextmanager
def keeping_settings() -> Iterator[None]:
    """Defaults that are changed inside are as before afterwards."""
    before = floatx(), epsilon(), image_data_format()
    try:
        yield
    finally:
        set_floatx(before[0])
        set_epsilon(before[1])
        set_image_data_format(before[2])
