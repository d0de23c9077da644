# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""NumPy beside numloom: inputs, layouts, comparison."""

import numpy

import numloom

DTYPES = [numpy.dtype(c) for c in "?bBhHiIlLefdFD"]
IDS = [t.name for t in DTYPES]

# The same expression on both sides makes the same layout.
LAYOUTS = {
    "contiguous": lambda a: a,
    "transposed": lambda a: a.reshape(-1, 3).T,
    "offset slice": lambda a: a[1:-1],
    "negative stride": lambda a: a[::-1],
    "step": lambda a: a[::2],
    "0-d": lambda a: a[3:4].reshape(()),
    "empty": lambda a: a[:0],
    "31": lambda a: a[:31],
    "32": lambda a: a[:32],
    "33": lambda a: a[:33],
}
SIZE = 99
LARGE = 5000  # more than one block and one chunk


def samples(dtype, seed=0, size=SIZE, specials=True):
    """Numbers of all magnitudes with the dtype's special values among them, in a fixed random order."""
    rng = numpy.random.default_rng([seed, dtype.num])
    if dtype.kind == "b":
        return rng.random(size) < 0.5
    if dtype.kind in "iu":
        limits = numpy.iinfo(dtype)
        values = rng.integers(max(limits.min, -20), 21, size).astype(dtype)
        values[::3] = rng.integers(limits.min, limits.max, size, dtype=dtype, endpoint=True)[::3]
        special = [0, 1, limits.min, limits.max, 2, 3]
    elif dtype.kind == "f":
        values = (rng.standard_normal(size) * numpy.exp2(rng.integers(-9, 9, size))).astype(dtype)
        limits = numpy.finfo(dtype)
        special = [0.0, -0.0, numpy.inf, -numpy.inf, numpy.nan, 1, -1, 0.5, 2.5, -2.5, limits.max, limits.tiny,
                   -limits.max, limits.smallest_subnormal, limits.eps]  # fmt: skip
    else:
        part = numpy.dtype("f4" if dtype.itemsize == 8 else "f8")
        values = (samples(part, seed, size, False) + 1j * samples(part, seed + 1, size, False)).astype(dtype)
        special = [0, 1, 1j, -1, -1j, 0.5 + 0.5j]
    if specials and size >= 15:
        rng.shuffle(special)
        values[: len(special)] = special
    return values


def both(array):
    """The array here and there."""
    return array, numloom.array(array)


def host(a):
    """As NumPy's array."""
    return a.get() if isinstance(a, numloom.ndarray) else numpy.asarray(a)


def _ordered(a):
    """Floats as integers whose difference is the distance in ulp."""
    bits = a.view(f"i{a.itemsize}").astype("i8" if a.itemsize < 8 else object)
    return numpy.where(bits < 0, -(bits & (2 ** (8 * a.itemsize - 1) - 1)), bits)


def distance(ours, theirs):
    """Largest distance in ulp; infinite where one is NaN, infinite or of the other sign at zero, and not both."""
    if theirs.dtype.kind == "c":
        return _complex_distance(ours, theirs)
    if theirs.dtype.kind != "f":
        return 0 if numpy.array_equal(ours, theirs) else numpy.inf
    alike = numpy.isnan(ours) == numpy.isnan(theirs)
    special = ~numpy.isfinite(theirs) | (theirs == 0) | ~numpy.isfinite(ours)
    alike &= (
        ~special | numpy.isnan(theirs) | ((ours == theirs) & (numpy.signbit(ours) == numpy.signbit(theirs)))
    )
    plain = numpy.isfinite(ours) & numpy.isfinite(theirs)
    gaps = numpy.abs(_ordered(ours[plain]) - _ordered(theirs[plain]))
    worst = int(gaps.max()) if gaps.size else 0
    # Zero against the smallest numbers, and overflow against the largest, are ordinary roundings.
    near = plain & (theirs == 0) & (numpy.abs(ours) <= 4 * numpy.finfo(theirs.dtype).smallest_subnormal)
    return worst if (alike | near).all() else numpy.inf


def _complex_distance(ours, theirs):
    finite = numpy.isfinite(theirs)
    same = (ours == theirs) | (numpy.isnan(ours) & numpy.isnan(theirs))
    if not (same | finite | ~numpy.isfinite(ours)).all():
        return numpy.inf
    x, y = ours[finite].astype("D"), theirs[finite].astype("D")
    if not numpy.isfinite(x).all():
        return numpy.inf
    scale = numpy.maximum(numpy.abs(y), numpy.finfo(theirs.dtype).tiny) * numpy.finfo(theirs.dtype).eps
    return float((numpy.abs(x - y) / scale).max()) if y.size else 0


def assert_same(ours, theirs, ulps=0, what=""):
    """Values, dtype, shape and kind (array, scalar, tuple, list, None) of a result."""
    if isinstance(theirs, (tuple, list)):
        assert isinstance(ours, (tuple, list)), f"{what}: {type(ours)} for {type(theirs)}"
        assert len(ours) == len(theirs), what
        for x, y in zip(ours, theirs):
            assert_same(x, y, ulps, what)
        return
    if not isinstance(theirs, (numpy.ndarray, numpy.generic)):
        assert ours == theirs, f"{what}: {ours!r} for {theirs!r}"
        return
    if theirs.dtype.kind not in "biufc" or theirs.dtype.itemsize > (16 if theirs.dtype.kind == "c" else 8):
        assert type(ours) is type(theirs), f"{what}: {type(ours)}"  # no device holds it
        assert ours.dtype == theirs.dtype, what
        return
    assert isinstance(ours, numloom.ndarray), f"{what}: {type(ours)}"
    assert ours.dtype == theirs.dtype, f"{what}: dtype {ours.dtype} for {theirs.dtype}"
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape} for {theirs.shape}"
    assert ours._is_scalar == isinstance(theirs, numpy.generic), f"{what}: scalar {ours._is_scalar}"
    x, y = host(ours), numpy.asarray(theirs)
    apart = distance(x.ravel(), y.ravel())
    if apart > ulps:
        raise AssertionError(_difference(what, x, y, apart, ulps))


def _difference(what, ours, theirs, apart, ulps):
    different = ~((ours == theirs) | ((ours != ours) & (theirs != theirs)))
    at = numpy.argwhere(different)[:3].tolist()
    pairs = [(i, ours[tuple(i)].item(), theirs[tuple(i)].item()) for i in at]
    return f"{what}: {apart} ulp apart, allowed {ulps}; {different.sum()} differ, (where, ours, NumPy's): {pairs}"


def outcome(function, *args, **kwargs):
    """The result, or the class of the error."""
    try:
        result = function(*args, **kwargs)
        numloom.synchronize()  # where a GPU tells of an index out of bounds
        return result, None
    except Exception as error:
        return None, error


def assert_outcome(ours, theirs, ulps=0, what=""):
    """Both results are the same, or both are errors of the same kind. Each is a pair (result, error)."""
    if theirs[1] is not None:
        assert ours[1] is not None, f"{what}: no error, NumPy raises {theirs[1]!r}"
        expected = next(c for c in type(theirs[1]).__mro__ if c.__module__ == "builtins")
        assert isinstance(ours[1], expected), f"{what}: {ours[1]!r} for {theirs[1]!r}"
        return
    if ours[1] is not None:
        raise AssertionError(f"{what}: {ours[1]!r}, NumPy gives {theirs[0]!r:.100}") from ours[1]
    assert_same(ours[0], theirs[0], ulps, what)
