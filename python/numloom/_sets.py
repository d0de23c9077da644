# SPDX-License-Identifier: BSD-3-Clause
"""The array API's functions on sets: unique() with named results, each NaN an element of its own."""

from numpy.lib import _arraysetops_impl as _numpys

from . import _core
from ._composed import _or_numpys

__all__ = ["unique_all", "unique_counts", "unique_inverse", "unique_values"]


@_or_numpys
def unique_all(x, /):
    """The distinct elements, their first positions, the places to build x from them, and counts."""
    return _numpys.UniqueAllResult(*_core.unique(x, True, True, True, equal_nan=False))


@_or_numpys
def unique_counts(x, /):
    """The distinct elements and how often each occurs."""
    return _numpys.UniqueCountsResult(*_core.unique(x, return_counts=True, equal_nan=False))


@_or_numpys
def unique_inverse(x, /):
    """The distinct elements and the places to build x from them."""
    return _numpys.UniqueInverseResult(*_core.unique(x, return_inverse=True, equal_nan=False))


@_or_numpys
def unique_values(x, /):
    """The distinct elements."""
    return _core.unique(x, equal_nan=False)
