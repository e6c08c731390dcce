"""Answering imports: `keras`, `tensorflow.keras` and their modules as a release had them.

A module's contents are found name by name when they are asked for: among what `MODULES` says the module holds, the
spoken release's first.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..engine.errors import did_you_mean
from ..engine.randomness import draw_seeds_from
from .backend import hooks
from .layers import layer_names
from .listing import find, listing
from .releases import Release, find_release, speak
from .settings import apply_settings, keeping_settings
from .tables.modules import ALIASES, MODULES
from .tables.private import PRIVATE

TOP = ("keras", "tensorflow", "tensorflow_core", "keras_preprocessing", "keras_applications", "theano")


class OldModule(types.ModuleType):
    """A module of a release: its names are looked up when they are used."""

    def __init__(self, name: str, release: Release):
        super().__init__(name)
        self.__path__: list[str] = []
        self.__release__ = release

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return public_names(self.__release__, canonical(self.__name__))
        if name.startswith("__") and name != "__version__":
            raise AttributeError(name)
        module, release = canonical(self.__name__), self.__release__
        submodule = f"{self.__name__}.{name}"
        if (
            is_module(submodule)
            and canonical(submodule) not in PRIVATE
            and find(min(release.dialect, 2), name, module) is None
        ):
            return importlib.import_module(submodule)
        found = look_up(release, module, name)
        if found is not MISSING:
            setattr(self, name, found)
            return found
        if name in _carried(release, module):
            return importlib.import_module(_carried(release, module)[name])
        if is_module(submodule):  # `keras.layers.merge` was a function first, and a module later
            return importlib.import_module(submodule)
        known = public_names(self.__release__, canonical(self.__name__))
        raise AttributeError(f"module {self.__name__!r} has no {name!r}{did_you_mean(name, known)}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`keras.layers.merge` was a function before it was a module, and scripts of either time mean it."""
        package, _, name = canonical(self.__name__).rpartition(".")
        function = look_up(self.__release__, package, name)
        if function is MISSING:
            raise TypeError(f"the module {self.__name__!r} is not a function")
        return function(*args, **kwargs)

    def __dir__(self) -> list[str]:
        return sorted(public_names(self.__release__, canonical(self.__name__)))


MISSING = object()


def canonical(module: str) -> str:
    """The name in `MODULES` for a module's name: `tensorflow.keras.layers` is `keras.layers`."""
    for old, new in ALIASES:
        if module == old or module.startswith(f"{old}."):
            return canonical(new + module.removeprefix(old))
    return module


def is_module(module: str) -> bool:
    """Whether any release has a module of this name, or a package above one."""
    name = canonical(module)
    return (
        any(known == name or known.startswith(f"{name}.") for known in MODULES)
        or any(name in listing(dialect) for dialect in (1, 2))
        or name in PRIVATE
    )


def look_up(release: Release, module: str, name: str) -> Any:
    """What a module holds under `name`; MISSING where nothing."""
    for provider in providers(module):
        found = provider(release, name)
        if found is not MISSING:
            return found
    return MISSING


def providers(module: str) -> Iterator[Callable[[Release, str], Any]]:
    """The functions that know what a module holds, those of the package above it last."""
    known = MODULES.get(module)
    if known is None and "." in module:
        yield from providers(module.rpartition(".")[0])
        return
    for source in known or ():
        yield _provider(source)


def _provider(source: str) -> Callable[[Release, str], Any]:
    """`package:function` is called with (release, name); a plain module is asked for the attribute."""
    place, _, function = source.partition(":")

    def provide(release: Release, name: str) -> Any:
        module = importlib.import_module(place)
        if not function:
            of_keras1 = getattr(module, "KERAS1", {})
            if name in of_keras1 and release.dialect == 1:
                return of_keras1[name]
            found = module.__dict__.get(name, of_keras1.get(name, MISSING))
            origin = getattr(found, "__module__", None) or place
            if origin.split(".")[0] in ("collections", "typing"):
                return MISSING  # `Sequence` that the module annotates with is not the script's
            if found is MISSING and hasattr(module, "__getattr__"):
                found = getattr(module, name, MISSING)
            is_ours = isinstance(found, types.ModuleType)  # `keras.layers` is answered here, not by the module of today
            return MISSING if is_ours else found
        try:
            return getattr(module, function)(release, name)
        except AttributeError:
            return MISSING

    return provide


def public_names(release: Release, module: str) -> list[str]:
    """The names that `from module import *` gives: those the release listed."""
    dialect = min(release.dialect, 2)
    names: dict[str, None] = {}
    for listed, entries in listing(dialect).items():
        if listed == module or listed.startswith(f"{module}.") or (module == "keras.backend" and "(K.*)" in listed):
            names.update(dict.fromkeys(entries))
    if module == "keras.layers":
        names.update(dict.fromkeys(layer_names(release)))
    for source in MODULES.get(module, ()):
        place, _, function = source.partition(":")
        known = importlib.import_module(place)
        listed = getattr(getattr(known, function), "names", ()) if function else getattr(known, "__all__", ())
        names.update(dict.fromkeys(listed))
    if module.startswith("keras.layers."):  # these imported one another with stars, too
        names.update(dict.fromkeys(public_names(release, "keras.layers")))
    found = [name for name in names if look_up(release, module, name) is not MISSING]
    return list(dict.fromkeys([*found, *_carried(release, module)]))


def _carried(release: Release, module: str) -> dict[str, str]:
    """The modules that modules of Keras 1 and 2 imported for themselves, and that stars gave to scripts."""
    is_theirs = module.startswith(("keras.layers", "keras.models", "keras.callbacks", "keras.optimizers"))
    if release.dialect == 3 or release.is_tensorflow or not is_theirs:
        return {}
    initializers = "initializations" if release.dialect == 1 else "initializers"
    names = ("activations", initializers, "regularizers", "constraints")
    return {"np": "numpy", "K": "keras.backend"} | {name: f"keras.{name}" for name in names}


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers for the modules of a release before Python looks for files."""

    def __init__(self, release: Release):
        self.release = release

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        top = fullname.split(".")[0]
        if top in TOP and is_module(fullname):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        if top in TOP:
            raise ModuleNotFoundError(
                f"no release of Keras has a module {fullname!r}{did_you_mean(fullname, MODULES)}", name=fullname
            )
        return None

    def create_module(self, spec: Any) -> types.ModuleType:
        return OldModule(spec.name, self.release)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


_replaced: dict[str, types.ModuleType] = {}
_installed: list[_Finder] = []


def install(which: int | str | Release = 2, backend: str | None = None) -> Release:
    """From now on `import keras` and `import tensorflow.keras` are answered in the dialect of a release.

    Args:
        which: 1, 2 or 3, or a version such as "2.3.1" or "2.2.4-tf".
        backend: "theano" flips the kernels of convolutions, as it did; None leaves it to `~/.keras/keras.json`.

    Returns:
        The release.

    Raises:
        ValueError: no such release is known.
    """
    uninstall()
    release = apply_settings(find_release(which, backend), backend)
    for name in [name for name in sys.modules if name.split(".")[0] in TOP]:
        _replaced[name] = sys.modules.pop(name)
    finder = _Finder(release)
    _installed.append(finder)
    sys.meta_path.insert(0, finder)
    speak(release)
    draw_seeds_from(lambda: int(np.random.randint(10**9)))  # `np.random.seed` made scripts repeatable
    hooks.install()
    return release


def uninstall() -> None:
    """Imports are Python's own affair again."""
    while _installed:
        sys.meta_path.remove(_installed.pop())
        for name in [name for name in sys.modules if name.split(".")[0] in TOP]:
            del sys.modules[name]
        sys.modules.update(_replaced)
        _replaced.clear()
    hooks.uninstall()
    draw_seeds_from(None)
    speak(None)


@contextmanager
def installed(which: int | str | Release = 2, backend: str | None = None) -> Iterator[Release]:
    """`install` for the length of a `with`; what was imported before is back afterwards."""
    with keeping_settings():
        try:
            yield install(which, backend)
        finally:
            uninstall()
