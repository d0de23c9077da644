# SPDX-License-Identifier: BSD-3-Clause
"""What ./dev gpu does: build for the GPU at hand, run the whole suite on it, measure it; ten minutes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from . import building, environment, testing
from .console import Failure, duration, heading, step

NEEDED = ("numpy", "pybind11", "pytest", "hypothesis", "rich")
LIMIT = 570  # seconds for everything; what is still to come when they are over is left out, and said to be
BENCH_RESERVE = 150


def interpreter() -> Path:
    """The Python to build for: the one that runs this when it has all that is needed, else .venv's."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if not missing:
        return Path(sys.executable)
    if environment.python().exists():
        return environment.python()
    raise Failure(f"this Python lacks {', '.join(missing)}, and there is no .venv (./dev test makes one)")


def device_name() -> tuple[str, str]:
    """Name of the first GPU and its compute capability without the dot, as nvidia-smi says."""
    asked = ["nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader", "-i", "0"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failure(f"expected a GPU that nvidia-smi can see: {error}") from error
    name, capability = said.strip().rsplit(",", 1)
    return name.strip(), capability.strip().replace(".", "")


def main(out: Path) -> int:
    """Build, test, measure; results lie in out. The exit code is 1 if a test failed."""
    start = time.monotonic()
    if environment.nvcc() is None:
        raise Failure("expected nvcc on PATH or under /usr/local/cuda, found none")
    name, arch = device_name()
    python = interpreter()
    step(f"{name} (sm_{arch}), {environment.nvcc()}, {python}")
    out.mkdir(parents=True, exist_ok=True)

    gtest = any(Path(p, "include/gtest/gtest.h").exists() for p in ("/usr", "/usr/local"))
    settings = {"CMAKE_CUDA_ARCHITECTURES": f"{arch}-real", "NUMLOOM_TESTS": "ON" if gtest else "OFF"}
    heading("build")
    building.build("cuda", python=python, **settings)

    heading("tests on the GPU")
    testing.REPORTS.mkdir(parents=True, exist_ok=True)
    options = testing.Options()
    counts = [testing.ctest("cuda", "cuda", options)] if gtest else []
    if not gtest:
        step("C++ tests left out: no GoogleTest on this machine (libgtest-dev)")
    left = LIMIT - BENCH_RESERVE - (time.monotonic() - start)
    counts.append(testing.pytest_on_gpu(python, max(60, left), out / "tests.log"))
    failed = testing.summary([("gpu", counts, time.monotonic() - start)])

    heading("speed")
    left = LIMIT - (time.monotonic() - start)
    words = ["-m", "benchmarks.python", "--device", "cuda:0", "--seconds", f"{left:.0f}", "--out", out]
    measured = building.run_python("cuda", *words, python=python)
    step(f"results in {os.path.relpath(out)}, {duration(time.monotonic() - start)} in all")
    print(f"\n{sum(c.passed for c in counts)} passed, {failed} failed", flush=True)
    return 1 if failed or measured else 0
