"""The public names and signatures of old releases, read from the tables beside this file."""

import ast
import functools
import inspect
import re
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

# which table a dialect's names come from; 0 is Keras before it told shapes from one layer to the next: orders that
# began with the input's size
TABLES = {0: "keras-0.1.txt", 1: "keras-1.2.2.txt", 2: "keras-2.3.1.txt"}


class _Expression:
    """A default that is not a literal, such as `K.floatx()`: it stays what the library's own default is."""

    def __repr__(self) -> str:
        return "..."


UNKNOWN = _Expression()


@dataclass
class Entry:
    """One public name: a class, a function, or another name of one.

    Args:
        module: that lists it.
        kind: "class", "function" or "alias".
        signature: of the constructor or function, without `self`; None where the table has none.
        target: of an alias, the name that it stands for.
        methods: of a class, signatures by name.
    """

    module: str
    name: str
    kind: str
    signature: inspect.Signature | None = None
    target: str | None = None
    base: str | None = None
    methods: dict[str, inspect.Signature] = field(default_factory=dict)


@functools.cache
def listing(dialect: int) -> dict[str, dict[str, Entry]]:
    """Every module of a dialect with its entries by name."""
    text = (resources.files("dovetail.legacy") / "tables" / TABLES[dialect]).read_text()
    modules: dict[str, dict[str, Entry]] = {}
    entries: dict[str, Entry] = {}
    owner: Entry | None = None
    for line in text.splitlines():
        if line and not line[0].isspace():
            entries = modules.setdefault(line.split(" ")[0], {})
        elif match := re.match(r"\s+\.(\w+)(\(.*\))$", line):
            if owner is not None:
                owner.methods.setdefault(match[1], _signature(match[2]))
        elif entry := _entry(line.strip(), next(reversed(modules), "")):
            entries[entry.name] = owner = entry
    return modules


def _entry(line: str, module: str) -> Entry | None:
    if match := re.match(r"class (\w+)(?:\((.*?)\))?(?: (\(.*\)))?$", line):
        name, base, signature = match.groups()
        return Entry(module, name, "class", _signature(signature) if signature else None, base=base)
    if match := re.match(r"def (\w+)(\(.*\))$", line):
        return Entry(module, match[1], "function", _signature(match[2]))
    if match := re.match(r"(\w+) = ([\w.]+)$", line):
        return Entry(module, match[1], "alias", target=match[2].split(".")[-1])
    return None


@functools.cache
def _signature(text: str) -> inspect.Signature:
    (definition,) = ast.parse(f"def f{text}: ...").body
    assert isinstance(definition, ast.FunctionDef)
    given = definition.args
    kind = inspect.Parameter
    positional = [*given.posonlyargs, *given.args]
    defaults: list[Any] = [kind.empty] * (len(positional) - len(given.defaults))
    defaults += [_value(default) for default in given.defaults]
    parameters = [
        kind(argument.arg, kind.POSITIONAL_OR_KEYWORD, default=default)
        for argument, default in zip(positional, defaults, strict=True)
    ]
    if given.vararg:
        parameters.append(kind(given.vararg.arg, kind.VAR_POSITIONAL))
    for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        parameters.append(
            kind(argument.arg, kind.KEYWORD_ONLY, default=kind.empty if default is None else _value(default))
        )
    if given.kwarg:
        parameters.append(kind(given.kwarg.arg, kind.VAR_KEYWORD))
    return inspect.Signature(parameters)


def _value(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return UNKNOWN


@functools.cache
def find(dialect: int, name: str, package: str) -> Entry | None:
    """The entry for `name` in the modules of `package` ("keras.layers"), aliases followed; None where there is none."""
    for module, entries in listing(dialect).items():
        if (module == package or module.startswith(f"{package}.")) and name in entries:
            entry = entries[name]
            if entry.kind == "alias" and entry.target is not None and entry.target != name:
                return find(dialect, entry.target, package) or entry
            return entry
    return None


@functools.cache
def public_names(dialect: int, package: str) -> tuple[str, ...]:
    """All names that the modules of `package` list."""
    found: dict[str, None] = {}
    for module, entries in listing(dialect).items():
        if module == package or module.startswith(f"{package}."):
            found.update(dict.fromkeys(entries))
    return tuple(found)
