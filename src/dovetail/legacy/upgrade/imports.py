"""The imports of a rewritten script: what is still used, from where it lives today."""

from collections.abc import Sequence
from typing import Any

import libcst as cst

from ... import layers
from ..imports import canonical, is_module
from .tables import KEPT, MODULES, NAMES


def rewrite_imports(module: cst.Module, needed: set[tuple[str, str]], notes: list[tuple[int, str]]) -> cst.Module:
    """The module with its imports of Keras brought up to date.

    Args:
        needed: (module, name) that the new source uses; an empty name stands for the module itself.
        notes: what a human has to look at is added.
    """
    used = _Used()
    module.visit(used)
    if "keras" in used.names:
        needed = needed | {("keras", "")}
    rewriter = _Imports(used, needed, notes)
    module = module.visit(rewriter)
    missing = sorted(needed - rewriter.there)
    lines = [_statement(where, name) for where, name in missing]
    body = list(module.body)
    place = next((i for i, line in enumerate(body) if _has_keras_import(line)), None)
    if place is None:
        place = next((i + 1 for i in reversed(range(len(body))) if is_import(body[i])), _after_docstring(body))
    return module.with_changes(body=[*body[:place], *lines, *body[place:]])


class _Used(cst.CSTVisitor):
    """The names that a module uses outside its imports."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.own: set[str] = set()  # classes and functions of the module itself

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.own.add(node.name.value)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.own.add(node.name.value)

    def visit_Name(self, node: cst.Name) -> None:
        self.names.add(node.value)


class _Imports(cst.CSTTransformer):
    def __init__(self, used: _Used, needed: set[tuple[str, str]], notes: list[tuple[int, str]]):
        super().__init__()
        self.used, self.own, self.needed, self.notes = used.names, used.own, needed, notes
        self.there: set[tuple[str, str]] = set()

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> Any:
        if len(updated_node.body) != 1:
            return updated_node
        statement = updated_node.body[0]
        if isinstance(statement, cst.ImportFrom) and statement.module is not None:
            return self._from(statement, updated_node)
        if isinstance(statement, cst.Import):
            return self._plain(statement, updated_node)
        return updated_node

    def _from(self, statement: cst.ImportFrom, line: cst.SimpleStatementLine) -> Any:
        module = canonical(_dotted(statement.module))
        if module.split(".")[0] != "keras" or statement.relative:
            return line
        if isinstance(statement.names, cst.ImportStar):
            target = _module_today(module)
            return line.with_changes(body=[self._star(statement, target)])
        groups: dict[str, list[cst.ImportAlias]] = {}
        for alias in statement.names:
            local = alias.asname.name.value if alias.asname else alias.name.value  # type: ignore[union-attr]
            if local not in self.used and local not in ("print_function",):
                continue
            where, name = self._place(module, str(alias.name.value))
            if (where, name) in self.there and alias.asname is None:
                continue
            self.there.add((where, name))
            asname = alias.asname
            if asname is None and name != local:
                asname = cst.AsName(cst.Name(str(local)))
            if asname is not None and asname.name.value == name:  # type: ignore[union-attr]
                asname = None
            groups.setdefault(where, []).append(alias.with_changes(name=cst.Name(name), asname=asname))
        if not groups and any(where == _module_today(module) and name for where, name in self.needed - self.there):
            groups[_module_today(module)] = []
        extra = {name for where, name in self.needed if name and where in groups and (where, name) not in self.there}
        for where in groups:
            for name in sorted(n for w, n in self.needed if w == where and n in extra):
                if (where, name) not in self.there:
                    self.there.add((where, name))
                    groups[where].append(cst.ImportAlias(cst.Name(name)))
        if not groups:
            return cst.RemoveFromParent()
        lines = []
        for index, (where, aliases) in enumerate(groups.items()):
            is_same = len(groups) == 1 and len(aliases) == len(statement.names)
            names = aliases if is_same else _commas(aliases)
            made = statement.with_changes(module=_name(where), names=_ended(names, statement))
            lines.append(line.with_changes(body=[made], leading_lines=line.leading_lines if index == 0 else []))
        return cst.FlattenSentinel(lines)

    def _star(self, statement: cst.ImportFrom, target: str) -> cst.ImportFrom:
        """A star as it was; the names that are used, where it would hide a class or function of the script's own."""
        statement = statement.with_changes(module=_name(target))
        public = {name for name, value in vars(layers).items() if callable(value) and not name.startswith("_")}
        today = public if target == "keras.layers" else set()
        if not (self.own & today and self.used & today - self.own):
            return statement
        *names, last = sorted(self.used & today - self.own)
        aliases = [*_commas([cst.ImportAlias(cst.Name(name)) for name in names]), cst.ImportAlias(cst.Name(last))]
        return statement.with_changes(names=aliases)

    def _place(self, module: str, name: str) -> tuple[str, str]:
        """Where a name that is imported from a module lives today."""
        full = f"{module}.{name}"
        if full == "keras.backend.tf":
            self.notes.append((1, "TensorFlow itself is meant: `dovetail run` answers for it, nothing else does"))
            return "dovetail.legacy", "tensorflow"
        if full in NAMES:
            where, _, today = NAMES[full].rpartition(".")
            return where, today
        for old, new in KEPT.items():
            if full == old or module == old:
                self.notes.append((1, f"{full} is not in Keras 3: it is taken from {new}"))
                return (new, name) if module == old else tuple(new.rsplit(".", 1))  # type: ignore[return-value]
        if is_module(full) and module in ("keras", "keras.utils"):
            today = _module_today(full)
            where, _, last = today.rpartition(".")
            return (where or today, last)
        return _module_today(module), name

    def _plain(self, statement: cst.Import, line: cst.SimpleStatementLine) -> Any:
        kept = []
        for alias in statement.names:
            module = canonical(_dotted(alias.name))
            if module.split(".")[0] != "keras":
                local = str(alias.asname.name.value) if alias.asname else module  # type: ignore[union-attr]
                kept += [] if module == "tensorflow" and local not in self.used else [alias]
                continue
            local = alias.asname.name.value if alias.asname else _dotted(alias.name).split(".")[0]  # type: ignore[union-attr]
            if local not in self.used and not (module == "keras" and local == "keras" and ("keras", "") in self.needed):
                continue
            new = KEPT.get(module) or _module_today(module)
            if new == "keras" and alias.asname is None:
                self.there.add(("keras", ""))
            kept.append(alias.with_changes(name=_name(new)))
        if not kept:
            return cst.RemoveFromParent()
        return line.with_changes(body=[statement.with_changes(names=_ended(kept, statement))])


def _module_today(module: str) -> str:
    for old, new in MODULES:
        if module.startswith(old) or module == old.rstrip("."):
            return new
    return module


def _ended(aliases: Sequence[cst.ImportAlias], statement: Any) -> list[cst.ImportAlias]:
    """The last name without a comma, unless brackets close behind it."""
    last = aliases[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return [*aliases[:-1], last]


def _commas(aliases: list[cst.ImportAlias]) -> list[cst.ImportAlias]:
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    return [alias.with_changes(comma=comma) for alias in aliases]


def _statement(where: str, name: str) -> cst.SimpleStatementLine:
    text = f"from {where} import {name}\n" if name else f"import {where}\n"
    return cst.parse_statement(text)  # type: ignore[return-value]


def _dotted(node: Any) -> str:
    return node.value if isinstance(node, cst.Name) else f"{_dotted(node.value)}.{node.attr.value}"


def _name(dotted: str) -> Any:
    return cst.parse_expression(dotted)


def is_import(line: cst.CSTNode) -> bool:
    """Whether a statement imports."""
    if not isinstance(line, cst.SimpleStatementLine):
        return False
    return any(isinstance(statement, (cst.Import, cst.ImportFrom)) for statement in line.body)


def _has_keras_import(line: cst.CSTNode) -> bool:
    if not is_import(line):
        return False
    statement = line.body[0]  # type: ignore[attr-defined]
    modules = (
        [_dotted(statement.module)]
        if isinstance(statement, cst.ImportFrom) and statement.module is not None
        else [_dotted(alias.name) for alias in getattr(statement, "names", ())]
    )
    return any(module.split(".")[0] == "keras" for module in modules)


def _after_docstring(body: list[Any]) -> int:
    first = body[0] if body else None
    is_text = isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr)
    return 1 if is_text and isinstance(first.body[0].value, (cst.SimpleString, cst.ConcatenatedString)) else 0
