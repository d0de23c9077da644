# SPDX-License-Identifier: BSD-3-Clause
"""The classes of numpy.polynomial with arrays of numloom: evaluated and fitted on their device."""

import pickle
import warnings

import numpy
import pytest
from parity import both, host, outcome

import numloom

NAMES = ["Polynomial", "Chebyshev", "Legendre", "Laguerre", "Hermite", "HermiteE"]
X = numpy.linspace(-1, 3, 41)
Y = 2 - X + 0.5 * X**3 + numpy.sin(5 * X) / 10


def classes(name):
    return getattr(numpy.polynomial, name), getattr(numloom.polynomial, name)


@pytest.fixture(autouse=True)
def no_fallback(monkeypatch):
    monkeypatch.setattr(numloom.config, "fallback", "error")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", "ifdD")
def test_evaluation(name, dtype):
    theirs, ours = classes(name)
    for coef in ([2.0], [1, 2], [1.5, -2, 0.25, 3], numpy.array([1, 2j, 3])):
        for x in (X.astype(dtype), X[:40].reshape(5, 8).T.astype(dtype), X[:0].astype(dtype)):
            for keywords in ({}, {"domain": [-1, 3], "window": [0, 1]}):
                got = ours(coef, **keywords)(both(x)[1])
                expected = theirs(coef, **keywords)(x)
                assert isinstance(got, numloom.ndarray)
                assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
                assert numpy.allclose(host(got), expected, rtol=1e-12 if dtype != "f" else 1e-5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "keywords",
    [
        {"deg": 3},
        {"deg": 0},
        {"deg": [0, 1, 3]},
        {"deg": 4, "domain": []},
        {"deg": 3, "domain": [-2, 4], "window": [0, 1]},
        {"deg": 3, "w": numpy.arange(41.0)},
        {"deg": 3, "rcond": 1e-10, "symbol": "t"},
        {"deg": -1},
        {"deg": 1.5},
        {"deg": 2, "w": numpy.ones(3)},
    ],
    ids=str,
)
def test_fit(name, keywords):
    theirs, ours = classes(name)
    expected = outcome(theirs.fit, X, Y, **keywords)
    here = {k: both(v)[1] if isinstance(v, numpy.ndarray) else v for k, v in keywords.items()}
    got = outcome(ours.fit, both(X)[1], both(Y)[1], **here)
    if expected[1] is not None:
        assert type(got[1]) is type(expected[1])
        return
    assert got[1] is None, repr(got[1])
    assert numpy.allclose(got[0].coef, expected[0].coef, rtol=1e-9, atol=1e-9)
    assert numpy.array_equal(got[0].domain, expected[0].domain)
    assert numpy.array_equal(got[0].window, expected[0].window)
    assert got[0].symbol == expected[0].symbol


def test_fit_says_more():
    ours = numloom.polynomial.Polynomial
    made, (residuals, rank, s, rcond) = ours.fit(both(X)[1], both(Y)[1], 2, full=True)
    there = numpy.polynomial.Polynomial.fit(X, Y, 2, full=True)[1]
    assert numpy.allclose(host(residuals), there[0])
    assert int(rank) == there[1]
    assert numpy.allclose(host(s), there[2])
    assert rcond == there[3]
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        ours.fit(both(X[:2])[1], both(Y[:2])[1], 5)
    assert [w.category for w in seen] == [numpy.exceptions.RankWarning]
    assert made.degree() == 2


def test_classes_remain_numpys():
    ours = numloom.polynomial.Polynomial
    p = ours(both(numpy.array([1.0, 2, 3]))[1])
    assert isinstance(p, numpy.polynomial.Polynomial)
    assert isinstance(p.coef, numpy.ndarray)
    assert type(p * p + 1) is type(p.deriv()) is ours
    assert p(2.0) == 17
    assert pickle.loads(pickle.dumps(p)) == p
    assert numloom.polynomial.polynomial.Polynomial is ours
    x, y = both(numpy.linspace(-1, 1, 5))
    value = numloom.polynomial.polynomial.polyval(y, [1, 2, 3])
    assert isinstance(value, numloom.ndarray)
    assert value.device == y.device
    numpy.testing.assert_allclose(value.get(), numpy.polynomial.polynomial.polyval(x, [1, 2, 3]))
