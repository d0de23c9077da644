# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501
# One line per call: the list is meant to be read down.
"""Corners that NumPy's own tests found (tests/python/numpy_suite): each case is run with NumPy and with numloom."""

import copy
import hashlib
import inspect
import itertools
import operator
import pickle
import warnings

import numpy
import pytest
from conftest import cpu_only, numpy_2_4
from parity import assert_same

import numloom

F = numpy.arange(12.0).reshape(3, 4)
POLYNOMIALS = ("polynomial", "chebyshev", "legendre", "hermite", "hermite_e", "laguerre")


def texts_of(cases):
    """The source of each case; several stand on a line."""
    texts, before = [], {}
    for case in cases:
        line = case.__code__.co_firstlineno
        place = before[line] = before.get(line, 0) + 1
        texts.append(inspect.getsource(case).split("lambda np: ")[place].strip(" ,\n")[:60])
    return texts


def outcome(case, np):
    """What the case gives, or the class of its error."""
    try:
        return case(np)
    except Exception as error:
        return type(error)


def check(case):
    here, there = outcome(case, numpy), outcome(case, numloom)
    if isinstance(here, type) or isinstance(there, type):
        assert isinstance(there, type), f"expected {here}, got {there}"
        assert issubclass(there, here)
    else:
        assert_same(there, here)


def overlapping(np, function, *more):
    """Into an array whose rows lie on each other, element by element on the host: as if assigned afterwards."""
    a = np.array([1, 2, 3, 4, 5, 6, 7, 8], "i2")
    rows = np.lib.stride_tricks.as_strided(a, (3, 4), (2, 2))
    function(rows, *more, out=rows)
    return a


CASES = (
    lambda np: np.interp(0.5, [0, 1], [0, complex(-np.inf, 3)]), lambda np: np.interp([-1, 3], [0, 1], [1j, 2], left=2j, right=3),
    lambda np: np.sum(np.array([-0.0, -0.0]), initial=-0.0), lambda np: np.sum(np.array([-0.0, 0.0]), initial=-0.0), lambda np: np.sum(np.array([[-0.0, 1], [-0.0, -1]], "f4"), axis=0, initial=-0.0),
    lambda np: np.sum(np.array([complex(-0.0, -0.0)]), initial=complex(-0.0, -0.0)), lambda np: np.sum(np.array([-0.0, 5]), initial=-0.0, where=np.array([True, False])),
    lambda np: np.arange(0, 1, np.inf), lambda np: np.arange(0, -1, np.inf), lambda np: np.arange(0, 1e-300, 1e300), lambda np: np.empty(2**64), lambda np: np.zeros((2, 2**70)),
    lambda np: np.percentile(np.asarray(F), 50, out=np.zeros(1)), lambda np: np.median(np.asarray(F), out=np.zeros(1)),
    lambda np: np.clip(np.asarray(F), 2), lambda np: np.clip(np.asarray(F), a_max=2), lambda np: np.clip(np.asarray(F)), lambda np: np.clip(np.asarray(F), 2, 3, max=3),
    lambda np: np.lexsort((np.array(1),), axis=10), lambda np: np.lexsort((np.array(1),)),
    lambda np: np.array([1], ndmin=65), lambda np: np.array([1, 2], ndmin=3), lambda np: np.diff(np.asarray(F), n=0),
    lambda np: np.mgrid[0 : 1 : np.complex64(3j)], lambda np: np.r_[0 : 1 : np.complex64(3j)],
    lambda np: np.pad(np.asarray(F).T, 1, "edge"), lambda np: np.pad(np.asarray(F).T, (1, 2), "reflect"), lambda np: np.pad(np.array([1.0, 2]), 0, "maximum", stat_length=0),
    lambda np: np.delete(np.asarray(F).T, [0, 1], 0), lambda np: np.insert(np.asarray(F).T, [0, 2], 7, 1), lambda np: np.insert([0, 1], np.array([], float), []),
    lambda np: np.unravel_index([], (10, 3)), lambda np: np.ravel_multi_index(([], []), (2, 3)), lambda np: np.lib.stride_tricks.sliding_window_view(np.asarray(F), 2),
    lambda np: np.asarray(numpy.float64(3)).reshape(1), lambda np: np.int, lambda np: np.float,
    lambda np: np.random.default_rng(np.array([1, 2])).random(3), lambda np: np.random.SeedSequence(np.array([1, 2])).generate_state(2).tolist(), lambda np: np.random.RandomState(np.array([1, 2])).random_sample(3),
    lambda np: np.vecdot(np.ones((1, 3)), np.ones((1, 3)), out=np.zeros((2, 4, 3))), lambda np: np.matmul(np.ones(3), np.ones(3), out=np.zeros((1, 1))), lambda np: np.matmul(np.ones((0, 1, 1)), np.ones((0, 1, 1)), out=np.ones((1, 1, 1))), lambda np: np.matmul(np.ones((1, 2, 3)), np.ones((3, 2)), out=np.zeros((4, 2, 2))), lambda np: np.matmul(np.ones((2, 3)), np.ones((3, 1)), out=np.zeros((2, 2))),
    lambda np: np.stack(iter([np.ones(2)])), lambda np: np.concatenate(iter([np.ones(2)])), lambda np: np.broadcast_to(np.ones(1), (-1,)), lambda np: np.convolve([1, 2], [3], mode="f"), lambda np: np.convolve([1, 2, 3], [3, 4], mode=0), lambda np: np.correlate([1, 2], [3], mode=7),
    lambda np: np.digitize(np.array([1j]), [1, 2]), lambda np: np.digitize([1.0], np.array([1j])), lambda np: np.unravel_index(np.array([]), (3, 2)), lambda np: np.unravel_index(1, (2**32, 2**32)), lambda np: np.ravel_multi_index(np.zeros((2, 1), int), (2, 0), mode="clip"),
    lambda np: np.polymul([], [1.0]), lambda np: np.apply_along_axis(lambda x: np.float64(1), 1, np.zeros((3, 0))), lambda np: np.packbits([1], bitorder=10), lambda np: np.array(3, copy=False), lambda np: np.putmask(a=np.ones(2), mask=[1, 0], values=3),
    lambda np: np.copyto(np.zeros(3, "u1"), 3, casting="equiv"), lambda np: np.copyto(np.zeros(3), 3.0, casting="equiv"), lambda np: np.percentile([1, 2], np.nan), lambda np: np.add(1),
    lambda np: np.random.default_rng(np.arange(4)[2]).random(), lambda np: np.random.Philox(1).state["state"]["key"], lambda np: repr(np.random.RandomState(1))[:24], lambda np: np.random.default_rng(1).bit_generator.seed_seq.entropy,
    lambda np: np.arange(6.0).reshape(2, 3).var(dtype=int), lambda np: np.var(np.array([[1, 4, 7], [2, 9, 11]]), axis=1, dtype="i4", ddof=1), lambda np: np.std(np.array([1.0, 4, 7]), dtype=np.int64), lambda np: np.std(np.ones((2, 2)), axis=0, dtype=int), lambda np: np.var(np.array([1.5, 4, 7]), dtype=int, where=[True, False, True]),
    lambda np: np.convolve([], [1]), lambda np: np.moveaxis(np.asarray(F), 3, 0), lambda np: np.block([1, [2]]), lambda np: np.block([[], 2]), lambda np: np.block([[1], []]), lambda np: np.unique(np.asarray(F), axis=0.0), lambda np: np.reshape(np.asarray(F)),
    lambda np: np.ldexp(1.0, np.uint64(3)), lambda np: np.ldexp(1.0, np.uint64(3), dtype="d"), lambda np: np.ldexp(1.0, np.uint64(3), signature=(None, None, "d")), lambda np: np.ldexp(np.float32(1), np.int_(2), dtype="d"),
    lambda np: np.isin(np.array([2**63, 2**63 + 1], "u8"), np.array([2**63], "u8"), kind="table"), lambda np: np.add.reduce(np.ones(2), out=(...,)), lambda np: np.eye(3).resize(refcheck="hi"), lambda np: np.asarray(F).astype(int, copy=numpy._CopyMode.NEVER),
    lambda np: np.array(3j, dtype=int, copy=False), lambda np: np.array([1], copy=False), lambda np: np.arange(2).__array_namespace__(api_version="2031.12"), lambda np: operator.concat(np.ones(2), [1]), lambda np: np.maximum(1, np.ones(2)),
    lambda np: np.ndarray((2**63 // 8,), dtype="i8", buffer=bytearray(8), strides=(0,)), lambda np: np.ndarray((2**62,), dtype="i1", buffer=bytearray(8), strides=(0,)).shape,
    lambda np: np.random.PCG64(np.array([3, 4])).random_raw(), lambda np: np.random.Philox(key=np.array([3, 4], "u8")).random_raw(), lambda np: np.random.SFC64(5).state["state"]["state"], lambda np: np.random.get_bit_generator().random_raw,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=texts_of(CASES))
def test_like_numpy(case):
    check(case)


@cpu_only
@pytest.mark.parametrize(
    "case",
    [
        lambda np: overlapping(np, np.invert),
        lambda np: overlapping(np, np.add, 1),
        lambda np: np.concatenate((np.asarray(F), np.asarray(F)), out=numpy.zeros((6, 4), ">f8")).tolist(),
        lambda np: np.add(np.asarray(F), 1, out=numpy.zeros((3, 4), ">f8")).tolist(),
        lambda np: np.sum(np.asarray(F), 0, out=numpy.zeros(4, ">f8")).tolist(),
        lambda np: np.take(np.asarray(F), [1], 0, out=numpy.zeros((1, 4), ">f8")).tolist(),
    ],
)
def test_like_numpy_on_the_host(case):
    check(case)


@pytest.mark.parametrize("dtype", ["i1", "i4", "i8"])
@pytest.mark.parametrize(
    "number", [float("nan"), numpy.float64("nan"), numpy.float32("inf"), 2**64, -(2**63) - 1]
)
def test_numbers_that_no_integer_is(dtype, number):
    def assign(np, index):
        a = np.zeros(3, dtype)
        a[index] = number

    check(lambda np: assign(np, 1))
    check(lambda np: assign(np, ()))


@pytest.mark.parametrize(
    "shapes", [((3,), (3,)), ((3, 3), (3,)), ((2, 3), (3, 3)), ((3,), (3, 3)), ((2, 3), (4, 3, 3))]
)
def test_products_in_place(shapes):
    def run(np):
        a, b = (np.ones(shape) for shape in shapes)
        a @= b
        return a

    check(run)


@cpu_only
@pytest.mark.parametrize("number", [1e300, -1e39, 70000, 65519.0, 3.4028235e38, 1e300j, 5])
@pytest.mark.parametrize("dtype", ["e", "f", "d", "F"])
def test_numbers_that_overflow_are_reported(number, dtype):
    def assign(np, index):
        a = np.zeros(3, dtype)
        with np.errstate(over="raise"):
            a[index] = number
        return a

    check(lambda np: assign(np, 1))
    check(lambda np: assign(np, ...))


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials(name):
    prefix = {"chebyshev": "cheb", "hermite": "herm", "hermite_e": "herme", "polynomial": "poly"}.get(
        name, name[:3]
    )
    x, y, c = numpy.linspace(-1, 1, 5), numpy.linspace(0, 2, 3), numpy.arange(12.0).reshape(3, 2, 2)

    def run(np, function, *args):
        return getattr(getattr(np.polynomial, name), prefix + function)(*args)

    for function, points, coefficients in (("val", (x,), c), ("val2d", (x, x), c), ("grid2d", (x, y), c), ("grid3d", (x, y, y), c)):  # fmt: skip
        there = run(numloom, function, *map(numloom.asarray, points), coefficients)
        assert isinstance(there, numloom.ndarray)
        assert_same(there, run(numpy, function, *points, coefficients))
    assert_same(run(numloom, "vander", numloom.asarray(x), 3), run(numpy, "vander", x, 3))


def test_values_from_roots():
    x, roots = numpy.linspace(-1, 1, 5), numpy.array([[1.0, 2], [3, 4]])
    there = numloom.polynomial.polynomial.polyvalfromroots(numloom.asarray(x), roots)
    assert_same(there, numpy.polynomial.polynomial.polyvalfromroots(x, roots))


@cpu_only
def test_buffers():
    a = numloom.arange(6, dtype="u1").reshape(2, 3)
    assert hashlib.md5(a).digest() == hashlib.md5(a.tobytes()).digest()
    row = numloom.lib.stride_tricks.as_strided(numloom.ones((1, 2, 3)), strides=(-1, 24, 8))
    assert memoryview(row).strides == (48, 24, 8)


@pytest.mark.parametrize("protocol", [2, 5])
def test_copies_keep_the_layout(protocol):
    for a in (numloom.asarray(F).T, numloom.zeros((2, 3, 4)).transpose(1, 0, 2), numloom.asarray(F)[:, ::2]):
        for made in (copy.copy(a), copy.deepcopy(a)):
            assert made.strides == a.copy("K").strides
            assert made.base is None
        again = pickle.loads(pickle.dumps(a, protocol))
        assert again.tolist() == a.tolist()
    buffers = []
    pickle.dumps(numloom.zeros((2, 3, 4)).transpose(1, 0, 2), 5, buffer_callback=buffers.append)
    assert len(buffers) == 1


def test_methods_have_signatures():
    for name in ("round", "conj", "trace", "tofile", "setflags", "dump", "__array_ufunc__", "__array_wrap__"):
        mine, theirs = (inspect.signature(getattr(kind, name)) for kind in (numloom.ndarray, numpy.ndarray))
        if name != "__array_wrap__":
            assert list(mine.parameters) == list(theirs.parameters)
    for method in ("outer", "resolve_dtypes"):  # of the ufunc
        assert inspect.signature(getattr(numloom.add, method))
    assert "axes" in inspect.signature(numloom.matmul).parameters


@cpu_only
def test_arrays_over_buffers_share_them():
    given = bytearray(8)
    a = numloom.asarray(given)
    a[0] = 5
    assert given[0] == 5
    assert a.base is given
    assert numloom.array(given).base is None
    view = memoryview(numpy.arange(6.0).reshape(2, 3))
    assert numloom.asarray(view).base is view
    assert numloom.array(view, copy=False).base is view
    assert numloom.asarray(view, order="F").base is None


@pytest.mark.parametrize("size", [0.0025, 1e-5, 1e-104, 0.7])
def test_beta_of_small_parameters(size):
    here, there = (np.random.Generator(np.random.PCG64(1)).beta(size, 0.0025, 300) for np in (numpy, numloom))
    assert_same(there, here)


@pytest.mark.parametrize("engine", ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"])
def test_states_hold_arrays_of_numloom(engine):
    words = getattr(numloom.random, engine)(3)
    arrays = [
        v for part in (words.state, words.state["state"]) for v in dict(part).values() if hasattr(v, "shape")
    ]
    assert all(isinstance(a, numloom.ndarray) for a in arrays)
    assert bool(arrays) == (not engine.startswith("PCG"))
    other = getattr(numloom.random, engine)(4)
    other.state = words.state
    assert other.random_raw() == words.random_raw()
    legacy = numloom.random.default_rng(numloom.random.RandomState(1))
    assert isinstance(legacy.bit_generator, numloom.random.MT19937)


# ---- numbers that do not fit ----


@pytest.mark.parametrize("dtype", ["i1", "i4", "i8", "u1", "f8"])
@pytest.mark.parametrize("number", [numpy.uint64(2**64 - 1), numpy.int64(300), numpy.float32(1e9), -1])
def test_scalars_that_no_element_is(dtype, number):
    def assign(np, key):
        a = np.zeros(3, dtype)
        with np.errstate(invalid="ignore"):
            a[key] = number
        return a

    for key in (0, slice(None), (), [0, 1]):
        check(lambda np, key=key: assign(np, key))


@cpu_only
def test_scalar_results_that_no_element_is():
    for result in (numloom.array([2**64 - 1], "u8")[0], numloom.array([300]).sum()):
        with pytest.raises(OverflowError):
            numloom.zeros(2, "i1")[0] = result
        with pytest.raises(OverflowError):
            numloom.array([result], "i1")


@cpu_only
@pytest.mark.parametrize(
    "case",
    [
        lambda np: np.where(True, np.ones(2, "f4"), 1e150),
        lambda np: np.where([True, False], np.ones(2, "f2"), 70000),
        lambda np: np.array([70000]).astype("f2"),
        lambda np: np.sum(np.full(9, 60000, "f2")),
        lambda np: np.add.at(np.ones(2, "f2"), [0, 0], np.full(2, 60000, "f2")),
        pytest.param(lambda np: np.dot(np.array([1.0, 1]), np.array([-np.inf, np.inf])), marks=numpy_2_4),
        pytest.param(lambda np: np.dot(np.ones((2, 2), "f2"), np.full((2, 2), 60000, "f2")), marks=numpy_2_4),
        lambda np: np.copyto(np.zeros(2, "f2"), np.array([70000, 1]), casting="unsafe", where=[True, False]),
        pytest.param(lambda np: np.median(np.array([])), marks=numpy_2_4),
        pytest.param(lambda np: np.maximum(1, 2, np.empty(())), marks=numpy_2_4),
        pytest.param(lambda np: np.bincount([0.5, 1.2]), marks=numpy_2_4),
        pytest.param(lambda np: np.arange(3).flat[True], marks=numpy_2_4),
        lambda np: operator.setitem(np.zeros(()), (), numpy.ma.masked),
        lambda np: np.nanmedian(np.full((3, 2), np.nan), axis=0),
        lambda np: np.nanquantile(np.full((3, 2), np.nan), [0.1, 0.3], axis=0),
        lambda np: np.nanpercentile(np.zeros((0, 3)), 40, axis=1),
        lambda np: np.nanpercentile(np.zeros((0, 3)), 40, axis=0),
    ],
)
def test_warnings(case):
    def said(np):
        with warnings.catch_warnings(record=True) as found, numpy.errstate(all="warn", under="ignore"):
            warnings.simplefilter("always")
            case(np)
        return [(w.category, str(w.message)) for w in found]

    assert said(numloom) == said(numpy)


C = numpy.array([[1 + 1j, 2], [3, 4j]])


@pytest.mark.parametrize(
    "case",
    [
        lambda np: np.add(np.asarray(C), 1, out=np.zeros((2, 2)), casting="unsafe"),
        lambda np: np.add(np.asarray(C), 1, out=np.zeros((2, 2), bool), casting="unsafe"),
        lambda np: np.add(np.asarray(C), np.ones((2, 2), "i1"), dtype="i4", casting="unsafe"),
        lambda np: np.negative(np.asarray(C), dtype="f4", casting="unsafe"),
        lambda np: np.copyto(np.zeros((2, 2)), np.asarray(C), casting="unsafe", where=[True, False]),
        lambda np: np.concatenate([np.asarray(C)], out=np.zeros((2, 2)), casting="unsafe"),
        lambda np: np.matmul(np.asarray(C), np.asarray(C), out=np.zeros((2, 2)), casting="unsafe"),
        lambda np: np.einsum("ij,jk", np.asarray(C), np.asarray(C), out=np.zeros((2, 2)), casting="unsafe"),
        lambda np: np.sum(np.asarray(C), axis=0, out=np.zeros(2)),
        lambda np: np.sum(np.asarray(C), dtype="f4"),
        lambda np: np.mean(np.asarray(C), axis=0, out=np.zeros(2)),
        lambda np: np.cumsum(np.asarray(C), axis=0, out=np.zeros((2, 2), int)),
        lambda np: np.add.reduce(np.asarray(C), out=np.zeros(2)),
        lambda np: np.add.accumulate(np.asarray(C), dtype=float),
        lambda np: np.median(np.asarray(C), axis=0, out=np.zeros(2)),
        lambda np: np.array(np.asarray(C), dtype=int),
        lambda np: np.asarray(C).astype(float),
        lambda np: operator.setitem(np.zeros((2, 2)), ..., np.asarray(C)),
        lambda np: setattr(np.zeros((2, 2)), "real", np.asarray(C)),
        lambda np: np.abs(np.asarray(C)).std(),
        lambda np: np.linalg.norm(np.asarray(C)),
        lambda np: np.var(np.asarray(C), axis=0),
        lambda np: np.linalg.eig(np.asarray(F)[:, :3]),
        lambda np: np.linalg.eigvalsh(np.asarray(C)),
        lambda np: np.fft.hfft(np.asarray(C)[0]),
    ],
)
def test_warnings_of_dropped_parts(case):
    def said(np):
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", numpy.exceptions.ComplexWarning)
            case(np)
        return {str(w.message) for w in found}  # NumPy says it twice at times

    assert said(numloom) == said(numpy)


def test_an_assignment_that_is_refused_changes_nothing():
    a = numloom.array([1.0, 2])
    with warnings.catch_warnings():
        warnings.simplefilter("error", numpy.exceptions.ComplexWarning)
        with pytest.raises(numpy.exceptions.ComplexWarning):
            a[:] = numloom.array([3j, 4])
    assert a.tolist() == [1, 2]


@cpu_only
@pytest.mark.parametrize("dtype", ["f2", "f4"])
def test_weak_numbers_that_overflow(dtype):
    with numpy.errstate(over="warn"), pytest.warns(RuntimeWarning, match="overflow"):
        assert numloom.add(numloom.ones(1, dtype), 10**60).tolist() == [numpy.inf]


# ---- where results lie ----


def layouts(np):
    """An array of four axes in every order of them."""
    shape = (2, 3, 4, 5)
    values = numpy.random.default_rng(0).random(120)
    for order in itertools.permutations(range(4)):
        base = np.asarray(values).reshape([shape[axis] for axis in order])
        yield base.transpose(numpy.argsort(order))


@pytest.mark.parametrize("axis", [0, 2, 3, (0, 1), (1, 3)])
@pytest.mark.parametrize(
    "function",
    [
        lambda np, a, axis: np.median(a, axis),
        lambda np, a, axis: np.median(a, axis, keepdims=True),
        lambda np, a, axis: np.nanmedian(np.where(a > 0.9, np.nan, a), axis),
        lambda np, a, axis: np.percentile(a, 30, axis),
        lambda np, a, axis: np.quantile(a, [0.1, 0.4, 0.9], axis),
        lambda np, a, axis: np.quantile(a, [0.1, 0.9], axis, method="lower"),
        lambda np, a, axis: np.nanquantile(a, [0.1, 0.9], axis),
    ],
)
def test_order_of_statistics(function, axis):
    for here, there in zip(layouts(numpy), layouts(numloom)):
        results = function(numloom, there, axis), function(numpy, here, axis)
        mine, theirs = ([s for s, n in zip(r.strides, r.shape) if n > 1] for r in results)
        assert mine == theirs


@pytest.mark.parametrize("where", [None, "mask"])
def test_elements_that_share_their_bytes(where):
    """The last assignment stays, in NumPy's order, also where many threads would write."""
    rng = numpy.random.default_rng(3)
    for dtype, shape, strides in (("c16", (300, 40), (16, 32)), ("i4", (5, 7, 90), (-4, 8, 4)), ("f8", (9, 50), (0, 8))):  # fmt: skip
        item = numpy.dtype(dtype).itemsize
        size = 1 + sum((n - 1) * abs(s) // item for n, s in zip(shape, strides))
        values = rng.integers(0, 1000, shape).astype(dtype)
        mask = True if where is None else rng.random(shape) < 0.5

        def run(
            np, dtype=dtype, shape=shape, strides=strides, item=item, size=size, values=values, mask=mask
        ):
            a = np.zeros(size, dtype)
            first = sum((n - 1) * -s // item for n, s in zip(shape, strides) if s < 0)
            view = np.lib.stride_tricks.as_strided(a[first:], shape, strides)
            np.copyto(view, np.asarray(values), where=mask)
            return a

        assert_same(run(numloom), run(numpy))


# ---- other objects' arrays ----


class Holder:
    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array.copy() if copy else self.array


class OldHolder(Holder):
    def __array__(self, dtype=None):
        return self.array


def test_objects_that_hold_an_array():
    a = numloom.arange(4.0)
    assert numloom.asarray(Holder(a)) is a
    assert numloom.array(Holder(a), copy=False) is a
    copied = numloom.array(Holder(a))
    assert copied is not a
    assert copied.base is None
    assert numloom.array(Holder(a), dtype="i4").dtype == "i4"
    assert numloom.stack([Holder(a), Holder(a)]).tolist() == [a.tolist()] * 2
    assert numloom.random.RandomState(1).permutation(Holder(a)).tolist() == numpy.random.RandomState(1).permutation(numpy.arange(4.0)).tolist()  # fmt: skip
    with pytest.warns(DeprecationWarning, match="must implement 'dtype' and 'copy'"):
        assert numloom.array(OldHolder(a), copy=True) is not a
    with (
        pytest.warns(DeprecationWarning, match="passing copy=False failed"),
        pytest.raises(ValueError, match="Unable to avoid copy"),
    ):
        numloom.array(OldHolder(a), copy=False)


@cpu_only
def test_lists_of_objects_that_hold_an_array():
    made = numloom.array([Holder(numloom.ones((0, 0)))])
    assert made.shape == (1, 0, 0)
    assert numloom.array([[Holder(numloom.arange(2.0)), [3, 4]]]).tolist() == [[[0, 1], [3, 4]]]


@cpu_only
def test_flat_as_an_array():
    a = numloom.arange(6.0).reshape(2, 3)
    assert a.flat.__array__().flags.writeable
    assert not a[:, ::2].flat.__array__().flags.writeable
    assert numpy.shares_memory(a.flat.__array__(), numpy.asarray(a))
    assert numloom.array(memoryview(a[:, ::2]), copy=False, order="A").tolist() == [[0, 2], [3, 5]]


class Named(numloom.ndarray):
    """Keeps an attribute in its pickle, by the usual recipe."""

    def __reduce__(self):
        function, arguments, state = super().__reduce__()
        return function, arguments, (*state, self.name)

    def __setstate__(self, state):
        self.name = state[-1]
        super().__setstate__(state[:-1])


@pytest.mark.parametrize("protocol", [2, 5])
def test_pickles_of_subclasses(protocol):
    a = numloom.arange(6, dtype="f4").reshape(2, 3).T.view(Named)
    a.name = "metres"
    again = pickle.loads(pickle.dumps(a, protocol))
    assert type(again) is Named
    assert (again.name, again.tolist(), again.dtype, again.strides) == ("metres", a.tolist(), a.dtype, a.strides)  # fmt: skip
    assert again.device == a.device
