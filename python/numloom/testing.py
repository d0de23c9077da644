# SPDX-License-Identifier: BSD-3-Clause
"""numpy.testing, with assertions that compare arrays of any device."""

import functools

import numpy as _numpy
import numpy.testing as _host

from . import _core


def _to_host(value):
    if isinstance(value, _core.ndarray):
        return value.get()[()] if value._is_scalar else value.get()
    if hasattr(type(value), "__array__") and not isinstance(value, (_numpy.ndarray, _numpy.generic)):
        given = value.__array__()  # which may be an array of ours, as NumPy would not take it
        return _to_host(given) if isinstance(given, _core.ndarray) else value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_to_host, value))
    if type(value) in (list, tuple):
        return type(value)(_to_host(item) for item in value)
    if type(value) is dict:
        return {key: _to_host(item) for key, item in value.items()}
    return value


def _on_host(function):
    @functools.wraps(function)
    def assertion(*args, **kwargs):
        __tracebackhide__ = True
        return function(*map(_to_host, args), **{key: _to_host(a) for key, a in kwargs.items()})

    return assertion


_COMPARING = (
    "assert_", "assert_allclose", "assert_almost_equal", "assert_approx_equal", "assert_array_almost_equal",
    "assert_array_almost_equal_nulp", "assert_array_compare", "assert_array_equal", "assert_array_less",
    "assert_array_max_ulp", "assert_equal",
)  # fmt: skip

__all__ = list(_host.__all__)
globals().update({name: _on_host(getattr(_host, name)) for name in _COMPARING if hasattr(_host, name)})
__path__: list[str] = []  # a package, whose modules are its attributes


def __getattr__(name):
    return getattr(_host, name)


def __dir__():
    return __all__
