"""How many public names of Keras 1.2.2 and 2.3.1 are answered: writes `benchmarks/legacy.md`."""

import importlib
from collections import Counter
from pathlib import Path

from dovetail.legacy import installed
from dovetail.legacy.listing import listing

HEAD = """# Names of old releases

Made by `python benchmarks/legacy_names.py`: how many public modules, classes, functions and methods of an old release
are answered under `dovetail run`.
"""
RELEASES = {1: "1.2.2", 2: "2.3.1"}


def names_of(dialect: int) -> dict[str, list[str]]:
    """The listed names of every module; methods as `Class.method`."""
    found = {}
    for module, entries in listing(dialect).items():
        names = list(entries)
        names += [f"{name}.{method}" for name, entry in entries.items() for method in entry.methods]
        found[module.removesuffix(" (K.*)")] = names
    return found


def missing_of(dialect: int) -> dict[str, list[str]]:
    """The listed names that are not there, by module."""
    missing: dict[str, list[str]] = {}
    with installed(RELEASES[dialect]):
        for module, names in names_of(dialect).items():
            found = importlib.import_module(module)
            for name in names:
                try:
                    target = found
                    for part in name.split("."):
                        target = getattr(target, part)
                except AttributeError:
                    missing.setdefault(module, []).append(name)
    return missing


def report() -> str:
    """The counts as a page."""
    lines = [HEAD, "| release | names | answered | not answered |", "| --- | --- | --- | --- |"]
    details = []
    for dialect, version in RELEASES.items():
        total = Counter({module: len(names) for module, names in names_of(dialect).items()}).total()
        missing = missing_of(dialect)
        count = sum(map(len, missing.values()))
        lines.append(f"| {version} | {total} | {total - count} | {count} |")
        details += [f"- {version} `{module}`: {', '.join(names)}" for module, names in missing.items()]
    reason = [
        "",
        "Not answered: helpers of the old training loops and of TensorFlow graphs that scripts do not call, and the",
        "test utilities of Keras itself:" if details else "Every public name is answered.",
        "",
    ]
    return "\n".join([*lines, *reason, *details]).rstrip() + "\n"


if __name__ == "__main__":
    text = report()
    (Path(__file__).parent / "legacy.md").write_text(text)
    print(text)
