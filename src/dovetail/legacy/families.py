"""Initializers, activations, regularizers and constraints by the names that a release had for them."""

from typing import Any

from .. import activations, constraints, initializers, regularizers
from .releases import Release

# names of a release that mean something else today, or nothing; filled by the modules of the families
MEANINGS: dict[str, dict[str, Any]] = {"initializer": {}, "activation": {}, "regularizer": {}, "constraint": {}}
_TODAY = {
    "initializer": initializers,
    "activation": activations,
    "regularizer": regularizers,
    "constraint": constraints,
}


def kind_of(argument: str) -> str | None:
    """The family that an argument takes: "kernel_initializer" takes initializers."""
    return next((kind for kind in MEANINGS if argument == kind or argument.endswith(f"_{kind}")), None)


def converted(release: Release, argument: str, value: Any) -> Any:
    """The value of an argument as today's constructors take it, where it names a member of a family."""
    kind = kind_of(argument)
    if kind is None or value is None:
        return value
    return get(release, kind, value)


def get(release: Release, kind: str, identifier: Any) -> Any:
    """The member of a family that `identifier` meant in a release."""
    if isinstance(identifier, str):
        meaning = meaning_of(release, kind, identifier)
        if meaning is not None:
            return meaning
    return _TODAY[kind].get(identifier)


def meaning_of(release: Release, kind: str, name: str) -> Any:
    """What a name meant in a release, where today's meaning is another; None where it is the same."""
    make = MEANINGS[kind].get(name)
    return None if make is None else make(release)
