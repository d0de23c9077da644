# SPDX-License-Identifier: BSD-3-Clause
"""CuPy's cupy.cuda for programs written with it: devices, streams, events, memory pools, a few runtime calls.

On a machine without a GPU, Device(0) is the CPU and streams are always done; is_available() says so.
"""

import contextlib as _contextlib
import ctypes as _ctypes
import functools as _functools
import os as _os
from pathlib import Path as _Path

from . import _core
from ._errors import CompileError, CudaError, NotAvailableError

__all__ = [
    "Device", "Event", "ExternalStream", "MemoryPool", "PinnedMemoryPool", "Stream", "compiler", "driver",
    "get_current_stream", "get_device_id", "get_elapsed_time", "is_available", "nvtx", "runtime",
    "set_allocator", "set_pinned_memory_allocator", "using_allocator",
]  # fmt: skip

Device = _core.Device
ExternalStream = _core._ExternalStream


def is_available():
    """Whether a CUDA device works here."""
    return _core.device_count() > 0


def get_device_id():
    """The number of the current device."""
    return _core.current_device().index


# ---- streams and events ----


class _StreamType(type(_core.Stream)):
    @property
    def null(cls):
        """The stream on which work of the current device runs where no other was made current."""
        return _core._default_stream(None)


class Stream(_core.Stream, metaclass=_StreamType):
    """A queue of work on the current device; `Stream.null` is the one that is there from the start.

    Each stream runs beside all others, as CuPy's with non_blocking=True; the keywords change nothing.
    """

    def __init__(self, null=False, non_blocking=False, ptds=False):
        if null or ptds:
            raise NotAvailableError("[Stream] expected a stream of its own; Stream.null is the default one")
        super().__init__()


class Event(_core.Event):
    """A point in a stream. The keywords change nothing: every event waits actively and takes the time."""

    def __init__(self, block=False, disable_timing=False, interprocess=False):
        if interprocess:
            raise NotAvailableError("[Event] expected interprocess=False")
        super().__init__()


def get_current_stream(device_id=None):
    """The stream on which this thread's work on the device runs."""
    return _core._current_stream(device_id)


def get_elapsed_time(start_event, end_event):
    """Milliseconds between two events that have been reached."""
    return end_event.elapsed_since(start_event)


# ---- memory ----


class MemoryPool:
    """The current device's pool. There is one a device, which every array uses: all objects speak of it."""

    def used_bytes(self):
        """Bytes that arrays occupy."""
        return _core.memory_stats()["used"]

    def free_bytes(self):
        """Bytes that are held for the next arrays."""
        return self.total_bytes() - self.used_bytes()

    def total_bytes(self):
        """Bytes held."""
        return _core.memory_stats()["held"]

    def free_all_blocks(self, stream=None):
        """Gives the bytes that no array occupies back to the system."""
        _core.free_cached_memory()

    def set_limit(self, size=None, fraction=None):
        """At most so many bytes are held; 0 lifts the limit."""
        if size is None or fraction is not None:
            raise NotAvailableError("[set_limit] expected a size in bytes, got a fraction")
        _core.set_memory_limit(size)

    def get_limit(self):
        """The limit in bytes, 0 for none."""
        return _core.memory_stats()["limit"]

    def malloc(self, size):
        """Only to be named: set_allocator(MemoryPool().malloc)."""
        raise NotAvailableError("[MemoryPool.malloc] memory without an array: use numloom.empty(n, 'uint8')")


class PinnedMemoryPool:
    """The pinned memory through which copies pass: a fixed amount, of which none can be freed."""

    def free_all_blocks(self):
        """Nothing to free."""

    def n_free_blocks(self):
        """How many blocks could be freed."""
        return 0

    def malloc(self, size):
        """Only to be named: set_pinned_memory_allocator(PinnedMemoryPool().malloc)."""
        raise NotAvailableError("[PinnedMemoryPool.malloc] expected a copy through the library")


_memory_pool, _pinned_memory_pool = MemoryPool(), PinnedMemoryPool()


def _check_allocator(allocator, kind, name):
    if allocator is not None and not isinstance(getattr(allocator, "__self__", None), kind):
        raise NotAvailableError(
            f"[{name}] expected None or {kind.__name__}().malloc: no other allocates arrays"
        )


def set_allocator(allocator=None):
    """Takes the pool's own malloc and None, which change nothing: arrays always come from the pool."""
    _check_allocator(allocator, MemoryPool, "set_allocator")


def set_pinned_memory_allocator(allocator=None):
    """Takes PinnedMemoryPool().malloc and None, which change nothing."""
    _check_allocator(allocator, PinnedMemoryPool, "set_pinned_memory_allocator")


@_contextlib.contextmanager
def using_allocator(allocator=None):
    """set_allocator() for a block of statements."""
    set_allocator(allocator)
    yield


# ---- calls of the CUDA runtime ----


class runtime:
    """The calls of the CUDA runtime that programs make beside arrays, by their own names."""

    CUDARuntimeError = CudaError
    is_hip = False

    @staticmethod
    def getDeviceCount():
        """How many CUDA devices work here."""
        return _core.device_count()

    @staticmethod
    def getDevice():
        """The number of the current device."""
        return get_device_id()

    @staticmethod
    def setDevice(device):
        """Makes a device current for this thread."""
        Device(device).use()

    @staticmethod
    def getDeviceProperties(device):
        """What a device is, by the names of the runtime's structure; 0 for what the CPU has not."""
        return _core._device_facts(Device(device))

    @staticmethod
    def memGetInfo():
        """Bytes of the current device that nobody has taken, and all there are."""
        return Device().mem_info

    @staticmethod
    def driverGetVersion():
        """The driver's version, 13000 for 13.0; 0 where there is none."""
        return _core._cuda_versions()[0]

    @staticmethod
    def runtimeGetVersion():
        """The runtime's version, 13000 for 13.0; 0 where there is none."""
        return _core._cuda_versions()[1]

    @staticmethod
    def deviceSynchronize():
        """Waits for all work on the current device."""
        _core.synchronize()

    @staticmethod
    def streamSynchronize(stream):
        """Waits for all work on a stream, given as the number that it has as its ptr."""
        ExternalStream(stream).synchronize()


class driver:
    """The error that CuPy's programs expect of the driver's calls."""

    CUDADriverError = CudaError


class compiler:
    """The error that CuPy's programs expect of a text that does not compile."""

    CompileException = CompileError


# ---- marks for profilers ----


@_functools.cache
def _nvtx_library():
    """NVIDIA's library that profilers listen to, from its wheels or the system; None without one."""
    packages = _Path(__file__).resolve().parent.parent / "nvidia"
    folders = [*packages.glob("cu*/lib"), packages / "nvtx" / "lib", _Path()]
    folders += [
        _Path(_os.environ[name]) / "lib64" for name in ("CUDA_HOME", "CUDA_PATH") if name in _os.environ
    ]
    for folder in (*folders, _Path("/usr/local/cuda/lib64")):
        for name in ("libnvtx3interop.so.1", "libnvToolsExt.so.1"):
            try:
                return _ctypes.CDLL(str(folder / name))
            except OSError:
                pass
    return None


class nvtx:
    """Names for stretches of a program, which NVIDIA's profilers show; colours are the profiler's.

    They do nothing where NVIDIA's library is not installed.
    """

    @staticmethod
    def RangePush(message, id_color=-1):
        """A stretch begins, inside those that have begun."""
        if library := _nvtx_library():
            library.nvtxRangePushA(message.encode())

    @staticmethod
    def RangePop():
        """The stretch that began last ends."""
        if library := _nvtx_library():
            library.nvtxRangePop()

    @staticmethod
    def Mark(message, id_color=-1):
        """A point in time."""
        if library := _nvtx_library():
            library.nvtxMarkA(message.encode())

    RangePushC, MarkC = RangePush, Mark
