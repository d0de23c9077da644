# SPDX-License-Identifier: BSD-3-Clause
"""The generated parts of README.md: support from include/numloom/*.def, speed from the saved benchmark."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from .environment import ROOT

CLASSES = {
    "BOOL": "bool",
    "SIGNED": "int8-64",
    "UNSIGNED": "uint8-64",
    "INTS": "int8-64 uint8-64",
    "FLOATS": "float16-64",
    "COMPLEX": "complex64-128",
    "REAL": "int8-64 uint8-64 float16-64",
    "INEXACT": "float16-64 complex64-128",
    "NUMERIC": "int8-64 uint8-64 float16-64 complex64-128",
    "ALL": "bool int8-64 uint8-64 float16-64 complex64-128",
}
ORDER = ("bool", "int8-64", "uint8-64", "float16-64", "complex64-128")


@dataclass
class UfuncRow:
    """One row of ufuncs.def."""

    name: str
    nin: int
    nout: int
    functor: str
    loops: str
    doc: str
    chapter: str


def ufunc_rows() -> list[UfuncRow]:
    """The rows of ufuncs.def, each with the chapter it stands in."""
    text = (ROOT / "include/numloom/ufuncs.def").read_text()
    chapter, rows = "", []
    pattern = r'^// ---- (.+?) -+$|^NL_UFUNC\(([^"]+)"((?:[^"]|"\s*")*)"\)'
    for heading, head, doc in re.findall(pattern, text, re.M):
        if heading:
            chapter = heading
            continue
        name, nin, nout, functor, loops, *_ = [word.strip() for word in head.split(",")]
        doc = re.sub(r'"\s*"', "", doc)
        rows.append(UfuncRow(name, int(nin), int(nout), functor, loops, doc, chapter))
    return rows


def reduction_names() -> list[str]:
    """The closing reductions of reductions.def."""
    text = (ROOT / "include/numloom/reductions.def").read_text()
    return re.findall(r"^NL_REDUCTION\((\w+),", text, re.M)


def dtypes_of(loops: str) -> str:
    """Class names of ufuncs.def as dtypes a reader knows."""
    words = [word.strip() for word in loops.split("|")]
    known = {dtype for word in words for dtype in CLASSES.get(word, word.lower()).split()}
    return ", ".join([d for d in ORDER if d in known] + sorted(known - set(ORDER)))


def table() -> str:
    """Markdown: one line for the ufuncs of a chapter that have loops for the same dtypes."""
    lines = ["| | functions | loops for |", "| --- | --- | --- |"]
    groups: dict[tuple[str, str], list[str]] = {}
    for row in ufunc_rows():
        groups.setdefault((row.chapter, dtypes_of(row.loops)), []).append(f"`{row.name}`")
    shown = None
    for (chapter, dtypes), names in groups.items():
        lines.append(f"| {'' if chapter == shown else chapter} | {' '.join(names)} | {dtypes} |")
        shown = chapter
    return "\n".join([*lines, reductions_line()])


def reductions_line() -> str:
    """Markdown: the closing reductions, which ops build NumPy's reductions of."""
    names = [name for name in reduction_names() if not name.startswith(("moments", "bitwise"))]
    names += ["mean", "var", "std", "cumsum", "cumprod"]
    return f"| reductions | {' '.join(f'`{name}`' for name in names)} | all |"


def speed_table() -> str:
    """Markdown: the large rows of the last saved benchmark, with the ceilings they were measured against."""
    path = ROOT / "benchmarks/results/cpu.json"
    if not path.exists():
        return "Not measured yet."
    run = json.loads(path.read_text())
    ceilings = ", ".join(f"{name} {two:.0f}" for name, (_, two) in run["ceilings_gb_s"].items())
    machine = f"{run['processor']}, two cores, NumPy {run['libraries']['numpy']}, {run['date']}"
    lines = [f"{machine}. Measured ceilings in GB/s: {ceilings}.", ""]
    lines += ["| | NumPy | numloom | ratio | share of the ceiling |", "| --- | ---: | ---: | ---: | ---: |"]
    for row in run["rows"]:
        times = row["seconds"]
        if row["ratio"] and (row["n"] == 4 or row["n"] == 1 << 23) and "over axis" not in row["name"]:
            share = f"{row['share']:.0%}" if row["share"] else ""
            size = "4 elements" if row["n"] == 4 else "8 M"
            cells = [f"{row['name']}, {size}", readable(times["numpy"]), readable(times["numloom"])]
            lines.append(f"| {' | '.join(cells)} | {row['ratio']:.1f} | {share} |")
    return "\n".join(lines)


def readable(seconds: float) -> str:
    """Three digits and a unit."""
    for unit, scale in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


GENERATED = {"support table": table, "speed table": speed_table}


def between(text: str, name: str) -> tuple[str, str, str]:
    """What stands before, between and after the markers of a generated part."""
    begin, end = f"<!-- {name}: made by ./dev docs -->\n", f"<!-- end of {name} -->"
    head, _, rest = text.partition(begin)
    inner, _, tail = rest.partition(end)
    return head + begin, inner, end + tail


def stale() -> list[str]:
    """The generated parts of README.md that ./dev docs would change."""
    text = (ROOT / "README.md").read_text()
    return [name for name, make in GENERATED.items() if between(text, name)[1].strip() != make()]


def write() -> None:
    """Make the generated parts of README.md anew."""
    path = ROOT / "README.md"
    text = path.read_text()
    for name, make in GENERATED.items():
        head, _, tail = between(text, name)
        text = f"{head}{make()}\n{tail}"
    path.write_text(text)
