# SPDX-License-Identifier: BSD-3-Clause
"""Arrays from index expressions, np.mgrid[...] and np.r_[...], and from functions of Python's."""

import math

import numpy as _numpy

from . import _core, _fallback
from ._composed import asarray

__all__ = ["c_", "fromfunction", "mask_indices", "mgrid", "ogrid", "r_", "vectorize"]
_COMPLEX = (complex, _numpy.complexfloating)


class _Grid:
    """Coordinates of a grid: np.mgrid[0:3, -1:1:5j]. A step such as 5j is a number of points, ends included.

    `mgrid` gives one array of shape (dimensions, ...), `ogrid` a tuple of arrays that broadcast to it; with
    one slice alone, both give a 1-d array. The arrays are on the current device.
    """

    def __init__(self, sparse):
        self._sparse = sparse

    def __getitem__(self, key):
        if isinstance(key, slice):
            return _line(key)
        steps = [_start_step_length(part) for part in key]
        kind = _numpy.result_type(*map(_kind, key)) if key else _numpy.dtype(int)
        if self._sparse:
            lines = [_core.arange(n, dtype=kind) * step + start for start, step, n in steps]
            count = len(lines)
            return tuple(
                line[tuple(slice(None) if i == k else None for i in range(count))]
                for k, line in enumerate(lines)
            )
        grid = _core.indices([n for *_, n in steps], kind)
        for k, (start, step, _) in enumerate(steps):
            grid[k] = grid[k] * step + start
        return grid


def _start_step_length(part):
    """Of a slice in a grid: the first number, the distance, how many."""
    start = 0 if part.start is None else part.start
    step = 1 if part.step is None else part.step
    if isinstance(step, _COMPLEX):
        count = int(abs(step))
        return start, (part.stop - start) / float(count - 1) if count > 1 else float(count), count
    return start, step, max(math.ceil((part.stop - start) / step), 0)


def _kind(part):
    """The dtype that a slice asks for."""
    step = 1 if part.step is None else part.step
    step = abs(step) if isinstance(step, _COMPLEX) else step
    return _numpy.result_type(0 if part.start is None else part.start, part.stop, step)


def _line(part):
    """The numbers of one slice."""
    if isinstance(part.step, _COMPLEX):
        start, step, count = _start_step_length(part)
        return _core.arange(count, dtype=_kind(part)) * step + start
    start, step = 0 if part.start is None else part.start, 1 if part.step is None else part.step
    return _core.arange(start, part.stop, step)


class _Joiner:
    """Slices, numbers and arrays joined along an axis: np.r_[1:4, 0, a]; np.c_[a, b] joins columns.

    A first entry "axis,ndmin,trans1d" says otherwise, as numpy.r_ explains. Directives for matrices, and what
    no device holds, give NumPy's results.
    """

    def __init__(self, numpys, axis, ndmin, trans1d):
        self._numpys = numpys
        self._rule = axis, ndmin, trans1d

    def __getitem__(self, key):
        entries = key if isinstance(key, tuple) else (key,)
        axis, ndmin, trans1d = self._rule
        if entries and isinstance(entries[0], str):
            if not any(character.isdigit() for character in entries[0]):  # matrices, and what raises
                return self._numpys[_on_host(key)]
            try:
                given = [int(word) for word in entries[0].split(",")]
                axis, ndmin, trans1d = (*given, *self._rule[len(given) :])[:3]
            except ValueError as error:
                raise ValueError(f"unknown special directive {entries[0]!r}") from error
            entries = entries[1:]
        if any(isinstance(entry, str) for entry in entries):
            raise ValueError("special directives must be the first entry.")
        parts = [_part(entry, ndmin, trans1d) for entry in entries]
        if not all(_is_number(part) or _fallback.holds(part.dtype) for part in parts):
            return self._numpys[_on_host(key)]
        kinds = [part if _is_number(part) else part.dtype for part in parts]
        dtype = _numpy.result_type(*kinds) if kinds else None
        made = [_core.array(part, dtype=dtype, copy=None, ndmin=ndmin) for part in parts]
        return _core.concatenate(made, axis=axis)

    def __len__(self):
        return 0


def _is_number(entry):
    """A number of Python's, which has no dtype of its own."""
    return isinstance(entry, (bool, int, float, complex)) and not isinstance(entry, _numpy.generic)


def _part(entry, ndmin, trans1d):
    """One entry of r_ with as many dimensions as asked for; numbers stay numbers, for the dtype's sake."""
    if _is_number(entry):
        return entry
    if isinstance(entry, slice):
        step = entry.step
        start = 0 if entry.start is None else entry.start
        line = (
            _core.linspace(start, entry.stop, num=int(abs(step)))
            if isinstance(step, _COMPLEX)
            else _core.arange(start, entry.stop, 1 if step is None else step)
        )
        line = _core.array(line, copy=None, ndmin=ndmin)
        return line if ndmin == 1 or trans1d == -1 else _core.swapaxes(line, -1, trans1d)
    array = asarray(entry)
    missing = ndmin - array.ndim
    if missing <= 0 or not _fallback.holds(array.dtype):
        return array
    grown = _core.array(array, copy=None, ndmin=ndmin)
    if trans1d == -1:
        return grown
    first = trans1d + missing + 1 if trans1d < 0 else trans1d
    axes = list(range(ndmin))
    return grown.transpose(axes[:first] + axes[missing:] + axes[first:missing])


def _on_host(key):
    """An index expression with NumPy's arrays in it."""
    entries = key if isinstance(key, tuple) else (key,)
    return tuple(entry.to_numpy() if isinstance(entry, _core.ndarray) else entry for entry in entries)


mgrid = _Grid(sparse=False)
ogrid = _Grid(sparse=True)
r_ = _Joiner(_numpy.r_, 0, 1, -1)
c_ = _Joiner(_numpy.c_, -1, 2, 0)


def fromfunction(function, shape, *, dtype=float, like=None, **kwargs):
    """What a function gives for the indices of each position."""
    if like is not None and not isinstance(like, _core.ndarray):
        return _numpy.fromfunction(function, shape, dtype=dtype, like=like, **kwargs)
    return function(*_core.indices(shape, dtype=dtype), **kwargs)


def mask_indices(n, mask_func, k=0):
    """Indices of an (n, n) array that a function such as triu leaves."""
    return tuple(_core.nonzero(mask_func(_core.ones((n, n), int), k) != 0))


_HOLDING_ARRAYS = frozenset((_core.ndarray, tuple, list))


def _for_numpy(function):
    """The function, its results as NumPy's arrays and scalars."""

    def called(*args, **kwargs):
        result = function(*args, **kwargs)
        return _fallback.to_host(result) if type(result) in _HOLDING_ARRAYS else result

    return called


class vectorize(_numpy.vectorize):
    """numpy.vectorize: the function is called on the host, for one element at a time; numbers come back as an
    array on the arguments' device.
    """

    def __call__(self, *args, **kwargs):
        """The function of every element, or, as a decorator with options, the wrapped function."""
        if self.pyfunc is _numpy._NoValue:
            return super().__call__(*args, **kwargs)
        options = {key: getattr(self, key) for key in ("otypes", "excluded", "cache", "signature")}
        gives_objects = self.otypes is not None and "O" in self.otypes
        call = _numpy.vectorize(self.pyfunc if gives_objects else _for_numpy(self.pyfunc), **options)
        return _fallback.on_host("vectorize", call, args, kwargs)
