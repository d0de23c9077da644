# SPDX-License-Identifier: BSD-3-Clause
"""Arrays that follow a rule: diagonals, triangles, grids, indices, windows, sequences."""

import numpy as _numpy

from . import _composed, _core
from ._composed import _or_numpys, asarray
from ._core import ndarray
from ._errors import HostOnlyError

__all__ = [
    "bartlett", "blackman", "block", "diag", "diag_indices", "diag_indices_from", "diagflat",
    "fromfunction", "geomspace", "hamming", "hanning", "indices", "ix_", "kaiser", "logspace",
    "mask_indices", "ravel_multi_index", "tri", "tril_indices", "tril_indices_from", "triu_indices",
    "triu_indices_from", "unravel_index", "vander",
]  # fmt: skip


# ---- diagonals and triangles ----


@_or_numpys
def diag(v, k=0):
    """The k-th diagonal of a matrix (a view), or a matrix with that diagonal."""
    v = asarray(v)
    if v.ndim == 2:
        return _core.diagonal(v, k)
    if v.ndim != 1:
        raise ValueError("Input must be 1- or 2-d.")
    n = v.shape[0] + abs(k)
    result = _core.zeros((n, n), dtype=v.dtype, device=v.device)
    _core.ravel(result)[(k if k >= 0 else -k * n) :: n + 1][: v.shape[0]] = v
    return result


@_or_numpys
def diagflat(v, k=0):
    """A matrix with the flattened input on its k-th diagonal."""
    return diag(asarray(v).ravel(), k)


def tri(N, M=None, k=0, dtype=float, *, like=None):
    """Ones at and below the k-th diagonal."""
    if like is not None and not isinstance(like, ndarray):
        return _numpy.tri(N, M, k, dtype, like=like)
    rows = _core.arange(N).reshape(-1, 1)
    columns = _core.arange(-k, (N if M is None else M) - k)
    return _core.greater_equal(rows, columns).astype(dtype, copy=False)


def _triangle(n, k, m, lower):
    mask = tri(n, m, k=k if lower else k - 1, dtype=bool)
    return tuple(_core.nonzero(mask if lower else ~mask))


def tril_indices(n, k=0, m=None):
    """Indices of the lower triangle of an (n, m) array."""
    return _triangle(n, k, m, True)


def triu_indices(n, k=0, m=None):
    """Indices of the upper triangle of an (n, m) array."""
    return _triangle(n, k, m, False)


def _check_matrix(arr):
    if arr.ndim != 2:
        raise ValueError("input array must be 2-d")


@_or_numpys
def tril_indices_from(arr, k=0):
    """Indices of the lower triangle of arr."""
    _check_matrix(arr)
    return tril_indices(arr.shape[-2], k=k, m=arr.shape[-1])


@_or_numpys
def triu_indices_from(arr, k=0):
    """Indices of the upper triangle of arr."""
    _check_matrix(arr)
    return triu_indices(arr.shape[-2], k=k, m=arr.shape[-1])


def mask_indices(n, mask_func, k=0):
    """Indices of an (n, n) array that a function such as triu leaves."""
    return tuple(_core.nonzero(mask_func(_core.ones((n, n), int), k) != 0))


def diag_indices(n, ndim=2):
    """Indices of the main diagonal."""
    return (_core.arange(n),) * ndim


@_or_numpys
def diag_indices_from(arr):
    """Indices of the main diagonal of arr."""
    if not arr.ndim >= 2:
        raise ValueError("input array must be at least 2-d")
    if len(set(arr.shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    return diag_indices(arr.shape[0], arr.ndim)


@_or_numpys
def vander(x, N=None, increasing=False):
    """The powers of a vector as columns, the highest first."""
    x = asarray(x)
    if x.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    if N is None:
        N = len(x)
    result = _core.empty((len(x), N), dtype=_numpy.promote_types(x.dtype, int), device=x.device)
    powers = result if increasing else result[:, ::-1]
    if N > 0:
        powers[:, 0] = 1
    if N > 1:
        powers[:, 1:] = x[:, None]
    for k in range(2, N):
        _core.multiply(powers[:, k - 1], x, out=powers[:, k])
    return result


# ---- indices ----


def indices(dimensions, dtype=int, sparse=False):
    """The index of each position along each axis."""
    dimensions = tuple(dimensions)
    n = len(dimensions)
    lines = tuple(
        _core.arange(extent, dtype=dtype).reshape((1,) * k + (extent,) + (1,) * (n - k - 1))
        for k, extent in enumerate(dimensions)
    )
    if sparse:
        return lines
    result = _core.empty((n, *dimensions), dtype=dtype)
    for k, line in enumerate(lines):
        result[k] = line
    return result


def fromfunction(function, shape, *, dtype=float, like=None, **kwargs):
    """What a function gives for the indices of each position."""
    if like is not None and not isinstance(like, ndarray):
        return _numpy.fromfunction(function, shape, dtype=dtype, like=like, **kwargs)
    return function(*indices(shape, dtype=dtype), **kwargs)


@_or_numpys
def ix_(*args):
    """Vectors as an open grid for indexing."""
    result = []
    for k, given in enumerate(args):
        line = asarray(given)
        if line.size == 0 and not isinstance(given, (ndarray, _numpy.ndarray)):
            line = line.astype(_numpy.intp)
        if line.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if line.dtype == bool:
            (line,) = line.nonzero()
        result.append(line.reshape((1,) * k + (line.size,) + (1,) * (len(args) - k - 1)))
    return tuple(result)


def _check_whole(values, what, given=None):
    if values.size == 0 and values.dtype.kind not in "iu" and isinstance(given, (list, tuple)):
        raise TypeError(
            f"{what} must be integral: the provided empty sequence was inferred as float. "
            "Wrap it with 'np.array(indices, dtype=np.intp)'"
        )
    if values.dtype.kind not in "iu":
        raise TypeError(f"only int indices permitted, got {values.dtype!r} for {what}")


@_or_numpys
def unravel_index(indices, shape, order="C"):
    """Flat positions as one index for each axis."""
    flat = asarray(indices)
    shape = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    if order not in ("C", "F"):
        raise ValueError("only 'C' or 'F' order is permitted")
    if not shape:
        raise HostOnlyError("an index of nothing")
    _check_whole(flat, "indices", indices)
    size = _numpy.prod(shape, dtype=object)
    if size > 2**63 - 1:
        raise ValueError(
            "dimensions are too large; arrays and shapes with a total size greater than 'intp' are not "
            "supported."
        )
    if flat.size and not (int(flat.min()) >= 0 and int(flat.max()) < size):
        wrong = next(int(i) for i in (flat.min(), flat.max()) if not 0 <= int(i) < size)
        raise ValueError(f"index {wrong} is out of bounds for array with size {size}")
    rest, found = flat.astype(_numpy.intp, copy=False), []
    for n in shape[::-1] if order == "C" else shape:
        rest, index = _core.divmod(rest, max(n, 1))
        found.append(index)
    return tuple(found[::-1] if order == "C" else found)


@_or_numpys
def ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    """One index for each axis as flat positions."""
    dims = (dims,) if isinstance(dims, int) else tuple(int(n) for n in dims)
    parts = [asarray(i) for i in multi_index]
    for part, given in zip(parts, multi_index):
        _check_whole(part, "indices", given)
    modes = (mode,) * len(dims) if isinstance(mode, str) else tuple(mode)
    if len(parts) != len(dims):
        raise ValueError(f"parameter multi_index must be a sequence of length {len(dims)}")
    parts = _core.broadcast_arrays(*parts)  # beside an empty index nothing is out of range
    if order not in ("C", "F"):
        raise ValueError("only 'C' or 'F' order is permitted")
    if len(modes) != len(dims) or not set(modes) <= {"raise", "wrap", "clip"}:
        raise HostOnlyError("modes of another kind")
    if _numpy.prod(dims, dtype=object) > 2**63 - 1:
        raise ValueError("invalid dims: array size defined by dims is larger than the maximum possible size.")
    if 0 in dims and parts[0].size:
        raise ValueError("cannot unravel if shape has zero entries")
    flat, stride = 0, 1
    order_of_axes = range(len(dims)) if order == "F" else range(len(dims) - 1, -1, -1)
    for k in order_of_axes:
        index = parts[k]
        _check_whole(index, "multi_index")
        index = index.astype(_numpy.intp, copy=False)
        if modes[k] == "wrap":
            index = index % dims[k]
        elif modes[k] == "clip":
            index = _core.clip(index, 0, dims[k] - 1)
        elif index.size and (int(index.min()) < 0 or int(index.max()) >= dims[k]):
            raise ValueError("invalid entry in coordinates array")
        flat = flat + index * stride
        stride *= dims[k]
    return flat


# ---- sequences ----


def _broadcast_ndim(*values):
    return max(_composed.ndim(v) for v in values)


@_or_numpys
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    """Numbers whose logarithms are evenly spaced."""
    if not isinstance(base, (float, int)) and _composed.ndim(base):
        n = _broadcast_ndim(start, stop, base)
        start, stop, base = (_core.array(x, copy=None, ndmin=n) for x in (start, stop, base))
        base = _core.expand_dims(base, axis)
    exponents = _core.linspace(start, stop, num=num, endpoint=endpoint, axis=axis)
    result = _core.power(base, exponents)
    return result if dtype is None else result.astype(dtype, copy=False)


@_or_numpys
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Numbers of which each is a constant multiple of the one before."""
    start, stop = asarray(start), asarray(stop)
    if bool((start == 0).any()) or bool((stop == 0).any()):
        raise ValueError("Geometric sequence cannot include zero")
    kind = _numpy.result_type(start.dtype, stop.dtype, float(num), _numpy.zeros((), dtype))
    dtype = kind if dtype is None else _numpy.dtype(dtype)
    start, stop = start.astype(kind), stop.astype(kind)
    sign = _core.sign(start)
    start, stop = start / sign, stop / sign
    result = logspace(
        _core.log10(start), _core.log10(stop), num=num, endpoint=endpoint, base=10.0, dtype=kind
    )
    if num > 0:
        result[0] = start
        if num > 1 and endpoint:
            result[-1] = stop
    result *= sign
    if axis != 0:
        result = _core.moveaxis(result, 0, axis)
    return result.astype(dtype, copy=False)


# ---- windows: few numbers, made on the host as NumPy makes them ----


def _window(name, M, *shape):
    return asarray(getattr(_numpy, name)(M.item() if isinstance(M, ndarray) else M, *shape))


@_or_numpys
def bartlett(M):
    """A triangular window that ends in zeros."""
    return _window("bartlett", M)


@_or_numpys
def blackman(M):
    """A window of three cosine terms."""
    return _window("blackman", M)


@_or_numpys
def hamming(M):
    """A raised cosine that does not end in zeros."""
    return _window("hamming", M)


@_or_numpys
def hanning(M):
    """A raised cosine that ends in zeros."""
    return _window("hanning", M)


@_or_numpys
def kaiser(M, beta):
    """A window of the Bessel function i0, of shape beta."""
    return _window("kaiser", M, beta)


# ---- blocks ----


def _depth_of(arrays, path=()):
    """How deep the lists are nested; all must be nested alike."""
    if isinstance(arrays, tuple):
        where = "arrays" + "".join(f"[{i}]" for i in path)
        raise TypeError(
            f"{where} is a tuple. Only lists can be used to arrange blocks, and np.block does not allow "
            "implicit conversion from tuple to ndarray."
        )
    if not isinstance(arrays, list):
        return 0
    if not arrays:
        raise ValueError(f"List at arrays{''.join(f'[{i}]' for i in path)} cannot be empty")
    depths = {_depth_of(item, (*path, i)) for i, item in enumerate(arrays)}
    if len(depths) > 1:
        raise ValueError("List depths are mismatched.")
    return depths.pop() + 1


def _leaves(arrays):
    return [leaf for item in arrays for leaf in _leaves(item)] if isinstance(arrays, list) else [arrays]


def _joined(arrays, depth, level, ndim):
    if level == depth:
        a = asarray(arrays)
        return a.reshape((1,) * (ndim - a.ndim) + a.shape)
    return _core.concatenate([_joined(a, depth, level + 1, ndim) for a in arrays], axis=level - depth)


@_or_numpys
def block(arrays):
    """Nested lists of blocks put together, the innermost along the last axis."""
    depth = _depth_of(arrays)
    ndim = max([depth, *(asarray(leaf).ndim for leaf in _leaves(arrays))])
    result = _joined(arrays, depth, 0, ndim)
    return result.copy() if depth == 0 else result
