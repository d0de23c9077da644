# SPDX-License-Identifier: BSD-3-Clause
"""Formatting and linting: clang-format and ruff over the tracked files, clang-tidy over a build."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import building
from .console import Failure, run, step
from .environment import ROOT, jobs, tool

CPP = (".hpp", ".cpp", ".cu", ".cuh", ".h")
# What g++'s command lines say that clang does not know.
GCC_UNKNOWN = (
    "-Wno-deprecated-declarations",  # libstdc++'s own
    "-Wno-unknown-pragmas",
    "-Wno-unknown-warning-option",
    "-Wno-ignored-optimization-argument",
    "-Wno-ignored-gch",
    "-Wno-unused-command-line-argument",
)
GCC_ONLY = (
    "-fno-ipa-cp-clone",
    "-fno-split-loops",
    "-fno-tree-partial-pre",
    "-fno-version-loops-for-strides",
    "-fno-peel-loops",
    "-fno-unswitch-loops",
)


def files(*suffixes: str) -> list[str]:
    """The checkout's own files with these endings, relative to its root."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        names = done.stdout.splitlines()
    else:  # a checkout without git, such as an unpacked archive
        tops = ("benchmarks", "examples", "include", "kernels", "python", "scripts", "src", "tests")
        names = [str(p.relative_to(ROOT)) for top in tops for p in (ROOT / top).rglob("*") if p.is_file()]
    return sorted(n for n in names if n.endswith(suffixes) and (ROOT / n).exists())


def python_files() -> list[str]:
    """Everything that ruff looks after; ./dev has no ending that would tell."""
    return ["dev", *files(".py", ".pyi")]


def format_in_place() -> None:
    """Rewrite C++ and Python files as the house formats them."""
    run([tool("ruff"), "format", "-q", *python_files()], what="ruff format", cwd=ROOT)
    run(
        [tool("ruff"), "check", "-q", "--select", "I", "--fix", *python_files()],
        what="sorting imports",
        cwd=ROOT,
    )
    if names := files(*CPP):
        run([tool("clang-format"), "-i", *names], what="clang-format", cwd=ROOT)


def check_format_cpp() -> None:
    """clang-format would change nothing."""
    names = files(*CPP)
    done = subprocess.run(
        [tool("clang-format"), "--dry-run", *names], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    differ = sorted({line.split(":")[0] for line in done.stderr.splitlines() if "clang-format-viol" in line})
    if differ or done.returncode:
        listed = "\n    ".join(differ) or done.stderr
        raise Failure(f"clang-format would change {len(differ)} files (./dev format does):\n    {listed}")


def check_format_python() -> None:
    """ruff format would change nothing."""
    words = [tool("ruff"), "format", "--check", *python_files()]
    run(words, what="ruff format (./dev format mends it)", cwd=ROOT, quiet=True)


def check_python() -> None:
    """ruff finds nothing."""
    run([tool("ruff"), "check", *python_files()], what="ruff check", cwd=ROOT, quiet=True)


def compile_commands() -> Path:
    """A folder with the command for each source, of the simulator and one level of the CPU's loops too."""
    build = building.build_dir("lint")
    settings = {"UNITY": "OFF", "PCH": "OFF", "TESTS": "OFF", "ONE_LEVEL": "v3"}
    words = [f"-DNUMLOOM_{name}={value}" for name, value in settings.items()]
    words.append(f"-DPython_EXECUTABLE={tool('python')}")
    run([tool("cmake"), "--preset", "sim", "-B", build, *words], what="configuring", cwd=ROOT, quiet=True)
    return build


def tidy(build: Path, source: str, checks: str) -> tuple[str, str]:
    """What clang-tidy finds in a source with some more or fewer checks, g++'s own options dropped."""
    words = [f"--extra-arg={word}" for word in GCC_UNKNOWN] + [f"--removed-arg={word}" for word in GCC_ONLY]
    command = [tool("clang-tidy"), "--quiet", "-p", build, f"--checks={checks}", *words, source]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return source, (done.stdout or done.stderr) if done.returncode else ""


def check_cpp(checks: str = "") -> None:
    """clang-tidy finds nothing in the sources of the library and the Python module."""
    build = compile_commands()
    known = {entry["file"] for entry in json.loads((build / "compile_commands.json").read_text())}
    sources = [n for n in files(".cpp") if n.startswith(("src/", "python/src/")) and str(ROOT / n) in known]
    bad = 0
    with ThreadPoolExecutor(jobs()) as pool:
        for source, found in pool.map(lambda name: tidy(build, name, checks), sources):
            if found:
                bad += 1
                print(f"{source}:\n{found}")
    step(f"clang-tidy: {len(sources)} files, {bad} with findings")
    if bad:
        raise Failure(f"clang-tidy finds something in {bad} of {len(sources)} files")


FORMAT_CHECKS = {
    "clang-format": check_format_cpp,
    "ruff format": check_format_python,
    "ruff check": check_python,
}
