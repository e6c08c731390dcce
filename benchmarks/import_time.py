"""What `import dovetail` adds to `import jax`, in fresh processes, interleaved."""

import statistics
import subprocess
import sys

from harness import arguments, machine

CODE = """
import time
begin = time.perf_counter()
import jax, jax.numpy
middle = time.perf_counter()
import dovetail
print(middle - begin, time.perf_counter() - middle)
"""

if __name__ == "__main__":
    options = arguments(__doc__, ["dovetail"])
    samples = []
    for _ in range(options.rounds + 1):
        output = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout
        samples.append([float(value) for value in output.split()])
    samples = samples[1:]  # the first fills the disk cache
    jax, ours = ([sample[i] for sample in samples] for i in (0, 1))
    print(f"\n### Import\n\n{machine()}\n\n| | min | median | max |\n| --- | --- | --- | --- |")
    for name, values in (("jax", jax), ("dovetail, on top", ours)):
        print(f"| {name} | {min(values):.3f} s | {statistics.median(values):.3f} s | {max(values):.3f} s |")
