# SPDX-License-Identifier: BSD-3-Clause
"""Fourier transforms: numpy.fft."""

from ._core import _fft

__all__ = sorted(name for name in dir(_fft) if not name.startswith("_"))
globals().update({name: getattr(_fft, name) for name in __all__})


def __dir__():
    return __all__
