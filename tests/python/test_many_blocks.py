# SPDX-License-Identifier: BSD-3-Clause
"""Sizes that take several blocks, tiles or slices on a GPU, with a remainder, against NumPy."""

import numpy
import pytest
from parity import host

import numloom as np

RNG = numpy.random.default_rng(29)


def numbers(shape, dtype):
    """Small numbers of any dtype."""
    return RNG.integers(-9, 10, shape).astype(dtype)


@pytest.mark.parametrize("dtype", "?bHilQeD")
@pytest.mark.parametrize("stack", [(), (17,)])
def test_products_of_matrices(dtype, stack):
    # 70 and 130: more than one of the large tiles; row-major, column-major and backwards.
    a, b = numbers((*stack, 130, 33), dtype), numbers((*stack, 33, 70), dtype)
    x, y = np.array(a), np.array(b)
    assert numpy.array_equal(host(x @ y), a @ b)
    forms = (lambda m: m.swapaxes(-1, -2), lambda m: m.swapaxes(-1, -2)[..., ::-1])
    for form in forms:
        left, right = form(b), form(a)
        if left.shape[-1] == right.shape[-2]:
            assert numpy.array_equal(host(form(y) @ form(x)), left @ right)


def test_large_tiles_of_a_product():
    a, b = numbers((1000, 20), "i4"), numbers((20, 700), "i4")
    assert numpy.array_equal(host(np.array(a) @ np.array(b)), a @ b)
    assert numpy.array_equal(host(np.array(b).T @ np.array(a).T), b.T @ a.T)
    c, d = numbers((400, 20), "D"), numbers((20, 400), "D")
    assert numpy.array_equal(host(np.array(c) @ np.array(d)), c @ d)


@pytest.mark.parametrize("n", [1, 31, 2047, 2048, 2049, 20011])
@pytest.mark.parametrize("share", [0, 0.02, 0.5, 1])
def test_compaction(n, share):
    mask = RNG.random(n) < share
    for dtype in "bhfdD":
        a = numbers(n, dtype)
        assert numpy.array_equal(host(np.array(a)[np.array(mask)]), a[mask])
        assert numpy.array_equal(host(np.array(a)[1:][np.array(mask)[1:]]), a[1:][mask[1:]])
    for width in (2, 3, 5):
        rows = numbers((n, width), "f")
        assert numpy.array_equal(host(np.array(rows)[np.array(mask)]), rows[mask])
    assert numpy.array_equal(host(np.flatnonzero(np.array(mask))), numpy.flatnonzero(mask))


@pytest.mark.parametrize("bins", [1, 37, 4096, 4097])
def test_counts(bins):
    values = RNG.integers(0, bins, 50021)
    values[:20000] = bins - 1
    weights = RNG.integers(-5, 6, values.size).astype("d")
    x = np.array(values)
    assert numpy.array_equal(host(np.bincount(x)), numpy.bincount(values))
    assert numpy.array_equal(host(np.bincount(x, np.array(weights))), numpy.bincount(values, weights))


@pytest.mark.parametrize("dtype", "?bHfdD")
@pytest.mark.parametrize("offset", [0, 1])
def test_whole_rows_and_columns(dtype, offset):
    # Numbers whose sums are exact: neither the order nor the number of slices shows.
    for shape in ((70001,), (3, 20001), (20001, 3), (257, 128), (1025, 36)):
        a = numbers(shape, dtype)
        cut = (..., slice(offset, None))
        for axis in (None, 0, -1):
            for name in ("sum", "max", "argmax", "any"):
                ours = getattr(np, name)(np.array(a)[cut], axis=axis)
                assert numpy.array_equal(host(ours), getattr(numpy, name)(a[cut], axis=axis))
        assert numpy.array_equal(host(np.cumsum(np.array(a)[cut], axis=0)), numpy.cumsum(a[cut], axis=0))


@pytest.mark.parametrize("dtype", "bhfd")
def test_stores_beside_alignment(dtype):
    a, b = numbers((37, 301), dtype), numbers((37, 301), dtype)
    x, y = np.array(a), np.array(b)
    for here, there in ((a, x), (b, y)):
        here[1:-1, 1:-1] += here[:-2, 2:]
        there[1:-1, 1:-1] += there[:-2, 2:]
        here[:, ::2] = here[:, 1::2][:, :1]
        there[:, ::2] = there[:, 1::2][:, :1]
        here[2:, 3:] = 7
        there[2:, 3:] = 7
    a[:, 1:] = numpy.where(b[:, 1:] > 0, b[:, :-1], 2)
    x[:, 1:] = np.where(y[:, 1:] > 0, y[:, :-1], 2)
    assert numpy.array_equal(host(x), a)
    assert numpy.array_equal(host(y), b)


@pytest.mark.parametrize("dtype", "bhfdD")
def test_transposes(dtype):
    for shape in ((65, 131), (3, 40, 70), (2, 33, 5, 64)):
        a = numbers(shape, dtype)
        assert numpy.array_equal(host(np.array(a).T.copy()), a.T)
        assert numpy.array_equal(host(np.ascontiguousarray(np.array(a).swapaxes(-1, -2))), a.swapaxes(-1, -2))
