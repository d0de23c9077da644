# SPDX-License-Identifier: BSD-3-Clause
"""shares_memory and may_share_memory, flat iterators, isclose's tolerances: as in NumPy, on every device."""

import warnings

import numpy
import pytest

import numloom as np

PAIRS = {
    "even and odd": lambda a: (a[::2], a[1::2]),
    "tails": lambda a: (a[:6], a[5:]),
    "halves": lambda a: (a[:5], a[5:]),
    "reversed": lambda a: (a[::-1], a[3:4]),
    "columns": lambda a: (a.reshape(2, 5)[:, 0], a.reshape(2, 5)[:, 1:]),
    "a copy": lambda a: (a, a.copy()),
    "nothing": lambda a: (a[:0], a),
}


@pytest.mark.parametrize("name", PAIRS)
def test_sharing(name):
    ours, theirs = PAIRS[name](np.arange(10.0)), PAIRS[name](numpy.arange(10.0))
    assert np.shares_memory(*ours) == numpy.shares_memory(*theirs)
    assert np.may_share_memory(*ours) == numpy.may_share_memory(*theirs)
    assert np.may_share_memory(*ours, max_work=-1) == numpy.shares_memory(*theirs)


KEYS = (0, -1, 9, slice(1, 7, 2), ..., [0, 5], [True, False], (1, 2), None, [[0, 1], [2, 3]])


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_flat(key):
    results = []
    for module in (numpy, np):
        a = module.arange(9).reshape(3, 3).T
        try:
            read = a.flat[key].tolist()
            a.flat[key] = 50
            results.append((read, a.tolist()))
        except IndexError as error:
            results.append(str(error)[:12])
    assert results[0] == results[1]


def test_flat_masks():
    a = np.arange(9).reshape(3, 3)
    assert a.flat[np.arange(9) % 2 == 0].tolist() == [0, 2, 4, 6, 8]
    with pytest.raises(IndexError, match="flat iterator"):
        a.flat[np.ones(4, bool)]
    with pytest.raises(TypeError, match="delete"):
        del a.flat[0]


def test_isclose_of_weak_numbers():
    below_one = float(1 - numpy.finfo("f8").eps)
    for m in (numpy, np):
        f32 = m.array(below_one, "f4")
        assert m.isclose(f32, below_one, atol=0, rtol=0)
        assert m.isclose(f32, 2, atol=0, rtol=below_one / 2)
        assert not m.isclose(f32, m.float64(below_one), atol=0, rtol=0)
        with numpy.errstate(invalid="warn"), pytest.warns(RuntimeWarning, match="atol is not valid"):
            m.isclose(f32, f32, atol=m.nan)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            m.isclose(m.array([m.inf, 1]), m.array([m.inf, m.nan]))
