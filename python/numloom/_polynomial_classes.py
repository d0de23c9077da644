# SPDX-License-Identifier: BSD-3-Clause
"""The classes of numpy.polynomial. They keep their few coefficients on the host; arrays of numloom, of any
device, are mapped, evaluated and fitted to where they are.
"""

import warnings

import numpy as _numpy
import numpy.polynomial as _host
from numpy.polynomial import polyutils as _utils

from . import _core


def _on_host(values):
    return values.get() if isinstance(values, _core.ndarray) else values


def _basis(cls, x, degree):
    """The polynomial of that degree alone, at x."""
    return cls._val(x, _numpy.eye(1, degree + 1, degree)[0])


def _checked(x, y, deg):
    """The operands of a fit and its degrees, by NumPy's rules."""
    deg = _numpy.asarray(deg)
    if deg.ndim > 1 or deg.dtype.kind not in "iu" or deg.size == 0:
        raise TypeError("deg must be an int or non-empty 1-D array of int")
    if deg.min() < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if x.size == 0:
        raise TypeError("expected non-empty vector for x")
    if y.ndim < 1 or y.ndim > 2:
        raise TypeError("expected 1D or 2D array for y")
    if len(x) != len(y):
        raise TypeError("expected x and y to have same length")
    return range(int(deg) + 1) if deg.ndim == 0 else sorted(int(d) for d in deg)


class _OfArrays:
    """What the six classes do with arrays of numloom."""

    def __init__(self, coef, domain=None, window=None, symbol="x"):
        super().__init__(_on_host(coef), _on_host(domain), _on_host(window), symbol)

    def __call__(self, arg):
        if not isinstance(arg, _core.ndarray):
            return super().__call__(arg)
        offset, scale = _utils.mapparms(self.domain, self.window)
        return self._val(offset + scale * arg, self.coef)

    @classmethod
    def fit(cls, x, y, deg, domain=None, rcond=None, full=False, w=None, window=None, symbol="x"):
        """The least squares fit to the points (x, y), computed where they are."""
        if not any(isinstance(values, _core.ndarray) for values in (x, y, w)):
            return super().fit(x, y, deg, domain, rcond, full, w, window, symbol)
        x, y = _core.asarray(x) + 0.0, _core.asarray(y) + 0.0
        degrees = _checked(x, y, deg)
        if domain is None:
            domain = _numpy.array([float(x.min()), float(x.max())])
            if domain[0] == domain[1]:
                domain += [-1, 1]
        domain = cls.domain if isinstance(domain, list) and not domain else _on_host(domain)
        window = cls.window if window is None else _on_host(window)
        offset, scale = _utils.mapparms(domain, window)
        columns = [_basis(cls, offset + scale * x, degree) for degree in degrees]
        coef, *details = _core._fit_columns(_core.stack(columns, axis=1), y, w, rcond)
        coef = coef.get()
        if int(details[1]) != len(degrees) and not full:
            warnings.warn("The fit may be poorly conditioned", _numpy.exceptions.RankWarning, stacklevel=2)
        spread = _numpy.zeros((degrees[-1] + 1, *coef.shape[1:]), coef.dtype)
        spread[list(degrees)] = coef
        made = cls(spread, domain=domain, window=window, symbol=symbol)
        return (made, details) if full else made


def _classes():
    names = ("Polynomial", "Chebyshev", "Legendre", "Laguerre", "Hermite", "HermiteE")
    for name in names:
        base = getattr(_host, name)
        body = {"__module__": "numloom.polynomial", "__doc__": base.__doc__, "__hash__": None}
        yield name, type(name, (_OfArrays, base), body)


CLASSES = dict(_classes())
