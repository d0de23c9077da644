# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""NumPy, buffers, DLPack, pickles, copies, devices."""

import array as pyarray
import concurrent.futures
import copy
import ctypes
import gc
import os
import pickle
import subprocess
import sys
import weakref

import numpy
import pytest
from conftest import cpu_only, cuda_only
from parity import DTYPES, IDS, both, outcome, samples

import numloom


@cpu_only
def test_numpy_shares_memory():
    here = numloom.arange(6.0).reshape(2, 3)
    there = numpy.asarray(here)
    there[0, 0] = 9
    assert here[0, 0] == 9
    source = numpy.arange(4)
    over = numloom.asarray(source)
    over += 1
    assert source.tolist() == [1, 2, 3, 4]
    assert over.base is source
    assert numloom.array(source).base is None
    source.flags.writeable = False
    frozen = numloom.asarray(source)
    with pytest.raises(ValueError, match="read-only"):
        frozen += 1
    assert here.__array_interface__["data"][0] == there.__array_interface__["data"][0]
    assert not hasattr(here, "__cuda_array_interface__")
    assert here.to_numpy().base is not None
    assert here.get().base is None
    with pytest.raises(ValueError, match="copy"):
        numpy.asarray(here, dtype="f4", copy=False)
    assert numpy.array(here, dtype="f4").dtype == numpy.float32


@cuda_only
def test_device_memory_never_comes_unasked():
    here = numloom.arange(6.0)
    for reader in (numpy.asarray, memoryview, numpy.array):
        with pytest.raises(TypeError, match=r"get\(\)"):
            reader(here)
    assert not hasattr(here, "__array_interface__")
    interface = here.__cuda_array_interface__
    assert interface["version"] == 3
    assert interface["stream"] != 0
    assert interface["strides"] is None
    assert numloom.empty(0).__cuda_array_interface__["data"][0] == 0
    assert isinstance(here.get(), numpy.ndarray)
    assert numloom.asnumpy(here).tolist() == here.tolist()
    assert here.to_device("cpu").device == "cpu"


class Foreign:
    """Another library's array on the GPU."""

    def __init__(self, array, **changes):
        self.array = array
        self.__cuda_array_interface__ = array.__cuda_array_interface__ | changes


@cuda_only
def test_cuda_array_interface_of_others():
    here = numloom.arange(6, dtype="i4").reshape(2, 3)
    assert numloom.asarray(Foreign(here)).tolist() == here.tolist()
    assert numloom.asnumpy(Foreign(here)).tolist() == here.tolist()
    for change in ({"mask": Foreign(here > 1)}, {"typestr": ">i4"}, {"typestr": "|V4"}):
        with pytest.raises(ValueError, match=r"__cuda_array_interface__|byte order"):
            numloom.asarray(Foreign(here, **change))


@cuda_only
def test_transfers_are_counted_and_can_be_refused():
    here, there = numloom.arange(3), numpy.arange(3)
    before = numloom.config.transfer_counts[0]
    assert (here + there).device == here.device
    assert numloom.config.transfer_counts[0] == before + 1
    numloom.config.transfers = "error"
    with pytest.raises(numloom.TransferError):
        here + there
    assert numloom.asarray(there) is not None
    numloom.config.transfers = "warn"
    with pytest.warns(RuntimeWarning, match="copied"):
        here + there


@pytest.mark.parametrize("dtype", DTYPES, ids=IDS)
def test_round_trips(dtype):
    there = samples(dtype, size=24).reshape(4, 6)
    for layout in (
        lambda a: a,
        lambda a: a.T,
        lambda a: a[::-1, 1::2],
        lambda a: a[:0],
        lambda a: a[0, 0:1].reshape(()),
    ):
        a = layout(there)
        b = numloom.asarray(a)
        numpy.testing.assert_array_equal(b.get(), a)
        assert b.dtype == a.dtype
        numpy.testing.assert_array_equal(pickle.loads(pickle.dumps(b)).get(), a)
        numpy.testing.assert_array_equal(copy.deepcopy(b).get(), a)
        assert b.tobytes() == a.tobytes()
        assert repr(b) == repr(a)
        assert str(b) == str(a)
        assert (
            numloom.array(b.tolist(), dtype=dtype).tobytes() == a.tobytes()
            or a.size == 0
            or dtype.kind == "f"
        )


@cpu_only
@pytest.mark.parametrize("dtype", DTYPES, ids=IDS)
def test_buffers(dtype):
    there = samples(dtype, size=24).reshape(4, 6)
    here = numloom.array(there)
    assert memoryview(here).format == memoryview(there).format
    for a, b in ((there, here), (there.T, here.T), (there[::2, ::-1], here[::2, ::-1])):
        assert memoryview(b).tobytes() == memoryview(a).tobytes()
        assert memoryview(b).strides == memoryview(a).strides
    assert not memoryview(here).readonly
    assert memoryview(numloom.broadcast_to(here, (2, 4, 6))).readonly
    with pytest.raises((ValueError, TypeError, BufferError)):
        (ctypes.c_char * 4).from_buffer(here.T)
    assert bytes(here) == there.tobytes()


def test_other_objects():
    assert numloom.asarray(pyarray.array("d", [1, 2])).tolist() == [1, 2]
    assert numloom.array(memoryview(b"abc")).dtype == numpy.uint8
    assert numloom.array(range(3)).tolist() == [0, 1, 2]
    assert numloom.array(numpy.float32(2)).dtype == numpy.float32
    swapped = numpy.arange(3, dtype=">i4")
    assert numloom.array(swapped).tolist() == [0, 1, 2]
    packed = numpy.zeros(3, dtype=[("a", "i1"), ("b", "f8")])["b"]
    assert numloom.array(packed).tolist() == [0, 0, 0]

    class Wrapped:
        def __array__(self, dtype=None, copy=None):
            return numpy.arange(2.0)

    assert (numloom.ones(2) + Wrapped()).tolist() == [1, 2]
    assert numloom.array([numloom.ones(2), numloom.zeros(2)]).shape == (2, 2)
    assert numloom.array([numloom.ones(2).sum(), 3]).tolist() == [2, 3]
    assert type(numloom.array(["a", "b"])) is numpy.ndarray
    assert type(numloom.array([1, None])) is numpy.ndarray
    assert type(numloom.zeros(2, dtype=object)) is numpy.ndarray
    with pytest.raises(TypeError, match="device"):
        numloom.asarray(["a"], device="cpu")


def test_numpys_functions_dispatch_here():
    here = numloom.arange(6.0).reshape(2, 3)
    for result in (numpy.sum(here), numpy.concatenate([here, here]), numpy.add(here, 1), numpy.sin(here),
                   numpy.median(here), numpy.linalg.norm(here), numpy.zeros_like(here), numpy.add.reduce(here),
                   numpy.where(here > 1, here, 0), numpy.fft.fft(here), numpy.arange(3.0) + here,
                   numpy.float64(2) * here, numpy.arange(3.0) @ here.T, numpy.maximum(numpy.ones(3), here)):  # fmt: skip
        assert isinstance(result, numloom.ndarray)
        assert result.device == here.device
    there = numpy.arange(3.0)
    there += numloom.ones(3) if here.device == "cpu" else 1
    assert there.tolist() == [1, 2, 3]
    assert isinstance(here + numpy.arange(3), numloom.ndarray)
    assert here.__array_namespace__() is numloom


def test_foreign_types_decide():
    class Refuses:
        __array_ufunc__ = None

        def __radd__(self, other):
            return "refused"

    class Higher:
        __array_priority__ = 10

        def __rmul__(self, other):
            return "higher"

    class Ufunc:
        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
            return ufunc.__name__, method

    here = numloom.ones(2)
    assert here + Refuses() == "refused"
    assert here * Higher() == "higher"
    assert numloom.add(here, Ufunc()) == ("add", "__call__")
    with pytest.raises(TypeError):
        here - Refuses()
    with pytest.raises(TypeError):
        numloom.add(here, Refuses())
    with pytest.raises(TypeError):
        here + object()


class _Column:
    """As pandas' columns: it reads as an array, and its own methods skip what is missing."""

    def __init__(self, values):
        self.values = numpy.array(values)

    def __array__(self, dtype=None, copy=None):
        return self.values

    def mean(self, axis=None, dtype=None, out=None):
        return numpy.nanmean(self.values, axis)

    def cumsum(self, axis=None, dtype=None, out=None):
        return _Column(numpy.nancumsum(self.values))

    def sort(self):
        raise AssertionError("numpy.sort does not look for it")


def test_methods_of_other_libraries_are_called_where_numpy_calls_them():
    column = _Column([1.0, numpy.nan, 3.0])
    for np in (numpy, numloom):
        assert np.mean(column) == 2
        assert type(np.cumsum(column)) is _Column
        assert np.cumsum(column).values.tolist() == [1, 1, 4]
    assert type(numloom.mean(column)) is numloom.ndarray
    assert numloom.sort(column)[:2].tolist() == [1, 3]
    with pytest.raises(TypeError):
        numloom.mean(column, keepdims=True)  # as NumPy's, which hands all keywords on


class _Tensor:
    """As PyTorch's: its methods do not know NumPy's keywords, but its memory is lent."""

    def __init__(self, values):
        self.values = values

    def __dlpack__(self, **keywords):
        return self.values.__dlpack__(**keywords)

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()

    def __array__(self, dtype=None, copy=None):
        return self.values

    def sum(self, dim=None):
        raise AssertionError("numloom reads the memory")


def test_arrays_that_lend_their_memory_are_read():
    assert numloom.sum(_Tensor(numpy.arange(4.0))) == 6


class _Lazy:
    def __array_function__(self, function, types, args, kwargs):
        return function.__name__, len(args), sorted(kwargs)


def test_array_function_of_other_libraries():
    lazy = _Lazy()
    assert numloom.mean(lazy, axis=0) == ("mean", 1, ["axis"])
    assert numloom.concatenate([lazy, numloom.ones(2)]) == ("concatenate", 1, [])
    assert numloom.linalg.norm(lazy) == ("norm", 1, [])
    assert numloom.dot(numloom.ones(2), lazy) == ("dot", 2, [])


@cpu_only
def test_masked_arrays_and_matrices():
    masked = numpy.ma.array([1.0, 2.0], mask=[0, 1])
    result = numloom.ones(2) + masked
    assert isinstance(result, numpy.ma.MaskedArray)
    assert result.mask.tolist() == [False, True]


@cpu_only
def test_dlpack():
    here = numloom.arange(6.0).reshape(2, 3)
    there = numpy.from_dlpack(here)
    there = numpy.from_dlpack(here)
    assert there.tolist() == here.tolist()
    assert here.__dlpack_device__() == (1, 0)
    back = numloom.from_dlpack(numpy.arange(4, dtype="i2")[::-1])
    assert back.tolist() == [3, 2, 1, 0]
    assert "dltensor_versioned" in repr(here.__dlpack__(max_version=(1, 0)))
    assert '"dltensor"' in repr(here.__dlpack__())
    frozen = numloom.broadcast_to(here, (2, 2, 3))
    with pytest.raises(BufferError, match="readonly"):
        frozen.__dlpack__()
    assert not numpy.from_dlpack(frozen).flags.writeable
    copied = numloom.from_dlpack(here, copy=True)
    copied[0, 0] = 7
    assert here[0, 0] == 0
    for elsewhere in ((1, 1), (1, -1), (2, 2**30), (9, 0)):
        with pytest.raises(BufferError):
            here.__dlpack__(dl_device=elsewhere, max_version=(1, 0))
    for dtype in DTYPES:
        source = numloom.array(samples(dtype, size=20))
        numpy.testing.assert_array_equal(numpy.from_dlpack(source), source.get())
        numpy.testing.assert_array_equal(numloom.from_dlpack(source.get()).get(), source.get())


def test_dlpack_keeps_memory_alive():
    here = numloom.arange(1000.0)
    capsule = here.__dlpack__(max_version=(1, 0))
    del capsule  # nobody took it
    if here.device == "cpu":
        there = numpy.from_dlpack(here)
        del here
        gc.collect()
        assert there.sum() == 499500
    over = numloom.from_dlpack(numloom.arange(5.0))
    gc.collect()
    assert over.tolist() == [0, 1, 2, 3, 4]


def test_pickle_out_of_band():
    here = numloom.arange(100_000.0).reshape(100, 1000)
    buffers = []
    data = pickle.dumps(here, protocol=5, buffer_callback=buffers.append)
    assert len(data) < 1000
    assert len(buffers) == 1
    back = pickle.loads(data, buffers=buffers)
    assert (back == here).all()
    assert back.device == here.device
    turned = pickle.loads(pickle.dumps(here.T, protocol=5))
    assert turned.flags.fnc
    assert (turned == here.T).all()
    for protocol in range(2, 6):
        again = pickle.loads(pickle.dumps(here[:2, :2], protocol=protocol))
        again += 1
        assert again.tolist() == (here[:2, :2] + 1).tolist()
    assert pickle.loads(pickle.dumps(numloom.add)) is numloom.add
    assert pickle.loads(pickle.dumps(numloom.sum)) is numloom.sum
    assert pickle.loads(pickle.dumps(numloom.median)) is numloom.median
    assert pickle.loads(pickle.dumps(here.device)) == here.device


def test_copies():
    here = numloom.arange(4.0)
    for duplicate in (
        copy.copy(here),
        copy.deepcopy(here),
        here.copy(),
        numloom.copy(here),
        numloom.array(here),
    ):
        duplicate[0] = 9
        assert here[0] == 0
    assert numloom.asarray(here) is here
    assert numloom.array(here, copy=False) is here
    assert numloom.asarray(here, dtype="f8") is here
    with pytest.raises(ValueError, match="copy"):
        numloom.array(here, dtype="f4", copy=False)


def test_subclasses():
    class Labelled(numloom.ndarray):
        def __array_finalize__(self, obj):
            self.label = getattr(obj, "label", None)

    a = Labelled((2, 3), "f4")
    a[...] = 1
    a.label = "x"
    assert isinstance(a[0], Labelled)
    assert a[:1].label == "x"
    assert a.T.label == "x"
    view = numloom.arange(3).view(Labelled)
    assert isinstance(view, Labelled)
    assert (a + 1).sum() == 12
    back = pickle.loads(pickle.dumps(numloom.arange(3.0)))
    assert type(back) is numloom.ndarray


def test_subclasses_are_kept_where_numpy_keeps_them():
    class Marked(numloom.ndarray):
        pass

    a = numloom.arange(4.0).view(Marked)
    for kept in (
        a[1:],
        a[[0, 1]],
        a[a > 1],
        numloom.zeros_like(a),
        numloom.full_like(a, 2),
        a.copy(),
        a.reshape(2, 2),
    ):
        assert type(kept) is Marked
    assert type(numloom.ones_like(a, subok=False)) is numloom.ndarray
    assert a[1:].base is a


@pytest.mark.parametrize(
    ("shape", "strides", "text"),
    [
        ((10**9,), (8,), "out of bounds"),
        ((11,), (8,), "out of bounds"),
        ((2,), (-8,), "out of bounds"),
        ((2,), (73,), "out of bounds"),
        ((3,), (2**62,), "out of bounds"),
        ((3, 3), (2**62, -(2**62)), "out of bounds"),
        ((2,), (8, 8), "mismatch in length"),
        ((2, 2), (8,), "mismatch in length"),
        ((-4,), (8,), "negative"),
        ((2**40, 2**40), (0, 0), "too big"),
        ((1,) * 65, (8,) * 65, "maximum supported dimension"),
    ],
)
def test_views_stay_in_their_memory(shape, strides, text):
    with pytest.raises(ValueError, match=text):
        numloom.lib.stride_tricks.as_strided(numloom.arange(10.0), shape, strides)


def test_views_that_reach_all_of_their_memory():
    a = numloom.arange(10.0)
    view = numloom.lib.stride_tricks.as_strided
    assert view(a[3:5], (2,), (16,)).tolist() == [3, 5]
    assert view(a[9:], (10,), (-8,)).tolist() == a[::-1].tolist()
    assert view(a[:0], (0, 5), (800, 8)).shape == (0, 5)
    assert view(a, strides=(0,)).tolist() == [0] * 10
    assert view(a, (11,), (8,), check_bounds=False).shape == (11,)


@pytest.mark.parametrize(
    ("offset", "strides", "error"),
    [(2**62, None, TypeError), (2**63 - 1, None, TypeError), (-8, None, ValueError), (0, (2**62, 8), ValueError),
     (0, (-8, 8), ValueError), (8, (2**63 - 1, -(2**63)), ValueError), (64, (8, 8), ValueError)],
)  # fmt: skip
@cpu_only
def test_buffers_that_are_too_small(offset, strides, error):
    with pytest.raises(error):
        numloom.ndarray((2, 3), "f8", bytearray(64), offset, strides)


@cpu_only
@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "c16"])
def test_elements_between_alignments(dtype):
    """As a structure that is packed holds them."""
    a, b, out = (numloom.ndarray(4099, dtype, bytearray(16 * 4100), k) for k in (1, 3, 5))
    a[...], b[...] = 1, 2
    numloom.add(a, b, out=out)
    assert numpy.asarray(out.copy()).tolist() == [3] * 4099
    assert (a @ b, out.sum(), numloom.sort(out)[0], out[::-2].max()) == (8198, 12297, 3, 3)


class _Claims:
    """What an array interface says of 16 bytes."""

    def __init__(self, **changed):
        self.__array_interface__ = {
            "version": 3,
            "shape": (2,),
            "typestr": "<f8",
            "data": bytes(16),
            **changed,
        }


@pytest.mark.parametrize(
    "claims",
    [{}, {"shape": (1, 2)}, {"strides": (8, 8)}, {"shape": (-2,)}, {"shape": (2**40, 2**40)},
     {"typestr": "xx"}, {"typestr": 5}, {"typestr": "|O"}, {"data": None}, {"data": (0,)},
     {"shape": 2}, {"version": "x"}],
    ids=repr,
)  # fmt: skip
def test_interfaces_that_claim_too_much(claims):
    def read(np):
        return np.asarray(_Claims(**claims)).tolist()

    (expected, error), (got, ours) = outcome(read, numpy), outcome(read, numloom)
    assert type(ours) is type(error)
    assert got == expected


class _Claim(ctypes.Structure):
    """A DLManagedTensor."""

    _fields_ = (
        ("data", ctypes.c_void_p), ("device", ctypes.c_int32 * 2), ("ndim", ctypes.c_int32), ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16), ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)), ("byte_offset", ctypes.c_uint64), ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("claims", "error"),
    [({"ndim": 65}, BufferError), ({"ndim": -1}, BufferError), ({"shape": (-1,)}, ValueError),
     ({"shape": (2**62,)}, ValueError), ({"shape": (2**40, 2**40)}, ValueError), ({"lanes": 2}, BufferError),
     ({"code": 9}, BufferError), ({"bits": 128}, BufferError), ({"device": (7, 0)}, BufferError)],
    ids=repr,
)  # fmt: skip
def test_capsules_that_claim_too_much(claims, error):
    memory, shape = (ctypes.c_double * 65)(), claims.get("shape", (2,))
    extents = (ctypes.c_int64 * 65)(*shape)
    told = {
        "device": (1, 0),
        "ndim": len(shape),
        "code": 2,
        "bits": 64,
        "lanes": 1,
        **claims,
        "shape": extents,
    }
    device = (ctypes.c_int32 * 2)(*told.pop("device"))
    tensor = _Claim(data=ctypes.addressof(memory), device=device, **told)
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    with pytest.raises(error):
        numloom.from_dlpack(new(ctypes.addressof(tensor), b"dltensor", None))


@pytest.mark.parametrize(
    ("state", "error"),
    [((1, (3,), "f8", False, b"x"), ValueError), ((1, (3,), "f8", False, bytes(16)), ValueError),
     ((1, (-1,), "f8", False, bytes(8)), TypeError), ((1, (2**62,), "f8", False, bytes(8)), (ValueError, MemoryError)),
     ((1, (2**32, 2**32), "f8", False, b""), (ValueError, MemoryError)), ((1, (1,), "O", False, bytes(8)), ValueError),
     ((1, (1,), "f8", False, [1.0]), TypeError), (5, TypeError), ((), (TypeError, ValueError))],
)  # fmt: skip
def test_pickles_that_claim_too_much(state, error):
    a = numloom.arange(3.0)
    with pytest.raises(error):
        a.__setstate__(state)
    assert a.tolist() == [0, 1, 2]


def test_truncated_pickles():
    whole = pickle.dumps(numloom.arange(30.0), protocol=2)
    for length in range(0, len(whole), 7):
        with pytest.raises(
            (pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, IndexError)
        ):
            pickle.loads(whole[:length])


def test_stride_tricks():
    there, here = both(numpy.arange(10.0))
    windows = numloom.lib.stride_tricks.sliding_window_view(here, 3)
    assert windows.tolist() == numpy.lib.stride_tricks.sliding_window_view(there, 3).tolist()
    assert not windows.flags.writeable
    view = numloom.lib.stride_tricks.as_strided(here, (3, 2), (16, 8))
    view[0, 0] = 9
    assert here[0] == 9
    with pytest.raises(ValueError, match="larger"):
        numloom.lib.stride_tricks.sliding_window_view(here, 11)


def test_assignment_reads_what_numpy_reads():
    there, here = both(numpy.zeros(3))
    for a in (there, here):
        a[:] = ["1", "2.5", "3"]
        a[0] = None
    assert str(here) == str(there)
    with pytest.warns(numpy.exceptions.ComplexWarning):
        here[:] = numloom.ones(3, "c8")


def test_life_of_objects():
    a = numloom.arange(10)
    reference = weakref.ref(a)
    view = a[2:5]
    assert view.base is a
    assert view[1:].base is a
    del a
    gc.collect()
    assert reference() is not None
    assert view.tolist() == [2, 3, 4]
    del view
    gc.collect()
    assert reference() is None
    before = sys.getrefcount(numloom.ndarray)
    many = [numloom.ones(2) for _ in range(1000)]
    del many
    gc.collect()
    assert abs(sys.getrefcount(numloom.ndarray) - before) < 100


@cpu_only
def test_constructor_and_buffer():
    data = bytearray(range(16))
    a = numloom.ndarray((2, 3), "u1", data, offset=2, strides=(8, 1))
    assert a.tolist() == [[2, 3, 4], [10, 11, 12]]
    a[0, 0] = 99
    assert data[2] == 99
    with pytest.raises((TypeError, ValueError)):
        numloom.ndarray((5, 5), "f8", data)
    with pytest.raises(ValueError, match="strides"):
        numloom.ndarray((2, 2), "u1", data, strides=(16, 1))
    assert not numloom.ndarray(3, "u1", b"abc").flags.writeable
    assert numloom.ndarray(shape=(2, 2), dtype="f4", order="F").flags.fnc


def test_devices(device):
    assert numloom.devices()[0] == "cpu"
    assert numloom.current_device() == device
    with numloom.Device("cpu"):
        assert numloom.zeros(2).device == "cpu"
        with numloom.Device(device):
            assert numloom.zeros(2).device == device
        assert numloom.current_device() == "cpu"
    assert numloom.current_device() == device
    assert numloom.zeros(2, device="cpu").device.type == "cpu"
    assert hash(numloom.Device("cpu")) == hash(numloom.Device("cpu"))
    assert {numloom.Device("cpu"): 1}[numloom.Device("cpu:0")] == 1
    here = numloom.arange(4.0)
    assert here.to_device(here.device) is here
    assert here.to_device("cpu").tolist() == here.tolist()
    assert numloom.get_array_module(here) is numloom
    assert numloom.get_array_module(numpy.ones(2)) is numpy
    for bad in ("tpu", "cuda:99", "cpu:7"):
        with pytest.raises((ValueError, numloom.NotAvailableError)):
            numloom.Device(bad)


def test_streams_and_memory(device):
    with numloom.Stream() as stream:
        a = numloom.ones(1000)
        event = numloom.Event()
        event.record(stream)
    numloom.synchronize()
    assert a.sum() == 1000
    assert event.query()
    assert stream.device == device
    before = numloom.memory_stats()
    block = numloom.empty(1 << 20, "u1")
    after = numloom.memory_stats()
    assert after["used"] >= before["used"] + (1 << 20)
    del block
    numloom.set_memory_limit(after["held"] + (1 << 20))
    try:
        with pytest.raises(MemoryError, match=r"asked|held|limit"):
            numloom.empty(1 << 30, "u1")
    finally:
        numloom.set_memory_limit(0)


def test_show_config(capsys):
    numloom.show_config()
    text = capsys.readouterr().out
    assert numloom.__version__ in text
    assert "devices" in text
    facts = numloom.show_config("dicts")
    assert facts["versions"]["numpy"] == numpy.__version__
    assert facts["cuda"]["build"].split()[0] in ("CUDA", "simulator", "none")
    assert all(str(d) in facts["cuda"] for d in numloom.devices() if d.type == "cuda")


def test_absent_device_says_why():
    code = """import numloom as np
try: np.zeros(3, device="cuda")
except RuntimeError as e: print(e)"""
    hidden = {"NUMLOOM_SIM_DEVICES": "0", "CUDA_VISIBLE_DEVICES": "", "NUMLOOM_DEVICE": "cpu"}
    said = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **hidden}, capture_output=True, text=True, check=True
    ).stdout
    build = numloom.show_config("dicts")["cuda"]["build"]
    reasons = {
        "none": ["numloom was built without CUDA"],
        "simulator": ["the simulator was told to have none"],
    }.get(build, ["no CUDA driver was found", "no CUDA-capable device is detected"])
    assert said.strip() in [f"device 'cuda:0' is not there: {reason}" for reason in reasons]


def test_files(tmp_path):
    here = numloom.arange(6, dtype="i2").reshape(2, 3)
    numloom.save(tmp_path / "a.npy", here)
    assert numpy.load(tmp_path / "a.npy").tolist() == here.tolist()
    back = numloom.load(tmp_path / "a.npy")
    assert isinstance(back, numloom.ndarray)
    assert back.dtype == here.dtype
    numloom.savez(tmp_path / "b.npz", x=here)
    assert numloom.load(tmp_path / "b.npz")["x"].tolist() == here.tolist()
    with pytest.raises(FileNotFoundError):
        numloom.load(tmp_path / "missing.npy")
    there, _ = both(numpy.arange(3.0))
    numloom.arange(3.0).tofile(tmp_path / "raw")
    assert numpy.fromfile(tmp_path / "raw").tolist() == there.tolist()


def test_threads_work_side_by_side():
    """Large operations let other threads run; results and reference counts stay right."""
    source = numloom.arange(200_000.0)

    def work(k):
        total = 0.0
        for _ in range(5):
            a = numpy.ones(100_000) * k  # memory of NumPy's, let go of by whoever is last
            total += float((numloom.asarray(a) + source[:100_000]).sum()) + float(numloom.sqrt(source).max())
        return total

    expected = [work(k) for k in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == expected


@cpu_only
def test_forked_children_compute():
    code = (
        "import os, numloom as np; a = np.arange(1_000_000.0); s = float(a.sum()); pid = os.fork()\n"
        "if pid == 0: os._exit(0 if float((a + 1).sum()) == s + 1_000_000 else 1)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stdout.strip() == "0"
