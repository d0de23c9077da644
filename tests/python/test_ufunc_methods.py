# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""reduce, accumulate, reduceat and outer of every ufunc of two inputs, against NumPy and without its help."""

import warnings

import numpy
import pytest
from conftest import DEVICE
from parity import assert_outcome, outcome

import numloom

UFUNCS = sorted(name for name in dir(numloom) if isinstance(getattr(numloom, name), numloom.ufunc)
                and getattr(numloom, name).nin == 2 and not getattr(numloom, name).signature)  # fmt: skip
# NumPy 2.4.6 (on x86-64) does not give the last of accumulate when one of these is reduced: [3, 1, 2, 1] to 3
# instead of 9.
MISREDUCED = ("arctan2", "atan2", "power", "pow", "ldexp")
IN_EVERY_WAY = [
    lambda u, a: u.reduce(a[0]), lambda u, a: u.reduce(a, axis=1, keepdims=True), lambda u, a: u.reduce(a, axis=-1, initial=2, where=[True, False, True, True]),
    lambda u, a: u.reduce(a, axis=(0, 1)), lambda u, a: u.reduce(a, axis=None, initial=1), lambda u, a: u.reduce(a[:0]), lambda u, a: u.reduce(a[:, :0]),
    lambda u, a: u.reduce(a, where=a > 2), lambda u, a: u.reduce(a[:1], initial=None), lambda u, a: u.reduce(a, axis=()), lambda u, a: u.reduce(a[1, 1]),
    lambda u, a: u.reduceat(a[0], [0, 3, 1, 2]), lambda u, a: u.reduceat(a, [0, 2, 1, 2, 0, 3, 2, 1, 0, 3, 3], axis=-1), lambda u, a: u.reduceat(a.T, [1], axis=(1,)),
]  # fmt: skip
IN_STEPS = [
    lambda u, a: u.accumulate(a), lambda u, a: u.accumulate(a.T, axis=1), lambda u, a: u.accumulate(a[:0]), lambda u, a: u.accumulate(a[:, ::-2], 1),
    lambda u, a: u.outer(a[0], a), lambda u, a: u.outer(a[1, 1], 3), lambda u, a: u.outer(a[0], a[:0]),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_help():
    numloom.config.fallback = "error"


def check(cases, name, there):
    here = numloom.array(there)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, case in enumerate(cases):
            expected = outcome(case, getattr(numpy, name), there)
            assert_outcome(
                outcome(case, getattr(numloom, name), here),
                expected,
                4,
                f"{name} of {there.dtype}, case {number}",
            )


@pytest.mark.parametrize("name", UFUNCS)
def test_methods(name):
    for code in "?bIqefdF" if DEVICE == "cpu" else "?Iqfd":  # the simulator takes its time
        there = (numpy.arange(12).reshape(3, 4) * 5 % 7 + 1).astype(code)
        check(IN_STEPS if name in MISREDUCED else IN_EVERY_WAY + IN_STEPS, name, there)


@pytest.mark.parametrize("name", MISREDUCED)
def test_reduces_to_the_last_of_accumulate(name):
    ours, a = getattr(numloom, name), numloom.array([[3.0, 1, 2, 1], [2, 1, 0.5, 3]])
    if name == "ldexp":
        a, last = a.astype("i4"), [48.0, 32.0]
        assert ours.reduce(a, axis=1).tolist() == last
        return
    steps = ours.accumulate(a, axis=1)
    assert ours.reduce(a, axis=1).tolist() == steps[:, -1].tolist()
    assert ours.reduceat(a, [0, 2], axis=1)[:, 0].tolist() == steps[:, 1].tolist()


ROWS = numpy.arange(1.0, 13).reshape(3, 4)
CASES = [
    # out=, dtype=: any cast into the output, the loop by output and input.
    lambda np, a: np.subtract.reduce(a, out=np.zeros(4, int)), lambda np, a: np.add.reduce(a, out=np.zeros(4, int)), lambda np, a: np.subtract.reduce(a, 1, "f", np.zeros((3, 1), "f"), True),
    lambda np, a: np.divide.accumulate(a.astype(int), out=np.zeros((3, 4), int)), lambda np, a: np.multiply.reduce(a.astype("i1"), out=np.zeros(4, "i1")), lambda np, a: np.add.accumulate(a.astype("i1")),
    lambda np, a: np.add.accumulate(a > 3, dtype="i1"), lambda np, a: np.subtract.reduceat(a, [0, 1], 1, None, np.zeros((3, 2), "f")), lambda np, a: np.subtract.reduce(a.astype("q"), dtype="f"),
    lambda np, a: np.divide.reduce(a, dtype="i"), lambda np, a: np.equal.reduce(a), lambda np, a: np.equal.reduce(a > 2), lambda np, a: np.greater.accumulate(a), lambda np, a: np.bitwise_and.reduce(a),
    lambda np, a: np.sum(a, axis=0, out=np.zeros(4, int)), lambda np, a: np.cumsum(a, out=np.zeros(12, int)), lambda np, a: np.bitwise_or.reduce(a > 3, initial=2),
    # What does not go.
    lambda np, a: np.subtract.reduce(a, axis=3), lambda np, a: np.subtract.reduce(a, out=np.zeros(3)), lambda np, a: np.subtract.reduce(a, axis=(0, 0)), lambda np, a: np.subtract.reduce(a, axis=None),
    lambda np, a: np.sin.reduce(a), lambda np, a: np.divmod.reduce(a), lambda np, a: np.matmul.reduce(a), lambda np, a: np.sin.accumulate(a), lambda np, a: np.divmod.reduceat(a, [0]), lambda np, a: np.sin.outer(a, a),
    lambda np, a: np.matmul.outer(a, a), lambda np, a: np.add.outer(a), lambda np, a: np.add.outer(a, a, a), lambda np, a: np.add.outer(a, a, axis=0), lambda np, a: np.subtract.accumulate(a, axis=None),
    lambda np, a: np.subtract.accumulate(a, axis=(0, 1)), lambda np, a: np.subtract.accumulate(5), lambda np, a: np.add.reduceat(5, [0]), lambda np, a: np.add.reduceat(a, [3]), lambda np, a: np.add.reduceat(a, [-1]),
    lambda np, a: np.add.reduceat(a, 0), lambda np, a: np.add.reduceat(a, [[0]]), lambda np, a: np.add.reduceat(a, [0], axis=None), lambda np, a: np.add.reduceat(a[:0], [0]), lambda np, a: np.power.reduce([2, -1]),
    lambda np, a: np.add.reduce(a, initial=None, where=a > 1), lambda np, a: np.multiply.reduce(a[:0], initial=None), lambda np, a: np.subtract.reduce(a, where=[0, 1], initial=0),
    lambda np, a: np.divide.reduce(a[:0, :0], axis=1), lambda np, a: np.divide.reduce(a[:0], axis=1), lambda np, a: np.add.reduce(a[:0, :0], initial=None), lambda np, a: np.add.reduce(a, 0, None, ...),
    # Shapes, numbers.
    lambda np, a: np.add.reduceat(a, []), lambda np, a: np.add.reduceat(a[:, :0], [0, 1]), lambda np, a: np.add.reduceat(np.arange(8), [0.5, True, 4]), lambda np, a: np.hypot.reduce([-3.0], initial=None),
    lambda np, a: np.subtract.reduce([1 + 2j, 2], initial=1j), lambda np, a: np.gcd.reduce([-12, 18, 30]), lambda np, a: np.gcd.reduce([[12, 18], [30, 9]], axis=None, where=[True, False]), lambda np, a: np.lcm.reduce([2, 3, 4]),
    lambda np, a: np.logical_xor.reduce(a > 4, axis=None), lambda np, a: np.subtract.reduce(a.T), lambda np, a: np.subtract.reduce(a.reshape(3, 2, 2), axis=1), lambda np, a: np.maximum.accumulate(a[::-1, ::-1], 1),
    lambda np, a: np.signbit(np.maximum.accumulate(np.array([-0.0, 0.0, -1.0, 0.0] * 40))), lambda np, a: np.signbit(np.minimum.accumulate(np.array([0.0, -0.0, 1.0] * 40))),
    lambda np, a: np.maximum.accumulate(np.array([1.0, 3.0, np.nan, 5.0] * 30)), lambda np, a: np.minimum.accumulate(np.array([3 + 1j, 1 + 2j, np.nan, 1 + 1j] * 9)),
    lambda np, a: np.add.outer(a, [1, 2], dtype="f"), lambda np, a: np.add.outer(a[0], [3], out=np.zeros((4, 1))), lambda np, a: np.divmod.outer([7, 8], [3, 2]), lambda np, a: np.subtract.outer(a, a, casting="no", order="F"),
    lambda np, a: np.gcd.reduce(np.arange(0, 700, 7)), lambda np, a: np.subtract.reduceat(np.arange(60.0), list(range(0, 60, 2)) * 2),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(CASES)))
def test_cases(number):
    expected = outcome(CASES[number], numpy, ROWS)
    assert_outcome(outcome(CASES[number], numloom, numloom.array(ROWS)), expected)
