# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (a table)
"""Tests of NumPy that a foreign array type cannot pass: a pattern over "directory/file.py::Class::test", and why."""

EXCLUSIONS = [
    (r"[sS]tring|[uU]nicode|[cC]har(?!acter)|_str\b|bytes_\b|\[[SU]\d*[-\]]|-[SU]\d*[-\]]", "strings: no accelerator holds them"),
    (r"[oO]bject|[dD]ecimal|[fF]raction\b|[-\[]O[-\]]", "objects: no accelerator holds them"),
    (r"[dD]ate_?time|[tT]ime_?delta|busday|NaT|_nat\b|[-\[][mM](8\[?\w*\]?)?[-\]]", "datetimes: no accelerator holds them"),
    (r"[rR]ecord|[sS]tructured|[sS]ubarray|[vV]oid\b|[fF]ields|[fF]lexible|[-\[]V\d*[-\]]", "records: no accelerator holds them"),
    (r"[lL]ong_?[dD]ouble|float128|complex256|[-\[][gG][-\]]", "long double: no accelerator has it"),
    (r"[rR]efcount|[lL]eak|ctypes|[sS]ubclass|c_api|cython|nditer|array_finalize|[pP]riority|_wrap\b|subok|TestLowlevelAPIAccess|newdoc|TemporaryElide|internal_overlap", "internals of NumPy's C code or of its subclasses"),
    (r"[dD]ocstring|test_doc\b|[bB]yte_?[oO]rder|[bB]yteswap|[eE]ndian|identical_cast", "byte orders and texts of NumPy's own objects"),
    (r"test_scalar_reduction$", "the type of scalars: here they are 0-d arrays, by design"),
]  # fmt: skip
