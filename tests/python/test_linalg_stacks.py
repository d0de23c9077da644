# SPDX-License-Identifier: BSD-3-Clause
"""Stacks of small matrices, for which devices have loops and kernels of their own: solutions as NumPy's,
decompositions by the bounds of LAPACK's own tests."""

import inspect

import numpy
import pytest
from matrices import adjoint, assert_close, check, definite, hermitian, numbers, tame
from parity import both, host, outcome

import numloom
from numloom import linalg

# Around those of vectors, of groups of lanes and of what goes to a library.
SIZES = [1, 2, 3, 4, 5, 8, 9, 16, 17, 32, 33]


def one_norm(a):
    return numpy.abs(a).sum(-2).max(-1, initial=0)


def special(n, dtype):
    """Hermitian matrices: ties, no rank, rows of all sizes, squares out of range, denormal numbers."""
    h, ones, eye = hermitian((n, n), dtype), numpy.ones((n, n)), numpy.eye(n)
    made = [0 * eye, eye, -eye, numpy.diag(numpy.arange(n) - 1.0), ones, ones + 1e-9 * eye]
    made.append(numpy.kron(eye, [[1, 2], [2, 1]])[:n, :n])  # two eigenvalues
    scales, decades = ([1e-40, 1e40, 1e-200, 1e200, 1e-290, 1e-315], 75)
    if dtype in "fF":
        scales, decades = ([1e-15, 1e15, 1e-30, 1e30, 1e-43], 15)
    made += [h * scale for scale in scales]
    for grades in (numpy.exp2(-4.0 * numpy.arange(n)), numpy.logspace(-decades, decades, n)):
        made += [h * grades * grades[:, None], numpy.diag(grades) + 1e-12 * h]
    return numpy.stack([x.astype(dtype) for x in made])


def layouts(shape, dtype, make=numbers):
    """Stacks of the same matrices that lie in other ways."""
    a = make(shape, dtype)
    yield from (a, numpy.asfortranarray(a), a[::-1], a[:, ::2], a.swapaxes(0, 1), a.swapaxes(-1, -2))


# ---- solutions ----


@pytest.mark.parametrize("dtype", "fdFD")
@pytest.mark.parametrize("n", [1, 2, 4, 7, 8, 17, 32, 33])
def test_stacks_of_small_matrices(n, dtype):
    """Sizes around those of a GPU's groups of lanes, in layouts that must not matter."""
    a = tame((2, 3, n, n), dtype) / 3 / numpy.sqrt(n).astype("f")  # determinants around 1
    b, h = numbers((3, n, 3), dtype, 1), definite((2, 3, n, n), dtype)
    for view in (a, a.swapaxes(-1, -2), a[::-1, ::2], a[:, :1]):
        there, here = both(view)
        assert_close(linalg.inv(here), numpy.linalg.inv(there))
        assert_close(linalg.det(here), numpy.linalg.det(there))
        assert_close(linalg.slogdet(here), numpy.linalg.slogdet(there))
    check("solve", a, b)
    check("solve", a[0, 0], b)
    check("solve", a, b[:1, :, :0])
    check("cholesky", h)
    if "upper" in inspect.signature(numpy.linalg.cholesky).parameters:
        check("cholesky", h, upper=True)
    other = h.copy()
    other[..., 0, 1:] = 7  # the triangle that is not read
    assert_close(linalg.cholesky(both(other)[1]), numpy.linalg.cholesky(h))
    h[1, 2] = -h[1, 2]
    check("cholesky", h)
    a[1, 2, :, 0] = 0
    for name in ("inv", "det", "slogdet", "cond"):
        check(name, a)
    check("solve", a, b)


# ---- QR ----


def assert_triangular(a, dtype):
    """|A - Q R| by columns and |Q^H Q - 1| below 30 n eps."""
    n, eps, tiny = max(a.shape[-2:]), numpy.finfo(dtype).eps, numpy.finfo(dtype).tiny
    for mode in ("reduced", "complete"):
        q, r = (host(part).astype("D") for part in linalg.qr(both(a)[1], mode))
        assert numpy.array_equal(r, numpy.triu(r))
        lengths = numpy.maximum(numpy.abs(a).astype("d").sum(-2), tiny)
        assert (numpy.abs(a - q @ r).sum(-2) <= 30 * n * eps * lengths).all()
        assert (one_norm(adjoint(q) @ q - numpy.eye(q.shape[-1])) <= 30 * n * eps).all()


@pytest.mark.parametrize("dtype", "fdFD")
@pytest.mark.parametrize("n", SIZES)
def test_qr(n, dtype):
    assert_triangular(special(n, dtype), dtype)
    for shape in ((3, n, n), (3, n + 3, n), (3, n, n + 3), (2, 32, n), (2, n, 33), (2, 70, n), (2, n, 70)):
        assert_triangular(numbers(shape, dtype), dtype)
        assert_triangular(
            (numbers((*shape[:-1], 1), dtype) * numbers((1, shape[-1]), dtype)).astype(dtype), dtype
        )
    for a in layouts((2, 3, n, n), dtype, tame):
        for mode in ("reduced", "complete", "r", "raw"):
            assert_close(linalg.qr(both(a)[1], mode), numpy.linalg.qr(a, mode), f"{mode}")  # signs too


# ---- eigenvalues ----


def assert_eigen(a, dtype):
    """|A V - V W| and |V^H V - 1| below 30 n eps in the 1-norm, W in order and as NumPy's."""
    n, eps = a.shape[-1], numpy.finfo(dtype).eps
    scale = numpy.maximum(one_norm(a.astype("D")), numpy.finfo(dtype).tiny)
    for uplo in "LU":
        unread = (
            numpy.triu(numpy.ones((n, n), bool), 1)
            if uplo == "L"
            else numpy.tril(numpy.ones((n, n), bool), -1)
        )
        x = both(numpy.where(unread, numpy.array(numpy.nan, dtype), a))[1]
        w, v = (host(part).astype("D") for part in linalg.eigh(x, uplo))
        assert (one_norm(a @ v - v * w[..., None, :]) <= 30 * n * eps * scale).all()
        assert (one_norm(adjoint(v) @ v - numpy.eye(n)) <= 30 * n * eps).all()
        for values in (w.real, host(linalg.eigvalsh(x, uplo))):
            assert (numpy.diff(values) >= 0).all()
            assert (numpy.abs(values - numpy.linalg.eigvalsh(a)).max(-1) <= 30 * n * eps * scale).all()


@pytest.mark.parametrize("dtype", "fdFD")
@pytest.mark.parametrize("n", SIZES)
def test_eigh(n, dtype):
    assert_eigen(special(n, dtype), dtype)
    assert_eigen(hermitian((2, 3, n, n), dtype), dtype)
    for a in layouts((2, 3, n, n), dtype, hermitian):
        assert_close(linalg.eigvalsh(both(a)[1]), numpy.linalg.eigvalsh(a))


# ---- singular values ----


def assert_singular(a, dtype):
    """|A - U S V^H|, |U^H U - 1| and |V^H V - 1| below 30 n eps in the 1-norm, S in order and as NumPy's."""
    m, n = a.shape[-2:]
    k, bound = min(m, n), 30 * max(m, n) * numpy.finfo(dtype).eps
    scale = numpy.maximum(one_norm(a.astype("D")), numpy.finfo(dtype).tiny)
    x = both(a)[1]
    expected = numpy.linalg.svdvals(a)
    for full in (True, False):
        u, s, vh = (host(part).astype("D") for part in linalg.svd(x, full_matrices=full))
        assert (one_norm(a - u[..., :k] * s[..., None, :] @ vh[..., :k, :]) <= bound * scale).all()
        for q in (adjoint(u) @ u, vh @ adjoint(vh)):
            assert (one_norm(q - numpy.eye(q.shape[-1])) <= bound).all()
        for values in (s.real, host(linalg.svdvals(x))):
            assert (values >= 0).all()
            assert (numpy.diff(values) <= 0).all()
            assert (numpy.abs(values - expected).max(-1) <= bound * scale).all()


@pytest.mark.parametrize("dtype", "fdFD")
@pytest.mark.parametrize("n", SIZES)
def test_svd(n, dtype):
    assert_singular(special(n, dtype), dtype)
    for shape in ((3, n + 3, n), (3, n, n + 3), (2, 32, n), (2, n, 33), (2, 70, n), (2, n, 70)):
        assert_singular(numbers(shape, dtype), dtype)
    low = numbers((2, n + 3, 2), dtype) @ numbers((2, n), dtype)
    assert_singular(low, dtype)
    assert_singular(low * numpy.logspace(-10, 10, n).astype("f"), dtype)
    for a in layouts((2, 2, n, n), dtype):
        assert_singular(a, dtype)


# ---- of all ----


@pytest.mark.parametrize("dtype", "dF")
@pytest.mark.parametrize("count", [0, 1, 7, 300])
def test_counts(count, dtype):
    for m, n in ((3, 3), (8, 8), (5, 2), (2, 5)):
        a = numbers((count, m, n), dtype)
        assert_triangular(a, dtype)
        assert_singular(a, dtype)
        if m == n:
            assert_eigen(hermitian((count, n, n), dtype), dtype)
        check("matrix_rank", a)
        check("pinv", a)
        check("norm", a, 2, (-2, -1))
        check("norm", a, "nuc", (-2, -1))
        check("cond", a)


@pytest.mark.parametrize("bad", [numpy.nan, numpy.inf])
@pytest.mark.parametrize("dtype", "fdFD")
def test_one_that_is_not_finite(bad, dtype):
    for n in (1, 2, 3, 4, 9):
        a = hermitian((11, n, n), dtype)
        a[6, n - 1, 0] = a[6, 0, n - 1] = bad
        names = ["eigh", "eigvalsh"]
        if numpy.isnan(bad) or n <= 2:  # with infinities OpenBLAS's gesdd, which both call, may not end
            names += ["svd", "svdvals"]
        for name in names:
            there = outcome(getattr(numpy.linalg, name), a)
            here = outcome(getattr(linalg, name), numloom.array(a))
            assert type(here[1]) is type(there[1]), f"{name} {n}: {here[1]!r} for {there[1]!r}"
            if there[1] is None and name.endswith("vals"):
                assert_close(here[0], there[0], f"{name} {n}")
        assert numpy.isfinite(host(linalg.qr(numloom.array(a)).R)[[0, 5, 7, 10]]).all()
