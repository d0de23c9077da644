# SPDX-License-Identifier: BSD-3-Clause
"""Floating-point errors on the CPU: the same warnings as NumPy's, and what errstate does with them."""

import warnings

import numpy
import pytest
from conftest import DEVICE

import numloom

pytestmark = pytest.mark.skipif(DEVICE != "cpu", reason="is about the CPU: a GPU reports no errors")


@pytest.fixture(autouse=True)
def numpys_own_errstate():
    with numpy.errstate(all="warn", under="ignore"):
        yield


def warned(case, np):
    a = np.arange(1.0, 5.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        case(np, a)
    return [(w.category, str(w.message)) for w in caught]


CASES = {
    "quotient": lambda np, a: a / 0,
    "nothing by nothing": lambda np, a: 0 / (a * 0),
    "logarithm": lambda np, a: np.log(a - 1),
    "exponential": lambda np, a: np.exp(a * 1000),
    "root": lambda np, a: np.sqrt(-a),
    "power": lambda np, a: np.power(a - 1, -1.0),
    "remainder": lambda np, a: a % 0,
    "both": lambda np, a: divmod(a, 0),
    "integers": lambda np, a: a.astype(int) // 0,
    "least integer": lambda np, a: np.array([-128], np.int8) // np.array([-1], np.int8),
    "scalars": lambda np, a: a[0] / a[0].__mul__(0),
    "in place": lambda np, a: np.log(a - 1, out=a),
    "float16": lambda np, a: np.array([6e4], np.float16) * 2,
    "complex": lambda np, a: np.array([1 + 1j]) / 0,
    "complex logarithm": lambda np, a: np.log(0j),
    "modulus": lambda np, a: np.abs(np.array([1e308 + 1e308j])),
    "plain sum": lambda np, a: np.full(4, 1e308).sum(),
    "plain sum of opposite infinities": lambda np, a: np.sum(np.array([np.inf, -np.inf])),
    "sum": lambda np, a: (a * 1e308).sum(),
    "running sum": lambda np, a: np.cumsum(a * 1e308),
    "mean of nothing": lambda np, a: a[:0].mean(),
    "variance of one": lambda np, a: a[:1].var(ddof=1),
    "cast": lambda np, a: np.array([np.inf, 1]).astype(np.int32),
    "narrow cast": lambda np, a: np.array([1e300]).astype(np.float32),
    "half cast": lambda np, a: np.array([1e6]).astype(np.float16),
    "Kronecker product": lambda np, a: np.kron(a * 1e200, a * 1e200),
    "bessel": lambda np, a: np.i0([800.0]),
    "powers": lambda np, a: np.logspace(300, 310, 3),
    "sampling function": lambda np, a: np.sinc([np.inf]),
    "many": lambda np, a: 1 / (np.arange(1_000_000.0) - 5),
    "many strided": lambda np, a: np.log(np.arange(100_000.0)[::2]),
    "masked": lambda np, a: np.divide(a, a - 1, where=a > 1, out=a),
    "masked, with an error": lambda np, a: np.divide(a, a - 1, where=a < 3, out=a),
    "wrapping scalars": lambda np, a: np.array([127], "i1")[0] + np.array([1], "i1")[0],
    "wrapping scalar less a number": lambda np, a: np.array([0], "u2")[0] - 1,
    "wrapping product": lambda np, a: 4 * np.array([2**62])[0],
    "wrapping negative": lambda np, a: -np.array([1], "u8")[0],
    "wrapping modulus": lambda np, a: abs(np.array([-128], "i1")[0]),
    "wrapping sum by Python": lambda np, a: sum(np.array([200, 100], "u1")),
    "covariance of one": lambda np, a: np.cov([[1.0]]),
    "covariance of infinities": lambda np, a: np.cov([[1.0, np.inf], [2, 3]]),
    # And none where there is no error.
    "covariance of NaN": lambda np, a: np.cov([[1.0, np.nan], [2, 3]]),
    "covariance of nothing": lambda np, a: np.cov(np.zeros((0, 0))),
    "scalars that fit": lambda np, a: np.array([-(2**63)])[0] + np.array([2**63 - 1])[0] * -1 * -1,
    "ufunc of scalars": lambda np, a: np.add(np.array([127], "i1")[0], np.array([1], "i1")[0]),
    "wrapping arrays of no dimensions": lambda np, a: np.array(127, "i1") + np.array(1, "i1"),
    "range of NaN": lambda np, a: np.ptp([1.0, np.nan, 2.0, 3.0, np.nan, 7.0]),
    "phases with NaN": lambda np, a: np.unwrap([1.0, np.nan, 9]),
    "bessel of NaN": lambda np, a: np.i0([np.nan, 9, 1]),
    "gradient of NaN": lambda np, a: np.gradient([1.0, np.nan, 9]),
    "comparison": lambda np, a: a > np.nan,
    "NaN passes": lambda np, a: np.exp(a * np.nan) + np.sqrt(a * np.nan) * np.nan,
    "infinity passes": lambda np, a: np.exp(a * np.inf) + np.log(a * np.inf),
    "extrema": lambda np, a: np.maximum(a, np.nan).max(),
    "wrapping integers": lambda np, a: np.array([127], np.int8) + np.array([1], np.int8),
    "underflow": lambda np, a: np.exp(a * -1000) * 1e-300,
}


@pytest.mark.parametrize("name", CASES)
def test_the_same_warnings(name):
    assert warned(CASES[name], numloom) == warned(CASES[name], numpy)


def test_correlation_of_what_does_not_vary():
    for np in (numpy, numloom):
        assert (RuntimeWarning, "invalid value encountered in divide") in warned(
            lambda np, a: np.corrcoef([[1.0, 1, 1], a[:3]]), np
        )


def test_errstate_decides():
    zero, one = numloom.zeros(2), numloom.ones(2)
    with numpy.errstate(divide="raise"), pytest.raises(FloatingPointError, match="divide by zero"):
        one / zero
    with numloom.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        one / zero
        zero / zero
        zero // 0


def test_errstate_calls():
    seen = []
    with numloom.errstate(over="call", call=lambda text, status: seen.append((text, status))):
        numloom.full(2, 1e308) * 10
    assert seen == [("overflow", 2)]


def test_variance_reports_by_its_result():
    with pytest.warns(RuntimeWarning, match="invalid value"):
        numloom.array([1, numloom.inf]).var()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in (1, 7, 1000, 100_000):
            numloom.arange(float(n)).var()
            numloom.full(n, numloom.nan).std()
            numloom.arange(2.0 * n).reshape(2, n).var(axis=0)


def test_flags_of_others_are_no_errors():
    float("inf") - float("inf")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not float("nan") < 1.0
        numloom.ones(3) + 1
        numloom.ones(100_000) * 2
