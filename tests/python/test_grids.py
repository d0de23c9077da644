# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""np.mgrid, ogrid, r_, c_ and vectorize, beside NumPy's."""

import numpy
import pytest
from cases import FINITE, check
from conftest import DEVICE

import numloom

SETS = {name: FINITE[name] for name in ("int8", "uint16", "float32", "float64", "complex64", "repeated ints")}
GRIDS = """
np.mgrid[0:5] | np.mgrid[0:3, 0:4] | np.mgrid[-1:1:5j] | np.mgrid[-1:1:5j, 0:2:0.5] | np.mgrid[0:1:1j] | np.mgrid[0:1:0.3] | np.mgrid[:3, :2, :2] | np.mgrid[5:0:-2, 1:3] | np.mgrid[3:1] | np.mgrid[0:3:2, 0:2.5] | np.mgrid[0:2:3j, 0:2]
np.ogrid[0:5] | np.ogrid[0:3, 0:4] | np.ogrid[-1:1:5j] | np.ogrid[-1:1:5j, 0:2:0.5] | np.ogrid[0:1:1j, 0:2] | np.ogrid[5:0:-2, 1:3:0.5] | np.mgrid[:3.5] | np.mgrid[3:] | np.ogrid[:] | np.mgrid[::2] | np.ogrid[0:np.ones((2, 1)):3j, 1:2] | len(np.mgrid) | len(np.r_)
""".strip().splitlines()
JOINED = """
np.r_[1:4, 0, 4] | np.r_[a, 0, b] | np.r_[a, 0.5] | np.r_[-1:1:6j, [0] * 3, 5, 6] | np.r_['-1', m, m] | np.r_['0,2', b[:3], b[:3]] | np.r_['0,2,0', b[:3], b[:3]] | np.r_['1,2,0', b[:3], b[:3]] | np.r_[True, 2] | np.r_[1:3, 1j] | np.r_['0,3,1', [1, 2], [3, 4]]
np.r_[m, m] | np.r_[3] | np.r_[[]] | np.r_[b[:2], np.float32(3)] | np.r_['0', a] | np.r_[a, 'r'] | np.r_['0,x', a] | np.r_[a, m] | np.r_[0:3] | np.r_[a[:2], None:3] | np.r_['0,2,-1', b[:3], b[:3]]
np.c_[b[:3], b[3:6]] | np.c_[m, m] | np.c_[b[:3]] | np.c_[np.array([[1, 2, 3]]), 0, 0, np.array([[4, 5, 6]])] | np.c_[0:3, 3:6] | np.c_[b[:2], b[:3]] | np.c_[1, 2]
""".strip().splitlines()
VECTORIZED = "np.vectorize(lambda x, y: max(x, y), otypes=['f8'])(m.real, b.real[:1]) | np.vectorize(lambda x: x > 1)(m.real) | np.vectorize(lambda v: v.sum(), signature='(n)->()')(m) | np.vectorize(lambda x: (x, x), otypes=['f4', 'f8'])(b.real) | np.vectorize(lambda x: x)([]) | np.vectorize(lambda x: np.square(x))(m) | np.vectorize(np.square)(m) | np.vectorize(lambda x: (np.negative(x), x.real), otypes=['c16', 'f8'])(b) | np.vectorize(lambda v: np.asarray(v)[::-1], signature='(n)->(n)')(m) | np.vectorize(lambda p, x: np.polyval(p, x), excluded=['p'])(p=[1, 2], x=m)"


@pytest.mark.parametrize("line", GRIDS)
def test_grids(line):
    check(line, {"": FINITE["int8"]})


@pytest.mark.parametrize("line", JOINED)
def test_joined(line):
    check(line, SETS)


def test_vectorize():
    check(VECTORIZED, SETS)


def test_arrays_are_on_the_device():
    a = numloom.arange(3)
    for made in (numloom.mgrid[0:2, 0:3], numloom.r_[a, 1], numloom.c_[a, a], numloom.vectorize(abs)(a)):
        assert type(made) is numloom.ndarray
        assert str(made.device).split(":")[0] == DEVICE
    assert type(numloom.r_["r", [1, 2]]) is numpy.matrix


def test_vectorize_as_decorator():
    @numloom.vectorize(otypes=["f8"])
    def half(x):
        """Half of it."""
        return x / 2

    assert half(numloom.arange(3)).tolist() == [0, 0.5, 1]
    assert half.__doc__ == "Half of it."
