"""Packages that comparing needs and the core does not."""

import importlib
from typing import Any

EXTRAS = {"scipy": "scipy", "sklearn": "scikit-learn", "matplotlib": "matplotlib", "pandas": "pandas"}


def needed(module: str) -> Any:
    """The module, imported now.

    Raises:
        ImportError: it is not installed; says what to install.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = EXTRAS.get(module.split(".")[0], module)
        raise ImportError(f'{package} is needed for this: pip install "dovetail[compare]"') from error
