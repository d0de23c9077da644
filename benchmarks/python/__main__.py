# SPDX-License-Identifier: BSD-3-Clause
"""Compare numloom's speed with NumPy's (on a GPU: with CuPy's and PyTorch's), row by row, in one run.

Each library has a process of its own. They take turns on the same cores with the same inputs; the least
time of many calls counts, and every result is compared. The exit code says whether the results were right,
never how fast.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from . import report, rows

ROOT = Path(__file__).resolve().parents[2]
CORES = 2
RTOL = {"f2": 2e-3, "f4": 2e-6, "f8": 1e-13}
UNSET = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
)  # what a machine set for its own BLAS is not what users have


class Process:
    """A worker process and the lines that go to and fro."""

    def __init__(self, name: str, device: str):
        self.name = name
        env = {k: v for k, v in os.environ.items() if k not in UNSET}
        words = [sys.executable, "-m", "benchmarks.python.worker", name, device]
        self.process = subprocess.Popen(
            words, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.hello = self.read()

    def read(self) -> dict:
        """The next answer; a process that died says so instead."""
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": f"{self.name}'s process ended ({self.process.wait()})"}

    def send(self, do: str, **arguments) -> None:
        """Ask for something, without waiting."""
        if self.process.poll() is None:
            self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self.process.stdin.flush()

    def ask(self, do: str, **arguments) -> dict:
        """Ask and wait for the answer."""
        self.send(do, **arguments)
        return self.read()

    def close(self) -> None:
        """No more questions."""
        self.process.stdin.close()
        self.process.wait(timeout=30)


def difference(row: rows.Row, expected: tuple, got: tuple, same_dtype: bool) -> str:
    """How a result differs from the reference beyond rounding; empty when it does not."""
    (shape, a), (got_shape, b) = expected, got
    if shape != got_shape:
        return f"expected shape {tuple(shape)}, got {tuple(got_shape)}"
    if same_dtype and a.dtype != b.dtype:
        return f"expected dtype {a.dtype}, got {b.dtype}"
    rtol = row.rtol or RTOL.get(a.dtype.str[1:], 0)
    if "empty" in row.statement or numpy.allclose(a, b, rtol=rtol, atol=rtol, equal_nan=True):
        return ""
    gap = numpy.abs(a.astype(float) - b.astype(float))
    return f"differs by {gap.max():.3g} at element {int(gap.argmax())}, allowed {rtol:g}"


class Bench:
    """The libraries of a run and how long each row is given."""

    def __init__(self, device: str, seconds_a_row: float):
        self.device, self.on_gpu = device, device.startswith("cuda")
        self.seconds = seconds_a_row
        self.rounds = 5
        wanted = ["numpy", "numloom"]
        wanted += ["cupy", "torch"] if self.on_gpu else ["torch", "jax", "numexpr"]
        self.workers = [Process(name, device) for name in wanted if name in wanted[:2] or find_spec(name)]
        for worker in [w for w in self.workers if "error" in w.hello]:
            if worker.name in ("numpy", "numloom"):
                sys.exit(f"{worker.name} could not be started: {worker.hello['error']}")
            self.workers.remove(worker)
        if any(worker.hello.get("simulated") for worker in self.workers):
            sys.exit(f"{device} is simulated: it says nothing about speed. Name a real GPU, or the cpu.")

    def timed(self) -> list[Process]:
        """The libraries whose times count: NumPy is only the reference for results when a GPU is measured."""
        return [w for w in self.workers if not (self.on_gpu and w.name == "numpy")]

    def run(self, row: rows.Row, folder: Path) -> dict:
        """Times and verdicts of one row, by library."""
        shown = {k: getattr(row, k) for k in ("inputs", "statement", "n", "other")}
        outcome: dict = {"title": row.title, "times": {}, "errors": {}, "differs": {}}
        for worker in self.workers:
            worker.send("prepare", row=shown, only_result=worker not in self.timed())
        ready = []
        for worker in self.workers:
            said = worker.read()
            if "error" in said:
                outcome["errors"][worker.name] = said["error"]
            else:
                ready.append(worker)
        self.compare(row, ready, folder, outcome)
        timed = [w for w in ready if w in self.timed()]
        for _ in range(self.rounds):
            for worker in timed:
                said = worker.ask("time", seconds=self.seconds / self.rounds)
                if "error" in said:
                    outcome["errors"][worker.name] = said["error"]
                    continue
                outcome["times"][worker.name] = min(
                    said["least"], outcome["times"].get(worker.name, math.inf)
                )
        for worker in self.workers:
            worker.ask("drop")
        return outcome

    def compare(self, row: rows.Row, ready: list[Process], folder: Path, outcome: dict) -> None:
        """Compare the results with NumPy's: of all elements on the CPU, of many spread ones on a GPU."""
        most = 1 << (16 if self.on_gpu else 40)
        results = {}
        for worker in ready:
            said = worker.ask("result", path=str(folder / f"{worker.name}.npy"), most=most)
            if "error" in said:
                outcome["errors"][worker.name] = said["error"]
            else:
                results[worker.name] = said["shape"], numpy.load(folder / f"{worker.name}.npy")
        for name, got in results.items():
            own = name in rows.OWN_NUMBERS and "random" in row.statement
            if "numpy" in results and name != "numpy" and not own:
                text = difference(row, results["numpy"], got, same_dtype=name == "numloom")
                if text:
                    outcome["differs"][name] = text

    def close(self) -> None:
        """End all processes."""
        for worker in self.workers:
            worker.close()


def cpu_ceilings() -> dict:
    """Measured memory bandwidth of one and two threads, in GB/s."""
    source, program = ROOT / "benchmarks/cpp/ceilings.cpp", ROOT / "build/bench/ceilings"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        program.parent.mkdir(parents=True, exist_ok=True)
        flags = ["-std=c++20", "-O3", "-march=native", "-pthread"]
        subprocess.run([os.environ.get("CXX", "g++"), *flags, source, "-o", program], check=True)
    runs = [
        json.loads(subprocess.run([program, str(CORES)], capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    return {name: [max(run[name][i] for run in runs) for i in (0, 1)] for name in ("read", "copy", "add")}


def gpu_ceilings(bench: Bench) -> dict:
    """The best copy and the best sum of any library, in GB/s, and whose: the vendor's is not always best."""
    n = 1 << 28
    copy = rows.Row("copy", "ceilings", "a:f4", "a.copy()", n)
    read = rows.Row("read", "ceilings", "a:f4", "a.sum()", n)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for row, moved in ((copy, 8 * n), (read, 4 * n)):
            times = bench.run(row, Path(folder))["times"]
            name = min(times, key=times.get)
            found[row.name] = [moved / times[name] / 1e9, name]
    return found


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python", description=__doc__.split("\n\n")[0])
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda:N")
    parser.add_argument("--rows", metavar="REGEX", default="", help="only rows whose name this matches")
    parser.add_argument("--quick", action="store_true", help="0.2 s a row and library instead of 0.8 s")
    parser.add_argument("--seconds", type=float, default=math.inf, help="leave out what is not begun by then")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "benchmarks/results", help="folder of the JSON file"
    )
    return parser.parse_args()


def main() -> int:
    """Measure, print, save; 1 if a result was wrong or a row could not be run."""
    options = parse()
    start = time.monotonic()
    if options.device == "cpu":
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    bench = Bench(options.device, 0.2 if options.quick else 0.8)
    console = Console(width=None if sys.stdout.isatty() else 130)
    chosen = rows.gpu_rows() if bench.on_gpu else rows.cpu_rows()
    chosen = [row for row in chosen if re.search(options.rows, f"{row.group}: {row.title}")]
    ceilings = gpu_ceilings(bench) if bench.on_gpu else cpu_ceilings()
    report.head(console, bench, ceilings)
    outcomes = []
    columns = (TextColumn("{task.description:44}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        tempfile.TemporaryDirectory() as folder,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        task = progress.add_task("", total=len(chosen))
        for row in chosen:
            if time.monotonic() - start > options.seconds:
                break
            progress.update(task, description=row.title)
            outcomes.append((row, bench.run(row, Path(folder))))
            progress.advance(task)
    bench.close()
    report.table(console, bench, outcomes, ceilings)
    if re.search(options.rows, "kernels from strings"):
        console.print("\nkernels from strings, on the host")
        words = [sys.executable, "-m", "benchmarks.python.kernels", "--device", options.device]
        console.print(subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)
    wrong = report.tail(console, bench, outcomes, len(chosen), time.monotonic() - start)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / f"{options.device.replace(':', '')}.json"
    path.write_text(json.dumps(report.as_json(bench, outcomes, ceilings), indent=1) + "\n")
    console.print(f"saved as {path}", soft_wrap=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
