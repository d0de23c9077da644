# SPDX-License-Identifier: BSD-3-Clause
"""NumPy's arrays and functions on CUDA GPUs, and on the CPU at full speed when there is none.

    import numloom as np

The names are NumPy's. Those that have no native function yet run through NumPy on the host (np.config).
Beside them: Device, Stream, Event, devices, asnumpy, get_array_module, show_config, config, memory_stats.
"""

import importlib

import numpy as _numpy

from . import _core, _fallback, _names, _submodules
from ._config import config as config
from ._config import show_config as show_config
from ._errors import CompileError as CompileError
from ._errors import CudaError as CudaError
from ._errors import NotAvailableError as NotAvailableError
from ._errors import TransferError as TransferError

__version__ = _core.__version__
__array_api_version__ = "2024.12"

globals().update({name: getattr(_core, name) for name in _names.NATIVE})
globals().update({name: getattr(_numpy, name) for name in _names.HOST})
globals().update(_names.COMPOSED)

from . import fft as fft  # noqa: E402 (they use the names above)
from . import lib as lib  # noqa: E402
from . import linalg as linalg  # noqa: E402
from . import random as random  # noqa: E402

_submodules.install()
__all__ = sorted({*_names.ALL, *_names.COMPOSED, *_names.OWN, *_names.LATE})


def __array_namespace_info__():
    """What this namespace can do, by the array API standard."""
    from ._info import NamespaceInfo

    return NamespaceInfo()


def __getattr__(name):
    """Modules loaded late, and NumPy's functions that run on the host, made at first use."""
    if name in ("cuda", "polynomial", "testing", "typing"):
        return importlib.import_module(f"numloom.{name}")
    if name in _names.LATE:
        globals()[name] = getattr(importlib.import_module("." + _names.LATE[name], __name__), name)
        return globals()[name]
    if name.startswith("__") and name != "__config__":
        raise AttributeError(f"module 'numloom' has no attribute {name!r}")
    try:
        found = getattr(_numpy, name)
    except AttributeError as error:  # NumPy's text says what became of names that it had
        raise AttributeError(str(error).replace("module 'numpy'", "module 'numloom'")) from None
    if name in _names.FALLBACK:
        found = _fallback.make(name, found)
    globals()[name] = found
    return found


def __dir__():
    return __all__
