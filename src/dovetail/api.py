"""`python -m dovetail.api --check FILE`: which public names of Keras are here, and with the same arguments?

FILE lists one name a line, as `keras.layers.Dense [class] (self, units, activation=None)`; that of Keras 3.15 is
`tests/data/keras-3.15.txt`.
"""

import argparse
import ast
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

LINE = re.compile(r"(?P<path>\w+(?:\.\w+)+) \[(?P<kind>class|function|constant)\] *(?P<signature>\(.*\))?\s*$")
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Listed(NamedTuple):
    """One line of the listing: `namespace` is without the package ("" for its top)."""

    namespace: str
    name: str
    kind: str
    signature: inspect.Signature | None


class Finding(NamedTuple):
    """How one listed name is here: `difference` is None where its signature is Keras's, `extra` are more arguments."""

    namespace: str
    name: str
    is_missing: bool = False
    difference: str | None = None
    extra: tuple[str, ...] = ()


def read(text: str) -> list[Listed]:
    """The lines of a listing.

    Raises:
        ValueError: a line is not `package.name [class] (signature)`.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.match(line)
        if match is None:
            raise ValueError(f"line {number} is not `package.name [class or function] (signature)`: {line!r}")
        _, *namespace, name = match["path"].split(".")
        signature = signature_of(match["signature"]) if match["signature"] else None
        found.append(Listed(".".join(namespace), name, match["kind"], signature))
    return found


def check(listed: Sequence[Listed], package: Any) -> list[Finding]:
    """Each listed name as `package` has it."""
    return [_finding(one, package) for one in listed]


def _finding(listed: Listed, package: Any) -> Finding:
    place = (listed.namespace, listed.name)
    member: Any = package
    try:
        for name in (*filter(None, listed.namespace.split(".")), listed.name):
            member = getattr(member, name)
    except AttributeError:
        return Finding(*place, is_missing=True)
    if inspect.isclass(member) != (listed.kind == "class"):
        return Finding(*place, difference=f"is a {listed.kind} in Keras")
    if listed.signature is None or _takes_anything(listed.signature):
        return Finding(*place)
    try:
        ours = inspect.signature(member.__init__ if listed.kind == "class" else member)
    except (TypeError, ValueError):
        return Finding(*place, difference="has no signature to look at")
    difference = difference_of(listed.signature, ours)
    known = listed.signature.parameters
    more = [p for p in ours.parameters.values() if p.name not in known and not _is_variadic(p)]
    extra = tuple(f"{p.name}={_shown(p)}" for p in more)
    return Finding(*place, difference=difference, extra=() if difference else extra)


def difference_of(wanted: inspect.Signature, found: inspect.Signature) -> str | None:
    """What a caller of `wanted` would notice in `found`, or None.

    More optional arguments may follow, and an argument that only keywords reach may be anywhere.
    """
    for parameter in wanted.parameters.values():
        if _is_variadic(parameter):
            continue
        here = found.parameters.get(parameter.name)
        if here is None or _is_variadic(here):
            return f"has no argument {parameter.name!r}"
        if here.default is not here.empty and parameter.default is parameter.empty:
            return f"{parameter.name!r} has a default here: {here.default!r}"
        if repr(here.default) != repr(parameter.default):
            return f"the default of {parameter.name!r} is {_shown(here)}, in Keras {_shown(parameter)}"
    order = [p.name for p in wanted.parameters.values() if p.kind in POSITIONAL]
    here = [p.name for p in found.parameters.values() if p.kind in POSITIONAL]
    if here[: len(order)] != order:
        return f"the order is {', '.join(here)}, in Keras {', '.join(order)}"
    for parameter in found.parameters.values():
        is_new = parameter.name not in wanted.parameters and not _is_variadic(parameter)
        if is_new and parameter.default is parameter.empty:
            return f"needs {parameter.name!r}, which Keras does not have"
    return None


def signature_of(text: str) -> inspect.Signature:
    """The signature that `(self, x, axis=None, *, name=None)` writes down; defaults are literals."""
    (definition,) = ast.parse(f"def f{text}: ...").body
    assert isinstance(definition, ast.FunctionDef)
    arguments = definition.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    kinds = [inspect.Parameter.POSITIONAL_ONLY] * len(arguments.posonlyargs)
    kinds += [inspect.Parameter.POSITIONAL_OR_KEYWORD] * len(arguments.args)
    made = [_parameter(a.arg, kind, d) for a, kind, d in zip(positional, kinds, defaults, strict=True)]
    if arguments.vararg:
        made.append(_parameter(arguments.vararg.arg, inspect.Parameter.VAR_POSITIONAL))
    made += [
        _parameter(a.arg, inspect.Parameter.KEYWORD_ONLY, d)
        for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg:
        made.append(_parameter(arguments.kwarg.arg, inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(made)


def _parameter(name: str, kind: Any, default: ast.expr | None = None) -> inspect.Parameter:
    value = inspect.Parameter.empty if default is None else ast.literal_eval(default)
    return inspect.Parameter(name, kind, default=value)


def _is_variadic(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)


def _takes_anything(signature: inspect.Signature) -> bool:
    """`(self, *args, **kwargs)`: nothing is said about the arguments."""
    return all(_is_variadic(p) or p.name == "self" for p in signature.parameters.values())


def _shown(parameter: inspect.Parameter) -> str:
    return "none" if parameter.default is parameter.empty else repr(parameter.default)


def report(findings: Sequence[Finding]) -> Iterator[str]:
    """The lines that `--check` prints."""
    for namespace in sorted({finding.namespace for finding in findings}):
        inside = [finding for finding in findings if finding.namespace == namespace]
        missing = [finding.name for finding in inside if finding.is_missing]
        other = [finding for finding in inside if finding.difference]
        same = [finding for finding in inside if not finding.is_missing and not finding.difference]
        yield f"{namespace or '(top)'}: {len(same)} of {len(inside)} as in Keras"
        if same:
            yield f"    as in Keras: {' '.join(finding.name for finding in same)}"
        for finding in same:
            if finding.extra:
                yield f"    with more arguments: {finding.name}: {', '.join(finding.extra)}"
        for finding in other:
            yield f"    other signature: {finding.name}: {finding.difference}"
        if missing:
            yield f"    missing: {' '.join(missing)}"
    same_count = sum(not finding.is_missing and not finding.difference for finding in findings)
    yield f"all: {same_count} of {len(findings)} as in Keras"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; the exit status is 0 only where every name is as in Keras."""
    import dovetail

    parser = argparse.ArgumentParser("python -m dovetail.api", description=__doc__)
    parser.add_argument("--check", metavar="FILE", required=True, help="the listing of names to look for")
    options = parser.parse_args(arguments)
    try:
        findings = check(read(Path(options.check).read_text()), dovetail)
    except (OSError, ValueError) as error:
        print(f"dovetail.api: {error}", file=sys.stderr)
        return 2
    print("\n".join(report(findings)))
    return int(any(finding.is_missing or finding.difference for finding in findings))


if __name__ == "__main__":
    raise SystemExit(main())
