"""What the names in a script stand for."""

import builtins
import re
from typing import Any

import libcst as cst
from libcst import metadata

from .. import changes
from ..imports import canonical
from ..listing import find
from ..releases import Release
from .calls import expression
from .tables import MODULES, NAMES, OWN_OF_TENSORFLOW


class Names(cst.CSTTransformer):
    """A rewriter that knows what names refer to, and keeps what the new source needs.

    Args:
        release: that the script was written for.
        code: of the script.
        notes: (line, text) for a human, added to.
    """

    METADATA_DEPENDENCIES = (metadata.QualifiedNameProvider, metadata.PositionProvider)

    def __init__(self, release: Release, code: str, notes: list[tuple[int, str]]):
        super().__init__()
        self.release, self.code, self.notes = release, code, notes
        self.needed: set[tuple[str, str]] = set()  # (module, name) that the new source uses
        self.helpers: set[str] = set()  # functions that the new source brings along
        self.compiled_with: set[str] = set()  # optimizers by name
        self.assigned = ""  # what the statement being rewritten is for
        self.was_python2 = self.is_building = self.is_initializer = False
        self.stars = [canonical(m) for m in re.findall(r"^from\s+([\w.]+)\s+import\s+\*", code, re.M) if "keras" in m]
        self.needs_tensorflow = bool(re.search(OWN_OF_TENSORFLOW, code))
        self.shows_accuracy = "show_accuracy=True" in code
        # methods and objects of the script's own classes: `net.fit_generator(...)` of a class with such a method
        classes = re.findall(r"^class\s+(\w+)\s*(?:\(\s*object\s*\)|\(\s*\))?:", code, re.M)
        self.own_methods = set(re.findall(r"^[ \t]+def\s+(\w+)\(\s*self\b", code, re.M)) if classes else set()
        made = "|".join(map(re.escape, classes)) or r"(?!)"
        self.own_objects = {"self", *re.findall(rf"^\s*(\w+)\s*=\s*(?:{made})\(", code, re.M)}

    def _path(self, node: cst.CSTNode) -> str | None:
        """The full name of what an expression refers to, in Keras's own modules; None for anything else."""
        for found in self.get_metadata(metadata.QualifiedNameProvider, node, set()) or ():
            path = canonical(found.name)
            if found.source == metadata.QualifiedNameSource.IMPORT and path.split(".")[0] == "keras":
                return path
        if isinstance(node, cst.Name) and self.stars and not hasattr(builtins, node.value):
            for star in self.stars:
                package = ".".join(star.split(".")[:2])
                if any(find(dialect, node.value, package) for dialect in (1, 2)):
                    return f"{package}.{node.value}"
        return None

    def _is_of_tensorflow(self, node: cst.CSTNode) -> bool:
        """Whether an expression reaches Keras by way of `tf.keras`, spelled out."""
        names = self.get_metadata(metadata.QualifiedNameProvider, node, set()) or ()
        root: Any = node
        while isinstance(root, cst.Attribute):
            root = root.value
        roots = self.get_metadata(metadata.QualifiedNameProvider, root, set()) or ()
        return bool(names) and any(found.name == "tensorflow" for found in roots)

    def _note(self, node: cst.CSTNode, text: str) -> None:
        line = self.get_metadata(metadata.PositionProvider, node).start.line
        self.notes.append((line, text))

    def _named(self, old: cst.BaseExpression, path: str) -> cst.BaseExpression:
        """How today's `path` is written where `old` stood: `Conv2D` for a name, `layers.Conv2D` for an attribute."""
        module, _, name = path.rpartition(".")
        if isinstance(old, cst.Name):
            self.needed.add((module, name))
            return cst.Name(name)
        self.needed.add(("keras", ""))
        return expression(path)


def today_path(path: str) -> str | None:
    """Where a name of Keras lives today; None where the path is not one of a public name."""
    if path in NAMES:
        return NAMES[path]
    for old, new in MODULES:
        if path.startswith(old):
            name = path.rpartition(".")[2]
            return f"{new}.{changes.LAYER_NAMES.get(name, name)}" if new == "keras.layers" else f"{new}.{name}"
    if path.startswith("keras.layers."):
        name = path.rpartition(".")[2]
        return f"keras.layers.{changes.LAYER_NAMES.get(name, name)}"
    return None
