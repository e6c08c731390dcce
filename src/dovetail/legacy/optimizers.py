"""Optimizers by the names, and with the formulas and defaults, of a release."""

from typing import Any

from .. import optimizers as today
from .releases import Release


def optimizer_of(release: Release, identifier: Any) -> Any:
    """What `compile(optimizer=identifier)` meant."""
    return today.get(identifier)


def namespace(release: Release) -> dict[str, Any]:
    """What `keras.optimizers` holds."""
    return {name: getattr(today, name) for name in dir(today) if not name.startswith("_")}
