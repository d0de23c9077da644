# SPDX-License-Identifier: BSD-3-Clause
"""Every reduction and scan x every dtype x layouts and axes against NumPy."""

import numpy
import pytest
from conftest import cpu_only
from parity import DTYPES, IDS, LARGE, LAYOUTS, assert_outcome, assert_same, both, outcome, samples

import numloom

REDUCTIONS = [
    "sum",
    "prod",
    "min",
    "max",
    "any",
    "all",
    "mean",
    "var",
    "std",
    "argmin",
    "argmax",
    "count_nonzero",
]
SCANS = ["cumsum", "cumprod"]


def numbers(dtype, size=99):
    """Moderate numbers: the rounding of sums is compared, not their overflow."""
    rng = numpy.random.default_rng(dtype.num)
    if dtype.kind == "c":
        part = numpy.dtype("f4" if dtype.itemsize == 8 else "f8")
        return (numbers(part, size) + 1j * numbers(part, size)[::-1]).astype(dtype)
    if dtype.kind == "f":
        return (rng.standard_normal(size) + 1.5).astype(dtype)
    return samples(dtype, 0, size)


def bound(name, dtype, count):
    """Rounding of `count` additions in any order (pairwise: log2), each of half an ulp, both libraries."""
    if dtype.kind not in "fc" or name in ("min", "max"):
        return 0
    if name in ("prod", "cumprod"):
        return 2 * count
    if name in ("cumsum",):
        return 4 * count  # partial sums may cancel
    return 64 if dtype.itemsize > 2 else 8


@pytest.mark.parametrize("dtype", DTYPES, ids=IDS)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_layouts(name, dtype):
    ours, theirs = getattr(numloom, name), getattr(numpy, name)
    for source in (numbers(dtype), numbers(dtype, LARGE)[: LARGE // 3 * 3]):
        there, here = both(source)
        for label, layout in LAYOUTS.items():
            a = layout(there)
            expected = outcome(theirs, a)
            got = outcome(ours, layout(here))
            kind = expected[0].dtype if hasattr(expected[0], "dtype") else dtype
            assert_outcome(
                got, expected, bound(name, kind, a.size) * _spread(name, a), f"{name} {dtype} {label}"
            )


def _spread(name, a):
    """How much larger the terms are than their sum: rounding errors are relative to the terms."""
    if name not in ("sum", "mean") or a.dtype.kind not in "fc" or not a.size:
        return 1
    return max(1, numpy.abs(a).astype("f8").sum() / max(abs(complex(a.astype("D").sum())), 1e-9))


def _reference(function, dtype):
    """NumPy's function; float16 accumulated in float32, as here, where NumPy overflows on the way."""
    if dtype != "f2" or function.__name__ not in ("prod", "var", "std"):
        return function
    return lambda a, **keywords: function(a, dtype="f4", **keywords).astype("f2")[()]


SHAPES = [((4, 5, 6), (0, 1, 2, -1, (0, 1), (1, 2), (0, 2), (0, 1, 2), None, ())), ((3, 0, 2), (0, 1, 2)),
          ((1, 7), (0, 1)), ((300, 2), (0, 1)), ((2, 300), (0, 1)), ((33, 65), (0, 1))]  # fmt: skip


@pytest.mark.parametrize("dtype", ["?", "i4", "u1", "f2", "f4", "f8", "c8"])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_axes(name, dtype):
    ours, theirs = getattr(numloom, name), getattr(numpy, name)
    for shape, axes in SHAPES:
        there, here = both(numbers(numpy.dtype(dtype), int(numpy.prod(shape))).reshape(shape))
        for axis in axes:
            if name.startswith("arg") and isinstance(axis, tuple):
                continue
            for keepdims in (False, True):
                for a, b in ((there, here), (there.T, here.T)):
                    expected = outcome(_reference(theirs, dtype), a, axis=axis, keepdims=keepdims)
                    got = outcome(ours, b, axis=axis, keepdims=keepdims)
                    kind = getattr(expected[0], "dtype", numpy.dtype(dtype))
                    factor = 100 if name in ("sum", "mean") else 1  # terms of both signs
                    assert_outcome(
                        got, expected, bound(name, kind, a.size) * factor, f"{name} {shape} {axis}"
                    )


@pytest.mark.parametrize("dtype", DTYPES, ids=IDS)
@pytest.mark.parametrize("name", SCANS)
def test_scans(name, dtype):
    ours, theirs = getattr(numloom, name), getattr(numpy, name)
    source = numbers(dtype, 60)
    if name == "cumprod" and dtype.kind in "fc":
        source = source / numpy.abs(source).max()
    there, here = both(source.astype(dtype).reshape(3, 4, 5))
    for axis in (None, 0, 1, -1):
        expected = theirs(there, axis=axis)
        assert_same(
            ours(here, axis=axis), expected, bound(name, expected.dtype, 20), f"{name} {dtype} {axis}"
        )
        expected = theirs(there.T, axis=axis)
        assert_same(
            ours(here.T, axis=axis), expected, bound(name, expected.dtype, 20), f"{name}.T {dtype} {axis}"
        )


def test_keywords():
    there, here = both(numbers(numpy.dtype("f8"), 24).reshape(4, 6))
    mask = there > 1
    device_mask = numloom.array(mask)
    for name in ("sum", "prod", "mean", "var", "std"):
        ours, theirs = getattr(numloom, name), getattr(numpy, name)
        assert_same(ours(here, 0, where=device_mask), theirs(there, 0, where=mask), 64, f"{name} where")
        assert_same(ours(here, dtype="f4"), theirs(there, dtype="f4"), 64, f"{name} dtype")
        x, y = both(numpy.zeros(6))
        theirs(there, 0, out=x)
        assert ours(here, 0, out=y) is y
        assert_same(y, x, 64, f"{name} out")
    for name in ("min", "max"):
        ours, theirs = getattr(numloom, name), getattr(numpy, name)
        assert_same(
            ours(here, 1, initial=1.0, where=device_mask), theirs(there, 1, initial=1.0, where=mask), 0, name
        )
        assert_same(ours(here[:0], 0, initial=3.0), theirs(there[:0], 0, initial=3.0), 0, f"{name} initial")
    assert_same(numloom.sum(here, initial=10), numpy.sum(there, initial=10), 64, "initial")
    for ddof in (0, 1, 1.5):
        assert_same(here.var(1, ddof=ddof), there.var(1, ddof=ddof), 64, "ddof")
        assert_same(
            numloom.std(here, 1, correction=ddof), numpy.std(there, 1, correction=ddof), 64, "correction"
        )
    assert_same(here.any(1, where=device_mask), there.any(1, where=mask), 0, "any where")


def test_nan_wins():
    there, here = both(numpy.array([1.0, numpy.nan, -3.0, numpy.nan, 7.0], "f4"))
    for name in ("min", "max", "argmin", "argmax", "sum", "mean"):
        assert_same(getattr(numloom, name)(here), getattr(numpy, name)(there), 0, name)
    assert numloom.fmin.reduce(here) == -3
    assert numloom.fmax.reduce(here) == 7


def test_accuracy_of_long_sums():
    """float32 sums are as accurate as pairwise summation: one ulp or two, not one for each thousand terms."""
    there = numpy.full(1_000_000, 0.1, "f4")
    exact = numpy.sum(there, dtype="f8")
    ours = float(numloom.sum(numloom.array(there)))
    assert abs(ours - exact) <= abs(float(there.sum()) - exact) + 2 * numpy.spacing(numpy.float32(exact))
    values = numpy.float32(10_000) + numpy.random.default_rng(0).random(100_000, dtype="f4")
    exact = numpy.var(values.astype("f8"))
    assert abs(float(numloom.var(numloom.array(values))) / exact - 1) < 1e-4


def test_first_of_equals():
    here = numloom.array([3, 7, 7, 1, 1])
    assert int(here.argmax()) == 1
    assert int(here.argmin()) == 3
    ties = numloom.array(numpy.zeros((100, 3)))
    assert ties.argmax(0).tolist() == [0, 0, 0]


def test_errors():
    empty = numloom.zeros((0, 3))
    for name in ("min", "max", "argmin", "argmax"):
        with pytest.raises(ValueError, match=r"empty|zero-size|identity"):
            getattr(numloom, name)(empty)
    with pytest.raises(numpy.exceptions.AxisError):
        numloom.sum(empty, axis=2)
    with pytest.raises(ValueError, match=r"duplicate|repeated"):
        numloom.sum(empty, axis=(0, 0))
    with pytest.raises(TypeError):
        numloom.sum(empty, axis=1.5)


@cpu_only
@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "c16"])
def test_short_sums_are_numpys_to_the_last_bit(dtype):
    """Up to 128 real numbers: arrays, rows, every second element; means and variances of real ones."""
    rng = numpy.random.default_rng(3)
    for n in range(1, 129 if dtype[0] == "f" else 65):
        a = rng.standard_normal((5, n)).astype(dtype)
        if dtype[0] == "c":
            a += 1j * rng.standard_normal((5, n))
        b = numloom.array(a)
        assert b[0].sum().item() == a[0].sum().item(), n
        assert b.sum(axis=1).tolist() == a.sum(axis=1).tolist(), n
        assert b[1, ::2].sum().item() == a[1, ::2].sum().item(), n
        if dtype[0] == "f":
            assert b[2].mean().item() == a[2].mean().item(), n
            assert b[3].var().item() == a[3].var().item(), n
            assert b.std(axis=1).tolist() == a.std(axis=1).tolist(), n
