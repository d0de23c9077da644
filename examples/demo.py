# SPDX-License-Identifier: BSD-3-Clause
"""Run the three example programs with NumPy and with numloom on every device, compare, time and draw them.

./dev demo builds numloom and runs this. The libraries take turns, round by round, so that a busy machine
slows all of them alike; the least of each library's times counts. A time covers the program from NumPy
input to NumPy result.
"""

import argparse
import json
import sys
import time
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path

import figures
import numpy
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

PROGRAMS = ("quantise_photo", "shade_terrain", "clean_eeg")
ROOT = Path(__file__).resolve().parent.parent


class Library:
    """A library on a device: its namespace, and how its results become NumPy's."""

    def __init__(self, name, namespace, device=None):
        self.name, self.namespace, self.device = name, namespace, device

    def run(self, program, inputs):
        """The program's results as NumPy arrays, and the seconds from input to result."""
        with self.namespace.Device(self.device) if self.device else nullcontext():
            start = time.perf_counter()
            result = program.run(self.namespace, *inputs)
            if self.device:
                result = {name: self.namespace.asnumpy(value) for name, value in result.items()}
            return result, time.perf_counter() - start


def libraries(only_numpy):
    """NumPy, then numloom on each device of this machine."""
    found = [Library("NumPy", numpy)]
    if not only_numpy:
        import numloom

        simulated = " (simulated)" if "simulat" in str(numloom.show_config("dicts")) else ""
        found.append(Library("numloom cpu", numloom, "cpu"))
        for i in range(numloom.device_count()):
            found.append(Library(f"numloom cuda:{i}{simulated}", numloom, f"cuda:{i}"))
    return found


def measure(program, inputs, runners, repeats, advance):
    """Run all libraries in turns: the first results, and the least seconds, by library name."""
    results, times = {}, {}
    for _ in range(repeats + 1):  # the first round warms caches and pools up, and is not timed
        for runner in runners:
            result, took = runner.run(program, inputs)
            if runner.name in results:
                times[runner.name] = min(took, times.get(runner.name, took))
            else:
                results[runner.name] = result
            advance()
    return results, times


def verdicts(program, results):
    """For each library but NumPy what its result differs in; an empty list is what we want."""
    expected = results["NumPy"]
    return {name: program.check(expected, got) for name, got in results.items() if name != "NumPy"}


def table_of(names, every):
    """The table that ends the demo: times, ratios, and whether the results agree."""
    table = Table(
        title="Least time of several runs",
        title_justify="left",
        header_style="bold",
        box=None,
        padding=(0, 2),
    )
    table.add_column("program")
    for name in names:
        table.add_column(name, justify="right")
        if name != "NumPy":
            table.add_column("faster", justify="right", style="bold green")
    table.add_column("results")
    for title, (times, problems) in every.items():
        cells = []
        for name in names:
            cells.append(figures.seconds(times[name]))
            if name != "NumPy":
                cells.append(f"{times['NumPy'] / times[name]:.1f}×")
        wrong = [f"{name}: {text}" for name, texts in problems.items() for text in texts]
        agree = "[green]the same[/]" if problems else "-"
        table.add_row(title, *cells, f"[red]{'; '.join(wrong)}[/]" if wrong else agree)
    return table


def parse():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", nargs="+", metavar="PROGRAM", choices=PROGRAMS, default=PROGRAMS)
    parser.add_argument("--image", type=Path, help="picture to quantise instead of the sample one")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of each library (default 5)")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "out", help="folder for the figures (default out/)"
    )
    parser.add_argument("--small", type=Path, help="folder for small copies, such as docs/images")
    parser.add_argument("--only-numpy", action="store_true", help="leave numloom out")
    return parser.parse_args()


def main():
    """Run, compare, draw; exit code 1 when a result differs from NumPy's."""
    options = parse()
    console = Console(width=None if sys.stdout.isatty() else 110)
    runners = libraries(options.only_numpy)
    names = [runner.name for runner in runners]
    options.out.mkdir(parents=True, exist_ok=True)
    every = {}
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        for name in options.only:
            program = import_module(name)
            inputs = program.load(options.image if name == "quantise_photo" else None)
            task = progress.add_task(program.TITLE, total=len(runners) * (options.repeats + 1))
            advance = partial(progress.advance, task)
            results, times = measure(program, inputs, runners, options.repeats, advance)
            every[program.TITLE] = times, verdicts(program, results)
            paths = [options.out / f"{name}.png"]
            if options.small:
                paths.append(options.small / f"{name}.jpg")
            figures.save(name, inputs, results[names[-1]], times, *paths)
    console.print()
    console.print(table_of(names, every))
    console.print(
        f"\nfigures: {', '.join(str(options.out / f'{name}.png') for name in options.only)}", soft_wrap=True
    )
    report = {title: {"seconds": times, "differs": problems} for title, (times, problems) in every.items()}
    (options.out / "demo.json").write_text(json.dumps(report, indent=2) + "\n")
    return 1 if any(texts for _, problems in every.values() for texts in problems.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
