# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501
# One line per case: the lists are meant to be read down.
"""What programs written for CuPy call beside NumPy's names: copies between host and device, memory, scatters, and
kernels from expressions and from text. Each case gives True."""

import io
import pickle

import numpy
import pytest
from conftest import numpy_2_4
from test_found_by_numpy import check, texts_of

import numloom as cp

R = numpy.arange(6.0).reshape(2, 3)


def same(ours, theirs):
    """Values, dtype and shape."""
    host = cp.asnumpy(ours)
    return host.dtype == theirs.dtype and numpy.array_equal(host, theirs)


def after(action, array):
    """The array once something was done to it."""
    action(array)
    return array


def filled(fill):
    out = numpy.zeros((2, 3))
    return fill(out) is out and numpy.array_equal(out, R)


# ---- arrays ----

ARRAYS = (
    lambda np: same(np.array(R, blocking=True), R), lambda np: same(np.asarray(R, blocking=False), R), lambda np: same(np.asanyarray([1, 2], blocking=True), numpy.array([1, 2])),
    lambda np: np.array(R).get(order="F").flags.f_contiguous, lambda np: np.asfortranarray(R).get(order="A").flags.f_contiguous, lambda np: np.array(R).T[::-1].get(order="A").flags.c_contiguous,
    lambda np: same(np.argmax(np.array(R), axis=1, dtype="i4"), R.argmax(1).astype("i4")), lambda np: same(np.array(R).argmin(axis=0, dtype="u1"), R.argmin(0).astype("u1")), lambda np: np.array(R).argmax(dtype="i2").dtype == "i2" and hash(np.array(R).argmax(dtype="i2")) == hash(5),
    lambda np: same(np.array(R).get(None), R), lambda np: same(np.array(R).get(np.Stream()), R), lambda np: same(np.array(R).get(stream=None, order="C", out=None, blocking=True), R),
    lambda np: filled(lambda out: np.array(R).get(out=out)), lambda np: filled(lambda out: np.asnumpy(np.array(R), out=out)), lambda np: filled(lambda out: np.asfortranarray(R).get(np.Stream(), "C", out)),
    lambda np: np.asnumpy(np.array(R), stream=np.Stream(), order="F", blocking=True).flags.f_contiguous, lambda np: np.asnumpy(np.array(R).T[::-1], order="A").flags.c_contiguous,
    lambda np: same(after(lambda a: a.set(R), np.zeros((2, 3))), R), lambda np: same(after(lambda a: a.set(R), np.zeros((2, 3), order="F")), R), lambda np: same(after(lambda a: (a.set(R, np.Stream()), np.synchronize()), np.zeros((2, 3))), R),
    lambda np: same(after(lambda a: a.scatter_add(([1, 1], slice(None)), 1), np.zeros((2, 3))), numpy.array([[0, 0, 0], [2.0, 2, 2]])), lambda np: same(after(lambda a: a.scatter_add(np.array([True, False]), np.array(1.0)), np.zeros(2, "f4")), numpy.array([1, 0], "f4")),
    lambda np: same(after(lambda a: a.scatter_max([1, 1], np.array([3, 2])), np.zeros(3, int)), numpy.array([0, 3, 0])), lambda np: same(after(lambda a: a.scatter_min([1, 1], [3, -2]), np.zeros(3, int)), numpy.array([0, -2, 0])),
    lambda np: np.array(R).reduced_view().shape == (6,), lambda np: np.array(R)[:, :2].reduced_view().shape == (2, 2), lambda np: np.zeros((2, 1, 3)).transpose(2, 0, 1).reduced_view().shape == (3, 2), lambda np: np.ones((1, 1)).reduced_view().shape == (1,), lambda np: np.array(R).reduced_view("f4").shape == (12,),
    lambda np: np.array(R).device.id == np.array(R).device.index == 0, lambda np: same(np.ndarray((3, 2), "f8", np.array(R).data), R.reshape(3, 2)), lambda np: same(np.ndarray((2, 2), "f8", memptr=np.array(R).data, strides=(24, 8)), R[:, :2]),
    lambda np: same(after(lambda a: np.ndarray((6,), "f8", a.data).fill(7), np.array(R)), numpy.full((2, 3), 7.0)), lambda np: same(np.ndarray((2, 3), "f4", memptr=np.ndarray(20, "B").data, strides=(8, 4)).astype("?") * 0 == 0, numpy.ones((2, 3), bool)),
)  # fmt: skip


@pytest.mark.parametrize("case", ARRAYS, ids=texts_of(ARRAYS))
def test_arrays(case):
    assert bool(case(cp))


REFUSED = (
    (TypeError, lambda np: np.ones(3).get(out=np.ones(3))), (ValueError, lambda np: np.ones(3).get(out=numpy.ones(4))), (TypeError, lambda np: np.ones(3).get(out=numpy.ones(3, "f4"))),
    (TypeError, lambda np: np.ones(3).set(np.ones(3))), (TypeError, lambda np: np.ones(3).set([1, 2, 3])), (TypeError, lambda np: np.ones(3).set(numpy.ones(3, "f4"))), (ValueError, lambda np: np.ones(3).set(numpy.ones(4))),
    (ValueError, lambda np: np.ndarray((2, 3), "f8", np.ones(12).data, strides=(80, 8))), (TypeError, lambda np: np.ndarray((7,), "f8", np.ones(6).data)),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "case"), REFUSED, ids=texts_of([case for _, case in REFUSED]))
def test_refused(kind, case):
    with pytest.raises(kind):
        case(cp)


def test_address_of_device_memory():
    a = cp.ones(3)
    if str(a.device) == "cpu":
        assert a.data == memoryview(a)
    else:
        assert a.data.ptr == a.__cuda_array_interface__["data"][0]
        assert a.data.device == a.device


# ---- cupy.cuda, and what else CuPy has beside NumPy's functions ----


def entered(context):
    """What a context manager gives, once it was left again."""
    with context as given:
        return given


def timed():
    """Milliseconds between two events around an addition."""
    start, end = cp.cuda.Event(), cp.cuda.Event(block=True, disable_timing=False)
    stream = cp.cuda.get_current_stream()
    start.record()
    cp.ones(1000) + 1
    end.record(stream)
    end.synchronize()
    return cp.cuda.get_elapsed_time(start, end) >= 0 and start.done and end.done


def counted(decorator):
    """How often a function runs that is called with 1, 1, 2 and again with 1 once its results are forgotten."""
    calls = []
    function = decorator(lambda x: calls.append(x) or x * 2)
    assert [function(1), function(1), function(2)] == [2, 2, 4]
    cp.clear_memo()
    function(1)
    return calls


def used_by(n):
    """Bytes that the pool says an array of n bytes takes, at least."""
    pool = cp.get_default_memory_pool()
    before = pool.used_bytes()
    a = cp.empty(n, "u1")
    return (
        pool.used_bytes() - before >= a.nbytes and pool.total_bytes() == pool.used_bytes() + pool.free_bytes()
    )


RUNTIME = (
    lambda np: np.is_available() == np.cuda.is_available() == (np.device_count() > 0), lambda np: np.cuda.runtime.getDeviceCount() == np.device_count(), lambda np: np.cuda.runtime.getDevice() == np.cuda.get_device_id() == np.cuda.Device().id == 0,
    lambda np: np.cuda.Device(0) == np.zeros(3).device, lambda np: isinstance(np.zeros(3).device, np.cuda.Device), lambda np: entered(np.cuda.Device(0)).synchronize() is None, lambda np: np.cuda.runtime.setDevice(0) is None, lambda np: np.cuda.runtime.deviceSynchronize() is None, lambda np: np.zeros(3, device=0).device == np.cuda.Device(0),
    lambda np: entered(np.cuda.Stream(non_blocking=True)).done in (True, False), lambda np: np.cuda.Stream().use() is None and np.cuda.Stream.null.use() is None, lambda np: np.cuda.Stream.null.synchronize() is None and np.cuda.Stream.null.done, lambda np: np.cuda.get_current_stream() == np.cuda.Stream.null, lambda np: isinstance(np.cuda.Stream.null, np.cuda.ExternalStream),
    lambda np: all(0 < free <= all_there for free, all_there in (np.cuda.runtime.memGetInfo(), np.cuda.Device(0).mem_info)), lambda np: isinstance(np.cuda.runtime.getDeviceProperties(0)["name"], bytes), lambda np: np.cuda.runtime.getDeviceProperties(0)["multiProcessorCount"] > 0 and np.cuda.runtime.getDeviceProperties(0)["totalGlobalMem"] == np.cuda.Device(0).mem_info[1],
    lambda np: np.cuda.Device(0).compute_capability == "{major}{minor}".format(**np.cuda.runtime.getDeviceProperties(0)), lambda np: (int(np.cuda.Device(0).compute_capability) > 0) == np.is_available(), lambda np: np.cuda.runtime.driverGetVersion() >= 0 and np.cuda.runtime.runtimeGetVersion() >= 0,
    lambda np: np.cuda.get_current_stream().ptr == np.cuda.Stream.null.ptr, lambda np: np.cuda.Stream().record().synchronize() is None, lambda np: np.cuda.Stream().wait_event(np.cuda.Stream().record(np.cuda.Event())) is None, lambda np: timed(), lambda np: np.cuda.ExternalStream(np.cuda.Stream.null.ptr).synchronize() is None, lambda np: np.cuda.runtime.streamSynchronize(np.cuda.Stream.null.ptr) is None,
    lambda np: same(np.array(R).get(stream=np.cuda.Stream.null), R), lambda np: same(after(lambda a: (a.set(R, np.cuda.get_current_stream()), np.synchronize()), np.zeros((2, 3))), R), lambda np: same(np.asnumpy(np.array(R), stream=np.cuda.Stream(), order="F", blocking=False), R),
    lambda np: used_by(1 << 20), lambda np: np.get_default_memory_pool().free_all_blocks() is None and np.get_default_pinned_memory_pool().free_all_blocks() is None, lambda np: np.get_default_pinned_memory_pool().n_free_blocks() == 0, lambda np: np.get_default_memory_pool().get_limit() == np.memory_stats()["limit"],
    lambda np: np.cuda.set_allocator(np.cuda.MemoryPool().malloc) is None and np.cuda.set_allocator() is None, lambda np: np.cuda.set_pinned_memory_allocator(np.cuda.PinnedMemoryPool().malloc) is None, lambda np: entered(np.cuda.using_allocator()) is None,
    lambda np: np.fuse(abs) is abs and np.fuse()(abs) is abs and np.fuse(kernel_name="size")(abs) is abs, lambda np: same(np.fuse(lambda x, y: np.sqrt(x * x + y * y))(np.array([3.0]), np.array([4.0])), numpy.array([5.0])), lambda np: counted(np.memoize()) == counted(np.memoize(for_each_device=True)) == [1, 2, 1],
    lambda np: same(np.fromDlpack(np.array(R).toDlpack()), R), lambda np: np.shares_memory(a := np.array(R), np.fromDlpack(a.toDlpack())), lambda np: np.get_array_module(np.array(R), R) is np and np.get_array_module(R, 1) is numpy,
)  # fmt: skip


@pytest.mark.parametrize("case", RUNTIME, ids=texts_of(RUNTIME))
def test_runtime(case):
    assert bool(case(cp))


NOT_THERE = (
    lambda np: np.cuda.Device(99), lambda np: np.cuda.Stream(null=True), lambda np: np.cuda.Event(interprocess=True), lambda np: np.cuda.set_allocator(print), lambda np: np.cuda.set_pinned_memory_allocator(print),
    lambda np: np.cuda.MemoryPool().malloc(8), lambda np: np.cuda.PinnedMemoryPool().malloc(8), lambda np: np.get_default_memory_pool().set_limit(fraction=0.5),
)  # fmt: skip


@pytest.mark.parametrize("case", NOT_THERE, ids=texts_of(NOT_THERE))
def test_not_there(case):
    with pytest.raises(cp.NotAvailableError):
        case(cp)


def test_marks_for_profilers():
    # With NVIDIA's library and without it.
    for _ in range(2):
        assert cp.cuda.nvtx.RangePush("outer") is None
        cp.cuda.nvtx.RangePushC("inner", 0xFF00)
        cp.cuda.nvtx.Mark("here", id_color=1)
        cp.cuda.nvtx.MarkC("there")
        cp.cuda.nvtx.RangePop()
        assert cp.cuda.nvtx.RangePop() is None


def test_limit_of_the_memory_pool():
    pool = cp.cuda.MemoryPool()
    pool.set_limit(1 << 40)
    assert pool.get_limit() == cp.memory_stats()["limit"] == 1 << 40
    pool.set_limit(size=0)
    assert pool.get_limit() == 0


def test_a_function_to_fuse_is_a_function():
    with pytest.raises(TypeError, match="fuse"):
        cp.fuse(1)


# ---- what CuPy's tests of NumPy's functions found ----


def assigned(np, shape, mask, value):
    a = np.zeros(shape)
    a[np.asarray(mask)] = value
    return a


NUMPYS = (
    lambda np: np.squeeze(np.array(3), 0), lambda np: np.array(3).squeeze(-1), lambda np: np.array(3).squeeze(1), lambda np: np.array(3).squeeze((0, 1)), lambda np: np.expand_dims(np.asarray(R), None), lambda np: np.stack([np.asarray(R)], None),
    lambda np: np.size(np.asarray(R), 2), lambda np: np.size(np.asarray(R), -1), pytest.param(lambda np: np.size(np.asarray(R), (0, 1)), marks=numpy_2_4), lambda np: np.size(np.array(1), 0),
    lambda np: np.tile(np.asarray(R), numpy.array([2, 1])), lambda np: np.roll(np.asarray(R), numpy.array([1, 2]), (0, 1)), lambda np: np.roll(np.asarray(R), numpy.array(1)), lambda np: list(np.split(np.arange(5), numpy.array([1, 3]))),
    lambda np: np.zeros(3, order="A"), lambda np: np.empty((2, 3), order="K"), lambda np: np.full((2, 3), 1, order="K"), lambda np: np.ones((2, 3), order="a"),
    lambda np: int(np.array(1j)), lambda np: float(np.ones((), "F")), pytest.param(lambda np: np.array([1.0, 2]).fill(np.ones(1)), marks=numpy_2_4), lambda np: np.array([1.0, 2]).fill(np.array(3)), pytest.param(lambda np: np.array([1.0, 2]).fill(numpy.ones(1)), marks=numpy_2_4), lambda np: np.array([1.0, 2]).fill([3]), lambda np: np.array([1.0, 2]).fill(numpy.array(3)),
    lambda np: np.broadcast_to(np.asarray(R), (2, 2, 3)).ravel("K"), lambda np: np.broadcast_to(np.asarray(R), (2, 2, 3)).T.flatten("K"), lambda np: np.broadcast_to(np.asarray(R)[:, None], (2, 2, 3)).transpose(1, 2, 0).ravel("K"),
    lambda np: np.array([1.0, 2, 3]).take([0, 1], out=np.zeros(2, "f4")), lambda np: np.array([1, 2, 3], "i4").take([0, 1], out=np.zeros(2), mode="clip"), lambda np: np.array([1, 2, 3], "i1").take([0, 1], out=np.zeros(2, "f4")),
    lambda np: [np.asarray(np.asarray(R)[:, ::-1], order=o).strides for o in "CFAK"], lambda np: [x.astype("f8", order=o, copy=False) is x for o in "CFAK" for x in (np.asarray(R), np.asarray(R).T, np.asarray(R)[:, ::-1])],
    lambda np: [np.quantile(np.asarray(R), np.array([0.2, 0.7]), axis=k, keepdims=True).flags.c_contiguous for k in (0, 1, (0, 1))], lambda np: np.percentile(np.asarray(R), [10, 20], axis=0).flags.c_contiguous,
    lambda np: np.cov(np.array([[1, 2, 4], [3, 4, 9]]), dtype="i8"), lambda np: np.cov(np.array([1, 2, 4]), dtype="?"), lambda np: np.cov(np.asarray(R), dtype="f4", aweights=[1, 2, 3]).dtype, lambda np: np.corrcoef(np.asarray(R), dtype=int),
    lambda np: [getattr(np.fft, f)(a, axes=()) is a for a in [np.asarray(R)] for f in ("fft2", "ifft2", "fftn", "ifftn")], lambda np: np.fft.fftn([1, 2], axes=()), lambda np: np.astype(np.arange(3), object).dtype,
    lambda np: np.dot(np.array(2.0), np.asarray(R), out=np.zeros((2, 3))), lambda np: np.dot(np.asarray(R), 2, out=np.zeros((2, 3), "f4")), lambda np: np.dot(np.asarray(R), 2.0, out=np.zeros((2, 3), order="F")), lambda np: np.dot(2.0, np.asarray(R), out=np.zeros(3)),
    lambda np: np.interp([0.5, -1], [0, 1], [1.0, 2], left=1j), lambda np: np.interp([0.5, 9], [0, 1], [1.0, 2], right=np.array(1j)), lambda np: np.interp([0.5, 9], [0, 1], [1.0, 2], period=2, right=1j), lambda np: np.interp([0.5, 9], [0, 1], [1.0, 2], right=np.array([1.0, 2])), lambda np: np.interp([0.5, 9], [0, 1], [1.0, 2j], right=3j),
    lambda np: np.indices((2, 3), dtype=None), lambda np: np.indices((2, 3), None, sparse=True), lambda np: np.array_split(np.arange(6), 3.0), lambda np: np.array_split(np.arange(6), numpy.float64(2.7)), lambda np: np.split(np.arange(6), 3.0), lambda np: np.split(np.arange(6), 2.7), lambda np: np.hsplit(np.arange(6), 3.0), lambda np: np.array_split(np.arange(6), 0.0), lambda np: np.split(np.arange(6), 0), lambda np: np.array_split(np.arange(6), 0), lambda np: np.array_split(np.arange(6), numpy.array(4)), lambda np: np.split(np.arange(6), numpy.array(3)), lambda np: np.split(np.arange(6), np.array(3)), lambda np: np.split(np.arange(6), numpy.array([3])), lambda np: np.vsplit(np.asarray(R), numpy.array(2.0)), lambda np: np.split(np.arange(6), None),
    lambda np: np.insert(np.arange(3), np.array([[1.0], [2.0]]), [10, 20]), lambda np: np.insert(np.arange(3), np.array([1.0]), 7), lambda np: np.insert(np.arange(3), 1.0, 7), lambda np: np.insert(np.arange(3), np.array([1.0, 2.0]), 7), lambda np: np.delete(np.arange(3), np.array([1.0])),
    lambda np: np.correlate(np.array(1.0), np.array([2.0])), lambda np: np.correlate(np.array([1.0]), np.array(2.0)), lambda np: np.convolve(np.array(1.0), np.array(2.0)),
    lambda np: np.polyfit(np.arange(5.0), np.arange(5.0), 1, w=np.full(5, 1j)), lambda np: np.polyfit(np.arange(5.0), np.arange(5.0) + 0j, 1, w=np.full(5, 1j)), lambda np: np.abs(np.polyfit(np.arange(5, dtype="F"), np.arange(5, dtype="F"), 0, w=np.full(5, 2.0))).round(6),
    lambda np: [getattr(np, f)(np.asarray(R), dtype=d, **k).dtype for f in ("var", "std", "nanvar", "nanstd") for d in "fFD" for k in ({}, {"axis": 0})], lambda np: np.nanvar(np.array([1, numpy.nan, 3]), dtype="D"), lambda np: np.std(np.array([1, 2j, 4, 3 + 2j]), dtype="D"), lambda np: np.nanvar(np.array([1, 2j, numpy.nan]), dtype="F"),
    lambda np: np.var(np.array([1.0, 2j, 4, 3 + 2j]), dtype="f8"), lambda np: np.std(np.array([[1, 2j], [3, 1 + 1j]]), axis=1, dtype="f8"), lambda np: np.nanvar(np.array([1.0, 2j, numpy.nan]), dtype="f8"),
    lambda np: assigned(np, (2, 3, 4), numpy.zeros(0, bool), 1), lambda np: assigned(np, (2, 3, 4), numpy.zeros((2, 0), bool), np.array([5.0])), lambda np: assigned(np, (2, 3, 4), numpy.zeros((1, 0), bool), 1), lambda np: assigned(np, (2, 3), numpy.zeros((0, 3), bool), np.ones(3)),
    lambda np: np.eye(5, 4, 2**63), lambda np: np.eye(5, 4, -(2**70)), lambda np: np.eye(3, k=True), lambda np: np.tri(3, 2, 2**63), lambda np: np.tri(3, 2, 0.5), lambda np: np.triu(np.asarray(R), 2**63), lambda np: np.tril(np.asarray(R), -(2**62)), lambda np: np.triu(np.asarray(R), 0.5), lambda np: np.tril_indices(3, 2**63), lambda np: np.eye(3, k=1.0),
    lambda np: np.roll(np.asarray(R), "1"), lambda np: np.roll(np.asarray(R), 1.5, 1), lambda np: np.roll(np.asarray(R), [1.5], [1]), lambda np: np.roll(np.asarray(R), "one"), lambda np: np.roll(np.asarray(R), None),
    *(lambda np, w=w: after(lambda a: np.copyto(a, 7, where=w), np.asarray(R).copy()) for w in (3.2, 0, 4, 1j, None, "", numpy.float64(2), numpy.array(2), [0, 0.5, 1j])),
    *(pytest.param(lambda np, v=v, d=d, c=c: after(lambda a: np.copyto(a, v, c, where=np.ones(3, bool)), np.zeros(3, d)), marks=numpy_2_4) for v in (-4, 300, 10**30) for d in ("u1", "i1", "f2") for c in ("same_kind", "unsafe")),
    lambda np: [bytes(x) for x in (np.asarray(R), np.asarray(R).T[::2], np.array(3), np.array(3.0), np.array(True), np.ones((0, 2)), np.sum(np.asarray(R)), np.ones((2, 3), "F"))],
    lambda np: [x.real is x for x in (np.ones(3), np.array(1), np.ones((2, 0), "i1"), np.ones(2, "F"))], lambda np: np.real(np.float32(2) * np.ones(())), lambda np: (lambda x: np.real(x) is x)(np.ones(3)),
)  # fmt: skip


LAYOUTS = (
    lambda np: np.array([np.array(R, order="F")] * 2, order="K"), lambda np: np.array([np.array(R, order="F"), np.array(R, "i4")], "f4", order="A"), lambda np: np.array([[np.array(R).T]] * 2, order="F"),
    lambda np: np.array(numpy.asfortranarray(numpy.arange(24.0).reshape(2, 3, 4))[:, ::2], order="A"), lambda np: np.array(numpy.broadcast_to(R[:1], (2, 3)), order="A"), lambda np: np.array(R.T, order="A"), lambda np: np.array(R.T, "f4", order="K"),
    lambda np: np.matmul(np.array(R), np.array(R.T), order="F"), lambda np: np.matmul(np.array(R, order="F"), np.array(R.T, order="F"), order="A"), lambda np: np.matmul(np.array(R, order="F"), np.array(R.T, order="C"), order="A"), lambda np: np.matmul(np.ones((2, 3, 4, 5), order="F"), np.ones((2, 3, 5, 4), order="F")),
    lambda np: np.matmul(np.ones((2, 2, 3)), np.ones((3, 2)), order="F"), lambda np: np.vecdot(np.ones((2, 3, 4), order="F"), np.ones((2, 3, 4), order="F")), lambda np: np.vecdot(np.ones((2, 3, 4)), np.ones((2, 3, 4)), order="F"), lambda np: np.matvec(np.ones((2, 3, 5, 4), order="F"), np.ones((2, 3, 4), order="F")), lambda np: np.vecmat(np.ones((2, 3, 5)), np.ones((2, 3, 5, 4))),
    lambda np: np.argwhere(np.array(R) > 1), lambda np: np.argwhere(np.array([0, 3, 4])), lambda np: np.cumulative_sum(np.array(R, order="F"), axis=0, include_initial=True), lambda np: np.cumulative_prod(np.array(R), axis=1, include_initial=True), lambda np: np.cumulative_sum(np.array(numpy.arange(24.0).reshape(2, 3, 4)).transpose(1, 0, 2), axis=0, include_initial=True),
    lambda np: np.delete(np.array(R), slice(2, None), axis=1), lambda np: np.delete(np.array(R, order="F"), slice(1), axis=1), lambda np: np.delete(np.array(R), slice(None, None, 2), axis=1), lambda np: np.delete(np.array(R), slice(1, 0), axis=1), lambda np: np.delete(np.array(R), slice(1, None, -1), axis=1),
    lambda np: np.delete(np.array(numpy.arange(24.0).reshape(2, 3, 4)).transpose(1, 0, 2), -1, axis=2), lambda np: np.delete(np.array(R, order="F"), [0, 2], axis=1), lambda np: np.delete(np.array(numpy.asfortranarray(numpy.ones((2, 3, 4))), order="K"), [1], axis=1),
    lambda np: np.insert(np.array(R, order="F"), 1, 7, axis=0), lambda np: np.insert(np.array(numpy.arange(24.0).reshape(2, 3, 4)).transpose(1, 0, 2), slice(0, 1), 7, axis=1), lambda np: np.insert(np.array(R).T, [], 7, axis=1), lambda np: np.insert(np.array(R), [0, 2], np.array([[7.0, 8]]), axis=1), lambda np: np.insert(np.array(R), 1, np.array([7.0, 8]), axis=1),
)  # fmt: skip


@pytest.mark.parametrize("case", LAYOUTS, ids=texts_of(LAYOUTS))
def test_layouts_of_new_arrays(case):
    here, there = case(numpy), case(cp)
    assert same(there, here)
    assert there.strides == here.strides


@pytest.mark.parametrize("case", NUMPYS, ids=[str(k) for k in range(len(NUMPYS))])
def test_as_numpy(case):
    check(case)


DRAWN = (
    lambda np: np.chisquare(cp.full((3, 2), 5.0), (4, 3, 2), "f4"), lambda np: np.beta(cp.array(3.0), 2, (4, 3, 2), "f2"), lambda np: np.normal(0, 1, (4, 3, 2), dtype="f4"), lambda np: np.random_sample((4, 3, 2), "f4"), lambda np: np.binomial(5, cp.array(0.5), (4, 3, 2), "i1"),
)  # fmt: skip


@pytest.mark.skipif(
    numpy.lib.NumpyVersion(numpy.__version__) < "2.4.0", reason="needs the signatures of NumPy 2.4"
)
@pytest.mark.parametrize("source", [cp.random, cp.random.RandomState(1)], ids=["functions", "RandomState"])
@pytest.mark.parametrize(
    ("case", "dtype"), list(zip(DRAWN, ("f4", "f2", "f4", "f4", "i1"))), ids=texts_of(DRAWN)
)
def test_dtype_of_samples(case, dtype, source):
    drawn = case(source)
    assert drawn.shape == (4, 3, 2)
    assert drawn.dtype == dtype


# ---- elementwise and reduction kernels ----

Z = numpy.array([1 + 2j, -0.5 + 0.25j, 3], "F")


def elementwise(np, parameters, results, operation, *args, size=None, **keywords):
    return np.ElementwiseKernel(parameters, results, operation, **keywords)(
        *args, **({} if size is None else {"size": size})
    )


def reduced(np, parameters, result, expressions, *args, preamble="", reduce_type=None, **keywords):
    mapped, folded, after, identity = expressions
    kernel = np.ReductionKernel(
        parameters, result, mapped, folded, after, identity, reduce_type=reduce_type, preamble=preamble
    )
    return kernel(*args, **keywords)


PAIR = """struct pair { double v; long long i; __device__ pair() : v(-1e30), i(-1) {} __device__ pair(double v, long long i) : v(v), i(i) {} };
__device__ pair larger(pair a, pair b) { return a.v >= b.v ? a : b; }"""

KERNELS = (
    lambda np: same(elementwise(np, "T z", "float32 r", "r = z.real() + 2 * z.imag()", np.array(Z)), Z.real + 2 * Z.imag), lambda np: same(elementwise(np, "T z", "T r", "r = z; r.real(7); r.imag(z.real())", np.array(Z)), (7 + 1j * Z.real).astype("F")),
    lambda np: numpy.allclose(elementwise(np, "T z", "T r", "r = log(z) + pow(z, z) + pow(z, 2.0f) + sin(z) * cos(z) - tan(z) + sinh(z) / cosh(z) - tanh(z) + log10(z)", np.array(Z)).get(), numpy.log(Z) + Z**Z + Z**2 + numpy.sin(Z) * numpy.cos(Z) - numpy.tan(Z) + numpy.log10(Z), rtol=1e-4),
    lambda np: same(elementwise(np, "T z", "T r", "thrust::complex<float> one(1, 0); r = z + one", np.array(Z)), Z + numpy.float32(1)), lambda np: same(elementwise(np, "T z", "T r", "typename T::value_type two = 2; r = z * two", np.array(Z)), Z * numpy.float32(2)),
    lambda np: same(elementwise(np, "raw T x", "raw T z", "z[i] = x[i] + i", np.array(R).ravel(), size=6), R.ravel() * 2), lambda np: same(elementwise(np, "T x, T y", "T z", "z = x + y", np.array([1, 2], "i1"), 2**32 + 1), numpy.array([2, 3], "i1")), lambda np: same(elementwise(np, "T x, T y", "T z", "z = x + y", np.array([1, 2], "u2"), -1), numpy.array([0, 1], "u2")),
    lambda np: same(elementwise(np, "T x, T y", "T z", "z = x + y", np.array([1, 2], "f4"), 2**63 - 1), numpy.array([1, 2], "f4") + numpy.float32(2**63)), lambda np: same(elementwise(np, "T x, T y", "T z", "z = x && y", np.array([True, False]), -3), numpy.array([True, False])),
    lambda np: same(elementwise(np, "T x, raw T y, int32 n", "T z", "z = x + y[_ind.size() - i - 1] + n", np.arange(5.0), np.arange(5.0), 1), numpy.full(5, 5.0)), lambda np: same(elementwise(np, "T x, raw int64 n", "T z", "z = x + n[i] + _ind.size()", np.arange(3), np.arange(3)), numpy.arange(3) * 2 + 3), lambda np: same(elementwise(np, "T x", "int64 z", "z = n", np.arange(3)), numpy.full(3, 3)),
    lambda np: same(elementwise(np, "T x", "int64 z", "z = _ind.get()[0] * 10 + _ind.get()[1]", np.array(R)), numpy.array([[0, 1, 2], [10, 11, 12]])), lambda np: same(elementwise(np, "T x", "int64 z", "z = _ind.size() + _ind.get()", np.array(R).T), numpy.arange(6, 12).reshape(3, 2)),
    lambda np: same(elementwise(np, "raw T x", "T z", "int at[] = {1, (int)i}; z = x[at]", np.array(R), size=3), R[1]), lambda np: same(elementwise(np, "raw T x", "T z", "ptrdiff_t at[] = {i, 1}; z = x[at]", np.array(R).T, size=3), R[1]), lambda np: same(elementwise(np, "raw T x", "int64 z", "z = x.strides()[0] + x.shape()[1] + x.ndim", np.array(R), size=1), numpy.array([29])),
    lambda np: same(elementwise(np, "T x, T y", "T z", "z = isnan(x) ? min(y, x) : isinf(x) ? max(x, y) : y", np.array([numpy.nan, 1, numpy.inf], "e"), np.array([2, 3, 4], "e")), numpy.array([2, 3, numpy.inf], "e")), lambda np: same(elementwise(np, "T x", "bool z", "z = isnan(x) || !isfinite(x)", np.array([numpy.nan, 1, -numpy.inf])), numpy.array([True, False, True])), lambda np: same(elementwise(np, "T x", "bool z", "z = isnan(x) || isinf(x)", np.array([1j, complex(0, numpy.nan)])), numpy.array([False, True])),
    lambda np: same(reduced(np, "T x", "T y", ("x", "a + b", "y = a / _in_ind.size() * _out_ind.size()", "0"), np.array(R), axis=1), R.mean(1)), lambda np: same(reduced(np, "T x, raw T w", "T y", ("x * w[_J]", "a + b", "y = a", "0"), np.array(R), np.array([1.0, 2, 3]), axis=1), R @ [1.0, 2, 3]),
    lambda np: same(reduced(np, "T x", "int64 y", ("pair(x, _J)", "larger(a, b)", "y = a.i", "pair()"), np.array(R[:, ::-1].copy()), axis=1, preamble=PAIR, reduce_type="pair"), numpy.array([0, 0])), lambda np: same(reduced(np, "T x, T y", "T z", ("x * y", "a + b", "z = a", "0"), np.array([1, 2], "i1"), 258), numpy.array(6, "i1")),
)  # fmt: skip


@pytest.mark.parametrize("case", KERNELS, ids=texts_of(KERNELS))
def test_kernels(case):
    assert bool(case(cp))


KERNELS_REFUSED = (
    ("block_size", lambda np: np.ElementwiseKernel("T x", "T z", "z = x")(np.ones(3), block_size=0)), ("block_size", lambda np: np.ReductionKernel("T x", "T z", "x", "a + b", "z = a", "0")(np.ones(3), block_size=0)),
    ("Out shape is mismatched", lambda np: np.ElementwiseKernel("T x", "T y", "y += x")(np.arange(12).reshape(3, 4), np.arange(4))), ("Invalid kernel name", lambda np: np.ElementwiseKernel("T x", "", "", "1")), ("Invalid kernel name", lambda np: np.ReductionKernel("T x", "T y", "x", "a + b", "y = a", "0", "a b")), ("raw output", lambda np: np.ElementwiseKernel("T x", "raw T y", "y[i] = x")(np.ones(3))),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "case"), KERNELS_REFUSED, ids=texts_of([case for _, case in KERNELS_REFUSED])
)
def test_kernels_refused(text, case):
    with pytest.raises(ValueError, match=text):
        case(cp)


# ---- kernels from text ----

ADD = 'extern "C" __global__ void add(const float* a, const float* b, float* c, unsigned n) { unsigned i = blockDim.x * blockIdx.x + threadIdx.x; if (i < n) c[i] = a[i] + b[i]; }'


def adds(kernel):
    a, c = cp.arange(100, dtype="f4"), cp.zeros(100, "f4")
    kernel((10,), (10,), (a, cp.ones(100, "f4"), c, 100))
    return same(c, numpy.arange(1, 101, dtype="f4"))


@pytest.mark.parametrize(
    "header", ["vector_types.h", "vector_functions.h", "cuda_runtime.h", "cuComplex.h", "cupy/complex.cuh"]
)
def test_headers_that_are_there(header):
    assert adds(cp.RawKernel(f"#include <{header}>\n{ADD}", "add"))


@pytest.mark.parametrize("backend", ["nvrtc", "nvcc", "auto"])
@pytest.mark.parametrize("jitify", [False, True])
def test_whatever_compiler_is_named(backend, jitify):
    kernel = cp.RawKernel(ADD, "add", ("-DN=1",), backend, jitify=jitify)
    kernel.compile(log_stream=io.StringIO())
    assert adds(kernel)
    assert (kernel.options, kernel.backend, kernel.file_path) == (("-DN=1",), backend, None)


def test_errors_by_cupys_names():
    with pytest.raises(cp.cuda.compiler.CompileException, match="not this way"):
        cp.RawKernel(f"#if N != 1\n#error not this way\n#endif\n{ADD}", "add", ("-DN=2",)).compile()
    with pytest.raises(cp.cuda.driver.CUDADriverError, match="CUDA_ERROR_NOT_FOUND"):
        cp.RawModule(code=ADD).get_function("subtract")


def test_complex_numbers_from_polar_coordinates():
    text = """#include <cupy/complex.cuh>
    extern "C" __global__ void at(const double* r, const double* angle, complex<double>* z, complex<float>* w) {
      int i = threadIdx.x;
      z[i] = polar(r[i], angle[i]);
      w[i] = proj(complex<float>(i == 0 ? 1.0f / 0.0f : 1.0f, -2.0f));
    }"""
    r, angle, z, w = cp.array([1.0, 2, 3]), cp.array([0.5, -1, 3]), cp.zeros(3, "D"), cp.zeros(3, "F")
    cp.RawKernel(text, "at")((1,), (3,), (r, angle, z, w))
    numpy.testing.assert_allclose(z.get(), r.get() * numpy.exp(1j * angle.get()), rtol=1e-15)
    assert w.get().tolist() == [complex(numpy.inf, -0.0), 1 - 2j, 1 - 2j]
    assert numpy.signbit(w.get()[0].imag)


def test_names_of_instances_may_use_our_types():
    text = "template <class T> __global__ void square(T* x) { x[threadIdx.x] *= x[threadIdx.x]; }\n__global__ void twice(double* x) { x[threadIdx.x] *= 2; }"
    names = ["square<complex<double>>", "square<int>", "twice"]
    module = cp.RawModule(code=text, name_expressions=names)
    for name, dtype, factor in zip(names, "Did", (None, None, 2)):
        x = cp.arange(4).astype(dtype)
        module.get_function(name)((1,), (4,), (x,))
        assert same(x, (numpy.arange(4) * (factor or numpy.arange(4))).astype(dtype))
    for wrong in ("square<float>", "nothing"):
        with pytest.raises(cp.CudaError, match="named symbol not found"):
            module.get_function(wrong)
    with pytest.raises(cp.CompileError, match="not this"):
        cp.RawModule(code="#error not this\n" + ADD).get_function("add")


def test_memory_is_an_argument():
    text = 'extern "C" __global__ void f(void* x, int n) { double* a = (double*)x; if (threadIdx.x < n) a[threadIdx.x] = 3 * a[threadIdx.x] - 8; }'
    a = cp.ones(10)
    cp.RawKernel(text, "f")((1,), (32,), (a.data, 10))
    assert same(a, numpy.full(10, -5.0))


def test_one_structure_is_a_value():
    text = "struct five { double v[5]; };\n__global__ void total(const double3 a, const five b, double* c) { c[0] = a.x + a.y + a.z + b.v[4]; }"
    a = numpy.array([0.25, 0.5, 1]).view([("x", "f8"), ("y", "f8"), ("z", "f8")])
    b = numpy.arange(5.0).view([("v", "f8", (5,))])
    c = cp.zeros(1)
    cp.RawKernel(text, "total")((1,), (1,), (a, b, c))
    assert c.tolist() == [5.75]
    with pytest.raises(TypeError):
        cp.RawKernel(text, "total")((1,), (1,), (a, numpy.arange(5.0), c))


def test_kernels_pickle():
    kernel = cp.RawKernel(ADD, "add", enable_cooperative_groups=True)
    module = cp.RawModule(code=ADD, enable_cooperative_groups=True)
    for made in (kernel, module, module.get_function("add")):
        again = pickle.loads(pickle.dumps(made))
        assert again.enable_cooperative_groups
        assert adds(again if made is not module else again.get_function("add"))


COMPLEX = """#include <cuComplex.h>
extern "C" __global__ void work(cuComplex* a, const cuDoubleComplex* b, cuDoubleComplex* c, double* d) {
  const int i = threadIdx.x;
  cuFloatComplex x = cuCmulf(cuCaddf(a[i], make_cuComplex(1, 2)), cuConjf(a[i]));
  a[i] = cuCfmaf(cuCdivf(x, a[i]), cuCsubf(x, a[i]), make_cuFloatComplex(cuCrealf(x), -cuCimagf(x)));
  c[i] = cuCadd(cuComplexFloatToDouble(cuComplexDoubleToFloat(b[i])), make_cuDoubleComplex(0, 1));
  d[i] = cuCabs(b[i]);
}"""


@pytest.mark.parametrize("translated", [False, True])
def test_cucomplex(translated):
    a, b, c, d = cp.array(Z), cp.array(Z, "D"), cp.zeros(3, "D"), cp.zeros(3)
    cp.RawKernel(COMPLEX, "work", translate_cucomplex=translated)((1,), (3,), (a, b, c, d))
    x = (Z + (1 + 2j)) * Z.conj()
    assert numpy.allclose(a.get(), x / Z * (x - Z) + x.conj(), rtol=1e-5)
    assert same(c, Z.astype("D") + 1j)
    assert numpy.allclose(d.get(), abs(Z), rtol=1e-7)


# ---- polynomials of one variable ----

P, Q = [1.0, -3, 2], [2.0, 1]
POLYNOMIALS = (
    lambda np: np.poly1d(np.array(P)).coeffs, lambda np: np.poly1d(np.array(Q), True).coeffs, lambda np: np.poly1d(np.array([0, 0, 1, 2])).coeffs, lambda np: np.poly1d(np.array([])).coeffs, lambda np: np.poly1d(5).coeffs, lambda np: np.poly1d(np.ones((2, 2))),
    lambda np: np.poly1d(np.array(P))(np.array([1.0, 5])), lambda np: np.poly1d(np.array(P))(np.poly1d(np.array(Q))).coeffs, lambda np: np.poly1d(np.array(P, "f4"))(np.poly1d(np.array(Q, "f4"))).coeffs, lambda np: np.polyval(np.array(P, "f4"), np.poly1d(np.array(Q, "f4"))).coeffs, lambda np: np.poly1d(np.array(P))(2.0), lambda np: np.poly1d(np.array(P)).roots, lambda np: np.poly1d(np.array(P)).order,
    lambda np: (np.poly1d(np.array(P)) + np.poly1d(np.array(Q))).coeffs, lambda np: (np.poly1d(np.array(P)) - np.array(Q)).coeffs, lambda np: (3 - np.poly1d(np.array(P))).coeffs, lambda np: (np.poly1d(np.array(P)) * np.poly1d(np.array(Q))).coeffs, lambda np: (2 * np.poly1d(np.array(P)) * 3).coeffs, lambda np: (-np.poly1d(np.array(P))).coeffs,
    lambda np: [x.coeffs for x in np.poly1d(np.array(P)) / np.poly1d(np.array(Q))], lambda np: (np.poly1d(np.array(P)) / 2).coeffs, lambda np: (np.poly1d(np.array(P)) ** 3).coeffs, lambda np: np.poly1d(np.array(P)) ** -1, lambda np: np.poly1d(np.array(P)) ** 1.5, lambda np: np.poly1d(np.array(P)) ** 3.0, lambda np: np.polyval(5.0, np.poly1d(np.array(P))),
    lambda np: bool(np.poly1d(np.array(P)) == np.poly1d(np.array(P))), lambda np: bool(np.poly1d(np.array(P)) != np.poly1d(np.array(Q))), lambda np: np.poly1d(np.array(P))[0], lambda np: np.poly1d(np.array(P))[7], lambda np: np.poly1d(np.array(P)).deriv().coeffs, lambda np: np.poly1d(np.array(P)).integ(2, [1, 2]).coeffs,
    lambda np: str(np.poly1d(np.array(P), variable="z")), lambda np: repr(np.poly1d(np.array(P))), lambda np: len(np.poly1d(np.array(P))), lambda np: np.poly1d(np.poly1d(np.array(P), variable="z")).variable, lambda np: list(np.poly1d(np.array(P))),
    lambda np: np.polyadd(np.poly1d(np.array(P)), np.array(Q)).coeffs, lambda np: np.polyval(np.poly1d(np.array(P)), np.array(Q)), lambda np: np.polymul(np.poly1d(np.array(P)), np.array(Q)).coeffs, lambda np: [x.coeffs for x in np.polydiv(np.poly1d(np.array(P)), np.array(Q))], lambda np: np.polyder(np.poly1d(np.array(P))).coeffs, lambda np: np.polyint(np.poly1d(np.array(P))).coeffs, lambda np: np.roots(np.poly1d(np.array(P))), lambda np: np.roots(p=np.poly1d(np.array(P))),
    lambda np: np.polyval(np.poly1d(np.array(P)), np.poly1d(np.array(Q))).coeffs, lambda np: np.polyval(np.array(P), np.poly1d(np.array(Q))).coeffs,
)  # fmt: skip


@pytest.mark.parametrize("case", POLYNOMIALS, ids=texts_of(POLYNOMIALS))
def test_poly1d(case):
    check(case)


SERIES = (
    lambda np: np.polynomial.polynomial.polycompanion(np.array(P)), lambda np: np.polynomial.polynomial.polycompanion(np.array([2, 1], "f4")), lambda np: np.polynomial.polynomial.polycompanion(np.ones(1)), lambda np: np.polynomial.chebyshev.chebcompanion(np.array(P)), lambda np: np.polynomial.hermite.hermcompanion(np.array(P)),
    lambda np: np.polynomial.polyutils.as_series([np.array([1, 2, 0]), np.array(Q)]), lambda np: np.polynomial.polyutils.as_series([np.array([1.0, 0])], trim=False), lambda np: np.polynomial.polyutils.as_series([np.ones(0)]), lambda np: np.polynomial.polyutils.trimseq(np.array([1, 2, 0, 0])), lambda np: np.polynomial.polyutils.trimcoef(np.array([1, 2, 1e-9]), 1e-5), lambda np: np.polynomial.polyutils.trimcoef(np.array(P), -1),
)  # fmt: skip


@pytest.mark.parametrize("case", SERIES, ids=texts_of(SERIES))
def test_coefficients(case):
    check(case)


def test_poly1d_grows_where_it_is_set():
    p = cp.poly1d(cp.array(Q))
    p[4] = 7
    assert p.coeffs.tolist() == [7, 0, 0, 2, 1]
    with pytest.raises(ValueError, match="negative"):
        p[-1] = 1
    assert type(p.get()) is numpy.poly1d
    p.set(numpy.poly1d(P, variable="z"))
    assert (p.coeffs.tolist(), p.variable) == (P, "z")
    assert type(p * p) is cp.poly1d
