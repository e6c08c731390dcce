"""Scripts in Python 2, and modules beside them: read as Python 3, with the division of integers as it was."""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import operator
import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..engine.errors import DovetailError

DIVIDE = "__dovetail_divide__"

# what only Python 2 had, in source that Python 3 can read, too
OLD_MODULES = (
    "cPickle", "cStringIO", "StringIO", "urllib2", "urlparse", "httplib", "Queue", "ConfigParser", "HTMLParser",
    "Tkinter", "commands", "__builtin__", "itertools.izip", "itertools.imap", "itertools.ifilter",
    "itertools.izip_longest", "urllib.urlretrieve", "urllib.urlopen", "urllib.urlencode", "urllib.quote",
)  # fmt: skip
OLD_NAMES = ("xrange", "raw_input", "unicode", "unichr", "basestring", "long", "reduce", "execfile", "izip")
OLD_METHODS = ("iteritems", "itervalues", "iterkeys", "has_key")


class Python2Error(DovetailError, SyntaxError):
    """A script that neither Python 3 nor the translation from Python 2 can read."""


def parse(source: str, path: str) -> tuple[ast.Module, bool]:
    """The script's syntax tree, and whether it was Python 2.

    Raises:
        SyntaxError: it is neither Python 3 nor Python 2.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # "\d" in old strings
        try:
            tree = ast.parse(source, path)
            if not _needs_python2(tree):
                return tree, False
            tree = ast.parse(_translated(source, path, SyntaxError("this is Python 2", (path, 1, 1, ""))), path)
        except SyntaxError as error:
            tree = ast.parse(_translated(source, path, error), path)
    if "division" not in _futures(tree):
        tree = ast.fix_missing_locations(_OldDivision().visit(tree))
    return tree, True


def _needs_python2(tree: ast.Module) -> bool:
    """Whether a script that Python 3 can read uses, without asking which Python it is in, what only Python 2 had."""
    chosen = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Try, ast.If))
        for child in (*node.body, *node.orelse, *getattr(node, "handlers", ()))
        for inner in ast.walk(child)
    }
    nodes = list(ast.walk(tree))
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    imported = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in imported:
        bound |= {alias.asname or alias.name for alias in node.names}
    if any(alias.name == "*" and (node.module or "").startswith(("six", "past")) for node in imported
           if isinstance(node, ast.ImportFrom) for alias in node.names):  # fmt: skip
        return False
    return any(_only_python2(node, bound) for node in nodes if not _is_choice(node, chosen))


def _is_choice(node: ast.AST, chosen: set[int]) -> bool:
    """Whether an import is one of several that a script tries."""
    return isinstance(node, (ast.Import, ast.ImportFrom)) and id(node) in chosen


def _only_python2(node: ast.AST, bound: set[str]) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name in OLD_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.module in OLD_MODULES or any(f"{node.module}.{alias.name}" in OLD_MODULES for alias in node.names)
    if isinstance(node, ast.Name):
        return node.id in OLD_NAMES and node.id not in bound
    if isinstance(node, ast.Attribute):
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        return (node.attr in OLD_METHODS and owner != "six") or f"{owner}.{node.attr}" in OLD_MODULES
    return False


def translated(source: str, path: str) -> str:
    """The text of a script in Python 2 as Python 3."""
    return _translated(source, path, SyntaxError("the script is Python 2", (path, 1, 1, "")))


def _translated(source: str, path: str, error: SyntaxError) -> str:
    try:
        from fissix.refactor import RefactoringTool, get_fixers_from_package  # optional, see extras
    except ImportError as missing:
        raise Python2Error(
            f"{path}:{error.lineno}: {error.msg}. If the script is Python 2: pip install 'dovetail[legacy]' lets it run"
        ) from missing
    left_out = ("fix_future", "fix_import")  # `import util` in a script is no import from a package
    fixers = [name for name in get_fixers_from_package("fissix.fixes") if not name.endswith(left_out)]
    try:
        # tabs and blanks are mixed in old scripts; a tab goes to the next multiple of 8
        text = "\n".join(_without_leading_tabs(line) for line in source.splitlines()) + "\n"
        return str(RefactoringTool(fixers).refactor_string(text, path))
    except Exception as failed:
        raise Python2Error(f"{path}:{error.lineno}: {error.msg} (and it is not Python 2 either: {failed})") from error


def _without_leading_tabs(line: str) -> str:
    body = line.lstrip(" \t")
    return line[: len(line) - len(body)].expandtabs(8) + body


def _futures(tree: ast.Module) -> set[str]:
    return {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    }


class _OldDivision(ast.NodeTransformer):
    """`a / b` becomes a call that divides integers as Python 2 did."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        call = ast.Call(ast.Name(DIVIDE, ast.Load()), [node.left, node.right], [])
        return ast.copy_location(call, node)


def divide(a: Any, b: Any) -> Any:
    """`a / b`, rounded down where both are integers."""
    return operator.floordiv(a, b) if _is_integer(a) and _is_integer(b) else operator.truediv(a, b)


def _is_integer(x: Any) -> bool:
    if isinstance(x, int):
        return True
    kind = getattr(getattr(x, "dtype", None), "kind", None)
    return kind in ("i", "u")


class _Loader(importlib.machinery.SourceFileLoader):
    """Reads a module that may be Python 2."""

    def source_to_code(self, data: Any, path: Any, *args: Any, **kwargs: Any) -> types.CodeType:  # type: ignore[override]
        source = importlib.util.decode_source(data) if isinstance(data, (bytes, bytearray)) else data
        return compile(parse(source, str(path))[0], path, "exec")

    def get_code(self, fullname: str) -> Any:
        """Always from the source: what is kept beside it was compiled by Python 3 as it is."""
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__[DIVIDE] = divide
        super().exec_module(module)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, folder: Path):
        self.folder = folder

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        try:
            spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        except (ImportError, ValueError):
            return None
        origin = spec.origin if spec is not None else None
        if spec is None or origin is None or not origin.endswith(".py"):
            return None
        where = Path(origin).resolve()
        if not where.is_relative_to(self.folder) or {"site-packages", "dist-packages"} & set(where.parts):
            return None
        spec.loader = _Loader(fullname, origin)
        return spec


@contextmanager
def modules_beside(folder: Path) -> Iterator[None]:
    """Modules in a script's folder may be Python 2, too."""
    finder = _Finder(folder.resolve())
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
