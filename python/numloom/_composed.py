# SPDX-License-Identifier: BSD-3-Clause
"""What is Python's own: dtypes, other objects than arrays, functions that are given as arguments."""

import collections.abc
import functools
import math

import numpy as _numpy
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from . import _core, _fallback
from ._core import ndarray
from ._errors import HostOnlyError

__all__ = [
    "apply_along_axis", "apply_over_axes", "asarray_chkfinite", "asnumpy", "astype", "can_cast",
    "common_type", "copyto", "get_array_module", "iscomplexobj", "isfortran", "isrealobj", "isscalar",
    "may_share_memory", "ndim", "piecewise", "promote_types", "require", "result_type", "shape",
    "shares_memory", "size",
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
    if not isinstance(a, ndarray) and hasattr(a, "__cuda_array_interface__"):
        a = _core.asarray(a)
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

    return numloom if any(isinstance(a, ndarray) for a in args) else _numpy


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
    if type(src) is int:
        number = _numpy.array(src, dtype=dst.dtype)  # NumPy's error where the dtype cannot hold it
        src = src if -(2**63) <= src < 2**64 else _core.asarray(number, device=dst.device)
    if where is None or isinstance(where, (bool, int, float, complex, str, _numpy.generic)):
        where = bool(where)
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
    target = {} if device is None else {"device": device}  # which NumPy's method, for objects, does not know
    return asarray(x).astype(dtype, copy=copy, **target)


def isscalar(element):
    """Is it a number, a string, or a result with a scalar's semantics?"""
    return element._is_scalar if isinstance(element, ndarray) else _numpy.isscalar(element)


def _gathered(a):
    """A list as an array of ours: NumPy could not read arrays in it that are on a GPU."""
    found = _core.asarray(a) if isinstance(a, (list, tuple)) else None
    return a if found is None else found


def shape(a):
    """The extents of the axes."""
    a = _gathered(a)
    return a.shape if isinstance(a, ndarray) else _numpy.shape(a)


def ndim(a):
    """The number of axes."""
    a = _gathered(a)
    return a.ndim if isinstance(a, ndarray) else _numpy.ndim(a)


def size(a, axis=None):
    """The number of elements, or of those along an axis or several."""
    a = _gathered(a)
    if not isinstance(a, ndarray):
        return _numpy.size(a, axis)
    if axis is None:
        return a.size
    return math.prod(a.shape[k] for k in normalize_axis_tuple(axis, a.ndim))


# ---- functions piece by piece and along axes ----


@_or_numpys
def piecewise(x, condlist, funclist, *args, **kw):
    """A function given piece by piece: each where its condition holds, the last elsewhere."""
    x = asarray(x)
    count = len(funclist)
    first = condlist if isscalar(condlist) else condlist[0]
    listed = isinstance(first, (list, ndarray, _numpy.ndarray)) and ndim(first) > 0
    if isscalar(condlist) or (not listed and x.ndim != 0):
        condlist = [condlist]
    conditions = [asarray(c, device=x.device).astype(bool, copy=False) for c in condlist]
    if len(conditions) == count - 1:
        covered = conditions[0]
        for condition in conditions[1:]:
            covered = covered | condition
        conditions.append(~covered)
    elif len(conditions) != count:
        n = len(conditions)
        raise ValueError(f"with {n} condition(s), either {n} or {n + 1} functions are expected")
    result = _core.zeros_like(x)
    for condition, function in zip(conditions, funclist):
        if not isinstance(function, collections.abc.Callable):
            result[condition] = function
            continue
        values = x[condition]
        if values.size > 0:
            result[condition] = function(values, *args, **kw)
    return result


@_or_numpys
def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    """What a function of vectors gives for each line along an axis."""
    arr = asarray(arr)
    axis = normalize_axis_index(axis, arr.ndim)
    lines = _core.moveaxis(arr, axis, -1)
    outer = lines.shape[:-1]
    if 0 in outer:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    rows = lines.reshape((math.prod(outer), lines.shape[-1]))
    results = []
    for row in rows:
        result = _core.asarray(func1d(row, *args, **kwargs))
        if not isinstance(result, ndarray):
            raise HostOnlyError("results that are not numbers")
        results.append(result)
    inner = results[0].shape
    joined = _core.stack([r.astype(results[0].dtype, copy=False) for r in results]).reshape(outer + inner)
    before = list(range(len(outer)))
    order = before[:axis] + list(range(len(outer), joined.ndim)) + before[axis:]
    return joined.transpose(order) if joined.ndim else joined


@_or_numpys
def apply_over_axes(func, a, axes):
    """A function applied over one axis after the other."""
    value = asarray(a)
    n = value.ndim
    for axis in [axes] if ndim(axes) == 0 else axes:
        axis = int(axis) + (n if axis < 0 else 0)
        result = func(value, axis)
        if result.ndim != value.ndim:
            result = _core.expand_dims(result, axis)
            if result.ndim != value.ndim:
                raise ValueError("function is not returning an array of the correct shape")
        value = result
    return value


# ---- kinds ----


def iscomplexobj(x):
    """Are the elements complex, whatever their values?"""
    x = _gathered(x)
    return x.dtype.kind == "c" if isinstance(x, ndarray) else _numpy.iscomplexobj(x)


def isrealobj(x):
    """Are the elements not complex?"""
    return not iscomplexobj(x)


def isfortran(a):
    """Contiguous in Fortran's order and not in C's?"""
    return a.flags.fnc


def common_type(*arrays):
    """The class of floats to which all the arrays can be brought."""
    kinds = [a.dtype if isinstance(a, ndarray) else _numpy.asarray(a).dtype for a in arrays]
    return _numpy.common_type(*(_numpy.empty(0, kind) for kind in kinds))


@_or_numpys
def require(a, dtype=None, requirements=None, *, like=None):
    """The array with the dtype and the flags that are asked for, itself where it has them."""
    wanted = {requirements} if isinstance(requirements, str) else set(requirements or ())
    known = {"C": "C", "C_CONTIGUOUS": "C", "CONTIGUOUS": "C", "F": "F", "F_CONTIGUOUS": "F", "FORTRAN": "F"}
    others = {"A", "ALIGNED", "W", "WRITEABLE", "O", "OWNDATA", "E", "ENSUREARRAY"}
    if not {w.upper() for w in wanted} <= known.keys() | others:
        raise KeyError(next(w for w in wanted if w.upper() not in known.keys() | others))
    wanted = {w.upper() for w in wanted}
    orders = {known[w] for w in wanted if w in known}
    if len(orders) > 1:
        raise ValueError("Cannot specify both 'C' and 'F' order")
    result = _core.asarray(a, dtype=dtype, order=orders.pop() if orders else "A")
    if not isinstance(result, ndarray):
        raise HostOnlyError("an array of numbers")
    lacks = wanted & {"O", "OWNDATA"} and not result.flags.owndata
    lacks = lacks or (wanted & {"W", "WRITEABLE"} and not result.flags.writeable)
    return result.copy() if lacks else result


@_or_numpys
def asarray_chkfinite(a, dtype=None, order=None):
    """An array without infinities and NaN; ValueError where there are some."""
    result = asarray(a, dtype=dtype)
    if order not in (None, "K", "A"):
        result = _core.asarray(result, order=order)
    if result.dtype.kind in "fc" and not bool(_core.isfinite(result).all()):
        raise ValueError("array must not contain infs or NaNs")
    return result


# ---- memory ----


class _Outline:
    """What NumPy needs to know of an array on a GPU to compare places in memory; it reads no element."""

    def __init__(self, array):
        facts = array.__cuda_array_interface__
        self.__array_interface__ = {
            "version": 3,
            "typestr": array.dtype.str,
            "shape": array.shape,
            "strides": array.strides,
            "data": (facts["data"][0] or 64, False),
        }


def _outline(x):
    if not isinstance(x, _core.ndarray):
        return x
    return x.to_numpy() if str(x.device) == "cpu" else _numpy.asarray(_Outline(x))


def shares_memory(a, b, /, max_work=-1):
    """Have two arrays an element in common? max_work bounds the search (TooHardError)."""
    return _numpy.shares_memory(_outline(a), _outline(b), max_work=max_work)


def may_share_memory(a, b, /, max_work=0):
    """Might two arrays have an element in common? By default only their bounds are compared."""
    return _numpy.may_share_memory(_outline(a), _outline(b), max_work=max_work)
