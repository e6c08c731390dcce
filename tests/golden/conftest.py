"""Recorded programs are small and run once or a few times: they are compiled in little time rather than well."""

import functools

import pytest

from dovetail.ops.kernels import options

from .old_runs import QUICK


@pytest.fixture(autouse=True)
def quickly_compiled(monkeypatch):
    """In a quarter of the usual time."""
    usual = options.compiler_options()
    monkeypatch.setattr(options, "compiler_options", functools.cache(lambda: usual | QUICK))
