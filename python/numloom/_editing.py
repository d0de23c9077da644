# SPDX-License-Identifier: BSD-3-Clause
"""Parts chosen, replaced, put in or taken out; bits; functions along axes."""

import collections.abc
import math
import operator

import numpy as _numpy
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from . import _composed, _core
from ._composed import _along, _or_numpys, asarray, copyto
from ._core import ndarray
from ._errors import HostOnlyError

__all__ = [
    "append", "apply_along_axis", "apply_over_axes", "asarray_chkfinite", "choose", "common_type",
    "delete", "extract", "fill_diagonal", "insert", "iscomplexobj", "isfortran", "isrealobj", "packbits",
    "piecewise", "place", "put_along_axis", "putmask", "real_if_close", "require", "resize", "row_stack",
    "select", "trim_zeros", "unpackbits",
]  # fmt: skip


def _here(a, what):
    """The array that is to be changed: one of numloom."""
    if not isinstance(a, ndarray):
        raise HostOnlyError(f"{what} of an array that is not here")
    return a


# ---- put in, taken out ----


@_or_numpys
def append(arr, values, axis=None):
    """Values at the end."""
    arr = asarray(arr)
    values = asarray(values, device=arr.device)
    if axis is None:
        arr, values, axis = arr.ravel(), values.ravel(), 0
    return _core.concatenate((arr, values), axis=axis)


@_or_numpys
def resize(a, new_shape):
    """The elements again and again until the new shape is full."""
    a = asarray(a)
    shape = (int(new_shape),) if _composed.ndim(new_shape) == 0 else tuple(int(n) for n in new_shape)
    if any(n < 0 for n in shape):
        raise ValueError("all elements of `new_shape` must be non-negative")
    size = int(_numpy.prod(shape, dtype=_numpy.int64))
    if a.size == 0 or size == 0:
        return _core.zeros(shape, dtype=a.dtype, device=a.device)
    flat = a.ravel()
    if size <= a.size:
        return flat[:size].reshape(shape).copy()
    return _core.tile(flat, -(-size // a.size))[:size].reshape(shape)


def _flat_unless_axis(arr, axis):
    if axis is not None:
        return arr, normalize_axis_index(axis, arr.ndim)
    arr = arr if arr.ndim == 1 else arr.ravel()
    return arr, arr.ndim - 1


def _positions(obj, n):
    """An index of one axis as an int, or a NumPy array of ints (None: a mask was given, second result)."""
    if isinstance(obj, slice):
        return _numpy.arange(*obj.indices(n)), False
    if isinstance(obj, (int, _numpy.integer)) and not isinstance(obj, (bool, _numpy.bool_)):
        return int(obj), False
    listed = not isinstance(obj, (ndarray, _numpy.ndarray))
    found = _composed.asnumpy(obj)
    if found.size == 0 and listed:
        found = found.astype(_numpy.intp)
    if found.dtype == bool:
        return found, True
    if found.size == 1 and found.dtype.kind in "ui":
        return int(found.item()), False
    return found, False


@_or_numpys
def delete(arr, obj, axis=None):
    """Without the elements (slices along an axis) at these positions."""
    arr, axis = _flat_unless_axis(asarray(arr), axis)
    n = arr.shape[axis]
    at, is_mask = _positions(obj, n)
    if isinstance(at, int):
        if not -n <= at < n:
            raise IndexError(f"index {at} is out of bounds for axis {axis} with size {n}")
        at %= n
        parts = (
            arr[_along(arr.ndim, axis, slice(None, at))],
            arr[_along(arr.ndim, axis, slice(at + 1, None))],
        )
        return _core.concatenate(parts, axis=axis)
    if is_mask:
        if at.shape != (n,):
            raise ValueError(
                "boolean array argument obj to delete must be one dimensional and match the axis length of "
                f"{n}"
            )
        keep = ~at
    else:
        keep = _numpy.ones(n, bool)
        keep[at,] = False
    left = _core.compress(asarray(keep, device=arr.device), arr, axis=axis)
    return left.copy("F") if arr.flags.fnc else left


@_or_numpys
def insert(arr, obj, values, axis=None):
    """Values put before these positions."""
    arr, axis = _flat_unless_axis(asarray(arr), axis)
    n = arr.shape[axis]
    at, is_mask = _positions(obj, n)
    values = asarray(values, device=arr.device).astype(arr.dtype, copy=False)
    if isinstance(at, int):
        if not -n <= at <= n:
            raise IndexError(f"index {at} is out of bounds for axis {axis} with size {n}")
        at += n if at < 0 else 0
        values = values.reshape((1,) * (arr.ndim - values.ndim) + values.shape)
        if _composed.ndim(obj) == 0 and not isinstance(obj, slice):
            values = _core.moveaxis(values, 0, axis)
        shape = list(arr.shape)
        shape[axis] = values.shape[axis]
        parts = (
            arr[_along(arr.ndim, axis, slice(None, at))],
            _core.broadcast_to(values, shape),
            arr[_along(arr.ndim, axis, slice(at, None))],
        )
        return _core.concatenate(parts, axis=axis)
    if is_mask:
        if at.ndim != 1:
            raise ValueError("boolean array argument obj to insert must be one dimensional")
        at = _numpy.flatnonzero(at)
    elif at.ndim > 1:
        raise ValueError("index array argument obj to insert must be one dimensional or scalar")
    if isinstance(obj, slice) and at.size == 1:  # one place takes any number of values
        return insert(arr, int(at[0]), _core.moveaxis(values, axis, 0) if values.ndim > 1 else values, axis)
    if at.dtype.kind not in "iu":
        raise IndexError("arrays used as indices must be of integer (or boolean) type")
    if at.size == 0:
        return arr.copy()
    if (at < -n).any() or (at > n).any():
        wrong = at[(at < -n) | (at > n)][0]
        raise IndexError(f"index {wrong} is out of bounds for axis {axis} with size {n}")
    at = _numpy.where(at < 0, at + n, at)
    ranked = at.argsort(kind="stable")
    at = at.copy()
    at[ranked] += _numpy.arange(len(at))
    old = _numpy.ones(n + len(at), bool)
    old[at] = False
    shape = list(arr.shape)
    shape[axis] = len(old)
    order = "F" if arr.flags.fnc else "C"
    result = _core.empty(shape, dtype=arr.dtype, order=order, device=arr.device)
    result[_along(arr.ndim, axis, asarray(at, device=arr.device))] = values
    result[_along(arr.ndim, axis, asarray(_numpy.flatnonzero(old), device=arr.device))] = arr
    return result


@_or_numpys
def trim_zeros(filt, trim="fb", axis=None):
    """Without the zeros at the front and the back."""
    a = asarray(filt)
    trim = trim.lower()
    if trim not in {"fb", "bf", "f", "b"}:
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    axes = tuple(range(a.ndim)) if axis is None else normalize_axis_tuple(axis, a.ndim, argname="axis")
    if not axes:
        return filt
    mask, index = a != 0, [slice(None)] * a.ndim
    for k in axes:
        others = tuple(d for d in range(a.ndim) if d != k)
        used = _core.flatnonzero(mask.any(axis=others) if others else mask)
        if used.size == 0:
            index[k] = slice(0, 0)
            continue
        index[k] = slice(int(used[0]) if "f" in trim else None, int(used[-1]) + 1 if "b" in trim else None)
    return a[tuple(index)] if isinstance(filt, (ndarray, _numpy.ndarray)) else filt[index[0]]


def row_stack(tup, *, dtype=None, casting="same_kind"):
    """The older name of vstack."""
    return _composed.vstack(tup, dtype=dtype, casting=casting)


# ---- chosen ----


def _choice(value):
    return value if type(value) in (int, float, complex) else asarray(value)


@_or_numpys
def select(condlist, choicelist, default=0):
    """For each element the first choice whose condition holds."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    choices, default = [_choice(c) for c in choicelist], _choice(default)
    dtype = _composed.result_type(*choices, default)
    conditions = [asarray(c) for c in condlist]
    for i, condition in enumerate(conditions):
        if condition.dtype != bool:
            raise TypeError(f"invalid entry {i} in condlist: should be boolean ndarray")
    shape = _numpy.broadcast_shapes(
        *(c.shape for c in conditions), *(c.shape for c in (*choices, default) if isinstance(c, ndarray))
    )
    result = _core.full(shape, default, dtype=dtype, device=conditions[0].device)
    for condition, choice in zip(conditions[::-1], choices[::-1]):
        result = _core.where(condition, choice, result)
        if result.dtype != dtype:
            result = result.astype(dtype)
    return result


@_or_numpys
def choose(a, choices, out=None, mode="raise"):
    """For each element of a, the element of the choice with that number."""
    a = asarray(a)
    if a.dtype.kind not in "biu":
        raise TypeError(
            f"Cannot cast array data from {a.dtype!r} to dtype('int64') according to the rule 'safe'"
        )
    if mode not in ("raise", "wrap", "clip"):
        raise ValueError(f"clipmode not understood: {mode!r}")
    choices = [c if type(c) in (bool, int, float, complex) else asarray(c, device=a.device) for c in choices]
    if not choices:
        raise ValueError("choose: expected at least one choice")
    n = len(choices)
    a = a.astype(_numpy.intp, copy=False)
    if mode == "wrap":
        a = a % n
    elif mode == "clip":
        a = _core.clip(a, 0, n - 1)
    elif a.size and (int(a.min()) < 0 or int(a.max()) >= n):
        raise ValueError("invalid entry in choice array")
    dtype = _composed.result_type(*choices)
    choices = [asarray(c, device=a.device).astype(dtype, copy=False) for c in choices]
    shape = _numpy.broadcast_shapes(a.shape, *(c.shape for c in choices))
    result = _core.broadcast_to(choices[0], shape)
    for k, choice in enumerate(choices[1:], 1):
        result = _core.where(a == k, choice, result)
    if out is None:
        return result.copy()[()]
    copyto(out, result)
    return out


@_or_numpys
def piecewise(x, condlist, funclist, *args, **kw):
    """A function given piece by piece: each where its condition holds, the last elsewhere."""
    x = asarray(x)
    count = len(funclist)
    first = condlist if _composed.isscalar(condlist) else condlist[0]
    listed = isinstance(first, (list, ndarray, _numpy.ndarray)) and _composed.ndim(first) > 0
    if _composed.isscalar(condlist) or (not listed and x.ndim != 0):
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
def extract(condition, arr):
    """The elements for which a condition holds."""
    arr = asarray(arr)
    condition = asarray(condition, device=arr.device).ravel()
    return _core.take(arr.ravel(), _core.flatnonzero(condition))


# ---- replaced ----


@_or_numpys
def place(arr, mask, vals):
    """The first values to the places of the true elements of a mask, again from the start when used up."""
    if not isinstance(arr, ndarray):
        if isinstance(arr, _numpy.ndarray):
            raise HostOnlyError("an array of NumPy's")
        raise TypeError(f"argument 1 must be numpy.ndarray, not {type(arr).__name__}")
    mask = asarray(mask, device=arr.device).astype(bool, copy=False)
    if mask.size != arr.size:
        raise ValueError("place: mask and data must be the same size")
    at = _core.flatnonzero(mask.ravel())
    if at.size == 0:
        return
    values = _as_elements(vals, arr).ravel()
    if values.size == 0:
        raise ValueError("Cannot insert from an empty array!")
    _core.put(arr, at, values)


def _as_elements(values, target):
    """Values in the dtype of an array: numbers and lists are read as such, arrays must fit safely."""
    if isinstance(values, (ndarray, _numpy.ndarray)):
        values = asarray(values, device=target.device)
        if values.ndim and not _numpy.can_cast(values.dtype, target.dtype, "safe"):
            text = f"Cannot cast array data from {values.dtype!r} to {target.dtype!r}"
            raise TypeError(f"{text} according to the rule 'safe'")
    return asarray(values, dtype=target.dtype, device=target.device)


@_or_numpys
def putmask(a, /, mask, values):
    """values to the true places of a mask, each to its own; repeated when they are fewer."""
    a = _here(a, "putmask()")
    mask = asarray(mask, device=a.device).astype(bool, copy=False)
    if mask.size != a.size:
        raise ValueError("putmask: mask and data must be the same size")
    values = _as_elements(values, a)
    if values.size == 0:
        return
    at = _core.flatnonzero(mask.ravel())
    values = values.ravel()
    _core.put(a, at, values if values.size == 1 else _core.take(values, at, mode="wrap"))


@_or_numpys
def put_along_axis(arr, indices, values, axis=-1):
    """Values to positions along an axis, as argsort() and others give them."""
    arr = _here(arr, "put_along_axis()")
    indices = asarray(indices, device=arr.device)
    if indices.dtype.kind not in "iu":
        raise IndexError("`indices` must be an integer array")
    if axis is None:
        if indices.ndim != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        values = _core.broadcast_to(asarray(values, device=arr.device), indices.shape)
        n = arr.size
        _core.put(arr, indices, values)
        return
    axis = normalize_axis_index(axis, arr.ndim)
    if indices.ndim != arr.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    index = []
    for k, n in enumerate(arr.shape):
        if k == axis:
            index.append(indices)
        else:
            index.append(_core.arange(n, device=arr.device).reshape((-1,) + (1,) * (arr.ndim - k - 1)))
    arr[tuple(index)] = values


@_or_numpys
def fill_diagonal(a, val, wrap=False):
    """Values to the main diagonal, in place."""
    a = _here(a, "fill_diagonal()")
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    end = None
    if a.ndim == 2:
        step = a.shape[1] + 1
        if not wrap:
            end = a.shape[1] * a.shape[1]
    else:
        if len(set(a.shape)) > 1:
            raise ValueError("All dimensions of input must be of equal length")
        step = 1 + int(_numpy.cumprod(a.shape[:-1]).sum())
    at = _core.arange(0, a.size if end is None else min(end, a.size), step, device=a.device)
    values = asarray(val, device=a.device)
    if at.size and values.size:
        _core.put(a, at, values.astype(a.dtype, copy=False))


# ---- functions along axes ----


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
    for axis in [axes] if _composed.ndim(axes) == 0 else axes:
        axis = int(axis) + (n if axis < 0 else 0)
        result = func(value, axis)
        if result.ndim != value.ndim:
            result = _core.expand_dims(result, axis)
            if result.ndim != value.ndim:
                raise ValueError("function is not returning an array of the correct shape")
        value = result
    return value


# ---- bits ----


def _bit_order(bitorder):
    if not isinstance(bitorder, str):
        raise TypeError(f"bitorder must be a str, not {type(bitorder).__name__}")
    if bitorder not in ("big", "little"):
        raise ValueError("'order' must be either 'little' or 'big'")
    return bitorder == "big"


@_or_numpys
def packbits(a, /, axis=None, bitorder="big"):
    """Eight truth values a byte."""
    big, a = _bit_order(bitorder), asarray(a)
    if a.dtype.kind not in "biu":
        raise TypeError("Expected an input array of integer or boolean data type")
    if axis is None or a.ndim == 0:
        a, axis = a.ravel(), 0 if axis is None else axis
    axis = normalize_axis_index(axis, a.ndim)
    bits = _core.moveaxis(a != 0, axis, -1)
    rest = -bits.shape[-1] % 8
    if rest:
        zeros = _core.zeros((*bits.shape[:-1], rest), dtype=bool, device=a.device)
        bits = _core.concatenate((bits, zeros), axis=-1)
    bits = bits.reshape((*bits.shape[:-1], bits.shape[-1] // 8, 8)).astype(_numpy.uint8)
    shifts = asarray(_numpy.arange(8, dtype=_numpy.uint8)[:: -1 if big else 1], device=a.device)
    packed = _core.left_shift(bits, shifts).sum(axis=-1, dtype=_numpy.uint8)
    return _core.ascontiguousarray(_core.moveaxis(packed, -1, axis))


@_or_numpys
def unpackbits(a, /, axis=None, count=None, bitorder="big"):
    """The bits of bytes as zeros and ones."""
    big, a = _bit_order(bitorder), asarray(a)
    if a.dtype != _numpy.uint8:
        raise TypeError("Expected an input array of unsigned byte data type")
    if axis is None or a.ndim == 0:
        a, axis = a.ravel(), 0 if axis is None else axis
    axis = normalize_axis_index(axis, a.ndim)
    shifts = asarray(_numpy.arange(8, dtype=_numpy.uint8)[:: -1 if big else 1], device=a.device)
    moved = _core.moveaxis(a, axis, -1)
    bits = _core.right_shift(moved[..., None], shifts) & _numpy.uint8(1)
    bits = bits.reshape((*moved.shape[:-1], moved.shape[-1] * 8))
    if count is not None:
        count = operator.index(count)
        total = bits.shape[-1]
        if count < 0:
            if -count > total:
                raise ValueError(f"-count larger than number of elements ({count} vs {total})")
            count += total
        if count > total:
            zeros = _core.zeros((*bits.shape[:-1], count - total), dtype=_numpy.uint8, device=a.device)
            bits = _core.concatenate((bits, zeros), axis=-1)
        bits = bits[..., :count]
    return _core.ascontiguousarray(_core.moveaxis(bits, -1, axis))


# ---- kinds ----


def iscomplexobj(x):
    """Are the elements complex, whatever their values?"""
    return x.dtype.kind == "c" if isinstance(x, ndarray) else _numpy.iscomplexobj(x)


def isrealobj(x):
    """Are the elements not complex?"""
    return not iscomplexobj(x)


def isfortran(a):
    """Contiguous in Fortran's order and not in C's?"""
    return a.flags.fnc


@_or_numpys
def real_if_close(a, tol=100):
    """The real parts, where all imaginary parts are close to zero."""
    a = asarray(a)
    if a.dtype.kind != "c":
        return a
    if tol > 1:
        tol = _numpy.finfo(a.dtype).eps * tol
    return a.real if bool((_core.absolute(a.imag) < float(tol)).all()) else a


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
