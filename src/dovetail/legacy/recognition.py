"""Which release a script was written for, told from its names, arguments and modules.

What speaks for a dialect is worked out from the tables of names: a class, function, module or argument that only one
release had.
"""

import ast
import functools
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import layers as today_layers
from .listing import listing
from .releases import NEWEST, Release, find_release

# names in calls and attributes that no table has, each with the dialect that it speaks for
HINTS = {
    "nb_epoch": 1, "nb_worker": 1, "samples_per_epoch": 1, "nb_val_samples": 1, "val_samples": 1, "show_accuracy": 1,
    "class_mode": 1, "nb_classes": 1, "max_q_size": 1, "pickle_safe": 1, "output_dim": 1, "border_mode": 1,
    "dim_ordering": 1, "inner_activation": 1, "dropout_W": 1, "dropout_U": 1, "set_image_dim_ordering": 1,
    "image_dim_ordering": 1, "get_output_shape_for": 1, "add_node": 1,
    "epochs": 2, "steps_per_epoch": 2, "validation_steps": 2, "compute_output_shape": 2, "image_data_format": 2,
    "set_image_data_format": 2, "fit_generator": 0,
    "steps_per_execution": 3, "jit_compile": 3, "stateless_call": 3, "KERAS_BACKEND": 3,
}  # fmt: skip
# arguments of these are the models' own business in every release
COMMON_KEYWORDS = {
    "name", "input_shape", "input_dim", "input_length", "batch_input_shape", "weights", "activation", "batch_size",
    "return_sequences", "return_state", "go_backwards", "stateful", "unroll", "trainable", "dtype",
    "verbose", "callbacks", "optimizer", "loss",
}  # fmt: skip
# modules that only Keras 3 has
OF_KERAS_3 = ("keras.ops", "keras.random", "keras.saving", "keras.tree", "keras.src", "keras.dtype_policies")
# what speaks for 2.3 rather than for 2.2
SINCE_2_3 = ("val_accuracy", "learning_rate")


def declared(source: str) -> Release | None:
    """The release that a comment in the script says it was written for: `# Written for Keras 3`."""
    found = re.search(r"^# Written for Keras (\d[\w.-]*)", source, re.MULTILINE)
    return find_release(found[1]) if found else None


@dataclass
class Recognition:
    """The release that a script seems to be written for.

    Args:
        release: that it should be run as.
        reasons: what spoke for it, the strongest first.
        evidence: how much spoke for each dialect.
    """

    release: Release
    reasons: list[str] = field(default_factory=list)
    evidence: Counter = field(default_factory=Counter)

    def __str__(self) -> str:
        name = "tf.keras" if self.release.is_tensorflow else "Keras"
        because = f" ({', '.join(self.reasons[:4])})" if self.reasons else ""
        return f"written for {name} {self.release.dialect}{because}, run as {self.release.version}"


def recognize(tree: ast.AST, folder: Path | None = None) -> Recognition:
    """The release that a script is written for.

    Args:
        tree: the parsed source.
        folder: where modules that it imports from beside itself are looked for; they count too.
    """
    reader = _Reader()
    for each in (tree, *_local_modules(tree, folder)):
        reader.visit(each)
    votes = Counter(dialect for _, dialect in reader.found)
    dialect = max((1, 3, 2), key=lambda which: (votes[which], which == 2))
    if votes[1] and votes[1] >= votes[2] and votes[1] >= votes[3]:
        dialect = 1
    reasons = Counter(name for name, which in reader.found if which == dialect)
    version = NEWEST[dialect]
    if dialect == 2 and reader.is_tensorflow:
        version = "2.15.0"
    elif dialect == 2 and reader.words & set(SINCE_2_3):
        version = "2.3.1"
    elif dialect == 1 and reader.is_tensorflow:
        version = "2.15.0"
    if reader.is_tensorflow and dialect != 3 and not reasons:
        reasons["tensorflow.keras"] += 1
    return Recognition(find_release(version), [name for name, _ in reasons.most_common()], votes)


class _Reader(ast.NodeVisitor):
    """Collects what speaks for a dialect."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int]] = []
        self.words: set[str] = set()
        self.names: dict[str, str] = {}  # what local names stand for, where that is known
        self.of_keras: set[str] = set()  # local names that come from Keras; "*" when all of a module's do
        self.is_tensorflow = False

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._module(alias.name)
            local = alias.asname or alias.name.split(".")[0]
            self.names[local] = alias.name
            if "keras" in alias.name or alias.name == "tensorflow":
                self.of_keras.add(local)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if module.split(".")[0] not in ("keras", "tensorflow"):
            return
        for alias in node.names:
            full = f"{module}.{alias.name}"
            self._module(module if alias.name == "*" else full)
            self.names[alias.asname or alias.name] = alias.name
            self.of_keras.add(alias.asname or alias.name)
            self._name(alias.name)

    def _module(self, name: str) -> None:
        if name.split(".")[0] == "tensorflow" and ".keras" in name:
            self.is_tensorflow = True
        name = name[name.find("keras") :] if "keras" in name else name
        if name.startswith(OF_KERAS_3):
            self.found.append((name, 3))
        parts = name.split(".")
        for end in range(len(parts), 1, -1):
            dialect = _only_in(".".join(parts[:end]), _modules)
            if dialect:
                self.found.append((".".join(parts[:end]), dialect))
                break

    def _name(self, name: str) -> None:
        dialect = _only_in(name, _names)
        if dialect:
            self.found.append((name, dialect))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._hint(node.attr)
        if node.attr == "keras" and isinstance(node.value, ast.Name) and self.names.get(node.value.id) == "tensorflow":
            self.is_tensorflow = True
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._hint(node.name)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and len(node.value) < 40:
            self.words.add(node.value)
            if node.value == "KERAS_BACKEND":
                self._hint(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        function: Any = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        name = self.names.get(name, name)
        keywords = [keyword.arg for keyword in node.keywords if keyword.arg]
        self.words.update(keywords)
        for keyword in keywords:
            dialect = _keyword_dialect(name, keyword)
            if dialect:
                self.found.append((f"{keyword}=", dialect))
        kind = _convolution_kind(name, node.args)
        if kind:
            self.found.append((f"{name}({', '.join(ast.unparse(a) for a in node.args[:3])})", kind))
        if name == "Model" and {"input", "output"} & set(keywords):
            self.found.append(("Model(input=, output=)", 1))
        root = function
        while isinstance(root, ast.Attribute):
            root = root.value
        if (
            isinstance(root, ast.Name)
            and {root.id, "*"} & self.of_keras
            and (root is not function or name[:1].isupper())
        ):
            self._name(name)
        self.generic_visit(node)

    def _hint(self, word: str) -> None:
        if HINTS.get(word):
            self.found.append((word, HINTS[word]))


def _convolution_kind(name: str, arguments: list[ast.expr]) -> int:
    """`Conv2D(64, 3, 3)` is of Keras 1, `Conv2D(64, (3, 3))` is not."""
    if name not in ("Conv2D", "Convolution2D", "AtrousConvolution2D", "SeparableConv2D") or len(arguments) < 2:
        return 0
    if isinstance(arguments[1], (ast.Tuple, ast.List)):
        return 2
    return 1 if len(arguments) >= 3 and name.startswith(("Convolution", "Atrous")) else 0


def _only_in(name: str, kind) -> int:
    """The dialect that alone has `name`; 0 where several have it, or none."""
    having = [dialect for dialect in (1, 2) if name in kind(dialect)]
    return having[0] if len(having) == 1 else 0


@functools.cache
def _modules(dialect: int) -> set[str]:
    """The modules of a dialect and the packages above them."""
    found = set()
    for module in listing(dialect):
        parts = module.split(" ")[0].split(".")
        found.update(".".join(parts[:end]) for end in range(1, len(parts) + 1))
    return found


@functools.cache
def _names(dialect: int) -> set[str]:
    """Public names of a dialect, apart from those of K, which scripts use for things of their own, too."""
    modules = listing(dialect)
    return {name for module, entries in modules.items() if "backend" not in module for name in entries}


@functools.cache
def _keywords(dialect: int) -> dict[str, set[str]]:
    """The keywords of every listed class and function, and of methods."""
    found: dict[str, set[str]] = {}
    for entries in listing(dialect).values():
        for name, entry in entries.items():
            if entry.signature is not None:
                found.setdefault(name, set()).update(entry.signature.parameters)
            for method, signature in entry.methods.items():
                found.setdefault(method, set()).update(signature.parameters)
    return found


def _keyword_dialect(name: str, keyword: str) -> int:
    if keyword in COMMON_KEYWORDS:
        return 0
    first, second = (keyword in _keywords(dialect).get(name, ()) for dialect in (1, 2))
    if first != second:
        return 1 if first else 2
    if not first and HINTS.get(keyword):
        return HINTS[keyword] if name[:1].isupper() or name in ("fit", "fit_generator", "evaluate") else 0
    if not first and keyword not in ("kwargs",) and hasattr(today_layers, name):
        return 0
    return 0


def _local_modules(tree: ast.AST, folder: Path | None) -> list[ast.AST]:
    """The modules beside the script that it imports, parsed."""
    if folder is None:
        return []
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            path = folder / f"{name.replace('.', '/')}.py"
            try:
                found.append(ast.parse(path.read_text()))
            except (OSError, SyntaxError, ValueError):
                continue
    return found
