# SPDX-License-Identifier: BSD-3-Clause
"""Every family of functions with more than 2^31 elements, on the CPU device: ./dev test --only scale.

The elements are int8, so that an array takes 2 GiB. Results are looked at where 32-bit arithmetic would go
wrong, at both ends and around element 2^31, and as a whole by sums and extrema, which have their own tests.
"""

import numpy
import pytest

import numloom as np

N = 2**31 + 24
HALF = N // 2  # 2^30 + 12
TALL, WIDE = (HALF, 2), (2, HALF)
# Positions whose product with an element's size, or whose distance, does not fit 32 bits.
PLACES = (0, 1, 2**30, 2**31 - 1, 2**31, 2**31 + 1, N - 2, N - 1)


def ones(shape=N):
    return np.ones(shape, "i1")


def ramp():
    """0, 1, ..., 100 again and again: element i is i % 101."""
    return np.resize(np.arange(101, dtype="i1"), N)


def there(a):
    """The same memory as NumPy sees it, without a copy."""
    return numpy.from_dlpack(a)


def assert_places(a, expected):
    """Element i is expected(i), at the places that matter."""
    assert a.shape == (N,)
    assert [int(a[i]) for i in PLACES] == [expected(i) for i in PLACES]


def assert_all(a, value):
    assert a.size >= HALF - 1
    assert int(np.min(a)) == int(np.max(a)) == value


# ---- creation ----
def test_ones_and_full():
    a = ones()
    assert a.size == N
    assert a.nbytes == N
    assert there(a)[-24:].tolist() == [1] * 24
    assert int(there(a).sum(dtype="i8")) == N
    a = np.full(N, 7, "i1")
    assert int(there(a).min()) == int(there(a).max()) == 7


def test_arange():
    a = np.arange(N, dtype="i1")  # wraps
    assert_places(a, lambda i: (i + 128) % 256 - 128)
    assert int(a.sum()) == -128 * (N // 256) + sum(range(24))


def test_eye_and_diagonals():
    a = np.eye(2, HALF, HALF - 2, dtype="i1")
    assert numpy.argwhere(there(a)).tolist() == [[0, HALF - 2], [1, HALF - 1]]
    assert a.diagonal(HALF - 2).tolist() == [1, 1]
    assert int(a.trace(HALF - 2)) == 2
    beyond = np.eye(1, N, N - 1, dtype="i1")
    assert beyond[0, -2:].tolist() == [0, 1]
    assert beyond.diagonal(N - 1).tolist() == [1]
    assert int(np.trace(beyond, N - 1)) == 1


def test_triangles():
    side = 46352  # its square is above 2^31
    low = np.tril(np.ones((side, side), "i1"))
    assert low[-1, [0, -1]].tolist() == [1, 1]
    assert low[0, [0, 1, -1]].tolist() == [1, 0, 0]
    assert int(low.sum()) == side * (side + 1) // 2


def test_resize():
    assert_places(ramp(), lambda i: i % 101)


def test_broadcast_and_positions():
    assert int(np.broadcast_to(np.int8(3), (N, 4)).sum(axis=1, dtype="i1")[N - 1]) == 12
    assert [int(x[0]) for x in np.unravel_index(np.array([N - 1]), TALL)] == [HALF - 1, 1]
    assert int(np.ravel_multi_index((np.array([HALF - 1]), np.array([1])), TALL)[0]) == N - 1


# ---- elementwise ----
def test_binary_with_out():
    a = ramp()
    b = np.add(a, a, out=a)
    assert b is a
    assert_places(a, lambda i: (2 * (i % 101) + 128) % 256 - 128)
    np.subtract(a, 1, out=a[::-1][::-1])
    assert_places(a, lambda i: (2 * (i % 101) + 127) % 256 - 128)


def test_unary():
    a = np.negative(ramp())
    assert_places(a, lambda i: -(i % 101))
    assert_places(np.abs(a), lambda i: i % 101)


def test_strided_operands():
    a = np.ones(TALL, "i1")
    a[:, 1] += a[:, 0]
    assert there(a)[[0, -1]].tolist() == [[1, 2]] * 2
    assert int(a.sum()) == 3 * HALF
    assert int((a + np.array([1, 2], "i1")).sum()) == 6 * HALF
    assert int(np.add(a[::-1], a, out=a).sum()) == 6 * HALF


def test_comparison_where_and_cast():
    a = ramp()
    large = a > 99
    assert large.dtype == bool
    assert_places(large, lambda i: int(i % 101 == 100))
    assert_places(np.where(large, np.int8(-1), a), lambda i: -1 if i % 101 == 100 else i % 101)
    assert_places(np.add(a, 1, out=a, where=large), lambda i: i % 101 + (i % 101 == 100))
    assert_places(a.astype(bool), lambda i: int(i % 101 > 0))
    assert_places(a.astype("u1"), lambda i: i % 101 + (i % 101 == 100))


def test_clip_and_copyto():
    a = ramp()
    assert_places(np.clip(a, 3, 50, out=a), lambda i: min(max(i % 101, 3), 50))
    np.copyto(a, np.int8(0), where=a == 50)
    assert_places(a, lambda i: max(i % 101, 3) if i % 101 < 50 else 0)


def test_mixed_types():
    out = np.empty(N, "f2")
    np.multiply(ramp(), np.float16(0.5), out=out)
    assert [float(out[i]) for i in PLACES] == [0.5 * (i % 101) for i in PLACES]


def test_at():
    a = ones()
    np.add.at(a, np.array([0, 2**31 + 1, -1, -1]), np.int8(5))
    assert [int(a[i]) for i in (0, 1, 2**31 + 1, N - 1)] == [6, 1, 6, 11]


# ---- reductions ----
def test_reductions_of_all():
    a = ramp()
    full, rest = divmod(N, 101)
    assert int(a.sum()) == full * 5050 + rest * (rest - 1) // 2
    assert int(np.count_nonzero(a)) == N - full - 1
    assert float(a.mean()) == int(a.sum()) / N
    assert (int(a.min()), int(a.max())) == (0, 100)
    a[N - 1] = 127
    a[2**31 + 3] = -5
    assert (int(a.argmin()), int(a.argmax())) == (2**31 + 3, N - 1)
    assert (int(a.min()), int(a.max())) == (-5, 127)
    assert int(np.ptp(a.view("u1"))) == 251
    assert bool(a.any())
    assert not bool(a.all())


def test_any_and_all_see_the_last_element():
    a = np.zeros(N, "i1")
    assert not bool(a.any())
    a[N - 1] = 1
    assert bool(a.any())
    assert not bool(a.all())
    a = ones()
    assert bool(a.all())
    a[N - 1] = 0
    assert not bool(a.all())
    assert int(np.logical_xor.reduce(a)) == (N - 1) % 2
    assert int(np.prod(a, dtype="i1")) == 0


def test_variance():
    a = ones()
    a[HALF:] = -1
    assert float(np.var(a)) == pytest.approx(1, abs=1e-12)
    assert float(np.std(a[1:])) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("shape", [TALL, WIDE])
@pytest.mark.parametrize("long", [False, True])
def test_reductions_along_axes(shape, long, turned):
    """Over the long axis, whose results are two, and over the short one, whose results are kept to a byte."""
    a = np.ones(shape[::-1], "i1").T if turned else np.ones(shape, "i1")
    axis = shape.index(HALF) if long else shape.index(2)
    count = shape[axis]
    last = (-1, 1) if shape == TALL else (1, -1)
    a[last] = 3
    few = {"dtype": "i1"} if not long else {}
    total = np.sum(a, axis, **few)
    assert total.shape == (shape[1 - axis],)
    assert (int(total[0]), int(total[-1])) == (count, count + 2)
    for f, end in ((np.max, 3), (np.min, 1), (np.any, 1), (np.all, 1)):
        values = f(a, axis)
        assert values.shape == total.shape
        assert (int(values[0]), int(values[-1])) == (1, end)
    if long:
        assert np.mean(a, axis).tolist() == [1, (count + 2) / count]
        assert np.argmax(a, axis).tolist() == [0, HALF - 1]
        a[last] = 0
        assert np.argmin(a, axis).tolist() == [0, HALF - 1]
        assert np.count_nonzero(a, axis).tolist() == [HALF, HALF - 1]
    else:
        del total, values
        assert_all(np.multiply.reduce(a[:-1] if axis else a[:, :-1], axis, dtype="i1"), 1)


def test_reduceat():
    sums = np.add.reduceat(ones(), [0, 5, 2**31 + 4, N - 1])
    assert sums.astype("u1").tolist() == [5, (2**31 - 1) % 256, N - 2**31 - 5, 1]
    counts = np.add.reduceat(ones(), [0, 5, 2**31 + 4, N - 1], dtype="i8")
    assert counts.tolist() == [5, 2**31 - 1, N - 2**31 - 5, 1]


# ---- scans ----
def test_cumsum():
    assert_places(np.cumsum(ones(), dtype="i1"), lambda i: (i + 1 + 128) % 256 - 128)
    a = np.ones(TALL, "i1")
    last = np.cumsum(a, 0, dtype="i1", out=a)[-1]
    assert last.tolist() == [(HALF + 128) % 256 - 128] * 2


def test_cumulative_others():
    a = ones()
    a[2**31 + 2] = 2
    assert_places(np.maximum.accumulate(a, out=a), lambda i: 1 + (i > 2**31 + 1))
    assert_places(np.cumprod(a[::-1], dtype="i1"), lambda i: 2 ** min(i + 1, 8) % 256 if i < 6 else 0)


def test_diff_and_convolve():
    assert_places(
        np.diff(ramp(), append=np.int8(0)), lambda i: -(i % 101) if i + 1 == N or i % 101 == 100 else 1
    )
    assert_places(np.convolve(ramp(), np.array([0, 1, 0], "i1"), "same"), lambda i: i % 101)


# ---- indexing ----
def test_elements_and_slices():
    a = ramp()
    assert_places(a, lambda i: i % 101)
    assert int(a[-N]) == 0
    assert int(a[-1]) == (N - 1) % 101
    for bad in (N, -N - 1):
        with pytest.raises(IndexError, match="out of bounds"):
            a[bad]
    assert_places(a[::-1], lambda i: (N - 1 - i) % 101)
    assert_places(a[::-1].copy(), lambda i: (N - 1 - i) % 101)
    assert a[2**31 : 2**31 + 3].tolist() == [i % 101 for i in range(2**31, 2**31 + 3)]
    far = a[N - 1 :: -(2**31)]
    assert far.tolist() == [(N - 1) % 101, (N - 1 - 2**31) % 101]
    a[1 : 2**31 + 2 : 2**31] = 77
    assert numpy.flatnonzero(there(a) == 77 if a.device.type == "cpu" else 0)[-1] >= 2**31
    assert [int(a[i]) for i in (1, 2**31 + 1)] == [77, 77]


def test_integer_arrays():
    a = ramp()
    at = np.array(PLACES)
    expected = [i % 101 for i in PLACES]
    assert a[at].tolist() == a[at - N].tolist() == expected
    assert np.take(a, at).tolist() == np.take(a, at + N, mode="wrap").tolist() == expected
    assert a.reshape(TALL)[at // 2, at % 2].tolist() == expected
    a[at] = np.arange(8, dtype="i1") + 101
    assert a[at].tolist() == list(range(101, 109))
    np.put(a, at, -1)
    assert int((a < 0).sum()) == 8
    a.flat[at] = 120
    assert int((a > 101).sum()) == 8
    with pytest.raises(IndexError):
        a[np.array([N])]


def test_many_positions():
    """More than 2^31 positions: one byte each."""
    few = np.array([5, 6, 7], "i1")
    assert_places(few[np.broadcast_to(np.array(2, "u1"), N)], lambda i: 7)
    assert_places(np.take(few, ones()), lambda i: 6)
    a = ones()
    assert_places(np.choose(a, [few[0], few[1]]), lambda i: 6)


def test_masks():
    a = ramp()
    mask = np.zeros(N, bool)
    mask[np.array(PLACES)] = True
    expected = [i % 101 for i in PLACES]
    assert a[mask].tolist() == np.compress(mask, a).tolist() == np.extract(mask, a).tolist() == expected
    assert np.nonzero(mask)[0].tolist() == np.flatnonzero(mask).tolist() == list(PLACES)
    rows, columns = np.nonzero(mask.reshape(TALL))
    assert (2 * rows + columns).tolist() == list(PLACES)
    assert np.argwhere(mask.reshape(WIDE))[-1].tolist() == [1, HALF - 1]
    a[mask] = -1
    assert int((a < 0).sum()) == 8
    a[mask] = np.arange(8, dtype="i1") + 101
    assert a[mask].tolist() == list(range(101, 109))
    np.place(a, mask, [-3])
    np.putmask(a, a == -3, np.int8(-4))
    assert int(np.count_nonzero(a == -4)) == 8


def test_dense_masks():
    a = ramp()
    kept = a[a >= 0]
    assert_places(kept, lambda i: i % 101)
    a[a >= 0] = kept[::-1]
    assert_places(a, lambda i: (N - 1 - i) % 101)


def test_along_axes():
    a = ramp().reshape(WIDE)
    at = np.array([[HALF - 1], [HALF - 2]])
    assert np.take_along_axis(a, at, 1).tolist() == [[(HALF - 1) % 101], [(N - 2) % 101]]
    np.put_along_axis(a, at, -1, 1)
    assert np.argwhere(a < 0).tolist() == [[0, HALF - 1], [1, HALF - 2]]
    assert a[:, -1].tolist() == [-1, (N - 1) % 101]


# ---- layout ----
def test_copies_of_transposed():
    a = ramp().reshape(TALL).T.copy()
    assert a.flags.c_contiguous
    assert a[:, -1].tolist() == [(N - 2) % 101, (N - 1) % 101]
    assert a[:, 2**29].tolist() == [2**30 % 101, (2**30 + 1) % 101]
    del a
    side = 46352  # its square is above 2^31
    a = np.resize(np.arange(101, dtype="i1"), (side, side))
    turned = np.ascontiguousarray(a.T)
    for i, j in ((0, 0), (side - 1, 0), (0, side - 1), (side - 1, side - 1), (side - 7, side // 2)):
        assert int(turned[i, j]) == (j * side + i) % 101
    assert bool((turned[-1] == a[:, -1]).all())
    assert bool((turned[:, -1] == a[-1]).all())


def test_ravel_and_reshape():
    a = ramp().reshape(2, 2, -1)
    assert_places(np.ravel(a), lambda i: i % 101)
    quarter = N // 4
    moved = np.moveaxis(a, 2, 0).ravel()
    assert_places(moved, lambda i: (i % 4 * quarter + i // 4) % 101)


def test_joining():
    a = ramp()
    assert_places(np.concatenate([a[:HALF], a[HALF:]]), lambda i: i % 101)
    assert_places(np.concatenate([a[:3], a[3:-1], a[-1:]]), lambda i: i % 101)
    pair = np.stack([a[:HALF], a[HALF:]], 1)
    assert pair[-1].tolist() == [(HALF - 1) % 101, (N - 1) % 101]
    del pair
    assert_places(np.append(a[:-1], np.int8(55)), lambda i: 55 if i == N - 1 else i % 101)


def test_splitting_and_editing():
    a = ramp()
    first, second = np.split(a, [2**31 + 3])
    assert first.size == 2**31 + 3
    assert second.tolist() == [i % 101 for i in range(2**31 + 3, N)]
    shorter = np.delete(a, [0, 2**31 + 1])
    assert shorter[-23:].tolist() == [i % 101 for i in range(N - 24, N) if i != 2**31 + 1]
    assert shorter.size == N - 2
    del shorter, first, second
    assert_places(
        np.insert(a[:-1], 2**31 + 1, np.int8(-9))[...],
        lambda i: (i - (i > 2**31 + 1)) % 101 if i != 2**31 + 1 else -9,
    )
    a[:3] = a[-2:] = 0
    assert np.trim_zeros(a).size in (N - 5, N - 6)


def test_flip_roll_repeat_tile():
    a = ramp()
    assert_places(np.flip(a), lambda i: (N - 1 - i) % 101)
    assert_places(np.roll(a, 5), lambda i: (i - 5) % N % 101)
    assert_places(np.roll(a, -(2**31) - 1), lambda i: (i + 2**31 + 1) % N % 101)
    del a
    assert_places(np.repeat(np.arange(2, dtype="i1"), HALF), lambda i: int(i >= HALF))
    assert_places(np.repeat(np.arange(2, dtype="i1"), [3, N - 3]), lambda i: int(i >= 3))
    assert_places(np.tile(np.arange(8, dtype="i1"), N // 8), lambda i: i % 8)


def test_pad():
    a = np.pad(ramp()[5:-7], (5, 7), constant_values=(-1, -2))
    assert_places(a, lambda i: -1 if i < 5 else -2 if i >= N - 7 else i % 101)
    a = np.pad(ramp()[:-2], (0, 2), mode="reflect")
    assert_places(a, lambda i: (i if i < N - 2 else 2 * (N - 3) - i) % 101)


# ---- order ----
def test_sort():
    a = ramp()[::-1].copy()
    a.sort()
    assert (int(a[0]), int(a[-1])) == (0, 100)
    full, rest = divmod(N, 101)
    ends = [full * (k + 1) + min(k + 1, rest) for k in range(101)]
    assert np.searchsorted(a, np.arange(101, dtype="i1"), "right").tolist() == ends
    assert np.searchsorted(a, np.arange(101, dtype="i1")).tolist() == [0, *ends[:-1]]


def test_sort_of_two_byte_keys():
    a = np.resize(np.arange(1000, -1, -1, dtype="i2"), N)
    a.sort()
    full, rest = divmod(N, 1001)  # the first `rest` of 1000, 999, ... come once more
    ends = [full * (k + 1) + max(0, rest - (1000 - k)) for k in range(1001)]
    assert np.searchsorted(a, np.arange(1001, dtype="i2"), "right").tolist() == ends


def test_partition_and_median():
    a = ramp()
    a.partition(2**31 + 1)
    full, rest = divmod(N, 101)
    ends = [full * (k + 1) + min(k + 1, rest) for k in range(101)]
    value = next(k for k in range(101) if ends[k] > 2**31 + 1)
    assert int(a[2**31 + 1]) == value
    assert int(a[: 2**31 + 1].max()) <= value <= int(a[2**31 + 1 :].min())
    assert float(np.median(a)) == 50


def test_unique():
    a = ramp()
    a[2**31 + 5] = 111
    values, counts = np.unique(a, return_counts=True)
    assert values.tolist() == [*range(101), 111]
    assert int(counts.sum()) == N
    assert counts[-2:].tolist() == [N // 101, 1]
    del values, counts
    assert bool(np.isin(np.int8(111), a))
    assert_places(np.isin(a, np.array([111], "i1")), lambda i: int(i == 2**31 + 5))


def test_counting():
    a = ramp()
    full, rest = divmod(N, 101)
    expected = [full + (k < rest) for k in range(101)]
    assert np.bincount(a).tolist() == expected
    counts, edges = np.histogram(a, 101, (0, 101))
    assert counts.tolist() == expected
    assert edges[[0, -1]].tolist() == [0, 101]


# ---- random numbers ----
@pytest.mark.parametrize("method", ["integers", "bytes"])
def test_random(method):
    """The end of a long draw: NumPy's generator, advanced to it, gives the same."""
    ours, there_ = np.random.default_rng(7), numpy.random.default_rng(7)
    skipped = (N - 64) // 8  # a word of 64 bits is 8 bytes
    there_.bit_generator.advance(skipped)
    if method == "integers":
        got = ours.integers(-128, 128, N, dtype="i1")
        assert got[-64:].tolist() == there_.integers(-128, 128, 64, dtype="i1").tolist()
        assert abs(float(got.mean()) + 0.5) < 0.01
    else:
        got = ours.bytes(N)
        assert len(got) == N
        assert got[-64:] == there_.bytes(64)


# ---- products ----
def test_matmul():
    a = np.ones(WIDE, "i1")
    a[1, -1] = 5
    vector = np.array([1, 2], "i1")
    product = vector @ a
    assert product[[0, -1]].tolist() == [3, 11]
    assert int(product.sum()) == 3 * HALF + 8
    assert (a @ product).tolist() == [(3 * HALF + 8 + 128) % 256 - 128, (3 * HALF + 52 + 128) % 256 - 128]
    assert (a.T @ vector)[[0, -1]].tolist() == [3, 11]


def test_dot():
    a = ones()
    a[N - 1] = 4
    assert int(np.dot(a, a)) == (N + 15 + 128) % 256 - 128
    assert int(np.vdot(a, a)) == (N + 15 + 128) % 256 - 128
    assert int(np.einsum("i,i->", a, a)) == (N + 15 + 128) % 256 - 128
    assert np.einsum("ij->j", a.reshape(TALL), dtype="i8").tolist() == [HALF, HALF + 3]
    assert_places(np.outer(np.ones(1, "i1"), a)[0], lambda i: 4 if i == N - 1 else 1)


def test_products_by_blas():
    """One operand that BLAS takes with a step, or reads again and again, so that little memory is needed."""
    x = np.broadcast_to(np.float32(2), (4, 1))
    a = np.empty((4, 2**29 + 8), "f4")[:, : 2**29 + 8]
    a.fill(1)
    assert (x.T @ a)[0, [0, -1]].tolist() == [8, 8]


# ---- text, files, exchange ----
def test_printing():
    a = ramp().reshape(TALL)
    text = repr(a)
    assert text.startswith("array([[  0,   1],\n       [  2,   3],\n       [  4,   5],\n       ...,\n")
    last = [i % 101 for i in range(N - 2, N)]
    assert f"[{last[0]:3}, {last[1]:3}]], shape=({HALF}, 2), dtype=int8)" in text


def test_files(tmp_path):
    a = ramp()
    np.save(tmp_path / "a.npy", a)
    assert (tmp_path / "a.npy").stat().st_size == N + 128
    del a
    assert_places(np.load(tmp_path / "a.npy"), lambda i: i % 101)
    assert there(np.load(tmp_path / "a.npy"))[-1] == (N - 1) % 101
    a = np.fromfile(tmp_path / "a.npy", "i1", offset=128)
    (tmp_path / "a.npy").unlink()
    assert_places(a, lambda i: i % 101)


def test_bytes():
    data = ramp().tobytes()
    assert len(data) == N
    assert data[-1] == (N - 1) % 101
    assert_places(np.frombuffer(data, "i1"), lambda i: i % 101)


def test_exchange():
    a = ramp()
    view = memoryview(a)
    assert view.nbytes == N
    assert view[-1] == view[N - 1] == (N - 1) % 101
    there(a)[-1] = -1
    assert int(a[-1]) == -1
    ours = np.from_dlpack(numpy.broadcast_to(numpy.int8(5), N))
    assert (ours.strides, int(ours[N - 1])) == ((0,), 5)
    back = np.asarray(there(a))
    assert back.__array_interface__["data"] == a.__array_interface__["data"]
    assert int(back[N - 1]) == -1
