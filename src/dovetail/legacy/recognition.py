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

from .. import callbacks, initializers, losses, metrics, models, optimizers, utils
from .. import layers as today_layers
from . import python2
from .image_axes import has_channels_first
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
# modules and names that only Keras 3 has: one of them is enough, since all else that Keras 3 has Keras 2 had, too
OF_KERAS_3 = tuple(
    f"keras.{name}"
    for name in (
        "ops", "random", "tree", "dtype_policies", "distribution", "quantizers", "visualization", "config",
        "StatelessScope", "SeedGenerator", "Operation", "DTypePolicy", "Quantizer", "Variable", "utils.PyDataset",
    )
)  # fmt: skip
DECISIVE_HINTS = ("stateless_call", "stateless_apply", "stateless_compute_loss")
# modules that Keras has had since 2.4, as tf.keras
SINCE_2_4 = {
    "keras.saving", "keras.src", "keras.api", "keras.mixed_precision", "keras.optimizer_v2",
    "keras.layers.experimental", "keras.layers.preprocessing", "keras.layers.attention",
    "keras.optimizers.schedules", "keras.optimizers.legacy", "keras.optimizers.experimental",
    "keras.engine.functional", "keras.engine.keras_tensor",
    "keras.utils.set_random_seed", "keras.utils.pad_sequences", "keras.utils.load_img", "keras.utils.img_to_array",
    "keras.utils.array_to_img", "keras.utils.image_dataset_from_directory", "keras.utils.text_dataset_from_directory",
    "keras.utils.timeseries_dataset_from_array", "keras.preprocessing.image_dataset_from_directory",
    "keras.preprocessing.text_dataset_from_directory", "keras.preprocessing.timeseries_dataset_from_array",
}  # fmt: skip
# what speaks for 2.3 rather than for 2.2
SINCE_2_3 = ("val_accuracy", "learning_rate")
# names that TensorFlow lost with its version 2
OF_TENSORFLOW_1 = {
    "Session", "InteractiveSession", "ConfigProto", "GPUOptions", "placeholder", "contrib", "set_random_seed",
    "global_variables_initializer", "reset_default_graph", "get_default_graph", "get_variable", "random_normal",
    "random_uniform", "to_float", "to_int32", "log", "layers", "enable_eager_execution", "AUTO_REUSE", "logging",
}  # fmt: skip


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
        channels_first: whether its shapes have the channels of images before rows and columns.
    """

    release: Release
    reasons: list[str] = field(default_factory=list)
    evidence: Counter = field(default_factory=Counter)
    channels_first: bool = False

    def __str__(self) -> str:
        name = "tf.keras" if self.release.is_tensorflow else "Keras"
        because = f" ({', '.join(self.reasons[:4])})" if self.reasons else ""
        images = ", channels of images first" if self.channels_first else ""
        return f"written for {name} {self.release.dialect}{because}, run as {self.release.version}{images}"


def recognize(tree: ast.AST, folder: Path | None = None) -> Recognition:
    """The release that a script is written for.

    Args:
        tree: the parsed source.
        folder: where modules that it imports from beside itself are looked for; they count too.
    """
    reader = _Reader()
    trees = (tree, *_local_modules(tree, folder))
    for each in trees:
        reader.visit(each)
    votes = Counter(dialect for _, dialect in reader.found)
    dialect = max((1, 3, 2), key=lambda which: (votes[which], which == 2))
    if votes[1] and votes[1] >= votes[2] and votes[1] >= votes[3]:
        dialect = 1
    if reader.of_keras_3:
        dialect = 3
    reasons = Counter(name for name, which in reader.found if which == dialect)
    version, why = _version(dialect, reader)
    is_first = dialect < 3 and not reader.is_tensorflow and has_channels_first(trees)
    return Recognition(find_release(version), [*why, *(name for name, _ in reasons.most_common())], votes, is_first)


def _version(dialect: int, reader: "_Reader") -> tuple[str, list[str]]:
    """The release of a dialect, and what speaks for it rather than for others of that dialect."""
    if dialect == 3:
        return NEWEST[3], list(dict.fromkeys(reader.of_keras_3))
    if reader.is_tensorflow:
        old = reader.of_tensorflow_1 or (["history['acc']"] if reader.counts_acc else [])
        return ("2.2.4-tf" if old else "2.15.0"), old or ["tensorflow.keras"]
    if dialect == 2 and reader.since_2_4:
        return "2.15.0", reader.since_2_4
    if dialect == 2 and reader.words & set(SINCE_2_3):
        return "2.3.1", []
    return NEWEST[dialect], []


class _Reader(ast.NodeVisitor):
    """Collects what speaks for a dialect."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int]] = []
        self.words: set[str] = set()
        self.names: dict[str, str] = {}  # what local names stand for, where that is known
        self.full_names: dict[str, str] = {}  # as `names`, with the module
        self.of_keras: set[str] = set()  # local names that come from Keras; "*" when all of a module's do
        self.imports_keras = self.imports_tensorflow = self.mentions_tensorflow = False
        self.of_keras_3: list[str] = []
        self.since_2_4: list[str] = []
        self.of_tensorflow_1: list[str] = []
        self.metrics: set[str] = set()  # as given to `compile`
        self.looked_up: set[str] = set()  # texts in brackets: `history['acc']`

    @property
    def is_tensorflow(self) -> bool:
        """Whether it is TensorFlow's Keras: one loss of `tf.keras` beside imports of `keras` does not make it so."""
        return self.imports_tensorflow or (self.mentions_tensorflow and not self.imports_keras)

    @property
    def counts_acc(self) -> bool:
        """Whether accuracy that was asked for by its whole name is looked for as `acc`."""
        asks = ("acc" in self.looked_up and "accuracy" not in self.looked_up) or "val_acc" in self.words
        return asks and "accuracy" in self.words and "acc" not in self.metrics and "val_accuracy" not in self.words

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._module(alias.name)
            local = alias.asname or alias.name.split(".")[0]
            self.names[local] = alias.name
            self.full_names[local] = alias.name if alias.asname else local
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
            self.full_names[alias.asname or alias.name] = full
            self.of_keras.add(alias.asname or alias.name)
            self._name(alias.name)

    def _module(self, name: str) -> None:
        if name.split(".")[0] == "tensorflow" and ".keras" in name:
            self.imports_tensorflow = True
        self.imports_keras |= name.split(".")[0] == "keras"
        name = name[name.find("keras") :] if "keras" in name else name
        self._newer(name)
        parts = name.split(".")
        for end in range(len(parts), 1, -1):
            dialect = _only_in(".".join(parts[:end]), _modules)
            if dialect:
                self.found.append((".".join(parts[:end]), dialect))
                break

    def _newer(self, name: str) -> None:
        """Note what a dotted name says of releases after 2.3."""
        parts = name.split(".")
        starts = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
        if starts & set(OF_KERAS_3):
            self.of_keras_3.append(name)
            self.found.append((name, 3))
        elif parts[0] == "keras" and (starts & SINCE_2_4 or parts[-1] in _names_since_2_4()):
            self.since_2_4.append(name)

    def _name(self, name: str) -> None:
        dialect = _only_in(name, _names)
        if dialect:
            self.found.append((name, dialect))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._hint(node.attr)
        root = node.value.id if isinstance(node.value, ast.Name) else ""
        if self.names.get(root) == "tensorflow" and node.attr == "keras":
            self.mentions_tensorflow = True
        elif self.names.get(root) == "tensorflow" and node.attr in OF_TENSORFLOW_1:
            self.of_tensorflow_1.append(f"tf.{node.attr}")
        full = self._dotted(node)
        if full:
            self._newer(full)
        self.generic_visit(node)

    def _dotted(self, node: ast.Attribute) -> str:
        """`keras.layers.Dense` for `layers.Dense`, where `layers` comes from Keras; empty where it does not."""
        parts: list[str] = []
        root: ast.expr = node
        while isinstance(root, ast.Attribute):
            parts.insert(0, root.attr)
            root = root.value
        if not isinstance(root, ast.Name) or root.id not in self.of_keras:
            return ""
        full = ".".join([self.full_names.get(root.id, root.id), *parts])
        return full[full.find("keras") :] if "keras" in full else ""

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if _is_text(node.slice):
            self.looked_up.add(node.slice.value)  # type: ignore[attr-defined]
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
        for keyword in node.keywords:
            if keyword.arg == "metrics":
                self.metrics.update(each.value for each in ast.walk(keyword.value) if _is_text(each))  # type: ignore[attr-defined]
        if name in ("Sequential", "add") and any(map(_is_input, _elements(node.args))):
            self.since_2_4.append("Sequential of Input")
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
            and (root.id in self.of_keras or ("*" in self.of_keras and root is function))  # x.add(...) is anyone's
            and (root is not function or name[:1].isupper())
        ):
            self._name(name)
        self.generic_visit(node)

    def _hint(self, word: str) -> None:
        if word in DECISIVE_HINTS:
            self.of_keras_3.append(word)
        if HINTS.get(word):
            self.found.append((word, HINTS[word]))


def _elements(arguments: list[ast.expr]) -> list[ast.expr]:
    """What a call's first argument is, or holds where it is a list."""
    first = arguments[:1]
    return first[0].elts if first and isinstance(first[0], (ast.List, ast.Tuple)) else first


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_input(node: ast.expr) -> bool:
    """Whether it is a call of `Input`, with or without its module."""
    return isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "Input"


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
def _names_since_2_4() -> set[str]:
    """Classes of today that 2.3 did not have."""
    places = (today_layers, callbacks, initializers, losses, metrics, models, optimizers, utils)
    names = {name for place in places for name, value in vars(place).items() if isinstance(value, type)}
    return {name for name in names if name[0].isupper()} - _names(2) - _names(1)


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
    known = [_keywords(dialect).get(name, set()) for dialect in (1, 2)]
    if {"args", "kwargs"} in known:  # a wrapper that tells nothing, such as the applications' of Keras 2
        return 0
    first, second = (keyword in names for names in known)
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
                found.append(python2.parse(path.read_text(), str(path))[0])
            except (OSError, SyntaxError, ValueError):
                continue
    return found
