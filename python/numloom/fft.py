# SPDX-License-Identifier: BSD-3-Clause
"""Fourier transforms: numpy.fft, through NumPy on the host for now."""

import numpy.fft as _host

from . import _fallback

__all__ = sorted(_host.__all__)


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"module 'numloom.fft' has no attribute {name!r}")
    globals()[name] = _fallback.make(f"fft.{name}", getattr(_host, name))
    return globals()[name]


def __dir__():
    return __all__
