# SPDX-License-Identifier: BSD-3-Clause
"""The table of support in README.md, made from the op tables in include/numloom/*.def."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .environment import ROOT

BEGIN, END = "<!-- support table: made by ./dev docs -->", "<!-- end of support table -->"
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
    return "\n".join(lines)


def in_readme() -> str:
    """The table as README.md has it now."""
    text = (ROOT / "README.md").read_text()
    return text.partition(BEGIN)[2].partition(END)[0].strip()


def write() -> None:
    """Put the table in its place in README.md."""
    path = ROOT / "README.md"
    head, _, rest = path.read_text().partition(BEGIN)
    tail = rest.partition(END)[2]
    path.write_text(f"{head}{BEGIN}\n{table()}\n{END}{tail}")
