# SPDX-License-Identifier: BSD-3-Clause
"""Histograms: the edges are few and made on the host, as NumPy makes them; the device counts."""

import operator
import warnings

import numpy as _numpy

from . import _core
from ._composed import _or_numpys, asarray
from ._core import ndarray
from ._errors import HostOnlyError

__all__ = ["histogram", "histogram2d", "histogram_bin_edges", "histogramdd"]


def _number(a):
    """A result as NumPy's scalar of the same dtype."""
    return a.dtype.type(a.item()) if isinstance(a, ndarray) else a


def _flat(a, weights):
    a = asarray(a)
    if a.dtype == bool:
        warnings.warn(
            f"Converting input from {a.dtype} to {_numpy.uint8} for compatibility.",
            RuntimeWarning,
            stacklevel=4,
        )
        a = a.astype(_numpy.uint8)
    if weights is not None:
        weights = asarray(weights, device=a.device)
        if weights.shape != a.shape:
            raise ValueError("weights should have the same shape as a.")
        weights = weights.ravel()
    return a.ravel(), weights


def _outer_edges(a, range):
    """First and last edge: the range asked for, or that of the data."""
    if range is not None:
        first, last = (_number(x) for x in range)
        if first > last:
            raise ValueError("max must be larger than min in range parameter.")
        if not (_numpy.isfinite(first) and _numpy.isfinite(last)):
            raise ValueError(f"supplied range of [{first}, {last}] is not finite")
    elif a.size == 0:
        first, last = 0, 1
    else:
        first, last = _number(a.min()), _number(a.max())
        if not (_numpy.isfinite(first) and _numpy.isfinite(last)):
            raise ValueError(f"autodetected range of [{first}, {last}] is not finite")
    if first == last:
        first, last = first - 0.5, last + 0.5
    return first, last


def _distance(high, low):
    """high - low, unsigned for signed integers, so that it cannot overflow."""
    kind = _numpy.result_type(high, low)
    if kind.kind != "i":
        return _numpy.subtract(high, low, dtype=kind)
    unsigned = _numpy.dtype(f"u{kind.itemsize}")
    return _numpy.subtract(
        _numpy.asarray(high, kind), _numpy.asarray(low, kind), casting="unsafe", dtype=unsigned
    )


# ---- widths of bins ----


def _spread(x):
    return _distance(_number(x.max()), _number(x.min()))


def _width_sqrt(x, range):
    return _spread(x) / _numpy.sqrt(x.size)


def _width_sturges(x, range):
    return _spread(x) / (_numpy.log2(x.size) + 1.0)


def _width_rice(x, range):
    return _spread(x) / (2.0 * x.size ** (1.0 / 3))


def _width_scott(x, range):
    return (24.0 * _numpy.pi**0.5 / x.size) ** (1.0 / 3.0) * _number(x.std())


def _width_stone(x, range):
    """The number of bins for which the estimated squared error is least (leave one out)."""
    n, spread = x.size, _spread(x)
    if n <= 1 or spread == 0:
        return 0
    most = max(100, int(_numpy.sqrt(n)))

    def loss(bins):
        share = histogram(x, bins, range)[0].get() / n
        return (2 - (n + 1) * share.dot(share)) / (spread / bins)

    bins = min((k + 1 for k in builtin_range(most)), key=loss)
    if bins == most:
        warnings.warn("The number of bins estimated may be suboptimal.", RuntimeWarning, stacklevel=5)
    return spread / bins


def _width_doane(x, range):
    if x.size <= 2:
        return 0.0
    expected = _numpy.sqrt(6.0 * (x.size - 2) / ((x.size + 1.0) * (x.size + 3)))
    sigma = x.std()
    if not sigma > 0.0:
        return 0.0
    skewness = _number((((x - x.mean()) / sigma) ** 3).mean())
    return _spread(x) / (1.0 + _numpy.log2(x.size) + _numpy.log2(1.0 + abs(skewness) / expected))


def _width_fd(x, range):
    high, low = (_number(q) for q in _core.percentile(x, [75, 25]))
    return 2.0 * (high - low) * x.size ** (-1.0 / 3.0)


def _width_auto(x, range):
    by_range = _width_fd(x, range), _width_sqrt(x, range) / 2
    return min(max(by_range), _width_sturges(x, range))


builtin_range = range
_RULES = {
    "stone": _width_stone, "auto": _width_auto, "doane": _width_doane, "fd": _width_fd,
    "rice": _width_rice, "scott": _width_scott, "sqrt": _width_sqrt, "sturges": _width_sturges,
}  # fmt: skip


def _bins_by_rule(a, rule, range, weights):
    if rule not in _RULES:
        raise ValueError(f"{rule!r} is not a valid estimator for `bins`")
    if weights is not None:
        raise TypeError("Automated estimation of the number of bins is not supported for weighted data")
    first, last = _outer_edges(a, range)
    if range is not None:
        inside = (a >= first) & (a <= last)
        if not inside.all():
            a = a[inside]
    bins = 1
    if a.size:
        width = _RULES[rule](a, (first, last))
        if width and a.dtype.kind in "iu" and width < 1:
            width = 1
        if width:
            bins = int(_numpy.ceil(_distance(last, first) / width))
    return bins, first, last


def _edges(a, bins, range, weights):
    """The edges, a NumPy array or the array given."""
    if isinstance(bins, str):
        count, first, last = _bins_by_rule(a, bins, range, weights)
    elif _ndim(bins) == 0:
        try:
            count = operator.index(bins)
        except TypeError as error:
            raise TypeError("`bins` must be an integer, a string, or an array") from error
        if count < 1:
            raise ValueError("`bins` must be positive, when an integer")
        first, last = _outer_edges(a, range)
    elif _ndim(bins) == 1:
        edges = asarray(bins, device=a.device)
        if (edges[:-1] > edges[1:]).any():
            raise ValueError("`bins` must increase monotonically, when an array")
        return edges
    else:
        raise ValueError("`bins` must be 1d, when an array")
    kind = _numpy.result_type(first, last, a.dtype)
    if kind.kind in "iu":
        kind = _numpy.result_type(kind, float)
    edges = _numpy.linspace(first, last, count + 1, endpoint=True, dtype=kind)
    if (edges[:-1] >= edges[1:]).any():
        raise ValueError(f"Too many bins for data range. Cannot create {count} finite-sized bins.")
    return edges


def _ndim(bins):
    return bins.ndim if isinstance(bins, ndarray) else _numpy.ndim(bins)


@_or_numpys
def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """The edges of the bins that histogram() uses."""
    a, weights = _flat(a, weights)
    return asarray(_edges(a, bins, range, weights), device=a.device)


@_or_numpys
def histogram(a, bins=10, range=None, density=None, weights=None):
    """Counts of values in bins, or their density, and the edges of the bins."""
    a, weights = _flat(a, weights)
    if a.dtype.kind == "c":
        raise HostOnlyError("histogram of complex numbers")
    edges = asarray(_edges(a, bins, range, weights), device=a.device)
    counts = _core._histogram_counts(a, edges, weights)
    if density:
        widths = (edges[1:] - edges[:-1]).astype(float)
        return counts / widths / counts.sum(), edges
    return counts, edges


# ---- several dimensions ----


def _axis_edges(column, bins, range, position):
    if _ndim(bins) == 0:
        if bins < 1:
            raise ValueError(f"`bins[{position}]` must be positive, when an integer")
        first, last = _outer_edges(column, range)
        try:
            count = operator.index(bins)
        except TypeError as error:
            raise TypeError(f"`bins[{position}]` must be an integer, when a scalar") from error
        return asarray(_numpy.linspace(first, last, count + 1), device=column.device)
    if _ndim(bins) != 1:
        raise ValueError(f"`bins[{position}]` must be a scalar or 1d array")
    edges = asarray(bins, device=column.device)
    if (edges[:-1] > edges[1:]).any():
        raise ValueError(f"`bins[{position}]` must be monotonically increasing, when an array")
    return edges


@_or_numpys
def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    """Counts of points in the cells of a grid, and the edges along each dimension."""
    if not hasattr(sample, "shape") or len(sample.shape) != 2:
        listed = isinstance(sample, (list, tuple)) and any(_ndim(column) for column in sample)
        sample = _core.stack([asarray(x) for x in sample], axis=1) if listed else asarray(sample)
        if sample.ndim < 2:
            sample = sample.reshape(-1, 1)
    sample = asarray(sample)
    if sample.dtype.kind == "c":
        raise HostOnlyError("histogram of complex numbers")
    columns = sample.shape[1]
    if not hasattr(bins, "__len__") or (isinstance(bins, ndarray) and bins.ndim == 0):
        bins = [bins] * columns
    elif len(bins) != columns:
        raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
    if range is None:
        range = (None,) * columns
    elif len(range) != columns:
        raise ValueError("range argument must have one entry per dimension")
    edges = [_axis_edges(sample[:, k], bins[k], range[k], k) for k in builtin_range(columns)]
    return _core._histogram_cells(sample, edges, bool(density), weights), edges


@_or_numpys
def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    """Counts of points in the cells of a plane, and the edges along x and y."""
    x, y = asarray(x), asarray(y)
    if len(x) != len(y):
        raise ValueError("x and y must have the same length.")
    try:
        count = len(bins)
    except TypeError:
        count = 1
    if count not in (1, 2):
        bins = [asarray(bins)] * 2
    counts, (x_edges, y_edges) = histogramdd(_core.stack((x, y), axis=1), bins, range, density, weights)
    return counts, x_edges, y_edges
