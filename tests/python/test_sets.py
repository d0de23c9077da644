# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""Sets and histograms, beside NumPy's."""

import numpy
import pytest
from cases import ARRAYS, FINITE, check, without

import numloom

SETS = """
np.unique(a) | np.unique(a, return_index=True, return_counts=True) | np.unique(a, True, True, True) | np.unique(a, equal_nan=False) | np.unique(a, axis=3) | np.unique(a, axis=0)
np.unique_counts(a) | np.unique_all(a)[0] | np.sort(np.unique_values(a))
np.isin(a, b) | np.isin(m, b, invert=True) | np.isin(a, b, kind='sort') | np.isin(a, b, kind='x') | np.isin(a, [1, 2]) | np.isin(a, []) | np.isin(3, a)
np.intersect1d(a, b) | np.intersect1d(a, b, return_indices=True) | np.union1d(a, b) | np.setdiff1d(a, b) | np.setxor1d(a, b) | np.setxor1d(np.unique(a), np.unique(b), True) | np.intersect1d(np.unique(a), np.unique(b), True, True)
""".strip().splitlines()
# Among NaN that are no one element, and rows with float16 NaN, NumPy's own order is not defined.
ROWS = "np.unique(m, return_inverse=True) | np.unique(m, axis=0) | np.unique(m, axis=-1, return_index=True, return_inverse=True, return_counts=True) | np.unique_inverse(m)"
COUNTS = """
np.bincount(np.abs(a[:20]).astype(int) % 50) | np.bincount([1, 2, 2], weights=[.5, 1, 2]) | np.bincount([1], minlength=5) | np.bincount([-1]) | np.bincount([]) | np.bincount(3) | np.bincount([1, 2], [1]) | np.bincount([1.5]) | np.bincount([1], minlength=-1) | np.bincount([1], minlength=None)
np.digitize(a, [0, 1, 5]) | np.digitize(m, [5, 1, 0], right=True) | np.digitize(a, [1, 0, 1]) | np.digitize(2.5, [1, 2, 3]) | np.digitize(a, [[1]]) | np.digitize(a, [2, 2])
""".strip().splitlines()
HISTOGRAMS = """
np.histogram(a) | np.histogram(a, 5, (0, 3)) | np.histogram(a, [0, 1, 2, 5]) | np.histogram(a, bins=7, density=True) | np.histogram(m, 4) | np.histogram(a, [1, 2, 2, 2]) | np.histogram(a, [1])
np.histogram(a, 0) | np.histogram(a, 1.5) | np.histogram(a, [3, 1]) | np.histogram(a, range=(1, 0)) | np.histogram(a, range=(np.nan, 1)) | np.histogram(a, 'xx') | np.histogram(a, weights=[1]) | np.histogram(a, [[1]])
np.histogram_bin_edges(a, 6) | np.histogram_bin_edges(a, [1, 2]) | np.histogram_bin_edges(a, 4, (0, 1))
np.histogram2d(a, a, [3, 4]) | np.histogram2d(a, a, [0, 1, 2, 3]) | np.histogramdd((a, a), [3, [0, 1, 2]], density=True) | np.histogram2d(a, b) | np.histogramdd(m[:, :3]) | np.histogramdd(m, [1])
""".strip().splitlines()
RULES = ("auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt")
WIDE = ("int32", "uint32", "int64", "uint64")  # of numbers so far apart NumPy makes billions of bins
COMPLEX = ("complex64", "complex128")


@pytest.mark.parametrize("line", SETS, ids=lambda line: line[:30])
def test_sets(line):
    check(line, ARRAYS)


def test_rows():
    check(ROWS, without(ARRAYS, "float16", "gaps", "only NaN", "many floats"))


@pytest.mark.parametrize("line", COUNTS, ids=lambda line: line[:30])
def test_counts(line):
    check(line, ARRAYS)


@pytest.mark.parametrize("line", HISTOGRAMS, ids=lambda line: line[:30])
def test_histograms(line):
    check(line, without(FINITE, *COMPLEX), 8)


def test_weights():
    line = "np.histogram(m, weights=m) | np.histogram(m, 3, weights=m * 1j, density=True) | np.histogram2d(b, b, 5, [[0, 1], [0, 2]], weights=b)"
    check(line, {name: FINITE[name] for name in ("float64", "repeated floats", "repeated ints")}, 4096)


@pytest.mark.parametrize("rule", RULES)
def test_rules(rule):
    check(
        f"np.histogram(a, '{rule}') | np.histogram_bin_edges(m, '{rule}', (0, 3))",
        without(FINITE, "float16", *WIDE, *COMPLEX),
        8,
    )


def test_the_last_bin_has_both_its_edges():
    for edges in ([0, 1, 2], [0.0, 1.0, 2.0], numpy.array([0, 255], "u1"), numpy.array([0, 127], "i1")):
        values = numpy.array([0, 1, 2, 2, 127], numpy.asarray(edges).dtype)
        counts = numloom.histogram(numloom.array(values), edges)[0]
        assert counts.tolist() == numpy.histogram(values, edges)[0].tolist()


def test_named_results():
    found = numloom.unique_all(numloom.array([3, 1, 3]))
    assert found.values.tolist() == [1, 3]
    assert found.counts.tolist() == [1, 2]
    assert found.inverse_indices.tolist() == [1, 0, 1]
