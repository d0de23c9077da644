# SPDX-License-Identifier: BSD-3-Clause
"""The benchmark's output: the ceilings, the table, what falls short, and the JSON file."""

from __future__ import annotations

import math
import platform
import time

from rich.table import Table

MARKS = {"goal": "[green]●[/]", "floor": "[yellow]◐[/]", "below": "[red]○[/]", "": " "}


def duration(seconds: float | None) -> str:
    """Seconds with three digits and the unit that fits."""
    if seconds is None:
        return "-"
    for unit, scale in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def processor() -> str:
    """Name of the processor."""
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def rival(bench) -> str:
    """Whose time the ratios are about: NumPy's on the CPU, CuPy's (else PyTorch's) on a GPU."""
    if not bench.on_gpu:
        return "numpy"
    names = [w.name for w in bench.timed()]
    return next((name for name in ("cupy", "torch") if name in names), "")


def ratio(outcome: dict, name: str) -> float | None:
    """Another library's time over numloom's."""
    times = outcome["times"]
    return times[name] / times["numloom"] if name in times and "numloom" in times else None


def verdict(row, outcome: dict, name: str) -> str:
    """Whether a row reaches its goal, its floor, or neither."""
    value = ratio(outcome, name)
    if value is None or row.goal is None:
        return ""
    return "goal" if value >= row.goal else "floor" if row.floor is None or value >= row.floor else "below"


def share(row, outcome: dict, ceilings: dict) -> float | None:
    """Bytes moved a second, as a share of the best that was measured for such a pattern."""
    if not row.moves or row.ceiling not in ceilings or "numloom" not in outcome["times"]:
        return None
    best = ceilings[row.ceiling]
    best = max(x for x in best if not isinstance(x, str))
    return row.moves * row.n / outcome["times"]["numloom"] / 1e9 / best


def head(console, bench, ceilings: dict) -> None:
    """The machine, the libraries and the ceilings."""
    versions = ", ".join(f"{w.name} {w.hello.get('version', '')}".strip() for w in bench.workers)
    console.print(f"{bench.device} on {processor()}: {versions}", soft_wrap=True)
    if bench.on_gpu:
        found = ", ".join(f"{name} {value:.0f} ({who})" for name, (value, who) in ceilings.items())
        console.print(f"measured ceilings in GB/s, best of these libraries: {found}\n", soft_wrap=True)
        return
    table = Table(title="measured ceilings, GB/s", title_justify="left", box=None, padding=(0, 2))
    for column in ("", "1 thread", "2 threads"):
        table.add_column(column, justify="right" if column else "left")
    names = {"read": "read", "copy": "copy, streaming stores", "add": "add, streaming stores"}
    for name, (one, two) in ceilings.items():
        table.add_row(names[name], f"{one:.1f}", f"{two:.1f}")
    console.print(table)
    console.print()


def table(console, bench, outcomes: list, ceilings: dict) -> None:
    """One line a row: times, ratio, what was aimed at, share of the ceiling, the other libraries' ratios."""
    against = rival(bench)
    others = [w.name for w in bench.timed() if w.name not in ("numloom", against)]
    grid = Table(box=None, padding=(0, 1), header_style="bold")
    grid.add_column("row")
    for name in (against or "-", "numloom", "ratio"):
        grid.add_column(name, justify="right")
    grid.add_column("")
    grid.add_column("goal (floor)", justify="right")
    grid.add_column("share", justify="right")
    for name in others:
        grid.add_column(f"{name} /", justify="right", style="dim")
    group = None
    for row, outcome in outcomes:
        if row.group != group:
            group = row.group
            grid.add_row(f"[bold]{group}[/]")
        times, value = outcome["times"], ratio(outcome, against)
        trouble = outcome["errors"].get("numloom") or outcome["differs"].get("numloom")
        cells = [
            duration(times.get(against)),
            duration(times.get("numloom")),
            f"{value:.2f}" if value else "-",
        ]
        aim = f"{row.goal:g} ({row.floor:g})" if row.goal and row.floor else ""
        part = share(row, outcome, ceilings)
        cells += [MARKS[verdict(row, outcome, against)], aim, f"{part:.0%}" if part else ""]
        cells += [f"{ratio(outcome, n):.2f}" if ratio(outcome, n) else "" for n in others]
        grid.add_row(f"  {row.title}" + (f" [red]{trouble}[/]" if trouble else ""), *cells)
    console.print(grid)


def tail(console, bench, outcomes: list, asked: int, seconds: float) -> int:
    """What the table comes to; the number of rows with a wrong result or none."""
    against = rival(bench)
    values = [ratio(o, against) for _, o in outcomes if ratio(o, against)]
    console.print(
        f"\n{MARKS['goal']} goal reached  {MARKS['floor']} floor reached  {MARKS['below']} below the floor"
    )
    if values:
        mean = math.exp(sum(map(math.log, values)) / len(values))
        line = f"{len(values)} rows, geometric mean of the ratios {mean:.2f}, least {min(values):.2f}"
        reached = [verdict(row, outcome, against) for row, outcome in outcomes]
        console.print(
            f"{line}; goals reached {reached.count('goal')}, below the floor {reached.count('below')}"
        )
    short = [(row, ratio(o, against)) for row, o in outcomes if verdict(row, o, against) == "below"]
    for row, value in short:
        console.print(f"  [red]below[/] {row.title}: {value:.2f}, floor {row.floor:g}")
    slower = [(row, ratio(o, against)) for row, o in outcomes if (ratio(o, against) or 9) < 1]
    for row, value in slower:
        if (row, value) not in short:
            console.print(f"  [yellow]slower than {against}[/] {row.title}: {value:.2f}")
    wrong = [(row, o) for row, o in outcomes if "numloom" in o["errors"] or "numloom" in o["differs"]]
    for row, outcome in wrong:
        text = outcome["errors"].get("numloom") or outcome["differs"]["numloom"]
        console.print(f"  [red]wrong[/] {row.title}: {text}", soft_wrap=True)
    if len(outcomes) < asked:
        console.print(f"  {asked - len(outcomes)} rows left out: the time was over")
    console.print(f"{seconds:.0f} s")
    return len(wrong)


def as_json(bench, outcomes: list, ceilings: dict) -> dict:
    """Everything that was measured."""
    return {
        "device": bench.device,
        "processor": processor(),
        "date": time.strftime("%Y-%m-%d"),
        "libraries": {w.name: w.hello.get("version", "") for w in bench.workers},
        "ceilings_gb_s": ceilings,
        "rows": [
            {
                "name": row.name,
                "n": row.n,
                "statement": row.statement,
                "seconds": outcome["times"],
                "ratio": ratio(outcome, rival(bench)),
                "goal": row.goal,
                "floor": row.floor,
                "share": share(row, outcome, ceilings),
                **{key: outcome[key] for key in ("errors", "differs") if outcome[key]},
            }
            for row, outcome in outcomes
        ],
    }
