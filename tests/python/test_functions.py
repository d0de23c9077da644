# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""Functions: one line a case, the same lambda run with numpy and numloom."""

import numpy
import pytest
from parity import assert_outcome, both, outcome

import numloom

A = numpy.arange(24).reshape(2, 3, 4)
F = numpy.random.default_rng(0).standard_normal((4, 5))
V = numpy.array([3.0, 1.0, 2.0, 1.0, numpy.nan])
M = F > 0

# name -> lambda np, a (ints, 2x3x4), f (floats, 4x5), v (five floats), m (bools, 4x5)
CASES = """
zeros(3) | zeros((2, 3), dtype='i2') | zeros((2, 3), order='F').strides | ones(()) | ones([2, 1], bool) | empty((2, 0)).shape
full((2, 2), 7) | full(3, 1.5) | full((2, 3), [1, 2, 3]) | full(2, True) | full(2, 1j, dtype='c8') | full(2, 3, 'u1')
zeros_like(a) | ones_like(f, dtype='i4') | full_like(a, 9) | empty_like(a.T).strides | zeros_like(a.T, order='C').strides
full_like(f, 2, shape=(3,)) | zeros_like(a, shape=(2, 2)) | full_like(a, 2.7)
arange(5) | arange(2, 9, 3) | arange(5, 0, -2) | arange(0, 1, 0.25) | arange(3.0) | arange(5, dtype='f4') | arange(0) | arange(1, 2, 0.3)
arange(stop=4) | arange(start=1, stop=4) | arange(np.float32(3)) | arange(np.int16(3)) | arange(10, 0) | arange(0.5, 3)
linspace(0, 1, 5) | linspace(2, 3, 4, endpoint=False) | linspace(0, 10, 3, dtype=int) | linspace(1, 1, 2) | linspace(0, 1, 1) | linspace(0, 1, 0)
linspace(0, 1, 3, retstep=True) | linspace(0, 1j, 3) | linspace(5, -5, 11) | linspace(np.float32(0), 1, 3)
eye(3) | eye(2, 4, 1) | eye(4, 2, k=-1, dtype=int) | identity(3) | eye(3, k=7) | identity(2, 'c8')
array(3) | array([1, 2.5]) | array([[1, 2], [3, 4]], dtype='f4') | array([True, 2]) | array([]) | array([1, 2], ndmin=3) | array([[]])
array((1, 2j)) | array(range(4)) | array(f, copy=False) | array(f, order='F').strides | array([a[0, 0], a[1, 0]]) | array([1, None]) | array([2**63])
asarray([1, 2]) | asarray(3.5) | asarray(f, dtype='f4') | asarray(f.T, order='C').strides | ascontiguousarray(f.T) | ascontiguousarray(3) | asfortranarray(f).strides
array([f[0], f[1]]) | array([a, a]) | array([f[0, 0], 2]) | array([f[0, 0], f[0].sum(), 3.5]) | array([a[0, 0], 1.5]) | array([[f[0, 0], 1], [f[1, 0], a[0, 0, 1]]]) | array([m[0, 0], True])
array([f[0], f[1, :3]]) | array([f[0], [1, 2, 3, 4, 5]]) | array([a[0], f[:3, :4]]) | array([f.astype('f4')[0, 0], f.astype('f4')[0, 1]]) | array([f[0, 0], 1j]) | array([f[:0], f[:0]]) | array([f[0, 0], f[0, 1]], dtype='f4') | array([(v[0], v[1]), [v[2], v[4]]])
indices(n for n in (2, 3)) | indices([2]) | indices(3)
array([[1, 2], [3]]) | array([300], dtype='u1') | array([1.7], dtype=int) | array(['1', '2'], dtype=float) | copy(f.T).strides | copy(f, order='C')
meshgrid([1, 2], [3, 4, 5]) | meshgrid([1, 2], [3, 4, 5], indexing='ij') | meshgrid([1, 2], [3], sparse=True) | meshgrid([1]) | meshgrid([1, 2], [3], copy=False)
reshape(a, (4, 6)) | reshape(a, -1) | reshape(a, (3, -1), order='F') | reshape(a.T, (6, 4)) | a.reshape(4, -1) | a.reshape([4, 6]) | reshape(a, (5, 5)) | a.reshape((2, -1, -1)) | a.reshape(24, copy=False)
ravel(a) | ravel(a.T) | a.ravel('F') | a.flatten() | a.flatten('F') | a.T.ravel('A') | a.T.ravel('K') | ravel(a, order='K') | ravel(3)
transpose(a) | transpose(a, (1, 0, 2)) | a.transpose(2, 0, 1) | a.transpose((0, 2, 1)) | a.transpose(None) | transpose(a, (0, 0, 1)) | transpose(a, (0, 1)) | a.T | a.mT | permute_dims(a, (2, 1, 0))
swapaxes(a, 0, 2) | a.swapaxes(-1, 0) | moveaxis(a, 0, -1) | moveaxis(a, [0, 1], [-1, -2]) | rollaxis(a, 2) | rollaxis(a, 0, 3) | swapaxes(a, 0, 5)
squeeze(a[:1]) | squeeze(a[:1], 0) | squeeze(a[:, :1], axis=1) | squeeze(a, 0) | expand_dims(a, 0) | expand_dims(a, (0, -1)) | expand_dims(a, 9) | a[:1, :1].squeeze()
flip(a) | flip(a, 0) | flip(a, (0, 2)) | fliplr(f) | flipud(f) | rot90(f) | rot90(f, 2) | rot90(f, -1) | rot90(a, 1, (1, 2)) | flip(v)
roll(a, 2) | roll(a, 1, 0) | roll(a, (1, -2), (0, 2)) | roll(v, -1) | roll(f, 7, axis=1) | roll(a, 0) | roll(f, (1, 1), axis=0)
concatenate((a, a)) | concatenate((a, a), 1) | concatenate([a, f[:3, :4][None]], 0) | concatenate((a, a), axis=None) | concatenate([v, [1, 2]]) | concatenate((a, f)) | concatenate([]) | concatenate((v, v), dtype='f4')
concatenate((v, v), out=np.zeros(10)) | concatenate((a, a), axis=5) | concat((v, v)) | concatenate((m, a[0, :1].repeat(5, 0)[:, :4].T[:, :5])) | concatenate((a[:0], a))
stack((f, f)) | stack([f, f], 1) | stack([f, f], axis=-1) | stack([f, v]) | stack([]) | stack((f, f), out=np.zeros((2, 4, 5))) | stack(f)
vstack((v, v)) | vstack((f, f)) | hstack((v, v)) | hstack((f, f)) | dstack((f, f)) | dstack((v, v)) | column_stack((v, v)) | column_stack((f, f[:, 0])) | unstack(f)
split(v[:4], 2) | split(v, [1, 3]) | split(f, 5, axis=1) | split(v, 2) | array_split(v, 2) | array_split(f, 3, 1) | vsplit(f, 2) | hsplit(f, [2]) | hsplit(v, [2]) | dsplit(a, 2) | split(v, [3, 9])
repeat(v, 2) | repeat(a, 2, axis=1) | a.repeat([1, 2], axis=0) | repeat(a, [1, 0, 2], 1) | repeat(3, 4) | repeat(v, [1, 2]) | tile(v, 2) | tile(f, (2, 1)) | tile(v, (2, 2)) | tile(a, ()) | tile(3, 2)
diagonal(f) | diagonal(f, 1) | a.diagonal(0, 1, 2) | diagonal(a, -1, 0, 2) | trace(f) | trace(a) | f.trace(1) | diagonal(v)
broadcast_to(v, (2, 5)) | broadcast_to(3, (2,)) | broadcast_to(v, (2, 4)) | broadcast_arrays(v, f) | broadcast_shapes((2, 1), (3,)) | broadcast_arrays(f, 1.0)
atleast_1d(3) | atleast_2d(v) | atleast_3d(f) | atleast_3d(v, 1) | atleast_2d(3, f)
take(v, [0, 2]) | take(a, 1, axis=1) | a.take([[0, 1], [2, 3]], axis=2) | take(v, [7]) | take(v, [7], mode='clip') | take(v, [-7, 6], mode='wrap') | take(f, [0, -1], 0) | take(v, []) | take(a, 5) | take(v, 0) | take(v, [0, 1], out=np.zeros(2))
take_along_axis(f, np.argsort(f, axis=1), axis=1) | take_along_axis(f, np.argmax(f, 0)[None], 0) | take_along_axis(v, np.array([1, 0]), None)
compress([True, False, True], v) | compress([0, 1], f, axis=0) | f.compress([1, 0, 1], 1) | compress([0, 1, 1, 0], f)
nonzero(m) | a.nonzero() | flatnonzero(m) | argwhere(m) | argwhere(a > 5) | nonzero(v) | nonzero(np.array(3)) | flatnonzero(np.zeros(3)) | count_nonzero(m, axis=0)
where(m) | where(m, f, 0) | where(m, 1, 2) | where(m, f, -f) | where(f > 0, f, np.nan) | where(m, 1, 2.5) | where([True, False], [1, 2], [3, 4]) | where(m[0], f, 0) | where(m, np.float32(1), 0) | where(True, v, 0) | where(m, 1)
clip(f, -0.5, 0.5) | clip(a, 3, 9) | f.clip(0) | f.clip(max=0) | clip(f, None, 1) | clip(a, 3.5, 9) | clip(v, [0, 1, 2, 3, 4], 9) | clip(f, 0, 1, out=np.zeros((4, 5))) | clip(f, min=0, max=1) | a.clip(2, None) | clip(np.array([1, 2], 'u1'), -1, 300) | clip(f, 1, 0) | clip(v, np.nan, 1) | clip(f, None, None)
sort(v) | sort(f) | sort(f, 0) | sort(f, axis=None) | sort(a[..., ::-1]) | argsort(v) | argsort(f, 0) | f.argsort() | argsort(f, axis=None) | sort(m) | sort(v, kind='stable') | argsort(np.array([1, 0, 1, 0, 1]), stable=True) | sort(f, 3) | sort(3)
searchsorted([1, 2, 3], v[:4]) | searchsorted(np.sort(f[0]), 0.0) | searchsorted([1, 2, 2, 3], 2, side='right') | searchsorted(v[:4], 2.0, sorter=np.argsort(v[:4])) | searchsorted([1, 2], [[0, 9]]) | searchsorted([1, 2], 1, side='x')
dot(f, f.T) | dot(v, v) | f.dot(v) | dot(3, f) | vdot(f, f) | inner(f, f) | outer(v, v) | tensordot(a, a, ((0, 1), (0, 1))) | tensordot(a, a, 0).shape | matmul(f, f) | dot(f, f) | f @ f.T | matmul(f, 3)
round(f, 2) | around(f) | round(a, -1) | f.round(1) | round(v) | round(1.5) | round(f, -1) | fix(f) | round(m)
real(f) | imag(f) | real(f + 1j) | (f + 2j).imag | angle(f + 1j) | conj(f + 1j) | isreal(f + 0j) | iscomplex(f + 1j) | isneginf([1, -np.inf]) | isposinf(v) | conjugate(f) | (f + 1j).conj() | f.conj()
isclose(f, f + 1e-9) | allclose(f, f) | allclose(f, f + 1) | array_equal(f, f) | array_equal(f, v) | isclose([np.nan, np.inf], [np.nan, np.inf], equal_nan=True) | array_equiv(v[:1], v[:1]) | array_equal(v, v) | array_equal(v, v, equal_nan=True) | isclose(1, 1.1)
average(f) | average(f, 0) | average(f, axis=1, weights=[1, 2, 3, 4, 5]) | average(v[:4], returned=True) | ptp(f) | ptp(f, axis=0) | average(f, weights=np.abs(f)) | average(f, weights=[1, 2])
diff(f) | diff(f, axis=0) | diff(v, 2) | diff(m) | diff(v, prepend=0) | diff(v, append=[1, 2]) | diff(3) | tril(f) | triu(f, 1) | triu(a) | tril(v)
result_type('i4', 'f4') | result_type(f, 1) | result_type(3, 'u1') | can_cast('i4', 'f4') | promote_types('i8', 'u8') | can_cast(a, 'i1') | result_type(v[0], 'f4')
ndim(f) | shape(f) | size(f) | size(f, 1) | shape([1, 2]) | isscalar(f.sum()) | isscalar(f) | isscalar(3) | ndim(3) | shape([f, f]) | ndim([f, f]) | size([f, f]) | size([f, f], 0) | iscomplexobj([f, f * 1j]) | isrealobj([f])
astype(f, 'i4') | f.astype('c8') | a.astype(bool) | f.astype('f4', casting='safe') | f.astype(int).dtype | f.T.astype('f4').strides | f.T.astype('f4', order='C').strides | a.astype('f8', copy=False)
a.tolist() | f.item(3) | f.item(1, 2) | f.item() | a.tobytes() | a.T.tobytes() | a.T.tobytes('A') | a.nbytes | a.itemsize | a.size | len(a) | a.view('f8').shape | f.view('i4').shape | f.view('f4').dtype | a[0, 0].item(2) | f.T.view('i4')
unique(a) | median(f) | percentile(f, 30) | cumsum(f, 0) | histogram(f, 4) | bincount([1, 1, 3]) | interp(0.5, [0, 1], [2, 4]) | einsum('ij->j', f) | pad(v, 1) | cov(f) | corrcoef(f) | kron(f, f).shape | cross([1, 0, 0], [0, 1, 0]) | nan_to_num(v) | nansum(v) | digitize(f, [0]) | convolve([1, 2], [3, 4]) | gradient(v) | select([f > 0], [f]) | unravel_index(5, (2, 3)) | isin(a, [1, 2]) | apply_along_axis(np.sum, 0, f) | quantile(f, 0.3) | nanmean(v) | triu_indices(3) | polyfit([0, 1, 2], [1, 3, 5], 1).round(6) | insert(v, 1, 9) | delete(v, 0) | append(v, 1) | resize(v, 7) | vander([1, 2, 3]) | tri(3) | diag([1, 2]) | diag(f) | logspace(0, 1, 3) | geomspace(1, 8, 4) | fromfunction(lambda i, j: i + j, (2, 2)) | indices((2, 2)) | linalg.norm(f) | linalg.inv(f[:, :4]).shape | linalg.det(f[:, :4]) | linalg.solve(f[:, :4], v[:4]).shape | fft.fft(v[:4]) | fft.rfft(f).shape | trapezoid(v[:4]) | ediff1d(v[:4]) | setdiff1d(a, [3]) | union1d([1], [2]) | partition(f, 2, axis=0)[2] | nancumsum(v) | argpartition(v, 1)[1] | lexsort((v[:4], v[:4])) | block([[f, f]]) | trim_zeros([0, 1, 0]) | unwrap([0, 6.0]) | sinc(f) | i0(f) | heaviside(f, 0.5) | copysign(f, -1)
""".strip()

LINES = [line.split(" | ") for line in CASES.splitlines()]
TOLERANT = ("linalg.", "cov", "corrcoef", "fft.", "average", "dot", "matmul", "tensordot", "inner", "outer", "einsum",
            "angle", "sinc", "@", "polyfit", "isclose", "trace", "cumsum", "i0", "apply_along_axis(np.sum")  # fmt: skip
NAMES = set(dir(numpy))


def _evaluate(np, expression, a, f, v, m):
    """`expression` with NumPy's function names of module np."""
    scope = {name: getattr(np, name) for name in _names(expression) if hasattr(np, name)}
    return eval(expression, {"np": np, "a": a, "f": f, "v": v, "m": m, **scope})


def _names(expression):
    code = compile(expression, "case", "eval")
    return set(code.co_names) & NAMES - {"round"} | ({"round"} if "round(" in expression else set())


@pytest.mark.parametrize("line", range(len(LINES)), ids=[line[0][:40] for line in LINES])
def test_like_numpy(line):
    failures = []
    for expression in LINES[line]:
        bases = [both(x.copy()) for x in (A, F, V, M)]
        expected = outcome(_evaluate, numpy, expression, *(x for x, _ in bases))
        got = outcome(_evaluate, numloom, expression, *(y for _, y in bases))
        tolerance = 64 if any(word in expression for word in TOLERANT) else 0
        try:
            assert_outcome(got, expected, tolerance, expression)
        except AssertionError as error:
            failures.append(str(error))
    assert not failures, "\n".join(failures)


def test_native_functions_do_not_fall_back():
    """The foundation's functions run on the device: none of them goes through NumPy."""
    numloom.config.fallback = "error"
    a, f = numloom.arange(24).reshape(2, 3, 4), numloom.array(F)
    m = f > 0
    for call in (
        lambda np: np.concatenate((a, a)), lambda np: np.stack((f, f)), lambda np: np.where(m, f, 0),
        lambda np: np.clip(f, 0, 1), lambda np: np.sort(f), lambda np: np.argsort(f), lambda np: np.take(f, [0, 1]),
        lambda np: np.nonzero(m), lambda np: np.repeat(f, 2), lambda np: np.tile(f, 2), lambda np: np.roll(f, 1),
        lambda np: np.split(f, 2), lambda np: f @ f.T, lambda np: np.dot(f, f.T), lambda np: f[m],
        lambda np: f[[0, 1], [1, 2]], lambda np: f.var(axis=0), lambda np: np.cumsum(f, 0),
        lambda np: np.meshgrid([1.0, 2.0], [3.0]), lambda np: np.eye(3), lambda np: np.random.default_rng(0).random(3),
        lambda np: np.searchsorted(f[0], 1.0), lambda np: np.add.reduce(f), lambda np: np.add.outer(f, f),
        lambda np: np.add.accumulate(f), lambda np: np.hstack((f, f)), lambda np: np.average(f, weights=f),
        lambda np: np.diff(f), lambda np: np.round(f, 2), lambda np: np.allclose(f, f), lambda np: np.triu(f),
    ):  # fmt: skip
        call(numloom)


def test_fallback_is_counted_and_can_be_refused():
    f = numloom.array(F)
    before = numloom.config.fallback_counts.get("asmatrix", 0)
    numloom.asmatrix(f)
    assert numloom.config.fallback_counts["asmatrix"] == before + 1
    numloom.config.fallback = "warn"
    with pytest.warns(RuntimeWarning, match=r"\[asmatrix\]"):
        numloom.asmatrix(f)
    numloom.config.fallback = "error"
    with pytest.raises(numloom.NotAvailableError, match=r"\[asmatrix\]"):
        numloom.asmatrix(f)
    with pytest.raises(ValueError, match="allow"):
        numloom.config.fallback = "sometimes"


def test_in_place_functions_write_through():
    for mutate in (
        lambda np, a: np.fill_diagonal(a, 7), lambda np, a: np.put(a, [0, 2], [5, 6]),
        lambda np, a: np.place(a, np.asarray(a) > 10, [1, 2]), lambda np, a: np.copyto(a, 3),
        lambda np, a: np.putmask(a, a > 5, 0), lambda np, a: a.sort(axis=0), lambda np, a: a.fill(4),
        lambda np, a: a.put([1], 9), lambda np, a: np.copyto(a, a[::-1]), lambda np, a: a.partition(1),
        lambda np, a: np.copyto(a, 1, where=a > 3), lambda np, a: np.median(a, axis=0, out=a[0].astype(float)),
        lambda np, a: np.put_along_axis(a, np.array([[0]]), 99, axis=1),
    ):  # fmt: skip
        there, here = both(numpy.arange(9)[::-1].reshape(3, 3).copy())
        mutate(numpy, there)
        mutate(numloom, here)
        assert here.tolist() == there.tolist()
