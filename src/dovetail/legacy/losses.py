"""Losses by the names, and with the numbers, of a release."""

from typing import Any

from .. import losses as today
from .releases import Release

# losses whose numbers differ: a function of the release giving the function, or None where today's is the same
MEANINGS: dict[str, Any] = {}


def loss_of(release: Release, identifier: Any) -> Any:
    """What `compile(loss=identifier)` meant: names become functions, nested as they are."""
    if isinstance(identifier, dict):
        return {key: loss_of(release, value) for key, value in identifier.items()}
    if isinstance(identifier, (list, tuple)):
        return [loss_of(release, value) for value in identifier]
    make = MEANINGS.get(identifier) if isinstance(identifier, str) else None
    meaning = make(release) if make else None
    return identifier if meaning is None else meaning


def namespace(release: Release) -> dict[str, Any]:
    """What `keras.objectives` and `keras.losses` hold."""
    names = {name: getattr(today, name) for name in dir(today) if not name.startswith("_")}
    for name, make in MEANINGS.items():
        meaning = make(release)
        if meaning is not None:
            names[name] = meaning
    return names
