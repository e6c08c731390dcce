"""How many public names of Keras 1.2.2 and 2.3.1 are answered: writes `benchmarks/legacy.md`."""

import importlib
import re
from collections import Counter
from functools import partial
from itertools import groupby
from pathlib import Path

from dovetail.legacy import installed
from dovetail.legacy.listing import listing

HEAD = """# Names of old releases

Made by `python benchmarks/legacy_names.py`: how many public modules, classes, functions and methods of an old release
are answered under `dovetail run`.
"""
RELEASES = {1: "1.2.2", 2: "2.3.1"}
# what is not answered, by patterns of `module.name`, and why
REASONS = (
    (r"mask(_at)?$", "masks are no tensors of a graph here; `layer.compute_mask` and the masks that `call` gets are"),
    (r"Layer\.built$", "an attribute of layers, not of their class: it is there"),
    (r"state_updates$|run_internal_graph$", "of the graphs of updates that TensorFlow and Theano ran"),
    (r"add_inbound_node$|create_input_layer$", "nodes are made by calls only"),
    (r"input_spec$", "an attribute of layers; a model checks its inputs by their shapes"),
    (r"training_data$|validation_data$", "what `fit` kept in the model; callbacks have `validation_data`"),
    (r"keras\.legacy\.interfaces\.", "the decorators by which Keras 2 took Keras 1's arguments; a table does it here"),
    (r"training_(arrays|utils)\.", "a step of the old training loop, whose program is compiled as a whole here"),
    (r"engine\.saving\.(un)?pickle|gcs$", "of pickled models and of a cloud's storage: save to a file"),
    (r"metrics\.", "a base of Keras's own classes"),
    (r".", "of no use outside Keras"),
)


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
        for module, names in missing.items():
            for why, group in groupby(sorted(names, key=partial(reason_of, module)), partial(reason_of, module)):
                details.append(f"- {version} `{module}`: {', '.join(group)}: {why}")
    return "\n".join([*lines, "", "Not answered, and why:", "", *details]).rstrip() + "\n"


def reason_of(module: str, name: str) -> str:
    """Why a name is not answered."""
    return next(why for pattern, why in REASONS if re.search(pattern, f"{module}.{name}"))


if __name__ == "__main__":
    text = report()
    (Path(__file__).parent / "legacy.md").write_text(text)
    print(text)
