# SPDX-License-Identifier: BSD-3-Clause
"""ufunc.at, resize in place, the layout of indexed results: against NumPy."""

import numpy
import pytest
from conftest import DEVICE

import numloom as np

OPERATIONS = ("add", "subtract", "multiply", "maximum", "minimum", "bitwise_or", "power")
INDICES = {
    "repeated": lambda m: m.array([0, 1, 1, 3, 3, 3]),
    "negative": lambda m: m.array([-1, -1, 0]),
    "list": lambda m: [2, 2],
    "slice": lambda m: slice(1, 3),
    "number": lambda m: 1,
    "mask": lambda m: m.array([True, False, True, True]),
    "empty": lambda m: m.array([], dtype=int),
    "pair": lambda m: (m.array([0, 0, 1]), m.array([2, 2, 0])),
    "column": lambda m: (slice(None), m.array([1, 1])),
    "ellipsis": lambda m: ...,
}


@pytest.mark.parametrize("dtype", ["int32", "uint8", "float32", "float64", "complex64"])
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", INDICES)
def test_at(operation, name, dtype):
    results = []
    for module in (numpy, np):
        a = module.asarray((numpy.arange(12) % 5 + 1).reshape(4, 3).astype(dtype))
        try:
            getattr(module, operation).at(a, INDICES[name](module), 2)
            results.append(numpy.array(a.get() if module is np else a))
        except Exception as error:
            results.append(type(error).__name__)
    if isinstance(results[0], str):
        assert results[1] == results[0] or "UFunc" in results[0]
    else:
        numpy.testing.assert_array_equal(results[1], results[0])


def test_at_with_arrays_of_values():
    host, ours = numpy.zeros(5), np.zeros(5)
    for module, a in ((numpy, host), (np, ours)):
        module.add.at(a, module.array([4, 0, 4]), module.array([1.0, 2.0, 3.0]))
        module.subtract.at(a, [1, 1], 1)
    assert host.tolist() == [2, -2, 0, 0, 4]
    assert ours.tolist() == host.tolist()


@pytest.mark.parametrize("arguments", [([9], 1), ([0], "x"), ([0, 1], [1, 2, 3]), ([0.5], 1)])
def test_at_refuses(arguments):
    if DEVICE != "cpu" and arguments[0] == [9]:
        pytest.skip("is raised later")
    with pytest.raises((IndexError, TypeError, ValueError)) as theirs:
        numpy.add.at(numpy.zeros(3), *arguments)
    with pytest.raises(theirs.type.__bases__[0] if "UFunc" in theirs.type.__name__ else theirs.type):
        np.add.at(np.zeros(3), *arguments)


@pytest.mark.parametrize("shape", [(2, 5), 3, (0,), (3, 4), ()])
def test_resize_in_place(shape):
    host, ours = numpy.arange(12.0).reshape(3, 4), np.arange(12.0).reshape(3, 4).copy()
    host = host.copy()
    host.resize(shape, refcheck=False)
    assert ours.resize(shape) is None
    assert ours.shape == host.shape
    assert ours.tolist() == host.tolist()


def test_resize_refuses_what_others_see():
    a = np.arange(4)
    b = a  # noqa: F841
    with pytest.raises(ValueError, match="resize"):
        a.resize(8)
    with pytest.raises(ValueError, match="own its data"):
        np.arange(4)[1:].resize(8)


LAYOUTS = {
    "columns": lambda m, a: a[:, m.array([0, 2])],
    "rows": lambda m, a: a[m.array([0, 2])],
    "inner": lambda m, a: a[..., m.array([1, 0])],
    "apart": lambda m, a: a[m.array([0, 1]), :, m.array([1, 0])],
    "matrix": lambda m, a: a[:, m.array([[0, 1], [2, 0]])],
    "turned matrix": lambda m, a: a[:, m.array([[0, 1, 1], [2, 0, 1]]).T],
    "turned array": lambda m, a: a.T[:, m.array([[0, 1, 1], [2, 0, 1]]).T],
    "turned matrix alone": lambda m, a: a[1, 2][m.array([[0, 1, 1], [2, 0, 1]]).T],
    "with a number": lambda m, a: a[:, 1, m.array([1, 0])],
    "with a new axis": lambda m, a: a[:, None, m.array([1, 0])],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_indexed_results_lie_as_in_numpy(name):
    def element_order(a):
        return [s // a.itemsize for s, n in zip(a.strides, a.shape) if n > 1]

    host = LAYOUTS[name](numpy, numpy.arange(60).reshape(4, 5, 3))
    ours = LAYOUTS[name](np, np.arange(60).reshape(4, 5, 3))
    assert ours.tolist() == host.tolist()
    assert element_order(ours) == element_order(host)


def test_sequences_are_no_elements():
    for dtype, error in ((complex, TypeError), (float, ValueError), (int, TypeError)):
        for a, key in ((np.zeros((), dtype), ()), (np.zeros(2, dtype), 0)):
            with pytest.raises(error):
                a[key] = [1, 2]
