# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501, PT018 (tables of cases)
"""Loops with a way of their own for a number on one side, for steps, for values in order: against NumPy."""

import numpy
import pytest
from conftest import DEVICE, cpu_only

import numloom

RANDOM = numpy.random.default_rng(7)
FEW = 200 if DEVICE == "cuda" else 5000  # the simulator takes its time
INTEGERS = ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")


def same(ours, expected):
    ours = ours.to_numpy()
    assert ours.dtype == expected.dtype and ours.shape == expected.shape
    numpy.testing.assert_array_equal(ours, expected)


def every_exponent(type_, n):
    bits = numpy.dtype(type_).itemsize * 8
    return RANDOM.integers(0, 2**bits, n, dtype=numpy.uint64).astype(f"u{bits // 8}").view(type_)


@pytest.mark.parametrize("type_", ["f4", "f8"])
@pytest.mark.parametrize("exponent", [2, 3, 4, 5, 6, 7, 8, -2, -3, -4, -5, -6, -7, -8])
def test_whole_powers(type_, exponent):
    special = numpy.array(
        [
            0.0,
            -0.0,
            numpy.inf,
            -numpy.inf,
            numpy.nan,
            1,
            -1,
            5e-324,
            -5e-324,
            1.7e308,
            1e154,
            1e103,
            1e-103,
            -2,
        ]
    )
    usual = numpy.concatenate([RANDOM.uniform(-2, 2, FEW), 10 ** RANDOM.uniform(-30, 30, FEW)])
    # Blocks of usual numbers, of all that there are, and of both kinds of zeros among others.
    for x in (usual, every_exponent(type_, FEW), special, numpy.concatenate([[0.0, -0.0], usual])):
        with numpy.errstate(all="ignore"):
            x = x.astype(type_)
            exact = numpy.power(x.astype(numpy.longdouble), numpy.longdouble(exponent))
            nearest = exact.astype(type_)
            ours = (numloom.array(x) ** exponent).to_numpy()
            assert (numpy.isnan(ours) == numpy.isnan(nearest)).all()
            known = numpy.isfinite(nearest)
            assert (ours == nearest)[~known & ~numpy.isnan(nearest)].all()
            assert (numpy.signbit(ours) == numpy.signbit(nearest))[~numpy.isnan(nearest)].all()
            error = numpy.abs(ours - exact)[known] / numpy.spacing(numpy.abs(nearest[known]))
            assert error.max(initial=0) < 1


@pytest.mark.parametrize("type_", INTEGERS)
def test_integers_divided_by_a_number(type_):
    limits = numpy.iinfo(type_)
    edges = {sign * (2**k + d) for k in range(limits.bits) for d in (-1, 0, 1) for sign in (1, -1)}
    edges = numpy.array(sorted(e for e in edges | {limits.min} if limits.min <= e <= limits.max), type_)
    anything = RANDOM.integers(limits.min, limits.max, FEW, dtype=type_, endpoint=True)
    small = anything // type(anything[0])(2 ** max(limits.bits - 40, 0))
    divisors = [
        d
        for d in (1, 2, 3, 7, 10, 100, 127, -1, -2, -3, -10, -128, 1000, 10**9 + 7)
        if limits.min <= d <= limits.max
    ]
    for divisor in [*divisors, limits.min, limits.max, *edges[:: 9 if DEVICE == "cuda" else 1].tolist()]:
        number = numpy.dtype(type_).type(divisor)
        for x in (edges, anything, small, small // number * number if divisor else small):
            ours = numloom.array(x)
            with numpy.errstate(all="ignore"):
                same(ours // number, x // number)
                same(ours % number, x % number)
    for x in (edges, anything, small):
        other = RANDOM.permutation(x)
        with numpy.errstate(all="ignore"):
            same(numloom.array(x) // numloom.array(other), x // other)
            same(numloom.array(x) % numloom.array(other), x % other)


@pytest.mark.parametrize("type_", INTEGERS)
def test_whole_powers_of_integers(type_):
    x = RANDOM.integers(numpy.iinfo(type_).min, numpy.iinfo(type_).max, 300, dtype=type_, endpoint=True)
    for exponent in range(10):
        same(numloom.array(x) ** exponent, x**exponent)


@pytest.mark.skipif(DEVICE == "cuda", reason="a GPU raises no flags")
def test_division_by_zero_is_flagged():
    for x in (numloom.array([5, 7, 9]), numloom.array([5, 7, 9], "i1"), numloom.array([2**60])):
        with numpy.errstate(divide="raise"):
            x // 3
            with pytest.raises(FloatingPointError):
                x // 0
    with numpy.errstate(over="raise"), pytest.raises(FloatingPointError):
        numloom.array([-128, 3], "i1") // -1
    with numpy.errstate(over="raise"), pytest.raises(FloatingPointError):
        numloom.array([1e200, 3.0]) ** 3
    with numpy.errstate(divide="raise"), pytest.raises(FloatingPointError):
        numloom.array([0.0, 3.0]) ** -3
    with numpy.errstate(all="raise"):
        assert (numloom.array([2.5, 3.0, numpy.inf, -0.0]) ** 3).size == 4


@pytest.mark.parametrize("type_", ["u1", "i2", "f4", "f8", "c16"])
def test_steps(type_):
    there = (RANDOM.random(700) * 100).astype(type_)
    for n in (1, 2, 3, 5, 200):
        for part in (slice(0, 2 * n, 2), slice(n - 1, None, -1), slice(0, 3 * n, 3), slice(2 * n, 0, -2)):
            a, b = there.copy(), numloom.array(there)
            x, y = a[part], b[part]
            same(y + b[: len(x)], x + a[: len(x)])
            same(y * 3, x * 3)
            spread, ours = numpy.zeros(2 * len(x), type_), numloom.zeros(2 * len(x), type_)
            spread[::2], ours[::2] = x, y
            same(ours, spread)
            x += a[:1]
            y += b[:1]
            numpy.multiply(x, 2, out=x)
            numloom.multiply(y, 2, out=y)
            a[::2][1:] += a[::2][:-1]
            b[::2][1:] += b[::2][:-1]
            same(b, a)


@pytest.mark.parametrize("type_", ["u1", "i2", "f4", "f8", "c16"])
def test_transposed_operands(type_):
    for rows, columns in ((1, 9), (33, 65), (100, 100), (64, 130), (17, 200)):
        a = (RANDOM.random((rows, columns)) * 100).astype(type_)
        same(numloom.array(a).T + numloom.array(a.T.copy()), a.T + a.T)
        same(numloom.array(a).T.copy(), a.T)


@pytest.mark.skipif(DEVICE == "cuda", reason="on a GPU add.reduceat of -0.0 is 0.0 (docs/differences.md)")
@pytest.mark.parametrize("type_", ["f4", "f8", "c8", "c16"])
def test_reduceat_keeps_negative_zeros(type_):
    there = numpy.zeros(40, type_)
    there[:30] = -there[:30] if numpy.dtype(type_).kind == "f" else numpy.array(complex(-0.0, -0.0), type_)
    for at in ([0], [0, 1, 2], [0, 20, 35], list(range(40)), [3, 28, 1]):
        ours, expected = (
            numloom.add.reduceat(numloom.array(there), at).to_numpy(),
            numpy.add.reduceat(there, at),
        )
        for part in (numpy.real, numpy.imag):
            assert (numpy.signbit(part(ours)) == numpy.signbit(part(expected))).all()


@pytest.mark.parametrize("type_", ["i4", "f4", "f8", "u1", "c8"])
def test_reduceat_of_many_shapes(type_):
    for shape, axis in (((3000,), 0), ((300, 7), 0), ((7, 300), 1), ((20, 4, 5), 0), ((3, 300, 2), 1)):
        there = (RANDOM.random(shape) + 0.5).astype(type_)
        n = there.shape[axis]
        for at in (numpy.sort(RANDOM.choice(n, n // 3, replace=False)), RANDOM.integers(0, n, 5)):
            for name in ("add", "maximum", "multiply"):
                with numpy.errstate(all="ignore"):
                    expected = getattr(numpy, name).reduceat(there, at, axis=axis)
                    ours = getattr(numloom, name).reduceat(numloom.array(there), at, axis=axis)
                assert ours.dtype == expected.dtype
                assert ours.strides == expected.strides
                tolerance = {"f4": 1e-4, "c8": 1e-4, "f8": 1e-12}.get(type_, 0)
                numpy.testing.assert_allclose(ours.to_numpy(), expected, rtol=tolerance, atol=1e-30)


@pytest.mark.parametrize("type_", ["f4", "f8", "i4", "u1", "c16"])
def test_values_in_order_are_searched_for(type_):
    for n in (1, 5, 600, FEW):
        points = numpy.sort((RANDOM.random(n) * 200).astype(type_))
        for m in (1, 8, 63, 64, 65, 300, FEW):
            values = (RANDOM.random(m) * 240 - 20).astype(type_)
            for wanted in (values, numpy.sort(values), numpy.sort(values)[::-1]):
                for side in ("left", "right"):
                    expected = numpy.searchsorted(points, wanted, side)
                    same(numloom.searchsorted(numloom.array(points), numloom.array(wanted), side), expected)


def test_interp_between_points_that_are_no_numbers():
    for points in (
        [numpy.nan, 1],
        [0, numpy.nan],
        [numpy.nan, numpy.nan],
        [0, 1, numpy.nan, numpy.nan],
        [numpy.nan],
    ):
        x = [0.5, -1.0, 7.0, 1.0, numpy.nan]
        heights = numpy.arange(1.0, len(points) + 1)
        same(
            numloom.interp(numloom.array(x), numloom.array(points), heights), numpy.interp(x, points, heights)
        )


def test_interp_of_values_in_any_order():
    for n in (1, 2, 5, 600):
        points, heights = numpy.sort(RANDOM.random(n)), RANDOM.random(n)
        if n > 5:
            points[3], heights[2], heights[-1] = points[4], numpy.inf, -0.0
        for m in (1, 7, 64, 65, FEW):
            x = RANDOM.random(m) * 1.4 - 0.2
            x[m // 2] = points[0]
            x[m // 3] = points[-1]
            for wanted in (x, numpy.sort(x), numpy.append(x, numpy.nan)):
                for sides in ({}, {"left": -5}, {"right": numpy.nan, "left": numpy.inf}):
                    expected = numpy.interp(wanted, points, heights, **sides)
                    ours = numloom.interp(
                        numloom.array(wanted), numloom.array(points), numloom.array(heights), **sides
                    )
                    same(ours, expected)
                    assert (numpy.signbit(ours.to_numpy()) == numpy.signbit(expected))[
                        ~numpy.isnan(expected)
                    ].all()


@pytest.mark.parametrize("type_", ["f4", "f8", "c16", "i4", "u1", "?"])
def test_correlation_at_the_ends(type_):
    tolerance = 1e-4 if type_ == "f4" else 1e-11
    for n, m in ((5, 5), (100, 100), (300, 299), (300, 70), (1000, 3)):
        a, w = ((RANDOM.random(size) * 3 - 1).astype(type_) for size in (n, m))
        for mode in ("full", "same", "valid"):
            expected = numpy.correlate(a, w, mode)
            ours = numloom.correlate(numloom.array(a), numloom.array(w), mode).to_numpy()
            assert ours.dtype == expected.dtype
            numpy.testing.assert_allclose(ours, expected, rtol=tolerance, atol=tolerance)
    if numpy.dtype(type_).kind == "f":  # beyond the ends infinity is multiplied with nothing
        a, w = numpy.ones(90, type_), numpy.ones(80, type_)
        w[3], w[70] = numpy.inf, numpy.nan
        same(numloom.convolve(numloom.array(a), numloom.array(w)), numpy.convolve(a, w))
        a[5] = -numpy.inf
        same(numloom.convolve(numloom.array(a), numloom.array(w[10:60])), numpy.convolve(a, w[10:60]))


@pytest.mark.parametrize("type_", ["u1", "i1", "i2", "i8", "u8"])
def test_histogram_of_integers_that_repeat(type_):
    there = RANDOM.integers(0 if type_[0] == "u" else -100, 120, FEW).astype(type_)
    for options in (
        {}, {"bins": 256, "range": (0, 256)}, {"bins": [-5, 0, 7, 7, 50, 119]}, {"bins": [0.5, 3.25, 119.0]},
        {"bins": 7, "density": True}, {"bins": "auto"}, {"bins": 3, "range": (10, 20)}, {"bins": [500, 600]},
    ):  # fmt: skip
        (counts, edges), (ours, our_edges) = (
            np.histogram(np.array(there), **options) for np in (numpy, numloom)
        )
        same(ours, counts)
        numpy.testing.assert_allclose(our_edges.to_numpy(), edges)


def test_lookups_by_bytes():
    index = RANDOM.integers(0, 256, (20, 30)).astype("u1")
    for table in (RANDOM.random(256), RANDOM.random(300).astype("f4"), RANDOM.random((256, 2)).astype("f4")):
        same(numloom.array(table)[numloom.array(index)], table[index])
    short = RANDOM.random(100)
    same(numloom.array(short)[numloom.array(index % 100)], short[index % 100])
    with pytest.raises(IndexError):
        print(numloom.array(short)[numloom.array(index)])  # which waits on a GPU
    bits = numpy.unpackbits(index, axis=1, bitorder="little")
    same(numloom.unpackbits(numloom.array(index), axis=1, bitorder="little"), bits)
    same(numloom.unpackbits(numloom.array(index)), numpy.unpackbits(index))


def test_repeats_by_counts():
    there, counts = RANDOM.random((20, 3)), RANDOM.integers(0, 4, 20)
    same(
        numloom.repeat(numloom.array(there), numloom.array(counts), axis=0),
        numpy.repeat(there, counts, axis=0),
    )
    same(numloom.repeat(numloom.array(there[:, 0]), counts), numpy.repeat(there[:, 0], counts))
    same(numloom.repeat(numloom.array(there[:, 0]), counts * 0), numpy.repeat(there[:, 0], counts * 0))
    with pytest.raises(ValueError, match="negative"):
        numloom.repeat(numloom.array([1, 2]), [1, -1])


@pytest.mark.parametrize("n", [4096, 5001, 70000])
def test_ranks_of_long_vectors(n):
    for there in (
        RANDOM.random(n),
        RANDOM.random(n) ** 9,
        numpy.sort(RANDOM.random(n)),
        RANDOM.integers(0, 3, n) + 0.5,
    ):
        here = numloom.array(there)
        assert float(numloom.median(here)) == numpy.median(there)
        numpy.testing.assert_allclose(
            numloom.percentile(here, [0, 1, 50, 99.9, 100]).to_numpy(),
            numpy.percentile(there, [0, 1, 50, 99.9, 100]),
            rtol=1e-15,
        )
        assert (
            numpy.sort(numloom.partition(here, n // 3).to_numpy()[: n // 3]).tolist()
            == numpy.sort(there)[: n // 3].tolist()
        )


def test_bools_at_their_extremes():
    for there in (numpy.zeros(3000, bool), numpy.ones((30, 100), bool), RANDOM.random((30, 100)) > 0.5):
        here = numloom.array(there)
        for name in ("max", "min", "mean", "sum"):
            for axis in (None, 0):
                same(getattr(here, name)(axis=axis), numpy.asarray(getattr(there, name)(axis=axis)))
    with pytest.raises(ValueError, match="zero-size"):
        numloom.array([], bool).max()


def test_legacy_draws():
    for draw in (  # from one state: numloom's functions are NumPy's
        lambda np: np.random.rand(), lambda np: np.random.rand(3, 2), lambda np: np.random.normal(size=5),
        lambda np: np.random.normal([1.0, 2.0], 0.1), lambda np: np.random.normal(np.array([1.0, 2.0]), scale=np.array(0.1)),
        lambda np: np.random.choice(np.arange(10)), lambda np: np.random.choice(np.arange(10), 4, replace=False),
        lambda np: np.random.randint(0, 9, size=(2, 2)), lambda np: np.random.randint(5),
        lambda np: np.random.permutation(6), lambda np: np.random.permutation(np.arange(12).reshape(4, 3)),
        lambda np: np.random.choice(3, 5, p=[0.2, 0.3, 0.5]), lambda np: np.random.multinomial(9, [0.5, 0.5], 3),
    ):  # fmt: skip
        numpy.random.seed(3)
        expected = draw(numpy)
        numloom.random.seed(3)
        ours = draw(numloom)
        assert isinstance(ours, numloom.ndarray) == isinstance(expected, (numpy.ndarray, numpy.generic))
        ours = ours.to_numpy() if isinstance(ours, numloom.ndarray) else numpy.asarray(ours)
        assert ours.tolist() == numpy.asarray(expected).tolist()
    a, b = numpy.arange(20), numloom.arange(20)
    numpy.random.seed(3)
    numpy.random.shuffle(a)
    numpy.random.seed(3)
    numloom.random.shuffle(b)
    same(b, a)


@cpu_only
@pytest.mark.skipif(
    numloom.show_config("dicts")["cpu"]["level"] == "x86-64-v2",
    reason="NumPy takes fused instructions whatever level is asked of numloom",
)
@pytest.mark.parametrize("dtype", ["c8", "c16"])
def test_complex_products_are_numpys_to_the_last_bit(dtype):
    rng = numpy.random.default_rng(5)
    for n in (1, 3, 4, 100, 1003):
        a, b = ((rng.standard_normal(n) + 1j * rng.standard_normal(n)).astype(dtype) for _ in range(2))
        x, y = numloom.array(a), numloom.array(b)
        assert numloom.asnumpy(x * y).tolist() == (a * b).tolist(), n
        assert numloom.asnumpy(x * y[0]).tolist() == (a * b[0]).tolist(), n
        assert numloom.asnumpy(numloom.square(x)).tolist() == numpy.square(a).tolist(), n
        assert numloom.asnumpy(x[::2] * y[::2]).tolist() == (a[::2] * b[::2]).tolist(), n


def test_repeats_that_no_array_holds():
    """Their sum wraps around to 0."""
    with pytest.raises(ValueError, match="repeats whose sum is a size"):
        numloom.repeat(numloom.arange(4, device="cpu"), numloom.full(4, 2**62, device="cpu"))
