# SPDX-License-Identifier: BSD-3-Clause
"""NumPy's own numeric tests, as they lie in the installed wheel, run against numloom: passes per file."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy

HERE = Path(__file__).parent
FILES = {
    "_core": "umath ufunc umath_complex umath_accuracy multiarray numeric indexing indexerrors shape_base "
    "einsum errstate item_selection function_base mem_overlap nep50_promotions scalarmath half "
    "getlimits dlpack api",
    "lib": "function_base arraysetops arraypad shape_base twodim_base index_tricks stride_tricks "
    "nanfunctions histograms type_check ufunclike polynomial packbits io loadtxt format "
    "array_utils arrayterator",
    "linalg": "linalg regression",
    "polynomial": "classes polynomial chebyshev legendre laguerre hermite hermite_e polyutils",
    "fft": "pocketfft helper",
    "random": "random randomstate generator_mt19937 smoke",
}
SECONDS = 600  # a file may take


def run_file(path: Path, reports: Path, extra: list[str]) -> tuple[Path, Counter, list[str]]:
    """One file in a process of its own: a crash ends that file only."""
    report = reports / f"{path.parts[-3]}-{path.stem}.xml"
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--noconftest",
        "-c",
        os.devnull,
        "--rootdir",
        str(path.parent),
    ]
    words += [
        "-p",
        "rewriting",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
        "--tb=line",
        f"--junitxml={report}",
        str(path),
    ]
    paths = os.pathsep.join(
        [str(HERE), *map(os.path.abspath, filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))]
    )
    try:
        done = subprocess.run(
            words + extra,
            env={**os.environ, "PYTHONPATH": paths, "NPY_AVAILABLE_MEM": "1G"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=reports,
        )
        text, code = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired:
        text, code = "", "a timeout"
    count, failed = Counter(), []
    for number, reason in re.findall(r"^EXCLUDED (\d+) (.*)", text, re.M):
        count["excluded"] += int(number)
        count[f"excluded: {reason}"] = int(number)
    if not report.exists():
        count["failed"] = 1
        return path, count, [f"{path.parts[-3]}/{path.name}: ended with {code}: {text[-400:]}"]
    for case in xml.parse(report).getroot().iter("testcase"):
        problem = case.find("failure") if case.find("failure") is not None else case.find("error")
        if problem is not None:
            count["failed"] += 1
            group = case.get("classname", "").split(".")[-1]
            said = (problem.get("message") or "").split("\n")[0][:160]
            failed.append(f"{path.parts[-3]}/{path.name}::{group}::{case.get('name')}: {said}")
        else:
            count["skipped" if case.find("skipped") is not None else "passed"] += 1
    return path, count, failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only files whose directory/name contains one of these")
    parser.add_argument("-k", default="", help="passed on to pytest")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, help="files at a time")
    parser.add_argument("--at-least", type=float, default=0, help="fails when fewer per cent pass")
    parser.add_argument("--failures", type=Path, help="writes the failed tests there, a line each")
    options = parser.parse_args()
    root = Path(numpy.__file__).parent
    paths = [
        root / folder / "tests" / f"test_{name}.py"
        for folder, names in FILES.items()
        for name in names.split()
    ]
    wanted = [
        p for p in paths if p.exists() and any(w in f"{p.parts[-3]}/{p.stem}" for w in options.words or [""])
    ]
    total, failures = Counter(), []
    print(
        f"NumPy {numpy.__version__}: {'file':32} {'passed':>7} {'failed':>7} {'skipped':>8} {'left out':>9}"
    )
    with tempfile.TemporaryDirectory() as reports, ThreadPoolExecutor(options.j) as pool:
        runs = pool.map(lambda p: run_file(p, Path(reports), ["-k", options.k] if options.k else []), wanted)
        for path, count, failed in runs:
            total += count
            failures += failed
            name = f"{path.parts[-3]}/{path.name}"
            columns = f"{count['passed']:7} {count['failed']:7} {count['skipped']:8} {count['excluded']:9}"
            print(f"             {name:32} {columns}", flush=True)
    for key in sorted(key for key in total if key.startswith("excluded: ")):
        print(f"left out {total[key]:6}  {key.removeprefix('excluded: ')}")
    ran = total["passed"] + total["failed"]
    share = 100 * total["passed"] / max(ran, 1)
    print(f"{total['passed']} of {ran} pass ({share:.1f} %), {total['excluded']} left out")
    if options.failures:
        options.failures.write_text("\n".join(failures) + "\n")
    return int(total["passed"] < options.at_least / 100 * ran)


if __name__ == "__main__":
    sys.exit(main())
