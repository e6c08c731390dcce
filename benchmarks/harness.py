"""Runs engines interleaved, each in a process of its own, and prints ratios with their spread.

A benchmark is a Python file with a function `worker(engine)` that prepares everything, warms up, and returns a
dictionary of functions without arguments, each one sample in seconds. The parent asks the workers in turn, round after
round, so that a machine whose speed drifts treats all alike.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

PACKAGES = ("jax", "keras", "tensorflow", "torch", "numpy")
QUIET = 0.5  # seconds for the threads of the engine before to stop spinning
KERAS_BACKENDS = {"keras-jax": "jax", "keras-tensorflow": "tensorflow", "keras-torch": "torch"}


def arguments(description, engines):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=7, help="samples of each measurement")
    parser.add_argument("--engines", nargs="+", default=engines, choices=engines)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    return parser.parse_args()


def serve(measurements):
    """The worker's side: one sample for each name that the parent sends."""
    answer = os.fdopen(os.dup(1), "w")  # whatever else a library prints goes to standard error
    os.dup2(2, 1)
    print(json.dumps(list(measurements)), file=answer, flush=True)
    for line in sys.stdin:
        print(json.dumps(measurements[line.strip()]()), file=answer, flush=True)


class Engine:
    """The parent's side of one worker."""

    def __init__(self, script, name):
        environment = os.environ | {
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", ""),
        }
        if name in KERAS_BACKENDS:
            environment["KERAS_BACKEND"] = KERAS_BACKENDS[name]
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, script, "--worker", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )

    def ready(self):
        self.measurements = json.loads(self.process.stdout.readline() or "[]")
        return bool(self.measurements)

    def sample(self, measurement):
        self.process.stdin.write(measurement + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


def measure(script, engines, rounds):
    """{measurement: {engine: seconds of every round}}; engines that cannot start are left out, with a word."""
    found = {}
    workers = []
    for name in engines:
        worker = Engine(script, name)
        if worker.ready():
            workers.append(worker)
        else:
            print(f"{name}: did not start, left out", file=sys.stderr)
    for _ in range(rounds):
        for worker in workers:
            time.sleep(QUIET)
            for measurement in worker.measurements:
                found.setdefault(measurement, {}).setdefault(worker.name, []).append(worker.sample(measurement))
    for worker in workers:
        worker.close()
    return found


def report(title, found, reference="dovetail"):
    """A table in Markdown for every measurement: seconds, and the ratio to the reference, round by round."""
    print(f"\n### {title}\n\n{machine()}\n")
    for measurement, by_engine in found.items():
        print(f"| {measurement} | min | median | ratio to {reference}: median (range) |\n| --- | --- | --- | --- |")
        ours = by_engine[reference]
        for name, seconds in sorted(by_engine.items(), key=lambda pair: statistics.median(pair[1])):
            ratios = [a / b for a, b in zip(seconds, ours, strict=True)]
            spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            print(f"| {name} | {told(min(seconds))} | {told(statistics.median(seconds))} | {spread} |")
        print()


def told(seconds):
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def machine():
    versions = []
    for package in PACKAGES:
        for candidate in (package, f"{package}-cpu"):
            try:
                versions.append(f"{package} {importlib.metadata.version(candidate)}")
                break
            except importlib.metadata.PackageNotFoundError:
                continue
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        name = next(
            (line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line), name
        )
    where = f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"{time.strftime('%Y-%m-%d')}, {where}, {', '.join(versions)}"


def seconds_of(function, repeats=1):
    """Mean seconds of `repeats` calls."""
    begin = time.perf_counter()
    for _ in range(repeats):
        function()
    return (time.perf_counter() - begin) / repeats
