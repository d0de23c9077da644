# SPDX-License-Identifier: BSD-3-Clause
"""NumPy's own tests, as they lie in the installed wheel, run against numloom: a line a file, and what is new.

Fails when a test fails that failing.txt does not name, twice, and reports those it names that pass. Arrays
lie on the CPU, or on a GPU with --device cuda, where excluded_cuda.txt names what is left out besides.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import lists  # noqa: E402

LISTS_ARE_OF = "2.4"  # the NumPy whose tests the lists name
# What runs in a process of its own, the longest first. Files that never meet an array of ours (dtypes,
# scalar types, strings, records, nditer, matrices, NumPy's dispatcher and C code) are not here.
GROUPS = [
    "_core: multiarray",
    "_core: umath ufunc umath_complex umath_accuracy",
    "lib: function_base arraysetops arraypad shape_base twodim_base index_tricks stride_tricks nanfunctions "
    "histograms type_check ufunclike polynomial packbits io loadtxt format array_utils arrayterator "
    "regression mixins utils",
    "_core: numeric indexing indexerrors shape_base einsum errstate item_selection function_base mem_overlap "
    "nep50_promotions scalarmath half getlimits dlpack api array_coercion arrayprint array_interface "
    "casting_floatingpoint_errors deprecations protocols regression arrayobject array_api_info print "
    "multithreading",
    "random: random randomstate generator_mt19937 smoke direct seed_sequence regression "
    "generator_mt19937_regressions randomstate_regression",
    "linalg: linalg regression deprecations | fft: pocketfft helper | polynomial: chebyshev classes hermite "
    "hermite_e laguerre legendre polynomial polyutils printing symbol",
    "ma: core extras old_ma regression arrayobject deprecations",
]
SECONDS = 900  # a process may take
MOST_AGAIN = 50  # tests that are run once more when they fail
OPTIONS = (
    "-q",
    "--noconftest",
    "-c",
    os.devnull,
    "-p",
    "recording",
    "-p",
    "no:cacheprovider",
    "-W",
    "ignore",
)


def files_of(group: str, words: list[str]) -> list[Path]:
    """The test files of a group whose directory/name contains one of the words."""
    found = []
    for part in group.split(" | "):
        folder, names = part.split(": ")
        for name in names.split():
            path = Path(numpy.__file__).parent / folder / "tests" / f"test_{name}.py"
            if path.exists() and any(word in f"{folder}/{name}" for word in words or [""]):
                found.append(path)
    return found


def read(results: Path) -> dict[str, list[str]]:
    """Test -> outcome, seconds, text: the last line about it."""
    lines = [line.split("\t") for line in results.read_text(encoding="utf-8").splitlines()]
    return {name: [outcome, *rest] for outcome, name, *rest in lines}


def run_files(
    paths: list[Path], results: Path, extra: list[str], everything: bool, suite: Path = HERE
) -> dict[str, list[str]]:
    """The files in one process, and in another from where a crash ended it; suite has a plugin, lists."""
    results.touch()
    ours = [os.path.abspath(p) for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(suite), str(HERE), *ours]),
        "NPY_AVAILABLE_MEM": "1G",
    }
    env |= {"NUMLOOM_SUITE_RESULTS": str(results), "NUMLOOM_SUITE_ALL": "1" if everything else ""}
    env |= {"OPENBLAS_NUM_THREADS": "1", "NUMLOOM_SUITE_LISTS": str(suite)}
    command = [sys.executable, "-m", "pytest", *OPTIONS, "--tb=no", "--rootdir", str(results.parent)]
    command += ["-p", next(suite.glob("*rewriting.py")).stem, *extra, *map(str, paths)]
    while True:
        try:
            done = subprocess.run(
                command, env=env, capture_output=True, text=True, timeout=SECONDS, cwd=suite
            )
            text, code = (done.stdout + done.stderr).strip()[-400:], done.returncode
        except subprocess.TimeoutExpired:
            text, code = "", "a timeout"
        found = read(results)
        open_ = [name for name, words in found.items() if words[0] == "begun"]
        if not open_:
            break
        with results.open("a", encoding="utf-8") as file:
            file.writelines(f"failed\t{name}\t0\tthe process ended with {code}\n" for name in open_)
    if code not in (0, 1, 5):
        found[f"{paths[0].parts[-3]}/{paths[0].stem}::collection"] = ["failed", "0", text.replace("\n", " ")]
    return found


def print_table(found: dict[str, list[str]], whose: str = f"NumPy {numpy.__version__}") -> Counter:
    """Passes and failures of each file; their sum."""
    files: dict[str, Counter] = {}
    for name, words in found.items():
        files.setdefault(name.split("::")[0], Counter())[words[0]] += 1
    columns = ("passed", "failed", "skipped", "excluded")
    print(f"{whose:36}" + "".join(f"{column:>9}" for column in columns))
    for file, count in sorted(files.items()):
        print(f"{file:36}" + "".join(f"{count[column]:9}" for column in columns))
    return sum(files.values(), Counter())


def print_exclusions(found: dict[str, list[str]]) -> None:
    """How many tests are left out, a line for each reason."""
    reasons = Counter(words[2] for words in found.values() if words[0] == "excluded")
    for reason, count in reasons.most_common():
        print(f"excluded {count:5}  {reason}")


def again(names: list[str], results: Path) -> set[str]:
    """Those of the tests that pass when they are run once more, by themselves."""
    paths = []
    for name in names:
        file, test = name.split("::", 1)
        folder, stem = file.split("/")
        paths.append(Path(numpy.__file__).parent / folder / "tests" / f"test_{stem}.py::{test}")
    found = run_files(paths, results, [], True) if paths else {}
    return {name for name in names if found.get(name, [""])[0] == "passed"}


def compare(found: dict[str, list[str]], folder: Path, device: str) -> list[str]:
    """Prints what differs from failing.txt; the tests that fail, twice, and are not in it."""
    known = lists.failing()
    failed = {name for name, words in found.items() if words[0] == "failed"}
    new = sorted(name for name in failed if known.reason(name) is None)
    repaired = sorted(name for name in known.tests if found.get(name, [""])[0] == "passed")
    if device != "cpu":
        repaired = []  # failing.txt is of the CPU
    unsteady = again(new, folder / "again.tsv") if len(new) <= MOST_AGAIN else set()
    for name in sorted(unsteady):
        print(f"FAILED ONCE {name}: {found[name][2]}")
    new = [name for name in new if name not in unsteady]
    for name in repaired:
        print(f"PASSES NOW, take it from failing.txt: {name}")
    for name in new:
        print(f"FAILED {name}: {found[name][2]}")
    return new


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only files whose directory/name contains one of these")
    parser.add_argument("--device", default=os.environ.get("NUMLOOM_TEST_DEVICE", "cpu"), help="cpu or cuda")
    parser.add_argument("-k", default="", help="passed on to pytest")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--everything", action="store_true", help="runs what excluded.txt names, too")
    parser.add_argument("--counts", type=Path, help="writes the counts there, as JSON")
    parser.add_argument(
        "--results", type=Path, help="writes a line a test there: outcome, name, seconds, text"
    )
    options = parser.parse_args()
    os.environ["NUMLOOM_TEST_DEVICE"] = options.device
    start = time.monotonic()
    extra = ["-k", options.k] if options.k else []
    groups = [files for group in GROUPS if (files := files_of(group, options.words))]
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.j) as pool:

        def run(numbered):
            number, files = numbered
            return run_files(files, Path(folder) / f"{number}.tsv", extra, options.everything)

        for part in pool.map(run, enumerate(groups)):
            found.update(part)
        count = print_table(found)
        print_exclusions(found)
        new = (
            compare(found, Path(folder), options.device) if numpy.__version__.startswith(LISTS_ARE_OF) else []
        )
    if options.counts:
        not_run = {"known to fail": count["failed"] - len(new), "excluded": count["excluded"]}
        not_run["skipped by itself"] = count["skipped"]
        counts = {"passed": count["passed"], "new": len(new), "not run": not_run}
        options.counts.write_text(json.dumps(counts))
    if options.results:
        options.results.write_text("".join("\t".join([n, *w]) + "\n" for n, w in sorted(found.items())))
    ran = count["passed"] + count["failed"]
    share = 100 * count["passed"] / max(ran, 1)
    print(f"{count['passed']} of {ran} pass ({share:.2f} %), in {time.monotonic() - start:.0f} s")
    if not numpy.__version__.startswith(LISTS_ARE_OF):
        print(f"the lists are of NumPy {LISTS_ARE_OF}: a figure, no verdict")
    return int(bool(new))


if __name__ == "__main__":
    sys.exit(main())
