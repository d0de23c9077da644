# SPDX-License-Identifier: BSD-3-Clause
"""The keywords axes, axis and keepdims of matmul, vecdot, matvec and vecmat, without NumPy's help."""

import numpy
import pytest
from parity import both, host, outcome

import numloom

A, B = numpy.arange(24.0).reshape(2, 3, 4), numpy.arange(24.0).reshape(2, 4, 3) - 7
V, Z = numpy.arange(4.0), (numpy.arange(24.0) * (1 - 2j)).reshape(2, 3, 4)

CASES = [
    ("matmul", A, B, {"axes": [(-2, -1), (-2, -1), (0, 1)]}),
    ("matmul", A, B, {"axes": [(1, 2), (1, 2), (2, 0)]}),
    ("matmul", A, A, {"axes": [(1, 2), (2, 1), (1, 2)]}),
    ("matmul", A, A, {"axes": [(0, 1), (1, 0), (2, 1)]}),
    ("matmul", Z, Z, {"axes": [(0, 1), (1, 0), (2, 1)], "dtype": "F", "casting": "same_kind"}),
    ("matmul", A[0], B, {"axes": [(0, 1), (-2, -1), (-2, -1)]}),
    ("matmul", V, B, {"axes": [(0,), (-2, -1), (0,)]}),
    ("matmul", V, B, {"axes": [0, (-2, -1), 0]}),
    ("matmul", V, V, {"axes": [0, 0, ()]}),
    ("matmul", V, V, {"axes": [0, 0]}),
    ("matmul", V, B, {"axes": [(0, 1), (-2, -1), 0]}),
    ("matmul", A, B, {"axes": 1}),
    ("matmul", A, B, {"axes": None}),
    ("matmul", A, B, {"axes": [(-2, -1), (-2, -1)]}),
    ("matmul", A, B, {"axes": [(-2, -1), (-2, -1), (0, 5)]}),
    ("matmul", A, B, {"axes": [(-2, -1), (-2, -1), (0, 0)]}),
    ("matmul", A, B, {"axes": [(-2, -1), (-2, 1.5), (0, 1)]}),
    ("matmul", A, B, {"axes": [(-2, -1), [-2, -1], (0, 1)]}),
    ("matmul", A, B, {"axes": [(True, -1), (-2, -1), (0, 1)]}),
    ("matmul", A, B, {"axes": [(0, 7), (-2, -1), (0, 1)]}),
    ("matmul", A, B, {"axis": 0}),
    ("matmul", V, V, {"axis": 0}),
    ("matmul", A, B, {"keepdims": True}),
    ("matmul", A, B, {"keepdims": False}),
    ("vecdot", A, A, {"axis": 0}),
    ("vecdot", Z, Z, {"axis": 1}),
    ("vecdot", Z, A, {"axis": -2, "keepdims": True}),
    ("vecdot", A, A, {"axis": 0, "keepdims": True}),
    ("vecdot", A, A, {"keepdims": True}),
    ("vecdot", A, A, {"axes": [0, 0]}),
    ("vecdot", A, A, {"axes": [0, 0], "keepdims": True}),
    ("vecdot", A, A, {"axes": [0, 0, 2], "keepdims": True}),
    ("vecdot", A, A, {"axes": [0, 0, ()]}),
    ("vecdot", A, A, {"axes": [(0,), -3]}),
    ("vecdot", A, B, {"axes": [1, 2]}),
    ("vecdot", V, V, {"keepdims": True}),
    ("vecdot", V, V, {"axis": 0}),
    ("vecdot", V, A, {"axes": [0, 2]}),
    ("vecdot", A, A, {"axis": 5}),
    ("vecdot", A, A, {"axis": 1.5}),
    ("vecdot", A, A, {"axis": None}),
    ("vecdot", A, A, {"axis": 0, "axes": [0, 0]}),
    ("vecdot", A, A, {"keepdims": 1}),
    ("vecdot", A, A[0], {"axis": 0}),
    ("vecdot", 3.0, V, {"axis": 0}),
    ("matvec", A, V, {"axes": [(1, 2), 0, 0]}),
    ("matvec", A, V[:2], {"axes": [(1, 0), 0, -1]}),
    ("matvec", A, V, {"axes": [(1, 2), 0]}),
    ("matvec", A, V, {"axis": 0}),
    ("matvec", A, V, {"keepdims": True}),
    ("vecmat", V, B, {"axes": [0, (1, 2), 0]}),
    ("vecmat", Z, B, {"axes": [-1, (1, 2), 0]}),
    ("vecmat", V, B, {"keepdims": False}),
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_fallback(monkeypatch):
    monkeypatch.setattr(numloom.config, "fallback", "error")


@pytest.mark.parametrize(("name", "a", "b", "keywords"), CASES, ids=lambda x: getattr(x, "shape", x))
def test_keywords(name, a, b, keywords):
    if not hasattr(numpy, name):
        pytest.skip("matvec and vecmat came with NumPy 2.2")
    theirs = outcome(getattr(numpy, name), a, b, **keywords)
    ours = outcome(getattr(numloom, name), both(a)[1], both(b)[1], **keywords)
    if theirs[1] is not None:
        assert type(ours[1]) is type(theirs[1]), f"{ours!r} for {theirs[1]!r}"
        return
    assert ours[1] is None, repr(ours[1])
    assert ours[0].dtype == theirs[0].dtype
    assert numpy.array_equal(host(ours[0]), theirs[0])  # whole numbers


def test_out():
    here = numloom.array(A)
    expected = numpy.matmul(A, B, axes=[(-2, -1), (-2, -1), (0, 1)])
    out = numloom.zeros((3, 3, 2))
    assert numloom.matmul(here, numloom.array(B), axes=[(-2, -1), (-2, -1), (0, 1)], out=out) is out
    assert numpy.array_equal(host(out), expected)
    wide = numloom.zeros((3, 6, 2))
    numloom.matmul(here, numloom.array(B), axes=[(-2, -1), (-2, -1), (0, 1)], out=wide[:, ::2])
    assert numpy.array_equal(host(wide[:, ::2]), expected)
    assert not host(wide[:, 1::2]).any()
    out = numloom.zeros((1, 3, 4))
    assert numloom.vecdot(here, here, axis=0, keepdims=True, out=out) is out
    assert numpy.array_equal(host(out), numpy.vecdot(A, A, axis=0)[None])
    for shape in ((2, 3), (2, 3, 2), (3, 1)):
        with pytest.raises(ValueError, match=r"out|shape"):
            numloom.vecdot(here, here, keepdims=True, out=numloom.zeros(shape))
    with pytest.raises(ValueError, match="mismatch"):
        numloom.matmul(
            here, numloom.array(B), axes=[(-2, -1), (-2, -1), (0, 1)], out=numloom.zeros((2, 3, 3))
        )


def test_out_may_be_an_operand():
    square = numpy.arange(18.0).reshape(2, 3, 3)
    here = numloom.array(square)
    numloom.matmul(here, here, axes=[(1, 2), (1, 2), (2, 1)], out=here)
    assert numpy.array_equal(host(here), (square @ square).swapaxes(1, 2))
