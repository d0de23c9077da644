# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""Order statistics, reductions without NaN, covariance, beside NumPy's."""

import warnings

import numpy
import pytest
from cases import ARRAYS, FINITE, check, without
from conftest import cpu_only

import numloom

ORDER = """
np.median(a) | np.median(m, axis=0) | np.median(m, axis=(0, 1), keepdims=True) | np.median(m, axis=-1, keepdims=True) | np.median(m, 5) | np.median(3) | np.median(m, 1, np.zeros(3))
np.nanmedian(a) | np.nanmedian(m, axis=0) | np.nanmedian(m, axis=1, keepdims=True)
np.quantile(a, .3) | np.quantile(a, [.1, .5, 1]) | np.quantile(a, 0) | np.quantile(a, [0, 1]) | np.quantile(a, [[.1, .2], [.5, .9]]) | np.quantile(a, 1.5) | np.quantile(b, .5, method='x') | np.quantile(a, np.float32(.2))
np.quantile(m, .25, axis=0) | np.quantile(m, [.25, .5], axis=1) | np.quantile(m, [.25, .5], axis=(0, 1), keepdims=True) | np.quantile(m, .3, axis=1, keepdims=True) | np.quantile(m, []) | np.quantile(m, [[[.5]]])
np.percentile(a, [1, 50, 99]) | np.percentile(m, 25, axis=0) | np.percentile(a, 101) | np.percentile(a, 50)
np.nanquantile(a, .3) | np.nanquantile(m, .3, axis=0) | np.nanquantile(m, [.3, .6], axis=1) | np.nanpercentile(m, [30, 60], axis=-1, keepdims=True) | np.nanpercentile(a, [30, 60])
np.quantile(a, [.1, .6], method='inverted_cdf', weights=np.ones(a.shape)) | np.quantile(m, .6, axis=0, method='inverted_cdf', weights=np.arange(m.shape[0])) | np.quantile(m, .6, axis=1, method='inverted_cdf', weights=np.arange(m.size).reshape(m.shape))
np.quantile(m, .6, weights=m) | np.nanquantile(m, .6, axis=1, method='inverted_cdf', weights=np.arange(m.size).reshape(m.shape)) | np.quantile(m, .5, method='inverted_cdf', weights=-np.ones(m.shape)) | np.quantile(m, .5, method='inverted_cdf', weights=[1])
""".strip().splitlines()
METHODS = ("inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
           "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest")  # fmt: skip
WITHOUT_NAN = """
np.nansum(a[:5]) | np.nansum(m, axis=0) | np.nansum(m, axis=1, keepdims=True) | np.nansum(m, axis=(0, 1)) | np.nansum(3.0) | np.nansum(m, 7) | np.nansum(m, where=m > 0) | np.nansum([])
np.nanprod(a[:2]) | np.nanprod(m[:2], axis=0) | np.nanprod(m[:, :2], axis=1, keepdims=True) | np.nanprod(3.0) | np.nanprod(m, 7)
np.nanmin(a[:5]) | np.nanmin(m, axis=0) | np.nanmin(m, axis=1, keepdims=True) | np.nanmin(a, initial=3) | np.nanmin([]) | np.nanmax(m, axis=(0, 1)) | np.nanmax(m, axis=0) | np.nanmax(3.0)
np.nanmean(m, axis=0) | np.nanmean(m, axis=1, keepdims=True) | np.nanmean(m, axis=(0, 1)) | np.nanmean(m, dtype=int) | np.nanmean([]) | np.nanmean(m, 9)
np.nanargmin(a) | np.nanargmax(a) | np.nanargmin(m, 1) | np.nanargmax(m, 0, keepdims=True) | np.nanargmin(m, 4)
np.nan_to_num(a) | np.nan_to_num(m, nan=3, posinf=5, neginf=-5) | np.nan_to_num(np.nan) | np.nan_to_num(a, copy=False) | np.nan_to_num(3) | np.nan_to_num(m.T)
""".strip().splitlines()
SPREAD = "np.nanvar(m, axis=0) | np.nanstd(m, axis=1, keepdims=True) | np.nanvar(m) | np.nanvar(m, axis=1, ddof=1) | np.nanstd(m, correction=1) | np.nanvar(m, ddof=1, correction=1) | np.nanmean(m, 0, where=m > 0)"
SCANS = "np.nancumsum(m, 0) | np.nancumsum(a[:9]) | np.nancumprod(m[:2, :3], 1) | np.nancumsum(m, 4)"
COVARIANCE = """
np.cov(a) | np.cov(m) | np.cov(m, rowvar=False, bias=True) | np.cov(a, a[::-1]) | np.cov(m, m, ddof=0) | np.cov(m, fweights=np.arange(m.shape[1])) | np.cov(m, aweights=np.arange(m.shape[1]) + .5)
np.cov(m, fweights=np.arange(m.shape[1]), aweights=np.arange(m.shape[1]) + .5) | np.cov(m, ddof=1.5) | np.cov(m, fweights=[.5]) | np.cov(m, aweights=[1]) | np.cov(m, dtype='f4') | np.cov(3) | np.cov(np.zeros((2, 2, 2))) | np.cov([])
np.corrcoef(m) | np.corrcoef(a, a * 2) | np.corrcoef(a) | np.corrcoef(m.T, rowvar=False)
""".strip().splitlines()


@pytest.mark.parametrize("line", ORDER, ids=lambda line: line[:30])
def test_order(line):
    check(line, without(ARRAYS, "bool") if "[]" in line else ARRAYS, 2)


@pytest.mark.parametrize("method", METHODS)
def test_methods(method):
    rule = f"method='{method}'"
    line = f"np.quantile(a, .3, {rule}) | np.quantile(m, [0, .1, .5, .77, 1], axis=0, {rule}) | np.nanquantile(m, [0, .1, .5, .77, 1.], axis=1, {rule}) | np.nanquantile(m, .4, axis=1, {rule})"
    check(line, ARRAYS, 2)


@pytest.mark.parametrize("line", WITHOUT_NAN, ids=lambda line: line[:30])
def test_without_nan(line):
    check(line, ARRAYS, 4096)


def test_spread():
    # NumPy rounds each float16 on the way; here they are added up in float32.
    check(SPREAD, without(ARRAYS, "float16"), 4096)
    check(SCANS, without(ARRAYS, "float16", "float32"), 4096)


@pytest.mark.parametrize("line", COVARIANCE, ids=lambda line: line[:30])
def test_covariance(line):
    check(line, without(FINITE, "bool", "float16", "many floats"), 1 << 20)


def test_long_rows_are_selected_exactly():
    """Ranks of one long row come from a bracket; whatever the values, they are those of the sorted row."""
    n = 1 << 17
    rng = numpy.random.default_rng(1)
    rows = {
        "normal": rng.standard_normal(n), "constant": numpy.zeros(n), "two values": rng.integers(0, 2, n) * 1.5,
        "sorted": numpy.arange(n) * 0.5, "spikes": numpy.where(rng.random(n) < 1e-3, 1e9, rng.random(n)),
        "infinite": numpy.where(rng.random(n) < 0.6, numpy.inf, rng.random(n)), "bytes": rng.integers(0, 256, n).astype("u1"),
        "wide ints": rng.integers(-(2**62), 2**62, n), "periodic": numpy.tile(numpy.arange(64.0), n // 64),
    }  # fmt: skip
    for name, row in rows.items():
        a, ordered = numloom.array(row), numpy.sort(row)
        for q in (0.0, 1e-5, 0.1, 0.5, 0.75, 0.99999, 1.0):
            assert numloom.quantile(a, q, method="lower") == ordered[int((n - 1) * q)], (name, q)
        split = numloom.partition(a, n // 3).get()
        assert split[n // 3] == ordered[n // 3], name
        assert (split[: n // 3] <= split[n // 3]).all(), name
        assert (split[n // 3 :] >= split[n // 3]).all(), name
        assert (numpy.sort(split) == ordered).all(), name
        assert row[numloom.argpartition(a, n // 3)[n // 3].item()] == ordered[n // 3], name


def test_blocks_of_large_arrays():
    """Sums without NaN go over large arrays in blocks, whichever the axis."""
    x = numpy.random.default_rng(2).standard_normal((700, 900))
    x[::7, ::5] = numpy.nan
    for layout in (x, x.T, x[:, ::2], numpy.asfortranarray(x)):
        a = numloom.array(layout)
        for axis in (None, 0, 1, (0, 1)):
            for name in ("nansum", "nanmean", "nanprod", "nanvar"):
                expected = getattr(numpy, name)(layout, axis=axis)
                assert numpy.allclose(getattr(numloom, name)(a, axis=axis).get(), expected, 1e-10), (
                    name,
                    axis,
                )


@cpu_only
def test_warnings():
    nothing = numloom.array([[numpy.nan, numpy.nan], [1.0, 2.0]])
    for call in (
        lambda: numloom.nanmean(nothing, axis=1), lambda: numloom.nanmax(nothing, axis=1),
        lambda: numloom.nanvar(nothing, axis=1), lambda: numloom.nanmedian(nothing, axis=1),
        lambda: numloom.nanquantile(nothing, 0.5, axis=1), lambda: numloom.cov([1.0]),
    ):  # fmt: skip
        with pytest.warns(RuntimeWarning):
            call()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        numloom.nanmean(nothing)


def test_out():
    m = numpy.arange(12.0).reshape(3, 4)
    for name, args in (
        ("median", ()),
        ("quantile", (0.3,)),
        ("nanmean", ()),
        ("nansum", ()),
        ("nanpercentile", (20,)),
    ):
        out = numloom.zeros(3)
        result = getattr(numloom, name)(numloom.array(m), *args, axis=1, out=out)
        assert result is out
        assert out.tolist() == getattr(numpy, name)(m, *args, axis=1).tolist()
