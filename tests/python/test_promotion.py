# SPDX-License-Identifier: BSD-3-Clause
"""Mixed dtypes, numbers beside arrays (NEP 50), and the dtype=, out=, casting= keywords, against NumPy."""

import itertools

import numpy
import pytest
from parity import DTYPES, IDS, assert_outcome, both, outcome, samples

import numloom

PAIRS = [(a, b) for a in DTYPES for b in DTYPES if a != b]
# Loops that round in float16 differ by the rounding of a result computed in float32.
ULPS = {"power": 8, "arctan2": 6, "divide": 1}


def small(dtype, seed):
    """Values that no operation below overflows in."""
    values = samples(dtype, seed, 20, specials=False)
    if dtype.kind in "iu":
        return (numpy.abs(values.astype(float)) % 5).astype(dtype)
    return numpy.clip(numpy.abs(values), 0, 4).astype(dtype) if dtype.kind == "f" else values


@pytest.mark.parametrize(
    "name",
    [
        "add",
        "subtract",
        "multiply",
        "divide",
        "maximum",
        "equal",
        "less",
        "logical_and",
        "bitwise_or",
        "power",
        "arctan2",
        "floor_divide",
        "gcd",
        "copysign",
    ],
)
def test_mixed_dtypes(name):
    ours, theirs = getattr(numloom, name), getattr(numpy, name)
    for a, b in PAIRS:
        if name == "power" and "c" in (a.kind, b.kind):
            continue  # ill-conditioned: test_ufuncs chooses its operands
        x, y = small(a, 1), small(b, 2)
        what = f"{name} {a} {b}"
        here, there = numloom.array(x), numloom.array(y)
        ulps = 2 if name == "multiply" and "c" in (a.kind, b.kind) else ULPS.get(name, 0)
        assert_outcome(outcome(ours, here, there), outcome(theirs, x, y), ulps, what)
        assert_outcome(outcome(ours, here[::2], there[::-2]), outcome(theirs, x[::2], y[::-2]), ulps, what)


NUMBERS = [True, 0, 1, -1, 3, 100, 200, 300, -200, 70000, 2**40, 2**63, -(2**63), 1.5, -0.0, 1e300,
           float("nan"), float("inf"), 2j]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
@pytest.mark.parametrize(
    "name", ["add", "multiply", "less", "greater_equal", "equal", "not_equal", "maximum", "divide"]
)
def test_numbers_are_weak(name, number):
    ours, theirs = getattr(numloom, name), getattr(numpy, name)
    for dtype in DTYPES:
        there, here = both(samples(dtype, 4, 9, specials=False))
        what = f"{name} {dtype} {number!r}"
        ulps = 4 if dtype.kind == "c" else 0
        assert_outcome(outcome(ours, here, number), outcome(theirs, there, number), ulps, what)
        assert_outcome(outcome(ours, number, here), outcome(theirs, number, there), ulps, what)


@pytest.mark.parametrize("dtype", ["int16", "float32", "complex64", "bool"])
@pytest.mark.parametrize(
    "name", ["add", "sqrt", "less", "modf", "divmod", "logical_not", "absolute", "maximum"]
)
def test_out_and_casting(name, dtype):
    def into(module, operands, out_dtype, casting):
        f = getattr(module, name)
        outs = tuple(module.full(12, 1, dtype=out_dtype) for _ in range(f.nout))
        f(*operands, out=outs, casting=casting)
        return outs

    f = getattr(numpy, name)
    there = [small(numpy.dtype(dtype), i)[:12] for i in range(f.nin)]
    here = [numloom.array(a) for a in there]
    for out_dtype in ("float32", "float64", "int32", "complex128", "bool"):
        for casting in ("same_kind", "unsafe", "safe", "no"):
            what = f"{name} {dtype} into {out_dtype}, {casting}"
            expected = outcome(into, numpy, there, out_dtype, casting)
            is_widened = dtype in ("float32", "complex64") and out_dtype in ("float64", "complex128")
            ulps = 4 * 2**29 if is_widened else 4  # computed in float32
            assert_outcome(outcome(into, numloom, here, out_dtype, casting), expected, ulps, what)
    for wanted in ("float64", "complex64", "int8", "bool"):
        expected = outcome(f, *there, dtype=wanted)
        assert_outcome(
            outcome(getattr(numloom, name), *here, dtype=wanted), expected, 4, f"{name} dtype={wanted}"
        )


@pytest.mark.parametrize("a", DTYPES, ids=IDS)
def test_rules(a):
    for b in DTYPES:
        assert numloom.promote_types(a, b) == numpy.promote_types(a, b)
        for rule in ("no", "equiv", "safe", "same_kind", "unsafe"):
            assert numloom.can_cast(a, b, rule) == numpy.can_cast(a, b, rule)
    for number in (1, 1.0, 1j, True):
        assert numloom.result_type(a, number) == numpy.result_type(a, number)
    for b, c in itertools.product(DTYPES, DTYPES):
        assert numloom.result_type(a, b, c) == numpy.result_type(a, b, c)
        there, here = numpy.ones(2, a), numloom.ones(2, a)
        assert numloom.concatenate([here, numloom.ones(1, b), numloom.ones(1, c)]).dtype == (
            numpy.concatenate([there, numpy.ones(1, b), numpy.ones(1, c)]).dtype
        )


def test_shapes_in_messages_are_numpys():
    def texts(m):
        a, b = m.ones((2, 3)), m.ones(4)
        for call in (
            lambda: a + b,
            lambda: m.copyto(a, b),
            lambda: m.broadcast_to(a, (4, 5)),
            lambda: m.add(a, 1, out=m.ones(3)),
        ):
            with pytest.raises(ValueError, match="broadcast") as caught:
                call()
            yield str(caught.value).removeprefix("[add] ")

    assert list(texts(numloom)) == list(texts(numpy))


BAD_CALLS = {
    "shapes": lambda m, a, b: m.add(a, b),
    "too few": lambda m, a, b: m.add(a),
    "too many": lambda m, a, b: m.add(a, a, a, a),
    "casting": lambda m, a, b: m.add(a, a, casting="sometimes"),
    "order": lambda m, a, b: m.add(a, a, order="X"),
    "dtype": lambda m, a, b: m.add(a, a, dtype="nonsense"),
    "out shape": lambda m, a, b: m.add(a, a, out=m.zeros((3, 3))),
    "two outs": lambda m, a, b: m.add(a, a, out=(m.zeros((2, 3)), m.zeros((2, 3)))),
    "float bits": lambda m, a, b: m.bitwise_and(a, a),
    "negative bool": lambda m, a, b: m.negative(a > 1),
    "subtract bool": lambda m, a, b: m.subtract(a > 1, a > 1),
    "invert float": lambda m, a, b: m.invert(a),
    "add text": lambda m, a, b: m.add(a, "a"),
    "add none": lambda m, a, b: m.add(a, None),
    "power": lambda m, a, b: m.power(m.arange(3), -1),
    "power array": lambda m, a, b: m.power(m.arange(3), m.asarray([-1, 0, 1])),
    "where dtype": lambda m, a, b: m.sin(a, where=m.asarray([1, 2, 3])),
    "shift float": lambda m, a, b: m.left_shift(a, a),
    "gcd float": lambda m, a, b: m.gcd(a, a),
    "complex floor": lambda m, a, b: m.floor_divide(a + 1j, a),
    "keyword": lambda m, a, b: m.less(a, 1, unknown=2),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_calls(case):
    a, b = numpy.zeros((2, 3)), numpy.zeros((2, 4))
    theirs = outcome(BAD_CALLS[case], numpy, a, b)
    assert theirs[1] is not None
    assert_outcome(outcome(BAD_CALLS[case], numloom, numloom.array(a), numloom.array(b)), theirs, 0, case)
