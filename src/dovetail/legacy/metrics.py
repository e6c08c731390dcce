"""Metrics by the names, and with the numbers, of a release."""

from typing import Any

from .. import metrics as today
from .releases import Release

# metrics whose numbers differ: a function of the release giving the function, or None where today's is the same
MEANINGS: dict[str, Any] = {}


def metrics_of(release: Release, identifier: Any) -> Any:
    """What `compile(metrics=identifier)` meant: names become functions, nested as they are."""
    if isinstance(identifier, dict):
        return {key: metrics_of(release, value) for key, value in identifier.items()}
    if isinstance(identifier, (list, tuple)):
        return [metrics_of(release, value) for value in identifier]
    if identifier in ("accuracy", "acc"):
        return release.accuracy
    make = MEANINGS.get(identifier) if isinstance(identifier, str) else None
    meaning = make(release) if make else None
    return identifier if meaning is None else meaning


def namespace(release: Release) -> dict[str, Any]:
    """What `keras.metrics` hold."""
    names = {name: getattr(today, name) for name in dir(today) if not name.startswith("_")}
    for name, make in MEANINGS.items():
        meaning = make(release)
        if meaning is not None:
            names[name] = meaning
    return names
