# SPDX-License-Identifier: BSD-3-Clause
"""CuPy's own tests, as the wheel of Intel's dpnp carries them, run against numloom: a line a file.

The wheel was unpacked (--dpnp), or pip downloads it into the build folder (--download). What excluded.txt
and, for a GPU, excluded_cuda.txt name is not run. Fails when any other test fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "numpy_suite"))
import lists  # noqa: E402
import run as suites  # noqa: E402 (numpy_suite/run.py)

WHEEL = "dpnp==0.20.0"  # the release whose tests the lists name
BUILD = HERE.parents[2] / "build" / "cupy_suite"
# The folders whose tests the lists name; others are run when a word asks for them. "cupy" is the top.
FOLDERS = ("binary", "core", "creation", "cupy", "indexing", "logic", "manipulation", "math", "padding")


def download() -> Path:
    """The wheel's folder in the build folder; pip fetches what is not there yet."""
    if not (BUILD / "dpnp" / "tests").exists():
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*command, "-d", BUILD, WHEEL], check=True)
        with zipfile.ZipFile(next(BUILD.glob("dpnp-*.whl"))) as wheel:
            wheel.extractall(BUILD, [name for name in wheel.namelist() if name.startswith("dpnp/tests/")])
    return BUILD


def tests_of(folder: Path) -> Path:
    """Where the tests of an unpacked wheel are; the folder may be the package's as well."""
    found = [path for path in (folder / "dpnp" / "tests", folder / "tests") if path.exists()]
    if not found:
        sys.exit(f"expected an unpacked wheel of dpnp, found no tests in {folder}")
    return found[0].resolve()


def groups_of(tests: Path, words: list[str], left_out: lists.Known) -> list[list[Path]]:
    """The test files of each directory, those whose directory/name contains one of the words."""
    groups: dict[Path, list[Path]] = {}
    for file in sorted((tests / "third_party" / "cupy").rglob("test_*.py")):
        folder = file.parent.name.removesuffix("_tests")
        name = f"{folder}/{file.stem.removeprefix('test_')}"
        wanted = any(word in name for word in words) if words else folder in FOLDERS
        if wanted and not left_out.reason(name):
            groups.setdefault(file.parent, []).append(file)
    return list(groups.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only files whose directory/name contains one of these")
    parser.add_argument("--dpnp", type=Path, help="the folder where a wheel of dpnp was unpacked")
    parser.add_argument("--download", action="store_true", help=f"has pip download {WHEEL}")
    parser.add_argument("--device", default=os.environ.get("NUMLOOM_TEST_DEVICE", "cpu"), help="cpu or cuda")
    parser.add_argument("-k", default="", help="passed on to pytest")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--everything", action="store_true", help="runs what the lists exclude, too")
    parser.add_argument("--results", type=Path, help="writes a line a test there: name, outcome, text")
    options = parser.parse_args()
    if not options.download and not options.dpnp:
        parser.error("one of --dpnp and --download says where the tests are")
    tests = tests_of(download() if options.download else options.dpnp)
    os.environ |= {"NUMLOOM_TEST_DEVICE": options.device, "NUMLOOM_CUPY_TESTS": str(tests)}
    extra = ["-m", "not slow", "--continue-on-collection-errors", *(["-k", options.k] if options.k else [])]
    left_out = lists.Known() if options.everything else lists.excluded(options.device, HERE)
    start = time.monotonic()
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.j) as pool:

        def run(numbered):
            number, files = numbered
            return suites.run_files(files, Path(folder) / f"{number}.tsv", extra, options.everything, HERE)

        for part in pool.map(run, enumerate(groups_of(tests, options.words, left_out))):
            found.update(part)
    count = suites.print_table(found, f"CuPy's tests in {WHEEL}")
    suites.print_exclusions(found)
    for name, words in sorted(found.items()):
        if words[0] == "failed":
            print(f"FAILED {name}: {words[2]}")
    if options.results:
        options.results.write_text("".join("\t".join([n, *w]) + "\n" for n, w in sorted(found.items())))
    ran = count["passed"] + count["failed"]
    share = 100 * count["passed"] / max(ran, 1)
    print(f"{count['passed']} of {ran} pass ({share:.2f} %), in {time.monotonic() - start:.0f} s")
    return int(count["failed"] > 0)


if __name__ == "__main__":
    sys.exit(main())
