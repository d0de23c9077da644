# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""Every ufunc x every dtype x every layout against NumPy."""

import pydoc

import numpy
import pytest
from parity import DTYPES, IDS, LARGE, LAYOUTS, assert_outcome, assert_same, both, outcome, samples
from tolerances import ulps

import numloom

PRODUCTS = {"matmul", "vecdot", "matvec", "vecmat"}
OURS = {f.__name__ for f in vars(numloom).values() if isinstance(f, numloom.ufunc)}
UFUNCS = sorted((OURS - PRODUCTS) & set(dir(numpy)))
# Arguments outside of what NumPy defines (overflow of lcm, shifts by more than it promises, huge integer powers).
SMALL = {"lcm": (-50, 50), "left_shift": (0, 70), "right_shift": (0, 70)}


def second(name, dtype, size):
    """A second operand that the function is defined for."""
    values = samples(dtype, 1, size)
    if name == "ldexp":
        return numpy.random.default_rng(5).integers(-12, 12, size).astype("i4")
    if dtype.kind in "iu" and name in SMALL:
        low, high = SMALL[name]
        values = numpy.random.default_rng(2).integers(max(low, 0) if dtype.kind == "u" else low, high, size)
        return values.astype(dtype)
    if dtype.kind in "iu" and name == "power":
        return (numpy.abs(values.astype(float)) % 7).astype(dtype)
    return well_conditioned(name, values)


def well_conditioned(name, values):
    """Operands whose result does not magnify the last rounding: any library is far off for the others."""
    if name in ("power", "float_power") and values.dtype.kind == "c":
        return values / numpy.maximum(numpy.abs(values) / 2, 1).astype(values.real.dtype)
    if name.startswith("logaddexp") and values.dtype.kind == "f":
        return numpy.where(numpy.isfinite(values), numpy.abs(values), values)
    return values


def operands(name, dtype, size):
    f = getattr(numpy, name)
    first = well_conditioned(name, samples(dtype, 0, size))
    if name == "lcm" and dtype.kind in "iu":
        first = (first.astype(float) % 50).astype(dtype)
    return [first] if f.nin == 1 else [first, second(name, dtype, size)]


@pytest.mark.parametrize("dtype", DTYPES, ids=IDS)
@pytest.mark.parametrize("name", UFUNCS)
def test_values(name, dtype):
    ours, theirs = getattr(numloom, name), getattr(numpy, name)
    there = operands(name, dtype, SIZES[0])
    here = [numloom.array(a) for a in there]
    bound = None
    for label, layout in LAYOUTS.items():
        expected = outcome(theirs, *map(layout, there))
        if bound is None and expected[1] is None:
            first = expected[0][0] if isinstance(expected[0], tuple) else expected[0]
            bound = max(ulps(name, first.dtype), ulps(name, there[0].dtype) if first.dtype.kind == "f" else 0)
        got = outcome(ours, *map(layout, here))
        assert_outcome(got, expected, bound or 0, f"{name} {dtype} {label}")
        if expected[1] is not None:
            return
    if len(there) == 2:  # broadcasting, mixed layouts
        expected = outcome(theirs, there[0].reshape(-1, 3).T, there[1][:33])
        got = outcome(ours, here[0].reshape(-1, 3).T, here[1][:33])
        assert_outcome(got, expected, bound, f"{name} {dtype} broadcast")
    there = operands(name, dtype, LARGE)
    here = [numloom.array(a) for a in there]
    assert_outcome(outcome(ours, *here), outcome(theirs, *there), bound, f"{name} {dtype} large")


SIZES = (99, LARGE)


@pytest.mark.parametrize("name", UFUNCS)
def test_facts(name):
    ours, theirs = getattr(numloom, name), getattr(numpy, name)
    assert (ours.nin, ours.nout, ours.nargs, ours.__name__) == (
        theirs.nin,
        theirs.nout,
        theirs.nargs,
        theirs.__name__,
    )
    assert repr(ours.identity) == repr(theirs.identity)
    assert ours.signature is None
    assert ours.__doc__.startswith(f"{ours.__name__}(x")
    codes = set("?bBhHiIlLqQefdFD->")
    wanted = [t for t in dict.fromkeys(theirs.types) if set(t) <= codes]
    # Comparisons of mixed signs are exact here too, but are no loop of their own.
    wanted = [t for t in wanted if t not in ("qQ->?", "Qq->?", "lL->?", "Ll->?")]
    assert ours.types == wanted or name in ("ldexp", "divide", "floor_divide")
    assert ours.ntypes == len(ours.types)


def test_help_shows_the_ufuncs_own_text():
    assert "add(x1, x2, /, out=None" in pydoc.plain(pydoc.render_doc(numloom.add))
    assert numloom.ufunc.__doc__.startswith("A function that works element by element")


@pytest.mark.parametrize("name", ["add", "multiply", "sin", "less", "bitwise_and", "absolute", "power"])
def test_keywords(name):
    ours, theirs = getattr(numloom, name), getattr(numpy, name)
    dtype = numpy.dtype("i4" if name == "bitwise_and" else "f4")
    there = [numpy.abs(a) for a in operands(name, dtype, 24)]
    here = [numloom.array(a) for a in there]
    result = theirs(*there)
    bound = ulps(name, result.dtype)
    for out_dtype in (result.dtype, numpy.dtype("f8"), numpy.dtype("c16")):
        if not numpy.can_cast(result.dtype, out_dtype, "same_kind"):
            continue
        x, y = both(numpy.zeros(24, out_dtype))
        given = ours(*here, out=y)
        assert given is y
        theirs(*there, out=x)
        assert_same(y, x, bound * (1 if out_dtype == result.dtype else 2**30), f"{name} out={out_dtype}")
    mask = numpy.arange(24) % 3 == 0
    x, y = both(numpy.full(24, 7, result.dtype))
    theirs(*there, out=x, where=mask)
    ours(*here, out=(y,), where=numloom.array(mask))
    assert_same(y, x, bound, f"{name} where")
    for order in "CFAK":
        a = [v.reshape(4, 6).T for v in there]
        b = [v.reshape(4, 6).T for v in here]
        assert ours(*b, order=order).strides == theirs(*a, order=order).strides
    if name in ("add", "multiply"):
        assert_same(ours(*here, dtype="f8"), theirs(*there, dtype="f8"), 0, f"{name} dtype")
        assert_same(ours(*here, signature="dd->d"), theirs(*there, signature="dd->d"), 0, f"{name} signature")
    assert_outcome(
        outcome(ours, *here, out=numloom.zeros(24, "i1"), casting="safe"),
        outcome(theirs, *there, out=numpy.zeros(24, "i1"), casting="safe"),
        0, f"{name} casting",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["add", "multiply", "minimum", "maximum", "fmin", "fmax", "logical_and",
                                  "logical_or", "bitwise_and", "bitwise_or", "bitwise_xor", "subtract"])  # fmt: skip
def test_methods(name):
    ours, theirs = getattr(numloom, name), getattr(numpy, name)
    there = numpy.arange(1, 25, dtype="i8").reshape(2, 3, 4) % 5
    here = numloom.array(there)
    for axis in (0, -1, None, (0, 2)):
        if axis in (None, (0, 2)) and name == "subtract":
            continue
        for keepdims in (False, True):
            got = outcome(ours.reduce, here, axis=axis, keepdims=keepdims)
            assert_outcome(
                got, outcome(theirs.reduce, there, axis=axis, keepdims=keepdims), 0, f"{name} {axis}"
            )
    assert_same(ours.accumulate(here, axis=1), theirs.accumulate(there, axis=1), 0, name)
    assert_same(ours.outer(here[0, 0], here[1]), theirs.outer(there[0, 0], there[1]), 0, name)
    a, b = both(there[0].copy())
    theirs.at(a, ([0, 0, 1], [1, 1, 2]), 3)
    ours.at(b, ([0, 0, 1], [1, 1, 2]), 3)
    assert_same(b, a, 0, f"{name}.at")
    assert_same(
        ours.reduceat(here[0, 0], [0, 2]), theirs.reduceat(there[0, 0], [0, 2]), 0, f"{name}.reduceat"
    )


@pytest.mark.parametrize("name", ["modf", "frexp", "divmod"])
def test_two_outputs(name):
    ours, theirs = getattr(numloom, name), getattr(numpy, name)
    there = operands(name, numpy.dtype("f8"), 24)
    here = [numloom.array(a) for a in there]
    expected = theirs(*there)
    first, second_out = numloom.empty(24), numloom.empty(24, expected[1].dtype)
    result = ours(*here, out=(first, second_out))
    assert result[0] is first
    assert result[1] is second_out
    assert_same(result, expected, 0, name)
    partial = ours(*here, out=(None, second_out))
    assert partial[1] is second_out
    assert_same(partial, expected, 0, name)


@pytest.mark.parametrize(
    "dtype", [t for t in DTYPES if t.kind != "b"], ids=[t.name for t in DTYPES if t.kind != "b"]
)
@pytest.mark.parametrize("name", sorted(PRODUCTS | {"dot", "inner", "vdot", "outer", "tensordot"}))
def test_products(name, dtype):
    rng = numpy.random.default_rng(3)
    shapes = {
        "matmul": [((3, 4), (4, 5)), ((4,), (4, 5)), ((3, 4), (4,)), ((4,), (4,)), ((2, 3, 4), (4, 5)),
                   ((2, 1, 3, 4), (5, 4, 2)), ((0, 4), (4, 3)), ((3, 0), (0, 2)), ((33, 40), (40, 37))],
        "vecdot": [((4,), (4,)), ((3, 4), (4,)), ((2, 3, 4), (3, 4))],
        "matvec": [((3, 4), (4,)), ((2, 3, 4), (2, 4))],
        "vecmat": [((3,), (3, 4)), ((2, 3), (2, 3, 4))],
        "dot": [((3, 4), (4, 5)), ((4,), (4,)), ((2, 3, 4), (4,)), ((2, 3, 4), (5, 4, 2)), ((), (3,))],
        "inner": [((3, 4), (5, 4)), ((4,), (4,)), ((2, 3, 4), (4,))],
        "vdot": [((4,), (4,)), ((2, 3), (2, 3))],
        "outer": [((3,), (4,)), ((2, 2), (3,))],
        "tensordot": [((2, 3, 4), (3, 4, 5)), ((3, 4), (3, 4))],
    }  # fmt: skip
    for left, right in shapes[name]:
        a, b = (
            numpy.asarray(rng.integers(-3 if dtype.kind != "u" else 0, 4, s)).astype(dtype)
            for s in (left, right)
        )
        if dtype.kind == "c":
            a, b = a + 1j * a[..., ::-1] if a.ndim else a, b * dtype.type(1 - 2j)
        expected = getattr(numpy, name)(a, b)
        result = getattr(numloom, name)(numloom.array(a), numloom.array(b))
        assert_same(result, expected, 0, f"{name} {left} {right}")
        if name == "matmul" and a.ndim > 1 and b.ndim > 1:
            views = (
                numloom.array(a.swapaxes(-1, -2).copy()).swapaxes(-1, -2),
                numloom.array(b[..., ::-1])[..., ::-1],
            )
            assert_same(views[0] @ views[1], expected, 0, f"{name} strided {left} {right}")


@pytest.mark.parametrize("dtype", ["u1", "i4", "i8", "f4", "f8"])
def test_products_with_vectors_of_every_length(dtype):
    rng = numpy.random.default_rng(5)
    for n in (*range(1, 36), 64, 70):
        rows = 1 + n % 6
        a, x = rng.integers(0, 4, (rows, n)).astype(dtype), rng.integers(0, 4, n).astype(dtype)
        sets = [(a, x), (x, a.T), (a[:, ::-1], x), (numpy.stack([a, a + a]), x)]
        if dtype[0] == "f":
            infinite = a.copy()
            infinite[rows // 2, n // 2] = numpy.inf
            sets.append((infinite, x + 1))
        for left, right in sets:
            assert_same(numloom.array(left) @ numloom.array(right), left @ right, 0, f"{left.shape} {n}")


def test_signatures_choose_the_loop():
    there, here = numpy.arange(4, dtype="i4"), numloom.arange(4, dtype="i4")
    for signature in ("dd->d", "ff->f", (None, None, "f8"), ("f8", "f8", None)):
        for casting in ("same_kind", "unsafe", "no"):
            keywords = {"signature": signature, "casting": casting}
            got = outcome(numloom.add, here, here, **keywords)
            assert_outcome(got, outcome(numpy.add, there, there, **keywords), 0, f"{keywords}")
    assert_same(numloom.less(here, 2, sig="dd->?"), numpy.less(there, 2, sig="dd->?"), 0, "less")
    for bad in (
        {"sig": "dd->i"},
        {"sig": "d" * 5},
        {"sig": "d", "dtype": "d"},
        {"sig": 1.0},
    ):
        with pytest.raises((TypeError, ValueError)):
            numloom.add(here, here, **bad)
    with pytest.raises(TypeError, match="positional and keyword"):
        numloom.add(here, here, here, out=here)


def test_ellipsis_asks_for_an_array():
    here = numloom.array(1.0)
    assert numloom.add(here, 1)._is_scalar
    assert not numloom.add(here, 1, out=...)._is_scalar
    assert not numloom.sum(here, out=...)._is_scalar
    with pytest.raises(TypeError, match="only allowed as a keyword"):
        numloom.add(here, 1, ...)


def test_where_without_out_warns():
    with pytest.warns(UserWarning, match="'where' used without 'out'"):
        numloom.sin(numloom.ones(3), where=[True, False, True])
