# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""Sequences, arrays by rule, parts chosen and replaced, padding, beside NumPy's."""

import numpy
import pytest
from cases import ARRAYS, FINITE, check, without
from parity import assert_outcome, both, outcome

import numloom

NUMBERS = without(FINITE, "bool", "many floats", "many bytes", "float16", "float32", "complex64")

TAME = ("int8", "uint8", "repeated floats", "repeated ints")

SEQUENCES = """
np.trapezoid(a) | np.trapezoid(m, axis=0) | np.trapezoid(m, dx=2) | np.trapezoid(m, x=np.arange(m.shape[1])**2) | np.trapezoid(m, m, axis=0) | np.trapezoid(3)
np.gradient(a) | np.gradient(m) | np.gradient(m, axis=1) | np.gradient(m, 2.5) | np.gradient(m, 1, 2) | np.gradient(m, np.arange(m.shape[0])**2., axis=0, edge_order=2) | np.gradient(a, edge_order=2) | np.gradient(m, 1, 2, 3) | np.gradient([1]) | np.gradient(a, edge_order=3) | np.gradient(m, [1, 2], axis=0) | np.gradient(m, 2, np.arange(m.shape[1])**2.) | np.gradient(m, np.arange(m.shape[0]), 1, edge_order=2) | np.gradient(a, 2j) | np.gradient(a, np.float32(2)) | np.gradient(m, axis=(1, 0)) | np.gradient(m, axis=(0, 0)) | np.gradient(3)
np.ediff1d(a) | np.ediff1d(m) | np.ediff1d(b, to_end=[9, 8]) | np.ediff1d(b, 1, [2, 3]) | np.ediff1d([1], [2]) | np.ediff1d(b, 1j)
np.cumulative_sum(b) | np.cumulative_sum(m, axis=1, include_initial=True) | np.cumulative_prod(b[:3], include_initial=True) | np.cumulative_sum(m) | np.cumulative_sum(3) | np.cumulative_sum(m, axis=1, include_initial=True, out=np.zeros((m.shape[0], 3))) | np.cumulative_sum(b[:4], include_initial=True, out=np.zeros(5, complex))
np.cross(m[:, :3], m[:, 3:6]) | np.cross(m[0, :3], m[:, :3]) | np.cross(m[:, :2], m[:, :2]) | np.cross(m[:, :2], m[:, :3]) | np.cross(m[:, :3], m[:, :2]) | np.cross(m[:3], m[:3], axis=0) | np.cross(m[:, :4], m[:, :4]) | np.cross(3, [1, 2, 3]) | np.cross(m[:3], m[:3], 0, 0, 0)
np.kron(m, b[:3]) | np.kron(b[:3], m) | np.kron(m[:2, :2], m[:3, :2]) | np.kron(3, m) | np.kron(m[:2, :2, None], b[:2])
np.convolve(a, [1, 2, 1]) | np.convolve(a, b[:20]) | np.convolve(a, b[:20], 'same') | np.convolve(b[:3], a, 'valid') | np.convolve(a, b[:2], 'same') | np.convolve([], [1]) | np.convolve(m, b) | np.convolve(a, b, 'x') | np.convolve(3, b) | np.convolve(b, a[:40]) | np.convolve([1., 2., 3.], [np.inf, 1]) | np.convolve([1, np.inf, 3., 4], [1, 0], 'same')
np.correlate(a, b[:5]) | np.correlate(b[:5], a, 'full') | np.correlate(a, b[:6], 'same') | np.correlate(a, b[:20], 'full') | np.correlate([1], []) | np.correlate(b[:4], a[:9], 'same') | np.correlate(a[::2], b[:7][::-1], 'full')
np.polyval(b[:4], m) | np.polyval([1, 2], 3) | np.polyadd(b[:3], b[:2]) | np.polysub(b[:2], b[:3]) | np.polymul(b[:3], b[:2]) | np.polyder(b[:4]) | np.polyder(b[:4], 2) | np.polyint(b[:3]) | np.polyint(b[:3], 2, [1, 2]) | np.polyint(b[:3], 2, 3) | np.polyder(b, -1) | np.poly(b[:3]) | np.poly([]) | np.poly(np.array([[2., 1], [1, 3]])) | np.polyval(2, b) | np.polyder(2) | np.polyint(2) | np.polyval([], m) | np.polymul([], b[:2]) | np.polymul(2, b[:2])
np.polydiv(b[:5], b[1:3]) | np.polydiv([1, 2], [3, 4, 5]) | np.polydiv([], [1]) | np.polydiv([1], []) | np.roots([1, -3, 2]) | np.roots([0, 2, 0]) | np.roots([0]) | np.roots([[1]])
np.polyfit(b[:6].real, b[:6].real * 2 + 1, -1) | np.polyfit(m, b, 1) | np.polyfit([], [], 1) | np.polyfit(b[:3], b[:4], 1) | np.polyfit(b[:3], 2, 1) | np.polyfit([1, 2, 3], [1, 2, 3], 1, w=[[1]]) | np.polyfit([1, 2, 3], [1, 2, 3], 1, w=[1]) | np.polyfit([1., 2], [1, 2], 1, cov=True)
np.sort_complex(b) | np.unwrap(np.array([0, 3, 7, 2]), period=4) | np.unwrap(np.array([0, 3, 7, 2]), period=5)
""".strip().splitlines()
FUNCTIONS = "np.sinc(m) | np.i0(m) | np.sinc(0) | np.i0(0.) | np.i0([1j]) | np.i0([np.nan, np.inf, 8, 9])"
INTERPOLATION = "np.interp(a, np.sort(b), b) | np.interp(m, [0, 1, 3], [1, -1, 2]) | np.interp(a, [0, 1, 3], [1, -1, 2], left=-9, right=9) | np.interp(a, [0, 2, 5, 1], [1, 5, -1, 2], period=6) | np.interp(.5, [0, 1], [1, 2]) | np.interp(a, [1], [2]) | np.interp(a, [], []) | np.interp(a, [1, 2], [1]) | np.interp(a, [0, 1], [1j, 2]) | np.interp(a, [[1]], [1]) | np.interp([0, 1, 2, np.nan], [0, 1, 2], [np.inf, np.inf, 3]) | np.interp([1.5], [1, 1, 2], [0, 5, 6]) | np.interp([1, np.nan, 1], [1], [2.0]) | np.interp([], [1, 2], [3, 4]) | np.interp(np.linspace(-1, 4, 300_000), [0, 1, 3], [-0.0, 5, 2]) | np.interp(np.linspace(0, 3, 300_001), [0, 1, 3], [1, 5, 2])"
ORDER = """
np.partition(a, 5)[5] | np.sort(np.partition(m, 3, axis=0), axis=0) | np.partition(a, [3, -2])[[3, -2]] | np.partition(a, 10**6) | np.partition(a, 1.5) | np.partition(m, 2, axis=None)[2] | np.partition(a, 0, kind='x') | np.partition(m, 0, 7)
np.take(a, np.argpartition(a, 4))[4] | np.argpartition(m, 2, axis=1).shape | np.argpartition(a, 10**6) | np.lexsort((b, b[::-1])) | np.lexsort(m) | np.lexsort((m, m[::-1]), axis=0) | np.lexsort([]) | np.lexsort((b, b[:2]))
""".strip().splitlines()
RULES = """
np.diag(m) | np.diag(b[:3]) | np.diag(b[:3], 1) | np.diag(b[:3], -2) | np.diag(m, 2) | np.diagflat(m[:2, :2], 1) | np.diag(3) | np.diag(np.zeros((2, 2, 2)))
np.tri(3) | np.tri(3, 4, 1, int) | np.tri(3, k=-1, dtype=bool) | np.tril_indices(3) | np.triu_indices(3, 1, 4) | np.tril_indices_from(m) | np.triu_indices_from(m, 1) | np.tril_indices_from(b) | np.mask_indices(3, np.triu) | np.diag_indices(3) | np.diag_indices(2, 3) | np.tri(2.5) | np.tri(2, -1) | np.tril_indices(2.) | np.diag_indices_from(m) | np.diag_indices_from(b)
np.vander(b[:4]) | np.vander(b[:4], 2) | np.vander(b[:4], 3, increasing=True) | np.vander(m) | np.vander(b[:2], 0)
np.indices((2, 3)) | np.indices((2, 3), sparse=True) | np.indices((2,), dtype='f4') | np.indices(()) | np.indices(3) | np.indices((-1,)) | np.ix_() | np.fromfunction(lambda i, j: i + j, (2, 3), dtype=int) | np.ix_([0, 1], [True, False, True]) | np.ix_([[1]]) | np.ix_([], [1])
np.unravel_index(5, (2, 3)) | np.unravel_index([1, 5], (2, 3), 'F') | np.unravel_index(6, (2, 3)) | np.unravel_index([1.5], (2, 3)) | np.unravel_index(-1, (2, 3)) | np.unravel_index([[0, 3]], 4) | np.unravel_index([], (2, 3)) | np.unravel_index([True], (2, 3)) | np.unravel_index(0, (2, 3), 'K') | np.unravel_index(0, (2**40, 2**40)) | np.unravel_index(0, ())
np.ravel_multi_index(([0, 1], [2, 1]), (2, 3)) | np.ravel_multi_index((1, 2), (2, 3), order='F') | np.ravel_multi_index(([5], [7]), (2, 3), mode='wrap') | np.ravel_multi_index(([5], [-7]), (2, 3), mode='clip') | np.ravel_multi_index(([2], [0]), (2, 3)) | np.ravel_multi_index(([0],), (2, 3)) | np.ravel_multi_index(([5], [7]), (2, 3), mode=('wrap', 'clip')) | np.ravel_multi_index(([], []), (2, 3)) | np.ravel_multi_index((np.arange(2), 1), (2, 3)) | np.ravel_multi_index(([0], [0]), (0, 3)) | np.ravel_multi_index(([0], [0]), (2, 3), mode='x') | np.ravel_multi_index(np.array([[1], [2]]), (2, 3))
np.logspace(0, 3, 4) | np.logspace(0, 1, 3, endpoint=False, base=2) | np.logspace(0, 1, 3, dtype=int) | np.logspace([0, 1], [2, 3], 3) | np.geomspace(1, 1000, 4) | np.geomspace(1000, 1, 4) | np.geomspace(-1, -8, 4) | np.geomspace(1, 256, 9, dtype=int) | np.geomspace(0, 1) | np.geomspace(1, 8, 3, endpoint=False) | np.geomspace([1, 2], [8, 16], 4, axis=1) | np.geomspace(1, 10, 0) | np.logspace(0, 2, 3, base=[2, 3]) | np.logspace([0, 1], 2, 3, base=[2, 3], axis=-1) | np.logspace(0, 2, 3, base=np.float32(3))
np.linspace(b[:3], 9, 4) | np.linspace(m, 3, 4, axis=-1) | np.linspace(b[:2], [5, 6], 3, endpoint=False, retstep=True) | np.linspace(0, m[0], 3, dtype=int) | np.linspace(b[:3], 9, 0) | np.linspace(b[:3], b[:3], 1) | np.linspace(m, 3, 4, axis=7) | np.linspace(b[0], 9, 4) | np.linspace(np.array([0.]), np.array([5e-324]), 5)
np.hanning(5) | np.hamming(4) | np.blackman(6) | np.bartlett(5) | np.kaiser(5, 14) | np.hanning(1) | np.hanning(0) | np.hanning(5.5) | np.kaiser(1, 2) | np.kaiser(0, 2) | np.hanning(np.array(4)) | np.hanning([3]) | np.kaiser(3, 1j)
np.block([[m, m], [m, m]]) | np.block([b, 1]) | np.block(m) | np.block([[1, 2], [3]]) | np.block([]) | np.block((1, 2)) | np.block([[b[:2]], [b[:2]]]) | np.block([1, [2]]) | np.block([[], 2]) | np.block([[]]) | np.block([[b[:2], [1]], [m[:2, :2], m[:2, :1]]]) | np.block(3)
""".strip().splitlines()
PARTS = """
np.append(b, [1, 2]) | np.append(m, m, axis=0) | np.append(m, m) | np.append(m, b[:2], axis=0) | np.resize(b, (3, 7)) | np.resize(m, 5) | np.resize(b, (2, -1)) | np.resize([], 3) | np.resize(b, ())
np.delete(b, 1) | np.delete(b, [0, -1]) | np.delete(m, 1, 0) | np.delete(m, slice(0, None, 2), 1) | np.delete(b, 99) | np.delete(m, [0, 3]) | np.delete(b, []) | np.delete(b, [100]) | np.delete(b, slice(3, 1)) | np.delete(m, np.arange(m.shape[0]) > 1, 0) | np.delete(b, [True]) | np.delete(m, 1, 5) | np.delete(b, slice(5, 0, -2)) | np.delete(b, 1.5)
np.insert(b, 1, 7) | np.insert(b, [1, 3], 7) | np.insert(b, [1, 1], [7, 8]) | np.insert(m, 1, 5, axis=1) | np.insert(m, 1, m[:, 0], axis=1) | np.insert(m, [1], m[:, :1], axis=1) | np.insert(b, -1, [1, 2]) | np.insert(b, 99, 1) | np.insert(b, slice(0, 3), 9) | np.insert(m, 0, 3) | np.insert(b, [], 3) | np.insert(b, [99], 3) | np.insert(b, np.arange(len(b)) < 2, 5) | np.insert(m, [0, 1], m[:2], axis=0) | np.insert(b, [0, 1], [1, 2, 3]) | np.insert(m, 2, m[0], axis=0)
np.trim_zeros([0, 0, 1, 0]) | np.trim_zeros(np.array([0, 1, 0, 2, 0]), 'f') | np.trim_zeros(np.array([0, 1, 0]), 'b') | np.trim_zeros(np.zeros(3)) | np.trim_zeros(np.array([[0, 0, 0], [0, 1, 0]])) | np.trim_zeros(b, 'x') | np.trim_zeros(np.array([[0, 0, 0], [0, 1, 0]]), axis=1)
np.select([m > 1, m < 0], [m, m * 2]) | np.select([m > 1], [m], 7) | np.select([m > 1, m > 0], [1, 2.5], -1) | np.select([m], [m]) | np.select([], []) | np.select([m > 1], [1, 2]) | np.select([m > 0], [m], default=1.5) | np.select([True], [3])
np.choose([0, 1, 1], [[1, 2, 3], [4, 5, 6]]) | np.choose([0, 3], [1, 2], mode='wrap') | np.choose([-1, 3], [1, 2], mode='clip') | np.choose([0, 3], [1, 2]) | np.choose(1, [b, b]) | np.choose([0.5], [1]) | np.choose(np.array([0, 1], 'u8'), [1, 2]) | np.choose(np.array([200, 255], 'u1'), [1, 2, 3], mode='wrap') | np.choose(np.array([-128, 127, -1], 'i1'), [1, 2, 3], mode='wrap') | np.choose(np.array([-128, 127, 1], 'i1'), [1, 2, 3], mode='clip') | np.choose(np.array([True, False]), [1, 2]) | np.choose([0, 1], [b[:2], 5.5]) | np.array([1, 0]).choose([1, 2], [3, 4]) | np.array([1, 0]).choose([[1, 2], [3, 4]]) | np.choose([0], (1000, np.array([1], np.uint8)))
np.piecewise(b, [b < 1, b >= 1], [-1, 1]) | np.piecewise(b, [b < 1], [lambda x: x * 2, 3]) | np.piecewise(b, b < 1, [1, 0]) | np.piecewise(b, [b < 1], [1, 2, 3]) | np.piecewise(np.float64(3.), [True], [2]) | np.extract(m > 1, m) | np.extract([1, 0, 1], [4, 5, 6]) | np.extract(b > 1, b)
np.apply_along_axis(np.max, 0, m) | np.apply_along_axis(np.sort, 1, m) | np.apply_along_axis(lambda x: x[:2], 0, m) | np.apply_along_axis(lambda x: x[:2] + x[:2, None], 1, m) | np.apply_over_axes(np.max, m, [0, 1]) | np.apply_along_axis(len, 1, m) | np.apply_along_axis(np.sum, 5, m)
np.iscomplexobj(m) | np.isrealobj(b) | np.real_if_close(m) | np.isfortran(m.T) | np.vstack((b, b)) | np.real_if_close(np.array([1 + 1e-16j])) | np.common_type(m, b) | np.require(m, 'f8', ['F', 'W']) | np.require(m, requirements='X') | np.require(m, requirements=['C', 'F']) | np.asarray_chkfinite(m) | np.asarray_chkfinite([np.inf])
""".strip().splitlines()
PADDING = """
np.pad(m, 2) | np.pad(m, ((1, 2), (0, 3))) | np.pad(m, (1, 2), constant_values=5) | np.pad(m, 1, constant_values=((1, 2), (3, 4))) | np.pad(b, -1) | np.pad(b, 1.5) | np.pad(m, 1, 'x') | np.pad(m, 1, 'edge', constant_values=1) | np.pad(m, {0: 1, 1: (2, 0)}) | np.pad(m, 0) | np.pad(b, ((1, 2, 3),))
np.pad(m, 2, 'edge') | np.pad(b, 50, 'reflect') | np.pad(m, ((1, 2), (5, 30)), 'symmetric') | np.pad(b, (3, 90), 'wrap') | np.pad(m[:1], 3, 'reflect') | np.pad(m, 2, 'wrap') | np.pad(m[:, :0], ((1, 1), (0, 0)), 'edge') | np.pad(m[:, :0], 1, 'edge') | np.pad(b, 4, 'reflect', reflect_type='odd') | np.pad(b, (5, 90), 'symmetric', reflect_type='odd') | np.pad(m, ((3, 30), (9, 1)), 'reflect', reflect_type='odd') | np.pad(b, 4, 'reflect', reflect_type='x') | np.pad(b, 1, foo=3) | np.pad(b, 1, 3) | np.pad(m[:, :0], ((1, 2), (0, 3))) | np.pad(m.T, 1, 'edge') | np.pad(m, {-1: 1}) | np.pad(b[0], 1) | np.pad(b, True)
np.pad(m, 2, 'maximum') | np.pad(m, 2, 'minimum', stat_length=2) | np.pad(m, (2, 3), 'maximum', stat_length=((1, 2), (2, 1))) | np.pad(b, 1, 'maximum', stat_length=0) | np.pad(m, 1, lambda v, w, i, k: None)
""".strip().splitlines()
SMOOTH_PADDING = "np.pad(m, 3, 'mean') | np.pad(m, 3, 'median') | np.pad(m, 3, 'linear_ramp') | np.pad(b, (2, 5), 'linear_ramp', end_values=(7, -3)) | np.pad(m, 2, 'mean', stat_length=2)"
BITS = "np.packbits(m) | np.packbits(m, axis=0) | np.packbits(b, bitorder='little') | np.packbits(m, axis=1) | np.packbits(b, bitorder='x') | np.unpackbits(np.packbits(b)) | np.unpackbits(np.array([[3, 255]], 'u1'), axis=0) | np.unpackbits(np.array([3, 7], 'u1'), count=11, bitorder='little') | np.unpackbits(np.array([3], 'u1'), count=-3) | np.unpackbits(np.array([3], 'u1'), count=20) | np.unpackbits(b) | np.unpackbits(np.array([3], 'u1'), count=-9)"


@pytest.mark.parametrize("line", SEQUENCES, ids=lambda line: line[:30])
def test_sequences(line):
    # Where terms cancel, the last bits of a complex product and the order of a sum decide.
    tame = line.startswith(("np.trapezoid", "np.cross"))
    check(line, {name: FINITE[name] for name in TAME} if tame else NUMBERS, 1 << 14)


def test_functions_of_one_variable():
    angles = {name: FINITE[name] for name in ("float64", "repeated floats", "repeated ints")}
    check(
        "np.unwrap(b) | np.unwrap(m, axis=0) | np.unwrap(m, discont=3) | np.unwrap(m, period=1.5)",
        angles,
        1 << 14,
    )
    check(FUNCTIONS, without(NUMBERS, "int64", "uint64", "int32", "uint32", "int16", "uint16"), 16)
    check(
        INTERPOLATION,
        without(ARRAYS, "complex64", "complex128", "gaps", "only NaN", "float16", "float32", "float64"),
        64,
    )


@pytest.mark.parametrize("line", ORDER, ids=lambda line: line[:30])
def test_order(line):
    check(line, without(ARRAYS, "many floats"))


@pytest.mark.parametrize("line", RULES, ids=lambda line: line[:30])
def test_rules(line):
    check(line, {name: FINITE[name] for name in ("float64", "repeated ints", "int8")}, 4)


@pytest.mark.parametrize("line", PARTS + PADDING, ids=lambda line: line[:30])
def test_parts(line):
    check(line, without(FINITE, "many floats", "many bytes"))


def test_padding_by_statistics():
    check(
        SMOOTH_PADDING,
        without(FINITE, "bool", "many floats", "many bytes", "complex64", "complex128", "int64", "uint64"),
        64,
    )


def test_bits():
    check(BITS, {name: ARRAYS[name] for name in ("bool", "uint8", "int32", "float64")})


def test_in_place():
    for change in (
        lambda np, a: np.place(a, a > 3, [1, 2]), lambda np, a: np.putmask(a, a > 3, [1, 2, 3]), lambda np, a: np.putmask(a, a > 3, -a),
        lambda np, a: np.put_along_axis(a, np.array([[1], [0], [2]]), 9, axis=1), lambda np, a: np.fill_diagonal(a, 7),
        lambda np, a: np.fill_diagonal(a, [1, 2]), lambda np, a: np.fill_diagonal(a.T, 5, wrap=True), lambda np, a: a.partition(2, axis=0),
        lambda np, a: np.put_along_axis(a, np.array([3, 1]), [7, 8], None), lambda np, a: np.place(a, a > 3, []),
        lambda np, a: np.place(a, [True], [1]), lambda np, a: np.putmask(a, [True], 1), lambda np, a: np.fill_diagonal(a[0], 1),
        lambda np, a: np.put_along_axis(a, np.array([[1.5]]), 9, axis=1), lambda np, a: np.place(a[:, ::2], a[:, ::2] > 3, [1, 2]),
    ):  # fmt: skip
        theirs, ours = both(numpy.arange(12).reshape(3, 4) % 7)
        expected, got = outcome(change, numpy, theirs), outcome(change, numloom, ours)
        assert_outcome(got, expected)
        if expected[1] is None and "partition" not in str(change.__code__.co_names):
            assert ours.tolist() == theirs.tolist()


def test_infinities_stay_in_their_window():
    a = numpy.ones(200)
    a[100] = numpy.inf
    kernel = numpy.ones(20)
    assert numloom.isfinite(numloom.convolve(numloom.array(a), kernel)).sum() == 199


def test_nothing_runs_on_the_host():
    """With the fallback refused, the functions of these chapters still run."""
    numloom.config.fallback = "error"
    a, m = numloom.array([3.0, 1.0, 2.0, 1.0]), numloom.array([[1.0, 2.0], [3.0, 5.0]])
    calls = (
        lambda np: np.append(a, a), lambda np: np.argpartition(a, 1), lambda np: np.block([[m, m]]), lambda np: np.choose([0, 1], [1, 2]),
        lambda np: np.convolve(a, a), lambda np: np.correlate(a, a), lambda np: np.cov(m), lambda np: np.corrcoef(m), lambda np: np.delete(a, 1),
        lambda np: np.diag(a), lambda np: np.digitize(a, [1, 2]), lambda np: np.ediff1d(a), lambda np: np.extract(a > 1, a), lambda np: np.gradient(a),
        lambda np: np.histogram(a, "auto"), lambda np: np.histogram2d(a, a), lambda np: np.insert(a, 1, 2), lambda np: np.interp(a, a, a),
        lambda np: np.intersect1d(a, a), lambda np: np.isin(a, a), lambda np: np.kron(m, m), lambda np: np.lexsort((a, a)), lambda np: np.median(a),
        lambda np: np.nanmean(m, 0), lambda np: np.nanmedian(m, 0), lambda np: np.packbits(m > 1), lambda np: np.pad(m, 2, "reflect"),
        lambda np: np.partition(a, 1), lambda np: np.percentile(a, [5, 6]), lambda np: np.select([a > 1], [a]), lambda np: np.trapezoid(a),
        lambda np: np.tri(3), lambda np: np.unique(m, axis=0), lambda np: np.unravel_index(3, (2, 2)), lambda np: np.unwrap(a), lambda np: np.vander(a),
        lambda np: np.logspace(0, 1, 3), lambda np: np.geomspace(1, 2, 3), lambda np: np.i0(a), lambda np: np.sinc(a), lambda np: np.polyval(a, a),
        lambda np: np.fill_diagonal(m, 3), lambda np: np.place(a, a > 9, [1]), lambda np: np.resize(a, 9), lambda np: np.indices((2, 2)),
        lambda np: np.pad(m, 3, "reflect", reflect_type="odd"), lambda np: np.pad(m, 2, "linear_ramp", end_values=((1, 2), (3, 4))),
        lambda np: np.linspace(m, m + 1, 3, axis=1), lambda np: np.logspace(a, 2, 3), lambda np: np.poly(m), lambda np: np.kaiser(8, 3.5),
        lambda np: np.interp(a, [0, 2, 1], [3, 4, 7], period=3), lambda np: np.polyfit(a, a, 1), lambda np: np.roots(a),
    )  # fmt: skip
    for call in calls:
        call(numloom)


@pytest.mark.parametrize(
    "y", [[0.0, 0.8, 0.9, 0.1, -0.8, -1.0], [[1, 2], [3, 4], [0, 1], [2, 9], [5, 5], [1, 0]]]
)
@pytest.mark.parametrize("keywords", [{}, {"w": [1, 2, 1, 3, 1, 1]}, {"cov": True}, {"cov": "unscaled"}, {"full": True},
                                      {"rcond": 0.1, "full": True}])  # fmt: skip
def test_polyfit(y, keywords):
    x = numpy.arange(6, dtype="f4" if "rcond" in keywords else "f8")
    expected = numpy.polyfit(x, numpy.array(y), 2, **keywords)
    got = numloom.polyfit(numloom.array(x), numloom.array(y), 2, **keywords)
    for ours, theirs in zip(got, expected) if isinstance(expected, tuple) else [(got, expected)]:
        numpy.testing.assert_allclose(
            numloom.asnumpy(ours), theirs, rtol=1e-5 if "rcond" in keywords else 1e-9, atol=1e-12
        )
        assert numloom.asarray(ours).dtype == numpy.asarray(theirs).dtype


def test_polyfit_that_is_not_determined():
    with pytest.warns(numpy.exceptions.RankWarning, match="poorly conditioned"):
        numloom.polyfit([1.0, 1.0], [1.0, 2.0], 1)
