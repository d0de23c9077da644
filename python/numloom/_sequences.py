# SPDX-License-Identifier: BSD-3-Clause
"""Differences, sums along a line, sequences, products, polynomials."""

import warnings

import numpy as _numpy
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from . import _building, _composed, _core
from ._composed import _along, _or_numpys, asarray, diff
from ._core import ndarray
from ._errors import HostOnlyError

__all__ = [
    "cross", "cumulative_prod", "cumulative_sum", "ediff1d", "gradient", "i0", "interp", "kron", "poly",
    "polyadd", "polyder", "polydiv", "polyfit", "polyint", "polymul", "polysub", "polyval", "roots", "sinc",
    "sort_complex", "trapezoid", "unwrap",
]  # fmt: skip


# ---- differences and integrals ----


@_or_numpys
def ediff1d(ary, to_end=None, to_begin=None):
    """Differences of neighbours in the flattened array, with something before or after them."""
    flat = asarray(ary).ravel()
    if flat.dtype == bool and (flat.size > 1 or to_end is not None or to_begin is not None):
        _core.subtract(flat[:1], flat[:1])  # NumPy's error for bools
    parts = [flat[1:] - flat[:-1]]
    for name, extra in (("to_begin", to_begin), ("to_end", to_end)):
        if extra is None:
            continue
        extra = asarray(extra, device=flat.device)
        if not _numpy.can_cast(extra.dtype, flat.dtype, casting="same_kind"):
            raise TypeError(
                f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule."
            )
        parts.insert(0 if name == "to_begin" else len(parts), extra.ravel().astype(flat.dtype))
    return _core.concatenate(parts) if len(parts) > 1 else parts[0]


@_or_numpys
def trapezoid(y, x=None, dx=1.0, axis=-1):
    """Integral along an axis by the trapezoidal rule."""
    y = asarray(y)
    if x is None:
        width = dx if isinstance(dx, (int, float, complex)) else asarray(dx, device=y.device)
    else:
        x = asarray(x, device=y.device)
        if x.ndim == 1:
            width = diff(x)
            shape = [1] * y.ndim
            shape[axis] = width.shape[0]
            width = width.reshape(shape)
        else:
            width = diff(x, axis=axis)
    both = y[_along(y.ndim, axis, slice(1, None))] + y[_along(y.ndim, axis, slice(None, -1))]
    return (width * both / 2.0).sum(axis)


def _steps(f, axes, varargs):
    """For each axis the distance of neighbours: a number, or a vector of distances."""
    if not varargs:
        return [1.0] * len(axes)
    if len(varargs) == 1 and _composed.ndim(varargs[0]) == 0:
        return [_plain(varargs[0])] * len(axes)
    if len(varargs) != len(axes):
        raise TypeError("invalid number of arguments")
    steps = []
    for axis, given in zip(axes, varargs):
        if _composed.ndim(given) == 0:
            steps.append(_plain(given))
            continue
        places = asarray(given, device=f.device)
        if places.ndim != 1:
            raise ValueError("distances must be either scalars or 1d")
        if len(places) != f.shape[axis]:
            raise ValueError("when 1d, distances must match the length of the corresponding dimension")
        if places.dtype.kind in "iu":
            places = places.astype(_numpy.float64)
        step = diff(places)
        steps.append(step[0] if bool((step == step[0]).all()) else step)
    return steps


def _plain(step):
    return step if isinstance(step, (int, float, complex)) else asarray(step)[()]


def _edge_slope(f, axis, step, at, edge_order):
    """The derivative at the first (at = 0) or last (at = -1) element, from one side."""
    sign = 1 if at == 0 else -1
    one, two, three = (f[_along(f.ndim, axis, at + sign * k)] if k <= edge_order else None for k in range(3))
    single = _composed.ndim(step) == 0
    if edge_order == 1:
        width = step if single else step[at]
        return sign * (two - one) / width
    if single:
        return sign * (-1.5 * one + 2.0 * two - 0.5 * three) / step
    near, next_ = step[at], step[at + sign]
    first = -(2.0 * near + next_) / (near * (near + next_))
    second = (near + next_) / (near * next_)
    third = -near / (next_ * (near + next_))
    return sign * (first * one + second * two + third * three)


def _slope(f, axis, step, edge_order, dtype):
    if f.shape[axis] < edge_order + 1:
        raise ValueError(
            "Shape of array too small to calculate a numerical gradient, "
            "at least (edge_order + 1) elements are required."
        )
    out = _core.empty_like(f, dtype=dtype)
    before, here, after = (
        f[_along(f.ndim, axis, s)] for s in (slice(None, -2), slice(1, -1), slice(2, None))
    )
    if _composed.ndim(step) == 0:
        inner = (after - before) / (2.0 * step)
    else:
        shape = [1] * f.ndim
        shape[axis] = -1
        left, right = step[:-1], step[1:]
        inner = (
            (-right / (left * (left + right))).reshape(shape) * before
            + ((right - left) / (left * right)).reshape(shape) * here
            + (left / (right * (left + right))).reshape(shape) * after
        )
    out[_along(f.ndim, axis, slice(1, -1))] = inner
    for at in (0, -1):
        out[_along(f.ndim, axis, at)] = _edge_slope(f, axis, step, at, edge_order)
    return out


@_or_numpys
def gradient(f, *varargs, axis=None, edge_order=1):
    """Derivative by central differences, one-sided at the edges; one array for each axis."""
    f = asarray(f)
    axes = tuple(range(f.ndim)) if axis is None else normalize_axis_tuple(axis, f.ndim)
    steps = _steps(f, axes, varargs)
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    dtype = f.dtype if f.dtype.kind in "fc" else _numpy.dtype(_numpy.float64)
    if f.dtype.kind in "iu":
        f = f.astype(_numpy.float64)
    slopes = [_slope(f, axis, step, edge_order, dtype) for axis, step in zip(axes, steps)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


@_or_numpys
def unwrap(p, discont=None, axis=-1, *, period=2 * _numpy.pi):
    """Jumps of more than half a period are taken back by whole periods."""
    p = asarray(p)
    steps = diff(p, axis=axis)
    if discont is None:
        discont = period / 2
    dtype = result_of(steps, period)
    if dtype.kind in "iu":
        high, rest = divmod(period, 2)
        ambiguous = rest == 0
    else:
        high, ambiguous = period / 2, True
    low = -high
    wrapped = _core.remainder(steps - low, period) + low
    if ambiguous:
        wrapped = _core.where((wrapped == low) & (steps > 0), high, wrapped)
    correction = _core.where(_core.absolute(steps) < discont, 0, wrapped - steps)
    result = p.astype(dtype)
    rest = _along(p.ndim, axis, slice(1, None))
    result[rest] = p[rest] + correction.cumsum(axis)
    return result


def result_of(*operands):
    """The dtype of a result of these operands."""
    return _composed.result_type(*operands)


# ---- running sums that may begin with nothing ----


def _cumulative(scan, x, axis, dtype, out, include_initial, first):
    x = _composed.atleast_1d(x)
    if axis is None:
        if x.ndim != 1:
            raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
        axis = 0
    if not include_initial:
        return scan(x, axis=axis, dtype=dtype, out=out)
    shape = list(x.shape)
    axis = normalize_axis_index(axis, x.ndim)
    shape[axis] += 1
    sums = scan(x, axis=axis, dtype=dtype)
    result = _core.empty(shape, dtype=sums.dtype, device=x.device) if out is None else out
    result[_along(x.ndim, axis, 0)] = first
    result[_along(x.ndim, axis, slice(1, None))] = sums
    return result


@_or_numpys
def cumulative_sum(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Running sum along an axis, with 0 before it where asked for."""
    return _cumulative(_core.cumsum, x, axis, dtype, out, include_initial, 0)


@_or_numpys
def cumulative_prod(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
    """Running product along an axis, with 1 before it where asked for."""
    return _cumulative(_core.cumprod, x, axis, dtype, out, include_initial, 1)


# ---- functions of one variable ----


@_or_numpys
def interp(x, xp, fp, left=None, right=None, period=None):
    """The piecewise linear function through the points (xp, fp), at x."""
    if period is None:
        return _core._interp(x, xp, fp, left, right)
    if period == 0:
        raise ValueError("period must be a non-zero value")
    period = abs(period)
    x = asarray(x)
    xp, fp = asarray(xp, device=x.device), asarray(fp, device=x.device)
    if xp.ndim != 1 or fp.ndim != 1:
        raise ValueError("Data points must be 1-D sequences")
    if xp.shape[0] != fp.shape[0]:
        raise ValueError("fp and xp are not of the same length")
    x, xp = x.astype(float) % period, xp.astype(float) % period
    order = xp.argsort()
    xp, fp = xp[order], fp[order]
    xp = _core.concatenate((xp[-1:] - period, xp, xp[:1] + period))
    return _core._interp(x, xp, _core.concatenate((fp[-1:], fp, fp[:1])))


@_or_numpys
def sinc(x):
    """sin(pi x) / (pi x), 1 at 0."""
    x = _numpy.pi * asarray(x)
    smallest = _numpy.finfo(x.dtype).eps if x.dtype.kind == "f" else 1e-20
    y = _core.where(x != 0, x, float(smallest))
    return (_core.sin(y) / y)[()]


# Chebyshev coefficients of exp(-x) I0(x) on [0, 8], and of sqrt(x) exp(-x) I0(x) on [8, inf) in 1/x
# (Clenshaw 1962, as in Cephes).
def _chebyshev(x, coefficients):
    first, second = coefficients[0], 0.0
    for coefficient in coefficients[1:]:
        first, second, third = x * first - second + coefficient, first, second
    return 0.5 * (first - third)


def _i0_coefficients():
    from numpy.lib import _function_base_impl as impl

    return impl._i0A, impl._i0B


@_or_numpys
def i0(x):
    """Modified Bessel function of the first kind, order 0."""
    x = asarray(x)
    if x.dtype.kind == "c":
        raise TypeError("i0 not supported for complex values")
    x = _core.absolute(x if x.dtype.kind == "f" else x.astype(float))
    small, large = _i0_coefficients()
    is_near = x <= 8.0
    near = _core.where(is_near, x, 0.0)
    far = _core.where(is_near, 8.0, x)
    result = _core.where(
        is_near,
        _core.exp(near) * _chebyshev(near / 2.0 - 2, small),
        _core.exp(far) * _chebyshev(32.0 / far - 2.0, large) / _core.sqrt(far),
    )
    return result.astype(x.dtype, copy=False)


@_or_numpys
def sort_complex(a):
    """A sorted copy as complex numbers."""
    ordered = _core.sort(asarray(a))
    if ordered.dtype.kind == "c":
        return ordered
    return ordered.astype("F" if ordered.dtype.char in "bhBH" else "D")


# ---- products ----


@_or_numpys
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    """Vector product in three dimensions."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = asarray(a), asarray(b)
    if a.ndim < 1 or b.ndim < 1:
        raise ValueError("At least one array has zero dimension")
    axisa = normalize_axis_index(axisa, a.ndim, msg_prefix="axisa")
    axisb = normalize_axis_index(axisb, b.ndim, msg_prefix="axisb")
    a, b = _core.moveaxis(a, axisa, -1), _core.moveaxis(b, axisb, -1)
    if a.shape[-1] not in (2, 3) or b.shape[-1] not in (2, 3):
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    flat = a.shape[-1] == 2 or b.shape[-1] == 2
    if flat:
        warnings.warn(
            "Arrays of 2-dimensional vectors are deprecated. Use arrays of 3-dimensional vectors instead. "
            "(deprecated in NumPy 2.0)",
            DeprecationWarning,
            stacklevel=3,
        )
    dtype = _numpy.promote_types(a.dtype, b.dtype)
    a, b = a.astype(dtype, copy=False), b.astype(dtype, copy=False)
    x0, x1, x2 = (a[..., k] if k < a.shape[-1] else None for k in range(3))
    y0, y1, y2 = (b[..., k] if k < b.shape[-1] else None for k in range(3))
    last = x0 * y1 - x1 * y0
    if x2 is None and y2 is None:
        return last
    shape = _numpy.broadcast_shapes(a.shape[:-1], b.shape[:-1])
    axisc = normalize_axis_index(axisc, len(shape) + 1, msg_prefix="axisc")
    if x2 is None:
        first, second = x1 * y2, -(x0 * y2)
    elif y2 is None:
        first, second = -(x2 * y1), x2 * y0
    else:
        first, second = x1 * y2 - x2 * y1, x2 * y0 - x0 * y2
    result = _core.empty((*shape, 3), dtype=dtype, device=a.device)
    for k, component in enumerate((first, second, last)):
        result[..., k] = component
    return _core.moveaxis(result, -1, axisc)


@_or_numpys
def kron(a, b):
    """Kronecker product: each element of a times all of b."""
    a, b = asarray(a), asarray(b)
    if a.ndim == 0 or b.ndim == 0:
        return _core.multiply(a, b)
    n = max(a.ndim, b.ndim)
    rows, columns = (1,) * (n - a.ndim) + a.shape, (1,) * (n - b.ndim) + b.shape
    spread_a = a.reshape([x for extent in rows for x in (extent, 1)])
    spread_b = b.reshape([x for extent in columns for x in (1, extent)])
    return (spread_a * spread_b).reshape([x * y for x, y in zip(rows, columns)])


# ---- polynomials by their coefficients, the highest power first ----


def _has_own_class(*operands):
    if any(isinstance(p, _numpy.poly1d) for p in operands):
        raise HostOnlyError("numpy.poly1d")


def _coefficients(p):
    _has_own_class(p)
    p = asarray(p)
    return p.reshape(1) if p.ndim == 0 else p


@_or_numpys
def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """The polynomial of degree `deg` with the least squared distance from the points (x, y).

    Parameters: x (M,); y (M,) or (M, K) for K polynomials at once; rcond, the share of the largest singular
    value below which others count for nothing (M times the dtype's precision); full, for lstsq's other
    results too; w (M,), weights of the distances; cov, for the covariance of the coefficients too ("unscaled"
    where the weights are exact). Returns the coefficients, (deg + 1,) or (deg + 1, K), the highest power
    first. Raises TypeError for other shapes, ValueError for a negative degree; warns (RankWarning) where the
    points do not determine the fit.
    """
    order = int(deg) + 1
    x, y = asarray(x) + 0.0, asarray(y) + 0.0
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if x.size == 0:
        raise TypeError("expected non-empty vector for x")
    if y.ndim not in (1, 2):
        raise TypeError("expected 1D or 2D array for y")
    if len(x) != len(y):
        raise TypeError("expected x and y to have same length")
    if rcond is None:
        rcond = len(x) * _numpy.finfo(x.dtype).eps
    powers = _building.vander(x, order)
    if w is not None:
        w = asarray(w) + 0.0
        if w.ndim != 1:
            raise TypeError("expected a 1-d array for weights")
        if len(w) != len(y):
            raise TypeError("expected w and y to have the same length")
        powers = powers * w[:, None]
        y = y * (w[:, None] if y.ndim == 2 else w)
    scale = _core.sqrt((powers * powers).sum(axis=0))  # columns of one length make a better system
    powers = powers / scale
    c, residuals, rank, s = _core._linalg.lstsq(powers, y, rcond)
    c = (c.T / scale).T
    if rank != order and not full:
        warnings.warn("Polyfit may be poorly conditioned", _numpy.exceptions.RankWarning, stacklevel=3)
    if full:
        return c, residuals, rank, s, rcond
    if not cov:
        return c
    spread = _core._linalg.inv(powers.T @ powers) / _core.outer(scale, scale)
    if cov != "unscaled":
        if len(x) <= order:
            raise ValueError("the number of data points must exceed order to scale the covariance matrix")
        factor = residuals / (len(x) - order)
        spread = spread * factor if y.ndim == 1 else spread[:, :, None] * factor
    elif y.ndim == 2:
        spread = spread[:, :, None] * 1
    return c, spread


@_or_numpys
def polyval(p, x):
    """The polynomial at x, by Horner's rule."""
    _has_own_class(p, x)
    p, x = asarray(p), asarray(x)
    y = _core.zeros_like(x)
    for coefficient in p:
        y = y * x + coefficient
    return y


def _aligned(a1, a2):
    a1, a2 = _coefficients(a1), _coefficients(a2)
    length = max(len(a1), len(a2))
    return tuple(
        a
        if len(a) == length
        else _core.concatenate((_core.zeros(length - len(a), a.dtype, device=a.device), a))
        for a in (a1, a2)
    )


@_or_numpys
def polyadd(a1, a2):
    """Sum of two polynomials."""
    return _core.add(*_aligned(a1, a2))


@_or_numpys
def polysub(a1, a2):
    """Difference of two polynomials."""
    return _core.subtract(*_aligned(a1, a2))


@_or_numpys
def polymul(a1, a2):
    """Product of two polynomials."""
    _has_own_class(a1, a2)
    return _core.convolve(*(_without_leading_zeros(a) for a in (a1, a2)))


def _without_leading_zeros(p):
    p = _coefficients(p)
    if p.size == 0:
        return _core.zeros(1, dtype=p.dtype, device=p.device)
    kept = _core.flatnonzero(p)
    if p.size == 0:
        return _core.zeros(1, p.dtype, device=p.device)
    return p[int(kept[0]) :] if kept.size else p[-1:]


@_or_numpys
def polyder(p, m=1):
    """The m-th derivative of a polynomial."""
    if int(m) < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    _has_own_class(p)
    p = asarray(p)
    for _ in range(int(m)):
        n = len(p) - 1
        p = p[:-1] * _core.arange(n, 0, -1, device=p.device)
    return p


@_or_numpys
def polyint(p, m=1, k=None):
    """The m-th integral of a polynomial, with constants k."""
    m = int(m)
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    _has_own_class(p)
    k = _numpy.zeros(m, float) if k is None else _numpy.atleast_1d(_composed.asnumpy(k))
    if len(k) == 1 and m > 1:
        k = k[0] * _numpy.ones(m, float)
    if len(k) < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    p = asarray(p)
    for constant in k[:m]:
        powers = _core.arange(len(p), 0, -1, device=p.device)
        p = _core.concatenate((p / powers, asarray([constant], device=p.device)))
    return p


@_or_numpys
def poly(seq_of_zeros):
    """The polynomial with these roots, or the characteristic polynomial of a matrix."""
    roots = _core.asarray(seq_of_zeros)
    if not isinstance(roots, ndarray) or roots.ndim == 2:
        raise HostOnlyError("a characteristic polynomial")
    roots = _composed.atleast_1d(roots)
    if roots.ndim != 1:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    if roots.size == 0:
        return 1.0
    roots = roots.astype(_numpy.mintypecode(roots.dtype.char), copy=False)
    result = _core.ones(1, dtype=roots.dtype, device=roots.device)
    for root in roots:
        one = _core.ones(1, dtype=roots.dtype, device=roots.device)
        result = _core.convolve(result, _core.concatenate((one, -root.reshape(1))))
    if result.dtype.kind == "c":
        host = _numpy.sort(roots.get())
        if _numpy.all(host == _numpy.sort(host.conjugate())):
            result = result.real.copy()
    return result


@_or_numpys
def polydiv(u, v):
    """Quotient and remainder of two polynomials."""
    _has_own_class(u, v)
    u, v = _composed.atleast_1d(u) + 0.0, _composed.atleast_1d(v) + 0.0
    dtype = (u[:1] + v[:1]).dtype
    n, steps = len(v) - 1, len(u) - len(v) + 1
    quotient = _core.zeros(max(steps, 1), dtype=dtype, device=u.device)
    rest = u.astype(dtype)
    scale = 1.0 / v[0]
    for k in range(steps):
        factor = scale * rest[k]
        quotient[k] = factor
        rest[k : k + n + 1] -= factor * v
    while len(rest) > 1 and _composed.allclose(rest[0], 0, rtol=1e-14):
        rest = rest[1:]
    return quotient, rest


@_or_numpys
def roots(p):
    """The roots of a polynomial: eigenvalues of its companion matrix."""
    from . import linalg

    _has_own_class(p)
    p = _composed.atleast_1d(p)
    if p.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    used = _core.flatnonzero(p)
    if used.size == 0:
        return _core.empty(0, device=p.device)
    zeros_at_origin = len(p) - int(used[-1]) - 1
    p = p[int(used[0]) : int(used[-1]) + 1]
    if p.dtype.kind not in "fc":
        p = p.astype(float)
    if len(p) < 2:
        return _core.zeros(zeros_at_origin, device=p.device)
    companion = _core.eye(len(p) - 1, k=-1, dtype=p.dtype, device=p.device)
    companion[0, :] = -p[1:] / p[0]
    found = linalg.eigvals(companion)
    return _core.concatenate((found, _core.zeros(zeros_at_origin, dtype=found.dtype, device=p.device)))
