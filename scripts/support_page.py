# SPDX-License-Identifier: BSD-3-Clause
"""docs/support.md: for each public name of NumPy, where numloom's comes from. Needs the built module."""

from __future__ import annotations

import numpy

import numloom
from numloom import _core, _names

from .environment import ROOT

PAGE = ROOT / "docs" / "support.md"

# Names whose results differ from NumPy's in a way that a program may notice.
DIFFERENCES = {
    "bmat, asmatrix, matrix": "matrices are NumPy's, on the host",
    "array, asarray, ... of strings, objects, dates": "NumPy's arrays: no device holds them",
    "einsum_path, broadcast, nditer, ndenumerate": "NumPy's own, over host copies; read only for a GPU",
    "empty": "the memory of earlier arrays may show",
    "exp, log, sin and the like": "within NumPy's bounds of error, not equal in every last bit",
    "frombuffer, fromfile, fromiter, loadtxt and other input": "read on the host, then brought to the device",
    "may_share_memory": "compares bounds, whatever max_work is",
    "polynomial": "NumPy's classes with their coefficients on the host; arrays are fitted on their device",
    "sum, mean and other reductions": "read-only 0-d arrays instead of NumPy's scalars",
    "unique_values": "sorted",
}
KINDS = {
    "ufuncs": "Compiled loops and kernels for every device",
    "native": "Compiled, for every device",
    "composed": "A few lines of Python over native functions, for every device",
    "host": "Run by NumPy on the host, results brought back; they read, print or keep what is the host's",
    "NumPy's own": "Constants, dtypes, settings, classes that hold no device memory",
}


def kind_of(name: str) -> str:
    """One of KINDS, for a name of the main namespace."""
    value = getattr(numloom, name)
    if isinstance(value, _core.ufunc):
        return "ufuncs"
    if name in _names.NATIVE or name in _names.OWN_MODULES:
        return "native"
    if name in _names.COMPOSED:
        return "composed"
    return "host" if name in _names.FALLBACK else "NumPy's own"


def of_module(ours, theirs) -> str:
    """The names of a submodule of NumPy's, and those which are its own objects."""
    names = [name for name in theirs.__all__ if name != "test"]
    same = [name for name in names if getattr(ours, name, None) is getattr(theirs, name)]
    own = [name for name in names if name not in same]
    text = f"{len(own)} of {len(names)}: {listed(own)}."
    return text + (f"\n\nNumPy's own: {listed(same)}." if same else "")


def listed(names) -> str:
    """The names as Markdown."""
    return " ".join(f"`{name}`" for name in sorted(names, key=str.lower))


def page() -> str:
    """The page's text."""
    groups: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name in numpy.__all__:
        if hasattr(numloom, name):
            groups[kind_of(name)].append(name)
    lines = [
        "# What there is of NumPy",
        "",
        f"All {sum(map(len, groups.values()))} names of NumPy 2.4's main namespace, and where each is from.",
        "Made by `./dev docs`; a test keeps it true. [differences.md](differences.md) says more of the rest.",
        "",
    ]
    for kind, names in groups.items():
        lines += [f"## {kind[0].upper()}{kind[1:]} ({len(names)})", f"{KINDS[kind]}.", "", listed(names), ""]
    methods = [name for name in dir(numpy.ndarray) if not name.startswith("_")]
    on_host = {"getfield", "setfield"}
    on_type = [name for name in methods if hasattr(numloom.ndarray, name) and name not in on_host]
    lines += [f"## ndarray ({len(methods)})", f"Compiled: {listed(on_type)}.", ""]
    rest = sorted(set(methods) - set(on_type))
    lines += [f"NumPy's methods on host copies: {listed(rest)}.", ""]
    for module in ("linalg", "fft", "random"):
        lines += [f"## {module}", of_module(getattr(numloom, module), getattr(numpy, module)), ""]
    lines += ["## What differs", "| | |", "| --- | --- |"]
    lines += [f"| {names} | {text} |" for names, text in DIFFERENCES.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
