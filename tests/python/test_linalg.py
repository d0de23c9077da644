# SPDX-License-Identifier: BSD-3-Clause
# ruff: noqa: E501 (tables of cases)
"""numloom.linalg against numpy.linalg; decompositions by residual and orthogonality, as LAPACK's tests do."""

import threading

import numpy
import pytest
from conftest import cpu_only
from matrices import (
    adjoint,
    assert_close,
    assert_like,
    assert_small,
    check,
    definite,
    hermitian,
    numbers,
    tame,
)
from parity import assert_outcome, both, host, outcome

import numloom
from numloom import linalg

SHAPES = [
    (1, 1),
    (2, 2),
    (3, 3),
    (5, 5),
    (40, 40),
    (4, 3, 3),
    (2, 3, 5, 5),
    (0, 3, 3),
    (3, 0, 0),
    (0, 0),
    (300, 4, 4),
]
WIDE = [*SHAPES, (3, 5), (5, 3), (2, 4, 7), (2, 7, 4), (0, 3), (3, 0), (2, 0, 3), (60, 20), (20, 60)]
INEXACT = "fdFD"


# ---- solutions ----


@pytest.mark.parametrize("dtype", "?biefdFD")
@pytest.mark.parametrize("name", ["inv", "det", "slogdet"])
def test_square(name, dtype):
    for shape in SHAPES:
        check(name, tame(shape, dtype))
        check(name, numbers((*shape[:-1], shape[-1] + 1), dtype))
    check(name, numbers(3, dtype))
    check(name, numbers((), dtype))
    check(name, [[1, 2], [3, 5]])


@pytest.mark.parametrize("dtype", "bfdFD")
def test_solve(dtype):
    for shape in SHAPES:
        a, n = tame(shape, dtype), shape[-1]
        for other in (
            (n,),
            (n, 1),
            (n, 4),
            (n, 0),
            (*shape[:-2], n, 2),
            (2, 1, *(1,) * len(shape[:-2]), n, 3),
        ):
            check("solve", a, numbers(other, dtype))
        check("solve", a, numbers((n + 1, 2), dtype))
        check("solve", a, numbers(n + 1, dtype))
    check("solve", tame((3, 3), dtype), numbers((3, 2), "F"))
    check("solve", tame((3, 3), dtype), numbers((), dtype))
    check("solve", tame((3, 3), dtype), numbers(3, "e"))
    check("solve", tame((3, 3), dtype), [1, 2, 3])
    check("solve", tame((2, 3, 3), dtype), numbers((4, 3, 3), dtype))


@pytest.mark.parametrize("dtype", "fdFD")
def test_large(dtype):
    # So large that a BLAS shares the work among its threads.
    for n in (100, 150):
        check("inv", tame((n, n), dtype))
        check("solve", tame((n, n), dtype), numbers((n, 3), dtype))


def test_layouts():
    base = tame((6, 6))
    for a in (
        base.T,
        base[::-1, ::-1],
        numpy.asfortranarray(base),
        tame((12, 12))[::2, ::2],
        tame((12, 6, 6))[::-3],
    ):
        for name in ("inv", "det", "slogdet", "svdvals", "eigvals"):
            check(name, a)
        check("solve", a, numbers((12, 6, 2))[::3] if a.ndim == 3 else numbers((2, 6)).T)
        check("solve", a, numbers((4, 6, 1))[::-1])
    broadcast = numpy.broadcast_to(base, (3, 6, 6))
    assert_small(
        host(linalg.inv(numloom.broadcast_to(numloom.array(base), (3, 6, 6)))),
        numpy.linalg.inv(broadcast),
        60,
        "d",
    )


def test_singular():
    for a in (numpy.zeros((2, 2)), numpy.ones((3, 3)), numpy.array([numpy.eye(2), numpy.ones((2, 2))])):
        for name in ("inv", "det", "slogdet", "matrix_rank", "pinv"):
            check(name, a)
        check("solve", a, numpy.ones((a.shape[-1], 1)))
        check("matrix_power", a, -1)
        check("cond", a, "nuc")
        for p in (None, 1, -1, 2, -2, numpy.inf, -numpy.inf, "fro"):
            with numpy.errstate(all="ignore"):
                got = host(linalg.cond(numloom.array(a), p)).ravel()
                expected = numpy.ravel(numpy.linalg.cond(a, p))
            # The smallest singular value is zero or a rounding error, and stands above or below.
            large, small = expected > 1e15, expected < 1e-15
            assert (got[large] > 1e15).all()
            assert (got[small] < 1e-15).all()
            assert_small(got[~large & ~small], expected[~large & ~small], 10, "d")
    with pytest.raises(numpy.linalg.LinAlgError, match=r"Singular matrix.*\(2, 2\)"):
        linalg.inv(numloom.zeros((2, 2)))
    with pytest.raises(numpy.linalg.LinAlgError, match=r"must be square.*\(2, 3\)"):
        linalg.inv(numloom.zeros((2, 3)))


@pytest.mark.parametrize("bad", [numpy.nan, numpy.inf])
def test_not_finite(bad):
    for position in ((0, 0), (1, 2)):
        a = tame((4, 4))
        a[position] = bad
        for name in ("inv", "cholesky", "eig", "eigvals"):
            there, here = (
                outcome(getattr(numpy.linalg, name), a),
                outcome(getattr(linalg, name), numloom.array(a)),
            )
            assert (there[1] is None) == (here[1] is None), (
                f"{name} {bad} {position}: {here[1]!r} for {there[1]!r}"
            )
            if there[1] is not None:
                assert isinstance(here[1], numpy.linalg.LinAlgError)
        # With infinities OpenBLAS's gesdd, which both call, may not end.
        for name in ("svd", "svdvals") if numpy.isnan(bad) else ():
            there, here = (
                outcome(getattr(numpy.linalg, name), a),
                outcome(getattr(linalg, name), numloom.array(a)),
            )
            assert (there[1] is None) == (here[1] is None), f"{name}: {here[1]!r} for {there[1]!r}"


def test_determinants_of_extremes():
    for factor in (1e-200, 1e200):
        a = tame((8, 8)) * factor
        check("slogdet", a)
        check("slogdet", -a[:7, :7])
        check("det", a)
    check("det", numpy.array([[0, 1], [1, 0]]))
    check("slogdet", numpy.array([[0, 1j], [1, 0]]))


def test_signs_of_determinants_that_are_not_finite():
    """NumPy multiplies signs of pivots that are infinite or NaN: the latter count as positive."""
    nan, inf = numpy.nan, numpy.inf
    for a in ([[1, nan], [2, 3]], [[1, inf], [2, 3]], [[nan, 1], [2, 3]], [[1, 2], [3, nan]], [[inf, 2], [1, 3]], [[inf, 2], [1, -3]]):  # fmt: skip
        for dtype in "fd":
            one = numpy.array(a, dtype)
            for x in (one, numpy.stack([one] * 9)):
                check("slogdet", x)
                check("det", x)


# ---- decompositions ----


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("dtype", INEXACT)
def test_cholesky(dtype, upper):
    for shape in SHAPES:
        a = definite(shape, dtype)
        factor = check("cholesky", a, upper=upper)
        f = host(factor)
        assert numpy.array_equal(f, numpy.triu(f) if upper else numpy.tril(f))
        assert_small(adjoint(f) @ f if upper else f @ adjoint(f), a, shape[-1], dtype)
    check("cholesky", definite((4, 4)).astype("i"))
    check("cholesky", -definite((4, 4), dtype))
    check("cholesky", numpy.stack([definite((4, 4)), -numpy.eye(4)]))
    check("cholesky", numbers((3, 4), dtype))
    check("cholesky", numbers((3, 3), "e"))


@pytest.mark.parametrize("dtype", INEXACT)
def test_qr(dtype):
    for shape in WIDE:
        a, (m, n) = numbers(shape, dtype), shape[-2:]
        for mode in ("reduced", "complete"):
            theirs, ours = numpy.linalg.qr(a, mode), linalg.qr(numloom.array(a), mode)
            assert type(ours) is type(theirs)
            for x, y in zip(ours, theirs):
                assert_like(x, y, f"qr {shape} {mode}")
            q, r = host(ours.Q), host(ours.R)
            assert numpy.array_equal(r, numpy.triu(r))
            assert_small(q @ r, a, max(m, n), dtype)
            assert_small(
                adjoint(q) @ q,
                numpy.broadcast_to(numpy.eye(q.shape[-1]), (*shape[:-2], *(q.shape[-1],) * 2)),
                m,
                dtype,
            )
        assert_like(linalg.qr(numloom.array(a), "r"), numpy.linalg.qr(a, "r"), f"{shape}")
        assert_small(host(linalg.qr(numloom.array(a), "r")), host(linalg.qr(numloom.array(a)).R), 1, dtype)
        for x, y in zip(linalg.qr(numloom.array(a), "raw"), numpy.linalg.qr(a, "raw")):
            assert_like(x, y, f"raw {shape}")
        # The reflectors and their factors make Q: what LAPACK's orgqr does, done plainly.
        if len(shape) == 2 and min(shape):
            h, tau = (host(x) for x in linalg.qr(numloom.array(a), "raw"))
            product = numpy.eye(m, dtype="D")
            for k in range(min(m, n)):
                v = numpy.concatenate([numpy.zeros(k), [1], h.T[k + 1 :, k]])
                product = product @ (numpy.eye(m) - tau[k] * numpy.outer(v, v.conj()))
            assert_small(product @ numpy.triu(h.T), a, max(m, n), dtype)
    check("qr", numbers(3, dtype))
    for mode in ("no", 3, None):
        assert isinstance(outcome(linalg.qr, numloom.ones((2, 2)), mode)[1], ValueError)
    with pytest.warns(DeprecationWarning, match="deprecated in favor"):
        linalg.qr(numloom.ones((2, 2)), "full")


@pytest.mark.parametrize("dtype", INEXACT)
def test_svd(dtype):
    for shape in WIDE:
        a, (m, n) = numbers(shape, dtype), shape[-2:]
        x = numloom.array(a)
        for full in (True, False):
            theirs, ours = numpy.linalg.svd(a, full), linalg.svd(x, full)
            assert type(ours) is type(theirs)
            for one, other in zip(ours, theirs):
                assert_like(one, other, f"svd {shape} {full}")
            u, s, vh = (host(part) for part in ours)
            k = min(m, n)
            assert_small((u[..., :k] * s[..., None, :]) @ vh[..., :k, :], a, max(m, n), dtype)
            for q, side in ((u, m), (adjoint(vh), n)):
                identity = numpy.broadcast_to(numpy.eye(q.shape[-1]), (*shape[:-2], *(q.shape[-1],) * 2))
                assert_small(adjoint(q) @ q, identity, side, dtype)
            assert (numpy.diff(s) <= 0).all()
            assert_close(ours.S, theirs.S)
        check("svdvals", a)
        check("svd", a, compute_uv=False)
        check("matrix_rank", a)
    check("svd", numbers(3, dtype))
    check("svdvals", numbers((2, 2), "e"))


@pytest.mark.parametrize("dtype", INEXACT)
def test_hermitian_svd(dtype):
    for shape in SHAPES:
        a = hermitian(shape, dtype)
        x = numloom.array(a)
        u, s, vh = (host(part) for part in linalg.svd(x, hermitian=True))
        assert_small((u * s[..., None, :]) @ vh, a, shape[-1], dtype)
        assert_close(
            linalg.svd(x, compute_uv=False, hermitian=True),
            numpy.linalg.svd(a, compute_uv=False, hermitian=True),
        )
        check("pinv", tame(shape, dtype) + adjoint(tame(shape, dtype)), hermitian=True)
        check("matrix_rank", a, hermitian=True)


@pytest.mark.parametrize("dtype", INEXACT)
def test_eigh(dtype):
    for shape in SHAPES:
        a = hermitian(shape, dtype)
        for triangle in "LUlu":
            torn = numpy.tril(a) if triangle in "Ll" else numpy.triu(a)
            theirs, ours = numpy.linalg.eigh(torn, triangle), linalg.eigh(numloom.array(torn), triangle)
            assert type(ours) is type(theirs)
            for one, other in zip(ours, theirs):
                assert_like(one, other, f"eigh {shape}")
            w, v = (host(part) for part in ours)
            assert_close(ours.eigenvalues, theirs.eigenvalues)
            assert_small(v * w[..., None, :] @ adjoint(v), a, shape[-1], dtype)
            check("eigvalsh", torn, triangle)
    check("eigh", numbers((2, 3), dtype))
    check("eigh", numbers((3, 3), dtype), "X")
    check("eigvalsh", numbers(3, dtype))


@pytest.mark.parametrize("dtype", "fdFDi")
def test_eig(dtype):
    for shape in SHAPES:
        for a in (numbers(shape, dtype), hermitian(shape, dtype).astype(dtype)):
            theirs, ours = numpy.linalg.eig(a), linalg.eig(numloom.array(a))
            assert type(ours) is type(theirs)
            for one, other in zip(ours, theirs):
                assert_like(one, other, f"eig {shape}")
            w, v = (host(part).astype("D") for part in ours)
            assert_small(a @ v, v * w[..., None, :], shape[-1], ours.eigenvalues.dtype)
            if a.size:
                assert_small(
                    numpy.linalg.norm(v, axis=-2), numpy.ones(v.shape[:-1]), shape[-1], ours.eigenvalues.dtype
                )
            values = linalg.eigvals(numloom.array(a))
            assert_like(values, numpy.linalg.eigvals(a))
            total, expected = host(values).sum(-1), numpy.trace(a, axis1=-2, axis2=-1)
            size = numpy.abs(a).sum((-1, -2)) + 1
            assert (
                numpy.abs(total - expected)
                <= 100 * shape[-1] * numpy.finfo(ours.eigenvalues.dtype).eps * size
            ).all()
    rotation = numpy.array([[0.0, -1], [1, 0]])
    assert numpy.array_equal(numpy.sort_complex(host(linalg.eigvals(numloom.array(rotation)))), [-1j, 1j])
    assert linalg.eig(numloom.array(numpy.eye(3))).eigenvalues.dtype == "d"


# ---- least squares, inverses, ranks ----


@pytest.mark.parametrize("dtype", INEXACT)
def test_lstsq(dtype):
    for m, n in ((5, 3), (3, 5), (4, 4), (1, 1), (40, 7), (0, 3), (3, 0), (0, 0)):
        for other in ((m,), (m, 1), (m, 4), (m, 0)):
            check("lstsq", numbers((m, n), dtype), numbers(other, dtype, 1))
    low = numbers((6, 2), dtype) @ numbers((2, 4), dtype)
    check("lstsq", low, numbers((6, 2), dtype), 1e-5)
    for rcond in (-1, 0.5, None):
        check("lstsq", numbers((6, 4), dtype), numbers((6, 2), dtype), rcond=rcond)
    check("lstsq", numbers((6, 4), dtype), numbers((5, 2), dtype))
    check("lstsq", numbers((2, 6, 4), dtype), numbers((6, 2), dtype))
    check("lstsq", numbers((6, 4), dtype), numbers((6, 2, 1), dtype))


@pytest.mark.parametrize("dtype", "ifdFD")
def test_pinv(dtype):
    for shape in WIDE:
        check("pinv", numbers(shape, dtype))
    a = numbers((3, 6, 4), dtype)
    for keywords in (
        {"rcond": 0.3},
        {"rtol": 0.3},
        {"rcond": numpy.array([0.1, 0.3, 0.6])},
        {"rcond": 0.1, "rtol": 0.1},
        {"rtol": None},
    ):
        check("pinv", a, **keywords)
    low = numbers((6, 2), dtype) @ numbers((2, 4), dtype)
    if dtype != "i":
        check("pinv", low, 1e-4)
    check("pinv", numbers(3, dtype))


@pytest.mark.parametrize("dtype", "ifdFD")
def test_matrix_rank(dtype):
    for a in (
        numpy.eye(4, dtype=dtype),
        numpy.zeros((4, 4), dtype),
        numpy.ones((2, 4, 3), dtype),
        numbers((2, 0, 3), dtype),
    ):
        check("matrix_rank", a)
        check("matrix_rank", a, tol=0.5)
        check("matrix_rank", a, rtol=0.5)
    check("matrix_rank", numbers((3, 4, 4), dtype), tol=numpy.array([0.1, 1, 4.0]))
    check("matrix_rank", numbers((3, 4, 4), dtype), rtol=numpy.array([0.01, 0.1, 0.6]))
    check("matrix_rank", numbers((3, 4), dtype), tol=1, rtol=1)
    for vector in (numpy.zeros(3), numpy.ones(3), numpy.array(2.0), numpy.array(0)):
        check("matrix_rank", vector.astype(dtype))


@pytest.mark.parametrize("dtype", "?bifdFD")
def test_matrix_power(dtype):
    for n in (0, 1, 2, 3, 4, 5, 7, 10, -1, -2, -3, -5):
        for shape in ((3, 3), (2, 3, 3), (1, 1), (0, 0), (2, 0, 0)):
            check("matrix_power", tame(shape, dtype), n)
    check("matrix_power", numpy.array([[0, 1], [1, 0]], dtype), 2**100 + 2**10 + 1)
    check("matrix_power", numbers((2, 3), dtype), 2)
    check("matrix_power", numbers((2, 2), dtype), 1.5)


# ---- norms ----

ORDERS = [None, "fro", "f", "nuc", numpy.inf, -numpy.inf, 0, 1, -1, 2, -2, 3, 0.5, -0.5, "no"]


def check_norm(a, order, axis, keepdims):
    """The least singular value is known to the roundings of the largest, whatever computes it."""
    there = outcome(numpy.linalg.norm, a, order, axis, keepdims)
    if order != -2 or there[1] is not None:
        check("norm", a, order, axis, keepdims)
        return
    here = linalg.norm(numloom.array(a), order, axis, keepdims)
    assert_like(here, there[0])
    largest = numpy.linalg.norm(numpy.abs(a).astype("d"))
    eps = numpy.finfo(there[0].dtype).eps
    assert numpy.allclose(host(here), there[0], rtol=0, atol=20 * max(a.shape) * eps * largest)


@pytest.mark.parametrize("dtype", "?iefdFD")
def test_norm(dtype):
    for shape in ((), (5,), (3, 4), (4, 4), (2, 3, 4), (0,), (0, 3), (3, 0), (2, 2, 2, 2)):
        a = numbers(shape, dtype)
        axes = [
            None,
            0,
            -1,
            (0,),
            (0, 1),
            (1, 0),
            (-1, -2),
            (-2, -1),
            (0, 0),
            (0, 2),
            (2, 0),
            (0, 1, 2),
            5,
            [0, 1],
        ]
        for axis in axes:
            for order in ORDERS:
                for keepdims in (False, True):
                    with numpy.errstate(all="ignore"):
                        check_norm(a, order, axis, keepdims)


@pytest.mark.parametrize("dtype", "ifdFD")
def test_vector_and_matrix_norm(dtype):
    for shape in ((), (5,), (3, 4), (2, 3, 4), (2, 0, 3)):
        a = numbers(shape, dtype)
        for keepdims in (False, True):
            for order in (2, 1, 0, numpy.inf, -numpy.inf, 3, None):
                for axis in (None, 0, -1, (0, 1), (-1, 0), (0, 1, 2), (1, 1), 7):
                    check("vector_norm", a, axis=axis, keepdims=keepdims, ord=order)
            for order in ("fro", "nuc", 1, -1, 2, -2, numpy.inf, -numpy.inf, None, 3):
                check("matrix_norm", a, keepdims=keepdims, ord=order)


def test_norm_of_layouts_and_extremes():
    a = numbers((6, 8))
    for x in (a.T, a[::2, ::-1], numpy.asfortranarray(a), a[1:5, 2:3]):
        check("norm", x)
        check("norm", x.astype("D") * 1j)
    check("norm", numpy.array([3e200, 4e200]))
    check("norm", numpy.array([numpy.nan, 1]))
    check("norm", numpy.array([numpy.inf, 1]), 1)


@pytest.mark.parametrize("dtype", "ifdFD")
def test_cond(dtype):
    for shape in ((3, 3), (2, 4, 4), (1, 1)):
        for p in (None, 1, -1, 2, -2, numpy.inf, -numpy.inf, "fro", "nuc"):
            check("cond", tame(shape, dtype), p)
    check("cond", numbers((3, 5), dtype))
    check("cond", numbers((3, 5), dtype), 1)
    for shape in ((0, 0), (2, 0, 3), (3,)):
        check("cond", numbers(shape, dtype))
    check("cond", tame((3, 3), dtype), "no")
    torn = tame((2, 3, 3))
    torn[0, 1, 1] = numpy.nan
    for p in (1, "fro", numpy.inf):
        check("cond", torn, p)


# ---- products ----


def test_multi_dot():
    rng = numpy.random.default_rng(5)
    for count in (2, 3, 4, 6):
        sides = rng.integers(1, 12, count + 1)
        matrices = [numbers((sides[k], sides[k + 1]), seed=k) for k in range(count)]
        for first in (matrices[0], matrices[0][0]):
            for last in (matrices[-1], matrices[-1][:, 0]):
                arrays = [first, *matrices[1:-1], last]
                there = numpy.linalg.multi_dot(arrays)
                here = linalg.multi_dot([numloom.array(a) for a in arrays])
                assert_close(here, there, f"{count}")
        out = numloom.empty((int(sides[0]), int(sides[-1])))
        assert linalg.multi_dot([numloom.array(a) for a in matrices], out=out) is out
        assert_close(out, numpy.linalg.multi_dot(matrices))
    for bad in (
        [numpy.eye(2)],
        [numpy.eye(2), numpy.ones((2, 2, 2)), numpy.eye(2)],
        [numpy.eye(2), numpy.eye(3), numpy.eye(2)],
    ):
        check("multi_dot", bad)


def test_multi_dot_takes_the_cheapest_order():
    """10^8 numbers would be needed for the other order."""
    column, row = numloom.ones((10_000, 1)), numloom.ones((1, 10_000))
    got = linalg.multi_dot([row, column, row, column])
    assert got.shape == (1, 1)
    assert float(got[0, 0]) == 1e8


@pytest.mark.parametrize("dtype", "fD")
def test_tensor_equations(dtype):
    a = numbers((2, 3, 6), dtype).reshape(2, 3, 6)
    check("tensorsolve", a, numbers((2, 3), dtype))
    check("tensorsolve", numpy.moveaxis(a, 0, 2), numbers((2, 3), dtype), axes=(2,))
    check("tensorsolve", numbers((2, 3, 6), dtype), numbers((2, 3), dtype), axes=(1,))
    check("tensorsolve", numbers((2, 3, 5), dtype), numbers((2, 3), dtype))
    check("tensorsolve", numbers((2, 3, 6), dtype), numbers((2, 3), dtype), axes=(7,))
    check("tensorinv", tame((24, 24), dtype).reshape(4, 6, 8, 3))
    check("tensorinv", tame((24, 24), dtype).reshape(24, 8, 3), ind=1)
    check("tensorinv", tame((4, 4), dtype), ind=0)
    check("tensorinv", numbers((4, 6, 5), dtype))


@pytest.mark.parametrize("dtype", "?ifD")
def test_cross_and_outer(dtype):
    for left, right, axis in (
        ((3,), (3,), -1),
        ((4, 3), (3,), -1),
        ((3, 4), (3, 4), 0),
        ((2, 1, 3), (5, 3), -1),
        ((4,), (3,), -1),
        ((3,), (3,), 2),
        ((3, 4), (4, 3), -1),
    ):
        check("cross", numbers(left, dtype), numbers(right, dtype, 1), axis=axis)
    check("outer", numbers(3, dtype), numbers(4, dtype))
    check("outer", numbers((3, 1), dtype), numbers(4, dtype))
    check("diagonal", numbers((2, 3, 4), dtype), offset=1)
    check("trace", numbers((2, 3, 4), dtype), offset=1)
    check("matrix_transpose", numbers((2, 3, 4), dtype))


# ---- the module ----


def test_names_and_native():
    """All of NumPy's names, and nothing runs on the host."""
    assert set(numpy.linalg.__all__) <= set(linalg.__all__)
    assert not [name for name in linalg.__all__ if getattr(getattr(linalg, name), "_is_fallback", False)]
    numloom.config.fallback = "error"
    linalg.svd(numloom.ones((3, 2)))
    linalg.norm(numloom.ones((3, 2)), "nuc")


def test_lists_and_numpy_arrays():
    assert_outcome(outcome(linalg.det, [[1, 2], [3, 4]]), outcome(numpy.linalg.det, [[1, 2], [3, 4]]), 8)
    assert_close(linalg.solve(numpy.eye(2), [1.0, 2]), numpy.array([1.0, 2]))
    assert linalg.norm([3, 4]) == 5


def test_results_do_not_share_memory():
    a = tame((3, 3))
    here = both(a)[1]
    kept = host(here).copy()
    for name in ("inv", "qr", "svd", "eig", "eigh", "cholesky"):
        result = getattr(linalg, name)(both(definite((3, 3)))[1] if name == "cholesky" else here)
        for part in result if isinstance(result, tuple) else (result,):
            part[...] = 0
        assert numpy.array_equal(host(here), kept), name


@cpu_only
def test_threads():
    """Stacks and single matrices at once from several threads."""
    stack, single = tame((500, 6, 6)), tame((120, 120))
    here, alone = numloom.array(stack), numloom.array(single)
    expected = numpy.linalg.inv(stack), numpy.linalg.inv(single)
    failures = []

    def work():
        for _ in range(5):
            for got, want in ((linalg.inv(here), expected[0]), (linalg.inv(alone), expected[1])):
                if not numpy.allclose(host(got), want, rtol=1e-10):
                    failures.append(got)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failures
