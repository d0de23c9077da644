# SPDX-License-Identifier: BSD-3-Clause
"""Every ufunc x every dtype x every layout, against NumPy."""

import numpy
import pytest
from conftest import DEVICE, np
from parity import DTYPES, assert_same, layouts, same, to_device, values

SIZES = (0, 1, 31, 32, 33, 1000) if DEVICE == "cpu" else (0, 1, 33, 600)
NAMES = sorted(
    name
    for name in dir(numpy)
    if isinstance(getattr(numpy, name), numpy.ufunc)
    and getattr(numpy, name).__name__ == name
    and getattr(numpy, name).signature is None
    and name != "isnat"
)
UNARY = [n for n in NAMES if getattr(numpy, n).nin == 1]
BINARY = [n for n in NAMES if getattr(numpy, n).nin == 2]
# NumPy leaves these results to the C compiler: shifts by a negative count.
SHIFTS = {"left_shift", "right_shift"}


def operands(name, dtype, size):
    a, b = values(dtype, size, 1), values(dtype, size, 2)
    kind = numpy.dtype(dtype).kind
    if name in SHIFTS and kind in "iu":
        b = (b % 70).astype(dtype) if numpy.iinfo(dtype).max > 70 else (b % 11).astype(dtype)
        b = numpy.abs(b)
    if name == "power" and kind in "iu":
        b = numpy.abs(b % 7).astype(dtype)
    if name == "ldexp":
        b = numpy.random.default_rng(3).integers(-20, 20, size).astype("int32")
    if kind == "c" or name in ("float_power", "power"):
        a, b = (
            numpy.where(numpy.isfinite(a), a, 1).astype(dtype),
            numpy.where(numpy.isfinite(b), b, 1).astype(dtype),
        )
        if kind in "fc":
            a, b = (
                numpy.clip(x.real, -8, 8) + (1j * numpy.clip(x.imag, -8, 8) if kind == "c" else 0)
                for x in (a, b)
            )
            a, b = a.astype(dtype), b.astype(b.dtype if name == "ldexp" else dtype)
    return a, b


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UNARY)
def test_unary(name, dtype):
    for size in SIZES:
        a, _ = operands(name, dtype, size)
        same(lambda xp, x: getattr(xp, name)(x), a, name=name)
    a, _ = operands(name, dtype, SIZES[-1])
    for _, view in layouts(a):
        same(lambda xp, x: getattr(xp, name)(view(x)), a, name=name)  # noqa: B023 (called at once)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BINARY)
def test_binary(name, dtype):
    for size in SIZES:
        a, b = operands(name, dtype, size)
        same(lambda xp, x, y: getattr(xp, name)(x, y), a, b, name=name)
    a, b = operands(name, dtype, SIZES[-1])
    for _, view in layouts(a):
        same(lambda xp, x, y: getattr(xp, name)(view(x), view(y)), a, b, name=name)  # noqa: B023
    k = len(a) // 12 * 12
    x, y = a[:k].reshape(3, 4, -1), b[:k].reshape(3, 4, -1)
    same(lambda xp, x, y: getattr(xp, name)(x, y[:, :1]), x, y, name=name)
    same(lambda xp, x, y: getattr(xp, name)(x[0, 0], y), x, y, name=name)
    same(lambda xp, x, y: getattr(xp, name)(x, y[0, 0, 0]), x, y, name=name)
    same(lambda xp, x, y: getattr(xp, name)(x.T, y.transpose(2, 1, 0)[::-1]), x, y, name=name)


MIXED = [(a, b) for i, a in enumerate(DTYPES) for b in DTYPES[i + 1 :]]


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
    ],
)
def test_mixed_dtypes(name):
    for da, db in MIXED:
        a, b = values(da, 20, 1, special=False), values(db, 20, 2, special=False)
        if name in ("power", "floor_divide"):
            a, b = (
                numpy.abs(a % 5 if a.dtype.kind in "iu" else a),
                numpy.abs(b % 5 if b.dtype.kind in "iu" else b),
            )
            if "c" in (a.dtype.kind, b.dtype.kind):
                continue
        rtol = 1e-2 if "float16" in (da, db) else None
        same(
            lambda xp, x, y: getattr(xp, name)(x, y),
            a,
            b,
            name=name,
            rtol=rtol if name in ("power", "divide", "arctan2") else None,
        )
        same(
            lambda xp, x, y: getattr(xp, name)(y[::2], x[::2]),
            a,
            b,
            name=name,
            rtol=rtol if name in ("power", "divide", "arctan2") else None,
        )


@pytest.mark.parametrize(
    "number",
    [
        True,
        0,
        1,
        -1,
        3,
        100,
        200,
        300,
        -200,
        70000,
        2**40,
        2**63,
        -(2**63),
        1.5,
        -0.0,
        1e300,
        float("nan"),
        float("inf"),
        2j,
    ],
)
@pytest.mark.parametrize(
    "name", ["add", "multiply", "less", "greater_equal", "equal", "not_equal", "maximum", "divide"]
)
def test_weak_numbers(name, number):
    for dtype in DTYPES:
        a = values(dtype, 9, 4, special=False)
        same(lambda xp, x: getattr(xp, name)(x, number), a, name=name)
        same(lambda xp, x: getattr(xp, name)(number, x), a, name=name)


@pytest.mark.parametrize(
    "name", ["add", "sqrt", "less", "modf", "divmod", "logical_not", "absolute", "maximum", "exp"]
)
def test_out_where_dtype_casting(name):
    u = getattr(numpy, name)
    for dtype in ("int16", "float32", "complex64", "bool"):
        ins = [values(dtype, 12, i, special=False) for i in range(u.nin)]
        mask = values("bool", 12, 9)
        for out_dtype in ("float32", "float64", "int32", "complex128", "bool"):
            for casting in ("same_kind", "unsafe", "safe", "no"):

                def into(xp, *x, out_dtype=out_dtype, casting=casting):
                    outs = tuple(xp.full(12, 1, dtype=out_dtype) for _ in range(u.nout))
                    getattr(xp, name)(*x, out=outs, casting=casting)
                    return outs

                same(into, *ins, name=name, rtol=1e-5)

        def masked(xp, m, *x):
            outs = tuple(xp.zeros(12, dtype="complex128") for _ in range(u.nout))
            getattr(xp, name)(*x, out=outs, where=m, casting="unsafe")
            return outs

        same(masked, mask, *ins, name=name, rtol=1e-5)
        for wanted in ("float64", "complex64", "int8", "bool"):
            same(lambda xp, *x: getattr(xp, name)(*x, dtype=wanted), *ins, name=name, rtol=1e-5)  # noqa: B023


@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
def test_order(order):
    a = values("float32", 24, 0, special=False).reshape(2, 3, 4) / 1e20
    for view in (lambda x: x, lambda x: x.T, lambda x: x.transpose(1, 0, 2)):
        want = numpy.add(view(a), view(a), order=order)
        got = np.add(view(to_device(a)), view(to_device(a)), order=order)
        assert got.strides == want.strides
        assert_same(got, want)


@pytest.mark.parametrize("name", NAMES)
def test_facts(name):
    ours, theirs = getattr(np, name), getattr(numpy, name)
    assert (ours.nin, ours.nout, ours.nargs) == (theirs.nin, theirs.nout, theirs.nargs)
    assert ours.__name__ == name
    assert ours.__doc__ and len(ours.__doc__) > 20
    identity = theirs.identity
    assert ours.identity == identity or (ours.identity is None and identity is None)
    codes = set("?bBhHiIlLefdFD")
    expected = {t.replace("q", "l").replace("Q", "L") for t in theirs.types}
    expected = {t for t in expected if set(t) <= codes | set("->")}
    if name not in ("ldexp", "divide"):
        claimed = {t for t in ours.types if set(t) <= codes | set("->")}
        assert claimed <= expected | {t.replace("q", "l") for t in expected}, claimed - expected


def test_errors():
    a, b = numpy.zeros((2, 3)), numpy.zeros((2, 4))
    same(lambda xp, x, y: xp.add(x, y), a, b)
    same(lambda xp, x: xp.add(x), a)
    same(lambda xp, x: xp.add(x, x, x, x), a)
    same(lambda xp, x: xp.add(x, x, casting="sometimes"), a)
    same(lambda xp, x: xp.add(x, x, order="X"), a)
    same(lambda xp, x: xp.add(x, x, dtype="nonsense"), a)
    same(lambda xp, x: xp.add(x, x, out=xp.zeros((3, 3))), a)
    same(lambda xp, x: xp.add(x, x, out=(xp.zeros((2, 3)),) * 2), a)
    same(lambda xp, x: xp.bitwise_and(x, x), a)
    same(lambda xp, x: xp.negative(x), a > 1)
    same(lambda xp, x: xp.subtract(x, x), a > 1)
    same(lambda xp, x: xp.invert(x), a)
    same(lambda xp, x: xp.add(x, "a"), a)
    same(lambda xp, x: xp.add(x, None), a)
    same(lambda xp, x: xp.power(x, -1), numpy.arange(3))
    same(lambda xp, x: xp.power(x, xp.asarray([-1, 0, 1])), numpy.arange(3))
    same(lambda xp, x: xp.sin(x, where=xp.asarray([1, 2, 3])), a)
    same(lambda xp, x: xp.left_shift(x, x), a)
    same(lambda xp, x: xp.gcd(x, x), a)
    same(lambda xp, x: xp.floor_divide(x, x), a.astype(complex))
    same(lambda xp, x: xp.less(x, 1, unknown=2), a)


def test_unchanged_inputs_and_large_arrays():
    n = 100_000 if DEVICE == "cpu" else 5_000
    a = values("float32", n, 5)
    before = a.copy()
    same(lambda xp, x: xp.multiply(x, x) + x, a)
    numpy.testing.assert_array_equal(a, before)
    same(lambda xp, x: xp.add(x.reshape(-1, 10)[:, ::2], x.reshape(-1, 10)[:, 1::2]), a)
