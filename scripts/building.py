# SPDX-License-Identifier: BSD-3-Clause
"""Configure and build a CMake preset with ninja, and say what the build cost."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from . import environment
from .console import Failure, duration, on_terminal, paint, run, step
from .environment import ROOT

# Wall seconds on two cores for a clean build of what users build (the library, the Python module, the
# examples, not the tests), and CPU seconds for any one file. tests/meta keeps them.
CLEAN_BUDGET = {"cpu": 150, "sim": 200, "cuda-ptx": 300}
FILE_BUDGET = 45
BUDGET_CORES = 2
COMPILE_LOG = "compile_times.tsv"


def build_dir(preset: str) -> Path:
    """Where a preset builds."""
    return ROOT / "build" / preset


def python_path(preset: str) -> Path:
    """The folder to put on PYTHONPATH to import what a preset built."""
    return build_dir(preset) / "python"


def launcher() -> str:
    """What CMake puts before each compiler call: the timer, and ccache where the machine has it."""
    words = [sys.executable, "-S", "-E", str(ROOT / "scripts" / "compile_timer.py"), COMPILE_LOG]
    if shutil.which("ccache"):
        words.append("ccache")
    return ";".join(words)


def configure(preset: str, python: Path, definitions: dict[str, str]) -> None:
    """Run CMake when the preset file or the settings have changed; ninja does it for everything else."""
    build = build_dir(preset)
    settings = {
        "Python_EXECUTABLE": str(python),
        "CMAKE_MAKE_PROGRAM": environment.tool("ninja"),
        "CMAKE_CXX_COMPILER_LAUNCHER": launcher(),
        "CMAKE_EXPORT_COMPILE_COMMANDS": "ON",
        **definitions,
    }
    if preset.startswith("cuda"):
        settings["CMAKE_CUDA_COMPILER_LAUNCHER"] = launcher()
        settings["CMAKE_CUDA_COMPILER"] = environment.nvcc() or "nvcc"
    words = [environment.tool("cmake"), "--preset", preset, *(f"-D{k}={v}" for k, v in settings.items())]
    presets = ROOT / "CMakePresets.json"
    if not presets.exists():
        raise Failure(f"expected {presets.name} in the checkout, found none")
    digest = hashlib.sha256(presets.read_bytes() + "\n".join(words).encode()).hexdigest()
    stamp = build / ".configured"
    if (build / "build.ninja").exists() and stamp.exists() and stamp.read_text() == digest:
        return
    (build / "CMakeCache.txt").unlink(missing_ok=True)
    run(words, what=f"configuring {preset}", cwd=ROOT, quiet=True)
    stamp.write_text(digest)


def compile_times(preset: str) -> dict[str, tuple[float, float]]:
    """Object file -> (CPU seconds, wall seconds) of its last real compilation; ccache's hits are left out."""
    log = build_dir(preset) / COMPILE_LOG
    times = {}
    for line in log.read_text().splitlines() if log.exists() else ():
        cpu, wall, name = line.split("\t")
        if name not in times or float(cpu) > 0.2:
            times[name] = (float(cpu), float(wall))
    return {name: both for name, both in times.items() if (build_dir(preset) / name).exists()}


def without_tests(times: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Those of compile_times that the budgets count."""
    return {name: both for name, both in times.items() if "numloom_tests.dir" not in name}


def report(preset: str, start: float, wall: float) -> None:
    """What was built since start, how long it took, the slowest files, and how that stands to the budget."""
    fresh = {}
    log = build_dir(preset) / COMPILE_LOG
    if log.exists() and log.stat().st_mtime >= start:
        times = compile_times(preset)
        fresh = {n: t for n, t in times.items() if (build_dir(preset) / n).stat().st_mtime >= start - 1}
    if not fresh:
        step(f"{preset}: up to date ({duration(wall)})")
        return
    cpu = sum(t[0] for t in fresh.values())
    text = f"{preset}: {len(fresh)} files compiled in {duration(wall)} ({cpu:.0f} CPU s)"
    budget = CLEAN_BUDGET.get(preset)
    counted = without_tests(fresh)
    if budget and len(counted) == len(without_tests(compile_times(preset))):
        share = sum(t[0] for t in counted.values()) / BUDGET_CORES
        text += paint(f"; without tests {share:.0f} s of {budget} s on {BUDGET_CORES} cores", "dim")
    step(text)
    slowest = sorted(((t[0], n) for n, t in fresh.items()), reverse=True)[:3]
    names = ", ".join(f"{Path(name).name.removesuffix('.o')} {seconds:.0f} s" for seconds, name in slowest)
    step(paint(f"slowest: {names} (budget {FILE_BUDGET} CPU s a file)", "dim"))


def build(preset: str, *targets: str, python: Path | None = None, **definitions: str) -> None:
    """Configure and build a preset, or only some of its targets."""
    python = python or environment.python()
    start = time.time()
    configure(preset, python, definitions)
    words = [environment.tool("ninja"), "-C", build_dir(preset), "-j", str(environment.jobs())]
    step(f"building {preset} ...")
    quiet = [] if on_terminal() else ["--quiet"]
    run([*words, *quiet, *targets], what=f"building {preset}", env={"NINJA_STATUS": "  [%f/%t] "})
    report(preset, start, time.time() - start)


def run_python(preset: str, *words: str | os.PathLike, python: Path | None = None, **env: str) -> int:
    """Run .venv's Python with what a preset built importable; the exit code."""
    before = env.pop("PYTHONPATH", None) or os.environ.get("PYTHONPATH")
    path = os.pathsep.join(filter(None, [before, str(python_path(preset))]))
    command = [os.fspath(w) for w in (python or environment.python(), *words)]
    return subprocess.call(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path, **env})
