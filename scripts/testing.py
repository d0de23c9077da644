# SPDX-License-Identifier: BSD-3-Clause
"""The stages of ./dev test. Each builds what it needs, runs its suites, and counts from their own reports."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import xml.etree.ElementTree as xml
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import building, environment, style
from .console import Failure, duration, heading, paint, step
from .environment import ROOT, tool

REPORTS = ROOT / "build" / "test-reports"
SHOWN_FAILURES, SHOWN_LINES = 10, 40
# Of NumPy's own tests: those worth the simulator's time. numpy_suite/run.py --device cuda runs all.
NUMPYS_FILES_ON_CUDA = ("lib/", "_core/umath", "_core/ufunc")
CPP_TIMEOUT = 900  # seconds a single C++ test may take, under a sanitizer
# C++ tests that know one device alone, whatever NUMLOOM_TEST_DEVICE says: sanitizers run them once.
ONLY_ON = {
    "cpu": "^(cpu_|counts/|vector_math|dtype|float16|scalar)",
    "cuda": "^(cuda_|elementwise_arithmetic|Simt|Seeds/|Runtime|Nvrtc|Signature)",
}

# C++ tests of loops and values, which the thread sanitizer makes slow and can find nothing in.
WITHOUT_THREADS = "^(cpu_(copy|elementwise|reduce)|counts/|vector_math|dtype|float16|scalar)"


@dataclass
class Count:
    """What one suite of a stage came to."""

    suite: str
    device: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass
class Options:
    """What the command line asked for."""

    match: str = ""
    workers: int = 0


def why_skipped(case: xml.Element) -> str:
    """The reason of a skipped case: pytest puts it into the report's message, GoogleTest into its output."""
    printed = re.search(r"Skipped\n(.+)", case.findtext("system-out") or "")
    if printed:
        return printed[1].strip()
    skipped = case.find("skipped")
    return (skipped.get("message") if skipped is not None else "") or "no reason given"


def read_junit(path: Path, suite: str, device: str) -> Count:
    """Count the cases of a JUnit report; a report that is not there counts as one failure."""
    count = Count(suite, device)
    if not path.exists():
        count.failed = 1
        return count
    for case in xml.parse(path).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            count.failed += 1
        elif skipped is not None or case.get("status") in ("notrun", "disabled"):
            count.skipped += 1
            reason = why_skipped(case)
            count.reasons[reason] = count.reasons.get(reason, 0) + 1
        else:
            count.passed += 1
    return count


def show_failures(report: Path) -> None:
    """The names of the C++ tests that failed, and the end of what the first of them printed."""
    cases = list(xml.parse(report).getroot().iter("testcase")) if report.exists() else []
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    if not failed:
        step(paint("no C++ test was run, or ctest stopped", "red"))
    for number, case in enumerate(failed):
        step(paint(f"FAILED {case.get('name')}", "red"))
        said = case.findtext("system-out") or ""
        if number < SHOWN_FAILURES:
            print("\n".join(f"      {line}" for line in said.splitlines()[-SHOWN_LINES:]))


def ctest(preset: str, device: str, options: Options, shown: str = "", without: str = "") -> Count:
    """Run a preset's C++ tests, less those that `without` matches; `device` is that of tests for any."""
    report = REPORTS / f"{preset}-{device}-ctest.xml"
    report.unlink(missing_ok=True)
    words = [Path(tool("cmake")).with_name("ctest"), "--test-dir", building.build_dir(preset)]
    words += ["-j", str(environment.jobs()), "--timeout", str(CPP_TIMEOUT)]
    words += [f"--no-tests={'ignore' if options.match else 'error'}"]
    words += ["--quiet", "--output-junit", report]
    if options.match:
        words += ["-R", options.match]
    if without:
        words += ["-E", without]
    env = {**os.environ, "NUMLOOM_TEST_DEVICE": device}
    openblas = environment.numpy_openblas()
    if openblas:  # which a C++ program alone does not find: it lies beside NumPy
        env.setdefault("NUMLOOM_BLAS", str(openblas))
    code = subprocess.call([os.fspath(w) for w in words], cwd=ROOT, env=env)
    count = read_junit(report, "C++", shown or device)
    if code != 0 and not count.failed:
        count.failed = 1
    if count.failed:
        show_failures(report)
    return count


def pytest(preset: str, folder: str, device: str, options: Options, *extra: str, **env: str) -> Count:
    """Run a folder of Python tests against what a preset built."""
    report = REPORTS / f"{preset}-{folder.replace('/', '-')}-pytest.xml"
    report.unlink(missing_ok=True)
    words = [
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        folder,
        f"--junitxml={report}",
        *extra,
    ]
    if options.match:
        words += ["-k", options.match]
    code = building.run_python(preset, *words, **env)
    count = read_junit(report, folder.removeprefix("tests/"), device)
    if code != 0 and not count.failed and not (code == 5 and options.match):
        count.failed = 1
    return count


def pytest_on_gpu(python: Path, seconds: float, log: Path) -> Count:
    """The Python suite on real hardware, in one process (one context), ended when its time is over."""
    report = REPORTS / "cuda-pytest.xml"
    report.unlink(missing_ok=True)
    words = [
        "timeout",
        f"{seconds:.0f}",
        python,
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
    ]
    words += ["tests/python", f"--junitxml={report}"]
    env = {"PYTHONPATH": str(building.python_path("cuda")), "NUMLOOM_TEST_DEVICE": "cuda"}
    with log.open("w") as file:
        command = [os.fspath(w) for w in words]
        code = subprocess.call(command, cwd=ROOT, env={**os.environ, **env}, stdout=file, stderr=file)
    print("".join(log.read_text().splitlines(keepends=True)[-40:]))
    count = read_junit(report, "python", "cuda")
    if code == 124:
        step(paint(f"stopped after {seconds:.0f} s: the suite was not over", "red"))
    if code != 0 and not count.failed:
        count.failed = 1
    return count


def suite_on(preset: str, device: str, options: Options) -> list[Count]:
    """The C++ suite of a preset on every device it has, the Python suite on one."""
    building.build(preset)
    counts = [ctest(preset, where, options) for where in ("cpu", "cuda")[: 1 if preset == "cpu" else 2]]
    parallel = ["-n", str(options.workers or environment.jobs())]
    counts.append(pytest(preset, "tests/python", device, options, *parallel, NUMLOOM_TEST_DEVICE=device))
    return counts


def stage_style(_: Options) -> list[Count]:
    """formatting and lint: clang-format, ruff"""
    count = Count("style", "-")
    for name, check in style.FORMAT_CHECKS.items():
        try:
            check()
            count.passed += 1
        except Failure as failure:
            step(paint(f"{name}: {failure}", "red"))
            count.failed += 1
    return [count]


def stage_cpu(options: Options) -> list[Count]:
    """C++ and Python suites on the CPU device"""
    return suite_on("cpu", "cpu", options)


def stage_sim(options: Options) -> list[Count]:
    """the same suites on the CUDA device, its kernels run by the simulator"""
    return suite_on("sim", "cuda", options)


def stage_oldest(options: Options) -> list[Count]:
    """the Python suite once more, with the oldest NumPy that is supported and an older pybind11"""
    oldest = environment.ensure_oldest_numpy()
    building.build("cpu", "numloom_python")
    parallel = ["-n", str(options.workers or environment.jobs())]
    env = {"NUMLOOM_TEST_DEVICE": "cpu", "PYTHONPATH": str(oldest)}
    return [pytest("cpu", "tests/python", "cpu/oldest", options, *parallel, **env)]


def numpys_tests(preset: str, device: str, options: Options, *files: str) -> Count:
    """NumPy's own tests, from its wheel, with arrays on one device: those of these files, or all."""
    building.build(preset, "numloom_python")
    report = REPORTS / f"numpy-{device}.json"
    report.unlink(missing_ok=True)
    words = ["tests/python/numpy_suite/run.py", "--device", device, "--counts", report]
    words += ["-j", str(options.workers or environment.jobs())]
    words += ["-k", options.match] if options.match else []
    code = building.run_python(preset, *words, *files)
    if not report.exists():
        return Count("numpy's", device, failed=1)
    said = json.loads(report.read_text())
    reasons = {f"NumPy's test: {reason}": count for reason, count in said["not run"].items() if count}
    skipped = sum(said["not run"].values())
    return Count("numpy's", device, said["passed"], max(said["new"], int(code != 0)), skipped, reasons)


def stage_numpy(options: Options) -> list[Count]:
    """NumPy's own tests against numloom: all on the CPU device, the numeric files on the simulator too"""
    return [
        numpys_tests("cpu", "cpu", options),
        numpys_tests("sim", "cuda", options, *NUMPYS_FILES_ON_CUDA),
    ]


def stage_asan(options: Options) -> list[Count]:
    """C++ suites under AddressSanitizer and UBSan"""
    building.build("sim-asan")
    others = {"cpu": ONLY_ON["cuda"], "cuda": ONLY_ON["cpu"]}
    return [ctest("sim-asan", on, options, f"{on}+asan", without) for on, without in others.items()]


def stage_tsan(options: Options) -> list[Count]:
    """pool, streams and small grids under ThreadSanitizer"""
    building.build("sim-tsan")
    return [ctest("sim-tsan", "cuda", options, "cuda+tsan", WITHOUT_THREADS)]


def stage_scale(options: Options) -> list[Count]:
    """every family of functions with more than 2^31 elements, on the CPU; skipped where memory is short"""
    building.build("cpu")
    return [pytest("cpu", "tests/scale", "cpu", options, NUMLOOM_DEVICE="cpu")]


def stage_ptx(options: Options) -> list[Count]:
    """the CUDA build: nvcc compiles every kernel, and library and module work where there is no driver"""
    if not environment.nvcc():
        return [Count("python", "cpu", skipped=1, reasons={"this machine has no nvcc": 1})]
    building.build("cuda-ptx")
    module = pytest("cuda-ptx", "tests/python/test_semantics.py", "cpu", options, NUMLOOM_TEST_DEVICE="cpu")
    return [ctest("cuda-ptx", "cpu", options), module]


def stage_meta(options: Options) -> list[Count]:
    """what is checked of the code base itself: sizes, includes, budgets, documents"""
    return [pytest("cpu", "tests/meta", "-", options)]


def stage_install(options: Options) -> list[Count]:
    """a consumer project against the installed library, and the wheel"""
    return [pytest("cpu", "tests/install", "-", options)]


STAGES: dict[str, Callable[[Options], list[Count]]] = {
    "style": stage_style,
    "cpu": stage_cpu,
    "sim": stage_sim,
    "oldest": stage_oldest,
    "numpy": stage_numpy,
    "asan": stage_asan,
    "tsan": stage_tsan,
    "scale": stage_scale,
    "ptx": stage_ptx,
    "meta": stage_meta,
    "install": stage_install,
}
FAST = ("style", "cpu", "meta")
# What ./dev test and CI run. The others are run by those who ask for them by name.
USUAL = tuple(name for name in STAGES if name not in ("tsan", "scale"))


def summary(results: list[tuple[str, list[Count], float]]) -> int:
    """Print the counts per suite and device and the time of each stage; the number of failures."""
    heading("Summary")
    step(
        paint(
            f"{'stage':9} {'suite':9} {'device':10} {'passed':>7} {'failed':>7} {'skipped':>8}   time", "dim"
        )
    )
    for name, counts, seconds in results:
        for i, c in enumerate(counts):
            shown, took = (name, duration(seconds)) if i == 0 else ("", "")
            line = f"{shown:9} {c.suite:9} {c.device:10} {c.passed:7} {c.failed:7} {c.skipped:8}   {took}"
            step(paint(line, "red") if c.failed else line)
    every = [c for _, counts, _ in results for c in counts]
    reasons: dict[str, int] = {}
    for c in every:
        for reason, times in c.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + times
    if reasons:
        heading("Skipped, and why")
        for reason, times in sorted(reasons.items(), key=lambda item: -item[1]):
            step(f"{times:6} {reason}")
    total = sum(seconds for *_, seconds in results)
    passed, failed = sum(c.passed for c in every), sum(c.failed for c in every)
    print(f"\nin {duration(total)}\n{passed} passed, {failed} failed", flush=True)
    return failed


def run_stages(names: list[str], options: Options) -> int:
    """Run the stages in order, each to its end whatever came of the ones before; the number of failures."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    results = []
    for name in names:
        heading(f"{name}: {STAGES[name].__doc__}")
        start = time.monotonic()
        try:
            counts = STAGES[name](options)
        except Failure as failure:
            step(paint(str(failure), "red"))
            counts = [Count("build", "-", failed=1)]
        results.append((name, counts, time.monotonic() - start))
    return summary(results)
