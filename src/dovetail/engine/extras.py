"""Packages that parts of the library need and the core does not."""

import importlib
from typing import Any

# name of the module: what it is installed as, and the extra that brings it
EXTRAS = {
    "flax": ("flax", "flax"),
    "fissix": ("fissix", "legacy"),
    "libcst": ("libcst", "legacy"),
    "PIL": ("pillow", "image"),
    "orbax": ("orbax-checkpoint", "orbax"),
    "google": ("protobuf", "tensorboard"),
    "librosa": ("librosa", "audio"),
    "matplotlib": ("matplotlib", "compare"),
    "pandas": ("pandas", "compare"),
    "pydot": ("pydot", "plot"),
    "scipy": ("scipy", "compare"),
    "yaml": ("pyyaml", "legacy"),
    "sklearn": ("scikit-learn", "compare"),
    "tensorboard": ("tensorboard", "tensorboard"),
}


def needed(module: str) -> Any:
    """The module, imported now.

    Raises:
        ImportError: it is not installed; says what to install.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package, extra = EXTRAS.get(module.split(".")[0], (module, None))
        install = f'"dovetail[{extra}]"' if extra else package
        raise ImportError(f"{package} is needed for this: pip install {install}") from error
