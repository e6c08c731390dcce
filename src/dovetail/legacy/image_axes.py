"""Where a script has the channels of its images: Theano's place was before rows and columns, and many never said so.

Told from the shapes that are written down: `input_shape=(3, 32, 32)` of a convolution, `x.reshape(n, 1, 28, 28)`.
"""

import ast
from collections.abc import Iterable
from typing import Any

CONVOLUTIONS = (
    "Conv2D", "Convolution2D", "Conv3D", "Convolution3D", "ZeroPadding2D", "MaxPooling2D", "SeparableConv2D",
    "SeparableConvolution2D", "AtrousConvolution2D", "Deconvolution2D", "LocallyConnected2D",
)  # fmt: skip
# a script with one of these says itself where channels are
SAYS_SO = ("set_image_dim_ordering", "image_dim_ordering", "set_image_data_format", "image_data_format",
           "dim_ordering", "data_format")  # fmt: skip
MOST_CHANNELS = 4


def has_channels_first(trees: Iterable[ast.AST]) -> bool:
    """Whether the shapes in a script, and in modules beside it, have channels first, and none has them last."""
    reader = _Reader()
    for tree in trees:
        reader.constants |= _constants(tree)
        reader.visit(tree)
    return reader.convolves and not reader.says_so and reader.first > 0 and not reader.last


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self.first = self.last = 0
        self.convolves = self.says_so = False

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if (node.module or "").split(".")[0] in ("keras", "tensorflow"):
            self.convolves |= any(alias.name in (*CONVOLUTIONS, "*") for alias in node.names)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.says_so |= node.attr in SAYS_SO
        self.convolves |= node.attr in CONVOLUTIONS
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self.says_so |= node.id in SAYS_SO

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg in SAYS_SO:
                self.says_so |= getattr(keyword.value, "value", None) != "th"  # which is what is asked here
            elif keyword.arg in ("input_shape", "shape"):
                self._image(self._sizes(keyword.value))
            elif keyword.arg in ("batch_input_shape", "batch_shape"):
                self._image(self._sizes(keyword.value)[1:])
            elif keyword.arg == "stack_size":
                self.first += 1
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "Convolution2D" and len(node.args) > 3 and isinstance(self._size(node.args[3]), int):
            self.first += 1  # told its input's channels, as before Keras 0.2, which ran on Theano alone
        if name == "Input" and node.args:
            self._image(self._sizes(node.args[0]))
        if name == "reshape":
            shape = [a for a in node.args if not isinstance(a, ast.Starred)]
            whole = self._sizes(shape[-1]) if 0 < len(shape) < 4 else [self._size(a) for a in shape]
            if len(whole) == 4:
                self._image(whole[1:])
        self.generic_visit(node)

    def _sizes(self, node: ast.expr) -> list[Any]:
        """The numbers of a shape: None for what is not known, and "channels" for what is called so."""
        if isinstance(node, ast.Name):
            found = self.constants.get(node.id)
            return list(found) if isinstance(found, tuple) else []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):  # (3,) + size
            return (self._sizes(node.left) or [None, None]) + (self._sizes(node.right) or [None, None])
        return [self._size(element) for element in node.elts] if isinstance(node, (ast.Tuple, ast.List)) else []

    def _size(self, node: ast.expr) -> Any:
        return _value(node, self.constants)

    def _image(self, sizes: list[Any]) -> None:
        if len(sizes) == 4:  # a volume, or steps of images
            sizes = sizes[1:] if _is_channels(sizes[1]) and not _is_channels(sizes[0]) else sizes
        if len(sizes) not in (3, 4):
            return
        is_first, is_last = _is_channels(sizes[0]), _is_channels(sizes[-1])
        inner = sizes[1:-1]
        if is_first and not is_last and all(_is_side(size) for size in [*inner, sizes[-1]]):
            self.first += 1
        if is_last and not is_first and all(_is_side(size) for size in [*inner, sizes[0]]):
            self.last += 1


def _is_channels(size: Any) -> bool:
    return size == "channels" or (isinstance(size, int) and 1 <= size <= MOST_CHANNELS)


def _is_side(size: Any) -> bool:
    return size is None or (isinstance(size, int) and size > MOST_CHANNELS)


def _constants(tree: ast.AST) -> dict[str, Any]:
    """Names that are only ever assigned one number, or one tuple of numbers, defaults of arguments included."""
    found: dict[str, list[Any]] = {}
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs += [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.arguments):
            with_default = node.args[len(node.args) - len(node.defaults) :]
            pairs += [(ast.Name(a.arg), value) for a, value in zip(with_default, node.defaults, strict=True)]
    for target, value in pairs:
        several = isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List))
        parts = list(zip(target.elts, value.elts, strict=False)) if several else [(target, value)]  # type: ignore[attr-defined]
        for name, part in parts:
            if isinstance(name, ast.Name):
                found.setdefault(name.id, []).append(part)
    known: dict[str, Any] = {}
    for _ in range(3):  # names that are made of other names
        for name, values in found.items():
            read = {_value(value, known) for value in values}
            if len(read) == 1:
                known[name] = read.pop()
    return {name: value for name, value in known.items() if value is not None}


def _value(node: ast.expr, known: dict[str, Any]) -> Any:
    """The number or tuple that an expression is, "channels" for a name like `img_channels`; None where unknown."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, int) else None
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(_value(element, known) for element in node.elts)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
    if name is not None:
        return known.get(name, "channels" if "chan" in name.lower() else None)
    return None


__all__ = ["has_channels_first"]
