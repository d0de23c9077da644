# SPDX-License-Identifier: BSD-3-Clause
"""The same lambda with NumPy and with numloom: values, dtype, shape and exception class must agree."""

import warnings

import numpy
from conftest import DEVICE, MODULE, np
from tolerances import COMPLEX_RTOL, ulp

DTYPES = [
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
]
FLOATS = ["float16", "float32", "float64"]


def to_device(a):
    """A numloom array with a's values, shape and strides order."""
    return np.asarray(a) if MODULE == "numpy" else np.array(a)


def to_host(x):
    """A NumPy array or scalar of whatever a function returned."""
    if isinstance(x, (tuple, list)):
        return type(x)(to_host(e) for e in x) if type(x) in (tuple, list) else tuple(to_host(e) for e in x)
    if MODULE == "numloom" and isinstance(x, np.ndarray):
        return np.asnumpy(x)
    return x


def ulp_distance(a, b):
    """Distance in representable numbers; NaN matches NaN."""
    kind = {2: numpy.int16, 4: numpy.int32, 8: numpy.int64}[a.dtype.itemsize]

    def ordered(x):
        i = numpy.ascontiguousarray(x).view(kind).astype(object)
        lowest = -(2 ** (8 * x.dtype.itemsize - 1))
        return numpy.where(i < 0, lowest - i, i) if i.size else i

    both_nan = numpy.isnan(a) & numpy.isnan(b)
    return numpy.where(both_nan, 0, numpy.abs(ordered(a) - ordered(b)))


def assert_same(got, want, name="", rtol=None):
    """got (from numloom) is what want (from NumPy) is."""
    if isinstance(want, (tuple, list)):
        assert len(got) == len(want), f"{len(got)} results, expected {len(want)}"
        for g, w in zip(got, want):
            assert_same(g, w, name, rtol)
        return
    got, want = to_host(got), numpy.asarray(want)
    got = numpy.asarray(got)
    assert got.dtype == want.dtype, f"dtype {got.dtype}, expected {want.dtype}"
    assert got.shape == want.shape, f"shape {got.shape}, expected {want.shape}"
    if want.size == 0:
        return
    if want.dtype.kind in "biu" or want.dtype.kind not in "fc":
        numpy.testing.assert_array_equal(got, want)
        return
    if rtol is not None:
        numpy.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * 1e-3)
        return
    if want.dtype.kind == "c":
        limit = COMPLEX_RTOL[want.dtype.name]
        numpy.testing.assert_allclose(got, want, rtol=limit, atol=limit)
        return
    allowed = ulp(name, want.dtype.name, DEVICE)
    got, want = numpy.atleast_1d(got), numpy.atleast_1d(want)
    numpy.testing.assert_array_equal(numpy.isnan(got), numpy.isnan(want), err_msg="NaN elsewhere")
    if allowed == 0:
        numpy.testing.assert_array_equal(got, want)
        zeros = want == 0
        numpy.testing.assert_array_equal(
            numpy.signbit(got[zeros]), numpy.signbit(want[zeros]), err_msg="sign of zero"
        )
        return
    far = ulp_distance(got, want)
    worst = int(numpy.argmax(far))
    assert far.flat[worst] <= allowed, (
        f"{far.flat[worst]} ulp at {worst}: got {got.flat[worst]!r}, NumPy {want.flat[worst]!r}, allowed {allowed}"
    )


def same(f, *arrays, name="", rtol=None):
    """f(module, *arrays) gives the same with both; arrays are NumPy's and go to the device for numloom."""
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            want = f(numpy, *arrays)
        except Exception as e:  # noqa: BLE001 (whatever NumPy raises is what is expected)
            expect_error(e, lambda: f(np, *[to_device(a) for a in arrays]))
            return
        got = f(np, *[to_device(a) for a in arrays])
    assert_same(got, want, name, rtol)


def expect_error(error, call):
    """call raises the class that NumPy raised, or a subclass of what NumPy's class derives from."""
    expected = type(error)
    public = next(
        c for c in expected.__mro__ if c.__module__ in ("builtins", "numpy.exceptions", "numpy.linalg")
    )
    try:
        result = call()
    except public:
        return
    except Exception as e:  # noqa: BLE001
        raise AssertionError(
            f"raised {type(e).__name__}: {e}; NumPy raises {expected.__name__}: {error}"
        ) from e
    raise AssertionError(f"returned {result!r}; NumPy raises {expected.__name__}: {error}")


def values(dtype, size, seed=0, special=True):
    """Test values of a dtype: random ones with the awkward ones mixed in."""
    rng = numpy.random.default_rng(seed)
    kind = numpy.dtype(dtype).kind
    if kind == "b":
        return rng.integers(0, 2, size).astype(bool)
    if kind in "iu":
        info = numpy.iinfo(dtype)
        a = rng.integers(info.min, info.max, size, dtype=dtype, endpoint=True)
        small = rng.integers(0 if kind == "u" else -7, 8, size).astype(dtype)
        a = numpy.where(rng.random(size) < 0.5, a, small)
        awkward = numpy.array([0, 1, info.max, info.min], dtype)
    else:
        info = numpy.finfo(dtype)
        wide = numpy.exp2(rng.uniform(info.minexp / 2, info.maxexp / 2, size)) * rng.choice([-1, 1], size)
        with numpy.errstate(all="ignore"):
            a = numpy.where(rng.random(size) < 0.3, wide, rng.normal(0, 3, size)).astype(dtype)
            if kind == "c":
                a = (a.real + 1j * rng.normal(0, 3, size)).astype(dtype)
        real = numpy.array(
            [
                0.0,
                -0.0,
                1,
                -1,
                0.5,
                numpy.inf,
                -numpy.inf,
                numpy.nan,
                info.max,
                info.tiny,
                info.smallest_subnormal,
                -info.smallest_subnormal,
            ]
        )
        with numpy.errstate(all="ignore"):
            awkward = real.astype(dtype)
    if special and kind != "c" and size:
        at = rng.integers(0, size, min(size, 3 * len(awkward)))
        a[at] = awkward[rng.integers(0, len(awkward), len(at))]
    return a


def layouts(a, b=None):
    """(name, view) of a in the layouts that a kernel must tell apart; every view is made by the same indexing on both sides."""
    n = a.size
    yield "contiguous", lambda x: x
    yield "negative stride", lambda x: x[::-1]
    yield "offset slice", lambda x: x[1:]
    yield "step", lambda x: x[::3]
    if n >= 12:
        k = n // 12 * 12
        yield "2-d", lambda x: x[:k].reshape(3, k // 3)
        yield "transposed", lambda x: x[:k].reshape(3, k // 3).T
        yield "3-d permuted", lambda x: x[:k].reshape(2, k // 12, 6).transpose(1, 0, 2)
        yield "column", lambda x: x[:k].reshape(k // 3, 3)[:, 1]
