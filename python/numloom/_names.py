# SPDX-License-Identifier: BSD-3-Clause
"""Which names the module has, and where each comes from: the one place that says so.

NATIVE: functions and ufuncs of numloom._core.   COMPOSED: written in Python with those.
HOST: NumPy's own objects, which hold no arrays (dtypes, constants, error states, printing options).
FALLBACK: NumPy's functions that run on host copies.   OWN: numloom's additions.   LATE: of these, the ones
whose module is imported at first use.
"""

import numpy as _numpy

from . import (
    _composed,
    _core,
    _files,
    _grids,
    _iterating,
    _poly1d,
)

OWN = (
    "CompileError", "CudaError", "Device", "Event", "NotAvailableError", "Stream", "TransferError", "asnumpy",
    "config", "current_device", "device_count", "devices", "free_cached_memory", "get_array_module",
    "memory_stats", "reset_peak_memory", "set_memory_limit", "show_config", "synchronize",
)  # fmt: skip

# Modules that are imported when one of their names is first used.
LATE = {
    **dict.fromkeys(
        ("ElementwiseKernel", "RawKernel", "RawModule", "ReductionKernel", "ScanKernel", "SourceModule"),
        "_kernels",
    ),
    **dict.fromkeys(("KernelTimes", "TuningWarning"), "_tuning"),
    "load_inline": "_inline",
    **dict.fromkeys(
        (
            "clear_memo",
            "fromDlpack",
            "fuse",
            "get_default_memory_pool",
            "get_default_pinned_memory_pool",
            "is_available",
            "memoize",
        ),
        "_cupy",
    ),
}

# NumPy's functions that take no arrays.
_HOST_FUNCTIONS = {
    "base_repr", "binary_repr", "einsum_path", "format_float_positional", "format_float_scientific",
    "frompyfunc", "get_include", "get_printoptions", "getbufsize", "geterr", "geterrcall", "info",
    "isdtype", "issubdtype", "mintypecode", "printoptions", "set_printoptions", "setbufsize", "seterr",
    "seterrcall", "show_runtime", "test", "typename",
}  # fmt: skip

# Functions written in Python with those of _core.
_MODULES = (
    _composed, _files, _grids, _iterating, _poly1d
)  # fmt: skip
COMPOSED = {name: getattr(module, name) for module in _MODULES for name in module.__all__}
_CORE = {name for name in dir(_core) if not name.startswith("_")}
# NumPy's modules that numloom has its own of, and the others, which are NumPy's, imported at first use.
OWN_MODULES = {"cuda", "fft", "lib", "linalg", "polynomial", "random", "testing", "typing"}
MODULES = set(_numpy.__numpy_submodules__) - OWN_MODULES
_NUMPY = {name for name in _numpy.__all__ if name in _numpy.__numpy_submodules__ or hasattr(_numpy, name)}

NATIVE = sorted(_CORE)


def _is_host(name: str) -> bool:
    value = getattr(_numpy, name)
    if name in _HOST_FUNCTIONS or isinstance(value, type):
        return True
    return not callable(value)


_OTHER = _NUMPY - _CORE - MODULES - OWN_MODULES - set(COMPOSED) - {"show_config", "__version__"}
HOST = sorted(name for name in _OTHER if _is_host(name))
FALLBACK = sorted(_OTHER - set(HOST))
ALL = sorted(_NUMPY | _CORE | MODULES | OWN_MODULES)
