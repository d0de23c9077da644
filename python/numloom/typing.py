# SPDX-License-Identifier: BSD-3-Clause
"""numpy.typing: names for annotations. NDArray is of numloom's arrays, the others are NumPy's."""

from typing import Any, TypeVar

import numpy as _numpy
import numpy.typing as _host
from numpy.typing import ArrayLike as ArrayLike
from numpy.typing import DTypeLike as DTypeLike

from ._core import ndarray

_Scalar = TypeVar("_Scalar", bound=_numpy.generic)

NDArray = ndarray[tuple[Any, ...], _numpy.dtype[_Scalar]]

__all__ = list(_host.__all__)


def __getattr__(name):
    return getattr(_host, name)
