# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""Tables of expressions: each is evaluated with NumPy and with numloom, over sets of arrays a, b, m."""

import warnings

import numpy
from conftest import DEVICE
from parity import DTYPES, assert_outcome, outcome, samples

import numloom


def _array_sets():
    rng = numpy.random.default_rng(0)
    sets = {}
    for dtype in DTYPES:
        a = samples(dtype)
        sets[dtype.name] = (a, samples(dtype, 1, 40), a[:96].reshape(4, 24))
    gaps = rng.random((6, 10)) < 0.3
    sets |= {
        "empty": (numpy.zeros(0), numpy.zeros(0), numpy.zeros((0, 3))),
        "repeated floats": tuple(0.5 * rng.integers(0, 5, n) for n in (99, 30, (8, 3))),
        "repeated ints": tuple(rng.integers(low, 8, n) for low, n in ((0, 99), (3, 30), (6, (20, 3)))),
        "many bytes": (*(rng.integers(-5, 5, n).astype("i1") for n in (9000, 30)), rng.integers(0, 2, (3, 8))),
        "gaps": (numpy.where(rng.random(99) < 0.3, numpy.nan, rng.integers(0, 9, 99)),
                 numpy.array([1.0, 2.0, numpy.nan]), numpy.where(gaps, numpy.nan, rng.standard_normal((6, 10)))),
        "only NaN": tuple(numpy.full(shape, numpy.nan) for shape in (5, 4, (3, 4))),
    }  # fmt: skip
    n = 200_000 if DEVICE == "cpu" else 2_000  # the simulator takes its time
    big = rng.standard_normal(n + 1)
    sets["many floats"] = (big, numpy.round(big[: n // 2], 2), big[:n].reshape(2, -1))
    return sets


ARRAYS = _array_sets()
FINITE = {
    name: arrays for name, arrays in ARRAYS.items() if all(numpy.isfinite(x).all() and x.size for x in arrays)
} | {t.name: (samples(t, specials=False), samples(t, 1, 40, False), samples(t, specials=False).reshape(9, 11))
     for t in DTYPES}  # fmt: skip


def _evaluate(expression, np, arrays):
    return eval(expression, {"np": np, **dict(zip("abm", arrays))})


def check(line, sets, ulps=0):
    """Every expression of a line ("one | two") with every set of arrays."""
    failures = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for expression in line.split(" | "):
            for name, arrays in sets.items():
                expected = outcome(_evaluate, expression, numpy, [x.copy() for x in arrays])
                got = outcome(_evaluate, expression, numloom, [numloom.array(x) for x in arrays])
                try:
                    assert_outcome(got, expected, ulps, f"{expression} [{name}]")
                except AssertionError as error:
                    failures.append(str(error))
    assert not failures, "\n".join(failures)


def without(sets, *names):
    """The sets but those."""
    return {name: arrays for name, arrays in sets.items() if name not in names}
