# SPDX-License-Identifier: BSD-3-Clause
"""pad(): a larger array, and its edges filled axis by axis, so that corners follow from the edges before."""

import numpy as _numpy

from . import _composed, _core
from ._composed import _or_numpys, asarray
from ._errors import HostOnlyError

__all__ = ["pad"]

_KEYWORDS = {
    "empty": (), "edge": (), "wrap": (), "constant": ("constant_values",), "linear_ramp": ("end_values",),
    "maximum": ("stat_length",), "mean": ("stat_length",), "median": ("stat_length",),
    "minimum": ("stat_length",), "reflect": ("reflect_type",), "symmetric": ("reflect_type",),
}  # fmt: skip
_STATISTICS = {"maximum": _core.max, "minimum": _core.min, "mean": _core.mean, "median": _core.median}


def _pairs(given, ndim, whole=False):
    """A pair (before, after) for each axis, from a number, a pair, or pairs."""
    if given is None:
        return [(None, None)] * ndim
    values = _numpy.asarray(_composed.asnumpy(given))
    if whole:
        values = _numpy.round(values).astype(_numpy.intp, copy=False)
        if (values < 0).any():
            raise ValueError("index can't contain negative values")
    return [tuple(pair) for pair in _numpy.broadcast_to(values, (ndim, 2)).tolist()]


def _widths(pad_width, ndim):
    if isinstance(pad_width, dict):
        widths = [(0, 0)] * ndim
        for axis, width in pad_width.items():
            widths[axis] = (width, width) if isinstance(width, int) else width
        pad_width = widths
    if _numpy.asarray(_composed.asnumpy(pad_width)).dtype.kind != "i":
        raise TypeError("`pad_width` must be of integral type.")
    return _pairs(pad_width, ndim, whole=True)


def _positions(mode, n, before, after):
    """For each element along an axis the element of the original that stands there."""
    at = _numpy.arange(-before, n + after)
    if mode == "edge" or (n == 1 and mode != "wrap"):
        return _numpy.clip(at, 0, n - 1)
    if mode == "wrap":
        return at % n
    period = 2 * n if mode == "symmetric" else 2 * (n - 1)
    at %= period
    return _numpy.where(at < n, at, period - at - (1 if mode == "symmetric" else 0))


def _by_position(a, widths, mode):
    if a.flags.fnc:
        return _by_position(a.T, widths[::-1], mode).T
    for axis, (before, after) in enumerate(widths):
        if before or after:
            at = asarray(_positions(mode, a.shape[axis], before, after), device=a.device)
            a = _core.take(a, at, axis=axis)
    return a.copy() if not any(map(any, widths)) else a


def _ramp(edge, end, width, axis, dtype, falling):
    line = _core.linspace(end, edge.squeeze(axis), num=width, endpoint=False, dtype=dtype, axis=axis)
    return _core.flip(line, axis) if falling else line


def _statistic(name, a, axis, length, from_end):
    n = a.shape[axis]
    length = n if length is None or length > n else length
    index = [slice(None)] * a.ndim
    index[axis] = slice(n - length, None) if from_end else slice(None, length)
    found = _STATISTICS[name](a[tuple(index)], axis=axis, keepdims=True)
    return _core.rint(found) if a.dtype.kind in "iu" and found.dtype.kind == "f" else found


def _filler(a, axis, mode, option, width, from_end):
    """What comes before (after) the array along an axis."""
    if mode == "constant":
        return option
    if mode == "linear_ramp":
        index = [slice(None)] * a.ndim
        index[axis] = slice(-1, None) if from_end else slice(None, 1)
        return _ramp(a[tuple(index)], option, width, axis, a.dtype, from_end)
    return _statistic(mode, a, axis, option, from_end)


def _by_value(a, widths, mode, options):
    shape = [n + before + after for n, (before, after) in zip(a.shape, widths)]
    inner = [slice(before, before + n) for n, (before, _) in zip(a.shape, widths)]
    order = "F" if a.flags.fnc else "C"
    padded = _core.empty(shape, dtype=a.dtype, order=order, device=a.device)
    padded[tuple(inner)] = a
    if mode == "empty":
        return padded
    for axis, (width, option) in enumerate(zip(widths, options)):
        # Axes before this one are whole by now, those after it are filled later.
        region = (slice(None),) * (axis + 1) + tuple(inner[axis + 1 :])
        core = padded[(slice(None),) * axis + tuple(inner[axis:])]
        places = (slice(None, width[0]), slice(inner[axis].stop, None))
        for side in (0, 1):
            if width[side] > 0:
                index = region[:axis] + (places[side],) + region[axis + 1 :]
                padded[index] = _filler(core, axis, mode, option[side], width[side], side == 1)
    return padded


@_or_numpys
def pad(array, pad_width, mode="constant", **kwargs):
    """The array with something around it."""
    a = asarray(array)
    widths = _widths(pad_width, a.ndim)
    if callable(mode):
        raise HostOnlyError("padding by a function")
    if mode not in _KEYWORDS:
        raise ValueError(f"mode '{mode}' is not supported")
    unsupported = set(kwargs) - set(_KEYWORDS[mode])
    if unsupported:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unsupported}")
    if a.size == 0 and mode not in ("constant", "empty"):
        for axis, width in enumerate(widths):
            if a.shape[axis] == 0 and any(width):
                raise ValueError(
                    f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'"
                )
        return _by_value(a, widths, "empty", widths)
    if mode in ("edge", "wrap", "reflect", "symmetric"):
        if kwargs.get("reflect_type", "even") != "even":
            raise HostOnlyError("reflection of another type")
        return _by_position(a, widths, mode)
    if mode in _STATISTICS:
        options = _pairs(kwargs.get("stat_length"), a.ndim, whole=True)
        if mode in ("maximum", "minimum") and any(0 in pair for pair in options):
            raise ValueError("stat_length of 0 yields no value for padding")
    else:
        options = _pairs(kwargs.get(_KEYWORDS[mode][0], 0) if mode != "empty" else 0, a.ndim)
    return _by_value(a, widths, mode, options)
