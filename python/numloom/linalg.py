# SPDX-License-Identifier: BSD-3-Clause
"""Linear algebra: numpy.linalg. Stacks of matrices; float32 is computed in double precision."""

from ._core import _linalg
from ._core import matmul as matmul
from ._core import matrix_transpose as matrix_transpose
from ._core import tensordot as tensordot
from ._core import vecdot as vecdot
from ._errors import LinAlgError as LinAlgError

_NATIVE = [name for name in dir(_linalg) if not name.startswith("_")]
globals().update({name: getattr(_linalg, name) for name in _NATIVE})
__all__ = sorted([*_NATIVE, "LinAlgError", "matmul", "matrix_transpose", "tensordot", "vecdot"])


def __dir__():
    return __all__
