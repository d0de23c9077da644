# SPDX-License-Identifier: BSD-3-Clause
"""The op tables are whole: each row has its functor, its documentation, and NumPy's ufunc of that name."""

import re

import numpy
import pytest

from scripts.environment import ROOT
from scripts.generated_docs import ufunc_rows
from scripts.style import files

ROWS = ufunc_rows()
FUNCTORS = "\n".join((ROOT / n).read_text() for n in files(".hpp") if n.startswith("kernels/functors/"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_matches_numpy(row):
    ufunc = getattr(numpy._core.umath, row.name, None)
    if ufunc is None:
        pytest.skip(f"NumPy {numpy.__version__} has no ufunc {row.name}")
    assert (ufunc.nin, ufunc.nout) == (row.nin, row.nout)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_has_functor_and_line(row):
    assert re.search(rf"\b{row.functor}\b", FUNCTORS)
    assert row.doc.endswith(".")


def test_every_numeric_ufunc_of_numpy_has_a_row():
    theirs = {name for name in dir(numpy) if isinstance(getattr(numpy, name), numpy.ufunc)}
    theirs = {getattr(numpy, name).__name__ for name in theirs} - {"isnat"}
    generalised = {"matmul", "matvec", "vecmat", "vecdot"}  # made of products, not in the table
    assert not theirs - generalised - {row.name for row in ROWS}


# What C++ says otherwise: constructors of array<T>, delete_ for a word of C++'s own, vstack.
OTHERWISE_IN_CPP = {"array", "asarray", "asanyarray", "delete", "row_stack", "ufunc"}


def test_native_functions_are_in_cpp_too():
    numloom = pytest.importorskip("numloom", reason="the Python module is not built")
    from scripts.support_page import kind_of

    headers = "\n".join((ROOT / n).read_text() for n in files(".hpp") if n.startswith("include/"))
    declared = set(re.findall(r"\b(\w+)\(", headers)) | set(re.findall(r"NL_UFUNC_._.\((\w+),", headers))
    declared |= {row.name for row in ROWS}
    functions = {n for n in numpy.__all__ if callable(getattr(numloom, n, None))}
    native = {n for n in functions if kind_of(n) in ("ufuncs", "native")}
    assert not native - declared - OTHERWISE_IN_CPP
