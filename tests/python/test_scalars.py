# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""Results of reductions and of full integer indexing behave as numbers wherever Python looks."""

import collections
import datetime
import decimal
import fractions
import json
import math
import numbers
import operator
import pickle
import warnings

import numpy
import pytest
from conftest import DEVICE, cpu_only
from parity import outcome

import numloom


@pytest.fixture
def x():
    return numloom.array([1.5, 2.5, 2.5])


def test_which_results_are_scalars(x):
    for value in (x.sum(), x[0], numloom.max(x), x.mean(), x @ x, numloom.sin(x[0]), x[0] + 1, x[0] * x[1], -x[0],
                  x.argmax(), x.all(), x[0] == 1.5, numloom.dot(x, x), numloom.add.reduce(x), x.var()):  # fmt: skip
        assert value._is_scalar
        assert isinstance(value, numloom.ndarray)
        assert value.shape == ()
    for value in (
        numloom.array(1.5),
        x[:1],
        x[0:1].reshape(()),
        numloom.zeros(()),
        numloom.asarray(3),
        x.reshape(3, 1)[0],
    ):
        assert not value._is_scalar


def test_number_protocols(x):
    s = x.sum()
    assert float(s) == 6.5
    assert int(s) == 6
    assert complex(s) == 6.5
    assert bool(s)
    assert round(s) == 6
    assert round(x[0], 0) == 2
    assert f"{s:.2f} {s!s} {s!r}" == "6.50 6.5 np.float64(6.5)"
    assert math.floor(s) == 6
    assert math.ceil(s) == 7
    assert math.trunc(s) == 6
    assert math.sqrt(x[1] * 10) == 5
    assert math.isclose(s, 6.5)
    assert "%.1f" % s == "6.5"  # noqa: UP031
    n = numloom.array([3, 1]).max()
    assert operator.index(n) == 3
    assert list(range(n)) == [0, 1, 2]
    assert [10, 20, 30, 40][n] == 40
    assert "ab" * n == "ababab"
    assert [0] * n == n * [0] == [0, 0, 0]
    assert ([0] + n).tolist() == [3]
    assert hex(n) == "0x3"
    assert f"{n:03d}" == "003"
    assert s.is_integer() is False
    assert json.dumps(s.item()) == "6.5"
    assert fractions.Fraction(n) == 3
    assert (n.numerator, n.denominator) == (3, 1)
    for other in (s, x):
        with pytest.raises(AttributeError, match="numerator"):
            other.numerator  # noqa: B018
    with pytest.raises(TypeError):
        operator.index(s)
    with pytest.raises(TypeError):
        float(x)


OBJECTS = (
    lambda np: np.array([1.5, 2]) == decimal.Decimal("1.5"), lambda np: np.array([1, 2]) * decimal.Decimal(2), lambda np: decimal.Decimal(2) ** np.array([1, 2]), lambda np: np.array([1, 2]) + fractions.Fraction(1, 2), lambda np: fractions.Fraction(1, 2) * np.array([2, 3]).max(),
    lambda np: np.multiply(np.array(2), decimal.Decimal(3)), lambda np: np.array([1, 2]) * datetime.timedelta(1), lambda np: np.array([1.0, 2]) == set(), lambda np: np.array([1, 3]).max() * b"ab", lambda np: np.array([1, 3]).max() * "ab",
)  # fmt: skip


@cpu_only
@pytest.mark.parametrize("line", OBJECTS)
def test_other_objects_meet_each_element(line):
    expected, got = line(numpy), line(numloom)
    assert type(got) is type(expected) or isinstance(got, (numpy.generic, numloom.ndarray))
    assert numpy.asarray(got).dtype == numpy.asarray(expected).dtype
    assert numpy.asarray(got).tolist() == numpy.asarray(expected).tolist()


def test_objects_that_do_not_add():
    for other in (None, object(), set(), {}):
        with pytest.raises(TypeError):
            numloom.ones(2) + other
        with pytest.raises(TypeError):
            numloom.ones(2) < other  # noqa: B015
    a = numloom.ones(2)
    with pytest.raises(TypeError):
        a += decimal.Decimal(1)


def test_hash_and_containers(x):
    s = x[1]
    assert hash(s) == hash(2.5)
    assert {s: "a"}[2.5] == "a"
    assert {2.5: "b"}[s] == "b"
    assert len(set(x)) == 2
    assert dict(zip(*numloom.unique(x, return_counts=True))) == {1.5: 1, 2.5: 2}
    assert collections.Counter(v.item() for v in x)[2.5] == 2
    assert s in [2.5]
    assert sorted([x[1], x[0]]) == [1.5, 2.5]
    assert max(x) == 2.5
    assert sum(x) == 6.5
    with pytest.raises(TypeError, match="unhashable"):
        hash(x)
    with pytest.raises(TypeError, match="unhashable"):
        hash(numloom.array(1.5))


def test_value_semantics(x):
    total = x.sum()
    before = total
    total += 1
    assert (before, total) == (6.5, 7.5)
    first = x[0]
    x[0] = 100
    assert first == 1.5
    x[0], x[1] = x[1], x[0]
    assert x.tolist() == [2.5, 100, 2.5]
    with pytest.raises(TypeError, match="assignment"):
        total[()] = 3
    assert not total.flags.writeable
    view = total.reshape(1)
    view[0] = 0
    assert total == 7.5
    again = numloom.array(total)
    again += 1
    assert (total, again) == (7.5, 8.5)
    assert not again._is_scalar


def test_plain_zero_dimensional_arrays_stay_arrays():
    a = numloom.array(1.5)
    alias = a
    a += 1
    assert alias == 2.5
    a[()] = 4
    assert alias == 4
    a[...] += 1
    assert float(alias) == 5
    assert repr(a) == "array(5.)"
    assert a[()]._is_scalar
    assert not a[...]._is_scalar


def test_dtype_counts_as_numpys_scalars(x):
    """NEP 50: a scalar result has a dtype, a Python number adapts."""
    single = numloom.array([1, 2], dtype="f4")
    double = x.sum()
    assert (single * 2.0).dtype == numpy.float32
    assert (single * double).dtype == numpy.float64
    assert (single * numpy.float64(2)).dtype == numpy.float64
    assert (double * 2).dtype == numpy.float64
    assert (numloom.array([1], dtype="i1").max() + 1).dtype == numpy.int8
    with pytest.raises(OverflowError):
        numloom.array([1], dtype="i1").max() + 300
    assert (single.max() / 2).dtype == numpy.float32


def test_comparisons_and_mixing(x):
    s = x[0]
    assert s < 2 <= s + 1
    assert s > 1
    assert s == 1.5 == s
    assert s != 2
    assert s == numpy.float64(1.5)
    assert numpy.float64(1.5) == s
    assert isinstance(3 * s, numloom.ndarray)
    assert (numpy.float32(2) * s) == 3
    assert divmod(s, 1) == (1, 0.5)
    assert pow(s, 2) == 2.25
    assert decimal.Decimal(s.item()) == decimal.Decimal("1.5")
    assert (s if s else None) is s
    assert (s == None) is not True  # noqa: E711


def test_pass_for_numpys_scalars(x):
    s, n = x.sum(), x.argmax()
    assert isinstance(s, numpy.float64)
    assert isinstance(s, numloom.floating)
    assert isinstance(s, float)
    assert isinstance(s, numbers.Real)
    assert isinstance(n, numpy.integer)
    assert isinstance(n, numbers.Integral)
    assert isinstance(x.all(), numpy.bool)
    assert isinstance(s, numloom.ndarray)
    assert not isinstance(x, numpy.generic)
    assert not isinstance(numloom.array(1.0), numpy.generic)
    assert type(s) is numloom.ndarray


def test_pickles_as_scalar(x):
    back = pickle.loads(pickle.dumps(x.sum()))
    assert back._is_scalar
    assert hash(back) == hash(6.5)


def test_bool_of_arrays():
    assert not numloom.array([0.0])
    assert numloom.array([[3]])
    with pytest.raises(ValueError, match=r"Use a.any\(\) or a.all\(\)"):
        bool(numloom.array([1, 2]))
    with pytest.raises(ValueError, match="empty array"):
        bool(numloom.array([]))


# ---- single numbers: the operators' short way gives what arrays give ----

SINGLES = [
    numpy.array([x], t)[0]
    for t in "?bBhHiIlLefdFD"
    for x in ((True, False) if t == "?" else (1 + 2j, -0.5j) if t in "FD" else (0, 3, 100) if t in "BHIL" else (0, 3, -5))
]  # fmt: skip
FLOATS = [numpy.array(x, t)[()] for t in "efd" for x in (0.0, -0.0, 2.5, numpy.inf, numpy.nan, 6e4)]
PYTHON_NUMBERS = [0, 1, -3, 300, 2**31, 2**53 + 1, 2**62, 0.0, 2.5, -0.1, 1e300, math.inf, math.nan, True]
BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.and_, operator.lshift, operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge,
]  # fmt: skip


def _single(number):
    return numloom.array(numpy.asarray(number))[()] if isinstance(number, numpy.generic) else number


def _line(number):
    return numloom.array(numpy.asarray([number])) if isinstance(number, numpy.generic) else number


def _compare_singles(operation, tuples):
    failures = []
    for numbers_ in tuples if DEVICE == "cpu" else tuples[::11]:  # the simulator takes its time
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = outcome(operation, *map(_line, numbers_))
            got = outcome(operation, *map(_single, numbers_))
        if expected[1] is None and got[1] is None:
            same = got[0].dtype == expected[0].dtype and repr(got[0].item()) == repr(expected[0][0].item())
        else:
            same = type(got[1]) is type(expected[1])
        if not same:
            failures.append(f"{operation.__name__} {numbers_!r}: {got}, as arrays {expected}")
    assert not failures, "\n".join(failures)


@pytest.mark.parametrize("operation", BINARY, ids=lambda f: f.__name__)
def test_operators_of_two_singles(operation):
    pairs = [(a, b) for a in SINGLES + FLOATS for b in SINGLES + FLOATS]
    pairs += [(a, n) for a in SINGLES + FLOATS for n in PYTHON_NUMBERS]
    pairs += [(n, a) for a in SINGLES + FLOATS for n in PYTHON_NUMBERS]
    _compare_singles(operation, pairs)


UFUNCS = ["negative", "absolute", "sqrt", "exp", "sin", "isnan", "floor", "square", "maximum", "hypot", "arctan2",
          "power"]  # fmt: skip


@pytest.mark.parametrize("name", UFUNCS)
def test_ufuncs_of_singles(name):
    function = getattr(numloom, name)
    numbers_ = SINGLES + FLOATS
    tuples = [(a,) for a in numbers_] if function.nin == 1 else [(a, b) for a in numbers_ for b in numbers_]
    _compare_singles(function, tuples)


@cpu_only
def test_errors_of_singles_are_reported():
    x = numloom.array([0.0, 1e300, 1.0])
    for expression in ("x[2] / x[0]", "x[1] * x[1]", "x[0] / 0", "np.log(x[0])", "1e300 * x[1]", "x[1] ** 2"):
        for np, values in ((numpy, x.get()), (numloom, x)):
            with np.errstate(all="raise"), pytest.raises(FloatingPointError):
                eval(expression, {"np": np, "x": values})


def test_scalar_results_do_not_change():
    x = numloom.array([1.0, 2.0])
    for s in (x.sum(), x[0], x[0] < 2, x.any()):
        before = s.item()
        for name, value in (("shape", (1,)), ("dtype", numpy.int8), ("real", 3)):
            with pytest.raises(AttributeError):
                setattr(s, name, value)
        with pytest.raises(TypeError):
            numloom.add(1, 2, out=s)
        with pytest.raises(ValueError, match="resize"):
            s.resize((2,))
        assert s.item() == before
    assert (x[0] < 2).item() is True
    assert (x[0] > 2).item() is False


def test_numbers_read_one_by_one_are_their_own():
    x = numloom.arange(100.0)
    kept = [x[i] for i in range(100)]
    total = 0.0
    for value in x:
        total += value * 2.0
    assert total == 9900
    assert [float(k) for k in kept] == list(range(100))
    first, second, *_, last = x
    assert (first, second, last) == (0, 1, 99)


@pytest.mark.parametrize("number", SINGLES + FLOATS, ids=repr)
def test_text_of_singles(number):
    ours = _single(number)
    assert str(ours) == str(number)
    for specification in ("", ".3f", ">12", "+.2e", "g", "d", "5", "x"):
        expected, got = outcome(format, number, specification), outcome(format, ours, specification)
        assert got[0] == expected[0]
        assert type(got[1]) is type(expected[1])


@pytest.mark.parametrize(
    "part", [lambda z: z.imag, lambda z: z.real, numloom.imag, numloom.real, abs, numloom.angle]
)
def test_memory_of_parts_is_not_that_of_later_numbers(part):
    parts = [part(numloom.log(z)) for z in numloom.full(40, -1 + 0j)]
    del parts
    assert [float(x + 1) for x in numloom.arange(40.0)] == list(range(1, 41))
