# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501
# One line per call: the list is meant to be read down.
"""Parameters for every element, and samples of several numbers: NumPy's numbers, drawn by numloom itself."""

import warnings

import numpy
import pytest
from conftest import DEVICE, numpy_2_4
from parity import assert_same
from test_random import ENGINES, ULPS, pair, same_state, text_of

import numloom

EACH = (
    lambda g, np: g.lognormal([0, 1], [0.1, 0.2], (3, 2)), lambda g, np: g.lognormal(np.asarray([0, 1.5]), 1), lambda g, np: g.lognormal([numpy.nan, 1]), lambda g, np: g.rayleigh([1, 2.5]), lambda g, np: g.pareto([[1], [2]], (2, 3)),
    lambda g, np: g.weibull([0, 1.5]), lambda g, np: g.power([0.5, 2]), lambda g, np: g.laplace([0, 1], [[1], [2]]), lambda g, np: g.logistic(0, [1, 2]), lambda g, np: g.gumbel(np.asarray([0, 1], "f4"), 2), lambda g, np: g.triangular([0, 1], [1, 2], 3),
    lambda g, np: g.standard_gamma([0.3, 1, 0, 2.5]), lambda g, np: g.standard_gamma([0.3, 1, 0, 2.5], (2, 4), "f4"), lambda g, np: g.standard_gamma(0.3, 70, "f4"), lambda g, np: g.standard_gamma(2.5, dtype="f4"), lambda g, np: g.standard_gamma([2], dtype="f4"), lambda g, np: g.standard_gamma(1, (3, 3), dtype="f4"),
    lambda g, np: g.gamma([0.5, 2], [[1], [3]]), lambda g, np: g.chisquare(np.arange(1, 5)), lambda g, np: g.beta([0.5, 2], [0.5, 3]), lambda g, np: g.f([3, 4], 5), lambda g, np: g.standard_t([2, 3], size=(2, 2)),
    lambda g, np: g.vonmises([0, 1, 2], [0.5, 1e-9, 1e7]), lambda g, np: g.noncentral_chisquare([3, 0.5, 3], [1, 2, 0]), lambda g, np: g.noncentral_f([3, 4], 5, [1, 2]), lambda g, np: g.poisson([0, 1, 20.0]), lambda g, np: g.poisson(np.asarray([3]), 5), lambda g, np: g.poisson([[1, 50]], (40, 2)),
    lambda g, np: g.geometric([0.1, 0.9]), lambda g, np: g.binomial([10, 100, 1000], [0.1, 0.5, 0.9]), lambda g, np: g.binomial(np.asarray([5, 6], "u1"), 0.5), lambda g, np: g.binomial([True, 3], 0.5), lambda g, np: g.negative_binomial([1, 2], [0.3, 0.4]), lambda g, np: g.zipf([2, 3.0]), lambda g, np: g.logseries([0.2, 0.9]),
    lambda g, np: g.hypergeometric([10, 100], [20, 50], [5, 30]), lambda g, np: g.hypergeometric(10, 20, 5), lambda g, np: g.hypergeometric(10, 20, [5, 25, 30, 0], (3, 4)), lambda g, np: g.hypergeometric(1000, 3000, 500, 700), lambda g, np: g.hypergeometric(15, 10**6, 300, 70), lambda g, np: g.hypergeometric(5, 0, 3, 2), lambda g, np: g.hypergeometric(0, 5, 3, 2), lambda g, np: g.hypergeometric(10**9 - 1, 10**9 - 1, 10**6, 5),
    lambda g, np: g.exponential([1, 2], (3, 2)), lambda g, np: g.normal([[0], [1]], [1, 2]), lambda g, np: g.uniform([0, 1], [2, 3]), lambda g, np: g.normal(0, np.asarray([1.0, 0.0])), lambda g, np: g.poisson([]), lambda g, np: g.gamma(np.ones((0, 3)), 2), lambda g, np: g.gamma([1, 2], size=(0, 2)), lambda g, np: g.poisson(np.asarray(3.0)),
    lambda g, np: g.poisson(np.arange(3000) / 100), lambda g, np: g.gamma(np.arange(1, 3000) / 700, 2), lambda g, np: g.binomial(np.arange(3000), 0.3),
)  # fmt: skip
ROWS = (
    lambda g, np: g.multinomial(20, [0.2, 0.3, 0.5]), lambda g, np: g.multinomial(20, [0.2, 0.3, 0.5], 700), lambda g, np: g.multinomial([10, 20], [0.2, 0.3, 0.5], (3, 2)), lambda g, np: g.multinomial([[10], [20]], [[0.2, 0.8], [0.5, 0.5]]), lambda g, np: g.multinomial(5, [[0.2, 0.8], [0.5, 0.5]]),
    lambda g, np: g.multinomial(0, [0.5, 0.5], 3), lambda g, np: g.multinomial(10**6, [0.1] * 10, 5), lambda g, np: g.multinomial(5, [1.0]), lambda g, np: g.multinomial(5, [0, 0, 1.0]), lambda g, np: g.multinomial(5, [1.0, 0, 0], (2, 2)), lambda g, np: g.multinomial(np.arange(90), np.asarray([0.5, 0.25, 0.25], "f4")), lambda g, np: g.multinomial(3, [0.5, 0.5], (0, 2)), lambda g, np: g.multinomial(2**40, [0.3, 0.7], 3),
    lambda g, np: g.dirichlet([1, 2, 3]), lambda g, np: g.dirichlet([0.5, 0.5], 700), lambda g, np: g.dirichlet(np.asarray([0.05, 0.01, 0.09]), (2, 3)), lambda g, np: g.dirichlet([0, 0], 2), lambda g, np: g.dirichlet([0, 1]), lambda g, np: g.dirichlet([], 2), lambda g, np: g.dirichlet([1]), lambda g, np: g.dirichlet((1, 2), 0),
    lambda g, np: g.multivariate_hypergeometric([3, 4, 5], 6), lambda g, np: g.multivariate_hypergeometric([16, 8, 4], 20, 500), lambda g, np: g.multivariate_hypergeometric([100, 200, 300], 250, (2, 3)), lambda g, np: g.multivariate_hypergeometric(np.asarray([3, 4], "u1"), 7, 2), lambda g, np: g.multivariate_hypergeometric([3, 4], 0, 2), lambda g, np: g.multivariate_hypergeometric([5], 3),
    lambda g, np: g.multivariate_hypergeometric([16, 8, 4], 6, 500, "count"), lambda g, np: g.multivariate_hypergeometric([16, 8, 4], 20, (2, 3), method="count"), lambda g, np: g.multivariate_hypergeometric([0, 3], 3, method="count"), lambda g, np: g.multivariate_hypergeometric([], 0), lambda g, np: g.multivariate_hypergeometric([], 0, 3, "count"),
)  # fmt: skip
# What NumPy before 2.4 draws otherwise.
MENDED = (lambda g, np: g.wald([1, 2], [2, 3]), lambda g, np: g.dirichlet([1e-3] * 4, 9))
ORDERS = (
    lambda g, np: g.permutation(10), lambda g, np: g.permutation(np.arange(700)), lambda g, np: g.permuted(np.arange(12).reshape(3, 4), axis=1), lambda g, np: g.choice(100, 20, replace=False), lambda g, np: g.choice(20000, 900, replace=False, shuffle=False), lambda g, np: g.choice(4, 9, p=[0.1, 0.2, 0.3, 0.4]),
    lambda g, np: g.integers([1, 2], [5, 2**40], (3, 2)), lambda g, np: g.integers([1, 2], 200, dtype="u1", size=(9, 2)), lambda g, np: g.integers(3 << 61, size=900), lambda g, np: g.random(700), lambda g, np: g.standard_normal(700, "f4"), lambda g, np: g.uniform(-1, 2, 700), lambda g, np: g.bytes(700),
)  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "draws",
    [
        pytest.param(EACH, id="each"),
        pytest.param(ROWS, id="rows"),
        pytest.param(ORDERS, id="orders"),
        pytest.param(MENDED, id="mended", marks=numpy_2_4),
    ],
)
def test_drawn_by_numloom(draws, engine):
    there, here = pair(31, engine)
    there.random(dtype="f4"), here.random(dtype="f4")  # a half-used word
    numloom.config.fallback = "error"
    for draw in draws:
        for _ in range(2):
            assert_same(draw(here, numloom), draw(there, numpy), ULPS, text_of(draw))
            same_state(here, there)


COVARIANCES = {"small": [[2, 0.3], [0.3, 1]], "flat": [[0.0, 0], [0, 0]], "large": numpy.cov(numpy.random.default_rng(0).normal(size=(20, 50))), "float32": numpy.asarray([[2, 0.3], [0.3, 1]], "f4"), "bad": [[1.0, 2], [2, 1]]}  # fmt: skip


@pytest.mark.parametrize("method", ["svd", "eigh", "cholesky"])
@pytest.mark.parametrize("name", COVARIANCES)
def test_multivariate_normal(name, method):
    """The sums of products are rounded otherwise: bounds are those of a product of that length."""
    cov = numpy.asarray(COVARIANCES[name])
    mean = numpy.arange(len(cov), dtype=cov.dtype)
    there, here = pair(5)
    for size in (None, 3, (2, 3), 0, (), 1000):
        for check in ("warn", "ignore", "raise"):
            outcome = []
            for g, np in ((there, numpy), (here, numloom)):
                with warnings.catch_warnings(record=True) as said:
                    warnings.simplefilter("always")
                    try:
                        x = g.multivariate_normal(
                            np.asarray(mean), np.asarray(cov), size, check, method=method
                        )
                    except (ValueError, numpy.linalg.LinAlgError) as e:
                        x = e
                outcome.append((x, [(w.category, str(w.message)) for w in said]))
            (theirs, their_warnings), (ours, our_warnings) = outcome
            assert our_warnings == their_warnings
            if isinstance(theirs, Exception):
                assert (type(ours), str(ours)) == (type(theirs), str(theirs))
            else:
                assert isinstance(ours, numloom.ndarray)
                assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
                scale = numpy.abs(theirs).max(initial=1)
                assert numpy.abs(ours.get() - theirs).max(initial=0) <= 4 * len(cov) * 2**-52 * scale
            same_state(here, there)


BAD = (
    lambda g, np: g.poisson([1, -1]), lambda g, np: g.poisson([1, 2], 3), lambda g, np: g.poisson([1, 2], (2, 1)), lambda g, np: g.poisson([1j]), lambda g, np: g.poisson(["a"]), lambda g, np: g.poisson([1, 2], 2.5), lambda g, np: g.normal([1, 2], 1, 2.5), lambda g, np: g.uniform([1, 2], 3, "a"), lambda g, np: g.exponential([1, 2], 2.5),
    lambda g, np: g.gamma([1, 2], [1, -1]), lambda g, np: g.beta([0, 1], 1), lambda g, np: g.binomial(np.asarray([2.5]), 0.5), lambda g, np: g.binomial([2], 1.5), lambda g, np: g.binomial(np.asarray([2], "u8"), 0.5), lambda g, np: g.triangular([1, 2], 1, 3), lambda g, np: g.standard_gamma([1, -1], dtype="f4"), lambda g, np: g.zipf([1, 2]),
    lambda g, np: g.hypergeometric(10, 20, 31), lambda g, np: g.hypergeometric(10**9, 1, 1), lambda g, np: g.hypergeometric(-1, 2, 1), lambda g, np: g.hypergeometric([10, 1], [20, 1], 3), lambda g, np: g.hypergeometric(np.asarray([2.5]), 1, 1), lambda g, np: g.hypergeometric(1, 2),
    lambda g, np: g.multinomial(5, []), lambda g, np: g.multinomial(5, 0.5), lambda g, np: g.multinomial(-1, [0.5, 0.5]), lambda g, np: g.multinomial(5, [0.6, 0.6, 0.1]), lambda g, np: g.multinomial(5, [-0.1, 1.1]), lambda g, np: g.multinomial(5, [numpy.nan, 1]), lambda g, np: g.multinomial([1, 2], [0.5, 0.5], 3), lambda g, np: g.multinomial(np.asarray([2.5]), [0.5, 0.5]), lambda g, np: g.multinomial(5, [0.5, 0.5j]),
    lambda g, np: g.dirichlet([-1, 2]), lambda g, np: g.dirichlet(2.0), lambda g, np: g.dirichlet([[1, 2]]), lambda g, np: g.dirichlet([1, 2], -1), lambda g, np: g.dirichlet([1, 2], 2.5),
    lambda g, np: g.multivariate_hypergeometric([3, 4], 8), lambda g, np: g.multivariate_hypergeometric([3, -1], 1), lambda g, np: g.multivariate_hypergeometric([3.0, 4], 1), lambda g, np: g.multivariate_hypergeometric([[3, 4]], 1), lambda g, np: g.multivariate_hypergeometric([3, 4], -1), lambda g, np: g.multivariate_hypergeometric([3, 4], 2.0), lambda g, np: g.multivariate_hypergeometric([10**9], 2), lambda g, np: g.multivariate_hypergeometric([3, 4], 1, method="x"), lambda g, np: g.multivariate_hypergeometric([True, False], 1),
    lambda g, np: g.multivariate_normal([[0, 1]], numpy.eye(2)), lambda g, np: g.multivariate_normal([0, 1], numpy.eye(3)), lambda g, np: g.multivariate_normal([0, 1], [1, 2]), lambda g, np: g.multivariate_normal([0, 1j], numpy.eye(2)), lambda g, np: g.multivariate_normal([], numpy.empty((0, 0))), lambda g, np: g.multivariate_normal([0], [[1]], method="x"), lambda g, np: g.multivariate_normal([0], [[1]], check_valid="x"), lambda g, np: g.multivariate_normal([0, 1], [[numpy.nan, 0], [0, 1]]),
)  # fmt: skip


@pytest.mark.parametrize("engine", ["PCG64", "SFC64"])
@pytest.mark.parametrize("call", BAD, ids=[str(i) for i in range(len(BAD))])
def test_errors_are_numpys(call, engine):
    there, here = pair(1, engine)
    with pytest.raises(Exception) as expected:  # noqa: PT011
        call(there, numpy)
    with pytest.raises(type(expected.value)) as got:
        call(here, numloom)
    if "argument" not in str(expected.value):
        assert str(got.value) == str(expected.value)
    same_state(here, there)


@pytest.mark.parametrize("engine", ENGINES)
def test_choice_of_no_dimensions_is_an_array(engine):
    _, here = pair(1, engine)
    for keywords in ({}, {"replace": False}, {"p": [0.5, 0.5]}):
        for population in (2, [1, 2], numloom.asarray([1.5, 2.5])):
            assert not here.choice(population, (), **keywords)._is_scalar


def test_drawn_where_arrays_live():
    rng = numloom.random.default_rng(3)
    for x in (rng.poisson([1, 2]), rng.dirichlet([1, 2]), rng.multinomial(3, [0.5, 0.5]), rng.multivariate_normal([0], [[1]]), rng.hypergeometric(3, 4, 2, 5)):  # fmt: skip
        assert x.device.type == DEVICE
