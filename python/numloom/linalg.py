# SPDX-License-Identifier: BSD-3-Clause
"""Linear algebra: numpy.linalg. Products are native; factorisations run through NumPy on the host."""

import numpy.linalg as _host

from . import _core, _fallback

_NATIVE = ("LinAlgError", "diagonal", "matmul", "matrix_transpose", "outer", "tensordot", "trace", "vecdot")
__all__ = sorted({*_host.__all__, *_NATIVE})


def diagonal(x, /, *, offset=0):
    """Diagonals of a stack of matrices."""
    return _core.asarray(x).diagonal(offset, -2, -1)


def trace(x, /, *, offset=0, dtype=None):
    """Sums of the diagonals of a stack of matrices."""
    return diagonal(x, offset=offset).sum(axis=-1, dtype=dtype)


def __getattr__(name):
    if name not in _host.__all__:
        raise AttributeError(f"module 'numloom.linalg' has no attribute {name!r}")
    globals()[name] = _fallback.make(f"linalg.{name}", getattr(_host, name))
    return globals()[name]


def __dir__():
    return __all__
