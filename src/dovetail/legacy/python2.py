"""Scripts in Python 2: read as Python 3, with the division of integers as it was."""

import ast
import operator
import warnings
from typing import Any

from ..engine.errors import DovetailError

DIVIDE = "__dovetail_divide__"


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
            return ast.parse(source, path), False
        except SyntaxError as error:
            tree = ast.parse(_translated(source, path, error), path)
    if "division" not in _futures(tree):
        tree = ast.fix_missing_locations(_OldDivision().visit(tree))
    return tree, True


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
    fixers = [name for name in get_fixers_from_package("fissix.fixes") if not name.endswith("fix_future")]
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
