# SPDX-License-Identifier: BSD-3-Clause
"""numpy.poly1d with coefficients that are an array here, on any device."""

import numpy as _numpy

from . import _core

__all__ = ["poly1d"]


def _plain(p):
    return p.coeffs if isinstance(p, _numpy.poly1d) else p


class poly1d(_numpy.poly1d):
    """A polynomial by its coefficients, the highest power first; or, with r=True, by its roots.

    It is called, added, multiplied and divided as NumPy's, on the device of its coefficients. Functions of
    polynomials (polyadd, polyval ...) take it, and give one where NumPy gives one.
    """

    __hash__ = None
    _variable = "x"

    def __init__(self, c_or_r, r=False, variable=None):
        if isinstance(c_or_r, _numpy.poly1d):
            coefficients = _core.asarray(c_or_r.coeffs)
            self._variable = c_or_r.variable
        else:
            import numloom

            given = numloom.atleast_1d(numloom.poly(c_or_r) if r else numloom.asarray(c_or_r))
            if given.ndim > 1:
                raise ValueError("Polynomial must be 1d only.")
            coefficients = numloom.trim_zeros(given, "f")
            if coefficients.size == 0:
                coefficients = _core.zeros(1, dtype=given.dtype, device=given.device)
        self._coeffs = coefficients
        if variable is not None:
            self._variable = variable

    def __array__(self, dtype=None, copy=None):
        """The coefficients: NumPy's array on the CPU; on a GPU as they are, which numloom alone takes."""
        on_cpu = str(self.coeffs.device) == "cpu"
        return self.coeffs.__array__(dtype, copy=copy) if on_cpu else self.coeffs

    def __array_function__(self, function, types, args, kwargs):
        """NumPy's functions of polynomials, called with one of these: numloom's on its coefficients."""
        import numloom

        name = function.__name__
        if name != "roots" and not name.startswith("poly"):  # its coefficients as NumPy's array
            args = [_numpy.asarray(a) if isinstance(a, poly1d) else a for a in args]
            return function(*args, **kwargs)
        if name == "polyval" and isinstance(args[1], _numpy.poly1d):
            if _core.asarray(args[0]).ndim == 0:
                raise TypeError("[polyval] expected a vector of coefficients, got a number")
            return poly1d(args[0])(args[1])
        result = getattr(numloom, name)(*map(_plain, args), **{k: _plain(v) for k, v in kwargs.items()})
        if name in ("roots", "poly", "polyfit", "polyval"):
            return result
        if isinstance(result, tuple):
            return tuple(poly1d(part) for part in result)
        return poly1d(result)

    @property
    def roots(self):
        """Where it is zero."""
        import numloom

        return numloom.roots(self.coeffs)

    r = roots

    def get(self):
        """numpy.poly1d with the same coefficients on the host."""
        return _numpy.poly1d(self.coeffs.get(), variable=self.variable)

    def set(self, polynomial):
        """Takes over the coefficients and the variable of a numpy.poly1d."""
        self._coeffs = _core.asarray(polynomial.coeffs, device=self.coeffs.device)
        self._variable = polynomial.variable

    def __str__(self):
        return str(self.get())

    def __call__(self, val):
        import numloom

        if isinstance(val, _numpy.poly1d):  # by Horner's rule, in polynomials
            result, val = 0, poly1d(val)
            for coefficient in self.coeffs:
                result = result * val + coefficient
            return result
        return numloom.polyval(self.coeffs, val)

    def _with(self, name, other, reversed=False):
        import numloom

        pair = (self.coeffs, poly1d(other).coeffs)
        return poly1d(getattr(numloom, name)(*(pair[::-1] if reversed else pair)))

    def __neg__(self):
        return poly1d(-self.coeffs)

    def __mul__(self, other):
        return poly1d(self.coeffs * other) if _numpy.isscalar(other) else self._with("polymul", other)

    def __rmul__(self, other):
        return poly1d(other * self.coeffs) if _numpy.isscalar(other) else self._with("polymul", other, True)

    def __add__(self, other):
        return self._with("polyadd", other)

    def __radd__(self, other):
        return self._with("polyadd", other, True)

    def __sub__(self, other):
        return self._with("polysub", other)

    def __rsub__(self, other):
        return self._with("polysub", other, True)

    def __pow__(self, val):
        if not _numpy.isscalar(val) or int(val) != val or val < 0:
            raise ValueError("Power to non-negative integers only.")
        result = poly1d([1])
        for _ in range(val):
            result = self * result
        return result

    def __truediv__(self, other):
        import numloom

        if _numpy.isscalar(other):
            return poly1d(self.coeffs / other)
        return tuple(map(poly1d, numloom.polydiv(self.coeffs, poly1d(other).coeffs)))

    def __rtruediv__(self, other):
        import numloom

        if _numpy.isscalar(other):
            return poly1d(other / self.coeffs)
        return tuple(map(poly1d, numloom.polydiv(poly1d(other).coeffs, self.coeffs)))

    def __eq__(self, other):
        if not isinstance(other, _numpy.poly1d):
            return NotImplemented
        return len(self.coeffs) == len(other.coeffs) and bool(
            (self.coeffs == _core.asarray(other.coeffs)).all()
        )

    def __ne__(self, other):
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __getitem__(self, power):
        place = self.order - power
        return (
            self.coeffs[place] if 0 <= place <= self.order else _core.zeros((), dtype=self.coeffs.dtype)[()]
        )

    def __setitem__(self, power, value):
        if power < 0:
            raise ValueError("Does not support negative powers.")
        if power > self.order:
            missing = _core.zeros(power - self.order, dtype=self.coeffs.dtype, device=self.coeffs.device)
            self._coeffs = _core.concatenate((missing, self.coeffs))
        self._coeffs[self.order - power] = value

    def integ(self, m=1, k=0):
        """The m-th integral, with constants k."""
        import numloom

        return poly1d(numloom.polyint(self.coeffs, m=m, k=k))

    def deriv(self, m=1):
        """The m-th derivative."""
        import numloom

        return poly1d(numloom.polyder(self.coeffs, m=m))
