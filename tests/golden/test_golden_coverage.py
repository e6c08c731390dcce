"""Everything recorded is a test, or in the table of exceptions."""

import importlib
from fnmatch import fnmatchcase
from pathlib import Path

from .exceptions import LEFT_OUT, TABLE
from .recorded import every_case

MODULES = [path.stem for path in Path(__file__).parent.glob("test_golden_*.py") if path.stem != "test_golden_coverage"]


def covered():
    """The cases that the tests of each module go over."""
    modules = [importlib.import_module(f".{name}", __package__) for name in MODULES]
    return {case for module in modules for case in getattr(module, "CASES", ())}


def test_every_case_is_a_test_or_an_exception():
    left_out = [pattern for what, pattern, _ in TABLE if what == LEFT_OUT]
    rest = set(every_case()) - covered()
    assert sorted(case for case in rest if not any(fnmatchcase(case, pattern) for pattern in left_out)) == []


def test_tests_and_exceptions_are_of_what_is_recorded():
    """Rows may name a part of a case, such as one weight of it."""
    every = every_case()
    assert sorted(covered() - set(every)) == []
    for _, pattern, _ in TABLE:
        words = pattern.split("/")
        wholes = ["/".join(words[:count]) for count in range(4, len(words))]
        assert any(fnmatchcase(case, whole) for whole in (pattern, *wholes) for case in every), pattern


def test_every_exception_has_its_reason():
    assert all(len(reason) > 10 for _, _, reason in TABLE)
