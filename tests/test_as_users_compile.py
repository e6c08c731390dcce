"""A part of the tests once more, in programs that are optimized as users' are: `conftest.py` does without in all others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


@pytest.mark.parametrize("part", ["ops/test_kernels.py", "test_examples.py"])
def test_part(part):
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", str(TESTS / part)]
    run = subprocess.run(command, cwd=TESTS.parent, env=os.environ | {"XLA_FLAGS": ""}, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
