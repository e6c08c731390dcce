"""Programs of tests run once or twice on a few numbers: they are compiled in a third of the time, unoptimized.

`test_as_users_compile.py` runs a part of the tests again with what users get.
"""

import os
import subprocess
import sys

QUICK = (
    "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
)


def _is_accepted(flags):
    """Whether this jaxlib has the flags: one that it does not know ends the process."""
    program = [sys.executable, "-c", "import jax; jax.numpy.ones(1)"]
    return not subprocess.run(program, env=os.environ | {"XLA_FLAGS": flags}, capture_output=True).returncode


if "XLA_FLAGS" not in os.environ:  # read when JAX makes its first array; workers inherit them
    os.environ["XLA_FLAGS"] = QUICK if _is_accepted(QUICK) else ""


def pytest_collection_modifyitems(items):
    """The longest first, so that no worker is left with them at the end."""
    items.sort(key=lambda item: "test_as_users_compile" not in item.nodeid)
