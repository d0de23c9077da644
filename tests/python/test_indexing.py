# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""Indexing and assignment, views, overlap, broadcasting: random programs run on both sides."""

import numpy
import pytest
from conftest import DEVICE
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import assert_outcome, assert_same, both, outcome

import numloom

settings.register_profile("short", max_examples=150, deadline=None, derandomize=True)
settings.load_profile("short")

SHAPES = st.sampled_from([(5,), (4, 3), (2, 3, 4), (1, 6), (3, 0, 2), (2, 2, 2, 2)])


def base(shape):
    return numpy.arange(int(numpy.prod(shape)), dtype="f4").reshape(shape) + 1


@st.composite
def basic_index(draw, shape):
    items = []
    for n in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(st.sampled_from(["int", "slice", "slice", "full"]))
        if kind == "int":
            items.append(draw(st.integers(-n - 1, n)))
        elif kind == "slice":
            bound = st.none() | st.integers(-n - 2, n + 2)
            items.append(slice(draw(bound), draw(bound), draw(st.sampled_from([None, 1, 2, -1, -3]))))
        else:
            items.append(slice(None))
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), None)
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
    return items[0] if len(items) == 1 and draw(st.booleans()) else tuple(items)


@st.composite
def advanced_index(draw, shape):
    items = []
    common = draw(st.sampled_from([(), (3,), (2, 1), (2, 3)]))
    for n in shape[: draw(st.integers(1, len(shape)))]:
        kind = draw(st.sampled_from(["array", "array", "mask", "slice", "int"]))
        if kind == "array" and n:
            size = int(numpy.prod(common))
            values = draw(st.lists(st.integers(-n, n - 1), min_size=size, max_size=size))
            kind = draw(st.sampled_from(["i8", "i4", "u1"]))
            values = numpy.array(values).reshape(common)
            items.append((values % n if kind == "u1" else values).astype(kind))
        elif kind == "mask":
            items.append(numpy.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)), dtype=bool))
        elif kind == "int" and n:
            items.append(draw(st.integers(0, n - 1)))
        else:
            items.append(slice(None, None, draw(st.sampled_from([1, -1, 2]))))
    return tuple(items)


def there_and_here(index):
    """The same index with arrays of numloom."""
    if isinstance(index, tuple):
        return tuple(numloom.array(i) if isinstance(i, numpy.ndarray) else i for i in index)
    return index


@given(st.data())
def test_basic_getitem(data):
    shape = data.draw(SHAPES)
    index = data.draw(basic_index(shape))
    there, here = both(base(shape))
    expected, got = outcome(lambda: there[index]), outcome(lambda: here[index])
    assert_outcome(got, expected, 0, f"{shape}[{index}]")
    if expected[1] is None and isinstance(expected[0], numpy.ndarray):
        assert got[0].strides == expected[0].strides or expected[0].size <= 1 or 1 in expected[0].shape
        if expected[0].size:  # a view: writing to it changes the base
            expected[0][...] = -1
            got[0][...] = -1
            assert_same(here, there, 0, f"view {index}")
            assert got[0].base is here


@given(st.data())
def test_advanced_getitem(data):
    shape = data.draw(SHAPES)
    index = data.draw(advanced_index(shape))
    there, here = both(base(shape))
    expected = outcome(lambda: there[index])
    assert_outcome(outcome(lambda: here[there_and_here(index)]), expected, 0, f"{shape}[{index}]")


@given(st.data())
def test_setitem(data):
    shape = data.draw(SHAPES)
    index = data.draw(st.one_of(basic_index(shape), advanced_index(shape)))
    there, here = both(base(shape))
    target = outcome(lambda: there[index])[0]
    value = data.draw(st.sampled_from(["scalar", "row", "full"]))
    if value == "scalar" or target is None or numpy.ndim(target) == 0:
        source = -7.5
    elif value == "row":
        source = numpy.arange(target.shape[-1], dtype="f8")
    else:
        source = numpy.full(target.shape, 3, "i4")  # one value: repeated indices have no order on a GPU
    device_source = numloom.array(source) if isinstance(source, numpy.ndarray) else source
    if value == "row" and _has_repeats(there, index):
        return

    def assign(a, i, v):
        a[i] = v

    expected = outcome(assign, there, index, source)
    got = outcome(assign, here, there_and_here(index), device_source)
    assert_outcome(got, expected, 0, f"{shape}[{index}] = {value}")
    assert_same(here, there, 0, f"{shape}[{index}] = {value}")


def _has_repeats(a, index):
    places = numpy.arange(a.size).reshape(a.shape)
    found = outcome(lambda: places[index])[0]
    return found is not None and numpy.unique(found).size != numpy.size(found)


VIEWS = [
    slice(None),
    slice(1, None),
    slice(None, -1),
    slice(None, None, -1),
    slice(None, None, 2),
    slice(3, None),
]


@given(
    st.sampled_from(VIEWS), st.sampled_from(VIEWS), st.sampled_from(["add", "subtract", "multiply", "copy"])
)
def test_overlap(target, source, operation):
    """Output and input that share memory give NumPy's answer."""
    there, here = both(numpy.arange(12.0))
    length = min(len(there[target]), len(there[source]))
    for np, a in ((numpy, there), (numloom, here)):
        x, y = a[target][:length], a[source][:length]
        if operation == "copy":  # NumPy itself goes wrong for strides of different length
            x[...] = y.copy() if np is numpy else y
        else:
            getattr(np, operation)(y, x, out=x)
            x += y
    assert_same(here, there, 0, f"{operation} {target} {source}")


def test_overlap_of_matrices():
    there, here = both(numpy.arange(16.0).reshape(4, 4))
    for a in (there, here):
        a += a.T
        a[1:] = a[:-1]
        a[:, ::-1] -= a
    assert_same(here, there, 0, "matrix")


@given(st.sampled_from([(), (1,), (3,), (2, 1), (2, 3), (4, 1, 3), (4, 2, 1)]),
       st.sampled_from([(), (1,), (3,), (2, 1), (2, 3), (4, 1, 3), (4, 2, 1)]))  # fmt: skip
def test_broadcasting(first, second):
    a, b = numpy.ones(first) * 2, numpy.arange(int(numpy.prod(second))).reshape(second)
    assert_outcome(
        outcome(lambda: numloom.array(a) - numloom.array(b)), outcome(lambda: a - b), 0, f"{first} {second}"
    )


@pytest.mark.parametrize("index", ["5", "-6", "(0, 0)", "1.0", "'x'", "[0, 9]", "slice(None, None, 0)", "(..., ...)",
                                   "[1.5]", "numpy.array([True] * 3)", "[[0, 1], [2]]", "{}"])  # fmt: skip
def test_errors(index):
    there, here = both(numpy.arange(5.0))
    key = eval(index)

    def assign(a):
        a[key] = 1

    assert_outcome(outcome(lambda: here[key]), outcome(lambda: there[key]), 0, index)
    assert_outcome(outcome(assign, here), outcome(assign, there), 0, index)


def test_kinds_of_indices():
    there, here = both(numpy.arange(20).reshape(4, 5))
    for a in (numpy.int32(1), numpy.uint8(2), True, False, None, [], [True, False, True, False], numpy.array(2),
              (numpy.array([0, 1]), slice(1, 3)), ([0, 1], [1, 2]), [[0, 1], [2, 3]], (None, 1, ..., None), (), ...):  # fmt: skip
        assert_same(here[a], there[a], 0, repr(a))
    assert_same(here[here > 7], there[there > 7], 0, "mask")
    assert_same(here[numloom.array(2)], there[2], 0, "0-d array")
    assert_same(here[here[0, 2], here[0, 1]], there[2, 1], 0, "scalars")


def test_assignment_converts():
    there, here = both(numpy.zeros(4, "i4"))
    for a in (there, here):
        a[0] = 3.9
        a[1] = True
        a[2:] = [5.5, 6]
        a[3] = "7"
    assert_same(here, there, 0, "conversion")
    for value in (1j, float("nan"), float("inf"), 2**70, "x", None, [1, 2], {}):

        def assign(a, value=value):
            a[0] = value

        assert outcome(assign, here)[1] is not None, value
    with pytest.raises(OverflowError):
        here[0] = 2**31
    with pytest.raises(ValueError, match="broadcast"):
        here[:] = [1, 2, 3]


@pytest.mark.parametrize("dtype", ["?", "i2", "f4", "f8", "c16"])
@pytest.mark.parametrize("density", [0.0, 0.02, 0.5, 0.98, 1.0])
def test_assignment_where_a_mask_is_true(dtype, density):
    rng = numpy.random.default_rng(1)
    for shape in ((7,), (33, 5), (100_003,) if DEVICE == "cpu" else (1003,)):
        a = (10 * rng.standard_normal(shape)).astype(dtype)
        mask = rng.random(shape) < density
        values = (10 * rng.standard_normal(int(mask.sum()))).astype(dtype)
        for layout in (lambda x: x, lambda x: x[::-1], lambda x: x.T):
            for value in (
                values,
                values.astype("f8" if dtype == "f4" else dtype),
                values[:1] if values.size else 1,
                3,
            ):
                theirs, ours = a.copy(), numloom.array(a)
                layout(theirs)[layout(mask)] = value
                layout(ours)[layout(numloom.array(mask))] = (
                    numloom.asarray(value) if value is values else value
                )
                assert_same(ours, theirs)


def test_masked_assignment_to_itself():
    a = numpy.arange(40.0)
    for expression in (
        "a[a > 5] = a[a > 5] * 2",
        "a[a > 5] = a[:34]",
        "a.view('?')[:5] = False",
        "np.copyto(a, a[::-1], where=a > 9)",
    ):
        theirs, ours = a.copy(), numloom.array(a)
        exec(expression, {"a": theirs, "np": numpy})
        exec(expression, {"a": ours, "np": numloom})
        assert_same(ours, theirs)


def test_errors_of_masked_assignment():
    a, mask = numpy.zeros(6), numpy.arange(6) > 2
    for value in (numpy.ones(2), numpy.ones(4), numpy.ones((1, 3))):
        error = outcome(a.__setitem__, mask, value)[1]
        with pytest.raises(type(error)):
            numloom.array(a)[numloom.array(mask)] = value


def test_swap_and_loops():
    x = numloom.array([1.0, 2.0, 3.0])
    x[0], x[1] = x[1], x[0]
    assert x.tolist() == [2, 1, 3]
    assert [float(v) for v in x] == [2, 1, 3]
    assert 3 in x
    assert 5 not in x
    with pytest.raises(TypeError, match="0-d"):
        iter(numloom.array(1))
    with pytest.raises(TypeError, match="unsized"):
        len(numloom.array(1))


def test_flat():
    there, here = both(numpy.arange(6).reshape(2, 3).T)
    for a in (there, here):
        a.flat[1] = 50
        a.flat[3:5] = [7, 8]
    assert_same(here, there, 0, "flat")
    assert list(here.flat) == list(there.flat)
    here.flat = 1
    assert here.tolist() == [[1, 1], [1, 1], [1, 1]]
