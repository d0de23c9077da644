# SPDX-License-Identifier: BSD-3-Clause
"""Matrices to decompose, and comparisons of what numloom.linalg and numpy.linalg make of them."""

import numpy
from parity import host, outcome

import numloom
from numloom import linalg


def numbers(shape, dtype="d", seed=0):
    """Random numbers; a dtype's special values would be the only thing that one sees."""
    rng = numpy.random.default_rng(seed)
    kind = numpy.dtype(dtype).kind
    if kind in "biu":
        return rng.integers(0, 2 if kind == "b" else 9, shape).astype(dtype)
    x = rng.standard_normal(shape)
    return (x + 1j * rng.standard_normal(shape) if kind == "c" else x).astype(dtype)


def tame(shape, dtype="d", seed=0):
    """Square matrices far from singular."""
    return (numbers(shape, dtype, seed) + 3 * numpy.sqrt(shape[-1]) * numpy.eye(shape[-1])).astype(dtype)


def hermitian(shape, dtype="d", seed=0):
    a = numbers(shape, dtype, seed)
    return (a + a.conj().swapaxes(-1, -2)) / 2


def definite(shape, dtype="d", seed=0):
    a = numbers(shape, dtype, seed)
    return (a @ a.conj().swapaxes(-1, -2) + 3 * numpy.eye(shape[-1])).astype(dtype)


def adjoint(a):
    return a.conj().swapaxes(-1, -2)


def assert_like(ours, theirs, what=""):
    """dtype, shape, kind of result."""
    if not isinstance(theirs, (numpy.ndarray, numpy.generic)):
        assert type(ours) is type(theirs), f"{what}: {ours!r} for {theirs!r}"
        return
    assert isinstance(ours, numloom.ndarray), what
    assert ours.dtype == theirs.dtype, f"{what}: dtype {ours.dtype} for {theirs.dtype}"
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape} for {theirs.shape}"
    assert ours._is_scalar == isinstance(theirs, numpy.generic), f"{what}: scalar {ours._is_scalar}"


def assert_small(x, y, n, dtype, what=""):
    """x and y differ by the roundings of n sums, in the norm over everything; NaN and infinities equal."""
    x, y = (numpy.asarray(v).astype("D") for v in (x, y))
    assert x.shape == y.shape, what
    finite = numpy.isfinite(y)
    assert numpy.array_equal(numpy.isfinite(x), finite), what
    assert numpy.array_equal(x[~finite], y[~finite], equal_nan=True), what
    eps = numpy.finfo(dtype).eps if numpy.dtype(dtype).kind in "fc" else numpy.finfo("d").eps
    scale = numpy.linalg.norm(y[finite]) + numpy.finfo("f").tiny
    assert numpy.linalg.norm((x - y)[finite]) <= 20 * max(n, 1) * eps * scale, what


def assert_close(ours, theirs, what=""):
    """As NumPy's result, a tuple, an array or a number."""
    if isinstance(theirs, tuple):
        assert type(ours) is type(theirs), what
        assert len(ours) == len(theirs), what
        for x, y in zip(ours, theirs):
            assert_close(x, y, what)
        return
    assert_like(ours, theirs, what)
    if isinstance(theirs, (numpy.ndarray, numpy.generic)) and theirs.dtype.kind in "fc":
        n = max(theirs.shape[-2:], default=1)
        assert_small(host(ours), theirs, 10 * max(n, 10), theirs.dtype, what)
    else:
        assert numpy.array_equal(host(ours), theirs), f"{what}: {ours!r} for {theirs!r}"


def check(name, *arrays, **keywords):
    """The same call here and there, with the same result or the same kind of error."""
    there = outcome(getattr(numpy.linalg, name), *arrays, **keywords)
    here = outcome(
        getattr(linalg, name),
        *(numloom.array(a) if isinstance(a, numpy.ndarray) else a for a in arrays),
        **{k: numloom.array(v) if isinstance(v, numpy.ndarray) else v for k, v in keywords.items()},
    )
    what = f"{name} {[getattr(a, 'shape', a) for a in arrays]} {keywords}"
    if there[1] is not None:
        assert isinstance(here[1], type(there[1])), f"{what}: {here[1]!r} for {there[1]!r}"
        return None
    if here[1] is not None:
        raise AssertionError(f"{what}: {here[1]!r}") from here[1]
    assert_close(here[0], there[0], what)
    return here[0]
