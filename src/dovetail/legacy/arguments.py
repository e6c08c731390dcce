"""From the arguments of an old call to those of today."""

import functools
import inspect
from collections.abc import Iterable
from typing import Any

from ..engine.errors import did_you_mean
from . import changes
from .listing import UNKNOWN, find
from .notices import notice
from .releases import Release, is_earliest, note_earliest

KEYWORDS_OF_ANY_LAYER = ("name", "trainable", "input_shape", "batch_input_shape", "input_dtype", "batch_size", "dtype")


class Signatures:
    """The orders in which a class's arguments have come over the years, the spoken release's first.

    Args:
        name: of the class, as the release calls it.
        modern: the class of today that does the work; its constructor is one more order.
        release: the spoken one.
        packages: where the tables list the class, asked in order.
    """

    def __init__(self, name: str, modern: type, release: Release, *packages: str):
        self.name = name
        self.reads_windows = release.dialect == 2 and not release.is_tensorflow
        order = {1: (1, 0, 2), 2: (2, 1), 3: (2, 1)}[release.dialect]
        listed = {dialect: found for dialect in order if (found := _listed(dialect, name, packages))}
        today, orders = _of_constructor(modern), list(listed.values())
        self.orders = [today, *orders] if release.dialect == 3 or not listed else [*orders, today]
        self.defaults = _defaults(self.orders[0]) if release.dialect != 3 and listed else {}
        self.earliest = listed.get(0)

    def bind(self, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Positional arguments by the names of the first order that fits.

        Raises:
            TypeError: none does.
        """
        if not args:
            return dict(kwargs)
        first = self.earliest if is_earliest() else None
        ordered = sorted(self.orders, key=lambda order: (order is not first, -_evidence(order, kwargs)))
        for order in ordered:
            names = [p.name for p in order.parameters.values() if p.kind == p.POSITIONAL_OR_KEYWORD]
            rest = next((p.name for p in order.parameters.values() if p.kind == p.VAR_POSITIONAL), None)
            if rest is not None and order is self.earliest:
                return {rest: args} | kwargs
            if self.reads_windows and _is_window(names, args):
                continue
            given = {*names[: len(args)], *kwargs}
            if order is self.earliest and any(
                p.default is p.empty and n not in given for n, p in order.parameters.items()
            ):
                continue
            if len(args) <= len(names) and _plausible(names, args, kwargs):
                if order is self.earliest:
                    note_earliest()
                before = self._defaults_before(order) if order is self.earliest else {}
                return before | dict(zip(names, args, strict=False)) | kwargs
        shown = "; ".join(f"{self.name}{order}" for order in self.orders)
        raise TypeError(f"{self.name} cannot be called with {len(args)} positional arguments in any release: {shown}")

    def _defaults_before(self, order: inspect.Signature) -> dict[str, Any]:
        """The defaults of the earliest release, where they are not those of the spoken one."""
        return {name: value for name, value in _defaults(order).items() if self.defaults.get(name, value) != value}


def _listed(dialect: int, name: str, packages: Iterable[str]) -> inspect.Signature | None:
    """The signature that the tables of a dialect have for a class."""
    entry = next((entry for package in packages if (entry := find(dialect, name, package))), None)
    return entry.signature if entry is not None else None


def _evidence(order: inspect.Signature, kwargs: dict[str, Any]) -> int:
    """How many of the keywords an order has."""
    return sum(name in order.parameters for name in kwargs)


def _is_window(names: list[str], args: tuple) -> bool:
    """Whether a third number would be read as strides: Keras 2 took `Conv2D(8, 3, 3)` for Keras 1's rows and columns.

    tf.keras did not.
    """
    return names[1:3] == ["kernel_size", "strides"] and len(args) == 3 and all(isinstance(a, int) for a in args[1:])


def _plausible(names: list[str], args: tuple, kwargs: dict[str, Any]) -> bool:
    """Whether values could be meant for these arguments: none twice, sizes where sizes stand, no number for a name."""
    for name, value in zip(names, args, strict=False):
        if name in kwargs:
            return False
        if name in ("nb_row", "nb_col", "filter_length", "kernel_dim1") and not isinstance(value, int):
            return False
        is_text = name in ("init", "border_mode") or (name == "padding" and "kernel_size" in names)
        if is_text and isinstance(value, (int, float, tuple)):
            return False
        if name in ("input_dim", "output_dim") and isinstance(value, (str, tuple, list)):
            return False
        if name == "epsilon" and not (isinstance(value, float) and value < 1):
            return False
        if name == "activation" and isinstance(value, (int, float, tuple)):
            return False
    required = {"nb_row": "nb_col", "kernel_dim1": "kernel_dim3"}
    given = {*names[: len(args)], *kwargs}
    return all(needed in given for name, needed in required.items() if name in names)


def today(name: str, arguments: dict[str, Any], owner: str, spelled: Iterable[str] = ()) -> dict[str, Any]:
    """Arguments of a layer under today's names, with today's values.

    Args:
        name: the class's name today, for exceptions to the common table.
        arguments: as given, by any release's names.
        owner: the class's old name, for messages.
        spelled: the names that the caller wrote out; of those that are old, a notice is given.

    Raises:
        TypeError: the same argument is given under two names.
    """
    special = changes.OF_LAYER.get(name, {})
    result: dict[str, Any] = {}
    given = dict(arguments)
    for parts, whole in changes.COMBINED.items():
        if parts[0] in given:
            missing = [part for part in parts if part not in given]
            if missing:
                raise TypeError(f"{owner} needs {', '.join(missing)} beside {parts[0]}")
            given[whole] = tuple(given.pop(part) for part in parts)
            if parts[0] in spelled:
                notice(f"{owner}({', '.join(parts)})", f"`{whole}`")
    for old, value in given.items():
        new = special[old] if old in special else changes.LAYER_ARGUMENTS.get(old, old)
        if new is None:
            continue
        if new != old and old in spelled:
            notice(f"{owner}({old}=...)", f"`{new}`")
        if new in result:
            raise TypeError(f"{owner} was given {new!r} twice, once as {old!r}")
        result[new] = changes.changed_value(new, value)
    return result


def check_known(cls: type, arguments: dict[str, Any], accepted: set[str]) -> None:
    """Raise for an argument that neither the class nor any release of it has."""
    for name in arguments:
        if name not in accepted:
            raise TypeError(f"{cls.__name__} has no argument {name!r}{did_you_mean(name, accepted)}")


@functools.cache
def _of_constructor(cls: type) -> inspect.Signature:
    return inspect.Signature(list(inspect.signature(cls.__init__).parameters.values())[1:])


def _defaults(signature: inspect.Signature) -> dict[str, Any]:
    return {
        p.name: p.default
        for p in signature.parameters.values()
        if p.default is not p.empty and p.default is not UNKNOWN
    }
