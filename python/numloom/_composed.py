# SPDX-License-Identifier: BSD-3-Clause
"""Functions that are a few calls of others: nothing here touches an element by itself."""

import builtins
import functools
import math
import warnings

import numpy as _numpy
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from . import _core, _fallback
from ._core import concatenate, ndarray
from ._errors import HostOnlyError

__all__ = [
    "allclose", "angle", "around", "array_equal", "array_equiv", "asnumpy", "astype", "atleast_1d",
    "atleast_2d", "atleast_3d", "average", "can_cast", "column_stack", "copyto", "diff", "dsplit", "dstack",
    "fix", "fliplr", "flipud", "get_array_module", "hsplit", "hstack", "imag", "isclose", "iscomplex",
    "isneginf", "isposinf", "isreal", "isscalar", "matrix_transpose", "may_share_memory", "ndim",
    "promote_types", "ptp", "real", "result_type", "rollaxis", "rot90", "round", "shape", "shares_memory",
    "size", "trace", "tril", "triu", "unstack", "vsplit", "vstack",
]  # fmt: skip


def asarray(a, dtype=None, device=None) -> ndarray:
    """The object as an array of numloom; HostOnlyError where only NumPy can hold it, or has rules for it."""
    special = isinstance(a, _numpy.ndarray) and type(a) is not _numpy.ndarray and a.__array_priority__ > 0
    found = None if special else _core.asarray(a, dtype=dtype, device=device)
    if not isinstance(found, ndarray):
        raise HostOnlyError(f"expected an array of numbers, got {type(a).__name__}")
    return found


def _or_numpys(function):
    """Hands a call with arrays that only NumPy can hold (strings, objects, masked) on to NumPy."""

    @functools.wraps(function)
    def composed(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except HostOnlyError:
            return _fallback.call_function(function.__name__, *args, **kwargs)

    return composed


# ---- between the host and the device ----


def asnumpy(a, dtype=None, order=None, out=None, *, stream=None, blocking=True):
    """A NumPy array of the same elements: over the same memory on the CPU, a copy from a GPU.

    As CuPy's, it takes `out`, a NumPy array of that shape that is filled and returned, and `stream`, whose
    work is waited for first. It always waits (`blocking`).
    """
    if stream is not None:
        stream.synchronize()
    host = a.to_numpy() if isinstance(a, ndarray) else a
    if order == "A":
        order = "F" if isinstance(a, ndarray) and a.flags.fnc else "C"
    if out is None:
        return _numpy.asarray(host, dtype=dtype, order=order)
    if not isinstance(out, _numpy.ndarray):
        raise TypeError(f"[asnumpy] expected a numpy.ndarray for out, got {type(out).__name__}")
    if out.shape != _numpy.shape(host):
        raise ValueError(f"[asnumpy] out: expected shape {_numpy.shape(host)}, got {out.shape}")
    if out.dtype != _numpy.asarray(host).dtype:
        raise TypeError(f"[asnumpy] out: expected dtype {_numpy.asarray(host).dtype}, got {out.dtype}")
    out[...] = host
    return out


def get_array_module(*args):
    """The module whose functions these arrays belong to: numloom, or numpy when none of them is numloom's."""
    import numloom

    return numloom if builtins.any(isinstance(a, ndarray) for a in args) else _numpy


def _along(ndim, axis, index):
    """An index of one axis, the others whole."""
    whole = [slice(None)] * ndim
    whole[axis] = index
    return tuple(whole)


def _readable(source, target, casting):
    """The source of a copy as an array; NumPy converts what no array here can hold."""
    try:
        return asarray(source, device=target.device)
    except TypeError:
        host = _numpy.asarray(source)
        if not _numpy.can_cast(host.dtype, target.dtype, casting):
            raise TypeError(
                f"Cannot cast array data from {host.dtype!r} to {target.dtype!r} "
                f"according to the rule '{casting}'"
            ) from None
        return _core.asarray(host.astype(target.dtype), device=target.device)


def copyto(dst, src, casting="same_kind", where=True):
    """Copies values to an array with broadcasting and casting."""
    if not isinstance(dst, ndarray):
        src, where = (x.to_numpy() if isinstance(x, ndarray) else x for x in (src, where))
        return _numpy.copyto(dst, src, casting, where)
    if isinstance(src, _numpy.generic) or not isinstance(src, (ndarray, bool, int, float, complex)):
        src = _readable(src, dst, casting)
    weak = () if casting in ("no", "equiv") else (dst.dtype,)  # a number of Python's takes the array's dtype
    kind = src.dtype if isinstance(src, ndarray) else _numpy.result_type(*weak, src)
    if not _numpy.can_cast(kind, dst.dtype, casting):
        raise TypeError(
            f"Cannot cast array data from {kind!r} to {dst.dtype!r} according to the rule '{casting}'"
        )
    if where is True:
        dst[...] = src
        return None
    mask = asarray(where, device=dst.device)
    if isinstance(where, (list, tuple)):
        mask = mask.astype(bool)
    if mask.dtype != bool:
        raise TypeError(f"[copyto] expected a mask of bools, got {mask.dtype!r}")
    _core._copy_where(dst, src, mask)
    return None


# ---- dtypes ----


def _typed(a):
    return a.dtype if isinstance(a, ndarray) else a


def result_type(*arrays_and_dtypes):
    """The dtype that NumPy's promotion gives; Python numbers are weak."""
    return _numpy.result_type(*(_typed(a) for a in arrays_and_dtypes))


def can_cast(from_, to, casting="safe"):
    """May one dtype be cast to another under that rule?"""
    return _numpy.can_cast(_typed(from_), to, casting)


def promote_types(type1, type2):
    """The smallest dtype to which both cast safely."""
    return _numpy.promote_types(type1, type2)


@_or_numpys
def astype(x, dtype, /, *, copy=True, device=None):
    """The elements converted to another dtype."""
    return asarray(x).astype(dtype, copy=copy, device=device)


def isscalar(element):
    """Is it a number, a string, or a result with a scalar's semantics?"""
    return element._is_scalar if isinstance(element, ndarray) else _numpy.isscalar(element)


def shape(a):
    """The extents of the axes."""
    return a.shape if isinstance(a, ndarray) else _numpy.shape(a)


def ndim(a):
    """The number of axes."""
    return a.ndim if isinstance(a, ndarray) else _numpy.ndim(a)


def size(a, axis=None):
    """The number of elements, or of those along an axis or several."""
    if not isinstance(a, ndarray):
        return _numpy.size(_core.empty(0) if a is None else a, axis)
    if axis is None:
        return a.size
    return math.prod(a.shape[k] for k in normalize_axis_tuple(axis, a.ndim))


# ---- parts and rounding ----


@_or_numpys
def real(val):
    """The real parts: a view."""
    return val.real if isinstance(val, (int, float, complex)) else asarray(val).real


@_or_numpys
def imag(val):
    """The imaginary parts: a view of a complex array."""
    return val.imag if isinstance(val, (int, float, complex)) else asarray(val).imag


@_or_numpys
def angle(z, deg=False):
    """The argument of complex numbers."""
    z = asarray(z)
    result = _core.arctan2(z.imag if z.dtype.kind == "c" else 0, z.real)
    return _core.rad2deg(result) if deg else result


@_or_numpys
def round(a, decimals=0, out=None):
    """Rounded to that many decimals, halves to even."""
    a = asarray(a)
    if a.dtype.kind == "b":
        if decimals != 0:
            raise TypeError(f"[round] expected numbers for decimals={decimals}, got a bool array")
        a = a.astype(_numpy.float16)
    if a.dtype.kind in "iu":
        if decimals >= 0:
            result = _core.positive(a) if out is None else copyto(out, a, "unsafe") or out
            return result
        scale = 10.0**-decimals
        result = (_core.rint(a / scale) * scale).astype(a.dtype)
        return result if out is None else copyto(out, result, "unsafe") or out
    if decimals == 0:
        return _core.rint(a, out=out)
    scale = 10.0 ** builtins.abs(decimals)
    if decimals > 0:
        return _core.divide(_core.rint(a * scale), scale, out=out)
    return _core.multiply(_core.rint(a / scale), scale, out=out)


around = round


@_or_numpys
def fix(x, out=None):
    """Rounded towards zero."""
    return _core.trunc(x, out=out)


@_or_numpys
def iscomplex(x):
    """True where the imaginary part is not zero."""
    return asarray(x).imag != 0


@_or_numpys
def isreal(x):
    """True where the imaginary part is zero."""
    return asarray(x).imag == 0


@_or_numpys
def isposinf(x, out=None):
    """True where the element is positive infinity."""
    return _core.logical_and(_core.isinf(x), ~_core.signbit(x), out=out)


@_or_numpys
def isneginf(x, out=None):
    """True where the element is negative infinity."""
    return _core.logical_and(_core.isinf(x), _core.signbit(x), out=out)


# ---- comparison ----


def _report_tolerances(rtol, atol):
    """NumPy's report of tolerances that are not finite."""
    if bool(_core.isfinite(atol).all()) and bool(_core.isfinite(rtol).all()):
        return
    text = f"One of rtol or atol is not valid, atol: {atol}, rtol: {rtol}"
    mode = _numpy.geterr()["invalid"]
    if mode == "warn":
        warnings.warn(text, RuntimeWarning, stacklevel=4)
    elif mode == "raise":
        raise FloatingPointError(text)
    elif mode == "print":
        print(text)


@_or_numpys
def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """True where two arrays agree within a tolerance."""
    x, y, rtol, atol = (v if isinstance(v, (int, float, complex)) else asarray(v) for v in (a, b, rtol, atol))
    if type(rtol) is not float or type(atol) is not float or rtol - rtol != 0 or atol - atol != 0:
        _report_tolerances(rtol, atol)
    if isinstance(y, ndarray):
        y = y.astype(_numpy.result_type(y.dtype, 1.0), copy=False)
    elif isinstance(y, int):
        y = float(y)
    with _numpy.errstate(invalid="ignore"):
        if not isinstance(x, ndarray) and not isinstance(y, ndarray):
            x = asarray(x)
        distance = _core.abs(_core.subtract(x, y))
        magnitude = _core.abs(y) if isinstance(y, ndarray) else builtins.abs(y)
        allowed = atol + rtol * magnitude  # of numbers a number, which adapts to the distance's dtype
        close = _core.less_equal(distance, allowed) & _core.isfinite(y) | _core.equal(x, y)
    if equal_nan:
        close = close | (_core.isnan(x) & _core.isnan(y))
    return close[()]


@_or_numpys
def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Do two arrays agree within a tolerance?"""
    return bool(isclose(a, b, rtol, atol, equal_nan).all())


@_or_numpys
def array_equal(a1, a2, equal_nan=False):
    """Have two arrays the same shape and elements?"""
    try:
        x, y = asarray(a1), asarray(a2)
    except HostOnlyError:
        raise
    except Exception:
        return False
    if x.shape != y.shape:
        return False
    equal = x == y
    if equal_nan and x.dtype.kind in "fc" and y.dtype.kind in "fc":
        equal = equal | (_core.isnan(x) & _core.isnan(y))
    return bool(equal.all())


@_or_numpys
def array_equiv(a1, a2):
    """Have two arrays the same elements after broadcasting?"""
    try:
        return bool((asarray(a1) == asarray(a2)).all())
    except ValueError:
        return False


# ---- shapes and joins ----


def _at_least(arrays, expand):
    results = tuple(expand(asarray(a)) for a in arrays)
    return results[0] if len(results) == 1 else results


@_or_numpys
def atleast_1d(*arys):
    """Each array with one dimension or more."""
    return _at_least(arys, lambda a: a.reshape(1) if a.ndim == 0 else a)


@_or_numpys
def atleast_2d(*arys):
    """Each array with two dimensions or more."""
    return _at_least(arys, lambda a: a.reshape(1, 1) if a.ndim == 0 else a[None, :] if a.ndim == 1 else a)


def _to_3d(a):
    if a.ndim == 0:
        return a.reshape(1, 1, 1)
    return a[None, :, None] if a.ndim == 1 else a[:, :, None] if a.ndim == 2 else a


@_or_numpys
def atleast_3d(*arys):
    """Each array with three dimensions or more."""
    return _at_least(arys, _to_3d)


def _listed(arrays):
    if isinstance(arrays, ndarray):
        return list(arrays)
    if not hasattr(arrays, "__getitem__"):
        raise TypeError('arrays to stack must be passed as a "sequence" type such as list or tuple.')
    return list(arrays)


@_or_numpys
def vstack(tup, *, dtype=None, casting="same_kind"):
    """Arrays joined as rows."""
    return concatenate([atleast_2d(a) for a in _listed(tup)], 0, dtype=dtype, casting=casting)


@_or_numpys
def hstack(tup, *, dtype=None, casting="same_kind"):
    """Arrays joined along the second axis, vectors along the first."""
    arrays = [atleast_1d(a) for a in _listed(tup)]
    axis = 0 if arrays and arrays[0].ndim == 1 else 1
    return concatenate(arrays, axis, dtype=dtype, casting=casting)


@_or_numpys
def dstack(tup):
    """Arrays joined along the third axis."""
    return concatenate([atleast_3d(a) for a in _listed(tup)], 2)


@_or_numpys
def column_stack(tup):
    """Vectors joined as columns."""
    arrays = [asarray(a) for a in _listed(tup)]
    return concatenate([a.reshape(-1, 1) if a.ndim < 2 else a for a in arrays], 1)


@_or_numpys
def unstack(x, /, *, axis=0):
    """The slices along an axis, as a tuple."""
    x = asarray(x)
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    return tuple(_core.moveaxis(x, axis, 0))


@_or_numpys
def vsplit(ary, indices_or_sections):
    """Sections along the first axis."""
    if ndim(ary) < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return _core.split(ary, indices_or_sections, 0)


@_or_numpys
def hsplit(ary, indices_or_sections):
    """Sections along the second axis, of vectors along the first."""
    if ndim(ary) == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return _core.split(ary, indices_or_sections, 1 if ndim(ary) > 1 else 0)


@_or_numpys
def dsplit(ary, indices_or_sections):
    """Sections along the third axis."""
    if ndim(ary) < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return _core.split(ary, indices_or_sections, 2)


@_or_numpys
def fliplr(m):
    """The second axis reversed."""
    m = asarray(m)
    if m.ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return m[:, ::-1]


@_or_numpys
def flipud(m):
    """The first axis reversed."""
    m = asarray(m)
    if m.ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return m[::-1, ...]


@_or_numpys
def rot90(m, k=1, axes=(0, 1)):
    """Turned by 90 degrees k times."""
    m = asarray(m)
    first, second = axes
    if len(axes) != 2 or first % m.ndim == second % m.ndim:
        raise ValueError("Axes must be different.")
    k %= 4
    if k == 0:
        return m[:]
    if k == 2:
        return _core.flip(_core.flip(m, first), second)
    if k == 1:
        return _core.flip(m, second).swapaxes(first, second)
    return _core.flip(m.swapaxes(first, second), second)


@_or_numpys
def rollaxis(a, axis, start=0):
    """An axis moved until it lies before another."""
    a = asarray(a)
    axis = normalize_axis_index(axis, a.ndim)
    start = start + a.ndim if start < 0 else start
    if not 0 <= start < a.ndim + 1:
        raise _numpy.exceptions.AxisError(
            f"'start' arg requires {-a.ndim} <= start < {a.ndim + 1}, but {start} was passed in"
        )
    return _core.moveaxis(a, axis, start - 1 if axis < start else start)


@_or_numpys
def matrix_transpose(x, /):
    """The last two axes exchanged: a view."""
    x = asarray(x)
    if x.ndim < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {x.ndim}")
    return x.mT


# ---- statistics and differences ----


@_or_numpys
def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    """Weighted mean."""
    a = asarray(a)
    if weights is None:
        mean = a.mean(axis, keepdims=keepdims)
        if not returned:
            return mean
        count = mean.dtype.type(a.size / builtins.max(mean.size, 1))
        return mean, _core._adopt(_numpy.full(mean.shape, count), mean.device, mean._is_scalar)
    w = asarray(weights, device=a.device)
    if isinstance(axis, tuple) and w.shape != a.shape:
        raise HostOnlyError("weights over several axes")
    if w.shape != a.shape:
        if axis is None:
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        if w.ndim != 1 or w.shape[0] != a.shape[axis]:
            raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
        w = _core.broadcast_to(w, (*(1,) * (a.ndim - 1), w.shape[0])).swapaxes(-1, axis)
    dtype = _numpy.result_type(a.dtype, w.dtype, *([_numpy.float64] if a.dtype.kind in "biu" else []))
    total = w.sum(axis, dtype=dtype, keepdims=keepdims)
    if bool((total == 0).any()):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    mean = _core.multiply(a, w, dtype=dtype).sum(axis, keepdims=keepdims) / total
    return (mean, _core.broadcast_to(total, mean.shape).copy()) if returned else mean


@_or_numpys
def ptp(a, axis=None, out=None, keepdims=False):
    """Largest minus smallest element."""
    a = asarray(a)
    return _core.subtract(a.max(axis, keepdims=keepdims), a.min(axis, keepdims=keepdims), out=out)


@_or_numpys
def diff(a, n=1, axis=-1, prepend=None, append=None):
    """Differences of neighbours along an axis, n times."""
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    if n == 0:
        return a
    a = asarray(a)
    if a.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = normalize_axis_index(axis, a.ndim)
    edge = list(a.shape)
    edge[axis] = 1
    ends = [asarray(e) if e is not None else None for e in (prepend, append)]
    before, after = (_core.broadcast_to(e, tuple(edge)) if e is not None and e.ndim == 0 else e for e in ends)
    parts = [p for p in (before, a, after) if p is not None]
    a = concatenate(parts, axis) if len(parts) > 1 else a
    operation = _core.not_equal if a.dtype == bool else _core.subtract
    upper = [slice(None)] * a.ndim
    lower = list(upper)
    upper[axis], lower[axis] = slice(1, None), slice(None, -1)
    for _ in range(n):
        a = operation(a[tuple(upper)], a[tuple(lower)])
    return a


@_or_numpys
def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    """Sum of a diagonal."""
    return asarray(a).trace(offset, axis1, axis2, dtype, out)


def _triangle(m, k, keeps):
    m = asarray(m)
    rows = _core.arange(m.shape[-2] if m.ndim > 1 else m.shape[0], device=m.device)[:, None]
    columns = _core.arange(m.shape[-1], device=m.device)[None, :]
    return _core.where(keeps(columns - rows, k), m, _core.zeros((), m.dtype, device=m.device))


@_or_numpys
def tril(m, k=0):
    """The lower triangle; zeros above the k-th diagonal."""
    return _triangle(m, k, _core.less_equal)


@_or_numpys
def triu(m, k=0):
    """The upper triangle; zeros below the k-th diagonal."""
    return _triangle(m, k, _core.greater_equal)


# ---- memory ----


class _Outline:
    """What NumPy needs to know of an array to compare places in memory; it reads no element."""

    def __init__(self, array):
        facts = array.__cuda_array_interface__ if str(array.device) != "cpu" else array.__array_interface__
        self.__array_interface__ = {
            "version": 3,
            "typestr": array.dtype.str,
            "shape": array.shape,
            "strides": array.strides,
            "data": (facts["data"][0] or 64, False),
        }


def _outline(x):
    return _numpy.asarray(_Outline(x)) if isinstance(x, _core.ndarray) else x


def shares_memory(a, b, /, max_work=-1):
    """Have two arrays an element in common? max_work bounds the search (TooHardError)."""
    return _numpy.shares_memory(_outline(a), _outline(b), max_work=max_work)


def may_share_memory(a, b, /, max_work=0):
    """Might two arrays have an element in common? By default only their bounds are compared."""
    return _numpy.may_share_memory(_outline(a), _outline(b), max_work=max_work)
