# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""numloom.fft against numpy.fft, and against transforms computed exactly."""

import functools

import numpy
import pytest
from conftest import DEVICE
from parity import both, host

import numloom

FORWARD = ["fft", "ifft", "rfft", "ihfft"]
BACKWARD = ["irfft", "hfft"]
# All radices, their products, primes for the general radix (17, 59) and for chirps (67, 1009), one line and
# many, more than a vector's lanes.
LENGTHS = [*range(1, 20), 22, 26, 30, 32, 33, 49, 59, 60, 64, 67, 77, 96, 121, 128, 134, 143, 169, 210, 256, 1000,
           1001, 1009, 1024, 2018]  # fmt: skip
EPS = {
    "f": numpy.finfo("f").eps,
    "F": numpy.finfo("f").eps,
    "d": numpy.finfo("d").eps,
    "D": numpy.finfo("d").eps,
}


def numbers(shape, dtype, seed=0):
    """Random numbers of a dtype, real or complex."""
    rng = numpy.random.default_rng(seed)
    x = rng.standard_normal(shape)
    if numpy.dtype(dtype).kind == "c":
        x = x + 1j * rng.standard_normal(shape)
    return (x * 5).astype(dtype)


def assert_close(ours, theirs, n, what=""):
    """dtype and shape as NumPy's; the error of two libraries, each within eps log2(n) in the norm."""
    assert isinstance(ours, numloom.ndarray), what
    assert ours.dtype == theirs.dtype, f"{what}: dtype {ours.dtype} for {theirs.dtype}"
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape} for {theirs.shape}"
    x, y = host(ours).astype("D"), theirs.astype("D")
    eps = numpy.finfo(theirs.dtype).eps
    assert numpy.linalg.norm((x - y).ravel()) <= 2 * eps * max(2, numpy.log2(n)) * numpy.linalg.norm(
        y.ravel()
    ), what


@pytest.mark.parametrize("dtype", "fdFD")
@pytest.mark.parametrize("name", FORWARD + BACKWARD)
def test_lengths(name, dtype):
    if name in ("rfft", "ihfft") and dtype in "FD":
        pytest.skip("takes real numbers")
    ours, theirs = getattr(numloom.fft, name), getattr(numpy.fft, name)
    for n in LENGTHS:
        shapes = [((n,), 0), ((3, n), -1), ((n, 5), 0), ((20, n), 1), ((n, 19), 0), ((2, n, 17), 1)]
        for shape, axis in shapes if DEVICE == "cpu" or n < 256 else shapes[:3]:  # the simulator is slow
            if name in BACKWARD and n == 1:
                continue
            there, here = both(numbers(shape, dtype))
            what = f"{name} {dtype} {shape} axis {axis}"
            assert_close(ours(here, axis=axis), theirs(there, axis=axis), n, what)


@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
@pytest.mark.parametrize("name", FORWARD + BACKWARD)
def test_cut_and_filled_up(name, norm):
    dtype = "d" if name in FORWARD[2:] else "D"
    there, here = both(numbers((6, 50), dtype))
    for n in (1, 2, 7, 24, 25, 26, 49, 50, 51, 64, 99, 134, 300):
        for axis in (0, 1, -1):
            got = getattr(numloom.fft, name)(here, n, axis, norm)
            assert_close(got, getattr(numpy.fft, name)(there, n, axis, norm), n, f"{name} {n} {axis}")


@pytest.mark.parametrize("char", "?bBhHiIlLefdFD")
def test_dtypes(char):
    there, here = both(numpy.arange(24).reshape(4, 6).astype(char))
    for name in FORWARD + BACKWARD:
        if char in "FD" and name in ("rfft", "ihfft"):
            with pytest.raises(TypeError, match="not supported for the input types"):
                getattr(numloom.fft, name)(here)
            continue
        if name == "hfft" and char == "?":
            continue  # NumPy has no conjugate of bools
        theirs = getattr(numpy.fft, name)(there)
        if char == "e":  # NumPy rounds 1 / n to float16
            theirs = getattr(numpy.fft, name)(there.astype("f4")).astype(theirs.dtype)
        assert_close(getattr(numloom.fft, name)(here), theirs, 6, f"{name} {char}")


@pytest.mark.parametrize("layout", [lambda a: a.T, lambda a: a[::-1, 1:], lambda a: a[:, ::2], lambda a: a[1:2],
                                    lambda a: a.reshape(3, 5, 2, 7).transpose(2, 0, 3, 1)])  # fmt: skip
@pytest.mark.parametrize("dtype", "dD")
def test_layouts(layout, dtype):
    there, here = both(numbers((15, 14), dtype))
    there, here = layout(there), layout(here)
    for name in FORWARD + BACKWARD:
        if dtype == "D" and name in ("rfft", "ihfft"):
            continue
        for axis in range(there.ndim):
            if name in BACKWARD and there.shape[axis] == 1:
                continue
            ours, theirs = (
                getattr(numloom.fft, name)(here, axis=axis),
                getattr(numpy.fft, name)(there, axis=axis),
            )
            assert_close(ours, theirs, there.shape[axis], f"{name} {axis}")
            assert ours.strides == theirs.strides


ND = ["fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2"]


@pytest.mark.parametrize("name", ND)
def test_several_axes(name):
    dtype = "d" if name.startswith("rfft") else "D"
    there, here = both(numbers((4, 6, 10), dtype))
    ours, theirs = getattr(numloom.fft, name), getattr(numpy.fft, name)
    cases = [{}, {"axes": (0, 1)}, {"axes": (2, 0)}, {"axes": (-1,)}, {"axes": (1, 1)}, {"norm": "ortho"},
             {"norm": "forward"}, {"s": (5, 9), "axes": (0, 2)}, {"s": (-1, 4), "axes": (1, 2)},
             {"s": (3,), "axes": (0,)}, {"axes": [0, 2]}]  # fmt: skip
    for keywords in cases:
        assert_close(ours(here, **keywords), theirs(there, **keywords), 240, f"{name} {keywords}")
    assert host(here).tolist() == there.tolist()  # the steps in between overwrite results, never the input


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ND)
def test_lengths_that_numpy_deprecates(name):
    dtype = "d" if name.startswith("rfft") else "D"
    there, here = both(numbers((4, 6), dtype))
    ours, theirs = getattr(numloom.fft, name), getattr(numpy.fft, name)
    for keywords in ({"s": (None, 4), "axes": (0, 1)}, {"s": (3, 4), "axes": None}):
        assert_close(ours(here, **keywords), theirs(there, **keywords), 24, f"{name} {keywords}")
        with pytest.warns(DeprecationWarning, match="`None` values|`axes` should"):
            ours(here, **keywords)


def test_lengths_without_axes_warn():
    with pytest.warns(DeprecationWarning, match="`axes` should not be `None` if `s` is not `None`"):
        numloom.fft.fftn(numloom.ones((3, 4)), s=(2, 2))


def test_out():
    there, here = both(numbers((6, 8), "D"))
    for dtype in "DF":
        out = numloom.empty((6, 8), dtype)
        assert numloom.fft.fft(here, out=out) is out
        assert numpy.allclose(host(out), numpy.fft.fft(there), atol=1e-4)
    out = numloom.empty((8, 6), "D").T
    assert numloom.fft.ifft(here, axis=0, out=out) is out
    assert_close(out, numpy.fft.ifft(there, axis=0), 8)
    assert numloom.fft.fftn(here, out=out) is out
    assert_close(out, numpy.fft.fftn(there), 48)
    real = numloom.empty((6, 14), "d")
    assert numloom.fft.irfft(here, out=real) is real
    assert_close(real, numpy.fft.irfft(there), 14)
    half = numloom.empty((6, 5), "D")
    assert numloom.fft.rfft(here.real, out=half) is half
    assert_close(half, numpy.fft.rfft(there.real), 8)
    assert numloom.fft.ihfft(here.real, out=half) is half
    assert_close(half, numpy.fft.ihfft(there.real), 8)
    assert numloom.fft.irfft2(here, out=real) is real
    assert_close(real, numpy.fft.irfft2(there), 8)


@pytest.mark.parametrize("shape", [(5000,), (40, 40), (3, 100)])
def test_in_place_and_overlapping(shape):
    source = numbers(shape, "D")
    for axis in range(len(shape)):
        a = numloom.array(source)
        assert numloom.fft.fft(a, axis=axis, out=a) is a
        assert_close(a, numpy.fft.fft(source, axis=axis), source.shape[axis])
    a = numloom.array(source)
    numloom.fft.fft(a[..., :-1], out=a[..., 1:])
    assert_close(a[..., 1:], numpy.fft.fft(source[..., :-1]), source.shape[-1])
    a = numloom.array(source)
    numloom.fft.fft(a[..., ::-1], out=a)
    assert_close(a, numpy.fft.fft(source[..., ::-1]), source.shape[-1])


def outcome(function):
    """The class and text of what a call raises."""
    with pytest.raises(Exception) as raised:  # noqa: PT011 (the class is the result)
        function()
    return raised.type, str(raised.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda np, a: np.fft.fft(a, 0),
        lambda np, a: np.fft.fft(a, -3),
        lambda np, a: np.fft.fft(a, axis=5),
        lambda np, a: np.fft.fft(a, 3, axis=-5),
        lambda np, a: np.fft.fft(a, norm="x"),
        lambda np, a: np.fft.hfft(a, norm="x"),
        lambda np, a: np.fft.ifft(a, n=2.5),
        lambda np, a: np.fft.fft(a, out=np.empty((3, 4))),
        lambda np, a: np.fft.fft(a, out=np.empty((3, 5), complex)),
        lambda np, a: np.fft.rfft(a * 1j),
        lambda np, a: np.fft.fft(a[:, :0]),
        lambda np, a: np.fft.irfft(a[:, :1]),
        lambda np, a: np.fft.fft(np.ones(())),
        lambda np, a: np.fft.fftn(a, s=(2,), axes=(0, 1)),
        lambda np, a: np.fft.fft2(np.ones(4)),
        lambda np, a: np.fft.rfftn(a, axes=()),
        lambda np, a: np.fft.irfftn(np.ones(())),
        lambda np, a: np.fft.fftfreq(2.5),
        lambda np, a: np.fft.fftfreq(0),
        lambda np, a: np.fft.fftfreq(-1),
        lambda np, a: np.fft.rfftfreq(8, d=0),
        lambda np, a: np.fft.fftshift(a, axes=7),
    ],
)
def test_errors(call):
    theirs, _ = outcome(lambda: call(numpy, numpy.ones((3, 4))))
    ours, _ = outcome(lambda: call(numloom, numloom.ones((3, 4))))
    assert issubclass(ours, theirs) or {ours, theirs} <= set(numpy.exceptions.AxisError.__mro__)


def test_error_texts():
    a = numloom.ones((3, 4))
    assert "Invalid number of FFT data points (0) specified" in outcome(lambda: numloom.fft.fft(a, 0))[1]
    assert "Invalid norm value" in outcome(lambda: numloom.fft.fft(a, norm="x"))[1]
    wrong = outcome(lambda: numloom.fft.fft(a, out=numloom.empty((3, 5), complex)))[1]
    for part in ("wrong shape", "(3, 4)", "(3, 5)"):
        assert part in wrong


def test_nothing_to_transform():
    for shape, axis in (((0, 4), 1), ((4, 0), 0), ((0, 3, 5), 1)):
        there, here = both(numpy.ones(shape))
        for name in FORWARD + BACKWARD:
            assert_close(
                getattr(numloom.fft, name)(here, axis=axis), getattr(numpy.fft, name)(there, axis=axis), 4
            )
    there, here = both(numpy.ones((2, 3)))
    assert_close(numloom.fft.fftn(here, axes=()), numpy.fft.fftn(there, axes=()), 2)


def test_frequencies():
    for name in ("fftfreq", "rfftfreq"):
        for n in (1, 2, 5, 8, 9, 1000):
            for d in (1.0, 0.1, 3):
                ours, theirs = getattr(numloom.fft, name)(n, d), getattr(numpy.fft, name)(n, d)
                assert ours.dtype == theirs.dtype
                assert host(ours).tolist() == theirs.tolist(), (name, n, d)
    for n in (-1, -2, -3):
        assert numloom.fft.rfftfreq(n).shape == numpy.fft.rfftfreq(n).shape == (0,)
    made = numloom.fft.fftfreq(10, dtype="f4", device="cpu")
    assert (made.dtype, str(made.device)) == (numpy.float32, "cpu")


def test_shifts():
    for shape in ((7,), (8,), (3, 4), (2, 3, 5)):
        there, here = both(numpy.arange(numpy.prod(shape)).reshape(shape))
        for axes in (None, 0, -1, (0,), tuple(range(len(shape)))):
            for name in ("fftshift", "ifftshift"):
                ours, theirs = getattr(numloom.fft, name)(here, axes), getattr(numpy.fft, name)(there, axes)
                assert host(ours).tolist() == theirs.tolist(), (name, shape, axes)
        assert host(numloom.fft.ifftshift(numloom.fft.fftshift(here))).tolist() == there.tolist()


# ---- accuracy ----


@functools.cache
def roots(n):
    """e^(2 pi i k / n) for all k < n, in long double."""
    angle = 2 * numpy.longdouble("3.14159265358979323846264338327950288") * numpy.arange(n) / n
    return numpy.cos(angle) + 1j * numpy.sin(angle)


def exact(x, bins, sign=-1):
    """Some results of a transform, in long double (64-bit significands, sums of pairs)."""
    n = len(x)
    wave = roots(n)[(sign * numpy.asarray(bins)[:, None] * numpy.arange(n)[None, :]) % n]
    return (wave * x.astype(numpy.clongdouble)).sum(axis=1)


LONG = [
    7,
    13,
    64,
    101,
    127,
    243,
    1000,
    1009,
    1024,
    2401,
    4093,
    5929,
    10007,
    16384,
    46189,
    65521,
    65536,
    99991,
]


@pytest.mark.parametrize("dtype", "FD")
@pytest.mark.parametrize("n", LONG)
def test_accuracy(n, dtype):
    """The error in the norm is at most eps log2(n), for one line and for many, of every kind."""
    x = numbers(n, dtype, n)
    bins = numpy.unique(numpy.r_[0, 1, n // 2, n - 1, numpy.random.default_rng(n).integers(0, n, 24)])
    allowed = EPS[dtype] * numpy.log2(n)
    size = numpy.sqrt(numpy.sum(numpy.abs(x.astype("D")) ** 2))  # what a result has on average
    for name, sign, scale in (("fft", -1, 1), ("ifft", 1, n)):
        expected = exact(x, bins, sign)
        for a in (x, numpy.tile(x, (9, 1))) if n < 20000 else (x,):
            got = host(getattr(numloom.fft, name)(numloom.array(a), norm="backward"))
            got = got.reshape(-1, n)[-1][bins].astype(numpy.clongdouble) * scale
            error = numpy.sqrt(numpy.mean(numpy.abs(got - expected) ** 2)) / size
            assert error <= allowed, (
                f"{name} {n}: {float(error / EPS[dtype]):.2f} eps, allowed {allowed / EPS[dtype]:.2f}"
            )
    real = x.real.copy()
    half = bins[bins <= n // 2]
    got = host(numloom.fft.rfft(numloom.array(real)))[half].astype(numpy.clongdouble)
    error = numpy.sqrt(numpy.mean(numpy.abs(got - exact(real, half)) ** 2)) / size
    assert error <= allowed, f"rfft {n}: {float(error / EPS[dtype]):.2f} eps"
    back = host(numloom.fft.irfft(numloom.fft.rfft(numloom.array(real)), n))
    assert numpy.linalg.norm(back - real) <= 2 * allowed * numpy.linalg.norm(real)


def test_of_one_frequency_is_exact_elsewhere():
    """2^20 numbers: a wave has one line, and what leaks into the others is rounding."""
    n = 1 << 20
    k = 12345
    phase = (numpy.arange(n) * k % n).astype("d") * (2 * numpy.pi / n)
    got = host(numloom.fft.fft(numloom.array(numpy.exp(1j * phase))))
    got[k] -= n
    assert numpy.linalg.norm(got) <= EPS["D"] * 20 * n


def test_nothing_runs_on_the_host():
    numloom.config.fallback = "error"
    a = numloom.array(numbers((4, 6), "d"))
    for name in (*FORWARD, *BACKWARD, *ND, "fftshift", "ifftshift"):
        getattr(numloom.fft, name)(a)
    numloom.fft.fftfreq(8), numloom.fft.rfftfreq(8)


def test_quarters_of_a_turn_are_exact():
    assert numloom.fft.rfft([0, 1, 0, 0]).tolist() == [1, -1j, -1]
    assert numloom.fft.irfft([1, -1j, -1]).tolist() == [0, 1, 0, 0]
    for n in (4, 8, 16, 32, 64, 256, 1024):
        turns = numloom.fft.fft(numloom.eye(1, n, 1))[0, :: n // 4]
        assert turns.tolist() == [1, -1j, -1, 1j], n
