# SPDX-License-Identifier: BSD-3-Clause
"""Operands that carry out ufuncs by themselves (`__array_ufunc__`): they get what NumPy would hand them."""

import operator

import numpy
import pytest

import numloom


class Asked:
    """Gives back what it is asked."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return ufunc.__name__, method, len(inputs), sorted(kwargs.items(), key=str)


class Refuses:
    __array_ufunc__ = None


class Declines:
    def __array_ufunc__(self, *args, **kwargs):
        return NotImplemented


CALLS = (
    lambda np, a: np.multiply(a, 2, "out"),
    lambda np, a: np.multiply(a, 2, out="out"),
    lambda np, a: np.multiply(a, 2, out=None),
    lambda np, a: np.multiply(a, 2, out=("one", "two")),
    lambda np, a: np.multiply(a, 2, "one", out="two"),
    lambda np, a: np.multiply(a),
    lambda np, a: np.multiply(a, 1, 2, 3),
    lambda np, a: np.multiply(a, 2, sig="a", signature="a"),
    lambda np, a: np.multiply(a, 2, sig="dd->d", where=3),
    lambda np, a: np.multiply(a, 2, answer=42),
    lambda np, a: np.modf(a, None, "second"),
    lambda np, a: np.modf(a, out=None),
    lambda np, a: np.modf(a, out=("one",)),
    lambda np, a: np.add.reduce(a, "axis", "dtype", "out", "keepdims", "initial", "where"),
    lambda np, a: np.add.reduce(a, 0, None, None, False, numpy._NoValue),
    lambda np, a: np.add.reduce(a, out=()),
    lambda np, a: np.add.reduce(a, 1, axis=1),
    lambda np, a: np.add.reduce(a, other=1),
    lambda np, a: np.add.accumulate(a, 1, out=("out",)),
    lambda np, a: np.add.reduceat(a, [1, 2], 0),
    lambda np, a: np.add.outer(a, 42),
    lambda np, a: np.add.outer(a),
    lambda np, a: np.add.at(a, [4, 2], 1),
    lambda np, a: np.add.at(a),
    lambda np, a: np.matmul(a, 2, axes=[0, 1]),
    lambda np, a: np.matmul(a, 2, where=True),
    lambda np, a: np.add(np.ones(2), np.ones(2), where=a, out=np.ones(2))[:3],
    lambda np, a: np.add.reduce(np.ones(2), out=a)[:3],
    lambda np, a: np.ones(2) + a,
    lambda np, a: np.ones(2)[0] * a,
    lambda np, a: np.ones(2) ** a,
    lambda np, a: np.ones(2) < a,
    lambda np, a: np.ones(2) == a,
    lambda np, a: divmod(np.ones(2), a),
    lambda np, a: np.ones((2, 2)) @ a,
    lambda np, a: operator.iadd(np.ones(2), a)[:3],
    lambda np, a: operator.ipow(np.ones(2)[0], a)[:3],
    lambda np, a: operator.iadd(np.ones(2), Refuses()),
    lambda np, a: np.ones(2) + Refuses(),
    lambda np, a: np.add(np.ones(2), Refuses()),
    lambda np, a: np.negative(Declines()),
)


@pytest.mark.parametrize("call", CALLS)
def test_arguments(call):
    def outcome(np):
        try:
            return call(np, Asked())
        except Exception as error:
            return type(error)

    assert outcome(numloom) == outcome(numpy)


def test_text_of_a_refusal():
    expected = r"\(<ufunc 'add'>, '__call__', .*, 1, out=\(2,\)\): 'Declines', 'int', 'int'"
    with pytest.raises(TypeError, match=expected):
        numloom.add(Declines(), 1, out=2)


class Metres(numloom.ndarray):
    """A subclass that unwraps its operands, as in NumPy's guide."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        def plain(x):
            return x.view(numloom.ndarray) if isinstance(x, Metres) else x

        if out is not None:
            kwargs["out"] = tuple(map(plain, out))
        result = super().__array_ufunc__(ufunc, method, *map(plain, inputs), **kwargs)
        return result if result is NotImplemented else result.view(Metres)


def test_subclasses_of_the_array():
    a = numloom.arange(3.0)
    m = a.view(Metres)
    results = (m + 1, 1 + m, a + m, -m, m**2, m @ m.reshape(3, 1), numloom.sin(m), numloom.add.accumulate(m))
    assert all(type(result) is Metres for result in results)
    m += 1
    assert type(m) is Metres
    assert m.tolist() == [1, 2, 3]
    assert a.__array_ufunc__(numloom.add, "__call__", a, m) is NotImplemented
    with pytest.raises(TypeError):
        m + Refuses()
